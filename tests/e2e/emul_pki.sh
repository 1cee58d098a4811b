#!/bin/bash
# emul pki: what it writes, as openssl and curl see it; a real server that trusts it lets its callers in and the others not.
. "$(dirname "$0")/../lib.sh"
cd "$T" || exit 2
unset PIXGATE_CONF
export HOME=$T
umask 022

"$PIXGATE" emul pki "$T/pki" >out 2>err
equal "it is made" 0 $?
equal "the folder is its owner's alone" 700 "$(stat -c %a pki)"
equal "and so is every file" 600 "$(stat -c %a pki/* | sort -u)"
equal "nothing else is left in it" "$(sed -n 's/^wrote //p' out | sort)" "$(find "$T/pki" -type f | sort)"
check "a hint says that it is for tests" grep -q '^pixgate: these are for tests' err

verify() { # CHAIN CALLER
	openssl verify -purpose sslclient -CAfile "pki/$1.pem" -untrusted "pki/$2.pem" "pki/$2.pem" 2>&1 | grep -oE ': OK$|^error [0-9]+' | head -n 1
}
equal "production: its caller" ": OK" "$(verify production caller-production)"
equal "sandbox: its caller" ": OK" "$(verify sandbox caller-sandbox)"
equal "the root vouches for the sibling too, as Efí's does" ": OK" "$(verify production caller-sibling)"
equal "self-signed" "error 18" "$(verify production caller-self)"
equal "expired" "error 10" "$(verify production caller-expired)"
equal "a merchant's API certificate is no caller's" "error 20" "$(verify production client-production)"
equal "the API's CA vouches for production clients" ": OK" "$(verify client-ca client-production)"
equal "… and for those of the sandbox" ": OK" "$(verify client-ca client-sandbox)"
equal "… not for an expired one" "error 10" "$(verify client-ca client-expired)"
equal "… nor for a stranger" "error 18" "$(verify client-ca client-stranger)"
check "the API's server" openssl verify -purpose sslserver -verify_hostname localhost -CAfile pki/api-ca.pem pki/api.crt
check "the merchant's server, by address" openssl verify -purpose sslserver -verify_ip 127.0.0.1 -CAfile pki/server-ca.pem pki/server.crt
check "… and renewed" openssl verify -purpose sslserver -verify_hostname localhost -CAfile pki/server-ca.pem pki/server-renewed.crt
ext() { # FILE: what the first certificate may be used for
	openssl x509 -in "$1" -noout -ext basicConstraints,keyUsage,extendedKeyUsage,crlDistributionPoints,authorityInfoAccess,nameConstraints 2>&1 | sed 's/^ *//' | tr '\n' ' '
}
equal "an intermediate has the constraints and the use of Efí's" \
	"X509v3 Basic Constraints: critical CA:TRUE, pathlen:0 X509v3 Key Usage: critical Digital Signature, Certificate Sign, CRL Sign " "$(ext pki/production.pem)"
for who in production sandbox expired stranger; do
	openssl pkcs12 -in pki/client-$who.p12 -passin pass: -nodes -out p12.pem 2>p12.err
	equal "client-$who.p12 opens with an empty password and is client-$who.pem" \
		"$(openssl x509 -in pki/client-$who.pem -noout -fingerprint -sha256)$(openssl pkey -in pki/client-$who.pem -pubout)" \
		"$(openssl x509 -in p12.pem -noout -fingerprint -sha256)$(openssl pkey -in p12.pem -pubout)"
done
check "client-production.p12 is locked to another password" bash -c '! openssl pkcs12 -in pki/client-production.p12 -passin pass:x -nokeys'
check "chain show finds a whole chain" "$PIXGATE" chain show pki/production.pem

# --- never over what is there, whole or nothing
(cd pki && sha256sum ./*) >before
"$PIXGATE" emul pki pki >out 2>err
equal "a second time in the same folder: usage" 2 $?
check "… says which file is there" grep -qx 'pixgate: pki/production.pem exists already; nothing was written' err
equal "… and changes nothing" "$(cat before)" "$(cd pki && sha256sum ./*)"
mkdir -m 755 other
echo mine >other/server.key
"$PIXGATE" emul pki other >out 2>err
equal "the last but two is in the way: usage" 2 $?
equal "… nothing else is written" "other/server.key" "$(find other -mindepth 1)"
equal "… and it stays" mine "$(cat other/server.key)"
echo file >plain
"$PIXGATE" emul pki plain >out 2>err
equal "a file in the folder's place: storage" 3 $?
"$PIXGATE" emul pki no/such/folder >out 2>err
equal "a folder in a folder that is not there: storage" 3 $?
"$PIXGATE" emul pki '' >out 2>err
equal "an empty name: usage" 2 $?
"$PIXGATE" emul pki >out 2>err
equal "no name: usage" 2 $?
"$PIXGATE" emul pki a b >out 2>err
equal "two names: usage" 2 $?
equal "… and no folder is made" "" "$(ls -d a b 2>/dev/null)"
"$PIXGATE" emul >out 2>err
equal "emul alone: usage" 2 $?
"$PIXGATE" -q emul pki quiet/ >out 2>err
equal "-q says nothing" "" "$(cat out err)"
"$PIXGATE" --json emul pki json >out 2>/dev/null
equal "--json: an object a file" "$(find json -type f | wc -l)" "$(grep -c '^{"file":"json/[a-z0-9.-]*"}$' out)"

# --- a server that trusts the chain
server nginx
P=$(free_port)
cat >nginx.conf <<CONF
daemon off;
master_process off;
pid $T/nginx.pid;
error_log stderr;
events { }
http {
	access_log off;
	client_body_temp_path $T; proxy_temp_path $T; fastcgi_temp_path $T; uwsgi_temp_path $T; scgi_temp_path $T;
	server {
		listen 127.0.0.1:$P ssl;
		ssl_certificate pki/server.crt;
		ssl_certificate_key pki/server.key;
		ssl_client_certificate pki/production.pem;
		ssl_verify_client optional;
		ssl_verify_depth 3;
		location / { if (\$ssl_client_verify != SUCCESS) { return 403; } return 200 "\$ssl_client_i_dn"; }
	}
}
CONF
start nginx "${SERVER[@]}" -p "$T" -c nginx.conf
wait_port "$P"
ask() { # [CURL ARGUMENT…]
	curl -s --noproxy '*' -o answer -w '%{http_code}' --cacert pki/server-ca.pem "https://localhost:$P/" "$@"
}
equal "without a certificate: refused" 403 "$(ask)"
equal "the production caller: let in" 200 "$(ask --cert pki/caller-production.pem)"
check "… and its issuer is the name that the profile pins" grep -qE '^CN=webhook\.efipay\.com\.br,O=pixgate emulator' answer
equal "self-signed: refused" 400 "$(ask --cert pki/caller-self.pem)"
equal "expired: refused" 400 "$(ask --cert pki/caller-expired.pem)"
finish
