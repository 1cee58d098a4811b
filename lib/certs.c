#include "lib/certs.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "lib/buf.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/net.h"
#include "lib/text.h"
#include "lib/x509.h"

static char *bio_text(BIO *bio)
{
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);

	return xstrndup(len > 0 ? data : "", len > 0 ? (size_t)len : 0);
}

static char *print_name(const X509_NAME *name, unsigned long flags)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = bio && X509_NAME_print_ex(bio, name, 0, flags) >= 0 ? bio_text(bio) : NULL;

	BIO_free(bio);
	return text;
}

/* RFC 2253, where bytes past ASCII stay; but C1 controls are commands to a terminal and become "\C2\85". */
static char *name_text(const X509_NAME *name)
{
	char *plain = print_name(name, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
	struct buf b = BUF(LIMIT_CA_FILE);
	char *text;

	if (!plain || !text_utf8(plain, strlen(plain))) {
		free(plain);
		plain = print_name(name, XN_FLAG_RFC2253);
	}
	for (const unsigned char *p = (const unsigned char *)(plain ? plain : ""); *p; p++) {
		if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0) {
			buf_putf(&b, "\\C2\\%02X", p[1]);
			p++;
		} else {
			buf_add(&b, p, 1);
		}
	}
	text = xstrdup(buf_str(&b));
	buf_free(&b);
	free(plain);
	return text;
}

static char *key_text(X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	char group[80];
	const char *type = key ? EVP_PKEY_get0_type_name(key) : NULL, *nist;
	struct buf b = BUF(256);
	char *text;

	if (!type)
		return xstrdup("unknown");
	if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof group, NULL)) {
		nist = EC_curve_nid2nist(OBJ_txt2nid(group));
		buf_putf(&b, "EC %s", nist ? nist : group);
	} else if (EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448")) {
		buf_puts(&b, EVP_PKEY_is_a(key, "ED448") ? "Ed448" : "Ed25519");
	} else {
		buf_putf(&b, "%s %d", type, EVP_PKEY_get_bits(key));
	}
	text = xstrdup(buf_str(&b));
	buf_free(&b);
	return text;
}

/* One subject alternative name into out, or "" where it is of another kind or no name that a host can have. */
static void one_name(const GENERAL_NAME *g, struct buf *out)
{
	const ASN1_STRING *s = g->type == GEN_DNS ? g->d.dNSName : g->type == GEN_IPADD ? g->d.iPAddress : NULL;
	const unsigned char *bytes = s ? ASN1_STRING_get0_data(s) : NULL;
	size_t len = s ? (size_t)ASN1_STRING_length(s) : 0;
	struct ip ip = { { [10] = 0xff, [11] = 0xff } };
	char text[46];

	buf_reset(out);
	if (g->type == GEN_IPADD && (len == 4 || len == 16)) {
		memcpy(ip.byte + 16 - len, bytes, len);
		ip_format(&ip, text);
		buf_puts(out, text);
	} else if (g->type == GEN_DNS) {
		for (size_t i = 0; i < len; i++)
			if (bytes[i] <= ' ' || bytes[i] >= 0x7f)
				return;
		buf_add(out, bytes, len);
	}
}

static char *names_text(X509 *x)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	struct buf b = BUF(LIMIT_PEM), one = BUF(LIMIT_PEM);
	char *text;

	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		one_name(sk_GENERAL_NAME_value(all, i), &one);
		if (one.len)
			buf_putf(&b, "%s%s", b.len ? " " : "", buf_str(&one));
	}
	text = xstrdup(buf_str(&b));
	buf_free(&one);
	buf_free(&b);
	GENERAL_NAMES_free(all);
	return text;
}

static bool seconds(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm = { 0 };

	if (!t || !ASN1_TIME_to_tm(t, &tm))
		return false;
	*out = (int64_t)timegm(&tm);
	return true;
}

static void cert_free(struct cert *c)
{
	free(c->subject);
	free(c->issuer);
	free(c->subject_cn);
	free(c->issuer_cn);
	free(c->key);
	free(c->names);
	free(c->pem);
	free(c->base64);
	*c = (struct cert){ 0 };
}

/* What the request path's reader says counts here too: names, and the digest of the DER form. NULL, else what is wrong. */
static const char *fill(struct cert *c, X509 *x)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der);
	BIO *bio = BIO_new(BIO_s_mem());
	struct x509_facts facts;
	const char *why = NULL;
	uint32_t use = X509_get_extended_key_usage(x);

	if (len <= 0 || !bio || PEM_write_bio_X509(bio, x) != 1) {
		why = "OpenSSL cannot write it";
		goto out;
	}
	c->pem = bio_text(bio);
	c->base64 = xcalloc(1, ((size_t)len + 2) / 3 * 4 + 1);
	EVP_EncodeBlock((unsigned char *)c->base64, der, len);
	if (!x509_read(c->pem, strlen(c->pem), &facts, NULL)) {
		why = "it is too large";
		goto out;
	}
	if (!seconds(X509_get0_notBefore(x), &c->from) || !seconds(X509_get0_notAfter(x), &c->until)) {
		why = "its dates are none";
		goto out;
	}
	c->subject = name_text(X509_get_subject_name(x));
	c->issuer = name_text(X509_get_issuer_name(x));
	c->subject_cn = xstrdup(facts.subject_cn);
	c->issuer_cn = xstrdup(facts.issuer_cn);
	memcpy(c->sha256, facts.sha256, sizeof c->sha256);
	c->key = key_text(x);
	c->names = names_text(x);
	c->ca = X509_check_ca(x) == 1;
	c->self_issued = !X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x));
	c->client = use & XKU_SSL_CLIENT;	/* all bits are set where it names no use */
	c->server = use & XKU_SSL_SERVER;
out:
	OPENSSL_free(der);
	BIO_free(bio);
	ERR_clear_error();
	return why;
}

/* trusted: OpenSSL's own form, with more behind the certificate. */
static const char *add(struct cert_list *list, const unsigned char *der, size_t len, bool trusted)
{
	const unsigned char *p = der;
	X509 *x = d2i_X509(NULL, &p, (long)len);
	struct cert c = { 0 };
	const char *why = !x || (p != der + len && !trusted) ? "it is no X.509 certificate" : fill(&c, x);

	X509_free(x);
	ERR_clear_error();
	if (why) {
		cert_free(&c);
		return why;
	}
	list->item = xrealloc(list->item, (list->count + 1) * sizeof *list->item);
	list->item[list->count++] = c;
	return NULL;
}

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char begin[] = "-----BEGIN ", dashes[] = "-----";

static const char *find(const char *from, const char *end, const char *what)
{
	return memmem(from, (size_t)(end - from), what, strlen(what));
}

/* from: behind the BEGIN line of a certificate. *next: behind its END line. */
static const char *add_block(struct cert_list *list, const char *from, const char *end, bool trusted, const char **next)
{
	const char *to = find(from, end, dashes), *why = "it is no base64";
	size_t len = 0, der_len = 0;
	char *letters;
	unsigned char *der;

	if (!to || (size_t)(end - to) < 9 || memcmp(to, "-----END ", 9) != 0)
		return "it has no END line: the file is cut off";
	*next = to + 9;
	letters = xmalloc((size_t)(to - from) + 1);
	der = xmalloc((size_t)(to - from) + 1);
	for (const char *p = from; p < to; p++)
		if (!space(*p))
			letters[len++] = *p;
	if (len && text_unbase64(letters, len, der, len, &der_len))
		why = add(list, der, der_len, trusted);
	free(letters);
	free(der);
	return why;
}

static bool is_label(const char *at, const char *end, const char *label)
{
	size_t n = strlen(label);

	return (size_t)(end - at) >= n + strlen(dashes) && !memcmp(at, label, n) && !memcmp(at + n, dashes, strlen(dashes));
}

/* Bytes without a certificate: what they are instead. */
static bool no_certificate(const char *bytes, size_t len, const char *path, struct err *e)
{
	static const char bom[] = "\xef\xbb\xbf";
	const char *end = bytes + len, *text = bytes, *other;

	if (len >= strlen(bom) && !memcmp(text, bom, strlen(bom)))
		text += strlen(bom);
	while (text < end && space(*text))
		text++;
	if (text == end)
		return fail(e, ERR_CONFIG, "%s: it is empty; certificates are expected (PEM or DER)", path);
	if (*text == '<')
		return fail(e, ERR_CONFIG, "%s: a web page (HTML or XML), not certificates (PEM or DER)", path);
	if (len > 1 && (!memcmp(bytes, "\xff\xfe", 2) || !memcmp(bytes, "\xfe\xff", 2)))
		return fail(e, ERR_CONFIG, "%s: text in UTF-16; certificates are expected as plain text (PEM) or DER", path);
	if (*bytes == 0x30)
		return fail(e, ERR_CONFIG, "%s: binary, but not one whole DER certificate (.p12, .pfx and .p7b files are not taken here)", path);
	other = find(bytes, end, begin);
	if (other) {
		int n = 0;

		other += strlen(begin);
		while (n < 40 && other + n < end && ((other[n] >= 'A' && other[n] <= 'Z') || (other[n] >= '0' && other[n] <= '9') || other[n] == ' '))
			n++;
		return fail(e, ERR_CONFIG, "%s: no certificate in it, but a block %.*s", path, n, other);
	}
	return fail(e, ERR_CONFIG, "%s: no certificate in it (PEM or DER is expected)", path);
}

/* Behind the next BEGIN line of a certificate, or NULL. */
static const char *next_block(const char *start, const char *at, const char *end, bool *trusted)
{
	static const char *const labels[] = { "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE" };

	while ((at = find(at, end, begin))) {
		/* in the middle of a line it is a comment's; but another block's last dash may stand there, or a byte order mark */
		bool first = at == start || space(at[-1]) || at[-1] == '-' || at[-1] == '\xbf';

		at += strlen(begin);
		for (size_t kind = 0; first && kind < sizeof labels / sizeof labels[0]; kind++)
			if (is_label(at, end, labels[kind])) {
				*trusted = kind == 2;
				return at + strlen(labels[kind]) + strlen(dashes);
			}
	}
	return NULL;
}

static bool add_blocks(struct cert_list *list, const char *start, const char *end, const char *path, struct err *e)
{
	const char *at = start, *why;
	bool trusted;
	size_t n = 0;

	while ((at = next_block(start, at, end, &trusted)))
		if (++n > LIMIT_CERTS)
			return fail(e, ERR_CONFIG, "%s: more than %d certificates", path, LIMIT_CERTS);
	for (at = start; (at = next_block(start, at, end, &trusted));) {
		why = add_block(list, at, end, trusted, &at);
		if (why)
			return fail(e, ERR_CONFIG, "%s: certificate %zu of the file is broken: %s", path, list->count + 1, why);
	}
	return true;
}

bool certs_read(const char *bytes, size_t len, const char *path, struct cert_list *list, struct err *e)
{
	struct cert_list got = { 0 };

	if (len && *bytes == 0x30 && !find(bytes, bytes + len, begin))
		add(&got, (const unsigned char *)bytes, len, false);
	else if (!add_blocks(&got, bytes, bytes + len, path, e))
		goto bad;
	if (!got.count) {
		no_certificate(bytes, len, path, e);
		goto bad;
	}
	*list = got;
	return true;
bad:
	certs_free(&got);
	return false;
}

bool certs_load(const char *path, struct cert_list *list, struct err *e)
{
	struct buf b = BUF(LIMIT_CA_FILE);
	bool ok = file_read(path, 0, &b, e) && certs_read(buf_str(&b), b.len, path, list, e);

	buf_free(&b);
	return ok;
}

void certs_free(struct cert_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		cert_free(&list->item[i]);
	free(list->item);
	*list = (struct cert_list){ 0 };
}
