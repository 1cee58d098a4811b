#!/bin/sh
# certbot's deploy hook for BS2: copy it to /etc/letsencrypt/renewal-hooks/deploy/ and make it executable.
#
# BS2 calls only a server whose certificate was uploaded to it. Whether it still trusts the one before is not known, so the
# time between upload and reload must be short: first the upload, which may fail, and right behind it the reload, which
# hardly can. Where the upload fails the old certificate is still served and still trusted; certbot reports the failure,
# and nothing is lost before the old one expires. Run it again before: `certbot reconfigure --run-deploy-hooks`, or this
# script with RENEWED_LINEAGE and RENEWED_DOMAINS set. With several accounts at BS2 one failure holds up the reload that the
# others wait for, so do it at once.
#
# certbot runs it as root; what pixgate remembers is given to the owner of the folder with the inbox.
PIXGATE=${PIXGATE:-pixgate --conf /etc/pixgate/pixgate.conf}
RELOAD=${RELOAD:-systemctl reload nginx}

$PIXGATE cert push --renewed || exit
$RELOAD
