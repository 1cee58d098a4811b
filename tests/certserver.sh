# shellcheck shell=bash disable=SC2034,SC2153,SC2154
# Certificates of a merchant's web server, good and bad, servers that show them, and hooks whose host they are; sourced behind
# tests/webhook.sh by the scripts of `pixgate cert`.
mkdir -p own
cat >own/ca.cnf <<'END'
[ca]
default_ca = it
[it]
database = own/index
new_certs_dir = own
default_md = sha256
policy = any
rand_serial = yes
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = dn
[dn]
END
# cert NAME HOST DAYS [EXTENSIONS]: self-signed, valid from ten days before to DAYS from now
cert() {
	: >own/index
	printf '%b\n' "subjectAltName=DNS:$2\n${4:-basicConstraints=critical,CA:false}" >own/ext
	{ openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "own/$1.key" -subj "/CN=$1" -config own/ca.cnf -out own/csr &&
		openssl ca -selfsign -batch -notext -config own/ca.cnf -keyfile "own/$1.key" -in own/csr -out "own/$1.crt" -extfile own/ext \
			-startdate "$(date -u -d '-10 days' +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d "$3 days" +%Y%m%d%H%M%SZ)"; } >own/log 2>&1 || { cat own/log; not_ok "openssl makes $1"; }
	cat "own/$1.crt" "own/$1.key" >"own/$1.pem"
}
sha() { # NAME: of the DER form, lower case
	openssl x509 -in "own/$1.crt" -outform DER | sha256sum | cut -c1-64
}
# tls_server ADDRESS PORT NAME [OPTION…]: openssl serves own/NAME; its id is $PID
tls_server() {
	local at=$1:$2 name=$3
	shift 3
	start "server-$name" openssl s_server -accept "$at" -cert "own/$name.crt" -key "own/$name.key" -www "$@"
	until_true 30 tls_up "${at%:*}" "${at#*:}" || not_ok "a TLS server at $at"
}
tls_up() {
	(exec 3<>"/dev/tcp/$1/$2") 2>/dev/null
}

WEB=$(free_port)
hook() { # NAME DOMAIN [MORE]
	echo "{ name = \"$1\"; path = \"/$1\"; psp = \"bs2\"; basic = \"file:bs2.basic\"; domain = \"$2\"; api_ca = \"../pki/server.crt\"; client_id = \"$ID\";
	    client_secret = \"file:loja.client\"; api = \"https://localhost:$BS2\"; ${3:-} },"
}
forms="multipart-pem multipart-der json-b64-der json-b64-pem json-pem"
{
	echo 'inbox = "sqlite:inbox.db"; hooks = ('
	hook away "localhost:$WEB" "api = \"https://localhost:$NOBODY\";" | sed "s|api = \"https://localhost:$BS2\"; ||"
	hook banco "localhost:$WEB"
	for form in $forms; do hook "$form" "localhost:$WEB" "cert_form = \"$form\";"; done
	hook nobody "localhost:$NOBODY"
	hook domainless ""
	hook fora pix.example.com 'cert_form = "json-b64-der";' | sed "s/\"bs2\"/\"bs2-indirect\"/; s/localhost:$BS2/localhost:$INDIRECT/"
	echo "{ name = \"loja\"; path = \"/loja\"; psp = \"efi\"; secret = \"file:loja.secret\"; domain = \"localhost:$WEB\"; } );"
} | sed '/domainless/s/domain = ""; //' >pixgate/cert.conf
CONF=$T/pixgate/cert.conf
AT="localhost:$WEB:127.0.0.1"
UPLOAD="PUT /pix/direto/forintegration/v1/webhook/bs2/certificado"

# lighttpd serves own/NAME; started anew for another
serve() { # NAME
	server lighttpd
	cat >own/lighttpd.conf <<-END
	server.modules = ( "mod_openssl" )
	server.bind = "127.0.0.1"
	server.port = $WEB
	server.document-root = "$T/own"
	server.errorlog = "/dev/stderr"
	ssl.engine = "enable"
	ssl.pemfile = "$T/own/$1.crt"
	ssl.privkey = "$T/own/$1.key"
	END
	start lighttpd "${SERVER[@]}" -D -m "$MODULES" -f own/lighttpd.conf
	wait_port "$WEB"
	SERVING=$PID
}
# run it, and look at exit status, uploads since, and words
pushes() { # NAME STATUS UPLOADS ARGUMENT…
	local name=$1 status=$2 uploads=$3 before
	shift 3
	before=$(calls bs2 "$UPLOAD")
	run cert push "$@"
	equal "$name" "$status, $uploads uploads" "$RC, $(($(calls bs2 "$UPLOAD") - before)) uploads"
}
