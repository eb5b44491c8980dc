/* past.h: what the outlets of one adapter heard before, for the process of it that starts now.
 *
 * Flow:    resume {from_last_ack, snapshot, past} → hs_past_each → Snapshot.past, beside what is in force (snapshot.h).
 * Rules:   of the newest notices (recent.h) those that
 *          - the peer is entitled to (route.h);
 *          - an outlet of that adapter took, or refused for good (receipts.h: hs_receipts_each_taker, _refuser). What was filtered, or
 *            told by another route, nobody took. Cancels and lifts that were told are among them;
 *          - were accepted less than age_us before the newest of all, whatever the clock says now, or, however long ago, are about
 *            what is in force (about.h: what was heard of it decides whether its next report is news); are not larger than
 *            notice_max_bytes;
 *          the newest within notices_max and bytes_max. What is left out is counted, and from where on nothing of what is in
 *          force is: whoever is not named there behind that place did not take it.
 *          Whether the adapter acknowledged it is no matter: an ack waits for the slowest outlet and for all before it, and what
 *          comes again may be too old by then to be told once more.
 * Restart: ring and receipts are filled from the journal at the start of the hub.
 * Owner:   all of it is borrowed, for the call.
 */
#ifndef HS_CORE_PAST_H
#define HS_CORE_PAST_H

#include "hub/core/receipts.h"
#include "hub/core/recent.h"
#include "hub/core/route.h"
#include "schemas/active.h"

struct hs_past {
	const struct hs_recent *recent;
	const struct hs_receipts *receipts;
	const struct hs_route *route;
	const struct hs_active *active; /* what is in force */
	uint32_t peer;
	const char *adapter; /* its name */
	size_t notices_max;  /* 0: none */
	size_t bytes_max, notice_max_bytes;
	uint64_t newest_seq; /* committed */
	int64_t age_us;
};

struct hs_past_told {
	size_t count;
	uint64_t
		from_seq; /* at or after it every one about what is in force is told; 0: nothing was asked for */
	const char *why; /* the setting that ends it there; "": it is all that there is */
	size_t left_out; /* that are still known */
	uint64_t left_oldest_seq;
};

/* By rising seq. */
struct hs_past_told hs_past_each(const struct hs_past *past,
	void (*visit)(void *owner, const struct hs_recent_notice *notice), void *owner);

#endif
