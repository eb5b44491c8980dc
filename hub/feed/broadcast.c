#include "hub/feed/broadcast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/log.h"

/* Frames for one subscriber before the next one has its turn. */
#define FRAMES_PER_VISIT 64
/* Slots looked at in one turn, most of which have nothing to do. */
#define VISITS_PER_TURN	 20000
#define REASON_SIZE	 120
/* A frame costs 1, and 1 more for each of these bytes, up to what a socket takes at once. */
#define COST_BYTES	 8192
#define COST_MAX_BYTES	 65536
#define KEPT_PART	 4 /* a quarter of the slice, for those who catch up */

/* Who is visited in which round. */
enum round { ROUND_FIRST, ROUND_LIVE, ROUND_REST, ROUND_COUNT };

/* Once around the table. Slots that are added meanwhile are part of it: else they would stand where those at the end of
 * the way were counted, who would go without. */
struct walk {
	size_t next, left, limit; /* next slot, visits until its end, slots that were counted */
};

struct hs_broadcast {
	struct hs_broadcast_options with;
	uv_idle_t idle;
	struct round_state {
		struct walk walk;
		bool again; /* somebody has more to get than one visit gave */
	} rounds[ROUND_COUNT];
	struct walk beats;
	struct hs_frame *heartbeats[HS_FORM_COUNT];
};

enum progress { PROGRESS_DONE, PROGRESS_MORE, PROGRESS_STUCK };

static void
on_idle(uv_idle_t *idle)
{
	struct hs_broadcast *broadcast = HS_CONTAINER_OF(idle, struct hs_broadcast, idle);

	if (!hs_broadcast_turn(broadcast))
		uv_idle_stop(idle);
}

enum hs_err
hs_broadcast_create(
	uv_loop_t *loop, const struct hs_broadcast_options *options, struct hs_broadcast **out)
{
	struct hs_broadcast *broadcast = calloc(1, sizeof(*broadcast));

	if (broadcast == NULL)
		return HS_ERR_NOMEM;
	broadcast->with = *options;
	uv_idle_init(loop, &broadcast->idle);
	*out = broadcast;
	return HS_OK;
}

static void
drop_heartbeats(struct hs_broadcast *broadcast)
{
	for (int i = 0; i < HS_FORM_COUNT; i++) {
		hs_frame_unref(broadcast->heartbeats[i]);
		broadcast->heartbeats[i] = NULL;
	}
	broadcast->beats.left = 0;
}

static void
on_closed(uv_handle_t *handle)
{
	free(HS_CONTAINER_OF(handle, struct hs_broadcast, idle));
}

void
hs_broadcast_destroy(struct hs_broadcast *broadcast)
{
	if (broadcast == NULL)
		return;
	drop_heartbeats(broadcast);
	uv_close((uv_handle_t *)&broadcast->idle, on_closed);
}

/* ---- the way around the table ---- */

static void
walk_begin(struct walk *walk, size_t limit)
{
	walk->left = walk->limit = limit;
}

static void
walk_grow(struct walk *walk, size_t limit)
{
	if (walk->left > 0 && limit > walk->limit)
		walk->left += limit - walk->limit;
	walk->limit = limit;
}

static size_t
walk_step(struct walk *walk)
{
	if (walk->next >= walk->limit)
		walk->next = 0;
	walk->left--;
	return walk->next++;
}

void
hs_broadcast_kick(struct hs_broadcast *broadcast)
{
	const struct hs_subscribers *table = broadcast->with.subscribers;
	size_t limit = hs_subscribers_limit(table);

	for (int i = 0; i < ROUND_COUNT; i++)
		walk_begin(&broadcast->rounds[i].walk, limit);
	if (hs_subscribers_first_count(table) == 0)
		broadcast->rounds[ROUND_FIRST].walk.left = 0;
	if (limit > 0)
		uv_idle_start(&broadcast->idle, on_idle);
}

/* ---- one subscriber ---- */

size_t
hs_broadcast_cost(size_t len_bytes)
{
	return 1 + (len_bytes < COST_MAX_BYTES ? len_bytes : COST_MAX_BYTES) / COST_BYTES;
}

static void
close_behind(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber)
{
	char reason[REASON_SIZE];

	snprintf(reason, sizeof(reason), "behind; resume from %s:%llu",
		broadcast->with.store->epoch, (unsigned long long)subscriber->cursor);
	broadcast->with.counts->behind++;
	broadcast->with.ports.close(
		broadcast->with.ports.owner, subscriber, HS_CLOSE_BEHIND, reason);
}

static bool
too_far_behind(const struct hs_broadcast *broadcast, const struct hs_subscriber *subscriber)
{
	const struct hs_store *store = broadcast->with.store;

	if (subscriber->state != HS_SUB_LIVE || !subscriber->choked)
		return false;
	return hs_store_newest(store) - subscriber->cursor > broadcast->with.backlog_max ||
	       hs_ring_bytes_after(store->ring, subscriber->cursor) >
		       broadcast->with.backlog_max_bytes;
}

/* PROGRESS_DONE: it left. PROGRESS_STUCK: wait, or the subscriber is gone. */
static enum progress
push(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber, struct hs_frame *frame)
{
	enum hs_err err = HS_ERR_NOMEM;

	if (frame != NULL)
		err = broadcast->with.ports.send(broadcast->with.ports.owner, subscriber, frame);
	if (err == HS_OK)
		return PROGRESS_DONE;
	if (err == HS_ERR_AGAIN) {
		subscriber->choked = true;
		broadcast->with.counts->choked++;
	} else if (err == HS_ERR_NOMEM) {
		broadcast->with.ports.close(broadcast->with.ports.owner, subscriber, HS_CLOSE_AWAY,
			"out of memory; come back");
	}
	return PROGRESS_STUCK;
}

static enum progress
push_own(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber, struct hs_frame *frame)
{
	enum progress progress = push(broadcast, subscriber, frame);

	hs_frame_unref(frame);
	return progress;
}

static enum progress
pay(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber)
{
	const struct hs_store *store = broadcast->with.store;
	enum hs_form form = (enum hs_form)subscriber->form;

	if ((subscriber->owes & HS_OWES_HELLO) != 0) {
		if (push_own(broadcast, subscriber,
			    broadcast->with.ports.hello(broadcast->with.ports.owner, form)) !=
			PROGRESS_DONE)
			return PROGRESS_STUCK;
		subscriber->owes &= (uint8_t)~HS_OWES_HELLO;
	}
	if ((subscriber->owes & HS_OWES_GAP) != 0) {
		if (push_own(broadcast, subscriber,
			    hs_frames_gap(form, subscriber->cursor + 1, store->active_seq,
				    subscriber->gap_reason)) != PROGRESS_DONE)
			return PROGRESS_STUCK;
		subscriber->owes &= (uint8_t)~HS_OWES_GAP;
		broadcast->with.counts->gaps++;
	}
	if ((subscriber->owes & HS_OWES_SNAPSHOT) != 0) {
		uint64_t seq = store->active_seq;

		if (push(broadcast, subscriber,
			    hs_store_snapshot(store, subscriber->interest, form,
				    broadcast->with.counts->snapshot_encodes)) != PROGRESS_DONE)
			return PROGRESS_STUCK;
		subscriber->owes &= (uint8_t)~HS_OWES_SNAPSHOT;
		subscriber->cursor = seq;
	}
	return PROGRESS_DONE;
}

/* The next notice for a subscriber that lies before the ring. NULL: wait, or a gap is owed now. */
static struct hs_entry *
from_page(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber)
{
	const struct hs_page *page = hs_pager_get(broadcast->with.pager, subscriber->cursor);
	struct hs_entry *entry;

	if (page == NULL) {
		if (hs_subscriber_step(subscriber, HS_SUB_NEEDS_PAGE))
			broadcast->with.counts->backfills++;
		return NULL;
	}
	hs_subscriber_step(subscriber, HS_SUB_GOT_PAGE);
	entry = hs_page_after(page, subscriber->cursor);
	if (entry == NULL) {
		subscriber->gap_reason = "not_in_journal";
		subscriber->owes = HS_OWES_GAP | HS_OWES_SNAPSHOT;
	}
	return entry;
}

static enum progress
tell_live(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber)
{
	const struct hs_position at = { broadcast->with.store->epoch, subscriber->cursor };

	if (subscriber->state == HS_SUB_LIVE)
		return PROGRESS_DONE;
	if (push_own(broadcast, subscriber, hs_frames_live((enum hs_form)subscriber->form, &at)) !=
		PROGRESS_DONE)
		return PROGRESS_STUCK;
	if (!hs_subscriber_step(subscriber, HS_SUB_CAUGHT_UP))
		HS_CHECK(!"live is told in replay only");
	return PROGRESS_DONE;
}

static enum progress
deliver(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber, struct hs_entry *entry,
	size_t *sent)
{
	struct hs_feed_counts *counts = broadcast->with.counts;
	enum hs_form form = (enum hs_form)subscriber->form;
	struct hs_frame *frame;
	enum progress progress;

	if (hs_interest_wants(subscriber->interest, entry)) {
		if (broadcast->with.ports.encodes != NULL &&
			broadcast->with.ports.encodes(broadcast->with.ports.owner, entry, form))
			return PROGRESS_STUCK;
		frame = hs_entry_frame(entry, form, counts->encodes);
		progress = push(broadcast, subscriber, frame);
		if (progress != PROGRESS_DONE)
			return progress;
		counts->deliveries[form]++;
		counts->delivered_bytes += hs_frame_len_bytes(frame);
		*sent += hs_broadcast_cost(hs_frame_len_bytes(frame)) - 1;
	}
	++*sent;
	subscriber->cursor = entry->seq;
	return PROGRESS_DONE;
}

/* As far as its socket and `most` allow; *sent counts what was looked at, large frames several times. */
static enum progress
advance(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber, size_t most, size_t *sent)
{
	const struct hs_store *store = broadcast->with.store;

	while (*sent < most) {
		struct hs_entry *entry;

		if (subscriber->owes != 0) {
			if (pay(broadcast, subscriber) != PROGRESS_DONE)
				return PROGRESS_STUCK;
			++*sent;
		}
		if (subscriber->cursor >= hs_store_newest(store))
			return tell_live(broadcast, subscriber);
		if (subscriber->cursor >= hs_ring_base(store->ring)) {
			hs_subscriber_step(subscriber, HS_SUB_GOT_PAGE);
			entry = hs_ring_after(store->ring, subscriber->cursor);
			if (entry == NULL) {
				subscriber->cursor = hs_store_newest(store);
				continue;
			}
		} else {
			entry = from_page(broadcast, subscriber);
			if (entry == NULL && subscriber->owes != 0)
				continue;
			if (entry == NULL)
				return PROGRESS_STUCK;
		}
		if (deliver(broadcast, subscriber, entry, sent) != PROGRESS_DONE)
			return PROGRESS_STUCK;
	}
	return PROGRESS_MORE;
}

static bool
receives(const struct hs_subscriber *subscriber)
{
	return subscriber->state == HS_SUB_LIVE || subscriber->state == HS_SUB_REPLAY ||
	       subscriber->state == HS_SUB_BACKFILL;
}

static enum progress
visit(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber, size_t most, size_t *sent)
{
	if (subscriber->state == HS_SUB_HELLO && subscriber->owes != 0 && !subscriber->choked)
		return pay(broadcast, subscriber);
	if (!receives(subscriber))
		return PROGRESS_DONE;
	if (too_far_behind(broadcast, subscriber)) {
		close_behind(broadcast, subscriber);
		return PROGRESS_DONE;
	}
	if (subscriber->choked)
		return PROGRESS_STUCK;
	return advance(broadcast, subscriber, most, sent);
}

void
hs_broadcast_pump(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber)
{
	size_t sent = 0;

	if (visit(broadcast, subscriber, FRAMES_PER_VISIT, &sent) == PROGRESS_MORE)
		hs_broadcast_kick(broadcast);
}

void
hs_broadcast_drained(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber)
{
	subscriber->choked = false;
	hs_broadcast_pump(broadcast, subscriber);
}

/* ---- rounds ---- */

static enum round
round_of(const struct hs_subscriber *subscriber)
{
	if (subscriber->state != HS_SUB_LIVE)
		return ROUND_REST;
	return subscriber->first ? ROUND_FIRST : ROUND_LIVE;
}

static void
run_round(struct hs_broadcast *broadcast, enum round which, size_t *budget)
{
	struct round_state *round = &broadcast->rounds[which];
	struct hs_subscribers *table = broadcast->with.subscribers;
	size_t visits = VISITS_PER_TURN;

	walk_grow(&round->walk, hs_subscribers_limit(table));
	while (round->walk.left > 0 && *budget > 0 && visits-- > 0) {
		struct hs_subscriber *subscriber;
		size_t sent = 0, most = *budget < FRAMES_PER_VISIT ? *budget : FRAMES_PER_VISIT;

		subscriber = hs_subscribers_at(table, walk_step(&round->walk));
		if (round_of(subscriber) != which)
			continue;
		if (visit(broadcast, subscriber, most, &sent) == PROGRESS_MORE)
			round->again = true;
		*budget -= sent < *budget ? sent : *budget;
	}
	if (round->walk.left == 0 && round->again) {
		round->again = false;
		walk_begin(&round->walk, round->walk.limit);
	}
}

static void
rounds_of_notices(struct hs_broadcast *broadcast, size_t *budget)
{
	size_t kept = broadcast->rounds[ROUND_REST].walk.left > 0 ? *budget / KEPT_PART : 0;

	*budget -= kept;
	run_round(broadcast, ROUND_FIRST, budget);
	run_round(broadcast, ROUND_LIVE, budget);
	*budget += kept;
	run_round(broadcast, ROUND_REST, budget);
}

static bool
notices_left(const struct hs_broadcast *broadcast)
{
	for (int i = 0; i < ROUND_COUNT; i++) {
		if (broadcast->rounds[i].walk.left > 0)
			return true;
	}
	return false;
}

/* A live subscriber with notices on their way hears of them from those, not from a newer newest_seq. */
static bool
hears_heartbeat(const struct hs_broadcast *broadcast, const struct hs_subscriber *subscriber)
{
	if (!receives(subscriber) || subscriber->choked)
		return false;
	return subscriber->state != HS_SUB_LIVE ||
	       subscriber->cursor >= hs_store_newest(broadcast->with.store);
}

static void
round_of_heartbeats(struct hs_broadcast *broadcast, size_t *budget)
{
	struct hs_subscribers *table = broadcast->with.subscribers;
	size_t visits = VISITS_PER_TURN;

	walk_grow(&broadcast->beats, hs_subscribers_limit(table));
	while (broadcast->beats.left > 0 && *budget > 0 && visits-- > 0) {
		struct hs_subscriber *subscriber;

		subscriber = hs_subscribers_at(table, walk_step(&broadcast->beats));
		if (!hears_heartbeat(broadcast, subscriber) ||
			broadcast->heartbeats[subscriber->form] == NULL)
			continue;
		push(broadcast, subscriber, broadcast->heartbeats[subscriber->form]);
		broadcast->with.counts->heartbeats++;
		--*budget;
	}
	if (broadcast->beats.left == 0)
		drop_heartbeats(broadcast);
}

void
hs_broadcast_heartbeat(struct hs_broadcast *broadcast, struct hs_frame *frames[HS_FORM_COUNT])
{
	drop_heartbeats(broadcast);
	memcpy(broadcast->heartbeats, frames, sizeof(broadcast->heartbeats));
	walk_begin(&broadcast->beats, hs_subscribers_limit(broadcast->with.subscribers));
	if (broadcast->beats.left > 0)
		uv_idle_start(&broadcast->idle, on_idle);
	else
		drop_heartbeats(broadcast);
}

bool
hs_broadcast_turn(struct hs_broadcast *broadcast)
{
	size_t budget = broadcast->with.slice;

	rounds_of_notices(broadcast, &budget);
	if (!notices_left(broadcast))
		round_of_heartbeats(broadcast, &budget);
	return notices_left(broadcast) || broadcast->beats.left > 0;
}
