#!/bin/bash
# What the probe sees of set-ups that are well: nginx and lighttpd as `pixgate gen` writes them, with and without the PSP's certificate.
. "$(dirname "$0")/../lib.sh"
KIND=${1:-}
if [ -z "$KIND" ]; then	# each in a process of its own: the frames share names
	for KIND in nginx lighttpd; do
		mkdir "$T/$KIND"
		T=$T/$KIND bash "$0" "$KIND" || failures=$((failures + 1))
	done
	finish
fi
# shellcheck disable=SC1090
. "$ROOT/tests/matrix/$KIND.sh"
DOMAIN=pix.example.com
BANK=$T/bank
SHOPS=$T/shop
PROBE=$TOOLS/probe
mkdir -p "$T/pki" "$T/frame" "$T/weblog" "$SHOPS"
echo the-shop >"$SHOPS/index.html"
[ "$(id -u)" != 0 ] || chown "$ACCOUNT:$GROUP" "$T/frame" "$T/weblog"
check "$KIND: emul pki" "$PIXGATE" emul pki -q "$BANK"
chmod 755 "$BANK"

# a root, and a leaf for two names
(
	cd "$T/pki" || exit
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=probe root" -keyout root.key -out root.crt
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$DOMAIN" -keyout server.key -out server.csr
	printf 'subjectAltName = DNS:%s, DNS:shop.example.com\n' "$DOMAIN" >ext
	openssl x509 -req -in server.csr -CA root.crt -CAkey root.key -CAcreateserial -days 30 -extfile ext -out server.crt
	cat root.crt >>server.crt
	chmod 644 server.key
) >"$T/openssl.log" 2>&1

mapfile -t PORTS < <("$TOOLS/port" 3)
PORT=${PORTS[0]} APART=${PORTS[1]} HTTP_PORT=${PORTS[2]}
SITE=$T/site.conf

go() { # MODE: a gate and a server of it
	local more='client_cert = "verify"; ca = "'$BANK'/production.pem"; sources = [ ];'
	[ "$1" = mtls ] || more='sources = [ ];'
	mkdir -p "$T/pixgate"
	printf '%s\n' "$SECRET" >"$T/pixgate/loja.secret"
	chmod 600 "$T/pixgate/loja.secret"
	cat >"$T/pixgate/pixgate.conf" <<-END
	inbox = "sqlite:inbox.db";
	hooks = ( { name = "loja"; path = "/webhook"; domain = "$DOMAIN:$PORT"; psp = "efi"; environment = "production"; secret = [ "file:loja.secret" ];
	  $more keys = [ "$KEY" ]; } );
	END
	CONF=$T/pixgate/pixgate.conf
	give_away
	GATE_ARGS=(--group "$GROUP")
	gate_start
	"$PIXGATE" --conf "$CONF" gen "$KIND" --hook loja --mode "$1" --scope site --server-version "$VERSION" --server-cert "$T/pki/server.crt" \
		--server-key "$T/pki/server.key" --address 127.0.0.1 --port "$PORT" --http-port "$HTTP_PORT" --socket "$SOCK" --root "$SHOPS" \
		--log "$T/weblog/pixgate.log" >"$SITE" 2>"$T/gen.err" || not_ok "$KIND $1: gen" "$(cat "$T/gen.err")"
	frame "$1" site fastcgi || { not_ok "$KIND $1: it starts" "$(tail -n 3 "$T/web.log")"; finish; }
}
gone_again() {
	stop_all
	rm -rf "$T/pixgate"
}
seen() { # NAME WANT LINE: the line of that fact
	equal "$KIND $1" "$2" "$(sed -n "s/^$3 //p" "$T/seen" | head -n 1 | sed 's/: .*//')"
}
probe() { # MODE [CLIENT-CERT]
	local began=${EPOCHREALTIME/./}
	"$PROBE" "$1" "https://$DOMAIN:$PORT/webhook?hmac=$SECRET&ignorar=" "$SECRET" "$DOMAIN:$PORT:127.0.0.1" "$T/pki/root.crt" "${2:--}" \
		"$BANK/production.pem" >"$T/seen" 2>>"$T/probe.log"
	equal "$KIND $1: the probe ends" 0 $?
	check "$KIND $1: in less than 15 s" test $((${EPOCHREALTIME/./} - began)) -lt 15000000
	equal "$KIND $1: the secret is in none of what was seen" "" "$(grep -F "$SECRET" "$T/seen" "$T/probe.log")"
}

go mtls
probe efi-mtls "$BANK/caller-production.pem"
seen "asks for a certificate" 1 asked
seen "announces the PSP's CAs" 2 names
check "$KIND: chain, host and trust" grep -q '^chain 2 for_host=1 trusted=1' "$T/seen"
seen "speaks no TLS 1.0" "refused protocol version" "version 1.0"
seen "speaks TLS 1.2" "agreed " "version 1.2"
seen "speaks TLS 1.3" "agreed " "version 1.3"
for v in 1.2 1.3; do
	for who in none self foreign expired; do
		check "$KIND: $who is refused in TLS $v" grep -qE "^$who $v (alert|closed|status 40[03])" "$T/seen"
	done
	seen "the right one is let in in TLS $v" "status 200 | body" "right $v"
done
check "$KIND: no session lets a stranger in" grep -qE '^resumed (untried|alert|closed|status 4)' "$T/seen"
check "$KIND: no other name lets a stranger in" grep -qE '^crossed other (alert|closed|status 4)' "$T/seen"
for what in ping pix rec cobr glued slash chunked; do seen "$what" "status 200 | body" "$what"; done
seen "http2" "status 200 h2 | body" http2
for what in no-secret bad-secret; do seen "$what" "status 403" "$what"; done
seen "get" "status 405" get
check "$KIND: a large body is refused" grep -qE '^large (status 413|closed)' "$T/seen"
check "$KIND: nothing else is there" grep -qE '^elsewhere status 40[34]' "$T/seen"
seen "10 tries" 10 tries
equal "$KIND: what arrived is the test of each kind" "charge received recurrence " "$("$PIXGATE" --conf "$CONF" inbox list --json | sed 's/.*"kind":"\([a-z]*\)".*/\1/' | sort | tr '\n' ' ')"
equal "$KIND: all of it are tests" 3 "$("$PIXGATE" --conf "$CONF" inbox list --json | grep -c PIXGATETEST)"
equal "$KIND: nothing was unread" 0 "$("$PIXGATE" --conf "$CONF" inbox unread --json 2>/dev/null | grep -c '^{')"
probe efi-mtls
seen "nothing is asked as the PSP where its certificate is not at hand" untried ping
check "$KIND: a GET is asked all the same" grep -qE '^get (alert|closed|status 4)' "$T/seen"
gone_again

go skip-mtls
probe efi-skip-mtls
seen "without mTLS asks for none" 0 asked
seen "without mTLS lets all in" "status 200 | body" "none 1.2"
for what in ping pix rec cobr glued slash chunked; do seen "without mTLS $what" "status 200 | body" "$what"; done
for what in no-secret bad-secret; do seen "without mTLS $what" "status 403" "$what"; done
gone_again
finish
