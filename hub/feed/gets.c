#include "hub/feed/gets.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/feed/answer.h"
#include "hub/feed/history.h"
#include "hub/feed/in_force.h"
#include "hub/feed/queries.h"
#include "hub/feed/session.h"
#include "hub/feed/views.h"

/* ---- what every handler begins with ---- */

bool
hs_get_ready(struct hs_feed_parts *parts, const struct hs_http_request *request)
{
	parts->counts.gets++;
	if (parts->store.ready)
		return true;
	hs_answer_error(parts->server, request->id, HS_ERR_AWAY, HS_CLOSE_AWAY,
		"the feed has not heard the hub yet; ask again");
	return false;
}

bool
hs_get_wish(struct hs_feed_parts *parts, const struct hs_http_request *request, bool subscription,
	struct hs_wish *wish)
{
	const struct hs_wish_query query = { .query = request->query,
		.last_event_id = subscription ? hs_http_header_of(request, "last-event-id") : "",
		.mode = parts->store.mode,
		.subscription = subscription,
		.areas_max = (size_t)parts->limits->filter_areas_max };
	struct hs_refusal refusal;

	if (hs_wish_from_query(&query, wish, &refusal) == HS_OK)
		return true;
	hs_answer_refusal(parts->server, request->id, &refusal);
	return false;
}

bool
hs_get_number(struct hs_feed_parts *parts, const struct hs_http_request *request, const char *name,
	uint64_t max, uint64_t *value)
{
	struct hs_refusal refusal;

	if (hs_query_number(request->query, name, max, *value, value, &refusal) == HS_OK)
		return true;
	hs_answer_refusal(parts->server, request->id, &refusal);
	return false;
}

void
hs_get_etag(const struct hs_feed_parts *parts, uint64_t seq, char etag[HS_ETAG_SIZE])
{
	snprintf(etag, HS_ETAG_SIZE, "W/\"%s:%" PRIu64 "\"", parts->store.epoch, seq);
}

void
hs_get_send_body(struct hs_feed_parts *parts, hs_http_id id, const char *content_type,
	const char *etag, struct hs_buf *body)
{
	const struct hs_answer answer = { .content_type = content_type,
		.etag = etag,
		.body = hs_buf_text(body),
		.body_len_bytes = body->len_bytes };

	if (body->failed)
		hs_answer_error(parts->server, id, HS_ERR_NOMEM, HS_CLOSE_AWAY, "out of memory");
	else
		hs_answer_send(parts->server, id, &answer);
	hs_buf_free(body);
}

/* ---- /v1/state, /v1/state.geojson, /v1/feed.atom ---- */

static void
add_snapshot(
	struct hs_feed_parts *parts, struct hs_wish *wish, int64_t at_unix_us, struct hs_buf *out)
{
	struct hs_interest *interest = hs_interest_get(parts->store.interests, &wish->filter);
	struct hs_frame *frame = NULL;

	if (interest != NULL)
		frame = hs_store_snapshot(
			&parts->store, interest, HS_FORM_JSON, parts->counts.snapshot_encodes);
	if (frame == NULL)
		out->failed = true;
	else
		hs_state_add(
			parts->store.active, hs_interest_filter(interest), frame, at_unix_us, out);
	hs_interest_put(parts->store.interests, interest);
}

static void
add_geojson(
	struct hs_feed_parts *parts, struct hs_wish *wish, int64_t at_unix_us, struct hs_buf *out)
{
	hs_view_geojson(&parts->store, &wish->filter, at_unix_us, out);
}

/* Now: what has expired is left out, and makes another ETag. */
static void
get_view(struct hs_feed_parts *parts, const struct hs_http_request *request,
	const char *content_type,
	void (*add)(struct hs_feed_parts *parts, struct hs_wish *wish, int64_t at_unix_us,
		struct hs_buf *out))
{
	const struct hs_store *store = &parts->store;
	int64_t now_unix_us = hs_clock_unix_us();
	char etag[HS_ETAG_SIZE];
	struct hs_wish wish;
	struct hs_buf body;

	if (!hs_get_ready(parts, request) || !hs_get_wish(parts, request, false, &wish))
		return;
	hs_state_etag(
		store->active, store->epoch, store->active_seq, now_unix_us, etag, sizeof(etag));
	if (!hs_answer_unchanged(parts->server, request->id,
		    hs_http_header_of(request, "if-none-match"), etag)) {
		hs_buf_init(&body, HS_GET_BODY_MAX_BYTES);
		add(parts, &wish, now_unix_us, &body);
		hs_get_send_body(parts, request->id, content_type, etag, &body);
	}
	hs_filter_free(&wish.filter);
}

static void
get_state(void *owner, const struct hs_http_request *request)
{
	const char *query = request->query;

	if (strncmp(query, "at=", 3) == 0 || strstr(query, "&at=") != NULL)
		hs_history_state(owner, request);
	else
		get_view(owner, request, "application/json", add_snapshot);
}

static void
get_geojson(void *owner, const struct hs_http_request *request)
{
	get_view(owner, request, "application/geo+json", add_geojson);
}

static void
get_atom(void *owner, const struct hs_http_request *request)
{
	struct hs_feed_parts *parts = owner;
	uint64_t before = UINT64_MAX;
	char etag[HS_ETAG_SIZE];
	struct hs_wish wish;
	struct hs_buf body;

	if (!hs_get_ready(parts, request) ||
		!hs_get_number(parts, request, "before", INT64_MAX, &before) ||
		!hs_get_wish(parts, request, false, &wish))
		return;
	hs_get_etag(parts, hs_store_newest(&parts->store), etag);
	if (!hs_answer_unchanged(parts->server, request->id,
		    hs_http_header_of(request, "if-none-match"), etag)) {
		hs_buf_init(&body, HS_GET_BODY_MAX_BYTES);
		hs_view_atom(&parts->store, &wish.filter, before, &body);
		hs_get_send_body(
			parts, request->id, "application/atom+xml; charset=utf-8", etag, &body);
	}
	hs_filter_free(&wish.filter);
}

/* ---- /v1/events ---- */

static void
get_events(void *owner, const struct hs_http_request *request)
{
	static const struct hs_http_header headers[] = {
		{ "Access-Control-Allow-Origin", "*" },
		{ "Cache-Control", "no-cache" },
		{ "X-Accel-Buffering", "no" },
	};
	struct hs_feed_parts *parts = owner;
	struct hs_subscriber *subscriber;
	struct hs_wish wish;

	if (!hs_get_ready(parts, request) || !hs_get_wish(parts, request, true, &wish))
		return;
	subscriber = hs_session_add(parts, request, HS_FORM_SSE);
	if (subscriber == NULL) {
		hs_filter_free(&wish.filter);
		hs_answer_error(parts->server, request->id, HS_ERR_FULL, HS_CLOSE_AWAY,
			"this feed is full; try another");
		return;
	}
	if (hs_http_stream_begin(parts->server, request->id, "text/event-stream", headers,
		    HS_COUNT(headers)) != HS_OK) {
		hs_filter_free(&wish.filter);
		hs_subscribers_remove(parts->subscribers, subscriber);
		return;
	}
	(void)hs_http_set_tag(
		parts->server, request->id, hs_subscribers_tag(parts->subscribers, subscriber));
	subscriber->owes = HS_OWES_HELLO;
	hs_session_begin(parts, subscriber, &wish);
}

static void
options(void *owner, const struct hs_http_request *request)
{
	static const struct hs_http_header headers[] = {
		{ "Access-Control-Allow-Origin", "*" },
		{ "Access-Control-Allow-Methods", "GET, HEAD, OPTIONS" },
		{ "Access-Control-Allow-Headers", "If-None-Match, Last-Event-ID" },
		{ "Access-Control-Max-Age", "86400" },
	};
	const struct hs_http_reply reply = {
		.status = 204, .headers = headers, .header_count = HS_COUNT(headers)
	};
	struct hs_feed_parts *parts = owner;

	(void)hs_http_reply(parts->server, request->id, &reply);
}

const struct hs_http_route hs_get_routes[] = {
	{ .method = "GET", .path = "/v1/events", .handle = get_events },
	{ .method = "GET", .path = "/v1/notices", .handle = hs_get_list },
	{ .method = "GET", .path = "/v1/notices/*", .handle = hs_get_notice },
	{ .method = "GET", .path = "/v1/state", .handle = get_state },
	{ .method = "GET", .path = "/v1/areas/*", .handle = hs_history_area },
	{ .method = "GET", .path = "/v1/state.geojson", .handle = get_geojson },
	{ .method = "GET", .path = "/v1/feed.atom", .handle = get_atom },
	{ .method = "OPTIONS", .path = "/v1/events", .handle = options },
	{ .method = "OPTIONS", .path = "/v1/notices", .handle = options },
	{ .method = "OPTIONS", .path = "/v1/notices/*", .handle = options },
	{ .method = "OPTIONS", .path = "/v1/state", .handle = options },
	{ .method = "OPTIONS", .path = "/v1/areas/*", .handle = options },
	{ .method = "OPTIONS", .path = "/v1/state.geojson", .handle = options },
	{ .method = "OPTIONS", .path = "/v1/feed.atom", .handle = options },
};
const size_t hs_get_route_count = HS_COUNT(hs_get_routes);
const char *const hs_get_headers[] = { "if-none-match", "last-event-id", NULL };
