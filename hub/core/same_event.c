#include "hub/core/same_event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/core/rings.h"
#include "hub/core/said.h"

#define NO_TIME INT64_MAX

struct told {
	uint8_t key[HS_ID_BYTES], principal[HS_ID_BYTES];
	uint64_t seq;	/* 0: free */
	uint64_t group; /* of messages about one event: the seq of the first; 0: of its own */
	uint8_t document[HS_ID_BYTES];
	uint8_t first[HS_ID_BYTES]; /* of mode, kind and what its event was first told in */
	char *names;		    /* of that: source, id and event, each with its zero; owned */
	struct hs_alike alike;
	int64_t reported_unix_us; /* or NO_TIME */
	uint32_t level;		  /* of the notice, by which peers filter */
	uint32_t rings;		  /* hs_rings */
	bool cancel;
	struct hs_said said;
};

struct hs_same_events {
	struct told rows[HS_SAME_EVENTS_MAX];
	struct hs_alike_limits limits;
	size_t next;
	uint64_t newest;
};

struct hs_same_events *
hs_same_events_create(const struct hs_alike_limits *limits)
{
	struct hs_same_events *events = calloc(1, sizeof(*events));

	if (events != NULL)
		events->limits = *limits;
	return events;
}

static void
clear(struct told *row)
{
	hs_said_free(&row->said);
	free(row->names);
	*row = (struct told){ 0 };
}

void
hs_same_events_destroy(struct hs_same_events *events)
{
	if (events == NULL)
		return;
	for (size_t i = 0; i < HS_SAME_EVENTS_MAX; i++)
		clear(&events->rows[i]);
	free(events);
}

bool
hs_same_event_kind(int kind)
{
	static const int kinds[] = { HS_KIND(CIVIL_PROTECTION), HS_KIND(EEW), HS_KIND(TSUNAMI),
		HS_KIND(EARTHQUAKE), HS_KIND(VOLCANO), HS_KIND(WEATHER), HS_KIND(LANDSLIDE),
		HS_KIND(FLOOD) };

	for (size_t i = 0; i < HS_COUNT(kinds); i++) {
		if (kinds[i] == kind)
			return true;
	}
	return false;
}

static void
key_of(const hs_notice *notice, uint8_t out[HS_ID_BYTES])
{
	const hs_document *document = notice->document;
	char text[1200];

	if (document->event[0] != '\0')
		snprintf(
			text, sizeof(text), "event|%d|%.1000s", (int)notice->kind, document->event);
	else
		snprintf(text, sizeof(text), "document|%.510s|%.510s", document->source,
			document->id);
	hs_document_id((int)notice->mode, (struct hs_span){ "", 0 },
		(struct hs_span){ text, strlen(text) }, out);
}

/* ---- what an event was first told in ---- */

static void
document_of(int mode, const char *source, const char *id, uint8_t out[HS_ID_BYTES])
{
	hs_document_id(mode, (struct hs_span){ source, strlen(source) },
		(struct hs_span){ id, strlen(id) }, out);
}

/* NULL: out of memory. */
static char *
names_of(struct hs_first first, size_t *len_bytes)
{
	size_t source = strlen(first.source) + 1, id = strlen(first.id) + 1,
	       event = strlen(first.event) + 1;
	char *names = malloc(source + id + event);

	*len_bytes = source + id + event;
	if (names == NULL)
		return NULL;
	memcpy(names, first.source, source);
	memcpy(names + source, first.id, id);
	memcpy(names + source + id, first.event, event);
	return names;
}

static struct hs_first
first_in(const char *names)
{
	const char *id = names + strlen(names) + 1;

	return (struct hs_first){ names, id, id + strlen(id) + 1 };
}

static void
keep_first(int mode, int kind, struct hs_first first, struct told *out)
{
	char number[16];
	size_t len_bytes;

	snprintf(number, sizeof(number), "%d", kind);
	out->names = names_of(first, &len_bytes);
	if (out->names != NULL)
		hs_document_id(mode, (struct hs_span){ number, strlen(number) },
			(struct hs_span){ out->names, len_bytes }, out->first);
}

static bool
is_of_first(const struct told *row, const struct told *one)
{
	return row->seq != 0 && row->names != NULL && one->names != NULL &&
	       memcmp(row->first, one->first, HS_ID_BYTES) == 0;
}

/* Unless it is what the notice says itself. */
static void
name_first(struct hs_arena *arena, const struct told *row, hs_notice *notice)
{
	const hs_document *own = notice->document;
	Hansho__V1__Document__First *first;
	struct hs_first from;

	if (row->names == NULL)
		return;
	from = first_in(row->names);
	if (strcmp(from.source, own->source) == 0 && strcmp(from.id, own->id) == 0 &&
		strcmp(from.event, own->event) == 0)
		return;
	first = hs_message_new(arena, &hansho__v1__document__first__descriptor);
	if (first == NULL)
		return;
	first->source = hs_arena_strdup(arena, from.source);
	first->id = hs_arena_strdup(arena, from.id);
	first->event = hs_arena_strdup(arena, from.event);
	if (first->source != NULL && first->id != NULL && first->event != NULL)
		notice->document->first = first;
}

/* ---- reading ---- */

static void
principal_of(struct hs_span principal, uint8_t out[HS_ID_BYTES])
{
	uint8_t whole[HS_SHA256_BYTES];

	hs_sha256(&principal, 1, whole);
	memcpy(out, whole, HS_ID_BYTES);
}

static uint32_t
number_of(const hs_level *level)
{
	return level != NULL ? level->number : 0;
}

/* The areas of what is in force in it. */
static void
read_alike(const hs_notice *notice, struct told *out)
{
	const char **codes = calloc(out->said.count + 1, sizeof(*codes));
	size_t count = 0;

	for (size_t i = 0; codes != NULL && i < out->said.count; i++) {
		if (out->said.pairs[i].strength > 0)
			codes[count++] = out->said.pairs[i].code;
	}
	hs_alike_read(notice, codes, count, out->reported_unix_us, &out->alike);
	free(codes);
}

static void
read(const hs_notice *notice, struct hs_span principal, struct told *out)
{
	const hs_times *times = notice->times;
	const hs_time *reported = times == NULL		    ? NULL
				  : times->reported != NULL ? times->reported
							    : times->sent;

	*out = (struct told){ .cancel = notice->action == HS_ACTION(CANCEL) };
	key_of(notice, out->key);
	principal_of(principal, out->principal);
	document_of(
		(int)notice->mode, notice->document->source, notice->document->id, out->document);
	out->reported_unix_us = reported != NULL ? reported->unix_us : NO_TIME;
	out->level = number_of(notice->level);
	if (number_of(notice->equivalent_level) > out->level)
		out->level = number_of(notice->equivalent_level);
	out->rings = hs_rings(notice);
	if (!out->cancel)
		hs_said_read(notice, &out->said);
	read_alike(notice, out);
}

/* ---- comparing ---- */

/* Peers take what has no level whatever their level_min is. */
static bool
level_is_covered(uint32_t level, uint32_t by)
{
	return by == 0 || (level != 0 && level <= by);
}

static bool
covers(const struct told *by, const struct told *one)
{
	return !by->cancel && !one->cancel && level_is_covered(one->level, by->level) &&
	       hs_rings_cover(by->rings, one->rings) && hs_said_covers(&by->said, &one->said);
}

/* Of its principal, about its event. */
static bool
is_newest(const struct hs_same_events *events, const struct told *row)
{
	for (size_t i = 0; i < HS_SAME_EVENTS_MAX; i++) {
		const struct told *other = &events->rows[i];

		if (other->seq > row->seq && other->group == row->group &&
			memcmp(other->principal, row->principal, HS_ID_BYTES) == 0)
			return false;
	}
	return true;
}

static enum hs_likeness
likeness(const struct hs_same_events *events, const struct told *row, const struct told *one)
{
	return hs_alike_compare(&row->alike, &one->alike, &events->limits);
}

/* One principal that gives two names has two events. */
static bool
is_named_otherwise(const struct told *row, const struct told *one)
{
	return row->alike.names_event && one->alike.names_event &&
	       memcmp(row->principal, one->principal, HS_ID_BYTES) == 0;
}

/* Nothing in the group says that it is about another event; none of it has the key. */
static bool
fits(const struct hs_same_events *events, uint64_t group, const struct told *one)
{
	for (size_t i = 0; i < HS_SAME_EVENTS_MAX; i++) {
		const struct told *row = &events->rows[i];

		if (row->seq != 0 && row->group == group && is_newest(events, row) &&
			(is_named_otherwise(row, one) ||
				likeness(events, row, one) == HS_DIFFERENT))
			return false;
	}
	return true;
}

/* Has it? Else it has from now on: the whole table is gone through for a group, so once is enough. */
static bool
was_tried(uint64_t tried[HS_SAME_EVENTS_MAX], size_t *count, uint64_t group)
{
	for (size_t i = 0; i < *count; i++) {
		if (tried[i] == group)
			return true;
	}
	tried[(*count)++] = group;
	return false;
}

static bool
takes_back(const hs_notice *notice, const uint8_t document[HS_ID_BYTES])
{
	uint8_t key[HS_ID_BYTES];

	for (size_t i = 0; i < notice->document->n_supersedes; i++) {
		const char *id = hs_superseded_id(notice->document, i);

		if (id == NULL)
			continue;
		document_of((int)notice->mode, notice->document->source, id, key);
		if (memcmp(key, document, HS_ID_BYTES) == 0)
			return true;
	}
	return false;
}

/* By its key, and a cancel by its document, or by those that it takes back. */
static const struct told *
by_name(const struct hs_same_events *events, const hs_notice *notice, const struct told *one)
{
	const struct told *found = NULL;

	for (size_t i = 0; i < HS_SAME_EVENTS_MAX; i++) {
		const struct told *row = &events->rows[i];

		if (row->seq == 0)
			continue;
		if (memcmp(row->key, one->key, HS_ID_BYTES) == 0)
			return row;
		if (one->cancel && (memcmp(row->document, one->document, HS_ID_BYTES) == 0 ||
					   takes_back(notice, row->document)))
			found = row;
	}
	return found;
}

/* By what it says; the newest such event. */
static const struct told *
by_likeness(const struct hs_same_events *events, const struct told *one)
{
	const struct told *alike = NULL;
	uint64_t tried[HS_SAME_EVENTS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < HS_SAME_EVENTS_MAX; i++) {
		const struct told *row = &events->rows[i];

		if (row->seq == 0)
			continue;
		if ((alike == NULL || row->group > alike->group) &&
			likeness(events, row, one) == HS_SAME &&
			!was_tried(tried, &count, row->group) && fits(events, row->group, one))
			alike = row;
	}
	return alike;
}

/* It came late, or nothing came after that one, and it ends nothing of it. */
static bool
still_says(const struct hs_same_events *events, const struct told *row, const struct told *one)
{
	bool late =
		row->reported_unix_us != NO_TIME && one->reported_unix_us <= row->reported_unix_us;

	return late || (is_newest(events, row) && !hs_said_ends(&one->said, &row->said));
}

/* Of two of which one has no time it is not known: then it may be. */
static bool
is_before(const struct told *one, const struct told *other)
{
	return one->reported_unix_us < other->reported_unix_us ||
	       one->reported_unix_us == NO_TIME || other->reported_unix_us == NO_TIME;
}

/* A headline that says as much as a headline can is no less. */
static bool
says_less(const struct told *other, const struct told *one)
{
	bool plain = other->rings == HS_RING_HEADLINE && one->rings != HS_RING_HEADLINE;

	return !hs_said_covers(&other->said, &one->said) &&
	       !(plain && hs_said_covers_plainly(&other->said, &one->said));
}

/* Between what the row says and this one, by whichever route, it was taken back or ended, or less was said: this one says it anew. */
static bool
went_down_since(const struct hs_same_events *events, const struct told *row, const struct told *one)
{
	for (size_t i = 0; i < HS_SAME_EVENTS_MAX; i++) {
		const struct told *other = &events->rows[i];
		bool after = row->reported_unix_us == NO_TIME ||
			     other->reported_unix_us >= row->reported_unix_us;
		bool between = other->seq > row->seq && other->group == row->group && after &&
			       is_before(other, one);

		if (between && (other->cancel || hs_said_ends(&other->said, &one->said) ||
				       says_less(other, one)))
			return true;
	}
	return false;
}

bool
hs_same_event_told(const struct hs_same_events *events, struct hs_arena *arena,
	struct hs_span principal, hs_notice *notice)
{
	const struct told *of;
	struct told one;
	bool found = false;

	if (!hs_same_event_kind((int)notice->kind))
		return false;
	read(notice, principal, &one);
	of = by_name(events, notice, &one);
	if (of == NULL)
		of = by_likeness(events, &one);
	if (of != NULL)
		name_first(arena, of, notice);
	for (size_t i = 0; of != NULL && i < HS_SAME_EVENTS_MAX && !found; i++) {
		const struct told *row = &events->rows[i];

		if (row->seq == 0 || row->group != of->group ||
			memcmp(row->principal, one.principal, HS_ID_BYTES) == 0)
			continue;
		found = covers(row, &one) && still_says(events, row, &one) &&
			!went_down_since(events, row, &one);
	}
	clear(&one);
	return found;
}

/* As it was decided when it came, whatever the limits are now. What was marked before that was named is alike. */
static const struct told *
taken_of(const struct hs_same_events *events, const hs_notice *notice, const struct told *one)
{
	const struct told *of = NULL;

	for (size_t i = 0; of == NULL && i < HS_SAME_EVENTS_MAX; i++) {
		if (is_of_first(&events->rows[i], one))
			of = &events->rows[i];
	}
	if (of == NULL && notice->document->first == NULL)
		of = by_name(events, notice, one);
	if (of == NULL && notice->document->first == NULL &&
		hs_notice_has_flag(notice, HS_FLAG_SAME_EVENT))
		of = by_likeness(events, one);
	return of;
}

void
hs_same_event_take(struct hs_same_events *events, uint64_t seq, struct hs_span principal,
	const hs_notice *notice)
{
	struct told *row = &events->rows[events->next];
	const struct told *of;
	struct told one;

	if (seq <= events->newest || !hs_same_event_kind((int)notice->kind))
		return;
	read(notice, principal, &one);
	keep_first((int)notice->mode, (int)notice->kind, hs_first_of(notice->document), &one);
	of = taken_of(events, notice, &one);
	one.seq = seq;
	one.group = of != NULL ? of->group : seq;
	if (of != NULL && of->names != NULL && !is_of_first(of, &one)) {
		free(one.names);
		keep_first((int)notice->mode, (int)notice->kind, first_in(of->names), &one);
	}
	clear(row);
	*row = one;
	events->newest = seq;
	events->next = (events->next + 1) % HS_SAME_EVENTS_MAX;
}

void
hs_same_event_cut(struct hs_same_events *events, uint64_t seq)
{
	for (size_t i = 0; i < HS_SAME_EVENTS_MAX; i++) {
		struct told *row = &events->rows[i];

		if (row->seq > seq)
			clear(row);
	}
	if (events->newest > seq)
		events->newest = seq;
}

uint64_t
hs_same_event_newest(const struct hs_same_events *events)
{
	return events->newest;
}
