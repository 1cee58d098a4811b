#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include <string.h>

#include "fcgi/job.h"
#include "tests/unit/scene.h"

static char said[65536];

/* What f writes to standard error, in said. */
static void listen_to(void (*f)(void))
{
	int out = dup(2), pipes[2];
	ssize_t n;

	assert_int_equal(pipe(pipes), 0);
	dup2(pipes[1], 2);
	f();
	dup2(out, 2);
	close(out);
	close(pipes[1]);
	n = read(pipes[0], said, sizeof said - 1);
	said[n > 0 ? n : 0] = '\0';
	close(pipes[0]);
}

static struct job job(int status)
{
	static char name[] = "loja";
	static const struct hook hook = { .name = name, .psp = &psp_efi };
	struct job j;

	job_start(&j, 1000000);
	j.verdict.hook = &hook;
	j.verdict.route.suffix = "/pix";
	j.status = status;
	return j;
}

static void accepted(void)
{
	struct job j = job(200);

	j.batch.count = 2;
	j.batch.events = calloc(2, sizeof *j.batch.events);
	j.put.fresh = 1;
	j.body_len = 10;
	report_job(&j, 1004000);
	job_free(&j);
}

static void acceptance_is_one_line(void **state)
{
	(void)state;
	listen_to(accepted);
	assert_string_equal(said, "gate: accepted hook=loja psp=efi events=2 fresh=1 ms=4\n");
}

static void forged(void)
{
	struct job j = job(403);
	static char uri[] = "/webhook?hmac=" SCENE_SECRET;

	j.req.uri = uri;
	j.verdict.check = "secret";
	j.verdict.detail = "hmac is none of the hook's secrets";
	strcpy(j.verdict.remote, "192.0.2.7");
	report_job(&j, 0);
}

static void refusal_names_the_check_and_the_address_but_no_value(void **state)
{
	(void)state;
	listen_to(forged);
	assert_string_equal(said, "gate: refused status=403 hook=loja check=secret remote=192.0.2.7 why=\"hmac is none of the hook's secrets\"\n");
}

static void lost(void)
{
	struct job j = job(404);
	static char uri[] = "/web\"hook\n remote=1.2.3.4?hmac=" SCENE_SECRET;

	j.req.uri = uri;
	j.verdict.hook = NULL;
	j.verdict.check = "path";
	report_job(&j, 5000000);
}

static void a_path_cannot_forge_a_field_nor_show_its_query(void **state)
{
	(void)state;
	listen_to(lost);
	assert_non_null(strstr(said, " path=/web?hook??remote?1.2.3.4\n"));
	assert_null(strstr(said, SCENE_SECRET));
}

static void flood(void)
{
	for (int i = 0; i < 1000; i++) {
		struct job j = job(403);

		j.verdict.check = "secret";
		report_job(&j, 60 * 1000000);
	}
	forged();
}

static void a_flood_of_refusals_is_not_a_flood_of_lines(void **state)
{
	size_t lines = 0;

	(void)state;
	listen_to(flood);
	for (const char *p = said; *p; p++)
		lines += *p == '\n';
	assert_in_range(lines, 1, 30);
}

static void odd(void)
{
	struct job j = job(200);

	j.batch.count = 1;
	j.batch.events = calloc(1, sizeof *j.batch.events);
	j.batch.events[0].foreign = true;
	j.batch.unread = true;
	strcpy(j.batch.why, "pix[1].valor: not an exact amount");
	j.put.differ = 1;
	j.body_len = 10;
	report_job(&j, 120 * 1000000);
	job_free(&j);
}

static void what_the_owner_must_look_at_is_a_warning_each(void **state)
{
	(void)state;
	listen_to(odd);
	assert_non_null(strstr(said, "gate: warning hook=loja reason=unread why=\"pix[1].valor: not an exact amount\"\n"));
	assert_non_null(strstr(said, "gate: warning hook=loja reason=foreign "));
	assert_non_null(strstr(said, "gate: warning hook=loja reason=differs "));
}

static void tested(void)
{
	struct job j = job(200);

	j.batch.count = 2;
	j.batch.events = calloc(2, sizeof *j.batch.events);
	j.batch.events[0].foreign = true;
	strcpy(j.batch.events[0].e2eid, "E99999999202611221200PIXGATETEST");
	j.put.fresh = 2;
	j.body_len = 10;
	report_job(&j, 240 * 1000000);
	job_free(&j);
}

static void a_test_is_called_one_and_warns_of_nothing(void **state)
{
	(void)state;
	listen_to(tested);
	assert_non_null(strstr(said, " events=2 fresh=2 test=1 ms="));
	assert_null(strstr(said, "foreign"));
	assert_null(strstr(said, "warning"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acceptance_is_one_line),
		cmocka_unit_test(refusal_names_the_check_and_the_address_but_no_value),
		cmocka_unit_test(a_path_cannot_forge_a_field_nor_show_its_query),
		cmocka_unit_test(a_flood_of_refusals_is_not_a_flood_of_lines),
		cmocka_unit_test(what_the_owner_must_look_at_is_a_warning_each),
		cmocka_unit_test(a_test_is_called_one_and_warns_of_nothing),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
