#!/bin/bash
# What `pixgate gen` prints, as it stands in examples/, in every mode and scope: `pixgate check` finds nothing in it.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/broken/lab.sh"
lab_ready
for KIND in apache caddy lighttpd nginx; do lab_rows $KIND healthy; done
# the gate alone cannot tell which of the certificates under the PSP's root lighttpd took
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
