#!/bin/bash
# Efí's sandbox by itself: charges that are paid, refunds, sends and what comes back of them, seen from the gate's inbox.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/nginx.sh"
E=$T/emul
check "emul pki" "$PIXGATE" emul pki "$E"
mkdir -p "$T/pixgate"
printf '%s\n' "$SECRET" >"$T/pixgate/loja.secret"
chmod 600 "$T/pixgate/loja.secret"
CONF=$T/pixgate/pixgate.conf
cat >"$CONF" <<END
inbox = "sqlite:inbox.db";
domain = "pix.example.com";
hooks = (
  { name = "loja"; path = "/webhook"; psp = "efi"; environment = "sandbox"; secret = [ "file:loja.secret" ]; sources = [ ];
    client_cert = "verify"; ca = "$E/sandbox.pem"; pin = "CN=webhook-h.efipay.com.br"; keys = [ "$KEY" ]; }
);
END
gate_start
nginx_start ssl "
    ssl_certificate $E/server.crt;
    ssl_certificate_key $E/server.key;
    ssl_client_certificate $E/sandbox.pem;
    ssl_verify_client optional;
    ssl_verify_depth 3;"
URL="https://localhost:$PORT/webhook?hmac=$SECRET&ignorar="

# serve SCALE [OPTION…]
serve() {
	local scale=$1
	shift
	emul_start emul "$E" --json --time-scale "$scale" "$@"
	API=$(sed -n 's/.*"api":"\([^"]*\)".*/\1/p' "$T/emul.out")
	ID=$(sed -n 's/.*"client_id":"\([^"]*\)".*/\1/p' "$T/emul.out")
	AUTH="Basic $(printf '%s:%s' "$ID" "$(cat "$E/client.secret")" | base64 -w0)"
	api POST /oauth/token -d '{"grant_type":"client_credentials"}'
	AUTH="Bearer $(sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p' "$T/answer")"
}
api() { # METHOD PATH [CURL ARGUMENT…]
	local method=$1 path=$2
	shift 2
	: >"$T/answer"
	STATUS=$(curl -s -m 30 -o "$T/answer" -w '%{http_code}' --cacert "$E/api-ca.pem" --cert-type P12 --cert "$E/client-${WHO:-sandbox}.p12:" -X "$method" \
		-H "Authorization: $AUTH" -H "Content-Type: application/json" "$@" "$API$path")
	ANSWER=$(cat "$T/answer")
}
emul() {
	local verb=$1
	shift
	"$PIXGATE" emul "$verb" --conf-dir "$E" "$@" >"$T/verb.out" 2>"$T/verb.err"
}
amounts() { # KIND [FILTER…]: of the inbox, sorted
	local kind=$1
	shift
	list --kind "$kind" "$@" 2>/dev/null | sed -n 's/.*"status":"\([^"]*\)".*"amount_cents":\([0-9]*\).*/\1 \2/p' | sort | tr '\n' ';'
}
are() { # WANT KIND [FILTER…]
	local want=$1
	shift
	[ "$(amounts "$@")" = "$want" ]
}
names() { # NAME: of the answer's error
	grep -qF "\"nome\":\"$1\"" <<<"$ANSWER" && echo "$1"
}

serve 0.05
api PUT "/v2/webhook/$KEY" -d "{\"webhookUrl\":\"$URL\"}"
equal "registered" 201 "$STATUS"

# --- charges: made, killed before they are due, paid once
emul charge --key "$KEY" --amount 9.99 --json
equal "emul charge" 0 $?
SMALL=$(sed -n 's/.*"txid":"\([^"]*\)".*/\1/p' "$T/verb.out")
emul charge --key "$KEY" --amount 10,01
LARGE=$(cat "$T/verb.out")
check "txids of 32 letters and digits" grep -qE '^[a-z0-9]{32} [a-z0-9]{32}$' <<<"$SMALL $LARGE"
stop "$EMUL_PID" KILL
equal "killed before it was due: nothing came" 0 "$(events)"
serve 0.05
check "after a new start the charge is paid" until_true 30 are " 999;" received --txid "$SMALL"
api GET "/v2/cob/$SMALL"
equal "it is CONCLUIDA" 1 "$(grep -c '"status":"CONCLUIDA"' "$T/answer")"
E2E=$(list --txid "$SMALL" | sed -n 's/.*"e2eid":"\([^"]*\)".*/\1/p')
emul pay "$SMALL"
equal "it is paid already" 5 $?
api GET "/v2/cob/$LARGE"
equal "the large one is ATIVA" 1 "$(grep -c '"status":"ATIVA"' "$T/answer")"
emul charge --key "$KEY" --amount 1.00 --txid "$SMALL"
equal "a txid that is taken" 5 $?
emul charge --key "$KEY" --amount 1.00 --txid short
equal "a txid that is none" 2 $?
emul charge --key "$KEY"
equal "a charge of nothing" 2 $?

# --- paid sooner: once
emul charge --key "$KEY" --amount 3.00
SOON=$(cat "$T/verb.out")
emul pay "$SOON"
equal "emul pay sooner" 0 $?
check "the sandbox finds it paid" until_true 30 grep -q 'kind=efi-cob end=charge .*paid already' "$T/emul.log"
equal "one Pix of it" " 300;" "$(amounts received --txid "$SOON")"

# --- refunds, by the API and by the verb
api PUT "/v2/pix/$E2E/devolucao/dev1" -d '{"valor":"0.01"}'
equal "a refund that the sandbox refuses" "201 1" "$STATUS $(grep -c EM_PROCESSAMENTO "$T/answer")"
api PUT "/v2/pix/$E2E/devolucao/dev2" -d '{"valor":"4.00"}'
equal "a refund" 201 "$STATUS"
api PUT "/v2/pix/$E2E/devolucao/dev2" -d '{"valor":"4.00"}'
equal "the same again" "409 devolucao_id_duplicado" "$STATUS $(names devolucao_id_duplicado)"
check "both ends arrive" until_true 30 are "DEVOLVIDO 400;NAO_REALIZADO 1;" refund --e2eid "$E2E"
emul refund "$E2E" --amount 6.00
equal "more than is left" "5 1" "$? $(grep -c 'left to refund' "$T/verb.err")"
emul refund "$E2E" --amount 5,99 --nature MED_FRAUDE --id med1 --json
equal "MED takes the rest" "0 1" "$? $(grep -c '"id":"med1".*"nature":"MED_FRAUDE","amount_cents":599' "$T/verb.out")"
check "it arrives" until_true 30 are "DEVOLVIDO 400;DEVOLVIDO 599;NAO_REALIZADO 1;" refund --e2eid "$E2E"
emul refund "$E2E" --amount 1.00 --nature GIFT
equal "a nature that is none" 2 $?
emul refund E0 --amount 1.00
equal "a Pix that nobody sent" 1 $?
emul refund "$E2E"
equal "no amount" 2 $?
api GET "/v2/pix/$E2E"
equal "the Pix lists its refunds" "200 3" "$STATUS $(grep -o '"rtrId"' "$T/answer" | grep -c .)"
before=$(grep -c '^emul: taken' "$T/emul.log")
api POST /v2/gn/webhook/reenviar -d "{\"tipo\":\"DEVOLUCAO_ENVIADA\",\"e2eids\":[\"$E2E\"]}"
again() {
	[ "$(grep -c '^emul: taken' "$T/emul.log")" = $((before + 1)) ]
}
check "a resend is one notice" until_true 30 again
check "… with all three" grep -q 'events=4 fresh=0' "$T/gate.log"

# --- sends
send() { # ID AMOUNT [PAYEE]
	api PUT "/v2/gn/pix/$1" -d "{\"valor\":\"$2\",\"pagador\":{\"chave\":\"$KEY\"},\"favorecido\":{\"chave\":\"${3:-efipay@sejaefi.com.br}\"}}"
}
send envio1 4.00
equal "a payment" "201 1" "$STATUS $(grep -c EM_PROCESSAMENTO "$T/answer")"
SENT=$(sed -n 's/.*"e2eId":"\([^"]*\)".*/\1/p' "$T/answer")
send envio2 10.01
send envio3 20.01
equal "above 20.00" "422 pagamento_negado" "$STATUS $(names pagamento_negado)"
send envio4 1.00 alguem@example.com
equal "to another key" "400 chave_invalida" "$STATUS $(names chave_invalida)"
check "its end arrives, and that of one that failed" until_true 30 are "NAO_REALIZADO 1001;REALIZADO 400;" sent
check "twice 2.00 come back" until_true 30 are "DEVOLVIDO 200;DEVOLVIDO 200;" refund --e2eid "$SENT"
api GET /v2/gn/pix/enviados/id-envio/envio2
equal "looked up" "200 1" "$STATUS $(grep -c NAO_REALIZADO "$T/answer")"
equal "every body was understood" 1 "$("$PIXGATE" --conf "$CONF" inbox unread >/dev/null 2>&1; echo $?)"
stop "$EMUL_PID"

# --- manual, and patience
serve 0.0005 --manual --patience 400
emul charge --key "$KEY" --amount 1.00
QUIET=$(cat "$T/verb.out")
api PUT "/v2/cob/${QUIET}x" -d "{\"valor\":{\"original\":\"1.00\"},\"chave\":\"$KEY\"}"
equal "a charge by the API" 201 "$STATUS"
sleep 0.5
equal "with --manual nothing is paid by itself" "" "$(amounts received --txid "$QUIET")$(amounts received --txid "${QUIET}x")"
emul pay "$QUIET"
check "emul pay does" until_true 30 are " 100;" received --txid "$QUIET"
kill -s STOP "$GATE_PID"
begun=${EPOCHREALTIME/./}
api PUT "/v2/webhook/$KEY" -d "{\"webhookUrl\":\"$URL\"}"
took=$((${EPOCHREALTIME/./} - begun))
kill -s CONT "$GATE_PID"
equal "--patience 400: a server that is silent" "400 1 yes" \
	"$STATUS $(grep -c 'atingiu o tempo limite' "$T/answer") $([ "$took" -ge 400000 ] && [ "$took" -lt 20000000 ] && echo yes)"
stop "$EMUL_PID"
for ms in 0 600001 1s; do
	"$PIXGATE" emul serve --conf-dir "$E" --patience "$ms" >/dev/null 2>&1
	equal "a patience of $ms" 2 $?
done

# --- production
WHO=production
serve 0.0005 --environment production
emul charge --key "$KEY" --amount 1.00
PROD=$(cat "$T/verb.out")
sleep 0.5
equal "in production nothing is paid by itself" "" "$(amounts received --txid "$PROD")"
stop "$EMUL_PID"
equal "no secret is in the log" 0 "$(grep -cF -e "$SECRET" -e "$(cat "$E/client.secret")" -e "${AUTH#Bearer }" "$T/emul.log")"
gate_stop
finish
