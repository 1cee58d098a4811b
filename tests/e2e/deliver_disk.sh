#!/bin/bash
# The disk is full between claim and settle: what was delivered is remembered and recorded later, nothing new is begun meanwhile,
# and nothing is sent twice but where the process ended before it could record.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/deliver.sh"
# Who is not root may still be it in a name space of his own, and mount there.
if [ "$(id -u)" != 0 ] && [ -z "${ALONE:-}" ] && unshare -Urm true 2>/dev/null; then
	ALONE=1 exec unshare -Urm bash "$0"
fi
mkdir -p "$T/disk"
small=
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=4m,mode=755 tmpfs "$T/disk" 2>"$T/mount.log"; then
	small=tmpfs
	cleanup() { umount "$T/disk" 2>/dev/null || umount -l "$T/disk" 2>/dev/null; }
	cleanup=cleanup
fi
shop_conf "timeout = 60;"
mkdir "$T/disk/inbox"
sed -i "s|sqlite:inbox.db|sqlite:$T/disk/inbox/inbox.db|" "$CONF"
gate_start

# full HOW: the room is gone, free: it is back. Logs are elsewhere.
full() {
	case $1 in
	# a write that failed may give blocks back, so it goes on
	tmpfs) start filler bash -c "while :; do dd if=/dev/zero bs=4096 2>/dev/null >>'$T/disk/filler'; sleep 0.02; done"; filler=$PID ;;
	limit) prlimit --pid "$pid" --fsize=8192:unlimited ;;
	esac
}
free() {
	case $1 in
	tmpfs)
		stop "$filler"
		rm -f "$T/disk/filler"
		;;
	limit) prlimit --pid "$pid" --fsize=unlimited:unlimited ;;
	esac
}
troubles() { # COUNT
	[ "$(grep -c '^deliver: error inbox unrecorded=' "$T/$how.log")" -ge "$1" ]
}
until_false_for() { # SECONDS COMMAND…
	! until_true "$@"
}
# outage HOW COUNT: of so many events; those that are under way when the room is gone wait for an answer until then
outage() {
	how=$1
	rm -f "$TAKEN"
	receiver_start --hang "$T/hang"
	deliver_start "$how" -q
	pid=$PID
	notify 100
	check "$how: all is well at first" until_true 30 received 100
	check "$how: … and recorded" until_true 30 stands pending 0
	touch "$T/hang"
	notify "$2"
	until_true 30 received 101 || not_ok "$how: sends are under way"
	full "$how"
	rm "$T/hang"
	check "$how: there is no room to record them" until_true 30 troubles 1
}

# A file system that is full: it may take some turns until a write needs a block that the log does not have yet.
no_blocks() {
	outage tmpfs 500
	free tmpfs
	check "tmpfs: with room again it goes on by itself" until_true 60 received 600
	check "tmpfs: … and records everything" until_true 30 stands pending 0
	check "tmpfs: that is said" grep -q '^deliver: inbox can be used again' "$T/tmpfs.log"
	equal "tmpfs: nothing was sent twice" 600 "$(receptions)"
	stop "$pid"
	equal "tmpfs: it ends with 0" 0 "$ENDED"
	stop "$RECEIVER_PID"
}

# A ceiling on the size of files that the log is beyond already: no write succeeds any more.
no_writes() {
	outage limit 100
	check "limit: nothing is begun but what was in hand" until_false_for 3 received $((100 + 16 + 1))
	free limit
	check "limit: allowed again, it goes on by itself" until_true 30 received 200
	check "limit: … and records everything" until_true 30 stands pending 0
	check "limit: that is said" grep -q '^deliver: inbox can be used again' "$T/limit.log"
	equal "limit: nothing was sent twice" 200 "$(receptions)"
	equal "limit: its log has few lines" 2 "$(wc -l <"$T/limit.log")"

	# it is told to end while nothing can be recorded
	touch "$T/hang"
	notify 20
	until_true 30 received 201 || not_ok "limit: sends are under way"
	full limit
	rm "$T/hang"
	check "limit: again there is no room" until_true 30 troubles 2
	STOP_SECONDS=30 stop "$pid"
	equal "limit: a stop then ends with 3" 3 "$ENDED"
	check "limit: … and says what will come twice" grep -q '^deliver: error unrecorded=[1-9].*handed over twice' "$T/limit.log"
	stop "$RECEIVER_PID"
}

[ -z "$small" ] || no_blocks
no_writes
gate_stop
finish
