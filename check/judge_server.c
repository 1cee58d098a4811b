/* Which web server it is, and the lines that mend it: those that `pixgate gen` writes. tests/unit/test_judge_server.c compares them
 * with the templates. */
#include <string.h>
#include <strings.h>

#include "check/judge_parts.h"

/* Names in the Server header. OpenResty is nginx, with its directives. */
static const struct {
	const char *begins, *server;
} headers[] = { { "nginx", "nginx" }, { "openresty", "nginx" }, { "apache", "apache" }, { "caddy", "caddy" }, { "lighttpd", "lighttpd" } };

static const char *by_header(const struct reply *r)
{
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		if (!strncasecmp(r->server, headers[i].begins, strlen(headers[i].begins)))
			return headers[i].server;
	return NULL;
}

/* nginx alone refuses after a good handshake, and in these words; Caddy's alert is one that no other has for "none". */
static const char *by_refusal(const struct seen *s)
{
	for (int who = 0; who < WHOS; who++)
		for (int i = 0; i < 2; i++)
			if (s->client[who][i].status == 400 && (strcasestr(s->client[who][i].body, "SSL certificate") || strcasestr(s->client[who][i].body, "SSL certif")))
				return "nginx";
	for (int i = 0; i < 2; i++)
		if (s->asked && s->client[WHO_NONE][i].end == END_ALERT && strcasestr(s->client[WHO_NONE][i].text, "bad certificate"))
			return "caddy";
	return NULL;
}

const char *judge_server(const struct seen *s)
{
	const char *name = NULL;

	for (int i = 0; !name && i < REQUESTS; i++)
		name = by_header(&s->request[i]);
	for (int who = 0; !name && who < WHOS; who++)
		for (int i = 0; !name && i < 2; i++)
			name = by_header(&s->client[who][i]);
	if (!name)
		name = by_header(&s->plain);
	return name ? name : by_refusal(s);
}

#define GEN(server) "`pixgate gen " server "` prints the whole configuration"
#define NGINX_ASK "ssl_client_certificate \"/etc/pixgate/CHAIN.pem\";\nssl_verify_client on;\nssl_verify_depth 3;", \
	"in the server block that has the host's name, never in a location; " GEN("nginx") "."
#define APACHE_ASK "SSLCACertificateFile \"/etc/pixgate/CHAIN.pem\"\nSSLVerifyClient require\nSSLVerifyDepth 3", \
	"in the virtual host of port 443, never in a Location or .htaccess; " GEN("apache") "."
#define LIGHTTPD_ASK "ssl.verifyclient.activate = \"enable\"\nssl.verifyclient.enforce = \"enable\"\nssl.verifyclient.depth = 3\n" \
	"ssl.verifyclient.ca-file = \"/etc/pixgate/CHAIN.pem\"", \
	"outside of $HTTP[\"url\"], where they would silently do nothing; " GEN("lighttpd") "."
#define CADDY_ASK "client_auth {\n\tmode require_and_verify\n}", \
	"with the intermediate as its trust, in the site's tls block; " GEN("caddy") "."

const struct remedy remedies[] = {
	{ "tls.speaks", "nginx", 0, "listen 443 ssl;", "A server block without the word ssl speaks plain HTTP." },
	{ "tls.speaks", "apache", 0, "SSLEngine on", "in the virtual host of port 443." },
	{ "tls.speaks", "lighttpd", 0, "ssl.engine = \"enable\"\nssl.pemfile = \"/etc/ssl/fullchain.pem\"",
		"with the intermediate in that file: without it, every handshake fails once client certificates are asked for." },
	{ "tls.version", "nginx", 0, "ssl_protocols TLSv1.2 TLSv1.3;", "also in the first server block of the port: that one's counts." },
	{ "tls.version", "apache", 0, "SSLProtocol -all +TLSv1.2 +TLSv1.3", NULL },
	{ "tls.version", "lighttpd", 0, "ssl.openssl.ssl-conf-cmd = ( \"MinProtocol\" => \"TLSv1.2\" )",
		"From lighttpd 1.4.77 on the default is TLS 1.3 alone." },
	{ "tls.version", "caddy", 0, NULL, "Take the line `protocols` out of the tls block: Caddy's own are TLS 1.2 and 1.3." },
	{ "tls.old", "nginx", 0, "ssl_protocols TLSv1.2 TLSv1.3;", "also in the first server block of the port: that one's counts." },
	{ "tls.old", "apache", 0, "SSLProtocol -all +TLSv1.2 +TLSv1.3", NULL },
	{ "tls.old", "lighttpd", 0, "ssl.openssl.ssl-conf-cmd = ( \"MinProtocol\" => \"TLSv1.2\" )", NULL },
	{ "tls.old", "caddy", 0, NULL, "Take the line `protocols` out of the tls block: Caddy's own are TLS 1.2 and 1.3." },
	{ "cert.chain", "nginx", 0, "ssl_certificate \"/etc/letsencrypt/live/DOMAIN/fullchain.pem\";", "fullchain.pem, not cert.pem." },
	{ "cert.chain", "apache", 0, "SSLCertificateFile \"/etc/letsencrypt/live/DOMAIN/fullchain.pem\"", "fullchain.pem, not cert.pem." },
	{ "cert.chain", "lighttpd", 0, "ssl.pemfile = \"/etc/letsencrypt/live/DOMAIN/fullchain.pem\"", "fullchain.pem, not cert.pem." },
	{ "cert.chain", "caddy", 0, "tls \"/etc/ssl/fullchain.pem\" \"/etc/ssl/key.pem\"",
		"fullchain.pem, not cert.pem; or none, and Caddy gets one itself." },
	{ "client.asked", "nginx", 0, NGINX_ASK },
	{ "client.asked", "apache", 0, APACHE_ASK },
	{ "client.asked", "lighttpd", 0, LIGHTTPD_ASK },
	{ "client.asked", "caddy", 0, CADDY_ASK },
	{ "client.names", "nginx", 0, "ssl_client_certificate \"/etc/pixgate/CHAIN.pem\";",
		"not ssl_trusted_certificate, whose CAs are not announced." },
	{ "client.names", "apache", 0, "SSLCACertificateFile \"/etc/pixgate/CHAIN.pem\"", NULL },
	{ "client.names", "lighttpd", 0, "ssl.verifyclient.ca-file = \"/etc/pixgate/CHAIN.pem\"", NULL },
	{ "client.names", "caddy", 0, NULL, "Put the PSP's intermediate into client_auth; " GEN("caddy") "." },
	{ "client.none", "nginx", 0, "if ($ssl_client_verify != SUCCESS) {\n\treturn 403;\n}",
		"in the webhook's location, where ssl_verify_client is optional; or ssl_verify_client on in the server block." },
	{ "client.none", "apache", 0, "Require expr \"%{SSL_CLIENT_VERIFY} == 'SUCCESS'\"",
		"in the webhook's LocationMatch, where SSLVerifyClient is optional; or SSLVerifyClient require in the virtual host." },
	{ "client.none", "lighttpd", 0, "auth.require = ( \"\" => ( \"method\" => \"extern\", \"realm\" => \"pix\", \"require\" => \"valid-user\" ) )",
		"for the webhook's URL: ssl.verifyclient.enforce alone is no boundary." },
	{ "client.none", "caddy", 0, "mode require_and_verify",
		"or, with verify_if_given, `handle` for the PSP's name first and then respond 403." },
	{ "client.self", "nginx", 0, "ssl_verify_client on;", "not optional_no_ca, which lets everybody through." },
	{ "client.self", "apache", 0, "SSLVerifyClient require", "not optional_no_ca, which lets everybody through." },
	{ "client.self", "lighttpd", 0, "auth.require = ( \"\" => ( \"method\" => \"extern\", \"realm\" => \"pix\", \"require\" => \"valid-user\" ) )",
		NULL },
	{ "client.self", "caddy", 0, "mode require_and_verify", "not `request` or `require`, which verify nothing." },
	{ "client.foreign", "nginx", 0, "ssl_verify_client on;",
		"not optional_no_ca: the names in a certificate prove nothing until its signature is verified." },
	{ "client.foreign", "apache", 0, "SSLVerifyClient require",
		"not optional_no_ca: the names in a certificate prove nothing until its signature is verified." },
	{ "client.foreign", "caddy", 0, "mode require_and_verify", "not `request` or `require`, which verify nothing." },
	{ "client.right", "nginx", 0, "ssl_client_certificate \"/etc/pixgate/CHAIN.pem\";\nssl_verify_depth 3;",
		"The file must hold the intermediate and the root." },
	{ "client.right", "apache", 0, "SSLCACertificateFile \"/etc/pixgate/CHAIN.pem\"\nSSLVerifyDepth 3",
		"Apache's own depth of 1 refuses leaf, intermediate, root." },
	{ "client.right", "lighttpd", 0, "ssl.verifyclient.depth = 3\nssl.verifyclient.ca-file = \"/etc/pixgate/CHAIN.pem\"", NULL },
	{ "client.right", "caddy", 0, NULL,
		"Put the PSP's intermediate into client_auth; Caddy before 2.8 reads only the first certificate of a file. " GEN("caddy") "." },
	{ "client.same", "apache", 0, "SSLVerifyClient optional",
		"in the virtual host, and Require expr in the LocationMatch: asked for in a Location, clients with TLS 1.3 mostly cannot answer." },
	{ "client.resumed", "nginx", 0, "ssl_session_tickets off;\nssl_session_cache off;", NULL },
	{ "client.resumed", "apache", 0, "SSLSessionTickets off", "and SSLVerifyClient require or optional, never optional_no_ca." },
	{ "client.resumed", "lighttpd", 0, "ssl.openssl.ssl-conf-cmd = ( \"Options\" => \"-SessionTicket\" )\n"
		"auth.require = ( \"\" => ( \"method\" => \"extern\", \"realm\" => \"pix\", \"require\" => \"valid-user\" ) )",
		NULL },
	{ "client.crossed", "apache", 0, "SSLStrictSNIVHostCheck on", NULL },
	{ "client.crossed", "lighttpd", 0, "auth.require = ( \"\" => ( \"method\" => \"extern\", \"realm\" => \"pix\", \"require\" => \"valid-user\" ) )",
		"lighttpd finds the host by the request, not by the connection." },
	{ "client.demanded", "nginx", 0, NULL, "Take ssl_verify_client out of the server block." },
	{ "client.demanded", "apache", 0, NULL, "Take SSLVerifyClient out of the virtual host." },
	{ "client.demanded", "lighttpd", 0, NULL, "Take ssl.verifyclient.activate out of the host's block." },
	{ "client.demanded", "caddy", 0, NULL, "Take client_auth out of the tls block." },
	{ "http.redirect", "nginx", 0, "location ~ \"^/webhook(/|$)\" {", "with your path: a location that ends in / redirects what has none." },
	{ "http.redirect", "apache", 0, "RewriteRule \"^/webhook(/|$)\" - [END]", "with your path, before the other rules." },
	{ "http.pix", "nginx", 0, "location ~ \"^/webhook(/|$)\" {", "with your path: `location =` takes that path alone." },
	{ "http.pix", "apache", 0, "ProxyPassMatch \"^/webhook(/|$)\" \"unix:/run/pixgate/pixgate.sock|fcgi://pixgate/\" timeout=30",
		"with your path and socket." },
	{ "http.pix", "lighttpd", 0, "$HTTP[\"url\"] =~ \"^/webhook(/|$)\" {", "with your path." },
	{ "http.pix", "caddy", 0, "@webhook path_regexp \"^/webhook(/|$)\"", "with your path." },
	{ "http.chunked", "caddy", 0, "request_buffers 256KiB", "in reverse_proxy." },
	{ "http.large", "nginx", 0, "client_max_body_size 256k;", NULL },
	{ "http.large", "lighttpd", 0, "server.max-request-size = 256", NULL },
	{ "http.large", "caddy", 0, "request_body {\n\tmax_size 256KiB\n}", NULL },
	{ "http.elsewhere", "caddy", 0, "handle {\n\trespond 404\n}", "at the end: where nothing handles a request, Caddy answers 200." },
	{ "http.body", "caddy", 0, "@webhook path_regexp \"^/webhook(/|$)\"",
		"with your path: where nothing handles a request, Caddy answers 200 with nothing in it." },
	{ "http.plain", "nginx", 0, "return 404;", "for the webhook's location on port 80." },
	{ "http.plain", "apache", 0, "RedirectMatch 403 \"^/webhook(/|$)\"", "on port 80, with your path." },
	{ "http.plain", "lighttpd", 0, "$HTTP[\"scheme\"] == \"http\" { url.access-deny = ( \"\" ) }", NULL },
	/* what a status means stands in the first line */
	{ "http.ping", NULL, 401, NULL, "401: HTTP Basic or Bearer is wrong or does not reach the gate (Apache needs CGIPassAuth On), or the web server asks for a password itself." },
	{ "http.ping", NULL, 403, NULL, "403: look into the gate's log, which names the check that failed. Either the secret did not arrive (a rewrite without QSA drops the "
		"query; compare with `pixgate url HOOK`), or the address list, the CA file or the pin does not fit, or a firewall for web pages (WAF) refused." },
	{ "http.ping", NULL, 404, NULL, "404: the path is not the hook's, or only PATH/pix exists: the registration's test comes to the URL without /pix." },
	{ "http.ping", NULL, 405, NULL, "405: POST is not allowed there, as with a folder of plain files: the path does not lead to the gate." },
	{ "http.ping", NULL, 411, NULL, "411: a length is demanded; look for a proxy in between." },
	{ "http.ping", NULL, 419, NULL, "419: a framework's protection of forms (CSRF) is in the way: take the route out of it." },
	{ "http.ping", NULL, 500, NULL, "500: the program fails, or under cgi-bin its mode or owner is wrong: `pixgate check --local` on the server tells." },
	{ "http.ping", NULL, 502, NULL, "502: the gate does not run, or the web server may not use its socket: systemctl status pixgate." },
	{ "http.ping", NULL, 503, NULL, "503: the gate does not run (systemctl status pixgate), its configuration is wrong, or its disk is full; its log tells." },
	{ "http.ping", NULL, 504, NULL, "504: the gate does not answer the web server in time; its log and the disk tell." },
	{ "http.pix", NULL, 404, NULL, "404: the web server or the route takes the exact path alone." },
	{ "http.pix", NULL, 403, NULL, "403: the secret with /pix glued to it was not recognised: end the URL in \"&ignorar=\"." },
	{ "client.right", NULL, 403, NULL, "403: the gate or the web server refuses; its log tells whether CA file or pin does not fit, or the secret did not arrive." },
	{ 0 }
};

int judged_status(const char *id, const struct seen *s)
{
	if (!strcmp(id, "http.ping"))
		return s->request[REQ_PING].status ? s->request[REQ_PING].status : s->client[WHO_RIGHT][1].status ? s->client[WHO_RIGHT][1].status : s->client[WHO_NONE][1].status;
	if (!strcmp(id, "http.pix"))
		return s->request[REQ_PIX].status;
	if (!strcmp(id, "client.right"))
		return s->client[WHO_RIGHT][0].status ? s->client[WHO_RIGHT][0].status : s->client[WHO_RIGHT][1].status;
	return 0;
}

void remedy(const char *id, const char *server, int status, struct buf *out)
{
	for (const struct remedy *r = remedies; r->id; r++)
		if (!strcmp(r->id, id) && !r->server && r->status == status)
			buf_putf(out, " %s", r->note);
	for (const struct remedy *r = remedies; server && r->id; r++)
		if (!strcmp(r->id, id) && r->server && !strcmp(r->server, server))
			buf_putf(out, "%s%s%s%s", r->lines ? "\n" : "", r->lines ? r->lines : "", r->note ? "\n" : "", r->note ? r->note : "");
}
