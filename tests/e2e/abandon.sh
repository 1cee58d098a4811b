#!/bin/bash
# A sink is renamed while events wait for it: none is lost on the way to its successor, and what waits for nobody can be given up.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli.sh"

# The program of all exec sinks here: ends as the file says.
cat >"$T/shop" <<END
#!/bin/sh
read -r code <"$T/code"
if [ "\$code" = slow ]; then
	: >"$T/begun"
	until [ -e "$T/go" ]; do sleep 0.1; done
	code=0
fi
exit "\$code"
END
chmod 755 "$T/shop"
sinks() { # SINK…: the file's
	local name list=
	for name in "$@"; do list="$list${list:+, }{ name = \"$name\"; type = \"exec\"; command = [ \"$T/shop\" ]; kinds = [ \"received\" ]; }"; done
	sed -i "s|^sinks = .*|sinks = ( $list );|" "$CONF"
}
write_conf
sed -i 's|^inbox = .*|&\nsinks = ( );|' "$CONF"
paid() { # N: a body of one receipt
	printf '{"pix":[{"endToEndId":"E00000000202611201200aaaaaaaaaa%d","txid":"pedido%d","chave":"%s","valor":"12.34","horario":"2026-11-20T12:00:00.000Z"}]}' "$1" "$1" "$KEY"
}
deliver() {
	timeout 60 "$PIXGATE" --conf "$CONF" deliver --once >>"$T/deliver.log" 2>&1
}
inbox() {
	run --conf "$CONF" inbox "$@"
}
# stands NAME "ID STATE …"
stands() {
	"$PIXGATE" --conf "$CONF" inbox list --json >"$T/list"
	equal "$1" "$2" "$(python3 -c 'import json, sys
print(*("%d %s" % (e["id"], e["delivery"]) for e in map(json.loads, open(sys.argv[1]))))' "$T/list")"
}

inbox abandon alt
ended "before anything has arrived" 1 "not there; the gate makes it when it starts"
sinks alt
cgi "/webhook/pix?hmac=$SECRET" "$(paid 1)"
inbox abandon
ended "a name is expected" 2 "SINK"
inbox abandon alt
ended "a sink that nobody has delivered to is unknown" 1 "no hook has had a sink 'alt'"

# 1 is handed over, 2 refused for ever, 3 and 4 wait, 4 is none of the sinks' that come
echo 0 >"$T/code"
deliver
cgi "/webhook/pix?hmac=$SECRET" "$(paid 2)"
echo 100 >"$T/code"
deliver
cgi "/webhook/pix?hmac=$SECRET" "$(paid 3)"
cgi "/webhook/pix?hmac=$SECRET" "$(paid 4)"
echo 1 >"$T/code"
deliver
stands "one of each" "1 delivered 2 dead 3 pending 4 pending"

inbox abandon alt --hook loja --yes
ended "one that is in the configuration is not given up" 2 "sink 'alt' of hook 'loja' is in the configuration"
sinks neu
inbox abandon alt --hook nobody
ended "another hook had none of that name" 1 "hook 'nobody' has had no sink 'alt'"
inbox stats
has "stats says what to do" "not in the configuration: pixgate inbox abandon"

# without its successor having been seen
cp "$T/pixgate/inbox.db" "$T/before.db"
inbox abandon alt
ended "what would be given up is told" 0
equal "of the one hook that has some" 1 "$(grep -c '^hook ' "$T/out")"
has "how much" "hook loja, sink alt: 2 that waited and 1 that were dead would be given up"
has "and that nobody has it" "3 of them no other sink has, nor still tries: they would be dead"
has "nothing was done" "dry run: nothing was changed"
stands "nothing was" "1 delivered 2 dead 3 pending 4 pending"

# the successor takes what waits
echo 0 >"$T/code"
deliver
stands "its successor has them, and they wait for the old one" "1 delivered 2 dead 3 pending 4 pending"
inbox abandon alt --hook loja --json
equal "now one alone is nobody's" '{"hook":"loja","sink":"alt","waiting":2,"dead":1,"nobody":1,"leased":0,"dry_run":true}' "$OUT"
inbox abandon alt --yes
ended "it is given up" 0
has "and told" "2 that waited and 1 that were dead were given up"
lacks "that was no dry run" "dry run"
stands "what its successor has is delivered, what nobody has is dead" "1 delivered 2 dead 3 delivered 4 delivered"
inbox abandon alt --yes
equal "once more: nothing is left" "nothing waits for sink alt" "$OUT"
inbox show 1 --json
has "what it has is known still" '"sink":"alt","state":"delivered"'
inbox replay --dead
ended "what is dead is revived" 0
deliver
stands "and handed to the new one" "1 delivered 2 delivered 3 delivered 4 delivered"

# what a deliverer has in hand, which still knows the sink
cgi "/webhook/pix?hmac=$SECRET" "$(paid 5)"
echo slow >"$T/code"
deliver &
until_true 30 test -e "$T/begun" || not_ok "the program is started"
sinks jung
inbox abandon neu --yes
ended "one that is just being handed over" 0
has "stays" "1 stayed: a deliverer has them in hand"
lacks "and is not called nothing" "nothing waits"
stands "as it was" "1 delivered 2 delivered 3 delivered 4 delivered 5 pending"
: >"$T/go"
wait
stands "and ends well" "1 delivered 2 delivered 3 delivered 4 delivered 5 delivered"
sleep 1
inbox purge --older-than 1s --json
has "no body waits for a sink that is gone" '"waiting":0'
finish
