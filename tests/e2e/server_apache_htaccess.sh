#!/bin/bash
# A shared host: Apache, a cgi-bin inside the site, and an .htaccess that sends the webhook's paths there.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/behaviour.sh"
. "$ROOT/tests/apache.sh"
write_conf
mkdir -p "$T/www/cgi-bin"
cp "$GATE" "$T/www/cgi-bin/pixgate.cgi"
# outside of what the site serves, and still beside the program's folder
mv "$T/pixgate" "$T/www/pixgate"
ln -s www/pixgate "$T/pixgate"
cat >"$T/www/.htaccess" <<'END'
CGIPassAuth On
SetEnv ap_trust_cgilike_cl 1
RewriteEngine On
RewriteRule ^pixgate(/|$) - [F]
RewriteRule ^(webhook|longe|mtls|bs2|indireto|nowhere)(/.*)?$ cgi-bin/pixgate.cgi/$1$2 [END]
END
cat >"$T/www/cgi-bin/.htaccess" <<'END'
Options +ExecCGI
AddHandler cgi-script .cgi
CGIPassAuth On
END
[ "$(id -u)" != 0 ] || chown -R "$ACCOUNT:$GROUP" "$T/www/pixgate"
ENCODED_SLASH=404
RESTART=true
apache_start "cgid rewrite" "
ScriptSock $T/apache/cgisock
<Directory \"$T/www\">
  AllowOverride FileInfo AuthConfig Options
</Directory>"
behaviours
DATA=''
post /pixgate/pixgate.conf -X GET
equal "the configuration is not served" 403 "$STATUS"
finish
