#!/bin/bash
# webhook … at Banco BS2, direct: one list of events for the account.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/webhook.sh"

banco() {
	run webhook get banco
	equal "BS2: nothing is registered" 1 "$RC"
	run webhook set banco --dry-run
	says "BS2: --dry-run prints the request" '"eventos":["Recebimento","Pagamento"]' '"somenteComTxId":false' '"contaNumero":7654321' '"tipo":"basic"'
	run webhook set banco
	equal "BS2: set ends well" 0 "$RC"
	says "BS2: and says that it calls nobody before a certificate was uploaded" "pixgate cert push banco"
	equal "BS2: what was put" "https://pix.example.com/bs2 basic banco:$BANK False 7654321" "$(last bs2 "PUT" \
		'(lambda b: " ".join([b["url"], b["autorizacao"]["tipo"], __import__("base64").b64decode(b["autorizacao"]["valor"]).decode(), str(b["somenteComTxId"]), str(b["contaNumero"])]))(json.loads(r["body"])[0])')"
	local before
	before=$(calls bs2 PUT)
	run webhook set banco
	equal "BS2: a second time nothing is put" "0 0" "$RC $(($(calls bs2 PUT) - before))"
	says "BS2: unchanged" "event Recebimento: unchanged"
	run webhook set banco --only-txid --event recebimento
	equal "BS2: --only-txid" "0 True" "$RC $(last bs2 PUT 'json.loads(r["body"])[0]["somenteComTxId"]')"
	run webhook set banco
	says "BS2: and back, told as the difference" "(only_txid)"
	run webhook set bearer
	equal "BS2: bearer" "0 bearer bearer-$BANK" "$RC $(last bs2 PUT '(lambda a: a["tipo"] + " " + a["valor"])(json.loads(r["body"])[0]["autorizacao"])')"
	run webhook get banco
	says "BS2: another hook's URL" "another URL" "https://pix.example.com/bearer"
	run webhook set open
	equal "BS2: none, with a secret in the URL" "0 {'tipo': 'none'}" "$RC $(last bs2 PUT 'json.loads(r["body"])[0]["autorizacao"]')"
	rules bs2 '[{"on":"GET","status":200,"json":[{"ID":"1","Evento":"Recebimento","somenteTxId":true,"url":"https://pix.example.com/bs2","contaNumero":7654321,"autorizacao":{"tipo":"Basic","valor":"***"}}]}]'
	run webhook get banco --json
	equal "BS2: the other spelling is read" "True True" "$(python3 -c 'import json; o = json.load(open("out")); print(o["only_txid"], o["ours"])')"
	local row='"url":"https://pix.example.com/bs2","contaNumero":7654321,"somenteComTxId":false,"autorizacao":{"tipo":"basic","valor":"***"}'
	rules bs2 "[{\"on\":\"GET\",\"status\":200,\"json\":[{\"evento\":\"Recebimento\",$row},{\"evento\":\"Pagamento\",$row}]}]"
	before=$(calls bs2 PUT)
	run webhook set banco
	equal "BS2: masked credentials are no difference" "0 0" "$RC $(($(calls bs2 PUT) - before))"
	says "BS2: but told" "does not show the credentials"
	rules bs2 '[{"on":"GET","status":403}]'
	run webhook get banco
	equal "BS2: an empty 403" 5 "$RC"
	says "BS2: is explained" "user_agent"
	rules bs2 '[{"on":"PUT","status":400,"json":[{"descricao":"O formato esperado não foi respeitado.","tag":"Webhook.Url"}]}]'
	run webhook set banco
	equal "BS2: a refusal" 5 "$RC"
	says "BS2: its words" "Webhook.Url" "O formato esperado não foi respeitado."
	plain bs2
	run webhook delete banco --yes
	equal "BS2: another hook's events are left" 1 "$RC"
	run webhook delete open --yes
	equal "BS2: delete" 0 "$RC"
	run webhook get open
	equal "BS2: then nothing is there" 1 "$RC"
}

banco
no_secret_was_said
finish
