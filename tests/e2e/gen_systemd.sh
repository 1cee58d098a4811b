#!/bin/bash
# What `pixgate gen systemd` prints: systemd finds nothing wrong with it, the gate is locked in, and it runs as the units say.
. "$(dirname "$0")/../lib.sh"

# Installed, else as need.sh unpacked it. Only our units and systemd's own are looked at, not this machine's.
at=
[ -x /usr/bin/systemd-analyze ] || at=$ROOT/build/servers
[ -x "$at/usr/bin/systemd-analyze" ] || { not_ok "systemd-analyze is there (tests/need.sh check)"; finish; }
D=$T/units
analyze() {
	local arch own=$at/usr/lib/systemd/system
	arch=lib/$(uname -m)-linux-gnu
	[ -d "$own" ] || own=$at/lib/systemd/system
	env SYSTEMD_UNIT_PATH="$D:$own" SYSTEMD_COLORS=0 ${at:+"LD_LIBRARY_PATH=$at/usr/$arch/systemd:$at/usr/$arch:$at/$arch:$at/lib/systemd:$at/usr/lib/systemd"} \
		"$at/usr/bin/systemd-analyze" "$@"
}
# Unknown settings are only told of: exit status 0.
says_nothing() {
	if ! "$@" >"$T/said" 2>&1 || [ -s "$T/said" ]; then
		cat "$T/said"
		return 1
	fi
}
# exposure UNIT: in tenths
exposure() {
	analyze security --offline=true --no-pager "$D/$1" 2>&1 | sed -n 's/.*Overall exposure level for .*: \([0-9]*\)[.]\([0-9]\) .*/\1\2/p' | sed 's/^0*\(.\)/\1/'
}
setting() { # UNIT NAME
	sed -n "s/^$2=//p" "$D/$1"
}

write_conf
SOCK=$T/run/gate.sock
mkdir -p "$D" "$T/run"
units() {
	"$PIXGATE" --conf "$CONF" -q gen systemd --gate "$GATE" --socket "$SOCK" "$@"
}
check "gen writes the units" units -o "$D"
check "seven of them" test "$(find "$D" -type f | wc -l)" = 7
check "systemd finds nothing wrong" says_nothing analyze verify --man=no \
	"$D/pixgate.service" "$D/pixgate.socket" "$D/pixgate@chain.service" "$D/pixgate@chain.timer" \
	"$D/pixgate-deliver.service" "$D/pixgate-reconcile@loja.service" "$D/pixgate-reconcile@loja.timer"
sed 's/^ProtectSystem=/ProtectSistem=/' "$D/pixgate.service" >"$T/mistyped.service"
check "and would: a mistyped setting" test -n "$(analyze verify --man=no "$T/mistyped.service" 2>&1)"

# Measured 0.2 and 1.1 with systemd 252. A newer one may look at more.
level=$(exposure pixgate.service)
check "the gate's exposure is at most 0.5: $level tenths" test "${level:-99}" -le 5
level=$(exposure pixgate@.service)
check "a job's exposure is at most 1.5: $level tenths" test "${level:-99}" -le 15
level=$(exposure pixgate-reconcile@.service)
check "the reconciliation's too: $level tenths" test "${level:-99}" -le 15
level=$(exposure pixgate-deliver.service)
check "the deliverer's is at most 1.6, for memory may be executable: $level tenths" test "${level:-99}" -le 16

# The file system is read-only but for these.
equal "the gate may write where the inbox is" "\"-$T/pixgate\"" "$(setting pixgate.service ReadWritePaths)"
sed "s|sqlite:inbox.db|sqlite:$T/else where/inbox.db|" "$CONF" >"$T/pixgate/else.conf"
"$PIXGATE" --conf "$T/pixgate/else.conf" -q gen systemd >"$T/else.units"
check "wherever that is" grep -qxF "ReadWritePaths=\"-$T/else where\"" "$T/else.units"

# As systemd does it: the socket is there first, the command is the unit's own.
command=()
eval "command=($(setting pixgate.service ExecStart))"
equal "the socket is the one that was asked for" "$SOCK" "$(setting pixgate.socket ListenStream)"
start gate "$TOOLS/activate" "$SOCK" "${command[@]}"
gate=$PID
until_true 30 accepts "unix:$SOCK" || { not_ok "the gate takes systemd's socket"; finish; }
equal "a notification is taken" 200 "$("$TOOLS/fcgi" "unix:$SOCK" -m POST -u "/webhook/pix?hmac=$SECRET" -p REMOTE_ADDR=127.0.0.1 -b "$(one_pix E00000000202611201300a1b2c3d4e5f)" | tail -n 1)"
equal "and kept" 1 "$(events)"
reload=$(setting pixgate.service ExecReload)
check "reload" env MAINPID="$gate" sh -c "$reload"
check "has it read its configuration again" until_true 30 grep -q 'configuration read again' "$T/gate.log"
stop "$gate"
equal "it ends with 0 when it is stopped, so that it is not started again" 0 "$ENDED"

# A job: the words come from its file, one verb each instance.
job=$(setting pixgate@.service ExecStart)
env PATH="$(dirname "$PIXGATE"):$PATH" ARGS="inbox list --json" sh -c "$job" >"$T/job" 2>&1
equal "a job runs the verb of its file" 0 $?
check "with its arguments" grep -q '^{"id":1,' "$T/job"
equal "which is beside the configuration" "-$T/pixgate/%i.args" "$(setting pixgate@.service EnvironmentFile)"

# The deliverer: its own command hands over, reads its configuration again, and ends well.
mkdir -p "$T/pixgate/handed"
sed 's|^hooks = |sinks = ( { name = "files"; type = "dir"; path = "handed"; } );\n&|' "$CONF" >"$T/pixgate/with.conf"
"$PIXGATE" --conf "$T/pixgate/with.conf" -q gen systemd -o "$T/run"
deliver=$(sed -n 's/^ExecStart=//p' "$T/run/pixgate-deliver.service")
start deliver env PATH="$(dirname "$PIXGATE"):$PATH" sh -c "exec $deliver"
deliverer=$PID
check "the deliverer hands over" until_true 30 grep -q 'deliver: done' "$T/deliver.log"
equal "the one event" 1 "$(find "$T/pixgate/handed/new" -name '*.json' | wc -l)"
reload=$(sed -n 's/^ExecReload=//p' "$T/run/pixgate-deliver.service")
check "reload" env MAINPID="$deliverer" sh -c "$reload"
check "has it read its configuration again" until_true 30 grep -q 'configuration read again' "$T/deliver.log"
stop "$deliverer"
equal "it ends with 0 when it is stopped" 0 "$ENDED"
reconcile=$(setting pixgate-reconcile@.service ExecStart)
env PATH="$(dirname "$PIXGATE"):$PATH" sh -c "${reconcile//%i/nobody}" >"$T/reconcile" 2>&1
check "the reconciliation is of the instance's hook" grep -q "'nobody'" "$T/reconcile"

# '%' begins a specifier in a unit, '$' a variable: no such path gets into one.
# shellcheck disable=SC2016
for path in '/opt/50%/gate' '/opt/$HOME/gate' '/opt/"gate' $'/opt/gate\nExecStartPost=/bin/false' '/opt/\x22'; do
	out=$("$PIXGATE" --conf "$CONF" -q gen systemd --gate "$path" 2>"$T/err")
	got="$? ${#out}"
	equal "no unit with the path $(printf %q "$path")" "2 0" "$got"
done
finish
