#include "tests/unit/deliver_scene.h"

/* ---- what is due goes out, once */

static void every_sink_gets_every_event_once(void **state)
{
	(void)state;
	hooks[0].sinks.count = 2;
	put_some(1, 200);
	assert_did(once(), 400, 0, 0, 0);
	assert_int_equal(sent_to("a"), 200);
	assert_int_equal(sent_to("b"), 200);
	for (int64_t id = 1; id <= 200; id++)
		assert_int_equal(sent_event(id), 2);
	assert_int_equal(standing().delivered, 200);
	assert_did(once(), 0, 0, 0, 0);
	assert_int_equal(play.count, 400);
}

static void more_than_is_planned_at_a_time_goes_out_too(void **state)
{
	struct pix_event ev[200];
	struct inbox *box = opened(INBOX_WRITE);

	(void)state;
	for (int n = 0; n < 6; n++) {
		struct inbox_note note = note_of("", ev, 200);
		char body[32];

		for (int i = 0; i < 200; i++)
			ev[i] = event_no(n * 200 + i);
		note.body = body;
		note.body_len = (size_t)snprintf(body, sizeof body, "%d", n);
		stored(box, &note);
	}
	inbox_close(box);
	assert_did(once(), 1200, 0, 0, 0);
}

static void nothing_due_is_an_end(void **state)
{
	(void)state;
	inbox_close(opened(INBOX_WRITE));
	assert_did(once(), 0, 0, 0, 0);
	assert_int_equal(play.opens, 1);
}

static void one_worker_hands_everything_over(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct deliver d = job_of(&box);
	struct delivered did;
	struct err e = { 0 };

	(void)state;
	hooks[0].sinks.count = 2;
	put_some(1, 30);
	d.workers = 1;
	d.once = true;
	assert_true(deliver_run(&d, &did, &e));
	inbox_close(box);
	assert_did(did, 60, 0, 0, 0);
	assert_int_equal(play.most_at_once, 1);
}

static void only_the_hook_that_was_named_is_served(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct deliver d = job_of(&box);
	struct delivered did;
	struct err e = { 0 };

	(void)state;
	hooks[1].sinks = (struct sink_list){ sinks_of + 1, 1 };
	put_some(1, 3);
	put_events(box, "outra", 1, 3);
	d.once = true;
	d.hook = "outra";
	assert_true(deliver_run(&d, &did, &e));
	inbox_close(box);
	assert_did(did, 3, 0, 0, 0);
	assert_int_equal(sent_to("b"), 3);
	assert_int_equal(sent_to("a"), 0);
}

static void the_body_goes_only_where_it_is_wanted(void **state)
{
	(void)state;
	hooks[0].sinks.count = 2;
	sinks_of[1].body = true;
	put_some(1, 5);
	assert_did(once(), 10, 0, 0, 0);
	for (size_t i = 0; i < play.count; i++)
		assert_int_equal(play.sent[i].body, !strcmp(play.sent[i].sink, "b"));
}

static void a_body_that_was_taken_away_is_no_obstacle(void **state)
{
	struct inbox *box = opened(INBOX_WRITE);
	struct err e = { 0 };

	(void)state;
	sinks_of[0].body = true;
	put_events(box, "loja", 1, 3);
	assert_true(box->ops->begin(box, &e));
	for (int64_t note = 1; note <= 3; note++)
		assert_true(box->ops->replace(box, note, "", 0, &e));
	assert_true(box->ops->commit(box, &e));
	inbox_close(box);
	assert_did(once(), 3, 0, 0, 0);
	assert_int_equal(play.sent[0].body, 0);
}

/* ---- confirm = true */

static bool confirms;
static atomic_int asked;

static bool fake_confirm(struct confirmer *c, const struct hook *h, const struct inbox_row *row, int64_t now_ms, struct sent_result *result)
{
	(void)c;
	assert_string_equal(h->name, row->hook);
	assert_true(now_ms >= START);
	asked++;
	if (!confirms)
		sent_as(result, SENT_AGAIN, "the PSP knows nothing of it");
	return confirms;
}

static void what_the_psp_does_not_confirm_is_not_handed_over(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct deliver d = job_of(&box);
	struct delivered did;
	struct err e = { 0 };

	(void)state;
	put_some(1, 12);
	hooks[0].confirm = true;
	d.once = true;
	d.confirm = fake_confirm;
	confirms = false;
	asked = 0;
	assert_true(deliver_run(&d, &did, &e));
	assert_did(did, 0, 12, 0, 12);	/* and the sink was not paused for it */
	assert_int_equal(play.count, 0);
	assert_int_equal(asked, 12);
	confirms = true;
	ahead_ms = 7000;
	assert_true(deliver_run(&d, &did, &e));
	assert_did(did, 12, 0, 0, 0);
	assert_int_equal(asked, 24);
	hooks[0].confirm = confirms = false;
	put_some(13, 1);
	assert_true(deliver_run(&d, &did, &e));
	assert_did(did, 1, 0, 0, 0);
	assert_int_equal(asked, 24);
	inbox_close(box);
}

/* ---- mistakes of the settings */

static void without_a_sink_there_is_nothing_to_do(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct deliver d = job_of(&box);
	struct delivered did;
	struct err e = { 0 };

	(void)state;
	d.hook = "outra";
	assert_false(deliver_run(&d, &did, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "outra"));
	hooks[0].sinks.count = 0;
	d.hook = NULL;
	assert_false(deliver_run(&d, &did, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	inbox_close(box);
}

static void a_sink_that_cannot_be_opened_keeps_no_other_from_its_events(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct deliver d = job_of(&box);
	struct delivered did;
	struct err e = { 0 };

	(void)state;
	hooks[0].sinks.count = 2;
	put_some(1, 5);
	play.shut = "a";
	d.once = true;
	assert_false(deliver_run(&d, &did, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(e.text, "hook loja, sink a: no secret");
	assert_did(did, 5, 0, 0, 5);
	play.shut = NULL;
	assert_true(deliver_run(&d, &did, &e));
	assert_did(did, 5, 0, 0, 0);
	assert_int_equal(sent_to("a"), 5);
	inbox_close(box);
}

static void where_no_sink_can_be_opened_it_ends_at_once(void **state)
{
	struct inbox *box = opened(INBOX_DELIVER);
	struct deliver d = job_of(&box);
	struct delivered did;
	struct err e = { 0 };

	(void)state;
	put_some(1, 1);
	play.shut = "a";
	assert_false(deliver_run(&d, &did, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_did(did, 0, 0, 0, 0);
	sinks_of[0].type = TEXT("pigeon");
	play.shut = NULL;
	assert_false(deliver_run(&d, &did, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "pigeon"));
	inbox_close(box);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DELIVERS(every_sink_gets_every_event_once),
		DELIVERS(more_than_is_planned_at_a_time_goes_out_too),
		DELIVERS(nothing_due_is_an_end),
		DELIVERS(one_worker_hands_everything_over),
		DELIVERS(only_the_hook_that_was_named_is_served),
		DELIVERS(the_body_goes_only_where_it_is_wanted),
		DELIVERS(a_body_that_was_taken_away_is_no_obstacle),
		DELIVERS(what_the_psp_does_not_confirm_is_not_handed_over),
		DELIVERS(without_a_sink_there_is_nothing_to_do),
		DELIVERS(a_sink_that_cannot_be_opened_keeps_no_other_from_its_events),
		DELIVERS(where_no_sink_can_be_opened_it_ends_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
