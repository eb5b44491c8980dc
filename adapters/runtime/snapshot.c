/* The active set, and what was told before, come in parts, each in an arena of its own; the adapter sees them as one, when the last
 * part is here. Notices that the drill gate refuses are left out. */
#include <stdlib.h>
#include <string.h>

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

bool
hs_past_took(const struct hs_adapter_past *past, const char *outlet)
{
	for (size_t i = 0; i < past->outlet_count; i++)
		if (strcmp(past->outlets[i], outlet) == 0)
			return true;
	return false;
}

/* By rising seq. NULL: it is not among them. */
static const struct hs_adapter_past *
past_of(const struct hs_adapter_past *past, size_t count, uint64_t seq)
{
	size_t first = 0, end = count;
	while (first < end) {
		size_t middle = first + (end - first) / 2;
		if (past[middle].seq < seq)
			first = middle + 1;
		else
			end = middle;
	}
	return first < count && past[first].seq == seq ? &past[first] : NULL;
}

/* What another route told before was not sent for that reason alone: of its event nothing follows. */
enum hs_heard_there
hs_snapshot_heard(const struct hs_adapter_snapshot *snapshot,
	const struct hs_adapter_snapshot_notice *one, const char *outlet)
{
	const struct hs_adapter_past *past =
		past_of(snapshot->past, snapshot->past_count, one->seq);
	uint64_t from_seq = snapshot->past_from_seq;
	if (past && (outlet ? hs_past_took(past, outlet) : past->outlet_count > 0))
		return HS_HEARD;
	bool known = past || past_of(snapshot->refused, snapshot->refused_count, one->seq) ||
		     (from_seq > 0 && one->seq >= from_seq);
	if (!known || hs_notice_has_flag(one->notice, HS_FLAG_SAME_EVENT))
		return HS_HEARD_PERHAPS;
	return one->notice->action == HS_ACTION(ISSUE) || from_seq == 1 ? HS_NOT_HEARD
									: HS_NOT_HEARD_ITSELF;
}

/* What is shown; the arrays have room for all of the parts. */
struct gathered {
	struct hs_adapter_snapshot_notice *notices;
	struct hs_adapter_past *past, *refused;
	size_t count, past_count, refused_count;
};

static bool
may_see(struct hs_lane *lane, const hs_notice *notice)
{
	bool allow = notice &&
		     hs_drill_gate((int)notice->mode, (int)lane->id, lane->adapter->settings->drill)
			     .allow;
	lane->counts.filtered += notice && !allow;
	return allow;
}

static void
part_collect(struct hs_lane *lane, const struct hs_snapshot_part *part, struct gathered *out)
{
	const Hansho__V1__Snapshot *snapshot = part->frame->snapshot;
	for (size_t i = 0; i < snapshot->n_notices; i++) {
		const hs_deliver *deliver = snapshot->notices[i];
		if (may_see(lane, deliver->notice))
			out->notices[out->count++] =
				(struct hs_adapter_snapshot_notice){ deliver->seq,
					deliver->notice };
	}
	for (size_t i = 0; i < snapshot->n_past; i++) {
		const Hansho__V1__Past *past = snapshot->past[i];
		if (!may_see(lane, past->notice))
			continue;
		if (past->n_outlets > 0)
			out->past[out->past_count++] = (struct hs_adapter_past){ past->seq,
				past->notice, past->outlets, past->n_outlets };
		if (past->n_refused > 0)
			out->refused[out->refused_count++] = (struct hs_adapter_past){ past->seq,
				past->notice, past->refused, past->n_refused };
	}
}

static void
snapshot_show(struct hs_lane *lane, const Hansho__V1__Snapshot *last)
{
	struct hs_adapter *adapter = lane->adapter;
	size_t room = 1, past_room = 1;
	for (const struct hs_snapshot_part *part = lane->parts; part; part = part->next) {
		room += part->frame->snapshot->n_notices;
		past_room += part->frame->snapshot->n_past;
	}
	struct gathered all = { calloc(room, sizeof(*all.notices)),
		calloc(past_room, sizeof(*all.past)), calloc(past_room, sizeof(*all.refused)), 0, 0,
		0 };
	bool room_for_all = all.notices && all.past && all.refused;
	for (const struct hs_snapshot_part *part = lane->parts; room_for_all && part;
		part = part->next)
		part_collect(lane, part, &all);
	struct hs_adapter_snapshot shown = {
		.lane = lane->id,
		.epoch = lane->stream.epoch,
		.seq = last->seq,
		.digest = last->digest,
		.count = all.count,
		.notices = all.notices,
		.past_count = all.past_count,
		.past = all.past,
		.refused_count = all.refused_count,
		.refused = all.refused,
		.past_from_seq = last->past_from_seq,
	};
	if (room_for_all) {
		hs_agree_snapshot(lane, &shown);
		adapter->ops->on_snapshot(adapter->state, &shown);
	} else {
		hs_error("adapter.snapshot_lost", "lane=%s notices=%zu", hs_lane_name(lane->id),
			room);
	}
	free(all.notices);
	free(all.past);
	free(all.refused);
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
