#!/bin/bash
# `pixgate check --local`: an account of a shared host where all is well, and each thing that can be wrong with it. Under root the account
# is another user's, as there.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli.sh"

HOME_OF=$T/home
as=()
[ "$(id -u)" != 0 ] || as=(setpriv "--reuid=$ACCOUNT" "--regid=$GROUP" --clear-groups)
mkdir -p "$T/bin"
cp "$PIXGATE" "$T/bin/pixgate"
CGI=$HOME_OF/cgi-bin/pixgate.cgi
DIR=$HOME_OF/pixgate

own() {
	[ "$(id -u)" != 0 ] || chown -R "$ACCOUNT:$GROUP" "$HOME_OF"
}
# A fresh account: the program in cgi-bin, the configuration beside it.
account() {
	rm -rf "$HOME_OF" "$T/pixgate"
	mkdir -p "$HOME_OF/cgi-bin"
	write_conf "${1:-}"
	mv "$T/pixgate" "$DIR"
	CONF=$DIR/pixgate.conf
	cp "$GATE" "$CGI"
	chmod 755 "$HOME_OF" "$HOME_OF/cgi-bin" "$CGI"
	chmod 700 "$DIR"
	own
}
# local_check ARGUMENT…: sets CODE and OUT (JSON), and NOT_OK to "SEVERITY:ID …" of what is not ok. The clock and the disk are this
# machine's own, so that a note on the one or a warning of the other is not the test's.
local_check() {
	${as[@]+"${as[@]}"} "$T/bin/pixgate" --json ${CONF:+--conf "$CONF"} check --local "$@" >"$T/out" 2>"$T/err" </dev/null
	CODE=$?
	OUT=$(cat "$T/out")
	ERR=$(cat "$T/err")
	NOT_OK=$(python3 -c '
import json, sys
report = json.load(open(sys.argv[1]))
assert report["url"] is None and report["mode"] == "local"
print(*sorted(f["severity"] + ":" + f["id"] for f in report["findings"] if f["severity"] != "ok"
	and (f["severity"], f["id"]) not in (("note", "local.clock"), ("warn", "local.space"))))' "$T/out" 2>>"$T/err" || echo "no report: $ERR")
}
# finds NAME WANT [TEXT]: the last run; exit status 1 where something fails
finds() {
	local want=0
	case $2 in *fail:*) want=1 ;; esac
	equal "$1" "$want $2" "$CODE $NOT_OK"
	[ -z "${3:-}" ] || has "… $3" "$3"
}

healthy() {
	account
	local_check
	finds "an account where all is well" ""
	has "the gate that was found is the one of the cgi-bin" "$CGI"
	has "and the configuration that it finds by itself" "reads $CONF"
	equal "what was looked at" "conf modes inbox secrets space clock suexec gate " \
		"$(python3 -c 'import json, sys; print(*[f["id"][6:] for f in json.load(open(sys.argv[1]))["findings"]], end=" ")' "$T/out")"
	check "nothing was kept by looking" test ! -e "$DIR/inbox.db"
	local_check banco
	finds "with a hook's name" ""
	cd "$HOME_OF/cgi-bin" || exit 2
	local_check --gate pixgate.cgi
	finds "a program by its name alone" "" "$CGI"
	cd .. || exit 2
	local_check --gate cgi-bin/pixgate.cgi
	finds "… or below where we stand" "" "$CGI"
	cd / || exit 2
	local_check --gate "/$(printf '%02000d' 0)"
	finds "a name that no file can have" "fail:local.gate" "too long"
	local_check bnco
	equal "a hook that is not there" 2 "$CODE"
	lacks "no secret is printed" "$SECRET"
	${as[@]+"${as[@]}"} "$T/bin/pixgate" --conf "$CONF" check --local >"$T/out" 2>&1
	equal "for people too" 0 $?
	OUT=$(cat "$T/out")
	has "the text says what was looked at" "this machine"
	${as[@]+"${as[@]}"} "$T/bin/pixgate" --conf "$CONF" check --local --junit >"$T/out" 2>&1
	check "JUnit's XML is XML" python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$T/out"
	run --conf "$CONF" check --local --timeout 5
	ended "an option for URLs is none for --local" 2 "--timeout"
}

with_payments() {
	account
	local body
	body=$(one_pix E0000000020261120170000000000001)
	printf '%s' "$body" | ${as[@]+"${as[@]}"} env -i REQUEST_METHOD=POST "REQUEST_URI=/webhook/pix?hmac=$SECRET" "CONTENT_LENGTH=${#body}" REMOTE_ADDR=127.0.0.1 \
		"$CGI" >"$T/cgi.out" 2>"$T/cgi.log"
	local_check
	finds "an inbox that holds a payment" "" "is there and can be written"
	check "is as it was" test "$(${as[@]+"${as[@]}"} "$T/bin/pixgate" --conf "$CONF" inbox list --json | wc -l)" = 1
	chmod 644 "$DIR/inbox.db"
	local_check
	finds "an inbox that anybody may read" "warn:local.inbox" "chmod o-rwx $DIR/inbox.db"
	printf 'no database at all, and long enough to be taken for the head of one by who looks at its length alone, a hundred bytes' >"$DIR/inbox.db"
	rm -f "$DIR"/inbox.db-*
	chmod 600 "$DIR/inbox.db"
	local_check
	finds "an inbox that is no database" "fail:local.inbox"
}

suexec() {
	local mode
	for mode in 775 777 757; do
		account
		chmod "$mode" "$CGI"
		local_check
		finds "a program of mode $mode" "fail:local.suexec" "chmod 755 $CGI"
	done
	account
	chmod 644 "$CGI"
	local_check
	finds "a program that may not be started" "fail:local.suexec" "chmod 755 $CGI"
	account
	chmod 700 "$CGI"
	local_check
	finds "mode 700 is well" ""
	account
	chmod 777 "$HOME_OF/cgi-bin"
	local_check
	finds "a folder that others may change" "fail:local.suexec" "chmod 755 $HOME_OF/cgi-bin"
	account
	chmod 4755 "$CGI"
	local_check
	finds "a setuid bit" "fail:local.suexec" "chmod u-s,g-s"
	account
	mv "$CGI" "$HOME_OF/pixgate.fcgi"
	ln -s ../pixgate.fcgi "$CGI"
	local_check
	case $NOT_OK in fail:local.suexec* | *" fail:local.suexec"*) ok "a link instead of a copy" ;; *) not_ok "a link instead of a copy" "$CODE $NOT_OK" ;; esac
	has "… and that its answer is 403" "the answer is 403"
	account
	rm "$CGI"
	mkfifo "$CGI"
	local_check --gate "$CGI"
	finds "a pipe in its place" "fail:local.suexec" "no regular file"
	[ "$(id -u)" = 0 ] || return
	account
	chown "nobody:$GROUP" "$CGI"
	local_check
	finds "a program of another user" "fail:local.suexec" "belongs to"
	account
	as_was=(${as[@]+"${as[@]}"})
	as=()
	local_check
	finds "root looks, and the program is started as its owner" ""
	"$T/bin/pixgate" --conf "$CONF" check --local >/dev/null 2>&1
	chown root:root "$CONF"
	chmod 600 "$CONF"
	local_check
	finds "a configuration that root can read and the program's owner cannot" "fail:local.gate" "answers 503"
	own
	check "nothing of root's is left behind" test -z "$(find "$HOME_OF" -user root)"
	as=("${as_was[@]}")
}

gate() {
	account
	rm "$CGI"
	local_check --gate "$CGI"
	finds "a program that is not there" "fail:local.gate" "No such file"
	account
	head -c 4000 "$GATE" | head -c 3000 >"$CGI"
	local_check
	finds "a program that is cut off" "fail:local.gate"
	account
	printf '#!/bin/sh\ntouch %s\n' "$T/started" >"$CGI"
	local_check
	finds "a script in its place" "fail:local.gate" "is no program"
	check "… is not started" test ! -e "$T/started"
	account
	printf '\0\0' | dd of="$CGI" bs=1 seek=18 conv=notrunc status=none
	local_check
	finds "a program of another machine" "fail:local.gate" "another kind of machine"
	account
	cp /bin/true "$CGI"
	own
	local_check
	finds "another program" "fail:local.gate" "does not say that it is"
	account
	mv "$DIR" "$HOME_OF/elsewhere"
	CONF=$HOME_OF/elsewhere/pixgate.conf
	local_check --gate "$CGI"
	case $NOT_OK in *fail:local.gate*) ok "a configuration that the program does not find" ;; *) not_ok "a configuration that the program does not find" "$NOT_OK" ;; esac
	account
	cp -r "$DIR" "$HOME_OF/other"
	own
	CONF=$HOME_OF/other/pixgate.conf
	local_check --gate "$CGI"
	finds "a configuration that is another than the program's" "warn:local.gate" "reads $DIR/pixgate.conf"
}

configuration() {
	account
	sed -i 's/psp = "efi"/pspp = "efi"/' "$CONF"
	local_check
	finds "a configuration that is not understood" "fail:local.conf" "pspp"
	account
	rm "$CONF"
	mkdir "$CONF"
	own
	local_check --gate "$CGI"
	finds "a folder where the configuration should be" "fail:local.conf"
	account
	rm "$CONF"
	mkfifo "$CONF"
	own
	local_check --gate "$CGI"
	finds "a pipe where it should be" "fail:local.conf"
	account
	CONF=$DIR/nowhere.conf
	local_check --gate "$CGI"
	equal "one that is not there fails" "1 fail:local.conf" "$CODE $(grep -o 'fail:local.conf' <<<"$NOT_OK")"
	account
	chmod 606 "$CONF"
	local_check
	finds "one that anybody may change" "fail:local.modes" "chmod o-w $CONF"
	account
	chmod 777 "$DIR"
	local_check
	equal "a folder that anybody may change" "1 fail:local.inbox fail:local.modes" "$CODE $NOT_OK"
	account
	chmod 644 "$DIR/loja.secret"
	local_check
	finds "a secret that others may read" "fail:local.secrets" "loja.secret"
	account
	rm "$DIR/bs2.basic"
	local_check
	finds "a secret that is not there" "fail:local.secrets" "bs2.basic"
	account
	mkdir -m 755 "$DIR/.pixgate-tokens"
	own
	local_check
	finds "tokens that others may read" "fail:local.tokens" "chmod 700"
	account
	mkdir "$HOME_OF/public_html"
	mv "$DIR" "$HOME_OF/public_html/"
	mv "$HOME_OF/cgi-bin" "$HOME_OF/public_html/"
	CONF=$HOME_OF/public_html/pixgate/pixgate.conf
	local_check
	finds "all of it among the web pages" "warn:local.inbox warn:local.modes" "public_html"
	account
	[ "$(id -u)" = 0 ] || return
	chown root:root "$DIR"
	chmod 755 "$DIR"
	local_check
	finds "a folder that the account may not write" "fail:local.inbox" "may not write in the folder"
}

socket_and_log() {
	account
	cat >"$T/gate.log" <<-END
	gate: accepted hook=loja psp=efi events=1 fresh=1 ms=4
	gate: refused status=404 check=path remote=192.0.2.9 path=/.env
	END
	local_check --log "$T/gate.log"
	finds "a scanner in the log is a note" "note:local.log" "a scanner"
	printf 'gate: refused status=403 hook=loja check=source remote=192.0.2.9 why="not in sources"\n\033[31m\001\377gate: error storage failed: \033]0;x\007\n' >>"$T/gate.log"
	local_check --log "$T/gate.log"
	finds "who is refused behind the last that was let in is a warning" "warn:local.log" "trusted_proxies"
	equal "nothing of the log commands the terminal" "" "$(${as[@]+"${as[@]}"} "$T/bin/pixgate" --conf "$CONF" check --local --log "$T/gate.log" 2>&1 | tr -dc '\033\001\007\377')"
	${as[@]+"${as[@]}"} "$T/bin/pixgate" --conf "$CONF" check --local --strict --log "$T/gate.log" >/dev/null 2>&1
	equal "with --strict that is exit status 1" 1 $?
	local_check --log "$T/nowhere.log"
	finds "a log that is not there" "fail:local.log"
	head -c 200000 /dev/urandom >"$T/noise"
	local_check --log "$T/noise"
	finds "a log of garbage" "note:local.log"
	local_check --socket "$T/nobody.sock"
	finds "a socket that is not there" "fail:local.socket"
	local_check --socket "$CONF"
	finds "a file where the socket should be" "fail:local.socket" "is no socket"
	SOCK=$HOME_OF/gate.sock ADDRESS=unix:$HOME_OF/gate.sock
	start gate ${as[@]+"${as[@]}"} "$CGI" --conf "$CONF" --listen "$ADDRESS"
	GATE_PID=$PID
	until_true 30 accepts "$ADDRESS"
	# its inbox is made when it starts, which may be a moment later
	until_true 30 ${as[@]+"${as[@]}"} "$T/bin/pixgate" --conf "$CONF" inbox stats
	chmod 660 "$SOCK"
	local_check --socket "$SOCK"
	finds "a gate that listens" "" "accepts connections"
	chmod 666 "$SOCK"
	local_check --socket "$ADDRESS"
	finds "a socket for anybody" "warn:local.socket" "chmod 660"
	stop "$GATE_PID" KILL 2>/dev/null
	local_check --socket "$SOCK"
	finds "one that nobody listens at" "fail:local.socket" "nobody listens"
}

healthy
with_payments
suexec
gate
configuration
socket_and_log
finish
