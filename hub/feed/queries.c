#include "hub/feed/queries.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "hub/base/log.h"
#include "hub/base/media_type.h"
#include "hub/feed/answer.h"
#include "hub/feed/cap.h"
#include "hub/feed/gets.h"
#include "schemas/cap_write.h"

#define WAITING_MAX    256
#define LIMIT_MAX      100
#define LIMIT_DEFAULT  20
/* Notices looked at for one GET, so that a narrow filter does not walk through the whole journal. */
#define SCAN_MAX       256
#define NOTICES_PREFIX "/v1/notices/"

struct query {
	hs_http_id id;						       /* 0: unused */
	bool (*try)(struct hs_feed_parts *parts, struct query *query); /* true: answered */
	uint64_t seq; /* the notice, or list: after this one */
	uint32_t limit;
	uint32_t since_s;
	uint64_t request; /* originals: number of the fetch, 0 = not asked yet */
	struct hs_filter filter;
	char if_none_match[HS_ETAG_SIZE];
};

struct hs_queries {
	struct hs_feed_parts *parts;
	size_t count;
	struct query waiting[WAITING_MAX];
};

struct hs_queries *
hs_queries_create(struct hs_feed_parts *parts)
{
	struct hs_queries *queries = calloc(1, sizeof(*queries));

	if (queries != NULL)
		queries->parts = parts;
	return queries;
}

static void
end(struct hs_queries *queries, struct query *query)
{
	hs_filter_free(&query->filter);
	memset(query, 0, sizeof(*query));
	queries->count--;
}

void
hs_queries_destroy(struct hs_queries *queries)
{
	if (queries == NULL)
		return;
	for (size_t i = 0; i < WAITING_MAX; i++)
		hs_filter_free(&queries->waiting[i].filter);
	free(queries);
}

size_t
hs_queries_waiting(const struct hs_queries *queries)
{
	return queries->count;
}

/* Answers now, or keeps the query until something came from the hub. Takes query->filter over. */
static void
answer_or_wait(struct hs_feed_parts *parts, struct query *query)
{
	struct hs_queries *queries = parts->queries;
	struct query *place = NULL;

	for (size_t i = 0; i < WAITING_MAX && place == NULL; i++)
		if (queries->waiting[i].id == 0)
			place = &queries->waiting[i];
	if (place == NULL) {
		hs_answer_error(parts->server, query->id, HS_ERR_AGAIN, HS_CLOSE_AWAY,
			"too many requests wait for the hub; ask again");
		hs_filter_free(&query->filter);
		return;
	}
	*place = *query;
	place->since_s = parts->now_s;
	queries->count++;
	if (place->try(parts, place)) {
		end(queries, place);
	} else if (!hs_hub_port_is_up(parts->hub)) {
		hs_answer_error(parts->server, place->id, HS_ERR_AWAY, HS_CLOSE_AWAY,
			"that is older than this feed remembers, and the hub is away");
		end(queries, place);
	}
}

/* ---- /v1/notices ---- */

enum look { LOOK_FOUND, LOOK_WAIT, LOOK_NONE };

static enum look
look_after(struct hs_feed_parts *parts, uint64_t seq, struct hs_entry **out)
{
	const struct hs_page *page;

	if (seq >= hs_store_newest(&parts->store))
		return LOOK_NONE;
	if (seq >= hs_ring_base(parts->store.ring)) {
		*out = hs_ring_after(parts->store.ring, seq);
		return *out == NULL ? LOOK_NONE : LOOK_FOUND;
	}
	page = hs_pager_get(parts->pager, seq);
	if (page == NULL)
		return LOOK_WAIT;
	*out = hs_page_after(page, seq);
	return *out == NULL ? LOOK_NONE : LOOK_FOUND;
}

static void
add_entry(struct hs_feed_parts *parts, struct hs_entry *entry, size_t count, struct hs_buf *out)
{
	struct hs_frame *frame = hs_entry_frame(entry, HS_FORM_JSON, parts->counts.encodes);

	if (frame == NULL) {
		out->failed = true;
		return;
	}
	if (count > 0)
		hs_buf_puts(out, ",");
	hs_buf_add(out, hs_frame_bytes(frame), hs_frame_len_bytes(frame));
}

static bool
try_list(struct hs_feed_parts *parts, struct query *query)
{
	const struct hs_store *store = &parts->store;
	uint64_t cursor = query->seq;
	size_t count = 0;
	char etag[HS_ETAG_SIZE];
	struct hs_buf body;
	enum look look = LOOK_FOUND;

	hs_get_etag(parts, hs_store_newest(store), etag);
	if (hs_answer_unchanged(parts->server, query->id, query->if_none_match, etag))
		return true;
	hs_buf_init(&body, HS_GET_BODY_MAX_BYTES);
	hs_buf_printf(&body, "{\"type\":\"notices\",\"notices\":[");
	for (size_t i = 0; i < SCAN_MAX && count < query->limit; i++) {
		struct hs_entry *entry;

		look = look_after(parts, cursor, &entry);
		if (look != LOOK_FOUND)
			break;
		if (hs_filter_passes(&query->filter, &entry->head))
			add_entry(parts, entry, count++, &body);
		cursor = entry->seq;
	}
	if (look == LOOK_WAIT) {
		hs_buf_free(&body);
		return false;
	}
	hs_buf_printf(&body,
		"],\"epoch\":\"%s\",\"newest_seq\":%" PRIu64 ",\"oldest_seq\":%" PRIu64
		",\"next_after\":%" PRIu64 ",\"end\":%s,\"poll_after_ms\":%" PRIi64 "}",
		store->epoch, hs_store_newest(store), store->oldest_seq, cursor,
		cursor >= hs_store_newest(store) || look == LOOK_NONE ? "true" : "false",
		parts->limits->heartbeat_ms);
	hs_get_send_body(parts, query->id, "application/json", etag, &body);
	return true;
}

void
hs_get_list(void *owner, const struct hs_http_request *request)
{
	struct hs_feed_parts *parts = owner;
	struct query query = { .id = request->id, .try = try_list };
	uint64_t limit = LIMIT_DEFAULT;
	struct hs_wish wish;

	if (!hs_get_ready(parts, request) ||
		!hs_get_number(parts, request, "after", INT64_MAX, &query.seq) ||
		!hs_get_number(parts, request, "limit", LIMIT_MAX, &limit) ||
		!hs_get_wish(parts, request, false, &wish))
		return;
	query.limit = (uint32_t)limit;
	query.filter = wish.filter;
	snprintf(query.if_none_match, sizeof(query.if_none_match), "%s",
		hs_http_header_of(request, "if-none-match"));
	answer_or_wait(parts, &query);
}

static void
not_found(struct hs_feed_parts *parts, const struct query *query)
{
	char message[160];

	snprintf(message, sizeof(message),
		"no notice %" PRIu64 " here; there are %" PRIu64 " to %" PRIu64, query->seq,
		parts->store.oldest_seq, hs_store_newest(&parts->store));
	hs_answer_error(parts->server, query->id, HS_ERR_NOT_FOUND, 404, message);
}

static void
send_json(struct hs_feed_parts *parts, const struct query *query, struct hs_entry *entry,
	const char *etag)
{
	struct hs_frame *frame = hs_entry_frame(entry, HS_FORM_JSON, parts->counts.encodes);
	struct hs_answer answer = { .content_type = "application/json", .etag = etag };

	if (frame == NULL) {
		hs_answer_error(
			parts->server, query->id, HS_ERR_NOMEM, HS_CLOSE_AWAY, "out of memory");
		return;
	}
	answer.body = hs_frame_bytes(frame);
	answer.body_len_bytes = hs_frame_len_bytes(frame);
	hs_answer_send(parts->server, query->id, &answer);
}

static void
send_cap(struct hs_feed_parts *parts, const struct query *query, struct hs_entry *entry,
	const char *etag)
{
	struct hs_buf body;

	hs_buf_init(&body, HS_GET_BODY_MAX_BYTES);
	hs_feed_cap(&parts->store, entry, &body);
	hs_get_send_body(parts, query->id, HS_CAP_MEDIA_TYPE, etag, &body);
}

/* One notice in the form that `send` knows. */
static bool
try_one(struct hs_feed_parts *parts, struct query *query,
	void (*send)(struct hs_feed_parts *parts, const struct query *query, struct hs_entry *entry,
		const char *etag))
{
	struct hs_entry *entry = NULL;
	char etag[HS_ETAG_SIZE];
	enum look look = LOOK_NONE;

	if (query->seq > 0)
		look = look_after(parts, query->seq - 1, &entry);
	if (look == LOOK_WAIT)
		return false;
	if (look == LOOK_NONE || entry->seq != query->seq) {
		not_found(parts, query);
		return true;
	}
	hs_get_etag(parts, entry->seq, etag);
	if (!hs_answer_unchanged(parts->server, query->id, query->if_none_match, etag))
		send(parts, query, entry, etag);
	return true;
}

static bool
try_json(struct hs_feed_parts *parts, struct query *query)
{
	return try_one(parts, query, send_json);
}

static bool
try_cap(struct hs_feed_parts *parts, struct query *query)
{
	return try_one(parts, query, send_cap);
}

/* Original bytes are never kept here: each GET asks the hub. */
static bool
try_original(struct hs_feed_parts *parts, struct query *query)
{
	if (query->request != 0)
		return false;
	if (query->seq == 0 || query->seq > hs_store_newest(&parts->store)) {
		not_found(parts, query);
		return true;
	}
	if (hs_hub_port_fetch(parts->hub, query->seq - 1, 1, true, &query->request) != HS_OK)
		query->request = 0;
	return false;
}

/* As it was sent, checked once more: older records have none, and what a sender said is told to others here. */
static void
type_of_original(const hs_notice *notice, char out[HS_MEDIA_TYPE_SIZE])
{
	const hs_original *original = notice != NULL ? notice->original : NULL;

	hs_media_type_xml(original != NULL ? original->content_type : "", out);
}

static void
send_original(struct hs_feed_parts *parts, const struct query *query, const hs_fetch_reply *reply)
{
	char content_type[HS_MEDIA_TYPE_SIZE];
	char sha256[2 * HS_SHA256_BYTES + 1], etag[HS_ETAG_SIZE], disposition[64];
	uint8_t digest[HS_SHA256_BYTES];
	const ProtobufCBinaryData *original;
	struct hs_answer answer = { .content_type = content_type, .etag = etag };

	if (reply->n_notices == 0 || reply->notices[0]->seq != query->seq ||
		reply->n_originals == 0 || reply->originals[0].len == 0) {
		not_found(parts, query);
		return;
	}
	type_of_original(reply->notices[0]->notice, content_type);
	original = &reply->originals[0];
	hs_sha256(&(struct hs_span){ original->data, original->len }, 1, digest);
	hs_hex(digest, sizeof(digest), sha256);
	snprintf(etag, sizeof(etag), "\"%s\"", sha256);
	if (hs_answer_unchanged(parts->server, query->id, query->if_none_match, etag))
		return;
	snprintf(disposition, sizeof(disposition),
		"attachment; filename=\"notice-%" PRIu64 ".xml\"", query->seq);
	answer.disposition = disposition;
	answer.body = original->data;
	answer.body_len_bytes = original->len;
	hs_answer_send(parts->server, query->id, &answer);
}

/* What may stand behind /v1/notices/{seq} */
static const struct {
	const char *ending;
	bool (*try)(struct hs_feed_parts *parts, struct query *query);
} forms[] = { { "", try_json }, { ".cap", try_cap }, { "/original", try_original } };

void
hs_get_notice(void *owner, const struct hs_http_request *request)
{
	struct hs_feed_parts *parts = owner;
	struct query query = { .id = request->id };
	const char *rest = request->path + strlen(NOTICES_PREFIX);
	size_t digits = strspn(rest, "0123456789");

	if (!hs_get_ready(parts, request))
		return;
	for (size_t i = 0; i < HS_COUNT(forms); i++) {
		if (strcmp(rest + digits, forms[i].ending) == 0)
			query.try = forms[i].try;
	}
	if (digits == 0 || digits > 18 || query.try == NULL) {
		hs_answer_error(parts->server, request->id, HS_ERR_NOT_FOUND, 404,
			"use /v1/notices/{seq}, /v1/notices/{seq}.cap or "
			"/v1/notices/{seq}/original");
		return;
	}
	query.seq = strtoull(rest, NULL, 10);
	snprintf(query.if_none_match, sizeof(query.if_none_match), "%s",
		hs_http_header_of(request, "if-none-match"));
	answer_or_wait(parts, &query);
}

/* ---- waiting ---- */

void
hs_queries_retry(struct hs_queries *queries)
{
	for (size_t i = 0; i < WAITING_MAX; i++) {
		struct query *query = &queries->waiting[i];

		if (query->id != 0 && query->try(queries->parts, query))
			end(queries, query);
	}
}

enum hs_err
hs_queries_reply(struct hs_queries *queries, const hs_fetch_reply *reply)
{
	for (size_t i = 0; i < WAITING_MAX; i++) {
		struct query *query = &queries->waiting[i];

		if (query->id == 0 || query->request == 0 || query->request != reply->request)
			continue;
		send_original(queries->parts, query, reply);
		end(queries, query);
		return HS_OK;
	}
	return HS_ERR_NOT_FOUND;
}

static void
give_up(struct hs_queries *queries, struct query *query, enum hs_err err, const char *message)
{
	hs_answer_error(queries->parts->server, query->id, err, HS_CLOSE_AWAY, message);
	end(queries, query);
}

void
hs_queries_away(struct hs_queries *queries)
{
	for (size_t i = 0; i < WAITING_MAX; i++)
		if (queries->waiting[i].id != 0)
			give_up(queries, &queries->waiting[i], HS_ERR_AWAY,
				"the hub is away; ask again");
}

void
hs_queries_tick(struct hs_queries *queries)
{
	const struct hs_feed_parts *parts = queries->parts;

	for (size_t i = 0; i < WAITING_MAX; i++) {
		struct query *query = &queries->waiting[i];

		if (query->id != 0 && (int64_t)(parts->now_s - query->since_s) * 1000 >
					      parts->limits->fetch_timeout_ms)
			give_up(queries, query, HS_ERR_TIMEOUT,
				"the hub did not answer in time; ask again");
	}
}
