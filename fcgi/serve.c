#include "fcgi/serve.h"

#include <fcgiapp.h>
#include <stdlib.h>

#include "lib/mem.h"

struct served {
	FCGX_Request request;
	bool keep;	/* the web server asked for FCGI_KEEP_CONN */
};

bool serve_init(void)
{
	return FCGX_Init() == 0;
}

struct served *serve_take(int fd)
{
	struct served *s = xcalloc(1, sizeof *s);

	/* -1: there is no listening socket to fall back on, so that a request that does not parse ends here. */
	FCGX_InitRequest(&s->request, -1, 0);
	s->request.ipcFd = fd;
	s->request.keepConnection = 1;	/* or the first thing FCGX_Accept_r does is to close it */
	s->request.detached = 1;	/* on failure close(fd) alone, without the wait that serve_answer tells of */
	if (FCGX_Accept_r(&s->request) == 0) {
		s->keep = s->request.keepConnection;
		return s;
	}
	free(s);
	return NULL;
}

char *const *serve_params(const struct served *s)
{
	return s->request.envp;
}

size_t serve_body(struct served *s, char *to, size_t size)
{
	size_t n = 0;

	while (n < size) {
		int got = FCGX_GetStr(to + n, (int)(size - n), s->request.in);

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	return n;
}

/*
 * FCGX_Finish_r would close the connection itself, by waiting up to two seconds in select() for the peer to do so first
 * (OS_Close), with an FD_SET that overflows from descriptor 1024 on. So the streams are closed one by one and the
 * descriptor is taken away before anything can close it.
 */
bool serve_answer(struct served *s, int fd, const char *text, size_t len)
{
	FCGX_Request *r = &s->request;
	bool ok;

	r->ipcFd = fd;
	ok = FCGX_PutStr(text, (int)len, r->out) == (int)len;
	ok &= FCGX_FClose(r->err) == 0;
	ok &= FCGX_FClose(r->out) == 0;
	ok &= s->keep;
	serve_drop(s);
	return ok;
}

void serve_drop(struct served *s)
{
	if (!s)
		return;
	s->request.ipcFd = -1;
	FCGX_Free(&s->request, 0);
	free(s);
}
