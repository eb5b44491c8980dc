/* world_run.h: one run: choices, effects, crashes, and the calm at the end. */
#ifndef HS_TEST_WORLD_RUN_H
#define HS_TEST_WORLD_RUN_H

#include "tests/simulation/world_hub.h"

#define STEPS	   4000
#define FULL_STEPS 300 /* the last of them, on a full disk */
#define CALM_STEPS 400000
#define SLEEP_MOST 1500 /* so long that the hub misses three heartbeats */
#define HOUR_US	   (INT64_C(3600) * 1000000)
#define YEAR_US	   (365 * 24 * HOUR_US)

/* ---- what can happen ---- */

static void
act_frame_to_hub(struct world *world)
{
	uint32_t peer = (uint32_t)below(world, WORLD_PEERS);
	struct blob *blob = world->links[peer].up ? pipe_take(&world->links[peer].to_hub) : NULL;
	struct hs_event event = { .type = HS_EVENT_FRAME, .peer = peer };

	if (blob == NULL)
		return;
	event.bytes = (struct hs_span){ blob->bytes, blob->len_bytes };
	hub_step(world, &event);
	free(blob);
}

static void
peer_down(struct world *world, uint32_t peer)
{
	world->links[peer].draining = false;
	if (peer < WORLD_GATES)
		gate_down(world, peer);
	else if (peer == WORLD_GATES + FEED_TAKER)
		feed_down(world);
}

static void
act_frame_to_peer(struct world *world)
{
	uint32_t peer = (uint32_t)below(world, WORLD_PEERS);
	struct world_link *link = &world->links[peer];
	struct blob *blob = link->sleeps > 0 ? NULL : pipe_take(&link->to_peer);
	struct hs_arena *arena;
	hs_link_frame *frame;

	if (link->sleeps > 0)
		return;
	if (blob == NULL) {
		if (link->draining)
			peer_down(world, peer);
		return;
	}
	link->delivers -= deliver_seq((struct hs_span){ blob->bytes, blob->len_bytes }) > 0 &&
			  link->delivers > 0;
	arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	HS_CHECK(hs_link_frame_unpack(arena, blob->bytes, blob->len_bytes, &frame) == HS_OK);
	if (peer < WORLD_GATES)
		gate_frame(world, peer, frame);
	else if (peer == WORLD_GATES + FEED_TAKER)
		feed_frame(world, blob, frame);
	else
		taker_frame(world, peer, blob, frame);
	hs_arena_destroy(arena);
	free(blob);
}

static void
push_result(struct world *world, struct result result)
{
	struct world_hub *hub = &world->hub;

	HS_CHECK(hub->result_count < RESULTS_MAX);
	hub->results[hub->result_count++] = result;
}

/* One commit of what is queued, or of the first part of it: the rest came while it ran. */
static void
act_commit(struct world *world)
{
	struct disk *disk = &world->disk;
	bool lost = disk->queue_count > 0 && mishap(world, 120);

	if (disk->queue_count == 0)
		return;
	if (mishap(world, 60)) {
		hub_crash(world);
		return;
	}
	if (wrong_now == WRONG_DISK_LIES && mishap(world, 2)) {
		push_result(world, (struct result){ .committed = true,
					   .pos = disk->queue[disk->queue_count - 1].row.pos });
	} else if (lost) {
		world->counts.lost_syncs++;
		if (below(world, 2) == 0)
			disk_make_durable(world, disk_batch(world));
		disk_forget_queue(disk);
		disk->next_pos = UINT64_MAX; /* nothing is taken any more */
		push_result(world, (struct result){ .lost = true });
	} else if (disk->full) {
		world->counts.full++;
		disk_forget_queue(disk);
		push_result(world, (struct result){ .pos = disk->durable_count });
	} else {
		disk_make_durable(world, disk_batch(world));
		push_result(
			world, (struct result){ .committed = true, .pos = disk->durable_count });
		send_held(world);
	}
}

/* The next part of the pieces that are under way, or of what is to be removed: each a commit of its own. */
static void
act_piece(struct world *world)
{
	struct disk *disk = &world->disk;
	struct disk_store *store = pieces_job(disk);

	if (store == NULL || disk->next_pos == UINT64_MAX)
		return;
	if (mishap(world, 40)) {
		hub_crash(world);
	} else if (mishap(world, 120)) {
		world->counts.lost_syncs++;
		disk_forget_queue(disk);
		disk->next_pos = UINT64_MAX;
		push_result(world, (struct result){ .lost = true });
	} else if (disk->full) {
		world->counts.full++;
		store->job = !store->forgotten;
		store->excused = store->forgotten;
		if (!store->forgotten)
			push_result(world, (struct result){ .store = store->number });
		store->forgotten = true;
	} else if (store->forgotten) {
		store->on_disk -= store->on_disk == 0 ? 0 : 1 + below(world, store->on_disk);
		if (store->on_disk == 0)
			pieces_remove(disk, store);
	} else {
		store->on_disk += 1 + below(world, store->len_bytes - store->on_disk);
		store->job = store->on_disk < store->len_bytes;
		if (!store->job)
			push_result(world,
				(struct result){ .committed = true, .store = store->number });
	}
}

static void
act_result(struct world *world)
{
	struct world_hub *hub = &world->hub;
	struct hs_event event = { .reason = "no space left" };
	struct result result;

	if (hub->result_count == 0)
		return;
	result = hub->results[0];
	memmove(hub->results, hub->results + 1, --hub->result_count * sizeof(result));
	event.type = result.committed ? HS_EVENT_COMMITTED : HS_EVENT_COMMIT_FAILED;
	event.pos = result.pos;
	event.lost = result.lost;
	if (result.store > 0) {
		event.type = HS_EVENT_STORED;
		event.store = result.store;
		event.reason = result.committed ? NULL : event.reason;
	}
	hub_step(world, &event);
}

static void
act_read(struct world *world)
{
	struct world_hub *hub = &world->hub;
	size_t at = below(world, hub->reading_count);
	struct hs_row rows[64];
	struct hs_event event = { .type = HS_EVENT_RECORDS, .rows = rows };
	struct reading reading;
	size_t most;

	if (hub->reading_count == 0)
		return;
	reading = hub->readings[at];
	hub->readings[at] = hub->readings[--hub->reading_count];
	most = 1 + below(world, reading.limit); /* a read may end early, at its limit of bytes */
	if (reading.after_seq >= world->disk.newest_seq)
		blame(world, "P2: a read behind what is on disk");
	while (event.row_count < most && event.row_count < reading.limit &&
		reading.after_seq + event.row_count < world->disk.newest_seq) {
		rows[event.row_count] =
			*disk_notice(&world->disk, reading.after_seq + event.row_count + 1);
		event.row_count++;
	}
	event.peer = reading.peer;
	event.ticket = reading.ticket;
	hub_step(world, &event);
}

static void
act_tick(struct world *world)
{
	struct hs_event event = { .type = HS_EVENT_TICK };
	int64_t us = (int64_t)below(world, 40000);

	world->mono_us += us;
	world->unix_us += us;
	if (mishap(world, 200)) {
		int64_t most = below(world, 4) == 0 ? 10 * YEAR_US : HOUR_US;
		int64_t jump = (int64_t)below(world, 2 * (uint64_t)most) - most;

		world->counts.jumps++;
		world->unix_us += world->clock_holds ? 0 : jump;
	}
	hub_step(world, &event);
}

static void
act_link(struct world *world)
{
	uint32_t peer = (uint32_t)below(world, WORLD_PEERS);
	struct world_link *link = &world->links[peer];
	struct hs_event event = { .peer = peer };

	if (link->up) {
		if (!mishap(world, 12))
			return;
		link_ends(world, peer);
		event.type = HS_EVENT_PEER_DOWN;
		hub_step(world, &event);
		return;
	}
	if (link->draining)
		return;
	link->up = true;
	link->delivers = 0;
	link->lossy = false;
	event.type = HS_EVENT_PEER_UP;
	hub_step(world, &event);
	if (!link->up)
		return; /* crashed meanwhile */
	if (peer < WORLD_GATES)
		gate_up(world, peer);
	else
		taker_up(world, &world->takers[peer - WORLD_GATES]);
}

static void
act_mishap(struct world *world)
{
	struct hs_event stop = { .type = HS_EVENT_STOP };

	if (mishap(world, world->disk.full ? 4 : 20))
		world->disk.full = !world->disk.full;
	if (world->calm)
		world->disk.full = false;
	if (mishap(world, 20))
		hub_crash(world);
	if (mishap(world, 60))
		hub_step(world, &stop);
	if (mishap(world, 8)) {
		struct taker *taker = &world->takers[below(world, WORLD_TAKERS)];

		/* Its process dies: the connection ends with it. */
		if (!world->links[taker->peer].up && !world->links[taker->peer].draining) {
			taker_forget(taker);
			if (taker == &world->takers[FEED_TAKER])
				feed_dies(world);
		}
	}
	if (mishap(world, 10)) {
		world->links[below(world, WORLD_PEERS)].sleeps = below(world, SLEEP_MOST);
		world->counts.sleeps++;
	}
}

static void
act_taker(struct world *world)
{
	struct taker *taker = &world->takers[below(world, WORLD_TAKERS)];

	if (world->links[taker->peer].up && world->links[taker->peer].sleeps == 0)
		taker_act(world, taker);
}

static void
act(struct world *world)
{
	static const struct {
		void (*act)(struct world *world);
		uint64_t weight;
	} rows[] = { { act_frame_to_hub, 20 }, { act_frame_to_peer, 24 }, { act_commit, 8 },
		{ act_piece, 10 }, { act_result, 10 }, { act_read, 8 }, { act_tick, 4 },
		{ act_link, 4 }, { act_mishap, 2 }, { act_taker, 12 }, { gate_act, 8 },
		{ act_feed, 20 } };
	uint64_t at = below(world, 130);

	for (size_t i = 0; i < WORLD_PEERS; i++)
		world->links[i].sleeps -= world->links[i].sleeps > 0;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (at < rows[i].weight) {
			rows[i].act(world);
			return;
		}
		at -= rows[i].weight;
	}
}

/* ---- begin and end ---- */

/* From now on nothing goes wrong any more. What got lost on an unruly link is found out at the next connection. */
static void
calm_down(struct world *world)
{
	world->disk.full = false;
	for (uint32_t i = 0; i < WORLD_PEERS; i++) {
		world->links[i].sleeps = 0;
		if (world->unruly)
			peer_breaks(world, i);
	}
	world->calm = true;
}

static void
world_peers(struct world *world)
{
	static const char *const names[WORLD_PEERS] = { "g0", "g1", "t2", "t3", "t4", "t5" };

	for (uint32_t i = 0; i < WORLD_PEERS; i++) {
		world->peers[i].name = names[i];
		world->peers[i].kind = HS_PEER(GATE);
		world->links[i].to_hub.last = &world->links[i].to_hub.first;
		world->links[i].to_peer.last = &world->links[i].to_peer.first;
		world->early.held[i].last = &world->early.held[i].first;
	}
	for (uint32_t i = 0; i < WORLD_TAKERS; i++) {
		struct hs_core_peer *peer = &world->peers[WORLD_GATES + i];

		world->takers[i].peer = WORLD_GATES + i;
		world->takers[i].feed = i < WORLD_FEEDS;
		peer->kind = i < WORLD_FEEDS ? HS_PEER(FEED) : HS_PEER(ADAPTER);
	}
	use_filter(world, 0);
}

static struct world *
world_create(uint64_t seed, enum world_wrong wrong)
{
	struct world *world = calloc(1, sizeof(*world));

	HS_CHECK(world != NULL);
	world->random = seed;
	wrong_now = WRONG_NOTHING;
	world->unruly = seed % 2 == 0;
	memcpy(world->epoch, WORLD_EPOCH, sizeof(world->epoch));
	world->unix_us = 1782000000000000;
	world->mono_us = 1000000;
	world->disk.next_pos = 1;
	world->trace = 0xcbf29ce484222325u;
	world->model.active = hs_active_create();
	hs_active_digest(world->model.active, world->model.digest[0]);
	world_peers(world);
	wrong_now = wrong;
	hs_core_options_init(&world->options);
	world->options.mode = HS_MODE(DRILL);
	world->options.epoch = world->epoch;
	world->options.version = "simulated";
	world->options.peers = world->peers;
	world->options.peer_count = WORLD_PEERS;
	hs_buf_init(&world->disk.note, (size_t)1 << 20);
	hs_buf_init(&world->disk.note_queued, (size_t)1 << 20);
	choose_limits(world);
	world->options.heartbeat_ms = 200;
	feed_create(world);
	hub_start(world);
	return world;
}

static void
world_destroy(struct world *world)
{
	feed_destroy(world);
	hs_core_destroy(world->hub.core);
	hs_effects_free(&world->hub.effects);
	hs_active_destroy(world->model.active);
	for (size_t i = 0; i < WORLD_PEERS; i++) {
		pipe_cut(&world->links[i].to_hub, 0);
		pipe_cut(&world->links[i].to_peer, 0);
		pipe_cut(&world->early.held[i], 0);
	}
	for (size_t i = 0; i < world->try_count; i++)
		free(world->tries[i].frame);
	disk_free(&world->disk);
	free(world);
}

#endif
