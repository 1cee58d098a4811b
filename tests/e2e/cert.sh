#!/bin/bash
# cert push and cert status: the certificate that is served, checked, uploaded in each form, remembered, and renewed.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/webhook.sh"
. "$ROOT/tests/certserver.sh"

cert first localhost 60
cert second localhost 90
cert soon localhost 5
cert other pix.example.com 60
cert ca localhost 60 'basicConstraints=critical,CA:true'

serve first
run cert status banco --resolve "$AT"
equal "status: nothing uploaded" 1 "$RC"
says "status: it says what to do" "banco: run: pixgate cert push banco (no upload is remembered)" "$(sha first)" "EC P-256" "TLS 1.2"
pushes "--dry-run sends nothing" 0 0 banco --dry-run --resolve "$AT"
says "--dry-run shows the request" "PUT https://localhost:$BS2" "BEGIN CERTIFICATE" "certificado.cer"
check "--dry-run remembers nothing" test ! -e pixgate/.pixgate-certs
pushes "a first push uploads" 0 1 banco --resolve "$AT"
says "it says what" "banco: uploaded: SHA-256 $(sha first), EC P-256, until" "(multipart-pem)"
equal "its folder and its file are private" "700 600" "$(stat -c %a pixgate/.pixgate-certs pixgate/.pixgate-certs/banco | tr '\n' ' ' | sed 's/ $//')"
pushes "a second one does not" 0 0 banco --resolve "$AT"
says "it says when" "banco: already uploaded on $(date -u +%Y-)"
pushes "--force does" 0 1 banco --force --resolve "$AT"
pushes "by the resolver too, a hook given twice, one after the other" 0 0 banco banco
run cert status banco --resolve "$AT"
equal "status: all the same" 0 "$RC"
says "status: nothing to do" "nothing to do: what is served is what was uploaded, good until $(date -u -d '60 days' +%Y-%m-%d)" "uploaded"
run cert status banco --json --resolve "$AT"
equal "status --json" "True first 1.2 multipart-pem None" "$(SHA=$(sha first) python3 -c 'import json, os
o, = map(json.loads, open("out")); s = o["served"][0]; same = s["sha256"] == o["uploaded"]["sha256"] == os.environ["SHA"]
print(o["ok"], "first" if same else s, s["tls"], o["uploaded"]["form"], o["file"])')"

# ---- each form, byte by byte
# sent_as FORM NAME: "same" where the last upload was own/NAME in that form
sent_as() {
	python3 - "$1" "own/$2.crt" "own/$2.der" <<-'END'
	import base64, json, sys
	form, pem, der = sys.argv[1], open(sys.argv[2], "rb").read(), open(sys.argv[3], "rb").read()
	r = [x for x in map(json.loads, open("bs2.calls")) if x["line"].endswith("/certificado")][-1]
	body, kind = base64.b64decode(r["bytes"]), r["headers"]["content-type"]
	if form.startswith("multipart"):
	    head, rest = body.split(b"\r\n\r\n", 1)
	    bound = kind.partition("boundary=")[2].strip('"').encode()
	    want = der if form.endswith("der") else pem
	    good = rest == want + b"\r\n--" + bound + b"--\r\n" and b'name="certificado"; filename="certificado.cer"' in head
	else:
	    code = lambda b: base64.b64encode(b).decode()
	    want = {"json-b64-der": code(der), "json-b64-pem": code(pem), "json-pem": pem.decode()}[form]
	    good = json.loads(body) == {"certificado": want} and kind == "application/json"
	print("same" if good else body)
	END
}
for form in $forms; do
	pushes "$form" 0 1 "$form" --resolve "$AT"
	openssl x509 -in own/first.crt -outform DER >own/first.der
	equal "$form: the very bytes" same "$(sent_as "$form" first)"
done

# ---- renewed
stop "$SERVING"
serve second
run cert status banco --resolve "$AT"
equal "status: renewed, but not uploaded" 1 "$RC"
says "status: what that means" "run: pixgate cert push banco (the PSP trusts another certificate than is served" "$(sha first)" "$(sha second)"
pushes "the renewed one is uploaded" 0 1 banco --resolve "$AT"
pushes "a file, before the server has it" 0 1 banco --cert own/first.crt
run cert status banco --cert own/first.crt --resolve "$AT"
equal "status: the server is behind" 1 "$RC"
says "status: reload" "reload the web server: it still serves another certificate"
run cert status banco --cert own/soon.crt --resolve "$AT"
says "status: a file that neither has" "run: pixgate cert push banco --cert own/soon.crt; and right behind it reload"
cat own/ca.crt own/second.crt >own/chain.crt
openssl x509 -in own/second.crt -outform DER >own/second.der
pushes "a chain: its leaf" 0 1 banco --cert own/chain.crt
equal "and nothing else of it" same "$(sent_as multipart-pem second)"
pushes "DER is the same certificate" 0 0 banco --cert own/second.der
run cert status banco --json --cert own/second.der --resolve "$AT"
equal "status: file, server and PSP agree" 0 "$RC"

# ---- a server that has several names
stop "$SERVING"
tls_server 127.0.0.1 "$WEB" other -servername localhost -cert2 own/second.crt -key2 own/second.key
run cert status banco --resolve "$AT"
equal "the host's name is asked for (SNI)" 0 "$RC"

# ---- certbot
mkdir -p live
cp own/first.crt live/cert.pem
renewed() { # NAME STATUS UPLOADS DOMAINS
	RENEWED_LINEAGE=$T/live RENEWED_DOMAINS=$4 pushes "$1" "$2" "$3" --renewed
}
renewed "--renewed: every hook of that host whose PSP wants it, and a failure stops none" 4 2 "www.example.com localhost"
says "--renewed: which one failed" "hook \"away\"" "banco: uploaded" "json-pem: already uploaded"
renewed "--renewed: no such host" 0 0 "www.example.com *.localhost"
says "--renewed: says so" "none of the hooks is one whose PSP wants the certificate of www.example.com *.localhost"
cp own/other.crt live/cert.pem
rules indirect '[{"on":"PUT /pix/indireto","status":204}]'
renewed "--renewed: a wildcard, another PSP of the bank, 204" 0 0 "*.example.com"
says "--renewed: uploaded there" "fora: uploaded"
pushes "--renewed without certbot" 2 0 --renewed
says "is told" "RENEWED_LINEAGE and RENEWED_DOMAINS are not set"
cat >pixgate-in-test <<END
#!/bin/sh
exec "$PIXGATE" --conf "$CONF" "\$@"
END
chmod +x pixgate-in-test
cp own/second.crt live/cert.pem
PIXGATE="$T/pixgate-in-test" RELOAD="touch reloaded" RENEWED_LINEAGE=$T/live RENEWED_DOMAINS=localhost sh "$ROOT/examples/certbot/pixgate-deploy.sh" >>cert.log 2>&1
equal "the deploy hook: one hook fails, so no reload" "4 no" "$? $(test -e reloaded && echo yes || echo no)"
sed -i '/name = "away"/,/},/d' pixgate/cert.conf
PIXGATE="$T/pixgate-in-test" RELOAD="touch reloaded" RENEWED_LINEAGE=$T/live RENEWED_DOMAINS=localhost sh "$ROOT/examples/certbot/pixgate-deploy.sh" >>cert.log 2>&1
equal "the deploy hook: uploads, then reloads" "0 yes" "$? $(test -e reloaded && echo yes || echo no)"
no_secret_was_said
finish
