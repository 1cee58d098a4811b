#!/bin/bash
# lighttpd with mod_fastcgi.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/behaviour.sh"
server lighttpd
write_conf
gate_start
PORT=$(free_port)
BASE=http://127.0.0.1:$PORT
mkdir -p "$T/www" "$T/upload"
cat >"$T/lighttpd.conf" <<END
server.modules = ( "mod_fastcgi" )
server.bind = "127.0.0.1"
server.port = $PORT
server.document-root = "$T/www"
server.upload-dirs = ( "$T/upload" )
server.errorlog = "/dev/stderr"
fastcgi.server = ( "/" => (( "socket" => "$SOCK", "check-local" => "disable" )) )
END
start lighttpd "${SERVER[@]}" -D -m "$MODULES" -f "$T/lighttpd.conf"
wait_port "$PORT"
behaviours
gate_stop
finish
