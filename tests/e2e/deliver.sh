#!/bin/bash
# `pixgate deliver` as cron and as a service: what is handed over, what it says, its exit status, its signals.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli.sh"
. "$ROOT/tests/deliver.sh"
MAILS=0	# how often cron would have sent mail
cron() {
	run --conf "$CONF" deliver --once -q "$@"
	[ ! -s "$T/out" ] && [ ! -s "$T/err" ] || MAILS=$((MAILS + 1))
}

by_cron() {
	write_conf
	run --conf "$CONF" deliver --once
	ended "without a sink there is nothing to do" 2 "no hook has a sink"
	equal "... and no sum of it" 0 "$(wc -c <"$T/out")"
	shop_conf
	run --conf "$CONF" deliver --once --hook banca
	ended "an unknown hook names the nearest" 2 "nearest: 'banco'"
	run --conf "$CONF" deliver --workers 65
	ended "65 workers are too many" 2 "at most 64"
	run --conf "$CONF" deliver --workers 0
	ended "no worker is too few" 2 "--workers"
	run --conf "$CONF" deliver --once
	ended "an inbox without events is no failure" 0
	has "… and that is said" "0 delivered, 0 failed and to be tried again, 0 given up; 0 waiting"

	receiver_start
	gate_start
	notify 20
	run --conf "$CONF" deliver --once --json
	ended "what is due is delivered" 0
	equal "… and counted" '{"delivered":20,"again":0,"dead":0,"waiting":0}' "$OUT"
	equal "… each with a line in the log" 20 "$(grep -c '^deliver: done hook=loja sink=shop event=[0-9]* kind=received try=1 ms=[0-9]*$' "$T/err")"
	equal "the receiver has them" 20 "$(receptions)"
	equal "the inbox says so" 20 "$(standing delivered)"
	lacks "no e2eid is in the log" E0000000
	lacks "no key is" "$KEY"
	cron
	ended "again, there is nothing to do" 0
	notify 5
	cron
	ended "five more" 0
	equal "cron has sent no mail so far" 0 "$MAILS"
	equal "five more were received" 25 "$(receptions)"
	stop "$RECEIVER_PID"

	receiver_start --every 500
	notify 3
	cron
	ended "500 for each" 1
	has "… is said" "0 delivered, 3 failed and to be tried again, 0 given up; 3 waiting"
	check "… with why, and when it is tried again" grep -q 'deliver: failed hook=loja sink=shop event=26 kind=received try=1 ms=[0-9]* why="HTTP 500" next=20' "$T/err"
	cron
	ended "none of them is due yet" 0
	equal "cron has sent one mail" 1 "$MAILS"
	stop "$RECEIVER_PID"
	notify 1
	run --conf "$CONF" deliver --once
	ended "nobody listens" 1
	check "the sink is paused" grep -q 'deliver: warning paused hook=loja sink=shop until=' "$T/err"

	receiver_start --every 410
	until_true 30 gone_out
	check "410 stops the sink, loudly" grep -q 'deliver: error stopped hook=loja sink=shop why="HTTP 410.*pixgate deliver --resume' "$T/err"
	equal "nothing more is sent then" 1 "$(receptions 410)"
	run --conf "$CONF" deliver --once
	equal "… in another run neither" 1 "$(receptions 410)"
	stop "$RECEIVER_PID"
	receiver_start
	notify 1
	run --conf "$CONF" deliver --once
	equal "… nor when it is well again" 0 "$(received 26 ok && echo 1 || echo 0)"
	run --conf "$CONF" deliver --once --resume
	ended "until somebody resumes it" 0
	check "then what was due is received" received 26 ok
	stop "$RECEIVER_PID"
	gate_stop
}
# the pause of a sink that was not there is one second
gone_out() {
	run --conf "$CONF" deliver --once
	received 1 410
}

service() {
	local pid other
	rm -f "$TAKEN" "$T"/pixgate/inbox.db*
	shop_conf
	receiver_start
	gate_start
	deliver_start service
	pid=$PID
	check "the service starts" until_true 30 grep -q '^deliver: started sinks=5 workers=4' "$T/service.log"
	notify 10
	check "what comes is delivered" until_true 30 stands delivered 10
	other=$(free_port)
	sed -i "s|127.0.0.1:$RECEIVER_PORT/|127.0.0.1:$other/|" "$CONF"
	kill -s HUP "$pid"
	check "SIGHUP: the configuration is read again" until_true 30 grep -q '^deliver: configuration read again' "$T/service.log"
	RECEIVER_PORT=$other
	receiver_start
	notify 10
	check "… and used" until_true 30 stands delivered 20
	cp "$CONF" "$T/good.conf"
	sed -i 's|sinks = |sinkz = |' "$CONF"
	kill -s HUP "$pid"
	check "a wrong one is told of" until_true 30 grep -q "deliver: error configuration why=.*sinkz.* stays in use" "$T/service.log"
	cp "$T/good.conf" "$CONF"
	sed -i 's|file:shop.whsec|file:gone.whsec|' "$CONF"
	kill -s HUP "$pid"
	check "one whose secret is missing too" until_true 30 grep -q "deliver: error configuration why=.*gone.whsec.* stays in use" "$T/service.log"
	cp "$T/good.conf" "$CONF"
	notify 10
	check "… and not used" until_true 30 stands delivered 30
	# a stop while the receiver thinks
	touch "$T/hang"
	stop "$RECEIVER_PID"
	receiver_start --hang "$T/hang"
	notify 10
	check "a send has begun" until_true 30 received 31
	kill -s TERM "$pid"
	check "told to end, it waits for what was begun" until_false_for 1 gone "$pid"
	rm "$T/hang"
	check "… and ends then" until_true 30 gone "$pid"
	wait "$pid"
	equal "… with 0" 0 $?
	list >"$T/after"
	equal "what was begun is recorded" "$(receptions)" "$(grep -c '"delivery":"delivered"' "$T/after")"
	run --conf "$CONF" deliver --once -q
	equal "the rest waits for nothing" 40 "$(standing delivered)"
	equal "each came once" 40 "$(receptions)"
	WRAP="env --default-signal=INT" deliver_start service2	# bash has what runs in the background ignore it
	check "SIGINT ends it" until_true 30 grep -q '^deliver: started' "$T/service2.log"
	stop "$PID" INT
	equal "… with 0, too" 0 "$ENDED"
	gate_stop
}
until_false_for() { # SECONDS COMMAND…
	! until_true "$@"
}

# A backup is put in the inbox's place while the service runs.
replaced() {
	mkdir "$T/pixgate/box"
	sed -i 's|sqlite:inbox.db|sqlite:box/inbox.db|' "$CONF"
	gate_start
	deliver_start replaced -q
	notify 5
	check "what comes is delivered" until_true 30 stands delivered 5
	mv "$T/pixgate/box" "$T/pixgate/old"
	mkdir "$T/pixgate/box"
	notify 6
	check "an inbox in another's place is found" until_true 40 stands delivered 6
	check "… and that is said" grep -q '^deliver: inbox can be used again' "$T/replaced.log"
	stop "$PID"
	equal "… and it ends with 0" 0 "$ENDED"
	gate_stop
	sed -i 's|sqlite:box/inbox.db|sqlite:inbox.db|' "$CONF"
}

# All of a backlog goes through little memory.
memory() {
	local pid kb=() n
	case $PIXGATE in *san/*) return ;; esac
	gate_start
	deliver_start memory -q
	pid=$PID
	for n in 1 2 3 4; do
		notify 1000
		until_true 60 stands delivered $((40 + n * 1000)) || not_ok "the backlog is delivered"
		kb+=("$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status")")
	done
	if [ $((kb[3] - kb[0])) -lt 1024 ]; then ok "memory stays: ${kb[*]} KiB"; else not_ok "memory stays" "${kb[*]} KiB"; fi
	stop "$pid"
	gate_stop
}

by_cron
service
replaced
memory
finish
