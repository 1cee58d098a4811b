# shellcheck shell=bash
# What is beside the right and the wrong certificates: other hosts, methods, paths, sizes, headers, plain HTTP, what the
# gate is told, and a gate that is down. Runs while a row's server is up.
BESIDE_TITLES=("shop" "shop, foreign certificate" "SNI shop, Host webhook" "no SNI" "TLS 1.1" "GET" "PUT" "neighbour's path" "too large" "headers forged" "plain HTTP" "ACME" "gate down")
FORGED="header=X-SSL-Client-Verify:SUCCESS header=X_SSL_Client_Verify:SUCCESS header=SSL_CLIENT_VERIFY:SUCCESS header=SSL-Client-Verify:SUCCESS header=Ssl-Client-Cert:x header=REMOTE_USER:webhook.psp.example header=Proxy:http://192.0.2.1 header=X-Forwarded-For:192.0.2.1 header=X-Real-IP:192.0.2.1"
# other spellings of the webhook's path, which a server may take for it
ALIASES=(/webhook/pix //webhook//pix /webhook/ /./webhook /x/../webhook /web%68ook /webhook%2Fpix /WEBHOOK "/webhook;x" /webhook/.)

# refused NAME WHAT: neither taken nor led elsewhere
refused() {
	case ${VERDICT[$1]:-} in
	4[0-9][0-9] | alert* | closed | reset) ;;
	*) not_ok "$ROW: $2 is refused" "${VERDICT[$1]:-no word of it}" ;;
	esac
}
got() { # NAME WHAT STATUS
	[ "${VERDICT[$1]:-}" = "$3" ] || not_ok "$ROW: $2: $3" "${VERDICT[$1]:-no word of it}"
}
page() { # FILE TEXT WHAT
	grep -qF "$2" "$1" 2>/dev/null || not_ok "$ROW: $3" "$(head -c 300 "$1" 2>/dev/null | tr '\r\n' '  ')"
}

edges_list() { # SCOPE: needs $GOOD
	local v i=0 alias
	rm -f "$T"/out.*
	if [ "$1" = path ]; then
		echo "name=shop method=GET path=/ out=$T/out.shop"
		echo "name=shopforeign ${PROVE[foreign]} method=GET path=/"
	else
		echo "name=shop $SHOP method=GET path=/ out=$T/out.shop"
	fi
	for v in 12 13; do
		call cross.$v tls=1.${v#1} sni=shop.example.com "host=$DOMAIN:$PORT" "$ASTRAY"
		call shopport.$v tls=1.${v#1} "$SHOP" "host=$DOMAIN:$PORT" "$ASTRAY"
		call nosni.$v tls=1.${v#1} sni= "host=$DOMAIN:$PORT" "$ASTRAY"
		call forged.$v tls=1.${v#1} "$FORGED"
	done
	for alias in "${ALIASES[@]}"; do
		i=$((i + 1))
		call bypass.$i "path=$alias?hmac=$SECRET_ASTRAY"
	done
	call old "$GOOD" tls=1.1
	call get "$GOOD" method=GET data=
	call put "$GOOD" method=PUT
	call neighbour "$GOOD" "path=/webhookfoo?hmac=$SECRET_ASTRAY"
	call large "$GOOD" "body=$T/large"
	call big "$GOOD" "body=$T/big"
	call wrong "$GOOD" "path=/webhook?hmac=wrong&ignorar=/pix"
	[ -n "$GOOD" ] || call wrong2 "${PROVE[foreign]}" "path=/webhook?hmac=wrong&ignorar=/pix"
	call ping "$GOOD" "path=/webhook?hmac=$SECRET&ignorar=" "data=$PING"
	# one event, however the PSP's suffix lands
	call alias "$GOOD" name=alias.1 "path=/webhook/pix?hmac=$SECRET"
	call alias "$GOOD" name=alias.2 "path=//webhook//pix?hmac=$SECRET"
	call alias "$GOOD" name=alias.3
	if port_open "$HTTP_PORT"; then
		call http tls=none "port=$HTTP_PORT" "$([ "$1" != port ] || echo "$ASTRAY")"
		echo "name=acme tls=none port=$HTTP_PORT method=GET path=/.well-known/acme-challenge/token out=$T/out.acme"
	fi
}
# A pix with so much white space behind it, in $T/NAME.
long_body() { # NAME BYTES
	local line
	line=$(call "$1")
	line=${line#*data=}
	{ printf '%s' "${line% *}"; head -c "$2" /dev/zero | tr '\0' ' '; } >"$T/$1"
}

edges() { # MODE SCOPE BACKEND
	local v i mode=$1 name cells=() fresh=(alias big chunked h2) want=()
	GOOD=
	[ "$mode" != mtls ] || GOOD=${PROVE[right]}
	long_body large 300000
	long_body big 200000
	edges_list "$2" >"$T/edges.list"
	calls tls=1.3 <"$T/edges.list"
	other_ways "$mode"

	got shop "the shop is open" 200
	page "$T/out.shop" the-shop "the shop's page is the shop's"
	for name in alias.1 alias.2 alias.3 ping big; do got $name "the right one at $name" 200; done
	got wrong "a wrong secret" 403
	[ "$mode" = mtls ] || got wrong2 "a wrong secret and any certificate" 403
	for name in old get put neighbour large; do refused $name "$name"; done
	if [ -n "${VERDICT[http]:-}" ]; then
		refused http "the webhook over plain HTTP"
		[ "$2" = port ] || got acme "ACME's file" 200
		[ "$2" = port ] || page "$T/out.acme" the-token "ACME's file is that file"
	elif [ "$2" != port ]; then
		not_ok "$ROW: something serves plain HTTP for ACME"
	fi

	cp "$T/stored" "$T/stored.before"
	stored
	for name in "${fresh[@]}"; do
		e2eid "$name"
		want+=("$E2EID")
	done
	if [ "$mode" = mtls ]; then
		for v in 12 13; do
			for name in cross nosni forged; do refused $name.$v "$name, TLS 1.${v#1}"; done
			equal "$ROW: forged headers change nothing, TLS 1.${v#1}" "${VERDICT[none.$v]}" "${VERDICT[forged.$v]}"
		done
		for ((i = 1; i <= ${#ALIASES[@]}; i++)); do refused "bypass.$i" "${ALIASES[i - 1]} without a certificate"; done
	else
		# nobody proves more here than the right secret does
		for name in cross.12 cross.13 shopport.12 shopport.13 nosni.12 nosni.13 forged.12 forged.13 bypass.{1..10}; do
			e2eid "$name"
			[ -z "${STORED[$E2EID]:-}" ] || want+=("$E2EID")
		done
	fi
	equal "$ROW: of the others the right one's, once each" "$(printf '%s\n' "${want[@]}" | sort)" "$(comm -13 "$T/stored.before" "$T/stored")"
	if [ -f "$LOG_DIR/pixgate.log" ]; then
		page "$LOG_DIR/pixgate.log" "/webhook" "the webhook's log has its lines"
	else
		not_ok "$ROW: the webhook has a log"
	fi
	told "$@"
	down "$@"
	cells=("${VERDICT[shop]}" "${VERDICT[shopforeign]:-–}")
	for name in cross nosni; do
		joined "${VERDICT[$name.12]}" "${VERDICT[$name.13]}"
		cells+=("$CELL")
	done
	for name in old get put neighbour large; do cells+=("${VERDICT[$name]}"); done
	joined "${VERDICT[forged.12]}" "${VERDICT[forged.13]}"
	cells+=("$CELL")
	for name in http acme down; do cells+=("${VERDICT[$name]:-–}"); done
	beside_row "$@" "${cells[@]}"
}

# curl's part: HTTP/2, where the server speaks it, and a body without a length.
other_ways() { # MODE
	local name how with=(--resolve "$DOMAIN:$PORT:127.0.0.1" --cacert "$T/pki/server.crt")
	BASE=https://$DOMAIN:$PORT
	for name in h2none h2 chunked; do
		how=(--http2)
		case $name-$1 in
		h2none-skip-mtls) continue ;;
		h2-mtls) with+=(--cert "$T/pki/client.chain" --key "$T/pki/client.key") ;;
		chunked-*) how=(--http1.1 -H 'Transfer-Encoding: chunked') ;;
		esac
		e2eid "$name"
		DATA=$(one_pix "$E2EID")
		post "/webhook/pix?hmac=$SECRET" "${with[@]}" "${how[@]}"
		case $name-$STATUS in h2none-000 | h2none-4?? | h2-200 | chunked-200) ;; *) not_ok "$ROW: $name" "$STATUS" ;; esac
	done
}

# What the web server tells the gate: tests/tools/params.c in its place.
declare -A PARAM
params_of() { # FILE: PARAM[NAME], and PEM
	local line pem=
	PARAM=() PEM=
	while IFS= read -r line; do
		line=${line%$'\r'}
		case $line in SSL_CLIENT_CERT=-----BEGIN*) pem=1 ;; esac
		[ -z "$pem" ] || PEM=$PEM${line#SSL_CLIENT_CERT=}$'\n'
		case $line in -----END*) pem= ;; esac
		[[ $line =~ ^([A-Z][A-Z0-9_]*)=(.*)$ ]] && [ -z "${PARAM[${BASH_REMATCH[1]}]+set}" ] && PARAM[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]}
	done <"$1"
}
# The responder where the gate was: it lets everybody in.
in_its_place() {
	stop "$GATE_PID"
	GATE_PID=
	rm -f "$SOCK"
	start params "$TOOLS/params" "unix:$SOCK"
	PARAMS_PID=$PID
	until_true 5 test -S "$SOCK"
}
told() { # MODE SCOPE BACKEND
	local v mode=$1 dn row=$ROW
	if [ "$3" = cgi ]; then
		cp "$TOOLS/params" "$T/cgi-bin/params"
		mv -f "$T/cgi-bin/params" "$T/cgi-bin/pixgate.cgi"
	else
		in_its_place
	fi
	for v in 12 13; do
		echo "name=told.$v tls=1.${v#1} $GOOD $FORGED header=Authorization:token out=$T/out.told$v data={}"
	done >"$T/told.list"
	calls <"$T/told.list"
	for v in 12 13; do
		ROW="$row: TLS 1.${v#1}"
		got told.$v "the responder answers" 200
		params_of "$T/out.told$v"
		equal "$ROW: SSL_PROTOCOL" "TLSv1.${v#1}" "${PARAM[SSL_PROTOCOL]:-}"
		equal "$ROW: REQUEST_URI is as it was sent" "/webhook?hmac=$SECRET&ignorar=/pix" "${PARAM[REQUEST_URI]:-}"
		equal "$ROW: REMOTE_ADDR, whatever a header says" 127.0.0.1 "${PARAM[REMOTE_ADDR]:-}"
		equal "$ROW: Authorization reaches the gate" token "${PARAM[HTTP_AUTHORIZATION]:-}"
		equal "$ROW: no HTTP_PROXY" "" "${PARAM[HTTP_PROXY]:-}"
		if [ "$mode" = mtls ]; then
			equal "$ROW: SSL_CLIENT_VERIFY" SUCCESS "${PARAM[SSL_CLIENT_VERIFY]:-}"
			equal "$ROW: SSL_CLIENT_CERT is the leaf in PEM" "$(cat "$T/pki/client.crt")" "${PEM%$'\n'}"
			for dn in SSL_CLIENT_S_DN SSL_CLIENT_I_DN; do
				# lighttpd has no issuer
				[ "$KIND-$dn" != lighttpd-SSL_CLIENT_I_DN ] || continue
				[[ ${PARAM[$dn]:-} =~ CN\ ?=\ ?webhook\.psp\.example ]] || not_ok "$ROW: $dn" "${PARAM[$dn]:-}"
			done
		else
			case ${PARAM[SSL_CLIENT_VERIFY]:-NONE} in NONE) ;; *) not_ok "$ROW: SSL_CLIENT_VERIFY tells of no certificate" "${PARAM[SSL_CLIENT_VERIFY]}" ;; esac
			equal "$ROW: no SSL_CLIENT_CERT" "" "${PARAM[SSL_CLIENT_CERT]:-}"
		fi
	done
	ROW=$row
}

# What the web server keeps out by itself, with the issuer pinned: the gate's own look at the certificate hides whether it does.
alone() {
	local v short before
	before=${failures:-0}
	in_its_place
	for v in 12 13; do
		for short in "${SHORTS[@]}"; do
			case $short in other | same | again) continue ;; esac
			call "alone-$short.$v" tls=1.${v#1} "${PROVE[$short]}"
		done
	done >"$T/alone.list"
	calls <"$T/alone.list"
	for v in 12 13; do
		for short in "${SHORTS[@]}"; do
			case $short in
			other | same | again) ;;
			right | leafonly) got "alone-$short.$v" "$short, TLS 1.${v#1}, behind the server alone" 200 ;;
			*)
				case " $LETS " in
				# it cannot tell, and says so in its text: should it learn to, this is how we hear of it
				*" $short "*) got "alone-$short.$v" "$short, TLS 1.${v#1}, behind the server alone" 200 ;;
				*) refused "alone-$short.$v" "$short, TLS 1.${v#1}, by the server alone" ;;
				esac
				;;
			esac
		done
	done
	stop "$PARAMS_PID"
	[ "$failures" -gt "$before" ] || ok "$ROW: the server alone keeps out all but: right leaf${LETS:+, $LETS}"
}

# Nobody behind the web server: the PSP must come again, and the error log must not hold the URL.
down() { # MODE SCOPE BACKEND
	[ "$3" != cgi ] || return
	stop "$PARAMS_PID"
	calls tls=1.3 <<<"$(call down "$GOOD")"
	[[ ${VERDICT[down]:-} =~ ^50[234]$ ]] || not_ok "$ROW: with the gate down the PSP is told to come again" "${VERDICT[down]:-}"
}
