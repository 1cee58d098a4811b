#!/bin/bash
# chain fetch against a real HTTPS server, and chain show on what it leaves: what must be refused leaves the old file alone.
. "$(dirname "$0")/../lib.sh"
server nginx
"$ROOT/tests/pki.sh" "$T/pki"
cd "$T" || exit 2
unset PIXGATE_CONF
export HOME=$T

# --- what is published
www=$T/www
mkdir "$www" "$T/in"
cp pki/psp.pem "$www/good.pem"
cat pki/root.crt pki/production.crt | sed 's/$/\r/' >"$www/crlf.pem"
cp pki/production.crt "$www/rootless.pem"
cat pki/production.crt pki/root.crt pki/client.crt >"$www/leaf.pem"
printf '<html><body>Em manuten\303\247\303\243o</body></html>\n' >"$www/page.pem"
: >"$www/empty.pem"
head -c 1500000 /dev/zero >"$www/large.pem"
# an expired CA: x509 -req cannot set a past end, ca can
(
	cd pki || exit 1
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out old.key
	openssl req -new -key old.key -subj "/CN=Old Root" -config pki.cnf -out old.csr
	: >old.index
	printf '[ca]\ndefault_ca=it\n[it]\ndatabase=old.index\nnew_certs_dir=.\ndefault_md=sha256\npolicy=any\nrand_serial=yes\n[any]\ncommonName=supplied\n' >old.cnf
	openssl ca -batch -notext -selfsign -config old.cnf -keyfile old.key -in old.csr -out old.crt \
		-startdate 20200101000000Z -enddate 20210101000000Z -extfile pki.cnf -extensions root
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -subj /CN=other.example -days 2 \
		-addext subjectAltName=DNS:other.example -out other.crt
) >openssl.log 2>&1
cp pki/old.crt "$www/expired.pem"

P=$(free_port)
Q=$(free_port)
cat >nginx.conf <<END
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
		ssl_certificate $T/pki/server.crt;
		ssl_certificate_key $T/pki/server.key;
		root $www;
		location = /moved.pem { return 301 /good.pem; }
		location = /broken.pem { return 500; }
	}
	server {
		listen 127.0.0.1:$Q ssl;
		ssl_certificate $T/pki/other.crt;
		ssl_certificate_key $T/pki/other.key;
		root $www;
	}
}
END
start nginx "${SERVER[@]}" -c "$T/nginx.conf" -e stderr
wait_port "$P"
wait_port "$Q"
U=https://localhost:$P

# run OPTION…: status in $RC, standard output in out, standard error in err
run() {
	"$PIXGATE" "$@" >out 2>err
	RC=$?
	cat err >>chain.log
}
fetch() { # URL [OPTION…]
	local url=$1
	shift
	run chain fetch --environment sandbox --url "$url" --cacert pki/server.crt "$@"
}
says() { # NAME WORDS: in err or out
	if grep -qF -- "$2" out err; then ok "$1"; else not_ok "$1" "$(cat out err)"; fi
}

# --- a chain that the profile does not know
fetch "$U/good.pem" -o in/ca.pem
equal "an unknown chain is refused" 1 "$RC"
check "nothing is written then" test ! -e in/ca.pem
equal "its certificates are shown" 2 "$(grep -c 'new certificate, SHA-256' err)"
says "with their SHA-256" "$(openssl x509 -in pki/production.crt -outform DER | sha256sum | cut -d' ' -f1)"
equal "the known ones that it lacks are shown" 2 "$(grep -c 'a known certificate is missing' err)"
says "and what to do about it" "--accept-new"
fetch "$U/good.pem" -o in/ca.pem --json
equal "refused with --json too" 1 "$RC"
equal "one object says so" "false true false 2 2" \
	"$(python3 -c 'import json; o = json.load(open("out")); print(str(o["known"]).lower(), str(o["changed"]).lower(), str(o["written"]).lower(), len(o["certificates"]), len(o["missing"]))')"

fetch "$U/good.pem" -o in/ca.pem --accept-new
equal "--accept-new takes it" 0 "$RC"
says "it says so" "written"
equal "anybody may read it" 644 "$(stat -c %a in/ca.pem)"
equal "both certificates are in it, the intermediate first" "$(openssl crl2pkcs7 -nocrl -certfile pki/psp.pem | openssl pkcs7 -print_certs | grep subject)" \
	"$(openssl crl2pkcs7 -nocrl -certfile in/ca.pem | openssl pkcs7 -print_certs | grep subject)"
check "OpenSSL verifies with it" openssl verify -CAfile in/ca.pem pki/client.crt
equal "nothing else is left behind" ca.pem "$(ls -A in)"
cp -p in/ca.pem before.pem
touch -d '2001-01-01' in/ca.pem
fetch "$U/crlf.pem" -o in/ca.pem --accept-new
equal "the same chain in another form changes nothing" 0 "$RC"
says "it says that too" "is the same already"
equal "the file was not touched" "$(date -d 2001-01-01 +%s)" "$(stat -c %Y in/ca.pem)"
fetch "$U/good.pem" -o in/quiet.pem --accept-new -q
equal "-q leaves standard error empty" "0 " "$RC $(cat err)"
rm in/quiet.pem
fetch "$U/good.pem" -o in/quiet.pem -q
equal "but not where it is refused" "1 2" "$RC $(grep -c 'new certificate' err)"

# --- what is refused; the file that is there stays as it is
refused() { # NAME STATUS WORDS OPTION…
	local name=$1 status=$2 words=$3
	shift 3
	fetch "$@" -o in/ca.pem --accept-new
	equal "$name: exit status" "$status" "$RC"
	says "$name: why" "$words"
	equal "$name: one line begins with pixgate:" 0 "$(grep -vc '^pixgate: ' err)"
	check "$name: the old file is there" cmp before.pem in/ca.pem
	equal "$name: nothing else is" ca.pem "$(ls -A in)"
}
refused "a redirect" 5 "HTTP status 301" "$U/moved.pem"
refused "not found" 5 "HTTP status 404" "$U/nothing.pem"
refused "an error of the server" 5 "HTTP status 500" "$U/broken.pem"
refused "a web page" 1 "a web page" "$U/page.pem"
refused "an empty answer" 1 "it is empty" "$U/empty.pem"
refused "an expired chain" 1 "Old Root has expired on 2021-01-01" "$U/expired.pem"
refused "no root" 1 "the root is missing" "$U/rootless.pem"
refused "a leaf in it" 1 "is no CA certificate" "$U/leaf.pem"
refused "too large" 4 "longer than" "$U/large.pem"
refused "plain HTTP" 2 "only https://" "http://localhost:$P/good.pem"
refused "a file" 2 "only https://" "file://$www/good.pem"
refused "no URL" 2 "is no URL" "://"
refused "another host's certificate" 4 "localhost:$Q" "https://localhost:$Q/good.pem" --cacert pki/other.crt
refused "a server that nobody vouches for" 4 "localhost:$P: " "$U/good.pem" --cacert pki/root.crt
refused "no such CA file" 2 "nowhere.pem" "$U/good.pem" --cacert nowhere.pem
run chain fetch --environment sandbox --url "$U/good.pem" -o in/ca.pem --accept-new
equal "without --cacert the system's CAs do not vouch for it" 4 "$RC"
closed=$(free_port)
refused "nobody listens" 4 "localhost:$closed" "https://localhost:$closed/good.pem"
https_proxy=http://localhost:$closed ALL_PROXY=http://localhost:$closed fetch "$U/good.pem" -o in/ca.pem --accept-new
equal "the environment's proxies are not asked" 0 "$RC"

# --- where it goes
fetch "$U/good.pem" -o before.pem/x/ca.pem --accept-new
equal "a folder that cannot be: exit status" 3 "$RC"
mkdir -p in/ca.d
fetch "$U/good.pem" -o in/ca.d --accept-new
equal "a folder in the way: exit status" 3 "$RC"
says "a folder in the way: why" "no regular file"
rmdir in/ca.d
mkfifo in/fifo
fetch "$U/good.pem" -o in/fifo --accept-new
equal "a pipe in the way: exit status" 3 "$RC"
rm in/fifo
ln -s ../nowhere in/link
fetch "$U/good.pem" -o in/link --accept-new
equal "a link to nowhere: exit status" 3 "$RC"
echo old >target.pem
chmod 640 target.pem
ln -sf ../target.pem in/link
fetch "$U/good.pem" -o in/link --accept-new
equal "a link's target is replaced" "0 ../target.pem" "$RC $(readlink in/link)"
check "with the chain" cmp before.pem target.pem
equal "and its mode stays" 640 "$(stat -c %a target.pem)"
fetch "$U/good.pem" --accept-new
check "without -o it is PSP-ENVIRONMENT.pem" cmp before.pem efi-sandbox.pem
write_conf
run --conf "$CONF" chain fetch mtls --url "$U/good.pem" --cacert pki/server.crt --accept-new
check "a hook's stands beside its configuration" cmp before.pem pixgate/efi-sandbox.pem
rm -f pixgate/efi-sandbox.pem
run --conf "$CONF" chain fetch --url "$U/good.pem" --cacert pki/server.crt --accept-new
check "the only chain of a configuration needs no name" cmp before.pem pixgate/efi-sandbox.pem
sed 's|name = "mtls"; |&ca = "its.pem"; |' "$CONF" >pixgate/two.conf
run --conf pixgate/two.conf chain fetch mtls --url "$U/good.pem" --cacert pki/server.crt --accept-new
check "a hook's own ca is the target" cmp before.pem pixgate/its.pem
run --conf pixgate/two.conf chain fetch --url "$U/good.pem" --cacert pki/server.crt --accept-new
equal "several chains: a hook must be named" 2 "$RC"

# --- the command line
wrong() { # NAME WORDS OPTION…
	local name=$1 words=$2
	shift 2
	run "$@"
	equal "$name: exit status" 2 "$RC"
	says "$name: why" "$words"
}
wrong "an unknown PSP" "unknown PSP 'itau'" chain fetch --psp itau
wrong "an unknown environment" "has no 'test'" chain fetch --environment test
wrong "a PSP without a chain" "publishes no CA chain" chain fetch --psp bs2
wrong "a hook of such a PSP" "publishes no CA chain" --conf "$CONF" chain fetch banco
wrong "an unknown hook" "nearest: 'loja'" --conf "$CONF" chain fetch lojas
wrong "a hook and a PSP" "the hook says" --conf "$CONF" chain fetch loja --psp efi
wrong "one file for two chains" "--environment names one" chain fetch --psp efi -o in/ca.pem
wrong "one URL for two chains" "--environment names one" chain fetch --psp efi --url "$U/good.pem"
wrong "no file's name" "name of a file" chain fetch --environment sandbox -o -

# --- show
run chain show in/ca.pem
equal "show: a whole chain" 0 "$RC"
says "show: the intermediate" "intermediate CA that signs client certificates"
says "show: the root" "root CA"
says "show: it is whole" "a whole chain"
equal "show: what no profile names" 2 "$(grep -c 'no profile names it' out)"
run chain show "$www/crlf.pem"
equal "show: the wrong order is no mistake" 0 "$RC"
says "show: but it is said" "but not in the order"
run chain show pki/server.crt
equal "show: a server's certificate is no chain" 1 "$RC"
says "show: whom it is for" "server certificate for localhost"
run chain show pki/client-expired.crt
equal "show: expired" 1 "$RC"
equal "show: no days are left" expired "$(sed -n 2p out | grep -o expired)"
run chain show "$www/rootless.pem"
equal "show: no root" 1 "$RC"
says "show: what is missing" "which is not in the file"
run chain show "$www/page.pem"
equal "show: no certificates at all" 2 "$RC"
openssl x509 -in pki/root.crt -outform DER | "$PIXGATE" chain show --json - >out 2>err
equal "show: DER from a pipe, as JSON" "1 True True root CA" "$(python3 -c '
import json
a, b = [json.loads(line) for line in open("out")]
print(a["n"], b["whole"], b["ordered"], a["purpose"])')"
"$PIXGATE" chain show - <"$www/large.pem" >out 2>err
equal "show: standard input has a ceiling" 2 $?
says "show: it is told" "longer than"
finish
