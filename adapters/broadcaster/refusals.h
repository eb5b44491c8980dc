/* refusals.h: who claimed a name and did not prove it: all are counted, few are written down.
 *
 * Flow:    hs_refusals_add at each → true: write a line, with how many went unwritten since the last one.
 * Rules:   a line for each name and minute, so that who guesses fills no log; the metric has every one.
 * Owner:   plain values, zeros at the beginning. Threads: the loop's. Time comes as a parameter.
 */
#ifndef HS_BROADCASTER_REFUSALS_H
#define HS_BROADCASTER_REFUSALS_H

#include <stdbool.h>
#include <stdint.h>

#define HS_REFUSALS_QUIET_US INT64_C(60000000)

struct hs_refusals {
	uint64_t total, unwritten;
	int64_t quiet_until_us; /* monotonic */
};

/* *unwritten: before this one; only when it is true. */
bool hs_refusals_add(struct hs_refusals *refusals, int64_t mono_us, uint64_t *unwritten);

#endif
