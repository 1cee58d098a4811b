/* The merchant's server certificate: BS2 trusts exactly the one that was uploaded last. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "emul/bs2.h"
#include "emul/multipart.h"
#include "lib/certs.h"
#include "lib/limits.h"
#include "lib/log.h"
#include "lib/text.h"
#include "lib/when.h"

/*
 * What the request brings: the bytes of the part, or what stands in JSON as the PEM text or as base64 of either form. BS2's manual
 * does not say which of them it takes.
 */
static bool read_upload(struct bs2_call *c, struct buf *out, struct err *e)
{
	const char *type = c->r->header(c->r, "Content-Type"), *dot = strrchr(c->psp->leaf, '.'), *text;
	struct buf one_line = BUF(LIMIT_BODY);
	const struct json *member;
	struct part part;
	size_t len;
	bool ok;

	if (!type || strncasecmp(type, "application/json", 16) != 0) {
		if (!multipart_part(type, c->r->body, c->r->len, "certificado", &part))
			return fail(e, ERR_INPUT, "neither multipart/form-data with one part \"certificado\" nor application/json");
		len = strlen(part.file);
		if (len <= strlen(dot) || strcasecmp(part.file + len - strlen(dot), dot) != 0)
			return fail(e, ERR_INPUT, "the part's file name does not end with %s", dot);
		return buf_add(out, part.data, part.len) || fail(e, ERR_INPUT, "too large");
	}
	c->doc = json_parse(c->r->body, c->r->len, false, e);
	if (!c->doc)
		return false;
	member = json_member(c->doc, "certificado", false);
	if (json_type(member) != JSON_STRING)
		return fail(e, ERR_INPUT, "no text \"certificado\" in the object");
	text = json_text(member);
	if (strstr(text, "-----BEGIN "))
		return buf_puts(out, text) || fail(e, ERR_INPUT, "too large");
	for (; *text; text++)
		if (!strchr("\r\n", *text))
			buf_add(&one_line, text, 1);
	ok = buf_add(out, buf_str(&one_line), one_line.len + 1) &&
		text_unbase64(buf_str(&one_line), one_line.len, (unsigned char *)out->data, out->cap, &out->len);
	buf_free(&one_line);
	return ok || fail(e, ERR_INPUT, "\"certificado\" is neither PEM nor base64");
}

static bool is_one_leaf(const struct buf *bytes, struct cert_list *list, struct err *e)
{
	static const char begin[] = "-----BEGIN ";
	const char *first = bytes->len ? memmem(bytes->data, bytes->len, begin, sizeof begin - 1) : NULL;

	if (bytes->len > LIMIT_PEM)
		return fail(e, ERR_INPUT, "longer than %d bytes", LIMIT_PEM);
	if (first && memmem(first + 1, bytes->len - (size_t)(first + 1 - bytes->data), begin, sizeof begin - 1))
		return fail(e, ERR_INPUT, "more than one PEM block: one certificate alone was expected, without its CA's and without a key");
	if (!certs_read(buf_str(bytes), bytes->len, "the upload", list, e))
		return false;
	return !list->item[0].ca || fail(e, ERR_INPUT, "a CA's certificate: the server's own was expected");
}

/* A delivery that reads it meanwhile sees the old one or the new one, whole. */
static bool place(const char *dir, const char *name, const char *text, struct err *e)
{
	struct buf path = BUF(PATH_MAX + 64), temp = BUF(PATH_MAX + 64);
	size_t len = strlen(text);
	bool ok = false;
	int fd = -1;

	buf_putf(&path, "%s/%s", dir, name);
	buf_putf(&temp, "%s/.%s-XXXXXX", dir, name);
	if (!path.len || !temp.len) {
		fail(e, ERR_STORE, "%s: the folder's name is too long", dir);
		goto out;
	}
	fd = mkostemp(temp.data, O_CLOEXEC);	/* 0600 */
	if (fd < 0 || write(fd, text, len) != (ssize_t)len || fsync(fd) || rename(temp.data, path.data)) {
		fail(e, ERR_STORE, "%s: %s", path.data, strerror(errno));
		if (fd >= 0)
			unlink(temp.data);
		goto out;
	}
	ok = true;
out:
	if (fd >= 0)
		close(fd);
	buf_free(&path);
	buf_free(&temp);
	return ok;
}

void bs2_cert_set(struct bs2_call *c)
{
	struct buf bytes = BUF(LIMIT_BODY);
	struct cert_list list = { 0 };
	struct err e = { 0 };

	if (read_upload(c, &bytes, &e) && is_one_leaf(&bytes, &list, &e) && place(c->bank->dir, c->psp->leaf, list.item[0].pem, &e)) {
		log_line("emul: uploaded file=%s sha256=%s", c->psp->leaf, list.item[0].sha256);
		c->a->status = 204;
	} else {
		bs2_broken(c, &e);
	}
	certs_free(&list);
	if (bytes.data)
		secret_wipe(bytes.data, bytes.cap);	/* a key, by mistake */
	buf_free(&bytes);
}

void bs2_leaf_reason(const char *leaf, int64_t now, struct call_result *result)
{
	struct cert_list list = { 0 };
	struct err e = { 0 };
	char was[sizeof result->reason], day[WHEN_TEXT];

	if (result->end != CALL_ERRNO || strcmp(result->errno_name, "EPROTO") != 0)
		return;
	memcpy(was, result->reason, sizeof was);
	if (certs_load(leaf, &list, &e) && list.item[0].until < now / 1000) {
		when_format(list.item[0].until * 1000, day);
		snprintf(result->reason, sizeof result->reason, "the uploaded certificate expired on %.10s (%.200s)", day, was);
	} else {
		snprintf(result->reason, sizeof result->reason, "the server does not show the certificate that was uploaded (%.200s)", was);
	}
	certs_free(&list);
}
