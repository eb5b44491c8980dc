#include "hub/core/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/core/listing.h"
#include "hub/core/memory.h"

#define FETCH_ROWS_MAX 64
#define WAIT_MAX_MS    60000
#define US_PER_MS      1000
/* Many wait for the same word about one document. A larger one goes out while answers may (delivery.h); else the answer comes
 * without it. */
#define SMALL_BYTES    ((size_t)32 << 10)

struct waiter {
	uint32_t peer;
	uint32_t version;
	uint64_t request, seq;
	int64_t deadline_mono_us;
	uint8_t id[HS_ID_BYTES];
};

/* A READ that is under way. */
struct reading {
	uint64_t ticket; /* 0: free */
	uint32_t peer;
	bool status; /* else fetch */
	bool originals;
	char area_code[HS_AREA_CODE_SIZE]; /* "": everywhere */
	uint64_t request;
	uint8_t id[HS_ID_BYTES];
};

struct hs_query {
	struct waiter *waiters;
	size_t waiter_count, waiters_max;
	struct reading *readings;
	size_t reads_max;
	struct hs_listing *listing;
};

struct hs_query *
hs_query_create(size_t waiters_max, size_t reads_max)
{
	struct hs_query *query = hs_must_alloc(1, sizeof(*query));

	query->waiters_max = waiters_max;
	query->waiters = hs_must_alloc(waiters_max, sizeof(*query->waiters));
	query->reads_max = reads_max;
	query->readings = hs_must_alloc(reads_max, sizeof(*query->readings));
	query->listing = hs_listing_create(waiters_max);
	return query;
}

void
hs_query_destroy(struct hs_query *query)
{
	hs_listing_destroy(query->listing);
	free(query->waiters);
	free(query->readings);
	free(query);
}

static struct reading *
free_reading(struct hs_query *query)
{
	for (size_t i = 0; i < query->reads_max; i++) {
		if (query->readings[i].ticket == 0)
			return &query->readings[i];
	}
	return NULL;
}

/* Whether the peer's link takes it: an answer may never be what ends a link. One that is alone always goes. */
static bool
has_room(struct hs_delivery_source *source, uint32_t peer, struct hs_span notice)
{
	if (notice.len_bytes <= SMALL_BYTES)
		return true;
	if (!hs_delivery_may_answer(source, peer, notice.len_bytes))
		return false;
	source->answered_bytes += notice.len_bytes;
	return true;
}

static void
answer_status(struct hs_delivery_source *source, const struct hs_known_submission *known,
	const struct waiter *asked, struct hs_span notice)
{
	struct hs_answer_status status = {
		.request = asked->request,
		.known = known,
		.notice =
			has_room(source, asked->peer, notice) ? notice : (struct hs_span){ "", 0 },
		.view = hs_unheard_view_of(source),
	};

	hs_hex(asked->id, HS_ID_BYTES, status.id);
	hs_answer_status(source->effects, asked->peer, &status);
}

/* Answers now, or after one READ when the notice is not in memory. */
static void
reply_status(struct hs_query *query, struct hs_delivery_source *source,
	const struct hs_index *index, const struct waiter *asked)
{
	const struct hs_known_submission *known = hs_index_submission(index, asked->id);
	const struct hs_recent_notice *recent;
	struct reading *reading;
	struct hs_span none = { "", 0 };

	if (known == NULL || known->seq == 0) {
		answer_status(source, known, asked, none);
		return;
	}
	recent = hs_recent_find(source->recent, known->seq);
	reading = recent == NULL ? free_reading(query) : NULL;
	if (reading == NULL) {
		answer_status(source, known, asked, recent == NULL ? none : recent->notice);
		return;
	}
	*reading = (struct reading){ .ticket = ++source->tickets,
		.peer = asked->peer,
		.status = true,
		.request = asked->request };
	memcpy(reading->id, asked->id, HS_ID_BYTES);
	hs_effects_read(source->effects, asked->peer, reading->ticket, known->seq - 1, 1, false);
}

void
hs_query_status(struct hs_query *query, const struct hs_query_context *context,
	const hs_status_query *message)
{
	struct hs_span text = { message->id, strlen(message->id) };
	int64_t wait_ms = message->wait_ms < WAIT_MAX_MS ? message->wait_ms : WAIT_MAX_MS;
	const struct hs_known_submission *known = NULL;
	struct waiter asked = { .peer = context->peer,
		.request = message->request,
		.version = message->version,
		.deadline_mono_us = context->source->mono_us + wait_ms * US_PER_MS };

	if (!hs_id_parse(text, asked.id)) {
		answer_status(context->source, NULL, &asked, (struct hs_span){ "", 0 });
		return;
	}
	known = hs_index_submission(context->index, asked.id);
	asked.seq = known == NULL ? 0 : known->seq;
	if (asked.version == HS_VERSION_NOW)
		asked.version = hs_receipts_version(context->source->receipts, asked.seq);
	if (asked.seq > 0 && wait_ms > 0 && query->waiter_count < query->waiters_max &&
		hs_receipts_version(context->source->receipts, asked.seq) == asked.version) {
		query->waiters[query->waiter_count++] = asked;
		return;
	}
	reply_status(query, context->source, context->index, &asked);
}

void
hs_query_wake(
	struct hs_query *query, struct hs_delivery_source *source, const struct hs_index *index)
{
	size_t kept = 0;

	for (size_t i = 0; i < query->waiter_count; i++) {
		struct waiter *waiter = &query->waiters[i];

		if (source->mono_us < waiter->deadline_mono_us &&
			hs_receipts_version(source->receipts, waiter->seq) == waiter->version)
			query->waiters[kept++] = *waiter;
		else
			reply_status(query, source, index, waiter);
	}
	query->waiter_count = kept;
}

void
hs_query_list(struct hs_query *query, const struct hs_query_context *context,
	const hs_list_query *message)
{
	hs_listing_ask(query->listing, context->source, context->index, context->peer, message);
}

void
hs_query_tick(
	struct hs_query *query, struct hs_delivery_source *source, const struct hs_index *index)
{
	hs_query_wake(query, source, index);
	hs_listing_wake(query->listing, source, index);
}

void
hs_query_turn(
	struct hs_query *query, struct hs_delivery_source *source, const struct hs_index *index)
{
	hs_listing_turn(query->listing, source, index);
}

static bool
no_row(void *owner, uint32_t peer, uint64_t seq)
{
	(void)owner;
	(void)peer;
	(void)seq;
	return false;
}

/* The place before the next notice that the peer may read. A page without any would tell it neither that it
 * has everything nor from where to go on: a feed with a filter asked for the same page for ever. */
static uint64_t
pass_over(const struct hs_delivery_source *source, const struct reading *asked, uint64_t after_seq)
{
	while (after_seq < source->newest_seq) {
		if (asked->area_code[0] != '\0') {
			uint64_t next = hs_places_next(source->places, asked->area_code, after_seq);

			after_seq = next == 0 ? source->newest_seq : next - 1;
		}
		if (after_seq == source->newest_seq ||
			hs_route_may_read(source->route, after_seq + 1, asked->peer))
			break;
		after_seq++;
	}
	return after_seq;
}

/* Rows between the notices of one place are read for nothing: only as far as the last that is wanted. */
static uint32_t
rows_to_read(const struct hs_delivery_source *source, const struct reading *asked,
	uint64_t after_seq, uint32_t limit)
{
	uint64_t last = after_seq + 1;

	if (asked->area_code[0] == '\0')
		return limit;
	for (;;) {
		uint64_t next = hs_places_next(source->places, asked->area_code, last);

		if (next == 0 || next > after_seq + limit)
			return (uint32_t)(last - after_seq);
		last = next;
	}
}

void
hs_query_fetch(
	struct hs_query *query, const struct hs_query_context *context, const hs_fetch *message)
{
	struct hs_delivery_source *source = context->source;
	struct reading *reading = free_reading(query);
	struct reading asked = {
		.peer = context->peer, .originals = message->originals, .request = message->request
	};
	uint64_t after_seq;
	uint32_t limit = message->limit == 0 || message->limit > FETCH_ROWS_MAX ? FETCH_ROWS_MAX
										: message->limit;

	snprintf(asked.area_code, sizeof(asked.area_code), "%s", message->area_code);
	after_seq = pass_over(source, &asked, message->after_seq);
	if (reading == NULL || after_seq >= source->newest_seq) {
		/* A row that nobody is entitled to: says "not the end" without giving anything. */
		struct hs_row row = { .seq = after_seq };
		struct hs_answer_fetch fetch = { .request = message->request,
			.newest_seq = source->newest_seq,
			.rows = &row,
			.row_count = 1 };

		hs_answer_fetch(source->effects, context->peer, &fetch, no_row, NULL);
		return;
	}
	asked.ticket = ++source->tickets;
	*reading = asked;
	hs_effects_read(source->effects, context->peer, asked.ticket, after_seq,
		rows_to_read(source, &asked, after_seq, limit), message->originals);
}

struct fetch_right {
	const struct hs_delivery_source *source;
	const char *area_code;
};

/* Gates show a sender its own notices whatever their kind; they take none by themselves. */
static bool
may_fetch(void *owner, uint32_t peer, uint64_t seq)
{
	const struct fetch_right *right = owner;

	return hs_route_may_read(right->source->route, seq, peer) &&
	       (right->area_code[0] == '\0' ||
		       hs_places_has(right->source->places, right->area_code, seq));
}

static void
answer_reading(struct hs_delivery_source *source, const struct hs_index *index,
	const struct reading *reading, const struct hs_event *event)
{
	struct hs_answer_fetch fetch = { .request = reading->request,
		.newest_seq = source->newest_seq,
		.originals = reading->originals,
		.rows = event->rows,
		.row_count = event->row_count };
	struct waiter asked = { .peer = reading->peer, .request = reading->request };
	struct fetch_right right = { source, reading->area_code };
	struct hs_record_look look = { .notice = { "", 0 } };

	if (!reading->status) {
		hs_answer_fetch(source->effects, reading->peer, &fetch, may_fetch, &right);
		return;
	}
	memcpy(asked.id, reading->id, HS_ID_BYTES);
	if (event->row_count > 0)
		HS_CHECK(hs_record_look(event->rows[0].body, &look) == HS_OK);
	answer_status(source, hs_index_submission(index, reading->id), &asked, look.notice);
}

bool
hs_query_rows(struct hs_query *query, struct hs_delivery_source *source,
	const struct hs_index *index, const struct hs_event *event)
{
	for (size_t i = 0; i < query->reads_max; i++) {
		struct reading *reading = &query->readings[i];

		if (reading->ticket == 0 || reading->ticket != event->ticket)
			continue;
		answer_reading(source, index, reading, event);
		*reading = (struct reading){ 0 };
		return true;
	}
	return hs_listing_rows(query->listing, source, index, event);
}

void
hs_query_unask(struct hs_query *query, uint32_t peer, uint64_t request)
{
	struct waiter *waiters = query->waiters;

	for (size_t i = 0; i < query->waiter_count; i++) {
		if (waiters[i].peer != peer || waiters[i].request != request)
			continue;
		query->waiter_count--;
		memmove(&waiters[i], &waiters[i + 1], (query->waiter_count - i) * sizeof(*waiters));
		return;
	}
	hs_listing_unask(query->listing, peer, request);
}

void
hs_query_forget_peer(struct hs_query *query, uint32_t peer)
{
	size_t kept = 0;

	hs_listing_forget_peer(query->listing, peer);
	for (size_t i = 0; i < query->waiter_count; i++) {
		if (query->waiters[i].peer != peer)
			query->waiters[kept++] = query->waiters[i];
	}
	query->waiter_count = kept;
	for (size_t i = 0; i < query->reads_max; i++) {
		if (query->readings[i].peer == peer)
			query->readings[i] = (struct reading){ 0 };
	}
}

size_t
hs_query_waiters(const struct hs_query *query)
{
	return query->waiter_count + hs_listing_waiters(query->listing);
}
