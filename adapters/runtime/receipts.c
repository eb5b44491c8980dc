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
	receipts->end = receipts->look = &receipts->first;
}

static void
drop_at(struct hs_kept_receipts *receipts, struct hs_kept_receipt **at)
{
	struct hs_kept_receipt *gone = *at;
	if (receipts->unsent == gone)
		receipts->unsent = gone->next;
	if (receipts->end == &gone->next)
		receipts->end = at;
	if (receipts->look == &gone->next)
		receipts->look = at;
	*at = gone->next;
	receipts->passing -= gone->passing;
	receipts->count--;
	free(gone);
}

/* Each is passed over once at most, however many there are. */
static struct hs_kept_receipt **
next_to_go(struct hs_kept_receipts *receipts)
{
	if (receipts->passing == 0)
		return &receipts->first;
	while (!(*receipts->look)->passing)
		receipts->look = &(*receipts->look)->next;
	return receipts->look;
}

bool
hs_receipts_add(struct hs_kept_receipts *receipts, struct hs_kept_receipt *receipt, size_t most)
{
	*receipts->end = receipt;
	receipts->end = &receipt->next;
	receipts->count++;
	receipts->passing += receipt->passing;
	if (!receipts->unsent)
		receipts->unsent = receipt;
	if (receipts->count <= most)
		return false;
	struct hs_kept_receipt **at = next_to_go(receipts);
	bool lost = !(*at)->sent;
	drop_at(receipts, at);
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
		next->sent = true;
		receipts->unsent = next->next;
	}
}

void
hs_receipts_unsend(struct hs_kept_receipts *receipts)
{
	for (struct hs_kept_receipt *each = receipts->first; each && each != receipts->unsent;
		each = each->next)
		each->sent = false;
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
		drop_at(receipts, &receipts->first);
}

size_t
hs_receipts_free(struct hs_kept_receipts *receipts)
{
	size_t count = receipts->count;
	while (receipts->first)
		drop_at(receipts, &receipts->first);
	return count;
}
