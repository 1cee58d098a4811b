/* `pixgate reconcile` in a process of its own, a PSP of the test's own, and what the inbox has. Behind <cmocka.h>. */
#ifndef TESTS_UNIT_RECONCILE_SCENE_H
#define TESTS_UNIT_RECONCILE_SCENE_H

#include "tests/unit/api_scene.h"

#define OK_JSON "HTTP/1.1 200 OK\r\n" JSON
#define KEY "5d1e7c02-93ab-4f68-8c14-a0b9d7e36f25"
#define MIN (60 * INT64_C(1000))
#define DAY (24 * 60 * MIN)

static const int64_t now = NOW * 1000LL;	/* 2023-11-14T22:13:20Z */

/* What the PSP has, and how it behaves. Set before a peer is started. */
static struct {
	const char *list;	/* items of the last day */
	bool always;		/* … or of any */
	const char *one;	/* its answer to a question for one Pix */
	const char *instead;	/* of the list from its n-th request on */
	int from;
	const char *total;	/* what it says it has; NULL: one for each item */
} psp;

static char says[256 * 1024], out[64 * 1024], err_text[64 * 1024];

static inline int count_of(const char *text, const char *what)
{
	int n = 0;

	for (const char *at = text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

static const char *answer(const char *request, int n)
{
	if (for_token(request))
		return good(request, n);
	if (strncmp(request, "POST /v2/gn/webhook/reenviar", 28) == 0)
		return "HTTP/1.1 202 Yes\r\n" NO_LENGTH;
	if (strncmp(request, "GET /v2/pix?", 12) != 0)
		return psp.one;
	if (psp.instead && n >= psp.from)
		return psp.instead;
	if (!psp.always && !strstr(request, "fim=2023-11-14T22%3A12"))
		return OK_JSON "{\"parametros\":{\"paginacao\":{\"quantidadeDePaginas\":1,\"quantidadeTotalDeItens\":0,\"itensPorPagina\":100}},\"pix\":[]}";
	snprintf(says, sizeof says, OK_JSON "{\"parametros\":{\"paginacao\":{\"quantidadeDePaginas\":1,\"quantidadeTotalDeItens\":%d,\"itensPorPagina\":100}},\"pix\":[%s]}",
		psp.total ? atoi(psp.total) : count_of(psp.list, "\"endToEndId\""), psp.list);
	return says;
}

static inline void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "we");
	assert_true(f && fputs(text, f) >= 0 && fclose(f) == 0 && chmod(path, 0600) == 0);
}

static inline int make(void **state)
{
	memset(&psp, 0, sizeof psp);
	psp.list = "";
	psp.one = "HTTP/1.1 400 No\r\n" JSON "{\"nome\":\"pix_nao_encontrado\",\"mensagem\":\"Nenhum Pix\"}";
	return make_folder(state);
}

static inline void configure(const struct peer *p)
{
	char text[2048];

	write_file("hmac", "0123456789abcdef0123456789abcdef0123456789abcdef\n");
	snprintf(text, sizeof text,
		"inbox = \"sqlite:inbox.db\";\nhooks = (\n"
		"{ name = \"loja\"; path = \"/w\"; psp = \"efi\"; secret = \"file:hmac\"; keys = [ \"" KEY "\" ]; api = \"%s\"; api_ca = \"peer.pem\"; api_cert = \"ours.pem\";"
		" client_id = \"Client_Id_7\"; client_secret = \"file:secret\"; },\n"
		"{ name = \"indireto\"; path = \"/i\"; psp = \"bs2-indirect\"; secret = \"file:hmac\"; client_id = \"x\"; client_secret = \"file:secret\"; },\n"
		"{ name = \"banco\"; path = \"/b\"; psp = \"bs2\"; secret = \"file:hmac\"; client_id = \"x\"; client_secret = \"file:secret\"; });\n", p ? p->base : "https://127.0.0.1:1");
	write_file("pixgate.conf", text);
}

static inline void read_back(const char *name, char *to, size_t size)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "re");
	assert_non_null(f);
	to[fread(to, 1, size - 1, f)] = '\0';
	fclose(f);
}

/* `pixgate reconcile …` in a process of its own, as at `at`; out and err_text hold what it said. */
static inline pid_t begin_run(int64_t at, const char *words)
{
	char line[512], path[256], *argv[24] = { (char *)"pixgate", (char *)"reconcile" };
	int argc = 2;
	pid_t pid;

	snprintf(line, sizeof line, "--conf %s/pixgate.conf %s", dir, words);
	pid = fork();
	assert_true(pid >= 0);
	if (pid)
		return pid;
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	snprintf(path, sizeof path, "%s/out", dir);
	if (!freopen(path, "we", stdout))
		_exit(99);
	snprintf(path, sizeof path, "%s/err", dir);
	if (!freopen(path, "we", stderr))
		_exit(99);
	setvbuf(stderr, NULL, _IONBF, 0);
	_exit(pixgate(argc, argv, at));
}

static inline int end_run(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	read_back("out", out, sizeof out);
	read_back("err", err_text, sizeof err_text);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static inline void runs(int want, int64_t at, const char *words)
{
	int got = end_run(begin_run(at, words));

	if (got != want)
		fail_msg("reconcile %s: exit status %d, not %d\n%s%s", words, got, want, out, err_text);
}

/* Against a PSP as it is set up now. */
static inline struct peer runs_at(int want, int64_t at, const char *words)
{
	struct peer p = peer_start(ca, false, answer);

	configure(&p);
	runs(want, at, words);
	return p;
}

static inline void run_once(int want, int64_t at, const char *words)
{
	struct peer p = runs_at(want, at, words);

	peer_stop(&p);
}

static inline struct inbox *opened_box(void)
{
	struct inbox *box;
	struct err e;

	if (!inbox_open(&box, "sqlite:inbox.db", dir, INBOX_WRITE, &e))
		fail_msg("%s", e.text);
	return box;
}

/* A callback, as the gate takes it. Returns how many events were fresh. */
static inline size_t told(int64_t at, const char *items)
{
	struct inbox *box = opened_box();
	struct pix_batch b = { 0 };
	struct inbox_put put;
	char body[4096];
	static const char *const keys[] = { KEY };
	struct err e;

	snprintf(body, sizeof body, "{\"pix\":[%s]}", items);
	pix_parse(&psp_efi, "", body, strlen(body), &b);
	pix_mark_foreign(&b, keys, 1);
	const struct inbox_note n = { .hook = "loja", .psp = "efi", .event = "", .received_ms = at, .body = body, .body_len = strlen(body), .unread = b.unread,
		.why = b.why, .events = b.events, .count = b.count };
	assert_true(box->ops->begin(box, &e) && box->ops->put(box, &n, &put, &e) && box->ops->commit(box, &e));
	pix_batch_free(&b);
	inbox_close(box);
	return put.fresh;
}

static inline bool on_row(const struct inbox_row *row, void *arg)
{
	char *text = arg;

	sprintf(text + strlen(text), "%s%s %s %d %s%s", *text ? ", " : "", pix_kind_name(row->event.kind), row->event.e2eid, (int)row->event.cents, row->source,
		row->event.foreign ? " foreign" : "");
	return true;
}

static const char *inbox_has(void)
{
	static char text[4096];
	const struct inbox_filter all = { .kind = -1 };
	struct inbox *box = opened_box();
	struct err e;

	*text = '\0';
	assert_true(box->ops->list(box, &all, on_row, text, &e));
	inbox_close(box);
	return text;
}

static inline int64_t mark(void)
{
	struct inbox *box = opened_box();
	struct err e;
	int64_t ms;

	assert_true(box->ops->marked(box, "loja", "reconciled", &ms, &e));
	inbox_close(box);
	return ms;
}

#endif
