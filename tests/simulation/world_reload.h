/* world_reload.h: what changes while the hub is down.
 *
 *   reload   A hub reads its configuration at its start, so it is a start with other limits, and now and then with
 *            another filter for one adapter. The masks are made again from the journal with the filter of now (route.h),
 *            so the model is asked again who gets what; what was given is told on (hs_index_tell). Receipts FILTERED stay as they were judged.
 *   restore  The disk was lost. An older copy of the journal takes its place under a new epoch, as the runbook says.
 *            What came after the copy is gone: senders and takers know it, the hub does not.
 */
#ifndef HS_TEST_WORLD_RELOAD_H
#define HS_TEST_WORLD_RELOAD_H

#include "tests/simulation/world_net.h"

static void
choose_limits(struct world *world)
{
	struct hs_core_options *options = &world->options;

	options->state_notices = 1 + below(world, 10);
	options->windows.adapter = options->windows.feed = 1 + (int64_t)below(world, 6);
	options->recent.notices = 1 + below(world, 12);
	options->status_notices = 8 + below(world, 120);
	options->ahead.pending_max = 4 + below(world, 60);
	options->ahead.records = 1 + below(world, 16);
	options->ahead.large_bytes = below(world, 2) == 0 ? 4 : (size_t)256 << 10;
}

static void
use_filter(struct world *world, size_t filter)
{
	const struct world_filter *row = &world_filters[filter];
	struct hs_core_peer *peer = &world->peers[WORLD_PEERS - 1];

	world->model.filter = filter;
	peer->kinds = row->kinds;
	peer->kind_count = row->kind_count;
	peer->areas = row->areas;
	peer->area_count = row->area_count;
	peer->level_min = row->level_min;
}

/* Who got a notice under another filter is told of what follows it in the journal. */
static void
tell_anew(struct world *world, const struct hs_row *row)
{
	const char *name = world->peers[WORLD_PEERS - 1].name;
	struct hs_arena *arena = hs_arena_create((size_t)1 << 20);
	hs_journal_record *record;

	HS_CHECK(hs_message_unpack(arena, &hansho__v1__journal_record__descriptor, row->body.bytes,
			 row->body.len_bytes, HS_NOTICE_MAX_BYTES, &record) == HS_OK);
	for (size_t i = 0; i < record->n_receipts; i++) {
		const hs_receipt *receipt = record->receipts[i];

		if (receipt->state == HS_RECEIPT(SENT) && strcmp(receipt->adapter, name) == 0)
			model_tell(&world->model,
				notice_of(arena, disk_notice(&world->disk, receipt->seq)));
	}
	hs_arena_destroy(arena);
}

/* At each start: what came into the journal meanwhile may say that the adapter had something under an older filter. */
static void
route_anew(struct world *world)
{
	struct model *model = &world->model;

	model->document_count = 0;
	for (size_t i = 0; i < world->disk.durable_count; i++) {
		const struct hs_row *row = &world->disk.durable[i].row;
		struct hs_arena *arena;
		bool before = model->filtered_gets[row->seq];

		if (row->type == (int)HS_RECORD(RECEIPTS))
			tell_anew(world, row);
		if (row->type != (int)HS_RECORD(NOTICE))
			continue;
		arena = hs_arena_create((size_t)1 << 20);
		model_route(model, row, notice_of(arena, row));
		/* Passed over, on its way, or had: who may get it only since or only until now. */
		model->excused[row->seq] =
			model->excused[row->seq] || before != model->filtered_gets[row->seq];
		hs_arena_destroy(arena);
	}
}

/* Between two lives of the hub. */
static void
reload(struct world *world)
{
	world->counts.reloads++;
	choose_limits(world);
	if (below(world, 4) > 0)
		return;
	world->counts.refilters++;
	use_filter(world, below(world, HS_COUNT(world_filters)));
	route_anew(world);
}

/* ---- restore ---- */

/* The first rows of the journal up to the end of a step. */
static size_t
copy_of(struct world *world)
{
	const struct disk *disk = &world->disk;
	size_t count = below(world, 1 + disk->durable_count);

	while (count > 0 && count < disk->durable_count && !disk->durable[count - 1].step_ends)
		count++;
	return count;
}

static void
disk_rewind(struct world *world, size_t count)
{
	struct disk *disk = &world->disk;
	struct disk_row *rows = disk->durable;
	size_t had = disk->durable_count;

	disk_forget_queue(disk);
	hs_buf_free(&disk->note);
	hs_active_destroy(world->model.active);
	world->model.active = hs_active_create();
	world->model.document_count = 0;
	disk->durable = NULL;
	disk->durable_count = disk->durable_room = 0;
	disk->newest_seq = 0;
	for (size_t i = 0; i < count; i++)
		disk_take_row(world, &rows[i]);
	for (size_t i = count; i < had; i++)
		disk_row_free(&rows[i]);
	free(rows);
	disk->next_pos = count + 1;
}

static void
restore(struct world *world)
{
	static bool judged[WORLD_NOTICES], excused[WORLD_NOTICES];
	uint64_t newest;

	memcpy(judged, world->model.judged_gets, sizeof(judged));
	memcpy(excused, world->model.excused, sizeof(excused));
	disk_rewind(world, copy_of(world));
	newest = world->disk.newest_seq;
	for (uint64_t seq = 1; seq <= newest; seq++) {
		world->model.judged_gets[seq] = judged[seq];
		world->model.excused[seq] = excused[seq];
	}
	world->counts.restores++;
	snprintf(world->epoch + strlen(WORLD_EPOCH) - 4, 5, "%04x", ++world->journal & 0xffff);
	for (uint32_t i = 0; i < WORLD_PEERS; i++)
		peer_breaks(world, i); /* the machine is gone, with all that was on the way */
	for (size_t i = 0; i < WORLD_TAKERS; i++) {
		struct taker *taker = &world->takers[i];

		taker->floor = taker->floor < newest ? taker->floor : newest;
		taker->acked_seq = UINT64_MAX; /* of which journal is not known any more */
		for (uint64_t seq = newest + 1; seq < WORLD_NOTICES; seq++)
			taker->seen[seq] = taker->said[seq] = false;
	}
}

#endif
