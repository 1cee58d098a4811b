/* The server's own certificate: a PSP calls nobody whose certificate is not right. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gen/plan_parts.h"
#include "lib/buf.h"
#include "lib/mem.h"

/* Where certbot puts it. */
#define LIVE "/etc/letsencrypt/live"

static bool issuer_there(const struct cert_list *list)
{
	const struct cert *own = &list->item[0];

	if (own->self_issued)
		return true;
	for (size_t i = 1; i < list->count; i++)
		if (strcmp(list->item[i].subject, own->issuer) == 0)
			return true;
	return false;
}

/* The first certificate is the server's. */
static bool judge(struct gen_plan *p, const struct cert_list *list, bool given, int64_t now, struct err *e)
{
	const struct cert *own = &list->item[0];
	const char *path = p->server_cert;

	if (own->ca && !own->self_issued)
		return fail(e, ERR_CONFIG, "%s: the first certificate is a CA's (%s); the server's own comes first", path, own->subject);
	if (own->until < now && given)
		return fail(e, ERR_CONFIG, "%s: the certificate has expired: renew it first", path);
	/* the text's part for ACME may be what the renewal waits for */
	if (own->until < now)
		plan_warn(p, "%s: the certificate has expired: renew it, the PSP refuses to call until then", path);
	if (own->from > now)
		return fail(e, ERR_CONFIG, "%s: the certificate is not valid yet: is this machine's clock right?", path);
	if (!own->server)
		return fail(e, ERR_CONFIG, "%s: the certificate is not for servers (its extended key usage); a PSP's certificate for calling its API is another one", path);
	if (!issuer_there(list) && p->mtls && p->server->needs_issuer)
		return fail(e, ERR_CONFIG, "%s: its issuer's certificate (%s) is not in the file, and %s would fail every handshake: give the full chain (certbot's fullchain.pem)",
			    path, own->issuer, p->server->name);
	if (!issuer_there(list))
		plan_warn(p, "%s: its issuer's certificate (%s) is not in the file: a PSP that does not have it refuses to call; give the full chain "
			  "(certbot's fullchain.pem)", path, own->issuer);
	if (!cert_is_for(own, p->domain))
		plan_warn(p, "%s is for %s, not for %s: the PSP will refuse to call", path, *own->names ? own->names : own->subject, p->domain);
	return true;
}

static bool check(struct gen_plan *p, bool given, int64_t now, struct err *e)
{
	struct cert_list list = { 0 };
	bool ok = certs_load(p->server_cert, &list, e) && judge(p, &list, given, now, e) && certs_key_matches(p->server_cert, p->server_key, e);

	certs_free(&list);
	return ok;
}

/* certbot's folder is root's: whoever generates without being root gets a text that is right, but not looked into. */
static bool certbot(struct gen_plan *p, int64_t now, struct err *e)
{
	struct buf cert = BUF(1024), key = BUF(1024);
	bool there;

	buf_putf(&cert, LIVE "/%s/fullchain.pem", p->domain);
	buf_putf(&key, LIVE "/%s/privkey.pem", p->domain);
	p->server_cert = xstrdup(buf_str(&cert));
	p->server_key = xstrdup(buf_str(&key));
	buf_free(&cert);
	buf_free(&key);
	there = access(p->server_cert, R_OK) == 0;
	if (there && access(p->server_key, R_OK) == 0)
		return check(p, false, now, e);
	if (errno == EACCES)
		plan_warn(p, "%s cannot be read by this user: it is not checked", there ? p->server_key : p->server_cert);
	else
		plan_warn(p, "%s is not there: get it before the server is reloaded, or give --server-cert and --server-key", there ? p->server_key : p->server_cert);
	return true;
}

bool plan_cert(struct gen_plan *p, const struct gen_request *r, int64_t now, struct err *e)
{
	if (!r->server_cert != !r->server_key)
		return fail(e, ERR_USAGE, "--server-cert and --server-key go together: give %s too", r->server_cert ? "--server-key" : "--server-cert");
	if (r->server_cert) {
		if (!plan_path("--server-cert", r->server_cert, e) || !plan_path("--server-key", r->server_key, e))
			return false;
		p->server_cert = xstrdup(r->server_cert);
		p->server_key = xstrdup(r->server_key);
		return check(p, true, now, e);
	}
	if (!p->server->own_cert && !p->server->shared)
		return certbot(p, now, e);
	p->server_cert = xstrdup("");
	p->server_key = xstrdup("");
	return true;
}
