/* Readings of what was seen that several judges share. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "check/judge_parts.h"

bool say(enum severity *severity, struct buf *seen, enum severity how, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	*severity = how;
	buf_puts(seen, text);
	return true;
}

enum outcome outcome_of(const struct reply *r)
{
	if (r->end == END_ALERT)
		return OUT_REFUSED;
	if (r->end == END_CLOSED)
		return OUT_CLOSED;
	if (r->end != END_STATUS)
		return OUT_UNKNOWN;
	return r->status >= 500 ? OUT_BROKEN : r->status >= 400 ? OUT_REFUSED : r->status >= 300 ? OUT_ASIDE : r->status >= 200 ? OUT_IN : OUT_UNKNOWN;
}

const char *reply_text(const struct reply *r, char out[REPLY_TEXT])
{
	static const char *const stages[] = { [STAGE_CONNECT] = "no connection in time", [STAGE_TLS] = "no TLS handshake in time",
		[STAGE_SEND] = "the request was not taken in time", [STAGE_ANSWER] = "no answer in time" };

	switch (r->end) {
	case END_UNTRIED: snprintf(out, REPLY_TEXT, "not tried"); break;
	case END_NO_CONNECTION: snprintf(out, REPLY_TEXT, "no connection%s%s", *r->text ? ": " : "", r->text); break;
	case END_TIMEOUT: snprintf(out, REPLY_TEXT, "%s", stages[r->stage <= STAGE_ANSWER ? r->stage : STAGE_ANSWER]); break;
	case END_ALERT: snprintf(out, REPLY_TEXT, "refused by TLS%s%s", *r->text ? ": " : "", r->text); break;
	case END_CLOSED: snprintf(out, REPLY_TEXT, "closed without an answer"); break;
	case END_NO_TLS: snprintf(out, REPLY_TEXT, "no TLS"); break;
	case END_NO_HTTP: snprintf(out, REPLY_TEXT, "TLS, but no HTTP%s%s", *r->text ? ": " : "", r->text); break;
	case END_STATUS:
		if (*r->location && r->status / 100 == 3)
			snprintf(out, REPLY_TEXT, "HTTP %d to %s", r->status, r->location);
		else
			snprintf(out, REPLY_TEXT, "HTTP %d", r->status);
		break;
	}
	return out;
}

bool reached(const struct seen *s)
{
	for (int i = 0; i < s->addresses; i++)
		if (s->address[i].connected)
			return true;
	return false;
}

/* Alerts of a server that goes without a client's certificate; TLS 1.2 sends them in the handshake. */
static bool certificate_alert(const char *alert)
{
	static const char *const names[] = { "handshake failure", "bad certificate", "certificate required", "unknown ca", "certificate unknown",
		"certificate expired", "unsupported certificate", "no certificate", "access denied", "certificate_required", "handshake_failure",
		"bad_certificate", "unknown_ca", "certificate_unknown", NULL };

	for (const char *const *n = names; *n; n++)
		if (strcasestr(alert, *n))
			return true;
	return false;
}

static int version_index(enum tls_version v)
{
	return v == TLS_1_2 ? 0 : v == TLS_1_3 ? 1 : -1;
}

bool version_works(const struct seen *s, enum tls_version v)
{
	const struct seen_version *version = &s->version[v];
	int i = version_index(v);

	if (version->agreed || (version->tried && version->fail == TLS_ALERT && s->asked && certificate_alert(version->alert)))
		return true;
	/* who is at hand with the right certificate gets further than a look without one */
	for (int who = 0; i >= 0 && who < WHOS; who++)
		if (s->client[who][i].end == END_STATUS)
			return true;
	return false;
}

bool spoken(const struct seen *s)
{
	if (!reached(s))
		return false;
	for (int v = TLS_1_0; v < TLS_VERSIONS; v++)
		if (version_works(s, (enum tls_version)v))
			return true;
	for (int i = 0; i < s->addresses; i++)
		if (s->address[i].connected && s->address[i].fail == TLS_AGREED && *s->address[i].leaf)
			return true;
	return s->chain.count > 0;
}

bool mutual(const struct target *t)
{
	return t->mode == MODE_EFI_MTLS || t->mode == MODE_BACEN;
}

unsigned outcomes(const struct seen *s, enum who who)
{
	unsigned bits = 0;

	for (int i = 0; i < 2; i++) {
		enum tls_version v = i ? TLS_1_3 : TLS_1_2;

		/* a version that is not spoken refuses everybody, which tells nothing */
		if (!s->version[v].tried || version_works(s, v))
			bits |= 1U << outcome_of(&s->client[who][i]);
	}
	return bits;
}

bool let_in(const struct seen *s, enum who who)
{
	return outcomes(s, who) & 1U << OUT_IN;
}

/* Signs of somebody else's front. Caddy signs with Via what it hands to the gate, and is the merchant's own. */
static bool foreign_front(const struct reply *r)
{
	static const char *const servers[] = { "cloudflare", "cloudfront", "akamaighost", "sucuri", "vercel", "netlify", "awselb", "google frontend",
		"ddos-guard", "imperva", "incapsula", "fastly", "railway", "fly/", NULL };

	if (*r->via && !(!strncasecmp(r->via, "via:", 4) && strcasestr(r->via, "caddy")))
		return true;
	for (const char *const *n = servers; *n; n++)
		if (!strncasecmp(r->server, *n, strlen(*n)))
			return true;
	return false;
}

static const struct reply *front(const struct seen *s)
{
	for (int who = 0; who < WHOS; who++)
		for (int i = 0; i < 2; i++)
			if (s->client[who][i].end == END_STATUS && foreign_front(&s->client[who][i]))
				return &s->client[who][i];
	for (int i = 0; i < REQUESTS; i++)
		if (s->request[i].end == END_STATUS && foreign_front(&s->request[i]))
			return &s->request[i];
	return NULL;
}

/* A front that asks for a certificate does what the web server would do. */
bool between(const struct seen *s)
{
	return !asked(s) && front(s);
}

const char *between_text(const struct seen *s)
{
	const struct reply *r = front(s);

	return !r ? "" : *r->via ? r->via : r->server;
}

/* Apache can ask once it knows the path, so that the handshake does not tell. */
bool asked(const struct seen *s)
{
	unsigned none = outcomes(s, WHO_NONE);

	return s->asked || (let_in(s, WHO_RIGHT) && !(none & 1U << OUT_IN) && none & (1U << OUT_REFUSED | 1U << OUT_CLOSED));
}

bool anybody_in(const struct target *t, const struct seen *s)
{
	return mutual(t) && (!asked(s) || let_in(s, WHO_NONE));
}

bool wants_certificate(const struct seen *s, const struct reply *r)
{
	if (r->end == END_ALERT)
		return s->asked || strcasestr(r->text, "certificate") != NULL;
	if (r->end == END_CLOSED)
		return s->asked;
	if (r->end != END_STATUS || r->status < 400 || r->status >= 500)
		return false;
	return r->status == 495 || r->status == 496 || strcasestr(r->body, "SSL certificate") || (s->asked && strcasestr(r->body, "certificate"));
}

/* Whether the answer to the right certificate is a refusal of it: not where a stranger is refused in another way. */
static bool about_certificate(const struct reply *r, const struct reply *none)
{
	if (r->end == END_ALERT)
		return true;
	if (outcome_of(r) != OUT_REFUSED)
		return false;
	if (r->status == 495 || r->status == 496 || strcasestr(r->body, "SSL certificate"))
		return true;
	return (r->status == 400 || r->status == 401 || r->status == 403) && none->end == END_STATUS && none->status == r->status && !strcmp(none->body, r->body);
}

enum right right_state(const struct seen *s)
{
	enum right state = RIGHT_UNTRIED;

	for (int i = 0; i < 2; i++) {
		const struct reply *r = &s->client[WHO_RIGHT][i];
		enum tls_version v = i ? TLS_1_3 : TLS_1_2;

		if (r->end == END_UNTRIED || (s->version[v].tried && !version_works(s, v)))
			continue;
		if (about_certificate(r, &s->client[WHO_NONE][i])) {
			if (state != RIGHT_PASSED)
				state = RIGHT_REFUSED;
		} else if (r->end == END_STATUS) {
			state = RIGHT_PASSED;
		} else if (state == RIGHT_UNTRIED) {
			state = RIGHT_UNCLEAR;
		}
	}
	return state;
}

/* Whether a name (RFC 2253) has that CN. */
static bool has_cn(const char *name, const char *cn)
{
	size_t len = strlen(cn);

	for (const char *at = name; (at = strcasestr(at, "CN=")); at++)
		if ((at == name || at[-1] == ',' || at[-1] == '+') && !strncasecmp(at + 3, cn, len) && (!at[3 + len] || strchr(",+", at[3 + len])))
			return true;
	return false;
}

static bool announces(const struct seen *s, const char *pin)
{
	for (int i = 0; pin && !strncmp(pin, "CN=", 3) && i < s->name_count && i < SEEN_NAMES; i++)
		if (s->names[i] && has_cn(s->names[i], pin + 3))
			return true;
	return false;
}

/* The pins of the profile name the CA that signs for the environment; a hook's own pin may be the client's, unless it says issuer. */
enum names names_state(const struct target *t, const struct seen *s, const struct psp_env **other)
{
	bool known = t->env && t->env->pin;

	*other = NULL;
	if (!s->name_count)
		return NAMES_NONE;
	if ((known && announces(s, t->env->pin)) || (!strncmp(t->pin, "issuer:", 7) && announces(s, t->pin + 7)))
		return NAMES_FIT;
	for (const struct psp_env *env = t->psp ? t->psp->envs : NULL; env && env->name; env++) {
		if (!announces(s, env->pin))
			continue;
		if (!t->env)
			return NAMES_FIT;
		*other = env;
		return NAMES_OTHER;
	}
	if (!known && strncmp(t->pin, "issuer:CN=", 10) != 0)
		return NAMES_UNKNOWN;
	if (announces(s, "CN=Efi Pay Root CA") || announces(s, "CN=pixgate emulator root CA"))	/* of both environments */
		return NAMES_ROOT;
	return s->name_count > SEEN_NAMES ? NAMES_UNKNOWN : NAMES_FOREIGN;
}

bool may_ask(const struct target *t, const struct seen *s)
{
	enum right right = right_state(s);

	if (!spoken(s))
		return false;
	if (mutual(t))
		return asked(s) && (right == RIGHT_PASSED || right == RIGHT_UNCLEAR);
	return !wants_certificate(s, &s->request[REQ_PING]);
}

/* Where no ping of its own was sent, the one with which the certificates were tried. */
const struct reply *main_reply(const struct target *t, const struct seen *s)
{
	enum who who = mutual(t) ? WHO_RIGHT : WHO_NONE;

	if (s->request[REQ_PING].end != END_UNTRIED)
		return &s->request[REQ_PING];
	return s->client[who][1].end == END_STATUS || s->client[who][0].end == END_UNTRIED ? &s->client[who][1] : &s->client[who][0];
}

bool answered(const struct target *t, const struct seen *s)
{
	return may_ask(t, s) && main_reply(t, s)->end == END_STATUS;
}

bool ping_in(const struct target *t, const struct seen *s)
{
	return may_ask(t, s) && outcome_of(main_reply(t, s)) == OUT_IN;
}

bool page(const struct reply *r)
{
	const char *at = r->body + strspn(r->body, " \t\r\n\xef\xbb\xbf");

	return !*at || *at == '<';
}

bool gate_answers(const struct target *t, const struct seen *s)
{
	return ping_in(t, s) && !page(main_reply(t, s));
}

/* The gate refuses without a word; a firewall for web pages has a page. */
bool own_refusal(const struct target *t, const struct seen *s)
{
	const struct reply *r = main_reply(t, s);

	return t->sources && r->end == END_STATUS && r->status == 403 && !*r->body;
}

bool out_of_date(const struct seen *s, int64_t now)
{
	return s->chain.count && (now > s->chain.item->until || now < s->chain.item->from);
}
