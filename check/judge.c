/* All that is looked at, in the order in which a person should mend it. man/pixgate-check.1 explains each row. */
#include <string.h>

#include "check/judge_parts.h"

const char *const severity_names[] = { "ok", "note", "warn", "fail" };

#define E (1U << MODE_EFI_MTLS)
#define S (1U << MODE_EFI_SKIP)
#define B (1U << MODE_BS2)
#define I (1U << MODE_BS2_INDIRECT)
#define C (1U << MODE_BACEN)
#define ALL (E | S | B | I | C)

/* Efí's errors stand here word for word: who looks for one of them finds what to do. */
#define INVALID "\"URL inválida\""
#define NO_HTTPS "\"A URL do webhook deve usar o protocolo HTTPS\""
#define NO_MTLS "\"A autenticação de TLS mútuo não está configurada na URL informada\""
#define UNREACHABLE "\"A URL informada está inacessível\""
#define TIMED_OUT "\"A URL informada atingiu o tempo limite de resposta\""
#define BROKE "\"A requisição na URL informada falhou com o erro: …\""
#define STATUS "\"A URL informada respondeu com o código HTTP …\""
#define NO_ANSWER "\"Não foi possível receber uma resposta da URL informada\""

const struct check checks[] = {
	{ "dns.name", ALL, "the host's name resolves",
		"The PSP looks the name up on the internet. Efí says " UNREACHABLE ", and " INVALID " where the name cannot be one.",
		"Set an A (and AAAA) record for the name at your DNS provider, and look for a typing mistake in the URL.", judge_dns_name },
	{ "tcp.connect", ALL, "every address takes connections",
		"Where nothing listens, nobody can deliver. Efí says " UNREACHABLE ", or " TIMED_OUT " where a firewall swallows the call; it may try any of the addresses.",
		"Start the web server, open the port in the firewall and the hosting's panel, forward it in the router, and take addresses that are not yours out of DNS.",
		judge_tcp_connect },
	{ "tls.speaks", ALL, "TLS is spoken at the port",
		"PSPs call over HTTPS alone. Efí says " BROKE " (EPROTO, ECONNRESET), and " NO_HTTPS " where the URL itself is http://.",
		"Turn TLS on for this port, with a certificate and its key; the web server's error log says why a handshake breaks.", judge_tls_speaks },
	{ "tls.version", ALL, "a version of TLS works that the PSP speaks",
		"BS2 speaks TLS 1.2 and nothing else; others speak 1.2 or 1.3. Without it every call ends in the handshake: Efí says " BROKE ".",
		"Allow TLS 1.2 and 1.3.", judge_tls_version },
	{ "tls.old", ALL, "TLS 1.0 and 1.1 are refused",
		"Both are broken, and no PSP needs them.",
		"Allow TLS 1.2 and 1.3 alone.", judge_tls_old },
	{ "cert.host", ALL, "the certificate is for the host",
		"The PSP compares the name and hangs up where it differs. Efí says " BROKE ".",
		"Get a certificate for exactly this name (certbot -d NAME) and set it in the block of the web server that has the name: mostly the default site answers in its "
		"place.", judge_cert_host },
	{ "cert.dates", ALL, "the certificate is in date",
		"With an expired certificate every PSP hangs up, and notices stop from one day to the next. Efí says " BROKE ".",
		"Renew it (certbot renew), reload the web server, and look why the renewal did not run by itself. At BS2 upload the new one: pixgate cert push.", judge_cert_dates },
	{ "cert.chain", ALL, "the certificate chains to a CA that is known, with what the server sends",
		"Browsers fetch a missing intermediate, PSPs do not, and hang up. Efí says " BROKE ". BS2 trusts the certificate that was uploaded, whoever signed it.",
		"Serve the whole chain (fullchain.pem) of a public CA; Let's Encrypt will do.", judge_cert_chain },
	{ "cert.same", ALL, "all addresses serve the same certificate",
		"BS2 trusts exactly one certificate: at the other address it hangs up. Elsewhere it mostly means that one server was forgotten at the renewal.",
		"Install the same certificate on every server that the name leads to, or take the forgotten address out of DNS.", judge_cert_same },
	{ "cert.key", ALL, "the certificate's key is of a kind that PSPs take",
		"Many TLS clients refuse short keys and rare curves.",
		"Get the certificate anew with RSA 2048 or more, or with EC P-256.", judge_cert_key },
	{ "client.between", E | C, "nobody else ends the TLS connection",
		"A CDN, tunnel or platform (Cloudflare's orange cloud, Render, Vercel, Railway) takes the PSP's certificate and does not pass it on. Efí says " NO_MTLS ".",
		"Let the name lead to your own server (Cloudflare: \"DNS only\", the grey cloud). Where that is impossible, set client_cert = \"none\" and a secret for the hook, and "
		"register with skip-mTLS: pixgate webhook set does so.", judge_client_between },
	{ "client.asked", E | C, "a client certificate is asked for",
		"Without being asked, the PSP cannot show its certificate, and anybody can pass for it. Efí says " NO_MTLS ", or " STATUS " where the gate then refuses.",
		"Have the web server ask for the PSP's certificate on the whole host. On shared hosting that is mostly impossible: set client_cert = \"none\" and a secret, and "
		"register with skip-mTLS.", judge_client_asked },
	{ "client.names", E | C, "the certificates asked for are those of the PSP's CA",
		"The server names the CAs that it trusts. Under another one it refuses the PSP's certificate: Efí says " BROKE " or " STATUS ".",
		"Set the CA file of this hook's environment in the web server: pixgate chain fetch gets it. Production's and the sandbox's differ, and Gerencianet's of 2020 is neither.",
		judge_client_names },
	{ "client.none", E | C, "who shows no certificate is refused",
		"Asking is not demanding: anybody could deliver forged payments. Efí calls without its certificate first, and where that gets 2xx says " NO_MTLS ".",
		"Have the web server refuse requests to the webhook without a verified certificate: 403, 400 or the end of the handshake, no redirect.", judge_client_none },
	{ "client.self", E | C, "a self-signed certificate is refused",
		"Anybody can make one with the PSP's name in a minute.",
		"Have the web server verify the certificate against the PSP's CA, or the gate itself: client_cert = \"verify\".", judge_client_self },
	{ "client.foreign", E | C, "a certificate of another CA with the PSP's names is refused",
		"Names can be copied, keys cannot: where this passes, the names alone were compared.",
		"Have the web server verify the signature against the PSP's CA file before it compares names, or the gate itself: client_cert = \"verify\".", judge_client_foreign },
	{ "client.expired", E | C, "an expired certificate is refused",
		"A key that leaked years ago would still open the door.",
		"Have the web server verify the certificate's dates too: no verification \"by hand\", no option that ignores errors.", judge_client_expired },
	{ "client.right", E | C, "the PSP's own certificate is let in",
		"Else nothing arrives at all. Efí says " BROKE ", or " STATUS " with 400 or 403.",
		"Set the PSP's whole chain, intermediate and root, of the right environment, and a verification depth of 3. Look into the web server's and the gate's log.",
		judge_client_right },
	{ "client.same", E | C, "TLS 1.2 and 1.3 let in and refuse the same",
		"Which version the PSP takes you do not choose. Where the certificate is asked for after the handshake, TLS 1.3 clients mostly cannot answer.",
		"Ask for the certificate on the whole host, in the handshake, and check it at the webhook's path.", judge_client_same },
	{ "client.resumed", E | C, "a resumed session without a certificate is refused",
		"A session that was begun without the certificate would be taken up here and pass for verified.",
		"Turn session tickets off for the host, and demand the certificate at each request.", judge_client_resumed },
	{ "client.crossed", E | C, "a connection to another name of the server is no way around",
		"The connection names one host (SNI), the request another: who is asked for no certificate there comes in here.",
		"Demand the verified certificate at the webhook's path, not on the host alone, or give the webhook a port of its own.", judge_client_crossed },
	{ "client.demanded", S | B | I, "no certificate is demanded of a PSP that shows none",
		"BS2 shows no client certificate and would be refused. Efí shows its own also with skip-mTLS: a server that verifies it against another CA refuses it.",
		"Take the demand for client certificates out of this host, or give the webhook a host of its own.", judge_client_demanded },
	{ "http.speaks", ALL, "HTTP is spoken behind TLS",
		"A PSP that gets no answer tries a few times and gives up. Efí says " NO_ANSWER " where the connection is closed, " TIMED_OUT " where nothing comes, and " BROKE
		" (ECONNRESET) where it breaks.",
		"Look at the web server's error log at this moment, whether something else listens at the port, and whether the gate runs.", judge_http_speaks },
	{ "http.redirect", ALL, "no redirect",
		"A PSP follows none, or sends GET without the body after it: the notice is lost. Efí says " STATUS " with 301, 302, 307 or 308.",
		"Register the URL at which the redirect ends (with or without www, with or without the last slash), or take the webhook's path out of the redirect.", judge_http_redirect },
	{ "http.ping", ALL, "a ping at the URL as registered is answered with 2xx",
		"That is the registration's test. Efí says " STATUS ".",
		"Lead the path to the gate and start it.", judge_http_ping },
	{ "http.body", ALL, "it is the gate that answers",
		"A page, a firewall's or another program's 200 is \"delivered\" for the PSP: it never sends that notice again, and nothing was kept.",
		"Lead the URL's path to the gate; where your own program answers on purpose, skip this check (--skip http.body).", judge_http_body },
	{ "http.pix", E | S | C, "a notification arrives: the URL with /pix behind it",
		"Registered is PATH, but notices go to PATH/pix, or into the query's last parameter. Else the registration succeeds and no payment ever arrives.",
		"Lead the path and all below it to the gate (^/webhook(/|$)), and let the URL end in \"&ignorar=\": pixgate url HOOK prints it.", judge_http_pix },
	{ "http.rec", E | S | C, "the URL with /rec behind it",
		"Notices of Pix Automático authorisations go there.",
		"Lead the path and all below it to the gate.", judge_http_rec },
	{ "http.cobr", E | S | C, "the URL with /cobr behind it",
		"Notices of Pix Automático charges go there.",
		"Lead the path and all below it to the gate.", judge_http_cobr },
	{ "http.glued", S, "/pix right behind the secret",
		"A URL that ends in the secret gets /pix glued to it: ?hmac=SECRET/pix. Older guides recommend such URLs.",
		"Let the URL end in \"&ignorar=\": pixgate url HOOK prints it.", judge_http_glued },
	{ "http.slash", E | S | C, "the path with //pix behind it",
		"That is where notices go for a URL that was registered with a slash at its end.",
		"Register the URL without a slash at its end.", judge_http_slash },
	{ "http.event", I, "an event arrives: the path with the event's name behind it",
		"One URL is registered for each event, PATH/EVENT.",
		"Lead the path and all below it to the gate: pixgate url HOOK prints the seven URLs.", judge_http_event },
	{ "http.chunked", ALL, "a body without a length is taken",
		"HTTP allows it, and a PSP or a proxy in between may change to it any day.",
		"Have the web server collect the body before it hands it on, or take the length as optional.", judge_http_chunked },
	{ "http.http2", ALL, "HTTP/2 works where it is offered",
		"A client takes HTTP/2 where the server offers it.",
		"Offer HTTP/1.1 alone, or mend HTTP/2: mod_fcgid loses bodies with it.", judge_http_http2 },
	{ "http.large", ALL, "a body above the limit is refused",
		"Anybody could fill the memory or hold the connection.",
		"Set a limit in the web server; the gate's own is 256 KiB.", judge_http_large },
	{ "http.get", ALL, "GET is not taken for a notification",
		"Crawlers and link previews send GET, and a redirected POST arrives as one: 2xx would hide that.",
		"Answer 405 to anything but POST, as the gate does.", judge_http_get },
	{ "http.elsewhere", ALL, "paths that do not exist are not answered with 2xx",
		"With a typing mistake in the registered URL, the PSP takes each notice for delivered, and nothing was kept.",
		"Answer 404 where there is nothing.", judge_http_elsewhere },
	{ "http.plain", ALL, "without TLS nothing is taken",
		"The secret would go over the net for everybody to read. Efí refuses such a URL: " NO_HTTPS ".",
		"Answer 404 or 403 to the webhook's path on port 80; leave only the certificate's renewal (/.well-known/acme-challenge/) there.", judge_http_plain },
	{ "secret.none", S | B | I | C, "something proves that the PSP is calling",
		"Whoever guesses the path could deliver forged payments. An address proves nothing by itself.",
		"Put a secret into the URL: pixgate init makes one, pixgate url HOOK prints the URL. BS2 can log in with Basic or Bearer besides.", judge_secret_none },
	{ "secret.missing", ALL, "without the secret nobody is let in",
		"Whoever knows the path could deliver forged payments.",
		"Have the program that answers compare the secret. The gate does: look whether it is the gate that answers, and with this hook.", judge_secret_missing },
	{ "secret.wrong", ALL, "with another secret nobody is let in",
		"The secret is looked for, but not compared: forged payments could be delivered.",
		"Compare the whole value; isset() is no comparison.", judge_secret_wrong },
	{ "auth.missing", B | I, "without Basic or Bearer nobody is let in",
		"Whoever knows the path could deliver forged payments.",
		"Set basic or bearer for the hook, as it was registered at BS2, and look whether it is the gate that answers.", judge_auth_missing },
	{ "auth.wrong", B | I, "with a wrong Basic or Bearer nobody is let in",
		"The credentials are looked for, but not compared.",
		"Compare the whole value, as the gate does with basic or bearer set.", judge_auth_wrong },
	{ "time.answer", ALL, "the answer comes within the PSP's patience",
		"Efí waits for 60 s, and at the registration says " TIMED_OUT ". BS2 waits for 1 s, for indirect participants 0.3 s, tries a few times and forgets the notice.",
		"Answer first, work later: the gate only stores. Look at the disk under the inbox, the distance to the server, and what else the machine does.", judge_time_answer },
	{ "psp.registered", ALL, "this URL is the one registered at the PSP",
		"Nothing arrives at a URL that the PSP does not know.",
		"pixgate webhook get HOOK shows what is registered, pixgate webhook set HOOK registers this URL.", judge_psp_registered },
	{ "psp.txid", B, "BS2 announces all receipts (somenteComTxId is false)",
		"With true, Pix without a txid (to the key, from a static QR code) are not announced, and BS2 calls the option \"under maintenance\".",
		"Register again without it: pixgate webhook set HOOK.", judge_psp_txid },
	{ "psp.account", B, "BS2 announces this account's receipts (contaNumero)",
		"Registered for another account, no payment to this one is announced.",
		"Compare account in the configuration with your account's number, and register again: pixgate webhook set HOOK.", judge_psp_account },
	{ "psp.uploaded", B | I, "the certificate served is the one uploaded to BS2",
		"BS2 trusts exactly the certificate that was uploaded: after a renewal, notices stop until the new one is.",
		"pixgate cert push HOOK uploads what is served; make it certbot's deploy hook.", judge_psp_uploaded },
	{ 0 }
};

const struct check *check_find(const char *id)
{
	for (const struct check *c = checks; c->id; c++)
		if (!strcmp(c->id, id))
			return c;
	return NULL;
}
