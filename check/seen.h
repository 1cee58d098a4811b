/*
 * What a probe saw of a live set-up: facts, no opinions. probe*.c fill it, judge*.c read it, tests write it as literals.
 * Zeroed is "nothing was tried". Texts come from the other side: any bytes, bounded, made printable where they are shown.
 */
#ifndef CHECK_SEEN_H
#define CHECK_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/certs.h"
#include "lib/net.h"
#include "lib/tls.h"

enum { SEEN_ADDRESSES = 16, SEEN_NAMES = 16, SEEN_TRIES = 10, SEEN_TEXT = 160, SEEN_BODY = 64 };

/* Who shows up at the server. */
enum who {
	WHO_NONE,	/* without a certificate */
	WHO_SELF,	/* self-signed, with the PSP's name */
	WHO_FOREIGN,	/* of a CA that has the names of the PSP's and other keys */
	WHO_EXPIRED,	/* of such a CA too, and out of date */
	WHO_RIGHT,	/* the user's own (--client-cert): of the emulator, or of the sandbox */
	WHOS
};

/* How a request ended, read after the handshake and after the first bytes of the answer: TLS 1.3 and nginx refuse there. */
enum ending {
	END_UNTRIED,
	END_NO_CONNECTION,	/* nothing listens, no route */
	END_TIMEOUT,		/* at some stage: `stage` */
	END_ALERT,		/* TLS said no, in the handshake or on the first read: `text` has OpenSSL's name of the alert */
	END_CLOSED,		/* closed without an answer */
	END_NO_TLS,		/* answers, not in TLS */
	END_NO_HTTP,		/* TLS, and then no HTTP: garbage, a header without end, too large */
	END_STATUS		/* an HTTP status came */
};

enum stage { STAGE_CONNECT, STAGE_TLS, STAGE_SEND, STAGE_ANSWER };

/* One request and its end. */
struct reply {
	enum ending end;
	enum stage stage;		/* where it ended, or waited */
	int status;			/* with END_STATUS */
	int ms;				/* from the first byte of the request to the last of the answer; connection and TLS not counted */
	int connect_ms, tls_ms;
	bool resumed;			/* the TLS session was resumed */
	char text[SEEN_TEXT];		/* the alert's name, or what went wrong */
	char server[SEEN_TEXT];		/* Server */
	char location[SEEN_TEXT];	/* Location, with every value of its query as *** */
	char allow[SEEN_TEXT];
	char authenticate[SEEN_TEXT];	/* WWW-Authenticate */
	char via[SEEN_TEXT];		/* the first of cf-ray, x-amzn-*, x-sucuri-*, via …: "cf-ray: …": somebody stands in between */
	char body[SEEN_BODY];		/* its beginning */
	int64_t body_len;		/* all of it, as far as was read */
	bool http2;
};

/* One address of the host. */
struct seen_address {
	struct ip ip;
	bool connected;
	enum tls_fail fail;		/* of the handshake with TLS 1.2 or newer */
	char why[SEEN_TEXT];
	char leaf[65];			/* SHA-256 of the leaf served there; "": none */
	int connect_ms, tls_ms;
};

/* One TLS version alone. */
struct seen_version {
	bool tried, agreed;
	enum tls_fail fail;
	char alert[40];
};

/* The requests of a PSP, and those that it never makes. Each is one reply. */
enum request {
	REQ_PING,		/* the URL as registered, {"evento":"teste_webhook"} */
	REQ_PIX, REQ_REC, REQ_COBR,	/* with the suffix behind the whole URL, query included */
	REQ_GLUED,		/* the suffix behind the secret, without a last parameter: ?hmac=SECRET/pix */
	REQ_SLASH,		/* PATH//pix, of a URL registered with a '/' at its end */
	REQ_EVENT,		/* BS2 indirect: the path of one event */
	REQ_NO_SECRET, REQ_BAD_SECRET,
	REQ_NO_AUTH, REQ_BAD_AUTH,	/* Basic or Bearer */
	REQ_GET,
	REQ_LARGE,		/* above the body's limit */
	REQ_CHUNKED, REQ_HTTP2,
	REQ_ELSEWHERE,		/* another path of the host */
	REQUESTS
};

struct seen {
	/* name */
	bool resolved;
	char lookup[SEEN_TEXT];		/* why not */
	struct seen_address address[SEEN_ADDRESSES];
	int addresses;

	/* TLS */
	struct seen_version version[TLS_VERSIONS];	/* by enum tls_version */
	bool h2;			/* ALPN: it takes h2 */
	bool asked;			/* a client certificate is asked for */
	char *names[SEEN_NAMES];	/* the CAs that it names when it asks, RFC 2253; owned */
	int name_count;			/* all that it names, kept or not */

	/* the certificate served (first address that shook hands) */
	struct cert_list chain;		/* as sent, the leaf first; owned */
	bool for_host;			/* the leaf is for the host */
	bool trusted;			/* chains to the system's CAs, or to --cacert, with what was sent alone */
	char distrust[SEEN_TEXT];	/* why not */
	bool withheld;			/* not for the host or not trusted: what holds a secret was not sent, whoever answers there may be an impostor */

	/* client certificates: TLS 1.2 and 1.3, a ping each */
	struct reply client[WHOS][2];
	struct reply resumed;		/* a session begun by somebody who is not let in, resumed without a certificate */
	struct reply crossed;		/* SNI of another name, Host of ours, no certificate */
	bool crossed_other;		/* there is such a name: another of the leaf's names */

	struct reply request[REQUESTS];
	bool large_cut;			/* with REQ_LARGE: it closed before all was sent, which is a refusal too */
	int ms[SEEN_TRIES];		/* pings one after the other, each on a connection of its own: connect + TLS + answer; -1: failed */
	int tries;
	struct reply plain;		/* http:// at port 80, the URL's path */

	/* what is registered at the PSP, where the hook has credentials */
	bool registration_asked;
	char registration_why[SEEN_TEXT];	/* why it is not known */
	bool registered;			/* this URL is */
	bool only_txid, other_account;		/* BS2 */
	char uploaded[65];			/* BS2: SHA-256 of what `cert push` remembers; "": nothing */
};

void seen_free(struct seen *s);		/* safe on a zeroed struct and twice */

#endif
