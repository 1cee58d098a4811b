/* The names a template may use, and what they stand for. */
#ifndef GEN_VALUES_H
#define GEN_VALUES_H

#include <stdbool.h>
#include <stddef.h>

struct values;	/* texts, flags and lists by name; an item of a list is again values, and sees those around it */

struct values *values_new(void);	/* the caller owns it */
void values_free(struct values *v);	/* NULL is allowed; frees its items too */

/* Each sets one name, in place of what it was. Texts are copied; any bytes but NUL: what a grammar holds is judged where
 * the text is put. A text counts as a flag as well: set unless it is "". */
void values_text(struct values *v, const char *name, const char *text);
void values_textf(struct values *v, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void values_flag(struct values *v, const char *name, bool set);
void values_list(struct values *v, const char *name);		/* a list without items yet */

/* One more item at the end of a list, which is begun where there is none. Borrowed from v. */
struct values *values_item(struct values *v, const char *list);

/*
 * The names that every item of the list has, and what they are where an item does not set them: set texts and flags
 * here as in an item. A template may use these names and no others of an item, so that it is right or wrong whether or
 * not there are items today. A list that can be empty needs it. The list is begun where there is none. Borrowed from v.
 */
struct values *values_shape(struct values *v, const char *list);

/* For the template: the innermost value of that name, or NULL where no scope has it. */
struct value;
const struct value *values_find(const struct values *v, const char *name);
const char *value_text(const struct value *x);			/* NULL: a flag or a list */
bool value_list(const struct value *x);
bool value_set(const struct value *x);				/* flag set, text not "", list not empty */
size_t value_items(const struct value *x);			/* 0: no list, or an empty one */
const struct values *value_item(const struct value *x, size_t i);
const struct values *value_shape(const struct value *x);	/* as declared, else the first item, else NULL */

/* The nearest known name to an unknown one, or NULL. */
const char *values_nearest(const struct values *v, const char *name);

#endif
