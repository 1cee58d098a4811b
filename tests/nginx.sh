# shellcheck shell=bash disable=SC2034
# nginx before the gate. nginx_start "listen options" [directives of the server block]; sets PORT and BASE.
nginx_start() {
	local user=
	server nginx
	PORT=$(free_port)
	BASE=http://127.0.0.1:$PORT
	mkdir -p "$T/nginx/tmp"
	[ "$(id -u)" != 0 ] || user="user root;"
	cat >"$T/nginx.conf" <<-END
	$user
	daemon off;
	worker_processes 1;
	pid $T/nginx/pid;
	error_log stderr;
	events { worker_connections 512; }
	http {
	  access_log off;
	  client_body_temp_path $T/nginx/tmp/b; proxy_temp_path $T/nginx/tmp/p; fastcgi_temp_path $T/nginx/tmp/f;
	  uwsgi_temp_path $T/nginx/tmp/u; scgi_temp_path $T/nginx/tmp/s;
	  server {
	    listen 127.0.0.1:$PORT $1;
	    client_max_body_size 1m;
	    ${2:-}
	    location / {
	      fastcgi_pass unix:$SOCK;
	      fastcgi_param GATEWAY_INTERFACE CGI/1.1;
	      fastcgi_param REQUEST_METHOD \$request_method;
	      fastcgi_param REQUEST_URI \$request_uri;
	      fastcgi_param SCRIPT_NAME \$uri;
	      fastcgi_param QUERY_STRING \$query_string;
	      fastcgi_param CONTENT_TYPE \$content_type;
	      fastcgi_param CONTENT_LENGTH \$content_length;
	      fastcgi_param REMOTE_ADDR \$remote_addr;
	      fastcgi_param SERVER_PROTOCOL \$server_protocol;
	      fastcgi_param HTTPS \$https if_not_empty;
	      fastcgi_param SSL_CLIENT_VERIFY \$ssl_client_verify if_not_empty;
	      fastcgi_param SSL_CLIENT_CERT \$ssl_client_raw_cert if_not_empty;
	      fastcgi_param HTTP_PROXY "";
	    }
	  }
	}
	END
	start nginx "${SERVER[@]}" -p "$T/nginx/" -e stderr -c "$T/nginx.conf"
	wait_port "$PORT"
}
