/* What the tests of every check share: what one check is asked about, and asking it by its name. */
#ifndef TESTS_UNIT_TEST_AUTH_H
#define TESTS_UNIT_TEST_AUTH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/err.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "fcgi/gate.h"

#define NOW INT64_C(1795262400)

static char nothing[] = "";

/* What one check is asked about. Every text begins as "", every list empty. */
struct ask {
	struct settings settings;
	struct gate gate;
	struct hook hook;
	struct door door;
	struct req req;
	struct route route;
	struct verdict v;
};

static inline void begin(struct ask *a)
{
	memset(a, 0, sizeof *a);
	a->hook = (struct hook){ .name = nothing, .path = nothing, .ca = nothing, .pin = nothing, .basic = nothing, .bearer = nothing };
	a->req = (struct req){ "", "", "", "", "", "", "", "", "" };
	a->gate.settings = &a->settings;
	a->gate.doors = &a->door;
	a->settings.hooks = &a->hook;
	a->door.hook = &a->hook;
	a->route.suffix = "";
	a->v.check = a->v.detail = "";
}

static inline enum proof check(struct ask *a, const char *name)
{
	for (const struct auth_check *c = auth_checks; c->name; c++) {
		if (!strcmp(c->name, name)) {
			a->v.detail = "";
			return c->check(&a->gate, &a->door, &a->req, &a->route, NOW, &a->v);
		}
	}
	fail_msg("no check named %s", name);
	return PROOF_BAD;
}

#endif
