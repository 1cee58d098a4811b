#!/bin/bash
# README's "Try it without a bank", word for word, with no more on the machine than its first line names.
. "$(dirname "$0")/../lib.sh"
server lighttpd
# its programs, as they would be installed
mkdir "$T/bin" "$T/try"
ln -s "$PIXGATE" "$GATE" "$T/bin/"
printf '#!/bin/sh\nexec %s -m %s "$@"\n' "${SERVER[*]}" "$MODULES" >"$T/bin/lighttpd"
chmod 755 "$T/bin/lighttpd"

sed -n '/^### Try it without a bank/,/^##/{s/^    //p}' "$ROOT/README.md" >"$T/script"
lines=$(wc -l <"$T/script")
check "the script is there, in under ten lines ($lines)" [ "$lines" -ge 5 ] && [ "$lines" -lt 10 ]
# other tests run at the same time: ports of our own
mapfile -t ports < <("$TOOLS/port" 2)
sed -i "s/--port 8443/--port ${ports[0]}/; s/emul shop /emul shop --port ${ports[0]} --domain localhost:${ports[1]} /" "$T/script"
{
	printf "trap 'jobs -p >%s/jobs' EXIT\n" "$T"
	cat "$T/script"
} >"$T/run"
(cd "$T/try" && env -u PIXGATE_CONF PATH="$T/bin:$PATH" timeout 60 bash -eu "$T/run") >"$T/out" 2>"$T/err" </dev/null
equal "it ends well" 0 $?
# they are no children of ours, and run until we end them
cleanup() { xargs -r kill <"$T/jobs"; }
cleanup=cleanup
check "the webhook is registered" grep -q '^key loja@example.com: registered' "$T/out"
check "what was paid stands in the inbox" grep -Eq ' loja +received +5,00 ' "$T/out"
equal "once" 1 "$(grep -Ec " loja +received " "$T/out")"
grep -v 'these are for tests\|does not know the certificate\|the PSP now calls' "$T/err" >"$T/rest"
equal "nothing was complained of" "" "$(cat "$T/rest")"
finish
