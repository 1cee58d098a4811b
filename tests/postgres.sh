# shellcheck shell=bash
# A PostgreSQL server of the test's own, below $T/pg, on 127.0.0.1. Sourced behind lib.sh.
pg_programs() { # the folder of the newest version that is there, on the machine or below build/servers
	local at found
	for at in "" "$ROOT/build/servers"; do
		found=$(compgen -G "$at/usr/lib/postgresql/*/bin/initdb" | sort -V | tail -n 1)
		[ -n "$found" ] || continue
		PG=${found%/initdb}
		[ -z "$at" ] || PG_LIBRARIES="$at/usr/lib/$(uname -m)-linux-gnu:$at/usr/lib"
		return
	done
	not_ok "PostgreSQL is there" "tests/need.sh check"
	finish
}
# pg COMMAND…: as the account of the servers, since PostgreSQL refuses to be root; in a folder that it may enter
pg() {
	local drop=()
	[ "$(id -u)" != 0 ] || drop=(setpriv --reuid "$ACCOUNT" --regid "$GROUP" --clear-groups)
	(cd "$T" && exec "${drop[@]}" env ${PG_LIBRARIES:+"LD_LIBRARY_PATH=$PG_LIBRARIES"} PGPASSWORD=senha-do-dono "$@")
}
# pg_make: a cluster with the superuser "owner", database "shop", passwords asked for
pg_make() {
	pg_programs
	PG_PORT=$(free_port)
	mkdir -p "$T/pg"
	printf 'senha-do-dono\n' >"$T/pg/password"
	[ "$(id -u)" != 0 ] || chown -R "$ACCOUNT" "$T/pg"
	if ! pg "$PG/initdb" -D "$T/pg/data" -U owner -A scram-sha-256 --pwfile="$T/pg/password" -E UTF8 --no-locale --no-sync >"$T/initdb.log" 2>&1; then
		not_ok "initdb" "$(tail -n 3 "$T/initdb.log" | tr '\n' ' ')"
		finish
	fi
	cat >>"$T/pg/data/postgresql.conf" <<-END
	listen_addresses = '127.0.0.1'
	port = $PG_PORT
	unix_socket_directories = '$T/pg'
	fsync = off
	shared_buffers = 16MB
	max_connections = 20
	END
	pg_start
	sql postgres 'CREATE DATABASE shop' >/dev/null || { not_ok "a database"; finish; }
}
pg_ready() {
	sql postgres 'SELECT 1' >/dev/null 2>&1
}
pg_up_or_gone() {
	gone "$PG_PID" || pg_ready
}
pg_start() {
	local drop=()
	# the process that is stopped later is the server itself
	[ "$(id -u)" != 0 ] || drop=(setpriv --reuid "$ACCOUNT" --regid "$GROUP" --clear-groups)
	start postgres "${drop[@]}" env ${PG_LIBRARIES:+"LD_LIBRARY_PATH=$PG_LIBRARIES"} "$PG/postgres" -D "$T/pg/data"
	PG_PID=$PID
	until_true 60 pg_up_or_gone
	pg_ready || { not_ok "PostgreSQL starts" "$(tail -n 3 "$T/postgres.log" | tr '\n' ' ')"; finish; }
}
# pg_stop: at once, without a word to who is connected but that the server goes down
pg_stop() {
	STOP_SECONDS=60 stop "$PG_PID" INT
}
# sql DATABASE TEXT: as the owner; values alone, separated by |
sql() {
	pg "$PG/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$PG_PORT" -U owner -d "$1" -c "$2" 2>&1
}
