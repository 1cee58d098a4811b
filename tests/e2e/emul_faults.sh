#!/bin/bash
# Each misbehaviour of the emulated bank: the API's against `pixgate webhook`, the callbacks' against the gate behind nginx.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/nginx.sh"
BANK=$T/bank
check "emul pki" "$PIXGATE" emul pki "$BANK"
CONF=$T/pixgate/pixgate.conf
mkdir -p "$T/pixgate"
printf '%s\n' "$SECRET" >"$T/pixgate/loja.secret"
chmod 600 "$T/pixgate/loja.secret"
API_PORT=$(free_port)

serve() {
	emul_start emul "$BANK" --port "$API_PORT" --time-scale 0.0005 --manual
}
pixgate() {
	"$PIXGATE" -q --conf "$CONF" "$@" >"$T/out" 2>"$T/err"
	STATUS=$?
	cat "$T/out" "$T/err" >>"$T/words.log"
}
fault() {
	"$PIXGATE" emul fault --conf-dir "$BANK" "$@" >"$T/fault.out" 2>"$T/fault.err"
}
notice() { # TXID
	"$PIXGATE" emul notify --conf-dir "$BANK" received --key "$KEY" --txid "$1" --amount 5.00 >/dev/null 2>>"$T/words.log"
}
has() { # TXID TIMES
	[ "$(list --txid "$1" | grep -c '^{')" = "$2" ]
}
log_has() { # PATTERN TIMES
	[ "$(grep -cE "$1" "$T/emul.log")" -ge "$2" ]
}

serve
write() {
	cat >"$CONF" <<-ENDCONF
	inbox = "sqlite:inbox.db";
	domain = "localhost:$PORT";
	hooks = (
	  { name = "loja"; path = "/webhook"; psp = "efi"; secret = [ "file:loja.secret" ]; sources = [ ];
	    client_cert = "verify"; ca = "$BANK/sandbox.pem"; pin = "CN=webhook-h.efipay.com.br"; keys = [ "$KEY" ];
	$(sed -n 's/^  //p' "$T/emul.out") }
	);
	ENDCONF
}
PORT=443
write
gate_start
nginx_start ssl "
    ssl_certificate $BANK/server.crt;
    ssl_certificate_key $BANK/server.key;
    ssl_client_certificate $BANK/sandbox.pem;
    ssl_verify_client optional;
    ssl_verify_depth 3;"
gate_stop
write
gate_start

# --- the verb
fault tokens
equal "a name that is none" "2 1" "$? $(grep -c 'did you mean token' "$T/fault.err")"
fault
equal "no name" 2 $?
fault --list
equal "nothing is to come" "1 " "$? $(cat "$T/fault.out")"
fault rate --times 3 --value 9
fault --list
equal "what is to come" "0 rate: 3 to come, 9" "$? $(cat "$T/fault.out")"
fault --clear
fault --list
equal "cleared" 1 $?

# --- the API: NAME, its --value, how often, exit status of get and set, a word of what is said
pixgate webhook set loja
equal "webhook set without a fault" 0 "$STATUS"
while read -r name value times status words; do
	option=()
	[ "$value" = - ] || option=(--value "$value")
	for verb in get "set --force"; do
		fault "$name" --times "$times" ${option[@]+"${option[@]}"} || not_ok "fault $name" "$(cat "$T/fault.err")"
		# shellcheck disable=SC2086
		pixgate webhook ${verb% --force} loja ${verb#"${verb% --force}"}
		equal "$name x $times, webhook $verb: exit status" "$status" "$STATUS"
		if [ "$status" = 0 ]; then
			equal "$name x $times, webhook $verb: nothing is complained of" 0 "$(grep -c '^pixgate:' "$T/err")"
		else
			equal "$name x $times, webhook $verb: one line, with '$words'" "1 1" \
				"$(grep -c '^pixgate:' "$T/err") $(grep '^pixgate:' "$T/err" | grep -cF -- "$words")"
		fi
		fault --clear
	done
done <<'END_ROWS'
token - 1 0 -
token - 9 5 invalid_token
rate 17 9 5 17
broken - 9 5 erro_aplicacao
blocked - 9 5 documento_bloqueado
garbage - 9 5 JSON
empty - 9 5 empty
huge - 9 4 longer
slow 300 1 0 -
cut - 9 4 127.0.0.1
END_ROWS
begun=${EPOCHREALTIME/./}
fault slow --value 1500
pixgate webhook get loja
equal "slow: it is waited for" "0 yes" "$STATUS $([ $((${EPOCHREALTIME/./} - begun)) -ge 1500000 ] && echo yes)"
pixgate webhook set loja --force
equal "and afterwards all is well" 0 "$STATUS"
equal "nothing was kept of all that" 0 "$(events)"

# --- callbacks
fault duplicate
notice duplicado1
check "duplicate: it was taken" until_true 30 log_has '^emul: taken' 1
check "duplicate: once in the inbox" until_true 30 has duplicado1 1
equal "duplicate: the gate had it twice" "1 1" "$(grep -c 'events=1 fresh=1' "$T/gate.log") $(grep -c 'events=1 fresh=0' "$T/gate.log")"

fault reorder
notice ordem1
check "reorder: the first is held back" until_true 30 log_has 'fault name=reorder' 1
notice ordem2
check "reorder: both arrive" until_true 30 has ordem1 1
equal "reorder: the second before the first" "ordem2 ordem1 " "$(list | sed -n 's/^{"id":\([0-9]*\),.*"txid":"\(ordem.\)".*/\1 \2/p' | sort -n | sed 's/.* //' | tr '\n' ' ')"
equal "reorder: each once" "1 1" "$(list --txid ordem1 | grep -c '^{') $(list --txid ordem2 | grep -c '^{')"

failed=$(grep -c '^emul: failed' "$T/emul.log")
fault truncate
notice metade1
check "truncate: the half is not taken" until_true 30 log_has '^emul: failed' $((failed + 1))
check "truncate: the retry arrives" until_true 30 has metade1 1
equal "truncate: the half left nothing" 1 "$("$PIXGATE" --conf "$CONF" inbox unread >/dev/null 2>&1; echo $?)"

fault drop
notice perdido1
check "drop: it was to be made" until_true 30 log_has 'fault name=drop' 1
notice depois1
check "drop: what follows arrives" until_true 30 has depois1 1
equal "drop: it never does" 0 "$(list --txid perdido1 2>/dev/null | grep -c '^{')"

fault change
TXID=$("$PIXGATE" emul charge --conf-dir "$BANK" --key "$KEY" --amount 5.00)
paid=$("$PIXGATE" emul pay --conf-dir "$BANK" --json "$TXID" | sed -n 's/.*"amount_cents":\([0-9]*\).*/\1/p')
check "change: it arrives" until_true 30 has "$TXID" 1
equal "change: another amount than was paid" "500 501" "$paid $(list --txid "$TXID" | sed -n 's/.*"amount_cents":\([0-9]*\).*/\1/p')"

fault delay --value 1500
notice tarde1
check "delay: it is put off" until_true 30 log_has 'fault name=delay' 1
sleep 0.5
equal "delay: it is not there yet" 0 "$(list --txid tarde1 2>/dev/null | grep -c '^{')"
check "delay: it comes" until_true 30 has tarde1 1

# --- a new start in between
fault drop --times 2
notice perdido2
check "drop: the first of two" until_true 30 log_has 'fault name=drop' 2
stop "$EMUL_PID" KILL
serve
notice perdido3
check "drop: the second of two, by another server" until_true 30 log_has 'fault name=drop' 3
notice depois2
check "drop: and no third" until_true 30 has depois2 1
equal "neither came" "0 0" "$(list --txid perdido2 2>/dev/null | grep -c '^{') $(list --txid perdido3 2>/dev/null | grep -c '^{')"

equal "and nothing secret was said" "" "$(grep -lF -e "$SECRET" -e "$(cat "$BANK/client.secret")" "$T"/*.log "$T/out" "$T/err" "$T"/fault.* 2>/dev/null)"
gate_stop
finish
