/* later.h: what a notice that is over for a station may still become: what was received is displayed later.
 *
 * Flow:    a notice is confirmed, or replaced by a newer one → hs_later_add → a receipt of it → hs_later_take.
 * Rules:   each state once; what was shown is not received any more, what failed may still be shown.
 * Limits:  the newest HS_LATER_MAX; a receipt of an older one says nothing.
 * Owner:   a value. Threads: one. Pure.
 */
#ifndef HS_BROADCASTER_LATER_H
#define HS_BROADCASTER_LATER_H

#include <stddef.h>
#include <stdint.h>

#include "adapters/broadcaster/confirmed.h"

#define HS_LATER_MAX 256

struct hs_later {
	struct {
		uint64_t seq;
		unsigned states; /* told: bit of each HS_RECEIPT(…) */
		struct hs_confirmed confirmed;
		char epoch[80];
	} rows[HS_LATER_MAX];
	size_t next;
};

/* state: HS_RECEIPT(…) that was told of it; 0: it was sent, and nothing was said. */
void hs_later_add(struct hs_later *later, const char *epoch, uint64_t seq,
	const struct hs_confirmed *confirmed, int state);
/* HS_RECEIPT(…) that is to be told now, and the epoch of the seq; 0: nothing new. */
int hs_later_take(struct hs_later *later, uint64_t seq, enum hs_confirmed_word word,
	const char *prefecture, const char **epoch);

#endif
