/* What is sent: method, body and headers. */
#include <string.h>

#include "lib/ascii.h"
#include "lib/http_inside.h"

/* The next bytes of a body that goes in pieces. */
static size_t on_read(char *out, size_t size, size_t n, void *arg)
{
	struct http_try *t = arg;
	size_t len = t->r->body_len - t->sent;

	if (len > size * n)
		len = size * n;
	if (len)
		memcpy(out, t->r->body + t->sent, len);
	t->sent += len;
	return len;
}

/* Where libcurl begins anew: HTTP/1.1 after all. */
static int on_seek(void *arg, curl_off_t to, int from)
{
	struct http_try *t = arg;

	if (from != SEEK_SET || to < 0 || (size_t)to > t->r->body_len)
		return CURL_SEEKFUNC_FAIL;
	t->sent = (size_t)to;
	return CURL_SEEKFUNC_OK;
}

/* Of unknown length: Transfer-Encoding: chunked, or HTTP/2 without a length. */
static bool load_pieces(struct http_try *t)
{
	return !curl_easy_setopt(t->h, CURLOPT_UPLOAD, 1L) && !curl_easy_setopt(t->h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)-1) &&
	       !curl_easy_setopt(t->h, CURLOPT_READFUNCTION, on_read) && !curl_easy_setopt(t->h, CURLOPT_READDATA, t) &&
	       !curl_easy_setopt(t->h, CURLOPT_SEEKFUNCTION, on_seek) && !curl_easy_setopt(t->h, CURLOPT_SEEKDATA, t);
}

static bool load_part(struct http_try *t)
{
	const struct http_request *r = t->r;
	curl_mimepart *part;

	t->mime = curl_mime_init(t->h);
	part = t->mime ? curl_mime_addpart(t->mime) : NULL;
	return part && !curl_mime_name(part, r->part) && !curl_mime_data(part, r->body ? r->body : "", r->body_len) &&
	       (!r->part_name || !curl_mime_filename(part, r->part_name)) && (!r->part_type || !curl_mime_type(part, r->part_type)) &&
	       !curl_easy_setopt(t->h, CURLOPT_MIMEPOST, t->mime);
}

/* The size first: CURLOPT_POSTFIELDS borrows the bytes. */
static bool load_whole(struct http_try *t)
{
	return !curl_easy_setopt(t->h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(t->r->body ? t->r->body_len : 0)) &&
	       !curl_easy_setopt(t->h, CURLOPT_POSTFIELDS, t->r->body ? t->r->body : "");
}

/* A request that may have a body but has none says so with a length of 0. */
bool http_load(struct http_try *t)
{
	const char *method = t->r->method ? t->r->method : "GET";
	bool bare = strcmp(method, "GET") == 0 || strcmp(method, "DELETE") == 0;

	if (strcmp(method, "HEAD") == 0)
		return !curl_easy_setopt(t->h, CURLOPT_NOBODY, 1L);
	if (t->r->part ? !load_part(t) : t->r->body && t->r->chunked ? !load_pieces(t) : t->r->body || !bare ? !load_whole(t) :
	    curl_easy_setopt(t->h, CURLOPT_HTTPGET, 1L) != CURLE_OK)
		return false;
	return !curl_easy_setopt(t->h, CURLOPT_CUSTOMREQUEST, method);
}

static bool append(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer)
		*list = longer;
	return longer;
}

static bool named(const char *line, const char *name)
{
	while (*name && ascii_lower(*line) == (unsigned char)*name) {
		line++;
		name++;
	}
	return !*name && *line == ':';
}

bool http_load_headers(struct http_try *t, struct err *e)
{
	struct curl_slist **list = &t->headers;
	bool typed = false, encoded = false;

	for (const char *const *line = t->r->headers; line && *line; line++) {
		for (const char *c = *line; *c; c++)
			if ((unsigned char)*c < 0x20 || *c == 0x7f)
				return fail(e, ERR_USAGE, "a header with a control byte in it is not sent");
		typed |= named(*line, "content-type");
		encoded |= named(*line, "accept-encoding");
		if (!append(list, *line))
			return fail(e, ERR_NET, "libcurl has no memory");
	}
	/* a body is no form unless somebody says so; nobody here unpacks */
	if ((!typed && !t->r->part && !append(list, "Content-Type:")) || !append(list, "Expect:") ||
	    (!encoded && !append(list, "Accept-Encoding: identity")) || curl_easy_setopt(t->h, CURLOPT_HTTPHEADER, *list))
		return fail(e, ERR_NET, "libcurl has no memory");
	return true;
}
