# shellcheck shell=bash
# How the program `pixgate` is asked and judged; sourced behind lib.sh. The inbox is filled by the gate as plain CGI.
unset PIXGATE_CONF
export NO_COLOR=1

# run ARGUMENT…: sets CODE, OUT and ERR (files $T/out, $T/err)
run() {
	"$PIXGATE" "$@" >"$T/out" 2>"$T/err" </dev/null
	CODE=$?
	OUT=$(cat "$T/out")
	ERR=$(cat "$T/err")
}
# ended NAME CODE [TEXT OF STANDARD ERROR]: the last run; an error is one line "pixgate: …", and nothing else was said
ended() {
	if [ "$CODE" != "$2" ]; then
		not_ok "$1" "wanted exit status $2, got $CODE: $ERR"
	elif [ -n "${3:-}" ] && [[ $ERR != *"$3"* ]]; then
		not_ok "$1" "wanted '$3' in: $ERR"
	elif [ -n "${3:-}" ] && { [[ $ERR != "pixgate: "* ]] || [ "$(wc -l <"$T/err")" != 1 ]; }; then
		not_ok "$1" "not one line of an error: $ERR"
	else
		ok "$1"
	fi
}
has() { # NAME TEXT: in the last run's output
	case $OUT in *"$2"*) ok "$1" ;; *) not_ok "$1" "wanted '$2' in: $OUT" ;; esac
}
lacks() { # NAME TEXT
	case "$OUT$ERR" in *"$2"*) not_ok "$1" "'$2' was printed" ;; *) ok "$1" ;; esac
}
# cgi URI BODY: one request to the gate
cgi() {
	printf %s "$2" | PIXGATE_CONF=$CONF REQUEST_METHOD=POST REQUEST_URI=$1 REMOTE_ADDR=127.0.0.1 CONTENT_LENGTH=${#2} \
		"$GATE" >"$T/cgi.out" 2>>"$T/cgi.log"
	grep -q '^Status: 200' "$T/cgi.out" || not_ok "the gate takes a notification" "$(head -c 300 "$T/cgi.out")"
}
