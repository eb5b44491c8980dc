#include "adapters/jalert/jalert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/jalert/jalert_canary.h"
#include "adapters/jalert/jalert_encode.h"
#include "adapters/jalert/news.h"
#include "adapters/jalert/plan_file.h"
#include "adapters/jalert/plays.h"
#include "adapters/runtime/standing.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define PLAN_ARENA_BYTES (64u << 20)

struct jalert {
	struct hs_adapter *adapter;
	const struct hs_jalert_settings *settings;
	struct hs_readings *readings;
	struct hs_phrases *phrases;
	struct hs_plan_options options;
	struct hs_plays *plays; /* NULL = no controller configured */
	struct hs_audio *audio; /* NULL = none */
	struct hs_standing standing[HS_LANE_COUNT];
	struct hs_heard *heard[HS_LANE_COUNT];
	struct hs_jalert_canary canary;
	struct hs_start start[HS_LANE_COUNT];
	uint64_t planned, plan_failures;
};

/* What becomes of one notice. */
struct work {
	struct jalert *jalert;
	struct hs_adapter_item *item;
	struct hs_arena *arena;
	struct hs_plan plan;
	struct hs_news news;
	const char *why_not; /* the plan is empty */
};

/* ---- what others tell ---- */

static void
up(void *owner)
{
	struct jalert *jalert = owner;
	hs_canary_now(&jalert->canary.canary);
}

static bool
on_other(void *owner, const struct hs_controller_answer *answer)
{
	struct jalert *jalert = owner;
	return hs_jalert_canary_answer(&jalert->canary, answer);
}

static void
unheard(void *owner, enum hs_adapter_lane lane, uint64_t seq)
{
	struct jalert *jalert = owner;
	hs_heard_forget(jalert->heard[lane], seq);
}

static void
dropped(void *owner, const char *id)
{
	struct jalert *jalert = owner;
	if (jalert->audio)
		hs_audio_drop(jalert->audio, id);
}

/* ---- a plan ---- */

static bool
is_served(const struct jalert *jalert, const struct hs_municipal *municipal)
{
	const struct hs_config_texts *areas = &jalert->settings->areas;
	for (size_t i = 0; i < areas->count; i++)
		if (hs_area_within(municipal->code, areas->items[i]))
			return true;
	return areas->count == 0;
}

/* An evacuation order, for the municipalities that are served here. */
static enum hs_err
plan_order(struct work *work)
{
	const struct jalert *jalert = work->jalert;
	struct hs_municipal *municipals;
	size_t count;
	work->why_not = "no municipality served here, or below level_min";
	enum hs_err err = hs_standing_split(&jalert->standing[work->item->lane], work->arena,
		work->item, false, &municipals, &count);
	for (size_t i = 0; err == HS_OK && i < count; i++) {
		uint32_t loudness = hs_municipal_loudness(&municipals[i]);
		if (is_served(jalert, &municipals[i]) &&
			(loudness == 0 || loudness >= jalert->settings->level_min))
			err = hs_plan_announce(
				work->arena, &work->plan, &municipals[i], &jalert->options);
	}
	return err;
}

static struct hs_news_setup
news_setup(struct jalert *jalert, enum hs_adapter_lane lane)
{
	return (struct hs_news_setup){ jalert->heard[lane], &jalert->settings->areas,
		&jalert->settings->auto_start, &jalert->start[lane],
		jalert->plays ? HS_PLAYS_OUTLET : NULL };
}

static void
was_told(void *owner, enum hs_adapter_lane lane, uint64_t seq, const hs_notice *notice)
{
	const struct hs_news_setup setup = news_setup(owner, lane);
	hs_news_was_told(&setup, seq, notice);
}

static const struct hs_plays_ops plays_ops = { up, on_other, unheard, was_told, dropped };

static enum hs_err
plan_alerts(struct work *work)
{
	enum hs_err err = HS_OK;
	work->why_not = work->news.why_not;
	for (size_t i = 0; err == HS_OK && i < work->news.said.count; i++)
		err = hs_plan_alert(work->arena, &work->plan, &work->news.said.items[i],
			&work->jalert->options);
	return err;
}

static enum hs_err
plan_make(struct work *work)
{
	const struct hs_adapter_item *item = work->item;
	const struct hs_adapter_settings *common = &work->jalert->settings->common;
	work->plan = (struct hs_plan){
		.notice = item->notice,
		.lane = item->lane,
		.epoch = item->epoch,
		.seq = item->seq,
		.expires_unix_us = hs_expiry_unix_us(item->notice, item->received_unix_us,
			common->max_age_ms, common->max_age_end_ms),
	};
	hs_plan_id(work->plan.id, item->lane, item->epoch, item->seq);
	const struct hs_news_setup setup = news_setup(work->jalert, item->lane);
	enum hs_err err = hs_news_of(&setup, work->arena, item->notice, item->seq, &work->news);
	if (err == HS_OK && work->jalert->plays && item->notice->action == HS_ACTION(CANCEL)) {
		hs_plays_look(work->jalert->plays, item->lane, &work->news);
		err = hs_news_leave_out(work->arena, &work->news);
	}
	if (err != HS_OK)
		return err;
	return item->notice->kind == HS_KIND(EVACUATION) ? plan_order(work) : plan_alerts(work);
}

static void
plan_send(struct work *work)
{
	struct jalert *jalert = work->jalert;
	struct hs_adapter_item *item = work->item;
	const struct hs_plan *plan = &work->plan;
	const struct hs_jalert_settings *settings = jalert->settings;
	char *json = hs_plan_json(plan);
	char name[80];
	if (!json) {
		hs_adapter_receipt(item, "", HS_RECEIPT(FAILED), "out of memory");
		return;
	}
	/* Before it goes out: an answer may say at once that nobody heard it. */
	const struct hs_news_setup setup = news_setup(jalert, item->lane);
	hs_news_take(&setup, item->seq, &work->news);
	/* The loudspeakers first: sound is made beside the loop, and the file is for the record. */
	if (jalert->plays)
		hs_plays_send(jalert->plays, item, plan, json, &work->news, &jalert->canary.canary);
	if (jalert->audio)
		hs_audio_plan(jalert->audio, item, plan);
	else if (settings->audio.dir[0] != '\0')
		hs_audio_show(&settings->audio, item, plan); /* explain.h: nothing is opened */
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

/* Late is worse than none: the ground has shaken already. Its cancel may come later than that. */
static bool
is_too_late(const struct jalert *jalert, struct hs_adapter_item *item)
{
	const hs_notice *notice = item->notice;
	const hs_times *times = notice->times;
	const hs_time *issued = times && times->reported ? times->reported
				: times			 ? times->sent
							 : NULL;
	if (notice->kind != HS_KIND(EEW) || notice->action == HS_ACTION(CANCEL) || !issued)
		return false;
	int64_t end_unix_us = issued->unix_us + jalert->settings->instant_max_age_ms * 1000;
	hs_adapter_hurry(item, end_unix_us);
	return end_unix_us <= item->received_unix_us;
}

static void
announce(struct jalert *jalert, struct hs_adapter_item *item)
{
	struct work work = {
		.jalert = jalert, .item = item, .arena = hs_arena_create(PLAN_ARENA_BYTES)
	};
	enum hs_err err = work.arena ? plan_make(&work) : HS_ERR_NOMEM;
	if (err != HS_OK) {
		jalert->plan_failures++;
		hs_adapter_receipt(item, "", HS_RECEIPT(FAILED), hs_err_text(err));
	} else if (work.plan.announcement_count == 0) {
		hs_adapter_receipt(item, "", HS_RECEIPT(FILTERED), work.why_not);
		if (jalert->plays && item->notice->action == HS_ACTION(CANCEL))
			hs_plays_take_back(jalert->plays, item->lane, &work.news);
	} else {
		jalert->planned++;
		plan_send(&work);
	}
	hs_arena_destroy(work.arena);
}

/* The process before this one may have sent it, and the answer may have come to nobody. */
static void
ask_before(struct jalert *jalert, const struct hs_adapter_item *item)
{
	if (jalert->plays)
		hs_plays_ask(jalert->plays, item->lane, item->epoch, item->seq, item->notice);
}

/* It says nothing here, and is in force all the same: what comes later rests on it. */
static void
on_refused(void *state, const struct hs_adapter_item *item)
{
	struct jalert *jalert = state;
	if ((int)item->notice->mode != hs_lane_mode(item->lane))
		return;
	hs_standing_apply(&jalert->standing[item->lane], item);
	/* Of one that another route told first the guess stands: it may be all that is left of what was heard. */
	const struct hs_news_setup setup = news_setup(jalert, item->lane);
	if (!hs_notice_has_flag(item->notice, HS_FLAG_SAME_EVENT))
		hs_news_comes(&setup, item->seq);
	if (item->expired)
		ask_before(jalert, item);
}

static void
on_notice(void *state, struct hs_adapter_item *item)
{
	struct jalert *jalert = state;
	const struct hs_news_setup setup = news_setup(jalert, item->lane);
	hs_standing_apply(&jalert->standing[item->lane], item);
	hs_news_comes(&setup, item->seq);
	if (is_too_late(jalert, item)) {
		hs_adapter_receipt(
			item, "", HS_RECEIPT(EXPIRED), "issued too long ago (instant_max_age_ms)");
		ask_before(jalert, item);
	} else if (hs_start_is_over(setup.start, item->seq)) {
		/* what was stopped at the controller would begin again */
		hs_adapter_receipt(item, "", HS_RECEIPT(FILTERED),
			"told before this start, and so was its end");
	} else {
		/* Known from the past only: this process never announced it. */
		hs_heard_forget(setup.heard, item->seq);
		if (item->notice->silent)
			hs_adapter_receipt(item, "", HS_RECEIPT(FILTERED), HS_SILENT_REASON);
		else
			announce(jalert, item);
	}
	hs_adapter_done(item);
}

/* ---- life ---- */

static void
on_snapshot(void *state, const struct hs_adapter_snapshot *snapshot)
{
	struct jalert *jalert = state;
	hs_standing_load(&jalert->standing[snapshot->lane], snapshot);
	const struct hs_news_setup setup = news_setup(jalert, snapshot->lane);
	hs_news_load(&setup, snapshot);
	if (jalert->plays)
		hs_plays_load(jalert->plays, snapshot);
}

static void
on_restart(void *state, enum hs_adapter_lane lane)
{
	struct jalert *jalert = state;
	hs_heard_restart(jalert->heard[lane]);
	memset(&jalert->start[lane], 0, sizeof(jalert->start[lane]));
	if (jalert->plays)
		hs_plays_restart(jalert->plays, lane);
}

static void
jalert_close(void *state)
{
	struct jalert *jalert = state;
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		hs_standing_free(&jalert->standing[i]);
		hs_heard_destroy(jalert->heard[i]);
	}
	hs_jalert_canary_close(&jalert->canary);
	hs_audio_close(jalert->audio);
	hs_plays_close(jalert->plays);
	hs_readings_destroy(jalert->readings);
	hs_phrases_destroy(jalert->phrases);
	free(jalert);
}

static enum hs_err
words_load(struct jalert *jalert)
{
	const char *path = jalert->settings->readings;
	size_t line = 0;
	jalert->readings = hs_readings_create();
	jalert->phrases = hs_phrases_create();
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		jalert->heard[i] = hs_heard_create();
	if (!jalert->readings || !jalert->phrases || !jalert->heard[HS_LANE_LIVE] ||
		!jalert->heard[HS_LANE_DRILL])
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
audio_open(struct jalert *jalert)
{
	const struct hs_jalert_settings *settings = jalert->settings;
	const struct hs_audio_setup setup = { .adapter = jalert->adapter,
		.settings = &settings->audio,
		.controller = jalert->plays ? hs_plays_controller(jalert->plays) : NULL,
		.options = &jalert->options,
		.areas = &settings->areas,
		.rules = settings->auto_start.items,
		.rule_count = settings->auto_start.count,
		.live = settings->common.live_url[0] != '\0',
		.drill = settings->common.drill && settings->common.drill_url[0] != '\0' };
	return settings->audio.dir[0] == '\0' ? HS_OK : hs_audio_open(&setup, &jalert->audio);
}

/* What on_notice needs: the words, what was heard, and the plays, which open nothing in an adapter that only explains. */
static enum hs_err
jalert_open_dry(struct hs_adapter *adapter, const void *settings, void **state)
{
	struct jalert *jalert = calloc(1, sizeof(*jalert));
	if (!jalert)
		return HS_ERR_NOMEM;
	jalert->adapter = adapter;
	jalert->settings = settings;
	enum hs_err err = words_load(jalert);
	jalert->options =
		hs_jalert_plan_options(jalert->settings, jalert->readings, jalert->phrases);
	if (err == HS_OK && jalert->settings->controller_url[0] != '\0')
		err = hs_plays_open(adapter, jalert->settings->controller_url, &plays_ops, jalert,
			&jalert->plays);
	*state = jalert;
	if (err != HS_OK)
		jalert_close(jalert);
	return err;
}

static enum hs_err
jalert_open(struct hs_adapter *adapter, const void *settings, void **state)
{
	enum hs_err err = jalert_open_dry(adapter, settings, state);
	if (err != HS_OK)
		return err;
	struct jalert *jalert = *state;
	err = audio_open(jalert);
	if (err != HS_OK) {
		jalert_close(jalert);
		return err;
	}
	hs_jalert_canary_add(&jalert->canary, adapter,
		jalert->plays ? hs_plays_controller(jalert->plays) : NULL,
		jalert->settings->plan_dir, &jalert->options);
	return HS_OK;
}

static bool
controller_is_up(const struct jalert *jalert)
{
	return jalert->plays && hs_controller_is_up(hs_plays_controller(jalert->plays));
}

static const char *
not_ready(void *state)
{
	struct jalert *jalert = state;
	if (jalert->plays && !controller_is_up(jalert))
		return "the controller is not connected";
	if (!jalert->plays && jalert->settings->plan_dir[0] == '\0' && !jalert->audio)
		return "none of controller_url, plan_dir and audio_dir is configured";
	return "";
}

static void
metrics(void *state, struct hs_buf *out)
{
	static const struct hs_plays_counts none = { 0 };
	struct jalert *jalert = state;
	const struct hs_plays_counts *counts =
		jalert->plays ? hs_plays_counts(jalert->plays) : &none;
	hs_buf_printf(out,
		"hansho_jalert_controller_up %d\nhansho_jalert_plans_total %llu\n"
		"hansho_jalert_plan_failures_total %llu\nhansho_jalert_drills_stopped_total %llu\n"
		"hansho_jalert_interrupted_total %llu\nhansho_jalert_resumed_total %llu\n"
		"hansho_jalert_replaced_total %llu\nhansho_jalert_taken_back_total %llu\n",
		controller_is_up(jalert), (unsigned long long)jalert->planned,
		(unsigned long long)jalert->plan_failures,
		(unsigned long long)counts->drills_stopped, (unsigned long long)counts->interrupted,
		(unsigned long long)counts->resumed, (unsigned long long)counts->replaced,
		(unsigned long long)counts->cancelled);
	if (jalert->audio)
		hs_audio_metrics(jalert->audio, out);
}

static void
status(void *state, struct hs_buf *out)
{
	struct jalert *jalert = state;
	hs_buf_printf(out, "\"controller_up\":%s,\"plans\":%llu",
		controller_is_up(jalert) ? "true" : "false", (unsigned long long)jalert->planned);
	if (jalert->audio)
		hs_audio_status(jalert->audio, out);
}

const struct hs_adapter_ops hs_jalert_ops = {
	.name = "jalert",
	.settings = &hs_jalert_record,
	.look = hs_jalert_look,
	.rings = true,
	.says_news = true,
	.snapshot = true,
	.past = true,
	.open = jalert_open,
	.open_dry = jalert_open_dry,
	.close_dry = jalert_close,
	.on_notice = on_notice,
	.on_refused = on_refused,
	.on_snapshot = on_snapshot,
	.on_restart = on_restart,
	.not_ready = not_ready,
	.metrics = metrics,
	.status = status,
	.close = jalert_close,
};
