/* What is sent for each status. Refusals have no body: a stranger learns nothing from which check failed. */
#include <string.h>

#include "fcgi/job.h"

#define HEAD(status) "Status: " status "\r\nContent-Type: text/plain\r\n"
#define NOTHING "Content-Length: 0\r\n\r\n"
#define ROW(status, check, text) { status, check, text, sizeof text - 1 }

static const struct {
	int status;
	const char *check;	/* the one whose failure is answered so, NULL: any */
	const char *text;
	size_t len;
} answers[] = {
	ROW(200, NULL, HEAD("200 OK") "Content-Length: 3\r\n\r\n200"),
	ROW(400, NULL, HEAD("400 Bad Request") NOTHING),
	ROW(401, "bearer", HEAD("401 Unauthorized") "WWW-Authenticate: Bearer realm=\"pixgate\"\r\n" NOTHING),
	ROW(401, NULL, HEAD("401 Unauthorized") "WWW-Authenticate: Basic realm=\"pixgate\"\r\n" NOTHING),
	ROW(403, NULL, HEAD("403 Forbidden") NOTHING),
	ROW(404, NULL, HEAD("404 Not Found") NOTHING),
	ROW(405, NULL, HEAD("405 Method Not Allowed") "Allow: POST\r\n" NOTHING),
	ROW(413, NULL, HEAD("413 Content Too Large") NOTHING),
	/* a minute: PSPs keep their own schedule, whoever honours this one comes back before it */
	ROW(503, NULL, HEAD("503 Service Unavailable") "Retry-After: 60\r\n" NOTHING),
};

const char *answer_text(int status, const char *check, size_t *len)
{
	size_t i = 0, last = sizeof answers / sizeof answers[0] - 1;

	while (i < last && (answers[i].status != status || (answers[i].check && strcmp(answers[i].check, check) != 0)))
		i++;
	*len = answers[i].len;
	return answers[i].text;
}
