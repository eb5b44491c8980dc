/* output.c: see output.h. */
#include "adapters/broadcaster/output.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/broadcaster/playout.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define STATE_ARENA_BYTES (64u << 20)
#define STATE_TEXT_BYTES  (8u << 20)
#define REFRESH_PAUSE_MS  5000

struct hs_output {
	struct hs_playout *playout;
	char *out_dir;
	struct hs_output_state (*state)(void *owner, enum hs_adapter_lane lane);
	void *owner;
	uv_timer_t timer; /* the next try of a refresh that failed */
	bool again[HS_LANE_COUNT];
	struct hs_canary_folder canaries[HS_LANE_COUNT];
};

/* One notice on its way to the disk. */
struct notice_files {
	struct hs_adapter_delivery delivery;
	struct hs_output *output;
	struct hs_playout_job *under_way;
	enum hs_adapter_lane lane;
	char order_key[48];
	struct hs_playout_job
		*files; /* what every attempt writes: a job that is never added itself */
	char prefectures[HS_PREFECTURES_MAX][HS_PREFECTURE_SIZE];
	size_t prefecture_count;
};

/* ---- current.json, current.txt ---- */

static char *
current_json(const struct hs_output_state *state, enum hs_adapter_lane lane, json_t *in_force,
	const char *prefecture)
{
	char stamp[HS_RFC3339_SIZE];
	hs_rfc3339_format(hs_clock_unix_us(), 540, stamp);
	json_t *record = json_pack("{s:s,s:s,s:s,s:I,s:s,s:s,s:s,s:s,s:o}", "type", "state", "mode",
		hs_lane_name(lane), "epoch", state->epoch, "seq", (json_int_t)state->seq,
		"prefecture", prefecture, "status", state->current ? "current" : "stale", "mark",
		hs_mode_mark(hs_lane_mode(lane), "ja"), "as_of", stamp, "in_force", in_force);
	char *text = record != NULL ? json_dumps(record, JSON_INDENT(1)) : NULL;
	json_decref(record);
	return text;
}

static bool
job_add_current(struct hs_playout_job *job, const struct hs_output_state *state,
	enum hs_adapter_lane lane, const char *prefecture)
{
	char path[HS_PLAYOUT_PATH];
	struct hs_buf text;
	struct hs_arena *arena = hs_arena_create(STATE_ARENA_BYTES);
	if (arena == NULL)
		return false;
	hs_buf_init(&text, STATE_TEXT_BYTES);
	json_t *in_force = hs_broadcast_in_force(arena, state->list, prefecture);
	char *json = in_force != NULL ? current_json(state, lane, in_force, prefecture) : NULL;
	enum hs_err err = hs_broadcast_in_force_text(
		arena, state->list, prefecture, hs_lane_mode(lane), &text);
	bool good = json != NULL && err == HS_OK;
	snprintf(path, sizeof(path), "%s/%s/current.json", hs_lane_name(lane), prefecture);
	good = good && hs_playout_job_add(job, path, json);
	snprintf(path, sizeof(path), "%s/%s/current.txt", hs_lane_name(lane), prefecture);
	good = good && hs_playout_job_add(job, path, hs_buf_text(&text));
	free(json);
	hs_buf_free(&text);
	hs_arena_destroy(arena);
	return good;
}

static void on_timer(uv_timer_t *timer);

struct refresh {
	struct hs_playout_job *job;
	struct hs_output_state state;
	enum hs_adapter_lane lane;
	bool done[HS_PREFECTURES_MAX];
	bool failed;
};

static void
refresh_prefecture(void *owner, const char *prefecture)
{
	struct refresh *refresh = owner;
	size_t index = (size_t)(prefecture[0] - '0') * 10 + (size_t)(prefecture[1] - '0');
	if (refresh->done[index])
		return;
	refresh->done[index] = true;
	if (!job_add_current(refresh->job, &refresh->state, refresh->lane, prefecture))
		refresh->failed = true;
}

static void
refresh_again(struct hs_output *output, enum hs_adapter_lane lane)
{
	output->again[lane] = true;
	if (!uv_is_active((uv_handle_t *)&output->timer))
		uv_timer_start(&output->timer, on_timer, REFRESH_PAUSE_MS, 0);
}

static void
refreshed(struct hs_output *output, enum hs_adapter_lane lane, enum hs_err err, const char *why)
{
	if (err == HS_OK)
		return;
	hs_error("broadcaster.current_not_written", "lane=%s reason=\"%s\"", hs_lane_name(lane),
		why);
	refresh_again(output, lane);
}

static void
refreshed_live(void *owner, enum hs_err err, const char *why)
{
	refreshed(owner, HS_LANE_LIVE, err, why);
}

static void
refreshed_drill(void *owner, enum hs_err err, const char *why)
{
	refreshed(owner, HS_LANE_DRILL, err, why);
}

void
hs_output_refresh(struct hs_output *output, enum hs_adapter_lane lane)
{
	struct refresh refresh = { .lane = lane, .state = output->state(output->owner, lane) };
	if (!refresh.state.known)
		return;
	refresh.job = hs_playout_job_create(
		lane == HS_LANE_LIVE ? refreshed_live : refreshed_drill, output);
	if (refresh.job == NULL) {
		refresh_again(output, lane);
		return;
	}
	for (size_t i = 0; i < refresh.state.list->count; i++) {
		char prefecture[HS_PREFECTURE_SIZE];
		hs_prefecture_of(refresh.state.list->rows[i].area_code, prefecture);
		refresh_prefecture(&refresh, prefecture);
	}
	hs_playout_each_folder(output->out_dir, hs_lane_name(lane), refresh_prefecture, &refresh);
	if (refresh.failed) {
		hs_playout_job_destroy(refresh.job);
		refresh_again(output, lane);
		return;
	}
	hs_playout_add(output->playout, refresh.job);
}

static void
on_timer(uv_timer_t *timer)
{
	struct hs_output *output = HS_CONTAINER_OF(timer, struct hs_output, timer);
	for (int i = 0; i < HS_LANE_COUNT; i++) {
		if (!output->again[i])
			continue;
		output->again[i] = false;
		hs_output_refresh(output, (enum hs_adapter_lane)i);
	}
}

/* ---- one notice ---- */

static struct notice_files *
files_of(struct hs_adapter_delivery *delivery)
{
	return HS_CONTAINER_OF(delivery, struct notice_files, delivery);
}

static void
attempt_over(void *owner, enum hs_err err, const char *why)
{
	struct notice_files *own = owner;
	own->under_way = NULL;
	if (err == HS_OK) {
		hs_adapter_attempt_done(&own->delivery, HS_ATTEMPT_ACCEPTED, why);
		return;
	}
	/* Told at once, not only when the deadline is past: somebody can make room on the disk. */
	char detail[224];
	snprintf(detail, sizeof(detail), "%s; trying again", why);
	hs_adapter_receipt(own->delivery.item, "playout", HS_RECEIPT(FAILED), detail);
	hs_adapter_attempt_done(&own->delivery, HS_ATTEMPT_RETRY, why);
}

static void
attempt(struct hs_adapter_delivery *delivery)
{
	struct notice_files *own = files_of(delivery);
	struct hs_output *output = own->output;
	struct hs_output_state state = output->state(output->owner, own->lane);
	struct hs_playout_job *job = hs_playout_job_create(attempt_over, own);
	bool good = job != NULL;
	for (size_t i = 0; good && i < own->files->count; i++)
		good = hs_playout_job_add(
			job, own->files->files[i].path, own->files->files[i].bytes);
	for (size_t i = 0; good && state.known && i < own->prefecture_count; i++)
		good = job_add_current(job, &state, own->lane, own->prefectures[i]);
	if (!good) {
		hs_playout_job_destroy(job);
		hs_adapter_attempt_done(delivery, HS_ATTEMPT_RETRY, "out of memory");
		return;
	}
	own->under_way = job;
	hs_playout_add(output->playout, job);
}

/* The worker may still be writing: the job goes on alone and tells nobody. */
static void
attempt_abort(struct hs_adapter_delivery *delivery)
{
	struct notice_files *own = files_of(delivery);
	if (own->under_way != NULL)
		own->under_way->done = NULL;
	own->under_way = NULL;
}

static void
delivery_ended(struct hs_adapter_delivery *delivery)
{
	struct notice_files *own = files_of(delivery);
	attempt_abort(delivery);
	hs_playout_job_destroy(own->files);
	free(own);
}

static bool
files_of_item(struct notice_files *own, uint64_t seq, const struct hs_broadcast_item *item)
{
	char path[HS_PLAYOUT_PATH];
	struct hs_buf lines;
	const char *lane = hs_lane_name(own->lane);
	char *json = json_dumps(item->record, JSON_INDENT(1));
	hs_buf_init(&lines, STATE_TEXT_BYTES);
	for (size_t i = 0; i < item->crawl_count; i++)
		hs_buf_printf(&lines, "%s\n", item->crawl[i]);
	snprintf(path, sizeof(path), "%s/%s/%llu.json", lane, item->prefecture,
		(unsigned long long)seq);
	bool good = json != NULL && !lines.failed && hs_playout_job_add(own->files, path, json);
	snprintf(path, sizeof(path), "%s/%s/%llu.txt", lane, item->prefecture,
		(unsigned long long)seq);
	good = good && hs_playout_job_add(own->files, path, hs_buf_text(&lines));
	memcpy(own->prefectures[own->prefecture_count++], item->prefecture, HS_PREFECTURE_SIZE);
	free(json);
	hs_buf_free(&lines);
	return good;
}

void
hs_output_notice(struct hs_output *output, struct hs_adapter_item *item,
	const struct hs_broadcast_item *items, size_t count)
{
	struct notice_files *own = calloc(1, sizeof(*own));
	bool good = own != NULL;
	if (good) {
		own->output = output;
		own->lane = item->lane;
		own->files = hs_playout_job_create(NULL, NULL);
		good = own->files != NULL;
	}
	for (size_t i = 0; good && i < count && i < HS_PREFECTURES_MAX; i++)
		good = files_of_item(own, item->seq, &items[i]);
	if (!good) {
		if (own != NULL)
			hs_playout_job_destroy(own->files);
		free(own);
		hs_adapter_receipt(item, "playout", HS_RECEIPT(FAILED), "out of memory");
		return;
	}
	/* A key of its own: every revision has its file, none replaces a waiting one. */
	snprintf(own->order_key, sizeof(own->order_key), "playout/%llu",
		(unsigned long long)item->seq);
	own->delivery.outlet = "playout";
	own->delivery.order_key = own->order_key;
	own->delivery.canary = &output->canaries[own->lane].canary;
	own->delivery.attempt = attempt;
	own->delivery.abort = attempt_abort;
	own->delivery.ended = delivery_ended;
	hs_adapter_deliver(item, &own->delivery);
}

void
hs_output_show(struct hs_adapter_item *item, const struct hs_broadcast_item *items, size_t count)
{
	struct notice_files *own = calloc(1, sizeof(*own));
	bool good = own != NULL;
	if (good) {
		own->lane = item->lane;
		own->files = hs_playout_job_create(NULL, NULL);
		good = own->files != NULL;
	}
	for (size_t i = 0; good && i < count && i < HS_PREFECTURES_MAX; i++)
		good = files_of_item(own, item->seq, &items[i]);
	for (size_t i = 0; good && i < own->files->count; i++)
		hs_adapter_show(
			item, "playout", own->files->files[i].path, own->files->files[i].bytes);
	if (own != NULL)
		hs_playout_job_destroy(own->files);
	free(own);
}

/* ---- life ---- */

struct hs_output *
hs_output_create(uv_loop_t *loop, const char *out_dir,
	struct hs_output_state (*state)(void *owner, enum hs_adapter_lane lane), void *owner)
{
	struct hs_output *output = calloc(1, sizeof(*output));
	if (output == NULL)
		return NULL;
	output->state = state;
	output->owner = owner;
	output->out_dir = strdup(out_dir);
	output->playout = hs_playout_create(loop, out_dir);
	if (output->out_dir == NULL || output->playout == NULL) {
		free(output->out_dir);
		hs_playout_destroy(output->playout);
		free(output);
		return NULL;
	}
	uv_timer_init(loop, &output->timer);
	return output;
}

void
hs_output_prove(struct hs_output *output, struct hs_adapter *adapter, enum hs_adapter_lane lane)
{
	struct hs_canary_folder *own = &output->canaries[lane];

	*own = (struct hs_canary_folder){
		.canary = { .outlet = "playout", .lane = (int)lane },
		.dir = output->out_dir,
		.prove = hs_playout_prove,
	};
	hs_canary_folder_add(adapter, own);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	struct hs_output *output = HS_CONTAINER_OF((uv_timer_t *)handle, struct hs_output, timer);
	free(output->out_dir);
	free(output);
}

void
hs_output_destroy(struct hs_output *output)
{
	if (output == NULL)
		return;
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_canary_folder_close(&output->canaries[i]);
	hs_playout_destroy(output->playout);
	uv_close((uv_handle_t *)&output->timer, on_timer_closed);
}
