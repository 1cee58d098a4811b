#!/bin/bash
# Apache with mod_fcgid, which starts the gate itself.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/behaviour.sh"
. "$ROOT/tests/apache.sh"
write_conf
give_away
mkdir -p "$T/bin"
cp "$GATE" "$T/bin/pixgate.fcgi"
ENCODED_SLASH=404
TOO_LARGE=500
LARGE_OK=
restart() {
	# a graceful restart of Apache ends its FastCGI processes
	kill -s USR1 "$APACHE"
	sleep 1
	wait_port "$PORT"
}
RESTART=restart
apache_start "fcgid" "
Protocols http/1.1
FcgidIPCDir $T/apache
FcgidProcessTableFile $T/apache/shm
FcgidMaxRequestLen 300000
FcgidMaxProcesses 4
<Location \"/\">
  CGIPassAuth On
  SetHandler fcgid-script
  Options +ExecCGI
</Location>
ScriptAliasMatch \"^/(.*)\" \"$T/bin/pixgate.fcgi/\$1\""
APACHE=$PID
behaviours
finish
