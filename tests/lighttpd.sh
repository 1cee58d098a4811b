# shellcheck shell=bash
# lighttpd with TLS before the gate, for tests and for the demo. Needs $T/pki and $SOCK; sets PORT and BASE.
lighttpd_tls() {
	server lighttpd
	PORT=$(free_port)
	BASE=https://localhost:$PORT
	mkdir -p "$T/www" "$T/upload"
	cat >"$T/lighttpd.conf" <<-END
	server.modules = ( "mod_openssl", "mod_fastcgi" )
	server.bind = "127.0.0.1"
	server.port = $PORT
	server.document-root = "$T/www"
	server.upload-dirs = ( "$T/upload" )
	server.errorlog = "/dev/stderr"
	ssl.engine = "enable"
	ssl.pemfile = "$T/pki/server.crt"
	ssl.privkey = "$T/pki/server.key"
	# a session resumed from elsewhere would skip the certificate
	ssl.openssl.ssl-conf-cmd = ( "MinProtocol" => "TLSv1.2", "Options" => "-SessionTicket" )
	ssl.verifyclient.activate = "enable"
	ssl.verifyclient.enforce = "disable"
	ssl.verifyclient.depth = 3
	ssl.verifyclient.ca-file = "$T/pki/all.pem"
	ssl.verifyclient.exportcert = "enable"
	fastcgi.server = ( "/" => (( "socket" => "$SOCK", "check-local" => "disable" )) )
	END
	start lighttpd "${SERVER[@]}" -D -m "$MODULES" -f "$T/lighttpd.conf"
	wait_port "$PORT"
}
