#!/bin/bash
# Who includes whom, against includes.txt.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 2
table=tests/meta/includes.txt

for file in */*.[ch]; do
	folder=${file%%/*}
	case $folder in tests | bench | examples | build) continue ;; esac
	allowed=$(sed -n "s/^$folder: //p" $table)
	if [ -z "$allowed" ]; then
		not_ok "$file: its folder has a row in $table"
		continue
	fi
	bad=
	while read -r header; do
		case " $allowed " in
		*" ${header%%/*} "* | *" $header "*) ;;
		*) bad="$bad \"$header\"" ;;
		esac
	done < <(sed -n 's/^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*/\1/p' "$file")
	while read -r header; do
		while read -r pattern owners; do
			# shellcheck disable=SC2053
			[[ $header == ${pattern//[<>]/} ]] || continue
			mine=
			for owner in $owners; do
				# shellcheck disable=SC2053
				[[ $file == $owner ]] && mine=1
			done
			[ -n "$mine" ] || bad="$bad <$header>"
		done < <(grep '^<' $table)
	done < <(sed -n 's/^[ \t]*#[ \t]*include[ \t]*<\([^>]*\)>.*/\1/p' "$file")
	equal "$file includes only what it may" "" "$bad"
done
finish
