# shellcheck shell=bash
# What every web server must let through unchanged: one list, run against each by tests/e2e/server_*.sh. The caller has
# sourced lib.sh, started its server and set BASE. What a server does by itself is told by:
ENCODED_SLASH=${ENCODED_SLASH:-200}	# Apache answers /webhook%2Fpix with 404 itself
TOO_LARGE=${TOO_LARGE:-413}		# mod_fcgid answers with 500
CHUNKS=${CHUNKS:-}			# set: the server may answer chunked
RESTART=${RESTART:-gate_restart}	# what makes a changed configuration known

gate_restart() {
	stop "$GATE_PID"
	gate_start
}

# answered NAME STATUS [EVENTS]: of the last post; EVENTS is how many the inbox holds now
answered() {
	local length
	length=$(header content-length)
	[ -z "$CHUNKS" ] || [ "$(header transfer-encoding)" != chunked ] || length=$(stat -c %s "$T/answer")
	if [ "$STATUS" != "$2" ]; then
		not_ok "$1" "wanted status $2, got $STATUS: $(head -c 200 "$T/answer")"
	elif [ "$length" != "$(stat -c %s "$T/answer")" ]; then
		not_ok "$1" "Content-Length is '$length' and the body has $(stat -c %s "$T/answer") bytes"
	elif [ "$2" = 200 ] && [ "$ANSWER" != 200 ]; then
		not_ok "$1" "the body is '$ANSWER'"
	elif [ -n "${3:-}" ] && [ "$(events)" != "$3" ]; then
		not_ok "$1" "wanted $3 events, the inbox has $(events)"
	else
		ok "$1"
	fi
}
# The answer without what servers vary.
bare() {
	tr -d '\r' <"$HEADERS" | grep -viE "^(date|server|connection|keep-alive|via${CHUNKS:+|content-length|transfer-encoding}):"
	cat "$T/answer"
}

registration() {
	local path
	for path in "/webhook?hmac=$SECRET&ignorar=" "/webhook/?hmac=$SECRET&ignorar=" "/webhook?hmac=$SECRET"; do
		DATA=$PING
		post "$path"
		answered "registration ping at ${path%%hmac*}" 200 0
	done
	DATA='{}'
	post "/webhook?hmac=$SECRET"
	answered "an empty object is a ping" 200 0
	DATA=''
	post "/webhook?hmac=$SECRET" -H 'Content-Length: 0'
	answered "an empty body is a ping" 200 0
}

suffixes() {
	local n=0 path
	for path in "/webhook?hmac=$SECRET" "/webhook/pix?hmac=$SECRET" "/webhook//pix?hmac=$SECRET" \
		"/webhook?hmac=$SECRET&ignorar=" "/webhook?hmac=$SECRET&ignorar=/pix" "/webhook?hmac=$SECRET/pix" \
		"/webhook?hmac=$SECRET%2Fpix" "/webhook?x=1&hmac=$SECRET&y=/pix" "/webhook?ignorar=&hmac=$SECRET%2fpix"; do
		n=$((n + 1))
		DATA=$(one_pix "E0000000020261120100$(printf %012d $n)")
		post "$path"
		answered "a notification at ${path//$SECRET/X}" 200 $n
	done
	n=$((n + 1))
	DATA=$(one_pix E0000000020261120101000000000000)
	post "/webhook%2Fpix?hmac=$SECRET"
	if [ "$ENCODED_SLASH" = 200 ]; then
		answered "a notification at /webhook%2Fpix" 200 $n
	else
		equal "/webhook%2Fpix is refused by the server itself" "$ENCODED_SLASH" "$STATUS"
	fi
	DATA='{"recs":[{"idRec":"RR0000000020261120abcdefghijk","status":"APROVADA","atualizacao":[{"status":"APROVADA","data":"2026-11-20T12:00:00.000Z"}]}]}'
	post "/webhook/rec?hmac=$SECRET"
	answered "an authorisation of Pix Automático at /rec" 200
	post "/webhook?hmac=$SECRET&ignorar=/rec"
	answered "the same at ignorar=/rec" 200
	equal "it is one event" 1 "$(events --kind recurrence)"
	DATA='{"cobsr":[{"idRec":"RR0000000020261120abcdefghijk","txid":"cobranca000000000000000000001","status":"CONCLUIDA","atualizacao":[{"status":"CONCLUIDA","data":"2026-11-20T12:00:00.000Z"}]}]}'
	post "/webhook/cobr?hmac=$SECRET"
	answered "a charge of Pix Automático at /cobr" 200
	equal "it is an event of its kind" 1 "$(events --kind charge)"
}

refusals() {
	local before first
	before=$(events)
	DATA=$(one_pix E0000000020261120102000000000000)
	post "/webhook/pix"
	answered "no secret" 403 "$before"
	equal "a refusal has no body" 0 "$(stat -c %s "$T/answer")"
	first=$(bare)
	post "/webhook/pix?hmac=${SECRET%?}0"
	answered "a wrong secret" 403 "$before"
	equal "… is answered with the same bytes as no secret" "$first" "$(bare)"
	post "/webhook/pix?hmac=${SECRET:0:40}"
	answered "a shortened secret" 403 "$before"
	post "/webhook/pix?hmac=$SECRET&hmac=$SECRET"
	answered "the secret twice" 403 "$before"
	equal "… is answered with the same bytes" "$first" "$(bare)"
	post "/longe/pix?hmac=$SECRET"
	answered "a wrong address" 403 "$before"
	equal "… is answered with the same bytes" "$first" "$(bare)"
	post "/longe/pix?hmac=$SECRET" -H 'X-Forwarded-For: 192.0.2.7' -H 'Forwarded: for=192.0.2.7' -H 'X-Real-IP: 192.0.2.7' -H 'CF-Connecting-IP: 192.0.2.7'
	answered "an address that the caller only claims" 403 "$before"
	post "/mtls/pix?hmac=$SECRET"
	answered "no client certificate" 403 "$before"
	equal "… is answered with the same bytes" "$first" "$(bare)"
	post "/mtls/pix?hmac=$SECRET" -H 'SSL_CLIENT_VERIFY: SUCCESS' -H 'SSL-Client-Verify: SUCCESS' -H 'X-SSL-Client-Verify: SUCCESS' -H 'HTTP_SSL_CLIENT_VERIFY: SUCCESS'
	answered "a certificate that the caller only claims" 403 "$before"
	post "/nowhere/pix?hmac=$SECRET"
	answered "an unknown path" 404 "$before"
	DATA=''
	post "/webhook?hmac=$SECRET" -X GET
	equal "GET" 405 "$STATUS"
	equal "… is told what is allowed" POST "$(header allow)"
	[ -n "$CHUNKS" ] || equal "… with its length" "$(stat -c %s "$T/answer")" "$(header content-length)"
}

bodies() {
	local n
	n=$(events)
	DATA=$(one_pix E0000000020261120103000000000000)
	post "/webhook/pix?hmac=$SECRET" -H 'Transfer-Encoding: chunked'
	n=$((n + 1))
	answered "a chunked body" 200 $n
	post "/webhook/pix?hmac=$SECRET"
	answered "the same again is the same event" 200 $n
	equal "… and the same body" 1 "$(list | grep -c E0000000020261120103000000000000)"

	DATA='{"pix":[
	{"endToEndId":"E0000000020261120104000000000001","txid":"pedido0002","chave":"'$KEY'","valor":"10.00","horario":"2026-11-20T12:00:01.000Z"},
	{"endToEndId":"E0000000020261120104000000000002","txid":"pedido0003","chave":"'$KEY'","valor":"20.00","horario":"2026-11-20T12:00:02.000Z",
	 "devolucoes":[{"id":"dev1","rtrId":"D0000000020261120104000000000003","valor":"5.00","horario":{"solicitacao":"2026-11-20T12:01:00.000Z"},"status":"DEVOLVIDO"},
	 {"id":"dev2","rtrId":"D0000000020261120104000000000004","valor":"15.00","horario":{"solicitacao":"2026-11-20T12:02:00.000Z"},"status":"DEVOLVIDO"}]}]}'
	post "/webhook/pix?hmac=$SECRET"
	n=$((n + 4))
	answered "a batch of two payments and two refunds" 200 $n
	equal "… the refunds are refunds" 2 "$(events --kind refund)"

	DATA='isto não é JSON'
	post "/webhook/pix?hmac=$SECRET"
	answered "what is not JSON is kept" 200 $n

	DATA=$(one_pix E0000000020261120105000000000000 | sed "s/$KEY/00000000-1111-4222-8333-444444444444/")
	post "/webhook/pix?hmac=$SECRET"
	n=$((n + 1))
	answered "a payment to a key that is not ours" 200 $n
	equal "… is marked" 1 "$(list | grep -c '"foreign":true')"

	DATA=$(head -c 200000 /dev/zero | tr '\0' ' ')$(one_pix E0000000020261120106000000000000)
	n=$((n + 1))
	if [ "${LARGE_OK:-200}" = 200 ]; then
		post "/webhook/pix?hmac=$SECRET"
		answered "a body of 200 KB" 200 $n
	else
		n=$((n - 1))
	fi
	DATA=$(head -c 400000 /dev/zero | tr '\0' ' ')
	post "/webhook/pix?hmac=$SECRET"
	equal "a body that is too large" "$TOO_LARGE" "$STATUS"
	DATA=$(one_pix E0000000020261120107000000000000)
	post "/webhook/pix?hmac=$SECRET"
	n=$((n + 1))
	answered "and the next one after it" 200 $n
}

authorization() {
	local n
	n=$(events)
	DATA='{"pix":[{"EndToEndId":"E0000000020261120108000000000000","TxId":"pedido0009","Chave":"'$KEY'","Valor":"9.90","Horario":"2026-11-20T12:00:00.000Z"}]}'
	post /bs2
	answered "Basic: no password" 401 "$n"
	equal "… asks for it" Basic "$(header www-authenticate | cut -d' ' -f1)"
	post /bs2 -u banco:senha-errada
	answered "Basic: a wrong password" 401 "$n"
	post /bs2 -u banco:senha-do-banco
	answered "Basic: the right one" 200 $((n + 1))
	DATA='{"recebimentoId":4401,"endToEndId":"E0000000020261120109000000000000","situacao":"ACCC"}'
	post /indireto/RecebimentoFinalizado -u banco:senha-do-banco
	answered "BS2 indirect: the path names the event" 200 $((n + 2))
	DATA='{"evento":"PagamentoFinalizado","pagamentoId":"77aa","endToEndId":"E0000000020261120110000000000000","situacao":"ACCC"}'
	post /indireto -u banco:senha-do-banco
	answered "BS2 indirect: the body names the event" 200 $((n + 3))
	equal "… with its kind" 1 "$(events --kind payment)"
}

# A server may take a moment to replace its processes: pings until the status is that.
settled() {
	DATA=$PING
	post "/webhook?hmac=$SECRET"
	[ "$STATUS" = "$1" ]
}
misconfigured() {
	local n
	n=$(events)
	cp -p "$CONF" "$T/good.conf"
	echo 'nonsense = 1;' >>"$CONF"
	$RESTART
	until_true 30 settled 503
	DATA=$(one_pix E0000000020261120111000000000000)
	post "/webhook/pix?hmac=$SECRET"
	equal "a broken configuration lets nobody in" 503 "$STATUS"
	cp -p "$T/good.conf" "$CONF"
	$RESTART
	until_true 30 settled 200
	equal "… and nothing was kept" "$n" "$(events)"
	DATA=$(one_pix E0000000020261120111000000000000)
	post "/webhook/pix?hmac=$SECRET"
	answered "mended, the retry is taken" 200 $((n + 1))
}

behaviours() {
	registration
	suffixes
	refusals
	bodies
	authorization
	misconfigured
}
