# shellcheck shell=bash disable=SC2034
# Caddy round what gen prints: its options of the whole server, and a shop that was there first.
KIND=caddy
TITLE=Caddy
LETS=
server caddy
VERSION=$("${SERVER[@]}" version | sed 's/^v//; s/ .*//')
# it brings its own TLS
HEAD="Caddy $VERSION, $("${SERVER[@]}" build-info 2>/dev/null | sed -n 's/^go[[:space:]]*go\([0-9]*\.[0-9]*\).*/Go \1/p' | head -n 1)"
HEAD=${HEAD%, }
export HOME=$T XDG_DATA_HOME=$T XDG_CONFIG_HOME=$T

frame() { # MODE SCOPE BACKEND
	local shop_port=$PORT
	[ "$2" != port ] || shop_port=$APART
	SHOP="port=$shop_port sni=shop.example.com"
	cat >"$T/frame/Caddyfile" <<-END
	{
		admin off
		http_port $HTTP_PORT
		https_port $PORT
		skip_install_trust
		storage file_system {
			root $T/frame
		}
	}
	https://shop.example.com:$shop_port {
		bind $LOOP
		tls $T/pki/server.crt $T/pki/server.key
		log {
			output file $T/frame/access.log
		}
		root * $T/shop
		file_server
	}
	import $SITE
	END
	start web "${SERVER[@]}" run --config "$T/frame/Caddyfile" --adapter caddyfile
	WEB_PID=$PID
	until_true 10 port_open "$PORT"
}
