#!/bin/bash
# webhook set|get|list|delete|resend against a scripted PSP over real TLS: Efí with its client certificate, any PSP of the BCB API, BS2.
. "$(dirname "$0")/../lib.sh"
"$ROOT/tests/pki.sh" "$T/pki"
cd "$T" || exit 2
unset PIXGATE_CONF
export HOME=$T

HMAC=$SECRET
ID=Client_Id_of_the_shop
CLIENT_SECRET=Client_Secret_of_the_shop
PASSWORD=the-password-of-the-p12
BANK=senha-do-banco
OTHER_KEY=+5511999990000
mkdir pixgate
printf '%s\n' "$HMAC" >pixgate/loja.secret
printf '%s\n' "$CLIENT_SECRET" >pixgate/loja.client
printf '%s\n' "$PASSWORD" >pixgate/loja.password
printf 'wrong\n' >pixgate/wrong
printf 'banco:%s\n' "$BANK" >pixgate/bs2.basic
printf 'bearer-%s\n' "$BANK" >pixgate/bs2.bearer
p12() { # NAME CERT PASSWORD
	openssl pkcs12 -export -inkey "pki/$2.key" -in "pki/$2.chain" -out "pixgate/$1.p12" -passout "pass:$3"
}
p12 loja client "$PASSWORD"
p12 empty client ""
p12 foreign client-foreign ""
cat pki/client.chain pki/client.key >pixgate/loja.pem
chmod 600 pixgate/*

EFI=$(free_port)
start efi python3 "$ROOT/tests/tools/psp_stub.py" --psp efi --port "$EFI" --cert pki/server.pem --client-ca pki/psp.pem --log efi.calls --rules efi.rules
BACEN=$(free_port)
start bacen python3 "$ROOT/tests/tools/psp_stub.py" --psp bacen --port "$BACEN" --cert pki/server.pem --client-ca pki/psp.pem --log bacen.calls --rules bacen.rules
BS2=$(free_port)
start bs2 python3 "$ROOT/tests/tools/psp_stub.py" --psp bs2 --port "$BS2" --cert pki/server.pem --log bs2.calls --rules bs2.rules
NOBODY=$(free_port)

efi="psp = \"efi\"; secret = \"file:loja.secret\"; api_ca = \"../pki/server.crt\"; client_id = \"$ID\"; client_secret = \"file:loja.client\""
p12="api_cert = \"loja.p12\"; api_password = \"file:loja.password\""
cat >pixgate/pixgate.conf <<END
inbox = "sqlite:inbox.db";
domain = "pix.example.com";
hooks = (
  { name = "loja"; path = "/webhook"; $efi; $p12; api = "https://localhost:$EFI"; keys = [ "$KEY", "$OTHER_KEY" ]; },
  { name = "mtls"; path = "/mtls"; $efi; api_cert = "empty.p12"; api = "https://localhost:$EFI"; keys = "$KEY"; client_cert = "server"; },
  { name = "pem"; path = "/pem"; $efi; api_cert = "loja.pem"; api = "https://localhost:$EFI"; keys = "$KEY"; },
  { name = "keyless"; path = "/keyless"; $efi; $p12; api = "https://localhost:$EFI"; },
  { name = "wrongpw"; path = "/wrongpw"; $efi; api_cert = "loja.p12"; api_password = "file:wrong"; api = "https://localhost:$EFI"; keys = "$KEY"; },
  { name = "foreign"; path = "/foreign"; $efi; api_cert = "foreign.p12"; api = "https://localhost:$EFI"; keys = "$KEY"; },
  { name = "certless"; path = "/certless"; $efi; api = "https://localhost:$EFI"; keys = "$KEY"; },
  { name = "badclient"; path = "/badclient"; psp = "efi"; secret = "file:loja.secret"; api_ca = "../pki/server.crt"; client_id = "nobody";
    client_secret = "file:loja.client"; $p12; api = "https://localhost:$EFI"; keys = "$KEY"; },
  { name = "noca"; path = "/noca"; psp = "efi"; secret = "file:loja.secret"; client_id = "$ID"; client_secret = "file:loja.client"; $p12;
    api = "https://localhost:$EFI"; keys = "$KEY"; },
  { name = "nobody"; path = "/nobody"; $efi; $p12; api = "https://localhost:$NOBODY"; keys = "$KEY"; },
  { name = "bacen"; path = "/bacen"; psp = "bacen"; secret = "file:loja.secret"; api_ca = "../pki/server.crt"; client_id = "$ID";
    client_secret = "file:loja.client"; $p12; api = "https://localhost:$BACEN/v2"; keys = "$KEY"; },
  { name = "noapi"; path = "/noapi"; psp = "bacen"; secret = "file:loja.secret"; client_id = "$ID"; client_secret = "file:loja.client"; keys = "$KEY"; },
  { name = "banco"; path = "/bs2"; psp = "bs2"; basic = "file:bs2.basic"; api_ca = "../pki/server.crt"; client_id = "$ID";
    client_secret = "file:loja.client"; api = "https://localhost:$BS2"; account = 7654321; },
  { name = "bearer"; path = "/bearer"; psp = "bs2"; bearer = "file:bs2.bearer"; api_ca = "../pki/server.crt"; client_id = "$ID";
    client_secret = "file:loja.client"; api = "https://localhost:$BS2"; },
  { name = "open"; path = "/open"; psp = "bs2"; secret = "file:loja.secret"; api_ca = "../pki/server.crt"; client_id = "$ID";
    client_secret = "file:loja.client"; api = "https://localhost:$BS2"; },
  { name = "indireto"; path = "/indireto"; psp = "bs2-indirect"; secret = "file:loja.secret"; client_id = "$ID"; client_secret = "file:loja.client"; }
);
END
CONF=$T/pixgate/pixgate.conf
URL="https://pix.example.com/webhook?hmac=$HMAC&ignorar="
wait_port "$EFI"
wait_port "$BACEN"
wait_port "$BS2"

# run OPTION…: status in $RC, standard output in out, standard error in err; all of both is kept in said
run() {
	# shellcheck disable=SC2086
	${WRAP:-} "$PIXGATE" --conf "$CONF" "$@" >out 2>err
	RC=$?
	cat out err >>said
	cat err >>webhook.log
}
says() { # NAME WORDS…: each in out or err
	local name=$1 words
	shift
	for words in "$@"; do
		grep -qF -- "$words" out err || { not_ok "$name" "wanted '$words', got: $(cat out err)"; return; }
	done
	ok "$name"
}
silent() { # NAME WORDS: neither in out nor err
	if grep -qF -- "$2" out err; then not_ok "$1" "$(cat out err)"; else ok "$1"; fi
}
# calls WHO [PREFIX]: how many requests began so
calls() {
	[ -e "$1.calls" ] || { echo 0; return; }
	python3 -c 'import json, sys; print(sum(json.loads(l)["line"].startswith(sys.argv[2]) for l in open(sys.argv[1])))' "$1.calls" "${2:-}"
}
# last WHO PREFIX EXPRESSION: of the last such request r
last() {
	python3 -c 'import json, sys
r = [x for x in map(json.loads, open(sys.argv[1])) if x["line"].startswith(sys.argv[2])][-1]
print(eval(sys.argv[3]))' "$1.calls" "$2" "$3"
}
rules() { # WHO JSON
	printf '%s' "$2" >"$1.rules"
}
plain() { # WHO
	rm -f "$1.rules"
}
PUT=/v2/webhook/$KEY

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
	run webhook list loja
	equal "list ends well" 0 "$RC"
	says "it follows the pages" "$KEY" "$OTHER_KEY" "55119"
	equal "two of them" 2 "$(calls efi "GET /v2/webhook?")"
	equal "the dates are there" "2020-11-01T00:00:00Z 0" \
		"$(last efi "GET /v2/webhook?" '(lambda q: q["inicio"][0] + " " + str(q["fim"][0] < "2026"))(__import__("urllib.parse").parse.parse_qs(r["line"].split("?")[1]))' | sed 's/False/0/')"
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

# The eight answers to a registration, each with something of its explanation.
refusals() {
	local name text
	while IFS='|' read -r name text words; do
		rules efi "[{\"on\":\"PUT $PUT\",\"status\":400,\"json\":{\"nome\":\"$name\",\"mensagem\":\"$text\"}}]"
		run webhook set pem --force
		equal "$text: exit status" 5 "$RC"
		says "$text: the PSP's words" "$name: $text"
		says "$text: what it means" "$words"
	done <<-'END'
	valor_invalido|URL inválida|domain and path
	valor_invalido|A URL do webhook deve usar o protocolo HTTPS|does not begin with https://
	webhook_invalido|A autenticação de TLS mútuo não está configurada na URL informada|client_cert = "none"
	webhook_invalido|A URL informada está inacessível|DNS and the firewall
	webhook_invalido|A URL informada atingiu o tempo limite de resposta|did not answer in time
	webhook_invalido|A requisição na URL informada falhou com o erro: ECONNRESET|The connection broke
	webhook_invalido|A URL informada respondeu com o código HTTP 404|the path is not the hook's
	webhook_invalido|Não foi possível receber uma resposta da URL informada|closed the connection without an answer
	END
	rules efi "[{\"on\":\"PUT $PUT\",\"status\":400,\"json\":{\"nome\":\"valor_invalido\",\"mensagem\":\"Nao gostei de $URL\"}}]"
	run webhook set loja --force
	equal "a refusal of one key: exit status" 5 "$RC"
	silent "a secret that the PSP repeats is masked" "$HMAC"
	says "the other keys are tried all the same" "key $OTHER_KEY: registered again"
	rules efi '[{"on":"PUT","status":403,"json":{"error":"insufficient_scope","error_description":"Access token has insufficient scope"}}]'
	run webhook set loja --force
	equal "a missing scope" 5 "$RC"
	says "which one, and where to allow it" "insufficient_scope" "webhook.write" "Alterar Webhooks"
	says "it holds for all keys" "1 more not tried"
	rules efi '[{"on":"GET","status":429,"headers":{"Retry-After":"17"},"json":{"nome":"limite","mensagem":"Muitas"}}]'
	run webhook get loja
	equal "429" 5 "$RC"
	says "tells how long to wait" "429" "17"
	rules efi '[{"on":"PUT","status":201,"json":{}}]'
	run webhook set pem
	equal "a PSP that says yes and does nothing" 1 "$RC"
	says "is told of" "not what was sent"
	plain efi
}

# Answers that are none, and tokens.
strange() {
	local before
	rules efi '[{"on":"GET","status":200,"body":"<html>Em manutencao</html>"}]'
	run webhook get loja
	equal "not JSON" 5 "$RC"
	rules efi '[{"on":"GET","status":200}]'
	run webhook get loja
	equal "an empty answer" 5 "$RC"
	rules efi '[{"on":"GET","status":404,"body":"<html>nginx</html>"}]'
	run webhook get loja
	equal "a 404 of something else is not 'nothing registered'" 5 "$RC"
	rules efi '[{"on":"GET","status":200,"fill":9000000}]'
	run webhook get loja
	equal "a huge answer" 4 "$RC"
	rules efi '[{"on":"GET","cut":true,"json":{"webhookUrl":"https://a.example/x","chave":"k"}}]'
	run webhook get loja
	equal "an answer that is cut off" 4 "$RC"
	rules efi "[{\"on\":\"PUT\",\"cut\":true,\"json\":{\"webhookUrl\":\"x\"}}]"
	run webhook set pem --force
	equal "a registration whose answer is cut off" 4 "$RC"
	says "is not known to be done" "whether it was registered is not known"
	rules efi '[{"on":"POST /oauth/token","status":200,"body":"<html>","times":5},{"on":"GET","status":401,"json":{"error":"invalid_token","error_description":"expired"},"times":1}]'
	run webhook get loja
	equal "a token that is no JSON" 5 "$RC"
	plain efi
	run webhook get loja
	before=$(calls efi "POST /oauth/token")
	rules efi '[{"on":"GET","status":401,"json":{"error":"invalid_token","error_description":"x"},"times":1}]'
	run webhook get loja --key "$KEY"
	equal "one 401 costs one new token" "0 1" "$RC $(($(calls efi "POST /oauth/token") - before))"
	rules efi '[{"on":"GET","status":401,"json":{"error":"invalid_token","error_description":"y"}}]'
	before=$(calls efi GET)
	run webhook get loja --key "$KEY"
	equal "401 for ever is asked twice, no more" "5 2" "$RC $(($(calls efi GET) - before))"
	rules efi '[{"on":"GET","delay":2}]'
	run webhook get loja --key "$KEY"
	equal "a slow answer is waited for" 0 "$RC"
	plain efi
}

wrong() {
	while IFS='|' read -r hook status words; do
		run webhook get "$hook"
		equal "$hook: exit status" "$status" "$RC"
		says "$hook: why" "$words"
	done <<-'END'
	wrongpw|2|password
	foreign|4|certificate
	certless|2|api_cert
	badclient|5|invalid_client
	noca|4|certificate
	nobody|4|localhost
	noapi|2|api
	keyless|2|no keys
	indireto|2|is not known to pixgate
	END
	run webhook get lojja
	equal "an unknown hook" 2 "$RC"
	run webhook set banco --key "$KEY"
	equal "--key at BS2" 2 "$RC"
	run webhook set loja --event Recebimento
	equal "--event at Efí" 2 "$RC"
	run webhook resend banco E09089356202611201648APIaff26401
	equal "resend at BS2" 2 "$RC"
	chmod 644 pixgate/loja.client
	run webhook get loja
	equal "a client_secret that others may read" 2 "$RC"
	chmod 600 pixgate/loja.client
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

banco() {
	run webhook get banco
	equal "BS2: nothing is registered" 1 "$RC"
	run webhook set banco --dry-run
	says "BS2: --dry-run prints the request" '"eventos":["Recebimento","Pagamento"]' '"somenteComTxId":false' '"contaNumero":7654321' '"tipo":"basic"'
	run webhook set banco
	equal "BS2: set ends well" 0 "$RC"
	equal "BS2: what was put" "https://pix.example.com/bs2 basic banco:$BANK False 7654321" "$(last bs2 "PUT" \
		'(lambda b: " ".join([b["url"], b["autorizacao"]["tipo"], __import__("base64").b64decode(b["autorizacao"]["valor"]).decode(), str(b["somenteComTxId"]), str(b["contaNumero"])]))(json.loads(r["body"])[0])')"
	local before
	before=$(calls bs2 PUT)
	run webhook set banco
	equal "BS2: a second time nothing is put" "0 0" "$RC $(($(calls bs2 PUT) - before))"
	says "BS2: unchanged" "event Recebimento: unchanged"
	run webhook set banco --only-txid --event recebimento
	equal "BS2: --only-txid" "0 True" "$RC $(last bs2 PUT 'json.loads(r["body"])[0]["somenteComTxId"]')"
	run webhook set banco
	says "BS2: and back, told as the difference" "(only_txid)"
	run webhook set bearer
	equal "BS2: bearer" "0 bearer bearer-$BANK" "$RC $(last bs2 PUT '(lambda a: a["tipo"] + " " + a["valor"])(json.loads(r["body"])[0]["autorizacao"])')"
	run webhook get banco
	says "BS2: another hook's URL" "another URL" "https://pix.example.com/bearer"
	run webhook set open
	equal "BS2: none, with a secret in the URL" "0 {'tipo': 'none'}" "$RC $(last bs2 PUT 'json.loads(r["body"])[0]["autorizacao"]')"
	rules bs2 '[{"on":"GET","status":200,"json":[{"ID":"1","Evento":"Recebimento","somenteTxId":true,"url":"https://pix.example.com/bs2","contaNumero":7654321,"autorizacao":{"tipo":"Basic","valor":"***"}}]}]'
	run webhook get banco --json
	equal "BS2: the other spelling is read" "True True" "$(python3 -c 'import json; o = json.load(open("out")); print(o["only_txid"], o["ours"])')"
	rules bs2 '[{"on":"GET","status":403}]'
	run webhook get banco
	equal "BS2: an empty 403" 5 "$RC"
	says "BS2: is explained" "user_agent"
	rules bs2 '[{"on":"PUT","status":400,"json":[{"descricao":"O formato esperado não foi respeitado.","tag":"Webhook.Url"}]}]'
	run webhook set banco
	equal "BS2: a refusal" 5 "$RC"
	says "BS2: its words" "Webhook.Url" "O formato esperado não foi respeitado."
	plain bs2
	run webhook delete banco --yes
	equal "BS2: another hook's events are left" 1 "$RC"
	run webhook delete open --yes
	equal "BS2: delete" 0 "$RC"
	run webhook get open
	equal "BS2: then nothing is there" 1 "$RC"
}

dry
registers
lists
refusals
strange
wrong
resends
deletes
bcb
banco
run -v webhook get loja
for secret in "$HMAC" "$CLIENT_SECRET" "$PASSWORD" "$BANK" "$(printf '%s' "$ID:$CLIENT_SECRET" | base64 -w0)" "$(printf '%s' "banco:$BANK" | base64 -w0)" tok- another-secret-than-before; do
	equal "no output holds a secret ($(printf '%s' "$secret" | cut -c1-8)…)" 0 "$(grep -cF -- "$secret" said)"
done
finish
