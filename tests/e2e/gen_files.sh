#!/bin/bash
# `pixgate gen` and files: -o leaves alone what a person has edited, --diff shows it, --test asks the real servers.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli.sh"
. "$ROOT/tests/gen.sh"
FILE=$T/out.d/pixgate.conf
mkdir "$T/out.d"
# make ARGUMENT…: small templates, one version
make() {
	gen nginx "${V[@]}" --templates "$OWN" "$@"
}
names() { # of the folder: nothing else is left behind
	find "$T/out.d" -mindepth 1 -printf '%f\n' | sort | tr '\n' ' '
}
state() { # of a file: bytes, inode, times
	stat -c '%i %s %a %y' "$FILE"
	cksum <"$FILE"
}

output() {
	local before
	make -o "$FILE"
	ended "-o writes a file that is not there" 0
	equal "... says so" "wrote $FILE" "$OUT"
	equal "... with mode 0644" 644 "$(stat -c %a "$FILE")"
	make
	check "... the same text as without -o" cmp "$T/out" "$FILE"
	before=$(state)
	make -o "$FILE"
	ended "the same again" 0
	equal "... is unchanged" "unchanged: $FILE" "$OUT"
	equal "... and not touched" "$before" "$(state)"
	chmod 640 "$FILE"
	make -o "$FILE" --root /srv/other --output="$FILE"
	ended "other bytes in a file of our own" 0
	equal "... replace it" "replaced $FILE" "$OUT"
	check "... by the new ones" grep -q 'root "/srv/other"' "$FILE"
	equal "... with the permissions that it had" 640 "$(stat -c %a "$FILE")"
	equal "nothing else is left behind" "pixgate.conf " "$(names)"
	make -q -o "$FILE"
	equal "-q says nothing of it" "" "$OUT$ERR"

	# every way of editing: a byte, a line more, a line less, the sum itself, its line gone, twice
	edit() { # NAME SED-SCRIPT
		make -q -o "$FILE"
		sed -i "$2" "$FILE"
		before=$(state)
		make -o "$FILE" --root /srv/other
		ended "$1 is refused" 2 "$FILE was edited by hand (or not written by pixgate gen); nothing was written. See the difference with: "
		equal "... byte for byte as it was" "$before" "$(state)"
		rm "$FILE"
	}
	edit "a changed byte" 's/listen 443/listen 444/'
	edit "a line more" "\$a# mine"
	edit "a line less" "\$d"
	edit "a changed header" '1s/made/Made/'
	edit "a sum that is not a sum" 's/^# pixgate sum: .*/# pixgate sum: x/'
	edit "a sum in capitals" '/^# pixgate sum: /y/abcdef/ABCDEF/'
	edit "a file without its sum" '/^# pixgate sum: /d'
	edit "a second sum" '/^# pixgate sum: /p'
	edit "a carriage return a line" 's/$/\r/'
	make -q -o "$FILE"
	truncate -s -1 "$FILE"
	make -o "$FILE"
	ended "a last line without its end is refused" 2 "was edited by hand"
	echo "my own site" >"$FILE"
	make -o "$FILE"
	ended "a file of somebody else's is refused" 2 "was edited by hand (or not written"
	: >"$FILE"
	make -o "$FILE"
	ended "an empty one too" 2 "was edited by hand (or not written"
	head -c 2000000 /dev/zero >"$FILE"
	make -o "$FILE"
	ended "a file that is too large is not read to its end" 2 "longer than"
	equal "... and is left" 2000000 "$(stat -c %s "$FILE")"
	rm "$FILE"
	equal "nothing else is left behind by what was refused" "" "$(names)"
}

places() {
	local before
	ln -s real.conf "$T/out.d/link.conf"
	make -o "$T/out.d/link.conf"
	ended "a link that leads nowhere is refused" 2 "is a link that leads nowhere"
	make -q -o "$T/out.d/real.conf"
	make -o "$T/out.d/link.conf" --root /srv/other
	ended "a link is followed" 0
	equal "... to its file" "replaced $T/out.d/real.conf" "$OUT"
	check "... which has the new text" grep -q 'root "/srv/other"' "$T/out.d/real.conf"
	check "... and the link stays one" test -L "$T/out.d/link.conf"
	echo "# mine" >>"$T/out.d/real.conf"
	make -o "$T/out.d/link.conf"
	ended "an edited file behind a link is refused" 2 "$T/out.d/real.conf was edited by hand"
	rm "$T"/out.d/*.conf
	make -o "$T/out.d"
	ended "a folder is no file" 2 "is a folder: name the file"
	make -o "$T/out.d/"
	ended "nor is one with a slash" 2 "is a folder: name the file"
	make -o "$T/nowhere/x.conf"
	ended "a folder that is not there is an I/O error" 3 "No such file"
	mkfifo "$T/out.d/fifo"
	make -o "$T/out.d/fifo"
	ended "a FIFO is refused" 2 "not a regular file"
	rm "$T/out.d/fifo"
	make -o /dev/full
	ended "a device is refused" 2 "not a regular file"
	(cd "$T/out.d" && make -q -o rel.conf && [ "$CODE" = 0 ])
	check "a name without a folder is in this one" test -f "$T/out.d/rel.conf"
	rm "$T/out.d/rel.conf"
	if [ "$(id -u)" = 0 ]; then
		mkdir -m 700 "$T/full"
		mount -t tmpfs -o size=4k none "$T/full" 2>/dev/null && {
			head -c 4096 /dev/zero >"$T/full/x"
			make -o "$T/full/pixgate.conf"
			ended "a full disk is an I/O error" 3 "$T/full"
			equal "... and leaves nothing behind" "x" "$(ls -A "$T/full")"
			umount "$T/full"
		}
	else
		mkdir -m 500 "$T/closed"
		make -o "$T/closed/x.conf"
		ended "a folder that may not be written is an I/O error" 3 "Permission denied"
	fi

	run gen systemd --conf "$CONF" --templates "$OWN" -o "$T/out.d"
	ended "several texts go into a folder" 0
	equal "... under their names" "pixgate-deliver.service pixgate-reconcile@.service pixgate-reconcile@.timer pixgate.service pixgate.socket pixgate@.service pixgate@.timer " "$(LC_ALL=C names)"
	run gen systemd --conf "$CONF" --templates "$OWN"
	equal "on standard output each has its place above it" "# /etc/systemd/system/pixgate.service" "$(head -n 1 "$T/out")"
	equal "... all of them" 7 "$(grep -c '^# /etc/systemd/system/pixgate' "$T/out")"
	echo "# mine" >>"$T/out.d/pixgate@.timer"
	rm "$T/out.d/pixgate.socket"
	run gen systemd --conf "$CONF" --templates "$OWN" -o "$T/out.d"
	ended "where one of them was edited" 2 "pixgate@.timer was edited by hand"
	check "... none is written" test ! -e "$T/out.d/pixgate.socket"
	run gen systemd --conf "$CONF" --templates "$OWN" -o "$T/out.d/new"
	ended "their folder must be there" 2 "expected a folder that is there"
	run gen systemd --conf "$CONF" --templates "$OWN" --diff "$T/out.d"
	ended "--diff names the file that is missing" 2 "pixgate.socket"
	rm "$T"/out.d/*
}

differences() {
	make -q -o "$FILE"
	make --diff "$FILE"
	ended "--diff of the same ends with 0" 0
	equal "... and prints nothing" "" "$OUT"
	printf '# mine \033[2J\n' >>"$FILE"
	make --diff "$FILE"
	equal "--diff of another ends with 1" 1 "$CODE"
	has "... and prints the line" "-# mine"
	has "... the file's name" "--- $FILE"
	equal "... and says nothing else" "" "$ERR"
	make --diff "$FILE" --json
	equal "--diff --json ends with 1 too" 1 "$CODE"
	check "... and has the difference" python3 -c 'import json,sys; v = json.load(open(sys.argv[1])); assert "-# mine" in v["files"][0]["diff"]' "$T/out"
	make --diff "$T/nowhere"
	ended "--diff of no file is a mistake" 2 "--diff: $T/nowhere: No such file"
	make --diff "$T/out.d"
	ended "--diff of a folder too" 2 "is a folder"
	mkdir -p "$T/bare"
	PATH=$T/bare "$PIXGATE" gen nginx --conf "$CONF" "${CERT[@]}" "${V[@]}" --templates "$OWN" --diff "$FILE" >"$T/out" 2>"$T/err"
	CODE=$?
	equal "without a program diff it is an error" 3 "$CODE"
	check "... that says so" grep -q "^pixgate: no program diff" "$T/err"
	rm "$FILE"
}

objects() {
	make --json
	ended "--json" 0
	check "... is one object with all of it" python3 - "$T/out" <<-'END'
	import json, sys
	text = open(sys.argv[1]).read()
	v = json.loads(text)
	assert text.count("\n") == 1
	assert (v["server"], v["version"], v["hooks"], v["mode"], v["scope"], v["tested"]) == ("nginx", "1.22.1", ["loja"], "mtls", "path", None)
	assert v["command"].startswith("pixgate gen nginx --conf /")
	assert any("does not know" in w for w in v["warnings"])
	f, = v["files"]
	assert f["place"] == "/etc/nginx/sites-available/pixgate.conf" and f["file"] is None and f["done"] is None
	assert "server_name pix.example.com;" in f["text"] and "# pixgate sum: " in f["text"]
	END
	make --json -o "$FILE"
	check "with -o it says what was done" python3 -c 'import json,sys; f = json.load(open(sys.argv[1]))["files"][0]; assert f["done"] == "written" and f["file"] == sys.argv[2]' "$T/out" "$FILE"
	rm "$FILE"
}

own_templates
output
places
differences
objects
finish
