#!/bin/bash
# webhook set|get|list|delete|resend at a scripted PSP over real TLS: what goes well.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/webhook.sh"

dry() {
	run webhook set loja --dry-run
	equal "set --dry-run ends well" 0 "$RC"
	says "it prints the request" "PUT https://localhost:$EFI$PUT" "x-skip-mtls-checking: true" '"webhookUrl"' "/v2/webhook/%2B5511999990000"
	run webhook set mtls --dry-run
	says "and that the certificate is checked with client_cert" "x-skip-mtls-checking: false"
	for verb in get list; do
		run webhook $verb loja --dry-run
		equal "$verb --dry-run ends well" 0 "$RC"
		says "$verb --dry-run prints the request" "GET https://localhost:$EFI/v2/webhook"
	done
	run webhook delete loja --dry-run
	equal "delete --dry-run ends well" 0 "$RC"
	says "delete --dry-run prints the request" "DELETE https://localhost:$EFI$PUT"
	run webhook delete loja
	equal "delete without --yes is a mistake" 2 "$RC"
	says "it says so and shows what it would send" "--yes" "nothing was sent" "DELETE https://localhost:$EFI$PUT"
	run webhook resend loja E09089356202611201648APIaff26401 --dry-run
	equal "resend --dry-run ends well" 0 "$RC"
	says "resend --dry-run prints the request" "POST https://localhost:$EFI/v2/gn/webhook/reenviar" "PIX_RECEBIDO"
	run webhook set loja --dry-run --json
	equal "--dry-run --json is one object a request" "2 False" \
		"$(python3 -c 'import json; o = [json.loads(l) for l in open("out")]; print(len(o), o[0]["sent"])')"
	equal "a dry run asks nobody, not even for a token" 0 "$(calls efi)"
}

registers() {
	run webhook get loja
	equal "get of nothing" 1 "$RC"
	says "get says that nothing is there" "nothing"
	run webhook set loja
	equal "set ends well" 0 "$RC"
	says "it tells what the PSP will do" "the PSP now calls https://pix.example.com/webhook?hmac=***&ignorar= once"
	says "it shows before and after" "key $KEY: registered" "(nothing)" "key $OTHER_KEY: registered"
	equal "the URL is the one of pixgate url" "$("$PIXGATE" --conf "$CONF" url loja)" \
		"$(last efi "PUT /v2/webhook/%2B" 'json.loads(r["body"])["webhookUrl"]')"
	equal "the header is a text" true "$(last efi "PUT $PUT" 'r["headers"]["x-skip-mtls-checking"]')"
	equal "the certificate of the .p12 is shown" webhook.psp.example "$(last efi "PUT $PUT" 'r["cert"]')"
	equal "and for the token too" webhook.psp.example "$(last efi "POST /oauth/token" 'r["cert"]')"
	local before
	before=$(calls efi PUT)
	run webhook set loja
	equal "a second time" 0 "$RC"
	says "nothing changes" "key $KEY: unchanged"
	equal "and nothing is put" "$before" "$(calls efi PUT)"
	equal "one token served all" 1 "$(calls efi "POST /oauth/token")"
	equal "the token's file is private" "600" "$(find pixgate -path '*token*' -type f -exec stat -c %a {} + | sort -u)"
	run webhook set loja --force
	says "--force puts all the same" "registered again"
	equal "both" $((before + 2)) "$(calls efi PUT)"
	run webhook get loja
	equal "get ends well" 0 "$RC"
	says "get knows its own URL" "this hook's URL" "https://pix.example.com/webhook?hmac=***&ignorar="
	run webhook get pem
	says "another hook's is another URL (PEM certificate)" "another URL"
	run webhook set mtls
	says "with client_cert two calls are told of" "twice: first without its certificate"
	says "the difference is shown" "before  https://pix.example.com/webhook?hmac=***&ignorar=" "now     https://pix.example.com/mtls?hmac=***&ignorar="
	equal "and the check is asked for (.p12 without a password)" false "$(last efi "PUT $PUT" 'r["headers"]["x-skip-mtls-checking"]')"
	printf 'another-secret-than-before\n' >pixgate/loja.secret
	run webhook get mtls
	says "an old secret is told apart" "this hook's URL with another secret"
	run webhook set mtls
	says "and shown where it alone differs" "with another secret"
	printf '%s\n' "$HMAC" >pixgate/loja.secret
	run webhook set loja --rec --cobr
	equal "webhookrec and webhookcobr are set" "0 1 1" "$RC $(calls efi "PUT /v2/webhookrec") $(calls efi "PUT /v2/webhookcobr")"
	run webhook get loja --rec --cobr --json
	equal "get --json of all four" "4 True" "$(python3 -c 'import json; o = [json.loads(l) for l in open("out")]; print(len(o), all(x["ours"] for x in o))')"
	run webhook set loja --key 55119
	says "a key that is none of the hook's is told" "will be kept as foreign"
	run webhook set loja --key "a b"
	equal "what is no key is refused" 2 "$RC"
}

lists() {
	local now
	now=$(date -u +%FT%TZ)
	run webhook list loja
	equal "list ends well" 0 "$RC"
	says "it follows the pages" "$KEY" "$OTHER_KEY" "55119"
	equal "two of them" 2 "$(calls efi "GET /v2/webhook?")"
	equal "from the beginning of Pix until a moment later" "2020-11-01T00:00:00Z True" "$(last efi "GET /v2/webhook?" \
		'(lambda q: q["inicio"][0] + " " + str(q["fim"][0] > "'"$now"'"))(__import__("urllib.parse").parse.parse_qs(r["line"].split("?")[1]))')"
	run webhook list loja --since 2026-02-01 --until 2026-01-01
	equal "an end before the beginning is a mistake" 2 "$RC"
	local item='{"webhookUrl":"https://a.example/?x=geheim","chave":"k","criacao":"2026-01-01T00:00:00.000Z"}' before
	before=$(calls efi "GET /v2/webhook?")
	rules efi "[{\"on\":\"GET /v2/webhook?\",\"status\":200,\"json\":{\"parametros\":{\"paginacao\":{\"quantidadeDePaginas\":1000000,\"quantidadeTotalDeItens\":77}},\"webhooks\":[$item]}}]"
	run webhook list loja
	equal "a page that repeats is not followed for ever" "0 2" "$RC $(($(calls efi "GET /v2/webhook?") - before))"
	says "that is said" "brought nothing new" "speaks of 77 webhooks, and sent 1"
	silent "another's secret is masked" geheim
	rules efi '[{"on":"GET /v2/webhook?","status":200,"json":{"webhooks":[]}}]'
	run webhook list loja
	equal "nothing is exit status 1" 1 "$RC"
	plain efi
}

resends() {
	local id=E09089356202611201648APIaff26401
	run webhook resend loja $id "${id%1}2" --kind sent
	equal "resend ends well" 0 "$RC"
	equal "the request is Efí's" '{"tipo": "PIX_ENVIADO", "e2eids": ["'$id'", "'"${id%1}2"'"]}' \
		"$(last efi "POST /v2/gn" 'json.dumps(json.loads(r["body"]))')"
	run webhook resend loja E123
	equal "what is no endToEndId is refused" 2 "$RC"
	run webhook resend loja $id --kind kept
	equal "an unknown kind is refused" 2 "$RC"
	# shellcheck disable=SC2046
	run webhook resend loja $(for i in $(seq 1001); do printf 'E090893562026112016480000000%04d ' "$i"; done)
	equal "1001 are too many" 2 "$RC"
	says "that is said" "at most 1000"
}

deletes() {
	run webhook delete pem --yes
	equal "another URL is left" 1 "$RC"
	says "that is said" "--force"
	run webhook delete loja --rec --cobr --yes
	equal "delete --yes ends well" 0 "$RC"
	says "what was deleted is told" "key $KEY: deleted" "webhookrec: deleted" "webhookcobr: deleted"
	run webhook delete loja --yes
	equal "a second time there is nothing" 1 "$RC"
}

bcb() {
	run webhook set bacen
	equal "set at a PSP of the BCB API" 0 "$RC"
	equal "without Efí's header" False "$(last bacen "PUT /v2/webhook/" '"x-skip-mtls-checking" in r["headers"]')"
	run webhook get bacen
	says "get" "this hook's URL"
	run webhook set bacen --rec
	equal "it has no webhookrec" 2 "$RC"
	run webhook delete bacen --yes
	equal "delete" 0 "$RC"
	run webhook get bacen
	equal "404 WebhookNaoEncontrado is 'nothing'" 1 "$RC"
}

dry
registers
lists
resends
deletes
bcb
run -v webhook get loja
no_secret_was_said
finish
