#!/bin/bash
# The sink sql against a real PostgreSQL: rows, twins, what is missing, locks, a server that goes and comes, certificates.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/postgres.sh"
pg_make

printf 'senha-da-loja' >"$T/shop.pg"
printf 'senha-errada' >"$T/wrong.pg"
printf '%s' "$SECRET" >"$T/loja.secret"
chmod 600 "$T"/*.pg "$T/loja.secret"
at=127.0.0.1:$PG_PORT/shop
cat >"$T/sinks.conf" <<END
inbox = "sqlite:inbox.db";
hooks = ( { name = "loja"; path = "/w"; psp = "efi"; secret = "file:loja.secret"; sinks = (
  { name = "table"; type = "sql"; database = "postgresql://pixgate@$at"; password = "file:shop.pg"; table = "pix_event"; timeout = 2; },
  { name = "wrong"; type = "sql"; database = "postgresql://pixgate@$at"; password = "file:wrong.pg"; table = "pix_event"; },
  { name = "nobody"; type = "sql"; database = "postgresql://nobody@$at"; password = "file:shop.pg"; table = "pix_event"; },
  { name = "base"; type = "sql"; database = "postgresql://pixgate@127.0.0.1:$PG_PORT/nothing"; password = "file:shop.pg"; table = "pix_event"; },
  { name = "schema"; type = "sql"; database = "postgresql://pixgate@$at"; password = "file:shop.pg"; table = "Loja.PixEvent"; },
  { name = "socket"; type = "sql"; database = "postgresql://pixgate@/shop?host=$T/pg&port=$PG_PORT"; password = "file:shop.pg"; table = "pix_event"; },
  { name = "named"; type = "sql"; database = "postgresql://pixgate@/shop?host=db.example&hostaddr=127.0.0.1&port=$PG_PORT&sslrootcert=$T/pg.pem"; password = "file:shop.pg"; table = "pix_event"; },
  { name = "other"; type = "sql"; database = "postgresql://pixgate@/shop?host=other.example&hostaddr=127.0.0.1&port=$PG_PORT&sslrootcert=$T/pg.pem"; password = "file:shop.pg"; table = "pix_event"; },
  { name = "nothing"; type = "sql"; database = "postgresql://pixgate@/shop?host=db.example&hostaddr=127.0.0.1&port=$PG_PORT&sslrootcert=$T/no.pem"; password = "file:shop.pg"; table = "pix_event"; }
); } );
END
chmod 600 "$T/sinks.conf"
sql shop "CREATE ROLE pixgate LOGIN PASSWORD 'senha-da-loja'; ALTER ROLE pixgate SET log_statement = 'all'" >/dev/null

# sends SINK: opens it; then send ID TXID [PAYLOAD] goes through the same open sink. $SAID is the answer, $TOOK its milliseconds
sends() {
	coproc SENDER { exec "$TOOLS/sink" "$T/sinks.conf" loja "$1" 2>>"$T/sink.log"; }
	sender=$SENDER_PID
}
send() {
	printf '%s\t%s\t%s\n' "$1" "$2" "${3:-{\}}" >&"${SENDER[1]}"
	SAID='' TOOK=0
	read -r -t 60 HOW TOOK SAID <&"${SENDER[0]}"
	SAID="$HOW${SAID:+ $SAID}"
	printf '%s\n' "$SAID" >>"$T/said"
}
done_with() {
	eval "exec ${SENDER[1]}>&-"
	wait "$sender"
	equal "the sink is closed well" 0 $?
}
once() { # SINK ID TXID [PAYLOAD]
	SAID=$(printf '%s\t%s\t%s\n' "$2" "$3" "${4:-{\}}" | "$TOOLS/sink" "$T/sinks.conf" loja "$1" 2>>"$T/sink.log" | sed 's/ [0-9]*//')
	printf '%s\n' "$SAID" >>"$T/said"
}
starts() { # NAME TEXT…: with one of them
	local text
	for text in "${@:2}"; do
		case $SAID in "$text"*) ok "$1" && return ;; esac
	done
	not_ok "$1" "wanted '$2…', got '$SAID'"
}
rows() { # NAME WANT QUERY
	equal "$1" "$2" "$(sql shop "$3")"
}

sends table
send pix_1 pedido1
starts "a table that is missing is named" 'stuck there is no table pix_event'
sql shop "CREATE TABLE pix_event (id text PRIMARY KEY)" >/dev/null
send pix_1 pedido1
starts "a column that is missing is named" 'stuck column "type" of table pix_event is missing: examples/sql'
sql shop "DROP TABLE pix_event" >/dev/null
sql shop "$(cat "$ROOT/examples/sql/postgresql.sql")" >/dev/null
send pix_1 pedido1
starts "a table that it may not write is told with what to do" 'stuck SQLSTATE 42501: this user may not: GRANT SELECT, INSERT'
sql shop "GRANT INSERT ON pix_event TO pixgate" >/dev/null
send pix_1 pedido1
starts "to write alone is not enough to know a twin" 'stuck SQLSTATE 42501: this user may not: GRANT SELECT, INSERT'
check "the example names both rights" grep -q 'GRANT SELECT, INSERT ON pix_event TO pixgate;' "$ROOT/examples/sql/postgresql.sql"
sql shop "GRANT SELECT, INSERT ON pix_event TO pixgate" >/dev/null
send pix_1 pedido1 '{"a":1}'
starts "an event is taken once the table is there, by the same open sink" "done"
rows "it is a row" 'pix_1|pix.received|loja|efi|received|E00000000202611211200abcdef01234|pedido1||||1234|2026-11-21 12:00:00+00|7|{"a":1}' \
	"SET timezone = 'UTC'; SELECT id, type, hook, psp, kind, e2eid, txid, pix_key, ref, status, amount_cents, at, event_id, payload FROM pix_event"
rows "received_at is now" t "SELECT received_at BETWEEN now() - interval '5 min' AND now() + interval '5 min' FROM pix_event"
send pix_1 other '{"b":2}'
starts "the same event again is done" "done"
rows "and one row, as it was" '1|pedido1' "SELECT count(*), min(txid) FROM pix_event"

# shellcheck disable=SC2016
hostile='{"a":"it'"'"'s \"quoted\" ção 💸 $1 %s \u0000 -- ; DROP TABLE pix_event"}'
send pix_2 "x'); DROP TABLE pix_event; --" "$hostile"
starts "values with quotes and other alphabets are taken" "done"
rows "the txid as it is" "x'); DROP TABLE pix_event; --" "SELECT txid FROM pix_event WHERE id = 'pix_2'"
rows "the payload as it is" "$hostile" "SELECT payload FROM pix_event WHERE id = 'pix_2'"

sql shop "ALTER TABLE pix_event RENAME COLUMN txid TO gone" >/dev/null
send pix_3 pedido3
starts "a column that went is named" 'stuck column "txid" of table pix_event is missing'
sql shop "ALTER TABLE pix_event RENAME COLUMN gone TO txid" >/dev/null
sql shop "ALTER TABLE pix_event DROP CONSTRAINT pix_event_pkey" >/dev/null
send pix_3 pedido3
starts "an id that is not unique is told" 'stuck SQLSTATE 42P10: id must be'
sql shop "ALTER TABLE pix_event ADD PRIMARY KEY (id)" >/dev/null

sql shop "ALTER TABLE pix_event ADD CONSTRAINT regra CHECK (txid <> 'segredo')" >/dev/null
send pix_4 segredo
starts "a row that a rule refuses is tried again, the rule named" 'again SQLSTATE 23514: a rule of the table refuses this event: regra'
send pix_5 pedido5
starts "and others are taken meanwhile" "done"
sql shop "ALTER TABLE pix_event DROP CONSTRAINT regra" >/dev/null
sql shop "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN RAISE NOTICE 'notice: %', new.txid; IF new.txid = 'segredo' THEN RAISE EXCEPTION 'exception: %', new.txid; END IF; RETURN new; END \$\$;
	CREATE TRIGGER shout BEFORE INSERT ON pix_event FOR EACH ROW EXECUTE FUNCTION shout()" >/dev/null
send pix_6 segredo
starts "a trigger that refuses is told without its words" 'again SQLSTATE P0001: the database refuses this event'
send pix_7 sussurro
starts "a trigger that talks is let talk" "done"
sql shop "DROP TRIGGER shout ON pix_event" >/dev/null
sql shop "ALTER TABLE pix_event ADD COLUMN must int NOT NULL DEFAULT 0; ALTER TABLE pix_event ALTER COLUMN must DROP DEFAULT" >/dev/null
send pix_8 pedido8
starts "a column that wants a value is named" 'again SQLSTATE 23502: a column that is not filled must have a default: must'
sql shop "ALTER TABLE pix_event DROP COLUMN must" >/dev/null

# a lock on the table: somebody holds it in a transaction of his own
mkfifo "$T/lock"
pg "$PG/psql" -X -q -A -t -h 127.0.0.1 -p "$PG_PORT" -U owner -d shop <"$T/lock" >"$T/lock.out" 2>&1 &
locker=$!
exec 9>"$T/lock"
echo "BEGIN; LOCK TABLE pix_event IN ACCESS EXCLUSIVE MODE; SELECT 'locked';" >&9
check "somebody locks the table" until_true 30 grep -q locked "$T/lock.out"
send pix_9 pedido9
# the server ends it, or we do where its word of that is late
starts "a lock is waited for until the timeout" 'stuck SQLSTATE 57014: it took longer than timeout, or the table is locked' \
	'stuck no answer in time: is the table locked'
check "that is two seconds, and not much more" [ "$TOOK" -ge 1900 -a "$TOOK" -lt 20000 ]
rows "and the server has let go of it too" 0 "SELECT count(*) FROM pg_stat_activity WHERE usename = 'pixgate' AND state <> 'idle'"
echo "COMMIT;" >&9
exec 9>&-
wait "$locker"
send pix_9 pedido9
starts "once it is unlocked the event is taken" "done"
limits_are_local() { # behind a pooler the session is others' too
	grep -q 'statement: .*SET LOCAL statement_timeout = ' "$T/postgres.log" && ! grep -qE 'statement: .*SET (SESSION )?(statement|idle)' "$T/postgres.log"
}
check "our limits end with their transaction" limits_are_local

# the server
equal "one connection is kept" 1 "$(sql shop "SELECT count(*) FROM pg_stat_activity WHERE usename = 'pixgate'")"
rows "somebody ends our connection" 1 "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'pixgate'"
send pix_10 pedido10
starts "it is made anew, and the event taken at once" "done"
pg_stop
send pix_11 pedido11
starts "a server that is down is told" 'stuck no connection: Connection refused'
pg_start
send pix_11 pedido11
starts "once it is up the same open sink goes on" "done"
backend=$(sql shop "SELECT pid FROM pg_stat_activity WHERE usename = 'pixgate'")
kill -s STOP "$backend"
send pix_12 pedido12
starts "a server that hangs is waited for until the timeout" 'stuck no answer in time'
check "that is two seconds, and not much more" [ "$TOOK" -ge 1900 -a "$TOOK" -lt 20000 ]
kill -s CONT "$backend"
send pix_12 pedido12
starts "and then a fresh connection takes it" "done"
sql postgres "ALTER DATABASE shop SET default_transaction_read_only = on" >/dev/null
rows "our connection ends again" 1 "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'pixgate'"
send pix_13 pedido13
starts "a server that takes no writes is told" 'stuck SQLSTATE 25006: the server takes no writes now'
sql postgres "ALTER DATABASE shop RESET default_transaction_read_only" >/dev/null
done_with
rows "each event that was taken is one row" 'pix_1 pix_10 pix_11 pix_12 pix_2 pix_5 pix_7 pix_9' "SELECT string_agg(id, ' ' ORDER BY id) FROM pix_event"

# other ways in
once wrong pix_20 pedido20
starts "a wrong password is told" 'stuck no connection: FATAL:  password authentication failed for user "pixgate"'
once nobody pix_20 pedido20
starts "so is a user that is not there" 'stuck no connection: FATAL:  password authentication failed for user "nobody"'
once base pix_20 pedido20
starts "and a database that is not there" 'stuck no connection: FATAL:  database "nothing" does not exist'
once socket pix_20 pedido20
starts "a local socket needs no certificate" "done"
once schema pix_21 pedido21
starts "a schema that is missing is told" 'stuck there is no table Loja.PixEvent'
sql shop 'CREATE SCHEMA "Loja"; GRANT USAGE ON SCHEMA "Loja" TO pixgate; CREATE TABLE "Loja"."PixEvent" (LIKE pix_event INCLUDING ALL); ALTER TABLE "Loja"."PixEvent" ALTER COLUMN payload TYPE jsonb USING payload::jsonb; GRANT SELECT, INSERT ON "Loja"."PixEvent" TO pixgate' >/dev/null
once schema pix_21 pedido21 '{"a": {"b": [1, "ç"]}}'
starts "a name with capitals and a schema is that table" "done"
equal "a payload may be jsonb" 'ç' "$(sql shop "SELECT payload->'a'->'b'->>1 FROM \"Loja\".\"PixEvent\" WHERE id = 'pix_21'")"

# TLS: who is not this machine must prove that he is who he was called
once named pix_30 pedido30
starts "a server elsewhere without TLS is refused" 'stuck no connection: server does not support SSL, but SSL was required'
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=db.example -addext subjectAltName=DNS:db.example -keyout "$T/pg.key" -out "$T/pg.pem" 2>"$T/openssl.log"
cp "$T/pg.key" "$T/pg.pem" "$T/pg/"
chmod 600 "$T/pg/pg.key"
[ "$(id -u)" != 0 ] || chown "$ACCOUNT" "$T/pg/pg.key"
printf "ssl = on\nssl_cert_file = '%s'\nssl_key_file = '%s'\n" "$T/pg/pg.pem" "$T/pg/pg.key" >>"$T/pg/data/postgresql.conf"
pg_stop
pg_start
once named pix_30 pedido30
starts "with its certificate and its name it is taken" "done"
once other pix_31 pedido31
starts "another name is refused" 'stuck no connection: server certificate for "db.example" does not match host name "other.example"'
once nothing pix_31 pedido31
starts "without a certificate to check it with, what to do is said" 'stuck no connection: nothing to check the server with: add sslrootcert=FILE'

lacks_words() {
	! grep -qE 'senha|segredo|sussurro|DETAIL' "$T/said" "$T/sink.log"
}
check "no password and no value of a row was told" lacks_words
for name in 'x\"; DROP TABLE pix_event; --' "a'b" 'a b' 'a.b.c' '1a' ''; do
	printf 'inbox = "sqlite:inbox.db"; sinks = ( { name = "t"; type = "sql"; database = "sqlite:x"; table = "%s"; } ); hooks = ( );\n' "$name" >"$T/bad.conf"
	"$PIXGATE" conf check --conf "$T/bad.conf" >"$T/bad.out" 2>&1
	equal "a table's name '$name' is refused by conf check" "2 1" "$? $(grep -c 'bad.conf:1: sinks: table: expected the name of a table' "$T/bad.out")"
done
rows "and the table is there" 10 "SELECT count(*) FROM pix_event"
finish
