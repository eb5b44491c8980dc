/* clock.h: the only place that reads a clock. The core never does: its events carry the time. */
#ifndef HS_CLOCK_H
#define HS_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "hub/base/err.h"

#define HS_US_PER_S    1000000LL
#define HS_JST_MINUTES 540 /* Japan: +09:00, no summer time */

/* Microseconds since 1970-01-01 UTC. */
int64_t hs_clock_unix_us(void);
/* Microseconds of a clock that never jumps; its zero means nothing. */
int64_t hs_clock_mono_us(void);

#define HS_RFC3339_SIZE 48
/* "2026-07-01T18:57:05.123456+09:00" into out (HS_RFC3339_SIZE bytes); the fraction is left out
 * when it is zero. offset_min: minutes east of UTC, -1439…1439. */
void hs_rfc3339_format(int64_t unix_us, int offset_min, char out[HS_RFC3339_SIZE]);
/* RFC 3339 and xs:dateTime. Without an offset +09:00 is assumed and *assumed set to 1.
 * HS_ERR_PARSE when it is no such time. assumed may be NULL. */
enum hs_err hs_rfc3339_parse(
	const char *text, int64_t *unix_us, int *offset_min, int *assumed) HS_MUST_CHECK;

#endif
