/* JSON, member by member. */
#ifndef LIB_JSONOUT_H
#define LIB_JSONOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

/* Members of a JSON object, commas included; behind a line break a new object begins. name must need no escape. */
void json_open(struct buf *b, const char *name, char bracket);	/* '{' or '['; name NULL inside a list or at the top */
void json_close(struct buf *b, char bracket);
void json_bytes(struct buf *b, const char *name, const char *bytes, size_t len);
void json_str(struct buf *b, const char *name, const char *text);	/* text NULL: null */
void json_int(struct buf *b, const char *name, int64_t n);
void json_flag(struct buf *b, const char *name, bool set);
void json_none(struct buf *b, const char *name);
void json_when(struct buf *b, const char *name, int64_t ms);
void json_base64(struct buf *b, const char *name, const char *bytes, size_t len);

#endif
