/* visit.h: one visit to one subscriber: what it is owed, then notices from its cursor on.
 *
 * Flow:    broadcast.c decides whose turn it is → hs_visit → frames leave by ports.send, the cursor follows.
 * Rules:   the cursor moves after its frame was taken, never before. Ring and journal are one stream: what the ring
 *          does not have any more comes from a page; where the journal has nothing a gap is owed.
 * Owner:   borrows everything. Threads: the loop's.
 */
#ifndef HS_FEED_VISIT_H
#define HS_FEED_VISIT_H

#include "hub/feed/broadcast.h"

enum hs_progress {
	HS_PROGRESS_DONE, /* it has everything, or gets nothing */
	HS_PROGRESS_MORE, /* there is more for it than one visit gives */
	HS_PROGRESS_STUCK /* it waits for a page or its socket, or is gone */
};

/* The cursor must be its position. As far as its socket and `most` allow; *sent grows by what was looked at, large
 * frames count several times. */
enum hs_progress hs_visit(const struct hs_broadcast_options *with, struct hs_subscriber *subscriber,
	size_t most, size_t *sent);
/* One frame: DONE when it was taken. */
enum hs_progress hs_visit_push(const struct hs_broadcast_options *with,
	struct hs_subscriber *subscriber, struct hs_frame *frame);
/* What a frame takes of a slice: most that a socket takes at once of a large one is a few dozen KiB. */
size_t hs_visit_cost(size_t len_bytes);
/* It comes from a feed that had more: until we have that, too, it is told nothing, or it would go back to an order that was
 * cancelled. */
bool hs_visit_is_ahead(
	const struct hs_broadcast_options *with, const struct hs_subscriber *subscriber);
/* The hub's newest seq by its own word. Twice in a row less than the cursor of who is ahead: its history was lost, a gap is owed. */
void hs_visit_hub_says(const struct hs_broadcast_options *with, struct hs_subscriber *subscriber,
	uint64_t newest_seq);
/* Whether notices go to it. */
bool hs_visit_receives(const struct hs_subscriber *subscriber);

#endif
