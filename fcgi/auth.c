#include "fcgi/gate.h"

/* Every check that a hook asks for is made; the first failure's status is not told apart from the others'. */
const struct auth_check auth_checks[] = {
	{ "secret", 403, true,  auth_secret },
	{ "source", 403, false, auth_source },
	{ "cert",   403, true,  auth_cert },
	{ "basic",  401, true,  auth_basic },
	{ "bearer", 401, true,  auth_bearer },
	{ 0 }
};
