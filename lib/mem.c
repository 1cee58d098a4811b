#include "lib/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *have(void *p)
{
	static const char line[] = "pixgate: out of memory\n";

	if (p)
		return p;
	if (write(2, line, sizeof line - 1) < 0)
		_exit(3);
	_exit(3);
}

void *xmalloc(size_t size)
{
	return have(malloc(size ? size : 1));
}

void *xcalloc(size_t n, size_t size)
{
	return have(calloc(n ? n : 1, size ? size : 1));
}

void *xrealloc(void *p, size_t size)
{
	return have(realloc(p, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return have(strdup(s));
}

char *xstrndup(const char *s, size_t n)
{
	return have(strndup(s, n));
}

void *xgrow(void *p, size_t *cap, size_t need, size_t size)
{
	size_t next = *cap ? *cap : 4;

	if (need <= *cap)
		return p;
	while (next < need)
		next = next > SIZE_MAX / 2 ? need : next * 2;
	if (size && next > SIZE_MAX / size)
		have(NULL);
	*cap = next;
	return xrealloc(p, next * size);
}
