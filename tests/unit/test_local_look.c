/* check/local_look*.c against folders made here: what is there is seen, and what is not what it should be ends nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include "check/local.h"
#include "tests/unit/scene.h"

static struct local_seen s;

static int open_scene(void **state)
{
	(void)state;
	scene_open(SCENE_LOJA);
	memset(&s, 0, sizeof s);
	return 0;
}

static int close_scene(void **state)
{
	(void)state;
	local_seen_free(&s);
	local_seen_free(&s);
	scene_close();
	return 0;
}

static const char *in_scene(const char *name)
{
	static char path[160];

	snprintf(path, sizeof path, "%s/%s", scene_dir, name);
	return path;
}

static void look(struct local_options o)
{
	local_seen_free(&s);
	memset(&s, 0, sizeof s);
	o.conf = o.conf ? o.conf : scene_conf;
	o.now_ms = 1795000000000;
	local_look(&o, &s);
}

static const struct local_file *seen_file(const char *name)
{
	for (size_t i = 0; i < s.files; i++)
		if (strcmp(s.file[i].path, in_scene(name)) == 0)
			return &s.file[i];
	return NULL;
}

static void configuration_secrets_and_their_folders_are_seen_once_each(void **state)
{
	const struct local_file *f;

	(void)state;
	assert_int_equal(chmod(in_scene("loja.secret"), 0640), 0);
	look((struct local_options){ 0 });
	assert_string_equal(s.conf, scene_conf);
	assert_string_equal(s.conf_why, "");
	assert_string_equal(s.files_why, "");
	f = seen_file("pixgate.conf");
	assert_non_null(f);
	assert_int_equal(f->role, LOCAL_CONF);
	assert_int_equal(f->mode, S_IFREG | 0600);
	assert_int_equal(f->uid, geteuid());
	f = seen_file("loja.secret");
	assert_non_null(f);
	assert_int_equal(f->role, LOCAL_SECRET);
	assert_int_equal(f->mode, S_IFREG | 0640);
	assert_int_equal(s.files, 3);	/* with the folder */
	assert_true(s.store && s.folder_writable && s.space);
	assert_false(s.store_there);
	assert_true(s.all_bytes >= s.free_bytes);
}

static void what_a_hook_names_and_is_not_there_is_told(void **state)
{
	(void)state;
	unlink(in_scene("loja.secret"));
	look((struct local_options){ 0 });
	assert_non_null(strstr(s.files_why, "loja.secret"));
	assert_false(seen_file("loja.secret")->there);
	assert_int_equal(seen_file("loja.secret")->error, ENOENT);
}

static void a_configuration_that_is_none_is_told(void **state)
{
	(void)state;
	scene_write("pixgate.conf", "inbox = ;\n", 0600);
	look((struct local_options){ 0 });
	assert_non_null(strstr(s.conf_why, "pixgate.conf:1: "));
	look((struct local_options){ .conf = in_scene("nowhere.conf") });
	assert_non_null(strstr(s.conf_why, "nowhere.conf"));
	look((struct local_options){ .conf = scene_dir });
	assert_true(s.conf_why[0]);
	assert_int_equal(mkfifo(in_scene("fifo"), 0600), 0);
	look((struct local_options){ .conf = in_scene("fifo") });
	assert_true(s.conf_why[0]);
}

static void an_inbox_that_is_no_database_is_told(void **state)
{
	(void)state;
	scene_write("inbox.db", "this is a text that is long enough to be read as the head of a database, and is none, as its first words tell", 0644);
	look((struct local_options){ 0 });
	assert_true(s.store_there);
	assert_true(s.open_why[0]);
	assert_int_equal(seen_file("inbox.db")->role, LOCAL_STORE);
	unlink(in_scene("inbox.db"));
	assert_int_equal(mkdir(in_scene("inbox.db"), 0700), 0);
	look((struct local_options){ 0 });
	assert_true(s.open_why[0]);
}

static void folders_of_web_pages_are_known_by_name_unless_they_are_closed(void **state)
{
	(void)state;
	assert_int_equal(mkdir(in_scene("public_html"), 0755), 0);
	assert_int_equal(mkdir(in_scene("public_html/pixgate"), 0755), 0);
	scene_write("public_html/pixgate/pixgate.conf", SCENE_LOJA, 0600);
	look((struct local_options){ .conf = in_scene("public_html/pixgate/pixgate.conf") });
	assert_string_equal(s.conf_root, in_scene("public_html"));
	assert_string_equal(s.store_root, in_scene("public_html"));
	scene_write("public_html/pixgate/.htaccess", "Require all denied\n", 0644);
	look((struct local_options){ .conf = in_scene("public_html/pixgate/pixgate.conf") });
	assert_string_equal(s.conf_root, "");
	look((struct local_options){ 0 });
	assert_string_equal(s.conf_root, "");
}

static void what_pixgate_remembers_is_looked_at(void **state)
{
	(void)state;
	assert_int_equal(mkdir(in_scene(".pixgate-tokens"), 0755), 0);
	scene_write(".pixgate-tokens/a", "x", 0640);
	look((struct local_options){ 0 });
	assert_int_equal(seen_file(".pixgate-tokens")->role, LOCAL_OWN);
	assert_int_equal(seen_file(".pixgate-tokens")->mode, S_IFDIR | 0755);
	assert_int_equal(seen_file(".pixgate-tokens/a")->role, LOCAL_OWN_FILE);
	assert_int_equal(seen_file(".pixgate-tokens/a")->mode, S_IFREG | 0640);
}

static void a_program_that_is_none_of_ours_is_not_started(void **state)
{
	char gate[160];

	(void)state;
	strcpy(gate, in_scene("pixgate.cgi"));
	look((struct local_options){ .gate = gate });
	assert_true(s.gate.told);
	assert_false(s.gate.found);
	scene_write("pixgate.cgi", "#!/bin/sh\ntouch started\n", 0755);
	look((struct local_options){ .gate = gate });
	assert_true(s.gate.found && s.gate.cgi);
	assert_int_equal(s.gate.program, PROGRAM_NO_ELF);
	assert_false(s.gate.ran);
	scene_write("pixgate.cgi", "\177ELF\2\1\1", 0755);
	look((struct local_options){ .gate = gate });
	assert_int_equal(s.gate.program, PROGRAM_NO_ELF);	/* cut off */
	scene_write("pixgate.cgi", "\177ELF\7\7\1_________________________", 0755);
	look((struct local_options){ .gate = gate });
	assert_int_equal(s.gate.program, PROGRAM_OTHER_MACHINE);
	assert_false(s.gate.ran);
	unlink(gate);
	assert_int_equal(mkfifo(gate, 0755), 0);
	look((struct local_options){ .gate = gate });
	assert_false(s.gate.ran);
	unlink(gate);
	assert_int_equal(mkdir(gate, 0755), 0);
	look((struct local_options){ .gate = gate });
	assert_false(s.gate.ran);
	assert_int_equal(rmdir(gate), 0);
}

/* A program of this machine that others may change, and one that says it is something else. */
static void another_program_is_asked_its_version_and_nothing_more(void **state)
{
	char gate[160], command[400];

	(void)state;
	assert_int_equal(mkdir(in_scene("cgi-bin"), 0755), 0);
	strcpy(gate, in_scene("cgi-bin/pixgate.cgi"));
	snprintf(command, sizeof command, "cp /bin/true %s && chmod 755 %s", gate, gate);
	assert_int_equal(system(command), 0);
	look((struct local_options){ .gate = gate });
	assert_int_equal(s.gate.program, PROGRAM_OURS);
	assert_true(s.gate.ran);
	assert_string_equal(s.gate.version, "");
	assert_false(s.gate.asked);
	chmod(gate, 0775);
	look((struct local_options){ .gate = gate });
	assert_false(s.gate.ran);
	chmod(gate, 0644);
	look((struct local_options){ .gate = gate });
	assert_false(s.gate.ran);
	chmod(gate, 04755);
	look((struct local_options){ .gate = gate });
	assert_false(s.gate.ran);
	assert_int_equal(symlink(gate, in_scene("cgi-bin/link.cgi")), 0);
	look((struct local_options){ .gate = in_scene("cgi-bin/link.cgi") });
	assert_true(s.gate.file.link);
}

static void a_socket_accepts_or_not(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char name[160];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	strcpy(at.sun_path, in_scene("s"));
	snprintf(name, sizeof name, "unix:%s", at.sun_path);
	look((struct local_options){ .socket = name });
	assert_true(s.socket.asked);
	assert_false(s.socket.file.there);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	look((struct local_options){ .socket = name });
	assert_true(s.socket.file.there);
	assert_int_equal(s.socket.error, ECONNREFUSED);
	assert_int_equal(listen(fd, 1), 0);
	look((struct local_options){ .socket = name });
	assert_true(s.socket.accepts);
	close(fd);
	look((struct local_options){ .socket = scene_conf });
	assert_true(s.socket.file.there);
	assert_false(s.socket.accepts);
}

static void the_log_is_counted_by_check(void **state)
{
	struct local_log l = { 0 };
	static const char text[] =
		"gate: refused status=403 hook=loja check=secret remote=1.2.3.4\n"
		"gate: refused status=403 hook=loja check=secretive remote=1.2.3.4\n"
		"[Sun Nov 22 2026] [cgi:error] gate: accepted hook=loja psp=efi events=1 fresh=1 ms=4\n"
		"2026-11-22 host pixgate[7]: gate: refused status=404 check=path remote=- path=/x\n"
		"gate: refused status=403 hook=loja check=cert remote=1.2.3.4\n"
		"gate: warning hook=loja reason=unread why=\"x\"\n"
		"nothing of ours check=cert\n"
		"gate: error storage failed, answering 503: \033[31mdisk \001full";

	(void)state;
	local_log_text(text, sizeof text - 1, &l);
	assert_int_equal(l.refused[REFUSAL_SECRET], 1);
	assert_int_equal(l.since[REFUSAL_SECRET], 0);
	assert_int_equal(l.refused[REFUSAL_PATH], 1);
	assert_int_equal(l.since[REFUSAL_CERT], 1);
	assert_int_equal(l.accepted, 1);
	assert_int_equal(l.warnings, 1);
	assert_int_equal(l.errors, 1);
	assert_true(l.error_last);
	assert_string_equal(l.error, "storage failed, answering 503: ?[31mdisk ?full");
}

static void garbage_is_no_line_of_the_gate(void **state)
{
	enum { MUCH = 100000 };
	struct local_log l = { 0 };
	char *text = malloc(MUCH);
	unsigned n = 7;

	(void)state;
	for (size_t i = 0; i < MUCH; i++) {
		n = n * 1103515245u + 12345u;
		text[i] = (char)(n >> 16);
	}
	local_log_text(text, MUCH, &l);
	assert_int_equal(l.lines, 0);
	memset(text, 'x', MUCH);	/* one line without an end */
	memcpy(text + 5000, "gate: accepted ", 15);
	local_log_text(text, MUCH, &l);
	assert_int_equal(l.lines, 0);
	memset(text, 0, MUCH);
	local_log_text(text, MUCH, &l);
	assert_int_equal(l.lines, 0);
	free(text);
}

static void a_huge_log_is_read_from_its_end(void **state)
{
	static const char end[] = "\ngate: refused status=403 hook=loja check=source remote=1.2.3.4\n";
	char path[160];
	FILE *f;

	(void)state;
	strcpy(path, in_scene("gate.log"));
	scene_write("gate.log", "gate: refused status=403 hook=loja check=secret remote=1.2.3.4\n", 0600);
	f = fopen(path, "r+");
	assert_int_equal(fseeko(f, (off_t)10 << 30, SEEK_SET), 0);	/* ten gigabytes, of which the disk holds none */
	fputs(end, f);
	fclose(f);
	look((struct local_options){ .log = path });
	assert_true(s.log.cut);
	assert_true(s.log.size > (int64_t)10 << 30);
	assert_int_equal(s.log.refused[REFUSAL_SOURCE], 1);
	assert_int_equal(s.log.refused[REFUSAL_SECRET], 0);
	assert_int_equal(s.log.lines, 1);
}

static void a_log_that_is_no_file_is_told(void **state)
{
	(void)state;
	look((struct local_options){ .log = in_scene("none.log") });
	assert_string_equal(s.log.why, strerror(ENOENT));
	assert_int_equal(mkfifo(in_scene("pipe"), 0600), 0);
	look((struct local_options){ .log = in_scene("pipe") });
	assert_string_equal(s.log.why, "not a regular file");
	look((struct local_options){ .log = scene_dir });
	assert_string_equal(s.log.why, "not a regular file");
	scene_write("empty.log", "", 0600);
	look((struct local_options){ .log = in_scene("empty.log") });
	assert_string_equal(s.log.why, "");
	assert_int_equal(s.log.lines, 0);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(configuration_secrets_and_their_folders_are_seen_once_each),
		EACH(what_a_hook_names_and_is_not_there_is_told),
		EACH(a_configuration_that_is_none_is_told),
		EACH(an_inbox_that_is_no_database_is_told),
		EACH(folders_of_web_pages_are_known_by_name_unless_they_are_closed),
		EACH(what_pixgate_remembers_is_looked_at),
		EACH(a_program_that_is_none_of_ours_is_not_started),
		EACH(another_program_is_asked_its_version_and_nothing_more),
		EACH(a_socket_accepts_or_not),
		EACH(the_log_is_counted_by_check),
		EACH(garbage_is_no_line_of_the_gate),
		EACH(a_huge_log_is_read_from_its_end),
		EACH(a_log_that_is_no_file_is_told),
	};

	return cmocka_run_group_tests_name("local_look", tests, NULL, NULL);
}
