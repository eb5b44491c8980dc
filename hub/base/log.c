#include "hub/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "hub/base/clock.h"

#define LINE_MAX_BYTES 1024

static const char *const level_words[] = { "info", "warn", "error" };

/* One write(2) per line, so that lines of several processes on one terminal never mix. */
void
hs_log(enum hs_log_level level, const char *event, const char *format, ...)
{
	char stamp[HS_RFC3339_SIZE];
	char line[LINE_MAX_BYTES];
	hs_rfc3339_format(hs_clock_unix_us(), 0, stamp);
	int len = snprintf(line, sizeof(line), "%s %s %s %s ", stamp, program_invocation_short_name,
		level_words[level], event);
	if (len < 0 || len >= (int)sizeof(line))
		return;
	va_list args;
	va_start(args, format);
	int more = vsnprintf(line + len, sizeof(line) - (size_t)len, format, args);
	va_end(args);
	len = more < 0 ? len : len + more;
	if (len > LINE_MAX_BYTES - 2)
		len = LINE_MAX_BYTES - 2;
	for (int i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ')
			line[i] = ' ';
	line[len] = '\n';
	ssize_t written = write(STDERR_FILENO, line, (size_t)len + 1);
	(void)written; /* nowhere to say that logging failed */
}
