/* What each member of a sink may be, and that a password is in no message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/settings.h"	/* ahead of cmocka.h, which has a macro named fail() */

#include <cmocka.h>

#include "tests/unit/sinkconf.h"

/* What would be readable in the file is not repeated in a message, which goes to logs. */
static void no_message_has_the_password(void **state)
{
	static const char *const bad[] = {
		HTTPS "url = \"https://shop:hunter2@loja.example.com/\";", HTTPS "url = \"https://hunter2@loja.example.com\";",
		SQL "table = \"t\"; database = \"postgresql://pix:hunter2@localhost/shop\";", SQL "table = \"t\"; database = \"postgres://pix:hunter2@localhost\";",
		SQL "table = \"t\"; database = \"postgresql://:hunter2@/shop\";",
		SQL "table = \"t\"; database = \"postgresql://localhost/shop?password=hunter2\";",
		SQL "table = \"t\"; database = \"postgresql://localhost/shop?sslmode=require&password=hunter2\";",
		SQL "table = \"t\"; database = \"postgresql://localhost/shop?%70ass%77ord=hunter2\";",
		SQL "table = \"t\"; database = \"postgresql://localhost/shop?sslpassword=hunter2\";",
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, "sinks = ( { %s } );", bad[i]);
		told(load_both("", text), text, 4, "readable in this file");
		if (strstr(e.text, "hunter2"))
			fail_msg("%s", e.text);
	}
}

static void urls_are_https_or_of_this_machine(void **state)
{
	static const char *const good[] = {
		"https://loja.example.com", "https://loja.example.com/pix.php", "https://loja.example.com:8443/a?b=c&d=%20", "https://[2001:db8::1]:8443/", "https://203.0.113.7/",
		"http://localhost/", "http://localhost:3000/pix", "http://127.0.0.1:8080", "http://[::1]/x", "http://[::1]:9/x", "https://a/b@c",
	};
	static const char *const bad[] = {
		"", "loja.example.com", "ftp://loja.example.com/", "HTTPS://loja.example.com/", "https:/loja.example.com", "https://", "https:///x", "https://?x", "https://:443/",
		"https://loja.example.com:/", "https://loja.example.com:0/", "https://loja.example.com:65536/", "https://loja.example.com:123456/", "https://loja.example.com:8a/",
		"https://loja.example.com#x", "https://loja.example.com/#", "https://loja .example.com/", "https://loja.example.com/a b", "https://loja.example.com/\\n", "https://[::1", "https://[]/",
		"https://[::1]x/", "https://[::1%25eth0]/", "https://loja.ex\xc3\xa3mple/", "https://loja.example.com\\\\@evil.example/", "https://loja.example.com/\\\"x", "https://a\\x7f/",
		"http://loja.example.com/", "http://localhost.example.com/", "http://localhost@evil.example/", "http://127.0.0.1.example.com/", "http://127.0.0.2/", "http://local/", "http://127.0.0/", "http://127.1/",
		"http://0/", "http://0x7f000001/", "http://2130706433/", "http://LOCALHOST/", "http://[::ffff:127.0.0.1]/", "http://[0:0:0:0:0:0:0:1]/", "http://localhost:80:80/",
		"http://127.0.0.1:8080@evil.example/", "http://evil.example/?http://localhost/",
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		snprintf(text, sizeof text, HTTPS "url = \"%s\";", good[i]);
		if (!load(text))
			fail_msg("%s: %s", good[i], e.text);
		assert_string_equal(first()->url, good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, HTTPS "url = \"%s\";", bad[i]);
		told(load(text), bad[i], 4, "sinks: url: ");
	}
}

static void databases_and_tables_are_checked(void **state)
{
	static const char *const good[] = {
		"postgresql://pix@localhost/shop", "postgres://localhost", "postgresql:///shop?host=/run/postgresql", "postgresql://pix@db.example:5433/shop?sslmode=verify-full&connect_timeout=3",
		"postgresql://a,b/shop", "postgresql://localhost/shop?passfile=x",
	};
	static const char *const bad[] = {
		"", "sqlite:", "mysql://localhost/shop", "postgresql:localhost", "host=localhost dbname=shop", "postgresql://local host/shop", "postgresql://localhost/a\\nb", "postgresql://localhost/#x",
		"postgresql://a@b@localhost/x", "/var/shop.db", "postgresql://localhost/\\\"", "postgresql://localhost/\xc3\xa9",
	};
	static const char *const tables[] = { "t", "pix_event", "shop.pix_event", "PixEvent", "_", "a1" };
	static const char *const not_tables[] = {
		"", ".", "a.", ".a", "a..b", "a.b.c", "1a", "a.1b", "a b", "a-b", "a\\\"b", "a'b", "a;b", "p\xc3\xa9", "a\\nb", "a(b)", "--", "a.b c",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",	/* 64 */
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		snprintf(text, sizeof text, SQL "table = \"t\"; database = \"%s\";", good[i]);
		if (!load(text))
			fail_msg("%s: %s", good[i], e.text);
		assert_string_equal(first()->database, good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(text, sizeof text, SQL "table = \"t\"; database = \"%s\";", bad[i]);
		told(load(text), bad[i], 4, "sinks: database: ");
	}
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		snprintf(text, sizeof text, SQL "database = \"sqlite:x\"; table = \"%s\";", tables[i]);
		if (!load(text))
			fail_msg("%s: %s", tables[i], e.text);
		assert_string_equal(first()->table, tables[i]);
	}
	for (size_t i = 0; i < sizeof not_tables / sizeof not_tables[0]; i++) {
		snprintf(text, sizeof text, SQL "database = \"sqlite:x\"; table = \"%s\";", not_tables[i]);
		told(load(text), not_tables[i], 4, "sinks: table: expected the name of a table");
	}
}

/* begin, count times c, end: `most` are taken, one more is not. */
static void ceiling(const char *begin, const char *c, const char *end, int most)
{
	for (int more = 0; more < 2; more++) {
		struct buf b = BUF(64 * 1024);

		buf_puts(&b, begin);
		for (int n = 0; n < most + more; n++)
			buf_puts(&b, c);
		buf_puts(&b, end);
		if (load(buf_str(&b)) == more)
			fail_msg("%s with %d: %s", begin, most + more, e.text);
		buf_free(&b);
	}
}

static void texts_and_lists_have_ceilings(void **state)
{
	struct buf b = BUF(8192);

	(void)state;
	ceiling(HTTPS "url = \"https://a/", "a", "\";", 2048 - 10);
	ceiling(SQL "table = \"t\"; database = \"postgresql://a/", "a", "\";", 2048 - 15);
	ceiling(SQL "database = \"sqlite:x\"; table = \"", "a", "\";", 63);
	ceiling("type = \"dir\"; path = \"x\"; name = \"", "a", "\";", 64);
	ceiling("name = \"x\"; type = \"exec\"; command = [ \"/x\"", ", \"\"", "];", 63);
	ceiling("name = \"x\"; type = \"exec\"; command = [ \"/x\", \"", "a", "\" ];", 4096);
	for (int n = 0; n < 17; n++) {
		buf_putf(&b, "%s{ name = \"s%d\"; type = \"dir\"; path = \"p\"; }", n ? ", " : "sinks = ( ", n);
		if (n >= 15) {
			struct buf all = BUF(8192);

			buf_putf(&all, "%s );", buf_str(&b));
			if (n == 15)
				assert_true(load_both("", buf_str(&all)));
			else
				told(load_both("", buf_str(&all)), "17", 4, "17 sinks: at most 16");
			buf_free(&all);
		}
	}
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(no_message_has_the_password),
		EACH(urls_are_https_or_of_this_machine),
		EACH(databases_and_tables_are_checked),
		EACH(texts_and_lists_have_ceilings),
	};

	return cmocka_run_group_tests_name("sinks_members", tests, NULL, NULL);
}
