#!/bin/bash
# Caddy: reverse_proxy with transport fastcgi.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/behaviour.sh"
server caddy
write_conf
gate_start
PORT=$(free_port)
BASE=http://127.0.0.1:$PORT
cat >"$T/Caddyfile" <<END
{
	admin off
	auto_https off
	storage file_system {
		root $T/caddy
	}
}
http://127.0.0.1:$PORT {
	request_header -Proxy
	reverse_proxy unix/$SOCK {
		transport fastcgi {
			dial_timeout 3s
			read_timeout 30s
			write_timeout 30s
		}
	}
}
END
start caddy env HOME="$T" XDG_DATA_HOME="$T" XDG_CONFIG_HOME="$T" "${SERVER[@]}" run --config "$T/Caddyfile" --adapter caddyfile
wait_port "$PORT"
behaviours
gate_stop
finish
