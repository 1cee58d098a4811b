# shellcheck shell=bash disable=SC2034
# Apache before the gate. apache_start "MODULE…" "DIRECTIVES"; sets PORT and BASE.
apache_start() {
	local module
	server apache2
	PORT=$(free_port)
	BASE=http://127.0.0.1:$PORT
	mkdir -p "$T/apache" "$T/www"
	{
		for module in mpm_event authn_core authz_core authz_host auth_basic mime dir env setenvif headers alias $1; do
			echo "LoadModule ${module}_module $MODULES/mod_$module.so"
		done
		[ "$(id -u)" != 0 ] || printf 'User %s\nGroup %s\n' "$ACCOUNT" "$GROUP"
		cat <<-END
		ServerRoot "$T/apache"
		DefaultRuntimeDir "$T/apache"
		PidFile "$T/apache/pid"
		ErrorLog "/dev/stderr"
		LogLevel warn
		ServerName localhost
		Listen 127.0.0.1:$PORT
		StartServers 1
		ServerLimit 2
		ThreadsPerChild 25
		MaxRequestWorkers 50
		Mutex file:$T/apache
		DocumentRoot "$T/www"
		TypesConfig /dev/null
		<Directory />
		  AllowOverride None
		  Require all granted
		</Directory>
		$2
		END
	} >"$T/apache.conf"
	[ "$(id -u)" != 0 ] || chown -R "$ACCOUNT:$GROUP" "$T/apache" "$T/www"
	start apache "${SERVER[@]}" -D FOREGROUND -f "$T/apache.conf"
	wait_port "$PORT"
}
