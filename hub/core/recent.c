#include "hub/core/recent.h"

#include <stdlib.h>

#include "hub/core/memory.h"

struct hs_recent {
	struct hs_recent_notice *ring; /* by seq % count_max; seq 0 = free */
	size_t count_max, bytes_max, bytes;
	uint64_t oldest, newest; /* 0: empty */
};

struct hs_recent *
hs_recent_create(size_t count_max, size_t bytes_max)
{
	struct hs_recent *recent = hs_must_alloc(1, sizeof(*recent));

	recent->count_max = count_max == 0 ? 1 : count_max;
	recent->bytes_max = bytes_max;
	recent->ring = hs_must_alloc(recent->count_max, sizeof(*recent->ring));
	return recent;
}

static void
drop(struct hs_recent *recent, uint64_t seq)
{
	struct hs_recent_notice *slot = &recent->ring[seq % recent->count_max];
	union {
		const void *borrowed;
		void *owned;
	} bytes = { .borrowed = slot->notice.bytes };

	recent->bytes -= slot->notice.len_bytes;
	if (slot->owner == NULL)
		free(bytes.owned);
	hs_shared_unref(slot->owner);
	*slot = (struct hs_recent_notice){ 0 };
}

void
hs_recent_destroy(struct hs_recent *recent)
{
	for (uint64_t seq = recent->oldest; seq > 0 && seq <= recent->newest; seq++)
		drop(recent, seq);
	free(recent->ring);
	free(recent);
}

void
hs_recent_take(struct hs_recent *recent, const struct hs_recent_notice *notice)
{
	struct hs_recent_notice *slot;

	if (recent->oldest == 0)
		recent->oldest = notice->seq;
	while (recent->oldest < notice->seq &&
		(notice->seq - recent->oldest >= recent->count_max ||
			recent->bytes + notice->notice.len_bytes > recent->bytes_max))
		drop(recent, recent->oldest++);
	slot = &recent->ring[notice->seq % recent->count_max];
	*slot = *notice;
	if (hs_shared_ref(notice->owner) == NULL)
		slot->notice.bytes = hs_must_copy(notice->notice.bytes, notice->notice.len_bytes);
	recent->bytes += notice->notice.len_bytes;
	recent->newest = notice->seq;
}

const struct hs_recent_notice *
hs_recent_find(const struct hs_recent *recent, uint64_t seq)
{
	if (seq == 0 || seq < recent->oldest || seq > recent->newest)
		return NULL;
	return &recent->ring[seq % recent->count_max];
}

uint64_t
hs_recent_oldest(const struct hs_recent *recent)
{
	return recent->oldest;
}
