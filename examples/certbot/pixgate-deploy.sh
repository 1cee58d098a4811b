#!/bin/sh
# certbot's deploy hook for BS2: copy it to /etc/letsencrypt/renewal-hooks/deploy/ and make it executable.
#
# BS2 calls only a server whose certificate was uploaded to it. Whether it still trusts the one before is not known, so the
# time between upload and reload must be short: first the upload, which may fail, and right behind it the reload, which
# hardly can. Where the upload fails the old certificate is still served and still trusted; certbot reports the failure,
# and nothing is lost before the old one expires. Run this again then: sh pixgate-deploy.sh, with both variables set.
#
# PIXGATE is run as the account of the gate, which owns the inbox and the secrets; RELOAD is your web server's.
PIXGATE=${PIXGATE:-pixgate --conf /etc/pixgate/pixgate.conf}
RELOAD=${RELOAD:-systemctl reload nginx}

$PIXGATE cert push --renewed || exit
$RELOAD
