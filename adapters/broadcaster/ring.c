/* ring.c: see ring.h. */
#include "adapters/broadcaster/ring.h"

#include <stdlib.h>
#include <string.h>

struct hs_broadcast_ring {
	struct hs_broadcast_ring_item *items;
	size_t capacity;
	size_t bytes, bytes_max;
	uint64_t oldest; /* index */
	uint64_t next;
	uint64_t floor_seq;
};

struct hs_broadcast_ring *
hs_broadcast_ring_create(size_t capacity, size_t bytes_max)
{
	struct hs_broadcast_ring *ring = calloc(1, sizeof(*ring));
	if (ring == NULL)
		return NULL;
	ring->items = calloc(capacity, sizeof(*ring->items));
	if (ring->items == NULL) {
		free(ring);
		return NULL;
	}
	ring->capacity = capacity;
	ring->bytes_max = bytes_max;
	return ring;
}

static void
drop_oldest(struct hs_broadcast_ring *ring)
{
	struct hs_broadcast_ring_item *item = &ring->items[ring->oldest % ring->capacity];
	ring->bytes -= hs_frame_len_bytes(item->frame);
	hs_frame_unref(item->frame);
	*item = (struct hs_broadcast_ring_item){ 0 };
	ring->oldest++;
}

void
hs_broadcast_ring_clear(struct hs_broadcast_ring *ring, uint64_t floor_seq)
{
	while (ring->oldest < ring->next)
		drop_oldest(ring);
	ring->floor_seq = floor_seq;
}

void
hs_broadcast_ring_destroy(struct hs_broadcast_ring *ring)
{
	if (ring == NULL)
		return;
	hs_broadcast_ring_clear(ring, 0);
	free(ring->items);
	free(ring);
}

void
hs_broadcast_ring_push(struct hs_broadcast_ring *ring, uint64_t seq, const char *prefecture,
	int64_t deadline_mono_us, struct hs_frame *frame)
{
	size_t len_bytes = hs_frame_len_bytes(frame);
	/* An item lists what is in force: with thousands of areas it has a megabyte. */
	while (ring->oldest < ring->next && (ring->next - ring->oldest == ring->capacity ||
						    ring->bytes + len_bytes > ring->bytes_max)) {
		ring->floor_seq = ring->items[ring->oldest % ring->capacity].seq;
		drop_oldest(ring);
	}
	/* What was never acknowledged comes again after a restart, from before the snapshot. */
	if (ring->oldest == ring->next && seq <= ring->floor_seq)
		ring->floor_seq = seq - 1;
	struct hs_broadcast_ring_item *item = &ring->items[ring->next % ring->capacity];
	*item = (struct hs_broadcast_ring_item){ .index = ring->next,
		.seq = seq,
		.deadline_mono_us = deadline_mono_us,
		.frame = frame };
	strncpy(item->prefecture, prefecture, sizeof(item->prefecture) - 1);
	ring->bytes += len_bytes;
	ring->next++;
}

const struct hs_broadcast_ring_item *
hs_broadcast_ring_at(const struct hs_broadcast_ring *ring, uint64_t index)
{
	if (index < ring->oldest || index >= ring->next)
		return NULL;
	return &ring->items[index % ring->capacity];
}

uint64_t
hs_broadcast_ring_oldest(const struct hs_broadcast_ring *ring)
{
	return ring->oldest;
}

uint64_t
hs_broadcast_ring_next(const struct hs_broadcast_ring *ring)
{
	return ring->next;
}

bool
hs_broadcast_ring_after(const struct hs_broadcast_ring *ring, uint64_t seq, uint64_t *index)
{
	*index = ring->next;
	if (seq < ring->floor_seq)
		return false;
	while (*index > ring->oldest && ring->items[(*index - 1) % ring->capacity].seq > seq)
		(*index)--;
	return true;
}

uint64_t
hs_broadcast_ring_floor(const struct hs_broadcast_ring *ring)
{
	return ring->floor_seq;
}

size_t
hs_broadcast_ring_capacity(const struct hs_broadcast_ring *ring)
{
	return ring->capacity;
}
