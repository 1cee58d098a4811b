#!/bin/bash
# SIGKILL at random moments under load: what was answered 200 is in the inbox, once; the next start waits for nothing.
. "$(dirname "$0")/../lib.sh"
KILLS=${KILLS:-50}
write_conf
gate_start
# each notification is repeated until it is answered, as a PSP would: so most of them arrive more than once
start load "$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=$SECRET" -n 10000000 -c 8 -o "$T/answered" -R 60 -t 100
LOAD=$PID
slowest=0
for ((i = 0; i < KILLS; i++)); do
	sleep "0.$(printf %03d $((RANDOM % 250)))"
	kill -s KILL "$GATE_PID"
	wait "$GATE_PID" 2>/dev/null
	began=${EPOCHREALTIME/./}
	gate_start
	took=$(((${EPOCHREALTIME/./} - began) / 1000))
	[ "$took" -le "$slowest" ] || slowest=$took
done
stop "$LOAD"
gate_stop
list | sed -n 's/.*"e2eid":"\([^"]*\)".*/\1/p' | sort >"$T/stored"
sort "$T/answered" >"$T/promised"
answered=$(sort -u "$T/promised" | wc -l)
equal "answered 200 and not in the inbox, after $KILLS kills" "" "$(comm -23 <(sort -u "$T/promised") "$T/stored" | head -n 3)"
equal "in the inbox twice" "" "$(uniq -d "$T/stored" | head -n 3)"
equal "answered 200 twice" "" "$(uniq -d "$T/promised" | head -n 3)"
if [ "$answered" -gt "$KILLS" ]; then ok "$answered notifications were answered"; else not_ok "enough notifications were answered" "$answered"; fi
if [ "$slowest" -lt 3000 ]; then ok "the slowest restart took $slowest ms"; else not_ok "a restart waits for nothing" "$slowest ms"; fi
equal "the database is sound" ok "$(python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("pragma integrity_check").fetchone()[0])' "$T/pixgate/inbox.db")"
finish
