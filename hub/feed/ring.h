/* ring.h: the recent notices, by seq, bounded by number and bytes.
 *
 * Flow:    store → hs_ring_push; broadcast and GETs → hs_ring_after / hs_ring_find.
 * Rules:   the ring holds everything after base_seq up to newest_seq of this feed's stream. Seqs may have
 *          holes (the hub may filter for its peers); what was pushed out raises base_seq.
 * Owner:   one reference to each entry. Threads: the loop's.
 */
#ifndef HS_FEED_RING_H
#define HS_FEED_RING_H

#include "hub/feed/entry.h"

struct hs_ring;

/* notices_max: 1…1,000,000; bytes_max counts protobuf frames. NULL when out of memory. */
struct hs_ring *hs_ring_create(size_t notices_max, uint64_t bytes_max);
void hs_ring_destroy(struct hs_ring *ring);
/* Empties it; from now on it knows everything after base_seq. */
void hs_ring_reset(struct hs_ring *ring, uint64_t base_seq);
/* Takes a reference of its own. entry->seq must be above hs_ring_newest. */
void hs_ring_push(struct hs_ring *ring, struct hs_entry *entry);
/* Nothing came up to seq, though it passed: holes of a filtered stream. */
void hs_ring_advance(struct hs_ring *ring, uint64_t seq);

uint64_t hs_ring_base(const struct hs_ring *ring);
uint64_t hs_ring_newest(const struct hs_ring *ring);
size_t hs_ring_count(const struct hs_ring *ring);
uint64_t hs_ring_bytes(const struct hs_ring *ring);
/* The first entry with a seq above `seq`, or NULL (nothing newer, or seq lies before the base). Borrowed. */
struct hs_entry *hs_ring_after(const struct hs_ring *ring, uint64_t seq);
struct hs_entry *hs_ring_find(const struct hs_ring *ring, uint64_t seq);
/* The i-th newest, 0 = newest; NULL beyond. Borrowed. */
struct hs_entry *hs_ring_newest_at(const struct hs_ring *ring, size_t i);
/* Bytes that lie after `seq`; all of the ring when seq lies before its base. */
uint64_t hs_ring_bytes_after(const struct hs_ring *ring, uint64_t seq);

#endif
