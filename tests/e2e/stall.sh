#!/bin/bash
# Peers that stall, idle, lie or send rubbish: they delay nobody else and are dropped; the gate lives.
. "$(dirname "$0")/../lib.sh"
write_conf
gate_start
SERIAL=0
load() { # sets P50: the median of fresh notifications, in microseconds
	SERIAL=$((SERIAL + 1))
	OUT=$("$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=$SECRET" -n 200 -c 2 -e "E000000002026112015$(printf %02d $SERIAL)")
	P50=$(sed -n 's/.* p50_us=\([0-9]*\).*/\1/p' <<<"$OUT")
}
export HOSTILE_URI="/webhook/pix?hmac=$SECRET"
hostile() {
	"$TOOLS/hostile" "$ADDRESS" "$@"
}
load
equal "200 notifications alone" "sent=200 ok=200" "$(cut -d' ' -f1-2 <<<"$OUT")"
alone=$P50

for kind in half-header half-params half-body begin-only; do hostile "$kind" 15000 >"$T/stalled.$kind" & done
hostile idle=60 15000 >"$T/idle" &
hostile dribble 15000 >"$T/dribble" &
until_true 30 test -s "$T/idle" || not_ok "60 idle connections are open"
sleep 0.2
load
equal "200 notifications beside four stalled, one dribbling and sixty idle peers" "sent=200 ok=200" "$(cut -d' ' -f1-2 <<<"$OUT")"
# generous: the machine is shared; a stall would cost seconds
if [ "$P50" -lt $((alone * 5 + 20000)) ]; then ok "… as fast: $P50 µs, alone $alone µs"; else not_ok "… as fast" "$P50 µs, alone $alone µs"; fi

# everything that is sent at once, while those wait
for kind in $(hostile list); do
	case $kind in
	half-* | begin-only | abort-first | get-values) continue ;;
	# these are whole requests, with or without sense: an answer, a refusal or a cut, but at once
	esac
	got=$(hostile "$kind" 14000)
	if alive "$GATE_PID" && accepts "$ADDRESS" >/dev/null; then
		case $kind:$got in
		many-pairs:"answered 200") ok "$kind: $got" ;;
		short-body:* | long-body:* | bad-length:*) equal "$kind" "answered 400" "$got" ;;
		*:"answered 200") not_ok "$kind is not let in" ;;
		*:"open after"*) not_ok "$kind is dealt with" "$got" ;;
		*) ok "$kind: $got" ;;
		esac
	else
		not_ok "$kind: the gate lives" "$got"
		break
	fi
done
got=$(hostile endless 14000)
bytes=${got//[^0-9]/}
case $got in
dropped*) if [ "$bytes" -lt 20000000 ]; then ok "a body without end is cut after $bytes bytes"; else not_ok "a body without end is cut soon" "$bytes bytes"; fi ;;
*) not_ok "a body without end is cut" "$got" ;;
esac

# random bytes, the same each run
for seed in 1 2 3 4 5; do
	python3 - "$SOCK" $seed <<-'END'
	import random, socket, sys
	random.seed(int(sys.argv[2]))
	for n in range(20):
	    s = socket.socket(socket.AF_UNIX)
	    s.connect(sys.argv[1])
	    kind = random.choice([1, 2, 4, 5, 9, random.randrange(256)])
	    body = random.randbytes(random.randrange(2000))
	    try:
	        s.sendall(bytes([1, kind, 0, 1]) + len(body).to_bytes(2, 'big') + bytes([random.randrange(8), 0]) + body)
	        s.sendall(random.randbytes(random.randrange(3000)))
	    except OSError:
	        pass
	    s.close()
	END
done
if accepts "$ADDRESS"; then ok "a hundred random openings: the gate lives"; else not_ok "a hundred random openings: the gate lives"; fi

# shellcheck disable=SC2046
wait $(jobs -p | grep -vx "$GATE_PID")
for kind in half-header half-params half-body begin-only dribble; do
	file=$T/stalled.$kind
	[ -e "$file" ] || file=$T/$kind
	ms=$(sed -n 's/^dropped after \([0-9]*\) ms/\1/p' "$file")
	if [ "${ms:-0}" -ge 5000 ] && [ "$ms" -le 14000 ]; then ok "$kind is dropped after $ms ms"; else not_ok "$kind is dropped after about ten seconds" "$(cat "$file")"; fi
done
load
equal "afterwards all is as before" "sent=200 ok=200" "$(cut -d' ' -f1-2 <<<"$OUT")"
equal "nothing of it became an event" 600 "$(events)"
gate_stop
finish
