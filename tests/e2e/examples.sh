#!/bin/bash
# The files below examples/ are what `pixgate gen` prints; and .htaccess, which the matrix does not run, in an Apache whose
# cgi-bin holds the gate. The web servers' own are run by matrix_*.sh.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/apache.sh"
write_conf

check "examples/make.sh runs" env B="$B" PIXGATE="$PIXGATE" "$ROOT/examples/make.sh" "$T/fresh"
made() { # FOLDER: what is in it but for the README, with checksums
	(cd "$1" 2>/dev/null && find . -type f ! -name README.md | sort | xargs -r sha256sum)
}
for server in apache caddy lighttpd nginx systemd; do
	equal "examples/$server has what gen prints (else: make && examples/make.sh)" "$(made "$T/fresh/$server")" "$(made "$ROOT/examples/$server")"
	check "examples/$server has a README" test -s "$ROOT/examples/$server/README.md"
done
equal "the examples name no folder of the machine that made them" "" "$(grep -rlE '/tmp/|/home/|/root/' "$ROOT/examples" --include='*.conf' --include='*.Caddyfile' --include='htaccess' --include='pixgate*')"
check "gen takes an example for its own, and writes over it" bash -c "
	mkdir '$T/own' && cp '$ROOT/examples/nginx/production-skip-mtls.conf' '$T/own/site.conf' &&
	'$PIXGATE' --conf '$T/pixgate/pixgate.conf' gen nginx --hook loja --mode skip-mtls --server-version 1.22.1 -o '$T/own/site.conf'"

n=0
try() { # NAME
	n=$((n + 1))
	DATA=$PING
	post "/webhook?hmac=$SECRET&ignorar="
	equal "$1: the registration ping" "200 200" "$STATUS $ANSWER"
	DATA=$(one_pix "E000000002026112012000000000000$n")
	post "/webhook?hmac=$SECRET&ignorar=/pix"
	equal "$1: a notification with /pix in the query" 200 "$STATUS"
	for path in /webhook/pix //webhook//pix; do
		post "$path?hmac=$SECRET"
		equal "$1: and in the path: $path" 200 "$STATUS"
	done
	equal "$1: stored once" "$n" "$(events)"
	post "/webhook/pix?hmac=wrong"
	equal "$1: a wrong secret" 403 "$STATUS"
	post "/webhookfoo?hmac=$SECRET"
	equal "$1: a neighbour's path is not ours" 404 "$STATUS"
	post "/webhook?hmac=$SECRET" -X GET
	equal "$1: GET" 405 "$STATUS"
	DATA='{"pix":[{"EndToEndId":"E0000000020261120120100000000000'$n'","TxId":"pedido0009","Chave":"'$KEY'","Valor":"9.90","Horario":"2026-11-20T12:00:00.000Z"}]}'
	post /bs2 -u banco:senha-do-banco
	equal "$1: HTTP Basic reaches the gate" 200 "$STATUS"
	n=$((n + 1))
}

mkdir -p "$T/www/cgi-bin"
cp "$GATE" "$T/www/cgi-bin/pixgate.cgi"
# two texts, as a PSP is one: they go one below the other
for hook in loja banco; do
	check "gen htaccess: $hook" "$PIXGATE" --conf "$CONF" gen htaccess --hook $hook --mode skip-mtls -o "$T/$hook.htaccess"
done
cat "$T/loja.htaccess" "$T/banco.htaccess" >"$T/www/.htaccess"
# the worst place for them that the text has to guard: inside the site
mv "$T/pixgate" "$T/www/pixgate"
ln -s www/pixgate "$T/pixgate"
[ "$(id -u)" != 0 ] || chown -R "$ACCOUNT:$GROUP" "$T/www/pixgate"
echo the-shop >"$T/www/index.html"
apache_start "cgid rewrite" "
ScriptSock $T/apache/cgisock
DirectoryIndex index.html
LogFormat \"%U %>s\" path
CustomLog \"$T/apache/access.log\" path
<Directory \"$T/www\">
  AllowOverride FileInfo
</Directory>
<Directory \"$T/www/cgi-bin\">
  Options +ExecCGI
  SetHandler cgi-script
</Directory>"
try htaccess
DATA=
for path in /pixgate/pixgate.conf /pixgate/loja.secret /pixgate/inbox.db /pixgate/ /.htaccess; do
	post $path -X GET
	equal "htaccess: $path is not served" 403 "$STATUS"
done
post / -X GET
equal "htaccess: the shop is served" "200 the-shop" "$STATUS $ANSWER"
equal "the URL's secret is in no log" "" "$(grep -lF "$SECRET" "$T"/*.log "$T"/apache/*.log)"
finish
