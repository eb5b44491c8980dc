/* The active set comes in parts, each in an arena of its own; the adapter sees it as one, when the last
 * part is here. Notices that the drill gate refuses are left out. */
#include <stdlib.h>

#include "adapters/runtime/internal.h"
#include "hub/base/log.h"

void
hs_lane_snapshot_free(struct hs_lane *lane)
{
	for (struct hs_snapshot_part *part = lane->parts, *next; part; part = next) {
		next = part->next;
		hs_arena_destroy(part->arena);
		free(part);
	}
	lane->parts = NULL;
	lane->parts_end = &lane->parts;
}

static bool
part_keep(struct hs_lane *lane, struct hs_arena *arena, const hs_link_frame *frame)
{
	struct hs_snapshot_part *part = calloc(1, sizeof(*part));
	if (!part) {
		hs_arena_destroy(arena);
		return false;
	}
	part->arena = arena;
	part->frame = frame;
	*lane->parts_end = part;
	lane->parts_end = &part->next;
	return true;
}

static void
part_collect(struct hs_lane *lane, const struct hs_snapshot_part *part,
	struct hs_adapter_snapshot_notice *notices, size_t *count)
{
	const Hansho__V1__Snapshot *snapshot = part->frame->snapshot;
	for (size_t i = 0; i < snapshot->n_notices; i++) {
		const hs_deliver *deliver = snapshot->notices[i];
		if (!deliver->notice)
			continue;
		struct hs_gate_verdict verdict = hs_drill_gate(
			(int)deliver->notice->mode, (int)lane->id, lane->adapter->settings->drill);
		if (verdict.allow)
			notices[(*count)++] = (struct hs_adapter_snapshot_notice){ deliver->seq,
				deliver->notice };
		else
			lane->counts.filtered++;
	}
}

static void
snapshot_show(struct hs_lane *lane, const Hansho__V1__Snapshot *last)
{
	struct hs_adapter *adapter = lane->adapter;
	size_t room = 0;
	for (const struct hs_snapshot_part *part = lane->parts; part; part = part->next)
		room += part->frame->snapshot->n_notices;
	struct hs_adapter_snapshot_notice *notices = calloc(room + 1, sizeof(*notices));
	if (!notices) {
		hs_error("adapter.snapshot_lost", "lane=%s notices=%zu", hs_lane_name(lane->id),
			room);
		return;
	}
	struct hs_adapter_snapshot shown = {
		.lane = lane->id,
		.epoch = lane->stream.epoch,
		.seq = last->seq,
		.digest = last->digest,
		.notices = notices,
	};
	for (const struct hs_snapshot_part *part = lane->parts; part; part = part->next)
		part_collect(lane, part, notices, &shown.count);
	hs_agree_snapshot(lane, &shown);
	adapter->ops->on_snapshot(adapter->state, &shown);
	free(notices);
}

void
hs_lane_snapshot_part(struct hs_lane *lane, struct hs_arena *arena, const hs_link_frame *frame)
{
	const struct hs_adapter_ops *ops = lane->adapter->ops;
	if (!lane->adapter->opened || !ops->snapshot || !ops->on_snapshot) {
		lane->counts.unknown_frames++;
		hs_arena_destroy(arena);
		return;
	}
	if (!part_keep(lane, arena, frame)) {
		hs_lane_snapshot_free(lane);
		return;
	}
	if (!frame->snapshot->last)
		return;
	snapshot_show(lane, frame->snapshot);
	hs_lane_snapshot_free(lane);
}
