#!/bin/bash
# Apache with mod_proxy_fcgi.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/behaviour.sh"
. "$ROOT/tests/apache.sh"
write_conf
give_away
ENCODED_SLASH=404
gate_start --group "$GROUP"
apache_start "proxy proxy_fcgi" "
SetEnv proxy-sendcl 1
<Location "/">
CGIPassAuth On
</Location>
ProxyPassMatch \"^/\" \"unix:$SOCK|fcgi://gate/\" timeout=30"
behaviours
gate_stop
finish
