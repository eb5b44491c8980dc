#include "hub/feed/hub_events.h"

#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/feed/children.h"
#include "hub/feed/history.h"
#include "hub/feed/large.h"
#include "hub/feed/queries.h"
#include "hub/feed/session.h"

/* A digest that differs so often in a row means that our active set is wrong. */
#define DIGEST_STRIKES 2
/* A resync that did not help is not tried again before this time. */
#define RESYNC_PAUSE_S 600

/* Everything that was known is void: say so to everybody, begin anew after from_seq. */
static enum hs_err
begin_anew(struct hs_feed_parts *parts, const char *epoch, uint64_t from_seq)
{
	hs_session_end_all(parts, HS_CLOSE_EPOCH,
		"the hub's history changed; come back, a gap and a snapshot follow");
	hs_children_drop_all(parts->children);
	hs_pager_reset(parts->pager);
	parts->digest_strikes = 0;
	return hs_store_begin(&parts->store, epoch, from_seq);
}

/* So many notices back that the ring is full at once. */
static uint64_t
warm_start(const struct hs_feed_parts *parts, const Hansho__V1__Hello *hello)
{
	uint64_t ring = (uint64_t)parts->limits->ring_notices;
	uint64_t from = hello->newest_seq > ring ? hello->newest_seq - ring : 0;

	return hello->oldest_seq > 0 && from + 1 < hello->oldest_seq ? hello->oldest_seq - 1 : from;
}

static enum hs_err
on_hello(void *owner, const Hansho__V1__Hello *hello, struct hs_hub_resume *resume)
{
	struct hs_feed_parts *parts = owner;
	struct hs_store *store = &parts->store;
	bool same = store->ready && !parts->resync && strcmp(store->epoch, hello->epoch) == 0;

	if ((int)hello->mode != store->mode) {
		hs_error("feed.wrong_mode", "own=%d hub=%d", store->mode, (int)hello->mode);
		return HS_ERR_CONFIG;
	}
	if (hello->kind == HS_PEER(FEED) && hs_children_count(parts->children) > 0) {
		hs_error("feed.tree_too_deep",
			"above=%.64s reason=\"a feed with children takes its stream from the hub "
			"itself; "
			"set hub_url\"",
			hello->name);
		return HS_ERR_CONFIG;
	}
	/* A feed above us may be behind for a moment: it lets us wait. */
	if (same && hello->kind != HS_PEER(FEED) && hello->newest_seq < hs_store_newest(store)) {
		hs_error("feed.hub_lost_history", "own=%llu hub=%llu epoch=%s",
			(unsigned long long)hs_store_newest(store),
			(unsigned long long)hello->newest_seq, hello->epoch);
		same = false;
	}
	store->oldest_seq = hello->oldest_seq;
	resume->snapshot = !same;
	resume->seq = same ? hs_store_newest(store) : warm_start(parts, hello);
	parts->resync = false;
	return same ? HS_OK : begin_anew(parts, hello->epoch, resume->seq);
}

static enum hs_err
on_snapshot(void *owner, const Hansho__V1__Snapshot *part)
{
	struct hs_feed_parts *parts = owner;

	return hs_store_load(&parts->store, part);
}

/* By the stamps of two clocks, when hub and feed are on two machines. */
static void
count_way(struct hs_feed_parts *parts, const hs_deliver *deliver)
{
	for (size_t i = 0; i < deliver->n_hops; i++) {
		const hs_hop *hop = deliver->hops[i];

		if (hop->time != NULL && strcmp(hop->name, "durable") == 0)
			hs_latency_add(
				&parts->counts.arrived, hs_clock_unix_us() - hop->time->unix_us);
	}
}

/* err: what the store said to it. */
static enum hs_err
delivered(struct hs_feed_parts *parts, const hs_deliver *deliver, enum hs_err err)
{
	if (err == HS_ERR_STALE)
		return HS_OK;
	if (err == HS_ERR_FORBIDDEN) {
		hs_error("feed.notice_of_other_mode", "seq=%llu", (unsigned long long)deliver->seq);
		err = HS_OK;
	}
	if (err == HS_ERR_CONFLICT)
		hs_warn("feed.hole", "have=%llu prev=%llu seq=%llu",
			(unsigned long long)hs_store_newest(&parts->store),
			(unsigned long long)deliver->prev_seq, (unsigned long long)deliver->seq);
	if (err != HS_OK)
		return err;
	count_way(parts, deliver);
	if (parts->store.oldest_seq == 0)
		parts->store.oldest_seq = deliver->seq;
	hs_children_pump(parts->children);
	hs_broadcast_kick(parts->broadcast);
	return HS_OK;
}

static enum hs_err
on_deliver(void *owner, const hs_deliver *deliver)
{
	struct hs_feed_parts *parts = owner;

	return delivered(parts, deliver, hs_store_put(&parts->store, deliver, hs_clock_unix_us()));
}

static enum hs_err
on_large(void *owner, const hs_deliver *deliver, struct hs_entry *entry)
{
	struct hs_feed_parts *parts = owner;
	enum hs_err err =
		delivered(parts, deliver, hs_store_put_large(&parts->store, deliver, entry));

	if (err == HS_OK)
		err = hs_large_follow(parts->large);
	if (err == HS_ERR_CORRUPT)
		parts->resync = true;
	return err;
}

static enum hs_err
on_live(void *owner, uint64_t seq)
{
	struct hs_feed_parts *parts = owner;

	hs_store_live(&parts->store, seq);
	hs_info("feed.ready", "epoch=%s newest=%llu documents=%zu", parts->store.epoch,
		(unsigned long long)hs_store_newest(&parts->store),
		hs_active_document_count(parts->store.active));
	hs_children_current(parts->children);
	hs_broadcast_kick(parts->broadcast);
	return HS_OK;
}

static enum hs_err
on_gap(void *owner, const Hansho__V1__Gap *gap)
{
	struct hs_feed_parts *parts = owner;

	hs_warn("feed.hub_gap", "from=%llu to=%llu reason=\"%.60s\"",
		(unsigned long long)gap->from_seq, (unsigned long long)gap->to_seq, gap->reason);
	return begin_anew(parts, parts->store.epoch, gap->to_seq);
}

static enum hs_err
on_heartbeat(void *owner, const Hansho__V1__Heartbeat *heartbeat)
{
	struct hs_feed_parts *parts = owner;
	const struct hs_store *store = &parts->store;

	hs_children_hub_says(parts->children, heartbeat->newest_seq);
	if (hs_hub_port_is_up(parts->hub))
		hs_broadcast_hub_says(parts->broadcast, heartbeat->newest_seq);
	if (!store->ready || heartbeat->digest[0] == '\0' ||
		heartbeat->newest_seq != store->active_seq)
		return HS_OK;
	if (strcmp(heartbeat->digest, store->digest) == 0) {
		parts->digest_strikes = 0;
		return HS_OK;
	}
	hs_error("feed.digest_differs", "seq=%llu hub=%.32s own=%s",
		(unsigned long long)store->active_seq, heartbeat->digest, store->digest);
	if (++parts->digest_strikes < DIGEST_STRIKES || parts->now_s < parts->resync_from_s)
		return HS_OK;
	parts->counts.resyncs++;
	parts->resync = true;
	parts->resync_from_s = parts->now_s + RESYNC_PAUSE_S;
	return HS_ERR_CORRUPT;
}

static void
on_fetch_reply(void *owner, const hs_fetch_reply *reply)
{
	struct hs_feed_parts *parts = owner;
	enum hs_err err = hs_queries_reply(parts->queries, reply);

	if (err == HS_ERR_NOT_FOUND)
		err = hs_history_reply(parts->history, reply);
	if (err == HS_ERR_NOT_FOUND)
		err = hs_children_reply(parts->children, reply);
	if (err != HS_ERR_NOT_FOUND)
		return;
	err = hs_pager_reply(parts->pager, parts->store.epoch, reply, hs_clock_unix_us());
	if (err != HS_OK)
		hs_warn("feed.page_lost", "request=%llu err=%s", (unsigned long long)reply->request,
			hs_err_name(err));
	hs_children_page(parts->children);
	hs_queries_retry(parts->queries);
	hs_broadcast_kick(parts->broadcast);
}

static void
hub_is_away(struct hs_feed_parts *parts)
{
	hs_pager_forget_fetches(parts->pager);
	hs_queries_away(parts->queries);
	hs_history_away(parts->history);
	hs_children_hub_away(parts->children);
}

static void
on_down(void *owner)
{
	hub_is_away(owner);
}

/* Pages that subscribers wait for are asked for once more when the hub is back. */
static void
on_hub_away(void *owner, bool away)
{
	struct hs_feed_parts *parts = owner;

	hs_warn("feed.hub_above_parent", "away=%d", away);
	if (away)
		hub_is_away(parts);
	else
		hs_broadcast_kick(parts->broadcast);
}

static void
say(void *owner, uint64_t *newest_seq, char *digest)
{
	const struct hs_feed_parts *parts = owner;
	const char *said = hs_store_digest(&parts->store);

	*newest_seq = hs_store_newest(&parts->store);
	memcpy(digest, said, strlen(said) + 1);
}

const struct hs_hub_ops hs_hub_events = { .on_hello = on_hello,
	.on_snapshot = on_snapshot,
	.on_deliver = on_deliver,
	.on_large = on_large,
	.on_live = on_live,
	.on_gap = on_gap,
	.on_heartbeat = on_heartbeat,
	.on_fetch_reply = on_fetch_reply,
	.on_down = on_down,
	.on_hub_away = on_hub_away,
	.say = say };

uint64_t
hs_hub_events_fetch(void *owner, uint64_t after_seq, uint32_t limit)
{
	struct hs_feed_parts *parts = owner;
	uint64_t request;

	if (hs_hub_port_fetch(parts->hub, after_seq, limit, false, &request) != HS_OK)
		return 0;
	return request;
}
