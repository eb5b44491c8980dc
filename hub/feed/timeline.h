/* timeline.h: what happened in one place, from the notices that touch it.
 *
 * Flow:   hs_timeline_create → hs_timeline_take for every notice that touches the place, by rising seq, from the first
 *         on (what came before decides what a message changes) → hs_timeline_end → events as JSON.
 * Events: issued; raised, lowered, changed (another level or word by a new 発令); lifted (解除); vanished (gone from the
 *         document without 解除); cancelled, restored (取消: what stood before stands again); superseded (another
 *         document took its place); expired (valid_until passed; nothing was sent).
 *         Each is the entry (in_force.h) with event, at (when the hub accepted the message, or when it expired),
 *         by_seq (the message that did it; 0 for an expiry) and level_before, equivalent_level_before.
 * Pages:  only events by notices with seq > after, and expiries after expired_after; at most `limit`, but all events of one
 *         notice go together. What expires sends nothing, so it has no seq: who goes on from the last page needs both.
 * Owner:  the caller frees it. Threads: the loop's. Memory: the set of that one place, twice.
 */
#ifndef HS_FEED_TIMELINE_H
#define HS_FEED_TIMELINE_H

#include "hub/feed/in_force.h"

struct hs_timeline;

struct hs_timeline_wish {
	const struct hs_filter *filter; /* place and kinds; borrowed */
	uint64_t after_seq;
	size_t limit;
	int64_t expired_after_unix_us; /* 0: nothing was told yet */
};

/* NULL: out of memory. */
struct hs_timeline *hs_timeline_create(const struct hs_timeline_wish *wish);
/* NULL is allowed. */
void hs_timeline_destroy(struct hs_timeline *timeline);
/* HS_ERR_FULL: the page is full; this notice belongs to the next one. HS_ERR_NOMEM. */
enum hs_err hs_timeline_take(
	struct hs_timeline *timeline, uint64_t seq, const hs_notice *notice) HS_MUST_CHECK;
/* No further notice touches the place: what has expired by now. */
enum hs_err hs_timeline_end(struct hs_timeline *timeline, int64_t now_unix_us) HS_MUST_CHECK;
/* After hs_timeline_end: the last expiry that was told here or before; 0: none. */
int64_t hs_timeline_expired(const struct hs_timeline *timeline, int64_t now_unix_us);
/* Borrowed: an array, oldest first. */
json_t *hs_timeline_events(const struct hs_timeline *timeline);
/* The last notice that was taken; 0: none. */
uint64_t hs_timeline_seq(const struct hs_timeline *timeline);

#endif
