/* output.c: see output.h. */
#include "adapters/broadcaster/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/broadcaster/acks.h"
#include "adapters/broadcaster/had.h"
#include "adapters/broadcaster/ordered.h"
#include "adapters/broadcaster/output_files.h"
#include "hub/base/check.h"
#include "hub/base/log.h"

#define REFRESH_PAUSE_MS 5000

struct hs_output {
	struct hs_output_options options;
	struct hs_playout *playout;
	struct hs_acks *acks;
	char *out_dir;
	uv_timer_t timer; /* the next try of a refresh that failed */
	bool again[HS_LANE_COUNT];
	struct notice_files *notices; /* that are not over */
	struct hs_canary_folder canaries[HS_LANE_COUNT];
	void (*folder_start[HS_LANE_COUNT])(struct hs_canary *canary); /* of canary_folder.h */
};

/* One notice on its way to the disk. */
struct notice_files {
	struct hs_adapter_delivery delivery;
	struct hs_output *output;
	struct notice_files *next;
	struct hs_playout_job *under_way;
	enum hs_adapter_lane lane;
	uint64_t document; /* hs_had_key */
	struct hs_ordered ordered;
	const struct notice_files *with; /* whose attempt writes it along */
	bool written;			 /* along with a newer one */
	char order_key[96];
	struct hs_playout_job
		*files; /* what every attempt writes: a job that is never added itself */
	char prefectures[HS_PREFECTURES_MAX][HS_PREFECTURE_SIZE];
	size_t prefecture_count;
};

static void on_timer(uv_timer_t *timer);

static bool
job_add_feed(struct hs_output *output, struct hs_playout_job *job, enum hs_adapter_lane lane)
{
	if ((output->options.forms & HS_FORM_ATOM) == 0)
		return true;
	char *feed = output->options.feed(output->options.owner, lane);
	bool good = hs_playout_add_named(job, lane, "", "feed.atom", feed);
	free(feed);
	return good;
}

struct refresh {
	struct hs_output *output;
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
	if (!hs_playout_add_current(refresh->job, refresh->output->options.profile, &refresh->state,
		    refresh->lane, prefecture))
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
	struct refresh refresh = { .output = output,
		.lane = lane,
		.state = output->options.state(output->options.owner, lane) };
	if (!refresh.state.known)
		return;
	hs_acks_recall(output->acks, lane, refresh.state.epoch, refresh.state.seq);
	refresh.job = hs_playout_job_create(
		lane == HS_LANE_LIVE ? refreshed_live : refreshed_drill, output);
	if (refresh.job == NULL) {
		refresh_again(output, lane);
		return;
	}
	for (size_t i = 0; i < refresh.state.list->count; i++) {
		const struct hs_force_row *row = &refresh.state.list->rows[i];
		char prefecture[HS_PREFECTURE_SIZE];
		hs_prefecture_of(row->area_code, prefecture);
		if (hs_selector_wants_row(&output->options.profile->selector, row))
			refresh_prefecture(&refresh, prefecture);
	}
	hs_playout_each_folder(output->out_dir, hs_lane_name(lane), refresh_prefecture, &refresh);
	if (refresh.failed || !job_add_feed(output, refresh.job, lane)) {
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

static bool
job_add_files(struct hs_playout_job *job, const struct notice_files *own)
{
	bool good = true;
	for (size_t i = 0; good && i < own->files->count; i++)
		good = hs_playout_job_add(
			job, own->files->files[i].path, own->files->files[i].bytes);
	return good;
}

/* What went before in its document and still waits is written first, so that a reader meets them in their order. Newest first in the
 * list, so the oldest is found by going on. */
static bool
job_add_older(struct hs_playout_job *job, const struct notice_files *newer,
	const struct hs_output_state *state, struct notice_files *from)
{
	while (from != NULL &&
		(from->document != newer->document || from->lane != newer->lane ||
			from->under_way != NULL || from->written ||
			(state->known && hs_ordered_is_over(&from->ordered, state->list))))
		from = from->next;
	if (from == NULL || newer->document == 0)
		return true;
	if (!job_add_older(job, newer, state, from->next))
		return false;
	from->with = newer;
	return job_add_files(job, from);
}

static void
older_written(struct notice_files *newer, bool good)
{
	for (struct notice_files *own = newer->next; own != NULL; own = own->next) {
		if (own->with != newer)
			continue;
		own->with = NULL;
		own->written = good;
		if (good)
			hs_adapter_deliver_now(&own->delivery);
	}
}

static void
was_written(struct notice_files *own, const char *why)
{
	hs_acks_await(own->output->acks, own->delivery.item,
		(const char(*)[HS_PREFECTURE_SIZE])own->prefectures, own->prefecture_count);
	hs_adapter_attempt_done(&own->delivery, HS_ATTEMPT_ACCEPTED, why);
}

static void
attempt_over(void *owner, enum hs_err err, const char *why)
{
	struct notice_files *own = owner;
	own->under_way = NULL;
	older_written(own, err == HS_OK);
	if (err == HS_OK) {
		was_written(own, why);
		return;
	}
	/* Told at once, not only when the deadline is past: somebody can make room on the disk. */
	char detail[224];
	snprintf(detail, sizeof(detail), "%s; trying again", why);
	hs_adapter_receipt(own->delivery.item, own->delivery.outlet, HS_RECEIPT(FAILED), detail);
	hs_adapter_attempt_done(&own->delivery, HS_ATTEMPT_RETRY, why);
}

static void
attempt(struct hs_adapter_delivery *delivery)
{
	struct notice_files *own = files_of(delivery);
	struct hs_output *output = own->output;
	struct hs_output_state state = output->options.state(output->options.owner, own->lane);
	if (own->written) {
		was_written(own, "with a newer message of its document");
		return;
	}
	if (state.known && hs_ordered_is_over(&own->ordered, state.list)) {
		hs_adapter_attempt_done(delivery, HS_ATTEMPT_FILTERED,
			"what it orders was in force no more before it was written");
		return;
	}
	if (own->with != NULL) {
		hs_adapter_attempt_done(delivery, HS_ATTEMPT_RETRY,
			"a newer message of its document is writing it along");
		return;
	}
	struct hs_playout_job *job = hs_playout_job_create(attempt_over, own);
	bool good = job != NULL && job_add_older(job, own, &state, own->next) &&
		    job_add_files(job, own);
	for (size_t i = 0; good && state.known && i < own->prefecture_count; i++)
		good = hs_playout_add_current(
			job, output->options.profile, &state, own->lane, own->prefectures[i]);
	good = good && job_add_feed(output, job, own->lane);
	if (!good) {
		older_written(own, false);
		hs_playout_job_destroy(job);
		hs_adapter_attempt_done(delivery, HS_ATTEMPT_RETRY, "out of memory");
		return;
	}
	own->under_way = job;
	hs_playout_add(output->playout, job);
}

/* The worker may still be writing a file: that is its last one, and nobody is told. */
static void
attempt_abort(struct hs_adapter_delivery *delivery)
{
	struct notice_files *own = files_of(delivery);
	if (own->under_way != NULL)
		hs_playout_call_back(own->under_way);
	own->under_way = NULL;
	older_written(own, false);
}

static void
files_free(struct notice_files *own)
{
	if (own == NULL)
		return;
	hs_playout_job_destroy(own->files);
	hs_ordered_free(&own->ordered);
	free(own);
}

static void
delivery_ended(struct hs_adapter_delivery *delivery)
{
	struct notice_files *own = files_of(delivery), **at = &own->output->notices;
	attempt_abort(delivery);
	while (*at != own)
		at = &(*at)->next;
	*at = own->next;
	files_free(own);
}

static bool
files_of_item(struct notice_files *own, uint64_t seq, const struct hs_broadcast_item *item)
{
	char name[40];
	struct hs_buf lines, pages;
	char *json = hs_indented(hs_frame_bytes(item->record), hs_frame_len_bytes(item->record));
	hs_buf_init(&lines, HS_STATE_TEXT_BYTES);
	hs_buf_init(&pages, HS_STATE_TEXT_BYTES);
	for (size_t i = 0; i < item->crawl_count; i++)
		hs_buf_printf(&lines, "%s\n", item->crawl[i]);
	hs_pages_text(item->pages, item->page_count, &pages);
	unsigned long long number = (unsigned long long)seq;
	snprintf(name, sizeof(name), "%llu.json", number);
	bool good = !lines.failed && !pages.failed &&
		    hs_playout_add_named(own->files, own->lane, item->prefecture, name, json);
	snprintf(name, sizeof(name), "%llu.txt", number);
	good = good && hs_playout_add_named(
			       own->files, own->lane, item->prefecture, name, hs_buf_text(&lines));
	snprintf(name, sizeof(name), "%llu.pages.txt", number);
	if (item->page_count > 0)
		good = good && hs_playout_add_named(own->files, own->lane, item->prefecture, name,
				       hs_buf_text(&pages));
	memcpy(own->prefectures[own->prefecture_count++], item->prefecture, HS_PREFECTURE_SIZE);
	free(json);
	hs_buf_free(&lines);
	hs_buf_free(&pages);
	return good;
}

static bool
files_of_forms(
	struct notice_files *own, uint64_t seq, const struct hs_forms *forms, unsigned wanted)
{
	const struct {
		const char *text, *suffix;
		unsigned form;
	} rows[] = {
		{ forms->lalert, "lalert.xml", HS_FORM_LALERT },
		{ forms->cap, "cap.xml", HS_FORM_CAP },
	};
	bool good = true;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		char name[48];
		if (rows[i].text == NULL || (wanted & rows[i].form) == 0)
			continue;
		snprintf(name, sizeof(name), "%llu.%s", (unsigned long long)seq, rows[i].suffix);
		good = good && hs_playout_add_named(own->files, own->lane, "", name, rows[i].text);
	}
	return good;
}

/* All files of the notice; NULL when out of memory. */
static struct notice_files *
files_create(const struct hs_output_options *options, const struct hs_adapter_item *item,
	const struct hs_broadcast_item *items, size_t count, const struct hs_forms *forms)
{
	struct notice_files *own = calloc(1, sizeof(*own));
	if (own == NULL)
		return NULL;
	own->lane = item->lane;
	own->files = hs_playout_job_create(NULL, NULL);
	bool good = own->files != NULL;
	for (size_t i = 0; good && i < count && i < HS_PREFECTURES_MAX; i++)
		good = files_of_item(own, item->seq, &items[i]);
	if (good && files_of_forms(own, item->seq, forms, options->forms))
		return own;
	files_free(own);
	return NULL;
}

void
hs_output_notice(struct hs_output *output, struct hs_adapter_item *item,
	const struct hs_broadcast_item *items, size_t count, const struct hs_forms *forms)
{
	const char *outlet = output->options.outlet;
	if (count == 0)
		return;
	struct notice_files *own = files_create(&output->options, item, items, count, forms);
	struct hs_output_state state = output->options.state(output->options.owner, item->lane);
	if (own == NULL || !hs_ordered_keep(&own->ordered, state.list, item->seq)) {
		files_free(own);
		hs_adapter_receipt(item, outlet, HS_RECEIPT(FAILED), "out of memory");
		return;
	}
	own->output = output;
	own->document = hs_had_key(item->notice);
	own->next = output->notices;
	output->notices = own;
	/* A key of its own: what still stands has its file, no revision replaces it. */
	snprintf(own->order_key, sizeof(own->order_key), "%.64s/%llu", outlet,
		(unsigned long long)item->seq);
	own->delivery = (struct hs_adapter_delivery){
		.outlet = outlet,
		.order_key = own->order_key,
		.canary = &output->canaries[own->lane].canary,
		.deadline_mono_us = hs_profile_deadline_us(output->options.profile),
		.attempt = attempt,
		.abort = attempt_abort,
		.ended = delivery_ended,
	};
	hs_adapter_deliver(item, &own->delivery);
}

void
hs_output_show(const struct hs_output_options *options, struct hs_adapter_item *item,
	const struct hs_broadcast_item *items, size_t count, const struct hs_forms *forms)
{
	struct notice_files *own = files_create(options, item, items, count, forms);
	if (own == NULL) {
		hs_adapter_receipt(item, options->outlet, HS_RECEIPT(FAILED), "out of memory");
		return;
	}
	hs_adapter_show_sends(item, options->outlet, "");
	for (size_t i = 0; i < own->files->count; i++)
		hs_adapter_show(item, options->outlet, own->files->files[i].path,
			own->files->files[i].bytes);
	files_free(own);
}

/* ---- life ---- */

struct hs_output *
hs_output_create(uv_loop_t *loop, const struct hs_output_options *options)
{
	struct hs_output *output = calloc(1, sizeof(*output));
	if (output == NULL)
		return NULL;
	output->options = *options;
	output->out_dir = strdup(options->dir);
	output->playout = hs_playout_create(loop, options->dir);
	if (output->out_dir != NULL && output->playout != NULL)
		output->acks = hs_acks_create(
			loop, options->adapter, options->outlet, output->out_dir, output->playout);
	if (output->acks == NULL) {
		free(output->out_dir);
		hs_playout_destroy(output->playout);
		free(output);
		return NULL;
	}
	uv_timer_init(loop, &output->timer);
	return output;
}

/* First what the folder would get, then the folder. */
static void
canary_start(struct hs_canary *canary)
{
	const struct hs_canary_folder *own = canary->owner;
	struct hs_output *output = own->owner;
	char why[HS_CANARY_WHY];
	if (hs_profile_prove(
		    output->options.profile, (enum hs_adapter_lane)canary->lane, why, sizeof(why)))
		output->folder_start[canary->lane](canary);
	else
		hs_canary_done(canary, false, why);
}

void
hs_output_prove(struct hs_output *output, struct hs_adapter *adapter, enum hs_adapter_lane lane)
{
	struct hs_canary_folder *own = &output->canaries[lane];

	*own = (struct hs_canary_folder){
		.canary = { .outlet = output->options.outlet, .lane = (int)lane },
		.owner = output,
		.dir = output->out_dir,
		.prove = hs_playout_prove,
	};
	hs_canary_folder_add(adapter, own);
	output->folder_start[lane] = own->canary.start;
	own->canary.start = canary_start;
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
	hs_acks_close(output->acks);
	hs_playout_destroy(output->playout);
	uv_close((uv_handle_t *)&output->timer, on_timer_closed);
}
