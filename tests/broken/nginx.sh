# shellcheck shell=bash disable=SC2034,SC2154,SC2004,SC2016
# nginx, one thing wrong. Each function edits $SITE, which `pixgate gen nginx` printed.
. "$ROOT/tests/matrix/nginx.sh"

edit() { # SED ARGUMENT…
	sed -i -E "$@" "$SITE"
}
# the last closing brace is that of the host's block for https
in_host() { # TEXT: at its beginning
	edit "/server_name $DOMAIN;/{ n; /ssl_certificate/s\`^\`$1 \`; }"
}
in_hook() { # TEXT: at the beginning of the webhook's location for https
	edit "/^\tlocation ~/,/^\t}/{ /client_max_body_size/s\`^\`$1 \`; }"
}
instead() { # TEXT: in place of the whole way to the gate
	edit "/^\t\tfastcgi_/d"
	in_hook "$1"
}

# --- nobody there
closed() {
	NOTHING[$ROW]=silent
}
nohost() {
	NOTHING[$ROW]=silent
	EXTRA[$ROW]="--skip none.such"
}
plain() {
	edit '/listen/s/ ssl( http2)?;/;/; /^\tssl_/d'
}
# --- TLS and its certificate
only13() {
	edit 's/ssl_protocols .*/ssl_protocols TLSv1.3;/'
}
old() {
	edit 's/ssl_protocols .*/ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;/; s/ssl_ciphers .*/ssl_ciphers ALL:@SECLEVEL=0;/'
	edit '/if \(\$ssl_protocol/,/}/d'
}
wronghost() {
	cert other
}
expired() {
	cert expired
}
selfsigned() {
	cert self
}
leafonly() { # "cert.pem" where "fullchain.pem" belongs
	cert leafonly
}
two() { # the second address of the host was forgotten at the renewal
	local other
	EXTRA[$ROW]="--resolve $DOMAIN:$PORT:127.0.0.1,127.0.0.2"
	other=$(sed -n '/^server {/,/^}/p' "$SITE" | sed "s/127.0.0.1:/127.0.0.2:/; s|certs/good|certs/second|g")
	printf '%s\n' "$other" >>"$SITE"
}

# --- the PSP's certificate
cdn() { # somebody else ends the PSP's TLS
	edit "s/127.0.0.1:$PORT ssl/127.0.0.1:$APART ssl/"
	cat >>"$SITE" <<-END
	server {
		listen 127.0.0.1:$PORT ssl http2; server_name $DOMAIN;
		ssl_certificate $LAB/certs/good.chain; ssl_certificate_key $LAB/certs/good.key; ssl_protocols TLSv1.2 TLSv1.3;
		location / {
			proxy_pass https://127.0.0.1:$APART; proxy_set_header Host $DOMAIN; proxy_ssl_name $DOMAIN; proxy_ssl_server_name on;
			add_header CF-Ray 8f1c2d3e4f5a6b7c-GRU always;
		}
	}
	END
}
asknot() { # the lines are not in the host's block
	edit '/ssl_client_certificate|ssl_verify_|error_page 495/d'
}
wrongca() {
	edit "s|bank/sandbox.pem|bank/production.pem|"
}
wrongslot() { # the PSP's CA verifies, and is not announced
	edit "s|ssl_client_certificate .*|ssl_client_certificate $LAB/certs/root.crt; ssl_trusted_certificate $BANK/sandbox.pem;|"
}
without_ifs() {
	edit '/^\t\t(if|set) .*(pixgate_caller|ssl_client)/,/^\t\t(}|set.*;)$/d'
}
noif() { # asked for, not demanded; the gate has no look either
	without_ifs
}
nocheck() { # any certificate will do
	without_ifs
	edit 's/ssl_verify_client .*/ssl_verify_client optional_no_ca;/'
	in_hook "if (\\\$ssl_client_verify = NONE) { return 403; }"
}
depth() {
	edit 's/ssl_verify_depth .*/ssl_verify_depth 0;/'
}
skipasks() { # left over from another PSP: who shows none, or one of Efí's, stays outside
	in_host "ssl_client_certificate $BANK/production.pem; ssl_verify_client on;"
}

# --- HTTP
www() {
	in_host "return 301 https://www.example.com\\\$request_uri;"
}
slash() { # a folder of that name in the document root does that too
	in_hook "if (\\\$uri !~ /\\\$) { return 301 https://$DOMAIN:$PORT\\\$uri/\\\$is_args\\\$args; }"
}
down() {
	edit "s|unix:$SOCK|unix:$LAB/nobody.sock|"
}
exact() {
	edit 's#\(/\|\$\)"#$"#'
}
onlypix() {
	edit 's#\(/\|\$\)"#/pix$"#'
}
stripped() { # a rewrite without the query
	edit "s|fastcgi_param REQUEST_URI .*|fastcgi_param REQUEST_URI \$uri;|"
}
page() { # the shop's single-page application answers everything
	instead ""
	edit "s|^\troot .*|&\n\terror_page 404 405 =200 /index.html;|"
}
unchecked() { # something says 200 to whatever comes
	instead "default_type text/plain; return 200 200;"
}
get() {
	in_hook "if (\\\$request_method = GET) { return 200 alive; }"
}
elsewhere() {
	edit "s|^\troot .*|&\n\tlocation / { return 200 hello; }|"
}
chunked() {
	in_hook "if (\\\$http_transfer_encoding) { return 411; }"
}
noauth() {
	edit '/HTTP_AUTHORIZATION/d'
}
openauth() {
	instead "default_type text/plain; if (\\\$request_method != POST) { return 405; } return 200 200;"
}
slow() { # two a second
	edit "1ilimit_req_zone \$server_port zone=z$PORT:32k rate=2r/s;"
	in_hook "limit_req zone=z$PORT burst=500;"
}
waf() { # 406, whatever comes
	in_hook "return 406;"
}
