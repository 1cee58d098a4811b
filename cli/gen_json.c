/* What `pixgate gen --json` says. */
#include <string.h>

#include "cli/gen.h"
#include "cli/out.h"

static void lines(struct buf *b, const char *name, const char *text)
{
	json_open(b, name, '[');
	while (*text) {
		size_t len = strcspn(text, "\n");

		json_bytes(b, NULL, text, len);
		text += len + (text[len] == '\n');
	}
	json_close(b, ']');
}

static void file(struct buf *b, const struct gen_result *r, size_t i)
{
	static const char *const done[] = { [GEN_WROTE] = "written", [GEN_REPLACED] = "replaced", [GEN_UNCHANGED] = "unchanged" };

	json_open(b, NULL, '{');
	json_str(b, "name", gen_file_name(&r->server->texts[i]));
	json_str(b, "place", r->server->texts[i].place);
	json_bytes(b, "text", buf_str(&r->text[i]), r->text[i].len);
	json_str(b, "file", r->file[i]);
	json_str(b, "done", r->done[i] == GEN_NOTHING ? NULL : done[r->done[i]]);
	if (r->compared)
		json_bytes(b, "diff", buf_str(&r->diff[i]), r->diff[i].len);
	json_close(b, '}');
}

void gen_json(const struct gen_plan *p, const struct gen_result *r)
{
	static const char *const scopes[] = { [SCOPE_SITE] = "site", [SCOPE_PATH] = "path", [SCOPE_PORT] = "port" };
	bool web = p->server->web;
	struct buf b = BUF(OUT_MAX);

	json_open(&b, NULL, '{');
	json_str(&b, "server", p->server->name);
	json_str(&b, "version", p->version && *p->version ? p->version : NULL);
	json_str(&b, "command", p->command);
	json_open(&b, "hooks", '[');
	for (size_t i = 0; i < p->hook_count; i++)
		json_str(&b, NULL, p->hooks[i]->name);
	json_close(&b, ']');
	json_str(&b, "mode", !web ? NULL : p->mtls ? "mtls" : "skip-mtls");
	json_str(&b, "scope", web ? scopes[p->scope] : NULL);
	lines(&b, "warnings", buf_str(&p->warnings));
	json_open(&b, "files", '[');
	for (size_t i = 0; i < r->count; i++)
		file(&b, r, i);
	json_close(&b, ']');
	if (r->verdict == GEN_NOT_TESTED)
		json_none(&b, "tested");
	else
		json_flag(&b, "tested", r->verdict == GEN_ACCEPTED);
	json_close(&b, '}');
	out_line(&b);
	buf_free(&b);
}
