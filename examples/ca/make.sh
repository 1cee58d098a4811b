#!/bin/bash
# How efi-production.pem and efi-sandbox.pem were made: examples/ca/make.sh FOLDER. The keys are thrown away, so nobody can
# issue anything under them. Run it once in twenty years: the examples name the fingerprints (then: examples/make.sh).
set -eu
export LC_ALL=C
out=$(mkdir -p "$1" && cd "$1" && pwd)
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT
cd "$keys"
cat >cnf <<'END'
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[inter]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, digitalSignature, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END
# 7,300 days from November 2026 end in November 2046
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.crt -days 7300 -config cnf -extensions root \
	-subj "/O=Example CA/OU=Trusted by nobody/CN=Example Root CA"
for of in efi-production:webhook.efipay.com.br efi-sandbox:webhook-h.efipay.com.br; do
	name=${of%:*}
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -out "$name.csr" -config cnf \
		-subj "/O=Example CA/OU=Trusted by nobody/CN=${of#*:}"
	openssl x509 -req -in "$name.csr" -CA root.crt -CAkey root.key -set_serial "0x$(openssl rand -hex 8)" -days 7299 -extfile cnf -extensions inter -out "$name.crt"
	cat "$name.crt" root.crt >"$out/$name.pem"
done
