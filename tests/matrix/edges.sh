# shellcheck shell=bash
# What is beside the right and the wrong certificates: other hosts, methods, paths, sizes, headers, plain HTTP, what the
# gate is told, and a gate that is down. Runs while a row's server is up.
BESIDE_TITLES=("shop" "shop, foreign certificate" "SNI shop, Host webhook" "no SNI" "GET" "PUT" "neighbour's path" "too large" "headers forged" "plain HTTP" "ACME" "gate down")
FORGED="header=X-SSL-Client-Verify:SUCCESS header=X_SSL_Client_Verify:SUCCESS header=SSL_CLIENT_VERIFY:SUCCESS header=SSL-Client-Verify:SUCCESS header=Ssl-Client-Cert:x header=REMOTE_USER:webhook.psp.example header=Proxy:http://192.0.2.1"
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

edges_list() { # MODE SCOPE: needs $GOOD
	local v i=0 alias same
	same=$(one_pix "$(e2eid_of alias)")
	rm -f "$T"/out.*
	if [ "$2" = path ]; then
		echo "name=shop method=GET path=/ out=$T/out.shop"
		echo "name=shopforeign$(client_words foreign) method=GET path=/"
	else
		echo "name=shop $SHOP method=GET path=/ out=$T/out.shop"
	fi
	for v in 12 13; do
		echo "name=cross.$v tls=1.${v#1} sni=shop.example.com host=$DOMAIN:$PORT $ASTRAY data=$(one_pix "$(e2eid_of cross.$v)")"
		echo "name=crossport.$v tls=1.${v#1} $SHOP host=$DOMAIN:$PORT $ASTRAY data=$(one_pix "$(e2eid_of crossport.$v)")"
		echo "name=nosni.$v tls=1.${v#1} sni= host=$DOMAIN:$PORT $ASTRAY data=$(one_pix "$(e2eid_of nosni.$v)")"
		echo "name=forged.$v tls=1.${v#1} $FORGED data=$(one_pix "$(e2eid_of forged.$v)")"
	done
	for alias in "${ALIASES[@]}"; do
		i=$((i + 1))
		echo "name=bypass.$i path=$alias?hmac=$SECRET_ASTRAY data=$(one_pix "$(e2eid_of "bypass.$i")")"
	done
	echo "name=get$GOOD method=GET"
	echo "name=put$GOOD method=PUT data=$(one_pix "$(e2eid_of put)")"
	echo "name=neighbour$GOOD path=/webhookfoo?hmac=$SECRET_ASTRAY data=$(one_pix "$(e2eid_of neighbour)")"
	echo "name=large$GOOD body=$T/large"
	echo "name=wrong$GOOD path=/webhook?hmac=wrong&ignorar=/pix data=$(one_pix "$(e2eid_of wrong)")"
	[ "$1" = mtls ] || echo "name=wrongforeign$(client_words foreign) path=/webhook?hmac=wrong&ignorar=/pix data=$(one_pix "$(e2eid_of wrong)")"
	echo "name=ping$GOOD path=/webhook?hmac=$SECRET&ignorar= data=$PING"
	echo "name=alias.1$GOOD path=/webhook/pix?hmac=$SECRET data=$same"
	echo "name=alias.2$GOOD path=//webhook//pix?hmac=$SECRET data=$same"
	echo "name=alias.3$GOOD path=/webhook?hmac=$SECRET&ignorar=/pix data=$same"
	if port_open "$HTTP_PORT"; then
		echo "name=http tls=none port=$HTTP_PORT $([ "$2" != port ] || echo "$ASTRAY") data=$(one_pix "$(e2eid_of http)")"
		echo "name=acme tls=none port=$HTTP_PORT method=GET path=/.well-known/acme-challenge/token out=$T/out.acme"
	fi
}

edges() { # MODE SCOPE BACKEND
	local v i mode=$1 name
	GOOD=
	[ "$mode" != mtls ] || GOOD=$(client_words right)
	one_pix "$(e2eid_of large)" >"$T/large"
	head -c 300000 /dev/zero | tr '\0' ' ' >>"$T/large"
	edges_list "$mode" "$2" >"$T/edges.list"
	calls tls=1.3 <"$T/edges.list"

	got shop "the shop is open" 200
	page "$T/out.shop" the-shop "the shop's page is the shop's"
	for name in alias.1 alias.2 alias.3 ping; do got $name "the right one at $name" 200; done
	got wrong "a wrong secret" 403
	[ "$mode" = mtls ] || got wrongforeign "a wrong secret and any certificate" 403
	for name in get put neighbour large; do refused $name "$name"; done
	if [ -n "${VERDICT[http]:-}" ]; then
		refused http "the webhook over plain HTTP"
		[ "$2" = port ] || got acme "ACME's file" 200
		[ "$2" = port ] || page "$T/out.acme" the-token "ACME's file is that file"
	elif [ "$2" != port ]; then
		not_ok "$ROW: something serves plain HTTP for ACME"
	fi
	if [ "$mode" = mtls ]; then
		for v in 12 13; do
			for name in cross nosni forged; do refused $name.$v "$name, TLS 1.${v#1}"; done
			equal "$ROW: forged headers change nothing, TLS 1.${v#1}" "${VERDICT[none.$v]}" "${VERDICT[forged.$v]}"
		done
		for ((i = 1; i <= ${#ALIASES[@]}; i++)); do refused "bypass.$i" "${ALIASES[i - 1]} without a certificate"; done
		stored >"$T/stored.edges"
		equal "$ROW: of the others one event, once" "$(e2eid_of alias)" "$(comm -13 "$T/stored" "$T/stored.edges")"
	else
		for name in large put neighbour wrong http; do
			equal "$ROW: nothing is stored of: $name" "" "$(stored | grep -xF "$(e2eid_of $name)")"
		done
		equal "$ROW: one event, once" "$(e2eid_of alias)" "$(stored | grep -xF "$(e2eid_of alias)")"
	fi
	if [ -f "$LOG_DIR/pixgate.log" ]; then
		page "$LOG_DIR/pixgate.log" "/webhook" "the webhook's log has its lines"
	else
		not_ok "$ROW: the webhook has a log"
	fi
	told "$@"
	down "$@"
	beside_row "$@" "${VERDICT[shop]}" "${VERDICT[shopforeign]:-–}" "$(joined "${VERDICT[cross.12]}" "${VERDICT[cross.13]}")" \
		"$(joined "${VERDICT[nosni.12]}" "${VERDICT[nosni.13]}")" "${VERDICT[get]}" "${VERDICT[put]}" "${VERDICT[neighbour]}" "${VERDICT[large]}" \
		"$(joined "${VERDICT[forged.12]}" "${VERDICT[forged.13]}")" "${VERDICT[http]:-–}" "${VERDICT[acme]:-–}" "${VERDICT[down]:-–}"
}

# What the web server tells the gate: tests/tools/params.c in its place.
param() { # FILE NAME: the value's first line
	tr -d '\r' <"$1" | sed -n "s/^$2=//p" | head -n 1
}
told() { # MODE SCOPE BACKEND
	local v mode=$1 dn file
	if [ "$3" = cgi ]; then
		cp "$TOOLS/params" "$T/cgi-bin/pixgate.cgi"
	else
		stop "$GATE_PID"
		GATE_PID=
		rm -f "$SOCK"
		start params "$TOOLS/params" "unix:$SOCK"
		PARAMS_PID=$PID
		until_true 5 test -S "$SOCK"
	fi
	for v in 12 13; do
		echo "name=told.$v tls=1.${v#1}$GOOD $FORGED header=Authorization:token out=$T/out.told$v data={}"
	done >"$T/told.list"
	calls <"$T/told.list"
	for v in 12 13; do
		file=$T/out.told$v
		got told.$v "the responder answers" 200
		equal "$ROW: TLS 1.${v#1}: SSL_PROTOCOL" "TLSv1.${v#1}" "$(param "$file" SSL_PROTOCOL)"
		equal "$ROW: TLS 1.${v#1}: REQUEST_URI is as it was sent" "/webhook?hmac=$SECRET&ignorar=/pix" "$(param "$file" REQUEST_URI)"
		equal "$ROW: TLS 1.${v#1}: Authorization reaches the gate" token "$(param "$file" HTTP_AUTHORIZATION)"
		equal "$ROW: TLS 1.${v#1}: no HTTP_PROXY" "" "$(param "$file" HTTP_PROXY)"
		if [ "$mode" = mtls ]; then
			equal "$ROW: TLS 1.${v#1}: SSL_CLIENT_VERIFY" SUCCESS "$(param "$file" SSL_CLIENT_VERIFY)"
			equal "$ROW: TLS 1.${v#1}: SSL_CLIENT_CERT is the leaf in PEM" "$(openssl x509 -in "$T/pki/client.crt" -noout -fingerprint -sha256)" \
				"$(tr -d '\r' <"$file" | sed -n '/^SSL_CLIENT_CERT=/,/-----END/p' | sed 's/^SSL_CLIENT_CERT=//' | openssl x509 -noout -fingerprint -sha256 2>&1)"
			for dn in SSL_CLIENT_S_DN SSL_CLIENT_I_DN; do
				[ "$KIND-$dn" != lighttpd-SSL_CLIENT_I_DN ] || continue
				[[ $(param "$file" $dn) =~ CN\ ?=\ ?webhook\.psp\.example ]] || not_ok "$ROW: TLS 1.${v#1}: $dn" "$(param "$file" $dn)"
			done
		else
			case $(param "$file" SSL_CLIENT_VERIFY) in "" | NONE) ;; *) not_ok "$ROW: SSL_CLIENT_VERIFY tells of no certificate" "$(param "$file" SSL_CLIENT_VERIFY)" ;; esac
			equal "$ROW: TLS 1.${v#1}: no SSL_CLIENT_CERT" "" "$(param "$file" SSL_CLIENT_CERT)"
		fi
	done
}

# Nobody behind the web server: the PSP must come again, and the error log must not hold the URL.
down() { # MODE SCOPE BACKEND
	[ "$3" != cgi ] || return
	stop "$PARAMS_PID"
	echo "name=down tls=1.3$GOOD data=$(one_pix "$(e2eid_of down)")" >"$T/down.list"
	calls <"$T/down.list"
	[[ ${VERDICT[down]:-} =~ ^50[234]$ ]] || not_ok "$ROW: with the gate down the PSP is told to come again" "${VERDICT[down]:-}"
}
