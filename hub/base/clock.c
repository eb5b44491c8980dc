#include "hub/base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t
read_clock(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * HS_US_PER_S + now.tv_nsec / 1000;
}

int64_t
hs_clock_unix_us(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t
hs_clock_mono_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void
hs_rfc3339_format(int64_t unix_us, int offset_min, char out[HS_RFC3339_SIZE])
{
	int64_t local_us = unix_us + (int64_t)offset_min * 60 * HS_US_PER_S;
	int64_t seconds = local_us / HS_US_PER_S;
	int64_t fraction = local_us % HS_US_PER_S;
	if (fraction < 0) {
		fraction += HS_US_PER_S;
		seconds--;
	}
	time_t whole = (time_t)seconds;
	struct tm parts;
	char stamp[24], part[16] = "";
	if (!gmtime_r(&whole, &parts) ||
		!strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &parts))
		snprintf(stamp, sizeof(stamp), "0000-00-00T00:00:00");
	if (fraction)
		snprintf(part, sizeof(part), ".%06u", (unsigned)fraction);
	int minutes = offset_min < 0 ? -offset_min : offset_min;
	snprintf(out, HS_RFC3339_SIZE, "%s%s%c%02d:%02d", stamp, part, offset_min < 0 ? '-' : '+',
		minutes / 60 % 24, minutes % 60);
}

/* Exactly `digits` decimal digits at *text, which moves behind them; -1 when there are none. */
static int
take_number(const char **text, int digits)
{
	int value = 0;
	for (int i = 0; i < digits; i++, (*text)++) {
		if (!isdigit((unsigned char)**text))
			return -1;
		value = value * 10 + (**text - '0');
	}
	return value;
}

/* ".123456" → microseconds; digits beyond the sixth are dropped. -1: a point without digits. */
static int64_t
take_fraction(const char **text)
{
	if (**text != '.')
		return 0;
	(*text)++;
	int64_t value = 0;
	int digits = 0;
	for (; isdigit((unsigned char)**text); (*text)++, digits++)
		if (digits < 6)
			value = value * 10 + (**text - '0');
	if (digits == 0)
		return -1;
	for (; digits < 6; digits++)
		value *= 10;
	return value;
}

/* "Z", "+09:00", "-0330", or nothing (JST is assumed). false when it is none of these. */
static int
take_offset(const char **text, int *offset_min, int *assumed)
{
	*assumed = 0;
	*offset_min = 0;
	char sign = **text;
	if (sign == '\0') {
		*assumed = 1;
		*offset_min = HS_JST_MINUTES;
		return 1;
	}
	(*text)++;
	if (sign == 'Z' || sign == 'z')
		return 1;
	if (sign != '+' && sign != '-')
		return 0;
	int hours = take_number(text, 2);
	if (**text == ':')
		(*text)++;
	int minutes = take_number(text, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return 0;
	*offset_min = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
	return 1;
}

static int
days_of_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

static int
take_separator(const char **text, const char *any_of)
{
	if (**text == '\0' || !strchr(any_of, **text))
		return 0;
	(*text)++;
	return 1;
}

enum hs_err
hs_rfc3339_parse(const char *text, int64_t *unix_us, int *offset_min, int *assumed)
{
	struct tm parts = { 0 };
	int is_assumed = 0;
	int year = take_number(&text, 4);
	int ok = take_separator(&text, "-");
	int month = ok ? take_number(&text, 2) : -1;
	ok = ok && take_separator(&text, "-");
	parts.tm_mday = ok ? take_number(&text, 2) : -1;
	ok = ok && take_separator(&text, "Tt ");
	parts.tm_hour = ok ? take_number(&text, 2) : -1;
	ok = ok && take_separator(&text, ":");
	parts.tm_min = ok ? take_number(&text, 2) : -1;
	ok = ok && take_separator(&text, ":");
	parts.tm_sec = ok ? take_number(&text, 2) : -1;
	if (!ok || year < 1 || month < 1 || month > 12 || parts.tm_mday < 1 ||
		parts.tm_mday > days_of_month(year, month) || parts.tm_hour < 0 ||
		parts.tm_hour > 23 || parts.tm_min < 0 || parts.tm_min > 59 || parts.tm_sec < 0 ||
		parts.tm_sec > 60)
		return HS_ERR_PARSE;
	int64_t fraction = take_fraction(&text);
	if (fraction < 0 || !take_offset(&text, offset_min, &is_assumed) || *text != '\0')
		return HS_ERR_PARSE;
	parts.tm_year = year - 1900;
	parts.tm_mon = month - 1;
	*unix_us = ((int64_t)timegm(&parts) - (int64_t)*offset_min * 60) * HS_US_PER_S + fraction;
	if (assumed)
		*assumed = is_assumed;
	return HS_OK;
}
