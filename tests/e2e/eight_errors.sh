#!/bin/bash
# Each of Efí's eight refusals of a URL, by a real web server that is set up wrongly, as `pixgate webhook set` explains it; the two
# that its settings cannot cause are caused with curl, and told to it word by word. At last servers that are set up well.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/broken/eight.sh"

# --- what webhook set says
pixgate() {
	"$PIXGATE" --conf "$CLIENT_CONF" "$@" >"$T/out" 2>"$T/err"
	STATUS=$?
	cat "$T/out" "$T/err" >>"$T/said.log"
}
# refused HOOK SAMPLE[:LAST WORD] MEANS REMEDY: Efí's words untouched, in one line, then what they mean and what to do
refused() {
	local letter=${2%%:*} last=() text what
	case $2 in *:*) last=("${2#*:}") ;; esac
	text=$(sample "$letter" mensagem ${last[@]+"${last[@]}"})
	what="$1: $text"
	pixgate webhook set "$1"
	equal "$what: exit status" 5 "$STATUS"
	equal "$what: Efí's words, once" 1 "$(grep -cE "^pixgate: .*HTTP 400 $(sample "$letter" nome): $text\$" "$T/err")"
	check "$what: what it means" grep -qF -- "$3" "$T/err"
	check "$what: what to do" grep -qF -- "$4" "$T/err"
	pixgate webhook get "$1"
	equal "$what: nothing is registered" 1 "$STATUS"
}

# c: the server lets everybody in
refused nomtls c "and the web server let it in" 'set client_cert = "none" and a secret'
# d: nobody is there
refused closed d "the port is closed" "look at DNS and the firewall"
refused nohost d "the name is unknown" "look at DNS and the firewall"
# f: TLS breaks, or the connection. Node.js has EPROTO for the former; which name Efí has for each is not known
for hook in expired foreign old plain; do
	refused $hook f:EPROTO "The connection broke" "Its certificate chain must be whole, TLS 1.2 allowed"
done
refused reset f:ECONNRESET "The connection broke" "Look at the web server's error log"
# g: an answer that is none of 2xx
refused onlypix g:404 "but with that status instead of 200" "404: the path is not the hook's"
refused asknot g:403 "but with that status instead of 200" "the gate's log says which check"
refused wrongca g:403 "but with that status instead of 200" "the CA file do not fit"
refused moved g:301 "but with that status instead of 200" "301 or 302: a redirect, which Efí need not follow"
refused down g:502 "but with that status instead of 200" "502 or 503: the gate does not run"
# h: closed without a word
refused noanswer h "closed the connection without an answer" "whether the gate runs"
# e: the gate hangs behind its web server; the web server itself hangs
kill -s STOP "$GATE_PID"
refused hung e "did not answer in time" "whether the gate runs"
kill -s CONT "$GATE_PID"
kill -s STOP "$LIGHTTPD_PID"
refused silent e "did not answer in time" "drops what comes from 34.193.116.226"
kill -s CONT "$LIGHTTPD_PID"

# a, b: the client makes the URL of domain and path, so it cannot be none, and is https always
fresh_token() {
	TOKEN=$(curl -s --cacert "$BANK/api-ca.pem" --cert-type P12 --cert "$BANK/client-sandbox.p12:" -H 'Content-Type: application/json' \
		-u "Client_Id_pixgate_emulator:$(cat "$BANK/client.secret")" -d '{"grant_type":"client_credentials"}' "$API/oauth/token" |
		sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')
}
fresh_token
port; SCRIPTED=$PORT
start psp python3 "$ROOT/tests/tools/psp.py" --psp efi --port "$SCRIPTED" --cert "$T/pki/server.pem" --log "$T/psp.calls" --rules "$T/psp.rules" \
	--client-id Client_Id_pixgate_emulator --client-secret "$(cat "$BANK/client.secret")"
wait_port "$SCRIPTED"
sed -E "s|api = \"[^\"]*\"|api = \"https://localhost:$SCRIPTED\"|; s|api_ca = \"[^\"]*\"|api_ca = \"$T/pki/server.crt\"|" "$CLIENT_CONF" >"$T/pixgate/scripted.conf"
# as_told URL SAMPLE MEANS REMEDY
as_told() {
	local got
	got=$(curl -s -m 10 -w '\n%{http_code}' --cacert "$BANK/api-ca.pem" --cert-type P12 --cert "$BANK/client-sandbox.p12:" -X PUT \
		-H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d "{\"webhookUrl\":\"$1\"}" "$API/v2/webhook/$KEY")
	equal "curl, $1" "{\"nome\":\"$(sample "$2" nome)\",\"mensagem\":\"$(sample "$2" mensagem)\"}"$'\n400' "$got"
	printf '[{"on":"PUT","status":400,"json":%s}]' "${got%$'\n'*}" >"$T/psp.rules"
	CLIENT_CONF=$T/pixgate/scripted.conf refused healthy "$2" "$3" "$4"
}
as_told "loja" a "does not take the text for a URL" "\`pixgate url HOOK\` prints what was sent"
as_told "http://localhost:$OPEN/webhook" b "does not begin with https://" "register the https:// address"

# --- and set up well, they register: the checks above can fail
for hook in healthy skip; do
	pixgate webhook set $hook
	equal "$hook: registered" "0 1" "$STATUS $(grep -c "registered" "$T/out")"
	pixgate webhook delete $hook --yes
	equal "$hook: and deleted" 0 "$STATUS"
done
equal "a test is no event" 0 "$(events)"
equal "no secret was said, by nobody" "" "$(grep -lF -e "$SECRET" -e "$(cat "$BANK/client.secret")" -e "$TOKEN" "$T"/*.log)"
gate_stop
finish
