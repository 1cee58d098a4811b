# shellcheck shell=bash disable=SC2034
# The receivers of examples/, each started as its own text says, under root as another account. Sourced after tests/lib.sh.

as=()
[ "$(id -u)" != 0 ] || as=(setpriv "--reuid=$ACCOUNT" "--regid=$GROUP" --clear-groups)
FLASK=python3
/usr/bin/python3 -c 'import flask' 2>/dev/null && FLASK=/usr/bin/python3

# receiver php|python|node|exec: a fresh one, with four orders of 12,34; its folder is $PRIVATE, its address $URL, what it said $T/NAME.log
receiver() {
	RECEIVER=$1
	PRIVATE=$T/receiver/$1-private
	PORT=$(free_port)
	mkdir -p "$PRIVATE"
	cp -R "$ROOT/examples/receivers/$1" "$T/receiver/"
	case $1 in
	node)
		cp -R "$ROOT/build/node/node_modules" "$T/receiver/node/" || not_ok "express and standardwebhooks are there (tests/need.sh check)"
		printf '{ "pedido0001": 1234, "pedido0002": 1234, "pedido0003": 1234, "pedido0004": 1234 }\n' >"$PRIVATE/orders.json" ;;
	exec) printf 'pedido000%s 1234\n' 1 2 3 4 >"$PRIVATE/orders.txt" ;;
	*)
		sql "CREATE TABLE orders (txid TEXT PRIMARY KEY, amount_cents INTEGER NOT NULL, paid_by TEXT)"
		sql "INSERT INTO orders (txid, amount_cents) VALUES ('pedido0001', 1234), ('pedido0002', 1234), ('pedido0003', 1234), ('pedido0004', 1234)" ;;
	esac
	URL=http://$LOOP:$PORT/pix
	[ "$1" != php ] || URL=http://$LOOP:$PORT/pix.php
	[ "$(id -u)" != 0 ] || chown -R "$ACCOUNT:$GROUP" "$T/receiver"
}
receiver_start() {
	local run
	case $RECEIVER in
	# what a shared host shows on its pages must not turn an error into a 200
	php) run=(env PHP_CLI_SERVER_WORKERS=4 php -d display_errors=1 -S "$LOOP:$PORT" -t "$T/receiver/php") ;;
	python) run=("$FLASK" -m flask --app "$T/receiver/python/app.py" run --host "$LOOP" --port "$PORT") ;;
	node) run=(node "$T/receiver/node/app.js") ;;
	esac
	start "$RECEIVER" ${as[@]+"${as[@]}"} env "PIX_PRIVATE=$PRIVATE" "PORT=$PORT" PYTHONDONTWRITEBYTECODE=1 "${run[@]}"
	RECEIVER_PID=$PID
	wait_port "$PORT"
}
receiver_stop() {
	stop "$RECEIVER_PID"
}
secrets() { # SECRET…: in place of those before
	printf '%s\n' "$@" >"$PRIVATE/secrets.txt"
}
sql() {
	python3 -c '
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db:
    for row in db.execute(sys.argv[2]):
        print(*row)' "$PRIVATE/shop.db" "$1"
}
lines() {
	cat "$@" 2>/dev/null | wc -l
}
marking_fails() {
	case $RECEIVER in
	node) mv "$PRIVATE/orders.json" "$PRIVATE/orders.away" ;;
	*) sql "CREATE TRIGGER fails BEFORE UPDATE ON orders BEGIN SELECT RAISE(ABORT, 'the shop is closed'); END" ;;
	esac
}
marking_works() {
	case $RECEIVER in
	node) mv "$PRIVATE/orders.away" "$PRIVATE/orders.json" ;;
	*) sql "DROP TRIGGER fails" ;;
	esac
}
noted() {
	case $RECEIVER in
	node | exec) find "$PRIVATE" -name '*.done' | wc -l ;;
	*) sql "SELECT count(*) FROM deliveries" ;;
	esac
}
paid() {
	case $RECEIVER in
	node | exec) lines "$PRIVATE/paid.txt" ;;
	*) sql "SELECT count(*) FROM orders, deliveries WHERE paid_by = json_extract(body, '\$.data.e2eid') AND said = 'paid'" ;;
	esac
}
to_look_at() {
	case $RECEIVER in
	node | exec) lines "$PRIVATE/look.txt" ;;
	*) sql "SELECT count(*) FROM deliveries WHERE said LIKE 'look%'" ;;
	esac
}
