/* A secret that is registered already. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/out.h"
#include "cli/plan.h"
#include "lib/limits.h"
#include "lib/secret.h"

/* A registered secret shorter than this can be tried out; a fresh one has SECRET_HEX characters. */
#define SHORT_SECRET 16

bool secret_adopt(const char *file, char *secret, size_t size, bool quiet, struct err *e)
{
	char bytes[LIMIT_SECRET + 3];
	bool standard = !strcmp(file, "-"), ok = false;
	const char *what = standard ? "standard input" : file;
	int fd = standard ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return fail(e, ERR_USAGE, "--adopt: %s: %s", what, strerror(errno));
	do {
		n = read(fd, bytes + len, sizeof bytes - len);
		if (n > 0)
			len += (size_t)n;
	} while ((n > 0 && len < sizeof bytes) || (n < 0 && errno == EINTR));
	if (n < 0) {
		fail(e, ERR_STORE, "--adopt: %s: %s", what, strerror(errno));
		goto out;
	}
	if (len && bytes[len - 1] == '\n')
		len--;
	if (len && bytes[len - 1] == '\r')
		len--;
	if (!len || len > LIMIT_SECRET || len >= size) {
		fail(e, ERR_USAGE, "--adopt: %s: expected a secret of 1 to %d bytes on one line", what, LIMIT_SECRET);
		goto out;
	}
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)bytes[i] <= ' ' || (unsigned char)bytes[i] >= 0x7f) {
			fail(e, ERR_USAGE, "--adopt: %s: byte %zu of the secret is no printable ASCII", what, i + 1);
			goto out;
		}
	if (len < SHORT_SECRET)
		note(quiet, "the adopted secret has %zu characters: register a longer one soon", len);
	memcpy(secret, bytes, len);
	secret[len] = '\0';
	ok = true;
out:
	secret_wipe(bytes, sizeof bytes);
	if (!standard)
		close(fd);
	return ok;
}
