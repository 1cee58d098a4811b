/*
 * Templates: text with {{name}}, {{#section}}…{{/section}}, {{^section}}…{{/section}} (where it is not set or empty) and
 * {{! comment}}. No logic, no way to compute, no raw output: a value is put by the grammar's rules for the place where it
 * stands, which is read off the line: behind a '#' that begins the line, between double quotes, or bare. A section's tag
 * that stands alone on its line takes the line with it. A section of a list is repeated for each item.
 */
#ifndef GEN_TEMPLATE_H
#define GEN_TEMPLATE_H

#include <stddef.h>

#include "gen/grammar.h"
#include "gen/values.h"

/*
 * Renders text[0..len) and adds it to out. `name` is for messages: "nginx/site.conf:12: unknown name 'domian'; nearest:
 * 'domain'". ERR_CONFIG: unknown name (in sections that are left out too: a template is right or wrong, whatever the
 * values), a section that is not closed or closed by another name, a text used where only a flag or list can be or the
 * reverse, a double quote that is not closed on its line, NUL or a control character in the template, a value that its
 * place cannot hold, or more than out's ceiling.
 */
bool template_render(const char *name, const char *text, size_t len, const struct values *v, const struct grammar *g, struct buf *out, struct err *e);

#endif
