/* What inbox.h promises of how a try ends. */
#include "tests/unit/inbox_jobs.h"

static void an_event_is_delivered_once_every_sink_has_it(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	int64_t id = put_event(box, "loja", event_no(1), NOW);
	struct got g;

	(void)state;
	assert_planned(planned(box), 1, 2, 0, 0);
	g = claimed(box, NOW);
	assert_int_equal(g.count, 2);
	assert_int_equal(g.id[0], id);
	done(box, id, 0);
	assert_stands(box, id, "pending");
	done(box, id, 1);
	assert_stands(box, id, "delivered");
	assert_int_equal(claimed(box, NOW + 1).count, 0);
	assert_int_equal(due_at(box, NOW), 0);
	inbox_close(box);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		HANDS_OVER(an_event_is_delivered_once_every_sink_has_it),
	};

	return RUN_PROMISES("inbox_settle", tests);
}
