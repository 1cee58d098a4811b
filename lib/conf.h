/* A libconfig file as a tree of values that know their line. The only file that knows libconfig. */
#ifndef LIB_CONF_H
#define LIB_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum conf_type { CONF_TEXT, CONF_NUMBER, CONF_BOOL, CONF_LIST, CONF_GROUP, CONF_OTHER };

struct conf;		/* a file; owns its values */
struct conf_value;

/* ERR_CONFIG with "FILE:LINE: …"; a file over LIMIT_CONF_FILE or with a NUL byte is refused, @include too. */
struct conf *conf_read(const char *file, struct err *e);
void conf_free(struct conf *c);	/* NULL is allowed */

const struct conf_value *conf_root(const struct conf *c);
enum conf_type conf_type(const struct conf_value *v);
const char *conf_name(const struct conf_value *v);		/* NULL inside a list */
int conf_line(const struct conf_value *v);
size_t conf_count(const struct conf_value *v);			/* of a list or group, else 0 */
const struct conf_value *conf_at(const struct conf_value *v, size_t i);
const char *conf_text(const struct conf_value *v);		/* NULL where it is no text */
bool conf_number(const struct conf_value *v, int64_t *n);
bool conf_flag(const struct conf_value *v, bool *on);

/* Writes text as a libconfig string literal (quotes and escapes). The caller frees. */
char *conf_quote(const char *text);

#endif
