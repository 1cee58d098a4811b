#!/bin/bash
# The schedules on which a PSP sends again, at time scale against a merchant's server that fails and keeps the times; and a gate
# that is down for part of it, while the bank dies too: every event arrives, once.
. "$(dirname "$0")/../lib.sh"
check "emul pki" "$PIXGATE" emul pki "$T/pki"
mapfile -t PORTS < <("$TOOLS/port" 2)
MERCHANT=${PORTS[0]} SITE=${PORTS[1]}
mkdir -p "$T/pixgate"
printf '%s\n' "$SECRET" >"$T/pixgate/loja.secret"
chmod 600 "$T/pixgate/loja.secret"

# --- one bank a schedule and scale: bank NAME [OPTION…]; its log is NAME.log, its folder NAME
bank() {
	local name=$1
	shift
	[ -e "$T/$name" ] || cp -r "$T/pki" "$T/$name"
	emul_start "$name" "$T/$name" "$@"
}
conf() { # NAME PORT HOOK KEY: the hook of that bank's account, as a configuration of its own
	cat >"$T/pixgate/$1.conf" <<-END
	inbox = "sqlite:$1.db";
	hooks = ( { name = "$3"; path = "/$3"; psp = "efi"; domain = "localhost:$2"; secret = [ "file:loja.secret" ]; sources = [ ]; keys = [ "$4" ];
	$(sed -n 's/^  //p' "$T/$1.out") } );
	END
}
register() { # NAME HOOK [OPTION…]
	"$PIXGATE" --conf "$T/pixgate/$1.conf" webhook set "$2" "${@:3}" >>"$T/said.log" 2>&1 || not_ok "$1: webhook set $2" "$(tail -n 3 "$T/said.log")"
}
notice() { # NAME KIND [OPTION…]
	"$PIXGATE" emul notify --conf-dir "$T/$1" "${@:2}" >>"$T/$1.bodies" 2>>"$T/said.log" || not_ok "$1: emul notify $2"
}

# --- what is published, in minutes (the bank's own for BS2, which publishes none)
EFI_2024="5 10 20 40 80 160 320 640 1280 52560"
EFI_2026="5 5 5 10 20 40 80 160"
BS2="1 2 5 10 30"
# NAME SCHEDULE SCALE HOW-MANY-WAITS-ARE-MEASURED. Each wait is measured once where it is longer than what a busy machine may add
# (SLACK), so that one of twice its length is found; the small scales bring all attempts to an end.
RUNS="
a2024 efi-2024 0.003    5
b2024 efi-2024 0.00012  9
c2024 efi-2024 0.000001 0
a2026 efi-2026 0.003    5
b2026 efi-2026 0.0008   8
a-bs2 bs2      0.015    3
b-bs2 bs2      0.003    5
"
SLACK=0.85
fails=()
while read -r name _; do [ -z "$name" ] || fails+=("$name=500"); done <<<"$RUNS"
start listener python3 "$ROOT/tests/tools/listener.py" --port "$MERCHANT" --cert "$T/pki/server.crt" --key "$T/pki/server.key" --log "$T/calls" \
	"${fails[@]}" ends=503,429,302,close,400,204
wait_port "$MERCHANT"
while read -r name schedule scale _; do
	[ -n "$name" ] || continue
	bank "$name" --schedule "$schedule" --time-scale "$scale"
	conf "$name" "$MERCHANT" "$name" "$KEY"
	register "$name" "$name"
	notice "$name" received --key "$KEY"
done <<<"$RUNS"
BEGAN=$EPOCHSECONDS

# --- what counts as taken: any 2xx and nothing else, 429 neither
bank ends --schedule efi-2024 --time-scale 0.0001
conf ends "$MERCHANT" ends "$KEY"
register ends ends
notice ends received --key "$KEY"

# --- a gate that is down for part of it
server nginx
CONF=$T/pixgate/life.conf
KEY2=loja+pix@example.com
# efi-2024, which at this scale is patient for a minute: the gate may be down for as long as a busy machine takes
bank life --schedule efi-2024 --time-scale 0.0004
LIFE_PID=$EMUL_PID
conf life "$SITE" loja "$KEY"
sed -i "s/keys = \[ \"$KEY\" \]/keys = [ \"$KEY\", \"$KEY2\" ]/" "$CONF"
gate_start
mkdir -p "$T/nginx/tmp"
user=
[ "$(id -u)" != 0 ] || user="user root;"
cat >"$T/nginx.conf" <<END
$user
daemon off; worker_processes 1; pid $T/nginx/pid; events { }
error_log stderr emerg;	# where it tells of a gate that is down it shows the URL
http {
  access_log off; client_body_temp_path $T/nginx/tmp/b; proxy_temp_path $T/nginx/tmp/p; fastcgi_temp_path $T/nginx/tmp/f;
  uwsgi_temp_path $T/nginx/tmp/u; scgi_temp_path $T/nginx/tmp/s;
  server {
    listen 127.0.0.1:$SITE ssl; ssl_certificate $T/pki/server.crt; ssl_certificate_key $T/pki/server.key;
    # a request goes on to the gate though who asked is gone
    fastcgi_ignore_client_abort on;
    location / {
      fastcgi_pass unix:$SOCK;
      fastcgi_param REQUEST_METHOD \$request_method; fastcgi_param REQUEST_URI \$request_uri; fastcgi_param SCRIPT_NAME \$uri;
      fastcgi_param QUERY_STRING \$query_string; fastcgi_param CONTENT_TYPE \$content_type; fastcgi_param CONTENT_LENGTH \$content_length;
      fastcgi_param REMOTE_ADDR \$remote_addr; fastcgi_param SERVER_PROTOCOL \$server_protocol; fastcgi_param HTTPS \$https if_not_empty;
    }
  }
}
END
start nginx "${SERVER[@]}" -p "$T/nginx/" -e stderr -c "$T/nginx.conf"
wait_port "$SITE"
register life loja --rec --cobr
every_kind() {
	local key
	for key in "$KEY" "$KEY2"; do
		notice life received --key "$key" --txid "pedido$((RANDOM))$((RANDOM))"
		notice life refund --key "$key"
		notice life sent --key "$key"
	done
	notice life sent --key "$KEY" --status NAO_REALIZADO
	notice life rec
	notice life cobr --status CONCLUIDA --amount 3.00
}
# in the inbox: hook's events, and what the bodies that emul notify printed must make
kept() {
	list >"$T/list" 2>>"$T/said.log"
	python3 - "$T/life.bodies" "$T/list" <<-'END'
	import collections, json, sys
	want = set()
	for body in map(json.loads, open(sys.argv[1], encoding="utf-8")):
	    for pix in body.get("pix", []):
	        e2eid = pix["endToEndId"]
	        want.add(("sent" if "tipo" in pix else "received", e2eid))
	        want.update(("refund", e2eid) for _ in pix.get("devolucoes", []))
	    want.update(("recurrence", rec["idRec"]) for rec in body.get("recs", []))
	    want.update(("charge", cobr["idRec"]) for cobr in body.get("cobsr", []))
	got = collections.Counter((e["kind"], e["e2eid"]) for e in map(json.loads, open(sys.argv[2], encoding="utf-8")))
	print("%d of %d, %d twice, %d of nobody" % (len(want & set(got)), len(want), sum(n > 1 for n in got.values()), len(set(got) - want)))
	sys.exit(0 if want and set(got) == want and max(got.values()) == 1 else 1)
	END
}
failed() { # N: so many attempts of the bank did not get a 2xx
	[ "$(grep -c '^emul: failed' "$T/life.log")" -ge "$1" ]
}
every_kind
check "what is told while the gate is up is there" until_true 30 kept
gate_stop
every_kind
check "with the gate down the bank fails" until_true 30 failed 9
stop "$LIFE_PID" KILL
every_kind
bank life --schedule efi-2024 --time-scale 0.0004
LIFE_PID=$EMUL_PID
check "killed and started again it goes on" until_true 30 failed 20
equal "and nothing new is in the inbox" 1 "$(kept >/dev/null; echo $?)"
gate_start
check "the gate is back: everything is there" until_true 60 kept
# the bank dies while the gate has its call and has not answered: it must tell again, which is no second event
kill -s STOP "$GATE_PID"
notice life received --key "$KEY" --txid "pedidolento"
in_hand() { # beside the listening socket one that is connected: the web server has read the call, and handed it on
	[ "$(grep -cF " $SOCK" /proc/net/unix)" -ge 2 ]
}
check "the bank calls" until_true 30 in_hand
sleep 0.1
stop "$LIFE_PID" KILL
kill -s CONT "$GATE_PID"
check "a call whose answer nobody heard is kept" until_true 30 kept
accepted() {
	grep -c '^gate: accepted.* events=' "$T/gate.log"
}
before=$(accepted)
bank life --schedule efi-2024 --time-scale 0.0004
again() {
	[ "$(accepted)" -gt "$before" ]
}
check "the bank tells it again" until_true 30 again
check "which is no second event" grep -q '^gate: accepted.* events=1 fresh=0 ' <(tail -n 1 "$T/gate.log")
check "each event is there once" kept
echo "# $(kept)"
settled() {
	[ "$(grep -cE '^emul: taken' "$T/life.log")" -ge "$(wc -l <"$T/life.bodies")" ]
}
check "the bank knows of each that it was taken" until_true 30 settled
equal "and gave none up" 0 "$(grep -c '^emul: given up' "$T/life.log")"
gate_stop

# --- the schedules, which went on meanwhile
attempts() { # NAME N: the bank has given up after so many
	grep -q "^emul: given up .* attempt=$2 status=500 " "$T/$1.log"
}
check "an end that is no 2xx is a failure, 429 and a redirect too; a 204 ends it" until_true 60 grep -q '^emul: taken .* attempt=6 status=204' "$T/ends.log"
check "efi-2024: after 11 attempts it is given up" until_true 60 attempts c2024 11
check "efi-2026: after 9 attempts it is given up" until_true 60 attempts b2026 9
check "bs2: after 6 attempts it is given up (its own schedule)" until_true 60 attempts b-bs2 6
tenth() {
	grep -q '^emul: failed .* attempt=10 ' "$T/b2024.log"
}
check "efi-2024: ten attempts, and one that is 36.5 days away" until_true 60 tenth
sleep 0.3
equal "nothing comes after it was given up or taken" "11 9 6 6" \
	"$(for n in c2024 b2026 b-bs2 ends; do grep -cF "\"path\": \"$n\"" "$T/calls"; done | tr '\n' ' ' | sed 's/ $//')"
minutes() {
	case $1 in efi-2024) echo "$EFI_2024" ;; efi-2026) echo "$EFI_2026" ;; *) echo "$BS2" ;; esac
}
# A busy machine makes one call late or another, a wrong schedule the same one each time: a notice that was not in time is
# followed by two more.
in_time() { # NAME SCHEDULE SCALE N
	local notices spacing
	for notices in 1 2 3; do
		[ "$notices" = 1 ] || notice "$1" received --key "$KEY"
		# shellcheck disable=SC2207
		spacing=(python3 "$ROOT/tests/tools/spacing.py" "$T/calls" "$1" "$notices" "$3" "$SLACK" $(minutes "$2" | cut -d' ' "-f1-$4"))
		until_true 60 complete "${spacing[@]}"
		"${spacing[@]}" && return
	done
	return 1
}
complete() { # COMMAND…: all of the calls are there, whether in time or not
	"$@"
	[ $? != 2 ]
}
while read -r name schedule scale measured; do
	[ -n "$name" ] || continue
	# what the bank says that it will wait: exactly what is published
	said=$(sed -n 's/^emul: failed .* attempt=\([0-9]*\) .* again_in_ms=\([0-9]*\) .*/\1 \2/p' "$T/$name.log")
	equal "$schedule x $scale: the waits that the bank announces" "" "$(python3 -c '
import sys
minutes = [int(m) for m in sys.argv[1].split()]
for line in sys.argv[3].splitlines():
    n, ms = map(int, line.split())
    want = minutes[n - 1] * 60000 * float(sys.argv[2])
    if abs(ms - want) > 1:
        print("after attempt %d %d ms, %.0f expected" % (n, ms, want))
' "$(minutes "$schedule")" "$scale" "$said")"
	[ "$measured" -gt 0 ] || continue
	check "$schedule x $scale: $measured waits as the merchant measures them" in_time "$name" "$schedule" "$scale" "$measured"
	sed 's/^/# /' "$T/check.out"
done <<<"$RUNS"
echo "# $((EPOCHSECONDS - BEGAN)) s"
equal "no secret was said" "" "$(grep -lF "$SECRET" "$T"/*.log)"
finish
