#!/bin/bash
# The matrix of nginx: what gen prints, in each mode and scope, before each client.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/matrix/clients.sh"
. "$ROOT/tests/matrix/table.sh"
. "$ROOT/tests/matrix/edges.sh"
. "$ROOT/tests/matrix/row.sh"
. "$ROOT/tests/matrix/nginx.sh"
matrix "site path port"
