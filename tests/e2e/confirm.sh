#!/bin/bash
# confirm = true: what the PSP does not say too is not handed over, even where it came with the right secret; what it says is. The
# emulator is the PSP, nginx and the gate the shop, and a folder what `pixgate deliver` hands over to.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/nginx.sh"
E=$T/emul
check "emul pki" "$PIXGATE" emul pki "$E"
mkdir -p "$T/pixgate"
printf '%s\n' "$SECRET" >"$T/pixgate/loja.secret"
chmod 600 "$T/pixgate"/*
API_PORT=$(free_port)
serve() {
	emul_start emul "$E" --port "$API_PORT" --manual --time-scale 0.001
}
serve
CONF=$T/pixgate/pixgate.conf
conf() { # CONFIRM FOLDER: a sink is known by its name
	cat >"$CONF" <<-END
	inbox = "sqlite:inbox.db";
	domain = "localhost:${PORT:-443}";
	hooks = (
	  { name = "loja"; path = "/webhook"; psp = "efi"; secret = [ "file:loja.secret" ]; sources = [ ]; keys = [ "$KEY" ]; confirm = $1;
	    sinks = ( { name = "$2"; type = "dir"; path = "$T/$2"; } );
	$(sed -n 's/^  //p' "$T/emul.out") }
	);
	END
}
conf true asked
gate_start
nginx_start ssl "
    ssl_certificate $E/server.crt;
    ssl_certificate_key $E/server.key;"
conf true asked
gate_stop
gate_start
emul() {
	local verb=$1
	shift
	"$PIXGATE" -q emul "$verb" --conf-dir "$E" "$@"
}
deliver() {
	"$PIXGATE" --conf "$CONF" deliver --once >>"$T/deliver.log" 2>&1
}
# handed FOLDER: the e2eids and amounts of what is there, in order
handed() {
	python3 - "$T/$1/new" <<-'END'
	import json, os, sys
	for name in sorted(os.listdir(sys.argv[1]) if os.path.isdir(sys.argv[1]) else []):
	    d = json.load(open(os.path.join(sys.argv[1], name), encoding="utf-8"))["data"]
	    print(d["kind"], d["e2eid"], d["amount_cents"], d["txid"] or "-")
	END
}
was_handed() { # FOLDER KIND E2EID AMOUNT
	handed "$1" | grep -q "^$2 $3 $4 "
}
forge() { # BODY: with the right secret
	STATUS=$(printf '%s' "$1" | curl -s -m 20 -o "$T/answer" -w '%{http_code}' --cacert "$E/server-ca.pem" -H 'Content-Type: application/json' --data-binary @- \
		"https://localhost:$PORT/webhook?hmac=$SECRET&ignorar=/pix")
	equal "the gate lets it in: the secret was stolen" 200 "$STATUS"
}
here() { # E2EID HOW-MANY
	[ "$(list --e2eid "$1" | grep -c '^{')" = "$2" ]
}
faults() { # NAME TIMES
	[ "$(grep -c "fault name=$1" "$T/emul.log")" -ge "$2" ]
}
paid() { # [FAULT]: R$ 5.00 for a charge, told with that fault; sets TXID and PAID
	local before=0
	[ $# = 0 ] || { before=$(grep -c "fault name=$1" "$T/emul.log"); emul fault "$1"; }
	TXID=$(emul charge --key "$KEY" --amount 5.00)
	PAID=$(emul pay "$TXID" --json | sed -n 's/.*"e2eid":"\([^"]*\)".*/\1/p')
	[ $# = 0 ] || until_true 30 faults "$1" $((before + 1)) || not_ok "a callback goes wrong: $1"
}
pix() { # E2EID TXID AMOUNT
	printf '{"pix":[{"endToEndId":"%s","txid":"%s","chave":"%s","valor":"%s","horario":"2026-11-20T12:00:00.000Z"}]}' "$1" "$2" "$KEY" "$3"
}
"$PIXGATE" --conf "$CONF" webhook set loja >>"$T/words.log" 2>&1
equal "registered" 0 $?

# --- the real ones
paid
REAL=$PAID
check "a payment arrives" until_true 30 here "$REAL" 1
deliver
check "… and is handed over" was_handed asked received "$REAL" 500
emul refund "$REAL" --amount 2.00 >>"$T/words.log"
check "its refund arrives" until_true 30 here "$REAL" 2
deliver
check "… and is handed over" was_handed asked refund "$REAL" 200

# --- those that nobody paid
FORGED=E09089356202611201200API00000bad
forge "$(pix "$FORGED" pedido0001 1000.00)"
# one that was paid, and not told of yet: by who paid it, for another one's order, and for more
paid drop
OWN=$PAID
forge "$(pix "$OWN" "${TXID%???}xyz" 5.00)"
paid drop
MORE=$PAID
forge "$(pix "$MORE" "$TXID" 500.00)"
# a refund of a real payment
forge "{\"pix\":[{\"endToEndId\":\"$REAL\",\"chave\":\"$KEY\",\"valor\":\"5.00\",\"horario\":\"2026-11-20T12:00:00.000Z\",\"devolucoes\":[{\"id\":\"f1\",\"rtrId\":\"D0bad\",\"valor\":\"3.00\",\"horario\":{\"solicitacao\":\"2026-11-20T12:00:00.000Z\"},\"status\":\"DEVOLVIDO\"}]}]}"
# and one whose notice tells another amount than the PSP does
paid change
CHANGED=$PAID
check "a changed one arrives" until_true 30 here "$CHANGED" 1
paid
check "a real one behind them arrives" until_true 30 here "$PAID" 1
deliver
check "… and is handed over all the same" was_handed asked received "$PAID" 500
equal "of the others none is" 3 "$(handed asked | grep -c .)"
for why in "the PSP does not know it" "the PSP says another txid" "the PSP says R\$ 5,00, the notification 500,00" "the PSP does not know such a refund" \
	"the PSP says R\$ 5,00, the notification 5,01"; do
	check "the log says: $why" grep -qF "$why" "$T/deliver.log"
done

# --- a PSP that is down or busy
stop "$EMUL_PID"
serve
paid
check "one arrives" until_true 30 here "$PAID" 1
stop "$EMUL_PID"
deliver
equal "without the PSP it is not handed over" 3 "$(handed asked | grep -c .)"
serve

# --- and it was the PSP's word alone that held them back
conf false unasked
deliver
check "unasked, the forged one is handed over" was_handed unasked received "$FORGED" 100000
check "… and the other one's order" was_handed unasked received "$OWN" 500
equal "no secret was said" 0 "$(cat "$T/words.log" "$T/deliver.log" | grep -cF -e "$SECRET" -e "$(cat "$E/client.secret")")"
gate_stop
finish
