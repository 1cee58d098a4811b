#!/bin/sh
# bs2-direct.sh HOOK|URL|-: a webhook of Banco BS2, direct client: one URL, TLS 1.2, an answer within a second.
#
# Takes a hook of the configuration (best: the secret is read from its file), a URL, or - for a URL on standard input. Says "pass",
# "FAIL", "warn" or "skip" a line, then how many; exit status 0: nothing failed, 1: something did, 2: it could not be tried.
# What it sends are tests, which no gate of pixgate takes for a payment.
#
# Needs pixgate, curl and openssl. May be told by the environment:
#   PIXGATE      the program, where it is not in PATH; PIXGATE_CONF: its configuration
#   CACERT       a PEM file of CAs that vouch for your server, in place of the system's
#   RESOLVE      HOST:PORT:ADDRESS: connects there, whatever DNS says
#   STRICT       set: a warning is a failure
#   BASIC_FILE   a file with user:password, or BEARER_FILE, one with a token, which nobody else may read: what BS2 sends, where the
#                hook asks for it
#   BANK         the folder of a running pixgate emul serve where the hook is registered: then one event of the emulator must arrive

set -u
# shellcheck source=tests/setup/lib.sh
. "$(dirname "$0")/lib.sh"
begin bs2 "$@"
pixgate_check

# and once more by curl alone
if [ -n "$HOOK" ] && [ -z "$AUTHORIZATION" ] && [ -z "$QUERY" ]; then
	skip "what BS2 sends" "the hook asks for Basic or Bearer: set BASIC_FILE or BEARER_FILE"
else
	taken "an event, TLS 1.2" "$URL" --tlsv1.2 --tls-max 1.2
	quick "ten answers within a second" 1000
	if [ -n "$AUTHORIZATION" ]; then
		AUTHORIZATION=
		refused "without Authorization" "$URL"
		AUTHORIZATION="Basic bm9ib2R5Om5vYm9keQ=="
		refused "with another Authorization" "$URL"
	elif [ -n "$QUERY" ]; then
		refused "without the secret" "$BASE"
	else
		fail "something proves that it is BS2" "no Basic, no Bearer and no secret in the URL: anybody is let in"
	fi
fi
arrives "Recebimento" event Recebimento
finish
