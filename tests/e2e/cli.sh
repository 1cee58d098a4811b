#!/bin/bash
# The program `pixgate` as people and scripts use it: words, output, exit status. What has arrived is in cli_inbox.sh.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/cli.sh"

words() {
	run --version
	ended "--version ends well" 0
	case $OUT in "pixgate "[0-9]*.[0-9]*) ok "--version names program and version" ;; *) not_ok "--version names program and version" "$OUT" ;; esac
	run help
	ended "help ends well" 0
	has "help names inbox list" "inbox list"
	run inbox list --help
	ended "--help behind a verb ends well" 0
	has "--help names the verb's options" "--follow"
	run help inbox list
	has "help VERB VERB is the same" "--follow"
	run
	ended "no verb is a mistake" 2 "no verb"
	run inbx
	ended "an unknown verb names the nearest" 2 "unknown verb 'inbx'; nearest: 'inbox'"
	run conf chek
	ended "an unknown second verb names the nearest" 2 "nearest: 'check'"
	run reconcile
	ended "reconcile without a hook is a mistake" 2 "usage: pixgate reconcile HOOK"
	run inbox
	ended "a verb without its second word is a mistake" 2 "inbox what?"
	run psp --jsn
	ended "an unknown option names the nearest" 2 "unknown option --jsn; nearest: --json"
	run url
	ended "a missing word is a mistake" 2 "usage: pixgate url HOOK"
	run psp efi bs2
	ended "a word too many is a mistake" 2 "bs2: usage: pixgate psp"
	run --conf
	ended "an option without its value is a mistake" 2 "--conf needs a value"
	run psp efj
	ended "an unknown PSP names the nearest" 2 "nearest: 'efi'"
	run psp
	has "psp lists the profiles" "bs2-indirect"
	run psp efi
	has "psp NAME tells the pin" "CN=webhook.efipay.com.br"
	run psp efi --json
	check "psp --json is JSON" python3 -m json.tool "$T/out"
	"$PIXGATE" help >/dev/full 2>"$T/err"
	CODE=$? ERR=$(cat "$T/err")
	ended "a full standard output is noticed" 3 "standard output"
	"$PIXGATE" help >&- 2>"$T/err"
	CODE=$? ERR=$(cat "$T/err")
	ended "a closed standard output is noticed" 3 "standard output"
	run "$(printf 'a\033[31mb')"
	ended "an error shows no control bytes" 2 "a?[31mb"
}

setting_up() {
	local d=$T/first url secret
	run init --conf "$d/pixgate.conf" --name loja --domain loja.example.com
	ended "init ends well" 0
	url=$(tail -n 1 "$T/out")
	secret=$(cat "$d/loja.secret")
	equal "init's last line is the URL" "https://loja.example.com/webhook?hmac=$secret&ignorar=" "$url"
	equal "the secret has 64 hexadecimal digits" 64 "$(tr -dc 0-9a-f <"$d/loja.secret" | wc -c)"
	equal "init makes the folder 0700" 700 "$(stat -c %a "$d")"
	equal "init makes the files 0600" "600 600" "$(stat -c %a "$d/pixgate.conf" "$d/loja.secret" | tr '\n' ' ' | sed 's/ $//')"
	equal "init leaves nothing else behind" "loja.secret pixgate.conf" "$(find "$d" -mindepth 1 -printf '%f\n' | sort | tr '\n' ' ' | sed 's/ $//')"
	run conf check --conf "$d/pixgate.conf"
	ended "what init wrote has no mistakes" 0
	has "conf check counts the hooks" "1 hook, no mistakes"
	run url loja --conf "$d/pixgate.conf"
	equal "url prints the same URL" "$url" "$OUT"
	run init --conf "$d/pixgate.conf" --name loja
	ended "init does not overwrite a configuration" 2 "pixgate.conf exists already; nothing was written"
	run init --conf "$d/other.conf" --name loja
	ended "init does not overwrite a secret" 2 "loja.secret exists already; nothing was written"
	check "and writes nothing then" test ! -e "$d/other.conf"
	equal "the secret is what it was" "$secret" "$(cat "$d/loja.secret")"

	printf 'segredo-ja-registrado-0001\n' | "$PIXGATE" init --conf "$T/adopt/pixgate.conf" --adopt - -q >"$T/out" 2>"$T/err"
	equal "init --adopt - keeps a registered secret" "segredo-ja-registrado-0001" "$(cat "$T/adopt/pix.secret")"
	equal "and prints its URL alone with -q" "https://your-domain.example/webhook?hmac=segredo-ja-registrado-0001&ignorar=" "$(cat "$T/out")"
	printf 'um segredo\n' >"$T/bad.secret"
	run init --conf "$T/bad/pixgate.conf" --adopt "$T/bad.secret"
	ended "a secret with a space is refused" 2 "byte 3 of the secret"
	lacks "and not printed" "segredo"
	check "and no folder is made" test ! -e "$T/bad"
	: >"$T/empty.secret"
	run init --conf "$T/bad/pixgate.conf" --adopt "$T/empty.secret"
	ended "an empty secret is refused" 2 "expected a secret"
	run init --conf "$T/bad/pixgate.conf" --adopt "$T/nowhere"
	ended "a secret's file that is not there is a mistake" 2 "nowhere"
	run init --conf "$T/bad/pixgate.conf" --path webhook
	ended "a path without a slash is refused" 2 "$T/bad/pixgate.conf:"
	check "and what was begun is gone" test ! -e "$T/bad"
	run init --conf "$T/bad/pixgate.conf" --name ../x
	ended "a name that leaves the folder is refused" 2 "--name"
	run init --conf "$T/bad/pixgate.conf" --name .x
	ended "a name that hides its secret is refused" 2 "--name"
	run init --conf "$T/bad/pixgate.conf" --psp ef
	ended "init names the nearest PSP" 2 "nearest: 'efi'"
	run init --conf "$T/bad/pixgate.conf" --environment sandbx
	ended "init names the nearest environment" 2 "nearest: 'sandbox'"
	run init --conf "$T/bad/pixgate.conf" --domain https://a.example.com/
	ended "a domain is a host name" 2 "--domain"
	run init --conf "$T/no/such/pixgate.conf"
	ended "a folder whose parent is not there is an I/O error" 3 "No such file"
	PIXGATE_CONF=$T/env/pixgate.conf "$PIXGATE" init -q >"$T/out" 2>&1
	check "init takes PIXGATE_CONF" test -f "$T/env/pixgate.conf"
	(cd "$T/env" && "$PIXGATE" init -q --name perto --conf perto.conf) >"$T/out" 2>&1
	check "init takes a name without a folder" test -f "$T/env/perto.conf" -a -f "$T/env/perto.secret"
	run init --conf "$T/indirect/pixgate.conf" --psp bs2-indirect --name banco --path /bs2 --domain b.example.com -q
	equal "init prints one URL an event for bs2-indirect" 7 "$(grep -c '^https://b.example.com/bs2/[A-Za-z]*?hmac=' "$T/out")"
	run init --conf "$T/bs2/pixgate.conf" --psp bs2 --name banco --path /bs2 --json
	equal "init --json prints objects" 2 "$(grep -c '^{.*}$' "$T/out")"
	check "its configuration tells of basic" grep -qF '#basic = "file:banco.basic";' "$T/bs2/pixgate.conf"
}

configuration() {
	run conf example
	printf '%s\n' "$OUT" >"$T/example.conf"
	(umask 077 && printf 'segredo-do-exemplo-00001\n' >"$T/loja.secret")
	run conf check --conf "$T/example.conf"
	ended "conf example is a configuration without mistakes" 0
	sed 's/^\t*secret = /\t\tsecrt = /' "$T/example.conf" >"$T/typo.conf"
	run --conf "$T/typo.conf" conf check
	ended "a mistyped setting is told with file, line and the nearest" 2 "typo.conf:"
	case $ERR in *secrt*secret*) ok "the nearest is secret" ;; *) not_ok "the nearest is secret" "$ERR" ;; esac
	run --conf "$T/typo.conf" conf check --json
	check "conf check --json is JSON for a mistake too" python3 -c 'import json,sys; v = json.load(open(sys.argv[1])); assert v["ok"] is False and v["mistake"]' "$T/out"
	chmod 644 "$T/loja.secret"
	run conf check --conf "$T/example.conf"
	ended "a secret that others may read is a mistake" 2 "loja.secret"
	lacks "and is not printed" "segredo-do-exemplo"
	run conf check --conf "$T/nowhere.conf"
	ended "a configuration that is not there is a mistake" 2 "nowhere.conf"

	run conf show --conf "$CONF"
	ended "conf show ends well" 0
	has "conf show shows references" "file:loja.secret"
	lacks "conf show prints no URL secret" "$SECRET"
	lacks "conf show prints no Basic secret" "senha-do-banco"
	printf '%s\n' "$OUT" >"$T/pixgate/shown.conf"
	run conf check --conf "$T/pixgate/shown.conf"
	ended "what conf show prints is a configuration" 0
	run conf show --conf "$CONF" --json
	check "conf show --json is JSON" python3 -c 'import json,sys; v = json.load(open(sys.argv[1])); assert len(v["hooks"]) == 5 and v["hooks"][0]["secret"] == ["file:loja.secret"] and v["max_body"] == 262144' "$T/out"
	lacks "and has no secret" "$SECRET"
	run conf show banco --conf "$CONF"
	has "conf show HOOK shows that hook" 'name = "banco"'
	lacks "and no other" "loja.secret"

	run url loja --conf "$CONF"
	equal "url prints the URL with the secret" "https://pix.example.com/webhook?hmac=$SECRET&ignorar=" "$OUT"
	run url loja --conf "$CONF" --domain outra.example.com
	has "url --domain takes another host" "https://outra.example.com/webhook?hmac="
	run url lojq --conf "$CONF"
	ended "an unknown hook names the nearest" 2 "nearest: 'loja'"
	run url indireto --conf "$CONF"
	equal "url prints one URL an event for bs2-indirect" 7 "$(grep -c '^https://pix.example.com/indireto/[A-Z]' "$T/out")"
	run url indireto --conf "$CONF" --event PagamentoFinalizad
	ended "an unknown event names the nearest" 2 "nearest: 'PagamentoFinalizado'"
	run url indireto --conf "$CONF" --event PagamentoFinalizado
	equal "url --event prints that one" "https://pix.example.com/indireto/PagamentoFinalizado" "$OUT"
	run url loja --conf "$CONF" --event PagamentoFinalizado
	ended "--event is for who has one URL an event" 2 "one URL for all events"
	sed '/^domain/d' "$CONF" >"$T/pixgate/nodomain.conf"
	run url loja --conf "$T/pixgate/nodomain.conf"
	has "url without a domain says so in the URL" "https://your-domain.example/"
	ended "and hints" 0 "no domain is set"
	run -q url loja --conf "$T/pixgate/nodomain.conf"
	equal "but not with -q" "" "$ERR"
}

write_conf
words
setting_up
configuration
finish
