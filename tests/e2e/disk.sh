#!/bin/bash
# No room, no right to write, no folder: 503 with Retry-After, and the next try after the cure is taken, no restart.
. "$(dirname "$0")/../lib.sh"
# Who is not root may still be it in a name space of his own, and mount there.
if [ "$(id -u)" != 0 ] && [ -z "${ALONE:-}" ] && unshare -Urm true 2>/dev/null; then
	ALONE=1 exec unshare -Urm bash "$0"
fi
mkdir -p "$T/disk"
small=
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=2m,mode=755 tmpfs "$T/disk" 2>"$T/mount.log"; then
	small=tmpfs
	cleanup() { umount "$T/disk" 2>/dev/null || umount -l "$T/disk" 2>/dev/null; }
	cleanup=cleanup
fi
write_conf
mkdir "$T/disk/inbox"
sed -i "s|sqlite:inbox.db|sqlite:$T/disk/inbox/inbox.db|" "$CONF"

n=0
# try NAME STATUS
try() {
	local got
	"$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=$SECRET" -b "$(one_pix "E0000000020261120140$(printf %012d $n)")" >"$T/try" 2>&1
	got=$(sed -n 's/^Status: \([0-9]*\).*/\1/p' "$T/try" | tr -d '\r')
	[ -n "$got" ] || got=$(tail -n 1 "$T/try")
	equal "$1" "$2" "$got"
	if [ "$2" = 503 ]; then
		check "… with Retry-After" grep -qi '^Retry-After: [0-9]' "$T/try"
		check "… with Content-Length" grep -qi '^Content-Length: 0' "$T/try"
	else
		n=$((n + 1))
	fi
}

gate_start
try "room is there" 200
if [ -n "$small" ]; then
	# a failed write may give blocks back (the write-ahead log is cut), so fill and write until it fails each time
	fill() {
		dd if=/dev/zero bs=4096 2>/dev/null >>"$T/disk/filler"
	}
	failed=0
	for ((i = 0; i < 3000 && failed < 5; i++)); do
		fill
		if "$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=$SECRET" -b "$(one_pix "E0000000020261120141$(printf %012d $i)")" 2>/dev/null | grep -q 'Status: 503'; then
			failed=$((failed + 1))
		else
			failed=0
		fi
	done
	try "the disk is full" 503
	fill
	try "and still full" 503
	rm "$T/disk/filler"
	before=$(events)
	try "space is there again: the next try is taken" 200
	equal "… and is one more event" $((before + 1)) "$(events)"

	# not while the database is open for writing: the kernel refuses that
	gate_stop
	mount -o remount,bind,ro "$T/disk"
	gate_start
	try "started on a read-only file system" 503
	mount -o remount,bind,rw "$T/disk"
	try "mounted for writing: the next try is taken" 200
fi

# a ceiling on the size of files, as shared hosts set it: the kernel also sends SIGXFSZ
gate_stop
WRAP="prlimit --fsize=$((600 * 1024)):unlimited"
gate_start
WRAP=
try "files up to 600 KiB may be written" 200
# the first write that fails may cut the write-ahead log, so that the next one fits: the first is looked at
for ((i = 0; i < 1500; i++)); do
	"$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=$SECRET" -b "$(one_pix "E0000000020261120143$(printf %012d $i)")" >"$T/try" 2>&1
	grep -q '^200' "$T/try" || break
done
equal "the file may not grow" "Status: 503 Service Unavailable" "$(head -n 1 "$T/try" | tr -d '\r')"
prlimit --pid "$GATE_PID" --fsize=unlimited:unlimited
try "it may again: the next try is taken" 200

mv "$T/disk/inbox" "$T/disk/elsewhere"
try "the folder is gone" 503
mv "$T/disk/elsewhere" "$T/disk/inbox"
try "the folder is back" 200
stored=$(events)
mv "$T/disk/inbox" "$T/disk/old"
mkdir "$T/disk/inbox"
"$TOOLS/fcgi" "$ADDRESS" -u "/webhook/pix?hmac=$SECRET" -b "$(one_pix E0000000020261120142000000000000)" >"$T/try"
if grep -q 'Status: 503' "$T/try"; then
	ok "an empty folder in its place: not taken"
else
	# then it must be where a reader looks for it now
	equal "an empty folder in its place: stored where the configuration points" 1 "$(events)"
fi
rm -rf "$T/disk/inbox"
mv "$T/disk/old" "$T/disk/inbox"
try "the old folder is back" 200
equal "… with all that was in it" $((stored + 1)) "$(events)"

if [ "$(id -u)" != 0 ]; then
	chmod 500 "$T/disk/inbox"
	chmod 400 "$T/disk/inbox"/*
	try "no right to write" 503
	chmod 700 "$T/disk/inbox"
	chmod 600 "$T/disk/inbox"/*
	try "the right is back" 200
fi
gate_stop
finish
