#include "hub/feed/history.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/feed/gets.h"
#include "hub/feed/timeline.h"
#include "schemas/tables.h"

#define AREAS_PREFIX   "/v1/areas/"
#define HISTORY_SUFFIX "/history"
#define EVENTS_MAX     500
#define EVENTS_DEFAULT 100
/* Notices worked on in one turn of the loop: a time line looks at all entries after each. */
#define STATE_PAGE     64
#define TIMELINE_PAGE  8

struct job {
	hs_http_id id; /* 0: unused */
	uint64_t request;
	uint64_t cursor; /* the last notice that was taken */
	uint64_t taken;
	uint32_t since_s;
	int64_t at_unix_us;		   /* state: the moment; timeline: when it was asked */
	char area_code[HS_AREA_CODE_SIZE]; /* "": everywhere */
	struct hs_filter filter;
	struct hs_active *active;     /* state; else NULL */
	struct hs_timeline *timeline; /* timeline; else NULL */
	uint64_t after_seq;
	uint64_t expired_after_us; /* since 1970 */
	char if_none_match[HS_ETAG_SIZE];
};

struct hs_history {
	struct hs_feed_parts *parts;
	size_t jobs_max;
	struct job *jobs;
};

struct hs_history *
hs_history_create(struct hs_feed_parts *parts)
{
	struct hs_history *history = calloc(1, sizeof(*history));

	if (history == NULL)
		return NULL;
	history->parts = parts;
	history->jobs_max = (size_t)parts->limits->history.jobs_max;
	history->jobs = calloc(history->jobs_max, sizeof(*history->jobs));
	if (history->jobs != NULL)
		return history;
	free(history);
	return NULL;
}

static void
job_end(struct job *job)
{
	hs_active_destroy(job->active);
	hs_timeline_destroy(job->timeline);
	hs_filter_free(&job->filter);
	*job = (struct job){ 0 };
}

void
hs_history_destroy(struct hs_history *history)
{
	if (history == NULL)
		return;
	for (size_t i = 0; i < history->jobs_max; i++)
		job_end(&history->jobs[i]);
	free(history->jobs);
	free(history);
}

static void
give_up(struct hs_feed_parts *parts, struct job *job, enum hs_err err, int code, const char *why)
{
	hs_answer_error(parts->server, job->id, err, code, why);
	job_end(job);
}

/* ---- answers ---- */

static void
answer_state(struct hs_feed_parts *parts, struct job *job)
{
	struct hs_store then = { .active = job->active, .active_seq = job->cursor };
	char etag[HS_ETAG_SIZE];
	struct hs_frame *frame;
	struct hs_buf body;

	snprintf(then.epoch, sizeof(then.epoch), "%s", parts->store.epoch);
	hs_active_digest(job->active, then.digest);
	hs_state_etag(job->active, then.epoch, job->cursor, job->at_unix_us, etag, sizeof(etag));
	if (hs_answer_unchanged(parts->server, job->id, job->if_none_match, etag))
		return;
	hs_buf_init(&body, HS_GET_BODY_MAX_BYTES);
	frame = hs_store_encode(&then, &job->filter, HS_FORM_JSON);
	if (frame == NULL)
		body.failed = true;
	else
		hs_state_add(job->active, &job->filter, frame, job->at_unix_us, &body);
	hs_frame_unref(frame);
	hs_get_send_body(parts, job->id, "application/json", etag, &body);
}

static void
answer_timeline(struct hs_feed_parts *parts, struct job *job, bool end)
{
	uint64_t next = hs_timeline_seq(job->timeline);
	/* what has expired stands at the end of the last page, and counts as told only then */
	int64_t expired_us = end ? hs_timeline_expired(job->timeline, job->at_unix_us)
				 : (int64_t)job->expired_after_us;
	char *events = json_dumps(hs_timeline_events(job->timeline), JSON_COMPACT);
	char etag[HS_ETAG_SIZE];
	struct hs_buf body;

	if (next < job->after_seq)
		next = job->after_seq;
	/* the last expiry counts too: it changes the list without a notice */
	snprintf(etag, sizeof(etag), "W/\"%s:%" PRIu64 ":%zu\"", parts->store.epoch, next,
		json_array_size(hs_timeline_events(job->timeline)));
	hs_buf_init(&body, HS_GET_BODY_MAX_BYTES);
	hs_buf_printf(&body,
		"{\"type\":\"history\",\"epoch\":\"%s\",\"mode\":\"%s\",\"area_code\":\"%s\","
		"\"next_after\":%" PRIu64 ",\"next_expired_after_us\":%" PRIi64
		",\"end\":%s,\"events\":",
		parts->store.epoch, parts->store.mode == HS_MODE(LIVE) ? "live" : "drill",
		job->area_code, next, expired_us, end ? "true" : "false");
	hs_buf_puts(&body, events != NULL ? events : "");
	hs_buf_puts(&body, "}");
	body.failed = body.failed || events == NULL;
	free(events);
	if (!body.failed && hs_answer_unchanged(parts->server, job->id, job->if_none_match, etag))
		hs_buf_free(&body);
	else
		hs_get_send_body(parts, job->id, "application/json", etag, &body);
}

static void
finish(struct hs_feed_parts *parts, struct job *job, bool end)
{
	enum hs_err err = HS_OK;

	if (job->timeline != NULL && end)
		err = hs_timeline_end(job->timeline, job->at_unix_us);
	if (err == HS_ERR_NOMEM) {
		give_up(parts, job, err, HS_CLOSE_AWAY, "out of memory");
		return;
	}
	if (job->timeline != NULL)
		answer_timeline(parts, job, end && err == HS_OK);
	else
		answer_state(parts, job);
	job_end(job);
}

/* ---- pages ---- */

static void
ask(struct hs_feed_parts *parts, struct job *job)
{
	if (job->taken > (uint64_t)parts->limits->history.notices_max)
		give_up(parts, job, HS_ERR_TOO_LARGE, 413,
			"too many notices since then for one answer; ask for one area");
	else if (hs_hub_port_fetch_area(parts->hub, job->cursor,
			 job->timeline != NULL ? TIMELINE_PAGE : STATE_PAGE, job->area_code,
			 &job->request) != HS_OK)
		give_up(parts, job, HS_ERR_AWAY, HS_CLOSE_AWAY, "the hub is away; ask again");
}

static bool
is_later(const struct job *job, const hs_notice *notice)
{
	const hs_time *accepted = notice->times == NULL ? NULL : notice->times->accepted;

	return accepted != NULL && accepted->unix_us > job->at_unix_us;
}

/* HS_ERR_FULL: nothing more is wanted. */
static enum hs_err
take(struct hs_feed_parts *parts, struct job *job, const hs_deliver *deliver)
{
	enum hs_err err;

	if (deliver->notice == NULL || deliver->seq <= job->cursor)
		return HS_OK;
	if (is_later(job, deliver->notice))
		return HS_ERR_FULL;
	job->taken++;
	if (!hs_store_mode_fits(&parts->store, deliver->notice))
		err = HS_OK;
	else if (job->timeline != NULL)
		err = hs_timeline_take(job->timeline, deliver->seq, deliver->notice);
	else
		err = hs_active_apply(job->active, deliver->seq, deliver->notice, NULL);
	if (err != HS_ERR_FULL)
		job->cursor = deliver->seq;
	return err == HS_ERR_STALE || err == HS_ERR_INVALID ? HS_OK : err;
}

static void
take_page(struct hs_feed_parts *parts, struct job *job, const hs_fetch_reply *reply)
{
	enum hs_err err = HS_OK;

	job->request = 0;
	for (size_t i = 0; err == HS_OK && i < reply->n_notices; i++)
		err = take(parts, job, reply->notices[i]);
	if (err == HS_ERR_FULL)
		finish(parts, job, job->timeline == NULL);
	else if (err != HS_OK)
		give_up(parts, job, err, HS_CLOSE_AWAY, "out of memory");
	else if (reply->end)
		finish(parts, job, true);
	else if (reply->n_notices > 0)
		ask(parts, job); /* else the hub has too much to read: the tick asks again */
}

enum hs_err
hs_history_reply(struct hs_history *history, const hs_fetch_reply *reply)
{
	for (size_t i = 0; i < history->jobs_max; i++) {
		struct job *job = &history->jobs[i];

		if (job->id == 0 || job->request == 0 || job->request != reply->request)
			continue;
		take_page(history->parts, job, reply);
		return HS_OK;
	}
	return HS_ERR_NOT_FOUND;
}

void
hs_history_away(struct hs_history *history)
{
	for (size_t i = 0; i < history->jobs_max; i++)
		if (history->jobs[i].id != 0)
			give_up(history->parts, &history->jobs[i], HS_ERR_AWAY, HS_CLOSE_AWAY,
				"the hub is away; ask again");
}

void
hs_history_tick(struct hs_history *history)
{
	const struct hs_feed_parts *parts = history->parts;

	for (size_t i = 0; i < history->jobs_max; i++) {
		struct job *job = &history->jobs[i];

		if (job->id == 0)
			continue;
		if ((int64_t)(parts->now_s - job->since_s) * 1000 >
			parts->limits->history.timeout_ms)
			give_up(history->parts, job, HS_ERR_TIMEOUT, HS_CLOSE_AWAY,
				"the past took too long; ask for one area, or later");
		else if (job->request == 0)
			ask(history->parts, job);
	}
}

/* ---- requests ---- */

/* A job with the filter of the request; NULL: answered. */
static struct job *
job_begin(struct hs_feed_parts *parts, const struct hs_http_request *request)
{
	struct hs_history *history = parts->history;
	struct job *job = NULL;
	struct hs_wish wish;

	if (!hs_get_ready(parts, request) || !hs_get_wish(parts, request, false, &wish))
		return NULL;
	for (size_t i = 0; i < history->jobs_max && job == NULL; i++)
		if (history->jobs[i].id == 0)
			job = &history->jobs[i];
	if (job == NULL) {
		hs_filter_free(&wish.filter);
		hs_answer_error(parts->server, request->id, HS_ERR_AGAIN, HS_CLOSE_AWAY,
			"too many questions about the past at a time; ask again");
		return NULL;
	}
	*job = (struct job){ .id = request->id,
		.since_s = parts->now_s,
		.at_unix_us = hs_clock_unix_us(),
		.filter = wish.filter };
	snprintf(job->if_none_match, sizeof(job->if_none_match), "%s",
		hs_http_header_of(request, "if-none-match"));
	return job;
}

/* A plus sign that was not encoded reads as a blank. */
static bool
read_at(const struct hs_http_request *request, int64_t now_unix_us, int64_t *at_unix_us)
{
	char text[HS_RFC3339_SIZE];
	int offset_min;
	char *blank;

	if (!hs_http_param(request->query, "at", text, sizeof(text)))
		return false;
	blank = strchr(text, ' ');
	if (blank != NULL)
		*blank = '+';
	return hs_rfc3339_parse(text, at_unix_us, &offset_min, NULL) == HS_OK &&
	       *at_unix_us <= now_unix_us;
}

void
hs_history_state(struct hs_feed_parts *parts, const struct hs_http_request *request)
{
	struct job *job = job_begin(parts, request);

	if (job == NULL)
		return;
	if (!read_at(request, job->at_unix_us, &job->at_unix_us)) {
		give_up(parts, job, HS_ERR_INVALID, 400,
			"at: a moment of the past in RFC 3339, as 2026-07-01T18:00:00%2B09:00");
		return;
	}
	if (job->filter.areas.count == 1)
		snprintf(job->area_code, sizeof(job->area_code), "%s", job->filter.areas.codes[0]);
	job->active = hs_active_create();
	if (job->active == NULL)
		give_up(parts, job, HS_ERR_NOMEM, HS_CLOSE_AWAY, "out of memory");
	else
		ask(parts, job);
}

/* The code between "/v1/areas/" and "/history"; false: another path. */
static bool
code_of_path(const char *path, char code[HS_AREA_CODE_SIZE])
{
	const char *rest = path + strlen(AREAS_PREFIX);
	size_t digits = strspn(rest, "0123456789");

	if (digits == 0 || digits >= HS_AREA_CODE_SIZE ||
		strcmp(rest + digits, HISTORY_SUFFIX) != 0)
		return false;
	memcpy(code, rest, digits);
	code[digits] = '\0';
	return true;
}

/* The place of the path becomes the filter's; false: out of memory. */
static bool
begin_timeline(struct job *job, uint64_t limit)
{
	struct hs_timeline_wish wish = { .filter = &job->filter,
		.after_seq = job->after_seq,
		.limit = (size_t)limit,
		.expired_after_unix_us = (int64_t)job->expired_after_us };

	hs_area_set_free(&job->filter.areas);
	if (hs_area_set_add(&job->filter.areas, job->area_code, strlen(job->area_code)) != HS_OK)
		return false;
	job->timeline = hs_timeline_create(&wish);
	return job->timeline != NULL;
}

void
hs_history_area(void *owner, const struct hs_http_request *request)
{
	struct hs_feed_parts *parts = owner;
	uint64_t after = 0, expired_after_us = 0, limit = EVENTS_DEFAULT;
	char code[HS_AREA_CODE_SIZE];
	struct job *job;

	if (!code_of_path(request->path, code) || !hs_area_known(code)) {
		hs_answer_error(parts->server, request->id, HS_ERR_NOT_FOUND, 404,
			"use /v1/areas/{code}/history with the code of a municipality or "
			"prefecture");
		return;
	}
	if (!hs_get_number(parts, request, "after", INT64_MAX, &after) ||
		!hs_get_number(parts, request, "expired_after_us", INT64_MAX, &expired_after_us) ||
		!hs_get_number(parts, request, "limit", EVENTS_MAX, &limit))
		return;
	job = job_begin(parts, request);
	if (job == NULL)
		return;
	job->after_seq = after;
	job->expired_after_us = expired_after_us;
	memcpy(job->area_code, code, sizeof(code));
	if (begin_timeline(job, limit > 0 ? limit : 1))
		ask(parts, job);
	else
		give_up(parts, job, HS_ERR_NOMEM, HS_CLOSE_AWAY, "out of memory");
}
