# shellcheck shell=bash
# The table of results: what each client got, as one cell; written for people, and compared with examples/MATRIX.md.
TABLE=()	# lines of the first table, the clients
BESIDE=()	# lines of the second, what is beside the webhook

# cell SHORT: sets CELL; TLS 1.2 and 1.3, joined where they are the same
cell() {
	local short=$1 v one out=()
	for v in 12 13; do
		one=${VERDICT[$short.$v]:-–}
		e2eid "$short.$v"
		[ -z "${STORED[$E2EID]:-}" ] || one="$one stored"
		case $short-$one-${SESSION[$short.$v]:-} in
		*-–-*) ;;
		other-*-resumed | same-*-resumed | again-*-resumed) one="$one, resumed" ;;
		other-*-full | same-*-full | again-*-full) one="$one, not resumed" ;;
		other-*-none | same-*-none | again-*-none) one="$one, no session" ;;
		esac
		out+=("$one")
	done
	joined "${out[@]}"
}
joined() { # 1.2 1.3: sets CELL
	CELL=$1
	[ "$1" = "$2" ] || CELL="$1 / $2"
}
line() {
	printf '|'
	printf ' %s |' "$@"
	printf '\n'
}
rule() {
	printf '|'
	for _ in "$@"; do printf -- '---|'; done
	printf '\n'
}
table_row() { # MODE SCOPE BACKEND CHECKED-BY CELL…
	local mode=$1 scope=$2 backend=$3 by=$4
	shift 4
	TABLE+=("$(line "$mode" "$scope" "$backend" "$by" "$@")")
}
beside_row() { # MODE SCOPE BACKEND CELL…
	BESIDE+=("$(line "$@")")
}

# The server's part of the file, on standard output.
table() {
	printf '## %s\n\nMeasured with %s.\n\n' "$TITLE" "$HEAD"
	line mode scope backend "gate checks" "${TITLES[@]}"
	rule mode scope backend "gate checks" "${TITLES[@]}"
	printf '%s\n' "${TABLE[@]}"
	printf '\nBeside the webhook:\n\n'
	line mode scope backend "${BESIDE_TITLES[@]}"
	rule mode scope backend "${BESIDE_TITLES[@]}"
	printf '%s\n' "${BESIDE[@]}"
}

# What must be equal whatever the versions: who was let in. Alerts and statuses of refusals may change with a version.
in_or_out() {
	sed -E '/^Measured/d; s/(alert [0-9]+|4[0-9][0-9]|closed|reset)(, (resumed|not resumed|no session))?/refused/g; s/(200 stored)(, (resumed|not resumed|no session))/\1/g; s|refused / refused|refused|g; s|200 stored / 200 stored|200 stored|g'
}
committed() {
	sed -n "/^## $TITLE\$/,/^## /p" "$ROOT/examples/MATRIX.md" 2>/dev/null | sed '1!{/^## /d}' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}
# finish_table: build/matrix/NAME.md, and the comparison
finish_table() {
	local fresh=$B/matrix/$KIND.md hint="the new one is $B/matrix/$KIND.md; to take it over: examples/make.sh matrix"
	mkdir -p "$B/matrix"
	table >"$fresh"
	committed >"$T/committed.md"
	if grep -qxF "Measured with $HEAD." "$T/committed.md"; then
		check "the table is that of examples/MATRIX.md ($hint)" diff -u "$T/committed.md" "$fresh"
	else
		check "who is let in is as in examples/MATRIX.md, other versions ($hint)" diff -u <(in_or_out <"$T/committed.md") <(in_or_out <"$fresh")
	fi
}
