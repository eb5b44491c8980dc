#include "hub/core/same_event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/core/said.h"

struct told {
	uint8_t key[HS_ID_BYTES], principal[HS_ID_BYTES];
	uint64_t seq;	/* 0: free */
	uint64_t group; /* of messages about one event: the seq of the first; 0: of its own */
	struct hs_alike alike;
	int64_t reported_unix_us;
	uint32_t level; /* of the notice, by which peers filter */
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

void
hs_same_events_destroy(struct hs_same_events *events)
{
	if (events == NULL)
		return;
	for (size_t i = 0; i < HS_SAME_EVENTS_MAX; i++)
		hs_said_free(&events->rows[i].said);
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
	out->reported_unix_us = reported != NULL ? reported->unix_us : INT64_MAX;
	out->level = number_of(notice->level);
	if (number_of(notice->equivalent_level) > out->level)
		out->level = number_of(notice->equivalent_level);
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
	if (by->cancel || one->cancel)
		return by->cancel && one->cancel;
	return level_is_covered(one->level, by->level) && hs_said_covers(&by->said, &one->said);
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

/* 0: none. By its key, else by what it says. */
static uint64_t
group_of(const struct hs_same_events *events, const struct told *one)
{
	uint64_t alike = 0, tried[HS_SAME_EVENTS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < HS_SAME_EVENTS_MAX; i++) {
		const struct told *row = &events->rows[i];

		if (row->seq == 0)
			continue;
		if (memcmp(row->key, one->key, HS_ID_BYTES) == 0)
			return row->group;
		if (row->group > alike && likeness(events, row, one) == HS_SAME &&
			!was_tried(tried, &count, row->group) && fits(events, row->group, one))
			alike = row->group;
	}
	return alike;
}

bool
hs_same_event_told(
	const struct hs_same_events *events, struct hs_span principal, const hs_notice *notice)
{
	struct told one;
	bool found = false;
	uint64_t group;

	if (!hs_same_event_kind((int)notice->kind))
		return false;
	read(notice, principal, &one);
	group = group_of(events, &one);
	for (size_t i = 0; i < HS_SAME_EVENTS_MAX && !found; i++) {
		const struct told *row = &events->rows[i];

		if (row->seq == 0 || row->group != group ||
			memcmp(row->principal, one.principal, HS_ID_BYTES) == 0)
			continue;
		found = covers(row, &one) &&
			(one.reported_unix_us <= row->reported_unix_us || is_newest(events, row));
	}
	hs_said_free(&one.said);
	return found;
}

void
hs_same_event_take(struct hs_same_events *events, uint64_t seq, struct hs_span principal,
	const hs_notice *notice)
{
	struct told *row = &events->rows[events->next];
	struct told one;

	if (seq <= events->newest || !hs_same_event_kind((int)notice->kind))
		return;
	read(notice, principal, &one);
	one.seq = seq;
	one.group = group_of(events, &one);
	if (one.group == 0)
		one.group = seq;
	hs_said_free(&row->said);
	*row = one;
	events->newest = seq;
	events->next = (events->next + 1) % HS_SAME_EVENTS_MAX;
}

void
hs_same_event_cut(struct hs_same_events *events, uint64_t seq)
{
	for (size_t i = 0; i < HS_SAME_EVENTS_MAX; i++) {
		struct told *row = &events->rows[i];

		if (row->seq <= seq)
			continue;
		hs_said_free(&row->said);
		*row = (struct told){ 0 };
	}
	if (events->newest > seq)
		events->newest = seq;
}

uint64_t
hs_same_event_newest(const struct hs_same_events *events)
{
	return events->newest;
}
