# shellcheck shell=sh
# What the scripts of this folder share: a URL or a hook, curl and `pixgate check` with the secret in no list of processes, lines that
# say pass or FAIL, and a count. POSIX; needs pixgate, curl and openssl.
PIXGATE=${PIXGATE:-pixgate}
PING='{"evento":"teste_webhook"}'
LC_ALL=C
export LC_ALL
passed=0 failed=0 warned=0 skipped=0
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

pass() { # WHAT
	passed=$((passed + 1))
	echo "pass $1"
}
fail() { # WHAT WHY
	failed=$((failed + 1))
	echo "FAIL $1: $2"
}
warn() { # WHAT WHY
	if [ -n "${STRICT:-}" ]; then fail "$1" "$2"; return; fi
	warned=$((warned + 1))
	echo "warn $1: $2"
}
skip() { # WHAT WHY
	skipped=$((skipped + 1))
	echo "skip $1: $2"
}
finish() {
	echo "$passed passed, $failed failed, $warned warnings, $skipped skipped"
	[ "$failed" = 0 ]
	exit
}
usage() { # the script's own header
	sed -n '2,$ { /^#/!q; s/^# \{0,1\}//p; }' "$0" >&2
	exit 2
}

# begin MODE ARGUMENT…: sets URL, its BASE and QUERY, HOST, HOOK (empty for a URL), AUTHORIZATION and MODE (empty: as pixgate check has it)
begin() {
	MODE=$1
	HOOK=''
	shift
	[ $# = 1 ] || usage
	for program in "$PIXGATE" curl openssl; do
		command -v "$program" >/dev/null || { echo "$0: $program is not there" >&2; exit 2; }
	done
	case $1 in
	-) IFS= read -r URL ;;
	-*) usage ;;
	*://*) URL=$1 ;;
	*)
		HOOK=$1
		URL=$("$PIXGATE" url -q "$HOOK" | head -n 1) || exit 2
		;;
	esac
	case $URL in
	https://*) ;;
	*) echo "$0: expected a hook, or a URL that begins with https://" >&2; exit 2 ;;
	esac
	case $URL in
	*[\"\\\ ]*) echo "$0: the URL holds a blank, a quotation mark or a backslash" >&2; exit 2 ;;
	esac
	BASE=${URL%%\?*}
	QUERY=
	[ "$URL" = "$BASE" ] || QUERY="?${URL#*\?}"
	AUTHORIZATION=
	if [ -n "${BASIC_FILE:-}" ]; then
		AUTHORIZATION="Basic $(tr -d '\r\n' <"$BASIC_FILE" | openssl base64 -A)" || exit 2
	elif [ -n "${BEARER_FILE:-}" ]; then
		AUTHORIZATION="Bearer $(tr -d '\r\n' <"$BEARER_FILE")" || exit 2
	fi
	HOST=${BASE#https://}
	HOST=${HOST%%/*}
	echo "# $0: $BASE"
}

# post URL [CURL'S ARGUMENT…]: a ping; STATUS is 000 where no answer came, TIME in milliseconds, the answer in $work/body.
# printf is part of the shell, and curl reads URL and Authorization from its standard input: no list of processes has them.
post() {
	url=$1
	shift
	: >"$work/body"
	told=$({
		printf 'url = "%s"\n' "$url"
		[ -z "$AUTHORIZATION" ] || printf 'header = "Authorization: %s"\n' "$AUTHORIZATION"
	} | curl -q --config - -s -S -g --path-as-is --max-time "${TIMEOUT:-10}" -o "$work/body" -w '%{http_code} %{time_total}' \
		-H 'Content-Type: application/json' --data "$PING" ${RESOLVE:+--resolve "$RESOLVE"} ${CACERT:+--cacert "$CACERT"} "$@" 2>"$work/curl.err")
	ended=$?
	STATUS=${told%% *}
	STATUS=${STATUS:-000}
	TIME=$(printf '%s\n' "${told#* }" | awk '{ printf "%d", $1 * 1000 }')
}

answer() {
	if [ "$STATUS" = 000 ]; then echo "no answer"; else echo "HTTP $STATUS"; fi
}
# taken WHAT URL [CURL'S ARGUMENT…]: the answer is 2xx
taken() {
	what=$1
	shift
	post "$@"
	case $STATUS in
	2??) pass "$what" ;;
	*) fail "$what" "$(answer), expected 200" ;;
	esac
}
# refused WHAT URL [CURL'S ARGUMENT…]: no answer, or 4xx; a 5xx is a server that is broken, and a 3xx one that looks elsewhere
refused() {
	what=$1
	shift
	post "$@"
	# curl's 5 to 7: no name, no connection; 28: nothing within the time; 60: the server's own certificate is not trusted
	case $ended:$STATUS in
	[567]:* | 28:* | 60:*) fail "$what" "no connection (curl's error $ended), so nobody was refused" ;;
	0:4?? | *:000) pass "$what" ;;
	*) fail "$what" "$(answer), expected a refusal" ;;
	esac
}
# quick WHAT MILLISECONDS: the slowest of ten pings
quick() {
	slowest=0
	for i in 1 2 3 4 5 6 7 8 9 10; do
		post "$BASE${EVENT:+/$EVENT}$QUERY"
		case $STATUS in
		2??) [ "$TIME" -le "$slowest" ] || slowest=$TIME ;;
		*) fail "$1" "ping $i: $(answer)"; return ;;
		esac
	done
	if [ "$slowest" -le "$2" ]; then pass "$1 ($slowest ms)"; else fail "$1" "the slowest of ten took $slowest ms, and $2 are allowed"; fi
}
# pixgate_check [OPTION…]: each finding is a line of ours
pixgate_check() {
	set -- ${MODE:+--mode "$MODE"} ${RESOLVE:+--resolve "$RESOLVE"} ${CACERT:+--cacert "$CACERT"} ${CLIENT_CERT:+--client-cert "$CLIENT_CERT"} "$@"
	if [ -n "$HOOK" ]; then
		"$PIXGATE" check "$@" "$HOOK" >"$work/check" 2>"$work/check.err"
	else
		[ -z "${BASIC_FILE:-}" ] || set -- --basic "$BASIC_FILE" "$@"
		[ -n "${BASIC_FILE:-}" ] || [ -z "${BEARER_FILE:-}" ] || set -- --bearer "$BEARER_FILE" "$@"
		printf '%s\n' "$URL" | "$PIXGATE" check "$@" - >"$work/check" 2>"$work/check.err"
	fi
	status=$?
	if [ "$status" -gt 1 ]; then
		fail "pixgate check" "$(tail -n 1 "$work/check.err")"
		return
	fi
	sed -n 's/^  + ok    /pass /p; s/^  - note  /note /p; s/^  ! warn  /warn /p; s/^  X FAIL  /FAIL /p; s/^        seen: /seen /p; s/^fix first: /first /p' \
		"$work/check" >"$work/lines"
	kind='' text=''
	while IFS= read -r line; do
		case $line in
		"seen "*)
			case $kind in
			FAIL) fail "$text" "${line#seen }" ;;
			warn) warn "$text" "${line#seen }" ;;
			note) echo "note $text: ${line#seen }" ;;
			esac
			;;
		"pass "*) pass "${line#pass }" ;;
		"first "*) echo "# pixgate check says, fix first: ${line#first }" ;;
		esac
		kind=${line%% *}
		text=${line#* }
	done <"$work/lines"
}

# arrives NOTICE ARGUMENT…: `pixgate emul ARGUMENT…` makes it; with BANK, the emulator's folder, and a hook it must be in the hook's inbox
arrives() {
	word="a $1 of the emulator arrives"
	shift
	if [ -z "${BANK:-}" ] || [ -z "$HOOK" ]; then
		skip "$word" "it needs a hook, and BANK, the folder of a running pixgate emul serve where the hook is registered"
		return
	fi
	verb=$1
	shift
	if ! "$PIXGATE" emul "$verb" --conf-dir "$BANK" "$@" >"$work/emul" 2>"$work/emul.err"; then
		fail "$word" "$(tail -n 1 "$work/emul.err")"
		return
	fi
	if grep -q 'nothing is sent' "$work/emul.err"; then
		fail "$word" "no URL is registered for it: pixgate webhook set $HOOK"
		return
	fi
	id=$(sed -n 's/.*"[eE]nd[tT]o[eE]nd[iI]d":"\([^"]*\)".*/\1/p' "$work/emul")
	for i in 1 2 3 4 5 6 7 8 9 10; do
		if "$PIXGATE" inbox list -q --json --hook "$HOOK" --e2eid "$id" 2>/dev/null | grep -qF "\"$id\""; then
			pass "$word"
			return
		fi
		sleep 1
	done
	fail "$word" "it is not in the inbox after $i seconds"
}
