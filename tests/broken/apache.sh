# shellcheck shell=bash disable=SC2034,SC2154,SC2004,SC2016
# Apache, one thing wrong. Each function edits $SITE, which `pixgate gen apache` printed.
. "$ROOT/tests/matrix/apache.sh"
APACHE_MODULES="$APACHE_MODULES authn_file authz_user"

edit() { # SED ARGUMENT…
	sed -i -E "$@" "$SITE"
}
in_host() { # TEXT: where the host's block for https begins
	edit "0,/SSLEngine on/s\`SSLEngine on\`$1\n&\`"
}
in_hook() { # TEXT: at the end of the webhook's <LocationMatch>
	edit "0,/<\/LocationMatch>/s\`</LocationMatch>\`$1\n&\`"
}

# --- TLS and its certificate
only13() {
	edit 's/SSLProtocol .*/SSLProtocol -all +TLSv1.3/'
}
old() {
	edit 's/SSLProtocol .*/SSLProtocol all/; s/SSLCipherSuite .*/SSLCipherSuite ALL:@SECLEVEL=0/'
}
expired() {
	cert expired
}
soon() {
	cert soon
}
wronghost() {
	cert other
}
leafonly() {
	cert leafonly
}

# --- the PSP's certificate
asknot() {
	edit '/SSLVerifyClient|SSLVerifyDepth|SSLCACertificateFile/d'
}
noif() { # asked for, not demanded
	edit 's/^\t\tRequire expr .*/\t\tRequire all granted/'
}
anyca() { # of whatever CA
	edit 's/SSLVerifyClient .*/SSLVerifyClient optional_no_ca/'
	edit "s/^\t\tRequire expr .*/\t\tRequire expr \"%{SSL_CLIENT_VERIFY} != 'NONE'\"/"
}
resumed() { # refused at first; when its session is resumed, "GENEROUS" has become "SUCCESS"
	edit 's/SSLVerifyClient .*/SSLVerifyClient optional_no_ca/; /SSLSessionTickets/d'
	edit "s/^\t\tRequire expr .*/\t\tRequire expr \"%{SSL_CLIENT_VERIFY} == 'SUCCESS'\"/"
}
wrongca() {
	edit "s|bank/sandbox.pem|bank/production.pem|"
}
depth() { # as it is where nobody says it
	edit '/SSLVerifyDepth/d'
}
late() { # asked for at the path alone: with TLS 1.3 the PSP would have to do what few clients do
	edit '/^\tSSLVerifyClient/d; s/^\t\tRequire expr .*/\t\tSSLVerifyClient require\n\t\tRequire all granted/'
}
sslrequire() { # refuses the right one over HTTP/2
	in_host "Protocols h2 http/1.1"
	edit 's/^\t\tRequire .*/\t\tRequire ssl-verify-client/'
}
skipasks() {
	in_host "SSLCACertificateFile $BANK/production.pem\nSSLVerifyClient require\nSSLVerifyDepth 3"
}

# --- HTTP
noauth() {
	edit '/CGIPassAuth/d'
}
ownauth() { # the web server asks for a password of its own
	printf 'shop:%s\n' "$(openssl passwd -apr1 something-else)" >"$(dirname "$SITE")/users"
	in_hook "AuthType Basic\nAuthName shop\nAuthBasicProvider file\nAuthUserFile $(dirname "$SITE")/users\nRequire valid-user"
	edit '/^\t\tRequire all granted/d'
}
moved() { # the shop's redirect to its own name, before the webhook's lines
	in_host "RewriteEngine on\nRewriteRule ^ https://www.example.com%{REQUEST_URI} [R=301,L]"
}
folder() { # a folder of that name in the document root, and no way to the gate
	mkdir -p "$(dirname "$SITE")/www/$ROW"
	edit '/ProxyPassMatch/d'
	edit "s|\"$LAB/shop\"|\"$(dirname "$SITE")/www\"|; s|^\tSSLEngine|\tLoadModule dir_module $MODULES/mod_dir.so\n&|"
	edit '/LoadModule dir_module/d'
}
down() {
	edit "s|unix:$SOCK|unix:$LAB/nobody.sock|"
}
noright() { # the web server's account may not come near the socket
	mkdir -p "$LAB/closed"
	ln -sf "$SOCK" "$LAB/closed/gate.sock"
	chmod 0 "$LAB/closed"
	cleanup="chmod 755 $LAB/closed"
	edit "s|unix:$SOCK|unix:$LAB/closed/gate.sock|"
}
forbidden() { # a rule meant for others
	in_hook "Require ip 192.0.2.7"
	edit '/^\t\tRequire all granted/d'
}
exact() {
	edit 's#\(/\|\$\)"#$"#'
}
fallback() { # the shop answers every path with its first page, POSTs too
	edit "s|^\tDocumentRoot .*|&\n\tFallbackResource /index.html|"
}
