#include "hub/core/said.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"

#define INTENSITY    "intensity" /* label */
#define PAIRS_FIRST  64
#define RANK_GRAVEST 5

static bool
has_room(struct hs_said *out)
{
	size_t room = out->room == 0 ? PAIRS_FIRST : out->room * 2;
	struct hs_said_pair *grown;

	if (out->count < out->room)
		return true;
	if (out->count == HS_SAID_MAX)
		return false;
	grown = realloc(out->pairs, room * sizeof(*grown));
	if (grown == NULL)
		return false;
	out->pairs = grown;
	out->room = room;
	return true;
}

static void
add(struct hs_said *out, const char *code, const char *label, uint32_t strength)
{
	char places[HS_AREA_AROUND_MAX][HS_AREA_PLACE_SIZE];
	struct hs_said_pair *pair;

	if (out->incomplete || code[0] == '\0' || strlen(code) >= sizeof(pair->code) ||
		strlen(label) >= sizeof(pair->label) || !has_room(out)) {
		out->incomplete = true;
		return;
	}
	pair = &out->pairs[out->count++];
	*pair = (struct hs_said_pair){ .strength = strength };
	if (hs_area_around(code, places) > 0)
		code = places[0];
	memcpy(pair->code, code, strlen(code));
	memcpy(pair->label, label, strlen(label));
}

static int
by_label_and_code(const void *a, const void *b)
{
	const struct hs_said_pair *one = a, *other = b;
	int order = strcmp(one->label, other->label);

	return order != 0 ? order : strcmp(one->code, other->code);
}

/* Of what is said twice of a place the strongest counts, on both sides of a comparison. */
static void
sort(struct hs_said *out)
{
	size_t kept = 0;

	if (out->count == 0)
		return;
	qsort(out->pairs, out->count, sizeof(*out->pairs), by_label_and_code);
	for (size_t i = 1; i < out->count; i++) {
		struct hs_said_pair *last = &out->pairs[kept];

		if (by_label_and_code(last, &out->pairs[i]) != 0)
			out->pairs[++kept] = out->pairs[i];
		else if (out->pairs[i].strength > last->strength)
			last->strength = out->pairs[i].strength;
	}
	out->count = kept + 1;
}

/* Kinds that are one hazard whatever its name is. */
static bool
has_hazards(int kind)
{
	return kind == HS_KIND(WEATHER) || kind == HS_KIND(LANDSLIDE) || kind == HS_KIND(FLOOD);
}

static void
add_items(struct hs_said *out, const hs_notice *notice, hs_hazard *const *items, size_t count)
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
add_intensities(struct hs_said *out, const hs_earthquake *quake)
{
	for (size_t i = 0; quake != NULL && i < quake->n_intensities; i++) {
		const hs_intensity *one = quake->intensities[i];
		const char *strongest = one->upper[0] != '\0' ? one->upper : one->value;

		if (one->area != NULL)
			add(out, one->area->code, INTENSITY, intensity_of(strongest));
	}
}

/* A warning of which no intensity is told at all is the strongest, for loudspeakers too, which ring for the gravest only
 * (adapters/jalert/alerts.c). */
static void
add_untold_intensities(struct hs_said *out, const Hansho__V1__Eew *eew)
{
	bool told = eew->earthquake != NULL && eew->earthquake->n_intensities > 0;

	for (size_t i = 0; !told && eew->warning && i < eew->n_items; i++) {
		const hs_hazard *item = eew->items[i];

		bool rings = item->in_force && item->rank >= RANK_GRAVEST;

		for (size_t j = 0; rings && j < item->n_areas; j++)
			add(out, item->areas[j]->code, INTENSITY, intensity_of("7"));
	}
}

/* Of an alert without a scale of its own: that of CAP, in its first info, by which it rings. Kinds whose warnings have the ranks
 * 5, 3 and 2 only. */
static uint32_t
severity_of(const hs_notice *notice)
{
	static const struct {
		const char *word;
		uint32_t rank, hazards_rank;
	} rows[] = { { "Extreme", 5, 5 }, { "Severe", 3, 4 }, { "Moderate", 2, 3 },
		{ "Minor", 1, 2 } };
	const hs_cap_info *info =
		notice->cap != NULL && notice->cap->n_infos > 0 ? notice->cap->infos[0] : NULL;

	if (info == NULL || notice->action == HS_ACTION(LIFT))
		return 0;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (strcmp(rows[i].word, info->severity) == 0)
			return has_hazards((int)notice->kind) ? rows[i].hazards_rank : rows[i].rank;
	}
	return 5; /* a word that nobody knows */
}

static void
add_plain(struct hs_said *out, const hs_notice *notice)
{
	char label[HS_SAID_LABEL_SIZE] = "";
	uint32_t strength = severity_of(notice);

	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_CIVIL_PROTECTION)
		snprintf(label, sizeof(label), "%.15s/%.15s", notice->civil_protection->type,
			notice->civil_protection->phase);
	for (size_t i = 0; i < notice->n_areas; i++)
		add(out, notice->areas[i]->code, label, strength);
}

/* What its detail lists; NULL: it has no such list. */
static hs_hazard *const *
items_of(const hs_notice *notice, size_t *count)
{
	*count = 0;
	switch (notice->detail_case) {
	case HANSHO__V1__NOTICE__DETAIL_EEW:
		*count = notice->eew->n_items;
		return notice->eew->items;
	case HANSHO__V1__NOTICE__DETAIL_TSUNAMI:
		*count = notice->tsunami->n_items;
		return notice->tsunami->items;
	case HANSHO__V1__NOTICE__DETAIL_VOLCANO:
		*count = notice->volcano->n_items;
		return notice->volcano->items;
	case HANSHO__V1__NOTICE__DETAIL_WEATHER:
		*count = notice->weather->n_items;
		return notice->weather->items;
	case HANSHO__V1__NOTICE__DETAIL_LANDSLIDE:
		*count = notice->landslide->n_items;
		return notice->landslide->items;
	case HANSHO__V1__NOTICE__DETAIL_FLOOD:
		*count = notice->flood->n_items;
		return notice->flood->items;
	default:
		return NULL;
	}
}

/* A digest of a country lists more than any warning: it is not gone through. */
static bool
is_too_long(hs_hazard *const *items, size_t count)
{
	size_t areas = 0;

	for (size_t i = 0; i < count && areas <= HS_SAID_MAX; i++)
		areas += items[i]->n_areas;
	return areas > HS_SAID_MAX;
}

static void
add_detail(struct hs_said *out, const hs_notice *notice)
{
	size_t count;
	hs_hazard *const *items = items_of(notice, &count);

	out->incomplete = is_too_long(items, count);
	if (out->incomplete)
		return;
	add_items(out, notice, items, count);
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EEW) {
		add_intensities(out, notice->eew->earthquake);
		add_untold_intensities(out, notice->eew);
	} else if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EARTHQUAKE) {
		add_intensities(out, notice->earthquake);
	}
	if (out->count == 0)
		add_plain(out, notice);
}

void
hs_said_read(const hs_notice *notice, struct hs_said *out)
{
	struct hs_said_pair *fitting;

	*out = (struct hs_said){ 0 };
	add_detail(out, notice);
	sort(out);
	fitting = out->count > 0 ? realloc(out->pairs, out->count * sizeof(*fitting)) : NULL;
	if (fitting != NULL) {
		out->pairs = fitting;
		out->room = out->count;
	}
}

void
hs_said_free(struct hs_said *said)
{
	free(said->pairs);
	*said = (struct hs_said){ 0 };
}

/* The first of its places that is said there. */
static const struct hs_said_pair *
find(const struct hs_said *by, const struct hs_said_pair *pair, uint32_t least)
{
	char places[HS_AREA_AROUND_MAX][HS_AREA_PLACE_SIZE];
	size_t count = hs_area_around(pair->code, places);
	struct hs_said_pair wanted = *pair;

	for (size_t i = 0; i == 0 || i < count; i++) {
		const struct hs_said_pair *found;

		if (count > 0)
			memcpy(wanted.code, places[i], sizeof(wanted.code));
		found = bsearch(
			&wanted, by->pairs, by->count, sizeof(*by->pairs), by_label_and_code);
		if (found != NULL && found->strength >= least)
			return found;
	}
	return NULL;
}

bool
hs_said_covers(const struct hs_said *by, const struct hs_said *one)
{
	if (one->count == 0 || by->count == 0 || one->incomplete)
		return false;
	for (size_t i = 0; i < one->count; i++) {
		if (find(by, &one->pairs[i], one->pairs[i].strength) == NULL)
			return false;
	}
	return true;
}

bool
hs_said_covers_plainly(const struct hs_said *by, const struct hs_said *one)
{
	size_t compared = 0;

	if (one->incomplete)
		return false;
	for (size_t i = 0; i < one->count; i++) {
		struct hs_said_pair plain = one->pairs[i];

		if (strcmp(plain.label, INTENSITY) == 0)
			continue;
		memset(plain.label, 0, sizeof(plain.label));
		if (find(by, &plain, plain.strength) == NULL)
			return false;
		compared++;
	}
	return compared > 0;
}

bool
hs_said_ends(const struct hs_said *one, const struct hs_said *before)
{
	for (size_t i = 0; before->count > 0 && i < one->count; i++) {
		if (one->pairs[i].strength == 0 && find(before, &one->pairs[i], 1) != NULL)
			return true;
	}
	return false;
}
