#include "cli/emul.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool emul_dir(const char *given, char dir[PATH_MAX], struct err *e)
{
	char found[PATH_MAX] = "";

	if (!given || !*given)
		return fail(e, ERR_USAGE, "--conf-dir is missing: the folder that pixgate emul pki made");
	if (!realpath(given, found))
		return fail(e, ERR_CONFIG, "--conf-dir %s: %s; pixgate emul pki makes it", given, strerror(errno));
	memcpy(dir, found, PATH_MAX);
	return true;
}
