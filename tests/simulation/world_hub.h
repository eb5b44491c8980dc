/* world_hub.h: the hub's process: what a step of the core wants is carried out in order, as hub/core/shell.c does it,
 * with a crash between any two effects; and its starts, with what the disk and the configuration are then. */
#ifndef HS_TEST_WORLD_HUB_H
#define HS_TEST_WORLD_HUB_H

#include "tests/simulation/world_feed.h"
#include "tests/simulation/world_gate.h"
#include "tests/simulation/world_reload.h"

/* ---- effects ---- */

static void
trace(struct world *world, const void *bytes, size_t len_bytes)
{
	const uint8_t *at = bytes;

	/* FNV-1a */
	for (size_t i = 0; i < len_bytes; i++)
		world->trace = (world->trace ^ at[i]) * 0x100000001b3u;
}

/* A wrong hub speaks to one side before the commit; what it says to the other is kept back until the disk has it. */
static bool
is_held(const struct world *world, uint32_t peer)
{
	bool gate = peer < WORLD_GATES;

	if (world->early.held[peer].first != NULL)
		return true;
	return world->early.now && ((wrong_now == WRONG_REPLY_EARLY && !gate) ||
					   (wrong_now == WRONG_DELIVER_EARLY && gate));
}

static void
do_send(struct world *world, const struct hs_effect *effect)
{
	struct hs_span pieces[HS_EFFECT_PIECES];
	size_t count = hs_effect_pieces(&world->hub.effects, effect, pieces);
	struct hs_buf frame;

	hs_buf_init(&frame, HS_FRAME_MAX_BYTES);
	for (size_t i = 0; i < count; i++)
		hs_buf_add(&frame, pieces[i].bytes, pieces[i].len_bytes);
	HS_CHECK(!frame.failed);
	trace(world, frame.bytes, frame.len_bytes);
	if (!is_held(world, effect->peer))
		send_to_peer(world, effect->peer, (struct hs_span){ frame.bytes, frame.len_bytes });
	else if (world->links[effect->peer].up)
		pipe_put(&world->early.held[effect->peer], frame.bytes, frame.len_bytes);
	hs_buf_free(&frame);
}

static void
send_held(struct world *world)
{
	for (uint32_t i = 0; i < WORLD_PEERS; i++) {
		struct blob *blob;

		while ((blob = pipe_take(&world->early.held[i])) != NULL) {
			send_to_peer(world, i, (struct hs_span){ blob->bytes, blob->len_bytes });
			free(blob);
		}
	}
}

static void
do_store(struct world *world, const struct hs_effect *effect)
{
	struct world_hub *hub = &world->hub;
	struct hs_row row = hs_effect_row(&hub->effects, effect);

	if (pieces_find(&world->disk, effect->store) != NULL)
		blame(world, "P1: pieces %llu are written twice",
			(unsigned long long)effect->store);
	pieces_put(world, &row);
	if (wrong_now == WRONG_STORED_EARLY && hub->result_count < RESULTS_MAX)
		hub->results[hub->result_count++] =
			(struct result){ .committed = true, .store = effect->store };
}

static void
do_one(struct world *world, const struct hs_effect *effect)
{
	struct world_hub *hub = &world->hub;
	struct hs_span bytes = hs_effect_bytes(&hub->effects, effect);

	trace(world, &effect->type, sizeof(effect->type));
	trace(world, bytes.bytes, bytes.len_bytes);
	switch (effect->type) {
	case HS_EFFECT_SEND:
		do_send(world, effect);
		break;
	case HS_EFFECT_READ:
		HS_CHECK(hub->reading_count < READINGS_MAX);
		hub->readings[hub->reading_count++] = (struct reading){ effect->peer, effect->limit,
			effect->ticket, effect->after_seq, effect->originals };
		break;
	case HS_EFFECT_DROP:
		link_ends(world, effect->peer); /* the core has forgotten the peer by itself */
		break;
	case HS_EFFECT_STOP:
		hub->stop_wanted = true;
		break;
	case HS_EFFECT_STATE:
		hs_buf_free(&world->disk.note_queued);
		hs_buf_add(&world->disk.note_queued, bytes.bytes, bytes.len_bytes);
		break;
	case HS_EFFECT_FORGET:
		pieces_forget(world, effect->store);
		break;
	case HS_EFFECT_STORE:
		do_store(world, effect);
		break;
	case HS_EFFECT_TURN: /* a tick does the same, later: nothing may hang on the turn */
	case HS_EFFECT_APPEND:
	case HS_EFFECT_LOG:
	case HS_EFFECT_ALARM:
		break;
	}
}

static void
do_appends(struct world *world)
{
	const struct hs_effects *effects = &world->hub.effects;
	struct hs_row rows[256];
	size_t count = 0;

	for (size_t i = 0; i < effects->count; i++) {
		if (effects->items[i].type == HS_EFFECT_APPEND) {
			HS_CHECK(count < HS_COUNT(rows));
			rows[count++] = hs_effect_row(effects, &effects->items[i]);
			trace(world, rows[count - 1].body.bytes, rows[count - 1].body.len_bytes);
		}
	}
	disk_append(&world->disk, rows, count);
}

static void hub_crash(struct world *world);

static void
hub_step(struct world *world, struct hs_event *event)
{
	struct world_hub *hub = &world->hub;
	uint64_t last_pos = 0;

	event->unix_us = world->unix_us;
	event->mono_us = world->mono_us;
	hs_effects_reset(&hub->effects);
	/* Every second one comes opened aside, as large ones do: by its length, so that a seed stays what it is. */
	if (event->type == HS_EVENT_FRAME && event->bytes.len_bytes % 2 == 0)
		event->opened = hs_opened_create(event->bytes, HS_MODE(DRILL));
	hs_core_step(hub->core, event, &hub->effects);
	do_appends(world);
	if (world->mono_us / 1000 % 2 == 0) /* it may be left out, so it sometimes is */
		hs_core_prepare(hub->core);
	for (size_t i = 0; i < hub->effects.count; i++) {
		const struct hs_effect *effect = &hub->effects.items[i];

		if (mishap(world, 1500)) {
			hub_crash(world);
			return;
		}
		do_one(world, effect);
		last_pos = effect->type == HS_EFFECT_APPEND ? effect->pos : last_pos;
	}
	if (hub->stop_wanted) {
		hub_crash(world); /* the supervisor starts it anew */
	} else if ((wrong_now == WRONG_REPLY_EARLY || wrong_now == WRONG_DELIVER_EARLY) &&
		   last_pos > 0) {
		struct hs_event early = { .type = HS_EVENT_COMMITTED, .pos = last_pos };

		world->early.now = true;
		hub_step(world, &early);
		world->early.now = false;
	}
}

/* ---- the hub's life ---- */

static void
hub_load(struct world *world, struct world_hub *hub)
{
	hub->core = hs_core_create(&world->options);
	hs_effects_init(&hub->effects);
	hs_core_recover_state(
		hub->core, (struct hs_span){ world->disk.note.bytes, world->disk.note.len_bytes });
	for (size_t i = 0; i < world->disk.durable_count; i++) {
		if (hs_core_recover(hub->core, &world->disk.durable[i].row) != HS_OK)
			blame(world, "recovery refuses pos %zu", i + 1);
	}
}

static void
hub_start(struct world *world)
{
	uint64_t next_store = pieces_sweep(world);

	pieces_check_all(world);
	hub_load(world, &world->hub);
	hs_core_know_stores(world->hub.core, next_store);
}

static void
hub_crash(struct world *world)
{
	struct world_hub *hub = &world->hub;

	world->counts.crashes++;
	hs_core_destroy(hub->core);
	hs_effects_free(&hub->effects);
	memset(hub, 0, sizeof(*hub));
	disk_crash(world);
	for (uint32_t i = 0; i < WORLD_PEERS; i++)
		link_ends(world, i);
	if (mishap(world, 3))
		reload(world);
	if (mishap(world, 12))
		restore(world);
	route_anew(world);
	hub_start(world);
}

#endif
