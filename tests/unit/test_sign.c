#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "deliver/sign.h"	/* ahead of cmocka.h, which has a macro named fail() */
#include "lib/text.h"

#include <cmocka.h>

static struct sign_key key_of(const char *text)
{
	struct sign_key key;
	struct err e;

	if (!sign_key_read(text, strlen(text), &key, &e))
		fail_msg("%s: %s", text, e.text);
	return key;
}

/* The example that the libraries of standardwebhooks.com hold themselves to. */
static void the_published_example_has_its_signature(void **state)
{
	struct sign_key key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
	static const char body[] = "{\"test\": 2432232314}";
	char out[SIGN_TEXT];

	(void)state;
	assert_int_equal(key.len, 24);
	sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, strlen(body), out);
	assert_string_equal(out, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void the_prefix_may_be_left_out(void **state)
{
	struct sign_key with = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), without = key_of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

	(void)state;
	assert_int_equal(with.len, without.len);
	assert_memory_equal(with.bytes, without.bytes, with.len);
}

/* Against the openssl program: keys of every length that is allowed, bodies around the hash's block, zero bytes in them. */
static void every_key_signs_as_openssl_does(void **state)
{
	static const size_t bodies[] = { 0, 1, 30, 63, 64, 65, 119, 120, 5000, 300000 };
	char path[] = "/tmp/pixgate-sign-XXXXXX", hex[2 * SIGN_KEY_MAX + 1], command[400], want[SIGN_TEXT] = "", out[SIGN_TEXT];
	static char body[300000];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof body; i++)
		body[i] = (char)(i * 7 % 251);
	for (size_t len = SIGN_KEY_MIN, n = 0; len <= SIGN_KEY_MAX; len += 5, n++) {
		struct sign_key key = { .len = len };
		FILE *f = fopen(path, "w");
		size_t body_len = bodies[n % 10];

		for (size_t i = 0; i < len; i++) {
			key.bytes[i] = (unsigned char)(i * 37 + len);
			snprintf(hex + 2 * i, 3, "%02x", key.bytes[i]);
		}
		assert_true(f && fprintf(f, "pix_1.%d.", 1795262400) > 0 && fwrite(body, 1, body_len, f) == body_len && fclose(f) == 0);
		snprintf(command, sizeof command, "openssl dgst -sha256 -mac HMAC -macopt hexkey:%s -binary '%s' | base64 -w 0", hex, path);
		f = popen(command, "r");
		assert_true(f && fgets(want, sizeof want, f));
		pclose(f);
		sign(&key, "pix_1", 1795262400, body, body_len, out);
		assert_memory_equal(out, "v1,", 3);
		assert_string_equal(out + 3, want);
	}
	unlink(path);
}

static void a_change_of_id_time_body_or_key_is_another_signature(void **state)
{
	struct sign_key key = key_of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), other = key_of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx");
	char a[SIGN_TEXT], b[SIGN_TEXT];

	(void)state;
	sign(&key, "pix_1", 1795262400, "{}", 2, a);
	sign(&key, "pix_1", 1795262400, "{}", 2, b);
	assert_string_equal(a, b);
	sign(&key, "pix_2", 1795262400, "{}", 2, b);
	assert_string_not_equal(a, b);
	sign(&key, "pix_1", 1795262401, "{}", 2, b);
	assert_string_not_equal(a, b);
	sign(&key, "pix_1", 1795262400, "{ ", 2, b);
	assert_string_not_equal(a, b);
	sign(&other, "pix_1", 1795262400, "{}", 2, b);
	assert_string_not_equal(a, b);
}

/* Base64 of n bytes. */
static const char *of(size_t n)
{
	static char text[1200];
	unsigned char bytes[800];

	memset(bytes, 'k', sizeof bytes);
	assert_true(text_base64(bytes, n, text, sizeof text));
	return text;
}

static void a_key_has_24_to_64_bytes(void **state)
{
	static const size_t good[] = { 24, 25, 26, 48, 63, 64 }, bad[] = { 0, 1, 23, 65, 66, 67, 384, 385 };
	struct sign_key key = { .len = 7 };
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_int_equal(key_of(of(good[i])).len, good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *text = of(bad[i]);

		assert_false(sign_key_read(text, strlen(text), &key, &e));
		assert_int_equal(e.code, ERR_CONFIG);
		assert_int_equal(key.len, 7);
	}
}

static void a_broken_secret_is_refused_and_not_repeated(void **state)
{
	static const char *const bad[] = {
		"", "whsec_", "whsec", "senha-da-loja-muito-secreta-1234", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==w",
		"WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", " whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_", "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	};
	struct sign_key key = { .len = 7 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err e = { 0 };

		if (sign_key_read(bad[i], strlen(bad[i]), &key, &e))
			fail_msg("taken: '%s'", bad[i]);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_int_equal(key.len, 7);
		if (strstr(e.text, "MfKQ") || strstr(e.text, "senha"))
			fail_msg("%s", e.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_example_has_its_signature),
		cmocka_unit_test(the_prefix_may_be_left_out),
		cmocka_unit_test(every_key_signs_as_openssl_does),
		cmocka_unit_test(a_change_of_id_time_body_or_key_is_another_signature),
		cmocka_unit_test(a_key_has_24_to_64_bytes),
		cmocka_unit_test(a_broken_secret_is_refused_and_not_repeated),
	};

	return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
