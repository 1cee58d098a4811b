#!/bin/bash
# Banco BS2, indirect participant, offline: a route for each of the seven events, registered by hand and by webhook, told and deleted.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/bank_bs2.sh"
bank_up
HOOK=/pix/indireto/forintegration/v1/webhook/bs2
VERB=POST
conf '{ name = "banco"; path = "/bs2"; psp = "bs2-indirect"; basic = "file:bs2.basic"; HERE },
      { name = "bearer"; path = "/bearer"; psp = "bs2-indirect"; bearer = "file:bs2.bearer"; HERE },
      { name = "aberto"; path = "/aberto"; psp = "bs2-indirect"; secret = [ "file:loja.secret" ]; HERE }'
gate_start
site "$T/site.crt" "$T/site.key" path
KINDS=(RecebimentoFinalizado:received:ACCC DevolucaoFinalizada:refund:ACCC PagamentoFinalizado:payment:ACCC RestituicaoFinalizada:return:ACCC
	ValidacaoRecebimento:validation:ACSP ValidacaoRestituicao:validation:ACSP ValidacaoRecebimentoCanalSecundario:validation:ACSP)
SITE=https://localhost:$SITE_PORT
BASIC='"autenticacao":{"tipo":"Basic","valor":"'$(printf 'banco:senha-do-banco' | base64)'"}'

# as the manual has it, one event a route; the last but one with Bearer, the last with nothing but the URL's secret
for row in "${KINDS[@]}"; do
	name=${row%%:*}
	case $name in
	ValidacaoRestituicao) url=$SITE/bearer/$name auth='"autenticacao":{"tipo":"Bearer","valor":"bearer-senha-do-banco"}' ;;
	*Secundario) url="$SITE/aberto/$name?hmac=$SECRET" auth='"autenticacao":{"tipo":"None","valor":null}' ;;
	*) url=$SITE/bs2/$name auth=$BASIC ;;
	esac
	api POST "$HOOK" -d "{\"url\":\"$url\",\"evento\":\"$name\",$auth}"
	equal "$name is registered" "201 $name $url" "$STATUS $(answer 'a["evento"], a["url"]')"
done
api POST "$HOOK" -d "{\"url\":\"$SITE/x\",\"evento\":\"ValidacaoRestituicao\",$BASIC}"
equal "an event has one route" 400 "$STATUS"
api GET "$HOOK"
equal "all seven are listed" "200 7" "$STATUS $(answer 'len(a)')"
id=$(answer 'a[0]["id"]') name=$(answer 'a[0]["evento"]')
api PUT "$HOOK" -d "{\"configuracaoId\":\"$id\",\"url\":\"$SITE/bs2/$name\",\"evento\":\"Pagamento\",$BASIC}"
equal "a route is altered, its event is not" "200 $id $name" "$STATUS $(answer 'a["id"], a["evento"]')"
api PUT "$HOOK" -d "{\"configuracaoId\":\"nobody\",\"url\":\"$SITE/x\",$BASIC}"
equal "… one that is not there" 404 "$STATUS"
api PUT "$HOOK" -d "{\"url\":\"$SITE/x\",$BASIC}"
equal "… without an id" 400 "$STATUS"

upload "$HOOK/certificado" certificado.cer "$T/leaf.pem"
equal "a certificate that is no *.crt" '500 [{"descricao":"Internal error","tag":null}]' "$STATUS $ANSWER"
event RecebimentoFinalizado --e2eid E1
check "without one the bank tells nobody" until_true 30 grep -q "reason=no certificate of the merchant's server was uploaded" "$T/emul.log"
upload "$HOOK/certificado" certificado.crt "$T/leaf.pem"
equal "the certificate as the manual has it" "204 " "$STATUS $ANSWER"
check "then it arrives" until_true 30 arrived 1

wanted=1
for row in "${KINDS[@]}"; do
	IFS=: read -r name kind status <<<"$row"
	event "$name" --amount 7.50
	e2eid=$(sed -n 's/.*"endToEndId":"\([^"]*\)".*/\1/p' "$T/event.log")
	wanted=$((wanted + 1))
	check "$name arrives" until_true 30 arrived $wanted
	equal "… as $kind" "$kind $e2eid $status" "$(fields kind e2eid status)"
done
equal "the validation came by the URL's secret" aberto "$(fields hook)"
event RecebimentoFinalizado --status RJCT --e2eid E2
wanted=$((wanted + 1))
check "a flow that failed" until_true 30 arrived $wanted
equal "… says so" "E2 RJCT" "$(fields e2eid status)"
equal "what was sent is understood" 1 "$("$PIXGATE" --conf "$CONF" inbox unread >/dev/null 2>&1; echo $?)"

# --- what is no request
bad_requests "$HOOK"
for bad in "\"evento\":\"Recebimento\",$BASIC" "\"evento\":\"recebimentofinalizado\",$BASIC" "$BASIC" '"evento":"RecebimentoFinalizado"' \
	'"evento":"RecebimentoFinalizado","autenticacao":{"tipo":"Digest","valor":"x"}' \
	'"evento":"RecebimentoFinalizado","autenticacao":{"tipo":"Basic","valor":""}' \
	'"evento":"RecebimentoFinalizado","autenticacao":{"tipo":"Bearer","valor":"a\r\nb"}'; do
	api POST "$HOOK" -d "{\"url\":\"$SITE/x\",$bad}"
	equal "no route: ${bad:0:60}" 400 "$STATUS"
done

# --- each is deleted
api GET "$HOOK"
cp "$T/answer" "$T/routes"
for id in $(python3 -c 'import json, sys; print(*[r["id"] for r in json.load(open(sys.argv[1]))])' "$T/routes"); do
	api DELETE "$HOOK/$id"
	equal "deleted" "204 " "$STATUS $ANSWER"
done
api DELETE "$HOOK/$id"
equal "deleted twice" 404 "$STATUS"
api GET "$HOOK"
equal "none is left" "200 []" "$STATUS $ANSWER"
event PagamentoFinalizado
check "it says that nobody is told" grep -q 'no URL is registered' "$T/event.log"

# --- and by the client
rm "$BANK/bs2-indirect.crt"
pixgate cert push banco
equal "cert push uploads the server's certificate" "0 $(openssl x509 -in "$T/leaf.pem" -noout -fingerprint)" \
	"$STATUS $(openssl x509 -in "$BANK/bs2-indirect.crt" -noout -fingerprint)"
pixgate webhook set banco
equal "webhook set registers all" 0 "$STATUS"
api GET "$HOOK"
equal "… seven" "200 7" "$STATUS $(answer 'len(a)')"
for row in "${KINDS[@]}"; do
	event "${row%%:*}"
	wanted=$((wanted + 1))
done
check "they arrive" until_true 30 arrived $wanted
pixgate webhook set banco
check "set again changes nothing" grep -q unchanged "$T/out"
pixgate webhook delete banco --yes
equal "webhook delete" 0 "$STATUS"
api GET "$HOOK"
equal "… all of them" "200 []" "$STATUS $ANSWER"
event PagamentoFinalizado
sleep 0.3
equal "then the bank is silent" $wanted "$(events)"
equal "nothing secret was said" "" "$(grep -lF -e "$SECRET" -e "$(cat "$BANK/client.secret")" -e senha-do-banco -e "$TOKEN" "$T"/*.log "$T/out" "$T/err" 2>/dev/null)"
gate_stop
stop "$NGINX_PID"
finish
