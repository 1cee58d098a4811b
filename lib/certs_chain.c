/* What certificates are to each other, to a key, and to a host. */
#include "lib/certs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "lib/buf.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "lib/mem.h"
#include "lib/secret.h"
#include "lib/text.h"
#include "lib/when.h"

/* NULL where c is not one of certs_read's. The caller frees. */
static X509 *parse(const struct cert *c)
{
	BIO *bio = BIO_new_mem_buf(c->pem, -1);
	X509 *x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	return x;
}

static void drop_twins(struct cert_list *list)
{
	for (size_t i = 1; i < list->count;) {
		struct cert_list twin = { 0 };
		size_t j = 0;

		while (j < i && strcmp(list->item[j].sha256, list->item[i].sha256) != 0)
			j++;
		if (j == i++)
			continue;
		twin.item = xmalloc(sizeof *twin.item);
		twin.item[twin.count++] = list->item[--i];
		memmove(list->item + i, list->item + i + 1, (--list->count - i) * sizeof *list->item);
		certs_free(&twin);
	}
}

/* A certificate's short name for messages, in out. */
static const char *called(const char *cn, const char *name, char out[128])
{
	if (!*cn)
		return name;
	snprintf(out, 128, "%s", cn);
	text_tame(out, strlen(out));
	return out;
}

static bool each_is_good(const struct cert_list *list, const char *path, int64_t now, struct err *e)
{
	char day[WHEN_TEXT], cn[128];

	for (size_t i = 0; i < list->count; i++) {
		const struct cert *c = &list->item[i];
		const char *name = called(c->subject_cn, c->subject, cn);

		if (!c->ca)
			return fail(e, ERR_CONFIG, "%s: %.200s is no CA certificate; a CA file holds the intermediates and the root that sign the caller's certificate", path, name);
		if (now < c->from) {
			when_format(c->from * 1000, day);
			return fail(e, ERR_CONFIG, "%s: %.200s is not valid before %.10s; is this machine's clock right?", path, name, day);
		}
		if (now > c->until) {
			when_format(c->until * 1000, day);
			return fail(e, ERR_CONFIG, "%s: %.200s has expired on %.10s; get the current file (pixgate chain fetch)", path, name, day);
		}
	}
	return true;
}

static bool signs(X509 *issuer, X509 *x)
{
	return X509_check_issued(issuer, x) == X509_V_OK && X509_verify(x, X509_get0_pubkey(issuer)) == 1;
}

/* How many steps each is from a self-signed root; -1: none is reached. */
static void measure(X509 *const *x, size_t n, int *steps)
{
	bool more = false;

	for (size_t i = 0; i < n; i++) {
		steps[i] = signs(x[i], x[i]) ? 0 : -1;
		more |= !steps[i];
	}
	for (int step = 1; more; step++) {
		more = false;
		for (size_t i = 0; i < n; i++) {
			for (size_t j = 0; j < n && steps[i] < 0; j++)
				if (steps[j] == step - 1 && signs(x[j], x[i]))
					steps[i] = step;
			more |= steps[i] == step;
		}
	}
}

bool certs_chain(struct cert_list *list, const char *path, int64_t now, struct err *e)
{
	X509 **x = NULL;
	int *steps = NULL, far = 0;
	char cn[128], by[128];
	struct cert *sorted = NULL;
	size_t n = 0, roots = 0;
	bool ok = false;

	drop_twins(list);
	if (!list->count)
		return fail(e, ERR_CONFIG, "%s: no certificate in it", path);
	if (!each_is_good(list, path, now, e))
		return false;
	x = xcalloc(list->count, sizeof *x);
	steps = xcalloc(list->count, sizeof *steps);
	for (size_t i = 0; i < list->count; i++) {
		x[i] = parse(&list->item[i]);
		if (!x[i]) {
			fail(e, ERR_CONFIG, "%s: %.200s cannot be read again", path, list->item[i].subject);
			goto out;
		}
	}
	measure(x, list->count, steps);
	for (size_t i = 0; i < list->count; i++) {
		roots += !steps[i];
		far = steps[i] > far ? steps[i] : far;
	}
	for (size_t i = 0; i < list->count; i++) {
		if (steps[i] >= 0)
			continue;
		fail(e, ERR_CONFIG, "%s: %s: %.150s is signed by %.150s, which is not in the file", path,
			roots ? "the chain is not whole" : "the root is missing", called(list->item[i].subject_cn, list->item[i].subject, cn),
			called(list->item[i].issuer_cn, list->item[i].issuer, by));
		goto out;
	}
	sorted = xcalloc(list->count, sizeof *sorted);
	for (; far >= 0; far--)
		for (size_t i = 0; i < list->count; i++)
			if (steps[i] == far)
				sorted[n++] = list->item[i];
	memcpy(list->item, sorted, n * sizeof *sorted);
	ok = true;
out:
	for (size_t i = 0; i < list->count; i++)
		X509_free(x[i]);
	free(x);
	free(steps);
	free(sorted);
	ERR_clear_error();
	return ok;
}

/* OpenSSL asks for a pass phrase: it must not ask on the terminal. */
static int asked(char *buf, int size, int writing, void *was_asked)
{
	(void)buf;
	(void)size;
	(void)writing;
	*(bool *)was_asked = true;
	return -1;
}

static bool key_load(const char *path, EVP_PKEY **key, struct err *e)
{
	struct buf b = BUF(LIMIT_CA_FILE);
	bool encrypted = false;
	BIO *bio = NULL;

	if (!file_read(path, 0, &b, e))
		goto out;
	bio = BIO_new_mem_buf(buf_str(&b), (int)b.len);
	*key = bio ? PEM_read_bio_PrivateKey(bio, NULL, asked, &encrypted) : NULL;
	if (*key)
		goto out;
	if (encrypted)
		fail(e, ERR_CONFIG, "%s: the private key is encrypted; a server that starts by itself needs it without pass phrase (openssl pkey -in FILE -out NEW)", path);
	else
		fail(e, ERR_CONFIG, "%s: no readable private key in it (PEM is expected)", path);
out:
	if (b.data)
		secret_wipe(b.data, b.cap);
	buf_free(&b);
	BIO_free(bio);
	ERR_clear_error();
	return *key != NULL;
}

bool certs_key_matches(const char *cert_path, const char *key_path, struct err *e)
{
	struct cert_list list = { 0 };
	EVP_PKEY *key = NULL;
	X509 *x = NULL;
	bool ok = false;

	if (!certs_load(cert_path, &list, e) || !key_load(key_path, &key, e))
		goto out;
	x = parse(&list.item[0]);
	ok = x && X509_check_private_key(x, key) == 1;
	if (!ok)
		fail(e, ERR_CONFIG, "%s: this private key is not the one of the first certificate in %s (%.200s)", key_path, cert_path, list.item[0].subject);
out:
	X509_free(x);
	EVP_PKEY_free(key);
	certs_free(&list);
	ERR_clear_error();
	return ok;
}

bool cert_is_for(const struct cert *c, const char *host)
{
	const unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
	size_t len = strlen(host);
	X509 *x;
	bool ok;

	if (len && host[len - 1] == '.')
		len--;
	/* OpenSSL takes ".example.com" for any host below */
	if (!len || *host == '.')
		return false;
	x = parse(c);
	ok = x && (X509_check_host(x, host, len, flags, NULL) == 1 || X509_check_ip_asc(x, host, 0) == 1);
	X509_free(x);
	ERR_clear_error();
	return ok;
}
