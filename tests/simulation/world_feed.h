/* world_feed.h: one of the two feeds is the real one: hub_events.c, store.c, ring.c, pager.c, broadcast.c and session.c
 * of hub/feed, between the hub's link and three subscribers (world_viewer.h).
 *
 * What is fake: the link (feed_frame stands for the table of hub_port.c), the server (world_viewer.h), the log, and the
 * two kinds of GETs that wait for the hub. A turn of the loop is a choice of the world.
 */
#ifndef HS_TEST_WORLD_FEED_H
#define HS_TEST_WORLD_FEED_H

#include "hub/feed/children.h"
#include "hub/feed/history.h"
#include "hub/feed/queries.h"
#include "tests/simulation/world_viewer.h"

/* The second of the takers. */
#define FEED_TAKER 1

struct hs_hub_port {
	struct world *world;
	struct taker *taker;
	uint64_t requests;
};

struct world_feed {
	uv_loop_t loop;
	struct hs_feed_limits limits;
	struct hs_feed_parts parts;
	struct hs_http_server server;
	struct hs_hub_port port;
	size_t deaths;
};

/* ---- what the feed sees of the rest of the process ---- */

void
hs_log(enum hs_log_level level, const char *event, const char *format, ...)
{
	(void)level;
	(void)event;
	(void)format;
}

enum hs_err
hs_hub_port_receipt(struct hs_hub_port *port, const hs_receipt *receipt)
{
	(void)port;
	(void)receipt;
	return HS_ERR_AWAY;
}

/* Here nothing is read beside a loop, so nothing of it can be lost. */
void
hs_hub_port_again(struct hs_hub_port *port, const char *why, enum hs_err err)
{
	(void)port;
	(void)err;
	HS_CHECK(why == NULL);
}

bool
hs_hub_port_is_up(const struct hs_hub_port *port)
{
	return port->taker->greeted;
}

enum hs_err
hs_hub_port_fetch(struct hs_hub_port *port, uint64_t after_seq, uint32_t limit, bool originals,
	uint64_t *request)
{
	Hansho__V1__Fetch fetch;
	hs_link_frame frame;

	if (!port->taker->greeted)
		return HS_ERR_AWAY;
	hansho__v1__fetch__init(&fetch);
	hansho__v1__link_frame__init(&frame);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_FETCH;
	frame.fetch = &fetch;
	fetch.request = *request = ++port->requests;
	fetch.after_seq = after_seq;
	fetch.limit = limit;
	fetch.originals = originals;
	port->world->counts.fetches++;
	send_to_hub(port->world, port->taker->peer, &frame);
	return HS_OK;
}

/* The simulated feeds have none below them. */
size_t
hs_children_count(const struct hs_children *children)
{
	(void)children;
	return 0;
}

enum hs_err
hs_children_reply(struct hs_children *children, const hs_fetch_reply *reply)
{
	(void)children, (void)reply;
	return HS_ERR_NOT_FOUND;
}

void
hs_children_hub_says(struct hs_children *children, uint64_t newest_seq)
{
	(void)children, (void)newest_seq;
}

#define NO_CHILDREN(function)                       \
	void function(struct hs_children *children) \
	{                                           \
		(void)children;                     \
	}
NO_CHILDREN(hs_children_current)
NO_CHILDREN(hs_children_hub_away)
NO_CHILDREN(hs_children_drop_all)
NO_CHILDREN(hs_children_pump)
NO_CHILDREN(hs_children_page)

void
hs_queries_retry(struct hs_queries *queries)
{
	(void)queries;
}

enum hs_err
hs_queries_reply(struct hs_queries *queries, const hs_fetch_reply *reply)
{
	(void)queries;
	(void)reply;
	return HS_ERR_NOT_FOUND;
}

void
hs_queries_away(struct hs_queries *queries)
{
	(void)queries;
}

enum hs_err
hs_history_reply(struct hs_history *history, const hs_fetch_reply *reply)
{
	(void)history;
	(void)reply;
	return HS_ERR_NOT_FOUND;
}

void
hs_history_away(struct hs_history *history)
{
	(void)history;
}

/* ---- begin and end ---- */

/* As make_parts of feed.c. */
static void
feed_begin(struct world *world)
{
	struct world_feed *feed = world->feed;
	struct hs_feed_parts *parts = &feed->parts;
	const struct hs_pager_ports pager = { .fetch = hs_hub_events_fetch, .owner = parts };
	struct hs_broadcast_options broadcast = { .store = &parts->store,
		.counts = &parts->counts,
		.ports = hs_session_ports,
		.slice = 1 + below(world, 8),
		.rest_percent = 1 + below(world, 50),
		.backlog_max = 1 + below(world, 8),
		.backlog_max_bytes = 1 << 20 };

	feed->limits = (struct hs_feed_limits){ .heartbeat_ms = 200,
		.ring_notices = (int64_t)(2 + below(world, 6)),
		.pages_max = 1 + (int64_t)below(world, 2),
		.filter_areas_max = 8 };
	*parts = (struct hs_feed_parts){
		.limits = &feed->limits, .server = &feed->server, .hub = &feed->port
	};
	HS_CHECK(hs_store_init(&parts->store, HS_MODE(DRILL), (size_t)feed->limits.ring_notices,
			 1 << 20) == HS_OK);
	parts->pager = hs_pager_create(&pager, (size_t)feed->limits.pages_max);
	parts->subscribers = hs_subscribers_create(VIEWERS);
	HS_CHECK(parts->pager != NULL && parts->subscribers != NULL);
	broadcast.pager = parts->pager;
	broadcast.subscribers = parts->subscribers;
	broadcast.ports.owner = parts;
	HS_CHECK(hs_broadcast_create(&feed->loop, &broadcast, &parts->broadcast) == HS_OK);
}

static void
feed_end(struct world *world)
{
	struct world_feed *feed = world->feed;
	struct hs_feed_parts *parts = &feed->parts;

	for (size_t i = 0; i < VIEWERS; i++)
		viewer_closes(&feed->server, &feed->server.viewers[i]);
	hs_broadcast_destroy(parts->broadcast);
	uv_run(&feed->loop, UV_RUN_DEFAULT);
	hs_subscribers_destroy(parts->subscribers);
	hs_pager_destroy(parts->pager);
	hs_store_free(&parts->store);
}

static void
feed_create(struct world *world)
{
	struct world_feed *feed = world->feed = calloc(1, sizeof(*feed));

	HS_CHECK(feed != NULL && uv_loop_init(&feed->loop) == 0);
	feed->server.world = world;
	feed->server.parts = &feed->parts;
	for (size_t i = 0; i < VIEWERS; i++)
		feed->server.viewers[i].frames.last = &feed->server.viewers[i].frames.first;
	feed->port = (struct hs_hub_port){ world, &world->takers[FEED_TAKER], 0 };
	feed_begin(world);
}

static void
feed_destroy(struct world *world)
{
	feed_end(world);
	HS_CHECK(uv_loop_close(&world->feed->loop) == 0);
	free(world->feed);
}

/* Its process dies and is started anew: subscribers come back with their places. */
static void
feed_dies(struct world *world)
{
	world->counts.feed_deaths++;
	feed_end(world);
	feed_begin(world);
}

/* ---- its side of the link: what hub_port.c does with each frame ---- */

static enum hs_err
feed_hello(struct world *world, struct taker *taker, const Hansho__V1__Hello *hello)
{
	Hansho__V1__Resume resume;
	struct hs_hub_resume at = { 0 };
	hs_link_frame frame;
	enum hs_err err;

	if (taker->greeted)
		return HS_ERR_INVALID;
	err = hs_hub_events.on_hello(&world->feed->parts, hello, &at);
	if (err != HS_OK)
		return err;
	hansho__v1__resume__init(&resume);
	hansho__v1__link_frame__init(&frame);
	taker->greeted = true;
	taker->window = hello->window;
	taker->last_seq = at.seq;
	resume.epoch = hello->epoch;
	resume.seq = at.seq;
	resume.snapshot = at.snapshot;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_RESUME;
	frame.resume = &resume;
	send_to_hub(world, taker->peer, &frame);
	return HS_OK;
}

static enum hs_err
feed_deliver(struct world *world, struct taker *taker, const struct blob *blob,
	const hs_deliver *deliver)
{
	enum hs_err err;

	check_bytes(world, taker, deliver->seq, packed_notice(blob));
	if (world->failure[0] != '\0')
		return HS_OK;
	err = hs_hub_events.on_deliver(&world->feed->parts, deliver);
	if (err == HS_OK && deliver->seq > taker->last_seq) {
		taker->last_seq = deliver->seq;
		taker->knows_place = true;
		if (++taker->unacked > taker->window)
			blame(world, "P11: the feed has %zu unacknowledged", taker->unacked);
	}
	return err;
}

static enum hs_err
feed_dispatch(struct world *world, struct taker *taker, const struct blob *blob,
	const hs_link_frame *frame)
{
	struct hs_feed_parts *parts = &world->feed->parts;
	int body = (int)frame->body_case;

	if (body == HANSHO__V1__LINK_FRAME__BODY_HELLO)
		return feed_hello(world, taker, frame->hello);
	if (body == HANSHO__V1__LINK_FRAME__BODY_GOODBYE)
		return HS_OK;
	if (!taker->greeted)
		return HS_ERR_INVALID;
	switch (body) {
	case HANSHO__V1__LINK_FRAME__BODY_DELIVER:
		return feed_deliver(world, taker, blob, frame->deliver);
	case HANSHO__V1__LINK_FRAME__BODY_LIVE:
		return hs_hub_events.on_live(parts, frame->live->seq);
	case HANSHO__V1__LINK_FRAME__BODY_GAP:
		return hs_hub_events.on_gap(parts, frame->gap);
	case HANSHO__V1__LINK_FRAME__BODY_SNAPSHOT:
		return hs_hub_events.on_snapshot(parts, frame->snapshot);
	case HANSHO__V1__LINK_FRAME__BODY_HEARTBEAT:
		return hs_hub_events.on_heartbeat(parts, frame->heartbeat);
	case HANSHO__V1__LINK_FRAME__BODY_FETCH_REPLY:
		hs_hub_events.on_fetch_reply(parts, frame->fetch_reply);
		return HS_OK;
	default:
		return HS_OK;
	}
}

/* P6: what the feed takes for in force is what the disk says. */
static void
check_feed(struct world *world)
{
	const struct hs_store *store = &world->feed->parts.store;

	if (!world->unruly && store->ready && strcmp(store->epoch, world->epoch) == 0)
		check_digest(world, store->active_seq, store->digest);
}

static void
feed_down(struct world *world)
{
	hs_hub_events.on_down(&world->feed->parts);
	world->takers[FEED_TAKER].greeted = false;
}

static void
feed_frame(struct world *world, const struct blob *blob, const hs_link_frame *frame)
{
	struct taker *taker = &world->takers[FEED_TAKER];
	enum hs_err err;

	/* Resyncs have a pause of ten minutes: its seconds pass with the world's milliseconds. */
	world->feed->parts.now_s = (uint32_t)(world->mono_us / 1000);
	/* `live` does not name the notice before it, so a feed cannot see that this one was lost. A stream that loses
	 * something ends, and so does this one. */
	if (world->links[taker->peer].lossy &&
		frame->body_case == HANSHO__V1__LINK_FRAME__BODY_LIVE)
		err = HS_ERR_CLOSED;
	else
		err = feed_dispatch(world, taker, blob, frame);
	if (err != HS_OK) {
		if (!world->unruly)
			blame(world, "P5: the feed refuses a frame of kind %d: %s",
				(int)frame->body_case, hs_err_name(err));
		world->counts.holes_seen++;
		feed_down(world);
		peer_breaks(world, taker->peer);
	}
	check_feed(world);
}

/* ---- what can happen ---- */

static void
act_feed(struct world *world)
{
	struct world_feed *feed = world->feed;

	if (below(world, 3) == 0)
		hs_broadcast_turn(feed->parts.broadcast);
	else
		act_viewer(&feed->server);
}

static bool
feed_is_done(const struct world *world)
{
	const struct hs_store *store = &world->feed->parts.store;
	uint64_t newest = world->disk.newest_seq;

	if (!store->ready || strcmp(store->epoch, world->epoch) != 0 ||
		hs_store_newest(store) != newest || store->active_seq != newest ||
		strcmp(store->digest, world->model.digest[newest]) != 0)
		return false;
	for (size_t i = 0; i < VIEWERS; i++) {
		const struct viewer *viewer = &world->feed->server.viewers[i];

		if (!viewer->on || viewer->closing || !viewer->knows ||
			viewer->last_seq != newest || strcmp(viewer->epoch, world->epoch) != 0)
			return false;
	}
	return true;
}

#endif
