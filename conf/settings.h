/* A configuration file becomes checked settings. Every mistake names file, line and what was expected. */
#ifndef CONF_SETTINGS_H
#define CONF_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"
#include "lib/net.h"
#include "pix/psp.h"

enum client_cert { CLIENT_CERT_NONE, CLIENT_CERT_SERVER, CLIENT_CERT_VERIFY };

struct buf;

struct cidr_list {
	struct cidr *item;
	size_t count;
};

struct text_list {
	char **item;
	size_t count;
};

/*
 * One call of the PSP's API as the hook has it, in place of what the profile says (struct psp_call); "" where the profile's stays.
 * What a PSP does not publish is set here.
 */
struct call_change {
	char *name;			/* "webhook.set"; one of the profile's */
	char *method, *path, *body, *part, *part_name, *part_type;
};

/*
 * Where a hook's events go. Owned by the settings; texts are never NULL, "" where not set. Which settings a type needs and takes is a
 * table in conf/keys_sinks.c; what it does is its row in deliver/sink.c.
 */
struct sink {
	char *name;			/* of this hook alone; jobs are kept under it */
	char *type;			/* "https", "exec", "dir", "sql" */
	char *url;			/* https: the address; http:// for localhost, 127.0.0.1 and [::1] alone */
	struct text_list secrets;	/* https: references to Standard Webhooks secrets ("whsec_" and base64), 1 or 2; each signs */
	char *ca;			/* https: absolute path: CAs in place of the system's */
	struct text_list command;	/* exec: the program (absolute, or relative to the configuration's folder) and its arguments */
	char *path;			/* dir: absolute path of the folder */
	char *database;			/* sql: "postgresql://…" without a password, or "sqlite:PATH", made absolute */
	char *password;			/* sql: reference */
	char *table;			/* sql: its name, perhaps with a schema: letters, digits, '_', one '.' */
	int timeout_s;			/* of one try; 15 unless set, 1 to 600 */
	unsigned kinds;			/* bit 1 << enum pix_kind: those it wants; 0: all */
	struct text_list keys;		/* Pix keys of the events it wants; empty: all */
	bool stale;			/* also older states that came late */
	bool body;			/* with the bytes that the PSP sent */
	int line;
};

struct sink_list {
	struct sink *item;
	size_t count;
};

/* One merchant's webhook. Everything is owned by the settings; texts are never NULL unless said so. */
struct hook {
	char *name, *path;		/* path: begins with '/', no '/' at its end, percent-decoded */
	const struct psp *psp;
	const struct psp_env *env;
	char *domain;			/* "" where neither the hook nor the file names one */
	struct text_list secrets;	/* references (file:, env:, derive:file:), 0 to 2 */
	struct cidr_list sources;	/* empty: any address */
	enum client_cert client_cert;
	char *ca;			/* absolute path, "" where there is none */
	char *pin;			/* "": none */
	struct text_list keys;
	char *basic, *bearer;		/* references, "" where there are none */
	/* for the PSP's API: what `pixgate webhook` and `pixgate cert` need; "" where not set */
	char *api;			/* base URL in place of the profile's; https */
	char *api_ca;			/* absolute path: CAs that vouch for it, in place of the system's */
	char *api_cert;			/* absolute path: our certificate and key for it, .p12, .pfx or PEM */
	char *api_password;		/* reference: of api_cert */
	char *client_id;		/* as the PSP gave it */
	char *client_secret;		/* reference */
	char *user_agent;		/* reference: BS2's code */
	int64_t account;		/* BS2's contaNumero; 0: not set */
	char *api_proxy;		/* http:// or https:// proxy to the API; "": none, whatever the environment says */
	char *token_path, *token_scope;	/* in place of the profile's */
	char *cert_form;		/* how the server's certificate is uploaded: a name of psp.h's cert_forms; "": the profile's */
	struct call_change *calls;
	size_t call_count;
	struct sink_list sinks;		/* its own: hook_sinks() */
	bool own_sinks;			/* it has a list of its own, though it be empty: then nothing is handed over */
	bool confirm;			/* the PSP is asked before an event is handed over */
	int line;			/* where the hook begins in the file */
};

enum proxy_header { PROXY_X_FORWARDED_FOR, PROXY_CF_CONNECTING_IP };

struct settings {
	char *file, *dir;		/* absolute */
	char *inbox;			/* "sqlite:PATH" as written */
	char *domain;
	struct cidr_list trusted_proxies;
	enum proxy_header proxy_header;
	int64_t max_body;		/* bytes */
	struct sink_list sinks;		/* of the hooks that have no list of their own */
	struct hook *hooks;
	size_t hook_count;
};

/*
 * Reads and checks the file, all but what needs other files (settings_check_files). ERR_CONFIG with "FILE:LINE: …";
 * an unknown key names the nearest known one. The caller owns the result.
 */
struct settings *settings_load(const char *file, struct err *e);
void settings_free(struct settings *s);	/* NULL is allowed */

/* What only the disk can tell: secrets are there and private, CA files have anchors, the inbox's place is safe. What sinks need is
 * no business of the gate's: deliver/ready.h. */
bool settings_check_files(const struct settings *s, struct err *e);

/* Where the hook's events go: its own list, else the file's. */
const struct sink_list *hook_sinks(const struct settings *s, const struct hook *h);

const struct hook *settings_hook(const struct settings *s, const char *name);	/* NULL: unknown */
const struct sink *settings_sink(const struct settings *s, const char *hook, const char *name);	/* of that hook; NULL: unknown */

/*
 * Where the configuration is: `given` (--conf) where not NULL, else PIXGATE_CONF, else pixgate.conf in a folder
 * "pixgate" beside the folder of this program, in ~/.pixgate (the home of the process's owner, not $HOME alone: suEXEC
 * scrubs the environment) and in /etc/pixgate. The caller frees. NULL: none found, and *e lists the places.
 */
char *settings_find(const char *given, struct err *e);

/* Where the program at that path would find it, started by that user in an empty environment, as suEXEC does. The caller frees. */
char *settings_find_as(const char *program, uid_t uid, struct err *e);

/*
 * The URL to register at the PSP, secret included; for a PSP with one URL an event, of that event ("" else). Wipe it
 * after use. domain NULL: the hook's. false where a secret cannot be read.
 */
bool settings_url(const struct settings *s, const struct hook *h, const char *domain, const char *event, struct buf *url, struct err *e);

/* One setting, for the reader, `conf example`, `conf show` and the test that the manual names each. */
enum key_type { KEY_TEXT, KEY_NUMBER, KEY_TEXTS, KEY_HOOKS, KEY_CALLS, KEY_SINKS, KEY_FLAG };

struct conf_value;

struct key {
	const char *name;
	enum key_type type;
	bool in_hook, need;
	const char *example;	/* as it stands in `conf example` */
	const char *help;	/* one sentence */
	/* Reads the checked-for-type value; *e needs no file and line, the caller adds them (but of KEY_CALLS and KEY_SINKS,
	 * which know the line better). h is NULL at the top level. */
	bool (*set)(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e);
	/* Adds the effective value as libconfig text to b. */
	void (*show)(const struct settings *s, const struct hook *h, struct buf *b);
};

extern const struct key setting_keys[];	/* ends with a row whose name is NULL; the top level's rows come first */

/* The effective value of one setting as libconfig text; references are shown, secrets never are. h is NULL for a
 * top-level key. The caller frees. */
char *settings_show(const struct settings *s, const struct hook *h, const struct key *key);

#endif
