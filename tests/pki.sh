#!/bin/bash
# Throw-away certificates in the shape of a PSP's: tests/pki.sh FOLDER. Root; one intermediate for production and one
# for the sandbox; a client of each; a client of a sibling intermediate (another product under the same root) and of the
# root itself; one self-signed; one of a foreign CA with the same names; one expired; one for servers only; and a
# server's own for localhost, pix.example.com and shop.example.com. NAME.chain is what a client sends: the leaf and its
# intermediate. EC keys: a second for all of it.
set -eu
export LC_ALL=C
out=$1
mkdir -p "$out"
cd "$out"
exec 3>&2 2>pki.log
trap 'cat pki.log >&3' ERR

cat >pki.cnf <<'END'
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
keyUsage = critical, keyCertSign, cRLSign, digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[client]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[server]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, DNS:pix.example.com, DNS:shop.example.com, IP:127.0.0.1
[serveronly]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
END
key() {
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
}
selfsigned() { # NAME SUBJECT EXTENSIONS
	key "$1"
	openssl req -x509 -new -key "$1.key" -subj "$2" -days 30 -config pki.cnf -extensions "$3" -out "$1.crt"
}
signed() { # NAME SUBJECT EXTENSIONS ISSUER
	key "$1"
	openssl req -new -key "$1.key" -subj "$2" -config pki.cnf -out "$1.csr"
	openssl x509 -req -in "$1.csr" -CA "$4.crt" -CAkey "$4.key" -set_serial "0x$(openssl rand -hex 8)" -days 30 \
		-extfile pki.cnf -extensions "$3" -out "$1.crt"
}
expired() { # NAME SUBJECT ISSUER: x509 -req cannot set a past end, ca can
	local name=$1
	key "$name"
	openssl req -new -key "$name.key" -subj "$2" -config pki.cnf -out "$name.csr"
	: >ca.index
	cat >ca.cnf <<-END
	[ca]
	default_ca = it
	[it]
	database = ca.index
	new_certs_dir = .
	default_md = sha256
	policy = any
	rand_serial = yes
	unique_subject = no
	[any]
	commonName = supplied
	organizationName = optional
	END
	openssl ca -batch -notext -config ca.cnf -cert "$3.crt" -keyfile "$3.key" -in "$name.csr" -out "$name.crt" \
		-startdate 20200101000000Z -enddate 20210101000000Z -extfile pki.cnf -extensions client
}

selfsigned root "/O=PSP Lab/CN=PSP Lab Root" root
signed production "/O=PSP Lab/CN=webhook.psp.example" inter root
signed sandbox "/O=PSP Lab/CN=webhook-h.psp.example" inter root
signed sibling "/O=PSP Lab/CN=merchants.psp.example" inter root
signed client "/O=PSP Lab/CN=webhook.psp.example" client production
signed client-sandbox "/O=PSP Lab/CN=webhook-h.psp.example" client sandbox
signed client-sibling "/O=PSP Lab/CN=webhook.psp.example" client sibling
selfsigned self "/O=PSP Lab/CN=webhook.psp.example" client
expired client-expired "/O=PSP Lab/CN=webhook.psp.example" production
signed client-direct "/O=PSP Lab/CN=webhook.psp.example" client root
signed client-serveronly "/O=PSP Lab/CN=webhook.psp.example" serveronly production
selfsigned foreign-root "/O=PSP Lab/CN=PSP Lab Root" root
signed foreign "/O=PSP Lab/CN=webhook.psp.example" inter foreign-root
signed client-foreign "/O=PSP Lab/CN=webhook.psp.example" client foreign
selfsigned server "/CN=localhost" server
# as a PSP publishes it: intermediate, then root; and a bundle for servers that shall let every client of the root by
cat production.crt root.crt >psp.pem
cat production.crt sandbox.crt sibling.crt root.crt >all.pem
cat server.crt server.key >server.pem
for of in client:production client-sandbox:sandbox client-sibling:sibling client-expired:production client-serveronly:production client-foreign:foreign; do
	cat "${of%:*}.crt" "${of#*:}.crt" >"${of%:*}.chain"
done
cp client-direct.crt client-direct.chain
cp self.crt self.chain
chmod 600 ./*.key server.pem
rm -f ./*.csr ca.* [0-9A-F]*.pem
