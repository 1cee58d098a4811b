#include "deliver/workers.h"
#include "tests/unit/deliver_scene.h"

#include <poll.h>

enum { LEASE = 600 * 1000 };

static struct outlets outlets;
static struct inbox *no_box;
static struct deliver deliver;

static struct workers *started(size_t sinks, int count)
{
	struct workers *w;
	struct err e = { 0 };

	hooks[0].sinks.count = sinks;
	deliver = job_of(&no_box);
	deliver.workers = count;
	assert_true(outlets_open(&outlets, &deliver, &e));
	w = workers_start(&deliver, LEASE, &e);
	assert_non_null(w);
	return w;
}

static void ended(struct workers *w)
{
	workers_end(w);
	outlets_close(&outlets);
	assert_int_equal(play.opens, play.closes);
}

static struct parcel *parcel(int64_t id, size_t sink, int64_t age_ms)
{
	struct inbox_row row = { .id = id, .hook = "loja", .psp = "efi", .event = event_no((int)id) };
	struct inbox_job job = { .row = &row };

	outlets.item[sink].in_hand++;
	return parcel_new(&job, &outlets.item[sink], ticks() - age_ms);
}

/* n parcels of one sink, as a list. */
static struct parcel *parcels(int n, size_t sink)
{
	struct parcel *list = NULL;

	for (int i = n; i > 0; i--) {
		struct parcel *p = parcel(i, sink, 0);

		p->next = list;
		list = p;
	}
	return list;
}

/* All that comes back until n have; in the order in which they ended. */
static struct parcel *taken(struct workers *w, size_t n)
{
	struct parcel *list = NULL, **end = &list;
	size_t got = 0;

	for (int i = 0; i < 2000 && got < n; i++) {
		struct pollfd bell = { .fd = workers_fd(w), .events = POLLIN };

		poll(&bell, 1, 10);
		*end = workers_take(w);
		for (; *end; end = &(*end)->next)
			got++;
	}
	assert_int_equal(got, n);
	return list;
}

static void an_unknown_sink_gets_them_one_by_one_in_their_order(void **state)
{
	struct workers *w = started(1, 1);
	struct parcel *list;

	(void)state;
	workers_give(w, parcels(20, 0));
	list = taken(w, 20);
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(play.sent[i].event, (int64_t)i + 1);
	assert_int_equal(outlets.item[0].in_hand, 0);
	for (const struct parcel *p = list; p; p = p->next)
		assert_true(p->tried && p->result.how == SENT_DONE);
	parcels_free(list);
	ended(w);
}

static void say_wait(const char *sink, const struct message *m, struct sent_result *result)
{
	(void)sink;
	(void)m;
	(void)result;
	nap(20);
}

static void what_the_loop_has_not_seen_yet_allows_no_more_at_a_time(void **state)
{
	struct workers *w = started(1, 4);

	(void)state;
	play.say = say_wait;
	workers_give(w, parcels(6, 0));
	nap(200);	/* nobody takes: the brake still knows nothing of the sink */
	assert_int_equal(most_at_once(), 1);
	parcels_free(taken(w, 6));
	ended(w);
}

static void what_has_waited_for_too_long_is_not_begun(void **state)
{
	struct workers *w = started(1, 1);
	struct parcel *old = parcel(1, 0, LEASE - 15000), *fresh = parcel(2, 0, LEASE - 60000), *list;

	(void)state;
	old->next = fresh;
	workers_give(w, old);
	list = taken(w, 2);
	for (const struct parcel *p = list; p; p = p->next)
		assert_int_equal(p->tried, p->row.id == 2);
	assert_int_equal(play.count, 1);
	assert_int_equal(outlets.item[0].in_hand, 0);
	parcels_free(list);
	ended(w);
}

static void say_stuck(const char *sink, const struct message *m, struct sent_result *result)
{
	(void)m;
	if (!strcmp(sink, "a"))
		sent_as(result, SENT_STUCK, "not there");
}

static void a_sink_that_is_not_there_is_asked_once_and_the_rest_comes_back(void **state)
{
	struct workers *w = started(2, 4);
	struct parcel *list, *a;

	(void)state;
	play.say = say_stuck;
	list = a = parcels(10, 0);
	while (a->next)
		a = a->next;
	a->next = parcels(10, 1);
	workers_give(w, list);
	list = taken(w, 20);
	assert_int_equal(sent_to("a"), 1);
	assert_int_equal(sent_to("b"), 10);
	assert_int_equal(outlets.item[0].news, NEWS_PAUSE);
	assert_string_equal(outlets.item[0].why, "not there");
	assert_int_equal(outlets.item[1].news, NEWS_NONE);
	parcels_free(list);
	/* what is claimed later shows that the pause is over */
	play.say = NULL;
	workers_give(w, parcel(11, 0, 0));
	parcels_free(taken(w, 1));
	assert_int_equal(sent_to("a"), 2);
	assert_int_equal(outlets.item[0].news, NEWS_ON);
	ended(w);
}

static void after_a_stop_nothing_is_begun(void **state)
{
	struct workers *w = started(1, 1);
	struct parcel *list;
	size_t begun = 0;

	(void)state;
	play.say = say_wait;
	workers_give(w, parcels(10, 0));
	workers_stop(w);
	list = taken(w, 10);
	for (const struct parcel *p = list; p; p = p->next)
		begun += p->tried;
	assert_true(begun <= 1);
	assert_int_equal(play.count, begun);
	parcels_free(list);
	workers_give(w, parcels(3, 0));
	parcels_free(taken(w, 3));
	assert_int_equal(play.count, begun);
	ended(w);
}

static void what_nobody_took_is_freed_at_the_end(void **state)
{
	struct workers *w = started(1, 2);

	(void)state;
	play.say = say_wait;
	workers_give(w, parcels(10, 0));
	ended(w);
	assert_true(play.count <= 1);
	workers_end(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DELIVERS(an_unknown_sink_gets_them_one_by_one_in_their_order),
		DELIVERS(what_the_loop_has_not_seen_yet_allows_no_more_at_a_time),
		DELIVERS(what_has_waited_for_too_long_is_not_begun),
		DELIVERS(a_sink_that_is_not_there_is_asked_once_and_the_rest_comes_back),
		DELIVERS(after_a_stop_nothing_is_begun),
		DELIVERS(what_nobody_took_is_freed_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
