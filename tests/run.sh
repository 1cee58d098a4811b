#!/bin/bash
# All tests; `make check` runs this. Builds five ways, runs what is independent side by side, shows the output of what
# failed, and ends with "N passed, M failed".
#   tests/run.sh [PATTERN]   only the programs and scripts whose name matches (an extended regular expression)
set -u
cd "$(dirname "$0")/.." || exit 2
root=$PWD
only=${1:-.}
cores=$(nproc)
slots=$((cores + 1))
base=${B:-build}
logs=$root/$base/log
rm -rf "$logs"
mkdir -p "$logs"
work=$(mktemp -d "${TMPDIR:-/tmp}/pixgate-check.XXXXXX")
chmod 755 "$work"
passed=0 failed=0 wrong=()
declare -A job_of=() since=()
began=$EPOCHSECONDS

# Every process of a job is in the session that setsid made for it, named by the job's own process id.
end_session() {
	local pids
	pids=$(ps -o pid= -s "$1" 2>/dev/null) || return 0
	# shellcheck disable=SC2086
	kill -s KILL $pids 2>/dev/null
}
leave() {
	local pid
	for pid in "${!job_of[@]}"; do end_session "$pid"; done
	if grep -q " $work/" /proc/mounts; then
		grep -o " $work/[^ ]*" /proc/mounts | xargs -r umount
	fi
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 130' INT TERM HUP

collect() { # PID STATUS
	local name=${job_of[$1]} took=$(((${EPOCHREALTIME/./} - since[$1]) / 100000))
	local log=$logs/$name.log good bad
	unset "job_of[$1]"
	end_session "$1"
	good=$(grep -cE '^ok( |$)' "$log")
	# cmocka 1.1 writes a skipped test as "not ok N # SKIP NAME"
	bad=$(grep -E '^not ok( |$)' "$log" | grep -vcE '^not ok [0-9]+ # SKIP')
	# dying without a word is a failure too
	[ "$2" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
	[ "$good" -gt 0 ] || [ "$bad" -gt 0 ] || bad=1
	passed=$((passed + good))
	failed=$((failed + bad))
	printf '%-4s %-36s %3d tests %3d.%d s\n' "$([ "$bad" -eq 0 ] && echo ok || echo FAIL)" "$name" $((good + bad)) $((took / 10)) $((took % 10))
	if [ "$bad" -gt 0 ]; then
		[ "$2" -ne 124 ] || echo "    stopped: it took too long"
		# what failed before what it said, of which there may be much; and once more at the end of everything
		grep -E '^not ok( |$)' "$log" | cut -c 1-2000 | sed 's/^/    /'
		grep -vE '^(not )?ok( |$)' "$log" | tail -n 80 | sed 's/^/    /'
		wrong+=("$name: $([ "$2" -ne 124 ] || echo "it took too long; ")$(grep -m 1 -E '^not ok( |$)|^SUMMARY: ' "$log" | cut -c 1-500)")
	fi
	rm -rf "${work:?}/$name"
}
# A job writes down its own status: once its process is gone, its id may be another's, and bash then forgets how it ended.
reap() {
	local pid status ended=0
	wait -n "${!job_of[@]}" 2>/dev/null
	for pid in "${!job_of[@]}"; do
		if [ -s "$logs/${job_of[$pid]}.rc" ]; then
			status=$(cat "$logs/${job_of[$pid]}.rc")
		elif [ -d "/proc/$pid" ]; then
			continue
		else
			status=137
		fi
		collect "$pid" "$status"
		ended=1
	done
	[ "$ended" = 1 ] || sleep 0.1
}
drain() {
	while [ "${#job_of[@]}" -gt 0 ]; do reap; done
}
# job NAME SECONDS COMMAND…
job() {
	local name=$1 limit=$2
	shift 2
	[[ $name =~ $only ]] || return 0
	while [ "${#job_of[@]}" -ge "$slots" ]; do reap; done
	mkdir -p "$work/$name"
	# shellcheck disable=SC2016
	T=$work/$name setsid bash -c 'timeout -k 5 "$2" "${@:3}"; echo $? >"$1"' job "$logs/$name.rc" "$limit" "$@" >"$logs/$name.log" 2>&1 </dev/null &
	job_of[$!]=$name
	since[$!]=${EPOCHREALTIME/./}
}

build() { # FOLDER [VARIABLE=VALUE…]
	local b=$1
	shift
	if make -s -j "$((cores + 1))" --no-print-directory B="$b" "$@" tests >"$logs/build.${b//\//-}.log" 2>&1; then
		echo "ok   built $b${*:+ ($*)}"
		passed=$((passed + 1))
	else
		echo "FAIL build $b $*"
		tail -n 40 "$logs/build.${b//\//-}.log" | sed 's/^/    /'
		failed=$((failed + 1))
		wrong+=("build $b $*")
		return 1
	fi
}
units() { # LABEL FOLDER SECONDS [WRAPPER…]
	local label=$1 folder=$2 limit=$3 t
	shift 3
	for t in "$folder"/tests/test_*; do
		# a test that was taken away may have left its program
		[ -e "tests/unit/$(basename "$t").c" ] || continue
		case $label.$(basename "$t") in
		# every day of four centuries, and no memory to speak of: a minute under valgrind
		valgrind.test_when) continue ;;
		# kills writers by the clock, and wants them to have written before
		valgrind.test_inbox_crowd) continue ;;
		# judge by the clock, beside a TLS server of their own that takes ten times as long: the sanitizers look at these
		valgrind.test_probe | valgrind.test_probe_look | valgrind.test_probe_hostile | valgrind.test_probe_noise) continue ;;
		valgrind.test_http_wrong | valgrind.test_http_hostile | valgrind.test_http_send | valgrind.test_tls_hostile) continue ;;
		valgrind.test_sink_https_hostile | valgrind.test_cli_reconcile) continue ;;
		# has programs that cannot be started, which ends it under valgrind
		valgrind.test_sink_exec) continue ;;
		esac
		CMOCKA_MESSAGE_OUTPUT=TAP job "$label.$(basename "$t")" "$limit" "$@" "$t"
	done
}
scripts() { # LABEL FOLDER SECONDS SCRIPT…
	local label=$1 folder=$2 limit=$3 s
	shift 3
	for s in "$@"; do
		[ -e "$s" ] && B=$folder TOOLS=$root/$base/tests job "$label.$(basename "$s" .sh)" "$limit" bash "$s"
	done
}
summary() {
	printf 'FAIL %s\n' ${wrong[@]+"${wrong[@]}"} | grep -v '^FAIL $'
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] || exit 1
	exit 0
}

export ASAN_OPTIONS=detect_leaks=1:abort_on_error=1:disable_coredump=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:abort_on_error=1
ulimit -c 0

build "$base" || summary
# Long ones first, so that the short ones fill what is left of two cores.
long="tests/e2e/deliver_kill.sh tests/e2e/crash.sh tests/e2e/stall.sh tests/e2e/disk.sh"
rest=$(printf '%s\n' tests/e2e/*.sh | grep -vxF "$(tr ' ' '\n' <<<"$long")")
# shellcheck disable=SC2086
scripts e2e "$base" 400 $long
units unit "$base" 150
# shellcheck disable=SC2086
scripts e2e "$base" 240 $rest
scripts meta "$base" 240 tests/meta/*.sh
# Tables of other people's servers: what of ours runs there is looked at by the sanitizers in the scripts that remain.
again=$(grep -vE '/(matrix_(apache|caddy|nginx)|check_(apache|caddy|lighttpd|nginx|eight)|readme_offline)\.sh$' <<<"$rest")
build "$base/asan" SAN=address,undefined CFLAGS='-O1 -g' && {
	units asan "$base/asan" 180
	# shellcheck disable=SC2086
	scripts asan.e2e "$base/asan" 300 $long $again
}
# A thread copies the inbox's WAL: the programs that get it going, and a crowd at the gate. Others hand over: what each does at once.
build "$base/tsan" SAN=thread CFLAGS='-O1 -g' && {
	for t in sqlite_tidy inbox inbox_crowd loop run_end sink_https sink_exec deliver_run deliver_fails deliver_wait deliver_clock deliver_store workers; do
		CMOCKA_MESSAGE_OUTPUT=TAP job "tsan.test_$t" 180 "$base/tsan/tests/test_$t"
	done
	scripts tsan.e2e "$base/tsan" 240 tests/e2e/copies.sh tests/e2e/signals.sh tests/e2e/deliver.sh
}
build "$base/clang" CC=clang CFLAGS='-O1'
if command -v valgrind >/dev/null; then
	units valgrind "$base" 240 valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,possible --trace-children=no
	scripts valgrind "$base" 120 tests/valgrind.sh
fi
scripts clang "$base" 90 tests/fuzz.sh
drain
echo "$((EPOCHSECONDS - began)) seconds"
summary
