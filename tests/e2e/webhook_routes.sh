#!/bin/bash
# webhook … at Banco BS2 for an indirect participant: one route an event.
. "$(dirname "$0")/../lib.sh"
ELSEWHERE=$(free_port)
AT=/pj/apibanking/contexto/webhook
ids="client_id = \"Client_Id_of_the_shop\"; client_secret = \"file:loja.client\"; api_ca = \"../pki/server.crt\""
inner='\"autenticacao\":{\"tipo\":{auth_type}<,\"usuario\":{auth_user},\"senha\":{auth_password}><,\"token\":{auth_token}>}'
MORE_HOOKS=",
  { name = \"outro\"; path = \"/outro\"; psp = \"bs2-indirect\"; basic = \"file:bs2.basic\"; $ids; api = \"https://localhost:$ELSEWHERE\";
    calls = (
      { name = \"webhook.set\"; path = \"$AT\"; body = \"{\\\"url\\\":{url},\\\"evento\\\":{event},$inner}\"; },
      { name = \"webhook.get\"; path = \"$AT\"; },
      { name = \"webhook.change\"; path = \"$AT/{id}\"; body = \"{\\\"url\\\":{url},$inner}\"; },
      { name = \"webhook.delete\"; method = \"POST\"; path = \"$AT/{id}/remover\"; } ); }"
. "$ROOT/tests/webhook.sh"
start elsewhere python3 "$ROOT/tests/tools/psp.py" --psp bs2-indirect --at "$AT" --port "$ELSEWHERE" --cert pki/server.pem --log elsewhere.calls --rules elsewhere.rules
wait_port "$ELSEWHERE"

BASE=/pix/indireto/forintegration/v1/webhook/bs2
AWAY=https://pix.example.com/indireto
ONE=RecebimentoFinalizado
body='json.loads(r["body"])'

# writes COMMAND…: its exit status and how many requests POST, PUT and DELETE it sent
writes() {
	local was
	was=$(wc -l <indirect.calls)
	run webhook "$@"
	WROTE="$RC $(tail -n "+$((was + 1))" indirect.calls | awk -F '"' '$4 ~ /^POST .pix/ { a++ } $4 ~ /^PUT / { b++ } $4 ~ /^DELETE / { c++ } END { print a + 0, b + 0, c + 0 }')"
}
# lists JSON…: what the PSP lists from now on
lists() {
	rules indirect "[{\"on\":\"GET\",\"status\":200,\"json\":$1}${2:+,$2}]"
}
# route ID EVENT URL [SECRET]: one of its list
route() {
	printf '{"id":%s,"evento":"%s","url":"%s","autenticacao":{"tipo":"Basic","valor":"%s"}}' "$1" "$2" "$3" "${4:-$(printf 'banco:%s' "$BANK" | base64 -w0)}"
}

registers() {
	run webhook get indireto
	equal "nothing is registered" 1 "$RC"
	run webhook set indireto --dry-run
	equal "--dry-run" "0 7 1 1" "$RC $(grep -c '^POST' out) $(grep -c '^PUT' out) $(grep -c '^GET' out)"
	says "--dry-run prints the requests, secrets masked" "\"url\":\"$AWAY/$ONE?hmac=***\",\"evento\":\"$ONE\",\"autenticacao\":{\"tipo\":\"Basic\",\"valor\":\"***\"}" \
		'"configuracaoId":"ID-OF-THE-LIST"'
	equal "--dry-run sends nothing" 0 "$(calls indirect "POST $BASE")"
	writes set indireto
	equal "set registers the seven events" "0 7 0 0" "$WROTE"
	equal "each in a request of its own" "Basic banco:$BANK $AWAY/ValidacaoRecebimentoCanalSecundario?hmac=$HMAC ValidacaoRecebimentoCanalSecundario" "$(last indirect "POST $BASE" \
		"(lambda b: ' '.join([b['autenticacao']['tipo'], __import__('base64').b64decode(b['autenticacao']['valor']).decode(), b['url'], b['evento']]))($body)")"
	writes set indireto
	equal "a second time nothing is sent" "0 0 0 0" "$WROTE"
	equal "which is said of each" 7 "$(grep -c ': unchanged: ' out)"
	run webhook get indireto --json
	equal "get --json" "7 True this hook's URL Basic" "$(python3 -c 'import json
l = [json.loads(x) for x in open("out")]
print(len(l), all(x["ours"] for x in l), l[0]["whose"], l[0]["auth"])')"
	run webhook get indireto
	equal "get as a table" 7 "$(grep -c "this hook's URL  *Basic" out)"
	run webhook list indireto
	equal "list says the same" "0 7" "$RC $(grep -c "this hook's URL  *Basic" out)"
	writes set aberto --event "pagamentofinalizado,PagamentoFinalizado"
	equal "without basic and bearer" "0 1 0 0 {'tipo': 'None', 'valor': None}" "$WROTE $(last indirect "POST $BASE" "${body}['autenticacao']")"
	says "another hook's route of that event is told" "event PagamentoFinalizado: 1 other route is registered, not this hook's, and left as it is: $AWAY/PagamentoFinalizado?hmac=***"
	writes set rotas --event pagamentofinalizado --json
	equal "bearer" "0 1 0 0 {'tipo': 'Bearer', 'valor': 'bearer-$BANK'}" "$WROTE $(last indirect "POST $BASE" "${body}['autenticacao']")"
	equal "set --json" "rotas event PagamentoFinalizado registered None None https://pix.example.com/rotas/PagamentoFinalizado" "$(python3 -c 'import json
o = json.load(open("out")); print(*[o[k] for k in ("hook", "target", "event", "result", "differs", "before", "after")])')"
}

alters() {
	printf 'another-secret-than-before-000000\n' >pixgate/rota.secret
	run webhook get indireto
	equal "get tells the old secret" 7 "$(grep -c "this hook's URL with another secret" out)"
	writes set indireto
	equal "after a new secret each route is altered" "0 0 7 0" "$WROTE"
	equal "as altered" 7 "$(grep -c ': altered (url)' out)"
	equal "by its id, without the event" "36 False another-secret-than-before-000000" "$(last indirect PUT "(lambda b: '%d %s %s' % (len(b['configuracaoId']), 'evento' in b, b['url'].split('hmac=')[1]))($body)")"
	writes set indireto
	equal "then all is as it shall be" "0 0 0 0" "$WROTE"
	printf 'banco:outra-%s\n' "$BANK" >pixgate/bs2.basic
	writes set indireto --event "$ONE"
	equal "after a new password too, --event narrows" "0 0 1 0" "$WROTE"
	says "which is told as auth" "event $ONE: altered (auth)"
	writes set indireto --event "$ONE" --force
	equal "--force puts again" "0 0 1 0" "$WROTE"
	says "which is told" "event $ONE: registered again"
	printf 'banco:%s\n' "$BANK" >pixgate/bs2.basic
	run webhook set indireto
	printf '%s\n' "$HMAC" >pixgate/rota.secret
	lists "[$(route '"i-1"' "$ONE" "https://PIX.example.com/indireto/")]" '{"on":"PUT","status":200}'
	writes set indireto --event "$ONE"
	equal "a route to the hook's bare path is altered; that it stayed is told" "1 0 1 0 i-1" "$WROTE $(last indirect PUT "${body}['configuracaoId']")"
	says "as not what was sent" "not what was sent" "the PSP said yes, but has another url"
	lists "[$(route '"i-1"' "$ONE" "$AWAY/PagamentoFinalizado?hmac=$HMAC")]" '{"on":"PUT","status":200}'
	writes set indireto --event "$ONE"
	equal "so is one to another event's path" "1 0 1 0" "$WROTE"
	lists "[$(route '"i-1"' "$ONE" "$AWAY/fora"),$(route '"i-2"' "$ONE" https://pix.example.com/indiretorio)]" '{"on":"POST","status":200}'
	writes set indireto --event "$ONE"
	equal "one to a path that is none of ours is not" "1 1 0 0" "$WROTE"
	says "but told" "2 other routes are registered" "does not list it"
	plain indirect
}

leaves() {
	rules indirect '[{"on":"GET","mask":"***"}]'
	writes set indireto --event "$ONE"
	equal "credentials that are masked count as unchanged but for the secret" "0 0 1 0" "$WROTE"
	writes set indireto --event "$ONE"
	equal "and do not make set send again" "0 0 0 0" "$WROTE"
	says "which is said" "does not show the credentials" "--force"
	rules indirect '[{"on":"GET","mask":null}]'
	writes set indireto --event "$ONE"
	equal "nor where none are shown" "0 0 0 0" "$WROTE"
	says "which is said too" "does not show the credentials"
	rules indirect '[{"on":"GET","mask":"b3V0cmE6c2VuaGE="}]'
	writes set indireto --event "$ONE"
	equal "a PSP that keeps other credentials" "1 0 1 0" "$WROTE"
	says "is told of" "has another auth"
	rules indirect '[{"on":"GET","mask":"eA==","skip":0,"times":1},{"on":"GET","mask":"eQ=="}]'
	writes set indireto --event "$ONE"
	equal "one that shows them in its own form is believed" "0 0 1 0" "$WROTE"
	says "with a word" "it may have a form of its own"
	lists "[$(route '"i-1"' EventoNovo "$AWAY/EventoNovo?hmac=$HMAC"),$(route '"i-2"' "$ONE" "$AWAY/$ONE?hmac=$HMAC")]"
	run webhook get indireto
	says "an event that is not known is shown" "EventoNovo"
	writes delete indireto --yes --force
	equal "and left" "5 0 0 1" "$WROTE"
	equal "by its id" "$BASE/i-2" "$(last indirect DELETE 'r["line"].split()[1]')"
	plain indirect
	rules indirect '[{"on":"POST /pix","mute":true}]'
	run webhook delete indireto --yes --event "$ONE,DevolucaoFinalizada"
	equal "delete --event" "0 2" "$RC $(grep -c deleted out)"
	writes set indireto
	equal "answers without a body are taken" "0 2 5 0" "$WROTE"
	rules indirect '[{"on":"POST /pix","one":true}]'
	run webhook delete indireto --yes --event PagamentoFinalizado
	writes set indireto --event PagamentoFinalizado
	equal "a PSP that keeps one route an event" "0 1 0 0" "$WROTE"
	says "has taken another's place, which is told" "no longer has the route to https://pix.example.com/aberto/PagamentoFinalizado?hmac=***"
	plain indirect
}

refuses() {
	run webhook delete indireto --yes
	rules indirect "[{\"on\":\"POST /pix\",\"status\":400,\"times\":1,\"json\":[{\"tag\":\"Route.Url\",\"descricao\":\"bad $(printf 'banco:%s' "$BANK" | base64 -w0) $HMAC\"}]}]"
	writes set indireto
	equal "one event refused, the others tried" "5 7 0 0 6" "$WROTE $(grep -c ': registered$' out)"
	says "its words, without the secrets that they hold" "event $ONE: HTTP 400 Route.Url: bad *** ***"
	rules indirect '[{"on":"POST /pix","status":403}]'
	writes set indireto
	equal "an empty 403" "5 1 0 0" "$WROTE"
	says "is explained" "user_agent"
	rules indirect '[{"on":"PUT /pix","status":429,"headers":{"Retry-After":"17"}}]'
	writes set indireto --force --event "DevolucaoFinalizada,PagamentoFinalizado"
	equal "429 holds for all" "5 0 1 0" "$WROTE"
	says "how long, and what was not tried" "17" "1 more not tried: event PagamentoFinalizado"
	rules indirect '[{"on":"POST /pix","cut":true,"json":{"id":"i-9","url":"u"}}]'
	run webhook set indireto --event "$ONE"
	equal "an answer that is cut off" 4 "$RC"
	says "leaves open what was done" "whether it was registered is not known"
	rules indirect '[{"on":"POST /pix","lie":true}]'
	run webhook set indireto --event "$ONE"
	equal "a PSP that says yes and does nothing" 1 "$RC"
	says "is told of" "does not list it"
	rules indirect '[{"on":"GET","status":500,"skip":1,"json":{"message":"x"}}]'
	run webhook set indireto --event "$ONE"
	equal "a list that is refused afterwards" 5 "$RC"
	says "leaves open what is there" "could not be read back"
	local answer
	while IFS='|' read -r answer status; do
		rules indirect "[{\"on\":\"GET\",$answer}]"
		writes set indireto --force --event "$ONE"
		equal "a list that is $answer" "$status 0 0 0" "$WROTE"
	done <<-'END'
	"status":200|5
	"status":200,"body":"<html>"|5
	"status":200,"json":{"rotas":[]}|5
	"status":200,"json":[{"id":"1","url":"https://a.example/x"}]|5
	"status":200,"json":[null]|5
	"status":404,"body":"<html>"|5
	"cut":true,"json":[]|4
	END
	rules indirect '[{"on":"GET","status":204}]'
	run webhook get indireto
	equal "204 is an empty list" 1 "$RC"
	plain indirect
}

# Lists that no bank should send.
strange() {
	lists "$(python3 -c 'import json
print(json.dumps([{"id": "id-%d" % (i % 9999), "evento": "RecebimentoFinalizado", "url": "https://a.example/%d" % (i % 9999), "autenticacao": {"tipo": "None", "valor": None}} for i in range(10000)]))')" '{"on":"POST /pix","status":200}'
	run webhook get indireto --json
	equal "10,000 routes are shown" "0 10000" "$RC $(wc -l <out)"
	local begin=$SECONDS
	writes set indireto --event "$ONE"
	equal "10,000 routes of others are told in one line" "1 1 0 0 1" "$WROTE $(grep -c "10000 other routes are registered" err)"
	writes delete indireto --yes
	equal "and not deleted" "1 0 0 0" "$WROTE"
	lists "[$(for i in $(seq 1999); do route '"same"' "$ONE" "$AWAY/$ONE"; echo ,; done)$(route '"same"' "$ONE" "$AWAY/$ONE")]" '{"on":"DELETE","status":204},{"on":"PUT","status":200}'
	writes set indireto --event "$ONE"
	equal "an id that is repeated is altered once" "1 0 1 0" "$WROTE"
	writes delete indireto --yes
	equal "and deleted once" "0 0 0 1 2000" "$WROTE $(grep -c deleted out)"
	equal "all that in time" yes "$([ $((SECONDS - begin)) -lt 120 ] && echo yes)"
	lists "[$(route '"two"' "$ONE" "$AWAY/$ONE"),$(route '"two"' "$ONE" https://a.example/x)]"
	writes set indireto --event "$ONE"
	equal "an id that is another's too is not altered" "1 0 0 0" "$WROTE"
	says "which is told" "event $ONE: left (url)" "alter it by hand"
	writes delete indireto --yes
	equal "nor deleted" "1 0 0 0" "$WROTE"
	says "which is told too" "lists its id for another URL too"
	for id in null '""' '".."' '"a b"' '{}' "\"$(printf 'i%.0s' $(seq 300))\""; do
		lists "[$(route "$id" "$ONE" "$AWAY/$ONE")]"
		writes delete indireto --yes
		equal "an id that is ${id:0:8} is not used" "1 0 0 0" "$WROTE"
		says "but told (${id:0:8})" "no usable id"
	done
	lists "[$(route null "$ONE" "$AWAY/$ONE?hmac=$HMAC"),$(route '"old"' "${ONE,,}" "$AWAY/$ONE?hmac=antigo")]"
	writes set indireto --event "$ONE"
	equal "of two routes to this hook the right one counts, even without an id" "0 0 0 0" "$WROTE"
	says "and the other is told" "1 more route is registered to this hook"
	lists "[{\"ID\":\"i-1\",\"Evento\":\"$ONE\",\"URL\":\"$AWAY/$ONE?hmac=$HMAC\",\"Autenticacao\":{\"Tipo\":\"BASIC\",\"Valor\":\"Basic $(printf 'banco:%s' "$BANK" | base64 -w0)\"}}]"
	writes set indireto --event "$ONE"
	equal "keys in any case, and the whole of Authorization" "0 0 0 0" "$WROTE"
	plain indirect
}

deletes() {
	run webhook set rotas --event PagamentoFinalizado
	run webhook set indireto
	writes delete indireto
	equal "delete without --yes" "2 0 0 0" "$WROTE"
	writes delete indireto --yes
	equal "delete" "0 0 0 7" "$WROTE"
	run webhook get indireto
	equal "another hook's route is left" "0 1 another URL" "$RC $(grep -c /rotas/ out) $(grep -o 'another URL' out)"
	writes delete indireto --yes
	equal "then there is none" "1 0 0 0" "$WROTE"
	writes delete indireto --yes --force --event "$ONE"
	equal "--force of another event" "1 0 0 0" "$WROTE"
	writes delete indireto --yes --force --json
	equal "--force takes others too" "0 0 0 1 deleted" "$WROTE $(python3 -c 'import json; print(json.load(open("out"))["result"])')"
}

# A bank whose calls are others than the profile guesses.
elsewhere() {
	run webhook set outro --dry-run --event "$ONE"
	says "calls of the configuration: --dry-run" "POST https://localhost:$ELSEWHERE$AT" '"autenticacao":{"tipo":"Basic","usuario":"***","senha":"***"}' "PUT https://localhost:$ELSEWHERE$AT/ID-OF-THE-LIST"
	run webhook set outro
	equal "set" "0 7" "$RC $(calls elsewhere "POST $AT")"
	equal "another inside of autenticacao" "{'tipo': 'Basic', 'usuario': 'banco', 'senha': '$BANK'}" "$(last elsewhere "POST $AT" "${body}['autenticacao']")"
	run webhook set outro
	equal "which is read too" "0 7 0" "$RC $(grep -c unchanged out) $(calls elsewhere PUT)"
	printf 'banco:outra-%s\n' "$BANK" >pixgate/bs2.basic
	run webhook set outro --event "$ONE"
	equal "and altered" "0 1" "$RC $(calls elsewhere "PUT $AT/")"
	run webhook delete outro --yes
	equal "and deleted" "0 7" "$RC $(grep -c deleted out)"
	printf 'banco:%s\n' "$BANK" >pixgate/bs2.basic
}

wrong() {
	local options words
	while IFS='|' read -r options words; do
		# shellcheck disable=SC2086
		writes $options
		equal "webhook $options" "2 0 0 0" "$WROTE"
		says "why ($options)" "$words"
	done <<-END
	set indireto --only-txid|--only-txid is not for
	set indireto --event Recebimento|RecebimentoFinalizado, DevolucaoFinalizada
	set indireto --event ,|
	delete indireto --yes --event Nada|'Nada' is unknown
	delete banco --yes --event Recebimento|--event is not for
	delete loja --yes --event Recebimento|--event is for BS2 alone
	set indireto --key $KEY|--key
	list indireto --since 7d|--since
	END
	chmod 644 pixgate/bs2.bearer
	writes set rotas
	equal "a bearer that others may read" "2 0 0 0" "$WROTE"
	chmod 600 pixgate/bs2.bearer
}

registers
alters
leaves
refuses
strange
deletes
elsewhere
wrong
no_secret_was_said
finish
