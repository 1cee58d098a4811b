#!/bin/bash
# What reconciliation asks a PSP: lists of receipts in pages, refunds in them, and what can go wrong with a list; asked by a plain curl.
. "$(dirname "$0")/../lib.sh"
cd "$T" || exit 2
BANK=$T/bank
KEY=loja@example.com
DAY="inicio=2026-01-01T00:00:00Z&fim=2099-01-01T00:00:00Z"
BS2=/pix/direto/forintegration/v1
BS2_DAY="Inicio=2026-01-01&Fim=2099-01-01"
check "emul pki" "$PIXGATE" emul pki "$BANK"
emul_start emul "$BANK" --json --manual --time-scale 0.01
API=$(sed -n 's/.*"api":"\([^"]*\)".*/\1/p' emul.out)
printf 'user = "Client_Id_pixgate_emulator:%s"\n' "$(cat "$BANK/client.secret")" >basic.conf
api() { # METHOD PATH [CURL ARGUMENT…]: with the token in $TOKEN, a file; sets STATUS, and the files answer and headers
	local method=$1 path=$2
	shift 2
	: >answer
	STATUS=$(curl -s -m 20 -o answer -D headers -w '%{http_code}' --cacert "$BANK/api-ca.pem" --cert-type P12 --cert "$BANK/client-sandbox.p12:" -K "$TOKEN" \
		-X "$method" -H "Content-Type: ${BODY:-application/json}" "$@" "$API$path")
}
log_in() {
	TOKEN=basic.conf
	api POST /oauth/token -d '{"grant_type":"client_credentials"}'
	printf 'header = "Authorization: Bearer %s"\n' "$(a 'a["access_token"]')" >efi.conf
	BODY=application/x-www-form-urlencoded api POST /auth/oauth/v2/token -d grant_type=client_credentials --data-urlencode 'scope=pix.read pix.write'
	printf 'header = "Authorization: Bearer %s"\n' "$(a 'a["access_token"]')" >bs2.conf
}
a() { # EXPRESSION over a, the answer, and p, what it says of pages; a tuple is printed with blanks
	python3 -c 'import json, sys
a = json.load(open("answer", encoding="utf-8"))
p = a.get("parametros", {}).get("paginacao", {})
v = eval("(%s)" % sys.argv[1])
print(*(v if isinstance(v, tuple) else (v,)))' "$1" 2>&1
}
emul() { # VERB …
	local verb=$1
	shift
	"$PIXGATE" -q emul "$verb" --conf-dir "$BANK" "$@"
}
log_in

# --- many at once
emul pay --key "$KEY" --amount 1.23 --count 250 --at 3d >paid
equal "emul pay --count: a line for each" "0 250 250" "$? $(grep -c . paid) $(sort -u paid | grep -c .)"
emul event Recebimento --key "$KEY" --amount 4.56 --count 120 --at 3d >told
equal "emul event --count: a body for each" "0 120 120" "$? $(grep -c . told) $(sort -u told | grep -c .)"
emul pay --key "$KEY" --amount 1.00 --at 2099-01-01 2>/dev/null
equal "nobody pays tomorrow" 2 $?
emul pay --key "$KEY" --amount 1.00 --count 0 2>/dev/null
equal "nobody pays no time" 2 $?
emul pay --key "$KEY" --amount 11.00 --count 5 2>/dev/null
equal "all of them or none" 5 $?
emul pay txid1 --count 2 2>/dev/null
equal "a charge is paid once" 2 $?

# --- Efí's list
TOKEN=efi.conf
: >rows
for page in 0 1 2 3; do
	api GET "/v2/pix?$DAY&paginacao.paginaAtual=$page"
	equal "page $page: its counts" "200 $page 100 3 250" "$STATUS $(a 'tuple(p[n] for n in ("paginaAtual", "itensPorPagina", "quantidadeDePaginas", "quantidadeTotalDeItens"))')"
	a '"\n".join(p["endToEndId"] for p in a["pix"])' | grep . >>rows
	equal "page $page: its rows" "$((page < 2 ? 100 : page == 2 ? 50 : 0))" "$(a 'len(a["pix"])')"
done
equal "every Pix once, in the order of time" "$(sed 's/:.*//' paid)" "$(cat rows)"
api GET "/v2/pix?$DAY&paginacao.itensPorPagina=1000"
equal "a thousand a page" "1 250" "$(a 'p["quantidadeDePaginas"], len(a["pix"])')"
FIRST=$(head -n 1 rows)
WHEN=$(a 'a["pix"][0]["horario"]')
api GET "/v2/pix?inicio=$WHEN&fim=$WHEN"
equal "both ends are in it" "$FIRST" "$(a '" ".join(p["endToEndId"] for p in a["pix"])')"
for query in "fim=2026-01-01T00:00:00Z" "inicio=2026-01-01T00:00:00Z" "$DAY&paginacao.itensPorPagina=1001" "$DAY&txid=with-a-dash" "inicio=today&fim=2026-01-01T00:00:00Z"; do
	api GET "/v2/pix?$query"
	equal "refused: $query" "400 json_invalido" "$STATUS $(a 'a["nome"]')"
done
api GET "/v2/pix?$DAY&txid=nobody"
equal "of a txid" "200 0" "$STATUS $(a 'len(a["pix"])')"

# --- refunds are in both
emul refund "$FIRST" --amount 0.23 --id troco1 >/dev/null
ended() {
	api GET "$1"
	grep -q DEVOLVIDO answer
}
check "a refund ends" until_true 30 ended "/v2/pix/$FIRST"
equal "… in the Pix" "troco1 0.23" "$(a 'a["devolucoes"][0]["id"], a["devolucoes"][0]["valor"]')"
api GET "/v2/pix?$DAY"
equal "… and in the list, of that one alone" "troco1 DEVOLVIDO 1" "$(a '*(a["pix"][0]["devolucoes"][0][n] for n in ("id", "status")), sum("devolucoes" in x for x in a["pix"])')"
TOKEN=bs2.conf
BS2_FIRST=$(sed -n '1s/.*"endToEndId":"\([^"]*\)".*/\1/p' told)
"$PIXGATE" emul refund --conf-dir "$BANK" "$BS2_FIRST" --amount 0.56 --id troco2 >refund.out 2>refund.err
equal "BS2: a refund" "0 1" "$? $(grep -c 'tells nobody of a refund' refund.err)"
check "BS2: it ends" until_true 30 ended "$BS2/pix/$BS2_FIRST/devolucao/troco2"
api GET "$BS2/recebimentos?$BS2_DAY"
equal "BS2: it is in the list" "120 100 troco2 0.56 DEVOLVIDO" "$(a 'a["pagina"]["qtd"], len(a["items"]), *(a["items"][0]["devolucoes"][0][n] for n in ("id", "valor", "status"))')"
equal "BS2: nobody was to be told" 0 "$(python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM callback WHERE kind = ?", ("bs2",)).fetchone()[0])' "$BANK/emul.db")"

# --- what goes wrong
TOKEN=efi.conf
emul fault list-rate --value 7
api GET "/v2/pix/$FIRST"
equal "list-rate: not of one Pix" 200 "$STATUS"
api GET "/v2/pix?$DAY"
equal "list-rate: of a list" "429 7" "$STATUS $(tr -d '\r' <headers | sed -n 's/^[Rr]etry-[Aa]fter: //p')"
emul fault list-pages --value 1
api GET "/v2/pix?$DAY"
equal "list-pages" "1 250 100" "$(a 'p["quantidadeDePaginas"], p["quantidadeTotalDeItens"], len(a["pix"])')"
emul fault list-items --value 3
api GET "/v2/pix?$DAY"
equal "list-items" "3 3 100" "$(a 'p["quantidadeDePaginas"], p["quantidadeTotalDeItens"], len(a["pix"])')"
emul fault list-twice
api GET "/v2/pix?$DAY"
equal "list-twice" "100 99 True" "$(a 'len(a["pix"]), len(set(x["endToEndId"] for x in a["pix"])), a["pix"][0] == a["pix"][-1]')"
emul fault list-hole
for page in 0 1 2; do
	api GET "/v2/pix?$DAY&paginacao.paginaAtual=$page"
	equal "list-hole: page $page" "$((page == 1 ? 0 : page ? 50 : 100)) 250" "$(a 'len(a["pix"]), p["quantidadeTotalDeItens"]')"
done
emul fault --list
equal "none is left over" 1 $?
TOKEN=bs2.conf
emul fault list-items --value 7
api GET "$BS2/recebimentos?$BS2_DAY"
equal "BS2: list-items" "7 100" "$(a 'a["pagina"]["qtd"], len(a["items"])')"
emul fault list-hole --value 1
api GET "$BS2/recebimentos?$BS2_DAY"
equal "BS2: list-hole" "120 0" "$(a 'a["pagina"]["qtd"], len(a["items"])')"
equal "no secret is in the log" 0 "$(grep -cF -e "$(cat "$BANK/client.secret")" emul.log)"
finish
