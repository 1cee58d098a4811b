#!/bin/bash
# Measures the gate against yardsticks of the same run: run.sh [--rounds N] [--work FOLDER] [--markdown] [P1 … P8]
# Every figure is a ratio, gate : yardstick, taken in turn (the order changes every round); the median of the rounds is
# printed with the smallest and the largest. Absolute values are this machine's, next to whatever else it was doing.
set -u
cd "$(dirname "$0")/.." || exit 2
root=$PWD
B=$(cd "${B:-build}" && pwd) || exit 2
rounds=5 markdown="" work=${TMPDIR:-/var/tmp} only=""
while [ $# -gt 0 ]; do
	case $1 in
	--rounds) rounds=${2:?} && shift ;;
	--work) work=${2:?} && shift ;;
	--markdown) markdown=yes ;;
	P[1-8]) only="$only $1" ;;
	*) sed -n '2s/^# //p' "$0" >&2; exit 2 ;;
	esac
	shift
done
case $(stat -f -c %T "$work") in
tmpfs | ramfs | overlayfs)
	echo "run.sh: $work is no disk: give --work a folder on the disk to measure" >&2
	exit 2 ;;
esac
tmp=$(mktemp -d "$work/pixgate-bench.XXXXXX") || exit 2
secret=$(od -An -tx1 -N32 /dev/urandom | tr -d ' \n')
uri="/pix?hmac=$secret&ignorar=/pix"

# ---- processes: all are children, ended by their id

pids=""
start() { # LOG COMMAND…: $pid
	local log=$tmp/$1.log
	shift
	"$@" </dev/null >>"$log" 2>&1 &
	pid=$!
	pids="$pids $pid"
}
stop() { # PID…
	local p
	for p; do
		kill "$p" 2>/dev/null
		for _ in $(seq 100); do
			kill -0 "$p" 2>/dev/null || break
			sleep 0.05
		done
		kill -9 "$p" 2>/dev/null
		wait "$p" 2>/dev/null
		pids=$(printf ' %s ' "$pids" | sed "s/ $p / /")
	done
}
finish() {
	# shellcheck disable=SC2086
	stop $pids
	rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 129' INT TERM HUP

die() {
	echo "run.sh: $*" >&2
	for f in "$tmp"/*.log; do
		[ -s "$f" ] && { echo "--- ${f##*/}"; tail -n 5 "$f"; } >&2
	done
	exit 1
}
say() {
	printf '%s\n' "$*" >&2
}

# ---- what is measured

# A server's program, installed or unpacked by tests/need.sh.
server() {
	local at
	for at in "" "${SERVERS:-$root/build/servers}"; do
		[ -x "$at/usr/sbin/$1" ] && { echo "$at/usr/sbin/$1"; return; }
	done
	return 1
}
unpacked() { # PROGRAM ARGUMENT…: with the libraries that were unpacked beside it
	local at=${1%/usr/sbin/*}
	[ -z "$at" ] && exec "$@"
	exec env LD_LIBRARY_PATH="$(printf '%s:' "$at"/usr/lib/*-linux-gnu)" "$@"
}
gate=$B/pixgate.fcgi
cgi=$gate
[ -x "$B/static/pixgate.fcgi" ] && cgi=$B/static/pixgate.fcgi

settings() { # FOLDER: a configuration with an inbox of its own
	mkdir -p "$1"
	(umask 077 && printf '%s\n' "$secret" >"$1/bench.secret")
	cat >"$1/pixgate.conf" <<-END
	inbox = "sqlite:inbox.db";
	hooks = ( { name = "bench"; path = "/pix"; psp = "efi"; environment = "production"; domain = "localhost";
	  secret = [ "file:bench.secret" ]; sources = [ "127.0.0.1" ]; } );
	END
}
answers() { # WHERE [URI]: waits until one request is answered
	for _ in $(seq 100); do
		"$B/bench/load" -n 1 "$1" "${2:-$uri}" >/dev/null 2>&1 && return
		sleep 0.05
	done
	die "$1 does not answer"
}
start_gate() { # NAME FOLDER [WRAPPER…]: on the socket $tmp/NAME.sock
	local name=$1 conf=$2/pixgate.conf
	shift 2
	rm -f "$tmp/$name.sock"
	start "$name" "$@" "$gate" --conf "$conf" --listen "unix:$tmp/$name.sock"
	answers "fcgi:$tmp/$name.sock"
}
start_answer() { # NAME [WRAPPER…]
	local name=$1
	shift
	start "$name" "$@" "$B/bench/answer" "$tmp/$name.sock" 64
	answers "fcgi:$tmp/$name.sock"
}
port=$((20000 + $$ % 20000))
# A web server of its own for every slice: connections that another slice left open would hold the yardstick's threads.
start_nginx() { # NAME: in front of $tmp/NAME.sock, on $port
	local dir=$tmp/nginx
	port=$((port + 1))
	mkdir -p "$dir"
	{
		[ "$(id -u)" = 0 ] && echo "user root;"
		cat <<-END
		worker_processes 2; daemon off; pid $dir/pid; error_log stderr error;
		events { worker_connections 1024; }
		http {
		  access_log off; keepalive_requests 1000000000; client_body_buffer_size 16k;
		  client_body_temp_path $dir/body; proxy_temp_path $dir/proxy; fastcgi_temp_path $dir/fastcgi;
		  uwsgi_temp_path $dir/uwsgi; scgi_temp_path $dir/scgi;
		  upstream gate { server unix:$tmp/$1.sock; keepalive 64; }
		  server {
		    listen 127.0.0.1:$port backlog=1024;
		    location / {
		      fastcgi_pass gate; fastcgi_keep_conn on; fastcgi_request_buffering on;
		      fastcgi_param REQUEST_METHOD \$request_method; fastcgi_param REQUEST_URI \$request_uri;
		      fastcgi_param QUERY_STRING \$query_string; fastcgi_param CONTENT_TYPE \$content_type;
		      fastcgi_param CONTENT_LENGTH \$content_length; fastcgi_param SCRIPT_NAME \$fastcgi_script_name;
		      fastcgi_param DOCUMENT_URI \$document_uri; fastcgi_param DOCUMENT_ROOT \$document_root;
		      fastcgi_param SERVER_PROTOCOL \$server_protocol; fastcgi_param GATEWAY_INTERFACE CGI/1.1;
		      fastcgi_param SERVER_SOFTWARE nginx; fastcgi_param REMOTE_ADDR \$remote_addr;
		      fastcgi_param REMOTE_PORT \$remote_port; fastcgi_param SERVER_ADDR \$server_addr;
		      fastcgi_param SERVER_PORT \$server_port; fastcgi_param SERVER_NAME \$server_name;
		    }
		  }
		}
		END
	} >"$dir/nginx.conf"
	start nginx unpacked "$nginx" -e stderr -p "$dir" -c "$dir/nginx.conf"
	answers "http:127.0.0.1:$port"
}
start_lighttpd() { # serves the program below /pix and the empty one below /empty, on $port
	local dir=$tmp/lighttpd modules=""
	port=$((port + 1))
	mkdir -p "$dir"
	cat >"$dir/lighttpd.conf" <<-END
	server.modules = ("mod_alias", "mod_cgi")
	server.document-root = "$dir"
	server.bind = "127.0.0.1"
	server.port = $port
	server.upload-dirs = ("$dir")
	server.max-keep-alive-requests = 1000000000
	alias.url = ("/pix" => "$tmp/web/cgi-bin/pixgate.cgi", "/empty" => "$B/bench/static/emptycgi")
	cgi.assign = ("pixgate.cgi" => "", "emptycgi" => "")
	END
	[ "${lighttpd#/usr/sbin}" = "$lighttpd" ] && modules="-m ${lighttpd%/sbin/*}/lib/lighttpd"
	# shellcheck disable=SC2086
	start lighttpd unpacked "$lighttpd" -D -f "$dir/lighttpd.conf" $modules
	answers "http:127.0.0.1:$port" /empty
}

# ---- numbers: $tmp/ID holds "gate yardstick" a round

field() { # NAME TEXT
	local at=${2#*"$1="}
	[ "$at" = "$2" ] && die "no $1 in: $2"
	echo "${at%% *}"
}
keep() { # ID GATE YARDSTICK
	echo "$2 $3" >>"$tmp/$1"
}
turns() { # runs "$1 gate" and "$1 yardstick" in each round, in an order that changes
	local r
	for r in $(seq "$rounds"); do
		if [ $((r % 2)) = 1 ]; then
			"$1" yardstick && "$1" gate || return
		else
			"$1" gate && "$1" yardstick || return
		fi
	done
}
row() { # ID NAME WHAT "OPERATOR TARGET" UNIT DIVISOR
	[ -s "$tmp/$1" ] || return 0
	awk -v id="$2" -v what="$3" -v target="$4" -v unit="$5" -v div="$6" '
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
		printf "%s\t%s\t%s (%s–%s)\t%s\t%s\t%s %s", id, what, show(m), show(ratio[1]), show(ratio[n]), target, met, show(g / div), unit
		if (r)
			printf " : %s\t±%.0f %%\n", show(r / div), 50 * (ref[n] - ref[1]) / r
		else
			printf "\t\n"
	}' "$tmp/$1" >>"$tmp/rows"
}
wanted() {
	local w
	[ -z "$only" ] && return 0
	for w; do
		case "$only " in *" $w "*) return 0 ;; esac
	done
	return 1
}

# ---- P1, P2, P7: 64 connections behind nginx

load64() {
	local name=$1 nginx_pid out memory
	start_nginx "$name"
	nginx_pid=$pid
	"$B/bench/load" -c 64 -w 0.5 -s 2.5 "http:127.0.0.1:$port" "$uri" >"$tmp/out" 2>>"$tmp/load.log" &
	memory=$!
	sleep 2.5
	[ "$name" = gate ] && awk '/^Pss:/ { print $2, 0 }' "/proc/$gate_pid/smaps_rollup" >>"$tmp/P7"
	wait "$memory" || die "load: $(cat "$tmp/out")"
	stop "$nginx_pid"
	out=$(cat "$tmp/out")
	field rate "$out" >>"$tmp/$name.rate"
	field p99 "$out" >>"$tmp/$name.p99"
}
p1() {
	say "P1, P2, P7: 64 connections"
	turns load64
	paste -d ' ' "$tmp/gate.rate" "$tmp/yardstick.rate" >"$tmp/P1"
	paste -d ' ' "$tmp/gate.p99" "$tmp/yardstick.p99" >"$tmp/P2"
	wanted P1 && row P1 P1 "durable notifications a second, 64 connections" "≥ 1.0" /s 1
	wanted P2 && row P2 P2 "p99 of P1" "≤ 1.2" ms 1000
}

# ---- P3: one connection behind nginx, against the answer alone and what the disk takes

load1() {
	local name=$1 nginx_pid out
	start_nginx "$name"
	nginx_pid=$pid
	out=$("$B/bench/load" -w 0.2 -s 1.3 "http:127.0.0.1:$port" "$uri") || die "load: $out"
	stop "$nginx_pid"
	field p50 "$out" >>"$tmp/$name.p50"
	if [ "$name" = yardstick ]; then
		out=$("$B/bench/append" "$tmp/append" 1000) || die "append: $out"
		field p50 "$out" >>"$tmp/append.p50"
	fi
}
p3() {
	say "P3: one connection"
	turns load1
	paste -d ' ' "$tmp/gate.p50" "$tmp/yardstick.p50" "$tmp/append.p50" | awk '{ print $1, $2 + $3 }' >"$tmp/P3"
	row P3 P3 "p50, one connection (: answer + fdatasync)" "≤ 1.35" ms 1000
}

# ---- P4: plain CGI from spawn to exit

spawn_rounds() { # ID
	local out runs=100
	for _ in $(seq "$rounds"); do
		out=$("$B/bench/spawn" $runs "$uri" "$B/bench/static/empty" "$tmp/web/cgi-bin/pixgate.cgi" 2>>"$tmp/cgi.log") || die "spawn: $out"
		[ "$(field answers "${out##*$'\n'}")" = $runs ] || die "pixgate.cgi: ${out##*$'\n'}"
		keep "$1" "$(field p50 "${out##*$'\n'}")" "$(field p50 "${out%%$'\n'*}")"
	done
}
p4() {
	local how="dynamic build"
	[ "$cgi" != "$gate" ] && how="static build"
	say "P4: plain CGI, $how"
	"$B/bench/spawn" 20 "$uri" "$tmp/web/cgi-bin/pixgate.cgi" >/dev/null 2>>"$tmp/cgi.log"
	spawn_rounds P4
	start_gate open "$tmp/web/pixgate"
	spawn_rounds P4open
	stop "$pid"
	row P4 P4 "plain CGI, spawn to exit, $how" "≤ 4.5" ms 1000
	row P4open "" "the same, another process has the inbox open" "" ms 1000
}

# ---- P5: plain CGI behind lighttpd

cgi16() {
	local out path=/empty
	[ "$1" = gate ] && path=$uri
	out=$("$B/bench/load" -c 16 -w 0.3 -s 3 "http:127.0.0.1:$port" "$path") || die "load: $out"
	field p99 "$out" >>"$tmp/$1.cgi"
	field rate "$out" >>"$tmp/$1.cgirate"
}
p5() {
	local lighttpd_pid
	say "P5: plain CGI behind lighttpd, 16 clients"
	start_lighttpd
	lighttpd_pid=$pid
	turns cgi16
	stop "$lighttpd_pid"
	paste -d ' ' "$tmp/gate.cgi" "$tmp/yardstick.cgi" >"$tmp/P5"
	paste -d ' ' "$tmp/gate.cgirate" "$tmp/yardstick.cgirate" >"$tmp/P5rate"
	row P5 P5 "plain CGI behind lighttpd, 16 clients: p99" "≤ 5" ms 1000
	row P5rate "" "the same, requests a second" "" /s 1
}

# ---- P6: a large inbox against a small one

insert() {
	local out
	out=$("$B/bench/load" -n 2500 "fcgi:$tmp/$1.sock" "$uri") || die "load: $out"
	field p50 "$out" >>"$tmp/$1.insert"
}
p6() {
	local small large
	say "P6: filling an inbox with 1000000 events"
	settings "$tmp/small"
	settings "$tmp/large"
	"$B/bench/fill" "$tmp/small" bench 10000 || die "fill"
	"$B/bench/fill" "$tmp/large" bench 1000000 || die "fill"
	sync
	start_gate yardstick "$tmp/small"
	small=$pid
	start_gate gate "$tmp/large"
	large=$pid
	"$B/bench/load" -n 500 "fcgi:$tmp/gate.sock" "$uri" >/dev/null
	say "P6: one durable insert, 1000000 events against 10000"
	turns insert
	stop "$small" "$large"
	paste -d ' ' "$tmp/gate.insert" "$tmp/yardstick.insert" >"$tmp/P6"
	row P6 P6 "p50 of an insert, 10^6 events stored (: 10^4)" "≤ 1.1" ms 1000
	rm -rf "$tmp/large" "$tmp/small"
}

# ---- P8: instructions, without start-up: callgrind's count between two dumps

count() { # NAME CONNECTIONS REQUESTS ID: instructions a request
	local out=$tmp/callgrind.$1
	vgdb --pid="$pid" dump >/dev/null 2>>"$tmp/vgdb.log" || die "vgdb"
	rm -f "$out".*
	"$B/bench/load" -c "$2" -n "$3" "fcgi:$tmp/$1.sock" "$uri" >/dev/null 2>>"$tmp/load.log" || die "load under valgrind"
	vgdb --pid="$pid" dump >/dev/null 2>>"$tmp/vgdb.log" || die "vgdb"
	awk -v n="$3" '/^(summary|totals):/ { t[FILENAME] = $2 } END { for (f in t) s += t[f]; printf "%d\n", s / n }' "$out".* >>"$tmp/$1.$4"
	rm -f "$out".*
}
counted() { # NAME
	for _ in $(seq "$rounds"); do
		count "$1" 1 100 one
		count "$1" 16 320 many
	done
}
p8() {
	local run
	say "P8: instructions under callgrind"
	settings "$tmp/callgrind"
	run="valgrind --tool=callgrind --callgrind-out-file"
	# shellcheck disable=SC2086
	start_answer yardstick $run="$tmp/callgrind.yardstick"
	"$B/bench/load" -c 16 -n 100 "fcgi:$tmp/yardstick.sock" "$uri" >/dev/null
	counted yardstick
	stop "$pid"
	# shellcheck disable=SC2086
	start_gate gate "$tmp/callgrind" $run="$tmp/callgrind.gate"
	"$B/bench/load" -c 16 -n 100 "fcgi:$tmp/gate.sock" "$uri" >/dev/null
	counted gate
	stop "$pid"
	paste -d ' ' "$tmp/gate.one" "$tmp/yardstick.one" >"$tmp/P8"
	paste -d ' ' "$tmp/gate.many" "$tmp/yardstick.many" >"$tmp/P8many"
	row P8 P8 "instructions a request, one connection" "≤ 5.5" "k" 1000
	row P8many "" "the same, 16 connections" "" "k" 1000
}

# ---- the table

table() {
	{
		printf 'id\twhat\tratio (min–max)\ttarget\t\tgate : yardstick\tnoise\n'
		cat "$tmp/rows"
	} | LC_ALL=C awk -F '\t' -v md="$markdown" '
	function width(s) { gsub(/[\200-\277]/, "", s); return length(s) }	# UTF-8, also where awk counts bytes
	{ for (i = 1; i <= 7; i++) { cell[NR, i] = $i; if (width($i) > wide[i]) wide[i] = width($i) } }
	END {
		for (r = 1; r <= NR; r++) {
			line = ""
			for (i = 1; i <= 7; i++)
				line = line (md ? "| " : i > 1 ? "  " : "") cell[r, i] sprintf("%*s", wide[i] - width(cell[r, i]), "") (md ? " " : "")
			sub(/ +$/, "", line)
			print line (md ? "|" : "")
			if (md && r == 1) print "|---|---|---|---|---|---|---|"
		}
	}'
}

for p in "$gate" "$B/bench/load" "$B/bench/answer" "$B/bench/append" "$B/bench/spawn" "$B/bench/fill"; do
	[ -x "$p" ] || die "${p#"$root"/} is not built: make bench"
done
nginx=$(server nginx) || die "nginx is needed: tests/need.sh bench"
lighttpd=$(server lighttpd) || die "lighttpd is needed: tests/need.sh bench"
command -v valgrind >/dev/null || die "valgrind is needed: tests/need.sh bench"
# the floors are static and plain, whatever flags the rest was built with
mkdir -p "$B/bench/static"
for p in empty emptycgi; do
	[ "$B/bench/static/$p" -nt "bench/$p.c" ] || ${CC:-cc} -O2 -static -o "$B/bench/static/$p" "bench/$p.c" || die "no static $p"
done
settings "$tmp/web/pixgate"
mkdir -p "$tmp/web/cgi-bin"
cp "$cgi" "$tmp/web/cgi-bin/pixgate.cgi"

disk=$("$B/bench/append" "$tmp/append" 500)
: >"$tmp/rows"
if wanted P1 P2 P3 P7; then
	settings "$tmp/service"
	start_answer yardstick
	answer_pid=$pid
	start_gate gate "$tmp/service"
	gate_pid=$pid
	if wanted P1 P2 P7; then p1; fi
	if wanted P3; then p3; fi
	stop "$gate_pid" "$answer_pid"
fi
if wanted P4; then p4; fi
if wanted P5; then p5; fi
if wanted P6; then p6; fi
wanted P7 && row P7 P7 "proportional memory during P1" "≤ 6" MiB 1024
if wanted P8; then p8; fi

table
echo
printf '%s, %s cores, Linux %s, %s; fdatasync of 600 bytes: p50 %s µs; %s rounds; noise: half the range of the yardstick itself\n' \
	"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -r)" "$(stat -f -c %T "$work")" "$(field p50 "$disk")" "$rounds"
