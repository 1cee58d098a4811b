/* Findings as literals, for the tests of the reports. */
#ifndef TESTS_REPORTED_H
#define TESTS_REPORTED_H

#include "check/report.h"

static const struct check rows[] = {
	{ .id = "dns.name", .what = "the name resolves", .why = "a PSP looks it up" },
	{ .id = "tls.version", .what = "TLS 1.2 works", .why = "BS2 speaks nothing else" },
	{ .id = "tls.old", .what = "TLS 1.0 is refused", .why = "it is broken" },
	{ .id = "http.ping", .what = "the ping is answered", .why = "the PSP sends one" },
};

/* One finding of each severity; texts are the literals. */
static struct finding items[] = {
	{ .check = &rows[0], .severity = SEVERITY_OK, .seen = (char *)"1 address", .fix = (char *)"set a name" },
	{ .check = &rows[1], .severity = SEVERITY_NOTE, .seen = (char *)"TLS 1.3 alone", .fix = (char *)"turn it on" },
	{ .check = &rows[2], .severity = SEVERITY_WARN, .seen = (char *)"TLS 1.0 agreed", .fix = (char *)"turn it off:\n    ssl_protocols TLSv1.2 TLSv1.3;" },
	{ .check = &rows[3], .severity = SEVERITY_FAIL, .seen = (char *)"HTTP 404", .fix = (char *)"route the path to the gate" },
};
static const struct findings all = { .item = items, .count = 4 };
static const struct findings warned = { .item = items, .count = 3 };
static const struct findings well = { .item = items, .count = 1 };

static const struct target site = {
	.mode = MODE_EFI_SKIP, .psp = &psp_efi, .host = "pix.example.com", .port = 443, .path = "/webhook",
	.query = "hmac=s3cr3t&ignorar=", .secret = "s3cr3t", .authorization = "", .ca = "", .pin = "", .server = "",
};

/* What a hostile server may have put into what was seen: ESC, CSI as C1, a line break, invalid UTF-8, a reversed line, U+FFFF, markup. */
#define HOSTILE "a\033[2Jb\302\233c\nd]]>\342\200\256e\357\277\277<&\"'"
#define BROKEN "x\377y\033z"

/* One finding that failed with such a text. */
static inline struct findings hostile(struct finding *one, const char *text)
{
	*one = items[3];
	one->seen = (char *)text;
	one->fix = (char *)text;
	return (struct findings){ .item = one, .count = 1 };
}

/* Whether a byte of it does something to a terminal. */
static inline bool tame(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < ' ' && *text != '\n') || *text == 0x7f || ((unsigned char)*text == 0xc2 && (unsigned char)text[1] < 0xa0))
			return false;
	return true;
}

#endif
