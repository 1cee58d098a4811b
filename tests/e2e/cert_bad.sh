#!/bin/bash
# cert push and cert status: certificates, servers, files and answers that are not as they must be.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/webhook.sh"
. "$ROOT/tests/certserver.sh"

cert first localhost 60
cert second localhost 90
cert soon localhost 5
cert old localhost -1
cert other pix.example.com 60
cert ca localhost 60 'basicConstraints=critical,CA:true'
cert client localhost 60 'extendedKeyUsage=clientAuth'

# a peer that takes connections and says nothing: looked at meanwhile, because it takes its ten seconds
MUTE=$(free_port)
start mute python3 -c 'import socket, sys, time
s = socket.create_server(("127.0.0.1", int(sys.argv[1]))); kept = []
while True: kept.append(s.accept())' "$MUTE"
until_true 30 port_open "$MUTE"
sed "s/localhost:$WEB/localhost:$MUTE/g" "$CONF" >pixgate/mute.conf
(timeout 60 "$PIXGATE" --conf pixgate/mute.conf cert status banco --resolve "localhost:$MUTE:127.0.0.1" >mute.out 2>&1; echo "$?" >mute.status) &
waiting=$!

# ---- the certificate
tls_server 127.0.0.1 "$WEB" old
pushes "expired" 1 0 banco --resolve "$AT"
says "expired: since when, and what to do" "has expired on $(date -u -d '-1 day' +%Y-%m-%d): renew it first" "banco: not uploaded"
pushes "expired: not by force either" 1 0 banco --force --resolve "$AT"
run cert status banco --resolve "$AT"
equal "expired: status" 1 "$RC"
says "expired: status says what to do" "banco: renew the certificate"
stop "$PID"
for bad in "other:not for localhost but for pix.example.com" "ca:a CA's certificate (CN=ca)" "client:not meant for servers"; do
	tls_server 127.0.0.1 "$WEB" "${bad%%:*}"
	pushes "${bad%%:*}" 1 0 banco --resolve "$AT"
	says "${bad%%:*}: why" "hook \"banco\": " "${bad#*:}" "--force uploads it all the same"
	pushes "${bad%%:*}: by force" 0 1 banco --force --resolve "$AT"
	run cert status banco --resolve "$AT"
	equal "${bad%%:*}: status" 1 "$RC"
	stop "$PID"
done
tls_server 127.0.0.1 "$WEB" soon
pushes "five days left: uploaded" 0 1 banco --resolve "$AT"
says "five days left: told" "expires on $(date -u -d '5 days' +%Y-%m-%d), in 4 days"
run cert status banco --resolve "$AT" --json
equal "five days left: status" "0 1" "$RC $(python3 -c 'import json; print(len(json.load(open("out"))["findings"]))')"
stop "$PID"

# ---- the server
tls_server 127.0.0.1 "$WEB" first -tls1_3
pushes "TLS 1.3 alone" 1 0 banco --resolve "$AT"
says "TLS 1.3 alone: why that matters" "127.0.0.1 speaks TLS 1.3 alone: BS2 speaks TLS 1.2" "allow TLS 1.2"
run cert status banco --resolve "$AT"
equal "TLS 1.3 alone: status" 1 "$RC"
pushes "TLS 1.3 alone: by force" 0 1 banco --force --resolve "$AT"
stop "$PID"
tls_server 127.0.0.1 "$WEB" first
one=$PID
tls_server 127.0.0.2 "$WEB" second
pushes "two addresses, two certificates" 1 0 banco --resolve "$AT,127.0.0.2"
says "which serves which" "do not serve the same certificate" "127.0.0.1 serves the certificate SHA-256 $(sha first | cut -c1-16)" "127.0.0.2 serves the certificate SHA-256 $(sha second | cut -c1-16)"
pushes "not by force: which one?" 1 0 banco --force --resolve "$AT,127.0.0.2"
pushes "but with --cert" 0 1 banco --cert own/second.crt
run cert status banco --resolve "$AT,127.0.0.2"
equal "two certificates: status" 1 "$RC"
says "two certificates: status says what to do" "have every address of localhost serve the same certificate"
stop "$PID"
tls_server 127.0.0.2 "$WEB" first
pushes "two addresses, one certificate" 0 1 banco --resolve "$AT,127.0.0.2"
pushes "an address that nobody answers at is told" 0 0 banco --resolve "$AT,127.0.0.3"
says "with the reason" "127.0.0.3, port $WEB: not reachable from here: Connection refused"
run cert status banco --resolve "$AT,127.0.0.3"
equal "an address that nobody answers at: status" 4 "$RC"
says "status: see why" "see why an address does not answer"
pushes "--resolve of another host is not for this one" 4 0 nobody --resolve "pix.example.com:$NOBODY:127.0.0.9"
silent "nor is it looked at" "127.0.0.9"
pushes "--resolve of another port is not either" 4 0 nobody --resolve "localhost:$WEB:127.0.0.9"
silent "nor is that looked at" "127.0.0.9"
says "no connection" "hook \"nobody\": no certificate can be seen: localhost at" "port $NOBODY: Connection refused"
run cert status nobody
equal "nobody there: status" 4 "$RC"
says "nobody there: status says what to do" "no certificate can be seen: have localhost answer on port $NOBODY"
for bad in "localhost" "localhost:$WEB" "localhost:$WEB:" "localhost:0:127.0.0.1" "localhost:99999:127.0.0.1" "localhost:$WEB:name" "localhost:$WEB:127.0.0.1," ":$WEB:127.0.0.1" "[:$WEB:127.0.0.1"; do
	run cert push banco --resolve "$bad"
	equal "--resolve $bad" 2 "$RC"
	run cert status banco --resolve "$bad"
	equal "status --resolve $bad" 2 "$RC"
done
stop "$PID"
stop "$one"
start garbage python3 -c 'import socket, sys
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    c, _ = s.accept(); c.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n"); c.close()' "$WEB"
wait_port "$WEB"
pushes "no TLS" 4 0 banco --resolve "$AT"
says "no TLS: said" "what answers there is no TLS"
stop "$PID"

# ---- files
cat own/first.crt own/first.key >own/both.pem
openssl pkcs12 -export -in own/first.crt -inkey own/first.key -out own/first.p12 -passout pass:
{ cat own/first.crt; head -c 70000 /dev/zero | tr '\0' '\n'; } >own/large.pem
for bad in "both.pem:a private key is in it" "first.key:a private key is in it" "first.p12:.p12" "large.pem:longer than 65536 bytes" "missing.pem:No such file" "log:no certificate in it"; do
	pushes "--cert ${bad%%:*}" 2 0 banco --force --cert "own/${bad%%:*}"
	says "--cert ${bad%%:*}: why" "own/${bad%%:*}: " "${bad#*:}"
	run cert status banco --cert "own/${bad%%:*}"
	equal "status --cert ${bad%%:*}" 2 "$RC"
done
pushes "--cert of another host" 1 0 banco --cert own/other.crt
pushes "--cert with --resolve" 2 0 banco --cert own/first.crt --resolve "$AT"
pushes "--renewed with a hook" 2 0 banco --renewed
pushes "no hook at all" 2 0
pushes "an unknown hook, behind one that is known" 2 0 banco bamco --cert own/first.crt
says "the nearest hook" "nearest: 'banco'"

# ---- hooks
pushes "a PSP that wants none" 2 0 loja --cert own/first.crt
says "is told" "hook \"loja\": Efí" "wants no certificate of your server"
run cert status loja
equal "status at a PSP that wants none" 2 "$RC"
pushes "no domain" 2 0 domainless --cert own/first.crt
says "no domain is told" "hook \"domainless\" has no domain"
run cert status domainless
equal "status without a domain" 2 "$RC"

# ---- answers
rules bs2 "[{\"on\":\"$UPLOAD\",\"status\":500,\"json\":[{\"descricao\":\"Internal error\"}]}]"
pushes "Internal error" 5 1 banco --cert own/soon.crt
says "Internal error: its words, and what they mean" "HTTP 500: Internal error" "BS2 could not take the certificate" "pixgate cert status"
rules bs2 "[{\"on\":\"$UPLOAD\",\"status\":500,\"body\":\"INTERNAL ERROR\"}]"
pushes "Internal error as text" 5 1 banco --cert own/soon.crt
says "Internal error as text: what it means" "BS2 could not take the certificate"
rules bs2 "[{\"on\":\"$UPLOAD\",\"status\":200,\"json\":{\"descricao\":\"Internal error: x\"}}]"
pushes "Internal error with 200" 5 1 banco --cert own/soon.crt
says "Internal error with 200: what it means" "HTTP 200, but \"Internal error: x\"" "BS2 could not take the certificate"
rules bs2 "[{\"on\":\"$UPLOAD\",\"status\":200,\"json\":{\"descricao\":\"Certificado incluido\"}}]"
pushes "what was refused is not remembered, and other words are no error" 0 1 banco --cert own/soon.crt
rules bs2 "[{\"on\":\"$UPLOAD\",\"status\":200,\"json\":{\"a\":1},\"cut\":true}]"
pushes "cut off" 4 1 banco --cert own/second.crt
says "cut off: not known" "whether it was uploaded is not known"
plain bs2
pushes "so the one before counts as gone" 0 1 banco --cert own/soon.crt
pushes "nobody at the API: what was known stays" 4 0 away --cert own/soon.crt
silent "nothing was sent" "is not known"
chmod 755 pixgate/.pixgate-certs
pushes "a folder that others may use" 3 0 banco --cert own/first.crt
says "is told" "chmod 700"
chmod 700 pixgate/.pixgate-certs

wait "$waiting"
equal "a peer that says nothing: status" 4 "$(cat mute.status)"
check "a peer that says nothing: told" grep -qF "does not answer in TLS in time" mute.out
no_secret_was_said
finish
