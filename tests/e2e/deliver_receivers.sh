#!/bin/bash
# From the bank's notification to the shop's order: the gate, `pixgate deliver`, and the four receivers below examples/ as its sinks.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/receivers.sh"

receivers=(php python node exec)
declare -A url=() pid=()
sinks=
add() { # SINK'S MEMBERS
	sinks="$sinks${sinks:+, }{ name = \"$NAME\"; $1 }"
}
for NAME in "${receivers[@]}"; do
	receiver "$NAME"
	if [ "$NAME" = exec ]; then
		add "type = \"exec\"; command = [ \"$T/receiver/exec/paid.sh\", \"$PRIVATE\" ];"
		continue
	fi
	secrets "whsec_$(head -c 32 /dev/urandom | base64)"
	receiver_start
	url[$NAME]=$URL pid[$NAME]=$RECEIVER_PID
	add "type = \"https\"; url = \"$URL\"; secret = \"file:$NAME.whsec\";"
done
write_conf
printf 'sinks = ( %s );\n' "$sinks" >>"$CONF"
for NAME in php python node; do (umask 077 && cp "$T/receiver/$NAME-private/secrets.txt" "$T/pixgate/$NAME.whsec"); done
gate_start

deliver() {
	"$PIXGATE" --conf "$CONF" deliver --once "$@" >>"$T/deliver.log" 2>&1
}
notify() { # E2EID TXID
	check "the gate takes $1" bash -c "'$TOOLS/fcgi' '$ADDRESS' -u '/webhook/pix?hmac=$SECRET' -b '$(one_pix "$1" "$2")' | grep -q 'Status: 200'"
}
stand() { # NAME NOTED PAID LOOK: with all of them
	local name=$1
	for NAME in "${receivers[@]}"; do
		RECEIVER=$NAME PRIVATE=$T/receiver/$NAME-private
		equal "$NAME: $name" "$2 noted, $3 paid, $4 to look at" "$(noted) noted, $(paid) paid, $(to_look_at) to look at"
	done
}
delivery() { # E2EID
	list --e2eid "$1" | sed -n 's/.*"delivery":"\([a-z]*\)".*/\1/p'
}
first=E0000000020261120150000000000001 second=E0000000020261120150000000000002 third=E0000000020261120150000000000003

notify $first pedido0001
equal "before it is handed over" pending "$(delivery $first)"
check "deliver" deliver
stand "a payment" 1 1 0
equal "… stands in the inbox" delivered "$(delivery $first)"
check "deliver, when there is nothing to do" deliver
stand "… nothing more" 1 1 0
check "replay" "$PIXGATE" --conf "$CONF" inbox replay --e2eid $first
check "… and deliver" deliver
stand "a replay is known by its id" 1 1 0

# the receipt and its refund, in one body
DATA=$(one_pix $second pedido0002)
DATA=${DATA%\}]\}}',"devolucoes":[{"id":"d1","rtrId":"D0000000020261120150000000000002","valor":"12.34","horario":{"solicitacao":"2026-11-20T12:01:00.000Z"},"status":"DEVOLVIDO"}]}]}'
check "a receipt with its refund" bash -c "'$TOOLS/fcgi' '$ADDRESS' -u '/webhook/pix?hmac=$SECRET' -b '$DATA' | grep -q 'Status: 200'"
check "… deliver" deliver
stand "… the order is paid once" 3 2 0

# PHP loses its secret, the exec its orders; the others are not held up, and nothing is lost
echo whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= >"$T/receiver/php-private/secrets.txt"
mv "$T/receiver/exec-private/orders.txt" "$T/receiver/exec-private/away.txt"
stop "${pid[node]}"
notify $third pedido0003
deliver
for NAME in php python node exec; do
	RECEIVER=$NAME PRIVATE=$T/receiver/$NAME-private
	want="3 noted"
	[ "$NAME" != python ] || want="4 noted"
	equal "$NAME: one of four is well" "$want" "$(noted) noted"
done
equal "… so the event waits" pending "$(delivery "$third")"
check "… and the log says why: a secret" grep -q 'sink=php.*401' "$T/deliver.log"
check "… an exit status" grep -q 'sink=exec.*exit status 75' "$T/deliver.log"
check "… nobody there" grep -q 'sink=node' "$T/deliver.log"
cp "$T/pixgate/php.whsec" "$T/receiver/php-private/secrets.txt"
mv "$T/receiver/exec-private/away.txt" "$T/receiver/exec-private/orders.txt"
receiver_again() {
	RECEIVER=node PRIVATE=$T/receiver/node-private PORT=${url[node]#*"$LOOP":} PORT=${PORT%%/*}
	receiver_start
}
receiver_again
check "replay: not only when the schedule says" "$PIXGATE" --conf "$CONF" inbox replay --e2eid $third
all_well() {
	deliver
	[ "$(delivery "$third")" = delivered ]
}
check "all of them have it in the end" until_true 30 all_well
stand "… once" 4 3 0
gate_stop
finish
