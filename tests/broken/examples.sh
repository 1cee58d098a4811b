# shellcheck shell=bash disable=SC2034,SC2154,SC2004,SC2016
# The files of examples/ themselves, for tests/broken/healthy.txt: their places, ports, certificates and CA become those of a test.
example() {
	local mode=skip-mtls own=$LAB/certs/good ca
	case ${WHAT[$ROW]} in mtls*) mode=mtls ;; esac
	ca=$(openssl x509 -in "$BANK/sandbox.pem" -outform DER | base64 -w 0)
	sed -E "
		s|/etc/letsencrypt/live/$DOMAIN/fullchain.pem|$own.chain|
		s|/etc/letsencrypt/live/$DOMAIN/privkey.pem|$own.key|
		s|/etc/pixgate/efi-sandbox.pem|$BANK/sandbox.pem|
		s|trusted_ca_cert .*|trusted_ca_cert $ca|
		s|/run/pixgate/gate.sock|$SOCK|
		s|/var/www/html|$LAB/shop|
		s|/var/log/[a-z0-9]*/|$T/weblog/|
		s|/webhook|/$ROW|g
		/\[::\]/d
		s/(listen |VirtualHost |\")(\*:|0\.0\.0\.0:)?443\>/\1$LOOP:$PORT/
		s/(listen |VirtualHost |\")(\*:|0\.0\.0\.0:)?80\>/\1$LOOP:$HTTP_PORT/
		s/\"$DOMAIN(:443)?\"/\"$DOMAIN:$PORT\"/
		s|^https://$DOMAIN \{|https://$DOMAIN:$PORT {\n\tbind $LOOP|
		s|^http://$DOMAIN:80 \{|http://$DOMAIN:$HTTP_PORT {\n\tbind $LOOP|
		s|^\ttls \{|\ttls $own.chain $own.key {|
	" "$ROOT/examples/$KIND/sandbox-$mode".* >"$SITE"
	# Caddy gets a certificate by itself where it is given none
	[ "$KIND" != caddy ] || grep -q '^	tls ' "$SITE" || sed -i "s|^https.*|&\n\ttls $own.chain $own.key|" "$SITE"
}
