/* world_restart.h: a hub that starts from the disk knows what the one that never stopped knows. At the end of a
 * run a second core is made from the disk, and both are asked the same: what is in force, what each peer
 * acknowledged, what became of each submission, and what becomes of it when it is sent once more. */
#ifndef HS_TEST_WORLD_RESTART_H
#define HS_TEST_WORLD_RESTART_H

#include "tests/simulation/world_run.h"

#define SETTLE_STEPS 40

/* All receipts and acks that the hub has go to the disk; whoever is connected falls silent. */
static void
settle(struct world *world)
{
	for (size_t i = 0; i < SETTLE_STEPS; i++) {
		struct hs_event tick = { .type = HS_EVENT_TICK };

		world->mono_us += 100000;
		hub_step(world, &tick);
		act_commit(world);
		act_result(world);
		while (pieces_job(&world->disk) != NULL)
			act_piece(world);
	}
	pieces_check_none_left(world);
}

static void
ask(struct world *world, struct world_hub *hub, enum hs_event_type type, struct hs_span bytes)
{
	struct hs_event event = {
		.type = type, .unix_us = world->unix_us, .mono_us = world->mono_us, .bytes = bytes
	};

	hs_effects_reset(&hub->effects);
	hs_core_step(hub->core, &event, &hub->effects);
}

static void
ask_both(struct world *world, struct world_hub *twin, const hs_link_frame *frame)
{
	struct hs_buf packed;
	struct hs_span bytes;

	hs_buf_init(&packed, HS_FRAME_MAX_BYTES);
	hs_message_pack(frame, &packed);
	bytes = (struct hs_span){ packed.bytes, packed.len_bytes };
	ask(world, &world->hub, HS_EVENT_FRAME, bytes);
	ask(world, twin, HS_EVENT_FRAME, bytes);
	hs_buf_free(&packed);
}

/* Both as a gate would find them. */
static void
greet_both(struct world *world, struct world_hub *twin)
{
	Hansho__V1__Hello hello;
	hs_link_frame frame;
	char name[] = "g0";

	hansho__v1__hello__init(&hello);
	hansho__v1__link_frame__init(&frame);
	hello.name = name;
	hello.kind = HS_PEER(GATE);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_HELLO;
	frame.hello = &hello;
	ask(world, &world->hub, HS_EVENT_PEER_UP, (struct hs_span){ "", 0 });
	ask(world, twin, HS_EVENT_PEER_UP, (struct hs_span){ "", 0 });
	ask_both(world, twin, &frame);
}

/* The READ that the last step asked for, when there is one. */
static void
answer_read(struct world *world, struct world_hub *hub)
{
	struct hs_event event = {
		.type = HS_EVENT_RECORDS, .unix_us = world->unix_us, .mono_us = world->mono_us
	};

	for (size_t i = 0; i < hub->effects.count; i++) {
		const struct hs_effect *effect = &hub->effects.items[i];

		if (effect->type != HS_EFFECT_READ)
			continue;
		event.ticket = effect->ticket;
		event.rows = disk_notice(&world->disk, effect->after_seq + 1);
		event.row_count = 1;
	}
	if (event.row_count == 0)
		return;
	hs_effects_reset(&hub->effects);
	hs_core_step(hub->core, &event, &hub->effects);
}

static const hs_status_reply *
status_of(struct world *world, struct hs_arena *arena, struct world_hub *hub)
{
	answer_read(world, hub);
	for (size_t i = 0; i < hub->effects.count; i++) {
		const struct hs_effect *effect = &hub->effects.items[i];
		struct hs_span bytes = hs_effect_bytes(&hub->effects, effect);
		hs_link_frame *frame;

		if (effect->type != HS_EFFECT_SEND)
			continue;
		HS_CHECK(
			hs_link_frame_unpack(arena, bytes.bytes, bytes.len_bytes, &frame) == HS_OK);
		if (frame->body_case == HANSHO__V1__LINK_FRAME__BODY_STATUS_REPLY)
			return frame->status_reply;
	}
	blame(world, "restart: a query without an answer");
	return hs_message_new(arena, &hansho__v1__status_reply__descriptor);
}

static bool
has_receipt(const hs_status_reply *status, const hs_receipt *wanted)
{
	for (size_t i = 0; i < status->n_receipts; i++) {
		const hs_receipt *receipt = status->receipts[i];

		if (receipt->state == wanted->state &&
			strcmp(receipt->adapter, wanted->adapter) == 0 &&
			strcmp(receipt->outlet, wanted->outlet) == 0)
			return true;
	}
	return false;
}

static void
check_status(struct world *world, struct world_hub *twin, struct hs_span id)
{
	struct hs_arena *arena = hs_arena_create((size_t)1 << 20);
	hs_status_query query;
	hs_link_frame frame;
	const hs_status_reply *live, *anew;

	hansho__v1__status_query__init(&query);
	hansho__v1__link_frame__init(&frame);
	query.request = 1;
	query.id = hs_arena_strndup(arena, id.bytes, id.len_bytes);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_STATUS_QUERY;
	frame.status_query = &query;
	ask_both(world, twin, &frame);
	live = status_of(world, arena, &world->hub);
	anew = status_of(world, arena, twin);
	if (live->seq != anew->seq || live->outcome != anew->outcome ||
		live->found != anew->found || live->n_receipts != anew->n_receipts)
		blame(world, "restart: %s has %zu receipts, before it %zu", query.id,
			anew->n_receipts, live->n_receipts);
	for (size_t i = 0; i < live->n_receipts; i++) {
		if (!has_receipt(anew, live->receipts[i]))
			blame(world, "restart: %s lost a receipt of %s", query.id,
				live->receipts[i]->adapter);
	}
	hs_arena_destroy(arena);
}

/* The same bytes once more to both: the same effects, byte for byte. */
static void
check_repetition(struct world *world, struct world_hub *twin, size_t number)
{
	const struct try *try = &world->tries[number];
	const struct hs_effects *live = &world->hub.effects, *anew = &twin->effects;
	struct hs_span bytes = { try->frame, try->frame_len_bytes };

	ask(world, &world->hub, HS_EVENT_FRAME, bytes);
	ask(world, twin, HS_EVENT_FRAME, bytes);
	if (live->count != anew->count || live->store.len_bytes != anew->store.len_bytes ||
		(live->store.len_bytes > 0 &&
			memcmp(live->store.bytes, anew->store.bytes, live->store.len_bytes) != 0))
		blame(world, "restart: submission %zu is judged otherwise", number);
}

static void
check_peers(struct world *world, const struct world_hub *twin)
{
	for (size_t i = 0; i < WORLD_TAKERS; i++) {
		const struct taker *taker = &world->takers[i];
		struct hs_core_peer_stats live, anew;

		hs_core_peer_stats(world->hub.core, taker->peer, &live);
		hs_core_peer_stats(twin->core, taker->peer, &anew);
		if (live.acked_seq != anew.acked_seq)
			blame(world, "restart: taker %u acked %llu, before it %llu", taker->peer,
				(unsigned long long)anew.acked_seq,
				(unsigned long long)live.acked_seq);
		if (anew.acked_seq > taker->acked_seq)
			blame(world, "P5: the hub has ack %llu of taker %u, which sent %llu",
				(unsigned long long)anew.acked_seq, taker->peer,
				(unsigned long long)taker->acked_seq);
	}
}

static void
check_restart(struct world *world)
{
	struct world_hub twin = { 0 };
	char live[HS_DIGEST_SIZE], anew[HS_DIGEST_SIZE];

	settle(world);
	hub_load(world, &twin);
	hs_core_digest(world->hub.core, live);
	hs_core_digest(twin.core, anew);
	if (strcmp(live, anew) != 0)
		blame(world, "restart: digest %s, before it %s", anew, live);
	check_peers(world, &twin);
	greet_both(world, &twin);
	for (size_t i = 0; i < world->disk.durable_count; i++) {
		struct hs_record_look look;

		HS_CHECK(hs_record_look(world->disk.durable[i].row.body, &look) == HS_OK);
		if (look.id.len_bytes > 0)
			check_status(world, &twin, look.id);
	}
	for (size_t i = 0; i < world->try_count; i++)
		check_repetition(world, &twin, i);
	hs_core_destroy(twin.core);
	hs_effects_free(&twin.effects);
}

#endif
