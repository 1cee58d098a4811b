#!/bin/bash
# tests/setup/*.sh as a user runs them: against lighttpd, the gate and the emulated bank, once well and once with one thing wrong.
. "$(dirname "$0")/../lib.sh"
server lighttpd
cd "$T" || exit 2
unset PIXGATE_CONF
mapfile -t ports < <("$TOOLS/port" 4)
MTLS=${ports[0]} PLAIN=${ports[1]} BROKEN=${ports[2]} API=${ports[3]}
check "emul pki" "$PIXGATE" emul pki -q bank
check "a shop with mutual TLS" "$PIXGATE" emul shop -q --conf-dir bank --port "$API" --domain "localhost:$MTLS" mtls
check "a shop without" "$PIXGATE" emul shop -q --conf-dir bank --port "$API" --domain "localhost:$PLAIN" --skip-mtls plain
start bank "$PIXGATE" emul serve --conf-dir bank --port "$API" --time-scale 0.02
for shop in mtls plain; do
	start "gate-$shop" "$GATE" --conf "$T/$shop/pixgate.conf" --listen "unix:$T/$shop/gate.sock"
	until_true 30 accepts "unix:$T/$shop/gate.sock" || { not_ok "the gate of $shop starts"; finish; }
done

# site NAME PORT SOCKET [TEXT]: lighttpd before a gate, without client certificates
site() {
	cat >"$1.conf" <<-END
	server.modules = ( "mod_openssl", "mod_fastcgi", "mod_cgi", "mod_alias" )
	server.bind = "127.0.0.1"
	server.port = $2
	server.document-root = "$T/mtls"
	server.upload-dirs = ( "$T" )
	server.errorlog = "/dev/stderr"
	ssl.engine = "enable"
	ssl.pemfile = "$T/bank/server.crt"
	ssl.privkey = "$T/bank/server.key"
	ssl.openssl.ssl-conf-cmd = ( "MinProtocol" => "${4:-TLSv1.2}" )
	END
	if [ -n "$3" ]; then
		echo "fastcgi.server = ( \"$3\" => (( \"socket\" => \"$T/plain/gate.sock\", \"check-local\" => \"disable\" )) )" >>"$1.conf"
	fi
}
up() { # NAME PORT
	start "web-$1" "${SERVER[@]}" -D -m "$MODULES" -f "$T/$1.conf"
	UP=$PID
	wait_port "$2"
}
"$PIXGATE" --conf mtls/pixgate.conf gen lighttpd -q --hook loja --scope port --address 127.0.0.1 --server-cert bank/server.crt --server-key bank/server.key \
	--socket "$T/mtls/gate.sock" --log "$T/mtls/pix.log" --server-version 1.4.69 -o mtls/site.conf 2>gen.log || cat gen.log
cp mtls/lighttpd.conf mtls.conf
sed -i "s|\"site.conf\"|\"$T/mtls/site.conf\"|" mtls.conf
up mtls "$MTLS"
site plain "$PLAIN" /
up plain "$PLAIN"
export PIXGATE CACERT=$T/bank/server-ca.pem CLIENT_CERT='' BANK='' KEY='' BASIC_FILE='' BEARER_FILE='' RESOLVE='' STRICT=''

# script NAME ARGUMENT…: as dash runs it, which is POSIX and no more
script() {
	dash "$ROOT/tests/setup/$1.sh" "${@:2}" >out 2>err
	RC=$?
	cat out err >>setup.log
	LAST=$(tail -n 1 out)
}
# well NAME ARGUMENT…: nothing fails, much passes
well() {
	local try
	# a machine that stands still for half a second is warned of, where the PSP waits for one: not each time
	for try in 1 2 3; do
		script "$@"
		grep -q '^warn time\.answer:' out || break
	done
	equal "$1 $2: passes" 0 "$RC"
	equal "… no line says otherwise" "" "$(grep -E '^(FAIL|warn)' out)"
	check "… and much was looked at: $LAST" test "$(grep -c '^pass ' out)" -ge 15
	equal "… the count is of the lines" "$(grep -c '^pass ' out) passed, 0 failed, 0 warnings, $(grep -c '^skip ' out) skipped" "$LAST"
}
# ill NAME LINES ARGUMENT…: exit status 1, and each of the lines (an extended expression) fails
ill() {
	local name=$1 line
	script "$1" "${@:3}"
	equal "$name, broken: exit status" 1 "$RC"
	while IFS= read -r line; do
		check "… FAIL $line" grep -qE "^FAIL $line" out
	done <<<"$2"
	equal "… the count is of the lines" "$(grep -c '^FAIL ' out) failed" "$(grep -oE '[0-9]+ failed' <<<"$LAST")"
}
passes() { # LINE
	check "… pass $1" grep -qF "pass $1" out
}

# --- Efí, mutual TLS
export PIXGATE_CONF=$T/mtls/pixgate.conf
check "registered" "$PIXGATE" webhook set -q loja
CLIENT_CERT=$T/bank/caller-sandbox.pem BANK=$T/bank KEY=loja@example.com
well efi-mtls loja
passes "with the PSP's certificate, /pix"
passes "a received Pix of the emulator arrives"
passes "client.right"
CLIENT_CERT='' BANK='' KEY=''
well efi-mtls loja
check "without the PSP's certificate that is skipped" grep -q "^skip with the PSP's certificate" out
script efi-mtls - <<<"$("$PIXGATE" url loja)"
equal "a URL on standard input" 0 "$RC"
passes "client.none"
ill efi-mtls "client.asked
a certificate is asked for" "https://localhost:$PLAIN/webhook?hmac=$(cat plain/loja.secret)&ignorar="

# --- Efí, without
export PIXGATE_CONF=$T/plain/pixgate.conf
check "registered" "$PIXGATE" webhook set -q loja
BANK=$T/bank KEY=loja@example.com
well efi-skip-mtls loja
passes "a received Pix of the emulator arrives"
passes "secret.wrong"
BANK='' KEY=''
well efi-skip-mtls "$("$PIXGATE" url loja)"
# a page that says yes to everybody
mkdir -p yes
printf '#!/bin/sh\ncat >/dev/null\nprintf "Content-Type: text/plain\\r\\n\\r\\n200"\n' >yes/all.cgi
chmod 755 yes/all.cgi
site broken "$BROKEN" ""
printf 'alias.url = ( "/" => "%s/yes/all.cgi/" )\ncgi.assign = ( ".cgi" => "" )\n' "$T" >>broken.conf
up broken "$BROKEN"
ill efi-skip-mtls "secret.missing
without the secret:
with another secret:" "https://localhost:$BROKEN/webhook?hmac=$(cat plain/loja.secret)&ignorar="
stop "$UP"
script efi-skip-mtls "https://localhost:$BROKEN/webhook?hmac=$(cat plain/loja.secret)&ignorar="
equal "nobody is there: exit status" 1 "$RC"
check "… which is no refusal" grep -q "^FAIL without the secret: no connection" out

# --- BS2, direct
check "registered" "$PIXGATE" webhook set -q banco
check "its certificate is uploaded" "$PIXGATE" cert push -q banco
BANK=$T/bank BASIC_FILE=$T/plain/banco.basic
well bs2-direct banco
passes "a Recebimento of the emulator arrives"
passes "without Authorization"
BANK=''
script bs2-direct "https://localhost:$PLAIN/bs2"
equal "a URL and its Basic" "0 " "$RC $(grep ^FAIL out)"
check "… with which pixgate check asks too" grep -q "^pass auth.wrong" out
site broken "$BROKEN" / TLSv1.3
up broken "$BROKEN"
ill bs2-direct "tls.version
an event, TLS 1.2" "https://localhost:$BROKEN/bs2"
stop "$UP"
BASIC_FILE=''

# --- BS2, indirect
check "registered" "$PIXGATE" webhook set -q indireto
check "its certificate is uploaded" "$PIXGATE" cert push -q indireto
BANK=$T/bank BEARER_FILE=$T/plain/indireto.bearer
well bs2-indirect indireto
passes "a RecebimentoFinalizado of the emulator arrives"
passes "ValidacaoRecebimentoCanalSecundario, TLS 1.2"
BANK=''
site broken "$BROKEN" /indireto/Recebimento
up broken "$BROKEN"
ill bs2-indirect "PagamentoFinalizado, TLS 1.2:" "https://localhost:$BROKEN/indireto/RecebimentoFinalizado"
passes "RecebimentoFinalizado, TLS 1.2"
stop "$UP"
BEARER_FILE=''

# --- a cgi-bin
mkdir -p host/cgi-bin host/pixgate host/www
cp "$GATE" host/cgi-bin/pixgate.cgi
cp plain/loja.secret host/pixgate/
printf 'inbox = "sqlite:inbox.db";\nhooks = ( { name = "loja"; path = "/cgi-bin/pixgate.cgi"; psp = "efi"; secret = [ "file:loja.secret" ]; sources = [ ]; domain = "localhost:%s"; } );\n' \
	"$BROKEN" >host/pixgate/pixgate.conf
chmod 600 host/pixgate/*
cgi() { # MORE
	site broken "$BROKEN" ""
	sed -i "s|^server.document-root.*|server.document-root = \"$T/host/www\"|" broken.conf
	printf 'alias.url += ( "/cgi-bin/" => "%s/host/cgi-bin/" )\n%s\n' "$T" "$1" >>broken.conf
	up broken "$BROKEN"
}
export PIXGATE_CONF=$T/host/pixgate/pixgate.conf
cgi 'cgi.assign = ( ".cgi" => "" )'
well cgi-bin loja
passes "the program is started (HTTP 200)"
passes "/pixgate/pixgate.conf cannot be read"
chmod 644 host/cgi-bin/pixgate.cgi
ill cgi-bin "the program is started: HTTP
http.ping" loja
chmod 755 host/cgi-bin/pixgate.cgi
stop "$UP"
# the whole account is open, and the program is a file like others
cgi "alias.url += ( \"/pixgate/\" => \"$T/host/pixgate/\" )"
ill cgi-bin "/pixgate/pixgate.conf cannot be read
the answer is the gate's" "https://localhost:$BROKEN/cgi-bin/pixgate.cgi?hmac=$(cat plain/loja.secret)&ignorar="
stop "$UP"

# --- used wrongly
for name in efi-mtls efi-skip-mtls bs2-direct bs2-indirect cgi-bin; do
	script "$name"
	equal "$name without a word: exit status 2, and its header" "2 $name.sh HOOK" "$RC $(head -n 1 err | grep -o "^$name.sh HOOK")"
done
script efi-mtls http://localhost/
equal "http: exit status 2" 2 "$RC"
script efi-mtls nobody
equal "an unknown hook: exit status 2" 2 "$RC"
PIXGATE=/nonexistent script efi-mtls loja
equal "no pixgate: exit status 2" 2 "$RC"
equal "nothing secret was said" "" "$(grep -lF -e "$(cat mtls/loja.secret)" -e "$(cat plain/loja.secret)" -e "$(cut -d: -f2 plain/banco.basic)" -e "$(cat plain/indireto.bearer)" \
	-e "$(base64 -w0 <plain/banco.basic)" setup.log ./*.log 2>/dev/null)"
check "installed with the program" make -s -o programs -C "$ROOT" B="$B" DESTDIR="$T/dest" PREFIX=/usr install
check "… the scripts can be run" test -x "$T/dest/usr/share/pixgate/setup/cgi-bin.sh"
check "… and find what they share" test -r "$T/dest/usr/share/pixgate/setup/lib.sh"
finish
