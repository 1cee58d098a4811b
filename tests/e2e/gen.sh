#!/bin/bash
# `pixgate gen`: the command line, the version, files that a person may have edited, and the servers' own checks.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli.sh"
. "$ROOT/tests/gen.sh"

words() {
	run gen
	ended "gen without a server lists them" 2 "gen what? one of: apache, caddy, lighttpd, nginx, htaccess, systemd"
	run gen nginks --conf "$CONF"
	ended "an unknown server names the nearest" 2 "nearest: 'nginx'"
	run gen traefik --conf "$CONF"
	ended "one that is near none lists them" 2 "one of: apache, caddy"
	run gen nginx --conf "$T/nowhere.conf" "${V[@]}"
	ended "a configuration that is not there is a mistake" 2 "nowhere.conf"
	gen nginx --hook lojq "${V[@]}"
	ended "an unknown hook names the nearest" 2 "nearest: 'loja'"
	gen nginx "${V[@]}" -o
	ended "-o without its file is a mistake" 2 "-o needs a value: -o FILE"
	gen nginx "${V[@]}" -o "$T/a" --diff "$T/a"
	ended "-o and --diff exclude each other" 2 "--output and --diff"
	gen nginx "${V[@]}" --root ""
	ended "an empty path is a mistake" 2 "--root: the name is empty"
	check "and none of them wrote anything" test ! -e "$T/a"

	gen nginx "${V[@]}" --templates "$T/nowhere"
	ended "a folder of templates that is not there is a mistake" 2 "--templates: $T/nowhere is no folder"
	PIXGATE_TEMPLATES=$T/nowhere gen nginx "${V[@]}"
	ended "also where the environment names it" 2 "PIXGATE_TEMPLATES: $T/nowhere is no folder"
	mkdir -p "$T/else/bin" "$T/empty"
	cp "$PIXGATE" "$T/else/bin/pixgate"
	PIXGATE_TEMPLATES='' PIXGATE=$T/else/bin/pixgate gen nginx "${V[@]}"
	ended "a program without templates beside it lists the places" 2 "$T/else/bin/../share/pixgate/templates, $T/else/bin/../templates"
	mkdir -p "$T/else/share/pixgate"
	cp -r "$OWN" "$T/else/share/pixgate/templates"
	PIXGATE_TEMPLATES='' PIXGATE=$T/else/bin/pixgate gen nginx "${V[@]}"
	ended "templates below share beside the program's folder are found" 0
	has "and rendered" "server_name pix.example.com;"
	gen nginx "${V[@]}" --templates "$T/empty"
	ended "a template that is not there is named" 2 "$T/empty/nginx/site.conf"
	mkdir -p "$T/empty/nginx"
	cp "$OWN/nginx/site.conf" "$T/empty/nginx/"
	gen nginx "${V[@]}" --templates "$T/empty"
	ended "the header too" 2 "$T/empty/header"
}

templates() {
	local bad=$T/bad
	cp -r "$OWN" "$bad"
	# try NAME TEMPLATE TEXT OF THE ERROR
	try() {
		printf '%b' "$2" >"$bad/nginx/site.conf"
		gen nginx "${V[@]}" --templates "$bad"
		ended "$1" 2 "$3"
		equal "... and nothing is printed" "" "$OUT"
	}
	try "an unknown name is an error with file, line and the nearest" '# a\nserver_name {{domian}};\n' "nginx/site.conf:2: unknown name 'domian'"
	try "a section that is not closed is an error" '{{#mtls}}\nx on;\n' "nginx/site.conf"
	try "a control character in a template is an error" 'x \x01;\n' "nginx/site.conf:1"
	try "a line that claims to be the sum is an error" '# pixgate sum: 0\n' "nginx/site.conf"
	head -c 300000 /dev/zero | tr '\0' '#' >"$bad/nginx/site.conf"
	gen nginx "${V[@]}" --templates "$bad"
	ended "a template past its ceiling is an error" 2 "longer than 262144 bytes"
	# once for each certificate of two, once more for each
	{ echo '{{#chain}}{{#chain}}'; head -c 205000 /dev/zero | tr '\0' '#'; echo; echo '{{/chain}}{{/chain}}'; } >"$bad/nginx/site.conf"
	gen nginx "${V[@]}" --templates "$bad"
	ended "a text near its ceiling is whole" 0
	equal "... really" 1 "$(($(wc -c <"$T/out") > 800000))"
	{ cat "$bad/nginx/site.conf"; echo '{{#chain}}{{#chain}}{{#chain}}'; head -c 40000 /dev/zero | tr '\0' '#'; echo; echo '{{/chain}}{{/chain}}{{/chain}}'; } >"$bad/nginx/more"
	mv "$bad/nginx/more" "$bad/nginx/site.conf"
	gen nginx "${V[@]}" --templates "$bad"
	ended "a text past it is an error" 2 "nginx/site.conf"
	equal "... and nothing is printed" "" "$OUT"
	printf 'no newline at its end' >"$bad/nginx/site.conf"
	cp "$OWN/header" "$bad/header"
	gen nginx "${V[@]}" --templates "$bad"
	equal "a last line without its end gets one" "no newline at its end" "$(tail -n 1 "$T/out")"
	equal "... really" "$(printf '\n' | od -c)" "$(tail -c 1 "$T/out" | od -c)"
}

hostile() {
	local evil
	# refuse NAME TEXT OF THE ERROR ARGUMENT…
	refuse() {
		local name=$1 why=$2
		shift 2
		gen nginx "${V[@]}" --templates "$OWN" "$@"
		ended "$name" 2 "$why"
		equal "... and nothing is printed" "" "$OUT"
	}
	evil=$(printf 'a.example\n\tlisten 1;')
	refuse "a line break in --domain" "--domain" --domain "$evil"
	refuse "a quote in --domain" "--domain" --domain 'a"b'
	refuse "a line break in --root" "--root" --root "$(printf '/srv\nx')"
	refuse "a double quote in --root" "nginx/site.conf" --root '/srv/"; autoindex on; #'
	# shellcheck disable=SC2016
	refuse "a variable in --root" "nginx/site.conf" --root '/srv/$http_x'
	# shellcheck disable=SC1003
	refuse "a backslash in --root" "nginx/site.conf" --root '/srv/\'
	refuse "a byte that is not UTF-8 in --log" "--log" --log "$(printf '/srv/\377')"
	refuse "an escape in --log" "--log" --log "$(printf '/srv/\033[2J')"
	refuse "a port that is none" "--port" --port '443;'
	refuse "an address that is none" "--address" --address '0.0.0.0; x'
	refuse "a version with more behind it" "--server-version" --server-version '1.22;x'
	refuse "a socket with a semicolon" "--socket" --socket '/run/a;b'
	gen nginx "${V[@]}" --templates "$OWN" --root '/srv/a"b'
	ended "what the server's language cannot hold is told by its own name" 2 "'root': nginx cannot hold"
	gen nginx "${V[@]}" --templates "$OWN" --root "/srv/the shop; {}#'x'"
	ended "a path with blanks, brackets and single quotes is held" 0
	has "... between its quotes" "root \"/srv/the shop; {}#'x'\";"
	has "... and quoted for a shell in the header" "--root '/srv/the shop; {}#'\"'\"'x'\"'\"''"
}

command_line() {
	local again
	gen nginx --mode mtls --log "logs/x.log" --templates "$OWN" "${V[@]}" -q
	ended "options in any order" 0
	has "stand in the header in one order, paths absolute" \
		"#   pixgate gen nginx --conf $CONF --mode mtls --server-version 1.22.1 --server-cert $T/pki/server.crt --server-key $T/pki/server.key --log $PWD/logs/x.log --templates $OWN"
	has "a relative path is absolute in the text" "access_log \"$PWD/logs/x.log\";"
	cp "$T/out" "$T/first"
	again=$(sed -n 's/^#   pixgate //p' "$T/first" | head -n 1)
	(cd / && eval "\"\$PIXGATE\" $again" >"$T/second" 2>/dev/null)
	equal "the header has it once" 1 "$(grep -c '^#   pixgate gen' "$T/first")"
	check "the header's command makes the same text" cmp "$T/first" "$T/second"
	gen nginx --mode mtls --log "logs/x.log" --templates "$OWN" "${V[@]}" -q -o "$T/third"
	check "so does what -o writes" cmp "$T/first" "$T/third"
	rm "$T/third"
	equal "two runs differ in nothing" "$(cksum <"$T/first")" "$(cksum <"$T/second")"
	equal "no line of the header is longer than 120 characters but the command" "" \
		"$(sed '/^# pixgate sum/q' "$T/first" | grep -v '^#   pixgate gen' | grep -E '.{121}')"
	gen nginx --templates "$OWN" "${V[@]}"
	has "with mtls the header has the CA's SHA-256" \
		"#   SHA-256 $(openssl x509 -in "$T/pki/production.crt" -outform DER | sha256sum | cut -d' ' -f1), until $(date -u -d "$(openssl x509 -in "$T/pki/production.crt" -noout -enddate | cut -d= -f2)" +%F)"
	has "and says where the profile does not know it" "pixgate does not know all of these"
	equal "the plan's warnings are not silenced by -q" 1 "$([ -s "$T/warn" ] && echo 1)"
	gen nginx --templates "$OWN" "${V[@]}" -q
	equal "... really" 1 "$([ -s "$T/warn" ] && echo 1)"
	gen nginx --templates "$OWN" "${V[@]}" -o -
	equal "-o - is standard output" "server {" "$(grep '^server {' "$T/out")"
}

versions() {
	# fake NAME SCRIPT: a program that answers
	fake() {
		printf '#!/bin/sh\n%s\n' "$2" >"$T/$1"
		chmod 755 "$T/$1"
	}
	fake new 'echo "nginx version: nginx/1.27.3 (Test)" >&2'
	gen nginx --templates "$OWN" --program "$T/new"
	has "the program is asked for its version" "For version 1.27.3 "
	has "... and is part of the command then" "--program $T/new"
	gen nginx --templates "$OWN" --program "$T/new" "${V[@]}"
	has "--server-version is not asked back" "For version 1.22.1 "
	lacks "... and the program has no say" "--program"
	mkdir -p "$T/bin"
	cp "$T/new" "$T/bin/nginx"
	PATH=$T/bin:$PATH gen nginx --templates "$OWN"
	has "it is found in PATH" "For version 1.27.3 "
	lacks "... which is not part of the command" "--program"
	gen nginx --templates "$OWN"
	if [ -x /usr/sbin/nginx ] || [ -x /usr/local/sbin/nginx ]; then
		ok "this machine has an nginx"
	else
		ended "a version that nobody tells is assumed, and that is said" 0 "nginx was not found on this machine: the text is for version 1.22.1"
	fi
	fake odd 'echo "something/1.2"; exit 0'
	gen nginx --templates "$OWN" --program "$T/odd"
	ended "a program that does not tell is a mistake where it was named" 2 "does not say the version of nginx"
	fake old 'echo "nginx version: nginx/1.10.0"'
	gen nginx --templates "$OWN" --program "$T/old"
	ended "a version that is too old is told" 2 "1.10.0 is too old"
	fake evil 'printf "nginx version: nginx/1.22.1;\\n}"'
	gen nginx --templates "$OWN" --program "$T/evil"
	ended "what a program says is not believed" 2 "does not say the version"
	fake loud 'head -c 1000000 /dev/zero | tr "\0" x; echo nginx/1.22.1'
	gen nginx --templates "$OWN" --program "$T/loud"
	ended "one that does not stop talking is cut" 2 "does not say the version"
	printf '#!/nowhere/at/all\n' >"$T/odd"
	gen nginx --templates "$OWN" --program "$T/odd"
	ended "one that cannot be started is told" 3 "$T/odd could not be started: No such file or directory"
	fake slow 'sleep 30'
	SECONDS=0
	gen nginx --templates "$OWN" --program "$T/slow"
	ended "one that hangs is stopped" 3 "not done after 5.0 seconds"
	equal "... in time" 1 "$((SECONDS < 15))"
	gen nginx --templates "$OWN" --program "$T/nowhere"
	ended "--program that is not there is a mistake" 2 "--program: $T/nowhere is no program"
	gen nginx --templates "$OWN" --program "$CONF"
	ended "--program that is none is a mistake" 2 "is no program"
}

own_templates
words
templates
hostile
command_line
versions
finish
