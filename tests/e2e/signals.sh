#!/bin/bash
# How the gate is started, told and stopped: sockets made and inherited, SIGTERM, SIGHUP, what a SIGKILL leaves behind.
. "$(dirname "$0")/../lib.sh"
write_conf
NOTIFY="/webhook/pix?hmac=$SECRET"
status() { # URI BODY [ARGUMENT…]
	local out
	out=$("$TOOLS/fcgi" "$ADDRESS" -u "$1" -b "$2" "${@:3}" 2>/dev/null) || { echo none; return; }
	out=$(sed -n '1s/^Status: \([0-9]*\).*/\1/p' <<<"$out")
	echo "${out:-200}"
}

# --- SIGTERM with requests in hand: each that was sent whole is answered
gate_start
for ((i = 0; i < 20; i++)); do
	# the rest comes 1.5 s after the first 300 bytes; SIGTERM comes in between
	"$TOOLS/fcgi" "$ADDRESS" -u "$NOTIFY" -b "$(one_pix "E0000000020261120160$(printf %012d $i)")" -s 300,1500 >"$T/hand.$i" 2>&1 &
	hands[i]=$!
done
sleep 0.7
gate_stop TERM
wait "${hands[@]}"
lost=0
for ((i = 0; i < 20; i++)); do grep -q '200$' "$T/hand.$i" || lost=$((lost + 1)); done
equal "SIGTERM: the twenty requests in hand are answered" 0 $lost
equal "… and in the inbox" 20 "$(events)"
check "… and the socket file is gone" test ! -e "$SOCK"

gate_start
"$TOOLS/fcgi" "$ADDRESS" -u "$NOTIFY" -n 100000 -c 8 -e E00000000202611201610 -o "$T/answered" -t 2 >"$T/load.out" &
load=$!
sleep 1
gate_stop TERM
wait $load
list | sed -n 's/.*"e2eid":"\([^"]*\)".*/\1/p' | sort >"$T/stored"
equal "SIGTERM under load: nothing that was answered is missing" "" "$(comm -23 <(sort "$T/answered") "$T/stored" | head -n 3)"

gate_start
sleep 0.1
check "a crash of the gate would leave no core file" grep -q '^Max core file size  *0  *0 ' "/proc/$GATE_PID/limits"
gate_stop INT
gate_start
gate_stop USR1

# --- the socket that it makes
GATE_ARGS=(--group "$GROUP")
gate_start
equal "the socket's mode" 660 "$(stat -c %a "$SOCK")"
equal "--group sets the socket's group" "$GROUP" "$(stat -c %G "$SOCK")"
start rival "$GATE" --conf "$CONF" --listen "$ADDRESS"
rival=$PID
check "a second gate on a live socket ends" until_true 30 gone "$rival"
wait "$rival"
rc=$?
if [ $rc -ne 0 ]; then ok "… with an exit status that tells ($rc)"; else not_ok "… with an exit status that tells" "$rc"; fi
equal "… and the first still serves" 200 "$(status "$NOTIFY" "$PING")"
kill -s KILL "$GATE_PID"
wait "$GATE_PID" 2>/dev/null
check "SIGKILL leaves the socket file behind" test -S "$SOCK"
gate_start
ok "… and the next start replaces it"
gate_stop

ADDRESS=127.0.0.1:$(free_port)
GATE_ARGS=()
gate_start
equal "--listen 127.0.0.1:PORT" 200 "$(status "$NOTIFY" "$PING")"
gate_stop
"$GATE" --conf "$CONF" --listen 0.0.0.0:"$(free_port)" >"$T/open.log" 2>&1 </dev/null &
open=$!
check "--listen on every address is refused" until_true 30 gone $open
kill $open 2>/dev/null
wait $open && not_ok "… with an exit status that tells"

# --- sockets that it is handed
ADDRESS=unix:$T/activated.sock
start activated "$TOOLS/activate" "$T/activated.sock" "$GATE" --conf "$CONF"
GATE_PID=$PID
check "socket activation: LISTEN_FDS" until_true 30 accepts "$ADDRESS"
equal "… serves" 200 "$(status "$NOTIFY" "$PING")"
gate_stop
check "… and leaves the socket to who made it" test -S "$T/activated.sock"
ADDRESS=unix:$T/stdin.sock
start stdin "$TOOLS/activate" "stdin:$T/stdin.sock" "$GATE" --conf "$CONF"
GATE_PID=$PID
check "a listening standard input" until_true 30 accepts "$ADDRESS"
equal "… serves" 200 "$(status "$NOTIFY" "$PING")"
gate_stop
ADDRESS=unix:$T/spawned.sock
start spawned env PIXGATE_CONF="$CONF" spawn-fcgi -n -s "$T/spawned.sock" -M 0660 -- "$GATE"
GATE_PID=$PID
check "spawn-fcgi" until_true 30 accepts "$ADDRESS"
equal "… serves" 200 "$(status "$NOTIFY" "$PING")"
gate_stop

# --- SIGHUP: secrets change without a restart
ADDRESS=unix:$SOCK
gate_start
NEW=c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00
printf '%s\n' "$NEW" >"$T/pixgate/neu.secret"
chmod 600 "$T/pixgate/neu.secret"
sed -i '0,/secret = \[ "file:loja.secret" \]/s//secret = [ "file:loja.secret", "file:neu.secret" ]/' "$CONF"
equal "before SIGHUP the new secret is unknown" 403 "$(status "/webhook/pix?hmac=$NEW" "$PING")"
said() {
	[ "$(grep -c configuration "$T/gate.log")" -gt "$1" ]
}
hup() {
	local before
	before=$(grep -c configuration "$T/gate.log")
	kill -s HUP "$GATE_PID"
	until_true 30 said "$before"
}
hup
equal "after SIGHUP the new secret is good" 200 "$(status "/webhook/pix?hmac=$NEW" "$PING")"
equal "… and so is the old one" 200 "$(status "$NOTIFY" "$PING")"
sed -i 's/"file:loja.secret", "file:neu.secret"/"file:neu.secret"/' "$CONF"
hup
equal "the old one taken out" 403 "$(status "$NOTIFY" "$PING")"
equal "… and the new one stays" 200 "$(status "/webhook/pix?hmac=$NEW" "$PING")"
cp "$CONF" "$T/good"
echo 'nonsense = 1;' >>"$CONF"
hup
got=$(status "/webhook/pix?hmac=$NEW" "$PING")
case $got in
200 | 503) ok "SIGHUP with a broken configuration: the gate lives and answers $got" ;;
*) not_ok "SIGHUP with a broken configuration: the gate lives" "$got" ;;
esac
cp "$T/good" "$CONF"
hup
equal "… and mended it serves" 200 "$(status "/webhook/pix?hmac=$NEW" "$PING")"
gate_stop
finish
