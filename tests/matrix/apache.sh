# shellcheck shell=bash disable=SC2034
# Apache round what gen prints: the modules that its header names, and a shop that was there first.
KIND=apache
TITLE="Apache HTTP Server"
LETS=
server apache2
VERSION=$("${SERVER[@]}" -v | sed -n 's|.*Apache/\([0-9.]*\).*|\1|p')
HEAD="Apache $VERSION, $(openssl version | sed 's/^OpenSSL \([0-9]*\.[0-9]*\).*/OpenSSL \1/')"
APACHE_MODULES="mpm_event authn_core authz_core authz_host auth_basic mime dir env setenvif headers alias rewrite log_config socache_shmcb reqtimeout ssl http2 proxy proxy_fcgi cgid"

frame() { # MODE SCOPE BACKEND
	local module shop_port=$PORT listen="Listen $LOOP:$PORT"
	# gen's text opens a port of its own only where the port is its own
	[ "$2" != port ] || { shop_port=$APART; listen="Listen $LOOP:$APART"; }
	SHOP="port=$shop_port sni=shop.example.com"
	{
		for module in $APACHE_MODULES; do
			[ ! -e "$MODULES/mod_$module.so" ] || echo "LoadModule ${module}_module $MODULES/mod_$module.so"
		done
		[ "$(id -u)" != 0 ] || printf 'User %s\nGroup %s\n' "$ACCOUNT" "$GROUP"
		cat <<-END
		ServerRoot "$T/frame"
		DefaultRuntimeDir "$T/frame"
		PidFile "$T/frame/pid"
		ErrorLog "/dev/stderr"
		ServerName localhost
		$listen
		Listen $LOOP:$HTTP_PORT
		StartServers 1
		ServerLimit 2
		ThreadsPerChild 25
		MaxRequestWorkers 50
		Mutex file:$T/frame
		ScriptSock $T/frame/cgisock
		TypesConfig /dev/null
		LogFormat "%h %l %u %t \"%r\" %>s %O" common
		SSLSessionCache "shmcb:$T/frame/sessions(512000)"
		DirectoryIndex index.html
		<Directory />
		  AllowOverride None
		  Require all denied
		</Directory>
		<VirtualHost $LOOP:$shop_port>
		  ServerName shop.example.com
		  SSLEngine on
		  SSLCertificateFile "$T/pki/server.crt"
		  SSLCertificateKeyFile "$T/pki/server.key"
		  DocumentRoot "$T/shop"
		  CustomLog "$T/frame/access.log" common
		  <Directory "$T/shop">
		    Require all granted
		  </Directory>
		</VirtualHost>
		Include "$SITE"
		END
	} >"$T/frame/apache.conf"
	start web "${SERVER[@]}" -D FOREGROUND -f "$T/frame/apache.conf"
	WEB_PID=$PID
	until_true 10 port_open "$PORT"
}
