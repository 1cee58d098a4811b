/* What each PSP does differently, as data. A new PSP is a file psp_NAME.c and a row in psp.c. */
#ifndef PIX_PSP_H
#define PIX_PSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/money.h"
#include "pix/pix.h"

enum psp_slot { SLOT_E2EID, SLOT_TXID, SLOT_KEY, SLOT_REF, SLOT_STATUS, SLOT_CENTS, SLOT_AT, SLOTS };

/*
 * One way to fill a slot. path as in json_path; '^' in front reads the enclosing item. Several rows may name one slot:
 * the first that is present (not null, not "") fills it. need: an item that leaves the slot empty is not understood.
 * A value that is there but malformed (type, length, characters, an amount that is not exact) makes its item not
 * understood, needed or not.
 */
struct psp_field {
	const char *path;
	enum psp_slot slot;
	bool need;
};

/*
 * One kind of event and where it stands. The rows of a PSP are tried in order, per item the first whose `when` holds;
 * rows of one list stand together. An item for which no `when` holds is not understood.
 * within: each item that this row made is searched with that row too (refunds in a received Pix).
 */
struct psp_event {
	const char *name;	/* the event's own name where the URL or `evento` tells it, else NULL */
	const char *list;	/* the member that holds the items; one object counts as a list of one; NULL: the body itself */
	const char *when;	/* "path=text", "path" (present), "!path" (absent), joined by '&' (all hold); NULL: always */
	enum pix_kind kind;
	const struct psp_field *fields;	/* ends with a row whose path is NULL */
	const struct psp_event *within;	/* one row, or NULL */
};

/* One environment of a PSP: facts for the gate, for `pixgate psp`, and for what talks to the PSP. */
struct psp_env {
	const char *name;		/* "production", "sandbox" */
	const char *api;		/* base URL of its API; NULL: differs per PSP */
	const char *pin;		/* the client certificate's pin, as x509_pin_ok takes it; NULL: none known */
	const char *chain_url;		/* where its CA file is published; NULL: nowhere */
	const char *const *chain_sha256;/* fingerprints of that file's certificates; NULL-ended, or NULL */
};

/*
 * One call of its API. path, body and header hold {name}: percent-encoded in the path, JSON-quoted in the body (a value
 * that is a number, true, false, null, a list or an object is given as such), as it is in the header and in a part. What
 * stands between < and > is left out where one of its values is not given. scope: what the token must have.
 */
struct psp_call {
	const char *name;	/* "webhook.set" */
	const char *method, *path, *scope;
	const char *body;	/* NULL: none */
	const char *header;	/* one more header, "Name: {value}"; NULL: none */
	const char *part, *part_name, *part_type;	/* multipart/form-data: the body is this part, as a file of that name and type */
};

/* What the PSP says when it refuses, what that means, and what to do. `text` may end in '*': anything may follow. */
struct psp_error {
	const char *name, *text;	/* "webhook_invalido", "A URL informada está inacessível"; name NULL: any */
	const char *means, *remedy;
};

/* How a server's certificate is uploaded (cert_forms[]): which call, and what {cert} is in it. */
enum cert_coding { CERT_PEM, CERT_DER, CERT_BASE64_DER, CERT_BASE64_PEM };
struct cert_form {
	const char *name;	/* "multipart-pem" */
	const char *call;	/* "cert.set", or "cert.set.json" */
	enum cert_coding coding;
};
extern const struct cert_form cert_forms[];	/* ends with a row whose name is NULL */
const struct cert_form *cert_form_find(const char *name);	/* NULL: unknown */

/* How tokens are got (OAuth 2.0 client credentials, RFC 6749 §4.4). */
struct psp_token {
	const char *path;
	bool json;		/* the request's body is JSON, else a form */
	const char *scope;	/* asked for; NULL: none is named */
	int margin_s;		/* renewed that long before it expires */
	bool single;		/* a new one ends the old one: one cache for all processes */
	int per_minute;		/* requests for tokens allowed; 0: not published */
	bool client_cert;	/* every request shows the client certificate */
};

/*
 * How its API is asked what was received. An item of its answers stands in {"pix":[ITEM]} as it would in a callback, and is read
 * by the rows of events.
 */
struct psp_list {
	const char *call;		/* {since} and {until} are RFC 3339, {page} a number */
	const char *items;		/* where the items are in the answer, as in json_path */
	const char *page_count, *item_count;	/* where it says how many there are; NULL: it does not */
	const char *page_size;		/* where it says how many a page holds; NULL: it does not */
	int first_page;			/* 0 or 1; -1: there is one page alone */
	int64_t window_ms;		/* the longest time that is asked for at once */
	const char *one;		/* the call that gives one, {e2eid}, and what it gives is an item, or holds items at `items` */
	const char *credited;		/* the status of a receipt that is told of in a callback, in any case; NULL: receipts have none */
	const char *passing;		/* the status of a refund that no callback tells of, in any case; NULL: none is known */
	bool resend;			/* "webhook.resend" makes it send callbacks again */
};

struct psp {
	const char *name, *title;
	const char *const *suffixes;	/* appended to the registered URL ("/pix"); NULL-ended, or NULL: posts as registered */
	bool event_in_path;		/* the path's last segment is the event's name */
	bool fold_case;			/* keys are matched without regard to ASCII case */
	bool bare_list;			/* a top-level array counts as the first row's list */
	enum money_form money;
	int32_t assume_minutes;		/* offset of times without one, or WHEN_NO_ZONE */
	int patience_ms;		/* how long it waits for an answer; 0: not published */
	const char *const *sources;	/* addresses it calls from, CIDR; NULL-ended, or NULL: not published */
	const struct psp_env *envs;	/* ends with a row whose name is NULL */
	const struct psp_event *events;	/* ends with a row whose fields are NULL */
	const struct psp_token *token;	/* NULL: its API is not known */
	const struct psp_call *calls;	/* ends with a row whose name is NULL; or NULL */
	const struct psp_list *list;	/* NULL: what was received cannot be asked for */
	const char *also;		/* a pattern of the {names} that a hook's calls may hold besides those of the rows; or NULL */
	const char *cert_form;		/* the form of upload that is most likely meant; NULL: it wants no certificate */
	const struct psp_error *errors;	/* ends with a row whose text is NULL; or NULL */
	const char *const *notes;	/* sentences for `pixgate psp NAME`, NULL-ended */
};

/* All profiles, NULL-ended, in the order in which they are listed. */
extern const struct psp *const psps[];

const struct psp *psp_find(const char *name);				/* NULL: unknown */
const struct psp_env *psp_env_find(const struct psp *psp, const char *name);	/* NULL: unknown */
bool psp_env_knows(const struct psp_env *env, const char *sha256);	/* among its chain_sha256; env NULL: no */

const struct psp_call *psp_call_find(const struct psp *psp, const char *name);	/* NULL: it has no such call */
/* name NULL: none was said; text "": nothing was (a 403 without a body). NULL: unknown. */
const struct psp_error *psp_error_find(const struct psp *psp, const char *name, const char *text);

/*
 * The suffix of psp->suffixes with which text[0..len) ends ("/" may be written "%2F" or "%2f"), or NULL; *cut receives
 * how many bytes of the text it takes.
 */
const char *psp_suffix(const struct psp *psp, const char *text, size_t len, size_t *cut);

/* The events of the BCB Pix API, for every PSP that keeps to it (psp_bacen.c). */
extern const struct psp_event psp_bcb_events[];
extern const char *const psp_bcb_suffixes[];

/* What the profiles know of the APIs (psp_NAME_api.c). */
extern const struct psp_token psp_efi_token, psp_bs2_token, psp_bacen_token;
extern const struct psp_call psp_efi_calls[], psp_bs2_calls[], psp_bs2_indirect_calls[], psp_bacen_calls[];
extern const char psp_bs2_also[];
extern const struct psp_list psp_efi_list, psp_bs2_list, psp_bacen_list;
extern const struct psp_error psp_efi_errors[], psp_bs2_errors[], psp_bacen_errors[];

extern const struct psp psp_efi, psp_bs2, psp_bs2_indirect, psp_bacen;

#endif
