# shellcheck shell=bash disable=SC2034,SC2153
# Scripted PSPs over real TLS (Efí and a BCB one that demand a client certificate, BS2 direct and indirect) and hooks for them; sourced by the
# end-to-end scripts of `pixgate webhook`. Sets CONF, URL and PUT, and what runs, looks and misbehaves.
"$ROOT/tests/pki.sh" "$T/pki"
cd "$T" || exit 2
unset PIXGATE_CONF
export HOME=$T

HMAC=$SECRET
ID=Client_Id_of_the_shop
CLIENT_SECRET=Client_Secret_of_the_shop
PASSWORD=the-password-of-the-p12
BANK=senha-do-banco
OTHER_KEY=+5511999990000
mkdir pixgate
printf '%s\n' "$HMAC" >pixgate/loja.secret
printf '%s\n' "$CLIENT_SECRET" >pixgate/loja.client
printf '%s\n' "$PASSWORD" >pixgate/loja.password
printf '%s\n' "$HMAC" >pixgate/rota.secret
printf 'wrong\n' >pixgate/wrong
printf 'banco:%s\n' "$BANK" >pixgate/bs2.basic
printf 'bearer-%s\n' "$BANK" >pixgate/bs2.bearer
p12() { # NAME CERT PASSWORD
	openssl pkcs12 -export -inkey "pki/$2.key" -in "pki/$2.chain" -out "pixgate/$1.p12" -passout "pass:$3"
}
p12 loja client "$PASSWORD"
p12 empty client ""
p12 foreign client-foreign ""
p12 expired client-expired ""
cat pki/client.chain pki/client.key >pixgate/loja.pem
chmod 600 pixgate/*

EFI=$(free_port)
start efi python3 "$ROOT/tests/tools/psp.py" --psp efi --port "$EFI" --cert pki/server.pem --client-ca pki/psp.pem --log efi.calls --rules efi.rules
BACEN=$(free_port)
start bacen python3 "$ROOT/tests/tools/psp.py" --psp bacen --port "$BACEN" --cert pki/server.pem --client-ca pki/psp.pem --log bacen.calls --rules bacen.rules
BS2=$(free_port)
start bs2 python3 "$ROOT/tests/tools/psp.py" --psp bs2 --port "$BS2" --cert pki/server.pem --log bs2.calls --rules bs2.rules
INDIRECT=$(free_port)
start indirect python3 "$ROOT/tests/tools/psp.py" --psp bs2-indirect --port "$INDIRECT" --cert pki/server.pem --log indirect.calls --rules indirect.rules
NOBODY=$(free_port)

efi="psp = \"efi\"; secret = \"file:loja.secret\"; api_ca = \"../pki/server.crt\"; client_id = \"$ID\"; client_secret = \"file:loja.client\""
p12="api_cert = \"loja.p12\"; api_password = \"file:loja.password\""
indirect="api_ca = \"../pki/server.crt\"; client_id = \"$ID\"; client_secret = \"file:loja.client\"; api = \"https://localhost:$INDIRECT\""
cat >pixgate/pixgate.conf <<END
inbox = "sqlite:inbox.db";
domain = "pix.example.com";
hooks = (
  { name = "loja"; path = "/webhook"; $efi; $p12; api = "https://localhost:$EFI"; keys = [ "$KEY", "$OTHER_KEY" ]; },
  { name = "mtls"; path = "/mtls"; $efi; api_cert = "empty.p12"; api = "https://localhost:$EFI"; keys = "$KEY"; client_cert = "server"; },
  { name = "pem"; path = "/pem"; $efi; api_cert = "loja.pem"; api = "https://localhost:$EFI"; keys = "$KEY"; },
  { name = "keyless"; path = "/keyless"; $efi; $p12; api = "https://localhost:$EFI"; },
  { name = "wrongpw"; path = "/wrongpw"; $efi; api_cert = "loja.p12"; api_password = "file:wrong"; api = "https://localhost:$EFI"; keys = "$KEY"; },
  { name = "foreign"; path = "/foreign"; $efi; api_cert = "foreign.p12"; api = "https://localhost:$EFI"; keys = "$KEY"; },
  { name = "expired"; path = "/expired"; $efi; api_cert = "expired.p12"; api = "https://localhost:$EFI"; keys = "$KEY"; environment = "sandbox"; },
  { name = "nohost"; path = "/nohost"; $efi; $p12; api = "https://nobody.invalid"; keys = "$KEY"; },
  { name = "proxied"; path = "/proxied"; $efi; $p12; api = "https://localhost:$EFI"; keys = "$KEY"; api_proxy = "http://127.0.0.1:$NOBODY"; },
  { name = "certless"; path = "/certless"; $efi; api = "https://localhost:$EFI"; keys = "$KEY"; },
  { name = "badclient"; path = "/badclient"; psp = "efi"; secret = "file:loja.secret"; api_ca = "../pki/server.crt"; client_id = "nobody";
    client_secret = "file:loja.client"; $p12; api = "https://localhost:$EFI"; keys = "$KEY"; },
  { name = "noca"; path = "/noca"; psp = "efi"; secret = "file:loja.secret"; client_id = "$ID"; client_secret = "file:loja.client"; $p12;
    api = "https://localhost:$EFI"; keys = "$KEY"; },
  { name = "nobody"; path = "/nobody"; $efi; $p12; api = "https://localhost:$NOBODY"; keys = "$KEY"; },
  { name = "bacen"; path = "/bacen"; psp = "bacen"; secret = "file:loja.secret"; api_ca = "../pki/server.crt"; client_id = "$ID";
    client_secret = "file:loja.client"; $p12; api = "https://localhost:$BACEN/v2"; keys = "$KEY"; },
  { name = "noapi"; path = "/noapi"; psp = "bacen"; secret = "file:loja.secret"; client_id = "$ID"; client_secret = "file:loja.client"; keys = "$KEY"; },
  { name = "banco"; path = "/bs2"; psp = "bs2"; basic = "file:bs2.basic"; api_ca = "../pki/server.crt"; client_id = "$ID";
    client_secret = "file:loja.client"; api = "https://localhost:$BS2"; account = 7654321; },
  { name = "bearer"; path = "/bearer"; psp = "bs2"; bearer = "file:bs2.bearer"; api_ca = "../pki/server.crt"; client_id = "$ID";
    client_secret = "file:loja.client"; api = "https://localhost:$BS2"; },
  { name = "open"; path = "/open"; psp = "bs2"; secret = "file:loja.secret"; api_ca = "../pki/server.crt"; client_id = "$ID";
    client_secret = "file:loja.client"; api = "https://localhost:$BS2"; },
  { name = "indireto"; path = "/indireto"; psp = "bs2-indirect"; secret = "file:rota.secret"; basic = "file:bs2.basic"; $indirect; },
  { name = "rotas"; path = "/rotas"; psp = "bs2-indirect"; bearer = "file:bs2.bearer"; $indirect; },
  { name = "aberto"; path = "/aberto"; psp = "bs2-indirect"; secret = "file:loja.secret"; $indirect; }${MORE_HOOKS:-}
);
END
CONF=$T/pixgate/pixgate.conf
URL="https://pix.example.com/webhook?hmac=$HMAC&ignorar="
wait_port "$EFI"
wait_port "$BACEN"
wait_port "$BS2"
wait_port "$INDIRECT"

# run OPTION…: status in $RC, standard output in out, standard error in err; all of both is kept in said
run() {
	# shellcheck disable=SC2086
	${WRAP:-} "$PIXGATE" --conf "$CONF" "$@" >out 2>err
	RC=$?
	cat out err >>said
	cat err >>webhook.log
}
says() { # NAME WORDS…: each in out or err
	local name=$1 words
	shift
	for words in "$@"; do
		grep -qF -- "$words" out err || { not_ok "$name" "wanted '$words', got: $(cat out err)"; return; }
	done
	ok "$name"
}
silent() { # NAME WORDS: neither in out nor err
	if grep -qF -- "$2" out err; then not_ok "$1" "$(cat out err)"; else ok "$1"; fi
}
# calls WHO [PREFIX]: how many requests began so
calls() {
	[ -e "$1.calls" ] || { echo 0; return; }
	python3 -c 'import json, sys; print(sum(json.loads(l)["line"].startswith(sys.argv[2]) for l in open(sys.argv[1])))' "$1.calls" "${2:-}"
}
# last WHO PREFIX EXPRESSION: of the last such request r
last() {
	python3 -c 'import json, sys
r = [x for x in map(json.loads, open(sys.argv[1])) if x["line"].startswith(sys.argv[2])][-1]
print(eval(sys.argv[3]))' "$1.calls" "$2" "$3"
}
rules() { # WHO JSON
	printf '%s' "$2" >"$1.rules"
}
plain() { # WHO
	rm -f "$1.rules"
}
PUT=/v2/webhook/$KEY

# All that was said, by every run of this script.
no_secret_was_said() {
	local secret
	for secret in "$HMAC" "$CLIENT_SECRET" "$PASSWORD" "$BANK" "$(printf '%s' "$ID:$CLIENT_SECRET" | base64 -w0)" "$(printf '%s' "banco:$BANK" | base64 -w0)" tok- another-secret-than-before; do
		equal "no output holds a secret ($(printf '%s' "$secret" | cut -c1-8)…)" 0 "$(grep -cF -- "$secret" said)"
	done
}
