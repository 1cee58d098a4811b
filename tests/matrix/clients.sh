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

# What is asked for often is made once, without a process for each.
SHORTS=() TITLES=()
declare -A PROVE=()
clients_ready() { # once $T/pki is there
	local row short title cert key
	for row in "${CLIENTS[@]}"; do
		IFS='|' read -r short title cert key <<<"$row"
		SHORTS+=("$short")
		TITLES+=("$title")
		PROVE[$short]=${cert:+cert=$T/pki/$cert key=$T/pki/$key}
	done
	for row in "${SESSIONS[@]}"; do
		SHORTS+=("${row%%|*}")
		TITLES+=("${row#*|}")
	done
}
# Every connection posts an event of its own, so that a wrong one in the inbox is known by name: right.13 sets
# E2EID to E00000000202611201200000right13.
e2eid() {
	local name=${1//[.-]/} zeros=00000000000
	E2EID=E00000000202611201200${zeros:${#name}}$name
}
# call NAME WORD…: a line for tests/tools/tls.c
call() {
	local name=$1
	shift
	e2eid "$name"
	printf 'name=%s data={"pix":[{"endToEndId":"%s","txid":"pedido0001","chave":"%s","valor":"12.34","horario":"2026-11-20T12:00:00.000Z"}]} %s\n' \
		"$name" "$E2EID" "$KEY" "$*"
}
