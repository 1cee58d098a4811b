#!/bin/sh
# efi-skip-mtls.sh HOOK|URL|-: a webhook of Efí that is registered with x-skip-mtls-checking: the secret in its URL is the proof.
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
#   BANK         the folder of a running pixgate emul serve where the hook is registered, and KEY, the hook's Pix key: then one
#                notice of the emulator must arrive

set -u
# shellcheck source=tests/setup/lib.sh
. "$(dirname "$0")/lib.sh"
begin efi-skip-mtls "$@"
pixgate_check

# and once more by curl alone
taken "the registration's ping" "$URL"
for suffix in pix rec cobr; do
	taken "the URL with /$suffix behind it" "$URL/$suffix"
done
refused "without the secret" "$BASE"
refused "without the secret, /pix" "$BASE/pix"
refused "with another secret" "$BASE?hmac=0000000000000000000000000000000000000000000000000000000000000000&ignorar=/pix"
arrives "received Pix" notify received --key "${KEY:-}"
finish
