# shellcheck shell=bash disable=SC2034
# What the scripts about `pixgate gen` share; sourced behind lib.sh and cli.sh. A hook with throw-away certificates, and small
# templates of our own in $OWN: what is tried with them does not hang on what the real ones say.
check "the certificates are made" bash "$ROOT/tests/pki.sh" "$T/pki"
mkdir -p "$T/pixgate"
printf '%s\n' "$SECRET" >"$T/pixgate/loja.secret"
chmod 600 "$T/pixgate/loja.secret"
CONF=$T/pixgate/pixgate.conf
cat >"$CONF" <<END
inbox = "sqlite:inbox.db";
domain = "pix.example.com";
hooks = (
  { name = "loja"; path = "/webhook"; psp = "efi"; environment = "production"; secret = [ "file:loja.secret" ];
    client_cert = "verify"; ca = "$T/pki/psp.pem"; pin = "CN=webhook.psp.example"; keys = [ "$KEY" ]; }
);
END
CERT=(--server-cert "$T/pki/server.crt" --server-key "$T/pki/server.key")
# no server of the machine is found by accident
export PATH=/usr/bin:/bin
at_servers=$ROOT/build/servers

# gen SERVER ARGUMENT…: warnings about the throw-away certificates go to $WARN, the rest of standard error to ERR
gen() {
	local server=$1
	shift
	run gen "$server" --conf "$CONF" "${CERT[@]}" "$@"
	grep -E ' (the profile of efi does not know|expires in)|: the certificate ' "$T/err" >"$T/warn"
	grep -vE ' (the profile of efi does not know|expires in)|: the certificate ' "$T/err" >"$T/rest"
	mv "$T/rest" "$T/err"
	ERR=$(cat "$T/err")
}
V=(--server-version 1.22.1)

own_templates() {
	OWN=$T/own
	mkdir -p "$OWN/nginx" "$OWN/lighttpd" "$OWN/systemd"
	cp "$ROOT/templates/header" "$OWN/header"
	cat >"$OWN/nginx/site.conf" <<-'END'
	# Next: nothing.
	server {
		listen {{#address}}{{address}}:{{/address}}{{port}};
		server_name {{domain}};
		root "{{root}}";
		access_log "{{log}}";
	}
	END
	cat >"$OWN/nginx/test.conf" <<-'END'
	pid "{{dir}}/pid";
	error_log stderr;
	events {}
	http {
		client_body_temp_path "{{dir}}/b"; proxy_temp_path "{{dir}}/p"; fastcgi_temp_path "{{dir}}/f"; uwsgi_temp_path "{{dir}}/u"; scgi_temp_path "{{dir}}/s";
		include "{{text}}";
	}
	END
	echo 'server.port = {{port}}' >"$OWN/lighttpd/site.conf"
	local unit
	for unit in pixgate.service pixgate.socket pixgate@.service pixgate@.timer \
		pixgate-deliver.service pixgate-reconcile@.service pixgate-reconcile@.timer; do
		printf '[Unit]\nDescription=%s {{version}}\n' "$unit" >"$OWN/systemd/$unit"
	done
}
