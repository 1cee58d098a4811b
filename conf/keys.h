/* Inside conf/: how a value of the file becomes a value of the settings, and back. */
#ifndef CONF_KEYS_H
#define CONF_KEYS_H

#include "conf/settings.h"
#include "lib/conf.h"

/* A list of texts, or one text as a list of one. false: an item is no text. Frees what was in *list. */
bool read_texts(const struct conf_value *v, struct text_list *list, struct err *e);
bool read_cidrs(const struct conf_value *v, struct cidr_list *list, struct err *e);

/* The place of a word in a NULL-ended list, or -1 with the nearest one in *e. */
int choice(const char *word, const char *const *words, bool fold, struct err *e);

void show_text(struct buf *b, const char *text);
void show_texts(struct buf *b, const struct text_list *list);
void show_cidrs(struct buf *b, const struct cidr_list *list);

void keep_text(char **at, char *text);	/* frees what was there */

/* 1 to 64 letters, digits, '.', '_' or '-'; and Pix keys. */
bool short_name_ok(const char *text, struct err *e);
bool read_pix_keys(const struct conf_value *v, struct text_list *list, struct err *e);

/* A path, made absolute from the configuration's folder. `path` may be *at. */
bool read_path(const struct settings *s, const char *path, char **at, struct err *e);

/* A file's path, made absolute; and a reference to a secret, its syntax alone. */
bool read_place(const struct settings *s, const struct conf_value *v, char **at, struct err *e);
bool read_ref(const struct conf_value *v, char **at, struct err *e);

/* The setters and showers of what is for the PSP's API (keys_api.c). */
#define API_KEY(name) \
	bool set_##name(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e); \
	void show_##name(const struct settings *s, const struct hook *h, struct buf *b)
API_KEY(api);
API_KEY(api_ca);
API_KEY(api_cert);
API_KEY(api_password);
API_KEY(client_id);
API_KEY(client_secret);
API_KEY(user_agent);
API_KEY(account);
API_KEY(api_proxy);
API_KEY(token_path);
API_KEY(token_scope);
API_KEY(cert_form);
API_KEY(confirm);
API_KEY(calls);		/* keys_calls.c; its errors have file and line already */

void calls_free(struct hook *h);

/* The setting `sinks` (keys_sinks.c), of a hook or with h NULL of the file; its errors have file and line already. */
bool set_sinks(struct settings *s, struct hook *h, const struct conf_value *v, struct err *e);
void show_sinks(const struct settings *s, const struct hook *h, struct buf *b);
void sinks_free(struct sink_list *list);

/* The members of a sink, one setter each (sinks_members.c). */
#define SINK_MEMBER(name) bool member_##name(const struct settings *s, struct sink *k, const struct conf_value *v, struct err *e)
SINK_MEMBER(name);
SINK_MEMBER(url);
SINK_MEMBER(secret);
SINK_MEMBER(ca);
SINK_MEMBER(command);
SINK_MEMBER(path);
SINK_MEMBER(database);
SINK_MEMBER(password);
SINK_MEMBER(table);
SINK_MEMBER(timeout);
SINK_MEMBER(kinds);
SINK_MEMBER(keys);
SINK_MEMBER(stale);
SINK_MEMBER(body);

/* The path of a request, such as "/v1/x?a={name}"; holes: {name} and <…> may be in it. */
bool request_path_ok(const char *path, bool holes, struct err *e);

/* What of them only the disk can tell: the files are there and private. */
bool api_files_ok(const struct settings *s, const struct hook *h, struct err *e);

void text_list_free(struct text_list *list);

/* A hook's path as it is compared: one '/' in front, none behind, runs of '/' as one; "/" stays. The caller frees. */
char *path_normal(const char *path);

/* What needs the whole file: proofs, names and paths that collide. */
bool settings_judge(const struct settings *s, struct err *e);

#endif
