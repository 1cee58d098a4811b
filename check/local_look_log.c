/* The gate's log, from its end: who was refused, and by what. What stands in it may have been sent by strangers. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/local.h"
#include "lib/mem.h"
#include "lib/text.h"

static const char *const refusals[REFUSALS] = {
	[REFUSAL_PATH] = "path", [REFUSAL_METHOD] = "method", [REFUSAL_SECRET] = "secret", [REFUSAL_SOURCE] = "source",
	[REFUSAL_CERT] = "cert", [REFUSAL_BASIC] = "basic", [REFUSAL_BEARER] = "bearer", [REFUSAL_LENGTH] = "length",
	[REFUSAL_STORE] = "store", [REFUSAL_CONFIGURATION] = "configuration",
};

/* Behind `what` in the line, or NULL. */
static const char *behind(const char *line, const char *what)
{
	const char *at = strstr(line, what);

	return at ? at + strlen(what) : NULL;
}

static void refused(const char *rest, struct local_log *to)
{
	const char *check = behind(rest, " check=");

	for (int i = 0; check && i < REFUSALS; i++) {
		size_t n = strlen(refusals[i]);

		if (strncmp(check, refusals[i], n) == 0 && (check[n] == ' ' || !check[n])) {
			to->refused[i]++;
			to->since[i]++;
		}
	}
}

/* One line, NUL-terminated. A web server or a journal may have put its own words before ours. */
static void line(char *text, size_t len, struct local_log *to)
{
	const char *ours, *rest;

	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = '?';
	ours = behind(text, "gate: ");
	if (!ours)
		return;
	if (strncmp(ours, "accepted ", 9) == 0) {
		to->accepted++;
		memset(to->since, 0, sizeof to->since);
		to->error_last = false;
	} else if (strncmp(ours, "refused ", 8) == 0) {
		refused(ours + 7, to);
	} else if (strncmp(ours, "warning ", 8) == 0) {
		to->warnings++;
	} else if (strncmp(ours, "error ", 6) == 0) {
		rest = ours + 6;
		to->errors++;
		to->error_last = true;
		snprintf(to->error, sizeof to->error, "%.300s", rest);
		text_tame(to->error, strlen(to->error));
	} else {
		return;
	}
	to->lines++;
}

void local_log_text(const char *text, size_t len, struct local_log *to)
{
	char one[1200];	/* longer than a line of the gate with what a server puts before it; the rest of a longer one does not count */

	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len, kept = n < sizeof one - 1 ? n : sizeof one - 1;

		memcpy(one, text, kept);
		one[kept] = '\0';
		line(one, kept, to);
		text += n + (end != NULL);
		len -= n + (end != NULL);
	}
}

void local_look_log(const char *path, struct local_log *to)
{
	char *text = NULL, *from;
	size_t len = 0, most;
	struct stat st;
	ssize_t n;
	int fd;

	to->asked = true;
	snprintf(to->path, sizeof to->path, "%s", path);
	/* O_NONBLOCK: a pipe without a writer would be waited for */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st)) {
		snprintf(to->why, sizeof to->why, "%s", strerror(errno));
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		snprintf(to->why, sizeof to->why, "not a regular file");
		goto out;
	}
	to->size = st.st_size;
	to->cut = st.st_size > LOCAL_LOG_TAIL;
	most = to->cut ? LOCAL_LOG_TAIL : (size_t)st.st_size;
	text = xmalloc(most + 1);
	while (len < most && (n = pread(fd, text + len, most - len, (to->cut ? st.st_size - LOCAL_LOG_TAIL : 0) + (off_t)len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			snprintf(to->why, sizeof to->why, "%s", strerror(errno));
			goto out;
		}
		len += (size_t)n;
	}
	from = to->cut ? memchr(text, '\n', len) : text;	/* what was cut in two is no line */
	if (from)
		local_log_text(from, len - (size_t)(from - text), to);
out:
	if (fd >= 0)
		close(fd);
	free(text);
}
