/* The one certificate of a server, of a file that may hold more, and nothing that must stay at home. */
#include "lib/certs.h"

#include <string.h>

#include "lib/buf.h"
#include "lib/file.h"
#include "lib/limits.h"
#include "lib/secret.h"

bool cert_leaf(struct cert_list *list, const char *path, struct err *e)
{
	struct cert first = list->item[0];
	size_t leaves = 0, at = 0;

	for (size_t i = 0; i < list->count; i++)
		if (!list->item[i].ca && (!leaves || strcmp(list->item[i].sha256, list->item[at].sha256) != 0) && !leaves++)
			at = i;
	if (leaves > 1)
		return fail(e, ERR_CONFIG, "%s: %zu certificates that are no CA's in it; give the server's own, alone or with its chain", path, leaves);
	if (!leaves && list->count > 1)
		return fail(e, ERR_CONFIG, "%s: it holds CA certificates alone, not the server's own", path);
	list->item[0] = list->item[at];
	list->item[at] = first;
	return true;
}

bool cert_leaf_load(const char *path, struct cert_list *list, struct err *e)
{
	struct buf b = BUF(LIMIT_LEAF_FILE);
	bool ok = false;

	if (!file_read(path, 0, &b, e))
		goto out;
	if (b.len && memmem(b.data, b.len, "PRIVATE KEY-----", 16))
		fail(e, ERR_CONFIG, "%s: a private key is in it: that never leaves this machine; give the file with the certificate alone (certbot: cert.pem)", path);
	else
		ok = certs_read(buf_str(&b), b.len, path, list, e) && cert_leaf(list, path, e);
out:
	if (b.data)
		secret_wipe(b.data, b.cap);
	buf_free(&b);
	return ok;
}
