#include "lib/when.h"

#include <stdio.h>
#include <time.h>

enum { MINUTE = 60, DAY = 24 * 60 * 60 };

/* Seconds of 0001-01-01T00:00:00Z and of the first second after the year 9999, since 1970. */
#define FIRST_SECOND INT64_C(-62135596800)
#define PAST_LAST_SECOND INT64_C(253402300800)

/* Reads exactly n digits at *p into *value and steps over them. */
static bool number(const char **p, int n, int *value)
{
	int sum = 0;

	for (; n; n--, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		sum = sum * 10 + (**p - '0');
	}
	*value = sum;
	return true;
}

static bool skip(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && leap(year));
}

/* Days from 1970-01-01 to the date (Gregorian, also before 1582, as RFC 3339 has it). */
static int64_t days_since_1970(int year, int month, int day)
{
	static const int before[12] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	int past = year - 1;
	int64_t days = (int64_t)past * 365 + past / 4 - past / 100 + past / 400;

	return days + before[month - 1] + (month > 2 && leap(year)) + day - 1 - 719162;	/* days before 1970 from year 1 on */
}

/* A fraction behind the seconds, if there is one, cut to milliseconds. */
static bool fraction(const char **p, int *ms)
{
	int digits = 0;

	*ms = 0;
	if (**p != '.')
		return true;
	for ((*p)++; **p >= '0' && **p <= '9'; (*p)++, digits++)
		if (digits < 3)
			*ms = *ms * 10 + (**p - '0');
	for (int n = digits; n < 3; n++)
		*ms *= 10;
	return digits >= 1 && digits <= 9;
}

/* "Z", "+hh:mm", "-hh:mm" or nothing, as minutes east of UTC. */
static bool zone(const char **p, int32_t assume_minutes, int32_t *minutes)
{
	int hour, minute, sign;

	if (skip(p, 'Z') || skip(p, 'z')) {
		*minutes = 0;
		return true;
	}
	if (!**p) {
		*minutes = assume_minutes;
		return assume_minutes != WHEN_NO_ZONE;
	}
	sign = **p == '-' ? -1 : 1;
	if (!skip(p, '+') && !skip(p, '-'))
		return false;
	if (!number(p, 2, &hour) || !skip(p, ':') || !number(p, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*minutes = sign * (hour * 60 + minute);
	return true;
}

bool when_parse(const char *text, int32_t assume_minutes, int64_t *ms)
{
	const char *p = text;
	int year, month, day, hour, minute, second, part;
	int32_t east;
	int64_t at;

	if (!number(&p, 4, &year) || !skip(&p, '-') || !number(&p, 2, &month) || !skip(&p, '-') || !number(&p, 2, &day))
		return false;
	if (!skip(&p, 'T') && !skip(&p, 't') && !skip(&p, ' '))
		return false;
	if (!number(&p, 2, &hour) || !skip(&p, ':') || !number(&p, 2, &minute) || !skip(&p, ':') || !number(&p, 2, &second))
		return false;
	if (!fraction(&p, &part) || !zone(&p, assume_minutes, &east) || *p)
		return false;
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > month_days(year, month))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;

	at = days_since_1970(year, month, day) * DAY + hour * 3600 + minute * MINUTE - (int64_t)east * MINUTE;
	/* A leap second is the last one of a UTC day (RFC 3339 §5.7); it counts as the first of the next. */
	if (second == 60 && ((at % DAY) + DAY) % DAY != DAY - MINUTE)
		return false;
	at += second;
	if (at < FIRST_SECOND || at >= PAST_LAST_SECOND)
		return false;
	*ms = at * 1000 + part;
	return true;
}

void when_format(int64_t ms, char out[WHEN_TEXT])
{
	int64_t seconds = ms / 1000, part = ms % 1000;
	struct tm tm;
	time_t t;

	if (part < 0) {
		part += 1000;
		seconds--;
	}
	out[0] = '\0';
	t = (time_t)seconds;
	if (seconds < FIRST_SECOND || seconds >= PAST_LAST_SECOND || !gmtime_r(&t, &tm))
		return;
	snprintf(out, WHEN_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		 tm.tm_hour, tm.tm_min, tm.tm_sec, (int)part);
}

int64_t when_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
