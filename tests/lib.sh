# shellcheck shell=bash disable=SC2034
# What every end-to-end script sources: its own folder, programs started and stopped by id, a gate, a POST, the inbox.
# A script prints "ok NAME" and "not ok NAME" lines; `finish` at its end makes the exit status.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
B=${B:-build}
case $B in /*) ;; *) B=$ROOT/$B ;; esac
TOOLS=${TOOLS:-$B/tests}
own_folder=
[ -n "${T:-}" ] || { T=$(mktemp -d) && own_folder=1; }
chmod 755 "$T"
export LC_ALL=C

# Under root the servers drop to this account; the files that they shall write go to it.
ACCOUNT=www-data
GROUP=www-data
[ "$(id -u)" = 0 ] || { ACCOUNT=$(id -un); GROUP=$(id -gn); }

# the sanitizers' reports must reach a log that is looked through, whoever starts the program
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}

failures=0
ok() {
	echo "ok $1"
}
not_ok() {
	echo "not ok $1${2:+ -- $2}"
	failures=$((failures + 1))
}
equal() { # NAME WANT GOT
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "wanted '$2', got '$3'"; fi
}
check() { # NAME COMMAND…
	local name=$1
	shift
	if "$@" >"$T/check.out" 2>&1; then ok "$name"; else not_ok "$name" "$(tail -c 1500 "$T/check.out" | tr '\n' ' ')"; fi
}

PIDS=()
# start NAME COMMAND…: in the background, output in $T/NAME.log; its id is $PID
start() {
	local name=$1
	shift
	"$@" >>"$T/$name.log" 2>&1 </dev/null &
	PID=$!
	PIDS+=("$PID")
}
alive() {
	kill -0 "$1" 2>/dev/null
}
# until_true SECONDS COMMAND…
until_true() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
		sleep 0.02
	done
}
gone() {
	! alive "$1"
}
# A child of ours still. Of one that has ended bash takes note by itself, and then its id may be another's: of a test beside this
# one, or of a compiler.
ours() {
	local stat
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
	# shellcheck disable=SC2086
	set -- ${stat##*) }
	[ "$2" = $$ ] || [ "$2" = "$BASHPID" ]
}
over() {
	! ours "$1"
}
signal() { # SIGNAL ID
	ours "$2" && kill -s "$1" "$2" 2>/dev/null
}
# stop ID [SIGNAL]: waits; the program's own exit status is in $ENDED
stop() {
	signal "${2:-TERM}" "$1"
	if ! until_true "${STOP_SECONDS:-30}" over "$1"; then
		signal KILL "$1"
		not_ok "process $1 ends on ${2:-TERM}"
	fi
	wait "$1" 2>/dev/null
	ENDED=$?
}
stop_all() {
	local p
	for p in ${PIDS[@]+"${PIDS[@]}"}; do signal TERM "$p"; done
	for p in ${PIDS[@]+"${PIDS[@]}"}; do
		until_true 5 over "$p" || signal KILL "$p"
		wait "$p" 2>/dev/null
	done
	PIDS=()
}
cleanup=
leave() {
	stop_all
	[ -z "$cleanup" ] || $cleanup
	[ -z "$own_folder" ] || rm -rf "$T"
}
trap leave EXIT
trap 'exit 130' INT TERM

finish() {
	stop_all
	local found='(ERROR|WARNING): (Address|Leak|Thread)Sanitizer|runtime error:|^==[0-9]+== (Invalid|Conditional|Use of|Syscall|.*lost in)'
	if grep -lE "$found" "$T"/*.log >/dev/null 2>&1; then
		not_ok "sanitizers and valgrind found nothing"
		grep -hE -A 25 "$found" "$T"/*.log | head -n 60
	fi
	if [ "$failures" -gt 0 ]; then
		local log
		for log in "$T"/*.log; do
			[ -s "$log" ] && { echo "--- the end of $(basename "$log")"; tail -n 25 "$log"; }
		done
		exit 1
	fi
	exit 0
}

LOOP=127.0.0.1	# where the web servers listen
free_port() {
	"$TOOLS/port"
}
port_open() {
	(exec 3<>"/dev/tcp/$LOOP/$1") 2>/dev/null
}
wait_port() {
	until_true 30 port_open "$1" || { not_ok "something listens on port $1"; finish; }
}
accepts() {
	"$TOOLS/fcgi" "$1" -m GET -u /nobody-there -w 20000
}

# --- the gate
GATE=${GATE:-$B/pixgate.fcgi}
PIXGATE=${PIXGATE:-$B/pixgate}
export PIXGATE_TEMPLATES=$ROOT/templates
SECRET=3f9a41c07be2d58614acf0937d2be6581c74ad09e35bf8621790dc4eab635f28
KEY=5b1c3a2e-0f4d-4c8b-9a67-2d1e8f705c34

# --- the emulator: emul_start NAME FOLDER [OPTION…]: what it prints is in $T/NAME.out, its log in $T/NAME.log, its id in $EMUL_PID
emul_start() {
	local name=$1 folder=$2
	shift 2
	: >"$T/$name.out"	# before it starts: what one that was stopped has said must not be taken for its own
	"$PIXGATE" emul serve --conf-dir "$folder" "$@" >"$T/$name.out" 2>>"$T/$name.log" </dev/null &
	EMUL_PID=$!
	PIDS+=("$EMUL_PID")
	until_true 30 grep -q client_secret "$T/$name.out" || { not_ok "emul serve starts for $name"; finish; }
}

# One hook for each thing that the scripts look at.
write_conf() { # [EXTRA TEXT]
	mkdir -p "$T/pixgate"
	printf '%s\n' "$SECRET" >"$T/pixgate/loja.secret"
	printf 'banco:senha-do-banco\n' >"$T/pixgate/bs2.basic"
	cat >"$T/pixgate/pixgate.conf" <<-END
	inbox = "sqlite:inbox.db";
	domain = "pix.example.com";
	hooks = (
	  { name = "loja"; path = "/webhook"; psp = "efi"; environment = "sandbox"; secret = [ "file:loja.secret" ];
	    sources = [ "127.0.0.1", "::1" ]; keys = [ "$KEY" ]; },
	  { name = "longe"; path = "/longe"; psp = "efi"; environment = "sandbox"; secret = [ "file:loja.secret" ];
	    sources = [ "192.0.2.7" ]; keys = [ "$KEY" ]; },
	  { name = "mtls"; path = "/mtls"; psp = "efi"; environment = "sandbox"; secret = [ "file:loja.secret" ];
	    sources = [ ]; client_cert = "server"; keys = [ "$KEY" ]; },
	  { name = "banco"; path = "/bs2"; psp = "bs2"; environment = "sandbox"; basic = "file:bs2.basic"; sources = [ ]; },
	  { name = "indireto"; path = "/indireto"; psp = "bs2-indirect"; environment = "sandbox"; basic = "file:bs2.basic"; sources = [ ]; }${1:-}
	);
	END
	chmod 600 "$T/pixgate/loja.secret" "$T/pixgate/bs2.basic"
	CONF=$T/pixgate/pixgate.conf
}
# The folder with the inbox and the secrets goes to the account of the process that serves.
give_away() {
	[ "$(id -u)" != 0 ] || chown -R "$ACCOUNT:$GROUP" "$T/pixgate"
}
SOCK=$T/gate.sock
ADDRESS=unix:$SOCK
GATE_ARGS=()	# what every start gets besides
# gate_start: WRAP may hold valgrind and its options
gate_start() {
	# shellcheck disable=SC2086
	start gate ${WRAP:-} "$GATE" --conf "$CONF" --listen "$ADDRESS" ${GATE_ARGS[@]+"${GATE_ARGS[@]}"}
	GATE_PID=$PID
	until_true "${START_SECONDS:-10}" accepts "$ADDRESS" || { not_ok "the gate starts"; finish; }
}
gate_stop() {
	stop "$GATE_PID" "${1:-TERM}"
	equal "the gate ends with exit status 0 on ${1:-TERM}" 0 "$ENDED"
}

# The inbox as JSON Lines, and how many events it holds.
list() {
	"$PIXGATE" --conf "$CONF" inbox list --json "$@"
}
events() {
	list "$@" >"$T/list" 2>"$T/list.err"
	# 1: nothing matched
	[ $? -le 1 ] || { echo "inbox list failed: $(cat "$T/list.err")"; return; }
	grep -c '^{' "$T/list"
}

# --- requests through a web server at $BASE
# post PATH [CURL ARGUMENT…]: body from $DATA; sets STATUS, HEADERS (a file), ANSWER (the body)
HEADERS=$T/headers
post() {
	local path=$1
	shift
	: >"$T/answer"
	: >"$HEADERS"
	STATUS=$(printf '%s' "$DATA" | curl -s --path-as-is -m 20 -o "$T/answer" -D "$HEADERS" -w '%{http_code}' -H 'Content-Type: application/json' \
		--data-binary @- "$@" "$BASE$path")
	ANSWER=$(cat "$T/answer")
}
header() { # NAME: of the last answer
	tr -d '\r' <"$HEADERS" | sed -n "s/^$1: *//Ip" | tail -n 1
}
one_pix() { # E2EID [TXID]
	printf '{"pix":[{"endToEndId":"%s","txid":"%s","chave":"%s","valor":"12.34","horario":"2026-11-20T12:00:00.000Z"}]}' "$1" "${2:-pedido0001}" "$KEY"
}
PING='{"evento":"teste_webhook"}'

# How to run a server and where its modules are: on the machine, else as need.sh unpacked it. Sets SERVER and MODULES.
server() { # lighttpd | nginx | caddy | apache2
	local at p
	for at in "" "$ROOT/build/servers"; do
		for p in "$at/usr/sbin/$1" "$at/usr/bin/$1"; do
			case $1 in
			lighttpd) MODULES=$at/usr/lib/lighttpd; [ -e "$MODULES/mod_openssl.so" ] || continue ;;
			apache2) MODULES=$at/usr/lib/apache2/modules; [ -e "$MODULES/mod_fcgid.so" ] || continue ;;
			esac
			if [ -x "$p" ]; then
							SERVER=("$p")
				[ -z "$at" ] || SERVER=(env "LD_LIBRARY_PATH=$at/usr/lib/$(uname -m)-linux-gnu:$at/usr/lib" "$p")
				return 0
			fi
		done
	done
	not_ok "$1 is there (tests/need.sh check)"
	finish
}
