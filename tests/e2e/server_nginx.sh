#!/bin/bash
# nginx with fastcgi_pass.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/behaviour.sh"
. "$ROOT/tests/nginx.sh"
write_conf
gate_start
nginx_start ""
behaviours
gate_stop
finish
