#!/bin/bash
# `pixgate check` as a program: what it takes, what it prints in each form, its exit status, and what is never in it.
. "$(dirname "$0")/../lib.sh"
server lighttpd
cd "$T" || exit 2
unset PIXGATE_CONF
mapfile -t ports < <("$TOOLS/port" 3)
WEB=${ports[0]} API=${ports[1]} NOBODY=${ports[2]}
check "emul pki" "$PIXGATE" emul pki -q bank
check "a shop" "$PIXGATE" emul shop -q --conf-dir bank --port "$API" --domain "localhost:$WEB" --skip-mtls shop
CONF=$T/shop/pixgate.conf
SECRET=$(cat shop/loja.secret)
SOCK=$T/shop/gate.sock
ADDRESS=unix:$SOCK
gate_start
# site [MORE]: lighttpd before the gate
site() {
	cat >web.conf <<-END
	server.modules = ( "mod_openssl", "mod_fastcgi" )
	server.bind = "127.0.0.1"
	server.port = $WEB
	server.document-root = "$T/shop"
	server.errorlog = "/dev/stderr"
	ssl.engine = "enable"
	ssl.pemfile = "$T/bank/server.crt"
	ssl.privkey = "$T/bank/server.key"
	ssl.openssl.ssl-conf-cmd = ( "MinProtocol" => "TLSv1.2" )
	fastcgi.server = ( "${1:-/}" => (( "socket" => "$SOCK", "check-local" => "disable" )) )
	END
	start web "${SERVER[@]}" -D -m "$MODULES" -f web.conf
	WEB_PID=$PID
	wait_port "$WEB"
}
site
URL="https://localhost:$WEB/webhook?hmac=$SECRET&ignorar="
# run WANT NAME ARGUMENT…: exit status, output in out and err
run() {
	local want=$1 name=$2
	shift 2
	"$PIXGATE" --conf "$CONF" check "$@" >out 2>err </dev/null
	equal "$name: exit status $want" "$want" $?
	cat out err >>said.log
}
TRUST=(--cacert "$T/bank/server-ca.pem")
json() { # EXPRESSION: of the object a
	python3 -c 'import json, sys; a = json.load(open("out")); print('"$1"')' 2>&1
}
QUERY='?hmac=***&ignorar='

# --- well
start=${EPOCHREALTIME/./}
run 0 "a hook" loja "${TRUST[@]}" --skip psp
check "… in less than 15 seconds" test $((${EPOCHREALTIME/./} - start)) -lt 15000000
equal "… its last line is the verdict" "all is well" "$(tail -n 1 out | cut -d: -f1)"
equal "… its first the URL without its secret" "https://localhost:$WEB/webhook$QUERY" "$(head -n 1 out)"
equal "… it says once that these are tests" 1 "$(grep -c 'no gate of pixgate takes one for a payment' err)"
equal "… and writes no line anew where there is no terminal" 0 "$(grep -c $'\r\|\033' err out | grep -vc ':0')"
run 0 "the same URL" "$URL" "${TRUST[@]}"
cp out first
printf '%s\n' "$URL" | "$PIXGATE" check - "${TRUST[@]}" >out 2>err
equal "on standard input: exit status" 0 $?
equal "… finds the same" "$(grep -c ' + ok ' first)" "$(grep -c ' + ok ' out)"
run 0 "-v" loja "${TRUST[@]}" -v --only http
check "… why it matters, of what is ok too" grep -q '^        why: ' out
run 0 "-q" loja "${TRUST[@]}" -q --skip psp
equal "… says nothing of what is ok" "0 0" "$(grep -c ' + ok ' out) $(wc -l <err)"
run 0 "--only" loja "${TRUST[@]}" --only tls,http.ping
equal "… those alone" "http.ping tls" "$(sed -n 's/^  . ok    \([^:]*\):.*/\1/p' out | sed 's/^tls\..*/tls/' | sort -u | tr '\n' ' ' | sed 's/ $//')"
run 0 "--skip" loja "${TRUST[@]}" --skip tls,http.ping,psp
equal "… all but those" 0 "$(grep -cE ' (tls\.[a-z]+|http\.ping):' out)"
check "… and the rest is there" grep -q ' http.pix:' out

# --- what the PSP has
run 0 "nobody answers for the PSP" loja "${TRUST[@]}" --only psp
check "… which is a note" grep -q '^  - note  psp.registered: ' out
start bank "$PIXGATE" emul serve --conf-dir bank --port "$API" --time-scale 0.02
wait_port "$API"
run 0 "a URL that is not registered" loja "${TRUST[@]}" --only psp
equal "… is a warning" "psp.registered" "$(sed -n 's/^  ! warn  \([^:]*\):.*/\1/p' out)"
equal "… and what to fix first" "fix first: psp.registered" "$(tail -n 1 out | cut -d: -f1,2)"
run 1 "with --strict" loja "${TRUST[@]}" --only psp --strict
check "registered" "$PIXGATE" --conf "$CONF" webhook set -q loja
run 0 "then" loja "${TRUST[@]}" --strict
check "… it is registered" grep -q ' + ok    psp.registered:' out
check "BS2, registered for those with txid alone" "$PIXGATE" --conf "$CONF" webhook set -q banco --only-txid
run 1 "… which fails" banco "${TRUST[@]}" --only psp
equal "… by its id" "psp.txid" "$(sed -n 's/^  X FAIL  \([^:]*\):.*/\1/p' out)"
check "BS2, as it should be" "$PIXGATE" --conf "$CONF" webhook set -q banco
check "and its certificate" "$PIXGATE" --conf "$CONF" cert push -q banco
run 0 "BS2 direct" banco "${TRUST[@]}"
check "… compares with what was uploaded" grep -q ' + ok    psp.uploaded:' out
check "… with Basic as the hook has it" grep -q ' + ok    auth.wrong:' out
check "BS2 indirect is registered" "$PIXGATE" --conf "$CONF" webhook set -q indireto
check "and its certificate" "$PIXGATE" --conf "$CONF" cert push -q indireto
run 0 "BS2 indirect" indireto "${TRUST[@]}"
check "… the URL of an event" grep -q ' + ok    http.event:' out
check "… is registered" grep -q ' + ok    psp.registered:' out

# --- other forms
run 0 "--json" loja "${TRUST[@]}" --json
equal "… what it is of" "https://localhost:$WEB/webhook$QUERY efi efi-skip-mtls ok None" "$(json 'a["url"], a["psp"], a["mode"], a["verdict"], a["first"]' | tr -d "(),'")"
equal "… each finding has all its members" "['fix', 'id', 'seen', 'severity', 'what', 'why']" "$(json 'sorted(set.union(*[set(f) for f in a["findings"]]))')"
run 0 "--junit" loja "${TRUST[@]}" --junit
equal "… as many cases as it says" "True 0" "$(python3 -c 'import xml.etree.ElementTree as x; r = x.parse("out").getroot(); print(len(r.findall("testcase")) == int(r.get("tests")), r.get("failures"))' 2>&1)"
# a terminal: colours, and a line that is written anew
terminal() { # ARGUMENT…
	env TERM=xterm "${@:2}" script -qec "$PIXGATE --conf $CONF check loja --cacert $T/bank/server-ca.pem --only tls,psp $1" /dev/null >out 2>&1 </dev/null
}
if command -v script >/dev/null; then
	terminal ""
	check "on a terminal there is colour" grep -q $'\033\[32m+ ok' out
	check "… and progress" grep -q $'\r\033\[K' out
	terminal "" NO_COLOR=1
	check "with NO_COLOR there is none" test "$(grep -c $'\033\[[0-9;]*m' out)" = 0
	terminal -q
	check "with -q no progress" test "$(grep -c $'\033\[K' out)" = 0
fi

# --- ill
stop "$WEB_PID"
site /other
run 1 "a path that leads nowhere" loja "${TRUST[@]}"
equal "… the verdict is followed by what to fix first" "fix first: http.ping" "$(tail -n 1 out | cut -d: -f1,2)"
run 1 "… as JSON" loja "${TRUST[@]}" --json
equal "… says the same" "fail http.ping" "$(json 'a["verdict"] + " " + a["first"]')"
run 1 "… as JUnit" loja "${TRUST[@]}" --junit
check "… has failures" python3 -c 'import sys, xml.etree.ElementTree as x; r = x.parse("out").getroot(); sys.exit(int(r.get("failures")) != len(r.findall("testcase/failure")) or r.find("testcase[@name=\"http.ping\"]/failure") is None)'
run 1 "a CA that is not trusted" loja --only cert
check "… is cert.chain" grep -q '^  X FAIL  cert.chain:' out
run 1 "nobody listens" "https://localhost:$NOBODY/webhook"
check "… is tcp.connect" grep -q '^  X FAIL  tcp.connect:' out
run 1 "a name that is none" "https://nobody.invalid/webhook"
check "… is dns.name" grep -q '^  X FAIL  dns.name:' out
run 1 "--resolve" "https://pix.invalid:$WEB/webhook" "${TRUST[@]}" --resolve "pix.invalid:$WEB:127.0.0.1"
check "… leads there, whatever DNS says" grep -q '^  X FAIL  cert.host:' out

# --- wrong words
run 2 "nothing to look at"
run 2 "an unknown hook" lojja
check "… names the nearest" grep -q "loja" err
run 2 "two of them" loja banco
run 2 "http" "http://localhost/$SECRET"
run 2 "an unknown id" loja --only http.pnig
check "… names the nearest" grep -q "nearest: http.ping" err
run 2 "… to skip" loja --skip tsl.old
run 2 "no id at all" loja --only ,
run 2 "a beginning that is no whole word" loja --only htt
run 2 "a mode of another PSP" banco --mode efi-mtls
run 2 "a timeout of nothing" loja --timeout 0
run 2 "a timeout without end" loja --timeout 121
run 2 "a CA file that is not there" loja --cacert "$T/nowhere.pem"
run 2 "a certificate without its key" loja "${TRUST[@]}" --client-cert "$T/bank/server.crt"
run 2 "--resolve of no form" loja --resolve nonsense
run 2 "two forms at once" loja --json --junit
run 2 "what goes with --local alone" loja --gate x
run 2 "another configuration, without hooks" --conf /dev/null loja
"$PIXGATE" check - </dev/null >out 2>err
equal "an empty standard input: exit status" 2 $?
cat out err >>said.log
equal "no secret was said" "" "$(grep -lF -e "$SECRET" -e "$(cut -d: -f2 shop/banco.basic)" -e "$(base64 -w0 <shop/banco.basic)" -e "$(cat shop/indireto.bearer)" said.log web.log gate.log 2>/dev/null)"
# nothing that was sent is a payment
equal "… is in the inbox but as a test that is never delivered" "" "$(list | grep -v '"delivery":"never".*"test":true' | head -n 1)"
check "… and is there" test "$(events)" -ge 3
gate_stop
finish
