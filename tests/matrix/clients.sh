# shellcheck shell=bash disable=SC2034
# Who calls: each client of the matrix, what it proves with, and what a good web server and gate make of it.
# short name (8 letters at most, part of the e2eid) | column of the table | certificate and what is sent with it | key
CLIENTS=(
	"none|no certificate||"
	"right|right leaf|client.chain|client.key"
	"leafonly|leaf alone|client.crt|client.key"
	"sibling|sibling CA's|client-sibling.chain|client-sibling.key"
	"direct|root's own|client-direct.chain|client-direct.key"
	"sandbox|sandbox's|client-sandbox.chain|client-sandbox.key"
	"self|self-signed|self.chain|self.key"
	"foreign|foreign CA, same names|client-foreign.chain|client-foreign.key"
	"expired|expired|client-expired.chain|client-expired.key"
	"srvonly|for servers only|client-serveronly.chain|client-serveronly.key"
)
# The columns of sessions: made without a certificate at another host of the same server, and (scope path) at the shop's
# pages of the same host; made with the right leaf.
SESSIONS=("other|session of another host" "same|session of the shop's pages" "again|session of the right leaf")

client_words() { # SHORT NAME: how tests/tools/tls.c says it
	local row short cert key
	for row in "${CLIENTS[@]}"; do
		IFS='|' read -r short _ cert key <<<"$row"
		if [ "$short" = "$1" ]; then
			[ -z "$cert" ] || printf ' cert=%s key=%s' "$T/pki/$cert" "$T/pki/$key"
			return
		fi
	done
	echo "no client is called $1" >&2
	return 1
}
shorts() {
	local row
	for row in "${CLIENTS[@]}" "${SESSIONS[@]}"; do echo "${row%%|*}"; done
}
titles() {
	local row rest
	for row in "${CLIENTS[@]}" "${SESSIONS[@]}"; do
		rest=${row#*|}
		echo "${rest%%|*}"
	done
}
# Every connection posts an event of its own, so that a wrong one in the inbox is known by name.
e2eid_of() { # SHORT NAME and TLS version: right.13
	local name=${1//[.-]/}
	printf 'E00000000202611201200%s%s' "$(printf '%.*s' $((11 - ${#name})) 00000000000)" "$name"
}
