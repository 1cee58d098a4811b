#!/bin/bash
# make static: build/static/pixgate.fcgi, one file to copy to a shared host. Debian packages no static cJSON, so it is
# compiled from Debian's own source package, security patches included. Where that cannot be had, cJSON and the C
# library stay dynamic and all else is linked in.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
out=$root/build/static
mkdir -p "$out"
: "${CC:=cc}"

# The source package through apt, with lists and sources of our own: the machine's configuration is not touched.
fetch_cjson() {
	local apt=$out/apt dsc
	mkdir -p "$apt/sources.d" "$apt/lists/partial"
	# the machine's own places, as sources of source packages
	{
		grep -hE '^deb[[:space:]]' /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed 's/^deb\([[:space:]]\)/deb-src\1/' || true
	} >"$apt/sources.d/src.list"
	for f in /etc/apt/sources.list.d/*.sources; do
		[ -e "$f" ] && sed 's/^Types:.*/Types: deb-src/' "$f" >"$apt/sources.d/$(basename "$f")"
	done
	private() {
		apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$apt/sources.d" -o "Dir::State::lists=$apt/lists" \
			-o Debug::NoLocking=1 -o APT::Sandbox::User=root -o Dir::Cache::srcpkgcache= -o Dir::Cache::pkgcache= "$@"
	}
	private update >"$apt/log" 2>&1 || return 1
	(cd "$out" && private source --download-only cjson) >>"$apt/log" 2>&1 || return 1
	rm -rf "$out/cjson"
	for dsc in "$out"/cjson_*.dsc; do
		dpkg-source --no-check -x "$dsc" "$out/cjson" >>"$apt/log" 2>&1 && return
	done
	return 1
}
libs="-lfcgi -lcjson -lconfig -lcrypto -lsqlite3"
if [ ! -e "$out/libcjson.a" ]; then
	if [ ! -e "$out/cjson/cJSON.c" ]; then
		echo "fetching the source of cJSON with apt" >&2
		fetch_cjson || echo "the source of cJSON cannot be had from apt: cJSON and libc stay dynamic" >&2
	fi
	if [ -e "$out/cjson/cJSON.c" ]; then
		"$CC" -O2 -ffunction-sections -fdata-sections -c -o "$out/cJSON.o" "$out/cjson/cJSON.c"
		ar -rcs "$out/libcjson.a" "$out/cJSON.o"
	fi
fi

lean="-O2 -ffunction-sections -fdata-sections"
if [ -e "$out/libcjson.a" ]; then
	# not position independent: no relocations at start, which a process that lives for one request would pay each time
	set -- hard="-fno-pie -fstack-protector-strong -ffile-prefix-map=$root=. -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2" \
		hardlink="-static -no-pie -Wl,--gc-sections -Wl,-z,relro,-z,now" gate_libs="-L$out $libs -lm -lpthread -ldl"
else
	set -- hardlink="-pie -Wl,-z,relro,-z,now,--gc-sections" \
		gate_libs="-Wl,-Bstatic -lfcgi -lconfig -lcrypto -lsqlite3 -Wl,-Bdynamic -lcjson -lm"
fi
make -s --no-print-directory -j "$(nproc)" B=build/static/b CC="$CC" CFLAGS="$lean" "$@" build/static/b/pixgate.fcgi 2>"$out/log" || { cat "$out/log" >&2; exit 1; }
strip -o "$out/pixgate.fcgi" build/static/b/pixgate.fcgi
size=$(stat -c %s "$out/pixgate.fcgi")
needs=$(readelf -d "$out/pixgate.fcgi" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | tr '\n' ' ')
echo "build/static/pixgate.fcgi: $((size / 1024)) KiB, needs ${needs:-no library}"
