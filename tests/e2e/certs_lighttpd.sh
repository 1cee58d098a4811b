#!/bin/bash
# Client certificates through lighttpd, which passes any of them on and leaves the judgement to the gate.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/certs.sh"
. "$ROOT/tests/lighttpd.sh"
certs_conf
gate_start
lighttpd_tls
STRANGER=403
certs
gate_stop
finish
