/* Inside conf/: how a value of the file becomes a value of the settings, and back. */
#ifndef CONF_KEYS_H
#define CONF_KEYS_H

#include "conf/settings.h"
#include "lib/conf.h"

/* A list of texts, or one text as a list of one. false: an item is no text. Frees what was in *list. */
bool read_texts(const struct conf_value *v, struct text_list *list, struct err *e);
bool read_cidrs(const struct conf_value *v, struct cidr_list *list, struct err *e);

void show_text(struct buf *b, const char *text);
void show_texts(struct buf *b, const struct text_list *list);
void show_cidrs(struct buf *b, const struct cidr_list *list);

void text_list_free(struct text_list *list);

/* A hook's path as it is compared: one '/' in front, none behind, runs of '/' as one; "/" stays. The caller frees. */
char *path_normal(const char *path);

/* What needs the whole file: proofs, names and paths that collide. */
bool settings_judge(const struct settings *s, struct err *e);

#endif
