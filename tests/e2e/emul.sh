#!/bin/bash
# The emulator's Efí as a plain curl meets it, against the gate behind nginx: register, pay, be told, fall silent.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/nginx.sh"
E=$T/emul
check "emul pki" "$PIXGATE" emul pki "$E"
mkdir -p "$T/pixgate"
printf '%s\n' "$SECRET" >"$T/pixgate/loja.secret"
chmod 600 "$T/pixgate/loja.secret"
CONF=$T/pixgate/pixgate.conf
KEY2=loja+pix@example.com
cat >"$CONF" <<END
inbox = "sqlite:inbox.db";
domain = "pix.example.com";
hooks = (
  { name = "mtls"; path = "/webhook"; psp = "efi"; environment = "sandbox"; secret = [ "file:loja.secret" ]; sources = [ ];
    client_cert = "verify"; ca = "$E/sandbox.pem"; pin = "CN=webhook-h.efipay.com.br"; keys = [ "$KEY" ]; },
  { name = "skip"; path = "/skip"; psp = "efi"; environment = "sandbox"; secret = [ "file:loja.secret" ]; sources = [ ];
    keys = [ "$KEY2" ]; }
);
END
gate_start
nginx_start ssl "
    ssl_certificate $E/server.crt;
    ssl_certificate_key $E/server.key;
    ssl_client_certificate $E/sandbox.pem;
    ssl_verify_client optional;
    ssl_verify_depth 3;
    location = /open { return 200; }
    location = /error { if (\$ssl_client_verify != SUCCESS) { return 403; } return 500; }
    location = /reset { if (\$ssl_client_verify != SUCCESS) { return 403; } return 444; }"
HERE=https://localhost:$PORT

# --- the server: serve [OPTION…]; sets API and EMUL_PID
serve() {
	emul_start emul "$E" --json --time-scale 0.0005 --manual "$@"
	API=$(sed -n 's/.*"api":"\([^"]*\)".*/\1/p' "$T/emul.out")
	ID=$(sed -n 's/.*"client_id":"\([^"]*\)".*/\1/p' "$T/emul.out")
}
# api METHOD PATH [CURL ARGUMENT…]: as a merchant with the .p12; sets STATUS and ANSWER
P12=(--cert-type P12 --cert "$E/client-sandbox.p12:")
TOKEN=
api() {
	local method=$1 path=$2
	shift 2
	: >"$T/answer"
	STATUS=$(curl -s -m 30 -o "$T/answer" -w '%{http_code}' --cacert "$E/api-ca.pem" "${P12[@]}" -X "$method" -H "Authorization: ${AUTH:-Bearer $TOKEN}" \
		-H "Content-Type: application/${FORM:-json}" "$@" "$API$path")
	CURL=$?
	ANSWER=$(cat "$T/answer")
}
GRANT='{"grant_type":"client_credentials"}'
token() { # [BODY [SECRET]]
	AUTH="Basic $(printf '%s:%s' "$ID" "${2:-$(cat "$E/client.secret")}" | base64 -w0)" api POST /oauth/token -d "${1:-$GRANT}"
	TOKEN=$(sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p' "$T/answer")
}
register() { # KEY URL [CURL ARGUMENT…]
	local key=$1 url=$2
	shift 2
	api PUT "/v2/webhook/$key" -d "{\"webhookUrl\":\"$url\"}" "$@"
}
pay() {
	"$PIXGATE" emul pay --conf-dir "$E" --json "$@" >"$T/pay.out" 2>"$T/pay.err"
}
arrived() { # N
	[ "$(events)" = "$1" ]
}
sent() { # N: callbacks that were made, however they ended
	[ "$(grep -cE '^emul: (taken|given up|dropped callback)' "$T/emul.log")" -ge "$1" ]
}
serve
check "it listens on loopback" grep -qE "^https://127\.0\.0\.1:[0-9]+$" <<<"$API"
check "a crash of it would leave no core file" grep -q '^Max core file size  *0  *0 ' "/proc/$EMUL_PID/limits"
equal "a second server is refused" 3 "$("$PIXGATE" emul serve --conf-dir "$E" >/dev/null 2>&1; echo $?)"

# --- who asks
curl -s -m 10 --cacert "$E/api-ca.pem" "$API/oauth/token" >/dev/null
equal "no client certificate: not a word" 52 $?
for who in production expired stranger; do
	P12=(--cert "$E/client-$who.pem")
	token
	equal "the client certificate '$who': not a word" "52 000" "$CURL $STATUS"
done
P12=(--cert-type P12 --cert "$E/client-sandbox.p12:")
token '' wrong
equal "a wrong secret" "401 yes" "$STATUS $(grep -q '"error":"invalid_client"' "$T/answer" && echo yes)"
FORM=x-www-form-urlencoded token grant_type=password
equal "another grant" 400 "$STATUS"
FORM=x-www-form-urlencoded token grant_type=client_credentials
equal "a token for a form" 200 "$STATUS"
token
equal "a token for JSON" "200 1" "$STATUS $(grep -c '"token_type":"Bearer","expires_in":3600,"scope":"[a-z. ]*webhook.write' "$T/answer")"
good=$TOKEN TOKEN=${TOKEN%?}x
api GET "/v2/webhook/$KEY"
equal "a token that is none" 401 "$STATUS"
TOKEN=$good
api GET /v2/nothing
equal "a route that is none" 404 "$STATUS"
api PUT "/v2/webhook/$KEY" -d '{"webhookUrl":7}'
equal "a body of another shape" "400 yes" "$STATUS $(grep -q json_invalido "$T/answer" && echo yes)"
head -c 400000 /dev/zero | tr '\0' x >"$T/large"
api PUT "/v2/webhook/$KEY" --data-binary "@$T/large"
equal "a body that is too large" 413 "$STATUS"
api GET "/v2/webhook/$(head -c 3000 /dev/zero | tr '\0' a)"
equal "a URL that is too long" 414 "$STATUS"

# --- registering
errors() { # NAME URL TEXT [CURL ARGUMENT…]
	local name=$1 url=$2 text=$3
	shift 3
	register "$KEY" "$url" "$@"
	equal "refused: $name" "400 $text" "$STATUS $(sed 's/.*"mensagem":"\([^"]*\)".*/\1/' "$T/answer")"
}
api GET "/v2/webhook/$KEY"
equal "nothing is registered" "400 yes" "$STATUS $(grep -q webhook_nao_encontrado "$T/answer" && echo yes)"
errors "no URL" "loja" "URL inválida"
errors "http" "http://localhost:$PORT/webhook" "A URL do webhook deve usar o protocolo HTTPS"
errors "no mTLS" "$HERE/open" "A autenticação de TLS mútuo não está configurada na URL informada"
errors "nobody there" "https://localhost:$(free_port)/webhook" "A URL informada está inacessível"
errors "an error" "$HERE/error" "A URL informada respondeu com o código HTTP 500"
errors "the wrong secret" "$HERE/webhook?hmac=x&ignorar=" "A URL informada respondeu com o código HTTP 403"
errors "no answer" "$HERE/reset" "Não foi possível receber uma resposta da URL informada"
api GET "/v2/webhook/$KEY"
equal "what was refused is not registered" 400 "$STATUS"
URL="$HERE/webhook?hmac=$SECRET&ignorar="
register "$KEY" "$URL"
equal "registered with mTLS" "201 {\"webhookUrl\":\"$URL\"}" "$STATUS $ANSWER"
errors "skip-mTLS in a word other than true" "$HERE/skip?hmac=$SECRET&ignorar=" "A autenticação de TLS mútuo não está configurada na URL informada" -H 'x-skip-mtls-checking: yes'
register loja%2Bpix%40example.com "$HERE/skip?hmac=$SECRET&ignorar=" -H 'x-skip-mtls-checking: true'
equal "registered with skip-mTLS" 201 "$STATUS"
api GET "/v2/webhook/$KEY"
equal "read back" "200 yes" "$STATUS $(grep -qE '"chave":"'"$KEY"'","criacao":"[0-9T:.-]*Z"' "$T/answer" && echo yes)"
api GET "/v2/webhook?inicio=2026-01-01T00:00:00Z&fim=2099-01-01T00:00:00Z&paginacao.itensPorPagina=1&paginacao.paginaAtual=1"
equal "the second page of two" "200 yes" "$STATUS $(grep -q '"paginaAtual":1,"itensPorPagina":1,"quantidadeDePaginas":2,"quantidadeTotalDeItens":2}},"webhooks":\[{[^}]*'"$KEY2"'[^}]*}\]}$' "$T/answer" && echo yes)"
api GET "/v2/webhook?inicio=2026-02-01T00:00:00Z&fim=2026-01-01T00:00:00Z"
equal "an end before its begin" "400 yes" "$STATUS $(grep -q 'Campo de data fim deve ser maior ou igual' "$T/answer" && echo yes)"
api GET /v2/webhook
equal "a list without dates" 400 "$STATUS"
equal "a test is no event" 0 "$(events)"

# --- paying
TXID=$(printf 'pedido%026d' 1)
api PUT "/v2/cob/$TXID" -d "{\"calendario\":{\"expiracao\":3600},\"valor\":{\"original\":\"9.99\"},\"chave\":\"$KEY\"}"
equal "a charge" "201 yes" "$STATUS $(grep -q '"status":"ATIVA"' "$T/answer" && echo yes)"
api PUT "/v2/cob/$TXID" -d "{\"valor\":{\"original\":\"9.99\"},\"chave\":\"$KEY\"}"
equal "the same txid again" "409 yes" "$STATUS $(grep -q txid_duplicado "$T/answer" && echo yes)"
api PUT /v2/cob/short -d "{\"valor\":{\"original\":\"9.99\"},\"chave\":\"$KEY\"}"
equal "a txid that is too short" 400 "$STATUS"
pay "$TXID"
equal "pay" 0 $?
E2E=$(sed -n 's/.*"e2eid":"\([^"]*\)".*/\1/p' "$T/pay.out")
check "its e2eid is of the form that the BCB prescribes" grep -qE '^E[0-9]{8}20[0-9]{10}[a-zA-Z0-9]{11}$' <<<"$E2E"
check "it arrives" until_true 30 arrived 1
equal "as it was paid" "mtls received $E2E $TXID 999" \
	"$(list | sed -E 's/.*"hook":"([^"]*)".*"kind":"([^"]*)","e2eid":"([^"]*)","txid":"([^"]*)".*"amount_cents":([0-9]*),.*/\1 \2 \3 \4 \5/')"
pay "$TXID"
equal "paid twice" 5 $?
api GET "/v2/cob/$TXID"
equal "the charge is CONCLUIDA" yes "$(grep -q '"status":"CONCLUIDA".*"endToEndId":"'"$E2E" "$T/answer" && echo yes)"
api GET "/v2/pix/$E2E"
equal "the Pix by its e2eid" "200 yes" "$STATUS $(grep -q '"valor":"9.99"' "$T/answer" && echo yes)"
pay "$(printf 'ninguem%025d' 1)"
equal "a charge that is none" 1 $?
api POST /v2/cob -d "{\"valor\":{\"original\":\"10.01\"},\"chave\":\"$KEY\"}"
pay "$(sed -n 's/.*"txid":"\([^"]*\)".*/\1/p' "$T/answer")"
equal "above what the sandbox confirms" "5 yes" "$? $(grep -q 'stays ATIVA' "$T/pay.err" && echo yes)"

# --- a Pix without txid, and a resend
before=$(grep -c '^emul: taken' "$T/emul.log")
pay --key "$KEY2" --amount 0,01
equal "without txid it is not announced" "0 false" "$? $(sed -n 's/.*"announced":\([a-z]*\).*/\1/p' "$T/pay.out")"
api PUT /v2/gn/config -d "{\"pix\":{\"chaves\":{\"$KEY2\":{\"recebimento\":{\"webhook\":{\"notificar\":{\"pixSemTxid\":true},\"notificacao\":{\"pagador\":true}}}}}}}"
equal "the configuration" 204 "$STATUS"
pay --key "$KEY2" --amount 10.00
check "now it is" until_true 30 arrived 2
equal "nothing else was sent" $((before + 1)) "$(grep -c '^emul: taken' "$T/emul.log")"
api POST /v2/gn/webhook/reenviar -d "{\"tipo\":\"PIX_RECEBIDO\",\"e2eids\":[\"$E2E\"]}"
equal "resent" 202 "$STATUS"
check "once more" until_true 30 sent $((before + 2))
equal "… the same event" 2 "$(events)"
api POST /v2/gn/webhook/reenviar -d '{"tipo":"PIX","e2eids":["E1"]}'
equal "a resend of no kind" 400 "$STATUS"

# --- every kind, and the URLs of the account
for hook in rec cobr; do
	api PUT "/v2/webhook$hook" -d "{\"webhookUrl\":\"$URL\"}"
	equal "webhook$hook" "201 " "$STATUS $ANSWER"
done
for kind in received refund sent; do
	"$PIXGATE" emul notify --conf-dir "$E" $kind --key "$KEY" >/dev/null
done
"$PIXGATE" emul notify --conf-dir "$E" rec >/dev/null
"$PIXGATE" emul notify --conf-dir "$E" cobr --status CONCLUIDA --amount 3.00 >/dev/null
check "five kinds" until_true 30 sent $((before + 7))
# a refund repeats the Pix that it returns
equal "each is understood" "charge received recurrence refund sent " "$(list --hook mtls | sed 's/.*"kind":"\([^"]*\)".*/\1/' | sort -u | tr '\n' ' ')"
equal "… wholly" 1 "$("$PIXGATE" --conf "$CONF" inbox unread >/dev/null 2>&1; echo $?)"
"$PIXGATE" emul notify --conf-dir "$E" gift --key "$KEY" >/dev/null 2>&1
equal "a kind that is none" 2 $?

# --- the gate is down, the emulator is stopped, both come back
now=$(events)
gate_stop
"$PIXGATE" emul notify --conf-dir "$E" received --key "$KEY" --txid retry1 >/dev/null
check "a notice that is not taken" until_true 30 grep -qE '^emul: failed .*status=50[0-9]' "$T/emul.log"
stop "$EMUL_PID"
equal "emul serve ends with exit status 0 on TERM" 0 "$ENDED"
gate_start
serve
check "is sent again after both came back" until_true 30 arrived $((now + 1))
equal "… once" 1 "$(list --txid retry1 | grep -c '^{')"

# --- DELETE
api GET "/v2/webhook/$KEY"
equal "the token and the URL outlive a restart" 200 "$STATUS"
api DELETE "/v2/webhook/$KEY"
equal "deleted" "204 " "$STATUS $ANSWER"
api DELETE "/v2/webhook/$KEY"
equal "deleted twice" 400 "$STATUS"
"$PIXGATE" emul notify --conf-dir "$E" received --key "$KEY" --txid silent >/dev/null 2>"$T/note"
check "… it says that nobody is told" grep -q 'no URL is registered' "$T/note"
check "nothing is sent any more" until_true 30 grep -q 'reason=no-webhook-is-registered' "$T/emul.log"
equal "… and nothing arrives" $((now + 1)) "$(events)"
stop "$EMUL_PID"

# --- an application that may only read
serve --scopes "webhook.read cob.read"
token
api DELETE "/v2/webhook/$KEY"
equal "a scope that is missing" '403 {"error":"insufficient_scope","error_description":"Access token has insufficient scope"}' "$STATUS $ANSWER"
equal "no secret is in the log" 0 "$(grep -cF -e "$SECRET" -e "$TOKEN" -e "$(cat "$E/client.secret")" "$T/emul.log")"
equal "the state is for its owner alone" "600 600" "$(stat -c %a "$E/emul.db" "$E/client.secret" | tr '\n' ' ' | sed 's/ $//')"
equal "what nobody was told is not told later" 1 "$(grep -c 'reason=no-webhook-is-registered' "$T/emul.log")"
stop "$EMUL_PID"

# --- production: these two claim to be of its CA
serve --environment production
for who in expired stranger; do
	P12=(--cert "$E/client-$who.pem")
	token
	equal "production, the client certificate '$who': not a word" "52 000" "$CURL $STATUS"
done
P12=(--cert "$E/client-production.pem")
token
equal "production, the client certificate of a merchant" 200 "$STATUS"
stop "$EMUL_PID"
gate_stop
finish
