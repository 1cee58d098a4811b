#!/bin/bash
# The matrix of Apache: what gen prints, in each mode and scope, before each client.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/matrix/clients.sh"
. "$ROOT/tests/matrix/table.sh"
. "$ROOT/tests/matrix/edges.sh"
. "$ROOT/tests/matrix/row.sh"
. "$ROOT/tests/matrix/apache.sh"
matrix "site path port" "site path port"
