#!/bin/sh
# cgi-bin.sh HOOK|URL|-: the gate as a program of a shared host's cgi-bin, with a secret in its URL: whether it runs at all, as what,
# and whether its neighbours can be read from outside.
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

set -u
# shellcheck source=tests/setup/lib.sh
. "$(dirname "$0")/lib.sh"
begin "" "$@"

# what goes wrong in a cgi-bin, one after the other
post "$URL"
case $STATUS in
5??) fail "the program is started" "HTTP $STATUS: is it a file of mode 755 (no link) of your account, made for this machine? The host's error log says more" ;;
000) fail "the program is started" "no answer: $(head -n 1 "$work/curl.err")" ;;
404) fail "the program is started" "HTTP 404: it is not there, or the hook's path is not the URL's" ;;
*) pass "the program is started (HTTP $STATUS)" ;;
esac
if head -c 4 "$work/body" | grep -q ELF; then
	fail "it is run, not sent" "the server sends the program itself: its folder is no cgi-bin, or its name needs to end in .cgi"
else
	pass "it is run, not sent"
fi
if [ "$(head -c 5 "$work/body")" = 200 ]; then
	pass "the answer is the gate's"
else
	fail "the answer is the gate's" "$(answer), and its body is not 200"
fi
taken "the path behind it reaches it, /pix" "$URL/pix"
taken "a path behind the program's name reaches it" "$BASE/pix$QUERY"
refused "without the secret" "$BASE"
refused "with another secret" "$BASE?hmac=0000000000000000000000000000000000000000000000000000000000000000&ignorar=/pix"
top=https://$HOST
for file in pixgate/pixgate.conf .pixgate/pixgate.conf cgi-bin/pixgate.conf pixgate.conf pixgate/inbox.db .pixgate/inbox.db; do
	post "$top/$file" --get
	case $STATUS in
	2??)
		if grep -qE 'hooks|SQLite' "$work/body"; then
			fail "/$file cannot be read" "it is open to everybody: move it out of the web's folder, and make new secrets"
		else
			pass "/$file cannot be read"
		fi
		;;
	*) pass "/$file cannot be read" ;;
	esac
done
pixgate_check
finish
