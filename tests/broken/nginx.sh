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
WHERE[nginx-nohost]=nobody.invalid
nohost() {
	NOTHING[$ROW]=silent
	EXTRA[$ROW]="--timeout 5"
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
ed25519() {
	cert ed25519
}
two() { # the second address of the host was forgotten at the renewal
	local other
	EXTRA[$ROW]="--resolve $DOMAIN:$PORT:$LOOP,$LOOP2"
	other=$(sed -n '/^server {/,/^}/p' "$SITE" | sed "s/$LOOP:/$LOOP2:/; s|certs/good|certs/second|g")
	printf '%s\n' "$other" >>"$SITE"
}

half() { # the second address is of a server that is no more
	EXTRA[$ROW]="--resolve $DOMAIN:$PORT:$LOOP,$LOOP2"
	edit '1i# as gen prints it'
}

# --- the PSP's certificate
cdn() { # somebody else ends the PSP's TLS
	edit "s/$LOOP:$PORT ssl/$LOOP:$APART ssl/"
	cat >>"$SITE" <<-END
	server {
		listen $LOOP:$PORT ssl http2; server_name $DOMAIN;
		ssl_certificate $LAB/certs/good.chain; ssl_certificate_key $LAB/certs/good.key; ssl_protocols TLSv1.2 TLSv1.3;
		location / {
			proxy_pass https://$LOOP:$APART; proxy_set_header Host $DOMAIN; proxy_ssl_name $DOMAIN; proxy_ssl_server_name on;
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
names() { # it is not self-signed, and bears the PSP's name: who signed it is not verified
	without_ifs
	edit 's/ssl_verify_client .*/ssl_verify_client optional_no_ca;/'
	in_hook "if (\\\$ssl_client_i_dn !~ CN=webhook-h) { return 403; } if (\\\$ssl_client_i_dn = \\\$ssl_client_s_dn) { return 403; }"
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
paths() { # END: which paths below the hook's are led to the gate
	edit "s#\\(/\\|\\$\\)\"#$1\"#"
}
exact() {
	paths '$'
}
onlypix() {
	paths '/pix$'
}
norec() {
	paths '(/pix)?$'
}
noslash() {
	paths '(/(pix|rec|cobr))?$'
	in_host "merge_slashes off;"
}
glued() { # the web server compares the secret too, and not as a PSP sends it
	in_hook "if (\\\$arg_hmac != $SECRET) { return 403; }"
}
stripped() { # a rewrite without the query
	edit "s|fastcgi_param REQUEST_URI .*|fastcgi_param REQUEST_URI \$uri;|"
}
page() { # the shop's single-page application answers everything
	instead ""
	edit "s|^\troot .*|&\n\terror_page 404 405 =200 /index.html;|"
}
PLAIN_200="default_type text/plain; return 200 200;"
unchecked() { # something says 200 to whatever comes
	instead "$PLAIN_200"
}
isset() {
	instead "if (\\\$arg_hmac = '') { return 403; } if (\\\$request_method != POST) { return 405; } $PLAIN_200"
}
large() {
	edit '/client_max_body_size/s/256k/0/'
	instead "if (\\\$arg_hmac !~ ^$SECRET) { return 403; } if (\\\$request_method != POST) { return 405; } $PLAIN_200"
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
hang() { # a large body is led to somebody who never answers
	start "$ROW" python3 -c 'import signal, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
signal.pause()' "$LAB/$ROW/hang.sock"
	until_true 10 test -S "$LAB/$ROW/hang.sock"
	EXTRA[$ROW]="--resolve $DOMAIN:$PORT:$LOOP --timeout 2"
	in_host "location = /hang { internal; client_max_body_size 0; proxy_pass http://unix:$LAB/$ROW/hang.sock; }"
	in_hook "if (\\\$content_length ~ ......) { rewrite ^ /hang last; }"
	edit '/client_max_body_size 256k/s/256k/0/'
}
openauth() {
	instead "if (\\\$request_method != POST) { return 405; } $PLAIN_200"
}
anyauth() {
	instead "if (\\\$http_authorization = '') { return 401; } if (\\\$request_method != POST) { return 405; } $PLAIN_200"
}
closes() {
	in_hook "return 444;"
}
slow() { # two a second
	edit "1ilimit_req_zone \$server_port zone=z$PORT:32k rate=2r/s;"
	in_hook "limit_req zone=z$PORT burst=500;"
}
waf() { # 406, whatever comes
	in_hook "return 406;"
}

# --- port 80 of an address of its own, where this machine lets us have it
at_80() { # ADDRESS TEXT
	if ! python3 -c 'import socket, sys; socket.socket().bind((sys.argv[1], 80))' "$1" 2>/dev/null; then
		echo "# $ROW: port 80 is not to be had here"
		WANT[$ROW]=-
		edit '1i# port 80 is not to be had'
		return
	fi
	EXTRA[$ROW]="--resolve $DOMAIN:$PORT:$1"
	edit "s/^\tlisten $LOOP:$PORT .*/&\n\tlisten $1:$PORT ssl http2;/"
	echo "server { listen $1:80; location / { $2 } }" >>"$SITE"
}
port80() {
	at_80 "$LOOP3" "$PLAIN_200"
}
redirect80() {
	at_80 "$LOOP2" "return 301 https://$DOMAIN:$PORT\$request_uri;"
}
