/* check/local_judge.c, check/local_judge_gate.c: opinions on literals. Each thing that is wrong is exactly one finding that is not ok. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#undef fail	/* ours is the one in lib/err.h */

#include "check/local.h"

enum { UID = 1001, GID = 1002 };

static struct local_file files[8];

static struct local_file file_of(enum local_role role, const char *path, mode_t mode)
{
	struct local_file f = { .role = role, .there = true, .mode = mode, .uid = UID, .gid = GID };

	snprintf(f.path, sizeof f.path, "%s", path);
	return f;
}

/* An account of a shared host where all is well. */
static struct local_seen healthy(void)
{
	struct local_seen s = {
		.uid = UID, .now_ms = 1795000000000, .conf = "/home/ana/pixgate/pixgate.conf", .file = files, .files = 8,
		.store = true, .store_there = true, .folder_writable = true, .store_writable = true, .store_path = "/home/ana/pixgate/inbox.db",
		.space = true, .free_bytes = 50ull << 30, .all_bytes = 100ull << 30, .free_files = 1000000, .all_files = 2000000,
		.synchronised = 1, .newest_ms = 1794999999000,
		.gate = { .found = true, .cgi = true, .program = PROGRAM_OURS, .ran = true, .version = VERSION, .conf = "/home/ana/pixgate/pixgate.conf",
			.same_conf = true, .asked = true, .get = 405, .post = 403 },
		.socket = { .asked = true, .accepts = true },
		.log = { .asked = true, .path = "/home/ana/gate.log", .lines = 3, .accepted = 3 },
	};

	files[0] = file_of(LOCAL_CONF, "/home/ana/pixgate/pixgate.conf", S_IFREG | 0600);
	files[1] = file_of(LOCAL_CONF_FOLDER, "/home/ana/pixgate", S_IFDIR | 0700);
	files[2] = file_of(LOCAL_SECRET, "/home/ana/pixgate/loja.secret", S_IFREG | 0600);
	files[3] = file_of(LOCAL_STORE, "/home/ana/pixgate/inbox.db", S_IFREG | 0600);
	files[4] = file_of(LOCAL_STORE, "/home/ana/pixgate/inbox.db-wal", S_IFREG | 0600);
	files[5] = file_of(LOCAL_OWN, "/home/ana/pixgate/.pixgate-tokens", S_IFDIR | 0700);
	files[6] = file_of(LOCAL_OWN_FILE, "/home/ana/pixgate/.pixgate-tokens/a", S_IFREG | 0600);
	files[7] = file_of(LOCAL_STORE_FOLDER, "/home/ana/pixgate", S_IFDIR | 0700);
	s.gate.file = file_of(LOCAL_GATE, "/home/ana/cgi-bin/pixgate.cgi", S_IFREG | 0755);
	s.gate.folder = file_of(LOCAL_GATE_FOLDER, "/home/ana/cgi-bin", S_IFDIR | 0755);
	s.socket.file = file_of(LOCAL_STORE, "/run/pixgate/gate.sock", S_IFSOCK | 0660);
	return s;
}

/* The one finding that is not ok, as "SEVERITY ID"; "": all is well; more than one are joined. */
static char ids[512], said[8192], fixes[8192];

static const char *judged(const struct local_seen *s)
{
	struct findings f;

	local_judge(s, NULL, NULL, &f);
	ids[0] = said[0] = fixes[0] = '\0';
	for (size_t i = 0; i < f.count; i++) {
		size_t n = strlen(ids);

		if (f.item[i].severity == SEVERITY_OK)
			continue;
		snprintf(ids + n, sizeof ids - n, "%s%d %s", n ? ", " : "", (int)f.item[i].severity, f.item[i].check->id);
		snprintf(said, sizeof said, "%s", f.item[i].seen);
		snprintf(fixes, sizeof fixes, "%s", f.item[i].fix);
		assert_true(*fixes);	/* each says what to do */
	}
	findings_free(&f);
	return ids;
}

#define WRONG(want, ...) do { \
	struct local_seen s = healthy(); \
	__VA_ARGS__; \
	assert_string_equal(judged(&s), want); \
} while (0)
#define SAYS(text) assert_non_null(strstr(said, text))
#define FIX(text) assert_non_null(strstr(fixes, text))

static void a_healthy_account_has_a_finding_of_each_and_all_are_ok(void **state)
{
	struct local_seen s = healthy();
	struct findings f;
	size_t rows = 0;

	(void)state;
	assert_string_equal(judged(&s), "");
	local_judge(&s, NULL, NULL, &f);
	while (local_checks[rows].id)
		rows++;
	assert_int_equal(f.count, rows);
	for (size_t i = 0; i < f.count; i++)
		assert_true(f.item[i].seen[0]);
	findings_free(&f);
}

static void ids_are_chosen_by_their_beginnings(void **state)
{
	static const char *const only[] = { "local", NULL }, *const skip[] = { "local.clock", "local.l", NULL };
	struct local_seen s = healthy();
	struct findings f;

	(void)state;
	local_judge(&s, only, skip, &f);
	assert_int_equal(f.count, 10);
	for (size_t i = 0; i < f.count; i++)
		assert_string_not_equal(f.item[i].check->id, "local.clock");
	findings_free(&f);
}

static void a_configuration_that_is_wrong_is_said_once(void **state)
{
	(void)state;
	WRONG("3 local.conf", strcpy(s.conf_why, "/x:3: unknown setting"); s.store = s.space = false; strcpy(s.gate.conf_why, s.conf_why));
	SAYS("/x:3: unknown setting");
	WRONG("3 local.conf", strcpy(s.conf_why, "none found"); s.conf[0] = s.gate.conf[0] = '\0'; s.gate.same_conf = false; s.store = s.space = false;
		strcpy(s.gate.conf_why, "none found"));
}

static void who_else_may_write_is_told_with_the_command(void **state)
{
	(void)state;
	WRONG("3 local.modes", files[0].mode = S_IFREG | 0606);
	FIX("chmod o-w /home/ana/pixgate/pixgate.conf");
	WRONG("2 local.modes", files[2].mode = S_IFREG | 0660);
	FIX("chmod g-w /home/ana/pixgate/loja.secret");
	WRONG("3 local.modes", files[1].mode = S_IFDIR | 0777);
	WRONG("", files[1].mode = S_IFDIR | 01777);	/* of /tmp's kind: nobody replaces what is not his */
	WRONG("2 local.modes", files[0].uid = 77);
	FIX("chown 1001 /home/ana/pixgate/pixgate.conf");
	WRONG("", files[0].uid = 0);
	WRONG("2 local.modes", strcpy(s.conf_root, "/home/ana/public_html"));
}

static void a_path_is_quoted_for_a_shell(void **state)
{
	(void)state;
	WRONG("3 local.modes", files[0].mode = S_IFREG | 0606; strcpy(files[0].path, "/home/ana's $(x)/a.conf"));
	FIX("chmod o-w '/home/ana'\\''s $(x)/a.conf'");
}

static void the_inbox(void **state)
{
	(void)state;
	WRONG("3 local.inbox", strcpy(s.place_why, "inbox: /nfs is on NFS"));
	WRONG("3 local.inbox", s.folder_writable = false);
	WRONG("3 local.inbox", s.store_writable = false);
	WRONG("3 local.inbox", strcpy(s.open_why, "inbox /x: file is not a database"));
	SAYS("not a database");
	WRONG("2 local.inbox", files[3].mode = S_IFREG | 0644);
	FIX("chmod o-rwx /home/ana/pixgate/inbox.db");
	WRONG("3 local.inbox", files[3].mode = S_IFREG | 0602);
	WRONG("2 local.inbox", files[4].uid = 0);
	FIX("chown 1001 /home/ana/pixgate/inbox.db-wal");
	WRONG("2 local.inbox", strcpy(s.store_root, "/home/ana/public_html"));
	WRONG("", s.store_there = s.store_writable = false);
}

static void secrets_and_tokens(void **state)
{
	(void)state;
	WRONG("3 local.secrets", strcpy(s.files_why, "/x:4: hook \"loja\": secret: file:loja.secret: others may read it"));
	SAYS("others may read it");
	WRONG("3 local.tokens", files[5].mode = S_IFDIR | 0755);
	FIX("chmod 700 /home/ana/pixgate/.pixgate-tokens");
	WRONG("3 local.tokens", files[6].mode = S_IFREG | 0640);
	FIX("chmod 600 /home/ana/pixgate/.pixgate-tokens/a");
	WRONG("3 local.tokens", files[5].mode = S_IFREG | 0600);
	WRONG("3 local.tokens", files[6].link = true);
	WRONG("3 local.tokens", files[5].uid = 5);
	WRONG("", files[5].role = files[6].role = LOCAL_GATE);	/* none are there */
}

static void space(void **state)
{
	(void)state;
	WRONG("2 local.space", s.free_bytes = 99ull << 20);
	WRONG("3 local.space", s.free_bytes = 9ull << 20);
	WRONG("2 local.space", s.free_bytes = 4ull << 30);
	WRONG("", s.free_bytes = 6ull << 30);
	WRONG("", s.all_bytes = 1000ull << 30; s.free_bytes = 20ull << 30);	/* 2 % of much is enough */
	WRONG("2 local.space", s.free_files = 900);
	WRONG("3 local.space", s.free_files = 0);
	WRONG("", s.free_files = s.all_files = 0);	/* such a file system does not count them */
	WRONG("3 local.space", s.free_bytes = s.all_bytes = 0);
}

static void the_clock(void **state)
{
	(void)state;
	WRONG("3 local.clock", s.now_ms = 0);
	WRONG("3 local.clock", s.now_ms = 5000000000000);
	WRONG("2 local.clock", s.newest_ms = s.now_ms + 3600000);
	SAYS("3600 s from now");
	WRONG("2 local.clock", s.ahead_ms = 121000);
	WRONG("", s.ahead_ms = 119000);
	WRONG("1 local.clock", s.synchronised = 0);
	WRONG("", s.synchronised = -1);
}

static void suexec_names_each_rule_and_its_command(void **state)
{
	(void)state;
	WRONG("3 local.suexec", s.gate.file.mode = S_IFREG | 0775; s.gate.ran = false);
	FIX("chmod 755 /home/ana/cgi-bin/pixgate.cgi");
	WRONG("3 local.suexec", s.gate.file.mode = S_IFREG | 0644; s.gate.ran = false);
	FIX("chmod 755 /home/ana/cgi-bin/pixgate.cgi");
	WRONG("", s.gate.file.mode = S_IFREG | 0700);
	WRONG("3 local.suexec", s.gate.folder.mode = S_IFDIR | 0777);
	FIX("chmod 755 /home/ana/cgi-bin");
	WRONG("3 local.suexec", s.gate.file.mode = S_IFREG | 04755; s.gate.ran = false);
	FIX("chmod u-s,g-s");
	WRONG("3 local.suexec", s.gate.file.uid = 5);
	FIX("chown 1001:1002 /home/ana/cgi-bin/pixgate.cgi");
	WRONG("3 local.suexec", s.gate.file.gid = 5);
	WRONG("3 local.suexec", s.gate.file.uid = s.gate.folder.uid = 5);	/* not this account's */
	WRONG("3 local.suexec", s.gate.file.link = true);
	SAYS("403");
	WRONG("3 local.suexec", s.gate.file.mode = S_IFDIR | 0755; s.gate.ran = false);
	WRONG("1 local.suexec", s.uid = s.gate.file.uid = s.gate.folder.uid = 0);
	WRONG("", s.gate.cgi = false; s.gate.file.uid = 5);	/* no web server starts that one */
}

static void several_rules_are_all_named(void **state)
{
	(void)state;
	WRONG("3 local.suexec", s.gate.file.mode = S_IFREG | 0666; s.gate.folder.mode = S_IFDIR | 0775; s.gate.ran = false);
	SAYS("may not be started");
	SAYS("others may change /home");
	SAYS("others may change its folder");
}

static void the_gate(void **state)
{
	(void)state;
	WRONG("1 local.gate", s.gate = (struct local_gate){ 0 });
	WRONG("3 local.gate", s.gate = (struct local_gate){ .told = true, .file.error = ENOENT });
	WRONG("3 local.gate", s.gate.program = PROGRAM_OTHER_MACHINE; s.gate.ran = false);
	FIX("uname -m");
	WRONG("3 local.gate", s.gate.program = PROGRAM_NO_ELF; s.gate.ran = false);
	FIX("binary");
	WRONG("3 local.gate", s.gate.no_exec = true);
	WRONG("3 local.gate", s.gate.version[0] = '\0'; strcpy(s.gate.why, "error while loading shared libraries: libcjson.so.1"); s.gate.asked = false);
	FIX("make static");
	WRONG("3 local.gate", s.gate.version[0] = '\0'; s.gate.asked = false);
	SAYS("does not say that it is");
	WRONG("2 local.gate", strcpy(s.gate.version, "0.0.1"));
	WRONG("2 local.gate", s.gate.same_conf = false; strcpy(s.gate.conf, "/etc/pixgate/pixgate.conf"));
	SAYS("/etc/pixgate/pixgate.conf");
	WRONG("3 local.gate", s.gate.conf[0] = '\0'; s.gate.same_conf = false; strcpy(s.gate.conf_why, "no configuration found"); s.gate.get = s.gate.post = 503);
	SAYS("no configuration found");
	WRONG("3 local.gate", s.gate.get = s.gate.post = 503; strcpy(s.gate.said, "gate: error configuration failed"));
	SAYS("gate: error");
	WRONG("3 local.gate", s.gate.get = 0);
	WRONG("3 local.gate", s.gate.post = 200);
	WRONG("3 local.gate", s.gate.get = 200);
	WRONG("", s.gate.post = 401);
	WRONG("3 local.gate", s.gate.cgi = false; s.gate.file.mode = S_IFREG | 0644; s.gate.ran = false);
	FIX("chmod 755");
	WRONG("3 local.gate", s.gate.cgi = false; s.gate.file.mode = S_IFIFO | 0755; s.gate.ran = false);
}

static void the_socket(void **state)
{
	(void)state;
	WRONG("", s.socket.asked = s.socket.accepts = false);
	WRONG("3 local.socket", s.socket.file.there = false; s.socket.file.error = ENOENT);
	WRONG("3 local.socket", s.socket.file.mode = S_IFIFO | 0660);
	WRONG("3 local.socket", s.socket.accepts = false; s.socket.error = ECONNREFUSED);
	SAYS("nobody listens");
	WRONG("3 local.socket", s.socket.accepts = false; s.socket.error = EACCES);
	WRONG("2 local.socket", s.socket.file.mode = S_IFSOCK | 0666);
	FIX("chmod 660 /run/pixgate/gate.sock");
}

static void the_log(void **state)
{
	(void)state;
	WRONG("", s.log.asked = false; strcpy(s.log.why, "x"));
	WRONG("3 local.log", strcpy(s.log.why, "No such file"));
	WRONG("1 local.log", s.log.lines = s.log.accepted = 0);
	WRONG("1 local.log", s.log.refused[REFUSAL_PATH] = s.log.since[REFUSAL_PATH] = 7);
	SAYS("7 refused by path");
	FIX("a scanner");
	WRONG("2 local.log", s.log.refused[REFUSAL_SECRET] = s.log.since[REFUSAL_SECRET] = 1);
	WRONG("1 local.log", s.log.refused[REFUSAL_SECRET] = 1);	/* somebody was let in after that */
	WRONG("2 local.log", s.log.errors = 2; s.log.error_last = true; strcpy(s.log.error, "storage failed"));
	SAYS("storage failed");
	WRONG("1 local.log", s.log.errors = 2);
	WRONG("1 local.log", s.log.warnings = 2);
	for (int i = 0; i < REFUSALS; i++) {
		struct local_seen s = healthy();

		s.log.refused[i] = 1;
		judged(&s);
		SAYS("1 refused by ");
		FIX(": ");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_healthy_account_has_a_finding_of_each_and_all_are_ok),
		cmocka_unit_test(ids_are_chosen_by_their_beginnings),
		cmocka_unit_test(a_configuration_that_is_wrong_is_said_once),
		cmocka_unit_test(who_else_may_write_is_told_with_the_command),
		cmocka_unit_test(a_path_is_quoted_for_a_shell),
		cmocka_unit_test(the_inbox),
		cmocka_unit_test(secrets_and_tokens),
		cmocka_unit_test(space),
		cmocka_unit_test(the_clock),
		cmocka_unit_test(suexec_names_each_rule_and_its_command),
		cmocka_unit_test(several_rules_are_all_named),
		cmocka_unit_test(the_gate),
		cmocka_unit_test(the_socket),
		cmocka_unit_test(the_log),
	};

	return cmocka_run_group_tests_name("local_judge", tests, NULL, NULL);
}
