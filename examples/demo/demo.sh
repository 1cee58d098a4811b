#!/bin/bash
# make demo: a PSP and some forgers against pixgate behind lighttpd, all on 127.0.0.1. Leaves only build/demo/.
cd "$(dirname "$0")/../.." || exit 2
tests/need.sh demo || exit 2
make -s --no-print-directory B=build programs build/tests/port build/tests/fcgi || exit 2
T=$PWD/build/demo
rm -rf "$T"
mkdir -p "$T/pixgate"
B=build
. tests/lib.sh
. tests/lighttpd.sh
# a unix socket's path has room for 107 characters
[ ${#SOCK} -lt 100 ] || SOCK=$(mktemp -u "/tmp/pixgate-demo.XXXXXX")
ADDRESS=unix:$SOCK

tests/pki.sh "$T/pki"
SECRET=$(openssl rand -hex 32)
(umask 077 && printf '%s\n' "$SECRET" >"$T/pixgate/loja.secret")
cat >"$T/pixgate/pixgate.conf" <<END
inbox = "sqlite:inbox.db";
domain = "pix.example.com";
hooks = (
  { name = "loja"; path = "/webhook"; psp = "efi"; environment = "sandbox";
    secret = [ "file:loja.secret" ];
    client_cert = "verify"; ca = "$T/pki/psp.pem"; pin = "CN=webhook.psp.example";
    sources = [ "127.0.0.1" ];
    keys = [ "$KEY" ]; }
);
END
CONF=$T/pixgate/pixgate.conf
gate_start
lighttpd_tls

step=0
wrong=0
# say WHAT WANTED WHY: sends $DATA to $HOW with the certificate $WHO and tells what came back
say() {
	local with=(--cacert "$T/pki/server.crt") ms
	step=$((step + 1))
	[ -z "$WHO" ] || with+=(--cert "$T/pki/$WHO.crt" --key "$T/pki/$WHO.key")
	STATUS=$(printf '%s' "$DATA" | curl -s -m 20 -o "$T/answer" -w '%{http_code} %{time_total} %{time_appconnect}' -D "$T/headers" "${with[@]}" \
		-H 'Content-Type: application/json;charset=utf-8' --data-binary @- "$BASE$HOW")
	ms=$(awk '{ printf "%.1f", ($2 - $3) * 1000 }' <<<"$STATUS")
	STATUS=${STATUS%% *}
	printf ' %2d  %-52s %s  %5s ms   %s\n' $step "$1" "$STATUS" "$ms" "$3"
	if [ "$STATUS" != "$2" ]; then
		echo "     that should have been $2"
		wrong=1
	fi
	[ "$STATUS" != 403 ] || grep -vi '^date:' "$T/headers" | cat - "$T/answer" | sha256sum >>"$T/refusals"
}
pix() { # E2EID TXID AMOUNT [REST]
	printf '{"endToEndId":"%s","txid":"%s","chave":"%s","valor":"%s","horario":"2026-11-20T12:00:00.000Z"%s}' "$1" "$2" "$KEY" "$3" "${4:-}"
}
url=$("$PIXGATE" --conf "$CONF" url loja) || wrong=1

cat <<END
A shop's Pix webhook, played from both sides. lighttpd listens on $BASE and passes
what comes to pixgate.fcgi; the certificates were made for this run.
URL that the shop registers at its PSP:  ${url//$SECRET/${SECRET:0:6}…}

The PSP
END
HOW="/webhook?hmac=$SECRET&ignorar="
DATA=$PING
WHO=
say "registration: ping without its certificate" 403 "refused, as the PSP wants to see"
WHO=client
say "registration: ping with its certificate" 200 "the webhook is registered"
HOW="/webhook?hmac=$SECRET&ignorar=/pix"
DATA="{\"pix\":[$(pix E0000000020261120120001a7c3f9e21 pedido1001 49.90)]}"
say "a payment: R\$ 49.90 for pedido1001" 200 "on disk before the answer"
say "the same again: the PSP's retry" 200 "known, stored once"
refund=',"devolucoes":[{"id":"dev1002","rtrId":"D0000000020261120120502b8d4e0f32","valor":"25.50","horario":{"solicitacao":"2026-11-20T12:05:00.000Z"},"status":"DEVOLVIDO"}]'
DATA="{\"pix\":[$(pix E0000000020261120120101c9e5f1043 pedido1002 75.50 "$refund"),$(pix E0000000020261120120201d0f6a2154 pedido1003 120.00)]}"
say "a batch: R\$ 75.50 with R\$ 25.50 refunded, R\$ 120.00" 200 "three events, one commit"

echo
echo "Forgers, each with a payment of R\$ 9999.00 that nobody made"
DATA="{\"pix\":[$(pix E0000000020261120120301e1a7b3265 pedido1004 9999.00)]}"
WHO=client
HOW="/webhook?ignorar=/pix"
say "no secret in the URL" 403 "refused"
HOW="/webhook?hmac=$(printf '0%.0s' {1..64})&ignorar=/pix"
say "a guessed secret" 403 "refused"
HOW="/webhook?hmac=$SECRET&ignorar=/pix"
WHO=
say "the right secret, no certificate" 403 "refused"
WHO=client-sibling
say "the right secret, another customer's certificate" 403 "same root, same name, and refused"
if [ "$(sort -u "$T/refusals" | wc -l)" = 1 ]; then
	echo "     all refusals were the same bytes: a forger does not learn what was wrong"
else
	echo "     the refusals differ: a forger learns from that"
	wrong=1
fi

echo
echo "The inbox:  build/pixgate --conf build/demo/pixgate/pixgate.conf inbox list"
"$PIXGATE" --conf "$CONF" inbox list || wrong=1
[ "$(events)" = 4 ] || { echo "there should be four events"; wrong=1; }
echo
echo "What was refused, from the gate's log:"
sed -n 's/^gate: refused /  /p' "$T/gate.log" | grep 'status=403'
stop_all
[ "$wrong" = 0 ] || echo "Something went wrong; the logs are in build/demo/"
exit "$wrong"
