#include "hub/gate/plausible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/register.h"
#include "hub/gate/stages.h"
#include "schemas/area_key.h"

#define SCRATCH_BYTES	   ((size_t)16 << 20)
#define FIVE_DIGITS	   5
#define WHOLE_MUNICIPALITY "*"
#define PERCENT		   100

/* A district that the order names. */
struct place {
	const char *key;
	const hs_area *area;
	const struct hs_register_row *row; /* NULL: not in the register */
};

/* What the order says about one municipality that has a register. */
struct town {
	struct hs_submission *submission;
	const struct place *places;
	size_t place_count;
	const struct hs_register_row *rows;
	size_t row_count;
};

/* ---- the checks: each may fail, and then says so itself ---- */

static void
check_usual(const struct town *town)
{
	for (size_t i = 0; i < town->place_count; i++) {
		const struct place *place = &town->places[i];

		if (place->row != NULL || strcmp(place->key, WHOLE_MUNICIPALITY) == 0)
			continue;
		hs_stage_finding(town->submission, HS_FINDING_AREA_UNUSUAL, place->area, "",
			place->area->name);
		hs_notice_flag(town->submission->arena, town->submission->notice, "area_unusual");
	}
}

/* Districts of the register that are named, each once; all of them when the municipality itself is. */
static size_t
named_rows(const struct town *town)
{
	size_t named = 0;

	for (size_t i = 0; i < town->place_count; i++) {
		const struct place *place = &town->places[i];

		if (strcmp(place->key, WHOLE_MUNICIPALITY) == 0)
			return town->row_count;
		named += place->row != NULL &&
			 (i == 0 || strcmp(town->places[i - 1].key, place->key) != 0);
	}
	return named;
}

static void
check_all(const struct town *town)
{
	const struct hs_gate_limits *limits = town->submission->limits;
	size_t named = named_rows(town);
	char text[64];

	if ((int64_t)town->row_count < limits->all_areas_least ||
		named * PERCENT < town->row_count * (size_t)limits->all_areas_percent)
		return;
	(void)snprintf(text, sizeof(text), "%zu / %zu", named, town->row_count);
	hs_stage_finding(town->submission, HS_FINDING_AREAS_ALL, town->places[0].area, "", text);
	hs_notice_flag(town->submission->arena, town->submission->notice, "areas_all");
}

static bool
is_far(int64_t said, int64_t known, int64_t factor)
{
	return said > 0 && known > 0 && (said > known * factor || known > said * factor);
}

/* The register's sum over what is named; 0 when a part of it is not known. */
static int64_t
sum_of(const struct town *town, size_t member)
{
	bool whole = named_rows(town) == town->row_count;
	int64_t sum = 0;

	for (size_t i = 0; i < (whole ? town->row_count : town->place_count); i++) {
		const struct hs_register_row *row = whole ? &town->rows[i] : town->places[i].row;
		int64_t value;

		if (row == NULL)
			return 0;
		if (!whole && i > 0 && town->places[i - 1].row == row)
			continue;
		value = *(const int64_t *)(const void *)((const char *)row + member);
		if (value == 0)
			return 0;
		sum += value;
	}
	return sum;
}

static void
check_households(const struct town *town)
{
	const hs_evacuation *evacuation = town->submission->notice->evacuation;
	const struct {
		const hs_count *said;
		size_t member;
	} counts[] = { { evacuation->households, offsetof(struct hs_register_row, households) },
		{ evacuation->people, offsetof(struct hs_register_row, people) } };

	for (size_t i = 0; i < HS_COUNT(counts); i++) {
		int64_t known = sum_of(town, counts[i].member);
		char expected[32], detail[32];

		if (counts[i].said == NULL || !is_far(counts[i].said->value, known,
						      town->submission->limits->count_factor))
			continue;
		(void)snprintf(expected, sizeof(expected), "%lld", (long long)known);
		(void)snprintf(detail, sizeof(detail), "%u", counts[i].said->value);
		hs_stage_finding(town->submission, HS_FINDING_HOUSEHOLDS_FAR, town->places[0].area,
			expected, detail);
		hs_notice_flag(town->submission->arena, town->submission->notice, "households_far");
	}
}

/* A river of the register that the disaster's name or the complement speaks of; NULL: none. */
static const char *
named_river(const struct town *town)
{
	const hs_evacuation *evacuation = town->submission->notice->evacuation;

	for (size_t i = 0; i < town->row_count; i++) {
		const struct hs_config_texts *rivers = &town->rows[i].rivers;

		for (size_t k = 0; k < rivers->count; k++) {
			if (strstr(evacuation->disaster_name, rivers->items[k]) != NULL ||
				strstr(evacuation->complement, rivers->items[k]) != NULL)
				return rivers->items[k];
		}
	}
	return NULL;
}

static void
check_river(const struct town *town)
{
	const char *river = named_river(town);

	for (size_t i = 0; river != NULL && i < town->place_count; i++) {
		const struct hs_register_row *row = town->places[i].row;

		if (row == NULL || row->rivers.count == 0 ||
			hs_config_texts_have(&row->rivers, river))
			continue;
		hs_stage_finding(town->submission, HS_FINDING_AREA_OTHER_RIVER,
			town->places[i].area, river, town->places[i].area->name);
		hs_notice_flag(
			town->submission->arena, town->submission->notice, "area_other_river");
	}
}

static void (*const checks[])(
	const struct town *town) = { check_usual, check_all, check_households, check_river };

/* ---- the places of an order, by municipality ---- */

static int
compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int by_code = strncmp(x->area->code, y->area->code, FIVE_DIGITS);

	return by_code != 0 ? by_code : strcmp(x->key, y->key);
}

static size_t
count_ordered(const hs_evacuation *evacuation)
{
	size_t count = 0;

	for (size_t i = 0; i < evacuation->n_details; i++) {
		if (evacuation->details[i]->state == HS_EVAC(ISSUED))
			count += evacuation->details[i]->n_areas;
	}
	return count;
}

/* false: the scratch arena is full. */
static bool
collect(struct hs_arena *scratch, const hs_evacuation *evacuation, struct place *places)
{
	size_t count = 0;

	for (size_t i = 0; i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];

		if (detail->state != HS_EVAC(ISSUED))
			continue;
		for (size_t k = 0; k < detail->n_areas; k++, count++) {
			const hs_area *area = detail->areas[k]->area;

			places[count].area = area;
			places[count].key = hs_area_key(scratch, area->code, area->name);
			if (places[count].key == NULL)
				return false;
		}
	}
	qsort(places, count, sizeof(*places), compare_places);
	return true;
}

static void
check_town(struct hs_submission *submission, struct place *places, size_t count)
{
	struct town town = { .submission = submission, .places = places, .place_count = count };

	town.rows = hs_register_of(submission->guard.reg, places[0].area->code, &town.row_count);
	if (town.row_count == 0)
		return; /* nothing is known of it */
	for (size_t i = 0; i < count; i++)
		places[i].row = hs_register_find(town.rows, town.row_count, places[i].key);
	for (size_t i = 0; i < HS_COUNT(checks); i++)
		checks[i](&town);
}

static enum hs_err
check_towns(struct hs_submission *submission, struct hs_arena *scratch)
{
	const hs_evacuation *evacuation = submission->notice->evacuation;
	size_t count = count_ordered(evacuation);
	struct place *places;

	if (count == 0)
		return HS_OK;
	places = hs_arena_alloc(scratch, count * sizeof(*places));
	if (places == NULL || !collect(scratch, evacuation, places))
		return HS_ERR_NOMEM;
	for (size_t start = 0, end = 0; start < count; start = end) {
		while (end < count &&
			strncmp(places[start].area->code, places[end].area->code, FIVE_DIGITS) == 0)
			end++;
		check_town(submission, &places[start], end - start);
	}
	return HS_OK;
}

void
hs_plausible_check(struct hs_submission *submission)
{
	const hs_notice *notice = submission->notice;
	struct hs_arena *scratch;
	enum hs_err err = HS_ERR_NOMEM;

	if (submission->guard.reg == NULL ||
		notice->detail_case != HANSHO__V1__NOTICE__DETAIL_EVACUATION ||
		notice->action == HS_ACTION(CANCEL))
		return;
	scratch = hs_arena_create(SCRATCH_BYTES);
	if (scratch != NULL)
		err = check_towns(submission, scratch);
	hs_arena_destroy(scratch);
	if (err == HS_OK)
		return;
	hs_stage_finding(submission, HS_FINDING_CHECK_BROKEN, notice, "", hs_err_name(err));
	hs_notice_flag(submission->arena, submission->notice, "check_broken");
}
