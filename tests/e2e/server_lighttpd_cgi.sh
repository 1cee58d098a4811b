#!/bin/bash
# lighttpd with mod_cgi: the same file as pixgate.cgi, one process a request. The server passes on next to nothing of
# its environment, so the configuration is found by the program's place.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/behaviour.sh"
server lighttpd
write_conf
PORT=$(free_port)
BASE=http://127.0.0.1:$PORT
RESTART=true
mkdir -p "$T/www/cgi-bin" "$T/upload"
mv "$T/pixgate" "$T/www/pixgate"
ln -s www/pixgate "$T/pixgate"
cp "$GATE" "$T/www/cgi-bin/pixgate.cgi"
cat >"$T/lighttpd.conf" <<END
server.modules = ( "mod_alias", "mod_cgi", "mod_setenv" )
server.bind = "127.0.0.1"
server.port = $PORT
server.document-root = "$T/upload"
server.upload-dirs = ( "$T/upload" )
server.errorlog = "/dev/stderr"
alias.url = ( "/" => "$T/www/cgi-bin/pixgate.cgi/" )
cgi.assign = ( "pixgate.cgi" => "" )
cgi.execute-x-only = "enable"
END
start lighttpd "${SERVER[@]}" -D -m "$MODULES" -f "$T/lighttpd.conf"
wait_port "$PORT"
behaviours
# lighttpd ends the program once it has the whole answer: what it does after that may never be done
for i in $(seq 1000 1119); do
	DATA=$(one_pix "E00000000202611201300a1b2c3d$i")
	post "/webhook/pix?hmac=$SECRET"
done
wal=$(stat -c %s "$T/pixgate/inbox.db-wal" 2>/dev/null || echo 0)
check "the WAL stays short: $wal bytes" test "$wal" -lt 500000
finish
