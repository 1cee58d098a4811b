#!/bin/bash
# Bodies that are taken away, whole or in part, while the gate runs: no byte of them is left, and no repeat brings them back.
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
# sent NAME BODY: to the gate that runs
sent() {
	"$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=$SECRET" -b "$2" >"$T/try" 2>&1
	equal "$1" 200 "$(sed -n 's/^Status: \([0-9]*\).*/\1/p' "$T/try" | tr -d '\r' | grep . || tail -n 1 "$T/try")"
}
# What the inbox holds of a text, in any of its files.
holds() {
	cat "$T/pixgate/inbox.db"* | grep -caF "$1"
}
count() { # MEMBER of inbox stats
	"$PIXGATE" --conf "$CONF" inbox stats --json | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}
# All that is there was received a hundred days ago.
age() {
	python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=10)
db.execute("UPDATE note SET received_ms = received_ms - 100 * 86400000")
db.commit()' "$T/pixgate/inbox.db" || not_ok "the inbox is made old"
}
E=E00000000202611201200aaaaaaaaaa
# paid N KEY [MORE]: one item, with a payer of its own
paid() {
	printf '{"endToEndId":"%s","txid":"pedido%04d","chave":"%s","valor":"12.34","horario":"2026-11-20T12:00:00.000Z","infoPagador":"recado do pagador %d",' \
		"$E$1" "$1" "$2" "$1"
	printf '"gnExtras":{"pagador":{"nome":"Pagador %d de Exemplo","cpf":"0000000000%d"}}%s}' "$1" "$1" "${3:-}"
}
STRANGE='<what is this? of Pagador 3 de Exemplo>'

purging() {
	local span
	inbox purge
	ended "purge of nothing is a mistake" 2 "purge what?"
	for span in 0d 0s 90 d 90x -5d 1.5d 2099-01-01 '' 99999999999d 40000w; do
		inbox purge --older-than="$span"
		ended "'$span' is no span" 2 "--older-than: '$span'"
	done
	inbox purge --older-than 90d --hook lojq
	ended "a hook that is not there is told" 1 "nearest: 'loja'"
	inbox purge --older-than 90d
	ended "where nothing is old, purge ends well" 0
	has "and says so" "0 would go, 0 bytes"

	age
	inbox purge --older-than 90d --json
	python "what would go is told, and what would stay" '
r = rows[0]
assert r["bodies"] == 1 and r["bytes"] > 200 and r["waiting"] == 1 and r["unread"] == 1 and r["dry_run"], r'
	inbox purge --older-than 90d
	has "to people too" "dry run: nothing was changed; --yes does it"
	check "and nothing has changed" test "$(holds "Pagador 2 de Exemplo")" -gt 0
	inbox purge --older-than 90d --yes
	ended "purge ends well" 0
	has "what went is told" "1 were taken away"
	equal "while the gate runs no byte of it is left" "0 0" "$(holds "Pagador 2 de Exemplo") $(holds "recado do pagador 2")"
	check "what waits to be handed over stays" test "$(holds "Pagador 1 de Exemplo")" -gt 0
	check "what was not understood stays" test "$(holds "Pagador 3 de Exemplo")" -gt 0
	inbox purge --older-than 90d --yes --json
	python "what is gone is not counted again" 'assert rows[0]["bodies"] == 0 and rows[0]["bytes"] == 0 and not rows[0]["dry_run"]'
	equal "a second purge ends well too" 0 "$CODE"

	inbox show 2
	has "show says that the body was taken away" "taken away (inbox purge, inbox anonymise)"
	has "and tells the event as before" "pedido0002"
	inbox show 2 --json
	python "for programs too" 'assert rows[0]["purged"] and rows[0]["body"] == "" and rows[0]["amount_cents"] == 1234'
	inbox show 2 --body
	ended "there are no bytes to show" 1 "was taken away"
	inbox replay 2 --json
	python "replay leaves it alone" 'assert rows[0]["purged"] == 1 and rows[0]["bodies"] == 0 and rows[0]["fresh"] == 0'

	sent "the PSP sends it again" "{\"pix\":[$(paid 2 outra@example.com)]}"
	sent "and in other words" "{ \"pix\" : [$(paid 2 outra@example.com)]}"
	equal "neither is an event, or a body" "2 3" "$(events) $(count notes)"
	equal "and no byte of it is back" 0 "$(holds "Pagador 2 de Exemplo")"

	inbox purge --older-than 90d --unread --yes
	has "--unread takes what was not understood" "1 were taken away"
	inbox unread
	ended "it is no longer listed" 1 "nothing matched"
	inbox unread 3
	ended "nor shown" 1 "was taken away"
	sent "it is sent again" "$STRANGE"
	inbox purge --older-than 90d --waiting --yes
	has "--waiting takes what waits" "1 were taken away"
	inbox replay --unread
	ended "replay finds nothing that is not understood" 1 "nothing matched"
	gate_stop
	gate_start
	sent "all of it is sent again, to another process" "{\"pix\":[$(paid 1 "$KEY")]}"
	sent "… " "$STRANGE"
	equal "no event, no body" "2 3 0" "$(events) $(count notes) $(count bytes)"
	equal "no byte is back" 0 "$(holds "de Exemplo")"
	sent "the same with another amount" "{\"pix\":[$(paid 1 "$KEY" | sed 's/12.34/99.99/')]}"
	equal "is kept for somebody to see" "2 4" "$(events) $(count notes)"
}

# Three bodies tell of number 4: with another's, with a refund of it, and as nobody can read.
anonymising() {
	local both refund id
	both="{\"pix\":[$(paid 4 "$KEY"),$(paid 5 "$KEY")]}"
	refund="{\"pix\":[$(paid 4 "$KEY" ',"devolucoes":[{"id":"d1","rtrId":"D00000000202611211200aaaaaaaaaa1","valor":"1.00","status":"DEVOLVIDO","motivo":"recado do pagador 4"}]')]}"
	refund=${refund/\"E/\"\\u0045}	# escapes hide nothing
	sent "two Pix in one body" "$both"
	sent "a refund of one" "$refund"
	sent "something about it" "<${E}4 de Pagador 4 de Exemplo>"
	list --e2eid "${E}4" >"$T/before"
	for id in '' "$E"- 123 "${E}4 "; do
		inbox anonymise -- "$id"
		ended "'$id' is no endToEndId" 2 "E2EID"
	done
	inbox anonymise E0000000020261120120000000000000
	ended "one that is not there is exit status 1" 1 "nothing in the inbox tells of"
	inbox anonymise "${E}4"
	ended "anonymise says what would change" 0
	has "in how many bodies" "bodies that would change: 3, of them emptied as a whole: 1"
	has "and that the events stay" "events that stay, amount, time and endToEndId with them: 2"
	lacks "and prints nothing of a payer" "Exemplo"
	check "nothing has changed" test "$(holds "Pagador 4 de Exemplo")" -gt 0
	inbox anonymise "${E}4" --yes --json
	python "anonymise says what has changed" '
r = rows[0]
assert r["bodies"] == 3 and r["emptied"] == 1 and r["events"] == 2 and not r["dry_run"], r
assert [n["left"] > 0 for n in r["notes"]] == [True, True, False] and all(n["left"] < n["size"] for n in r["notes"]), r'
	equal "while the gate runs no byte of that payer is left" "0 0 0" "$(holds "Pagador 4 de Exemplo") $(holds "recado do pagador 4") $(holds 00000000004)"
	check "the other one's body is as it was" test "$(holds "Pagador 5 de Exemplo")" -gt 0
	equal "the events are what they were" "$(cat "$T/before")" "$(list --e2eid "${E}4")"
	id=$(list --e2eid "${E}4" --kind received | sed -n 's/^{"id":\([0-9]*\),.*/\1/p')
	inbox show "$id" --json
	python "the body says it, and reads as before" '
item = json.loads(rows[0]["body"])["pix"][0]
assert rows[0]["redacted"] and not rows[0]["purged"]
assert sorted(item) == ["chave", "endToEndId", "horario", "txid", "valor"], item'
	inbox show "$id"
	has "to people too" "what told of a person was taken out"

	sent "the PSP sends the first again" "$both"
	sent "and the refund" "$refund"
	sent "and what nobody can read" "<${E}4 de Pagador 4 de Exemplo>"
	inbox replay --e2eid "${E}4" --json
	python "what is left is read as before" 'assert rows[0]["understood"] == rows[0]["bodies"] == 2 and rows[0]["fresh"] == rows[0]["differ"] == 0'
	inbox replay --since 2h
	equal "that payer is not back" "0 0" "$(holds "Pagador 4 de Exemplo") $(holds "recado do pagador 4")"
	inbox anonymise "${E}4" --yes
	ended "once more there is nothing to do" 0
	has "and that is said" "nothing to take out"
	sent "what differs is told of anew" "${refund/1.00/2.00}"
	inbox anonymise "${E}4"
	has "and is found anew" "bodies that would change: 1,"
}

# The log cannot be cut while somebody reads in it: that is said, and mended by the same command.
reading() {
	local pid
	mkfifo "$T/pipe"
	python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
rows = db.execute("SELECT id FROM event")
rows.fetchone()
open(sys.argv[2], "w").write("reading")
open(sys.argv[2]).read()' "$T/pixgate/inbox.db" "$T/pipe" &
	pid=$!
	PIDS+=("$pid")
	cat "$T/pipe" >"$T/reading"
	inbox anonymise "${E}4" --yes
	ended "a reader that stays is told" 3 "run the same command again"
	echo end >"$T/pipe"
	wait "$pid"
	inbox anonymise "${E}4" --yes
	ended "once it is gone, the same command does it" 0
	equal "and no byte is left" 0 "$(holds "Pagador 4 de Exemplo")"
}

write_conf
inbox purge --older-than 90d --yes
ended "an inbox that is not there is not made by purge" 1 "not there"
inbox anonymise "${E}1" --yes
ended "nor by anonymise" 1 "not there"
check "so there is none" test ! -e "$T/pixgate/inbox.db"
gate_start
sent "one for us" "{\"pix\":[$(paid 1 "$KEY")]}"
sent "one for another's key" "{\"pix\":[$(paid 2 outra@example.com)]}"
sent "one that nobody understands" "$STRANGE"
purging
anonymising
reading
gate_stop
equal "after all has ended no byte is left" "0 0 0" "$(holds "Pagador 2 de Exemplo") $(holds "Pagador 3 de Exemplo") $(holds "Pagador 4 de Exemplo")"
finish
