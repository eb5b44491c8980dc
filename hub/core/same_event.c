#include "hub/core/same_event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/tables.h"

#define PAIRS_MAX  8192
#define LABEL_SIZE 32

/* A place, what is said of it, how strongly. */
struct pair {
	char code[HS_AREA_PLACE_SIZE];
	char label
		[LABEL_SIZE]; /* hazard; of civil protection type/phase; "" of kinds with one hazard */
	uint32_t strength;
};

struct told {
	uint8_t key[HS_ID_BYTES], principal[HS_ID_BYTES];
	uint64_t seq;	/* 0: free */
	uint64_t group; /* of messages about one event: the seq of the first; 0: of its own */
	struct hs_alike alike;
	int64_t reported_unix_us;
	uint32_t level; /* of the notice, by which peers filter */
	bool cancel;
	struct pair *pairs;
	size_t count;
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
		free(events->rows[i].pairs);
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

/* ---- what a notice says ---- */

static void
add(struct told *out, const char *code, const char *label, uint32_t strength)
{
	struct pair *pair;

	if (out->count == PAIRS_MAX || code[0] == '\0' || strlen(code) >= sizeof(pair->code) ||
		strlen(label) >= sizeof(pair->label)) {
		/* what cannot be held is said of no place: it covers nothing, and nothing covers it */
		if (out->count < PAIRS_MAX)
			out->pairs[out->count++] = (struct pair){ .strength = UINT32_MAX };
		return;
	}
	pair = &out->pairs[out->count++];
	*pair = (struct pair){ .strength = strength };
	memcpy(pair->code, code, strlen(code));
	memcpy(pair->label, label, strlen(label));
}

/* Kinds that are one hazard whatever its name is. */
static bool
has_hazards(int kind)
{
	return kind == HS_KIND(WEATHER) || kind == HS_KIND(LANDSLIDE) || kind == HS_KIND(FLOOD);
}

static void
add_items(struct told *out, const hs_notice *notice, hs_hazard *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *label = has_hazards((int)notice->kind) ? items[i]->hazard : "";

		/* nothing in force has no strength: an end is covered by any end or order */
		for (size_t j = 0; j < items[i]->n_areas; j++)
			add(out, items[i]->areas[j]->code, label,
				items[i]->in_force ? items[i]->rank : 0);
	}
}

/* 4 → 40, 5- → 50, 5+ → 55; what is no intensity is stronger than all. */
static uint32_t
intensity_of(const char *text)
{
	uint32_t digit = (uint32_t)(unsigned char)text[0] - '0';

	if (digit > 7 || text[0] == '\0')
		return 99;
	return digit * 10 + (text[1] == '+' ? 5 : 0);
}

static void
add_intensities(struct told *out, const hs_earthquake *quake)
{
	for (size_t i = 0; quake != NULL && i < quake->n_intensities; i++) {
		const hs_intensity *one = quake->intensities[i];
		const char *strongest = one->upper[0] != '\0' ? one->upper : one->value;

		if (one->area != NULL)
			add(out, one->area->code, "intensity", intensity_of(strongest));
	}
}

/* Of an alert without a scale of its own: that of CAP. Kinds whose warnings have the ranks 5, 3 and 2 only. */
static uint32_t
severity_of(const hs_notice *notice)
{
	static const struct {
		const char *word;
		uint32_t rank, hazards_rank;
	} rows[] = { { "Extreme", 5, 5 }, { "Severe", 3, 4 }, { "Moderate", 2, 3 },
		{ "Minor", 1, 2 } };
	uint32_t found = 0;

	for (size_t i = 0; notice->cap != NULL && i < notice->cap->n_infos; i++) {
		uint32_t rank = 5; /* a word that nobody knows */

		for (size_t j = 0; j < HS_COUNT(rows); j++) {
			if (strcmp(rows[j].word, notice->cap->infos[i]->severity) == 0)
				rank = has_hazards((int)notice->kind) ? rows[j].hazards_rank
								      : rows[j].rank;
		}
		found = rank > found ? rank : found;
	}
	return found;
}

static void
add_plain(struct told *out, const hs_notice *notice)
{
	char label[LABEL_SIZE] = "";
	uint32_t strength = severity_of(notice);

	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_CIVIL_PROTECTION)
		snprintf(label, sizeof(label), "%.15s/%.15s", notice->civil_protection->type,
			notice->civil_protection->phase);
	for (size_t i = 0; i < notice->n_areas; i++)
		add(out, notice->areas[i]->code, label, strength);
}

static void
add_detail(struct told *out, const hs_notice *notice)
{
	switch (notice->detail_case) {
	case HANSHO__V1__NOTICE__DETAIL_EEW:
		add_items(out, notice, notice->eew->items, notice->eew->n_items);
		add_intensities(out, notice->eew->earthquake);
		break;
	case HANSHO__V1__NOTICE__DETAIL_EARTHQUAKE:
		add_intensities(out, notice->earthquake);
		break;
	case HANSHO__V1__NOTICE__DETAIL_TSUNAMI:
		add_items(out, notice, notice->tsunami->items, notice->tsunami->n_items);
		break;
	case HANSHO__V1__NOTICE__DETAIL_VOLCANO:
		add_items(out, notice, notice->volcano->items, notice->volcano->n_items);
		break;
	case HANSHO__V1__NOTICE__DETAIL_WEATHER:
		add_items(out, notice, notice->weather->items, notice->weather->n_items);
		break;
	case HANSHO__V1__NOTICE__DETAIL_LANDSLIDE:
		add_items(out, notice, notice->landslide->items, notice->landslide->n_items);
		break;
	case HANSHO__V1__NOTICE__DETAIL_FLOOD:
		add_items(out, notice, notice->flood->items, notice->flood->n_items);
		break;
	default:
		break;
	}
	if (out->count == 0)
		add_plain(out, notice);
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
	const char **codes = calloc(out->count + 1, sizeof(*codes));
	size_t count = 0;

	for (size_t i = 0; codes != NULL && i < out->count; i++) {
		if (out->pairs[i].strength > 0 && out->pairs[i].code[0] != '\0')
			codes[count++] = out->pairs[i].code;
	}
	hs_alike_read(notice, codes, count, out->reported_unix_us, &out->alike);
	free(codes);
}

/* false: out of memory. */
static bool
read(const hs_notice *notice, struct hs_span principal, struct told *out)
{
	const hs_times *times = notice->times;
	const hs_time *reported = times == NULL		    ? NULL
				  : times->reported != NULL ? times->reported
							    : times->sent;

	*out = (struct told){ .cancel = notice->action == HS_ACTION(CANCEL) };
	out->pairs = calloc(PAIRS_MAX, sizeof(*out->pairs));
	if (out->pairs == NULL)
		return false;
	key_of(notice, out->key);
	principal_of(principal, out->principal);
	out->reported_unix_us = reported != NULL ? reported->unix_us : INT64_MAX;
	out->level = number_of(notice->level);
	if (number_of(notice->equivalent_level) > out->level)
		out->level = number_of(notice->equivalent_level);
	if (!out->cancel)
		add_detail(out, notice);
	read_alike(notice, out);
	return true;
}

/* ---- comparing ---- */

static bool
is_covered(const struct pair *pair, const struct told *by)
{
	for (size_t i = 0; i < by->count; i++) {
		const struct pair *one = &by->pairs[i];

		if (one->strength >= pair->strength && one->code[0] != '\0' &&
			strcmp(one->label, pair->label) == 0 &&
			hs_area_within(pair->code, one->code))
			return true;
	}
	return false;
}

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
	if (one->count == 0 || !level_is_covered(one->level, by->level))
		return false;
	for (size_t i = 0; i < one->count; i++) {
		if (one->pairs[i].code[0] == '\0' || !is_covered(&one->pairs[i], by))
			return false;
	}
	return true;
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

/* 0: none. By its key, else by what it says. */
static uint64_t
group_of(const struct hs_same_events *events, const struct told *one)
{
	uint64_t alike = 0;

	for (size_t i = 0; i < HS_SAME_EVENTS_MAX; i++) {
		const struct told *row = &events->rows[i];

		if (row->seq == 0)
			continue;
		if (memcmp(row->key, one->key, HS_ID_BYTES) == 0)
			return row->group;
		if (row->group > alike && likeness(events, row, one) == HS_SAME &&
			fits(events, row->group, one))
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

	if (!hs_same_event_kind((int)notice->kind) || !read(notice, principal, &one))
		return false;
	group = group_of(events, &one);
	for (size_t i = 0; i < HS_SAME_EVENTS_MAX && !found; i++) {
		const struct told *row = &events->rows[i];

		if (row->seq == 0 || row->group != group ||
			memcmp(row->principal, one.principal, HS_ID_BYTES) == 0)
			continue;
		found = covers(row, &one) &&
			(one.reported_unix_us <= row->reported_unix_us || is_newest(events, row));
	}
	free(one.pairs);
	return found;
}

void
hs_same_event_take(struct hs_same_events *events, uint64_t seq, struct hs_span principal,
	const hs_notice *notice)
{
	struct told *row = &events->rows[events->next];
	struct told one;
	struct pair *fitting;

	if (seq <= events->newest || !hs_same_event_kind((int)notice->kind) ||
		!read(notice, principal, &one))
		return; /* without memory it is not remembered: the other one alarms */
	fitting = realloc(one.pairs, (one.count + 1) * sizeof(*one.pairs));
	if (fitting != NULL)
		one.pairs = fitting;
	one.seq = seq;
	one.group = group_of(events, &one);
	if (one.group == 0)
		one.group = seq;
	free(row->pairs);
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
		free(row->pairs);
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
