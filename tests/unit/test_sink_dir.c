#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/unit/sinkmessage.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/scene.h"

static char spool[96];
static struct sink conf = { .name = (char *)"files", .path = spool, .timeout_s = 15 };

static int open_scene(void **state)
{
	struct err e;

	(void)state;
	scene_open("");
	snprintf(spool, sizeof spool, "%s/spool", scene_dir);
	sink_message.json = SINK_JSON;
	sink_message.json_len = strlen(SINK_JSON);
	sink_message.now_ms = SINK_NOW;
	assert_true(sink_begin(&sink_dir, &conf, scene_dir, &e));
	return 0;
}

static int close_scene(void **state)
{
	(void)state;
	sink_end();
	scene_close();
	return 0;
}

static const char *in_spool(const char *rest)
{
	static char path[2][256];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof path[turn], "%s%s", spool, rest);
	return path[turn];
}

static int files_in(const char *rest)
{
	DIR *d = opendir(in_spool(rest));
	int n = 0;

	assert_non_null(d);
	for (struct dirent *entry; (entry = readdir(d));)
		n += entry->d_name[0] != '.';
	closedir(d);
	return n;
}

static void holds(const char *rest, const char *want)
{
	char text[256] = "";
	FILE *f = fopen(in_spool(rest), "re");

	if (!f)
		fail_msg("%s: %s", in_spool(rest), strerror(errno));
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(text, want);
}

static mode_t mode_of(const char *rest)
{
	struct stat st;

	assert_int_equal(stat(in_spool(rest), &st), 0);
	return st.st_mode & 07777;
}

static void sent(enum sent how, const char *words)
{
	if (sink_send() != how || !strstr(sink_said.why, words))
		fail_msg("how %d why \"%s\", expected %d \"%s\"", (int)sink_said.how, sink_said.why, (int)how, words);
	assert_int_equal(sink_said.retry_after_s, -1);
	if (how == SENT_DONE)
		assert_string_equal(sink_said.why, "");
}

static void an_event_is_a_file_of_its_own(void **state)
{
	(void)state;
	umask(0);
	sent(SENT_DONE, "");
	umask(022);
	holds("/new/" SINK_ID ".json", SINK_JSON);
	assert_int_equal(files_in("/new"), 1);
	assert_int_equal(files_in("/tmp"), 0);
	assert_int_equal(files_in("/cur"), 0);
	assert_int_equal(mode_of(""), 0700);
	assert_int_equal(mode_of("/new"), 0700);
	assert_int_equal(mode_of("/cur"), 0700);
	assert_int_equal(mode_of("/new/" SINK_ID ".json"), 0600);
}

static void what_comes_twice_is_one_file_wherever_the_reader_has_it(void **state)
{
	(void)state;
	sent(SENT_DONE, "");
	sink_message.json = "{}";
	sink_message.json_len = 2;
	sent(SENT_DONE, "");
	holds("/new/" SINK_ID ".json", SINK_JSON);
	assert_int_equal(rename(in_spool("/new/" SINK_ID ".json"), in_spool("/cur/" SINK_ID ".json")), 0);
	sent(SENT_DONE, "");
	assert_int_equal(files_in("/new"), 0);
	assert_int_equal(files_in("/tmp"), 0);
	holds("/cur/" SINK_ID ".json", SINK_JSON);
}

static void a_group_that_may_read_the_folder_may_read_the_files(void **state)
{
	(void)state;
	sent(SENT_DONE, "");
	assert_int_equal(unlink(in_spool("/new/" SINK_ID ".json")), 0);
	assert_int_equal(chmod(in_spool("/new"), 0770), 0);
	umask(077);
	sent(SENT_DONE, "");
	umask(022);
	assert_int_equal(mode_of("/new/" SINK_ID ".json"), 0640);
}

static void a_folder_that_was_replaced_gets_the_next_event(void **state)
{
	(void)state;
	sent(SENT_DONE, "");
	assert_int_equal(rename(spool, in_spool(".old")), 0);
	sent(SENT_DONE, "");
	holds("/new/" SINK_ID ".json", SINK_JSON);
}

static void a_place_that_is_not_there_is_named(void **state)
{
	(void)state;
	snprintf(spool, sizeof spool, "%s/no/spool", scene_dir);
	sent(SENT_STUCK, "a folder above it is missing: /tmp/");
	assert_non_null(strstr(sink_said.why, "/no/spool"));
	snprintf(spool, sizeof spool, "%s/loja.secret/spool", scene_dir);
	sent(SENT_STUCK, "it is no folder");
	snprintf(spool, sizeof spool, "%s/loja.secret", scene_dir);
	sent(SENT_STUCK, "it is no folder");
}

static void a_folder_that_others_may_write_is_not_used(void **state)
{
	(void)state;
	assert_int_equal(mkdir(spool, 0700), 0);
	assert_int_equal(chmod(spool, 01777), 0);
	sent(SENT_STUCK, "others may write there (chmod o-w)");
	assert_int_equal(chmod(spool, 0700), 0);
	assert_int_equal(mkdir(in_spool("/new"), 0700), 0);
	assert_int_equal(chmod(in_spool("/new"), 0777), 0);
	sent(SENT_STUCK, "/new");
	assert_int_equal(chmod(in_spool("/new"), 0755), 0);
	sent(SENT_DONE, "");
}

static void links_inside_of_the_folder_are_not_followed(void **state)
{
	static const char *const parts[] = { "/tmp", "/new", "/cur" };

	(void)state;
	assert_int_equal(mkdir(in_spool(".elsewhere"), 0700), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_true(mkdir(spool, 0700) == 0 || errno == EEXIST);
		rmdir(in_spool(parts[i]));
		assert_int_equal(symlink(in_spool(".elsewhere"), in_spool(parts[i])), 0);
		sent(SENT_STUCK, "it is a symbolic link");
		assert_non_null(strstr(sink_said.why, parts[i]));
		assert_int_equal(files_in(".elsewhere"), 0);
		assert_int_equal(unlink(in_spool(parts[i])), 0);
	}
	sent(SENT_DONE, "");
}

static void what_bears_the_name_and_is_no_file_is_told(void **state)
{
	(void)state;
	sent(SENT_DONE, "");
	assert_int_equal(unlink(in_spool("/new/" SINK_ID ".json")), 0);
	assert_int_equal(symlink(in_spool("/victim"), in_spool("/new/" SINK_ID ".json")), 0);
	sent(SENT_STUCK, "something stands there that is no file");
	assert_int_not_equal(access(in_spool("/victim"), F_OK), 0);
	assert_int_equal(files_in("/tmp"), 0);
}

/* As root nothing is forbidden, so another user tries. */
static void a_folder_that_may_not_be_written_is_told(void **state)
{
	int status;
	pid_t child;

	(void)state;
	sent(SENT_DONE, "");
	assert_int_equal(unlink(in_spool("/new/" SINK_ID ".json")), 0);
	assert_int_equal(chmod(scene_dir, 0755), 0);
	assert_int_equal(chmod(spool, 0755), 0);
	assert_int_equal(chmod(in_spool("/new"), 0555), 0);
	assert_int_equal(chmod(in_spool("/cur"), 0555), 0);
	assert_int_equal(chmod(in_spool("/tmp"), 0555), 0);
	child = fork();
	if (child == 0) {
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(3);
		_exit(sink_send() == SENT_STUCK && strstr(sink_said.why, "this user may not write there") ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(files_in("/new"), 0);
	assert_int_equal(chmod(in_spool("/new"), 0755), 0);
	assert_int_equal(chmod(in_spool("/cur"), 0755), 0);
	assert_int_equal(chmod(in_spool("/tmp"), 0755), 0);
}

/* A full disk is tests/e2e/sink_dir.sh; this is the same place in the code. */
static void what_cannot_be_written_whole_is_not_there_at_all(void **state)
{
	const struct rlimit small = { 10, 10 };
	int status;
	pid_t child;

	(void)state;
	child = fork();
	if (child == 0) {
		signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &small) != 0)
			_exit(3);
		_exit(sink_send() == SENT_STUCK && strstr(sink_said.why, "may not become so large") ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(files_in("/new"), 0);
	assert_int_equal(files_in("/tmp"), 0);
	sent(SENT_DONE, "");
}

static void leave(const char *name, int64_t age_ms)
{
	struct timespec times[2] = { { 0, UTIME_OMIT }, { (SINK_NOW - age_ms) / 1000, 0 } };
	FILE *f = fopen(in_spool(name), "we");

	assert_non_null(f);
	fclose(f);
	assert_int_equal(utimensat(AT_FDCWD, in_spool(name), times, 0), 0);
}

static void what_a_crash_left_is_swept_after_a_day_and_a_half(void **state)
{
	const int64_t hour = 60LL * 60 * 1000;

	(void)state;
	sent(SENT_DONE, "");
	leave("/tmp/pix_old", 37 * hour);
	leave("/tmp/pix_new", 35 * hour);
	leave("/tmp/theirs", 37 * hour);
	leave("/new/pix_old.json", 37 * hour);
	assert_int_equal(mkdir(in_spool("/tmp/pix_folder"), 0700), 0);
	sent(SENT_DONE, "");
	assert_int_equal(files_in("/tmp"), 4);	/* it was swept a moment ago */
	sink_message.now_ms += hour;
	sent(SENT_DONE, "");
	assert_int_equal(files_in("/tmp"), 3);
	assert_int_not_equal(access(in_spool("/tmp/pix_old"), F_OK), 0);
	assert_int_equal(access(in_spool("/tmp/theirs"), F_OK), 0);
	assert_int_equal(access(in_spool("/new/pix_old.json"), F_OK), 0);
	sink_message.now_ms += hour;
	sent(SENT_DONE, "");
	assert_int_equal(files_in("/tmp"), 2);
}

static void *one_of_many(void *arg)
{
	struct open_sink *mine;
	struct sent_result said;
	struct err e;

	(void)arg;
	if (!sink_dir.open(&mine, &sink_settings, &sink_hook, &conf, &e))
		return NULL;
	sink_dir.send(mine, &sink_message, &said);
	sink_dir.close(mine);
	return said.how == SENT_DONE ? arg : NULL;
}

static void several_at_once_make_one_whole_file(void **state)
{
	enum { MANY = 8 };
	pthread_t thread[MANY];
	void *ended;
	int x;

	(void)state;
	for (int i = 0; i < MANY; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, one_of_many, &x), 0);
	for (int i = 0; i < MANY; i++) {
		pthread_join(thread[i], &ended);
		assert_ptr_equal(ended, &x);
	}
	assert_int_equal(files_in("/new"), 1);
	assert_int_equal(files_in("/tmp"), 0);
	holds("/new/" SINK_ID ".json", SINK_JSON);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(an_event_is_a_file_of_its_own),
		EACH(what_comes_twice_is_one_file_wherever_the_reader_has_it),
		EACH(a_group_that_may_read_the_folder_may_read_the_files),
		EACH(a_folder_that_was_replaced_gets_the_next_event),
		EACH(a_place_that_is_not_there_is_named),
		EACH(a_folder_that_others_may_write_is_not_used),
		EACH(links_inside_of_the_folder_are_not_followed),
		EACH(what_bears_the_name_and_is_no_file_is_told),
		EACH(a_folder_that_may_not_be_written_is_told),
		EACH(what_cannot_be_written_whole_is_not_there_at_all),
		EACH(what_a_crash_left_is_swept_after_a_day_and_a_half),
		EACH(several_at_once_make_one_whole_file),
	};

	return cmocka_run_group_tests_name("sink_dir", tests, NULL, NULL);
}
