# shellcheck shell=bash disable=SC2034,SC2154,SC2004,SC2016
# lighttpd, one thing wrong. Each function edits $SITE, which `pixgate gen lighttpd` printed.
. "$ROOT/tests/matrix/lighttpd.sh"

edit() { # SED ARGUMENT…
	sed -i -E "$@" "$SITE"
}
in_host() { # TEXT: where the webhook's part begins, for https
	edit "0,/\\\$HTTP\\[\"url\"\\] =~/s\`^.*\\\$HTTP\\[\"url\"\\] =~\`$1\n&\`"
}
in_hook() { # TEXT: before the way to the gate
	edit "s\`^.*fastcgi.server = \`$1\n&\`"
}

# --- it listens, and answers nothing
silent() {
	EXTRA[$ROW]="--resolve $DOMAIN:$PORT:$LOOP --timeout 2"
	edit '$s/$/\n# stopped once it listens/'
	AFTER[$ROW]=stop_it
}
stop_it() {
	kill -s STOP "$WEB_PID"
	STOPPED="$STOPPED $WEB_PID"
}

# --- TLS and its certificate
only13() {
	edit 's/"MinProtocol" => "TLSv1.2"/"MinProtocol" => "TLSv1.3"/'
}
old() {
	edit 's/"MinProtocol" => "TLSv1.2"/"MinProtocol" => "TLSv1"/; s/"CipherString" => "[^"]*"/"CipherString" => "ALL:@SECLEVEL=0"/'
}
expired() {
	cert expired
}
future() {
	cert future
}
selfsigned() {
	cert self
}
leafonly() { # with a CA of clients lighttpd does not even shake hands
	cert leafonly
}

# --- the PSP's certificate
asknot() {
	edit '/ssl\.verifyclient/d'
}
noif() { # asked for, not demanded
	edit '/auth\.require/d'
}
inurl() { # lighttpd takes no notice of it there
	local lines
	lines=$(sed -n '/ssl\.verifyclient/p' "$SITE" | sed 's/"disable"/"enable"/' | sed ':a;N;$!ba;s/\n/\\n/g')
	edit '/ssl\.verifyclient|auth\.require/d'
	in_hook "$lines"
}
noextern() { # enforced at the host alone, and another host asks for nothing
	edit '/auth\.require/d'
}
tickets() { # a session of another port of the process is resumed here
	edit 's/-SessionTicket,//; /auth\.require/d'
}
wrongca() {
	edit "s|bank/sandbox.pem|bank/production.pem|"
}
othernames() { # announces its own CA's names
	edit "s|^(.*)ssl.verifyclient.ca-file.*|&\n\1ssl.verifyclient.ca-dn-file = \"$LAB/certs/root.crt\"|"
}
depth() {
	edit 's/ssl.verifyclient.depth *= *3/ssl.verifyclient.depth = 0/'
}
skipasks() {
	edit "s|^.*ssl.privkey.*|&\nssl.verifyclient.activate = \"enable\"\nssl.verifyclient.enforce = \"enable\"\nssl.verifyclient.depth = 3\nssl.verifyclient.ca-file = \"$BANK/production.pem\"|"
}

# --- HTTP
www() {
	in_host 'url.redirect = ( "" => "https://www.example.com${url.path}${qsa}" )'
}
down() {
	edit "s|\"$SOCK\"|\"$LAB/nobody.sock\"|"
}
exact() {
	edit 's#\(/\|\$\)"#$"#'
}
denied() { # hotlinks, robots: a rule meant for others
	in_hook 'url.access-deny = ( "" )'
}
ownauth() {
	printf 'shop:%s\n' something-else >"$(dirname "$SITE")/users"
	in_hook "auth.backend = \"plain\"\nauth.backend.plain.userfile = \"$(dirname "$SITE")/users\"\nauth.require = ( \"\" => ( \"method\" => \"basic\", \"realm\" => \"shop\", \"require\" => \"valid-user\" ) )"
	edit '1iserver.modules += ( "mod_auth", "mod_authn_file" )'
}
