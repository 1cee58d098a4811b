#!/bin/bash
# Banco BS2, direct client, offline: emul is the bank, nginx and the gate are the shop, webhook registers, the server's certificate is
# uploaded as the bank's manual says, what is paid arrives, and a renewed certificate stops it until it is uploaded.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/bank_bs2.sh"
bank_up
PATHS=/pix/direto/forintegration/v1
HOOK=$PATHS/webhook/bs2
# taken E2EID TIMES: how often the bank told it and got 200
taken() {
	[ "$(sqlite "SELECT count(*) FROM callback WHERE how='taken' AND instr(body, '$1')")" = "$2" ]
}
sqlite() {
	python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])' "$BANK/emul.db" "$1"
}
conf '{ name = "banco"; path = "/bs2"; psp = "bs2"; basic = "file:bs2.basic"; account = 7654321; HERE },
      { name = "bearer"; path = "/bearer"; psp = "bs2"; bearer = "file:bs2.bearer"; HERE },
      { name = "aberto"; path = "/aberto"; psp = "bs2"; secret = [ "file:loja.secret" ]; HERE }'
gate_start
site "$T/site.crt" "$T/site.key" path

# --- registered, told, deleted: with each kind of credentials
wanted=0
e2e=E9040088820261121150400
for hook in banco bearer aberto; do
	pixgate webhook set "$hook"
	equal "$hook: webhook set" 0 "$STATUS"
	[ "$hook" = banco ] && {
		event Recebimento --txid pedido0000000000000000001
		check "without the server's certificate the bank tells nobody" until_true 30 grep -q "reason=no certificate of the merchant's server was uploaded" "$T/emul.log"
		upload "$HOOK/certificado" certificado.cer "$BANK/server.crt"
		equal "the whole chain is no certificate" '500 [{"descricao":"Internal error","tag":null}]' "$STATUS $ANSWER"
		upload "$HOOK/certificado" certificado.cer "$T/leaf.pem"
		equal "the certificate as the manual has it" "204 " "$STATUS $ANSWER"
		wanted=1
		check "then what was to be told arrives" until_true 30 arrived $wanted
		equal "… with its amount, order and status" "pedido0000000000000000001 100 EFETIVADO" "$(fields txid amount_cents status)"
	}
	event Recebimento --e2eid "${e2e}A$hook" --amount 12.34 --key "$KEY"
	wanted=$((wanted + 1))
	check "$hook: a receipt is in the inbox" until_true 30 arrived $wanted
	equal "$hook: … as it was told" "$hook received ${e2e}A$hook $KEY 1234" "$(fields hook kind e2eid key amount_cents)"
	event Pagamento --amount 5.00
	wanted=$((wanted + 1))
	check "$hook: a payment too" until_true 30 arrived $wanted
	equal "$hook: … as such" "$hook payment Confirmado 500" "$(fields hook kind status amount_cents)"
	event Recebimento --e2eid "${e2e}A$hook"
	if [ "$hook" = banco ]; then
		event Pagamento --account 1
		check "another account's is not told" grep -q "another account" "$T/event.log"
		event Pagamento --account 7654321
		wanted=$((wanted + 1))
		check "the account's is" until_true 30 arrived $wanted
	fi
	check "$hook: a receipt is told twice" until_true 30 taken "${e2e}A$hook" 2
	equal "$hook: … and is there once" $wanted "$(events)"
	pixgate webhook set "$hook"
	check "$hook: set again changes nothing" grep -q unchanged "$T/out"
	pixgate webhook delete "$hook" --yes
	equal "$hook: webhook delete" 0 "$STATUS"
	event Recebimento
	check "$hook: it says that nobody is told" grep -q 'no URL is registered' "$T/event.log"
	sleep 0.3
	equal "$hook: then the bank is silent" $wanted "$(events)"
done
equal "what was not authentic, nobody saw" 1 "$("$PIXGATE" --conf "$CONF" inbox unread >/dev/null 2>&1; echo $?)"

# --- only with txid
pixgate webhook set banco --only-txid
event Recebimento
check "somenteComTxId: a receipt without txid is not told" grep -q somenteComTxId "$T/event.log"
event Recebimento --txid pedido0000000000000000002
wanted=$((wanted + 1))
check "… one with it is" until_true 30 arrived $wanted
sleep 0.3
equal "… and that alone" $wanted "$(events)"

# --- the web server's certificate is renewed
stop "$NGINX_PID"
cp "$BANK/server-renewed.crt" "$T/site.crt"
cp "$BANK/server-renewed.key" "$T/site.key"
nginx_up
event Recebimento --txid pedido0000000000000000003
check "a renewed certificate: the bank does not trust it" until_true 30 grep -q 'reason=the server does not show the certificate that was uploaded' "$T/emul.log"
equal "… and nothing arrives" $wanted "$(events)"
pixgate cert push banco
equal "cert push uploads the new one" 0 "$STATUS"
wanted=$((wanted + 1))
check "then it arrives" until_true 30 arrived $wanted
equal "… once" 1 "$(list --txid pedido0000000000000000003 | grep -c '^{')"
equal "the certificate's file is its owner's" 600 "$(stat -c %a "$BANK/bs2.cer")"

# --- every form of the upload, and what is none
openssl x509 -in "$BANK/server-renewed.crt" -out "$T/renewed.pem"
openssl x509 -in "$T/renewed.pem" -outform DER -out "$T/leaf.der"
upload "$HOOK/certificado" novo.cer "$T/leaf.der"
equal "DER in the part" 204 "$STATUS"
pem=$(cat "$T/renewed.pem")
for form in "$(base64 -w0 "$T/leaf.der")" "$(base64 -w0 "$T/renewed.pem")" "${pem//$'\n'/\\n}\\n"; do
	rm -f "$BANK/bs2.cer"
	api PUT "$HOOK/certificado" -d "{\"certificado\":\"$form\"}"
	equal "JSON: ${form:0:12}" "204 $(openssl x509 -in "$T/renewed.pem" -noout -fingerprint)" "$STATUS $(openssl x509 -in "$BANK/bs2.cer" -noout -fingerprint)"
done
cat "$T/renewed.pem" "$BANK/server-renewed.key" >"$T/key.pem"
: >"$T/nothing"
head -c 300000 /dev/zero >"$T/huge"
for bad in "novo.crt $T/renewed.pem" "cer $T/renewed.pem" "novo.cer $BANK/server-ca.pem" "novo.cer $T/key.pem" "novo.cer $BANK/server.key" \
	"novo.cer $T/nothing" "novo.cer $BANK/client-sandbox.p12"; do
	upload "$HOOK/certificado" "${bad%% *}" "${bad#* }"
	equal "no certificate: $(basename "${bad#* }") as ${bad%% *}" 500 "$STATUS"
done
upload "$HOOK/certificado" novo.cer "$T/huge"
equal "a huge one" 413 "$STATUS"
api PUT "$HOOK/certificado" -F "other=@$T/renewed.pem;filename=novo.cer"
equal "a part of another name" 500 "$STATUS"
equal "what was uploaded before is still there" "$(openssl x509 -in "$T/renewed.pem" -noout -fingerprint)" "$(openssl x509 -in "$BANK/bs2.cer" -noout -fingerprint)"

# --- receipts
api GET "$PATHS/recebimentos?Inicio=2020-01-01&Fim=2099-12-31&TxId=pedido0000000000000000003"
equal "the receipts of a txid" "200 1 1 1.0 pedido0000000000000000003 Efetivado" \
	"$STATUS $(answer 'len(a["items"]), a["pagina"]["qtd"], a["items"][0]["valor"], a["items"][0]["txId"], a["items"][0]["status"]')"
api GET "$PATHS/recebimentos/${e2e}Abanco/recebimento"
equal "one receipt" "200 ${e2e}Abanco 12.34 $KEY ACCC" "$STATUS $(answer 'a["endToEndId"], a["valor"], a["chaveDict"], a["situacao"]')"
api GET "$PATHS/recebimentos/$(answer 'a["recebimentoId"]')"
equal "… by its number" "200 ${e2e}Abanco" "$STATUS $(answer 'a["endToEndId"]')"
api GET "$PATHS/pix/${e2e}Abanco"
equal "… as the central bank has it" "200 12.34" "$STATUS $(answer 'a["valor"]')"

# --- what is no event
for bad in Recibo "Recebimento --amount 0" "Recebimento --account x" "Recebimento --txid a-b" ""; do
	# shellcheck disable=SC2086
	event $bad
	equal "no event: ${bad:-nothing}" 2 $?
done
event Receipt
check "the known ones are named" grep -q 'known: Recebimento, Pagamento, RecebimentoFinalizado' "$T/event.log"

# --- what is no request
bad_requests "$HOOK"
# --- production: a code of the bank's in User-Agent
stop "$EMUL_PID"
serve --environment production
conf '{ name = "banco"; path = "/bs2"; psp = "bs2"; basic = "file:bs2.basic"; HERE }'
pixgate webhook get banco
equal "production: with the code that emul serve prints" 0 "$STATUS"
sed -i 's/user_agent = "[^"]*";//' "$CONF"
pixgate webhook get banco
equal "production: without it" 5 "$STATUS"
check "… it is said why" grep -q user_agent "$T/err"
stop "$EMUL_PID"
serve --json
equal "--json tells where the API is, and who vouches for it" "$API $BANK/api-ca.pem" \
	"$(python3 -c 'import json, sys; a = json.load(open(sys.argv[1])); print(a["api"], a["api_ca"])' "$T/emul.out")"

equal "nothing secret was said" "" "$(grep -lF -e "$SECRET" -e "$(cat "$BANK/client.secret")" -e senha-do-banco -e "$TOKEN" "$T"/*.log "$T/out" "$T/err" 2>/dev/null)"
gate_stop
stop "$NGINX_PID"
finish
