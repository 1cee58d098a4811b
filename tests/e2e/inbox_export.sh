#!/bin/bash
# `pixgate inbox export`, and where events stand: list --delivery, show, stats, replay --dead.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli.sh"

inbox() {
	run --conf "$CONF" inbox "$@"
}
# python NAME CODE: on the last run's output; `rows` is its JSON Lines
python() {
	check "$1" python3 -c 'import csv, io, json, sys
text = open(sys.argv[1], newline="").read()
rows = [json.loads(line) for line in text.splitlines()] if text.startswith("{") else []
'"$2" "$T/out" "$T/listed"
}
# sql STATEMENT…
sql() {
	python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=10)
for statement in sys.argv[2:]: db.execute(statement)
db.commit()' "$T/pixgate/inbox.db" "$@" || not_ok "the inbox is changed"
}
# What a PSP that is not one could tell: cells that are formulas, quotes, separators.
hostile() {
	cat <<-END
	{"pix":[{"endToEndId":"E00000000202611201200hhhhhhhhhh1","txid":"=HYPERLINK(\\"http://x\\",\\"y\\")","chave":"+5511900000000","valor":"1234.56","horario":"2026-11-20T12:00:00.000Z"},
	{"endToEndId":"E00000000202611201200hhhhhhhhhh2","txid":"@SUM(A1:A9),\\"x","chave":"+1+1","valor":"0.01","horario":"2026-11-20T12:00:00.000Z",
	"devolucoes":[{"id":"-1+cmd|' /C calc'!A0","rtrId":"-1+cmd|' /C calc'!A0","valor":"0.01","status":"=1;2"}]}],
	"recs":[{"idRec":"RR0000000020261120hhhhhhhhhhh","status":" APROVADA "}]}
	END
}

csv() {
	inbox export --format csv
	ended "csv ends well" 0
	python "csv is what Python's reader of RFC 4180 takes, and the lines end in CR LF" '
want = [json.loads(line) for line in open(sys.argv[2])]
assert text.count("\r\n") == text.count("\n") == text.count("\r") == len(want) + 1
got = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
assert len(got) == len(want) > 3
apostrophe = 0
for g, w in zip(got, want):
	for name, cell in g.items():
		if cell.startswith("\x27"):
			cell, apostrophe = cell[1:], apostrophe + 1
			assert cell[0] in "=+-@"
		else:
			assert cell[:1] not in ("=", "-", "@") and (cell[:1] != "+" or cell[1:].isdigit()), cell
		if name == "amount":
			value = w["amount_cents"]
			assert cell == ("" if value is None else "%d.%02d" % divmod(value, 100)), cell
		else:
			value = w[name]
			assert cell == ("" if value is None else str(value).lower() if isinstance(value, bool) else str(value)), (name, cell, value)
assert apostrophe == 7, apostrophe
assert list(got[0])[:11] == "id hook psp kind e2eid txid key ref status amount amount_cents".split()'
	has "a telephone stays the key that it is" ',+5511900000000,'
	has "an amount has a point" ',1234.56,123456,'
}

jsonl() {
	inbox export
	equal "jsonl is what list --json prints" "$(sha256sum <"$T/listed")" "$(sha256sum <"$T/out")"
	inbox export --json --format jsonl --body
	python "--body adds the body" '
want = [json.loads(line) for line in open(sys.argv[2])]
assert len(rows) == len(want)
for r, w in zip(rows, want):
	assert list(r)[:len(w)] == list(w) and all(r[k] == w[k] for k in w)
	assert w["e2eid"] in r["body"] and r["purged"] is False and r["redacted"] is False, r
assert "body_base64" not in rows[0]'
	inbox export --kind refund --body
	python "filters hold" 'assert [r["kind"] for r in rows] == ["refund"]'
	inbox export --limit 2
	equal "--limit takes the newest" "$(tail -n 2 "$T/listed")" "$OUT"
}

mistakes() {
	inbox export --format xml
	ended "an unknown format is a mistake" 2 "jsonl or csv"
	inbox export --format csv --json
	ended "csv is no JSON" 2 "--format csv"
	inbox export --format csv --body
	ended "csv has no bodies" 2 "--body"
	inbox export --delivery deda
	ended "an unknown state names the nearest" 2 "nearest: 'dead'"
	inbox export --kind sent -o "$T/none"
	ended "nothing that matches is exit status 1" 1 "nothing matched"
	inbox export --kind sent --format csv
	equal "without a line of heads" "" "$OUT"
	check "and no file" test ! -e "$T/none"
}

left_over() {
	find "$1" -name '.pixgate-*'
}
file() {
	mkdir "$T/out.d"
	(umask 0; inbox export --format csv -o "$T/out.d/events.csv"; echo "$CODE $ERR" >"$T/said")
	equal "-o says what it wrote" "0 pixgate: $(wc -l <"$T/listed") events in $T/out.d/events.csv" "$(cat "$T/said")"
	equal "its owner alone may read it" 600 "$(stat -c %a "$T/out.d/events.csv")"
	inbox export --format csv
	equal "it holds what standard output gets" "$(sha256sum <"$T/out")" "$(sha256sum <"$T/out.d/events.csv")"
	echo mine >"$T/out.d/mine"
	inbox export -o "$T/out.d/mine"
	ended "a file that is there stays" 2 "exists already"
	equal "as it was" mine "$(cat "$T/out.d/mine")"
	ln -s /nowhere "$T/out.d/link"
	inbox export -o "$T/out.d/link"
	ended "a link too" 2 "exists already"
	inbox export -o "$T/out.d"
	ended "a folder is no file" 2 "name the file"
	inbox export -o "$T/no.d/events"
	ended "a folder that is not there is told" 3 "$T/no.d"
	(cd "$T/out.d" && inbox export -q -o here.jsonl)
	equal "a name alone is a file in this folder" "$(sha256sum <"$T/listed")" "$(sha256sum <"$T/out.d/here.jsonl")"

	# more than the ceiling, as on a full disk: the first write that fails
	run_limited() {
		prlimit --fsize=$((64 * 1024)) "$PIXGATE" --conf "$CONF" inbox export -o "$T/out.d/large" >"$T/out" 2>"$T/err"
		CODE=$?
		ERR=$(cat "$T/err")
	}
	run_limited
	ended "a file that may not grow is told" 3 "File too large"
	check "no half file is left" test ! -e "$T/out.d/large"
	equal "nor a temporary one" "" "$(left_over "$T/out.d")"
	("$PIXGATE" --conf "$CONF" inbox export >/dev/full 2>"$T/err"; echo $? >"$T/code")
	CODE=$(cat "$T/code") ERR=$(cat "$T/err")
	ended "a full disk behind standard output is told" 3 "standard output"
	("$PIXGATE" --conf "$CONF" inbox export --body 2>"$T/err"; echo $? >"$T/code") | head -n 1 >/dev/null
	CODE=$(cat "$T/code") ERR=$(cat "$T/err")
	ended "a reader that went away is told" 3 "standard output"
}

# A real full disk, where the machine lets us have a small one.
full() {
	mkdir "$T/disk"
	mount -t tmpfs -o size=64k,mode=755 tmpfs "$T/disk" 2>"$T/mount.log" || return
	cleanup() { umount "$T/disk" 2>/dev/null || umount -l "$T/disk" 2>/dev/null; }
	cleanup=cleanup
	inbox export -o "$T/disk/events"
	ended "a full disk is told" 3 "No space left"
	equal "and nothing is left on it" "" "$(ls -A "$T/disk")"
}

states() {
	sql "UPDATE event SET delivery = 'dead' WHERE id = 1" "UPDATE event SET delivery = 'delivered' WHERE id = 2" \
		"UPDATE event SET delivery = 'stale' WHERE id = 3"
	inbox list --delivery dead --json
	python "list --delivery filters" 'assert [r["id"] for r in rows] == [1]'
	inbox list --delivery delivered
	has "the table tells where an event stands" "  delivered"
	inbox list --delivery deda
	ended "an unknown state is a mistake" 2 "nearest: 'dead'"
	inbox list --delivery unwanted
	ended "none in a state is exit status 1" 1 "nothing matched"
	inbox stats --json
	python "stats counts where events stand" '
d = rows[0]["delivery"]
assert d["dead"] == 1 and d["delivered"] == 1 and d["stale"] == 1 and d["unwanted"] == 0, d
assert d["pending"] == rows[0]["events"] - rows[0]["foreign"] - 3 and rows[0]["last_webhook_at"] and rows[0]["sinks"] == []'
	inbox stats
	has "and to people" "1 delivered, 1 dead, 1 stale, 0 unwanted"
	inbox replay --dead --delivery dead
	ended "--dead is a state of its own" 2 "give one of them"
	inbox replay --dead --unread
	ended "--dead goes not with --unread" 2 "--unread goes with"
	inbox replay 1 --dead
	ended "nor with an id" 2 "either IDs"
	inbox replay --dead --dry-run --json
	python "replay --dead chooses the dead" 'assert rows[0]["again"] == 1 and rows[0]["bodies"] == 1'
	inbox replay --dead
	inbox list --delivery dead
	ended "and revives them" 1 "nothing matched"
	inbox replay --delivery stale --json
	python "stale ones can be revived too" 'assert rows[0]["again"] == 1'
}

jobs() {
	sql "INSERT INTO sink(id, hook, name, planned, since, paused_ms, stopped, why) VALUES (1, 'loja', 'erp', 9999, 0, 0, 0, 'HTTP 500')" \
		"INSERT INTO sink(id, hook, name, planned, since, paused_ms, stopped, why) VALUES (2, 'loja', 'mail', 9999, 0, 4102444800000, 1, '')" \
		"INSERT INTO job(event, sink, state, tries, due_ms, who, settled_ms, why) VALUES (1, 1, 0, 2, 1795000000000, '', 1794000000000, 'HTTP 500')" \
		"INSERT INTO job(event, sink, state, tries, due_ms, who, settled_ms, why) VALUES (1, 2, 2, 1, 0, '', 1794000000000, '')"
	inbox show 1 --json
	python "show tells each sink's job" '
jobs = rows[0]["jobs"]
assert [list(j) for j in jobs] == [["sink", "state", "tries", "next_at", "settled_at", "why"]] * 2, jobs
assert jobs[0] == {"sink": "erp", "state": "waiting", "tries": 2, "next_at": "2026-11-18T11:06:40.000Z", "settled_at": "2026-11-06T21:20:00.000Z", "why": "HTTP 500"}, jobs
assert jobs[1]["state"] == "delivered" and jobs[1]["next_at"] is None and rows[0]["body"]'
	inbox show 1
	has "to people too" "erp: waiting, 2 tries, next 2026-11-18T11:06:40.000Z, last 2026-11-06T21:20:00.000Z: HTTP 500"
	inbox show 2 --json
	python "an event without jobs has an empty list" 'assert rows[0]["jobs"] == [] and rows[0]["source"] == "webhook"'
	sed -i '1i sinks = ( { name = "mail"; type = "dir"; path = "mail"; } );' "$CONF"
	inbox stats --json
	python "stats tells of sinks" '
s = rows[0]["sinks"]
assert [x["sink"] for x in s] == ["erp", "mail"] and s[0]["hook"] == "loja", s
assert s[0]["waiting"] == 1 and s[0]["why"] == "HTTP 500" and s[0]["oldest_at"] and s[0]["paused_until"] is None and not s[0]["stopped"], s
assert s[1]["delivered"] == 1 and s[1]["oldest_at"] is None and s[1]["stopped"], s
assert not s[0]["configured"] and s[1]["configured"], s'
	inbox stats
	has "and to people" "HTTP 500"
	has "also that one is stopped, and what to do" "stopped: pixgate deliver --resume"
	has "and that one is nobody's any more" "not in the configuration"
}

# Under root, or in a name space of his own, anybody may mount.
if [ "$(id -u)" != 0 ] && [ -z "${ALONE:-}" ] && unshare -Urm true 2>/dev/null; then
	ALONE=1 exec unshare -Urm bash "$0"
fi
write_conf
sed -i "s/keys = \[ \"$KEY\" \]/keys = [ ]/" "$CONF"
cgi "/webhook/pix?hmac=$SECRET" "$(hostile)"
# pages of more than one walk, and more than a pipe holds
cgi "/webhook/pix?hmac=$SECRET" "$(python3 -c 'print("{\"pix\":[" + ",".join("{\"endToEndId\":\"E0000000020261120120%012d\",\"chave\":\"k\",\"valor\":\"1.00\"}" % n for n in range(700)) + "]}")')"
cgi "/webhook/pix?hmac=$SECRET" "$(one_pix E00000000202611201200zzzzzzzzzzz)"
list >"$T/listed"
csv
jsonl
mistakes
file
full
states
jobs
finish
