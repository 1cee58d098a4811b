#!/bin/bash
# Apache with mod_cgid and ScriptAliasMatch: plain CGI.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/behaviour.sh"
. "$ROOT/tests/apache.sh"
write_conf
mkdir -p "$T/cgi-bin"
cp "$GATE" "$T/cgi-bin/pixgate.cgi"
give_away
ENCODED_SLASH=404
RESTART=true
# since 2.4.59 Apache drops a script's Content-Length unless ap_trust_cgilike_cl is set, and may answer chunked
CHUNKS=1
apache_start "cgid" "
ScriptSock $T/apache/cgisock
<Location "/">
CGIPassAuth On
</Location>
ScriptAliasMatch \"^/(.*)\" \"$T/cgi-bin/pixgate.cgi/\$1\""
behaviours
finish
