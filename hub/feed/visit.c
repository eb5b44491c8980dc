#include "hub/feed/visit.h"

#include <stdio.h>

#include "hub/base/check.h"

#define REASON_SIZE    120
/* A frame costs 1, and 1 more for each of these bytes, up to what a socket takes at once. */
#define COST_BYTES     8192
#define COST_MAX_BYTES 65536

size_t
hs_visit_cost(size_t len_bytes)
{
	return 1 + (len_bytes < COST_MAX_BYTES ? len_bytes : COST_MAX_BYTES) / COST_BYTES;
}

static void
close_behind(const struct hs_broadcast_options *with, struct hs_subscriber *subscriber)
{
	char reason[REASON_SIZE];

	snprintf(reason, sizeof(reason), "behind; resume from %s:%llu", with->store->epoch,
		(unsigned long long)subscriber->cursor);
	with->counts->behind++;
	with->ports.close(with->ports.owner, subscriber, HS_CLOSE_BEHIND, reason);
}

static bool
too_far_behind(const struct hs_broadcast_options *with, const struct hs_subscriber *subscriber)
{
	const struct hs_store *store = with->store;

	if (subscriber->state != HS_SUB_LIVE || !subscriber->choked)
		return false;
	return hs_store_newest(store) - subscriber->cursor > with->backlog_max ||
	       hs_ring_bytes_after(store->ring, subscriber->cursor) > with->backlog_max_bytes;
}

enum hs_progress
hs_visit_push(const struct hs_broadcast_options *with, struct hs_subscriber *subscriber,
	struct hs_frame *frame)
{
	enum hs_err err = HS_ERR_NOMEM;

	if (frame != NULL)
		err = with->ports.send(with->ports.owner, subscriber, frame);
	if (err == HS_OK)
		return HS_PROGRESS_DONE;
	if (err == HS_ERR_AGAIN) {
		subscriber->choked = true;
		with->counts->choked++;
	} else if (err == HS_ERR_NOMEM) {
		with->ports.close(
			with->ports.owner, subscriber, HS_CLOSE_AWAY, "out of memory; come back");
	}
	return HS_PROGRESS_STUCK;
}

static enum hs_progress
push_own(const struct hs_broadcast_options *with, struct hs_subscriber *subscriber,
	struct hs_frame *frame)
{
	enum hs_progress progress = hs_visit_push(with, subscriber, frame);

	hs_frame_unref(frame);
	return progress;
}

static enum hs_progress
pay(const struct hs_broadcast_options *with, struct hs_subscriber *subscriber)
{
	const struct hs_store *store = with->store;
	enum hs_form form = (enum hs_form)subscriber->form;

	if ((subscriber->owes & HS_OWES_HELLO) != 0) {
		if (push_own(with, subscriber, with->ports.hello(with->ports.owner, form)) !=
			HS_PROGRESS_DONE)
			return HS_PROGRESS_STUCK;
		subscriber->owes &= (uint8_t)~HS_OWES_HELLO;
	}
	if ((subscriber->owes & HS_OWES_GAP) != 0) {
		if (push_own(with, subscriber,
			    hs_frames_gap(form, subscriber->cursor + 1, store->active_seq,
				    (enum hs_gap_reason)subscriber->gap_reason)) !=
			HS_PROGRESS_DONE)
			return HS_PROGRESS_STUCK;
		subscriber->owes &= (uint8_t)~HS_OWES_GAP;
		with->counts->gaps++;
	}
	if ((subscriber->owes & HS_OWES_SNAPSHOT) != 0) {
		uint64_t seq = store->active_seq;

		if (hs_visit_push(with, subscriber,
			    hs_store_snapshot(store, subscriber->interest, form,
				    with->counts->snapshot_encodes)) != HS_PROGRESS_DONE)
			return HS_PROGRESS_STUCK;
		subscriber->owes &= (uint8_t)~HS_OWES_SNAPSHOT;
		subscriber->cursor = seq;
	}
	return HS_PROGRESS_DONE;
}

/* The next notice for a subscriber that lies before the ring. NULL: wait, or a gap is owed now. */
static struct hs_entry *
from_page(const struct hs_broadcast_options *with, struct hs_subscriber *subscriber)
{
	const struct hs_page *page = hs_pager_get(with->pager, subscriber->cursor);
	struct hs_entry *entry;

	if (page == NULL) {
		if (hs_subscriber_step(subscriber, HS_SUB_NEEDS_PAGE))
			with->counts->backfills++;
		return NULL;
	}
	hs_subscriber_step(subscriber, HS_SUB_GOT_PAGE);
	entry = hs_page_after(page, subscriber->cursor);
	if (entry == NULL) {
		subscriber->gap_reason = HS_GAP_NOT_IN_JOURNAL;
		subscriber->owes = HS_OWES_GAP | HS_OWES_SNAPSHOT;
	}
	return entry;
}

static enum hs_progress
tell_live(const struct hs_broadcast_options *with, struct hs_subscriber *subscriber)
{
	const struct hs_position at = { with->store->epoch, subscriber->cursor };

	if (subscriber->state == HS_SUB_LIVE)
		return HS_PROGRESS_DONE;
	if (push_own(with, subscriber, hs_frames_live((enum hs_form)subscriber->form, &at)) !=
		HS_PROGRESS_DONE)
		return HS_PROGRESS_STUCK;
	if (!hs_subscriber_step(subscriber, HS_SUB_CAUGHT_UP))
		HS_CHECK(!"live is told in replay only");
	return HS_PROGRESS_DONE;
}

static enum hs_progress
deliver(const struct hs_broadcast_options *with, struct hs_subscriber *subscriber,
	struct hs_entry *entry, size_t *sent)
{
	struct hs_feed_counts *counts = with->counts;
	enum hs_form form = (enum hs_form)subscriber->form;
	struct hs_frame *frame;
	enum hs_progress progress;

	if (hs_interest_wants(subscriber->interest, entry)) {
		if (with->ports.encodes != NULL &&
			with->ports.encodes(with->ports.owner, entry, form))
			return HS_PROGRESS_STUCK;
		frame = hs_entry_frame(entry, form, counts->encodes);
		progress = hs_visit_push(with, subscriber, frame);
		if (progress != HS_PROGRESS_DONE)
			return progress;
		counts->deliveries[form]++;
		counts->delivered_bytes += hs_frame_len_bytes(frame);
		*sent += hs_visit_cost(hs_frame_len_bytes(frame)) - 1;
	}
	++*sent;
	subscriber->cursor = entry->seq;
	return HS_PROGRESS_DONE;
}

/* NULL: none that it wants, so far as is known without looking at each. */
static struct hs_entry *
next_in_ring(const struct hs_store *store, const struct hs_subscriber *subscriber)
{
	if (subscriber->cursor >= hs_interest_last_seq(subscriber->interest))
		return NULL;
	return hs_ring_after(store->ring, subscriber->cursor);
}

bool
hs_visit_is_ahead(const struct hs_broadcast_options *with, const struct hs_subscriber *subscriber)
{
	return subscriber->gap_reason == HS_GAP_SEQ_AHEAD && subscriber->owes == 0 &&
	       subscriber->cursor > hs_store_newest(with->store);
}

void
hs_visit_hub_says(const struct hs_broadcast_options *with, struct hs_subscriber *subscriber,
	uint64_t newest_seq)
{
	if (!hs_visit_is_ahead(with, subscriber))
		return;
	if (newest_seq >= subscriber->cursor)
		subscriber->hub_words = 0;
	else if (++subscriber->hub_words >= HS_HUB_WORDS)
		subscriber->owes |= HS_OWES_GAP | HS_OWES_SNAPSHOT;
}

/* As far as its socket and `most` allow; *sent counts what was looked at, large frames several times. */
static enum hs_progress
advance(const struct hs_broadcast_options *with, struct hs_subscriber *subscriber, size_t most,
	size_t *sent)
{
	const struct hs_store *store = with->store;

	for (;;) {
		struct hs_entry *entry;

		if (subscriber->owes != 0) {
			if (pay(with, subscriber) != HS_PROGRESS_DONE)
				return HS_PROGRESS_STUCK;
			++*sent;
		}
		if (hs_visit_is_ahead(with, subscriber))
			return HS_PROGRESS_STUCK;
		if (subscriber->cursor >= hs_store_newest(store))
			return tell_live(with, subscriber);
		if (*sent >= most)
			return HS_PROGRESS_MORE;
		if (subscriber->cursor >= hs_ring_base(store->ring)) {
			hs_subscriber_step(subscriber, HS_SUB_GOT_PAGE);
			entry = next_in_ring(store, subscriber);
			if (entry == NULL) {
				subscriber->cursor = hs_store_newest(store);
				continue;
			}
		} else {
			entry = from_page(with, subscriber);
			if (entry == NULL && subscriber->owes != 0)
				continue;
			if (entry == NULL)
				return HS_PROGRESS_STUCK;
		}
		if (deliver(with, subscriber, entry, sent) != HS_PROGRESS_DONE)
			return HS_PROGRESS_STUCK;
	}
}

bool
hs_visit_receives(const struct hs_subscriber *subscriber)
{
	return subscriber->state == HS_SUB_LIVE || subscriber->state == HS_SUB_REPLAY ||
	       subscriber->state == HS_SUB_BACKFILL;
}

enum hs_progress
hs_visit(const struct hs_broadcast_options *with, struct hs_subscriber *subscriber, size_t most,
	size_t *sent)
{
	if (subscriber->state == HS_SUB_HELLO && subscriber->owes != 0 && !subscriber->choked)
		return pay(with, subscriber);
	if (!hs_visit_receives(subscriber))
		return HS_PROGRESS_DONE;
	if (too_far_behind(with, subscriber)) {
		close_behind(with, subscriber);
		return HS_PROGRESS_DONE;
	}
	if (subscriber->choked)
		return HS_PROGRESS_STUCK;
	return advance(with, subscriber, most, sent);
}
