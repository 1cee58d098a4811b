# shellcheck shell=bash
# A shop whose events go to a receiver; sourced behind lib.sh.
RECEIVER_PORT=$(free_port)
TAKEN=$T/taken	# what the receiver was given, a line each

# shop_conf [SINK TEXT]: every hook's events go to the receiver
shop_conf() {
	write_conf
	printf 'whsec_%s' "$(head -c 32 /dev/urandom | base64)" >"$T/pixgate/shop.whsec"
	chmod 600 "$T/pixgate/shop.whsec"
	sed -i "s|^inbox = .*|&\nsinks = ( { name = \"shop\"; type = \"https\"; url = \"http://127.0.0.1:$RECEIVER_PORT/\"; secret = \"file:shop.whsec\"; ${1:-} } );|" "$CONF"
}
# receiver_start ARGUMENT…
receiver_start() {
	start receiver python3 "$ROOT/tests/tools/receiver.py" --port "$RECEIVER_PORT" --log "$TAKEN" "$@"
	RECEIVER_PID=$PID
	until_true 30 port_open "$RECEIVER_PORT" || { not_ok "the receiver starts"; finish; }
}
# notify COUNT [ARGUMENT…]: so many notifications through the gate, each with an event of its own
batch=0
notify() {
	batch=$((batch + 1))
	"$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=$SECRET" -n "$1" -c 4 -e "E000000002026112$(printf %05d $batch)" -R 60 -t 100 "${@:2}" >"$T/notify" 2>&1 || not_ok "the gate takes $1 notifications" "$(tail -n 1 "$T/notify")"
}
deliver() {
	# shellcheck disable=SC2086
	${WRAP:-} "$PIXGATE" --conf "$CONF" deliver "$@"
}
# deliver_start NAME [ARGUMENT…]: its log is $T/NAME.log, its id $PID
deliver_start() {
	local name=$1
	shift
	# shellcheck disable=SC2086
	start "$name" ${WRAP:-} "$PIXGATE" --conf "$CONF" deliver "$@"
}
# standing STATE: so many events stand there
standing() {
	list >"$T/standing" 2>/dev/null
	grep -c "\"delivery\":\"$1\"" "$T/standing"
}
stands() { # STATE COUNT
	[ "$(standing "$1")" = "$2" ]
}
# receptions [FATE]: so many POSTs came, of that fate
receptions() {
	grep -c "\"fate\": \"${1:-}" "$TAKEN" 2>/dev/null
}
received() { # COUNT [FATE]
	[ "$(receptions "${2:-}")" -ge "$1" ]
}
