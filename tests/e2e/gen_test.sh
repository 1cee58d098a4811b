#!/bin/bash
# `pixgate gen --test`: the real servers check what is made; nothing of theirs is touched and nothing is left behind.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli.sh"
. "$ROOT/tests/gen.sh"
export TMPDIR=$T/tmp HOME=$T/home
mkdir -p "$TMPDIR" "$HOME"
LIBRARIES=${LD_LIBRARY_PATH:-}

# of NAME: PROGRAM and what it needs to run
of() {
	server "$1"
	PROGRAM=${SERVER[-1]}
	export LD_LIBRARY_PATH=$LIBRARIES
	case ${SERVER[0]} in env) LD_LIBRARY_PATH=${SERVER[1]#*=}${LIBRARIES:+:$LIBRARIES} ;; esac
}
nothing_left() {
	equal "... and nothing is left behind" "" "$(find "$TMPDIR" "$HOME" -mindepth 1 | tr '\n' ' ')"
}
# tested SERVER ARGUMENT…
tested() {
	local server=$1
	shift
	gen "$server" --program "$PROGRAM" --test "$@"
}

own_text() {
	of nginx
	tested nginx --templates "$OWN" --log /var/log/nginx/nowhere/at/all.log
	ended "nginx accepts a good text" 0
	case $ERR in "pixgate: nginx "[0-9]*.[0-9]*" accepts it") ok "... which is said on standard error" ;; *) not_ok "... which is said on standard error" "$ERR" ;; esac
	has "... and the text is printed with its own port and log" "listen 443;"
	has "... the log too" 'access_log "/var/log/nginx/nowhere/at/all.log";'
	nothing_left
	tested nginx --templates "$OWN" -q
	equal "-q says nothing of it" "" "$ERR"
	tested nginx --templates "$OWN" -o "$T/site.conf"
	ended "with -o" 0
	check "... it is written when it was accepted" test -f "$T/site.conf"
	tested nginx --templates "$OWN" --json
	check "--json has the verdict" python3 -c 'import json,sys; assert json.load(open(sys.argv[1]))["tested"] is True' "$T/out"

	cp -r "$OWN" "$T/broken"
	sed -i 's/server_name/sever_name/' "$T/broken/nginx/site.conf"
	tested nginx --templates "$T/broken"
	equal "a refusal ends with 1" 1 "$CODE"
	case $ERR in *"unknown directive \"sever_name\""*"pixgate: nginx "*" refuses it"*) ok "... with the server's words" ;; *) not_ok "... with the server's words" "$ERR" ;; esac
	equal "... and nothing is printed" "" "$OUT"
	nothing_left
	tested nginx --templates "$T/broken" -q
	case $ERR in *"sever_name"*"refuses it"*) ok "... with -q too" ;; *) not_ok "... with -q too" "$ERR" ;; esac
	rm "$T/site.conf"
	tested nginx --templates "$T/broken" -o "$T/site.conf"
	equal "with -o a refusal ends with 1" 1 "$CODE"
	check "... and nothing is written" test ! -e "$T/site.conf"
	tested nginx --templates "$T/broken" --json
	equal "with --json a refusal ends with 1" 1 "$CODE"
	check "... and the verdict is false" python3 -c 'import json,sys; assert json.load(open(sys.argv[1]))["tested"] is False' "$T/out"
	sed -i 's/sever_name/server_name/; s/^pid/pidd/' "$T/broken/nginx/site.conf" "$T/broken/nginx/test.conf"
	tested nginx --templates "$T/broken"
	equal "a frame that is wrong is a refusal too" 1 "$CODE"
	rm "$T/broken/nginx/test.conf"
	tested nginx --templates "$T/broken"
	ended "a frame that is not there is named" 2 "nginx/test.conf"
	nothing_left
}

programs() {
	local bare=$T/bare
	mkdir -p "$bare"
	if [ ! -x /usr/sbin/nginx ] && [ ! -x /usr/local/sbin/nginx ]; then
		gen nginx --templates "$OWN" "${V[@]}" --test
		ended "without the server's program the test is refused" 2 "nginx is not installed here"
	fi
	# shellcheck disable=SC2016
	printf '#!/bin/sh\n[ "$1" = -v ] && { echo nginx/1.22.1; exit; }\n%s\n' 'exit 0' >"$T/program"
	chmod 755 "$T/program"
	PROGRAM=$T/program tested nginx --templates "$OWN"
	ended "silence and 0 is what nginx's check must end with" 0
	sed -i '$s/.*/echo careful; exit 0/' "$T/program"
	PROGRAM=$T/program tested nginx --templates "$OWN"
	equal "words and 0 are a refusal" 1 "$CODE"
	# shellcheck disable=SC2016
	sed -i '$s/.*/cp "${8%\/*}\/site.conf" "$SEEN"/' "$T/program"
	SEEN=$T/seen PROGRAM=$T/program tested nginx --templates "$OWN" --log /var/log/x.log
	ended "what is checked can be looked at" 0
	check "... it listens where an ordinary user may" grep -q 'listen 40443;' "$T/seen"
	check "... and logs in the private folder" grep -q "access_log \"$TMPDIR/pixgate-gen-" "$T/seen"
	equal "... and else it is what is printed, but for the sum" 3 "$(diff "$T/seen" "$T/out" | grep -c '^>')"
	sed -i '$s/.*/exit 7/' "$T/program"
	PROGRAM=$T/program tested nginx --templates "$OWN"
	ended "one without a word is told" 1 "refuses it without a word"
	sed -i '$s/.*/printf "\\033[31mred\\302\\233\\n"; exit 1/' "$T/program"
	PROGRAM=$T/program tested nginx --templates "$OWN"
	case $ERR in *$'\033'* | *$'\302\233'*) not_ok "what a program says does not reach the terminal as it is" ;; *"?[31mred??"*) ok "what a program says does not reach the terminal as it is" ;; *) not_ok "what a program says is shown" "$ERR" ;; esac
	sed -i '$s/.*/kill -SEGV $$/' "$T/program"
	PROGRAM=$T/program tested nginx --templates "$OWN"
	equal "one that dies is a refusal" 1 "$CODE"
	gen lighttpd --program "$T/program" --templates "$OWN" --server-version 1.4.69 --test
	ended "a program without its modules is told" 2 "no folder of modules beside $T/program"
	nothing_left

	# a signal while the server thinks
	local signal status
	# shellcheck disable=SC2016
	sed -i '$s/.*/echo $$ >"$RUNNING"; sleep 120/' "$T/program"
	for signal in TERM:143 INT:130; do
		rm -f "$T/running"
		# a shell's background job ignores SIGINT: env gives it back
		RUNNING=$T/running start interrupted env --default-signal=INT "$PIXGATE" gen nginx --conf "$CONF" "${CERT[@]}" --program "$T/program" --templates "$OWN" --test
		until_true 30 test -s "$T/running" || not_ok "the check runs"
		SECONDS=0
		kill -s "${signal%:*}" "$PID"
		wait "$PID"
		status=$?
		equal "SIG${signal%:*} ends it" "${signal#*:}" "$status"
		equal "... at once" 1 "$((SECONDS < 30))"
		check "... the server's program too" until_true 30 gone "$(cat "$T/running")"
		nothing_left
	done
}

# The texts as they are, every mode and scope that a server knows.
real() { # SERVER PROGRAM ARGUMENT…
	local server=$1 program=$2 scope mode
	shift 2
	if [ ! -e "$ROOT/templates/$server" ]; then
		ok "no templates for $server"
		return
	fi
	of "$program"
	for mode in mtls skip-mtls; do
		for scope in site path port; do
			CONF=$T/pixgate/$mode.conf tested "$server" --mode "$mode" --scope "$scope" "$@"
			ended "$program accepts $server, $mode, scope $scope $*" 0
			nothing_left
		done
	done
}

# What is no server's own configuration.
parts() {
	of apache2
	CONF=$T/pixgate/skip-mtls.conf
	run gen htaccess --conf "$CONF" --program "$PROGRAM" --test
	ended "Apache accepts the .htaccess" 0
	nothing_left
	if command -v systemd-analyze >/dev/null; then
		run gen systemd --conf "$CONF" --test --gate "$GATE"
		ended "systemd accepts the units" 0
		nothing_left
	else
		run gen systemd --conf "$CONF" --test
		ended "without systemd the units are not tested" 2 "systemd-analyze is not installed here"
	fi
}

own_templates
sed 's/client_cert = .*\(keys = \)/\1/' "$CONF" >"$T/pixgate/skip-mtls.conf"
cp "$CONF" "$T/pixgate/mtls.conf"
own_text
programs
real nginx nginx
real lighttpd lighttpd
real lighttpd lighttpd --backend cgi
real apache apache2
real apache apache2 --backend cgi
real caddy caddy
parts
finish
