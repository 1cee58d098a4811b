#!/bin/bash
# Apache with mod_proxy_fcgi.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/behaviour.sh"
. "$ROOT/tests/apache.sh"
write_conf
give_away
ENCODED_SLASH=404
GATE_ARGS=(--group "$GROUP")
gate_start
apache_start "proxy proxy_fcgi" "
SetEnv proxy-sendcl 1
SetEnv ap_trust_cgilike_cl 1
<Location "/">
CGIPassAuth On
</Location>
ProxyPassMatch \"^/\" \"unix:$SOCK|fcgi://gate/\" timeout=30"
behaviours
gate_stop
finish
