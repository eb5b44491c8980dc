/* What a peer may send, in which state, and what it does. */
#include <string.h>

#include "hub/base/check.h"
#include "hub/core/core_state.h"

#define KINDS(a, b, c) ((a) << 1 | (b) << 2 | (c) << 3) /* gate, feed, adapter: bits 1 << HS_PEER */
#define ALL	       KINDS(1u, 1u, 1u)
#define GATES	       KINDS(1u, 0u, 0u)
#define TAKERS	       KINDS(0u, 1u, 1u)
#define IN(state)      (1u << HS_PEER_STATE_##state)

struct frame_context {
	struct hs_core *core;
	uint32_t peer;
	struct hs_arena *arena;
	hs_link_frame *frame;
	struct hs_opened *opened; /* whose arena it is; NULL: our own */
	bool *kept;		  /* set when the arena, or opened, was taken over */
};

void
hs_core_lose_peer(struct hs_core *core, uint32_t i)
{
	struct hs_peer *peer = &core->peers[i];

	HS_CHECK(hs_peer_input(peer, HS_PEER_INPUT_LOST, core->source.mono_us));
	peer->connection = 0;
	if (core->deliveries[i] != NULL)
		hs_delivery_stop(core->deliveries[i]);
	hs_query_forget_peer(core->query, i);
}

void
hs_core_drop_peer(struct hs_core *core, uint32_t peer, const char *reason)
{
	hs_effects_log(core->source.effects, HS_LOG_WARN, "hub.peer_dropped", "peer=%s reason=%s",
		core->options.peers[peer].name, reason);
	hs_effects_drop(core->source.effects, peer);
	hs_core_lose_peer(core, peer);
}

/* What a gate makes of documents by tables that nobody has seen at work must not reach the journal (misissuance M11).
 * "": a gate from before tables were told. */
static bool
tables_known(const struct hs_core *core, const char *tables)
{
	bool known = core->options.tables.count == 0 || tables[0] == '\0';

	for (size_t i = 0; !known && i < core->options.tables.count; i++)
		known = strcmp(core->options.tables.digests[i], tables) == 0;
	return known;
}

/* Why this hello is not the configured peer's; NULL when it is. */
static const char *
wrong_hello(const struct hs_core *core, const struct hs_core_peer *config,
	const Hansho__V1__Hello *hello)
{
	if (strcmp(hello->name, config->name) != 0)
		return "hello_names_another_peer";
	if ((int)hello->kind != config->kind)
		return "hello_names_another_kind";
	if ((int)hello->mode != (int)HS_MODE(UNSPECIFIED) && (int)hello->mode != core->options.mode)
		return "hello_from_the_other_lane";
	if (config->kind == (int)HS_PEER(GATE) && !tables_known(core, hello->tables))
		return "hello_with_tables_that_nobody_rehearsed";
	return NULL;
}

static void
on_hello(const struct frame_context *context)
{
	struct hs_core *core = context->core;
	struct hs_peer *peer = &core->peers[context->peer];
	bool gate = peer->config->kind == (int)HS_PEER(GATE);
	const char *wrong = wrong_hello(core, peer->config, context->frame->hello);
	char epoch[HS_ROUTE_EPOCH_SIZE];
	struct hs_answer_hello hello = { .mode = core->options.mode,
		.epoch = epoch,
		.version = core->options.version,
		.newest_seq = core->source.newest_seq,
		.heartbeat_ms = core->options.heartbeat_ms,
		.unix_us = core->source.unix_us,
		.window = hs_core_window(&core->options, peer->config->kind) };

	if (wrong != NULL) {
		hs_core_drop_peer(core, context->peer, wrong);
		return;
	}
	HS_CHECK(hs_peer_input(peer, gate ? HS_PEER_INPUT_HELLO_GATE : HS_PEER_INPUT_HELLO_TAKER,
		core->source.mono_us));
	peer->beat_mono_us = core->source.mono_us;
	peer->digest_differed = false;
	hs_route_epoch(core->route, context->peer, core->options.epoch, epoch);
	hs_answer_hello(core->source.effects, context->peer, &hello);
	hs_effects_log(core->source.effects, HS_LOG_INFO, "hub.peer_up", "peer=%s version=%.32s",
		peer->config->name, context->frame->hello->version);
}

static void
on_resume(const struct frame_context *context)
{
	struct hs_core *core = context->core;
	struct hs_delivery *delivery = core->deliveries[context->peer];

	HS_CHECK(hs_peer_input(
		&core->peers[context->peer], HS_PEER_INPUT_RESUME, core->source.mono_us));
	hs_delivery_start(delivery, &core->source, context->frame->resume);
	hs_delivery_pump(delivery, &core->source);
}

static void
on_ack(const struct frame_context *context)
{
	struct hs_core *core = context->core;
	struct hs_delivery *delivery = core->deliveries[context->peer];
	uint64_t seq = context->frame->ack->seq;

	if (!hs_delivery_ack(delivery, seq)) {
		hs_core_drop_peer(core, context->peer, "ack_of_what_was_never_sent");
		return;
	}
	hs_receipts_ack(core->receipts, context->peer, seq, core->source.mono_us);
	hs_delivery_pump(delivery, &core->source);
}

static void
on_receipt(const struct frame_context *context)
{
	struct hs_core *core = context->core;
	const hs_receipt *receipt = context->frame->receipt;
	struct hs_receipt_entry entry = { .seq = receipt->seq,
		.adapter = core->options.peers[context->peer].name,
		.outlet = receipt->outlet,
		.state = (int)receipt->state,
		.detail = receipt->detail,
		.unix_us = receipt->unix_us > 0 ? receipt->unix_us : core->source.unix_us };

	if (receipt->seq == 0 || receipt->seq > core->source.newest_seq || entry.state <= 0 ||
		strlen(receipt->outlet) > HS_OUTLET_MAX_BYTES ||
		strlen(receipt->detail) > HS_DETAIL_MAX_BYTES) {
		core->stats.frames_bad++;
		hs_effects_log(core->source.effects, HS_LOG_WARN, "hub.receipt_ignored",
			"peer=%s seq=%llu", core->options.peers[context->peer].name,
			(unsigned long long)receipt->seq);
		return;
	}
	hs_core_report(core, &entry, &core->options.peers[context->peer]);
}

static void
take_outlets(const struct frame_context *context)
{
	struct hs_core *core = context->core;
	struct hs_peer *peer = &core->peers[context->peer];
	const hs_outlets_report *report = context->frame->heartbeat->adapter;

	if (report != NULL && peer->config->kind == (int)HS_PEER(ADAPTER))
		hs_outlets_take(&peer->outlets, report, peer->config->name, core->source.mono_us,
			core->source.effects);
}

/* A peer that stands where we stand and holds another active set has lost or doubled something. */
static void
on_heartbeat(const struct frame_context *context)
{
	struct hs_core *core = context->core;
	struct hs_peer *peer = &core->peers[context->peer];
	const Hansho__V1__Heartbeat *heartbeat = context->frame->heartbeat;
	bool differs;

	take_outlets(context);
	if (heartbeat->digest[0] == '\0' || heartbeat->newest_seq != core->source.newest_seq ||
		!hs_route_unfiltered(core->route, context->peer))
		return;
	differs = strcmp(heartbeat->digest, hs_core_digest_text(core)) != 0;
	if (differs && !peer->digest_differed) {
		core->stats.digests_differ++;
		hs_effects_log(core->source.effects, HS_LOG_ERROR, "hub.digest_differs",
			"peer=%s seq=%llu", peer->config->name,
			(unsigned long long)heartbeat->newest_seq);
	}
	peer->digest_differed = differs;
}

/* More than a commit should hold beside others. */
static bool
is_large(const struct frame_context *context)
{
	size_t len_bytes = context->frame->submit->original.len;

	if (context->opened != NULL)
		len_bytes += context->opened->bulk_len_bytes;
	return len_bytes > context->core->options.ahead.large_bytes;
}

static void
on_submit(const struct frame_context *context)
{
	struct hs_core *core = context->core;
	const struct hs_waiting_submit submit = { .peer = context->peer,
		.connection = core->peers[context->peer].connection,
		.large = is_large(context),
		.arena = context->arena,
		.opened = context->opened,
		.submit = context->frame->submit };

	*context->kept = hs_core_receive(core, &submit);
}

static struct hs_query_context
query_context(const struct frame_context *context)
{
	struct hs_core *core = context->core;

	return (struct hs_query_context){ .source = &core->source,
		.index = core->index,
		.peer = context->peer,
		.connection = core->peers[context->peer].connection };
}

static void
on_status_query(const struct frame_context *context)
{
	struct hs_query_context query = query_context(context);

	hs_query_status(context->core->query, &query, context->frame->status_query);
}

static void
on_list_query(const struct frame_context *context)
{
	struct hs_query_context query = query_context(context);

	hs_query_list(context->core->query, &query, context->frame->list_query);
}

static void
on_unask(const struct frame_context *context)
{
	hs_query_unask(context->core->query, context->peer, context->frame->unask->request);
}

static void
on_fetch(const struct frame_context *context)
{
	struct hs_query_context query = query_context(context);

	hs_query_fetch(context->core->query, &query, context->frame->fetch);
}

static void
on_active_query(const struct frame_context *context)
{
	const hs_active_query *query = context->frame->active_query;
	struct hs_core *core = context->core;

	hs_answer_active(core->source.effects, context->peer, query->request, query->area_code,
		core->active, core->source.newest_seq);
}

static void
on_alarm_query(const struct frame_context *context)
{
	struct hs_core *core = context->core;

	hs_answer_alarms(core->source.effects, context->peer, context->frame->alarm_query->request,
		core->watch.watch, &core->options.watch, core->source.newest_seq);
}

static void
on_goodbye(const struct frame_context *context)
{
	hs_effects_log(context->core->source.effects, HS_LOG_INFO, "hub.peer_goodbye",
		"peer=%s reason=%.64s", context->core->options.peers[context->peer].name,
		context->frame->goodbye->reason);
}

#define BODY(name) HANSHO__V1__LINK_FRAME__BODY_##name

static const struct frame_row {
	Hansho__V1__LinkFrame__BodyCase body;
	unsigned kinds;	 /* who may send it */
	unsigned states; /* when */
	void (*handle)(const struct frame_context *context);
} frame_rows[] = {
	{ BODY(HELLO), ALL, IN(GREETING), on_hello },
	{ BODY(RESUME), TAKERS, IN(WAITING), on_resume },
	{ BODY(ACK), TAKERS, IN(READY), on_ack },
	{ BODY(RECEIPT), TAKERS, IN(READY), on_receipt },
	{ BODY(HEARTBEAT), ALL, IN(WAITING) | IN(READY), on_heartbeat },
	{ BODY(SUBMIT), GATES, IN(READY), on_submit },
	{ BODY(STATUS_QUERY), GATES, IN(READY), on_status_query },
	{ BODY(ACTIVE_QUERY), ALL, IN(READY), on_active_query },
	{ BODY(ALARM_QUERY), GATES, IN(READY), on_alarm_query },
	{ BODY(LIST_QUERY), GATES, IN(READY), on_list_query },
	{ BODY(UNASK), GATES, IN(READY), on_unask },
	{ BODY(FETCH), ALL, IN(READY), on_fetch },
	{ BODY(GOODBYE), ALL, IN(GREETING) | IN(WAITING) | IN(READY), on_goodbye },
};

static void
dispatch(const struct frame_context *context)
{
	struct hs_core *core = context->core;
	const struct hs_peer *peer = &core->peers[context->peer];

	for (size_t i = 0; i < HS_COUNT(frame_rows); i++) {
		const struct frame_row *row = &frame_rows[i];

		if (row->body != context->frame->body_case)
			continue;
		if ((row->kinds >> peer->config->kind & 1) == 0 ||
			(row->states >> peer->state & 1) == 0)
			hs_core_drop_peer(core, context->peer, "frame_out_of_place");
		else
			row->handle(context);
		return;
	}
	core->stats.frames_unknown++;
}

/* Unpacks the frame, or takes it as it was opened aside. */
static enum hs_err
open_frame(const struct hs_event *event, struct frame_context *context)
{
	if (event->opened != NULL) {
		context->opened = event->opened;
		context->arena = event->opened->arena;
		context->frame = event->opened->frame;
		return event->opened->err;
	}
	context->arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	HS_CHECK(context->arena != NULL);
	return hs_link_frame_unpack(
		context->arena, event->bytes.bytes, event->bytes.len_bytes, &context->frame);
}

void
hs_core_frame(struct hs_core *core, const struct hs_event *event)
{
	bool kept = false;
	struct frame_context context = { .core = core, .peer = event->peer, .kept = &kept };
	struct hs_peer *peer = &core->peers[event->peer];

	if (peer->state == HS_PEER_STATE_DOWN) { /* sent before it noticed that we dropped it */
		hs_opened_free(event->opened);
		return;
	}
	peer->heard_mono_us = event->mono_us;
	if (open_frame(event, &context) == HS_OK) {
		dispatch(&context);
	} else {
		core->stats.frames_bad++;
		hs_core_drop_peer(core, event->peer, "frame_not_readable");
	}
	if (kept)
		return;
	if (context.opened != NULL)
		hs_opened_free(context.opened);
	else
		hs_arena_destroy(context.arena);
}
