#!/bin/bash
# Makes the examples again from what `pixgate gen` prints, after a change of a template or of the version:
#   examples/make.sh [FOLDER]	writes them (here, or below FOLDER)
#   examples/make.sh matrix	takes the tables that tests/e2e/matrix_*.sh measured into MATRIX.md
# The configuration stands in a folder of its own; its path is written as /etc/pixgate in the examples, and so that
# `pixgate gen -o` still takes them for its own, the sum in their heads is made anew.
set -eu
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
B=${B:-build}
case $B in /*) ;; *) B=$root/$B ;; esac
PIXGATE=${PIXGATE:-$B/pixgate}
export PIXGATE_TEMPLATES=$root/templates

if [ "${1:-}" = matrix ]; then
	{
		sed '/^## /,$d' "$here/MATRIX.md"
		for server in apache caddy lighttpd nginx; do
			[ $server = apache ] || echo
			cat "$B/matrix/$server.md"
		done
	} >"$B/matrix/MATRIX.md"
	mv "$B/matrix/MATRIX.md" "$here/MATRIX.md"
	exit 0
fi

out=${1:-$here}
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
mkdir "$T/pixgate"
cp "$here"/ca/*.pem "$T/pixgate"

# the hook "loja" of one environment and mode
conf() { # ENVIRONMENT MODE
	local cert='client_cert = "none";'
	[ "$2" != mtls ] || cert="client_cert = \"verify\"; ca = \"efi-$1.pem\";"
	cat >"$T/pixgate/pixgate.conf" <<-END
	inbox = "sqlite:inbox.db";
	domain = "pix.example.com";
	hooks = (
	  { name = "loja"; path = "/webhook"; psp = "efi"; environment = "$1"; secret = [ "file:loja.secret" ];
	    $cert keys = [ "5b1c3a2e-0f4d-4c8b-9a67-2d1e8f705c34" ]; }
	);
	END
}
# as if it had been made where the examples say
settle() { # FILE
	local sum
	sed -i "s|$T/pixgate|/etc/pixgate|g" "$1"
	sum=$(sed '/^# pixgate sum: /d' "$1" | sha256sum)
	sed -i "s/^# pixgate sum: .*/# pixgate sum: ${sum%% *}/" "$1"
}
# gen FILE ARGUMENT…
gen() {
	local file=$1
	shift
	mkdir -p "$(dirname "$out/$file")"
	if ! "$PIXGATE" --conf "$T/pixgate/pixgate.conf" gen "$@" >"$out/$file" 2>"$T/err"; then
		cat "$T/err" >&2
		exit 1
	fi
	settle "$out/$file"
}

# which of them: a server's name, its version, and how its files end
for of in apache:2.4.62:.conf caddy:2.6.2:.Caddyfile lighttpd:1.4.69:.conf nginx:1.22.1:.conf; do
	IFS=: read -r server version end <<<"$of"
	for environment in production sandbox; do
		for mode in mtls skip-mtls; do
			conf $environment $mode
			gen "$server/$environment-$mode$end" "$server" --mode $mode --server-version "$version"
		done
	done
done
conf production skip-mtls
gen apache/htaccess htaccess --mode skip-mtls --server-version 2.4.62
mkdir -p "$out/systemd"
rm -f "$out"/systemd/pixgate*
"$PIXGATE" --conf "$T/pixgate/pixgate.conf" gen systemd -o "$out/systemd" >"$T/wrote" 2>"$T/err" || { cat "$T/err" >&2; exit 1; }
for unit in "$out"/systemd/pixgate*; do settle "$unit"; done
