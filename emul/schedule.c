#include "emul/schedule.h"

#include <stdlib.h>
#include <string.h>

#define MINUTES(n) ((n) * 60)

static const int32_t efi_2024[] = {
	MINUTES(5), MINUTES(10), MINUTES(20), MINUTES(40), MINUTES(80), MINUTES(160), MINUTES(320), MINUTES(640), MINUTES(1280),
	MINUTES(52560)	/* 36 days and a half: it looks like a slip, and is what stands there */
};
static const int32_t efi_2026[] = {
	MINUTES(5), MINUTES(5), MINUTES(5), MINUTES(10), MINUTES(20), MINUTES(40), MINUTES(80), MINUTES(160)
};
static const int32_t bs2[] = { MINUTES(1), MINUTES(2), MINUTES(5), MINUTES(10), MINUTES(30) };

#define WAITS(w) .wait_s = (w), .waits = sizeof(w) / sizeof((w)[0])

const struct schedule schedules[] = {
	{ .name = "efi-2024", .source = "dev.efipay.com.br, July 2024: up to 10 times after the first, on anything but a 2xx, 429 included", WAITS(efi_2024), .published = true },
	{ .name = "efi-2026", .source = "Efí's pages of 2026 as others read them: 9 attempts, the first at once", WAITS(efi_2026), .published = true },
	{ .name = "bs2", .source = "BS2 says that it tries again some times and then ceases, not how often or when: this is the emulator's own", WAITS(bs2), .published = false },
	{ 0 }
};

/* Which schedule is a PSP's own now. */
static const struct {
	const char *psp, *schedule;
} own[] = {
	{ "efi", "efi-2026" },
	{ "bs2", "bs2" },
	{ "bs2-indirect", "bs2" },
	{ 0 }
};

const struct schedule *schedule_find(const char *name)
{
	for (const struct schedule *s = schedules; s->name; s++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

const struct schedule *schedule_of(const char *psp)
{
	for (size_t i = 0; own[i].psp; i++)
		if (!strcmp(own[i].psp, psp))
			return schedule_find(own[i].schedule);
	return NULL;
}

enum schedule_step schedule_after(const struct schedule *s, int made, long status, int64_t ended_ms, double scale, int64_t *at_ms)
{
	double wait;

	if (status >= 200 && status <= 299)
		return SCHEDULE_DONE;
	if (!s || made < 1 || made > s->waits)
		return SCHEDULE_GIVEN_UP;
	wait = (double)s->wait_s[made - 1] * 1000 * scale;
	*at_ms = ended_ms + (int64_t)(wait + 0.5);
	return SCHEDULE_AGAIN;
}

bool schedule_scale(const char *text, double *scale)
{
	char *end;
	double d;

	/* digits and one point: strtod takes "inf", "nan", hexadecimal and white space besides */
	if (!*text || strspn(text, "0123456789.") != strlen(text) || strlen(text) > 20)
		return false;
	d = strtod(text, &end);
	if (*end || !(d > 0) || d > 1000)
		return false;
	*scale = d;
	return true;
}
