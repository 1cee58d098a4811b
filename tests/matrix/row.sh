# shellcheck shell=bash disable=SC2034
# One row of the matrix: a server started from what gen prints, the gate behind it, every client before it.
# The caller has sourced tests/lib.sh, clients.sh, table.sh, edges.sh and the server's own file, which sets
#   KIND      as gen calls it; VERSION of the program; TITLE for the table
#   LETS      clients that it cannot keep out without the gate, by their short names
#   frame     a function: writes the least configuration round $SITE, starts it as "web", sets WEB_PID; SHOP: the words
#             for tests/tools/tls.c that lead to a host of the same process that asks for no certificate
DOMAIN=pix.example.com
# What goes astray, to another host or path, carries the hook's other secret: no configuration of ours can keep a URL out
# of the log of a host that is not ours.
SECRET_ASTRAY=e2b7d09c4415f8a36e71c8d24b0f93a5671cde80f2394b7a15d6e08c93fb4a72
ASTRAY="path=/webhook?hmac=$SECRET_ASTRAY&ignorar=/pix"
SITE=$T/site.conf
GATE_ARGS=(--group "$GROUP")
LOG_DIR=$T/weblog

# the ports of one row: https, plain HTTP, and the shop's own https
row_ports() {
	local ports
	mapfile -t ports < <("$TOOLS/port" 3)
	PORT=${ports[0]} HTTP_PORT=${ports[1]} APART=${ports[2]}
}

# row_conf CHECKED-BY MODE: a fresh inbox, and the hook that this row is about
row_conf() {
	local proof="client_cert = \"none\";"
	case $2-$1 in
	# the profile's kind of pin; and the narrower one, for what the web server can see by itself
	mtls-verify) proof="client_cert = \"verify\"; ca = \"$T/pki/psp.pem\"; pin = \"CN=webhook.psp.example\";" ;;
	mtls-server) proof="client_cert = \"server\"; ca = \"$T/pki/psp.pem\"; pin = \"issuer:CN=webhook.psp.example\";" ;;
	esac
	rm -rf "$T/pixgate"
	mkdir -p "$T/pixgate"
	printf '%s\n' "$SECRET" >"$T/pixgate/loja.secret"
	printf '%s\n' "$SECRET_ASTRAY" >"$T/pixgate/astray.secret"
	cat >"$T/pixgate/pixgate.conf" <<-END
	inbox = "sqlite:inbox.db";
	domain = "$DOMAIN:$PORT";
	hooks = (
	  { name = "loja"; path = "/webhook"; psp = "efi"; environment = "production"; secret = [ "file:loja.secret", "file:astray.secret" ];
	    sources = [ ]; $proof keys = [ "$KEY" ]; }
	);
	END
	chmod 600 "$T"/pixgate/*.secret
	CONF=$T/pixgate/pixgate.conf
	give_away
}

# row_gen MODE SCOPE BACKEND: $SITE, unchanged from here on
row_gen() {
	local log=$LOG_DIR/pixgate.log run=(--socket "$SOCK")
	[ "$3" != cgi ] || run=(--gate "$T/cgi-bin/pixgate.cgi")
	"$PIXGATE" --conf "$CONF" gen "$KIND" --mode "$1" --scope "$2" --backend "$3" --server-version "$VERSION" \
		--server-cert "$T/pki/server.crt" --server-key "$T/pki/server.key" --address 127.0.0.1 --port "$PORT" --http-port "$HTTP_PORT" \
		"${run[@]}" --root "$T/shop" --log "$log" >"$SITE" 2>"$T/gen.err"
}

row_folders() {
	rm -rf "$LOG_DIR" "$T/shop" "$T/cgi-bin" "$T/frame"
	mkdir -p "$LOG_DIR" "$T/shop/.well-known/acme-challenge" "$T/cgi-bin" "$T/frame"
	echo the-shop >"$T/shop/index.html"
	echo the-token >"$T/shop/.well-known/acme-challenge/token"
	cp "$GATE" "$T/cgi-bin/pixgate.cgi"
	[ "$(id -u)" != 0 ] || chown -R "$ACCOUNT:$GROUP" "$LOG_DIR" "$T/frame"
}

# calls: a list on standard input for tests/tools/tls.c; what came of it is in VERDICT[NAME], SESSION[NAME], ASKED[NAME]
declare -A VERDICT SESSION ASKED
calls() { # [KEY=VALUE]…
	local name verdict session asked
	cat >"$T/list"
	"$TOOLS/tls" "port=$PORT" "sni=$DOMAIN" "ca=$T/pki/server.crt" "path=/webhook?hmac=$SECRET&ignorar=/pix" "$@" <"$T/list" >"$T/verdicts" 2>"$T/tls.log" ||
		not_ok "$ROW: the client runs" "$(cat "$T/tls.log")"
	while IFS=$'\t' read -r name verdict session asked; do
		VERDICT[$name]=$verdict SESSION[$name]=$session ASKED[$name]=$asked
		case $verdict in error* | timeout) not_ok "$ROW: $name gets an answer" "$verdict" ;; esac
	done <"$T/verdicts"
}

row_list() { # SCOPE
	local v short tls
	for v in 12 13; do
		tls=tls=1.${v#1}
		for short in "${SHORTS[@]}"; do
			case $short in
			other)
				echo "name=shop.$v $tls $SHOP method=GET path=/ save=other"
				# a server may take it for a request to the other host, and log it there
				call other.$v "$tls" resume=other "$ASTRAY"
				;;
			same)
				[ "$1" = path ] || continue
				echo "name=page.$v $tls method=GET path=/ save=same"
				call same.$v "$tls" resume=same
				;;
			again)
				call first.$v "$tls" "${PROVE[right]}" save=again
				call again.$v "$tls" "${PROVE[right]}" resume=again
				;;
			*) call "$short.$v" "$tls" "${PROVE[$short]}" ;;
			esac
		done
	done
}

# What is in the inbox: STORED[E2EID] is set, and sorted in $T/stored.
declare -A STORED
stored() {
	local id
	STORED=()
	"$PIXGATE" --conf "$CONF" inbox list --json 2>/dev/null | sed -n 's/.*"e2eid":"\([^"]*\)".*/\1/p' | sort >"$T/stored"
	while read -r id; do STORED[$id]=1; done <"$T/stored"
}

# row MODE SCOPE BACKEND CHECKED-BY
row() {
	local mode=$1 scope=$2 backend=$3 by=$4 v short want=() cells=()
	ROW="$mode, scope $scope, $backend, gate: $by"
	VERDICT=() SESSION=() ASKED=()
	row_ports
	row_conf "$by" "$mode"
	row_folders
	if ! row_gen "$mode" "$scope" "$backend"; then
		not_ok "$ROW: gen" "$(cat "$T/gen.err")"
		return
	fi
	[ "$backend" = cgi ] || gate_start
	if ! frame "$mode" "$scope" "$backend"; then
		not_ok "$ROW: $KIND starts" "$(tail -n 5 "$T/web.log")"
		row_end
		return
	fi
	row_list "$scope" >"$T/row.list"
	calls <"$T/row.list"
	stored
	for v in 12 13; do
		for short in "${SHORTS[@]}"; do
			case $short-$scope in same-site | same-port) continue ;; esac
			case $mode-$short in
			mtls-right | mtls-leafonly | mtls-again | skip-mtls-*)
				# again's first visit is one of its own
				[ "$short" != again ] || { e2eid first.$v && want+=("$E2EID"); }
				e2eid "$short.$v"
				want+=("$E2EID")
				got "$short.$v" "$short, TLS 1.${v#1}" 200
				;;
			*) refused "$short.$v" "$short, TLS 1.${v#1}" ;;
			esac
			[ "$mode-${ASKED[$short.$v]}" != skip-mtls-asked ] || not_ok "$ROW: $short, TLS 1.${v#1}: no certificate is asked for"
		done
	done
	equal "$ROW: nobody but the right leaf reaches the inbox" "$(printf '%s\n' "${want[@]}" | sort)" "$(cat "$T/stored")"
	for short in "${SHORTS[@]}"; do
		cell "$short"
		cells+=("$CELL")
	done
	table_row "$mode" "$scope" "$backend" "$by" "${cells[@]}"
	if [ "$by" != server ]; then
		edges "$mode" "$scope" "$backend"
	else
		alone
	fi
	row_end
	secret_nowhere
}
row_end() {
	[ -z "${WEB_PID:-}" ] || stop "$WEB_PID"
	WEB_PID=
	if [ -n "${GATE_PID:-}" ]; then
		stop "$GATE_PID"
		GATE_PID=
	fi
}

# The URL's secret, in what the server and the gate wrote: logs, and what it said on its way.
secret_nowhere() {
	equal "$ROW: the URL's secret is in no log" "" "$(grep -rlF "$SECRET" "$LOG_DIR" "$T/frame" "$SITE" "$T"/*.log 2>/dev/null | sed "s|^$T/||" | tr '\n' ' ')"
}

# matrix "SCOPE…" [SCOPES-WITH-CGI]: all rows of the server, and the table
matrix() {
	local scope
	"$ROOT/tests/pki.sh" "$T/pki"
	clients_ready
	for scope in $1; do
		row mtls "$scope" fastcgi verify
		row mtls "$scope" fastcgi server
	done
	for scope in $1; do row skip-mtls "$scope" fastcgi –; done
	for scope in ${2:-}; do
		row mtls "$scope" cgi verify
		row skip-mtls "$scope" cgi –
	done
	finish_table
	finish
}
