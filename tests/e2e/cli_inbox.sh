#!/bin/bash
# `pixgate inbox`: what has arrived, for people and for programs.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli.sh"

inbox() {
	run --conf "$CONF" inbox "$@"
}
# python NAME CODE: on the last run's output; `rows` is its JSON Lines
python() {
	check "$1" python3 -c 'import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
'"$2" "$T/out"
}

missing() {
	inbox list
	ended "where nothing has arrived yet there is no inbox: exit status 1" 1 "not there"
	check "and is not made" test ! -e "$T/pixgate/inbox.db"
	inbox lst
	ended "an unknown inbox verb names the nearest" 2 "nearest: 'list'"
}

fill() {
	cgi "/webhook/pix?hmac=$SECRET" "$(one_pix E00000000202611201200aaaaaaaaaa1 pedido0001)"
	cgi "/webhook/pix?hmac=$SECRET" '{"pix":[{"endToEndId":"E00000000202611201200aaaaaaaaaa2","txid":"pedido0002","chave":"outra@example.com","valor":"1000.05","horario":"2026-11-20T12:00:00.000Z"}]}'
	cgi "/webhook/rec?hmac=$SECRET" '{"recs":[{"idRec":"RR0000000020261120aaaaaaaaaaa","status":"APROVADA"}]}'
	cgi "/webhook/pix?hmac=$SECRET" "$(printf '{"pix":[{"nota":"\377\033[31m"}]}')"
	cgi "/webhook/pix?hmac=$SECRET" '{"novidade":[{"valor":"1.00"}]}'
}

listing() {
	inbox list --json
	ended "list ends well" 0
	python "list --json has the contract's members in their order" '
want = "id hook psp kind e2eid txid key ref status amount_cents at received_at foreign delivery".split()
assert len(rows) == 3 and all(list(r)[:len(want)] == want for r in rows)
r = rows[0]
assert r["amount_cents"] == 1234 and r["at"] == "2026-11-20T12:00:00.000Z" and r["delivery"] == "pending" and not r["foreign"]
assert rows[1]["foreign"] and rows[1]["delivery"] == "never"
assert rows[2]["amount_cents"] is None and rows[2]["kind"] == "recurrence" and rows[2]["status"] == "APROVADA"'
	inbox list
	has "the table has reais with a comma" "1000,05"
	has "the table marks what is foreign" "foreign"
	equal "the table's columns are aligned" 1 "$(awk 'NR > 1 { print index($0, "loja") }' "$T/out" | sort -u | wc -l)"
	equal "a pipe gets no colours" "" "$(tr -dc '\033' <"$T/out")"
	inbox list --kind received --json
	equal "--kind filters" 2 "$(wc -l <"$T/out")"
	inbox list --txid pedido0002 --json
	python "--txid filters" 'assert [r["id"] for r in rows] == [2]'
	inbox list --e2eid RR0000000020261120aaaaaaaaaaa --json
	python "--e2eid filters" 'assert [r["id"] for r in rows] == [3]'
	inbox list --limit 1 --json
	python "--limit takes the newest" 'assert [r["id"] for r in rows] == [3]'
	inbox list --since 1h --json
	equal "--since takes a span" 3 "$(wc -l <"$T/out")"
	inbox list --since 2099-01-01
	ended "nothing since then is exit status 1" 1 "nothing matched"
	inbox list -q --since 2099-01-01
	equal "and without a word with -q" "1 " "$CODE $ERR"
	inbox list --since gestern
	ended "a time that is none is a mistake" 2 "--since: 'gestern'"
	inbox list --kind recieved
	ended "an unknown kind names the nearest" 2 "nearest: 'received'"
	inbox list --limit 0
	ended "a limit of 0 is a mistake" 2 "--limit"
	inbox list --hook lojq
	ended "an unknown hook that matched nothing is told" 1 "nearest: 'loja'"
	run -v --conf "$CONF" inbox list
	ended "-v says what is used" 0
	case $ERR in *"configuration $CONF"*) ok "-v names the configuration" ;; *) not_ok "-v names the configuration" "$ERR" ;; esac
	PIXGATE_CONF=$CONF "$PIXGATE" inbox list --json >"$T/out" 2>&1
	equal "PIXGATE_CONF is enough" 3 "$(wc -l <"$T/out")"
	(trap '' PIPE; "$PIXGATE" --conf "$CONF" inbox list --json >/dev/full 2>"$T/err"; echo $? >"$T/code")
	equal "a full disk behind standard output is noticed" 3 "$(cat "$T/code")"
}

lines() {
	[ "$(wc -l <"$T/follow.out")" -ge "$1" ]
}
# follow SIGNAL NUMBER: a new event is printed, then the signal ends it
follow() {
	local pid code id
	: >"$T/follow.out"
	# what a script starts in the background has SIGINT ignored
	env --default-signal=INT --ignore-signal=CHLD "$PIXGATE" --conf "$CONF" inbox list --follow --json >"$T/follow.out" 2>"$T/follow.log" &
	pid=$!
	PIDS+=("$pid")
	until_true 30 lines "$had" || not_ok "--follow prints what is there"
	equal "SIGCHLD is not ignored, though who started it did" 0 $((0x$(sed -n 's/^SigIgn:[^0-9a-f]*//p' "/proc/$pid/status") & 1 << 16))
	id=$((had + 1))
	cgi "/webhook/pix?hmac=$SECRET" "$(one_pix "E0000000020261120120$id$(printf %011d "$id")" "pedido$id")"
	if until_true 30 lines $((had + 1)); then ok "--follow prints what comes"; else not_ok "--follow prints what comes"; fi
	had=$((had + 1))
	stop "$pid" "$1"
	code=$ENDED
	equal "SIG$1 ends --follow with 128+$2" $((128 + $2)) "$code"
	equal "and without a word" "" "$(cat "$T/follow.log")"
}
following() {
	local pid code
	had=3
	follow TERM 15
	follow INT 2
	mkfifo "$T/pipe"
	"$PIXGATE" --conf "$CONF" inbox list --follow --json >"$T/pipe" 2>"$T/follow.log" &
	pid=$!
	PIDS+=("$pid")
	head -n 1 <"$T/pipe" >/dev/null
	until_true 30 gone "$pid" || not_ok "--follow ends when its reader goes away"
	wait "$pid"
	code=$?
	equal "a reader that went away ends --follow with 141" 141 $code
}

looking() {
	inbox show 2
	has "show tells the amount in reais" "R$ 1000,05"
	has "show tells the body" '"valor":"1000.05"'
	inbox show 2 --json
	python "show --json adds the body" 'assert len(rows) == 1 and json.loads(rows[0]["body"])["pix"][0]["valor"] == "1000.05" and "body_base64" not in rows[0]'
	inbox show 1 --body
	equal "show --body is the body, byte for byte" "$(one_pix E00000000202611201200aaaaaaaaaa1 pedido0001 | sha256sum)" "$(sha256sum <"$T/out")"
	inbox show 99
	ended "an event that is not there is exit status 1" 1 "no event 99"
	for id in x 0 -1 1.5 99999999999999999999; do
		inbox show -- "$id"
		ended "'$id' is no id" 2 "no whole number"
	done
	inbox unread
	ended "unread ends well" 0
	has "unread says why" "not UTF-8"
	inbox unread --json
	python "unread --json has its members" 'assert len(rows) == 2 and rows[0]["hook"] == "loja" and rows[0]["size"] == 27 and rows[0]["why"]'
	local id
	id=$(python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["id"])' <"$T/out")
	inbox unread "$id"
	equal "unread ID is the body, byte for byte" "$(printf '{"pix":[{"nota":"\377\033[31m"}]}' | sha256sum)" "$(sha256sum <"$T/out")"
	inbox unread "$id" --json
	python "what is no UTF-8 comes as base64 too" 'import base64
assert base64.b64decode(rows[0]["body_base64"]) == b"{\"pix\":[{\"nota\":\"\xff\x1b[31m\"}]}" and "\ufffd" in rows[0]["body"]'
	python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' "$PIXGATE" --conf "$CONF" inbox unread "$id" >"$T/out"
	OUT=$(cat "$T/out")
	has "on a terminal a body gives no commands" '"nota":"??[31m"'
	inbox unread 1
	ended "a body that was understood is not among them" 1 "no body 1"
	inbox stats --json
	python "stats counts and sums" '
r = rows[0]
assert r["events"] == 5 and r["unread"] == 2 and r["foreign"] == 1 and r["notes"] == 7
assert r["kinds"]["received"] == {"events": 4, "amount_cents": 3 * 1234 + 100005}'
	inbox stats
	has "stats tells the sum in reais" "1037,07"
	inbox stats --hook lojq
	ended "stats of an unknown hook is exit status 1" 1 "nearest: 'loja'"
	inbox stats --hook longe
	ended "stats of a hook without events ends well" 0
}

replaying() {
	inbox replay
	ended "replay of nothing is a mistake" 2 "replay what?"
	inbox replay 1 --unread
	ended "replay of two things is a mistake" 2 "either IDs"
	inbox replay --unread --kind sent
	ended "what was not understood has no kind" 2 "--unread goes with"
	inbox replay 1 99
	ended "an id that is not there changes nothing" 1 "no event 99; nothing was changed"
	inbox replay --since 2099-01-01
	ended "replay that matched nothing is exit status 1" 1 "nothing matched"
	inbox replay 1 2 --json
	python "replay hands over again, foreign ones never" 'assert rows[0]["again"] == 1 and rows[0]["unchanged"] == 1 and rows[0]["fresh"] == 0 and rows[0]["bodies"] == 2'
	inbox replay --kind received --limit 2 --json
	python "replay takes filters" 'assert rows[0]["again"] == 2 and rows[0]["bodies"] == 2'

	# What came while a hook had the wrong PSP becomes events once it has the right one.
	sed 's/name = "loja"; path = "\/webhook"; psp = "efi"/name = "loja"; path = "\/webhook"; psp = "bs2-indirect"/' "$CONF" >"$T/pixgate/wrong.conf"
	CONF=$T/pixgate/wrong.conf cgi "/webhook/Novidade?hmac=$SECRET" "$(one_pix E00000000202611201200bbbbbbbbbbb pedido0009)"
	inbox unread
	has "a body of another PSP is unread" "loja"
	inbox replay --unread --dry-run --json
	python "replay --dry-run says what would change" 'assert rows[0]["fresh"] == 1 and rows[0]["dry_run"] and rows[0]["unread"] == 2'
	inbox replay --unread --dry-run
	has "and that it changed nothing" "dry run: nothing was changed"
	inbox list --txid pedido0009
	ended "and changes nothing" 1 "nothing matched"
	inbox replay --unread
	has "replay says what is new" "new events: 1;"
	inbox list --txid pedido0009 --json
	python "what is understood now is an event" 'assert rows[0]["amount_cents"] == 1234 and rows[0]["delivery"] == "pending"'
	inbox unread --json
	python "and no more among the unread" 'assert len(rows) == 2'
	inbox replay --unread --json
	python "replay once more finds nothing new" 'assert rows[0]["fresh"] == 0 and rows[0]["unread"] == 2'

	cgi "/webhook/pix?hmac=$SECRET" "$(one_pix E00000000202611201200ccccccccccc pedido0010 | sed "s/12.34\"/&,\"infoPagador\":\"$(printf '\302\233')31m\"/")"
	inbox list --txid pedido0010 --json
	inbox show "$(python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["id"])' <"$T/out")"
	has "show gives a terminal no commands" '"infoPagador":"?31m"'

	grep -v 'name = "l' "$CONF" | sed 's/sources = \[ "127.*//;s/sources = \[ "192.*//' >"$T/pixgate/lost.conf"
	run --conf "$T/pixgate/lost.conf" inbox replay 1 --json
	python "a hook that is gone keeps the PSP of its bodies" 'assert rows[0]["understood"] == 1 and rows[0]["skipped"] == 0'
}

# What `pixgate check` sends: kept as any other, never handed over, and told from a payment. One with a key of the hook's, one where
# the hook has no keys, one with an idRec, and one payment beside a test in one body.
testing() {
	inbox stats --json
	cp "$T/out" "$T/before"
	cgi "/webhook/pix?hmac=$SECRET" "$(one_pix E99999999202611221200PIXGATETEST)"
	equal "the gate's line says test, and warns of nothing" "test=1 0" "$(tail -n 1 "$T/cgi.log" | grep -o 'test=1') $(tail -n 1 "$T/cgi.log" | grep -c 'foreign\|warning')"
	HTTP_AUTHORIZATION="Basic $(printf 'banco:senha-do-banco' | base64)" cgi /bs2 "$(one_pix E99999999202611221201PIXGATETEST)"
	cgi "/webhook/rec?hmac=$SECRET" '{"recs":[{"idRec":"RN9999999920261122PIXGATETEST","status":"APROVADA"}]}'
	inbox list --json
	python "tests are events that say so, foreign and never delivered" '
tests = [r for r in rows if r["test"]]
assert [r["e2eid"][-15:] for r in tests] == ["1200PIXGATETEST", "1201PIXGATETEST", "1122PIXGATETEST"], tests
assert all(r["foreign"] and r["delivery"] == "never" for r in tests), tests
assert [r["hook"] for r in tests] == ["loja", "banco", "loja"] and len(rows) > 3'
	equal "the table marks them" 3 "$("$PIXGATE" --conf "$CONF" inbox list | grep -c '  test$')"
	inbox show "$(list --e2eid E99999999202611221200PIXGATETEST | sed -n 's/^{"id":\([0-9]*\),.*/\1/p')"
	has "show says that nobody has paid" "nobody has paid"
	lacks "and speaks of no key" "none of ours"
	inbox stats --json
	python "stats counts them apart, and in no sum of events" '
was = json.load(open("'"$T/before"'"))
r = rows[0]
assert r["tests"] == 3 and was["tests"] == 0 and r["notes"] == was["notes"] + 3
assert all(r[k] == was[k] for k in ("events", "foreign", "kinds")), (was, r)'
	inbox stats
	has "stats says so to people" "tests   3,"
	inbox replay --e2eid E99999999202611221201PIXGATETEST --json
	python "replay does not hand a test over" 'assert rows[0]["again"] == 0 and rows[0]["unchanged"] == 1'
	cgi "/webhook/pix?hmac=$SECRET" "$(one_pix E99999999202611221200PIXGATETEST | sed 's/^{"pix":\[/&{"endToEndId":"E00000000202611201200ddddddddddd","chave":"'"$KEY"'","valor":"1.00","horario":"2026-11-20T12:00:00.000Z"},/')"
	inbox list --e2eid E00000000202611201200ddddddddddd --json
	python "a payment beside a test is one" 'assert rows[0]["delivery"] == "pending" and not rows[0]["test"] and not rows[0]["foreign"]'
}

write_conf
missing
fill
listing
following
looking
replaying
testing
finish
