#include "emul/bs2.h"

void bs2_handle(void *ctx, const struct front_request *r, struct front_answer *a)
{
	(void)ctx;
	(void)r;
	a->status = 404;
}
