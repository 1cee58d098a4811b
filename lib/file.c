#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_all(int fd, const char *path, struct buf *b, struct err *e)
{
	char part[8192];
	bool ok = false;
	ssize_t n;

	while ((n = read(fd, part, sizeof part)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			fail(e, ERR_CONFIG, "%s: %s", path, strerror(errno));
			goto out;
		}
		if (!buf_add(b, part, (size_t)n)) {
			fail(e, ERR_CONFIG, "%s: longer than %zu bytes", path, b->max);
			goto out;
		}
	}
	ok = true;
out:
	explicit_bzero(part, sizeof part);
	return ok;
}

bool file_read(const char *path, mode_t forbidden, struct buf *b, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);	/* a FIFO must not block */
	struct stat st;
	bool ok = false;

	if (fd < 0 || fstat(fd, &st))
		fail(e, ERR_CONFIG, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		fail(e, ERR_CONFIG, "%s: not a regular file", path);
	else if (st.st_mode & forbidden)
		fail(e, ERR_CONFIG, "%s: others may use it (mode %04o): chmod o= it", path, (unsigned)st.st_mode & 07777);
	else
		ok = read_all(fd, path, b, e);
	if (fd >= 0)
		close(fd);
	return ok;
}
