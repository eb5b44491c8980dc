/* signage_hub.c: what the hub says: notices, snapshots, signs of life. See signage.h. */
#include <stdio.h>
#include <string.h>

#include "adapters/signage/reach.h"
#include "adapters/signage/signage_internal.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define CHANGE_ARENA_BYTES (64u << 20)

static void
heard(struct signage *own, enum hs_adapter_lane lane)
{
	own->lanes[lane].heard_mono_us = hs_clock_mono_us();
	own->lanes[lane].heard_unix_us = hs_adapter_now_unix_us(own->adapter);
}

/* Around a notice: what it changed, area by area. */
struct taken {
	struct hs_arena *arena;
	struct hs_change_row *rows;
	size_t count;
	bool known; /* a snapshot held it before: nothing is known of what it changed */
};

static enum hs_err
take_changes(struct signage_lane *lane, const struct hs_adapter_item *item, int64_t now_unix_us,
	struct taken *taken)
{
	const struct hs_force_around around = { *hs_force_before(lane->force),
		*hs_force_after(lane->force), true };
	enum hs_err err =
		hs_changes(taken->arena, item->notice, &around, &taken->rows, &taken->count);
	if (err == HS_OK && !item->notice->silent)
		err = hs_signage_lifted_take(
			&lane->lifted, item->seq, taken->rows, taken->count, now_unix_us);
	return err;
}

/* What a snapshot already held is on the screens and waits for its proof there. */
static enum hs_err
take_notice(struct signage *own, const struct hs_adapter_item *item, struct taken *taken)
{
	struct signage_lane *lane = &own->lanes[item->lane];
	int64_t now_unix_us = hs_adapter_now_unix_us(own->adapter);
	taken->known = item->seq <= hs_force_seq(lane->force);
	if (taken->known)
		return HS_OK;
	enum hs_err err = hs_force_apply(lane->force, item->seq, item->notice);
	if (err == HS_OK)
		err = take_changes(lane, item, now_unix_us, taken);
	if (err == HS_OK)
		err = hs_signage_cancel_take(&lane->cancel, lane->force, item->notice,
			now_unix_us + own->settings->cancel_shown_ms * 1000);
	if (err == HS_OK)
		err = hs_shelters_apply(lane->shelters, item->seq, item->notice);
	if (item->notice->kind == HS_KIND(SHELTER))
		hs_signage_rank_all(own, item->lane);
	return err == HS_ERR_STALE ? HS_OK : err;
}

static struct hs_screen_notice
notice_of(const struct hs_adapter_item *item)
{
	const hs_time *until =
		item->notice->times != NULL ? item->notice->times->valid_until : NULL;
	return (struct hs_screen_notice){ .seq = item->seq,
		.since_mono_us = hs_clock_mono_us(),
		.expires_unix_us = until != NULL ? until->unix_us : 0 };
}

/* It waits for its proof on this screen. */
static void
wait_for(struct signage *own, struct hs_screen *screen, const struct hs_adapter_item *item,
	bool quiet, bool bare)
{
	const struct hs_screen_reports reports = hs_signage_reports(own);
	struct hs_screen_notice notice = notice_of(item);
	notice.quiet = quiet;
	notice.bare = bare;
	hs_screen_wait(screen, item->lane, &notice, &reports);
}

/* Orders and their ends. What a snapshot held and is no more shown may have been shown before: nothing is said of it. */
static enum hs_reach
reach_by_order(struct signage *own, size_t index, const struct hs_adapter_item *item,
	const struct taken *taken)
{
	struct hs_screen *screen = &own->screens[index];
	const struct hs_screen_reports reports = hs_signage_reports(own);
	const struct hs_reaching reaching = { item->notice, item->seq, item->lane,
		hs_force_after(own->lanes[item->lane].force), taken->rows, taken->count,
		own->settings->cancel_shown_ms > 0 };
	enum hs_reach reach = hs_reaches(screen->settings, &reaching);
	if (reach == HS_REACH_NONE)
		return reach;
	if (reach >= HS_REACH_BARE || taken->known) {
		wait_for(own, screen, item, reach < HS_REACH_BARE, reach == HS_REACH_BARE);
		if (screen->first.holds)
			reports.report(reports.owner, item->lane, item->seq, screen->settings->id,
				HS_RECEIPT(HELD), HS_UNPROVEN_REASON);
	} else if (!hs_adapter_is_dry(own->adapter)) /* else hs_screen_explain says so */
		reports.report(reports.owner, item->lane, item->seq, screen->settings->id,
			HS_RECEIPT(FILTERED), hs_reach_why(reach));
	(void)hs_signage_draw(own, index); /* also when it only takes something away */
	return reach;
}

/* A shelter: it is proven where it is shown. One that is closed leaves nothing behind to be seen. */
static enum hs_reach
reach_by_shelter(struct signage *own, size_t index, const struct hs_adapter_item *item)
{
	struct hs_screen *screen = &own->screens[index];
	if (!hs_signage_draw(own, index))
		return HS_REACH_NONE;
	bool bare = !hs_tells_has(&screen->face.tells, item->seq);
	wait_for(own, screen, item, false, bare);
	(void)hs_signage_draw(own, index);
	return bare ? HS_REACH_BARE : HS_REACH_SAID;
}

/* True when it reached a screen. */
static bool
reach_screens(struct signage *own, struct hs_adapter_item *item, const struct taken *taken)
{
	bool order = hs_force_counts((int)item->notice->kind), reached = false;
	for (size_t i = 0; i < own->screen_count; i++) {
		enum hs_reach reach = order ? reach_by_order(own, i, item, taken)
					    : reach_by_shelter(own, i, item);
		if (hs_adapter_is_dry(own->adapter))
			hs_screen_explain(&own->screens[i], item, hs_reach_why(reach));
		reached = reached || reach != HS_REACH_NONE;
	}
	return reached;
}

void
hs_signage_on_notice(void *state, struct hs_adapter_item *item)
{
	struct signage *own = state;
	struct taken taken = { .arena = hs_arena_create(CHANGE_ARENA_BYTES) };
	heard(own, item->lane);
	enum hs_err err = taken.arena != NULL ? take_notice(own, item, &taken) : HS_ERR_NOMEM;
	if (err != HS_OK) {
		hs_error("signage.not_applied", "seq=%llu err=%s", (unsigned long long)item->seq,
			hs_err_name(err));
		hs_adapter_receipt(item, "signage", HS_RECEIPT(FAILED), hs_err_text(err));
	}
	bool shown =
		hs_force_counts((int)item->notice->kind) || item->notice->kind == HS_KIND(SHELTER);
	if (!shown)
		hs_adapter_receipt(
			item, "", HS_RECEIPT(FILTERED), "screens show orders and shelters only");
	else if (!reach_screens(own, item, &taken))
		hs_adapter_receipt(item, "", HS_RECEIPT(FILTERED), "no screen shows these areas");
	hs_arena_destroy(taken.arena);
	hs_adapter_done(item);
}

/* The notices that are on the screens after a start wait for their proof like new ones, but in silence. */
static void
wait_for_shown(struct signage *own, enum hs_adapter_lane lane)
{
	const struct hs_force_list *list = hs_force_after(own->lanes[lane].force);
	const struct hs_screen_reports reports = hs_signage_reports(own);
	for (size_t i = 0; i < own->screen_count; i++) {
		struct hs_screen *screen = &own->screens[i];
		struct hs_screen_notice newest = { .since_mono_us = hs_clock_mono_us(),
			.quiet = true };
		for (size_t j = 0; j < list->count; j++) {
			const struct hs_force_row *row = &list->rows[j];
			if (row->seq > newest.seq &&
				(int64_t)row->urgency >= screen->settings->rules.caution_level &&
				hs_screen_wants(screen->settings, row->area_code, row->sub_code))
				newest.seq = row->seq;
		}
		if (newest.seq > 0)
			hs_screen_wait(screen, lane, &newest, &reports);
	}
}

/* All of it or nothing. */
static enum hs_err
load(const struct hs_adapter_snapshot *snapshot, struct hs_force *force,
	struct hs_shelters *shelters)
{
	enum hs_err err = force != NULL && shelters != NULL ? HS_OK : HS_ERR_NOMEM;
	for (size_t i = 0; i < snapshot->count && err == HS_OK; i++) {
		const hs_notice *notice = snapshot->notices[i].notice;
		err = hs_force_load(force, snapshot->notices[i].seq, notice);
		if (err == HS_OK || err == HS_ERR_STALE)
			err = hs_shelters_apply(shelters, snapshot->notices[i].seq, notice);
		err = err == HS_ERR_STALE ? HS_OK : err;
	}
	return err == HS_OK ? hs_force_refresh(force, snapshot->seq) : err;
}

void
hs_signage_on_snapshot(void *state, const struct hs_adapter_snapshot *snapshot)
{
	struct signage *own = state;
	struct signage_lane *lane = &own->lanes[snapshot->lane];
	struct hs_force *force = hs_force_create();
	struct hs_shelters *shelters = hs_shelters_create();
	enum hs_err err = load(snapshot, force, shelters);
	if (err != HS_OK) {
		hs_force_destroy(force);
		hs_shelters_destroy(shelters);
		hs_error("signage.snapshot_lost", "lane=%s err=%s", hs_lane_name(snapshot->lane),
			hs_err_name(err));
		return;
	}
	if (strcmp(lane->epoch, snapshot->epoch) != 0) {
		for (size_t i = 0; i < own->screen_count; i++)
			hs_screen_reset(&own->screens[i], snapshot->lane);
	}
	hs_signage_cancel_free(&lane->cancel);
	hs_signage_lifted_free(&lane->lifted);
	hs_force_destroy(lane->force);
	hs_shelters_destroy(lane->shelters);
	lane->force = force;
	lane->shelters = shelters;
	lane->known = true;
	snprintf(lane->epoch, sizeof(lane->epoch), "%s", snapshot->epoch);
	heard(own, snapshot->lane);
	hs_signage_rank_all(own, snapshot->lane);
	wait_for_shown(own, snapshot->lane);
	hs_signage_draw_all(own);
}

void
hs_signage_on_state(
	void *state, enum hs_adapter_lane lane, enum hs_adapter_lane_state lane_state, uint64_t seq)
{
	struct signage *own = state;
	(void)seq;
	if (lane_state != HS_LANE_DOWN)
		heard(own, lane);
	hs_signage_draw_all(own);
}

void
hs_signage_on_heartbeat(
	void *state, enum hs_adapter_lane lane, uint64_t newest_seq, const char *digest)
{
	(void)newest_seq;
	(void)digest;
	heard(state, lane);
}
