#!/bin/bash
# The sink dir on a disk that is full, then read-only, then well again: nothing half, nothing lost.
. "$(dirname "$0")/../lib.sh"
# Who is not root may still be it in a name space of his own, and mount there.
if [ "$(id -u)" != 0 ] && [ -z "${ALONE:-}" ] && unshare -Urm true 2>/dev/null; then
	ALONE=1 exec unshare -Urm bash "$0"
fi
mkdir -p "$T/disk"
if [ "$(id -u)" != 0 ] || ! mount -t tmpfs -o size=1m,mode=755 tmpfs "$T/disk" 2>"$T/mount.log"; then
	ok "nothing may be mounted here: not tried"
	finish
fi
cleanup() { umount "$T/disk" 2>/dev/null || umount -l "$T/disk" 2>/dev/null; }
cleanup=cleanup
printf '%s' "$SECRET" >"$T/loja.secret"
chmod 600 "$T/loja.secret"
cat >"$T/sinks.conf" <<END
inbox = "sqlite:inbox.db";
sinks = ( { name = "files"; type = "dir"; path = "disk/spool"; } );
hooks = ( { name = "loja"; path = "/w"; psp = "efi"; secret = "file:loja.secret"; } );
END
payload=$(head -c 65536 /dev/zero | tr '\0' x)
sent() { # NAME WANT ID
	local said
	said=$(printf '%s\tpedido\t%s\n' "$3" "$payload" | "$TOOLS/sink" "$T/sinks.conf" loja files 2>>"$T/sink.log" | sed 's/ [0-9]*//')
	case $said in "$2"*) ok "$1" ;; *) not_ok "$1" "wanted '$2…', got '$said'" ;; esac
}
files() { # NAME WANT
	equal "$1" "$2" "$(cd "$T/disk/spool" && find . -type f -printf '%P %s\n' | sort | tr '\n' ' ')"
}
sent "an event becomes a file" "done" pix_1
files "all of it" "new/pix_1.json 65536 "
head -c 2000000 /dev/zero >"$T/disk/filler" 2>/dev/null
sent "no room is told" "stuck no room left on the disk: $T/disk/spool" pix_2
files "and nothing half is there" "new/pix_1.json 65536 "
rm "$T/disk/filler"
sent "once there is room it is taken" "done" pix_2
mount -o remount,ro "$T/disk"
sent "a disk that is read-only is told" "stuck its file system is read-only" pix_3
sent "what is there already is done all the same" "done" pix_1
mount -o remount,rw "$T/disk"
sent "once it can be written it is taken" "done" pix_3
files "each is one file" "new/pix_1.json 65536 new/pix_2.json 65536 new/pix_3.json 65536 "
finish
