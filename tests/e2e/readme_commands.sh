#!/bin/bash
# Each `pixgate VERB --option` that the READMEs and example programs name is one that the program has. What their longer scripts do
# is tried by tests of their own.
. "$(dirname "$0")/../lib.sh"

# Commands: what stands between backticks, and indented lines without their comments; one that ends with \ goes on.
commands() { # FILE
	python3 - "$1" <<-'END'
	import re, sys
	text = re.sub(r"\\\n", " ", open(sys.argv[1], encoding="utf-8").read())
	found = {}
	for line in text.split("\n"):
	    code = [re.sub(r"\s#.*", "", line)] if re.match(r"(    |\t)", line) else re.findall(r"`([^`]*)`", line)
	    for part in code:
	        for command in re.findall(r"(?<![\w./-])pixgate ([a-z-][^;|&<>()`]*)", part):
	            found[" ".join(command.split())] = True
	print("\n".join(found))
	END
}
"$PIXGATE" help | sed -n 's/^  \([a-z]*\( [a-z][a-z]*\)\{0,1\}\)  .*/\1/p' >"$T/verbs"
known() { # WORD…: of a command, without "pixgate"
	local verb='' word has
	[ "${1:-}" != --conf ] || shift 2
	if grep -qx -- "${1:-} ${2:-}" "$T/verbs"; then
		verb="$1 $2"
	elif grep -qxE -- "${1:-}( [a-z]*)?" "$T/verbs"; then
		verb=$1
	else
		echo "no such verb: $*"
		return 1
	fi
	# shellcheck disable=SC2086
	has=$("$PIXGATE" help $verb)
	for word; do
		case $word in
		--*) grep -qE -- "^  ${word%%=*}( |\$)" <<<"$has" || { echo "$verb has no ${word%%=*}"; return 1; } ;;
		-[a-z]) grep -qE -- "[(]also ${word}[)]|[[ ]${word} [A-Z]+" <<<"$has" || { echo "$verb has no ${word}"; return 1; } ;;
		esac
	done
}

cd "$ROOT" || exit 2
n=0
while read -r file; do
	while read -r words; do
		[ -n "$words" ] || continue
		n=$((n + 1))
		# shellcheck disable=SC2086
		check "$file: pixgate $words" known $words
	done < <(commands "$file" || echo unreadable)
done < <(find README.md CONTRIBUTING.md examples tests/setup -name '*.md')
check "there are such commands ($n)" test "$n" -gt 20
equal "a verb that is none is seen" "no such verb: inboxes list" "$(known inboxes list)"
equal "and an option that is none" "inbox list has no --sinces" "$(known inbox list --sinces 1d)"
equal "README's length: under 260 lines" yes "$([ "$(wc -l <README.md)" -lt 260 ] && echo yes)"
finish
