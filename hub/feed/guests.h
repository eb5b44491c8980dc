/* guests.h: how much of what subscribers say of notices goes on to the hub.
 *
 * Rules: whoever subscribes is a guest (schemas/guests.h): no proof is asked for, and a connection that is ended may be made anew. So
 *        beside the limit of each connection there is one of number and bytes for all of them together. What is beyond it is not
 *        passed on; it is logged once, and again when a minute without such was between.
 * Owner: struct hs_feed_parts has one. Threads: the loop's.
 */
#ifndef HS_FEED_GUESTS_H
#define HS_FEED_GUESTS_H

#include "hub/feed/settings.h"

struct hs_guests {
	uint32_t minute; /* of the clock of now_s */
	int64_t receipts, bytes;
	bool refused_now, refused_before; /* in this minute, in the one before */
};

/* Counts a receipt of so many bytes; false: not any more in this minute. */
bool hs_guests_may_say(struct hs_guests *guests, const struct hs_receipt_limits *limits,
	uint32_t now_s, size_t len_bytes);

#endif
