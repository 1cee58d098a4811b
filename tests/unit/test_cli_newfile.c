#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/newfile.h"

#include <cmocka.h>

static char dir[64];

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/pixgate-newfile-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char path[512];
	DIR *d = opendir(dir);
	const struct dirent *de;

	(void)state;
	while (d && (de = readdir(d))) {
		snprintf(path, sizeof path, "%s/%s", dir, de->d_name);
		if (de->d_name[0] != '.' || de->d_name[1])
			unlink(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
	return 0;
}

static size_t entries(void)
{
	DIR *d = opendir(dir);
	const struct dirent *de;
	size_t n = 0;

	assert_non_null(d);
	while ((de = readdir(d)))
		n += strcmp(de->d_name, ".") && strcmp(de->d_name, "..");
	closedir(d);
	return n;
}

static void read_back(const char *name, char *text, size_t size)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "re");
	assert_non_null(f);
	text[fread(text, 1, size - 1, f)] = '\0';
	fclose(f);
}

static void a_file_has_no_name_before_it_is_placed(void **state)
{
	struct newfile f = { 0 };
	struct err e = { 0 };
	char path[256];

	(void)state;
	snprintf(path, sizeof path, "%s/a", dir);
	assert_true(newfile_write(&f, dir, "a", "text", 4, &e));
	assert_int_equal(access(path, F_OK), -1);
	assert_true(newfile_place(&f, &e));
	assert_int_equal(access(path, F_OK), 0);
	newfile_end(&f, true);
	assert_int_equal(entries(), 1);
}

static void pieces_make_one_file(void **state)
{
	struct newfile f = { 0 }, given_up = { 0 };
	struct err e = { 0 };
	char text[16];
	int fd;

	(void)state;
	assert_true(newfile_open(&f, dir, "a", &fd, &e) && newfile_add(&f, fd, "one ", 4, &e) && newfile_add(&f, fd, "two", 3, &e));
	assert_true(newfile_close(&f, fd, &e) && newfile_place(&f, &e));
	newfile_end(&f, true);
	read_back("a", text, sizeof text);
	assert_string_equal(text, "one two");
	assert_true(newfile_open(&given_up, dir, "b", &fd, &e) && newfile_add(&given_up, fd, "half", 4, &e));
	close(fd);
	assert_false(newfile_add(&given_up, fd, "x", 1, &e));
	assert_int_equal(e.code, ERR_STORE);
	newfile_end(&given_up, false);
	assert_int_equal(entries(), 1);
}

static void a_file_is_its_owners_alone_whatever_the_umask(void **state)
{
	mode_t was = umask(0);
	struct newfile f = { 0 };
	struct err e = { 0 };
	struct stat st;
	char path[256];

	(void)state;
	snprintf(path, sizeof path, "%s/a", dir);
	assert_true(newfile_write(&f, dir, "a", "text", 4, &e) && newfile_place(&f, &e));
	newfile_end(&f, true);
	umask(was);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void what_is_there_stays(void **state)
{
	struct newfile first = { 0 }, second = { 0 };
	struct err e = { 0 };
	char text[16];

	(void)state;
	assert_true(newfile_write(&first, dir, "a", "first", 5, &e) && newfile_place(&first, &e));
	newfile_end(&first, true);
	assert_true(newfile_write(&second, dir, "a", "second", 6, &e));
	assert_false(newfile_place(&second, &e));
	assert_int_equal(e.code, ERR_USAGE);
	newfile_end(&second, false);
	read_back("a", text, sizeof text);
	assert_string_equal(text, "first");
	assert_int_equal(entries(), 1);
}

static void a_link_that_leads_nowhere_is_there_too(void **state)
{
	struct newfile f = { 0 };
	struct err e = { 0 };
	char path[256];

	(void)state;
	snprintf(path, sizeof path, "%s/a", dir);
	assert_int_equal(symlink("/nowhere/at/all", path), 0);
	assert_true(newfile_write(&f, dir, "a", "text", 4, &e));
	assert_false(newfile_place(&f, &e));
	newfile_end(&f, false);
	assert_int_equal(entries(), 1);
}

static void other_permissions_are_set_whatever_the_umask(void **state)
{
	mode_t was = umask(077);
	struct newfile f = { 0 };
	struct err e = { 0 };
	struct stat st;
	char path[256];

	(void)state;
	snprintf(path, sizeof path, "%s/a", dir);
	assert_true(newfile_write(&f, dir, "a", "text", 4, &e) && newfile_mode(&f, 0644, &e) && newfile_place(&f, &e));
	newfile_end(&f, true);
	umask(was);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

static void replacing_puts_the_new_file_in_the_old_ones_place(void **state)
{
	struct newfile first = { 0 }, second = { 0 };
	struct err e = { 0 };
	struct stat st;
	char path[256], text[16];

	(void)state;
	snprintf(path, sizeof path, "%s/a", dir);
	assert_true(newfile_write(&first, dir, "a", "first", 5, &e) && newfile_place(&first, &e));
	newfile_end(&first, true);
	assert_int_equal(chmod(path, 0640), 0);
	assert_true(geteuid() != 0 || chown(path, 65534, 65534) == 0);
	assert_true(newfile_write(&second, dir, "a", "second", 6, &e) && newfile_replace(&second, &e));
	newfile_end(&second, false);	/* nothing to take back */
	read_back("a", text, sizeof text);
	assert_string_equal(text, "second");
	assert_int_equal(entries(), 1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_uid, geteuid() ? geteuid() : 65534);
}

static void replacing_nothing_is_placing(void **state)
{
	struct newfile f = { 0 };
	struct err e = { 0 };
	char text[16];

	(void)state;
	assert_true(newfile_write(&f, dir, "a", "text", 4, &e) && newfile_replace(&f, &e));
	newfile_end(&f, true);
	read_back("a", text, sizeof text);
	assert_string_equal(text, "text");
	assert_int_equal(entries(), 1);
}

static void a_folder_is_not_replaced(void **state)
{
	struct newfile f = { 0 };
	struct err e = { 0 };
	char path[256];

	(void)state;
	snprintf(path, sizeof path, "%s/a", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(newfile_write(&f, dir, "a", "text", 4, &e));
	assert_false(newfile_replace(&f, &e));
	assert_int_equal(e.code, ERR_STORE);
	newfile_end(&f, false);
	assert_int_equal(entries(), 1);
	rmdir(path);
}

static void what_is_not_kept_leaves_nothing(void **state)
{
	struct newfile f = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_true(newfile_write(&f, dir, "a", "text", 4, &e) && newfile_place(&f, &e));
	newfile_end(&f, false);
	newfile_end(&f, false);
	assert_int_equal(entries(), 0);
}

static void a_missing_folder_is_an_io_error(void **state)
{
	struct newfile f = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_false(newfile_write(&f, "/nowhere/at/all", "a", "text", 4, &e));
	assert_int_equal(e.code, ERR_STORE);
	newfile_end(&f, false);
}

static void a_folder_is_made_once_and_private(void **state)
{
	struct err e = { 0 };
	struct stat st;
	char path[256];
	bool made;

	(void)state;
	snprintf(path, sizeof path, "%s/sub", dir);
	assert_true(newfolder(path, &made, &e));
	assert_true(made);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_true(newfolder(path, &made, &e));
	assert_false(made);
	rmdir(path);
}

static void a_file_is_no_folder(void **state)
{
	struct newfile f = { 0 };
	struct err e = { 0 };
	char path[256];
	bool made;

	(void)state;
	snprintf(path, sizeof path, "%s/a", dir);
	assert_true(newfile_write(&f, dir, "a", "text", 4, &e) && newfile_place(&f, &e));
	newfile_end(&f, true);
	assert_false(newfolder(path, &made, &e));
	assert_false(made);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(a_file_has_no_name_before_it_is_placed),
		EACH(pieces_make_one_file),
		EACH(a_file_is_its_owners_alone_whatever_the_umask),
		EACH(what_is_there_stays),
		EACH(a_link_that_leads_nowhere_is_there_too),
		EACH(other_permissions_are_set_whatever_the_umask),
		EACH(replacing_puts_the_new_file_in_the_old_ones_place),
		EACH(replacing_nothing_is_placing),
		EACH(a_folder_is_not_replaced),
		EACH(what_is_not_kept_leaves_nothing),
		EACH(a_missing_folder_is_an_io_error),
		EACH(a_folder_is_made_once_and_private),
		EACH(a_file_is_no_folder),
	};

	return cmocka_run_group_tests_name("cli_newfile", tests, NULL, NULL);
}
