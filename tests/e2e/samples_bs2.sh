#!/bin/bash
# Banco BS2's API as far as it is documented (tests/samples/bs2), direct client and indirect participant: the client sends each
# sample of a request and understands each of an answer; the emulator takes each request from a plain curl and answers in the
# shape of the samples. Neither is tested with the other here.
. "$(dirname "$0")/../lib.sh"
cd "$T" || exit 2
export HOME=$T
S=$ROOT/tests/samples/bs2
shape() { # [OPTION…] SAMPLE ANSWER
	python3 "$ROOT/tests/tools/shape.py" "$@"
}
of() { # SAMPLE EXPRESSION over s, the sample
	python3 -c 'import json, sys; s = json.load(open(sys.argv[1], encoding="utf-8")); print(eval(sys.argv[2]))' "$S/$1.json" "$2"
}
HOST=$(of webhook-set.request 's[0]["url"].split("/")[2]')
BASIC=$(of webhook-set.request 's[0]["autorizacao"]["valor"]' | base64 -d)
BEARER=$(of route-change.request 's["autenticacao"]["valor"]')
ROUTE=$(of route-set.201 's["id"]')
DIRECT=/pix/direto/forintegration/v1/webhook/bs2
INDIRECT=/pix/indireto/forintegration/v1/webhook/bs2

# --- the client, and a PSP that says nothing but samples
ID=Chave_da_padaria
CLIENT_SECRET=Segredo_da_padaria
"$ROOT/tests/pki.sh" "$T/pki"
mkdir pixgate
printf '%s\n' "$CLIENT_SECRET" >pixgate/client
printf '%s\n' "$BASIC" >pixgate/basic
printf '%s\n' "$BEARER" >pixgate/bearer
chmod 600 pixgate/*
PORT=$(free_port)
start psp python3 "$ROOT/tests/tools/psp.py" --psp bs2 --port "$PORT" --cert pki/server.pem --log calls --rules rules --client-id "$ID" --client-secret "$CLIENT_SECRET"
wait_port "$PORT"
conf() { # FILE AUTHENTICATION-OF-THE-INDIRECT-HOOK
	local api="domain = \"$HOST\"; api = \"https://localhost:$PORT\"; api_ca = \"../pki/server.crt\"; client_id = \"$ID\"; client_secret = \"file:client\";"
	cat >"pixgate/$1" <<-END
	inbox = "sqlite:inbox.db";
	hooks = ( { name = "direto"; path = "/bs2"; psp = "bs2"; basic = "file:basic"; account = $(of webhook-set.request 's[0]["contaNumero"]'); $api },
	  { name = "indireto"; path = "/bs2/indireto"; psp = "bs2-indirect"; $2; $api } );
	END
}
conf basic.conf 'basic = "file:basic"'
conf bearer.conf 'bearer = "file:bearer"'
CONF=$T/pixgate/basic.conf
# told METHOD-AND-PATH STATUS SAMPLE|-|JSON …: what the PSP answers, each once and in that order where one path has several
told() {
	python3 - "$S" "$RANDOM$RANDOM" "$@" >rules <<-'END'
	import json, sys
	folder, nonce, rules = sys.argv[1], sys.argv[2], []
	for i in range(3, len(sys.argv), 3):
	    rule = {"on": sys.argv[i], "status": int(sys.argv[i + 1]), "times": 1, "nonce": nonce + str(i)}
	    text = sys.argv[i + 2]
	    if text.startswith("["):
	        rule["body"] = text
	    elif text != "-":
	        rule["body"] = open("%s/%s.json" % (folder, text), encoding="utf-8").read()
	    rules.append(rule)
	json.dump(rules, sys.stdout)
	END
	: >calls
}
run() { # OPTION…
	"$PIXGATE" --conf "$CONF" "$@" >out 2>err
	RC=$?
	cat out err >>said.log
}
says() { # NAME WORDS…: each in out or err
	local name=$1 words
	shift
	for words in "$@"; do
		grep -qF -- "$words" out err || { not_ok "$name" "wanted '$words', got: $(cat out err)"; return; }
	done
	ok "$name"
}
# sent METHOD-AND-PATH [HEADER…]: of the last such request the body (in the file body) and headers
sent() {
	: >body
	python3 - "$@" <<-'END'
	import json, sys
	calls = [c for c in map(json.loads, open("calls", encoding="utf-8")) if c["line"] == sys.argv[1]] or sys.exit("nothing was sent")
	open("body", "w", encoding="utf-8").write(calls[-1]["body"])
	print(" ".join(calls[-1]["headers"].get(h, "-") for h in sys.argv[2:]))
	END
}
direct_client() {
	told "POST /auth/oauth/v2/token" 200 token.200 "GET $DIRECT" 200 "[]" "PUT $DIRECT" 200 - "GET $DIRECT" 200 webhook-get.200
	run webhook set direto --event Pagamento,Recebimento
	equal "client: set" "0 2" "$RC $(grep -c ': registered$' out)"
	equal "client: the token's request, as BS2 documents it" "application/x-www-form-urlencoded Basic $(printf '%s' "$ID:$CLIENT_SECRET" | base64 -w0)" \
		"$(sent "POST /auth/oauth/v2/token" content-type authorization)"
	equal "client: its form" "client_credentials True" "$(python3 -c 'import urllib.parse
f = urllib.parse.parse_qs(open("body").read(), strict_parsing=True)
print(f["grant_type"][0], {"webhook.read", "webhook.write"} <= set(f["scope"][0].split()))')"
	equal "client: the registration's headers" "application/json Bearer $(of token.200 's["access_token"]')" "$(sent "PUT $DIRECT" content-type authorization)"
	check "client: its body" shape --same "$S/webhook-set.request.json" body
	told "GET $DIRECT" 200 webhook-get.200
	run webhook get direto --json
	equal "client: get understands both" "0 True True" "$RC $(python3 -c 'import json; print(*[json.loads(l)["ours"] for l in open("out")])')"
	told "GET $DIRECT" 200 webhook-get.200 "DELETE $DIRECT" 204 - "DELETE $DIRECT" 204 - "GET $DIRECT" 200 "[]"
	run webhook delete direto --yes
	equal "client: delete names each id" "0 $(of webhook-get.200 '" ".join(sorted(r["id"] for r in s))')" \
		"$RC $(python3 -c 'import json; print(*sorted(json.loads(l)["line"].rsplit("/", 1)[1] for l in open("calls") if json.loads(l)["line"].startswith("DELETE")))')"
}
direct_client_reconciles() {
	local list=/pix/direto/forintegration/v1/recebimentos since=2026-03-14T03:00:00Z until=2026-03-15T03:00:00Z
	told "GET $list?" 200 receipts.200
	run reconcile direto --since $since --until $until --fix --json
	equal "client: reconcile understands the receipts and the refund" "1 $(of receipts.200 'sorted([i["valor"] for i in s["items"]] + [d["valor"] for i in s["items"] for d in i["devolucoes"]])')" \
		"$RC $(python3 -c 'import json
print(sorted(r["psp"]["amount_cents"] / 100 for r in map(json.loads, open("out")) if "finding" in r))')"
	equal "client: its request, in Brasília's time" 1 "$(grep -cF "\"GET $list?Inicio=2026-03-14T00%3A00%3A00-03%3A00&Fim=2026-03-15T00%3A00%3A00-03%3A00\"" calls)"
	told "GET $list?" 200 receipts.200
	run reconcile direto --since $since --until $until
	equal "client: and has them then" 0 "$RC"
}
client_is_refused() {
	local sample words
	while read -r sample words; do
		# twice: with a token that is not taken it asks for another, once
		told "GET $DIRECT" "${sample##*.}" "$sample" "GET $DIRECT" "${sample##*.}" "$sample"
		run webhook get direto
		equal "client: $sample: exit status" 5 "$RC"
		says "client: $sample: the words" "$words"
		equal "client: $sample: explained" 3 "$(grep -c '^pixgate: ' err)"
	done <<-END
	apikey.401 HTTP 401 invalid_request: $(of apikey.401 's["error_description"]')
	field.400 HTTP 400 Webhook.Url: $(of field.400 's[0]["descricao"]')
	internal.500 HTTP 500: $(of internal.500 's[0]["descricao"]')
	context.400 HTTP 400: $(of context.400 's["message"]')
	context-tag.400 HTTP 400 CT02098: $(of context-tag.400 's[0]["descricao"]')
	END
	find pixgate -path '*token*' -type f -delete
	told "POST /auth/oauth/v2/token" 401 token.401
	run webhook get direto
	equal "client: no token: exit status" 5 "$RC"
	says "client: no token: the words, and what to do" "invalid_client: $(of token.401 's["error_description"]')" "Copy API Key and API Secret anew"
}
indirect_client() {
	told "GET $INDIRECT" 200 "[]" "POST $INDIRECT" 201 route-set.201 "GET $INDIRECT" 200 route-list.200
	run webhook set indireto --event RecebimentoFinalizado
	equal "client: a route" "0 1" "$RC $(grep -c '^event RecebimentoFinalizado: registered$' out)"
	equal "client: its header" "application/json" "$(sent "POST $INDIRECT" content-type)"
	check "client: its body" shape --same "$S/route-set.request.json" body
	told "GET $INDIRECT" 200 route-list.200
	run webhook get indireto --json
	equal "client: get understands both routes" "0 RecebimentoFinalizado True ValidacaoRecebimento False" \
		"$RC $(python3 -c 'import json; print(*[x for l in open("out") for x in (json.loads(l)["event"], json.loads(l)["ours"])])')"
	CONF=$T/pixgate/bearer.conf
	told "GET $INDIRECT" 200 route-list.200 "PUT $INDIRECT" 200 route-set.201 "GET $INDIRECT" 200 route-list.200
	run webhook set indireto --event RecebimentoFinalizado
	sent "PUT $INDIRECT" >/dev/null
	check "client: altering it, its body" shape --same "$S/route-change.request.json" body
	equal "client: and it sees that nothing was altered" 1 "$RC"
	CONF=$T/pixgate/basic.conf
	told "GET $INDIRECT" 200 route-list.200 "DELETE $INDIRECT/$ROUTE" 204 - "GET $INDIRECT" 200 "[]"
	run webhook delete indireto --yes
	equal "client: delete names its id" "0 1" "$RC $(grep -cF "DELETE $INDIRECT/$ROUTE" calls)"
	# it is not of that host, which --force lets pass
	told "PUT $INDIRECT/certificado" 204 -
	run cert push indireto --cert pki/server.crt --force
	equal "client: the certificate" "0 application/json" "$RC $(sent "PUT $INDIRECT/certificado" content-type)"
	check "client: its body" shape "$S/cert.request.json" body
	equal "client: which is a PEM text in base64, as in the sample" "$(of cert.request '__import__("base64").b64decode(s["certificado"]).decode().splitlines()[0]') True" \
		"$(python3 -c 'import base64, json, ssl
got = base64.b64decode(json.load(open("body"))["certificado"], validate=True).decode()
print(got.splitlines()[0], ssl.PEM_cert_to_DER_cert(got) == ssl.PEM_cert_to_DER_cert(open("pki/server.crt").read()))')"
}

# --- the emulator, and a curl
BANK=$T/bank
# api METHOD PATH [SAMPLE] [CURL ARGUMENT…]. Sets STATUS, and the file answer
api() {
	local method=$1 path=$2 data=()
	shift 2
	case ${1:--} in
	-*) ;;
	*) data=(-H "Content-Type: application/json" -d "@$S/$1.json") && shift ;;
	esac
	STATUS=$(curl -s -m 20 -o answer -w '%{http_code}' --cacert "$BANK/api-ca.pem" -X "$method" -H "Authorization: ${AUTH:-Bearer $TOKEN}" \
		${data[@]+"${data[@]}"} "$@" "$API$path")
}
# answers NAME STATUS [SAMPLE [OPTION…]]
answers() {
	local name=$1
	equal "emulator: $name" "$2" "$STATUS"
	[ -z "${3:-}" ] || check "emulator: $name: as $3" shape "${@:4}" "$S/$3.json" answer
}
token() { # SECRET
	AUTH="Basic $(printf 'Client_Id_pixgate_emulator:%s' "$1" | base64 -w0)" api POST /auth/oauth/v2/token -d grant_type=client_credentials \
		--data-urlencode "scope=webhook.read webhook.write pix.read pix.write"
	TOKEN=$(sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p' answer)
}
emulator() {
	local e2eid
	"$PIXGATE" emul pki "$BANK" >/dev/null 2>>said.log || not_ok "emul pki"
	emul_start emul "$BANK" --json --time-scale 0.01
	API=$(sed -n 's/.*"api":"\([^"]*\)".*/\1/p' emul.out)
	TOKEN=nobody
	api GET "$DIRECT"
	answers "a token of nobody" 401 apikey.401 --same
	token wrong
	answers "a wrong secret" 401 token.401 --same
	token "$(cat "$BANK/client.secret")"
	answers "a token" 200 token.200
	api PUT "$DIRECT" webhook-set-least.request
	answers "the least that can be registered" 200
	api PUT "$DIRECT" webhook-set.request
	answers "all that can be registered" 200
	api GET "$DIRECT"
	answers "get" 200 webhook-get.200
	equal "emulator: what was registered" "$(of webhook-set.request 'sorted(s[0]["eventos"]), s[0]["contaNumero"], s[0]["autorizacao"]')" \
		"$(python3 -c 'import json; s = json.load(open("answer")); print((sorted(r["evento"] for r in s), s[0]["contaNumero"], s[0]["autorizacao"]))')"
	api PUT "$DIRECT" -H 'Content-Type: application/json' -d '[{"url":7,"eventos":["Recebimento"]}]'
	answers "a value of another type" 400 field.400 --same
	api POST "$INDIRECT" route-set.request
	answers "a route" 201 route-set.201
	python3 -c 'import json
r = json.load(open("answer"))
print(json.dumps({"url": r["url"], "evento": r["evento"], "autenticacao": r["autenticacao"]}))' >kept
	check "emulator: a route as it was sent" shape --same "$S/route-set.request.json" kept
	sed "s/$ROUTE/$(sed -n 's/.*"id":"\([^"]*\)".*/\1/p' answer)/" "$S/route-change.request.json" >change
	api POST "$INDIRECT" -H 'Content-Type: application/json' -d '{"url":"https://consulta.padaria.example/validar","evento":"ValidacaoRecebimento","autenticacao":{"tipo":"None","valor":null}}'
	answers "a route without credentials" 201
	api GET "$INDIRECT"
	answers "all routes" 200 route-list.200
	api PUT "$INDIRECT" -H 'Content-Type: application/json' -d @change
	answers "a route altered" 200 route-set.201
	equal "emulator: to what was sent" "$BEARER" "$(python3 -c 'import json; print(json.load(open("answer"))["autenticacao"]["valor"])')"
	api DELETE "$INDIRECT/$(sed -n 's/.*"id":"\([^"]*\)".*/\1/p' answer)"
	answers "a route deleted" 204
	api PUT "$INDIRECT/certificado" cert.request
	answers "a certificate that is none" 500 internal.500 --same
	sed "s|\"certificado\": \"[^\"]*\"|\"certificado\": \"$(openssl x509 -in "$BANK/server.crt" | base64 -w0)\"|" "$S/cert.request.json" >cert
	api PUT "$INDIRECT/certificado" -H 'Content-Type: application/json' -d @cert
	answers "a certificate" 204
	"$PIXGATE" emul event --conf-dir "$BANK" Recebimento --txid "$(of receipt.200 's["txId"]')" --key "$(of receipt.200 's["chaveDict"]')" --amount 27.50 >notice 2>>said.log
	e2eid=$(sed -n 's/.*"endToEndId":"\([^"]*\)".*/\1/p' notice)
	api GET "/pix/direto/forintegration/v1/recebimentos/$e2eid/recebimento"
	answers "a receipt" 200 receipt.200 --less devolucoes
	"$PIXGATE" emul event --conf-dir "$BANK" Recebimento --key "$(of receipt.200 's["chaveDict"]')" --amount 3.20 >/dev/null 2>>said.log
	api PUT "/pix/direto/forintegration/v1/pix/$e2eid/devolucao/$(of refund.200 's["id"]')" refund.request
	answers "a refund is asked for" 201 refund.200 --less liquidacao
	ended() {
		api GET "/pix/direto/forintegration/v1/pix/$e2eid/devolucao/$(of refund.200 's["id"]')"
		grep -q DEVOLVIDO answer
	}
	check "emulator: a refund ends" until_true 30 ended
	answers "a refund" 200 refund.200
	api GET "/pix/direto/forintegration/v1/recebimentos?Inicio=2026-01-01&Fim=2099-01-01"
	answers "a list of receipts" 200 receipts.200 --less motivo
	equal "emulator: … with the refund of the first" "2 7.5 0" \
		"$(python3 -c 'import json; a = json.load(open("answer")); i = a["items"]; print(a["pagina"]["qtd"], i[0]["devolucoes"][0]["valor"], len(i[1]["devolucoes"]))')"
	api GET "/pix/direto/forintegration/v1/pix/$e2eid"
	answers "a Pix" 200 pix.200
}

direct_client
direct_client_reconciles
client_is_refused
indirect_client
equal "client: no secret was said" 0 "$(grep -cF -e "$BASIC" -e "$(printf '%s' "$BASIC" | base64 -w0)" -e "$BEARER" -e "$CLIENT_SECRET" -e "$(of token.200 's["access_token"]')" said.log)"
emulator
finish
