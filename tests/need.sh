#!/bin/bash
# Installs what a make target needs: need.sh build|demo|check|bench|static …
# Libraries and tools come from apt. Web servers are only unpacked below build/servers: installing them would start
# services and lay down configuration on a machine that asked for neither.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
what="$*"
: "${what:?usage: need.sh build|demo|check|bench|static}"

stamp=build/need.${what// /-}.ok
if [ -e "$stamp" ] && [ "$stamp" -nt tests/need.sh ] && [ ! /var/lib/dpkg/status -nt "$stamp" ] && [ ! tests/node/package-lock.json -nt "$stamp" ]; then
	exit 0
fi

build="gcc make libc6-dev libfcgi-dev libcjson-dev libconfig-dev libssl-dev libsqlite3-dev libcurl4-openssl-dev libmicrohttpd-dev libgnutls28-dev libpq-dev"
packages="" servers=""
for w in $what; do
	packages="$packages $build"
	case $w in
	build) ;;
	demo) packages="$packages openssl curl"; servers="$servers lighttpd" ;;
	check)
		packages="$packages libcmocka-dev clang valgrind mandoc curl openssl python3 spawn-fcgi libfcgi-bin cppcheck shellcheck procps binutils"
		servers="$servers lighttpd nginx caddy apache2 systemd postgresql"
		# whoever made them
		command -v node >/dev/null || packages="$packages nodejs"
		command -v npm >/dev/null || packages="$packages npm"
		command -v php >/dev/null || packages="$packages php-cli"
		packages="$packages php-sqlite3 python3-flask"
		;;
	bench) packages="$packages curl openssl valgrind"; servers="$servers lighttpd nginx" ;;
	static) packages="$packages dpkg-dev binutils" ;;
	*) echo "need.sh: unknown: $w" >&2; exit 2 ;;
	esac
done
# shellcheck disable=SC2086
packages=$(printf '%s\n' $packages | sort -u)
# shellcheck disable=SC2086
servers=$(printf '%s\n' $servers | sort -u)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	cat >&2 <<-END
	This is no Debian or Ubuntu, so nothing is installed for you. Needed, with headers: libfcgi (FastCGI), cJSON,
	libconfig, OpenSSL 3, SQLite 3, libcurl, libmicrohttpd with GnuTLS, libpq; a C compiler and GNU make. For the demo: lighttpd with mod_openssl,
	openssl, curl. For the tests besides: cmocka, clang, valgrind, mandoc, shellcheck, cppcheck, spawn-fcgi, cgi-fcgi,
	python3 with Flask, PHP with SQLite, node and npm, nginx, caddy, Apache with mod_fcgid, systemd-analyze, PostgreSQL's server.
	END
	exit 2
fi

become=""
[ "$(id -u)" = 0 ] || become=sudo
apt() {
	$become env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" </dev/null
}
installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | head -n 1)" = installed ]
}

missing=""
for p in $packages; do
	# any compiler called cc will do
	[ "$p" = gcc ] && command -v cc >/dev/null && continue
	installed "$p" || missing="$missing $p"
done
case " $what " in *" check "*)
	# clang's sanitizer runtime is a package of its own, named after clang's version, where there is one
	version=$(clang -dumpversion 2>/dev/null | cut -d. -f1 || true)
	[ -n "$version" ] || version=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
	if [ -n "$version" ] && apt-cache show "libclang-rt-$version-dev" >/dev/null 2>&1; then
		installed "libclang-rt-$version-dev" || missing="$missing libclang-rt-$version-dev"
	fi
esac
if [ -n "$missing" ]; then
	echo "installing with apt:$missing" >&2
	mkdir -p build
	# shellcheck disable=SC2086
	if ! apt install -y --no-install-recommends $missing >build/apt.log 2>&1; then
		apt update >>build/apt.log 2>&1 || true
		# shellcheck disable=SC2086
		apt install -y --no-install-recommends $missing >>build/apt.log 2>&1 || { cat build/apt.log >&2; exit 2; }
	fi
fi

# A server counts when its program and the module that we need are there, on the machine or below build/servers.
there() {
	local at
	for at in "" "$root/build/servers"; do
		case $1 in
		lighttpd) [ -x "$at/usr/sbin/lighttpd" ] && [ -e "$at/usr/lib/lighttpd/mod_openssl.so" ] && return ;;
		apache2) [ -x "$at/usr/sbin/apache2" ] && [ -e "$at/usr/lib/apache2/modules/mod_fcgid.so" ] && return ;;
		nginx) [ -x "$at/usr/sbin/nginx" ] && return ;;
		caddy) [ -x "$at/usr/bin/caddy" ] && return ;;
		systemd) [ -x "$at/usr/bin/systemd-analyze" ] && return ;;
		postgresql) compgen -G "$at/usr/lib/postgresql/*/bin/initdb" >/dev/null && return ;;
		esac
	done
	return 1
}
fetch=""
for s in $servers; do
	there "$s" && continue
	case $s in
	lighttpd) fetch="$fetch lighttpd lighttpd-mod-openssl" ;;
	apache2) fetch="$fetch apache2-bin libapache2-mod-fcgid" ;;
	*) fetch="$fetch $s" ;;
	esac
done
if [ -n "$fetch" ]; then
	echo "fetching with apt, unpacked below build/servers only:$fetch" >&2
	mkdir -p build/debs/partial build/servers
	download() {
		# no root needed: nothing but our own folder is written
		# shellcheck disable=SC2086
		DEBIAN_FRONTEND=noninteractive apt-get -qq install --download-only --reinstall -y --no-install-recommends \
			-o "Dir::Cache::archives=$root/build/debs" -o Debug::NoLocking=1 -o APT::Sandbox::User=root \
			$fetch >build/debs/log 2>&1 </dev/null
	}
	if ! download; then
		apt update >/dev/null 2>&1 || true
		download || { cat build/debs/log >&2; exit 2; }
	fi
	for deb in build/debs/*.deb; do dpkg-deb -x "$deb" build/servers; done
	for s in $servers; do
		there "$s" || { echo "need.sh: $s is not in what apt gave" >&2; exit 2; }
	done
fi

# What others wrote to receive what we send: the versions that the lock file pins, below build/node, no script of theirs run.
case " $what " in *" check "*)
	if ! cmp -s tests/node/package-lock.json build/node/done; then
		echo "fetching with npm, below build/node only: $(sed -n 's/^    "\([a-z]*\)": "[0-9.]*",*$/\1/p' tests/node/package.json | tr '\n' ' ')" >&2
		mkdir -p build/node
		cp tests/node/package.json tests/node/package-lock.json build/node/
		(cd build/node && npm ci --no-audit --no-fund --ignore-scripts >npm.log 2>&1 </dev/null) || { cat build/node/npm.log >&2; exit 2; }
		cp tests/node/package-lock.json build/node/done
	fi
esac

mkdir -p build
touch "$stamp"
