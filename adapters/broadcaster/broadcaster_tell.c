/* broadcaster_tell.c: what happens when a notice, a snapshot or a change of the link comes. See broadcaster.h. */
#include <stdlib.h>
#include <string.h>

#include "adapters/broadcaster/broadcaster_parts.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

/* ---- notices ---- */

/* The lists around this notice. What `shown` already holds is compared on `basis`, or, when there is
 * none (the process just started), the notice is taken at its own word. */
static enum hs_err
lists_around(struct hs_broadcaster_lane *lane, struct hs_arena *arena,
	const struct hs_adapter_item *item, struct hs_force_around *around)
{
	struct hs_force *force = lane->shown;
	if (item->seq <= hs_force_seq(lane->shown))
		force = lane->basis;
	else if (lane->basis != NULL) {
		hs_force_destroy(lane->basis);
		lane->basis = NULL;
	}
	if (force == NULL)
		return hs_force_of_notice(arena, item->seq, item->notice, around);
	enum hs_err err = hs_force_apply(force, item->seq, item->notice);
	*around = (struct hs_force_around){ *hs_force_before(force), *hs_force_after(force), true };
	return err == HS_ERR_STALE ? HS_OK : err;
}

/* For each class its items, encoded once; a class whose widths do not fit has an error of its own. */
static void
classes_encode(struct hs_broadcaster *own, struct hs_arena *arena, struct hs_broadcast_input *input,
	const struct hs_forms *forms)
{
	for (size_t i = 0; i < own->class_count; i++) {
		struct hs_profile_class *class = &own->classes[i];
		const struct hs_profile *profile = class->profile;
		input->selector = i > 0 ? &profile->selector : NULL;
		input->forms = i > 0 ? forms : NULL;
		input->forms_wanted = profile->forms;
		class->err = hs_broadcast_encode(
			arena, input, &profile->style, &class->items, &class->count);
		if (class->err != HS_OK) {
			class->count = 0;
			hs_error("broadcaster.not_encoded", "seq=%llu station=%s err=%s",
				(unsigned long long)input->seq,
				i > 0 ? profile->settings->name : "playout",
				hs_err_name(class->err));
		}
	}
}

static void
classes_forget(struct hs_broadcaster *own)
{
	for (size_t i = 0; i < own->class_count; i++) {
		struct hs_profile_class *class = &own->classes[i];
		hs_broadcast_items_free(class->items, class->count);
		class->items = NULL;
		class->count = 0;
	}
}

struct line_out {
	struct hs_broadcaster *own;
	struct hs_adapter_item *item;
	bool fresh;
	bool meant; /* a station of the configuration is to have it */
};

int
hs_broadcaster_kept_back(const struct hs_profile_class *class, const struct hs_adapter_item *item,
	bool files, const char **why)
{
	*why = "";
	if (class->err != HS_OK) {
		*why = class->err == HS_ERR_INVALID
			       ? "it does not fit: check crawl_width, page_width, page_rows"
			       : hs_err_text(class->err);
		return HS_RECEIPT(FAILED);
	}
	if (class->count == 0)
		return HS_RECEIPT(FILTERED);
	/* What stands now is told by the state; the item would sound like news. */
	if (!files && item->expired) {
		*why = "too old to be told as news; the station got the state";
		return HS_RECEIPT(EXPIRED);
	}
	return 0;
}

static void
line_out(void *owner, struct hs_line *line)
{
	struct line_out *out = owner;
	struct hs_broadcaster *own = out->own;
	const char *name = line->profile->settings->name, *why;
	const struct hs_profile_class *class =
		&own->classes[own->class_of[line->profile - own->profiles]];
	int kept = hs_broadcaster_kept_back(class, out->item, false, &why);
	if (kept == HS_RECEIPT(FILTERED)) {
		own->filtered++;
		return;
	}
	out->meant = true;
	if (kept != 0) {
		hs_adapter_receipt(out->item, name, kept, why);
		if (kept == HS_RECEIPT(EXPIRED))
			hs_line_owe_state(line);
		return;
	}
	if (!hs_line_deliver(line, out->item, class->items, class->count, out->fresh))
		hs_adapter_receipt(out->item, name, HS_RECEIPT(FAILED), "out of memory");
}

/* false: nothing of it is meant for this folder. */
static bool
output_out(struct hs_broadcaster *own, size_t i, struct hs_adapter_item *item,
	const struct hs_forms *forms)
{
	const struct hs_profile_class *class = &own->classes[own->class_of[i]];
	const char *why;
	int kept = hs_broadcaster_kept_back(class, item, true, &why);
	if (kept == HS_RECEIPT(FAILED))
		hs_adapter_receipt(
			item, i == 0 ? "playout" : own->profiles[i].settings->name, kept, why);
	else if (kept == 0)
		hs_output_notice(own->outputs[i], item, class->items, class->count, forms);
	return kept != HS_RECEIPT(FILTERED);
}

static void
items_out(struct hs_broadcaster *own, struct hs_adapter_item *item, const struct hs_forms *forms,
	bool fresh)
{
	const struct hs_profile_class *all = &own->classes[0];
	for (size_t i = 0; i < all->count; i++) {
		own->items++;
		hs_stations_push(own->stations, item->lane, item->seq, all->items[i].prefecture,
			item->deadline_mono_us, all->items[i].record);
	}
	struct line_out out = { own, item, fresh, false };
	hs_outlets_each(own->outlets, item->lane, line_out, &out);
	for (size_t i = 0; i < own->profile_count; i++) {
		if (own->outputs[i] != NULL &&
			(i == 0 || hs_profile_takes(&own->profiles[i], item->lane)))
			out.meant = output_out(own, i, item, forms) || out.meant;
	}
	/* Guests do not count: without a word of somebody, the hub would take this adapter for silent. */
	if (!out.meant)
		hs_adapter_receipt(item, "", HS_RECEIPT(FILTERED),
			"no station or folder of the configuration is to have it");
}

/* The moment in which a crawl of it becomes too old to break into a programme. */
static int64_t
break_in_until(const struct hs_broadcaster *own, const struct hs_adapter_item *item)
{
	const struct hs_adapter_settings *common = &own->settings->common;
	return hs_expiry_unix_us(
		item->notice, item->received_unix_us, common->max_age_ms, common->max_age_end_ms);
}

/* Of a notice that comes again after a restart the changes are in the state already. */
static enum hs_err
remember_changes(struct hs_broadcaster *own, struct hs_arena *arena,
	const struct hs_adapter_item *item, const struct hs_force_around *around, bool fresh)
{
	struct hs_change_row *rows;
	size_t count;
	if (!fresh)
		return HS_OK;
	enum hs_err err = hs_changes(arena, item->notice, around, &rows, &count);
	if (err == HS_OK)
		hs_since_add(hs_archive_since(own->archive, item->lane), item->seq, rows, count);
	return err;
}

void
hs_broadcaster_on_notice(void *state, struct hs_adapter_item *item)
{
	struct hs_broadcaster *own = state;
	struct hs_broadcaster_lane *lane = &own->lanes[item->lane];
	struct hs_force_around around;
	bool fresh = item->seq > hs_force_seq(lane->shown);
	struct hs_arena *arena = hs_arena_create(HS_BROADCASTER_ARENA_BYTES);
	enum hs_err err = arena != NULL ? lists_around(lane, arena, item, &around) : HS_ERR_NOMEM;
	const struct hs_forms *forms =
		hs_archive_add(own->archive, item->lane, item->epoch, item->seq, item->notice);
	struct hs_broadcast_input input = {
		.notice = item->notice,
		.epoch = item->epoch,
		.seq = item->seq,
		.submission_id = item->submission_id,
		.around = &around,
		.late = item->expired || item->notice->silent,
		.break_in_until_unix_us = break_in_until(own, item),
	};
	if (err == HS_OK)
		err = remember_changes(own, arena, item, &around, fresh);
	if (err == HS_OK) {
		classes_encode(own, arena, &input, forms);
		if (hs_adapter_is_dry(own->adapter))
			hs_broadcaster_show(own, item, arena, &input, forms);
		else
			items_out(own, item, forms, fresh);
	} else {
		hs_error("broadcaster.not_told", "seq=%llu err=%s", (unsigned long long)item->seq,
			hs_err_name(err));
		hs_adapter_receipt(item, "broadcaster", HS_RECEIPT(FAILED), hs_err_text(err));
	}
	classes_forget(own);
	hs_arena_destroy(arena);
	hs_adapter_done(item);
}

/* ---- the lane's state ---- */

static bool
snapshot_load(struct hs_force *force, const struct hs_adapter_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->count; i++) {
		enum hs_err err =
			hs_force_load(force, snapshot->notices[i].seq, snapshot->notices[i].notice);
		if (err != HS_OK && err != HS_ERR_STALE)
			return false;
	}
	return hs_force_refresh(force, snapshot->seq) == HS_OK;
}

static void
line_state(void *owner, struct hs_line *line)
{
	(void)owner;
	hs_line_owe_state(line);
}

/* Stations and folders get the state as it is now; there are none in a process that only explains. */
static void
lane_told(struct hs_broadcaster *own, enum hs_adapter_lane id)
{
	own->lanes[id].told_unix_us = hs_clock_unix_us();
	if (own->outlets != NULL)
		hs_outlets_each(own->outlets, id, line_state, NULL);
	for (size_t i = 0; i < own->profile_count; i++) {
		if (own->outputs[i] != NULL && own->lanes[id].known &&
			(i == 0 || hs_profile_takes(&own->profiles[i], id)))
			hs_output_refresh(own->outputs[i], id);
	}
}

void
hs_broadcaster_on_snapshot(void *state, const struct hs_adapter_snapshot *snapshot)
{
	struct hs_broadcaster *own = state;
	struct hs_broadcaster_lane *lane = &own->lanes[snapshot->lane];
	struct hs_force *force = hs_force_create();
	if (force == NULL || !snapshot_load(force, snapshot)) {
		hs_force_destroy(force);
		hs_error("broadcaster.snapshot_lost", "lane=%s", hs_lane_name(snapshot->lane));
		return;
	}
	bool same = lane->known && strcmp(lane->epoch, snapshot->epoch) == 0;
	hs_force_destroy(lane->basis);
	lane->basis = same ? lane->shown : NULL;
	if (!same)
		hs_force_destroy(lane->shown);
	lane->shown = force;
	lane->known = true;
	snprintf(lane->epoch, sizeof(lane->epoch), "%s", snapshot->epoch);
	if (!same) {
		hs_archive_reset(own->archive, snapshot->lane, snapshot->seq);
		if (own->stations != NULL)
			hs_stations_reset(own->stations, snapshot->lane, snapshot->seq);
	}
	for (size_t i = 0; i < snapshot->count; i++)
		(void)hs_archive_add(own->archive, snapshot->lane, snapshot->epoch,
			snapshot->notices[i].seq, snapshot->notices[i].notice);
	lane_told(own, snapshot->lane);
}

void
hs_broadcaster_on_state(
	void *state, enum hs_adapter_lane id, enum hs_adapter_lane_state lane_state, uint64_t seq)
{
	struct hs_broadcaster *own = state;
	struct hs_broadcaster_lane *lane = &own->lanes[id];
	(void)seq;
	bool current = lane_state == HS_LANE_CURRENT;
	if (current) {
		hs_force_destroy(lane->basis);
		lane->basis = NULL;
	}
	if (lane->current == current)
		return;
	lane->current = current;
	hs_stations_beat(own->stations);
	lane_told(own, id);
}

/* Whether something that was told as standing is past its valid_until. */
static bool
has_expired(const struct hs_broadcaster_lane *lane, int64_t now_unix_us)
{
	const struct hs_force_list *list = hs_force_after(lane->shown);
	for (size_t i = 0; lane->known && i < list->count; i++) {
		const struct hs_force_meta *meta = list->rows[i].meta;
		if (meta != NULL && meta->valid_until_unix_us > lane->told_unix_us &&
			meta->valid_until_unix_us <= now_unix_us)
			return true;
	}
	return false;
}

void
hs_broadcaster_on_tick(void *owner)
{
	struct hs_broadcaster *own = owner;
	int64_t now_unix_us = hs_clock_unix_us();
	for (int i = 0; i < HS_LANE_COUNT; i++) {
		if (has_expired(&own->lanes[i], now_unix_us))
			lane_told(own, (enum hs_adapter_lane)i);
	}
}
