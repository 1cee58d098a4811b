#include "gen/server.h"

#include <stdio.h>
#include <string.h>

#include "lib/text.h"

/*
 * The rows. `oldest` is the version that brought the youngest of the directives that every text has; `assumed` is Debian
 * 12's, which is what a server without a shell at hand most likely is; what is only in newer ones is a `since`.
 */

/* ---- Apache */

static const struct gen_text apache_texts[] = {
	{ "apache/site.conf", "/etc/apache2/sites-available/pixgate.conf" },
	{ 0 }
};

static const struct gen_since apache_since[] = {
	{ "sessions_apart", "2.4.64" },	/* a session of one virtual host no longer counts at another (CVE-2025-23048) */
	{ 0 }
};

static const char *const apache_programs[] = { "apache2", "httpd", NULL };
static const char *const apache_argv[] = { "@program", "-t", "-f", "@conf", NULL };
/* Debian; Fedora and its kin; others; where it was built by hand */
static const char *const apache_modules[] = { "../lib/apache2/modules", "../lib64/httpd/modules", "../lib/httpd/modules", "../modules", NULL };
/* it says "Syntax OK" in any case, so its exit status has to do */
static const struct gen_test apache_test = { .frame = "apache/test.conf", .argv = apache_argv, .modules = apache_modules };

static const struct gen_server apache = {
	.name = "apache", .title = "Apache HTTP Server",
	.grammar = &grammar_apache,
	.texts = apache_texts,
	.web = true,
	.oldest = "2.4.37",		/* SSLProtocol +TLSv1.3 */
	.assumed = "2.4.62",
	.since = apache_since,
	.log = "/var/log/apache2/pixgate.log",
	.programs = apache_programs, .version_flag = "-v", .version_mark = "Apache/",
	.test = &apache_test,
};

/* ---- Caddy */

static const struct gen_text caddy_texts[] = {
	{ "caddy/Caddyfile", "/etc/caddy/Caddyfile" },
	{ 0 }
};

static const struct gen_since caddy_since[] = {
	{ "trust_pool", "2.8.0" },	/* in place of trusted_ca_cert */
	{ "request_buffers", "2.9.0" },	/* needed from then on for bodies without a length */
	{ 0 }
};

static const struct gen_limit caddy_limits[] = {
	{ "--backend", "cgi", NULL, "apache and lighttpd run CGI programs; here it is --backend fastcgi" },
	{ 0 }
};

static const char *const caddy_programs[] = { "caddy", NULL };
static const char *const caddy_argv[] = { "@program", "validate", "--config", "@conf", "--adapter", "caddyfile", NULL };
static const struct gen_test caddy_test = { .argv = caddy_argv };

static const struct gen_server caddy = {
	.name = "caddy", .title = "Caddy",
	.grammar = &grammar_caddy,
	.texts = caddy_texts,
	.web = true, .own_cert = true,
	.oldest = "2.6.2",
	.assumed = "2.6.2",
	.since = caddy_since,
	.limits = caddy_limits,
	.log = "/var/log/caddy/pixgate.log",
	/* "v2.6.2 h1:…", Debian's only "2.6.2" */
	.programs = caddy_programs, .version_flag = "version", .version_mark = "",
	.test = &caddy_test,
};

/* ---- lighttpd */

static const struct gen_text lighttpd_texts[] = {
	{ "lighttpd/site.conf", "/etc/lighttpd/conf-available/60-pixgate.conf" },
	{ 0 }
};

static const char *const lighttpd_programs[] = { "lighttpd", NULL };
static const char *const lighttpd_argv[] = { "@program", "-tt", "-m", "@modules", "-f", "@conf", NULL };
static const char *const lighttpd_modules[] = { "../lib/lighttpd", "../lib64/lighttpd", NULL };
/* an unknown directive is only a warning to it, and a mistyped one could be the one that demands the certificate */
static const struct gen_test lighttpd_test = { .frame = "lighttpd/test.conf", .argv = lighttpd_argv, .modules = lighttpd_modules, .silent = true };

static const struct gen_server lighttpd = {
	.name = "lighttpd", .title = "lighttpd",
	.grammar = &grammar_lighttpd,
	.texts = lighttpd_texts,
	.web = true, .needs_issuer = true, .no_issuer = true,
	.oldest = "1.4.60",		/* ssl.verifyclient.ca-file */
	.assumed = "1.4.69",
	.log = "/var/log/lighttpd/pixgate.log",
	.programs = lighttpd_programs, .version_flag = "-v", .version_mark = "lighttpd/",
	.test = &lighttpd_test,
};

/* ---- nginx */

static const struct gen_text nginx_texts[] = {
	{ "nginx/site.conf", "/etc/nginx/sites-available/pixgate.conf" },
	{ 0 }
};

static const struct gen_since nginx_since[] = {
	{ "http2_on", "1.25.1" },	/* `http2 on;` in place of `listen … http2` */
	{ 0 }
};

static const struct gen_limit nginx_limits[] = {
	{ "--backend", "cgi", NULL, "apache and lighttpd run CGI programs; here it is --backend fastcgi" },
	{ 0 }
};

static const char *const nginx_programs[] = { "nginx", NULL };
static const char *const nginx_argv[] = { "@program", "-t", "-q", "-p", "@dir/", "-e", "stderr", "-c", "@conf", NULL };
static const struct gen_test nginx_test = { .frame = "nginx/test.conf", .argv = nginx_argv, .silent = true };

static const struct gen_server nginx = {
	.name = "nginx", .title = "nginx",
	.grammar = &grammar_nginx,
	.texts = nginx_texts,
	.web = true,
	.oldest = "1.19.5",		/* -e, without which --test would open the log that was compiled in */
	.assumed = "1.22.1",
	.since = nginx_since,
	.limits = nginx_limits,
	.log = "/var/log/nginx/pixgate.log",
	.programs = nginx_programs, .version_flag = "-v", .version_mark = "nginx/",
	.test = &nginx_test,
};

/* ---- .htaccess on a shared host: the site, its certificate and its logs are the host's */

static const struct gen_text htaccess_texts[] = {
	{ "htaccess/htaccess", ".htaccess in the site's document root" },
	{ 0 }
};

#define THE_HOST_S "that is the host's own configuration"

static const struct gen_limit htaccess_limits[] = {
	{ "--mode", "mtls", NULL, "an .htaccess cannot name a CA file; apache, caddy, lighttpd and nginx can" },
	{ "--backend", "fastcgi", NULL, "a shared host runs the gate as a CGI program; apache, caddy, lighttpd and nginx can" },
	{ "--scope", "site", NULL, "an .htaccess stands beside the site's own pages; apache, caddy, lighttpd and nginx can" },
	{ "--scope", "port", NULL, "an .htaccess opens no port; apache, caddy, lighttpd and nginx can" },
	{ "--server-cert", NULL, NULL, THE_HOST_S },
	{ "--server-key", NULL, NULL, THE_HOST_S },
	{ "--address", NULL, NULL, THE_HOST_S },
	{ "--port", NULL, NULL, THE_HOST_S },
	{ "--http-port", NULL, NULL, THE_HOST_S },
	{ "--root", NULL, NULL, THE_HOST_S },
	{ "--log", NULL, NULL, THE_HOST_S },
	{ 0 }
};

static const struct gen_test htaccess_test = { .frame = "htaccess/test.conf", .argv = apache_argv, .modules = apache_modules };

static const struct gen_server htaccess = {
	.name = "htaccess", .title = ".htaccess for Apache on a shared host",
	.grammar = &grammar_apache,
	.texts = htaccess_texts,
	.web = true, .shared = true,
	.oldest = "2.4.13",		/* CGIPassAuth */
	.assumed = "2.4.62",
	.limits = htaccess_limits,
	.programs = apache_programs, .version_flag = "-v", .version_mark = "Apache/",
	.test = &htaccess_test,
};

/* ---- systemd */

static const struct gen_text systemd_texts[] = {
	{ "systemd/pixgate.service", "/etc/systemd/system/pixgate.service" },
	{ "systemd/pixgate.socket", "/etc/systemd/system/pixgate.socket" },
	{ "systemd/pixgate@.service", "/etc/systemd/system/pixgate@.service" },
	{ "systemd/pixgate@.timer", "/etc/systemd/system/pixgate@.timer" },
	{ "systemd/pixgate-deliver.service", "/etc/systemd/system/pixgate-deliver.service" },
	{ "systemd/pixgate-reconcile@.service", "/etc/systemd/system/pixgate-reconcile@.service" },
	{ "systemd/pixgate-reconcile@.timer", "/etc/systemd/system/pixgate-reconcile@.timer" },
	{ 0 }
};

#define NOT_THE_UNITS "the units start the gate, for all hooks of the file; a web server's text is what has it"

static const struct gen_limit systemd_limits[] = {
	{ "--hook", NULL, NULL, NOT_THE_UNITS },
	{ "--domain", NULL, NULL, NOT_THE_UNITS },
	{ "--environment", NULL, NULL, NOT_THE_UNITS },
	{ "--mode", NULL, NULL, NOT_THE_UNITS },
	{ "--scope", NULL, NULL, NOT_THE_UNITS },
	{ "--backend", NULL, NULL, NOT_THE_UNITS },
	{ "--server-version", NULL, NULL, "the units are for any version of systemd" },
	{ "--server-cert", NULL, NULL, NOT_THE_UNITS },
	{ "--server-key", NULL, NULL, NOT_THE_UNITS },
	{ "--address", NULL, NULL, NOT_THE_UNITS },
	{ "--port", NULL, NULL, NOT_THE_UNITS },
	{ "--http-port", NULL, NULL, NOT_THE_UNITS },
	{ "--root", NULL, NULL, NOT_THE_UNITS },
	{ "--log", NULL, NULL, "the gate's log goes to the journal" },
	{ 0 }
};

static const char *const systemd_programs[] = { "systemd-analyze", NULL };
static const char *const systemd_argv[] = { "@program", "verify", "--man=no", "@conf", NULL };
/* an unknown setting is only told of */
static const struct gen_test systemd_test = { .argv = systemd_argv, .silent = true };

static const struct gen_server systemd = {
	.name = "systemd", .title = "systemd",
	.grammar = &grammar_systemd,
	.texts = systemd_texts,
	.limits = systemd_limits,
	.programs = systemd_programs,
	.test = &systemd_test,
};

const struct gen_server *const gen_servers[] = { &apache, &caddy, &lighttpd, &nginx, &htaccess, &systemd, NULL };

const struct gen_server *gen_server_find(const char *name, struct err *e)
{
	const char *names[16], *near;
	char all[256] = "";
	size_t n = 0;

	for (const struct gen_server *const *s = gen_servers; *s && n + 1 < sizeof names / sizeof *names; s++) {
		if (strcmp((*s)->name, name) == 0)
			return *s;
		snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", n ? ", " : "", (*s)->name);
		names[n++] = (*s)->name;
	}
	names[n] = NULL;
	near = text_nearest(name, names);
	if (near)
		fail(e, ERR_USAGE, "cannot generate '%s'; nearest: '%s'", name, near);
	else
		fail(e, ERR_USAGE, "cannot generate '%s'; one of: %s", name, all);
	return NULL;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The number at *p without zeros in front, as text: it may have any length. *p goes behind it and behind a dot that has
 * another number behind it. */
static const char *number(const char **p, size_t *len)
{
	const char *from;

	while (**p == '0' && digit((*p)[1]))
		(*p)++;
	from = *p;
	while (digit(**p))
		(*p)++;
	*len = (size_t)(*p - from);
	if (**p == '.' && digit((*p)[1]))
		(*p)++;
	if (*len == 1 && *from == '0')
		*len = 0;
	return from;
}

static const char *past_v(const char *text)
{
	return text + (*text == 'v');
}

int version_compare(const char *a, const char *b)
{
	a = past_v(a);
	b = past_v(b);
	while (digit(*a) || digit(*b)) {
		size_t a_len, b_len;
		const char *x = number(&a, &a_len), *y = number(&b, &b_len);
		int d = a_len == b_len ? memcmp(x, y, a_len) : a_len < b_len ? -1 : 1;

		if (d)
			return d;
	}
	return 0;
}

bool version_ok(const char *text)
{
	const char *p = past_v(text);
	size_t len = strlen(text);

	if (len > 64 || text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:+~-")])
		return false;
	p += strspn(p, "0123456789");
	return p > past_v(text) && *p == '.' && digit(p[1]);
}
