/* signage.c: the lanes' state, the screens, and what happens when a notice comes. See signage.h. */
#include "adapters/signage/signage.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/signage/players.h"
#include "adapters/signage/screen.h"
#include "adapters/signage/signage_canary.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define ENCODE_ARENA_BYTES (64u << 20)
#define WATCH_MS	   500 /* how often the hub's silence is looked for */
#define LOOKS_AT_ALL	   20 /* every so many looks each screen is drawn: valid_until may be over */

struct lane {
	struct hs_force *force;
	struct hs_signage_cancel cancel;
	char epoch[65];
	bool known;
	int64_t heard_mono_us; /* of the hub */
	int64_t heard_unix_us; /* the same for people; 0 = never */
};

struct signage {
	struct hs_adapter *adapter;
	const struct hs_signage_settings *settings;
	struct lane lanes[HS_LANE_COUNT];
	struct hs_screen *screens;
	size_t screen_count;
	struct hs_players *players;
	struct hs_signage_canary canary;
	uv_timer_t timer;
	uint64_t looks;
};

static bool
lane_configured(const struct signage *own, int lane)
{
	const struct hs_adapter_settings *common = &own->settings->common;
	return lane == HS_LANE_LIVE ? common->live_url[0] != '\0'
				    : common->drill && common->drill_url[0] != '\0';
}

/* ---- faces ---- */

static struct hs_signage_lane
lane_seen(const struct signage *own, const struct hs_screen *screen, int id, int64_t now_mono_us)
{
	const struct lane *lane = &own->lanes[id];
	int64_t quiet_us = now_mono_us - lane->heard_mono_us;
	return (struct hs_signage_lane){
		.configured = lane_configured(own, id),
		.fresh = lane->known && quiet_us < screen->settings->stale_after_ms * 1000,
		.list = lane->known ? hs_force_after(lane->force) : NULL,
		.epoch = lane->epoch,
		.seq = screen->lanes[id].touched_seq,
		.heard_unix_us = lane->heard_unix_us,
		.cancel = &lane->cancel,
	};
}

/* Draws it when it shows something else than before. True when it does. */
static bool
screen_draw(struct signage *own, size_t index)
{
	struct hs_screen *screen = &own->screens[index];
	int64_t now_mono_us = hs_clock_mono_us();
	struct hs_signage_input input = {
		.screen = screen->settings,
		.lanes = { lane_seen(own, screen, HS_LANE_LIVE, now_mono_us),
			lane_seen(own, screen, HS_LANE_DRILL, now_mono_us) },
		.now_unix_us = hs_adapter_now_unix_us(own->adapter),
	};
	struct hs_signage_face face;
	struct hs_arena *arena = hs_arena_create(ENCODE_ARENA_BYTES);
	bool changed = false;
	enum hs_err err = arena != NULL ? hs_signage_encode(arena, &input, &face) : HS_ERR_NOMEM;
	if (err == HS_OK)
		err = hs_screen_show(screen, &face, input.now_unix_us, &changed);
	hs_arena_destroy(arena);
	if (err != HS_OK) {
		hs_error("signage.not_drawn", "screen=%s err=%s", screen->settings->id,
			hs_err_name(err));
		return false;
	}
	for (int i = 0; i < HS_LANE_COUNT; i++)
		screen->drawn_fresh[i] = input.lanes[i].fresh;
	if (!changed)
		return false;
	hs_info("signage.face", "screen=%s state=%s mode=%s seq=%llu digest=%.8s",
		screen->settings->id, hs_screen_state_word(screen->face.state),
		hs_lane_name(screen->face.lane), (unsigned long long)screen->face.seq,
		screen->face.digest);
	if (own->players != NULL)
		hs_players_changed(own->players, (int)index);
	return true;
}

static void
draw_all(struct signage *own)
{
	for (size_t i = 0; i < own->screen_count; i++)
		(void)screen_draw(own, i);
}

/* ---- what the players ask ---- */

static int
ask_find(void *owner, const char *id)
{
	const struct signage *own = owner;
	for (size_t i = 0; i < own->screen_count; i++)
		if (strcmp(own->screens[i].settings->id, id) == 0)
			return (int)i;
	return -1;
}

static const struct hs_screen_face *
ask_face(void *owner, int screen)
{
	const struct signage *own = owner;
	return &own->screens[screen].face;
}

static json_t *
ask_heartbeat(void *owner, int screen)
{
	const struct signage *own = owner;
	const struct hs_screen_face *face = &own->screens[screen].face;
	return json_pack("{s:s,s:s,s:s,s:I,s:I,s:o}", "type", "heartbeat", "state",
		hs_screen_state_word(face->state), "digest", face->digest, "seq",
		(json_int_t)face->seq, "heartbeat_ms",
		(json_int_t)own->settings->player_heartbeat_ms, "time",
		hs_screen_time(hs_clock_unix_us()));
}

static void
proven(void *owner, enum hs_adapter_lane lane, uint64_t seq, const char *screen_id)
{
	struct signage *own = owner;
	hs_adapter_report(own->adapter, lane, own->lanes[lane].epoch, seq, screen_id,
		HS_RECEIPT(DISPLAYED), "");
}

static void
ask_displayed(void *owner, int screen, const struct hs_screen_face *face)
{
	struct signage *own = owner;
	hs_screen_displayed(&own->screens[screen], face, hs_clock_unix_us(), proven, own);
}

static void
ask_canary(void *owner)
{
	hs_signage_canary_look(&((struct signage *)owner)->canary);
}

static json_t *
ask_status(void *owner)
{
	const struct signage *own = owner;
	int64_t now_unix_us = hs_clock_unix_us();
	json_t *screens = json_array();
	for (size_t i = 0; i < own->screen_count; i++)
		json_array_append_new(
			screens, hs_screen_status(&own->screens[i],
					 hs_players_count(own->players, (int)i), now_unix_us));
	return json_pack("{s:o,s:o}", "time", hs_screen_time(now_unix_us), "screens", screens);
}

/* ---- what the hub says ---- */

static void
heard(struct signage *own, enum hs_adapter_lane lane)
{
	own->lanes[lane].heard_mono_us = hs_clock_mono_us();
	own->lanes[lane].heard_unix_us = hs_clock_unix_us();
}

/* A cancel may roll back to areas that it does not name: every screen is looked at. */
static bool
concerns(const struct hs_screen *screen, const struct hs_adapter_item *item)
{
	return hs_screen_wants_notice(screen->settings, item->notice);
}

static bool
may_reach_further(const hs_notice *notice)
{
	return notice->action == HS_ACTION(CANCEL) || notice->n_areas == 0;
}

static void
on_notice(void *state, struct hs_adapter_item *item)
{
	struct signage *own = state;
	struct lane *lane = &own->lanes[item->lane];
	heard(own, item->lane);
	/* What a snapshot already held is on the screens and waits for its proof there. */
	if (item->seq > hs_force_seq(lane->force)) {
		enum hs_err err = hs_force_apply(lane->force, item->seq, item->notice);
		if (err == HS_OK)
			err = hs_signage_cancel_take(&lane->cancel, lane->force, item->notice,
				hs_adapter_now_unix_us(own->adapter) +
					own->settings->cancel_shown_ms * 1000);
		if (err != HS_OK && err != HS_ERR_STALE) {
			hs_error("signage.not_applied", "seq=%llu err=%s",
				(unsigned long long)item->seq, hs_err_name(err));
			hs_adapter_receipt(item, "signage", HS_RECEIPT(FAILED), hs_err_text(err));
		}
	}
	if (!hs_force_counts((int)item->notice->kind)) {
		hs_adapter_receipt(item, "", HS_RECEIPT(FILTERED), "screens show orders only");
		hs_adapter_done(item);
		return;
	}
	for (size_t i = 0; i < own->screen_count; i++) {
		bool concerned = concerns(&own->screens[i], item), changed = false;
		if (concerned)
			hs_screen_wait(&own->screens[i], item->lane, item->seq);
		if (concerned || may_reach_further(item->notice))
			changed = screen_draw(own, i);
		if (changed && !concerned) {
			hs_screen_wait(&own->screens[i], item->lane, item->seq);
			(void)screen_draw(own, i);
		}
		if (hs_adapter_is_dry(own->adapter))
			hs_screen_explain(&own->screens[i], item, concerned || changed);
	}
	hs_adapter_done(item);
}

/* The notices that are on the screens after a start wait for their proof like new ones. */
static void
wait_for_shown(struct signage *own, enum hs_adapter_lane lane)
{
	const struct hs_force_list *list = hs_force_after(own->lanes[lane].force);
	for (size_t i = 0; i < own->screen_count; i++) {
		struct hs_screen *screen = &own->screens[i];
		uint64_t newest = 0;
		for (size_t j = 0; j < list->count; j++) {
			const struct hs_force_row *row = &list->rows[j];
			if (row->seq > newest &&
				hs_screen_wants(screen->settings, row->area_code, row->sub_code))
				newest = row->seq;
		}
		if (newest > 0)
			hs_screen_wait(screen, lane, newest);
	}
}

static void
on_snapshot(void *state, const struct hs_adapter_snapshot *snapshot)
{
	struct signage *own = state;
	struct lane *lane = &own->lanes[snapshot->lane];
	struct hs_force *force = hs_force_create();
	enum hs_err err = force != NULL ? HS_OK : HS_ERR_NOMEM;
	for (size_t i = 0; i < snapshot->count && err == HS_OK; i++) {
		err = hs_force_load(force, snapshot->notices[i].seq, snapshot->notices[i].notice);
		err = err == HS_ERR_STALE ? HS_OK : err;
	}
	if (err == HS_OK)
		err = hs_force_refresh(force, snapshot->seq);
	if (err != HS_OK) {
		hs_force_destroy(force);
		hs_error("signage.snapshot_lost", "lane=%s err=%s", hs_lane_name(snapshot->lane),
			hs_err_name(err));
		return;
	}
	if (strcmp(lane->epoch, snapshot->epoch) != 0) {
		for (size_t i = 0; i < own->screen_count; i++)
			hs_screen_reset(&own->screens[i], snapshot->lane);
	}
	hs_signage_cancel_free(&lane->cancel);
	hs_force_destroy(lane->force);
	lane->force = force;
	lane->known = true;
	snprintf(lane->epoch, sizeof(lane->epoch), "%s", snapshot->epoch);
	heard(own, snapshot->lane);
	wait_for_shown(own, snapshot->lane);
	draw_all(own);
}

static void
on_state(
	void *state, enum hs_adapter_lane lane, enum hs_adapter_lane_state lane_state, uint64_t seq)
{
	struct signage *own = state;
	(void)seq;
	if (lane_state != HS_LANE_DOWN)
		heard(own, lane);
	draw_all(own);
}

static void
on_heartbeat(void *state, enum hs_adapter_lane lane, uint64_t newest_seq, const char *digest)
{
	(void)newest_seq;
	(void)digest;
	heard(state, lane);
}

static bool
freshness_changed(const struct signage *own, const struct hs_screen *screen, int64_t now_mono_us)
{
	for (int i = 0; i < HS_LANE_COUNT; i++)
		if (lane_seen(own, screen, i, now_mono_us).fresh != screen->drawn_fresh[i])
			return true;
	return false;
}

/* Silence is an event too: nobody else tells that the hub is not heard, or that a time ran out. */
static void
on_timer(uv_timer_t *timer)
{
	struct signage *own = HS_CONTAINER_OF(timer, struct signage, timer);
	int64_t now_mono_us = hs_clock_mono_us();
	bool all = ++own->looks % LOOKS_AT_ALL == 0;
	for (size_t i = 0; i < own->screen_count; i++) {
		if (all || freshness_changed(own, &own->screens[i], now_mono_us))
			(void)screen_draw(own, i);
	}
}

/* ---- life ---- */

static enum hs_err
screens_open(struct signage *own)
{
	const struct hs_screen_settings *settings = own->settings->screens.items;
	own->screen_count = own->settings->screens.count;
	own->screens = calloc(own->screen_count, sizeof(*own->screens));
	if (own->screens == NULL)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < own->screen_count; i++) {
		own->screens[i].settings = &settings[i];
		const char *fault = hs_screen_fault(settings, i);
		if (fault != NULL) {
			hs_error("signage.bad_screen", "screen=%s expected=\"%s\"", settings[i].id,
				fault);
			return HS_ERR_CONFIG;
		}
		(void)screen_draw(own, i);
	}
	return HS_OK;
}

static void
own_free(void *state)
{
	struct signage *own = state;
	for (size_t i = 0; own->screens != NULL && i < own->screen_count; i++)
		hs_screen_free(&own->screens[i]);
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		hs_signage_cancel_free(&own->lanes[i].cancel);
		hs_force_destroy(own->lanes[i].force);
	}
	free(own->screens);
	free(own);
}

static enum hs_err
players_open(struct signage *own)
{
	const struct hs_signage_settings *settings = own->settings;
	struct hs_players_options options = {
		.listen = settings->listen,
		.tls_cert = settings->tls_cert,
		.tls_key = settings->tls_key,
		.players_max = (size_t)settings->players_max,
		.heartbeat_ms = settings->player_heartbeat_ms,
		.find = ask_find,
		.face = ask_face,
		.heartbeat = ask_heartbeat,
		.displayed = ask_displayed,
		.canary = ask_canary,
		.status = ask_status,
		.owner = own,
	};
	return hs_players_create(hs_adapter_loop(own->adapter), &options, &own->players);
}

/* What on_notice needs: screens without players, no timer. */
static enum hs_err
signage_open_dry(struct hs_adapter *adapter, const void *settings, void **state)
{
	struct signage *own = calloc(1, sizeof(*own));
	if (own == NULL)
		return HS_ERR_NOMEM;
	own->adapter = adapter;
	own->settings = settings;
	enum hs_err err = HS_OK;
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		own->lanes[i].force = hs_force_create();
		err = own->lanes[i].force == NULL ? HS_ERR_NOMEM : err;
	}
	if (err == HS_OK)
		err = screens_open(own);
	if (err != HS_OK)
		own_free(own);
	*state = own;
	return err;
}

static enum hs_err
signage_open(struct hs_adapter *adapter, const void *settings, void **state)
{
	enum hs_err err = signage_open_dry(adapter, settings, state);
	struct signage *own = *state;
	if (err != HS_OK)
		return err;
	err = players_open(own);
	if (err != HS_OK) {
		hs_error("signage.not_open", "listen=%s err=%s", own->settings->listen,
			hs_err_name(err));
		own_free(own);
		return err;
	}
	uv_timer_init(hs_adapter_loop(adapter), &own->timer);
	uv_timer_start(&own->timer, on_timer, WATCH_MS, WATCH_MS);
	hs_signage_canary_add(&own->canary, adapter, own->players, own->screens);
	hs_info("signage.open", "port=%d screens=%zu", hs_players_port(own->players),
		own->screen_count);
	return HS_OK;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	own_free(HS_CONTAINER_OF((uv_timer_t *)handle, struct signage, timer));
}

static void
signage_close(void *state)
{
	struct signage *own = state;
	hs_players_stop(own->players);
	uv_close((uv_handle_t *)&own->timer, on_timer_closed);
}

static const char *
signage_not_ready(void *state)
{
	const struct signage *own = state;
	for (int i = 0; i < HS_LANE_COUNT; i++)
		if (lane_configured(own, i) && !own->lanes[i].known)
			return "the state in force has not come from the hub yet";
	return "";
}

static void
signage_metrics(void *state, struct hs_buf *out)
{
	const struct signage *own = state;
	hs_buf_printf(out, "hansho_signage_players %zu\n", hs_players_count(own->players, -1));
	for (size_t i = 0; i < own->screen_count; i++)
		hs_buf_printf(out, "hansho_signage_state{screen=\"%s\"} %d\n",
			own->screens[i].settings->id, (int)own->screens[i].face.state);
}

static void
signage_status(void *state, struct hs_buf *out)
{
	json_t *status = ask_status(state);
	char *text = json_dumps(json_object_get(status, "screens"), JSON_COMPACT);
	hs_buf_printf(out, "\"screens\":%s", text != NULL ? text : "[]");
	free(text);
	json_decref(status);
}

int
hs_signage_port(const void *state)
{
	const struct signage *own = state;
	return hs_players_port(own->players);
}

const struct hs_adapter_ops hs_signage_ops = {
	.name = "signage",
	.settings = &hs_signage_settings_record,
	.look = hs_signage_look,
	.snapshot = true,
	.open = signage_open,
	.open_dry = signage_open_dry,
	.close_dry = own_free,
	.on_notice = on_notice,
	.on_snapshot = on_snapshot,
	.on_state = on_state,
	.on_heartbeat = on_heartbeat,
	.not_ready = signage_not_ready,
	.metrics = signage_metrics,
	.status = signage_status,
	.close = signage_close,
};
