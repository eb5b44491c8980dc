/* latency.h: how long something took, counted into the buckets of a histogram.
 *
 * Flow:    hs_latency_add for each → hs_latency_metrics on the operations page.
 * Format:  a histogram of Prometheus' text form; bounds from a quarter of a millisecond to a second.
 * Owner:   the caller. Threads: one at a time.
 */
#ifndef HS_BASE_LATENCY_H
#define HS_BASE_LATENCY_H

#include <stdint.h>

#include "hub/base/buf.h"

#define HS_LATENCY_BUCKETS 11

/* Zeroed: nothing yet. */
struct hs_latency {
	uint64_t count, sum_us;
	uint64_t within[HS_LATENCY_BUCKETS]; /* cumulative, by the bounds in latency.c */
};

/* us: microseconds; less than 0 counts as 0. */
void hs_latency_add(struct hs_latency *latency, int64_t us);
/* name without a suffix; help ends without a line feed. */
void hs_latency_metrics(
	const struct hs_latency *latency, const char *name, const char *help, struct hs_buf *out);

#endif
