#!/bin/bash
# The receivers below examples/ for real: PHP's server, Flask, Express. What pixgate signed is taken once, anything else is not taken, and
# what cannot be stored is answered so that it comes again. The sender is no code of ours.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/receivers.sh"

FIRST=whsec_$(head -c 32 /dev/urandom | base64)
SECOND=whsec_$(head -c 32 /dev/urandom | base64)
OTHER=whsec_$(head -c 32 /dev/urandom | base64)

send() { # [ARGUMENT…]: as the next delivery unless it says --id
	python3 "$ROOT/tests/tools/sender.py" "$URL" "$@" 2>&1
}
stands() { # NAME NOTED PAID LOOK: how many deliveries are noted, how many of them paid an order, how many are for a person to look at
	equal "$NAME: $1" "$2 noted, $3 paid, $4 to look at" "$(noted) noted, $(paid) paid, $(to_look_at) to look at"
}
refused() { # NAME STATUS ARGUMENT…
	local name=$1 status=$2
	shift 2
	equal "$NAME: $name" "$status" "$(send --id pix_refused --txid pedido0003 --e2eid E3 "$@")"
}

cases() {
	equal "$NAME: a delivery" 200 "$(send --secret "$FIRST" --id pix_1)"
	stands "… is noted, the order is paid" 1 1 0
	equal "$NAME: the same again" 200 "$(send --secret "$FIRST" --id pix_1)"
	stands "… is known" 1 1 0
	receiver_stop
	receiver_start
	equal "$NAME: the same after a restart" 200 "$(send --secret "$FIRST" --id pix_1)"
	stands "… is known" 1 1 0
	equal "$NAME: eight of one delivery at the same time" "200 200 200 200 200 200 200 200" \
		"$(send --secret "$FIRST" --id pix_2 --txid pedido0002 --e2eid E2 --times 8)"
	stands "… are one" 2 2 0

	refused "a byte that was changed" 401 --secret "$FIRST" --change
	refused "another's secret" 401 --secret "$OTHER"
	refused "no secret" 401 --secret whsec_
	refused "signed ten minutes ago" 401 --secret "$FIRST" --ago 600
	refused "signed in ten minutes" 401 --secret "$FIRST" --ago -600
	for header in id timestamp signature; do
		refused "no webhook-$header" 400 --secret "$FIRST" --without webhook-$header
	done
	check "$NAME: GET is not answered with 2xx" test "$(curl -s -o "$T/answer" -w '%{http_code}' "$URL")" -ge 400
	check "$NAME: signed, and not JSON: no 2xx" test "$(send --secret "$FIRST" --id pix_refused --body nonsense)" -ge 400
	stands "nothing of all that is kept" 2 2 0

	equal "$NAME: a refund" 200 "$(send --secret "$FIRST" --id pix_3 --kind refund --txid pedido0003 --e2eid E3)"
	stands "… pays no order" 3 2 0
	for status in RJCT ACSP NOVIDADE; do
		equal "$NAME: a receipt with status $status" 200 "$(send --secret "$FIRST" --id "pix_$status" --txid pedido0003 --e2eid E3 --status $status)"
	done
	stands "… is no money" 6 2 0
	equal "$NAME: less money than the order asks for" 200 "$(send --secret "$FIRST" --id pix_4 --txid pedido0003 --cents 1233 --e2eid E3)"
	equal "$NAME: no amount" 200 "$(send --secret "$FIRST" --id pix_5 --txid pedido0003 --cents null --e2eid E4)"
	equal "$NAME: no such order" 200 "$(send --secret "$FIRST" --id pix_6 --txid "x'--" --e2eid E5)"
	equal "$NAME: an order that is paid already" 200 "$(send --secret "$FIRST" --id pix_7 --e2eid E6)"
	stands "… are for a person to look at" 10 2 4

	# rotation: both are known for a while, on either side first
	equal "$NAME: signed with the new secret, too, which it does not know" 200 "$(send --secret "$SECOND" --secret "$FIRST" --id pix_8 --kind refund)"
	refused "signed with the new secret alone" 401 --secret "$SECOND"
	secrets "$FIRST" "$SECOND"
	equal "$NAME: … which is known now" 200 "$(send --secret "$SECOND" --id pix_9 --kind refund)"
	equal "$NAME: the old one is, still" 200 "$(send --secret "$FIRST" --id pix_10 --kind refund)"
	secrets "$SECOND"
	refused "the old one, taken away" 401 --secret "$FIRST"

	# 500: pixgate keeps it and tries again
	for wrong in "" whsec_ whsec_!!!!; do
		secrets "$wrong"
		refused "its own secret is '$wrong'" 500 --secret whsec_
	done
	rm "$PRIVATE/secrets.txt"
	refused "its secret is not there" 500 --secret whsec_
	secrets "$SECOND"
	stands "so much was kept" 13 2 4
	chmod -R a-w "$PRIVATE"
	equal "$NAME: nothing can be written" 500 "$(send --secret "$SECOND" --id pix_11 --txid pedido0003 --e2eid E3)"
	stands "… is not kept" 13 2 4
	chmod -R u+w "$PRIVATE"
	equal "$NAME: the next try" 200 "$(send --secret "$SECOND" --id pix_11 --txid pedido0003 --e2eid E3 --status Efetivado)"
	stands "… is" 14 3 4

	marking_fails
	equal "$NAME: the order cannot be marked" 500 "$(send --secret "$SECOND" --id pix_12 --txid pedido0004 --e2eid E7)"
	stands "… so the delivery is not noted" 14 3 4
	marking_works
	equal "$NAME: the next try" 200 "$(send --secret "$SECOND" --id pix_12 --txid pedido0004 --e2eid E7)"
	stands "… pays" 15 4 4
	equal "$NAME: no secret, no payment in its log" "" "$(grep -F -e "${FIRST#whsec_}" -e "${SECOND#whsec_}" -e pedido "$T/$NAME.log")"
}

for NAME in ${RECEIVERS_ONLY:-php python node}; do
	receiver "$NAME"
	secrets "$FIRST"
	receiver_start
	cases
	[ "$NAME" != node ] || refused "an id that is another folder's file" 400 --secret "$SECOND" --id ../evil
	receiver_stop
done

# --- a program: what it is given stands in the environment
NAME="exec"
receiver exec
program() { # NAME STATUS ID KIND TXID CENTS E2EID [PSP'S STATUS]
	echo '{"type":"pix"}' | ${as[@]+"${as[@]}"} env -i "PATH=$PATH" PIXGATE_ID="$3" PIXGATE_KIND="$4" PIXGATE_TXID="$5" PIXGATE_AMOUNT_CENTS="$6" \
		PIXGATE_E2EID="$7" PIXGATE_STATUS="${8:-}" dash "$T/receiver/exec/paid.sh" "$PRIVATE" >>"$T/exec.log" 2>&1
	equal "exec: $1" "$2" $?
}
program "a payment" 0 pix_1 received pedido0001 1234 E1
stands "… pays its order" 1 1 0
program "the same again" 0 pix_1 received pedido0001 1234 E1
rm "$PRIVATE/pix_1.done"
program "the same again, the note of it lost" 0 pix_1 received pedido0001 1234 E1
stands "… is known" 1 1 0
program "a refund" 0 pix_2 refund pedido0002 1234 E2
program "a receipt that failed" 0 pix_2a received pedido0002 1234 E2 RJCT
program "another amount" 0 pix_3 received pedido0002 123 E3
program "no amount, no txid" 0 pix_4 received "" "" E4
program "an order that is paid already" 0 pix_5 received pedido0001 1234 E5
stands "… are for a person to look at" 6 1 3
program "an id that is another folder's file" 100 ../pix_6 received pedido0002 1234 E6
program "a txid that is a pattern" 100 pix_6 received '.*' 1234 E6
mv "$PRIVATE/orders.txt" "$PRIVATE/away.txt"
program "its orders are not there: later" 75 pix_6 received pedido0002 1234 E6
mv "$PRIVATE/away.txt" "$PRIVATE/orders.txt"
chmod -R a-w "$PRIVATE"
program "nothing can be written: later" 75 pix_6 received pedido0002 1234 E6
chmod -R u+w "$PRIVATE"
stands "… nothing of it is kept" 6 1 3
program "the next try" 0 pix_6 received pedido0002 1234 E6
stands "… pays" 7 2 3

for file in "$ROOT"/examples/receivers/*/*; do
	check "${file#"$ROOT/"} has less than 60 lines" test "$(wc -l <"$file")" -lt 60
done
finish
