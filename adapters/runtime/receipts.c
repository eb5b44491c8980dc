/* Receipts on their way to the hub, and kept until they are safe there. Each is sent once on a connection, and found by
 * a pointer: thousands may wait for the heartbeats that make them safe, and a burst adds thousands more. */
#include <stdlib.h>

#include "adapters/runtime/internal.h"

/* A receipt is safe at the hub when this many of its heartbeats came after it. */
#define BEATS_SAFE 2

void
hs_receipts_init(struct hs_kept_receipts *receipts)
{
	*receipts = (struct hs_kept_receipts){ 0 };
	receipts->end = &receipts->first;
}

static void
drop_first(struct hs_kept_receipts *receipts)
{
	struct hs_kept_receipt *first = receipts->first;
	if (receipts->unsent == first)
		receipts->unsent = first->next;
	receipts->first = first->next;
	if (!receipts->first)
		receipts->end = &receipts->first;
	receipts->count--;
	free(first);
}

bool
hs_receipts_add(struct hs_kept_receipts *receipts, struct hs_kept_receipt *receipt, size_t most)
{
	*receipts->end = receipt;
	receipts->end = &receipt->next;
	receipts->count++;
	if (!receipts->unsent)
		receipts->unsent = receipt;
	if (receipts->count <= most)
		return false;
	bool lost = receipts->unsent == receipts->first;
	drop_first(receipts);
	return lost;
}

void
hs_receipts_send(struct hs_kept_receipts *receipts, struct hs_link *link)
{
	while (receipts->unsent) {
		struct hs_kept_receipt *next = receipts->unsent;
		if (hs_link_send(link, next->bytes, next->len_bytes) != HS_OK)
			return;
		next->beats = 0;
		receipts->unsent = next->next;
	}
}

void
hs_receipts_unsend(struct hs_kept_receipts *receipts)
{
	receipts->unsent = receipts->first;
}

void
hs_receipts_beat(struct hs_kept_receipts *receipts)
{
	for (struct hs_kept_receipt *each = receipts->first; each && each != receipts->unsent;
		each = each->next)
		each->beats++;
	while (receipts->first && receipts->first != receipts->unsent &&
		receipts->first->beats > BEATS_SAFE)
		drop_first(receipts);
}

size_t
hs_receipts_free(struct hs_kept_receipts *receipts)
{
	size_t count = receipts->count;
	while (receipts->first)
		drop_first(receipts);
	return count;
}
