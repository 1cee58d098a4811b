#!/bin/bash
# Two deliverers at a time are killed (SIGKILL) at random moments while events come and a receiver fails at random: in the end
# every event has arrived, under one id each, and the inbox says so of each.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/deliver.sh"
case $PIXGATE in
*san/*) KILLS=${KILLS:-30} ;;
*) KILLS=${KILLS:-100} ;;
esac
EACH=40		# events a kill
SEED=${SEED:-$RANDOM}
echo "seed $SEED"
RANDOM=$SEED

# What a killed deliverer had in hand waits for its lease, twice this and a minute.
shop_conf "timeout = 2;"
# Each event fails at most once, as its second failure would be tried again after five minutes; one 429 pauses the sink for half a minute.
receiver_start --seed "$SEED" --fail 8 --slow-ms 500 --busy $((KILLS * EACH * 3 / 4))
gate_start
pids=()
for k in 0 1; do
	deliver_start "deliver$k" -q --workers 6
	pids[k]=$PID
done
for ((i = 0; i < KILLS; i++)); do
	notify $EACH -o "$T/answered"
	sleep "0.$(printf %03d $((RANDOM % 250)))"
	k=$((RANDOM % 2))
	alive "${pids[k]}" || not_ok "deliverer $k ran until it was killed"
	kill -s KILL "${pids[k]}"
	wait "${pids[k]}" 2>/dev/null
	deliver_start "deliver$k" -q --workers 6
	pids[k]=$PID
done
total=$((KILLS * EACH))
equal "events that came" "$total" "$(events)"
settled() {
	sleep 0.5	# the list is long
	stands delivered "$total"
}
until_true 150 settled
equal "delivered, after $KILLS kills" "$total" "$(standing delivered)"
equal "pending" 0 "$(standing pending)"
equal "dead" 0 "$(standing dead)"
for k in 0 1; do
	stop "${pids[k]}"
	equal "deliverer $k ends with exit status 0" 0 "$ENDED"
done
gate_stop

# what the receiver says
python3 - "$TAKEN" "$T/standing" >"$T/sums" <<'END'
import json
import sys
taken = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
events = {json.loads(line)["e2eid"] for line in open(sys.argv[2], encoding="utf-8")}
ids = {}
for t in taken:
    ids.setdefault(t["e2eid"], set()).add(t["id"])
well = [t["e2eid"] for t in taken if t["fate"] in ("ok", "slow")]
print("missing", len(events - set(well)))
print("unknown", len(set(ids) - events))
print("ids", len({t["id"] for t in taken}))
print("twins", sum(len(i) != 1 for i in ids.values()))
print("again", len(well) - len(set(well)))
print("failed", len(taken) - len(well))
END
sum_of() {
	sed -n "s/^$1 //p" "$T/sums"
}
equal "events that never arrived" 0 "$(sum_of missing)"
equal "arrivals that are no event" 0 "$(sum_of unknown)"
equal "ids" "$total" "$(sum_of ids)"
equal "events that came under two ids" 0 "$(sum_of twins)"
if [ "$(sum_of failed)" -gt $((total / 40)) ]; then ok "$(sum_of failed) tries failed"; else not_ok "the receiver failed often enough" "$(sum_of failed)"; fi
# a kill costs at most what was in hand; most of it was not sent yet
if [ "$(sum_of again)" -le $((KILLS * 24)) ]; then ok "$(sum_of again) came twice"; else not_ok "few come twice" "$(sum_of again)"; fi
equal "the database is sound" ok "$(python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("pragma integrity_check").fetchone()[0])' "$T/pixgate/inbox.db")"
finish
