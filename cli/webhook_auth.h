/* How the PSP shall prove itself to the gate: the hook's basic or bearer as a registration says it. */
#ifndef CLI_WEBHOOK_AUTH_H
#define CLI_WEBHOOK_AUTH_H

#include "cli/webhook.h"

struct auth {
	const char *type;	/* "basic", "bearer", "none"; at an indirect participant's API "Basic", "Bearer", "None" */
	bool null;		/* none is said with a null, else by leaving the value out */
	struct buf value;	/* base64 of user:password, or the token; all four are secrets */
	struct buf header;	/* as it stands in Authorization */
	struct buf user, password;
};

/* ERR_CONFIG where the secret cannot be read. auth_free in any case; it wipes. */
bool auth_read(const struct webhook *w, struct auth *auth, struct err *e);
void auth_free(struct auth *auth);

/*
 * What a call's pattern may hold of it: auth_type, auth (the value), auth_header, auth_user and auth_password (of basic), auth_token
 * (of bearer). Which of them BS2 means is not published. Fills out and returns its end.
 */
enum { AUTH_VALUES = 6 };
struct api_value *auth_values(const struct auth *auth, struct api_value out[AUTH_VALUES]);

#endif
