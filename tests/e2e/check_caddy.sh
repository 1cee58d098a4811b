#!/bin/bash
# Caddy set up with one thing wrong, many times: what `pixgate check` finds is that thing.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/broken/lab.sh"
. "$ROOT/tests/broken/caddy.sh"
broken caddy
