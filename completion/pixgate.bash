# shellcheck shell=bash
# Completion of pixgate for bash; installed as bash-completion/completions/pixgate. tests/unit/test_manual.c compares the
# words with the program's tables.
_pixgate_words() { # VERB: its own words and options
	case $1 in
	'') echo "init conf url inbox deliver gen chain check webhook cert reconcile emul psp help" ;;
	init) echo "--name --psp --environment --path --domain --adopt" ;;
	conf) echo "check show example" ;;
	url) echo "--domain --event" ;;
	inbox) echo "list show stats replay unread export purge anonymise abandon" ;;
	"inbox list") echo "--hook --kind --txid --e2eid --delivery --since --limit --follow" ;;
	"inbox show") echo "--body" ;;
	"inbox stats") echo "--hook" ;;
	"inbox replay") echo "--unread --dead --hook --kind --txid --e2eid --delivery --since --limit --dry-run" ;;
	"inbox unread") echo "--hook --since --limit" ;;
	"inbox export") echo "--format --output --body --hook --kind --txid --e2eid --delivery --since --limit" ;;
	"inbox purge") echo "--older-than --hook --unread --waiting --yes" ;;
	"inbox anonymise") echo "--yes" ;;
	"inbox abandon") echo "--hook --yes" ;;
	deliver) echo "--once --hook --workers --resume" ;;
	gen) echo "apache caddy lighttpd nginx htaccess systemd --hook --domain --environment --mode --scope --backend --server-version --server-cert --server-key --port --http-port --address --socket --gate --root --log --templates --program --output --diff --test" ;;
	chain) echo "fetch show" ;;
	"chain fetch") echo "--psp --environment --output --accept-new --url --cacert" ;;
	emul) echo "pki shop serve charge pay refund notify fault event" ;;
	check) echo "--psp --mode --only --skip --strict --timeout --resolve --cacert --client-cert --basic --bearer --junit --server --local --gate --socket --log --silence" ;;
	"emul shop") echo "--conf-dir --port --domain --key --skip-mtls" ;;
	"emul serve") echo "--conf-dir --port --environment --schedule --time-scale --scopes --server-ca --manual --patience" ;;
	"emul charge") echo "--conf-dir --key --amount --txid" ;;
	"emul refund") echo "--conf-dir --amount --id --nature" ;;
	"emul fault") echo "--conf-dir --times --value --list --clear" ;;
	"emul pay") echo "--conf-dir --key --amount --count --at" ;;
	"emul notify") echo "--conf-dir --key --txid --e2eid --amount --status" ;;
	"emul event") echo "--conf-dir --e2eid --txid --amount --key --status --account --count --at" ;;
	webhook) echo "set get list delete resend" ;;
	"webhook set") echo "--key --rec --cobr --force --event --only-txid --dry-run" ;;
	"webhook get") echo "--key --rec --cobr --dry-run" ;;
	"webhook list") echo "--since --until --dry-run" ;;
	"webhook delete") echo "--key --rec --cobr --event --yes --force --dry-run" ;;
	"webhook resend") echo "--kind --dry-run" ;;
	cert) echo "push status" ;;
	reconcile) echo "--since --until --grace --fix --resend" ;;
	"cert push") echo "--cert --resolve --renewed --force --dry-run" ;;
	"cert status") echo "--cert --resolve" ;;
	help) echo "init conf url inbox deliver gen chain check webhook cert reconcile emul psp" ;;
	esac
}

_pixgate() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb='' i
	local common="--conf --json --quiet --verbose --help --version"

	case $before in
	--conf | --conf-dir | --server-ca | --adopt | --cacert | --cert | --client-cert | --basic | --bearer | --server-cert | --server-key | --socket | --gate | --root | --log | --templates | --program | --output | -o | --diff)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--mode)
		mapfile -t COMPREPLY < <(compgen -W "mtls skip-mtls efi-mtls efi-skip-mtls bs2 bs2-indirect bacen" -- "$word")
		return
		;;
	--scope)
		mapfile -t COMPREPLY < <(compgen -W "site path port" -- "$word")
		return
		;;
	--backend)
		mapfile -t COMPREPLY < <(compgen -W "fastcgi cgi" -- "$word")
		return
		;;
	--delivery)
		mapfile -t COMPREPLY < <(compgen -W "pending delivered dead stale unwanted never" -- "$word")
		return
		;;
	--format)
		mapfile -t COMPREPLY < <(compgen -W "jsonl csv" -- "$word")
		return
		;;
	--kind)
		mapfile -t COMPREPLY < <(compgen -W "received refund sent recurrence charge payment return validation" -- "$word")
		return
		;;
	esac
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--conf) i=$((i + 1)) ;;
		-*) ;;
		*)
			case $verb in
			'') verb=${COMP_WORDS[i]} ;;
			inbox | conf | chain | webhook | cert | emul) verb="$verb ${COMP_WORDS[i]}" ;;
			esac
			;;
		esac
	done
	mapfile -t COMPREPLY < <(compgen -W "$(_pixgate_words "$verb") $common" -- "$word")
}
complete -F _pixgate pixgate
