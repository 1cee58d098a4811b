#!/bin/bash
# What the programs need at run time: the gate starts once a request on a shared host, so it links nothing idle.
. "$(dirname "$0")/../lib.sh"
needed() {
	readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sed 's/\.so.*//' | sort | tr '\n' ' '
}
equal "pixgate.fcgi needs the request path's libraries and no other" "libc libcjson libconfig libcrypto libfcgi libsqlite3 " "$(needed "$GATE")"
# calls of an API are libcurl's business; what certificate a server serves is looked at with libssl; PostgreSQL is a sink's
for lib in libfcgi:no libssl:yes libcurl:yes libpq:yes; do
	case " $(needed "$PIXGATE")" in
	*" ${lib%:*} "*) has=yes ;;
	*) has=no ;;
	esac
	equal "pixgate needs ${lib%:*}: ${lib#*:}" "${lib#*:}" "$has"
done
for p in "$GATE" "$PIXGATE"; do
	name=$(basename "$p")
	check "$name is position independent" grep -q 'DYN' <(readelf -h "$p")
	check "$name binds at start and has read-only relocations" grep -qE 'BIND_NOW|NOW' <(readelf -d "$p")
	equal "$name has no search path of its own" "" "$(readelf -d "$p" | grep -E 'RPATH|RUNPATH')"
	equal "$name carries no folder of the machine that built it" 0 "$(strings "$p" | grep -cF "$ROOT/")"
done
finish
