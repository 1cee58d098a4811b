#!/bin/bash
# Reconciling against the emulated banks: what their callbacks lose, and what their lists lie about. emul is Efí and BS2, nginx and the gate
# are the shop.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/bank_bs2.sh"
bank_up
cp "$BANK/server.crt" "$T/site.crt"
stop "$EMUL_PID"
serve --manual
here=$(sed -n 's/^\t//p' "$T/emul.out" | tr '\n' ' ')
CONF=$T/pixgate/pixgate.conf
mkdir -p "$T/pixgate"
printf '%s\n' "$SECRET" >"$T/pixgate/loja.secret"
printf 'banco:senha-do-banco\n' >"$T/pixgate/bs2.basic"
chmod 600 "$T/pixgate"/*
cat >"$CONF" <<END
inbox = "sqlite:inbox.db";
domain = "localhost:$SITE_PORT";
hooks = (
  { name = "loja"; path = "/webhook"; psp = "efi"; secret = [ "file:loja.secret" ]; sources = [ "127.0.0.1" ]; keys = [ "$KEY" ];
$(sed -n 's/^  //p' "$T/emul.out") },
  { name = "banco"; path = "/bs2"; psp = "bs2"; basic = "file:bs2.basic"; account = 7654321; $here }
);
END
gate_start
site "$T/site.crt" "$T/site.key" path --hook loja
pixgate webhook set loja
equal "Efí has the URL" 0 "$STATUS"

emul() { # VERB …
	"$PIXGATE" emul "$1" --conf-dir "$BANK" "${@:2}" >>"$T/emul.said" 2>&1
}
log_has() { # PATTERN TIMES
	[ "$(grep -cE "$1" "$T/emul.log")" -ge "$2" ]
}
dropped() { # TIMES
	log_has 'fault name=drop' "$1"
}
late() { # HOOK TIMES: notices of what was there already
	[ "$(grep -c "gate: accepted hook=$1 .*fresh=0" "$T/gate.log")" -ge "$2" ]
}
paid() { # TXID: a charge, paid
	emul charge --key "$KEY" --amount 5.00 --txid "$1" && emul pay "$1"
}
e2e_of() { # TXID: as the bank has it
	python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT e2eid FROM pix WHERE txid=?", (sys.argv[2],)).fetchone()[0])' "$BANK/emul.db" "$1"
}
# reconcile HOOK OPTION…: also of what was paid just now. FOUND: the findings in order; SUM: of the summary what is asked for with sum
reconcile() {
	pixgate --json reconcile "$@"
	FOUND=$(python3 -c 'import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
print(*sorted(" ".join([r["finding"], r.get("kind", ""), (r.get("psp") or r.get("inbox") or {}).get("txid", "")] + r.get("differs", []) + [r["action"]]).strip()
              for r in rows if "finding" in r), sep=", ")' "$T/out")
}
sum() { # MEMBER…
	python3 -c 'import json, sys
s = [json.loads(line) for line in open(sys.argv[1])][-1]["summary"]
print(*[s[name] for name in sys.argv[2:]])' "$T/out" "$@"
}
NOW=(--grace 0s --until 0s --since 1h)
A=perdido000000000000000000001 B=chegado000000000000000000001 C=cortado000000000000000000001 D=mudado0000000000000000000001

efi_gaps() {
	paid "$B"
	check "Efí: what was told arrived" until_true 30 arrived 1
	emul fault drop
	paid "$A"
	check "Efí: one is dropped" until_true 30 dropped 1
	emul fault truncate --times 1000
	paid "$C"
	check "Efí: one breaks off" until_true 30 log_has 'fault name=truncate' 1
	reconcile loja
	equal "Efí: what is young is no gap" "0 " "$STATUS $FOUND"
	reconcile loja "${NOW[@]}"
	equal "Efí: exactly these are missing" "1 missing received $C, missing received $A" "$STATUS $FOUND"
	equal "Efí: nothing was stored yet" 1 "$(events)"
	reconcile loja "${NOW[@]}" --fix
	equal "Efí: --fix stores them, and says that there was a gap" "1 missing received $C stored, missing received $A stored" "$STATUS $FOUND"
	equal "Efí: they are there" "3 2" "$(events) $(sum stored)"
	check "Efí: with amount, order and key" grep -q "\"txid\":\"$A\",\"key\":\"$KEY\",\"ref\":\"\",\"status\":\"\",\"amount_cents\":500," "$T/list"
	reconcile loja "${NOW[@]}"
	equal "Efí: then there is no gap" "0  3" "$STATUS $FOUND $(sum listed)"
	emul fault --clear
	pixgate webhook resend loja "$(e2e_of "$A")"
	check "Efí: the notice comes late" until_true 30 late loja 1
	check "Efí: so does the one that broke off" until_true 60 late loja 2
	equal "Efí: and there are no twins" 3 "$(events)"
}
efi_different() {
	emul fault change
	paid "$D"
	check "Efí: another amount is told" until_true 30 arrived 4
	reconcile loja "${NOW[@]}" --fix
	equal "Efí: it differs, and is not overwritten" "1 different received $D amount_cents" "$STATUS $FOUND"
	check "Efí: both amounts are told" python3 -c 'import json, sys
r = json.loads(open(sys.argv[1]).readline())
sys.exit(r["psp"]["amount_cents"] != 500 or r["inbox"]["amount_cents"] == 500)' "$T/out"
	check "Efí: what to do is said" grep -q 'believe the API' "$T/err"
}

efi_refunds() {
	emul fault drop
	emul refund "$(e2e_of "$B")" --amount 2.00
	check "Efí: a refund is dropped" until_true 30 dropped 2
	reconcile loja "${NOW[@]}" --fix
	equal "Efí: it is found with its Pix" "different received $D amount_cents, missing refund $B stored" "$FOUND"
	equal "Efí: once" 5 "$(events)"
}

efi_resends() {
	emul fault drop
	paid "reenviado0000000000000000001"
	check "Efí: one more is dropped" until_true 30 dropped 3
	reconcile loja "${NOW[@]}" --resend
	equal "Efí: --resend asks for it" "1 1" "$STATUS $(sum resent)"
	check "Efí: and it comes" until_true 30 arrived 6
}

# Lists: 230 Pix to the key, without a txid, which Efí tells nobody of.
efi_lists() {
	local fault n
	emul pay --key "$KEY" --amount 1.00 --count 230 --at 5h
	for fault in list-pages "list-items --value 7" "list-twice" "list-hole" "list-rate --value 1" broken cut; do
		# shellcheck disable=SC2086
		emul fault $fault
		reconcile loja --since 6h --until 4h
		n=$(sum missing)
		equal "Efí, $fault: all 230 are found" "1 230 230" "$STATUS $n $(sum listed)"
		emul fault --clear
	done
	emul fault list-items --times 1000 --value 900
	reconcile loja --since 6h --until 4h --fix
	equal "Efí, a count that is never reached: what is listed is stored" "1 False 230" "$STATUS $(sum whole stored)"
	check "Efí: it is said that it is not all" grep -q 'did not give all of its list' "$T/err"
	emul fault --clear
	reconcile loja --since 6h --until 4h
	equal "Efí: then there is no gap" "0 True 230" "$STATUS $(sum whole listed)"
	check "Efí: they can be handed over" test "$(list | grep -c '"delivery":"pending"')" -ge 230
}

refund_listed() {
	reconcile banco "${NOW[@]}"
	[ "$STATUS" = 1 ]
}
bs2_gaps() {
	local before e2e=E90400888202611211504Areconcilia
	before=$(events)
	emul event Recebimento --txid banco00000000000000000000001 --amount 3.50
	check "BS2: what was told arrived" until_true 30 arrived $((before + 1))
	emul fault drop
	emul event Recebimento --e2eid "$e2e" --txid banco00000000000000000000002 --amount 12.34
	check "BS2: one is dropped" until_true 30 dropped 4
	reconcile banco "${NOW[@]}"
	equal "BS2: exactly this is missing" "1 missing received banco00000000000000000000002" "$STATUS $FOUND"
	reconcile banco "${NOW[@]}" --fix
	equal "BS2: --fix stores it" "1 1" "$STATUS $(sum stored)"
	emul event Recebimento --e2eid "$e2e"
	check "BS2: its notice comes late, in other letters" until_true 30 late banco 1
	equal "BS2: and is no twin" $((before + 2)) "$(events)"
	emul refund "$e2e" --amount 2.34
	check "BS2: a refund that has ended is in the list" until_true 30 refund_listed
	reconcile banco "${NOW[@]}" --fix
	equal "BS2: a refund, of which no webhook tells" "1 missing refund banco00000000000000000000002 stored" "$STATUS $FOUND"
	reconcile banco "${NOW[@]}"
	equal "BS2: then there is no gap" "0 " "$STATUS $FOUND"
	pixgate -q reconcile banco "${NOW[@]}"
	equal "-q says nothing where all is here" "0 0" "$STATUS $(cat "$T/out" "$T/err" | wc -c)"
	pixgate reconcile banco --resend
	equal "BS2 sends nothing again" 2 "$STATUS"
}

# A page has 100, and none is asked for but the first: the day is asked for in parts.
bs2_full_page() {
	local at
	emul fault drop --times 1000
	for at in 30h 33h 36h; do emul event Recebimento --count 60 --at "$at"; done
	reconcile banco --since 40h --until 26h
	equal "BS2: more than a page" "1 180 True" "$STATUS $(sum missing whole)"
	emul event Recebimento --count 110 --at 50h
	reconcile banco --since 60h --until 48h
	equal "BS2: more than a page in one instant is told" "1 100 False" "$STATUS $(sum missing whole)"
	emul fault --clear
}

reports() {
	pixgate reconcile loja "${NOW[@]}"
	check "for people: a line and a summary" grep -q '^missing here: 0 (received: 0,00)' "$T/out"
	check "no name of a payer is in it" test -z "$(grep -iE 'CONSULTORIA|nome' "$T/out" "$T/err")"
	pixgate psp efi
	check "psp says what is asked" grep -q '^what was paid .*GET /v2/pix.*pix.read' "$T/out"
}

efi_gaps
efi_different
efi_refunds
efi_resends
efi_lists
stop "$NGINX_PID"
site "$T/site.crt" "$T/site.key" path --hook banco
pixgate webhook set banco
equal "BS2 has the URL" 0 "$STATUS"
upload /pix/direto/forintegration/v1/webhook/bs2/certificado certificado.cer "$T/leaf.pem"
bs2_gaps
bs2_full_page
reports
finish
