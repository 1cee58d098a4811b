#!/bin/bash
# Plain CGI in the environment that suEXEC leaves: nothing but the request. The configuration is found by the
# program's own place, whatever the working folder is.
. "$(dirname "$0")/../lib.sh"
write_conf
mkdir -p "$T/cgi-bin"
cp "$GATE" "$T/cgi-bin/pixgate.cgi"
cd / || exit 2
# call URI BODY [NAME=VALUE…]: the whole answer in $T/answer
call() {
	local uri=$1 body=$2
	shift 2
	printf '%s' "$body" >"$T/body"
	# shellcheck disable=SC2094
	env -i GATEWAY_INTERFACE=CGI/1.1 SERVER_PROTOCOL=HTTP/1.1 REQUEST_METHOD=POST REQUEST_URI="$uri" SCRIPT_NAME=/cgi-bin/pixgate.cgi \
		PATH_INFO="${uri%%\?*}" QUERY_STRING="${uri#*\?}" CONTENT_TYPE=application/json CONTENT_LENGTH="$(stat -c %s "$T/body")" \
		REMOTE_ADDR=127.0.0.1 "$@" "$T/cgi-bin/pixgate.cgi" <"$T/body" >"$T/answer" 2>>"$T/cgi.log"
	RC=$?
	STATUS=$(tr -d '\r' <"$T/answer" | sed -n '1,/^$/s/^Status: \([0-9]*\).*/\1/p')
	STATUS=${STATUS:-200}
}
call "/webhook/pix?hmac=$SECRET" "$(one_pix E0000000020261120170000000000001)"
equal "a notification" "200 0" "$STATUS $RC"
equal "… answers 200" 200 "$(tail -c 3 "$T/answer")"
equal "… is in the inbox" 1 "$(events)"
equal "the inbox lies beside the configuration" "$T/pixgate/inbox.db" "$(ls "$T"/pixgate/inbox.db)"
equal "… and nobody else may read it" 600 "$(stat -c %a "$T/pixgate/inbox.db")"
call "/webhook/pix?hmac=$SECRET" "$(one_pix E0000000020261120170000000000001)"
equal "its copy" "200 0" "$STATUS $RC"
equal "… is the same event" 1 "$(events)"
call "/webhook/pix?hmac=wrong" "$(one_pix E0000000020261120170000000000002)"
equal "a wrong secret" "403 0" "$STATUS $RC"
call "/webhook/pix?hmac=$SECRET" "$(one_pix E0000000020261120170000000000002)" REMOTE_ADDR=192.0.2.7
equal "a wrong address" "403 0" "$STATUS $RC"
call "/webhook/pix?hmac=$SECRET" "$(one_pix E0000000020261120170000000000002)" CONTENT_LENGTH=
equal "CONTENT_LENGTH empty: read to the end" "200 0" "$STATUS $RC"
call "/webhook/pix?hmac=$SECRET" "$(one_pix E0000000020261120170000000000003)" CONTENT_LENGTH=-1
equal "CONTENT_LENGTH -1: read to the end" "200 0" "$STATUS $RC"
call "/webhook/pix?hmac=$SECRET" "$(one_pix E0000000020261120170000000000004)" CONTENT_LENGTH=100000
equal "fewer bytes than announced" "400 0" "$STATUS $RC"
equal "three events" 3 "$(events)"
call "/webhook/pix?hmac=$SECRET" "$(head -c 300000 /dev/zero | tr '\0' ' ')"
equal "too large" "413 0" "$STATUS $RC"
call "/webhook/pix?hmac=$SECRET" '' REQUEST_METHOD=GET
equal "GET" "405 0" "$STATUS $RC"
call "/nowhere?hmac=$SECRET" '{}'
equal "an unknown path" "404 0" "$STATUS $RC"

# mod_cgi starts as many at once as there are requests
for ((i = 0; i < 30; i++)); do
	body=$(one_pix "E0000000020261120171$(printf %012d $((i / 2)))")
	printf '%s' "$body" | env -i REQUEST_METHOD=POST REQUEST_URI="/webhook/pix?hmac=$SECRET" CONTENT_LENGTH=${#body} REMOTE_ADDR=127.0.0.1 \
		"$T/cgi-bin/pixgate.cgi" >"$T/many.$i" 2>>"$T/cgi.log" &
	many[i]=$!
done
wait "${many[@]}"
equal "thirty processes at once, pairs of copies: all answered 200" 30 "$(tail -qn 1 "$T"/many.* | grep -o 200 | wc -l)"
equal "… fifteen events more" 18 "$(events)"

# shared hosts put a ceiling on the size of files; the kernel also sends SIGXFSZ
call_within() { # BYTES URI BODY
	local answer
	answer=$(printf '%s' "$3" | env -i REQUEST_METHOD=POST REQUEST_URI="$2" CONTENT_LENGTH=${#3} REMOTE_ADDR=127.0.0.1 \
		prlimit --fsize="$1" "$T/cgi-bin/pixgate.cgi" 2>>"$T/cgi.log")
	head -n 1 <<<"$answer" | tr -d '\r'
}
equal "no file may grow past 8 KiB" "Status: 503 Service Unavailable" "$(call_within 8192 "/webhook/pix?hmac=$SECRET" "$(one_pix E0000000020261120173000000000000)")"
chmod 644 "$T/pixgate/loja.secret"
call "/webhook/pix?hmac=$SECRET" "$(one_pix E0000000020261120172000000000000)"
equal "a secret that others may read lets nobody in" "503 0" "$STATUS $RC"
chmod 600 "$T/pixgate/loja.secret"
mv "$T/pixgate" "$T/away"
call "/webhook/pix?hmac=$SECRET" "$(one_pix E0000000020261120172000000000000)"
equal "no configuration at all lets nobody in" "503 0" "$STATUS $RC"
mv "$T/away" "$T/pixgate"
finish
