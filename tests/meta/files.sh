#!/bin/bash
# House rules that a program can check: length, words, white space, shellcheck, mandoc.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 2
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
	mapfile -t files < <(git ls-files -co --exclude-standard | while read -r f; do [ -f "$f" ] && echo "$f"; done)
else
	mapfile -t files < <(find . \( -path ./build -o -path ./.git \) -prune -o -type f -print | sed 's|^\./||')
fi
texts=()
for f in "${files[@]}"; do
	# samples may be anything, bytes included
	case $f in tests/data/* | tests/corpus/*) continue ;; esac
	grep -qI . "$f" && texts+=("$f")
done

equal "no source file is longer than 400 lines" "" \
	"$(for f in "${texts[@]}"; do case $f in *.c | *.h | *.sh) n=$(wc -l <"$f"); [ "$n" -le 400 ] || echo "$f:$n" ;; esac; done | tr '\n' ' ')"
words='TO''DO|FIX''ME|XX''X:|HA''CK:'
equal "nothing is marked as unfinished" "" "$(grep -nE "\b($words)" "${texts[@]}" | cut -c1-120 | head -n 5)"
equal "no white space at the end of a line" "" "$(grep -nE '[ 	]+$' "${texts[@]}" | grep -vE '^[^:]*\.(md|crt|pem):' | cut -c1-120 | head -n 5)"
equal "every source ends with a line break" "" "$(for f in "${texts[@]}"; do case $f in *.c | *.h | *.sh | *.txt | Makefile) [ -z "$(tail -c 1 "$f")" ] || echo "$f" ;; esac; done)"

mapfile -t scripts < <(for f in "${texts[@]}"; do head -n 1 "$f" | grep -qE '^#!.*sh$|^# shellcheck shell' && echo "$f"; done)
check "shellcheck: ${#scripts[@]} scripts" shellcheck "${scripts[@]}"
# arrayIndexThenCheck: a NULL-ended table's end and the copy's room are two conditions, in either order
check "cppcheck" cppcheck -q -j2 --std=c11 -D_GNU_SOURCE -DVERSION='"x"' --enable=warning,portability --suppress=missingIncludeSystem \
	--suppress=arrayIndexThenCheck --error-exitcode=1 -I. lib pix conf inbox fcgi gen api emul check recon deliver cli tests/tools
for page in man/*.[1-8]; do
	[ -e "$page" ] || continue
	check "mandoc: $page" mandoc -Tlint -W warning "$page"
done
finish
