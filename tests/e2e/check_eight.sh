#!/bin/bash
# Each of Efí's eight refusals of a URL: `pixgate check` names the cause first, then `pixgate webhook set` gets the refusal, of the same
# web server. The causes that no web server can have (a: no URL, b: no https) check refuses as a target.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/broken/lab.sh"
LOOP=127.0.0.1
. "$ROOT/tests/broken/eight.sh"

# The address that check calls from is one of those that may: with a list of them, a 403 could be ours alone.
CHECK_CONF=$T/pixgate/check.conf
sed 's/sources = \[ "127.0.0.1" \]/sources = [ ]/' "$CLIENT_CONF" >"$CHECK_CONF"

# first HOOK ARGUMENT…: what to fix first
first() {
	local hook=$1
	shift
	"$PIXGATE" --conf "$CHECK_CONF" check "$hook" --json --cacert "$BANK/server-ca.pem" --client-cert "$RIGHT" "$@" >"$T/$hook.json" 2>"$T/$hook.err"
	STATUS=$?
	FIRST=$(not_well "$T/$hook.json" | tr ' ' '\n' | sed -n 's/:fail$//p' | head -n 1)
}
# before HOOK LETTER[:WORD] ID [ARGUMENT…]
before() {
	local hook=$1 text last=() at
	case $2 in *:*) last=("${2#*:}") ;; esac
	text=$(sample "${2%%:*}" mensagem ${last[@]+"${last[@]}"})
	at=$(sed -n "s|.*name = \"$hook\";.* domain = \"localhost:\([0-9]*\)\".*|localhost:\1:127.0.0.1|p" "$CLIENT_CONF")
	first "$hook" ${at:+--resolve "$at"} "${@:4}"
	equal "$hook: check finds the cause, before: $text" "$3 1" "$FIRST $STATUS"
	"$PIXGATE" --conf "$CLIENT_CONF" webhook set "$hook" >"$T/out" 2>"$T/err"
	equal "$hook: and Efí refuses it" "5 1" "$? $(grep -c "HTTP 400 .*: $text\$" "$T/err")"
}
while IFS='|' read -r hook letter id; do
	trim "$hook" && hook=$TRIMMED
	trim "$letter" && letter=$TRIMMED
	trim "$id" && id=$TRIMMED
	case $hook in
	'' | '#'*) ;;
	hung)
		kill -s STOP "$GATE_PID"
		before "$hook" "$letter" "$id" --timeout 1
		kill -s CONT "$GATE_PID"
		;;
	silent)
		kill -s STOP "$LIGHTTPD_PID"
		before "$hook" "$letter" "$id" --timeout 1
		kill -s CONT "$LIGHTTPD_PID"
		;;
	*) before "$hook" "$letter" "$id" ;;
	esac
done <"$ROOT/tests/broken/eight.txt"

# a, b: what is no URL, or none of https; tests/e2e/eight_errors.sh has Efí's word for both
refused() { # URL MEANS
	"$PIXGATE" --conf "$CHECK_CONF" check "$1" >"$T/out" 2>"$T/err"
	equal "$1: check does not take it" "2 1" "$? $(grep -c -- "$2" "$T/err")"
}
refused "loja" "has no hook 'loja'"
refused "http://localhost:$OPEN/webhook" "does not begin with https://"

# and set up well, check finds nothing and the URL is registered
for hook in healthy skip; do
	at=$(sed -n "s|.*name = \"$hook\";.* domain = \"localhost:\([0-9]*\)\".*|localhost:\1:127.0.0.1|p" "$CLIENT_CONF")
	first $hook --resolve "$at"
	equal "$hook: nothing to fix" " 0" "$FIRST $STATUS"
	check "$hook: is registered" "$PIXGATE" --conf "$CLIENT_CONF" webhook set $hook
	check "$hook: and deleted" "$PIXGATE" --conf "$CLIENT_CONF" webhook delete $hook --yes
done
list >"$T/list" 2>/dev/null
equal "what check sent is a test, and of none of our keys" "" "$(grep '^{' "$T/list" | grep -v '"foreign":true.*"test":true' | head -n 1)"
check "and is in the inbox" grep -q '"test":true' "$T/list"
finish
