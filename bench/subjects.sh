# shellcheck shell=bash disable=SC2034
# What run.sh measures, and what stands before it: the gate, the yardsticks, web servers. Sourced after tests/lib.sh.

secret=$(od -An -tx1 -N32 /dev/urandom | tr -d ' \n')
uri="/pix?hmac=$secret&ignorar=/pix"
port=$((20000 + $$ % 10000))	# below what the kernel gives to clients

die() {
	echo "run.sh: $*" >&2
	for f in "$T"/*.log; do
		[ -s "$f" ] && { echo "--- ${f##*/}"; tail -n 5 "$f"; } >&2
	done
	exit 1
}
field() { # NAME: of a line "name=number …"
	sed -n "s/.*\\<$1=\\([0-9.]*\\).*/\\1/p"
}
load() { # ARGUMENT…: its line in $T/out; a single error spoils the run
	"$B/bench/load" "$@" >"$T/out" 2>>"$T/load.log" || die "load $*: $(cat "$T/out")"
}
answers() { # WHERE URI
	"$B/bench/load" -n 1 "$1" "$2"
}

next_port() {
	port=$((port + 1))
	while port_open "$port"; do port=$((port + 1)); done
}
settings() { # FOLDER: a configuration with an inbox of its own
	mkdir -p "$1"
	(umask 077 && printf '%s\n' "$secret" >"$1/bench.secret")
	cat >"$1/pixgate.conf" <<-END
	inbox = "sqlite:inbox.db";
	hooks = ( { name = "bench"; path = "/pix"; psp = "efi"; environment = "production"; domain = "localhost";
	  secret = [ "file:bench.secret" ]; sources = [ "127.0.0.1" ]; } );
	END
}
start_gate() { # NAME FOLDER [WRAPPER…]: on the socket $T/NAME.sock
	local name=$1 conf=$2/pixgate.conf
	shift 2
	rm -f "$T/$name.sock"
	start "$name" "$@" "$GATE" --conf "$conf" --listen "unix:$T/$name.sock"
	until_true 20 answers "fcgi:$T/$name.sock" "$uri" || die "the gate does not answer"
}
start_answer() { # NAME [WRAPPER…]
	local name=$1
	shift
	start "$name" "$@" "$B/bench/answer" "$T/$name.sock" 64
	until_true 20 answers "fcgi:$T/$name.sock" "$uri" || die "the yardstick does not answer"
}

# One for every slice: connections that another slice left open would hold the yardstick's threads.
start_nginx() { # NAME: in front of $T/NAME.sock, on $port; its id is $nginx_pid
	local dir=$T/nginx
	next_port
	mkdir -p "$dir"
	{
		[ "$(id -u)" = 0 ] && echo "user root;"
		cat <<-END
		worker_processes 2; daemon off; pid $dir/pid; error_log stderr error;
		events { worker_connections 1024; }
		http {
		  access_log off; keepalive_requests 1000000000; client_body_buffer_size 16k;
		  client_body_temp_path $dir/body; proxy_temp_path $dir/proxy; fastcgi_temp_path $dir/fastcgi;
		  uwsgi_temp_path $dir/uwsgi; scgi_temp_path $dir/scgi;
		  upstream gate { server unix:$T/$1.sock; keepalive 64; }
		  server {
		    listen 127.0.0.1:$port backlog=1024 reuseport;
		    location / {
		      fastcgi_pass gate; fastcgi_keep_conn on; fastcgi_request_buffering on;
		      fastcgi_param REQUEST_METHOD \$request_method; fastcgi_param REQUEST_URI \$request_uri;
		      fastcgi_param QUERY_STRING \$query_string; fastcgi_param CONTENT_TYPE \$content_type;
		      fastcgi_param CONTENT_LENGTH \$content_length; fastcgi_param SCRIPT_NAME \$fastcgi_script_name;
		      fastcgi_param DOCUMENT_URI \$document_uri; fastcgi_param DOCUMENT_ROOT \$document_root;
		      fastcgi_param SERVER_PROTOCOL \$server_protocol; fastcgi_param GATEWAY_INTERFACE CGI/1.1;
		      fastcgi_param SERVER_SOFTWARE nginx; fastcgi_param REMOTE_ADDR \$remote_addr;
		      fastcgi_param REMOTE_PORT \$remote_port; fastcgi_param SERVER_ADDR \$server_addr;
		      fastcgi_param SERVER_PORT \$server_port; fastcgi_param SERVER_NAME \$server_name;
		    }
		  }
		}
		END
	} >"$dir/nginx.conf"
	start nginx "${nginx[@]}" -e stderr -p "$dir" -c "$dir/nginx.conf"
	nginx_pid=$PID
	# no request: it would leave a connection open that holds one of the yardstick's threads
	until_true 10 port_open "$port" || die "nginx does not start"
}

start_lighttpd() { # the plain CGI below /pix and the empty one below /empty, on $port
	local dir=$T/lighttpd
	next_port
	mkdir -p "$dir"
	cat >"$dir/lighttpd.conf" <<-END
	server.modules = ("mod_alias", "mod_cgi")
	server.document-root = "$dir"
	server.bind = "127.0.0.1"
	server.port = $port
	server.upload-dirs = ("$dir")
	server.max-keep-alive-requests = 1000000000
	alias.url = ("/pix" => "$T/web/cgi-bin/pixgate.cgi", "/empty" => "$B/bench/static/emptycgi")
	cgi.assign = ("pixgate.cgi" => "", "emptycgi" => "")
	END
	start lighttpd "${lighttpd[@]}" -D -f "$dir/lighttpd.conf"
	until_true 10 port_open "$port" || die "lighttpd does not start"
}

for p in "$GATE" "$PIXGATE" "$B/bench/load" "$B/bench/sink" "$B/bench/answer" "$B/bench/append" "$B/bench/spawn" "$B/bench/fill"; do
	[ -x "$p" ] || die "$p is not built: make bench"
done
command -v valgrind >/dev/null || die "valgrind is needed: tests/need.sh bench"
server nginx
nginx=("${SERVER[@]}")
server lighttpd
lighttpd=("${SERVER[@]}" -m "$MODULES")
# the floors are static and plain, whatever flags the rest was built with
mkdir -p "$B/bench/static"
for p in empty emptycgi; do
	[ "$B/bench/static/$p" -nt "$ROOT/bench/$p.c" ] || ${CC:-cc} -O2 -static -o "$B/bench/static/$p" "$ROOT/bench/$p.c" || die "no static $p"
done
# plain CGI finds its configuration beside its own folder
settings "$T/web/pixgate"
mkdir -p "$T/web/cgi-bin"
linked="dynamic build"
cp "$GATE" "$T/web/cgi-bin/pixgate.cgi"
static=${STATIC:-$B/static/pixgate.fcgi}
if [ -x "$static" ]; then
	linked="static build"
	cp "$static" "$T/web/cgi-bin/pixgate.cgi"
fi
