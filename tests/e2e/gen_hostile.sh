#!/bin/bash
# What the grammars of gen/ let through, as the real servers read it: the hostile values of test_grammar stand in each server's
# own configuration, bare, between quotes and in comments, and the server says what it has read.
. "$(dirname "$0")/../lib.sh"

# held LETTER: fills BARE, QUOTED, INNER and COMMENT
held() {
	mapfile -t BARE < <("$TOOLS/test_grammar" "$1" 0)
	mapfile -t QUOTED < <("$TOOLS/test_grammar" "$1" 1)
	mapfile -t INNER < <("$TOOLS/test_grammar" "$1" 2)
	mapfile -t COMMENT < <("$TOOLS/test_grammar" "$1" 3)
}
# lines QUOTED BARE COMMENT COMMENT-BEHIND: prints one directive for each value and two comments, each before a directive that
# would be missed; the formats take name and value, or the comment. What must be read is left in $T/want, as "NAME VALUE".
lines() {
	local i n=0
	: >"$T/want"
	# shellcheck disable=SC2059
	{
		for i in "${!QUOTED[@]}"; do
			printf "$1\n" "x-$n" "${QUOTED[i]}"
			echo "x-$n <${QUOTED[i]}" >>"$T/want"
			n=$((n + 1))
		done
		for i in "${!INNER[@]}"; do
			printf "$1\n" "x-$n" "'${INNER[i]}'"
			echo "x-$n <'${INNER[i]}'" >>"$T/want"
			n=$((n + 1))
		done
		for i in "${!COMMENT[@]}"; do
			printf "$3\n" "${COMMENT[i]}"
			printf "$1$4\n" "x-$n" "c" "${COMMENT[i]}"
			echo "x-$n <c" >>"$T/want"
			n=$((n + 1))
		done
		for i in "${!BARE[@]}"; do
			[ -n "${BARE[i]}" ] || continue
			printf "$2\n" "x-$n" "${BARE[i]}"
			echo "x-$n ${BARE[i]}" >>"$T/want"
			n=$((n + 1))
		done
	}
}
same() { # NAME: what it must be, what was read
	equal "$1: it read every value, and nothing else" "$(cat "$T/want")" "$(cat "$T/got")"
	[ "$(wc -l <"$T/want")" -gt 20 ] || not_ok "$1: there are values to read"
}
# what would be put in their place, if anything were
export HOME=replaced host=replaced X=replaced

server caddy
held C
{
	echo ':80 {'
	lines '\theader %s "<%s"' '\theader %s %s' '\t# %s' ' # %s'
	echo '}'
} >"$T/Caddyfile"
if "${SERVER[@]}" adapt --adapter caddyfile --config "$T/Caddyfile" >"$T/caddy.json" 2>"$T/caddy.log"; then
	python3 - "$T/caddy.json" >"$T/got" <<-'END'
	import json, sys
	sys.stdout.reconfigure(encoding="utf-8")
	def headers(x):
	    if isinstance(x, dict):
	        if x.get("handler") == "headers":
	            yield from ((name.lower(), value) for name, values in x["response"]["set"].items() for value in values)
	            x = {k: v for k, v in x.items() if k != "response"}
	        for v in x.values():
	            yield from headers(v)
	    elif isinstance(x, list):
	        for v in x:
	            yield from headers(v)
	for name, value in sorted(headers(json.load(open(sys.argv[1], encoding="utf-8"))), key=lambda h: int(h[0][2:])):
	    print(name, value)
	END
	same Caddy
else
	not_ok "Caddy adapts it" "$(tail -n 1 "$T/caddy.log")"
fi

server lighttpd
held L
{
	echo "server.document-root = \"$T\""
	lines 'var.%s = "<%s"' 'var.%s = %s' '# %s' ' # %s'
} >"$T/lighttpd.conf"
"${SERVER[@]}" -p -f "$T/lighttpd.conf" >"$T/lighttpd.out" 2>"$T/lighttpd.log"
sed -nE 's/^ *var\.(x-[0-9]+) *= "(.*)"$/\1 \2/p; s/^ *var\.(x-[0-9]+) *= ([0-9]+)$/\1 \2/p' "$T/lighttpd.out" | sort -t- -k2n >"$T/got"
same lighttpd
equal "lighttpd: it says nothing of it" "" "$(cat "$T/lighttpd.log")"

# Headers are how nginx and Apache tell. To nginx a '$' that a regular expression may hold is a mistake elsewhere.
read_headers() {
	until_true 30 port_open "$PORT"
	curl -s -m 10 -o /dev/null -D - "http://127.0.0.1:$PORT/" | tr -d '\r' | grep -i '^x-[0-9]*: ' | sed 's/^X/x/; s/: / /' | sort -t- -k2n | sed 's/ *$//' >"$T/got"
	sed -i 's/ *$//' "$T/want"
}
without_dollar() {
	local i
	for i in "${!QUOTED[@]}"; do [[ ${QUOTED[i]} != *'$'[\)\|]* ]] || unset "QUOTED[$i]"; done
	QUOTED=("${QUOTED[@]}")
}
server nginx
held N
REGEXES=("${QUOTED[@]}")
without_dollar
PORT=$(free_port)
mkdir -p "$T/nginx"
{
	[ "$(id -u)" != 0 ] || echo "user root;"
	cat <<-END
	daemon off; worker_processes 1; pid $T/nginx/pid; error_log stderr;
	events { worker_connections 64; }
	http {
	  access_log off; large_client_header_buffers 4 32k;
	  client_body_temp_path $T/nginx/b; proxy_temp_path $T/nginx/p; fastcgi_temp_path $T/nginx/f; uwsgi_temp_path $T/nginx/u; scgi_temp_path $T/nginx/s;
	  server {
	    listen 127.0.0.1:$PORT;
	END
	lines 'add_header %s "<%s";' 'add_header %s %s;' '# %s' '# %s'
	for regex in "${REGEXES[@]}"; do
		case $regex in '^/'*'$'*) echo "location ~ \"$regex\" { return 204; }" ;; esac
	done
	echo 'location / { return 200 ""; } } }'
} >"$T/nginx.conf"
start nginx "${SERVER[@]}" -p "$T/nginx/" -e stderr -c "$T/nginx.conf"
read_headers
same nginx
for path in /webhook /webhook/pix /bs2 /webhookfoo; do
	want=204
	[ $path != /webhookfoo ] || want=200
	equal "nginx: ^/webhook(/|\$) and $path" $want "$(curl -s -m 10 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT$path")"
done

server apache2
held A
PORT=$(free_port)
mkdir -p "$T/apache"
{
	for module in mpm_event authz_core headers; do echo "LoadModule ${module}_module $MODULES/mod_$module.so"; done
	[ "$(id -u)" != 0 ] || printf 'User %s\nGroup %s\n' "$ACCOUNT" "$GROUP"
	cat <<-END
	ServerRoot "$T/apache"
	DefaultRuntimeDir "$T/apache"
	PidFile "$T/apache/pid"
	ErrorLog "/dev/stderr"
	ServerName localhost
	Listen 127.0.0.1:$PORT
	Mutex file:$T/apache
	DocumentRoot "$T/apache"
	END
	lines 'Header always set %s "<%s"' 'Header always set %s %s' '# %s' '\n# %s'
} >"$T/apache.conf"
[ "$(id -u)" != 0 ] || chown -R "$ACCOUNT:$GROUP" "$T/apache"
start apache "${SERVER[@]}" -D FOREGROUND -f "$T/apache.conf"
read_headers
same Apache

finish
