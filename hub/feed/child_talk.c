#include <inttypes.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/feed/children_internal.h"

static const char *
wrong_hello(const struct child *child, const Hansho__V1__Hello *hello)
{
	if (strcmp(hello->name, child->config->name) != 0)
		return "hello_names_another_feed";
	if (hello->kind != HS_PEER(FEED))
		return "hello_names_another_kind";
	if (hello->mode != HS_MODE(UNSPECIFIED) &&
		(int)hello->mode != child->children->parts->store.mode)
		return "hello_from_the_other_lane";
	return NULL;
}

static void
on_hello(struct child *child, const hs_link_frame *in)
{
	const char *wrong = wrong_hello(child, in->hello);

	if (wrong != NULL) {
		hs_child_drop(child, wrong);
		return;
	}
	child->greeting = GREETING_HEARD;
	if (child->children->current)
		hs_child_greet(child);
	else
		hs_child_beat(child);
}

static void
on_resume(struct child *child, const hs_link_frame *in)
{
	child->greeting = GREETING_DONE;
	child->digest_differed = false;
	hs_child_stream_start(child->stream, in->resume);
	hs_info("feed.child_up", "child=%s after_seq=%" PRIu64 " newest=%" PRIu64 " state=%s",
		child->config->name, in->resume->seq,
		hs_store_newest(&child->children->parts->store),
		hs_child_state_name(hs_child_stream_state(child->stream)));
	hs_child_pump(child);
}

static void
on_ack(struct child *child, const hs_link_frame *in)
{
	if (!hs_child_stream_ack(child->stream, in->ack->seq)) {
		hs_child_drop(child, "ack_of_what_was_never_sent");
		return;
	}
	hs_child_pump(child);
}

/* The hub fills in our name: it knows who is connected to it. */
static void
on_receipt(struct child *child, const hs_link_frame *in)
{
	struct hs_feed_parts *parts = child->children->parts;

	if (hs_hub_port_receipt(parts->hub, in->receipt) == HS_OK)
		parts->counts.receipts++;
	else
		parts->counts.receipts_dropped++;
}

static void
on_fetch(struct child *child, const hs_link_frame *in)
{
	hs_child_fetches_take(
		child->children->fetches, (size_t)(child - child->children->rows), in->fetch);
}

/* A child that stands where we stand and holds another active set has lost or doubled something. */
static void
on_heartbeat(struct child *child, const hs_link_frame *in)
{
	const struct hs_store *store = &child->children->parts->store;
	const Hansho__V1__Heartbeat *heartbeat = in->heartbeat;
	bool differs;

	if (heartbeat->digest[0] == '\0' || heartbeat->newest_seq != store->active_seq ||
		hs_child_stream_state(child->stream) != HS_CHILD_LIVE)
		return;
	differs = strcmp(heartbeat->digest, store->digest) != 0;
	if (differs && !child->digest_differed) {
		child->digests_differ++;
		hs_error("feed.child_digest_differs", "child=%s seq=%" PRIu64, child->config->name,
			heartbeat->newest_seq);
	}
	child->digest_differed = differs;
}

static void
on_goodbye(struct child *child, const hs_link_frame *in)
{
	hs_info("feed.child_goodbye", "child=%s reason=\"%.64s\"", child->config->name,
		in->goodbye->reason);
}

/* What a child may send, and from when on; others are skipped, as schemas/link.proto says. */
static const struct {
	int body;
	enum greeting from, to;
	void (*handle)(struct child *child, const hs_link_frame *in);
} handlers[] = {
	{ HANSHO__V1__LINK_FRAME__BODY_HELLO, GREETING_NONE, GREETING_NONE, on_hello },
	{ HANSHO__V1__LINK_FRAME__BODY_RESUME, GREETING_SENT, GREETING_SENT, on_resume },
	{ HANSHO__V1__LINK_FRAME__BODY_ACK, GREETING_DONE, GREETING_DONE, on_ack },
	{ HANSHO__V1__LINK_FRAME__BODY_RECEIPT, GREETING_DONE, GREETING_DONE, on_receipt },
	{ HANSHO__V1__LINK_FRAME__BODY_FETCH, GREETING_DONE, GREETING_DONE, on_fetch },
	{ HANSHO__V1__LINK_FRAME__BODY_HEARTBEAT, GREETING_SENT, GREETING_DONE, on_heartbeat },
	{ HANSHO__V1__LINK_FRAME__BODY_GOODBYE, GREETING_NONE, GREETING_DONE, on_goodbye },
};

static void
dispatch(struct child *child, const hs_link_frame *frame)
{
	for (size_t i = 0; i < HS_COUNT(handlers); i++) {
		if (handlers[i].body != (int)frame->body_case)
			continue;
		if (child->greeting < handlers[i].from || child->greeting > handlers[i].to)
			hs_child_drop(child, "frame_out_of_place");
		else
			handlers[i].handle(child, frame);
		return;
	}
}

static void
on_frame(void *owner, struct hs_link *link, const uint8_t *bytes, size_t len_bytes)
{
	struct child *child = owner;
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	hs_link_frame *frame;

	(void)link;
	child->heard_us = hs_clock_mono_us();
	if (arena != NULL && hs_link_frame_unpack(arena, bytes, len_bytes, &frame) == HS_OK)
		dispatch(child, frame);
	else
		hs_child_drop(child, "frame_not_readable");
	hs_arena_destroy(arena);
}

static void
on_up(void *owner, struct hs_link *link)
{
	struct child *child = owner;

	(void)link;
	child->greeting = GREETING_NONE;
	child->heard_us = hs_clock_mono_us();
}

static void
on_down(void *owner, struct hs_link *link)
{
	struct child *child = owner;

	(void)link;
	if (child->greeting == GREETING_DONE)
		hs_warn("feed.child_down", "child=%s", child->config->name);
	child->greeting = GREETING_NONE;
	hs_child_stream_stop(child->stream);
	hs_child_fetches_forget(child->children->fetches, (size_t)(child - child->children->rows));
}

const struct hs_link_ops hs_child_link_ops = {
	.on_up = on_up, .on_frame = on_frame, .on_down = on_down
};
