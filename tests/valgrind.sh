#!/bin/bash
# The gate under valgrind: a little of everything, then SIGTERM; leaks and bad accesses change its exit status.
. "$(dirname "$0")/lib.sh"
write_conf
export WRAP="valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,possible"
START_SECONDS=40
STOP_SECONDS=40
gate_start
out=$("$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=$SECRET" -n 40 -c 4)
equal "notifications" "sent=40 ok=40" "$(cut -d' ' -f1-2 <<<"$out")"
out=$("$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=$SECRET" -n 20 -c 4 -k)
equal "the same again over kept connections" "sent=20 ok=20" "$(cut -d' ' -f1-2 <<<"$out")"
"$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=wrong" -b "$PING" >/dev/null
"$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=$SECRET" -b 'no JSON' >/dev/null
"$TOOLS/fcgi" "$ADDRESS" -u "/bs2" -b '{}' -p 'HTTP_AUTHORIZATION=Basic YmFuY286c2VuaGEtZG8tYmFuY28=' >/dev/null
export HOSTILE_URI="/webhook/pix?hmac=$SECRET"
for kind in garbage wrong-version two-ids huge-params lying-pair zero-in-pair many-pairs abort short-body long-body bad-length; do
	"$TOOLS/hostile" "$ADDRESS" "$kind" 3000 >/dev/null
done
kill -s HUP "$GATE_PID"
equal "events" 40 "$(events)"
"$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=$SECRET" -b "$(one_pix E0000000020261120180000000000000)" >/dev/null
equal "after SIGHUP" 41 "$(events)"
gate_stop
finish
