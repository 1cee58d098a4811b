/* What goes wrong with a list of the API: its counts, its rows, one of its pages. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emul/fault.h"

/* Where the list of the answer is: Efí's counts stand before it, BS2's behind it, and neither has another list outside. */
struct rows {
	size_t begin, end;	/* what is between its brackets */
	size_t first, last;	/* where its first row ends, and where its last one begins */
	int n;
};

/* The end of a JSON text that begins with '"'; at its quote. */
static size_t text_end(const char *s, size_t i)
{
	for (i++; s[i] && s[i] != '"'; i++)
		i += s[i] == '\\' && s[i + 1];
	return i;
}

static bool find_rows(const char *s, struct rows *r)
{
	size_t i = strcspn(s, "[");
	int depth = 0;

	if (!s[i])
		return false;
	*r = (struct rows){ .begin = i + 1, .last = i + 1 };
	for (; s[i]; i++) {
		if (s[i] == '"') {
			i = text_end(s, i);
			if (!s[i])
				return false;
		} else if (strchr("[{", s[i])) {
			depth++;
		} else if (strchr("]}", s[i]) && !--depth) {
			r->end = i;
			if (!r->first)
				r->first = i;
			r->n += r->end > r->begin;
			return true;
		} else if (s[i] == ',' && depth == 1) {
			if (!r->first)
				r->first = i;
			r->last = i + 1;
			r->n++;
		}
	}
	return false;
}

/* What stands in the body from begin to end becomes text. */
static void replace(struct buf *body, size_t begin, size_t end, const char *text, size_t len)
{
	struct buf b = BUF(body->max);

	buf_add(&b, buf_str(body), begin);
	buf_add(&b, text, len);
	buf_add(&b, buf_str(body) + end, body->len - end);
	buf_free(body);
	*body = b;
}

static void set_number(struct buf *body, const char *name, int64_t n)
{
	const char *s = buf_str(body), *at = strstr(s, name);
	char text[24];
	size_t begin;

	if (!at)
		return;
	begin = (size_t)(at - s) + strlen(name);
	snprintf(text, sizeof text, "%" PRId64, n);
	replace(body, begin, begin + strspn(s + begin, "0123456789"), text, strlen(text));
}

void fault_list_pages(struct front_answer *a, int64_t value)
{
	set_number(&a->body, "\"quantidadeDePaginas\":", value);
}

void fault_list_items(struct front_answer *a, int64_t value)
{
	set_number(&a->body, "\"quantidadeTotalDeItens\":", value);
	set_number(&a->body, "\"qtd\":", value);
}

void fault_list_twice(struct front_answer *a, int64_t value)
{
	const char *s = buf_str(&a->body);
	struct rows r;
	char *first;

	(void)value;
	if (!find_rows(s, &r) || r.n < 2)
		return;
	first = strndup(s + r.begin, r.first - r.begin);
	if (first)
		replace(&a->body, r.last, r.end, first, strlen(first));
	free(first);
}

void fault_list_hole(struct front_answer *a, int64_t value)
{
	struct rows r;

	(void)value;
	if (find_rows(buf_str(&a->body), &r))
		replace(&a->body, r.begin, r.end, "", 0);
}

int64_t fault_list_page(const struct front_request *r)
{
	char text[24];

	if (strcmp(r->method, "GET") != 0)
		return 0;
	if (front_param(r, "inicio", text, sizeof text))
		return front_param(r, "paginacao.paginaAtual", text, sizeof text) ? atoll(text) + 1 : 1;
	if (front_param(r, "Inicio", text, sizeof text))
		return front_param(r, "PaginaAtual", text, sizeof text) ? atoll(text) : 1;
	return 0;
}
