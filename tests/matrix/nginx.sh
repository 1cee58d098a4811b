# shellcheck shell=bash disable=SC2034
# nginx round what gen prints: http { }, with a shop that was there first.
KIND=nginx
TITLE=nginx
LETS=
server nginx
VERSION=$("${SERVER[@]}" -v 2>&1 | sed 's|.*nginx/||')
HEAD="nginx $VERSION, $(openssl version | sed 's/^OpenSSL \([0-9]*\.[0-9]*\).*/OpenSSL \1/')"

frame() { # MODE SCOPE BACKEND
	local shop_port=$PORT user=
	[ "$2" != port ] || shop_port=$APART
	[ "$(id -u)" != 0 ] || user="user root;"
	SHOP="port=$shop_port sni=shop.example.com"
	cat >"$T/frame/nginx.conf" <<-END
	$user
	daemon off;
	worker_processes 1;
	pid $T/frame/pid;
	error_log stderr;
	events { worker_connections 256; }
	http {
	  access_log $T/frame/access.log;
	  client_body_temp_path $T/frame/b; proxy_temp_path $T/frame/p; fastcgi_temp_path $T/frame/f; uwsgi_temp_path $T/frame/u; scgi_temp_path $T/frame/s;
	  # Debian's nginx.conf has such a line: what the first server of a port does not say, no other can change
	  ssl_protocols TLSv1.2 TLSv1.3;
	  server {
	    listen $LOOP:$shop_port ssl;
	    server_name shop.example.com;
	    ssl_certificate $T/pki/server.crt;
	    ssl_certificate_key $T/pki/server.key;
	    root $T/shop;
	  }
	  include $SITE;
	}
	END
	start web "${SERVER[@]}" -p "$T/frame/" -e stderr -c "$T/frame/nginx.conf"
	WEB_PID=$PID
	until_true 10 port_open "$PORT"
}
