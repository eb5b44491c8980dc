/* signage.c: the lanes' state, the screens, and what happens when a notice comes. See signage.h. */
#include "adapters/signage/signage_internal.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "schemas/json_text.h"

#define ENCODE_ARENA_BYTES (64u << 20)
#define WATCH_MS	   500 /* how often the hub's silence is looked for */
#define LOOKS_AT_ALL	   20 /* every so many looks each screen is drawn: valid_until may be over */

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
	const struct signage_lane *lane = &own->lanes[id];
	int64_t quiet_us = now_mono_us - lane->heard_mono_us;
	/* Who explains has no hub that could fall silent; where nothing was told to him, nothing is in force. */
	bool dry = hs_adapter_is_dry(own->adapter), known = lane->known || dry;
	return (struct hs_signage_lane){
		.configured = lane_configured(own, id),
		.fresh = dry || (known && quiet_us < screen->settings->stale_after_ms * 1000),
		.list = known ? hs_force_after(lane->force) : NULL,
		.epoch = lane->epoch,
		.seq = screen->lanes[id].touched_seq,
		.heard_unix_us = lane->heard_unix_us,
		.cancel = &lane->cancel,
		.lifted = &lane->lifted,
		.ways = &screen->ways[id],
	};
}

bool
hs_signage_draw(struct signage *own, size_t index)
{
	struct hs_screen *screen = &own->screens[index];
	int64_t now_mono_us = hs_clock_mono_us();
	struct hs_signage_input input = {
		.screen = screen->settings,
		.lanes = { lane_seen(own, screen, HS_LANE_LIVE, now_mono_us),
			lane_seen(own, screen, HS_LANE_DRILL, now_mono_us) },
		.now_unix_us = hs_adapter_now_unix_us(own->adapter),
	};
	struct hs_screen_face face;
	struct hs_arena *arena = hs_arena_create(ENCODE_ARENA_BYTES);
	bool changed = false;
	enum hs_err err = arena != NULL ? hs_signage_encode(arena, &input, &face) : HS_ERR_NOMEM;
	if (err == HS_OK)
		hs_screen_show(screen, &face, input.now_unix_us, &changed);
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

/* What it shows as long as nothing is known: it proves the way, and this screen's settings with it. */
static enum hs_err
make_trial(struct hs_screen *screen)
{
	const struct hs_signage_input input = { .screen = screen->settings };
	struct hs_screen_face face;
	struct hs_arena *arena = hs_arena_create(ENCODE_ARENA_BYTES);
	enum hs_err err = arena != NULL ? hs_signage_encode(arena, &input, &face) : HS_ERR_NOMEM;
	if (err == HS_OK)
		hs_screen_try(screen, &face);
	hs_arena_destroy(arena);
	return err;
}

static enum hs_err
rank(struct signage *own, struct hs_screen *screen, enum hs_adapter_lane lane)
{
	size_t count;
	const struct hs_open_shelter *open = hs_shelters_list(own->lanes[lane].shelters, &count);
	return hs_ways_rank(&screen->ways[lane], &screen->settings->site, open, count);
}

void
hs_signage_rank_all(struct signage *own, enum hs_adapter_lane lane)
{
	for (size_t i = 0; i < own->screen_count; i++) {
		enum hs_err err = rank(own, &own->screens[i], lane);
		if (err != HS_OK)
			hs_error("signage.no_shelters", "screen=%s err=%s",
				own->screens[i].settings->id, hs_err_name(err));
	}
}

void
hs_signage_draw_all(struct signage *own)
{
	for (size_t i = 0; i < own->screen_count; i++)
		(void)hs_signage_draw(own, i);
}

/* ---- what the players ask ---- */

static int
ask_find(void *owner, const char *id)
{
	const struct signage *own = owner;
	for (size_t i = 0; i < own->screen_count; i++) {
		if (strcmp(own->screens[i].settings->id, id) == 0)
			return (int)i;
	}
	return -1;
}

static const struct hs_screen_face *
ask_face(void *owner, int screen)
{
	const struct signage *own = owner;
	return &own->screens[screen].face;
}

static const struct hs_screen_face *
ask_trial(void *owner, int screen)
{
	const struct signage *own = owner;
	return &own->screens[screen].trial;
}

static bool
ask_holds(void *owner, int screen)
{
	const struct signage *own = owner;
	return own->screens[screen].first.holds;
}

static void
ask_passed(void *owner, int screen)
{
	struct signage *own = owner;
	hs_proof_given(&own->screens[screen].first);
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
tell(void *owner, enum hs_adapter_lane lane, uint64_t seq, const char *screen_id, int state,
	const char *detail)
{
	struct signage *own = owner;
	hs_adapter_report(
		own->adapter, lane, own->lanes[lane].epoch, seq, screen_id, state, detail);
}

struct hs_screen_reports
hs_signage_reports(struct signage *own)
{
	return (struct hs_screen_reports){ tell, own };
}

static void
ask_accepted(void *owner, int screen, const struct hs_player_word *word)
{
	struct signage *own = owner;
	const struct hs_screen_reports reports = hs_signage_reports(own);
	hs_screen_accepted(&own->screens[screen], word->face, &reports);
}

static void
ask_displayed(void *owner, int screen, const struct hs_player_word *word)
{
	struct signage *own = owner;
	const struct hs_screen_reports reports = hs_signage_reports(own);
	hs_info("signage.displayed", "screen=%s seq=%llu digest=%.8s drawn=%.8s",
		own->screens[screen].settings->id, (unsigned long long)word->face->seq,
		word->face->digest, word->drawn);
	hs_screen_displayed(&own->screens[screen], word->face, word->drawn, word->shown_at,
		hs_clock_unix_us(), &reports);
}

static void
ask_whole(void *owner, int screen, const struct hs_player_word *word)
{
	struct signage *own = owner;
	hs_info("signage.whole", "screen=%s seq=%llu digest=%.8s",
		own->screens[screen].settings->id, (unsigned long long)word->face->seq,
		word->face->digest);
	hs_screen_whole(&own->screens[screen], word->face, hs_clock_unix_us());
}

static void
ask_failed(void *owner, int screen, const struct hs_player_word *word)
{
	struct signage *own = owner;
	const struct hs_screen_reports reports = hs_signage_reports(own);
	hs_warn("signage.not_displayed", "screen=%s seq=%llu digest=%.8s",
		own->screens[screen].settings->id, (unsigned long long)word->face->seq,
		word->face->digest);
	hs_screen_failed(&own->screens[screen], word->face, word->reason, &reports);
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

/* ---- time ---- */

static bool
freshness_changed(const struct signage *own, const struct hs_screen *screen, int64_t now_mono_us)
{
	for (int i = 0; i < HS_LANE_COUNT; i++) {
		if (lane_seen(own, screen, i, now_mono_us).fresh != screen->drawn_fresh[i])
			return true;
	}
	return false;
}

/* Silence is an event too: nobody else tells that the hub is not heard, or that a time ran out. */
static void
on_timer(uv_timer_t *timer)
{
	struct signage *own = HS_CONTAINER_OF(timer, struct signage, timer);
	const struct hs_screen_reports reports = hs_signage_reports(own);
	int64_t now_mono_us = hs_clock_mono_us(), now_unix_us = hs_clock_unix_us();
	bool all = ++own->looks % LOOKS_AT_ALL == 0;
	for (size_t i = 0; i < own->screen_count; i++) {
		if (all || freshness_changed(own, &own->screens[i], now_mono_us))
			(void)hs_signage_draw(own, i);
		hs_screen_look(&own->screens[i], hs_players_count(own->players, (int)i),
			now_mono_us, now_unix_us, own->settings->proof_timeout_ms, &reports);
	}
	hs_players_watch(own->players);
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
		enum hs_err err = make_trial(&own->screens[i]);
		for (int lane = 0; lane < HS_LANE_COUNT && err == HS_OK; lane++)
			err = rank(own, &own->screens[i], (enum hs_adapter_lane)lane);
		if (err != HS_OK)
			return err;
		(void)hs_signage_draw(own, i);
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
		hs_signage_lifted_free(&own->lanes[i].lifted);
		hs_force_destroy(own->lanes[i].force);
		hs_shelters_destroy(own->lanes[i].shelters);
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
		.screen_count = own->screen_count,
		.heartbeat_ms = settings->player_heartbeat_ms,
		.proof_timeout_ms = settings->proof_timeout_ms,
		.find = ask_find,
		.face = ask_face,
		.trial = ask_trial,
		.holds = ask_holds,
		.passed = ask_passed,
		.heartbeat = ask_heartbeat,
		.accepted = ask_accepted,
		.displayed = ask_displayed,
		.whole = ask_whole,
		.failed = ask_failed,
		.canary = ask_canary,
		.status = ask_status,
		.owner = own,
	};
	return hs_players_create(hs_adapter_loop(own->adapter), &options, &own->players);
}

/* What hs_signage_on_notice needs: screens without players, no canary, no timer. */
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
		own->lanes[i].shelters = hs_shelters_create();
		if (own->lanes[i].force == NULL || own->lanes[i].shelters == NULL)
			err = HS_ERR_NOMEM;
	}
	if (err == HS_OK)
		err = screens_open(own);
	if (err != HS_OK) {
		own_free(own);
		return err;
	}
	*state = own;
	return HS_OK;
}

static enum hs_err
signage_open(struct hs_adapter *adapter, const void *settings, void **state)
{
	enum hs_err err = signage_open_dry(adapter, settings, state);
	if (err != HS_OK) {
		hs_error("signage.not_open", "err=%s", hs_err_name(err));
		return err;
	}
	struct signage *own = *state;
	err = players_open(own);
	if (err != HS_OK) {
		hs_error("signage.not_open", "listen=%s err=%s", own->settings->listen,
			hs_err_name(err));
		own_free(own);
		return err;
	}
	uv_timer_init(hs_adapter_loop(adapter), &own->timer);
	uv_timer_start(&own->timer, on_timer, WATCH_MS, WATCH_MS);
	hs_signage_canary_add(&own->canary, adapter, own->players, own->screens, own->screen_count);
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
	for (int i = 0; i < HS_LANE_COUNT; i++) {
		if (lane_configured(own, i) && !own->lanes[i].known)
			return "the state in force has not come from the hub yet";
	}
	return "";
}

static void
signage_metrics(void *state, struct hs_buf *out)
{
	const struct signage *own = state;
	int64_t now_unix_us = hs_clock_unix_us();
	hs_buf_printf(out, "hansho_signage_players %zu\nhansho_signage_player_resets_total %llu\n",
		hs_players_count(own->players, -1),
		(unsigned long long)hs_players_reset_total(own->players));
	for (size_t i = 0; i < own->screen_count; i++) {
		const struct hs_screen *screen = &own->screens[i];
		hs_buf_printf(out,
			"hansho_signage_state{screen=\"%s\"} %d\n"
			"hansho_signage_screen_players{screen=\"%s\"} %zu\n",
			screen->settings->id, (int)screen->face.state, screen->settings->id,
			hs_players_count(own->players, (int)i));
		if (screen->proof.unix_us != 0)
			hs_buf_printf(out, "hansho_signage_proof_age_seconds{screen=\"%s\"} %.1f\n",
				screen->settings->id,
				(double)(now_unix_us - screen->proof.unix_us) / 1e6);
	}
}

static void
signage_status(void *state, struct hs_buf *out)
{
	json_t *status = ask_status(state);
	char *text = hs_json_dump(json_object_get(status, "screens"));
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
	.on_notice = hs_signage_on_notice,
	.on_snapshot = hs_signage_on_snapshot,
	.on_state = hs_signage_on_state,
	.on_heartbeat = hs_signage_on_heartbeat,
	.not_ready = signage_not_ready,
	.metrics = signage_metrics,
	.status = signage_status,
	.close = signage_close,
};
