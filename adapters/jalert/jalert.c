#include "adapters/jalert/jalert.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/jalert/controller.h"
#include "adapters/jalert/jalert_canary.h"
#include "adapters/jalert/jalert_encode.h"
#include "adapters/jalert/plan_file.h"
#include "adapters/jalert/playing.h"
#include "adapters/runtime/standing.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define PLAN_ARENA_BYTES  (64u << 20)
#define KEY_MAX_BYTES	  1024u
#define REASON_LIVE	  "a live announcement has the loudspeakers"
/* After its planned end an item counts as over even when the controller never said so. */
#define PLAYING_MARGIN_US (30 * HS_US_PER_S)

struct jalert {
	struct hs_adapter *adapter;
	const struct hs_jalert_settings *settings;
	struct hs_readings *readings;
	struct hs_controller *controller; /* NULL = none configured */
	struct play *plays;		  /* on their way to the controller */
	struct hs_playing_list playing;
	struct hs_standing standing[HS_LANE_COUNT];
	struct hs_jalert_canary canary;
	uint64_t plans, plan_failures, stops;
};

/* One plan on its way to the controller. */
struct play {
	struct hs_adapter_delivery delivery;
	struct jalert *jalert;
	struct play *next;
	char id[64];
	struct hs_buf key; /* of the document: its revisions go in order, a newer one replaces */
	char *request;
	int64_t duration_ms;
	bool sent;
};

static struct play *
play_find(struct jalert *jalert, const char *id)
{
	struct play *play = jalert->plays;
	while (play && strcmp(play->id, id) != 0)
		play = play->next;
	return play;
}

static bool
live_is_on(const struct jalert *jalert)
{
	for (const struct play *play = jalert->plays; play; play = play->next)
		if (play->delivery.item->lane == HS_LANE_LIVE)
			return true;
	return hs_playing_any(&jalert->playing, HS_LANE_LIVE, hs_clock_mono_us());
}

/* ---- one play ---- */

static void
play_attempt(struct hs_adapter_delivery *delivery)
{
	struct play *play = HS_CONTAINER_OF(delivery, struct play, delivery);
	struct jalert *jalert = play->jalert;
	if (delivery->item->lane == HS_LANE_DRILL && live_is_on(jalert)) {
		hs_adapter_attempt_done(delivery, HS_ATTEMPT_RETRY, REASON_LIVE);
		return;
	}
	if (hs_controller_send(jalert->controller, play->request) == HS_OK)
		play->sent = true;
	else
		hs_adapter_attempt_done(
			delivery, HS_ATTEMPT_RETRY, "the controller is not connected");
}

/* There is nothing to call back; a late answer finds no play and is handled as such. */
static void
play_abort(struct hs_adapter_delivery *delivery)
{
	(void)delivery;
}

static void
play_ended(struct hs_adapter_delivery *delivery)
{
	struct play *play = HS_CONTAINER_OF(delivery, struct play, delivery);
	struct play **at = &play->jalert->plays;
	while (*at != play)
		at = &(*at)->next;
	*at = play->next;
	hs_buf_free(&play->key);
	free(play->request);
	free(play);
}

static void
play_accepted(struct jalert *jalert, struct play *play)
{
	const struct hs_adapter_item *item = play->delivery.item;
	struct hs_playing playing = {
		.lane = item->lane,
		.seq = item->seq,
		.until_mono_us = hs_clock_mono_us() + play->duration_ms * 1000 + PLAYING_MARGIN_US,
	};
	snprintf(playing.id, sizeof(playing.id), "%s", play->id);
	snprintf(playing.epoch, sizeof(playing.epoch), "%s", item->epoch);
	hs_playing_add(&jalert->playing, &playing);
}

/* ---- the controller ---- */

static void
controller_stop(struct jalert *jalert, const char *id)
{
	char request[256];
	snprintf(request, sizeof(request), "{\"type\":\"stop\",\"id\":\"%s\",\"reason\":\"%s\"}",
		id, REASON_LIVE);
	jalert->stops++;
	hs_info("jalert.drill_stopped", "id=%s", id);
	if (hs_controller_send(jalert->controller, request) != HS_OK)
		hs_warn("jalert.stop_not_sent", "id=%s", id);
}

/* Before a live plan goes out: what is a drill is silenced. */
static void
drills_stop(struct jalert *jalert)
{
	if (!jalert->controller)
		return;
	for (size_t i = 0; i < HS_PLAYING_MAX; i++) {
		struct hs_playing *playing = &jalert->playing.items[i];
		if (playing->id[0] != '\0' && playing->lane == HS_LANE_DRILL)
			controller_stop(jalert, playing->id);
	}
	for (struct play *play = jalert->plays; play; play = play->next)
		if (play->sent && play->delivery.item->lane == HS_LANE_DRILL)
			controller_stop(jalert, play->id);
}

static void
playing_answer(struct jalert *jalert, const struct hs_controller_answer *answer)
{
	struct hs_playing *playing = hs_playing_find(&jalert->playing, answer->id);
	if (!playing) {
		hs_info("jalert.answer_for_nobody", "id=%s state=%s", answer->id, answer->state);
		return;
	}
	bool finished = strcmp(answer->state, "finished") == 0;
	if (!finished && strcmp(answer->state, "failed") != 0)
		return;
	char detail[160];
	snprintf(detail, sizeof(detail), "%s%s%s", finished ? "played" : "not played",
		answer->detail[0] ? ": " : "", answer->detail);
	hs_adapter_report(jalert->adapter, playing->lane, playing->epoch, playing->seq,
		"controller", finished ? HS_RECEIPT(DISPLAYED) : HS_RECEIPT(FAILED), detail);
	hs_playing_end(playing);
}

static void
on_answer(void *owner, const struct hs_controller_answer *answer)
{
	static const struct {
		const char *state;
		enum hs_attempt_result result;
		const char *detail;
	} rows[] = {
		{ "accepted", HS_ATTEMPT_ACCEPTED, "accepted by the controller" },
		{ "started", HS_ATTEMPT_ACCEPTED, "started" },
		{ "finished", HS_ATTEMPT_DISPLAYED, "played" },
		{ "failed", HS_ATTEMPT_FAILED, "" },
	};
	struct jalert *jalert = owner;
	if (hs_jalert_canary_answer(&jalert->canary, answer))
		return;
	struct play *play = play_find(jalert, answer->id);
	if (!play || !play->delivery.under_way) {
		playing_answer(jalert, answer);
		return;
	}
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (strcmp(rows[i].state, answer->state) != 0)
			continue;
		if (rows[i].result == HS_ATTEMPT_ACCEPTED)
			play_accepted(jalert, play);
		hs_adapter_attempt_done(&play->delivery, rows[i].result,
			answer->detail[0] ? answer->detail : rows[i].detail);
		return;
	}
	hs_warn("jalert.answer_unknown", "id=%s state=%s", answer->id, answer->state);
}

static const struct hs_controller_ops controller_ops = { on_answer };

/* ---- a notice ---- */

static void
controller_send_plan(struct jalert *jalert, struct hs_adapter_item *item,
	const struct hs_plan *plan, const char *json)
{
	struct play *play = calloc(1, sizeof(*play));
	struct hs_buf request;
	hs_buf_init(&request, HS_FRAME_MAX_BYTES);
	hs_buf_printf(&request, "{\"type\":\"play\",\"id\":\"%s\",\"plan\":", plan->id);
	hs_buf_puts(&request, json);
	hs_buf_puts(&request, "}");
	if (play && !request.failed)
		play->request = strdup(hs_buf_text(&request));
	if (play)
		hs_buf_init(&play->key, KEY_MAX_BYTES);
	bool has_key = play && hs_document_key(item->notice, &play->key);
	hs_buf_free(&request);
	if (!play || !play->request) {
		free(play);
		hs_adapter_receipt(item, "controller", HS_RECEIPT(FAILED), "out of memory");
		return;
	}
	play->jalert = jalert;
	play->duration_ms = plan->duration_ms;
	snprintf(play->id, sizeof(play->id), "%s", plan->id);
	play->delivery = (struct hs_adapter_delivery){
		.outlet = "controller",
		.order_key = has_key ? hs_buf_text(&play->key) : NULL,
		.canary = &jalert->canary.canary,
		.attempt = play_attempt,
		.abort = play_abort,
		.ended = play_ended,
		.output = play->request,
		.output_is = "play",
	};
	play->delivery.item = item; /* live_is_on looks at it before the runtime sets it */
	play->next = jalert->plays;
	jalert->plays = play;
	hs_adapter_deliver(item, &play->delivery);
}

static bool
is_served(const struct jalert *jalert, const struct hs_municipal *municipal)
{
	const struct hs_config_texts *areas = &jalert->settings->areas;
	for (size_t i = 0; i < areas->count; i++)
		if (hs_area_within(municipal->code, areas->items[i]))
			return true;
	return areas->count == 0;
}

static struct hs_plan_options
options_of(const struct jalert *jalert)
{
	const struct hs_jalert_settings *settings = jalert->settings;
	return (struct hs_plan_options){
		.sirens = settings->sirens.items,
		.siren_count = settings->sirens.count,
		.drill_siren = settings->drill_siren,
		.repeats = settings->repeats,
		.gap_ms = settings->gap_ms,
		.mora_ms = settings->mora_ms,
		.live_volume = settings->live_volume,
		.drill_volume = settings->drill_volume,
		.readings = jalert->readings,
	};
}

/* The plan for the municipalities that are served here; none: announcement_count stays 0. */
static enum hs_err
plan_make(struct jalert *jalert, struct hs_arena *arena, const struct hs_adapter_item *item,
	struct hs_plan *plan)
{
	const struct hs_adapter_settings *common = &jalert->settings->common;
	struct hs_plan_options options = options_of(jalert);
	struct hs_municipal *municipals;
	size_t count;
	*plan = (struct hs_plan){
		.notice = item->notice,
		.lane = item->lane,
		.epoch = item->epoch,
		.seq = item->seq,
		.expires_unix_us = hs_expiry_unix_us(item->notice, item->received_unix_us,
			common->max_age_ms, common->max_age_end_ms),
	};
	snprintf(plan->id, sizeof(plan->id), "%s-%s-%llu", hs_lane_name(item->lane), item->epoch8,
		(unsigned long long)item->seq);
	enum hs_err err = hs_standing_split(
		&jalert->standing[item->lane], arena, item, false, &municipals, &count);
	for (size_t i = 0; err == HS_OK && i < count; i++) {
		uint32_t loudness = hs_municipal_loudness(&municipals[i]);
		if (is_served(jalert, &municipals[i]) &&
			(loudness == 0 || loudness >= jalert->settings->level_min))
			err = hs_plan_announce(arena, plan, &municipals[i], &options);
	}
	return err;
}

static void
plan_send(struct jalert *jalert, struct hs_adapter_item *item, const struct hs_plan *plan)
{
	const struct hs_jalert_settings *settings = jalert->settings;
	char *json = hs_plan_json(plan);
	char name[80];
	if (!json) {
		hs_adapter_receipt(item, "", HS_RECEIPT(FAILED), "out of memory");
		return;
	}
	if (item->lane == HS_LANE_LIVE)
		drills_stop(jalert);
	/* The loudspeakers first: the file is for the record. */
	if (settings->controller_url[0] != '\0')
		controller_send_plan(jalert, item, plan, json);
	snprintf(name, sizeof(name), "%s.json", plan->id);
	if (settings->plan_dir[0] != '\0' && hs_adapter_is_dry(jalert->adapter)) {
		hs_adapter_show(item, "plan_dir", name, json);
	} else if (settings->plan_dir[0] != '\0') {
		bool ok = hs_plan_file_write(settings->plan_dir, name, json) == HS_OK;
		hs_adapter_receipt(item, "plan_dir", ok ? HS_RECEIPT(ACCEPTED) : HS_RECEIPT(FAILED),
			ok ? name : "the plan could not be written; see the log");
	}
	free(json);
}

static void
on_notice(void *state, struct hs_adapter_item *item)
{
	struct jalert *jalert = state;
	struct hs_plan plan;
	hs_standing_apply(&jalert->standing[item->lane], item);
	struct hs_arena *arena = hs_arena_create(PLAN_ARENA_BYTES);
	enum hs_err err = HS_ERR_NOMEM;
	if (item->notice->detail_case != HANSHO__V1__NOTICE__DETAIL_EVACUATION) {
		hs_adapter_receipt(item, "", HS_RECEIPT(FILTERED),
			"only evacuation orders are announced here");
	} else if (item->notice->silent) {
		hs_adapter_receipt(item, "", HS_RECEIPT(FILTERED), HS_SILENT_REASON);
	} else {
		err = arena ? plan_make(jalert, arena, item, &plan) : HS_ERR_NOMEM;
		if (err == HS_OK && plan.announcement_count == 0) {
			hs_adapter_receipt(item, "", HS_RECEIPT(FILTERED),
				"no municipality served here, or below level_min");
		} else if (err == HS_OK) {
			jalert->plans++;
			plan_send(jalert, item, &plan);
		} else {
			jalert->plan_failures++;
			hs_adapter_receipt(item, "", HS_RECEIPT(FAILED), hs_err_text(err));
		}
	}
	hs_arena_destroy(arena);
	hs_adapter_done(item);
}

/* ---- life ---- */

static void
on_snapshot(void *state, const struct hs_adapter_snapshot *snapshot)
{
	struct jalert *jalert = state;
	hs_standing_load(&jalert->standing[snapshot->lane], snapshot);
}

static void
jalert_close(void *state)
{
	struct jalert *jalert = state;
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_standing_free(&jalert->standing[i]);
	hs_jalert_canary_close(&jalert->canary);
	hs_controller_close(jalert->controller);
	hs_readings_destroy(jalert->readings);
	free(jalert);
}

static enum hs_err
readings_load(struct jalert *jalert)
{
	const char *path = jalert->settings->readings;
	size_t line = 0;
	jalert->readings = hs_readings_create();
	if (!jalert->readings)
		return HS_ERR_NOMEM;
	if (path[0] == '\0')
		return HS_OK;
	enum hs_err err = hs_readings_add_file(jalert->readings, path, &line);
	if (err != HS_OK)
		hs_error("jalert.readings_wrong", "path=%s line=%zu err=%s", path, line,
			hs_err_name(err));
	return err;
}

static enum hs_err
jalert_open(struct hs_adapter *adapter, const void *settings, void **state)
{
	struct jalert *jalert = calloc(1, sizeof(*jalert));
	if (!jalert)
		return HS_ERR_NOMEM;
	jalert->adapter = adapter;
	jalert->settings = settings;
	enum hs_err err = readings_load(jalert);
	if (err == HS_OK && jalert->settings->controller_url[0] != '\0')
		err = hs_controller_open(hs_adapter_loop(adapter), jalert->settings->controller_url,
			&controller_ops, jalert, &jalert->controller);
	if (err != HS_OK) {
		jalert_close(jalert);
		return err;
	}
	struct hs_plan_options options = options_of(jalert);
	hs_jalert_canary_add(
		&jalert->canary, adapter, jalert->controller, jalert->settings->plan_dir, &options);
	*state = jalert;
	return HS_OK;
}

/* What on_notice needs: no controller, no canary. */
static enum hs_err
jalert_open_dry(struct hs_adapter *adapter, const void *settings, void **state)
{
	struct jalert *jalert = calloc(1, sizeof(*jalert));
	if (!jalert)
		return HS_ERR_NOMEM;
	jalert->adapter = adapter;
	jalert->settings = settings;
	enum hs_err err = readings_load(jalert);
	*state = jalert;
	if (err != HS_OK)
		jalert_close(jalert);
	return err;
}

static const char *
not_ready(void *state)
{
	struct jalert *jalert = state;
	if (jalert->controller && !hs_controller_is_up(jalert->controller))
		return "the controller is not connected";
	if (!jalert->controller && jalert->settings->plan_dir[0] == '\0')
		return "neither controller_url nor plan_dir is configured";
	return "";
}

static void
metrics(void *state, struct hs_buf *out)
{
	struct jalert *jalert = state;
	bool up = jalert->controller && hs_controller_is_up(jalert->controller);
	hs_buf_printf(out,
		"hansho_jalert_controller_up %d\nhansho_jalert_plans_total %llu\n"
		"hansho_jalert_plan_failures_total %llu\nhansho_jalert_drills_stopped_total %llu\n",
		up, (unsigned long long)jalert->plans, (unsigned long long)jalert->plan_failures,
		(unsigned long long)jalert->stops);
}

static void
status(void *state, struct hs_buf *out)
{
	struct jalert *jalert = state;
	bool up = jalert->controller && hs_controller_is_up(jalert->controller);
	hs_buf_printf(out, "\"controller_up\":%s,\"plans\":%llu", up ? "true" : "false",
		(unsigned long long)jalert->plans);
}

const struct hs_adapter_ops hs_jalert_ops = {
	.name = "jalert",
	.settings = &hs_jalert_record,
	.look = hs_jalert_look,
	.rings = true,
	.snapshot = true,
	.open = jalert_open,
	.open_dry = jalert_open_dry,
	.close_dry = jalert_close,
	.on_notice = on_notice,
	.on_snapshot = on_snapshot,
	.not_ready = not_ready,
	.metrics = metrics,
	.status = status,
	.close = jalert_close,
};
