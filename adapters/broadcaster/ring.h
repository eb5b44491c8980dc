/* ring.h: the newest items of a lane, kept so that stations can come back and get what they missed.
 *
 * Items are numbered without holes (index); one notice may give several items with the same seq (one per
 * prefecture). What falls out of the ring is told by `floor`: everything with a seq above it is here.
 * Owner:   the ring holds one reference to each frame. Threads: one.
 */
#ifndef HS_BROADCASTER_RING_H
#define HS_BROADCASTER_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/frame.h"

struct hs_broadcast_ring_item {
	uint64_t index;
	uint64_t seq;
	char prefecture[3];
	int64_t deadline_mono_us; /* after it the item may break into no programme any more */
	struct hs_frame *frame;
};

struct hs_broadcast_ring;

/* At most capacity items and, but for the newest one, bytes_max bytes. NULL when out of memory. */
struct hs_broadcast_ring *hs_broadcast_ring_create(size_t capacity, size_t bytes_max);
/* NULL is allowed. */
void hs_broadcast_ring_destroy(struct hs_broadcast_ring *ring);
/* Forgets all; everything above floor_seq will be here. */
void hs_broadcast_ring_clear(struct hs_broadcast_ring *ring, uint64_t floor_seq);
/* Takes over one reference of the frame. seq rises or stays. */
void hs_broadcast_ring_push(struct hs_broadcast_ring *ring, uint64_t seq, const char *prefecture,
	int64_t deadline_mono_us, struct hs_frame *frame);
/* NULL when it is not (or no longer) here. Borrowed until the next push. */
const struct hs_broadcast_ring_item *hs_broadcast_ring_at(
	const struct hs_broadcast_ring *ring, uint64_t index);
uint64_t hs_broadcast_ring_oldest(const struct hs_broadcast_ring *ring);
/* The index that the next push gets. */
uint64_t hs_broadcast_ring_next(const struct hs_broadcast_ring *ring);
/* The first item with a seq above this one; false when items between are gone. */
bool hs_broadcast_ring_after(const struct hs_broadcast_ring *ring, uint64_t seq, uint64_t *index);
uint64_t hs_broadcast_ring_floor(const struct hs_broadcast_ring *ring);
size_t hs_broadcast_ring_capacity(const struct hs_broadcast_ring *ring);

#endif
