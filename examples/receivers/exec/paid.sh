#!/bin/sh
# A sink of type "exec": pixgate starts this for each event, with the event's members in PIXGATE_… and all of it as JSON on standard input.
#   { name = "shop"; type = "exec"; command = [ "/usr/local/bin/paid.sh", "/var/lib/loja" ]; }
# Its exit status says how it ended: 0 done; 75 not now, try again; 100 to 109 never try this one again; anything else: try again.
# It may be started twice for the same event, with the same PIXGATE_ID: a power failure between its end and pixgate's note of it.
set -u
umask 077
own=${1:?which folder? it has orders.txt: a line an order, TXID AMOUNT_CENTS}

# HERE YOUR SHOP MARKS THE ORDER AS PAID. It may run again for the same payment: a paid order must stay as it is.
mark_paid() { # TXID AMOUNT_CENTS E2EID
	line="$1 $2 $3"
	grep -qxF -- "$line" "$own/paid.txt" && return 0
	if grep -qxF -- "$1 $2" "$own/orders.txt" && ! grep -q -- "^$1 " "$own/paid.txt"; then
		printf '%s\n' "$line" >>"$own/paid.txt"
	else
		printf '%s\n' "$line" >>"$own/look.txt"	# by a person: no unpaid order of this txid and amount
	fi
}

# both become patterns and names of files
case $PIXGATE_ID in '' | *[!A-Za-z0-9_]*) exit 100 ;; esac
case $PIXGATE_TXID in *[!A-Za-z0-9]*) exit 100 ;; esac

[ ! -e "$own/$PIXGATE_ID.done" ] || exit 0	# it came before
{ [ -r "$own/orders.txt" ] && cat >"$own/$PIXGATE_ID.new" && : >>"$own/paid.txt"; } || exit 75
case $PIXGATE_KIND:$PIXGATE_STATUS in	# else a refund, or a receipt that failed
received: | received:EFETIVADO | received:Efetivado | received:ACCC)
	mark_paid "$PIXGATE_TXID" "$PIXGATE_AMOUNT_CENTS" "$PIXGATE_E2EID" || exit 75 ;;
esac
sync	# all of it is on the disk before it is called done
mv "$own/$PIXGATE_ID.new" "$own/$PIXGATE_ID.done" || exit 75
