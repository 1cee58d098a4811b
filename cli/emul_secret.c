/* The emulated account's secret: made once, so that a configuration that names it goes on working. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/emul.h"
#include "cli/newfile.h"
#include "lib/buf.h"
#include "lib/file.h"

bool emul_secret(const char *dir, struct secret *secret, struct err *e)
{
	char fresh[SECRET_HEX + 1] = "", text[SECRET_HEX + 2] = "";
	struct buf path = BUF(2 * PATH_MAX), b = BUF(512);
	struct newfile file = { 0 };
	bool ok = false;

	buf_putf(&path, "%s/" EMUL_SECRET_FILE, dir);
	if (access(buf_str(&path), F_OK)) {
		if (!secret_fresh(fresh, e))
			goto out;
		snprintf(text, sizeof text, "%s\n", fresh);
		ok = newfile_write(&file, dir, EMUL_SECRET_FILE, text, strlen(text), e) && newfile_place(&file, e);
		newfile_end(&file, ok);
		/* another one made it in the meantime: that one counts */
		if (!ok && access(buf_str(&path), F_OK))
			goto out;
		e->code = ERR_NONE;
	}
	ok = file_read(buf_str(&path), 07, &b, e);
	if (ok && b.len && b.data[b.len - 1] == '\n')
		b.len--;
	if (ok && secret)
		secret_set(secret, b.data, b.len);
out:
	secret_wipe(fresh, sizeof fresh);
	secret_wipe(text, sizeof text);
	if (b.data)
		secret_wipe(b.data, b.cap);
	buf_free(&b);
	buf_free(&path);
	return ok;
}
