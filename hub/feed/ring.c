#include "hub/feed/ring.h"

#include <stdlib.h>

#include "hub/base/check.h"

struct hs_ring {
	size_t notices_max;
	uint64_t bytes_max;
	uint64_t base_seq, newest_seq;
	uint64_t base_bytes; /* end_bytes of the last one that was pushed out */
	uint64_t end_bytes;  /* of the newest */
	size_t first, count; /* place of the oldest in entries */
	struct hs_entry *entries[];
};

struct hs_ring *
hs_ring_create(size_t notices_max, uint64_t bytes_max)
{
	struct hs_ring *ring = calloc(1, sizeof(*ring) + notices_max * sizeof(struct hs_entry *));

	if (ring == NULL)
		return NULL;
	ring->notices_max = notices_max;
	ring->bytes_max = bytes_max;
	return ring;
}

static struct hs_entry *
at(const struct hs_ring *ring, size_t i)
{
	return ring->entries[(ring->first + i) % ring->notices_max];
}

static void
push_out(struct hs_ring *ring)
{
	struct hs_entry *oldest = at(ring, 0);

	ring->base_seq = oldest->seq;
	ring->base_bytes = oldest->end_bytes;
	ring->first = (ring->first + 1) % ring->notices_max;
	ring->count--;
	hs_entry_unref(oldest);
}

void
hs_ring_destroy(struct hs_ring *ring)
{
	if (ring == NULL)
		return;
	while (ring->count > 0)
		push_out(ring);
	free(ring);
}

void
hs_ring_reset(struct hs_ring *ring, uint64_t base_seq)
{
	while (ring->count > 0)
		push_out(ring);
	ring->base_seq = base_seq;
	ring->newest_seq = base_seq;
	ring->base_bytes = ring->end_bytes;
}

void
hs_ring_push(struct hs_ring *ring, struct hs_entry *entry)
{
	HS_CHECK(entry->seq > ring->newest_seq);
	ring->end_bytes += hs_frame_len_bytes(entry->frames[HS_FORM_PROTO]);
	entry->end_bytes = ring->end_bytes;
	while (ring->count > 0 && (ring->count == ring->notices_max ||
					  ring->end_bytes - ring->base_bytes > ring->bytes_max))
		push_out(ring);
	ring->entries[(ring->first + ring->count) % ring->notices_max] = hs_entry_ref(entry);
	ring->count++;
	ring->newest_seq = entry->seq;
}

void
hs_ring_advance(struct hs_ring *ring, uint64_t seq)
{
	if (seq > ring->newest_seq)
		ring->newest_seq = seq;
}

uint64_t
hs_ring_base(const struct hs_ring *ring)
{
	return ring->base_seq;
}

uint64_t
hs_ring_newest(const struct hs_ring *ring)
{
	return ring->newest_seq;
}

size_t
hs_ring_count(const struct hs_ring *ring)
{
	return ring->count;
}

uint64_t
hs_ring_bytes(const struct hs_ring *ring)
{
	return ring->end_bytes - ring->base_bytes;
}

/* Place of the first entry above seq; count when there is none. */
static size_t
place_after(const struct hs_ring *ring, uint64_t seq)
{
	size_t low = 0, high = ring->count;

	/* Nearly everybody asks for the newest one. */
	if (high > 0 && at(ring, high - 1)->seq <= seq)
		return high;
	if (high > 1 && at(ring, high - 2)->seq <= seq)
		return high - 1;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (at(ring, middle)->seq > seq)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

struct hs_entry *
hs_ring_after(const struct hs_ring *ring, uint64_t seq)
{
	size_t place;

	if (seq < ring->base_seq)
		return NULL;
	place = place_after(ring, seq);
	return place < ring->count ? at(ring, place) : NULL;
}

struct hs_entry *
hs_ring_find(const struct hs_ring *ring, uint64_t seq)
{
	struct hs_entry *entry = seq == 0 ? NULL : hs_ring_after(ring, seq - 1);

	return entry != NULL && entry->seq == seq ? entry : NULL;
}

struct hs_entry *
hs_ring_newest_at(const struct hs_ring *ring, size_t i)
{
	return i < ring->count ? at(ring, ring->count - 1 - i) : NULL;
}

uint64_t
hs_ring_bytes_after(const struct hs_ring *ring, uint64_t seq)
{
	size_t place;

	if (seq < ring->base_seq)
		return hs_ring_bytes(ring);
	place = place_after(ring, seq);
	if (place == 0)
		return hs_ring_bytes(ring);
	return ring->end_bytes - at(ring, place - 1)->end_bytes;
}
