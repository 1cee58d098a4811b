#!/bin/bash
# What `pixgate gen` prints in every mode and scope, and the files of examples/ themselves: `pixgate check` finds nothing in them.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/broken/lab.sh"
. "$ROOT/tests/broken/examples.sh"
lab_ready
for KIND in apache caddy lighttpd nginx; do lab_rows $KIND healthy; done
# lighttpd cannot tell which of the certificates under the PSP's root it took: the gate has to look
GATED[lighttpd-mtls-port]=same
only_rows "${LAB_ONLY:-.}"
lab_ports
lab_gate
for KIND in apache caddy lighttpd nginx; do
	# shellcheck disable=SC1090
	. "$ROOT/tests/matrix/$KIND.sh"
	for name in "${ROWS[@]}"; do [[ $name != $KIND-* ]] || lab_start "$name"; done
done
lab_go "${ROWS[@]}"
finish
