# shellcheck shell=bash disable=SC2034,SC2153
# nginx with what `pixgate gen` prints, unchanged; sourced by the scripts that play the bank. Needs `server nginx`, HTTP_PORT, SITE_PORT, and
# pixgate(), which leaves its output in $T/out and its exit status in STATUS.

# site CERT KEY SCOPE [OPTION…]
site() {
	local cert=$1 key=$2 scope=$3 user=
	shift 3
	[ "$(id -u)" != 0 ] || user="user root;"
	mkdir -p "$T/nginx/tmp" "$T/shop"
	pixgate gen nginx --scope "$scope" --server-cert "$cert" --server-key "$key" --address 127.0.0.1 --http-port "$HTTP_PORT" \
		--root "$T/shop" --socket "$SOCK" --log "$T/nginx/pix.log" --server-version 1.22.1 "$@"
	equal "gen nginx --scope $scope $*" 0 "$STATUS"
	mv "$T/out" "$T/nginx/site.conf"
	cat >"$T/nginx/nginx.conf" <<-END
	$user
	daemon off; pid $T/nginx/pid; error_log stderr; events { }
	http {
	  access_log off;
	  client_body_temp_path $T/nginx/tmp/b; proxy_temp_path $T/nginx/tmp/p; fastcgi_temp_path $T/nginx/tmp/f;
	  uwsgi_temp_path $T/nginx/tmp/u; scgi_temp_path $T/nginx/tmp/s;
	  include $T/nginx/site.conf;
	}
	END
	nginx_up
}
nginx_up() {
	start nginx "${SERVER[@]}" -p "$T/nginx/" -e stderr -c "$T/nginx/nginx.conf"
	NGINX_PID=$PID
	wait_port "$SITE_PORT"
}
arrived() {
	[ "$(events)" = "$1" ]
}
