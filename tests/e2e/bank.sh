#!/bin/bash
# All of it at once, offline: emul plays Efí, gen writes nginx's configuration, webhook registers, the emulator checks the
# URL as the bank does and tells what was paid, the gate keeps it, delete ends it.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/site.sh"
server nginx
BANK=$T/bank
check "emul pki" "$PIXGATE" emul pki "$BANK"
mapfile -t ports < <("$TOOLS/port" 3)
SITE_PORT=${ports[0]} HTTP_PORT=${ports[1]} API_PORT=${ports[2]}

emul_start emul "$BANK" --port "$API_PORT" --time-scale 0.0005

# conf CLIENT_CERT: the hook as emul serve says it must be
conf() {
	mkdir -p "$T/pixgate"
	printf '%s\n' "$SECRET" >"$T/pixgate/loja.secret"
	chmod 600 "$T/pixgate/loja.secret"
	CONF=$T/pixgate/pixgate.conf
	cat >"$CONF" <<-END
	inbox = "sqlite:inbox.db";
	domain = "localhost:$SITE_PORT";
	hooks = (
	  { name = "loja"; path = "/webhook"; psp = "efi"; secret = [ "file:loja.secret" ]; sources = [ "127.0.0.1" ];
	    client_cert = "$1"; ca = "$BANK/sandbox.pem"; pin = "CN=webhook-h.efipay.com.br"; keys = [ "$KEY" ];
	$(sed -n 's/^  //p' "$T/emul.out") }
	);
	END
}
pixgate() {
	"$PIXGATE" --conf "$CONF" "$@" >"$T/out" 2>"$T/err"
	STATUS=$?
	[ "$STATUS" = 0 ] || cat "$T/err" >>"$T/words.log"
}
notice() {
	"$PIXGATE" emul notify --conf-dir "$BANK" received --key "$KEY" "$@" >>"$T/notify.log" 2>&1
}

# life NAME: registered, told, told again, silent
life() {
	pixgate webhook set loja
	equal "$1: webhook set" 0 "$STATUS"
	check "$1: the bank has the URL" grep -qF "this hook's URL" <("$PIXGATE" --conf "$CONF" webhook get loja 2>&1)
	notice --txid pedido0000000000000000001 --amount 5.00
	check "$1: what was paid is in the inbox" until_true 30 arrived 1
	check "$1: with its amount and order" grep -q '"txid":"pedido0000000000000000001".*"amount_cents":500' "$T/list"
	pixgate webhook set loja
	check "$1: set again changes nothing" grep -qi unchanged "$T/out"
	# nobody at the gate: the bank comes again
	gate_stop
	notice --txid pedido0000000000000000002
	sleep 0.3
	gate_start
	check "$1: a gate that was down has it once it is back" until_true 30 arrived 2
	pixgate webhook delete loja --yes
	equal "$1: webhook delete" 0 "$STATUS"
	notice --txid pedido0000000000000000003
	sleep 0.5
	equal "$1: after that the bank is silent" 2 "$(events)"
	pixgate webhook get loja
	equal "$1: and nothing is registered" 1 "$STATUS"
	gate_stop
	stop "$NGINX_PID"
	rm -rf "$T/pixgate"
}

conf verify
gate_start
site "$BANK/server.crt" "$BANK/server.key" path
life "mTLS"
conf none
gate_start
site "$BANK/server.crt" "$BANK/server.key" path
life "skip-mTLS"

# the bank's own words where the site lets everybody in, though the hook asks for the certificate
conf verify
gate_start
site "$BANK/server.crt" "$BANK/server.key" path --mode mtls
sed -i 's/if (\(.pixgate_caller\) != psp)/if (\1 = nobody)/; s/if (\(.ssl_client_verify\) != SUCCESS)/if (\1 = nobody)/; s/fastcgi_pass .*/return 200;/' "$T/nginx/site.conf"
# not a reload: for a moment old and new processes would answer side by side
stop "$NGINX_PID"
nginx_up
pixgate webhook set loja
equal "a site that refuses nobody: the bank refuses" 5 "$STATUS"
check "in its own words" grep -qF "A autenticação de TLS mútuo não está configurada na URL informada" "$T/err"
equal "and nothing secret was said" "" "$(grep -lF -e "$SECRET" -e "$(cat "$BANK/client.secret")" "$T"/*.log "$T/out" "$T/err" 2>/dev/null)"
finish
