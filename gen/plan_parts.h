/* Inside gen/: the parts of a plan, in the order in which they are made. Each reads what those before it have set. */
#ifndef GEN_PLAN_PARTS_H
#define GEN_PLAN_PARTS_H

#include "gen/plan.h"

/* Adds a line to the plan's warnings. */
void plan_warn(struct gen_plan *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* " and 3 more", for a warning of many that shall stand once; "" where n is 1. */
const char *plan_more(size_t n, char out[32]);

/* Whether the server, in p->version, can do that; ERR_USAGE says why not, and who can. `because` is put behind the option:
 * "" or " (…)", where it was not given on the command line. */
bool plan_can(const struct gen_plan *p, const char *option, const char *value, const char *because, struct err *e);

/* The place of a word in a NULL-ended list, or -1 and ERR_USAGE with the nearest one. */
int plan_word(const char *option, const char *given, const char *const *words, struct err *e);

/* A path that the server's program reads: absolute, at most 1024 bytes, no control characters. ERR_USAGE. */
bool plan_path(const char *option, const char *path, struct err *e);

bool plan_hooks(struct gen_plan *p, const struct gen_request *r, struct err *e);	/* hooks, psp, env, mtls, pin */
bool plan_place(struct gen_plan *p, const struct gen_request *r, struct err *e);	/* scope, backend, domain, ports, address */
bool plan_files(struct gen_plan *p, const struct gen_request *r, struct err *e);	/* socket, gate, root, log */
bool plan_cert(struct gen_plan *p, const struct gen_request *r, int64_t now, struct err *e);	/* server_cert, server_key */
bool plan_ca(struct gen_plan *p, int64_t now, struct err *e);				/* ca, chain, chain_known */

/* The NAME of a pin that is "[issuer:|subject:]CN=NAME"; NULL: another kind. */
const char *plan_pin_cn(const char *pin);

/* Whether every server shows that common name as it is within a distinguished name, so that it can be compared there. */
bool plan_cn_plain(const char *cn);

#endif
