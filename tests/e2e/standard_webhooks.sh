#!/bin/bash
# What the sink https sends is taken by the reference implementation of Standard Webhooks, npm's standardwebhooks, and nothing else is.
. "$(dirname "$0")/../lib.sh"
export NODE_PATH=$ROOT/build/node/node_modules
[ -d "$NODE_PATH/standardwebhooks" ] || { not_ok "build/node is there: run tests/need.sh check"; finish; }

new="whsec_$(openssl rand -base64 32)" old="whsec_$(openssl rand -base64 24)" long="whsec_$(openssl rand -base64 64 | tr -d '\n')"
printf '%s\n' "$new" >"$T/new"
printf '%s\n' "$old" >"$T/old"
printf '%s\n' "${long#whsec_}" >"$T/long"	# the prefix may be left out
chmod 600 "$T/new" "$T/old" "$T/long"

has_port() {
	grep -q '^port ' "$1"
}
# receives NAME SECRETS… -- REFERENCES…: a receiver with those secrets; what it found is printed
receives() {
	local name=$1 secrets=() port
	shift
	while [ "$1" != -- ]; do
		secrets+=("$1")
		shift
	done
	shift
	start "$name" node "$ROOT/tests/node/verify.js" "${secrets[@]}"
	until_true 30 has_port "$T/$name.log" || { not_ok "$name: the receiver starts"; finish; }
	port=$(sed -n 's/^port //p' "$T/$name.log")
	equal "$name: the event is sent" "done" "$("$TOOLS/send" "$T" "http://127.0.0.1:$port/pix" - 1 0 "$@" 2>&1)"
	grep -E '^(not )?ok ' "$T/$name.log" | sed "s/ok /ok $name: /"
	equal "$name: every look at it was made" "$((8 + 2 * ${#secrets[@]}))" "$(grep -cE '^(not )?ok ' "$T/$name.log")"
	failures=$((failures + $(grep -c '^not ok ' "$T/$name.log")))
	stop "$PID"
}
receives one "$new" -- file:new
receives two "$new" "$old" -- file:new file:old
receives long "$long" -- file:long
finish
