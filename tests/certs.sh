# shellcheck shell=bash
# Real client certificates over TLS, behind a server that asks for one and passes what it got. The caller has set BASE
# (https) and STRANGER: what the server itself answers to a certificate from nowhere (403 where it lets the gate judge).
certs_conf() {
	"$ROOT/tests/pki.sh" "$T/pki"
	write_conf ",
	  { name = \"pem\"; path = \"/pem\"; psp = \"efi\"; environment = \"production\"; secret = [ \"file:loja.secret\" ]; sources = [ ];
	    client_cert = \"verify\"; ca = \"$T/pki/psp.pem\"; pin = \"CN=webhook.psp.example\"; keys = [ \"$KEY\" ]; },
	  { name = \"word\"; path = \"/word\"; psp = \"efi\"; environment = \"production\"; secret = [ \"file:loja.secret\" ]; sources = [ ];
	    client_cert = \"server\"; pin = \"issuer:CN=webhook.psp.example\"; keys = [ \"$KEY\" ]; },
	  { name = \"only\"; path = \"/only\"; psp = \"efi\"; environment = \"production\"; sources = [ ];
	    client_cert = \"verify\"; ca = \"$T/pki/psp.pem\"; pin = \"CN=webhook.psp.example\"; keys = [ \"$KEY\" ]; }"
}
certs() {
	local n=0 hook who
	as() { # NAME: curl with that client certificate
		WITH=(--cacert "$T/pki/server.crt" --cert "$T/pki/$1.crt" --key "$T/pki/$1.key")
	}
	for hook in pem word; do
		n=$((n + 1))
		DATA=$(one_pix "E0000000020261120120$(printf %012d $n)")
		WITH=(--cacert "$T/pki/server.crt")
		post "/$hook/pix?hmac=$SECRET" "${WITH[@]}"
		equal "/$hook: no certificate" 403 "$STATUS"
		for who in client-sandbox client-sibling; do
			as $who
			post "/$hook/pix?hmac=$SECRET" "${WITH[@]}"
			equal "/$hook: $who" 403 "$STATUS"
		done
		for who in self client-expired; do
			as $who
			post "/$hook/pix?hmac=$SECRET" "${WITH[@]}"
			equal "/$hook: $who" "$STRANGER" "$STATUS"
		done
		as client
		post "/$hook/pix" "${WITH[@]}"
		equal "/$hook: the certificate without the secret" 403 "$STATUS"
		post "/$hook/pix?hmac=$SECRET" "${WITH[@]}"
		equal "/$hook: certificate and secret" 200 "$STATUS"
		post "/$hook/pix?hmac=$SECRET" "${WITH[@]}" --tls-max 1.2
		equal "/$hook: the same over TLS 1.2" 200 "$STATUS"
		equal "… is the same event" $n "$(events)"
	done
	DATA=$(one_pix E0000000020261120120000000000003)
	post /only/pix "${WITH[@]}"
	equal "/only: the certificate is all that is asked for" 200 "$STATUS"
	equal "… three events in all" 3 "$(events)"
}
