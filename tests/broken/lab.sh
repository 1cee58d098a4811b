# shellcheck shell=bash disable=SC2034,SC2154,SC2004,SC2016
# Set-ups with one thing wrong each, and what `pixgate check` finds in them. A row of tests/broken/KIND.txt is
#   name | what the hook is | gate | scope | edit | finding:severity …
# The configuration is what `pixgate gen` prints for the row's own hook, with the edit (a function of tests/broken/KIND.sh, "-":
# none); the server is started as tests/matrix/KIND.sh does it, one for each row, each at a port of its own. What is not "ok"
# must be exactly what the row expects.
#   what   the hook as `check` knows it: mtls, mtls-bare (without a secret), mtls-prod (of the PSP's production), skip, skip-sources
#          (takes only addresses that are not ours), bs2, indirect; url: skip, and check is given the URL without its secret
#   gate   same: the gate has that hook too; open: its gate looks at no certificate, the web server shall do that alone;
#          server: it believes the web server
DOMAIN=pix.example.com
# Many servers, started over many seconds: on addresses of this process alone no other script takes their ports meanwhile.
own=$(($$ >> 8 & 255)).$(($$ & 255))
LOOP=127.$(($$ >> 16 & 63 | 64)).$own
LOOP2=127.$(($$ >> 16 & 63 | 128)).$own
LOOP3=127.$(($$ >> 16 & 63 | 192)).$own
LAB=$T
BANK=$LAB/bank
RIGHT=$BANK/caller-sandbox.pem
export RES_OPTIONS="timeout:1 attempts:1"	# a machine whose DNS is far away shall not wait for a name that nobody has
GATE_ARGS=(--group "$GROUP")
declare -A WHAT=() GATED=() SCOPE=() EDIT=() WANT=() PORT_OF=() APART_OF=() HTTP_OF=() NOTHING=() EXTRA=() WHERE=() AFTER=()
SKIP=		# what no row is checked for on this machine
STOPPED=	# processes that stand still; they cannot end either
ROWS=()

# --- certificates of the web server: a CA with an intermediate, and leaves good and bad
lab_certs() (
	cd "$LAB/certs" || exit
	cat >own.cnf <<-END
	[ca]
	default_ca = it
	[it]
	database = index
	new_certs_dir = .
	default_md = sha256
	policy = any
	rand_serial = yes
	unique_subject = no
	[any]
	commonName = supplied
	[req]
	distinguished_name = dn
	[dn]
	[root]
	basicConstraints = critical, CA:true
	keyUsage = critical, keyCertSign
	subjectKeyIdentifier = hash
	[leaf]
	basicConstraints = critical, CA:false
	extendedKeyUsage = serverAuth
	subjectAltName = DNS:pix.example.com, DNS:shop.example.com, DNS:localhost
	[other]
	basicConstraints = critical, CA:false
	extendedKeyUsage = serverAuth
	subjectAltName = DNS:www.example.com
	[shop]
	basicConstraints = critical, CA:false
	extendedKeyUsage = serverAuth
	subjectAltName = DNS:shop.example.com
	END
	: >index
	# made NAME ISSUER EXTENSIONS FROM TO [KEY]: "self" signs itself
	made() {
		local by=(-cert "$2.crt" -keyfile "$2.key")
		[ "$2" != self ] || by=(-selfsign -keyfile "$1.key")
		# shellcheck disable=SC2086
		openssl genpkey ${6:--algorithm EC -pkeyopt ec_paramgen_curve:P-256} -out "$1.key"
		openssl req -new -key "$1.key" -subj "/CN=$1" -config own.cnf -out "$1.csr"
		openssl ca -batch -notext -config own.cnf "${by[@]}" -in "$1.csr" -out "$1.crt" -extfile own.cnf -extensions "$3" \
			-startdate "$(date -u -d "$4" +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d "$5" +%Y%m%d%H%M%SZ)" || exit
	}
	made root self root "-9 days" "+90 days"
	made inter root root "-9 days" "+90 days"
	made good inter leaf "-9 days" "+60 days"
	made second inter leaf "-9 days" "+60 days"
	made expired inter leaf "-9 days" "-1 day"
	made future inter leaf "+2 days" "+60 days"
	made soon inter leaf "-9 days" "+5 days"
	made other inter other "-9 days" "+60 days"
	made shop inter shop "-9 days" "+60 days"
	made ed25519 inter leaf "-9 days" "+60 days" "-algorithm ED25519"
	made self self leaf "-9 days" "+60 days"
	for name in good second expired future soon other shop ed25519; do cat "$name.crt" inter.crt >"$name.chain"; done
	cp good.crt leafonly.chain
	cp good.key leafonly.key
	cp self.crt self.chain
	chmod 644 ./*.key
) >"$LAB/openssl.log" 2>&1

lab_ready() { # once
	# a web server of the machine's own at port 80 of all addresses would be taken for part of each set-up
	! (exec 3<>"/dev/tcp/$LOOP/80") 2>/dev/null || SKIP=,http.plain
	mkdir -p "$LAB/certs" "$LAB/shop" "$LAB/out" "$LAB/matrix"
	echo the-shop >"$LAB/shop/index.html"
	lab_certs || { not_ok "certificates are made" "$(tail -n 3 "$LAB/openssl.log")"; finish; }
	"$PIXGATE" emul pki -q "$BANK" >/dev/null 2>"$LAB/emulpki.log" || { not_ok "emul pki" "$(cat "$LAB/emulpki.log")"; finish; }
	chmod 755 "$BANK" && chmod 644 "$BANK/sandbox.pem" "$BANK/production.pem"	# for a gate that its web server starts, as another account
	# what the frames of tests/matrix give the shop (a certificate of its own: Caddy finds no other use for one twice)
	mkdir -p "$LAB/pki"
	cp "$LAB/certs/shop.chain" "$LAB/pki/server.crt"
	cp "$LAB/certs/shop.key" "$LAB/pki/server.key"
}

# --- the table
trim() {
	TRIMMED=${1#"${1%%[![:space:]]*}"}
	TRIMMED=${TRIMMED%"${TRIMMED##*[![:space:]]}"}
}
lab_rows() { # KIND [TABLE]: adds the table's rows, as KIND's
	local line field fields name table=${2:-$1}.txt
	while IFS= read -r line; do
		case $line in '' | '#'*) continue ;; esac
		IFS='|' read -ra fields <<<"$line"
		[ ${#fields[@]} -eq 6 ] || { not_ok "a row of $table has six columns" "$line"; continue; }
		for field in "${!fields[@]}"; do trim "${fields[field]}"; fields[field]=$TRIMMED; done
		name=$1-${fields[0]}
		ROWS+=("$name")
		WHAT[$name]=${fields[1]} GATED[$name]=${fields[2]} SCOPE[$name]=${fields[3]} EDIT[$name]=${fields[4]} WANT[$name]=${fields[5]}
	done <"$ROOT/tests/broken/$table"
}
lab_ports() {
	local name port=20000
	for name in "${ROWS[@]}"; do
		PORT_OF[$name]=$port APART_OF[$name]=$((port + 1)) HTTP_OF[$name]=$((port + 2))
		port=$((port + 3))
	done
}

# --- the hooks: as `check` and `gen` know them, and as the gate does
hook_text() { # NAME WHAT GATE
	local head more=
	head="{ name = \"$1\"; path = \"/$1\"; domain = \"${WHERE[$1]:-$DOMAIN}:${PORT_OF[$1]}\"; environment = \"sandbox\""
	case $2 in
	bs2 | indirect)
		echo "  $head; psp = \"${2/indirect/bs2-indirect}\"; basic = \"file:bs2.basic\"; sources = [ ]; },"
		return
		;;
	mtls-prod) more="client_cert = \"verify\"; ca = \"$BANK/production.pem\";" head=${head/sandbox/production} ;;
	mtls*) more="client_cert = \"verify\"; ca = \"$BANK/sandbox.pem\";" ;;
	esac
	case $2-$3 in
	mtls-bare-open) more="client_cert = \"none\"; secret = [ \"file:loja.secret\" ];" ;;
	mtls*-open) more= ;;
	mtls*-server) more="client_cert = \"server\"; ca = \"$BANK/sandbox.pem\"; pin = \"issuer:CN=webhook-h.efipay.com.br\";" ;;
	skip-sources*) more='sources = [ "192.0.2.7" ];' ;;
	esac
	case $2 in mtls-bare) ;; *) more="$more secret = [ \"file:loja.secret\" ];" ;; esac
	case $2 in skip-sources) ;; *) more="$more sources = [ ];" ;; esac
	echo "  $head; psp = \"efi\"; $more keys = [ \"$KEY\" ]; },"
}
lab_conf() { # FILE gate|check
	local name gate
	{
		printf 'inbox = "sqlite:inbox.db";\nhooks = (\n'
		for name in "${ROWS[@]}"; do
			gate=same
			[ "$2" = check ] || gate=${GATED[$name]}
			hook_text "$name" "${WHAT[$name]}" "$gate"
		done | sed '$s/,$//'
		echo ');'
	} >"$1"
}
lab_gate() {
	mkdir -p "$LAB/pixgate"
	printf '%s\n' "$SECRET" >"$LAB/pixgate/loja.secret"
	printf 'banco:senha-do-banco\n' >"$LAB/pixgate/bs2.basic"
	chmod 600 "$LAB"/pixgate/*.secret "$LAB"/pixgate/*.basic
	CONF=$LAB/pixgate/pixgate.conf CHECK_CONF=$LAB/pixgate/check.conf
	lab_conf "$CONF" gate
	lab_conf "$CHECK_CONF" check
	give_away
	gate_start
}

# --- one row: its folder, which the frame of tests/matrix takes for T
lab_start() { # NAME
	local T=$LAB/$1 mode=skip-mtls protocol=
	ROW=$1 PORT=${PORT_OF[$1]} APART=${APART_OF[$1]} HTTP_PORT=${HTTP_OF[$1]} SITE=$T/site.conf
	mkdir -p "$T/frame" "$T/weblog"
	ln -s "$LAB/shop" "$LAB/pki" "$T/"
	[ "$(id -u)" != 0 ] || chown "$ACCOUNT:$GROUP" "$T/frame" "$T/weblog"
	case ${WHAT[$1]} in mtls*) mode=mtls ;; esac
	if ! "$PIXGATE" --conf "$CHECK_CONF" gen "$KIND" --hook "$1" --mode $mode --scope "${SCOPE[$1]}" --server-version "$VERSION" \
		--server-cert "$LAB/certs/good.chain" --server-key "$LAB/certs/good.key" --address "$LOOP" --port "$PORT" --http-port "$HTTP_PORT" \
		--socket "$SOCK" --root "$LAB/shop" --log "$T/weblog/pixgate.log" >"$SITE" 2>"$T/gen.err"; then
		not_ok "$1: gen" "$(cat "$T/gen.err")"
		return
	fi
	if [ "${EDIT[$1]}" != - ]; then
		cp "$SITE" "$SITE.gen"
		"${EDIT[$1]}" || not_ok "$1: the edit works"
		# an edit that finds nothing to edit proves nothing
		! cmp -s "$SITE" "$SITE.gen" || [ -n "${NOTHING[$1]:-}" ] || not_ok "$1: the edit changes the configuration"
	fi
	[ "${NOTHING[$1]:-}" != silent ] || return 0
	frame $mode "${SCOPE[$1]}" fastcgi || not_ok "$1: $KIND starts" "$(tail -n 3 "$T/web.log")"
	[ -z "${AFTER[$1]:-}" ] || "${AFTER[$1]}"
}
# cert NAME: the webhook's host serves certs/NAME
cert() {
	sed -i "s|$LAB/certs/good\.|$LAB/certs/$1.|g" "$SITE"
}

# What is not ok, in the findings' own order: "cert.chain:fail http.pix:warn"
not_well() { # JSON FILE
	python3 -c '
import json, sys
for f in json.load(open(sys.argv[1], encoding="utf-8"))["findings"]:
    if f["severity"] != "ok":
        print(f["id"] + ":" + f["severity"], end=" ")' "$1" 2>/dev/null || echo "no JSON"
}
lab_check() { # NAME: into out/NAME.json
	local with=(--cacert "$LAB/certs/root.crt") out=$LAB/out/$1 target=$1 skip=$SKIP
	case ${WHAT[$1]} in
	mtls-prod) with+=(--client-cert "$BANK/caller-production.pem") ;;
	mtls*) with+=(--client-cert "$RIGHT") ;;
	url) target=https://$DOMAIN:${PORT_OF[$1]}/$1 with+=(--mode efi-skip-mtls) ;;
	esac
	# where a second or less is the PSP's patience, tests that run side by side would now and then exceed it
	case ${WHAT[$1]}-${WANT[$1]} in *time*) ;; bs2* | indirect*) skip=$skip,time ;; esac
	[ -z "$skip" ] || with+=(--skip "${skip#,}")
	# shellcheck disable=SC2206
	with+=(${EXTRA[$1]:---resolve $DOMAIN:${PORT_OF[$1]}:$LOOP})
	"$PIXGATE" --conf "$CHECK_CONF" check "$target" --json "${with[@]}" >"$out.json" 2>"$out.err"
	echo $? >"$out.rc"
}
words() {
	tr -s ' ' '\n' <<<"$1" | sed '/^$/d' | sort | tr '\n' ' '
}
lab_judge() { # NAME
	local out=$LAB/out/$1 got want rc=0
	got=$(words "$(not_well "$out.json")")
	want=$(words "${WANT[$1]#-}")
	equal "$1: findings" "$want" "$got"
	case $want in *:fail*) rc=1 ;; esac
	equal "$1: exit status" "$rc" "$(cat "$out.rc")"
	[ "$want" = "$got" ] || sed 's/^/# /' "$out.err" | head -n 5
}
lab_go() { # NAME…: three side by side, for a check waits more than it works
	local worker name pids=()
	for worker in 0 1 2; do
		[ $# -gt "$worker" ] || continue
		(
			trap - EXIT
			shift "$worker"
			while [ $# -gt 0 ]; do
				lab_check "$1"
				shift $(($# < 3 ? $# : 3))
			done
		) &
		pids+=($!)
	done
	wait "${pids[@]}"
	for name in "$@"; do lab_judge "$name"; done
}
# broken KIND: all of it
broken() {
	local name
	lab_ready
	lab_rows "$1"
	[ -z "${LAB_ONLY:-}" ] || only_rows "$LAB_ONLY"
	lab_ports
	lab_gate
	for name in "${ROWS[@]}"; do lab_start "$name"; done
	lab_go "${ROWS[@]}"
	# shellcheck disable=SC2086
	[ -z "$STOPPED" ] || kill -s CONT $STOPPED
	finish
}
only_rows() { # PATTERN: for a person who looks at one of them
	local name rows=("${ROWS[@]}")
	ROWS=()
	for name in "${rows[@]}"; do [[ ! $name =~ $1 ]] || ROWS+=("$name"); done
}
