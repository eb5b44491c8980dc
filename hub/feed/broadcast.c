#include "hub/feed/broadcast.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/feed/visit.h"

/* Frames for one subscriber before the next one has its turn. */
#define FRAMES_PER_VISIT 64
/* Visits in one turn, many of which have nothing to do. */
#define VISITS_PER_TURN	 20000

/* Once around the table. Slots that are added meanwhile are part of it: else they would stand where those at the end of
 * the way were counted, who would go without. */
struct walk {
	size_t next, left, limit; /* next slot, visits until its end, slots that were counted */
};

struct hs_broadcast {
	struct hs_broadcast_options with;
	uv_idle_t idle;
	struct hs_group rest;
	struct hs_due rest_due; /* it, or nobody */
	int64_t due_since_us;	/* somebody who is up to date has something to get; 0: nobody */
	bool begun;		/* and the first slice of it has left */
	bool told;		/* some of it is in this slice */
	struct walk beats;
	struct hs_frame *heartbeats[HS_FORM_COUNT];
};

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

/* ---- groups ---- */

static enum hs_rank
rank_of(const struct hs_subscriber *subscriber)
{
	return subscriber->first ? HS_RANK_FIRST : HS_RANK_PUBLIC;
}

static struct hs_due *
due_of(struct hs_broadcast *broadcast, const struct hs_subscriber *subscriber)
{
	if (subscriber->among == HS_AMONG_REST)
		return &broadcast->rest_due;
	return hs_interest_due(broadcast->with.store->interests, rank_of(subscriber));
}

static struct hs_group *
group_of(struct hs_broadcast *broadcast, const struct hs_subscriber *subscriber)
{
	if (subscriber->among == HS_AMONG_REST)
		return &broadcast->rest;
	return hs_interest_group(subscriber->interest, rank_of(subscriber));
}

uint64_t
hs_broadcast_position(const struct hs_broadcast *broadcast, const struct hs_subscriber *subscriber)
{
	const struct hs_group *group;
	uint64_t reached;

	if (subscriber->among != HS_AMONG_EQUALS)
		return subscriber->cursor;
	group = hs_interest_group(subscriber->interest, rank_of(subscriber));
	reached = group->left > 0 ? group->base_seq : hs_store_newest(broadcast->with.store);
	return subscriber->cursor > reached ? subscriber->cursor : reached;
}

static void
put_among(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber, enum hs_sub_among among)
{
	if (subscriber->among == among)
		return;
	if (subscriber->among != HS_AMONG_NONE) {
		subscriber->cursor = hs_broadcast_position(broadcast, subscriber);
		hs_group_leave(
			due_of(broadcast, subscriber), group_of(broadcast, subscriber), subscriber);
	}
	subscriber->among = (uint8_t)among;
	if (among != HS_AMONG_NONE)
		hs_group_join(group_of(broadcast, subscriber), subscriber);
}

void
hs_broadcast_leave(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber)
{
	put_among(broadcast, subscriber, HS_AMONG_NONE);
}

/* For those who are up to date but for these. */
static bool
news_left(const struct hs_broadcast *broadcast)
{
	for (int i = 0; i < HS_RANK_COUNT; i++) {
		if (hs_interest_due(broadcast->with.store->interests, (enum hs_rank)i)->first !=
			NULL)
			return true;
	}
	return false;
}

static bool
notices_left(const struct hs_broadcast *broadcast)
{
	return news_left(broadcast) || broadcast->rest_due.first != NULL;
}

/* Looks whether the clock of hs_feed_counts.served begins or ends. */
static void
watch_news(struct hs_broadcast *broadcast)
{
	bool left = news_left(broadcast);

	if (left == (broadcast->due_since_us != 0))
		return;
	if (!left)
		hs_latency_add(&broadcast->with.counts->served,
			hs_clock_mono_us() - broadcast->due_since_us);
	broadcast->due_since_us = left ? hs_clock_mono_us() : 0;
	broadcast->begun = false;
}

void
hs_broadcast_kick(struct hs_broadcast *broadcast)
{
	watch_news(broadcast);
	hs_group_call(&broadcast->rest_due, &broadcast->rest, 0);
	if (notices_left(broadcast))
		uv_idle_start(&broadcast->idle, on_idle);
}

void
hs_broadcast_hub_says(struct hs_broadcast *broadcast, uint64_t newest_seq)
{
	struct hs_subscriber *subscriber = broadcast->rest.turn;

	for (size_t i = 0; i < broadcast->rest.count; i++, subscriber = subscriber->next)
		hs_visit_hub_says(&broadcast->with, subscriber, newest_seq);
	hs_broadcast_kick(broadcast);
}

/* ---- one subscriber ---- */

/* One visit; then it stands where it belongs. */
static enum hs_progress
serve(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber, size_t most, size_t *sent)
{
	enum hs_sub_among among = HS_AMONG_REST;
	enum hs_progress progress;

	subscriber->cursor = hs_broadcast_position(broadcast, subscriber);
	progress = hs_visit(&broadcast->with, subscriber, most, sent);
	if (!hs_visit_receives(subscriber))
		among = HS_AMONG_NONE;
	else if (progress == HS_PROGRESS_DONE ||
		 (progress == HS_PROGRESS_MORE && subscriber->among == HS_AMONG_EQUALS))
		among = HS_AMONG_EQUALS;
	put_among(broadcast, subscriber, among);
	return progress;
}

/* It has more to get than one visit gave. */
static void
call_again(struct hs_broadcast *broadcast, const struct hs_subscriber *subscriber)
{
	hs_group_call(
		due_of(broadcast, subscriber), group_of(broadcast, subscriber), subscriber->cursor);
}

void
hs_broadcast_pump(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber)
{
	size_t sent = 0;

	if (serve(broadcast, subscriber, FRAMES_PER_VISIT, &sent) != HS_PROGRESS_MORE)
		return;
	call_again(broadcast, subscriber);
	uv_idle_start(&broadcast->idle, on_idle);
}

void
hs_broadcast_join(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber)
{
	put_among(broadcast, subscriber, HS_AMONG_REST);
	hs_broadcast_kick(broadcast);
}

void
hs_broadcast_drained(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber)
{
	subscriber->choked = false;
	hs_broadcast_pump(broadcast, subscriber);
}

/* ---- rounds ---- */

/* The kernel takes microseconds for each frame and leaves little of ours in the cache: the next ones are fetched
 * meanwhile, which takes a quarter of a microsecond off each. */
static void
look_ahead(const struct hs_broadcast *broadcast, const struct hs_subscriber *subscriber)
{
	const struct hs_broadcast_ports *ports = &broadcast->with.ports;
	const struct hs_subscriber *next = subscriber->next, *after_next = next->next;

	__builtin_prefetch(after_next->next);
	if (ports->expect != NULL)
		ports->expect(ports->owner, next, after_next);
}

static void
run_round(struct hs_broadcast *broadcast, struct hs_due *due, size_t *budget)
{
	size_t visits = VISITS_PER_TURN;

	while (due->first != NULL && *budget > 0 && visits-- > 0) {
		struct hs_group *group = due->first;
		struct hs_subscriber *subscriber = group->turn;
		size_t sent = 0, most = *budget < FRAMES_PER_VISIT ? *budget : FRAMES_PER_VISIT;
		enum hs_progress progress;

		look_ahead(broadcast, subscriber);
		progress = serve(broadcast, subscriber, most, &sent);
		*budget -= sent < *budget ? sent : *budget;
		if (progress == HS_PROGRESS_MORE && *budget == 0 &&
			subscriber->among == HS_AMONG_EQUALS)
			return; /* still its turn; a long replay would keep it for ever */
		if (due->first == group && group->turn == subscriber)
			hs_group_served(due, group);
		if (progress == HS_PROGRESS_MORE)
			call_again(broadcast, subscriber);
	}
}

static void
rounds_of_news(struct hs_broadcast *broadcast, size_t *budget)
{
	struct hs_interest_pool *interests = broadcast->with.store->interests;
	size_t before = *budget;

	for (int i = 0; i < HS_RANK_COUNT; i++)
		run_round(broadcast, hs_interest_due(interests, (enum hs_rank)i), budget);
	broadcast->told = *budget < before;
}

/* Rounded up, so that who catches up does so while notices never end, but never all. */
static size_t
kept_for_rest(const struct hs_broadcast *broadcast)
{
	size_t slice = broadcast->with.slice;
	size_t kept = (slice * broadcast->with.rest_percent + 99) / 100;

	if (broadcast->rest_due.first == NULL)
		return 0;
	return kept < slice ? kept : slice - 1;
}

static void
rounds_of_notices(struct hs_broadcast *broadcast, size_t *budget)
{
	size_t kept = kept_for_rest(broadcast);

	*budget -= kept;
	rounds_of_news(broadcast, budget);
	*budget += kept;
	run_round(broadcast, &broadcast->rest_due, budget);
}

/* A live subscriber with notices on their way hears of them from those, not from a newer newest_seq. */
static bool
hears_heartbeat(const struct hs_broadcast *broadcast, const struct hs_subscriber *subscriber)
{
	if (!hs_visit_receives(subscriber) || subscriber->choked)
		return false;
	return subscriber->state != HS_SUB_LIVE || hs_broadcast_position(broadcast, subscriber) >=
							   hs_store_newest(broadcast->with.store);
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
		if (hs_visit_push(&broadcast->with, subscriber,
			    broadcast->heartbeats[subscriber->form]) != HS_PROGRESS_DONE &&
			hs_visit_receives(subscriber))
			put_among(broadcast, subscriber, HS_AMONG_REST);
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

static void
slice_begins(struct hs_broadcast *broadcast)
{
	const struct hs_broadcast_ports *ports = &broadcast->with.ports;

	broadcast->told = false;
	if (ports->begin != NULL)
		ports->begin(ports->owner);
}

static void
slice_ends(struct hs_broadcast *broadcast)
{
	const struct hs_broadcast_ports *ports = &broadcast->with.ports;

	if (ports->end != NULL)
		ports->end(ports->owner);
	if (broadcast->told && !broadcast->begun && broadcast->due_since_us != 0) {
		broadcast->begun = true;
		hs_latency_add(&broadcast->with.counts->begun,
			hs_clock_mono_us() - broadcast->due_since_us);
	}
	watch_news(broadcast);
}

bool
hs_broadcast_news(struct hs_broadcast *broadcast)
{
	size_t budget = broadcast->with.slice;

	if (!news_left(broadcast))
		return false;
	slice_begins(broadcast);
	rounds_of_news(broadcast, &budget);
	slice_ends(broadcast);
	return news_left(broadcast);
}

bool
hs_broadcast_turn(struct hs_broadcast *broadcast)
{
	size_t budget = broadcast->with.slice;

	slice_begins(broadcast);
	rounds_of_notices(broadcast, &budget);
	if (!notices_left(broadcast))
		round_of_heartbeats(broadcast, &budget);
	slice_ends(broadcast);
	return notices_left(broadcast) || broadcast->beats.left > 0;
}
