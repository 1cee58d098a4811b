#!/bin/bash
# A thousand copies of one notification at the same time: one event, and every copy is answered 200.
. "$(dirname "$0")/../lib.sh"
write_conf
gate_start
ulimit -n 4096 2>/dev/null
out=$("$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=$SECRET" -n 1000 -c 250 -i E0000000020261120130000000000000)
equal "250 at a time: all are answered 200" "sent=1000 ok=1000 other=0 lost=0" "$(cut -d' ' -f1-4 <<<"$out")"
equal "… and make one event" 1 "$(events)"

# two processes on one inbox, as under mod_fcgid
SOCK2=$T/second.sock
start second "$GATE" --conf "$CONF" --listen "unix:$SOCK2"
SECOND=$PID
until_true 30 accepts "unix:$SOCK2" || not_ok "a second process starts"
"$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=$SECRET" -n 300 -c 20 -i E0000000020261120131000000000000 >"$T/one.out" &
one=$!
"$TOOLS/fcgi" "unix:$SOCK2" -u "/webhook/pix?hmac=$SECRET" -n 300 -c 20 -i E0000000020261120131000000000000 >"$T/two.out" &
two=$!
wait $one $two
equal "one process" "sent=300 ok=300 other=0 lost=0" "$(cut -d' ' -f1-4 "$T/one.out")"
equal "and another at the same time" "sent=300 ok=300 other=0 lost=0" "$(cut -d' ' -f1-4 "$T/two.out")"
equal "… make one event" 2 "$(events)"

# fresh ones from both
"$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=$SECRET" -n 200 -c 10 -e E00000000202611201320 >"$T/one.out" &
one=$!
"$TOOLS/fcgi" "unix:$SOCK2" -u "/webhook/pix?hmac=$SECRET" -n 200 -c 10 -e E00000000202611201330 >"$T/two.out" &
two=$!
wait $one $two
equal "400 different ones through both" 402 "$(events)"
stop "$SECOND"
equal "the second process ends with exit status 0" 0 "$ENDED"
gate_stop
finish
