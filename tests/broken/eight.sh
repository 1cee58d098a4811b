# shellcheck shell=bash disable=SC2034,SC2154,SC2153
# A PSP, a gate, and web servers that are set up wrongly, each in the way of one of Efí's eight refusals of a URL; and one that is set
# up well. For tests/e2e/eight_errors.sh and check_eight.sh.
BANK=$T/bank
check "emul pki" "$PIXGATE" emul pki "$BANK"
mapfile -t PORTS < <("$TOOLS/port" 16)
port() {
	PORT=${PORTS[0]}
	PORTS=("${PORTS[@]:1}")
}
PATIENCE_MS=1500	# the emulated Efí's; the real one waits for a minute

# --- the bank; a machine whose DNS is far away shall not make it wait for a name that nobody has
RES_OPTIONS="timeout:1 attempts:1" emul_start emul "$BANK" --patience "$PATIENCE_MS"
API=$(sed -n 's/^  .*; api = "\([^"]*\)".*/\1/p' "$T/emul.out")
CREDENTIALS=$(sed -n 's/^  //p' "$T/emul.out" | tr '\n' ' ')

# --- hooks, one for each way in which it can be wrong: NAME PORT-OR-DOMAIN CLIENT_CERT [MORE SETTINGS]
HOOKS=
hook() {
	local domain=$2
	case $domain in *[!0-9]*) ;; *) domain=localhost:$domain ;; esac
	HOOKS="$HOOKS${HOOKS:+,}
  { name = \"$1\"; path = \"/$1\"; psp = \"efi\"; domain = \"$domain\"; secret = [ \"file:loja.secret\" ]; sources = [ \"127.0.0.1\" ];
    client_cert = \"$3\"; ${4:-} keys = [ \"$KEY\" ]; $CREDENTIALS }"
}
VERIFY="ca = \"$BANK/sandbox.pem\"; pin = \"CN=webhook-h.efipay.com.br\";"
PRODUCTION="ca = \"$BANK/production.pem\"; pin = \"CN=webhook.efipay.com.br\";"
port; ASKS=$PORT	# nginx, which asks for Efí's certificate
port; OPEN=$PORT	# nginx, which asks for none
port; EXPIRED=$PORT	# nginx, whose own certificate has expired
port; FOREIGN=$PORT	# nginx, whose own certificate is of a CA that nobody knows
port; OLD=$PORT		# nginx, TLS 1.1 alone
port; PLAIN=$PORT	# nginx, HTTP alone: the "ssl" behind listen was forgotten
port; LIGHTTPD=$PORT
port; APACHE=$PORT
port; CADDY=$PORT
port; NOBODY=$PORT	# nothing listens
hook nomtls "$OPEN" verify "$VERIFY"
hook closed "$NOBODY" verify "$VERIFY"
hook nohost nobody.invalid none
hook hung "$ASKS" verify "$VERIFY"
hook silent "$LIGHTTPD" none
hook expired "$EXPIRED" verify "$VERIFY"
hook foreign "$FOREIGN" verify "$VERIFY"
hook old "$OLD" none
hook plain "$PLAIN" none
hook reset "$ASKS" verify "$VERIFY"
hook onlypix "$ASKS" verify "$VERIFY"
hook asknot "$OPEN" server
hook wrongca "$LIGHTTPD" verify "$PRODUCTION"
hook moved "$APACHE" none
hook down "$CADDY" none
hook noanswer "$ASKS" verify "$VERIFY"
hook healthy "$ASKS" verify "$VERIFY"
hook skip "$LIGHTTPD" none
mkdir -p "$T/pixgate"
printf '%s\n' "$SECRET" >"$T/pixgate/loja.secret"
chmod 600 "$T/pixgate/loja.secret"
CLIENT_CONF=$T/pixgate/client.conf CONF=$T/pixgate/pixgate.conf
printf 'inbox = "sqlite:inbox.db";\nhooks = (%s\n);\n' "$HOOKS" >"$CLIENT_CONF"
# The gate of "nomtls" was set up with less than the client asks for: that is how a server comes to let everybody in.
sed '/name = "nomtls"/{ n; s/client_cert = "verify"; ca = [^;]*; pin = [^;]*;/client_cert = "none";/; }' "$CLIENT_CONF" >"$CONF"
gate_start

# --- certificates that a server should not have
"$ROOT/tests/pki.sh" "$T/pki"
expired_server() (
	cd "$T/pki" || exit
	cat >expired.cnf <<-END
	[ca]
	default_ca = it
	[it]
	database = expired.index
	new_certs_dir = .
	default_md = sha256
	policy = any
	rand_serial = yes
	[any]
	commonName = supplied
	[ext]
	subjectAltName = DNS:localhost
	END
	: >expired.index
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout expired.key -subj /CN=localhost -out expired.csr
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout expired-ca.key -subj /CN=CA -days 30 -out expired-ca.crt
	openssl ca -batch -notext -config expired.cnf -cert expired-ca.crt -keyfile expired-ca.key -in expired.csr -out expired.crt \
		-startdate 20200101000000Z -enddate 20210101000000Z -extensions ext
) >"$T/openssl.log" 2>&1
expired_server || not_ok "an expired certificate is made"
# the bank trusts this CA too: what is refused is refused because it has expired
cat "$T/pki/expired-ca.crt" >>"$BANK/server-ca.pem"

# --- the servers. Their access logs would hold the secret: `pixgate gen` masks it, what stands here writes none
fastcgi="include $T/fastcgi.conf"
cat >"$T/fastcgi.conf" <<END
fastcgi_pass unix:$SOCK;
fastcgi_param REQUEST_METHOD \$request_method; fastcgi_param REQUEST_URI \$request_uri; fastcgi_param SCRIPT_NAME \$uri;
fastcgi_param QUERY_STRING \$query_string; fastcgi_param CONTENT_TYPE \$content_type; fastcgi_param CONTENT_LENGTH \$content_length;
fastcgi_param REMOTE_ADDR \$remote_addr; fastcgi_param SERVER_PROTOCOL \$server_protocol; fastcgi_param HTTPS \$https if_not_empty;
fastcgi_param SSL_CLIENT_VERIFY \$ssl_client_verify if_not_empty; fastcgi_param SSL_CLIENT_CERT \$ssl_client_raw_cert if_not_empty;
END
nginx_up() {
	local user=
	server nginx
	mkdir -p "$T/nginx/tmp"
	[ "$(id -u)" != 0 ] || user="user root;"
	tls() { # PORT CERT KEY: the head of a server block
		printf 'listen 127.0.0.1:%s ssl; ssl_certificate %s; ssl_certificate_key %s;' "$1" "$2" "$3"
	}
	cat >"$T/nginx.conf" <<-END
	$user
	daemon off; worker_processes 1; pid $T/nginx/pid; error_log stderr crit; events { }
	http {
	  access_log off; client_body_temp_path $T/nginx/tmp/b; proxy_temp_path $T/nginx/tmp/p; fastcgi_temp_path $T/nginx/tmp/f;
	  uwsgi_temp_path $T/nginx/tmp/u; scgi_temp_path $T/nginx/tmp/s;
	  server { $(tls "$ASKS" "$BANK/server.crt" "$BANK/server.key")
	    ssl_client_certificate $BANK/sandbox.pem; ssl_verify_client optional; ssl_verify_depth 3;
	    if (\$ssl_client_verify != SUCCESS) { return 403; }
	    location / { return 404; }
	    location = /hung { $fastcgi; }
	    location = /healthy { $fastcgi; }
	    location = /onlypix/pix { $fastcgi; }
	    location = /reset { reset_timedout_connection on; return 444; }
	    location = /noanswer { return 444; } }
	  server { $(tls "$OPEN" "$BANK/server.crt" "$BANK/server.key") location / { $fastcgi; } }
	  server { $(tls "$EXPIRED" "$T/pki/expired.crt" "$T/pki/expired.key") location / { $fastcgi; } }
	  server { $(tls "$FOREIGN" "$T/pki/server.crt" "$T/pki/server.key") location / { $fastcgi; } }
	  server { $(tls "$OLD" "$BANK/server.crt" "$BANK/server.key") ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0; location / { $fastcgi; } }
	  server { listen 127.0.0.1:$PLAIN; location / { $fastcgi; } }
	}
	END
	start nginx "${SERVER[@]}" -p "$T/nginx/" -e stderr -c "$T/nginx.conf"
	wait_port "$ASKS"
}
lighttpd_up() {
	server lighttpd
	mkdir -p "$T/www" "$T/upload"
	cat >"$T/lighttpd.conf" <<-END
	server.modules = ( "mod_openssl", "mod_fastcgi" )
	server.bind = "127.0.0.1"
	server.port = $LIGHTTPD
	server.document-root = "$T/www"
	server.upload-dirs = ( "$T/upload" )
	server.errorlog = "/dev/stderr"
	ssl.engine = "enable"
	ssl.pemfile = "$BANK/server.crt"
	ssl.privkey = "$BANK/server.key"
	ssl.verifyclient.activate = "enable"
	ssl.verifyclient.enforce = "disable"
	ssl.verifyclient.depth = 3
	ssl.verifyclient.ca-file = "$BANK/sandbox.pem"
	ssl.verifyclient.exportcert = "enable"
	fastcgi.server = ( "/" => (( "socket" => "$SOCK", "check-local" => "disable" )) )
	END
	start lighttpd "${SERVER[@]}" -D -m "$MODULES" -f "$T/lighttpd.conf"
	LIGHTTPD_PID=$PID
	wait_port "$LIGHTTPD"
}
apache_up() {
	local module
	server apache2
	mkdir -p "$T/apache"
	{
		for module in mpm_event authz_core alias socache_shmcb ssl; do echo "LoadModule ${module}_module $MODULES/mod_$module.so"; done
		[ "$(id -u)" != 0 ] || printf 'User %s\nGroup %s\n' "$ACCOUNT" "$GROUP"
		cat <<-END
		ServerRoot "$T/apache"
		DefaultRuntimeDir "$T/apache"
		PidFile "$T/apache/pid"
		ErrorLog "/dev/stderr"
		ServerName localhost
		Listen 127.0.0.1:$APACHE
		StartServers 1
		ServerLimit 1
		ThreadsPerChild 4
		MaxRequestWorkers 4
		Mutex file:$T/apache
		DocumentRoot "$T/apache"
		SSLSessionCache none
		SSLEngine on
		SSLCertificateFile "$BANK/server.crt"
		SSLCertificateKeyFile "$BANK/server.key"
		Redirect 301 "/" "https://www.example.com/"
		END
	} >"$T/apache.conf"
	[ "$(id -u)" != 0 ] || chown -R "$ACCOUNT:$GROUP" "$T/apache"
	start apache "${SERVER[@]}" -D FOREGROUND -f "$T/apache.conf"
	wait_port "$APACHE"
}
caddy_up() {
	server caddy
	cat >"$T/Caddyfile" <<-END
	{
		admin off
		auto_https off
		storage file_system {
			root $T/caddy
		}
		log {
			level FATAL
		}
	}
	https://localhost:$CADDY {
		bind 127.0.0.1
		tls $BANK/server.crt $BANK/server.key
		reverse_proxy unix/$T/nobody.sock {
			transport fastcgi
		}
	}
	END
	start caddy env HOME="$T" XDG_DATA_HOME="$T" XDG_CONFIG_HOME="$T" "${SERVER[@]}" run --config "$T/Caddyfile" --adapter caddyfile
	wait_port "$CADDY"
}
nginx_up
lighttpd_up
apache_up
caddy_up

# --- what Efí says of each
sample() { # LETTER MEMBER [LAST WORD]: of tests/samples/efi, as Efí documents it; the last word may be another errno's or status
	python3 -c 'import glob, json, sys
text = json.load(open(glob.glob(sys.argv[1])[0], encoding="utf-8"))[sys.argv[2]]
print(text if len(sys.argv) < 4 else text.rsplit(" ", 1)[0] + " " + sys.argv[3])' "$ROOT/tests/samples/efi/refused-$1-*.400.json" "${@:2}"
}
