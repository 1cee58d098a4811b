#!/bin/bash
# The files below examples/, each in its web server, as they stand there but for the socket's path.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/apache.sh"
write_conf
GATE_ARGS=(--group "$GROUP")
gate_start

example() { # FILE: with this run's socket
	sed "s|/run/pixgate/gate.sock|$SOCK|" "$ROOT/examples/$1"
}

n=0
try() { # NAME
	n=$((n + 1))
	DATA=$PING
	post "/webhook?hmac=$SECRET&ignorar="
	equal "$1: the registration ping" "200 200" "$STATUS $ANSWER"
	DATA="{\"pix\":[{\"endToEndId\":\"E000000002026112012000000000000$n\",\"chave\":\"$KEY\",\"valor\":\"1.00\",\"horario\":\"2026-11-20T12:00:00.000Z\"}]}"
	post "/webhook?hmac=$SECRET&ignorar=/pix"
	equal "$1: a notification with /pix in the query" 200 "$STATUS"
	post "/webhook/pix?hmac=$SECRET"
	equal "$1: and in the path" 200 "$STATUS"
	equal "$1: stored once" "$n" "$(events)"
	post "/webhook/pix?hmac=wrong"
	equal "$1: a wrong secret" 403 "$STATUS"
	post "/webhookfoo?hmac=$SECRET"
	equal "$1: a neighbour's path is not ours" 404 "$STATUS"
}

site() { # SERVER: a port of its own
	server "$1"
	PORT=$(free_port)
	BASE=http://127.0.0.1:$PORT
	mkdir -p "$T/$1/tmp"
}

site nginx
cat >"$T/nginx.conf" <<END
$([ "$(id -u)" != 0 ] || echo "user root;")
daemon off; pid $T/nginx/pid; error_log stderr; events { }
http {
  client_body_temp_path $T/nginx/tmp/b; proxy_temp_path $T/nginx/tmp/p; fastcgi_temp_path $T/nginx/tmp/f;
  uwsgi_temp_path $T/nginx/tmp/u; scgi_temp_path $T/nginx/tmp/s; access_log $T/nginx/access.log;
  server {
    listen 127.0.0.1:$PORT; root $T/nginx;
$(example nginx/webhook.conf)
  }
}
END
start nginx "${SERVER[@]}" -p "$T/nginx/" -e stderr -c "$T/nginx.conf"
wait_port "$PORT"
try nginx
equal "nginx: the secret is in no access log" 0 "$(grep -c "/webhook?hmac=$SECRET" "$T/nginx/access.log")"

site lighttpd
{
	printf 'server.modules = ( )\nserver.port = %s\nserver.bind = "127.0.0.1"\n' "$PORT"
	printf 'server.document-root = "%s"\nserver.upload-dirs = ( "%s" )\nserver.errorlog = "/dev/stderr"\n' "$T/lighttpd" "$T/lighttpd/tmp"
	example lighttpd/webhook.conf
} >"$T/lighttpd.conf"
start lighttpd "${SERVER[@]}" -D -m "$MODULES" -f "$T/lighttpd.conf"
wait_port "$PORT"
try lighttpd

site caddy
cat >"$T/Caddyfile" <<END
{
	admin off
	auto_https off
	storage file_system {
		root $T/caddy
	}
}
http://127.0.0.1:$PORT {
$(example caddy/Caddyfile)
}
END
start caddy env HOME="$T" XDG_DATA_HOME="$T" XDG_CONFIG_HOME="$T" "${SERVER[@]}" run --config "$T/Caddyfile" --adapter caddyfile
wait_port "$PORT"
try caddy

apache_start "proxy proxy_fcgi" "LogFormat \"%r\" all
CustomLog \"$T/apache/access.log\" all env=!pixgate
$(example apache/webhook.conf)"
try apache
equal "apache: the secret is in no access log" 0 "$(grep -c "/webhook?hmac=$SECRET" "$T/apache/access.log")"

stop "$PID"
gate_stop
mkdir -p "$T/www/cgi-bin"
cp "$GATE" "$T/www/cgi-bin/pixgate.cgi"
mv "$T/pixgate" "$T/www/pixgate"
ln -s www/pixgate "$T/pixgate"
cp "$ROOT/examples/apache/htaccess" "$T/www/.htaccess"
[ "$(id -u)" != 0 ] || chown -R "$ACCOUNT:$GROUP" "$T/www/pixgate"
apache_start "cgid rewrite" "
ScriptSock $T/apache/cgisock
<Directory \"$T/www\">
  AllowOverride FileInfo AuthConfig
</Directory>
<Directory \"$T/www/cgi-bin\">
  Options +ExecCGI
  SetHandler cgi-script
</Directory>"
try htaccess
DATA=
post /pixgate/pixgate.conf -X GET
equal "htaccess: the configuration is not served" 403 "$STATUS"
finish
