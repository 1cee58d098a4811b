#!/bin/sh
# efi-mtls.sh HOOK|URL|-: a webhook of Efí behind mutual TLS, called as Efí calls it and as it must not be called.
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
#   CLIENT_CERT  a PEM file with certificate, chain and key that your server trusts: caller-sandbox.pem of pixgate emul pki, where the
#                server has its CAs. Without it what only Efí can reach is skipped
#   BANK         the folder of a running pixgate emul serve where the hook is registered, and KEY, the hook's Pix key: then one
#                notice of the emulator must arrive

set -u
# shellcheck source=tests/setup/lib.sh
. "$(dirname "$0")/lib.sh"
begin efi-mtls "$@"
pixgate_check

# and once more by curl and openssl alone
for version in 1.2 1.3; do
	refused "without a certificate, TLS $version" "$URL" "--tlsv$version" --tls-max "$version"
	refused "without a certificate, TLS $version, /pix" "$URL/pix" "--tlsv$version" --tls-max "$version"
done
case $HOST in
*:*) at=$HOST ;;
*) at=$HOST:443 ;;
esac
[ -z "${RESOLVE:-}" ] || at=${RESOLVE#*:*:}:${at##*:}
if openssl s_client -connect "$at" -servername "${HOST%:*}" </dev/null 2>/dev/null | grep -q 'Acceptable client certificate CA names'; then
	pass "a certificate is asked for, of named CAs"
else
	fail "a certificate is asked for, of named CAs" "openssl s_client shows none"
fi
if [ -n "${CLIENT_CERT:-}" ]; then
	taken "with the PSP's certificate" "$URL" --cert "$CLIENT_CERT"
	for suffix in pix rec cobr; do
		taken "with the PSP's certificate, /$suffix" "$URL/$suffix" --cert "$CLIENT_CERT"
	done
else
	skip "with the PSP's certificate" "CLIENT_CERT is not set"
fi
arrives "received Pix" notify received --key "${KEY:-}"
finish
