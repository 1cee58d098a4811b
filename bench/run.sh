#!/bin/bash
# Measures the gate against yardsticks of the same run: run.sh [--rounds N] [--work FOLDER] [--markdown] [P1 … P8 D1 D2]
# Every figure is a ratio, gate : yardstick (of D1, milliseconds). A round takes yardstick, gate, gate, yardstick in turn, so that what drifts
# falls on both; printed are the median of the rounds, the smallest and the largest. Absolute values are this machine's,
# next to whatever else it was doing.
set -u
here=$(cd "$(dirname "$0")/.." && pwd) || exit 2
rounds=5 markdown="" work=${TMPDIR:-/var/tmp} only=""
while [ $# -gt 0 ]; do
	case $1 in
	--rounds) rounds=${2:?} && shift ;;
	--work) work=${2:?} && shift ;;
	--markdown) markdown=yes ;;
	P[1-8] | D[12]) only="$only $1" ;;
	*) sed -n '2s/^# //p' "$0" >&2; exit 2 ;;
	esac
	shift
done
case $(stat -f -c %T "$work") in
tmpfs | ramfs | overlayfs)
	echo "run.sh: $work is no disk: give --work a folder on the disk to measure" >&2
	exit 2 ;;
esac
T=$(mktemp -d "$work/pixgate-bench.XXXXXX") || exit 2
# shellcheck source=tests/lib.sh
. "$here/tests/lib.sh"
# shellcheck disable=SC2034
cleanup="rm -rf $T"
# shellcheck source=bench/subjects.sh
. "$here/bench/subjects.sh"
# shellcheck source=bench/handing.sh
. "$here/bench/handing.sh"

say() {
	printf '%s\n' "$*" >&2
}
wanted() { # ID…
	local w
	[ -z "$only" ] && return 0
	for w; do
		case "$only " in *" $w "*) return 0 ;; esac
	done
	return 1
}

# ---- numbers: a slice writes a line to $T/gate.METRIC or $T/yardstick.METRIC, a round is two lines of each

turns() { # SLICE: called with "gate" or "yardstick"
	for _ in $(seq "$rounds"); do
		"$1" yardstick
		"$1" gate
		"$1" gate
		"$1" yardstick
	done
}
rounds_of() { # METRIC [METRIC TO ADD TO THE YARDSTICK]: "gate yardstick" a round
	{
		if [ $# = 2 ]; then
			paste -d ' ' "$T/yardstick.$1" "$T/yardstick.$2" | awk '{ print $1 + $2 }'
		else
			cat "$T/yardstick.$1"
		fi
	} | paste -d ' ' "$T/gate.$1" - | awk 'NR % 2 { g = $1; y = $2; next } { print (g + $1) / 2, (y + $2) / 2 }'
}
# stdin: "gate yardstick" a round; where there is no yardstick the figure itself counts, divided by DIVISOR
row() { # ID WHAT "OPERATOR TARGET" UNIT DIVISOR
	awk -v id="$1" -v what="$2" -v target="$3" -v unit="$4" -v div="$5" '
	function median(a, n,  i, j, t) {
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
		return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
	}
	function show(x) { return sprintf(x >= 100 ? "%.0f" : x >= 10 ? "%.1f" : "%.2f", x) }
	{ n++; gate[n] = $1; ref[n] = $2; ratio[n] = $2 ? $1 / $2 : $1 / div }
	END {
		m = median(ratio, n); g = median(gate, n); r = median(ref, n)
		split(target, t, " ")
		met = target == "" ? "" : (t[1] == "≥" ? m >= t[2] : m <= t[2]) ? "met" : "MISSED"
		printf "%s\t%s\t%s (%s–%s)\t%s\t%s\t%s", id, what, show(m), show(ratio[1]), show(ratio[n]), target, met, show(g / div)
		if (r)
			printf " : %s %s\t±%.0f %%\n", show(r / div), unit, 50 * (ref[n] - ref[1]) / r
		else
			printf " %s\t\n", unit
	}' >>"$T/rows"
}

# ---- P1, P2, P7: 64 connections behind nginx

load64() {
	local load
	start_nginx "$1"
	"$B/bench/load" -c 64 -w 0.4 -s 1.8 "http:127.0.0.1:$port" "$uri" >"$T/out" 2>>"$T/load.log" &
	load=$!
	sleep 1.8
	[ "$1" = gate ] && awk '/^Pss:/ { print $2, 0 }' "/proc/$gate_pid/smaps_rollup" >>"$T/memory"
	wait "$load" || die "load: $(cat "$T/out")"
	stop "$nginx_pid"
	field rate <"$T/out" >>"$T/$1.rate"
	field p99 <"$T/out" >>"$T/$1.p99"
}
p1() {
	say "P1, P2, P7: 64 connections"
	turns load64
	if wanted P1; then rounds_of rate | row P1 "durable notifications a second, 64 connections" "≥ 1.0" /s 1; fi
	if wanted P2; then rounds_of p99 | row P2 "p99 of P1" "≤ 1.2" ms 1000; fi
}

# ---- P3: one connection behind nginx, against the answer alone and what the disk takes

load1() {
	start_nginx "$1"
	load -w 0.2 -s 0.8 "http:127.0.0.1:$port" "$uri"
	stop "$nginx_pid"
	field p50 <"$T/out" >>"$T/$1.p50"
	[ "$1" = gate ] || "$B/bench/append" "$T/append" 1000 | field p50 >>"$T/$1.sync"
}
p3() {
	say "P3: one connection"
	turns load1
	rounds_of p50 sync | row P3 "p50, one connection (: answer + fdatasync)" "≤ 1.35" ms 1000
}

# ---- P4: plain CGI from spawn to exit

spawned() { # METRIC
	for _ in $(seq "$rounds"); do
		"$B/bench/spawn" 100 "$uri" "$B/bench/static/empty" "$T/web/cgi-bin/pixgate.cgi" >"$T/out" 2>>"$T/cgi.log" || die "spawn"
		[ "$(tail -n 1 "$T/out" | field answers)" = 100 ] || die "pixgate.cgi: $(tail -n 1 "$T/out")"
		echo "$(tail -n 1 "$T/out" | field p50) $(head -n 1 "$T/out" | field p50)" >>"$T/$1"
	done
}
p4() {
	say "P4: plain CGI, $linked"
	"$B/bench/spawn" 20 "$uri" "$T/web/cgi-bin/pixgate.cgi" >/dev/null 2>>"$T/cgi.log"
	spawned shut
	start_gate open "$T/web/pixgate"
	spawned open
	stop "$PID"
	row P4 "plain CGI, spawn to exit, $linked" "≤ 4.5" ms 1000 <"$T/shut"
	row "" "the same, another process has the inbox open" "" ms 1000 <"$T/open"
}

# ---- P5: plain CGI behind lighttpd

cgi16() {
	local path=/empty
	[ "$1" = gate ] && path=$uri
	load -c 16 -w 0.3 -s 2 "http:127.0.0.1:$port" "$path"
	field p99 <"$T/out" >>"$T/$1.cgi"
	field rate <"$T/out" >>"$T/$1.cgirate"
}
p5() {
	say "P5: plain CGI behind lighttpd, 16 clients"
	start_lighttpd
	turns cgi16
	stop "$PID"
	rounds_of cgi | row P5 "plain CGI behind lighttpd, 16 clients: p99" "≤ 5" ms 1000
	rounds_of cgirate | row "" "the same, requests a second" "" /s 1
}

# ---- P6: a large inbox against a small one

insert() {
	load -n 1500 "fcgi:$T/$1.sock" "$uri"
	field p50 <"$T/out" >>"$T/$1.insert"
}
p6() {
	local small
	say "P6: filling an inbox with 1000000 events"
	settings "$T/small"
	settings "$T/large"
	"$B/bench/fill" "$T/small" bench 10000 || die "fill"
	"$B/bench/fill" "$T/large" bench 1000000 || die "fill"
	sync
	start_gate yardstick "$T/small"
	small=$PID
	start_gate gate "$T/large"
	load -n 500 "fcgi:$T/yardstick.sock" "$uri"
	load -n 500 "fcgi:$T/gate.sock" "$uri"
	say "P6: one durable insert, 1000000 events against 10000"
	turns insert
	stop "$small"
	stop "$PID"
	rounds_of insert | row P6 "p50 of an insert, 10^6 events stored (: 10^4)" "≤ 1.1" ms 1000
	rm -rf "$T/large" "$T/small"
}

# ---- P8: instructions, without start-up: callgrind's count between two dumps

count() { # NAME CONNECTIONS REQUESTS METRIC: instructions a request
	vgdb --pid="$PID" dump >>"$T/vgdb.log" 2>&1 || die "vgdb"
	rm -f "$T/callgrind.$1".*
	load -c "$2" -n "$3" "fcgi:$T/$1.sock" "$uri"
	vgdb --pid="$PID" dump >>"$T/vgdb.log" 2>&1 || die "vgdb"
	awk -v n="$3" '/^totals:/ { s += $2 } END { printf "%d\n", s / n }' "$T/callgrind.$1".* >>"$T/$1.$4"
	rm -f "$T/callgrind.$1".*
}
counted() { # NAME
	load -c 16 -n 100 "fcgi:$T/$1.sock" "$uri"
	for _ in $(seq "$rounds"); do
		count "$1" 1 100 one
		count "$1" 16 320 many
	done
	stop "$PID"
}
p8() {
	local grind="valgrind --tool=callgrind --callgrind-out-file=$T/callgrind"
	say "P8: instructions under callgrind"
	settings "$T/grind"
	# shellcheck disable=SC2086
	start_answer yardstick $grind.yardstick
	counted yardstick
	# shellcheck disable=SC2086
	start_gate gate "$T/grind" $grind.gate
	counted gate
	paste -d ' ' "$T/gate.one" "$T/yardstick.one" | row P8 "instructions a request, one connection" "≤ 5.5" thousand 1000
	paste -d ' ' "$T/gate.many" "$T/yardstick.many" | row "" "the same, 16 connections" "" thousand 1000
}

# ---- the table

table() {
	{
		printf 'id\twhat\tratio (min–max)\ttarget\t\tgate : yardstick\tnoise\n'
		cat "$T/rows"
	} | awk -F '\t' -v md="$markdown" '
	function width(s) { gsub(/[\200-\277]/, "", s); return length(s) }	# of UTF-8, of which awk sees the bytes
	{ for (i = 1; i <= 7; i++) { cell[NR, i] = $i; if (width($i) > wide[i]) wide[i] = width($i) } }
	END {
		for (r = 1; r <= NR; r++) {
			line = ""
			for (i = 1; i <= 7; i++)
				line = line (md ? "| " : i > 1 ? "  " : "") cell[r, i] sprintf("%*s", wide[i] - width(cell[r, i]), "") (md ? " " : "")
			sub(/ +$/, "", line)
			print line (md ? " |" : "")
			if (md && r == 1) print "|---|---|---|---|---|---|---|"
		}
	}'
}

"$B/bench/append" "$T/append" 500 >"$T/disk" || die "append"
if wanted P1 P2 P3 P7; then
	settings "$T/service"
	start_answer yardstick
	answer_pid=$PID
	start_gate gate "$T/service"
	gate_pid=$PID
	if wanted P1 P2 P7; then p1; fi
	if wanted P3; then p3; fi
	stop "$gate_pid"
	stop "$answer_pid"
fi
if wanted P4; then p4; fi
if wanted P5; then p5; fi
if wanted P6; then p6; fi
if wanted P7; then row P7 "proportional memory during P1" "≤ 6" MiB 1024 <"$T/memory"; fi
if wanted P8; then p8; fi
if wanted D1; then d1; fi
if wanted D2; then d2; fi

table
printf '\n%s, %s cores, Linux %s, %s; fdatasync of 600 bytes: p50 %s µs; %s rounds; noise: half the range of the yardstick itself\n' \
	"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -r)" "$(stat -f -c %T "$work")" "$(field p50 <"$T/disk")" "$rounds"
