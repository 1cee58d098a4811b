/* A merchant with a server of its own, and a PSP that calls it. Behind <cmocka.h>. */
#ifndef TESTS_UNIT_MERCHANT_H
#define TESTS_UNIT_MERCHANT_H

#include "tests/unit/tlspeer.h"
#include "tests/unit/pki_folder.h"

#define PATIENCE 5000

/* A server that does what Efí asks for, to begin with. */
static inline struct peer_manner good(void)
{
	return (struct peer_manner){
		.cert = at(PKI_SERVER_CERT), .key = at(PKI_SERVER_KEY), .clients = at(PKI_CHAIN_PRODUCTION), .without = 403, .with = 200
	};
}

static inline struct peer begin(struct peer_manner m)
{
	struct peer p = peer_start(&m);

	assert_true(p.port > 0);
	return p;
}

static char address[256];

static inline struct call call_to(int port, const char *path)
{
	snprintf(address, sizeof address, "https://localhost:%d%s", port, path);
	return (struct call){ .url = address, .body = "{\"pix\":[]}", .body_len = 10, .cert = at(PKI_CALLER_PRODUCTION), .cacert = at(PKI_SERVER_CA), .patience_ms = PATIENCE };
}

static inline void ended(struct call_result r, enum call_end end, const char *name, const char *words)
{
	char text[CALLER_TEXT];
	const char *got = caller_words(&r, text);

	if (r.end != end)
		fail_msg("ended with %d (HTTP %ld, %s: %s), not %d", (int)r.end, r.status, r.errno_name, r.reason, (int)end);
	assert_string_equal(text, words);
	if (name)
		assert_string_equal(got, name);
	else
		assert_null(got);
	assert_true((end == CALL_OK) == !*r.reason);
}

#endif
