/* world_viewer.h: subscribers of the real feed (world_feed.h), and the fake server between them: hub/feed/session.c
 * calls the functions of hub/base/http.h below, which put frames into the pipe of a viewer instead of a socket.
 *
 * A viewer takes everything, resumes by (epoch, seq), and checks what it gets: each notice once, in order and without a
 * hole; a gap exactly when the feed cannot go on from where it is; nothing that is not on the hub's disk.
 * Not for the eyes of the feed: sockets that are full, break, or are read late.
 */
#ifndef HS_TEST_WORLD_VIEWER_H
#define HS_TEST_WORLD_VIEWER_H

#include "hub/feed/hub_events.h"
#include "hub/feed/session.h"
#include "tests/simulation/world_taker.h"

#define VIEWERS 3

struct viewer {
	bool on;	  /* both ends */
	bool closing;	  /* the feed has closed it: what is on the way still comes */
	bool choked;	  /* the feed waits for room */
	bool subscribed;  /* on this connection */
	bool gap_due;	  /* it asked for a place that the feed does not have */
	bool waits_state; /* for a snapshot */
	bool knows;	  /* it has a place */
	hs_http_id id;
	uint64_t tag, last_seq;
	size_t room;	 /* frames that its socket takes */
	uint64_t sleeps; /* so many of its turns it does nothing */
	char epoch[EPOCH_DIGITS];
	struct pipe frames;
};

struct hs_http_server {
	struct world *world;
	struct hs_feed_parts *parts;
	struct viewer viewers[VIEWERS];
	uint64_t connections;
};

/* ---- what hub/feed/session.c sees of hub/base/http.h ---- */

static struct viewer *
viewer_of(struct hs_http_server *server, hs_http_id id)
{
	struct viewer *viewer = &server->viewers[id % VIEWERS];

	return viewer->on && viewer->id == id ? viewer : NULL;
}

enum hs_err
hs_ws_send(struct hs_http_server *server, hs_http_id id, struct hs_frame *frame, bool binary)
{
	struct viewer *viewer = viewer_of(server, id);

	HS_CHECK(binary);
	if (viewer == NULL || viewer->closing)
		return HS_ERR_CLOSED;
	if (pipe_count(&viewer->frames) >= viewer->room) {
		viewer->choked = true;
		return HS_ERR_AGAIN;
	}
	pipe_put(&viewer->frames, hs_frame_bytes(frame), hs_frame_len_bytes(frame));
	return HS_OK;
}

void
hs_ws_expect(struct hs_http_server *server, hs_http_id next, hs_http_id after_next)
{
	(void)server;
	(void)next;
	(void)after_next;
}

/* What is sent in between is on its way at once: the pipe holds back enough by itself. */
void
hs_ws_batch_begin(struct hs_http_server *server)
{
	(void)server;
}

void
hs_ws_batch_end(struct hs_http_server *server)
{
	(void)server;
}

enum hs_err
hs_ws_close(struct hs_http_server *server, hs_http_id id, int code, const char *reason)
{
	struct viewer *viewer = viewer_of(server, id);

	(void)code;
	(void)reason;
	if (viewer == NULL)
		return HS_ERR_CLOSED;
	viewer->closing = true;
	return HS_OK;
}

enum hs_err
hs_ws_ping(struct hs_http_server *server, hs_http_id id)
{
	return viewer_of(server, id) == NULL ? HS_ERR_CLOSED : HS_OK;
}

void
hs_http_drop(struct hs_http_server *server, hs_http_id id)
{
	(void)hs_ws_close(server, id, 1006, "");
}

/* No machine vanishes here: who sleeps still has a kernel. */
bool
hs_http_acked(struct hs_http_server *server, hs_http_id id)
{
	(void)server, (void)id;
	return true;
}

/* What a viewer says is read in the same turn. */
bool
hs_http_spoke(struct hs_http_server *server, hs_http_id id)
{
	(void)server, (void)id;
	return false;
}

enum hs_err
hs_http_stream_send(struct hs_http_server *server, hs_http_id id, struct hs_frame *frame)
{
	return hs_ws_send(server, id, frame, true);
}

enum hs_err
hs_http_set_tag(struct hs_http_server *server, hs_http_id id, uint64_t tag)
{
	struct viewer *viewer = viewer_of(server, id);

	if (viewer == NULL)
		return HS_ERR_CLOSED;
	viewer->tag = tag;
	return HS_OK;
}

uint64_t
hs_http_tag(struct hs_http_server *server, hs_http_id id)
{
	struct viewer *viewer = viewer_of(server, id);

	return viewer == NULL ? 0 : viewer->tag;
}

/* ---- the life of a connection ---- */

static void
viewer_opens(struct hs_http_server *server, struct viewer *viewer)
{
	struct hs_http_request upgrade = { .server = server };

	viewer->id = ++server->connections * VIEWERS + (uint64_t)(viewer - server->viewers);
	viewer->on = true;
	viewer->closing = viewer->choked = viewer->subscribed = false;
	viewer->gap_due = viewer->waits_state = false;
	viewer->tag = 0;
	viewer->room = 1 + below(server->world, 6);
	upgrade.id = viewer->id;
	hs_session_ops.on_open(server->parts, &upgrade, hs_session_subprotocols[1]);
}

/* What it has not read yet is lost, when the connection broke. */
static void
viewer_closes(struct hs_http_server *server, struct viewer *viewer)
{
	if (!viewer->on)
		return;
	hs_session_ops.on_close(server->parts, viewer->id);
	viewer->on = false;
	pipe_cut(&viewer->frames, 0);
}

static void
viewer_subscribes(struct hs_http_server *server, struct viewer *viewer)
{
	const struct hs_store *store = &server->parts->store;
	Hansho__V1__FeedSubscribe subscribe;
	Hansho__V1__FeedSubscribe__From from;
	hs_feed_frame frame;
	struct hs_buf packed;
	char drill[] = "drill", snapshot[] = "snapshot";

	hansho__v1__feed_frame__init(&frame);
	hansho__v1__feed_subscribe__init(&subscribe);
	hansho__v1__feed_subscribe__from__init(&from);
	frame.body_case = HANSHO__V1__FEED_FRAME__BODY_SUBSCRIBE;
	frame.subscribe = &subscribe;
	subscribe.mode = drill;
	viewer->subscribed = true;
	if (viewer->knows) {
		from.epoch = viewer->epoch;
		from.seq = viewer->last_seq;
		subscribe.from = &from;
		viewer->gap_due = strcmp(viewer->epoch, store->epoch) != 0 ||
				  viewer->last_seq > hs_store_newest(store);
	} else {
		subscribe.from_text = snapshot;
		viewer->waits_state = true;
	}
	hs_buf_init(&packed, HS_FRAME_MAX_BYTES);
	hs_message_pack(&frame, &packed);
	HS_CHECK(!packed.failed);
	hs_session_ops.on_message(
		server->parts, viewer->id, (const uint8_t *)packed.bytes, packed.len_bytes, true);
	hs_buf_free(&packed);
}

/* ---- what it gets ---- */

static void
viewer_notice(struct world *world, struct viewer *viewer, const Hansho__V1__FeedNotice *notice)
{
	bool present = strcmp(notice->epoch, world->epoch) == 0;

	if (viewer->gap_due || viewer->waits_state)
		blame(world, "P5: a subscriber gets seq %llu and no %s before it",
			(unsigned long long)notice->seq, viewer->gap_due ? "gap" : "snapshot");
	if (strcmp(viewer->epoch, notice->epoch) != 0)
		blame(world, "P5: a subscriber of %s gets a notice of %s", viewer->epoch,
			notice->epoch);
	if (notice->seq != viewer->last_seq + 1)
		blame(world, "P5: a subscriber has %llu and gets %llu",
			(unsigned long long)viewer->last_seq, (unsigned long long)notice->seq);
	if (present && disk_notice(&world->disk, notice->seq) == NULL)
		blame(world, "P2: a subscriber gets seq %llu, not on disk",
			(unsigned long long)notice->seq);
	viewer->last_seq = notice->seq;
	world->counts.viewer_notices++;
}

static void
viewer_snapshot(
	struct world *world, struct viewer *viewer, const Hansho__V1__FeedSnapshot *snapshot)
{
	if (viewer->gap_due || !viewer->waits_state)
		blame(world, "P5: a subscriber gets a snapshot and no gap before it");
	/* In an unruly world a part of the hub's snapshot may be missing until the digests are compared. */
	if (!world->unruly && strcmp(snapshot->epoch, world->epoch) == 0)
		check_digest(world, snapshot->seq, snapshot->digest);
	viewer->waits_state = false;
	viewer->knows = true;
	viewer->last_seq = snapshot->seq;
	memcpy(viewer->epoch, snapshot->epoch, strlen(snapshot->epoch) + 1);
}

static void
viewer_gap(struct world *world, struct viewer *viewer, const Hansho__V1__FeedGap *gap)
{
	if (!viewer->gap_due)
		blame(world, "P5: a subscriber is told of a gap, though nothing was lost: %.40s",
			gap->reason);
	world->counts.viewer_gaps++;
	viewer->gap_due = false;
	viewer->waits_state = true;
}

static void
viewer_live(struct world *world, const struct viewer *viewer, const Hansho__V1__FeedLive *live)
{
	if (viewer->gap_due || viewer->waits_state || live->seq != viewer->last_seq)
		blame(world, "P5: a subscriber has %llu and is told that %llu is all",
			(unsigned long long)viewer->last_seq, (unsigned long long)live->seq);
}

static void
viewer_reads(struct hs_http_server *server, struct viewer *viewer, const struct blob *blob)
{
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	hs_feed_frame *frame;

	HS_CHECK(hs_message_unpack(arena, &hansho__v1__feed_frame__descriptor, blob->bytes,
			 blob->len_bytes, HS_FRAME_MAX_BYTES, &frame) == HS_OK);
	switch ((int)frame->body_case) {
	case HANSHO__V1__FEED_FRAME__BODY_HELLO:
		viewer_subscribes(server, viewer);
		break;
	case HANSHO__V1__FEED_FRAME__BODY_NOTICE:
		viewer_notice(server->world, viewer, frame->notice);
		break;
	case HANSHO__V1__FEED_FRAME__BODY_SNAPSHOT:
		viewer_snapshot(server->world, viewer, frame->snapshot);
		break;
	case HANSHO__V1__FEED_FRAME__BODY_GAP:
		viewer_gap(server->world, viewer, frame->gap);
		break;
	case HANSHO__V1__FEED_FRAME__BODY_LIVE:
		viewer_live(server->world, viewer, frame->live);
		break;
	default:
		break;
	}
	hs_arena_destroy(arena);
}

/* ---- what can happen ---- */

static void
act_viewer(struct hs_http_server *server)
{
	struct viewer *viewer = &server->viewers[below(server->world, VIEWERS)];
	struct blob *blob;

	if (viewer->sleeps > 0 && !server->world->calm) {
		viewer->sleeps--;
		return;
	}
	if (!viewer->on) {
		viewer_opens(server, viewer);
		return;
	}
	if (mishap(server->world, 40))
		viewer->sleeps = below(server->world, 80);
	if (mishap(server->world, 60)) {
		viewer_closes(server, viewer); /* and comes back */
		return;
	}
	blob = pipe_take(&viewer->frames);
	if (blob != NULL) {
		viewer_reads(server, viewer, blob);
		free(blob);
	} else if (viewer->closing) {
		viewer_closes(server, viewer);
	} else if (viewer->choked) {
		viewer->choked = false;
		hs_session_ops.on_drained(server->parts, viewer->id);
	}
}

#endif
