# shellcheck shell=bash disable=SC2034,SC2153,SC2154
# Banco BS2 played by emul, nginx and the gate as the shop; sourced by the end-to-end scripts of the bank.
. "$ROOT/tests/site.sh"
BANK=$T/bank

bank_up() {
	server nginx
	check "emul pki" "$PIXGATE" emul pki "$BANK"
	mapfile -t ports < <("$TOOLS/port" 3)
	SITE_PORT=${ports[0]} HTTP_PORT=${ports[1]} API_PORT=${ports[2]}
	cp "$BANK/server.crt" "$T/site.crt"
	cp "$BANK/server.key" "$T/site.key"
	openssl x509 -in "$BANK/server.crt" -out "$T/leaf.pem"
	API=https://127.0.0.1:$API_PORT
	serve
}
serve() { # [OPTION…]: of emul serve
	emul_start emul "$BANK" --port "$API_PORT" --time-scale 0.02 "$@"
}

# conf HOOKS: HERE in them stands for what emul serve printed
conf() {
	local here
	here=$(sed -n 's/^\t//p' "$T/emul.out" | tr '\n' ' ')
	mkdir -p "$T/pixgate"
	printf '%s\n' "$SECRET" >"$T/pixgate/loja.secret"
	printf 'banco:senha-do-banco\n' >"$T/pixgate/bs2.basic"
	printf 'bearer-senha-do-banco\n' >"$T/pixgate/bs2.bearer"
	chmod 600 "$T/pixgate"/*
	CONF=$T/pixgate/pixgate.conf
	printf 'inbox = "sqlite:inbox.db";\ndomain = "localhost:%s";\nhooks = (\n%s\n);\n' "$SITE_PORT" "${1//HERE/$here}" >"$CONF"
}
pixgate() {
	"$PIXGATE" --conf "$CONF" "$@" >"$T/out" 2>"$T/err"
	STATUS=$?
	[ "$STATUS" = 0 ] || cat "$T/err" >>"$T/words.log"
}
# fields NAME…: of the newest event
fields() {
	list | tail -n 1 | python3 -c 'import json, sys; e = json.loads(sys.stdin.readline()); print(*[e[n] for n in sys.argv[1:]])' "$@"
}
event() {
	"$PIXGATE" emul event --conf-dir "$BANK" "$@" >"$T/event.log" 2>&1
}

# The API as a person calls it. The secrets are no arguments.
ask() { # CURL ARGUMENT…; sets STATUS and ANSWER
	STATUS=$(curl -s --path-as-is -m 20 --cacert "$BANK/api-ca.pem" -o "$T/answer" -w '%{http_code}' "$@")
	ANSWER=$(cat "$T/answer")
}
token() {
	printf 'user = "Client_Id_pixgate_emulator:%s"\n' "$(cat "$BANK/client.secret")" >"$T/basic.conf"
	ask -K "$T/basic.conf" -d grant_type=client_credentials --data-urlencode "scope=${1:-webhook.read webhook.write pix.read}" "$API/auth/oauth/v2/token"
	TOKEN=$(answer 'a["access_token"]')
	printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" >"$T/bearer.conf"
}
api() { # METHOD PATH CURL ARGUMENT…: with a token, a new one where another program has one now
	local method=$1 path=$2
	shift 2
	for _ in 1 2; do
		: >"$T/answer"
		ask -K "$T/bearer.conf" -X "$method" "$@" -H "$(case " $*" in *" -F "*) echo "X-None: 1" ;; *) echo "Content-Type: application/json" ;; esac)" "$API$path"
		[ "$STATUS" = 401 ] || return 0
		token
	done
}
: >"$T/bearer.conf"
answer() { # EXPRESSION over a, the answer's JSON
	python3 -c 'import json, sys
a = json.load(open(sys.argv[1]))
v = eval(sys.argv[2])
print(*(v if isinstance(v, tuple) else (v,)))' "$T/answer" "$1" 2>&1
}
upload() { # PATH FILE-NAME FILE
	api PUT "$1" -F "certificado=@$3;filename=$2;type=application/x-x509-ca-cert"
}

# bad_requests PATH: of the registrations
bad_requests() {
	local body
	for body in '' 'not json' '{' '[]' '[1]' 'null' '"text"' '[{"url":1}]' '{"a":1,"a":2}'; do
		api "$VERB" "$1" -d "$body"
		equal "$VERB $body" 400 "$STATUS"
	done
	head -c 300000 /dev/zero | tr '\0' '[' >"$T/deep"
	api "$VERB" "$1" --data-binary "@$T/deep"
	equal "$VERB of 300,000 bytes" 413 "$STATUS"
	equal "a wrong verb" "405 405 405" "$(for v in PATCH DELETE OPTIONS; do api $v "$1"; echo "$STATUS"; done | tr '\n' ' ' | sed 's/ $//')"
	equal "no such path" "404 404 404" "$(for p in "$1/a/b" "${1%/bs2}" /pix/direto/; do api GET "$p"; echo "$STATUS"; done | tr '\n' ' ' | sed 's/ $//')"
	ask "$API$1"
	equal "no token" 401 "$STATUS"
	check "… in the bank's words" grep -q "Invalid Apikey" "$T/answer"
	ask -X POST "$API/auth/oauth/v2/token"
	equal "a token for nothing" 400 "$STATUS"
}
VERB=PUT
