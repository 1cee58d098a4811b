#!/bin/bash
# Client certificates through nginx, which refuses by itself what does not chain to its bundle.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/certs.sh"
. "$ROOT/tests/nginx.sh"
certs_conf
gate_start
nginx_start ssl "
    ssl_certificate $T/pki/server.crt;
    ssl_certificate_key $T/pki/server.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_client_certificate $T/pki/all.pem;
    ssl_verify_client optional;
    ssl_verify_depth 3;"
BASE=https://localhost:$PORT
STRANGER=400
certs
gate_stop
finish
