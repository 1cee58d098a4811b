# shellcheck shell=bash disable=SC2034,SC2154,SC2004,SC2016
# Caddy, one thing wrong. Each function edits $SITE, which `pixgate gen caddy` printed.
. "$ROOT/tests/matrix/caddy.sh"

edit() { # SED ARGUMENT…
	sed -i -E "$@" "$SITE"
}
in_host() { # TEXT: where the site's block for https begins
	edit "s\`^https://$DOMAIN:$PORT \{\`&\n$1\n\`"
}
der() { # FILE: the first certificate of it, as Caddyfiles have them
	openssl x509 -in "$1" -outform DER | base64 -w 0
}

# --- TLS and its certificate
only13() {
	edit 's/^(\ttls .*)\{$/\1{\n\t\tprotocols tls1.3/; t; s/^(\ttls [^{]*)$/\1 {\n\t\tprotocols tls1.3\n\t}/'
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
selfsigned() {
	cert self
}
leafonly() {
	cert leafonly
}
internal() { # Caddy's own CA, as it is where no public one could be reached
	edit 's/^\ttls .*/\ttls internal/'
}

# --- the PSP's certificate
asknot() {
	edit '/client_auth \{/,/^\t\t\}/d'
}
nomatcher() {
	edit '/vars_regexp/d; s/^\t\t@psp \{/&\n\t\t\tmethod POST GET/'
}
request() { # asked for, whoever issued it
	nomatcher
	edit 's/mode .*/mode request/; /trusted_ca_cert/d'
}
require() { # some certificate
	nomatcher
	edit 's/mode .*/mode require/; /trusted_ca_cert/d'
}
wrongca() {
	edit "s|trusted_ca_cert .*|trusted_ca_cert $(der "$BANK/production.pem")|"
}
front() { # [TEXT]: another Caddy before it ends the PSP's TLS, and says nothing of itself
	edit "s|$DOMAIN:$PORT|$DOMAIN:$APART|g"
	cat >>"$SITE" <<-END
	https://$DOMAIN:$PORT {
		bind $LOOP
		tls $LAB/certs/good.chain $LAB/certs/good.key
		$1
		reverse_proxy https://$LOOP:$APART {
			header_up Host $DOMAIN:$APART
			transport http {
				tls_server_name $DOMAIN
				tls_insecure_skip_verify
			}
		}
	}
	END
}
behind() {
	front ""
}
skipasks() {
	edit "s/^(\ttls [^{]*)\$/\1 {\n\t\tclient_auth {\n\t\t\tmode require_and_verify\n\t\t\ttrusted_ca_cert $(der "$BANK/production.pem" | sed 's|/|\\/|g')\n\t\t}\n\t}/"
}

# --- HTTP
www() {
	in_host "redir https://www.example.com{uri} permanent"
}
down() {
	edit "s|unix/$SOCK|unix/$LAB/nobody.sock|"
}
exact() {
	edit 's#\(/\|\$\)"#$"#'
}
unmatched() { # whose path no handler takes, Caddy tells 200
	edit '/^https/,$ { /^\thandle \{$/,/^\t\}$/d; }'
}
gone() { # nothing leads to the gate, and no other handler is there
	edit '/^https/,$ { /^\t(handle|@webhook)/,/^\t\}$/d; }'
}
stripped() { # the one before it passes the path on, and no query
	front "rewrite * {path}?p=1"
}
noauth() {
	edit 's|^(.*)reverse_proxy|\1request_header -Authorization\n&|'
}
ownauth() {
	in_host "basicauth {\nshop $("${SERVER[@]}" hash-password --plaintext something-else)\n}"
}
