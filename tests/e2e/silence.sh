#!/bin/bash
# A webhook that says nothing: `pixgate check HOOK --silence` against the emulator, whose callbacks get lost, and the gate behind nginx.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/nginx.sh"
E=$T/emul
OTHER=outra@example.com
check "emul pki" "$PIXGATE" emul pki "$E"
mkdir -p "$T/pixgate"
printf '%s\n' "$SECRET" >"$T/pixgate/loja.secret"
printf 'banco:senha-do-banco\n' >"$T/pixgate/bs2.basic"
chmod 600 "$T/pixgate"/*
API_PORT=$(free_port)
serve() {
	emul_start emul "$E" --port "$API_PORT" --manual --time-scale 0.001
}
serve
CONF=$T/pixgate/pixgate.conf
cat >"$CONF" <<END
inbox = "sqlite:inbox.db";
domain = "DOMAIN";
hooks = (
  { name = "loja"; path = "/webhook"; psp = "efi"; secret = [ "file:loja.secret" ]; sources = [ ]; keys = [ "$KEY" ];
$(sed -n 's/^  //p' "$T/emul.out") },
  { name = "banco"; path = "/bs2"; psp = "bs2"; basic = "file:bs2.basic"; sources = [ ]; $(sed -n 's/^\t//p' "$T/emul.out" | tr '\n' ' ') },
  { name = "mudo"; path = "/mudo"; psp = "efi"; secret = [ "file:loja.secret" ]; sources = [ ]; keys = [ "$KEY" ]; }
);
END
gate_start
nginx_start ssl "
    ssl_certificate $E/server.crt;
    ssl_certificate_key $E/server.key;"
sed -i "s/DOMAIN/localhost:$PORT/" "$CONF"
gate_stop
gate_start
pixgate() {
	"$PIXGATE" --conf "$CONF" "$@" >"$T/out" 2>"$T/err"
	STATUS=$?
	cat "$T/out" "$T/err" >>"$T/words.log"
}
silence() { # HOOK SPAN [OPTION…]
	pixgate check "$1" --silence "$2" --json "${@:3}"
}
found() { # ID: its severity, and its e2eids
	python3 -c 'import json, sys
f = [f for f in json.load(open(sys.argv[1]))["findings"] if f["id"] == sys.argv[2]]
print(*([f[0]["severity"]] + sorted(f[0].get("e2eids", [])) if f else ["none"]))' "$T/out" "$1" 2>&1
}
pay() { # AGO [KEY]: its e2eid
	"$PIXGATE" -q emul pay --conf-dir "$E" --key "${2:-$KEY}" --amount 1.00 --at "$1" --json | sed -n 's/.*"e2eid":"\([^"]*\)".*/\1/p'
}
lost() { # AGO: paid, and its callback gets lost
	local before
	before=$(grep -c 'fault name=drop' "$T/emul.log")
	"$PIXGATE" emul fault --conf-dir "$E" drop
	pay "$1"
	until_true 30 dropped "$before" || not_ok "a callback gets lost"
}
dropped() {
	[ "$(grep -c 'fault name=drop' "$T/emul.log")" -gt "$1" ]
}
has() { # E2EID
	[ "$(list --e2eid "$1" | grep -c '^{')" = 1 ]
}

# --- the command line
for args in "loja --silence 10m" "loja --silence 15m" "loja --silence tomorrow" "loja --silence 24h --only dns" "loja --silence 24h --local" "--silence 24h" \
	"nobody --silence 24h" "loja --silence 24h --json --junit"; do
	# shellcheck disable=SC2086
	pixgate check $args
	equal "check $args" "2 1" "$STATUS $(grep -c '^pixgate: ' "$T/err")"
done

# --- nothing paid, then all told
silence loja 24h
equal "nothing was paid" "0 ok ok" "$STATUS $(found silence.asked) $(found silence.heard)"
pixgate webhook set loja
equal "registered" 0 "$STATUS"
TOKEN=$(curl -s --cacert "$E/api-ca.pem" --cert-type P12 --cert "$E/client-sandbox.p12:" -u "Client_Id_pixgate_emulator:$(cat "$E/client.secret")" \
	-H 'Content-Type: application/json' -d '{"grant_type":"client_credentials"}' "https://127.0.0.1:$API_PORT/oauth/token" | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')
printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" >"$T/bearer.conf"
equal "Pix without a txid are announced" 204 "$(curl -s -o "$T/answer" -w '%{http_code}' --cacert "$E/api-ca.pem" --cert-type P12 --cert "$E/client-sandbox.p12:" -K "$T/bearer.conf" -X PUT \
	-H 'Content-Type: application/json' -d "{\"pix\":{\"receberSemChave\":true,\"chaves\":{\"$KEY\":{\"recebimento\":{\"webhook\":{\"notificar\":{\"pixSemTxid\":true}}}}}}}" \
	"https://127.0.0.1:$API_PORT/v2/gn/config")"
TOLD=$(pay 2h)
check "what is paid arrives" until_true 30 has "$TOLD"
silence loja 24h
equal "what was paid was told" "0 ok none" "$STATUS $(found silence.heard) $(found silence.some)"
pay 16m "$OTHER" >/dev/null
lost 5m >/dev/null
silence loja 1h
equal "another key's, and what is younger than 15 minutes, do not count" "0 ok" "$STATUS $(found silence.heard)"

# --- nothing told
LOST=$(lost 20m)
CALLS=$(grep -c . "$T/gate.log")
silence loja 1h
equal "what was paid within the hour was not told" "1 fail $LOST" "$STATUS $(found silence.heard)"
silence loja 24h
equal "in the last day some was" "0 ok warn $LOST" "$STATUS $(found silence.heard) $(found silence.some)"
silence loja 24h --strict
equal "… which is enough with --strict" 1 "$STATUS"
pixgate check loja --silence 1h
equal "for a person" "1 1 1 1" "$STATUS $(grep -c '^hook loja$' "$T/out") $(grep -c "X FAIL.*silence.heard" "$T/out") $(grep -c "pixgate webhook get loja" <(grep -v '^fix first' "$T/out"))"
check "… when it last told of something" grep -q 'the last that it told of anything was at 20' "$T/out"
pixgate -q check loja --silence 1h --junit
equal "for a CI" "1 1" "$STATUS $(grep -c 'classname="pixgate.check.silence" name="silence.heard"' "$T/out")"
equal "the URL was not called" "$CALLS" "$(grep -c . "$T/gate.log")"

# --- what reconcile fills was not told
pixgate reconcile loja --fix --since 2h
equal "reconcile finds it" "1 1" "$(has "$LOST" && echo 1) $(list --e2eid "$LOST" | grep -c '"source":"reconcile"')"
silence loja 1h
equal "… and the webhook is as silent as before" "1 fail $LOST" "$STATUS $(found silence.heard)"
check "… and says so" grep -q 'pixgate reconcile found 1 of them' "$T/out"

equal "all is well is no mail from cron" "0 0" "$("$PIXGATE" --conf "$CONF" -q check loja --silence 16m >"$T/quiet" 2>&1; echo $?) $(wc -c <"$T/quiet")"
check "and else says how much was paid" grep -q 'seen: .* Pix from' <("$PIXGATE" --conf "$CONF" check loja --silence 16m 2>&1)

# --- a busy PSP, one that is down, one that cannot be asked
"$PIXGATE" emul fault --conf-dir "$E" list-rate --value 1
silence loja 1h
equal "a busy PSP is waited for" "1 fail $LOST" "$STATUS $(found silence.heard)"
stop "$EMUL_PID"
silence loja 1h
equal "a PSP that is down is no silence, and not well" "4 warn none" "$STATUS $(found silence.asked) $(found silence.heard)"
serve
silence mudo 1h
equal "a hook without credentials too" "2 warn none" "$STATUS $(found silence.asked) $(found silence.heard)"
check "… that says what is missing" grep -q 'client_id is not set' "$T/out"

# --- BS2
"$PIXGATE" -q emul event --conf-dir "$E" Recebimento --count 3 --at 1h --txid pedido1 >"$T/told"
silence banco 24h
equal "BS2: nothing is registered" "1 fail 3" "$STATUS $(found silence.heard | awk '{ print $1, NF - 1 }')"
check "… and the certificate is what to look at first" grep -q '"fix":"pixgate cert push banco' "$T/out"
"$PIXGATE" -q emul event --conf-dir "$E" Recebimento --count 130 --at 2d >"$T/told"
silence banco 3d
equal "BS2: of more than a page gives, what it gives" "1 note fail 50" "$STATUS $(found silence.asked) $(found silence.heard | awk '{ print $1, NF - 1 }')"
equal "no secret was said" 0 "$(grep -cF -e "$SECRET" -e "$(cat "$E/client.secret")" -e senha-do-banco -e "$TOKEN" "$T/words.log")"
gate_stop
finish
