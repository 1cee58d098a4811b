/*
 * In the gate's place: answers every request with what the web server told it, one NAME=VALUE a line.
 *
 *   params unix:PATH	as FastCGI, one connection after the other, until it is killed
 *   params		as CGI
 */
#include "tests/tools/record.h"

#include <sys/stat.h>

extern char **environ;

static const char head[] = "Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n";

static size_t length_at(const struct bytes *b, size_t *at)
{
	size_t n = 0, bytes;

	if (*at >= b->len)
		return 0;
	bytes = b->p[*at] & 0x80 ? 4 : 1;
	for (size_t i = 0; i < bytes && *at < b->len; i++, (*at)++)
		n = n << 8 | (i == 0 && bytes == 4 ? b->p[*at] & 0x7f : b->p[*at]);
	return n;
}

static void list(const struct bytes *params, struct bytes *out)
{
	size_t at = 0;

	put(out, head, sizeof head - 1);
	while (at < params->len) {
		size_t name = length_at(params, &at), value = length_at(params, &at);

		if (name > params->len - at || value > params->len - at - name)
			break;
		put(out, params->p + at, name);
		put(out, "=", 1);
		put(out, params->p + at + name, value);
		put(out, "\n", 1);
		at += name + value;
	}
}

static void serve(int fd)
{
	struct bytes params = { 0 }, out = { 0 }, answer = { 0 };
	int64_t deadline = now_us() + 5000000;
	unsigned char h[8], body[65535 + 255], end[8] = { 0 };
	int id = 1;

	for (;;) {
		size_t len;

		if (!read_exactly(fd, h, sizeof h, deadline))
			goto out;
		len = (size_t)(h[4] << 8 | h[5]);
		if (!read_exactly(fd, body, len + h[6], deadline))
			goto out;
		id = h[2] << 8 | h[3];
		if (h[1] == FCGI_PARAMS)
			put(&params, body, len);
		else if (h[1] == FCGI_STDIN && len == 0)
			break;
	}
	list(&params, &out);
	put_stream(&answer, FCGI_STDOUT, id, out.p, out.len);
	put_record(&answer, FCGI_END, id, end, sizeof end);
	send_all(fd, answer.p, answer.len);
out:
	free(params.p);
	free(out.p);
	free(answer.p);
	close(fd);
}

static int listen_on(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof un.sun_path)
		die(path);
	memcpy(un.sun_path, path, strlen(path) + 1);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&un, sizeof un) != 0 || chmod(path, 0666) != 0 || listen(fd, 64) != 0)
		die(path);
	return fd;
}

int main(int argc, char **argv)
{
	int fd;

	if (argc < 2) {
		/* a body that is not read makes Apache reset the connection */
		while (getchar() != EOF)
			;
		fputs(head, stdout);
		for (char **e = environ; *e; e++)
			puts(*e);
		return 0;
	}
	if (strncmp(argv[1], "unix:", 5))
		return 2;
	for (fd = listen_on(argv[1] + 5);;) {
		int one = accept(fd, NULL, NULL);

		if (one >= 0)
			serve(one);
	}
}
