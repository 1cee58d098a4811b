# shellcheck shell=bash disable=SC2034
# lighttpd round what gen prints: what Debian's lighttpd.conf says, and a shop that was there first.
KIND=lighttpd
TITLE=lighttpd
LETS="sibling direct sandbox"
server lighttpd
VERSION=$("${SERVER[@]}" -v | sed -n 's|^lighttpd/\([0-9.]*\).*|\1|p')
HEAD="lighttpd $VERSION, $(openssl version | sed 's/^OpenSSL \([0-9]*\.[0-9]*\).*/OpenSSL \1/')"

frame() { # MODE SCOPE BACKEND
	# the shop's own socket: another host of one socket cannot keep the certificate from being asked for
	SHOP="port=$APART sni=shop.example.com"
	cat >"$T/frame/lighttpd.conf" <<-END
	server.modules = ( "mod_indexfile", "mod_access", "mod_alias", "mod_redirect" )
	server.bind = "$LOOP"
	server.port = $HTTP_PORT
	server.pid-file = "$T/frame/pid"
	server.document-root = "$T/shop"
	server.upload-dirs = ( "$T/frame" )
	server.errorlog = "/dev/stderr"
	index-file.names = ( "index.html" )
	include "$SITE"
	\$SERVER["socket"] == "$LOOP:$APART" {
	  ssl.engine = "enable"
	  ssl.pemfile = "$T/pki/server.crt"
	  ssl.privkey = "$T/pki/server.key"
	}
	END
	start web "${SERVER[@]}" -D -m "$MODULES" -f "$T/frame/lighttpd.conf"
	WEB_PID=$PID
	until_true 10 port_open "$PORT"
}
