#!/bin/bash
# Efí's API as it is documented (tests/samples/efi): the client sends each sample of a request and understands each of an answer; the
# emulator takes each request from a plain curl and answers in the shape of the samples. Neither is tested with the other here.
. "$(dirname "$0")/../lib.sh"
cd "$T" || exit 2
export HOME=$T
S=$ROOT/tests/samples/efi
shape() { # [OPTION…] SAMPLE ANSWER
	python3 "$ROOT/tests/tools/shape.py" "$@"
}
of() { # SAMPLE MEMBER
	python3 -c 'import json, sys; print(json.load(open(sys.argv[1], encoding="utf-8"))[sys.argv[2]])' "$S/$1.json" "$2"
}
URL=$(of webhook-set-hmac.request webhookUrl)
HMAC=${URL#*hmac=} HMAC=${HMAC%%&*}
KEY=$(of webhook-get.200 chave)
HOST=${URL#https://} HOST=${HOST%%/*}

# --- the client, and a PSP that says nothing but samples
ID=Client_Id_da_padaria
CLIENT_SECRET=Client_Secret_da_padaria
"$ROOT/tests/pki.sh" "$T/pki"
mkdir pixgate
printf '%s\n' "$HMAC" >pixgate/hmac
printf '%s\n' "$CLIENT_SECRET" >pixgate/client
cat pki/client.chain pki/client.key >pixgate/client.pem
chmod 600 pixgate/*
PORT=$(free_port)
start psp python3 "$ROOT/tests/tools/psp.py" --psp efi --port "$PORT" --cert pki/server.pem --client-ca pki/psp.pem --log calls --rules rules \
	--client-id "$ID" --client-secret "$CLIENT_SECRET"
wait_port "$PORT"
conf() { # FILE SETTINGS
	cat >"pixgate/$1" <<-END
	inbox = "sqlite:inbox.db";
	hooks = ( { name = "padaria"; path = "/webhook"; psp = "efi"; domain = "$HOST"; keys = [ "$KEY" ]; $2
	    api = "https://localhost:$PORT"; api_ca = "../pki/server.crt"; api_cert = "client.pem"; client_id = "$ID"; client_secret = "file:client"; } );
	END
}
conf skip.conf 'secret = "file:hmac";'
conf mtls.conf 'client_cert = "verify"; ca = "../pki/psp.pem"; pin = "CN=webhook.psp.example";'
# told METHOD-AND-PATH STATUS SAMPLE|- …: what the PSP answers, each once and in that order where one path has several
told() {
	python3 - "$S" "$RANDOM$RANDOM" "$@" >rules <<-'END'
	import json, sys
	folder, nonce, rules = sys.argv[1], sys.argv[2], []
	for i in range(3, len(sys.argv), 3):
	    rule = {"on": sys.argv[i], "status": int(sys.argv[i + 1]), "times": 1, "nonce": nonce + str(i)}
	    if sys.argv[i + 2] != "-":
	        rule["body"] = open("%s/%s.json" % (folder, sys.argv[i + 2]), encoding="utf-8").read()
	    rules.append(rule)
	json.dump(rules, sys.stdout)
	END
	: >calls
}
run() { # OPTION…
	"$PIXGATE" --conf "$T/pixgate/skip.conf" "$@" >out 2>err
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
	python3 - "$@" <<-'END' >sent
	import json, sys
	last = [c for c in map(json.loads, open("calls", encoding="utf-8")) if c["line"] == sys.argv[1]][-1]
	open("body", "w", encoding="utf-8").write(last["body"])
	print(" ".join(last["headers"].get(h, "-") for h in sys.argv[2:]))
	END
	cat sent
}
HOOK=/v2/webhook/$KEY

client_registers() {
	told "POST /oauth/token" 200 token.200 "GET $HOOK" 400 webhook-get.400 "PUT $HOOK" 201 webhook-set.201 "GET $HOOK" 200 webhook-get.200
	run webhook set padaria
	equal "client: what it understands of set" "0 registered" "$RC $(sed -n 's/^key .*: \(.*\)$/\1/p' out)"
	equal "client: the token's request, as Efí documents it" "application/json Basic $(printf '%s' "$ID:$CLIENT_SECRET" | base64 -w0)" \
		"$(sent "POST /oauth/token" content-type authorization)"
	check "client: its body" shape --same "$S/token.request.json" body
	equal "client: the registration's headers" "application/json true Bearer $(of token.200 access_token)" \
		"$(sent "PUT $HOOK" content-type x-skip-mtls-checking authorization)"
	check "client: its body, with the secret" shape --same "$S/webhook-set-hmac.request.json" body
	told "GET $HOOK" 400 webhook-get.400 "PUT $HOOK" 201 webhook-set.201 "GET $HOOK" 400 webhook-get.400
	"$PIXGATE" --conf "$T/pixgate/mtls.conf" webhook set padaria >out 2>err
	equal "client: the registration's header with mTLS" "false" "$(sent "PUT $HOOK" x-skip-mtls-checking)"
	check "client: its body, without a secret" shape --same "$S/webhook-set.request.json" body
}
client_reads() {
	told "GET $HOOK" 200 webhook-get.200 "GET /v2/webhookrec" 200 webhookrec-get.200
	run webhook get padaria --rec --json
	equal "client: get understands both" "0 True $(of webhook-get.200 criacao) True $(of webhookrec-get.200 criacao)" \
		"$RC $(python3 -c 'import json; print(*[x for l in open("out") for x in (json.loads(l)["ours"], json.loads(l)["since"])])')"
	told "GET $HOOK" 400 webhook-get.400
	run webhook get padaria
	equal "client: get of nothing" 1 "$RC"
	told "GET $HOOK" 404 problem-webhook.404
	run webhook get padaria
	equal "client: nothing, as the BCB says it" 1 "$RC"
	told "GET /v2/webhook?" 200 webhook-list.200
	run webhook list padaria --json
	equal "client: list understands all three" "0 $(python3 -c 'import json, sys; print(*[w["chave"] for w in json.load(open(sys.argv[1]))["webhooks"]])' "$S/webhook-list.200.json")" \
		"$RC $(python3 -c 'import json; print(*[json.loads(l)["key"] for l in open("out")])')"
	says "client: and says that a fourth was spoken of" "speaks of 4 webhooks, and sent 3"
	told "GET /v2/webhook?" 400 webhook-list.400
	run webhook list padaria
	equal "client: a list that is refused" 5 "$RC"
	says "client: in its words" "valor_invalido: $(of webhook-list.400 mensagem)"
	told "POST /v2/gn/webhook/reenviar" 202 -
	# shellcheck disable=SC2046
	run webhook resend padaria $(python3 -c 'import json, sys; print(*json.load(open(sys.argv[1]))["e2eids"])' "$S/resend.request.json")
	equal "client: resend" "0 application/json" "$RC $(sent "POST /v2/gn/webhook/reenviar" content-type)"
	check "client: its body" shape --same "$S/resend.request.json" body
}
client_reconciles() {
	local since=2026-03-14T00:00:00Z until=2026-03-15T00:00:00Z
	told "GET /v2/pix?" 200 pix-list.200
	run reconcile padaria --since $since --until $until --fix --json
	equal "client: reconcile understands both Pix and the refund" "1 missing received 1000, missing received 320, missing refund 250" \
		"$RC $(python3 -c 'import json
print(*sorted("%s %s %d" % (r["finding"], r["kind"], r["psp"]["amount_cents"]) for r in map(json.loads, open("out")) if "finding" in r), sep=", ")')"
	equal "client: its request, as Efí documents it" 1 "$(grep -cF '"GET /v2/pix?inicio=2026-03-14T00%3A00%3A00Z&fim=2026-03-15T00%3A00%3A00Z"' calls)"
	told "GET /v2/pix?" 200 pix-list.200
	run reconcile padaria --since $since --until $until
	equal "client: and has them then" 0 "$RC"
	told "GET /v2/pix?" 400 webhook-list.400
	run reconcile padaria --since $since --until $until
	equal "client: a list of Pix that is refused" 5 "$RC"
	says "client: in its words" "valor_invalido: $(of webhook-list.400 mensagem)"
}
client_is_refused() {
	local sample
	for sample in refused-a-url.400 refused-b-https.400 refused-c-mtls.400 refused-d-unreachable.400 refused-e-timeout.400 refused-f-errno.400 refused-g-status.400 \
		refused-h-silence.400; do
		told "GET $HOOK" 400 webhook-get.400 "PUT $HOOK" 400 "$sample"
		run webhook set padaria
		equal "client: $sample: exit status" 5 "$RC"
		says "client: $sample: the words" "HTTP 400 $(of $sample nome): $(of $sample mensagem)"
		# what is said besides: that the PSP calls now, what the words mean, and what to do
		equal "client: $sample: explained" 4 "$(grep -c '^pixgate: ' err)"
	done
	while read -r sample words; do
		# twice: a scope that is missing is asked for again with a token of now
		told "GET $HOOK" "${sample##*.}" "$sample" "GET $HOOK" "${sample##*.}" "$sample"
		run webhook get padaria
		equal "client: $sample: exit status" 5 "$RC"
		says "client: $sample: the words" "$words"
	done <<-END
	scope.403 HTTP 403 insufficient_scope: $(of scope.403 error_description)
	invalid.400 HTTP 400 json_invalido: $(of invalid.400 mensagem) (.body.webhookUrl: deve ser do tipo string)
	problem-webhook.400 HTTP 400 WebhookOperacaoInvalida: $(of problem-webhook.400 detail)
	problem-access.403 HTTP 403 AcessoNegado: $(of problem-access.403 detail)
	problem-sent.404 HTTP 404 PixEnviadoNaoEncontrado: $(of problem-sent.404 detail)
	END
	find pixgate -path '*token*' -type f -delete
	told "POST /oauth/token" 401 token.401
	run webhook get padaria
	equal "client: no token: exit status" 5 "$RC"
	says "client: no token: the words, and what to do" "invalid_client: $(of token.401 error_description)" "Copy both anew"
}

# --- the emulator, and a curl
BANK=$T/bank
MERCHANT=$(free_port)
serve() { # [OPTION…]
	emul_start emul "$BANK" --json "$@"
	API=$(sed -n 's/.*"api":"\([^"]*\)".*/\1/p' emul.out)
}
# api METHOD PATH [SAMPLE] [CURL ARGUMENT…]: the sample's host is this machine's, for the emulator calls it. Sets STATUS, and the file answer
api() {
	local method=$1 path=$2 data=()
	shift 2
	case ${1:--} in
	-*) ;;
	*)
		sed "s|https://$HOST/|https://localhost:$MERCHANT/|" "$S/$1.json" >data
		data=(-H "Content-Type: application/json" -d @data)
		shift
		;;
	esac
	STATUS=$(curl -s -m 20 -o answer -w '%{http_code}' --cacert "$BANK/api-ca.pem" --cert-type P12 --cert "$BANK/client-sandbox.p12:" -X "$method" \
		-H "Authorization: ${AUTH:-Bearer $TOKEN}" ${data[@]+"${data[@]}"} "$@" "$API$path")
}
# answers NAME STATUS [SAMPLE [OPTION…]]
answers() {
	local name=$1
	equal "emulator: $name" "$2" "$STATUS"
	[ -z "${3:-}" ] || check "emulator: $name: as $3" shape "${@:4}" "$S/$3.json" answer
}
token() { # SECRET
	AUTH="Basic $(printf 'Client_Id_pixgate_emulator:%s' "$1" | base64 -w0)" api POST /oauth/token token.request
	TOKEN=$(sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p' answer)
}
emulator() {
	local name
	"$PIXGATE" emul pki "$BANK" >/dev/null 2>&1 || not_ok "emul pki"
	start listener python3 "$ROOT/tests/tools/listener.py" --port "$MERCHANT" --cert "$BANK/server.crt" --key "$BANK/server.key" --log merchant webhook=200
	wait_port "$MERCHANT"
	serve
	token wrong
	answers "a wrong secret" 401 token.401 --same
	token "$(cat "$BANK/client.secret")"
	answers "a token" 200 token.200
	api GET "$HOOK"
	answers "get of nothing" 400 webhook-get.400 --same
	for name in webhook-set.request webhook-set-ignorar.request webhook-set-hmac.request; do
		api PUT "$HOOK" $name -H 'x-skip-mtls-checking: true'
		answers "$name" 201 webhook-set.201
		check "emulator: $name: the URL is the one that was sent" shape --same data answer
		api GET "$HOOK"
		answers "get after $name" 200 webhook-get.200
	done
	api GET "/v2/webhook?inicio=2026-01-01T00:00:00Z&fim=2099-01-01T00:00:00Z"
	answers "list" 200 webhook-list.200
	api GET "/v2/webhook?inicio=2026-02-01T00:00:00Z&fim=2026-01-01T00:00:00Z"
	answers "a list that ends before it begins" 400 webhook-list.400 --same
	api GET /v2/webhookrec
	answers "webhookrec of nothing" 404 problem-webhook.404
	api PUT /v2/webhookrec webhook-set-hmac.request -H 'x-skip-mtls-checking: true'
	answers "webhookrec" 201
	api GET /v2/webhookrec
	answers "get of webhookrec" 200 webhookrec-get.200
	api PUT "$HOOK" -H 'Content-Type: application/json' -d '{"webhookUrl":7}'
	answers "a value of another type" 400 invalid.400
	api PUT /v2/gn/config config.request
	answers "the configuration" 204
	api GET /v2/gn/config
	answers "the configuration, read" 200 config.request --same
	api POST /v2/gn/webhook/reenviar resend.request
	answers "resend" 202
	api POST /v2/gn/webhook/reenviar token.request
	answers "resend of nothing" 400 problem-webhook.400
	"$PIXGATE" emul pay --conf-dir "$BANK" --json --key "$KEY" --amount 10.00 >pay.out 2>>said.log
	api GET "/v2/pix/$(sed -n 's/.*"e2eid":"\([^"]*\)".*/\1/p' pay.out)"
	# the BCB's Pix has chave since 2.2.1; this one has no txid, and nothing of it was returned
	answers "a Pix" 200 pix-get.200 --more chave --less txid,devolucoes
	api GET "/v2/pix?inicio=2026-01-01T00:00:00Z&fim=2099-01-01T00:00:00Z"
	# at Efí the list's key is not documented, and the BCB's Pix has it
	answers "a list of Pix" 200 pix-list.200 --less txid,devolucoes
	api GET "/v2/pix?inicio=2026-02-01T00:00:00Z&fim=2026-01-01T00:00:00Z"
	answers "a list of Pix that ends before it begins" 400 webhook-list.400 --same
	stop "$EMUL_PID"
	serve --scopes webhook.read
	token "$(cat "$BANK/client.secret")"
	api PUT "$HOOK" webhook-set-hmac.request -H 'x-skip-mtls-checking: true'
	answers "a scope that is missing" 403 scope.403 --same
	stop "$EMUL_PID"
}

client_registers
client_reads
client_reconciles
client_is_refused
equal "client: no secret was said" 0 "$(grep -cF -e "$HMAC" -e "$CLIENT_SECRET" -e "$(of token.200 access_token)" said.log)"
emulator
finish
