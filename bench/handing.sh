# shellcheck shell=bash disable=SC2154
# D1, D2: from the gate's commit to the merchant's application, by way of `pixgate deliver`. Sourced by run.sh.

# One sink of type https, which is bench/sink; it runs, and what it was posted stands in $T/merchant.log.
merchant() { # FOLDER
	next_port
	settings "$1"
	(umask 077 && printf 'whsec_%s\n' "$(openssl rand -base64 32)" >"$1/shop.whsec")
	printf 'sinks = ( { name = "shop"; type = "https"; url = "http://127.0.0.1:%s/pix"; secret = "file:shop.whsec"; } );\n' "$port" >>"$1/pixgate.conf"
	rm -f "$T/merchant.log"
	start merchant "$B/bench/sink" "$port"
	merchant_pid=$PID
	until_true 10 port_open "$port" || die "bench/sink does not start"
}
taken() { # COUNT: so many POSTs were answered, at least
	[ "$(wc -l <"$T/merchant.log")" -ge "$1" ]
}

# ---- D1: one notification after the other, ten milliseconds between

pace="-n 300 -i 10"
handed() {
	local before
	if [ "$1" = yardstick ]; then
		# shellcheck disable=SC2086
		load $pace "http:127.0.0.1:$port" /pix
		field p50 <"$T/out" >>"$T/yardstick.handed"
		field p99 <"$T/out" >>"$T/yardstick.handed99"
		return
	fi
	before=$(wc -l <"$T/merchant.log")
	# shellcheck disable=SC2086
	load $pace -l "$T/answered" "fcgi:$T/gate.sock" "$uri"
	until_true 60 taken $((before + 300)) || die "of 300 events $(($(wc -l <"$T/merchant.log") - before)) were handed over"
	# the gate's answer is its commit's end; clocks of one machine
	awk 'NR == FNR { at[$1] = $2; next } $2 in at { printf "%.1f\n", ($3 - at[$2]) / 1000 }' "$T/answered" "$T/merchant.log" | sort -n >"$T/handed"
	[ "$(wc -l <"$T/handed")" = 300 ] || die "of 300 events $(wc -l <"$T/handed") were seen on both sides"
	awk '{ us[NR] = $1 } END { print us[int(NR * .5) + 1] }' "$T/handed" >>"$T/gate.handed"
	awk '{ us[NR] = $1 } END { print us[int(NR * .99) + 1] }' "$T/handed" >>"$T/gate.handed99"
}
alone() { # METRIC: as rounds_of, without the yardstick: the figure itself counts
	rounds_of "$1" | awk '{ print $1, 0 }'
}
d1() {
	local deliver gate
	say "D1: from the commit to the sink"
	merchant "$T/d1"
	start_gate gate "$T/d1"
	gate=$PID
	start deliver "$PIXGATE" --conf "$T/d1/pixgate.conf" deliver
	deliver=$PID
	until_true 20 taken 1 || die "deliver hands nothing over"
	turns handed
	stop "$deliver"
	stop "$gate"
	stop "$merchant_pid"
	alone handed | row D1 "from the gate's commit to the sink, median" "≤ 50" ms 1000
	alone handed99 | row "" "the same, p99" "" ms 1000
	rounds_of handed | row "" "the median (: the same POST, sent directly)" "" ms 1000
}

# ---- D2: an inbox full of events that wait

waiting=100000
memory() { # ID: its proportional memory
	awk '/^Pss:/ { print $2 }' "/proc/$1/smaps_rollup"
}
drained() {
	local deliver begun early late
	merchant "$T/d2"
	"$B/bench/fill" "$T/d2" bench "$waiting" || die "fill"
	sync
	begun=${EPOCHREALTIME/./}
	start deliver "$PIXGATE" --conf "$T/d2/pixgate.conf" deliver --once
	deliver=$PID
	until_true 600 taken $((waiting / 10)) || die "too slow"
	early=$(memory "$deliver")
	until_true 600 taken $((waiting * 9 / 10)) || die "too slow"
	late=$(memory "$deliver")
	wait "$deliver" || die "deliver --once: exit status $?"
	echo "$waiting $begun ${EPOCHREALTIME/./}" | awk '{ print $1 * 1e6 / ($3 - $2) }' >>"$T/drained"
	until_true 10 taken "$waiting" || die "$(wc -l <"$T/merchant.log") of $waiting were handed over"
	echo "$late $early" >>"$T/drained.memory"
	load -n "$waiting" "http:127.0.0.1:$port" /pix
	field rate <"$T/out" >>"$T/drained.direct"
	stop "$merchant_pid"
	rm -rf "$T/d2"
}
d2() {
	say "D2: $waiting events that wait"
	for _ in $(seq "$rounds"); do drained; done
	paste -d ' ' "$T/drained" "$T/drained.direct" | row D2 "$waiting waiting events, a second (: the POSTs alone)" "" /s 1
	row "" "its proportional memory at 90 % (: at 10 %)" "≤ 1.1" MiB 1024 <"$T/drained.memory"
}
