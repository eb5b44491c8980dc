/* What waits at an outlet for its first proof (proofs.h), and what comes meanwhile.
 *
 * Rules:  revisions wait beside each other, because a cancel takes back the newest alone: the one before it stands again, and goes
 *         out when the hold is over; the newest that stands goes, where they are of one order key. A cancel that comes takes along
 *         what it means, and is not sent, unless the outlet may have had an earlier revision. A lift waits with what it lifts,
 *         under the same condition. Whatever takes back something that the outlet may have had goes out at once, also when it is
 *         not known whether it had it, and never waits for another document.
 * Which revision a cancel means: the newest that came before it on the lane, whether or not that was for this outlet. */
#include <stdio.h>
#include <string.h>

#include "adapters/runtime/internal.h"
#include "hub/base/check.h"
#include "hub/base/log.h"

/* The sender is told, with what its canary met so far. */
static void
held(const struct hs_adapter_delivery *delivery)
{
	char detail[sizeof(HS_UNPROVEN_REASON) + HS_CANARY_WHY + 4];

	snprintf(detail, sizeof(detail), "%s (%s)", HS_UNPROVEN_REASON, delivery->canary->why);
	hs_warn("adapter.order_waits", "outlet=%s seq=%llu reason=\"%s\"", delivery->outlet,
		(unsigned long long)delivery->item->seq, delivery->canary->why);
	hs_adapter_receipt(delivery->item, delivery->outlet, HS_RECEIPT(HELD), detail);
}

void
hs_deliveries_held(const struct hs_adapter *adapter, const struct hs_canary *canary)
{
	if (!hs_canary_holds(canary))
		return;
	for (const struct hs_delivery_queue *queue = adapter->queues.first; queue;
		queue = queue->next)
		for (struct hs_adapter_delivery *each = queue->head; each; each = each->links.next)
			if (each->canary == canary)
				held(each);
}

bool
hs_held_is_replaced(const struct hs_adapter_delivery *delivery)
{
	return delivery->hold.replaced_seq != 0 && !hs_canary_holds(delivery->canary);
}

void
hs_held_follow(const struct hs_item *item)
{
	const hs_notice *notice = item->pub.notice;
	const struct hs_adapter *adapter = item->lane->adapter;

	const hs_document *document = notice->document;
	struct hs_adapter_delivery *each = NULL;

	if (!document || notice->action == HS_ACTION(CANCEL))
		return;
	while ((each = hs_delivery_of(adapter, item->lane, document->source, document->id, each)))
		if (hs_canary_holds(each->canary))
			each->hold.followed_seq = item->pub.seq;
}

static const struct hs_lane *
lane_of(const struct hs_adapter_delivery *delivery)
{
	return HS_CONTAINER_OF(delivery->item, struct hs_item, pub)->lane;
}

/* Whether `each`, of a document that is asked for, waits where `newer` goes to. What has one item goes together. */
static bool
is_beside(const struct hs_adapter_delivery *each, const struct hs_adapter_delivery *newer)
{
	return each->canary == newer->canary && each->item != newer->item &&
	       strcmp(each->outlet, newer->outlet) == 0;
}

/* Of another source than that of `newer`, too. id NULL: none. */
static struct hs_adapter_delivery *
newest_of(const struct hs_adapter *adapter, const struct hs_adapter_delivery *newer,
	const char *source, const char *id)
{
	struct hs_adapter_delivery *found = NULL, *each = NULL;

	while (id && (each = hs_delivery_of(adapter, lane_of(newer), source, id, each)))
		if (is_beside(each, newer) && (!found || each->item->seq > found->item->seq))
			found = each;
	return found;
}

static const char *
source_of(const struct hs_adapter_delivery *delivery)
{
	return delivery->item->notice->document->source;
}

static struct hs_adapter_delivery *
newest_waiting(
	const struct hs_adapter *adapter, const struct hs_adapter_delivery *newer, const char *id)
{
	return newest_of(adapter, newer, source_of(newer), id);
}

/* only NULL: wherever it waits. */
static void
put_replaced(const struct hs_adapter *adapter, const struct hs_adapter_delivery *newer,
	const char *id, const struct hs_delivery_queue *only)
{
	struct hs_adapter_delivery *each = NULL;

	while (id && (each = hs_delivery_of(adapter, lane_of(newer), source_of(newer), id, each)))
		if ((!only || each->queue == only) && is_beside(each, newer) &&
			each->hold.replaced_seq == 0)
			each->hold.replaced_seq = newer->item->seq;
}

/* What it supersedes does not come back. */
static void
replace(const struct hs_adapter *adapter, const struct hs_adapter_delivery *newer,
	const struct hs_delivery_queue *only)
{
	const hs_document *document = newer->item->notice->document;

	put_replaced(adapter, newer, document->id, only);
	for (size_t i = 0; i < document->n_supersedes; i++)
		put_replaced(adapter, newer, hs_superseded_id(document, i), NULL);
}

static void
restore(const struct hs_adapter *adapter, const struct hs_adapter_delivery *cancel, uint64_t seq)
{
	const char *id = cancel->item->notice->document->id;
	struct hs_adapter_delivery *each = NULL;

	while ((each = hs_delivery_of(adapter, lane_of(cancel), source_of(cancel), id, each)))
		if (is_beside(each, cancel) && each->hold.replaced_seq == seq)
			each->hold.replaced_seq = 0;
}

/* Ends what waits of that document from this seq on. id NULL: none. */
static void
take_along(struct hs_adapter *adapter, const struct hs_adapter_delivery *cancel, const char *source,
	const char *id, uint64_t from_seq, const char *why)
{
	struct hs_adapter_delivery *waiting;

	while ((waiting = newest_of(adapter, cancel, source, id)) &&
		waiting->item->seq >= from_seq) {
		adapter->counts.expired++;
		hs_delivery_end(waiting, HS_RECEIPT(EXPIRED), why);
	}
}

/* Nothing of its document went before it. What the hub had before this start may have been sent by the process before; where
 * revisions are moments it cannot be told. */
static bool
begins(struct hs_adapter_item *pub)
{
	const struct hs_item *item = HS_CONTAINER_OF(pub, struct hs_item, pub);
	const hs_document *document = pub->notice->document;

	return pub->notice->action == HS_ACTION(ISSUE) && document->revision <= 1 &&
	       !document->moments && pub->seq > item->lane->stream.start_seq;
}

/* false also when that is not known. */
static bool
nothing_was_given(const struct hs_adapter *adapter, const struct hs_adapter_delivery *delivery)
{
	const hs_document *document = delivery->item->notice->document;
	const struct hs_adapter_delivery *own = newest_waiting(adapter, delivery, document->id);
	bool first = document->n_supersedes > 0 || begins(delivery->item);

	if (own)
		first = own->hold.first;
	for (size_t i = 0; first && i < document->n_supersedes; i++) {
		const char *id = hs_superseded_id(document, i);
		const struct hs_adapter_delivery *other = newest_waiting(adapter, delivery, id);
		first = other && other->hold.first;
	}
	return first;
}

static void
take_what_it_means(
	struct hs_adapter *adapter, const struct hs_adapter_delivery *cancel, const char *why)
{
	const hs_document *document = cancel->item->notice->document;
	const struct hs_adapter_delivery *own = newest_waiting(adapter, cancel, document->id);
	const struct hs_first first = hs_first_of(document);
	const char *source = document->source;

	if (strcmp(first.source, source) != 0) /* another route told it first */
		take_along(adapter, cancel, first.source, first.id, 0, why);
	for (size_t i = 0; i < document->n_supersedes; i++)
		take_along(adapter, cancel, source, hs_superseded_id(document, i), 0, why);
	if (!own)
		return;
	uint64_t followed = own->hold.followed_seq, seq = followed ? followed : own->item->seq;
	take_along(adapter, cancel, source, document->id, document->moments ? 0 : seq, why);
	restore(adapter, cancel, seq);
}

/* Nothing that it ends was given: true, it is over, unless it says itself what stands again. */
static bool
leave_untold(struct hs_adapter *adapter, struct hs_adapter_delivery *cancel)
{
	struct hs_not_told *not_told =
		&HS_CONTAINER_OF(cancel->item, struct hs_item, pub)->not_told;
	const char *id = cancel->item->notice->document->id;

	if (strcmp(not_told->outlet, cancel->outlet) != 0) {
		snprintf(not_told->outlet, sizeof(not_told->outlet), "%s", cancel->outlet);
		not_told->waits = cancel->as_it_stands && newest_waiting(adapter, cancel, id);
	}
	if (not_told->waits) {
		take_along(adapter, cancel, source_of(cancel), id, 0, HS_REPLACED_REASON);
		cancel->hold.first = true;
		held(cancel);
		return false;
	}
	hs_adapter_receipt(
		cancel->item, cancel->outlet, HS_RECEIPT(FILTERED), HS_NEVER_GIVEN_REASON);
	cancel->ended(cancel);
	return true;
}

static bool
take_cancel(struct hs_adapter *adapter, struct hs_adapter_delivery *cancel)
{
	const struct hs_item *item = HS_CONTAINER_OF(cancel->item, struct hs_item, pub);
	bool untold = strcmp(item->not_told.outlet, cancel->outlet) == 0 ||
		      nothing_was_given(adapter, cancel);

	take_what_it_means(
		adapter, cancel, untold ? HS_CANCELLED_REASON : HS_CANCELLED_TOLD_REASON);
	if (untold)
		return leave_untold(adapter, cancel);
	cancel->canary = NULL;
	return false;
}

bool
hs_held_take(struct hs_adapter *adapter, struct hs_adapter_delivery *delivery)
{
	const hs_notice *notice = delivery->item->notice;
	bool cancel = notice->action == HS_ACTION(CANCEL);

	if (notice->document && cancel)
		return take_cancel(adapter, delivery);
	delivery->hold.first = notice->document && nothing_was_given(adapter, delivery);
	bool goes = hs_ends(notice) && !delivery->hold.first;
	if (notice->document)
		replace(adapter, delivery, goes ? NULL : delivery->queue);
	if (goes)
		delivery->canary = NULL;
	else
		held(delivery);
	return false;
}
