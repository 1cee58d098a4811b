#!/bin/bash
# Every file of the request path has a unit test of its name, or a row in units.txt that says which one covers it.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 2
for file in lib/*.c pix/*.c inbox/*.c conf/*.c fcgi/*.c gen/*.c api/*.c emul/*.c check/*.c recon/*.c; do
	test=tests/unit/test_$(basename "$file")
	row=$(sed -n "s|^${file//./\\.}[ 	]*||p" tests/meta/units.txt)
	case $row in
	'') check "$file has $test" test -e "$test" ;;
	test_*.c) check "$file is covered by $row" test -e "tests/unit/$row" ;;
	*) ok "$file: $row" ;;
	esac
	[ -z "$row" ] || [ ! -e "$test" ] || not_ok "$file" "it has a test of its own now: take its row out of units.txt"
done
while read -r file _; do
	case $file in '' | '#'*) continue ;; esac
	check "units.txt: $file exists" test -e "$file"
done <tests/meta/units.txt
finish
