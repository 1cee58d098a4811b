/* The parts of `pixgate gen`: the command as it stands in the header, the server's version, the texts, its check, files. */
#ifndef CLI_GEN_H
#define CLI_GEN_H

#include "cli/verb.h"
#include "gen/plan.h"

enum { GEN_TEXTS = 8 };	/* more texts than any server has */

/* What was done with the file that -o names. */
enum gen_done { GEN_NOTHING, GEN_WROTE, GEN_REPLACED, GEN_UNCHANGED };
enum gen_verdict { GEN_NOT_TESTED, GEN_ACCEPTED, GEN_REFUSED };

/* What came out, sum lines included, one for each row of server->texts; and what became of it. */
struct gen_result {
	const struct gen_server *server;
	struct buf text[GEN_TEXTS], diff[GEN_TEXTS];
	char *file[GEN_TEXTS];		/* the file that was written or compared with */
	enum gen_done done[GEN_TEXTS];
	size_t count;
	bool compared, differs;		/* --diff */
	enum gen_verdict verdict;	/* --test */
};

/* The name of a text's file: the last part of its template's. */
const char *gen_file_name(const struct gen_text *t);

/* What the command line, the plan and the machine give to the templates. */
struct gen_frame {
	const char *text, *dir, *modules;
};

/*
 * The folder of templates: given (--templates), PIXGATE_TEMPLATES, else beside this program. The caller frees. NULL with
 * ERR_CONFIG that lists the places.
 */
char *gen_templates(const char *given, struct err *e);

/* All texts of the plan's server, header and sum line first. gen_result_free in any case. */
bool gen_render(const struct gen_plan *p, const char *templates, struct gen_result *r, struct err *e);
void gen_result_free(struct gen_result *r);	/* safe on a zeroed struct and twice */

/* The configuration round a text, for the server's own check. */
bool gen_render_frame(const struct gen_plan *p, const char *templates, const struct gen_frame *f, struct buf *out, struct err *e);

/* Adds one word as a shell reads it back. */
void gen_quote(const char *word, struct buf *out);

/* The command line that makes the text: `rows` options of the table, in its order, and --conf where it was given. */
void gen_command(const struct gen_server *s, const char *conf, const struct opt *options, size_t rows, const char *const *value, struct buf *out);

/* The absolute form of a path; NULL stays NULL. The caller frees. */
char *gen_absolute(const char *path);

/* The program of the server: given, else found. NULL: there is none. The caller frees. */
char *gen_program(const struct gen_server *s, const char *given);

/* What the program says of its version; the caller frees. NULL: it does not tell, and *e says how. */
char *gen_version(const struct gen_server *s, const char *program, struct err *e);

/*
 * Has the program check the texts of the plan, with the changes that an ordinary user needs (ports from 1024, the log
 * elsewhere), in a private folder that is gone afterwards. Sets r->verdict; what the program said is added to said.
 * *signal: the one that ended it before, else 0.
 */
bool gen_test(const struct gen_plan *p, const char *program, const char *templates, struct gen_result *r, struct buf *said, int *signal, struct err *e);

/*
 * Writes the texts to the file, or for a server of several into the folder, where nothing is there or what is there has
 * a sum line that is right; a link is followed. ERR_USAGE where a person has edited one of them: then nothing is written.
 */
bool gen_write(const char *to, const char *command, struct gen_result *r, struct err *e);

/* Compares file or folder with the texts. */
bool gen_diff(const char *with, struct gen_result *r, struct err *e);

/* One JSON object: the plan and what became of it. */
void gen_json(const struct gen_plan *p, const struct gen_result *r);

/* The sum line: what of the text is its own and what a hand changed. */
#define GEN_SUM "# pixgate sum: "
enum gen_sum { GEN_SUM_NONE, GEN_SUM_WRONG, GEN_SUM_RIGHT };
bool gen_sum_add(struct buf *out, size_t at, struct err *e);	/* puts the line of the whole text at that place */
enum gen_sum gen_sum_look(const char *text, size_t len);

#endif
