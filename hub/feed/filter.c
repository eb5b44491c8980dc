#include "hub/feed/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/tables.h"

#define LEVEL_MAX 5
#define KIND_MAX  63

/* ---- head ---- */

static uint32_t
level_of(const hs_level *level)
{
	return level == NULL ? 0 : level->number;
}

static enum hs_err
add_area(struct hs_area_set *areas, const hs_area *area)
{
	const char *code;

	if (area == NULL)
		return HS_OK;
	code = area->sub_code != NULL && area->sub_code[0] != '\0' ? area->sub_code : area->code;
	return code == NULL ? HS_OK : hs_area_set_add(areas, code, strlen(code));
}

static enum hs_err
add_places(struct hs_area_set *areas, const hs_evacuation *evacuation)
{
	enum hs_err err = HS_OK;

	for (size_t i = 0; i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];

		for (size_t j = 0; err == HS_OK && j < detail->n_areas; j++)
			err = add_area(areas, detail->areas[j]->area);
	}
	return err;
}

static enum hs_err
add_before(struct hs_area_set *before, const hs_document *document)
{
	enum hs_err err = HS_OK;

	for (size_t i = 0; document != NULL && err == HS_OK && i < document->n_areas_before; i++)
		err = hs_area_set_add(
			before, document->areas_before[i], strlen(document->areas_before[i]));
	return err;
}

static uint64_t
kind_bit(int kind)
{
	return (uint64_t)1 << (kind > 0 && kind <= KIND_MAX ? kind : 0);
}

static void
read_before(const hs_document *document, struct hs_head *out)
{
	for (size_t i = 0; i < document->n_kinds_before; i++) {
		int kind = hs_enum_value(&hansho__v1__kind__descriptor, document->kinds_before[i]);

		out->kinds_before |= kind_bit(kind);
	}
	out->level_known = document->follows;
	out->level_before = document->level_before;
}

enum hs_err
hs_head_read(const hs_notice *notice, struct hs_head *out)
{
	uint32_t level = level_of(notice->level), equivalent = level_of(notice->equivalent_level);
	enum hs_err err = HS_OK;

	memset(out, 0, sizeof(*out));
	out->kind = (int)notice->kind;
	out->action = (int)notice->action;
	out->level = level > equivalent ? level : equivalent;
	out->follows = notice->action != HS_ACTION(ISSUE) ||
		       (notice->document != NULL && notice->document->n_supersedes > 0);
	if (notice->document != NULL)
		read_before(notice->document, out);
	for (size_t i = 0; err == HS_OK && i < notice->n_areas; i++)
		err = add_area(&out->areas, notice->areas[i]);
	if (err == HS_OK && notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION)
		err = add_places(&out->areas, notice->evacuation);
	if (err == HS_OK)
		err = add_before(&out->before, notice->document);
	if (err != HS_OK)
		hs_head_free(out);
	return err;
}

void
hs_head_free(struct hs_head *head)
{
	hs_area_set_free(&head->areas);
	hs_area_set_free(&head->before);
	memset(head, 0, sizeof(*head));
}

/* ---- parse ---- */

static enum hs_err
parse_areas(const struct hs_filter_words *words, size_t areas_max, struct hs_filter *out,
	char why[HS_FILTER_WHY])
{
	enum hs_err err = HS_OK;

	if (words->area_count > areas_max) {
		snprintf(why, HS_FILTER_WHY, "areas: %zu codes, at most %zu: ask for prefectures",
			words->area_count, areas_max);
		return HS_ERR_TOO_LARGE;
	}
	for (size_t i = 0; err == HS_OK && i < words->area_count; i++) {
		if (!hs_area_known(words->areas[i])) {
			snprintf(why, HS_FILTER_WHY,
				"areas: \"%.40s\" is not a known code; use a 2-digit prefecture, "
				"6-digit municipality or 12-digit code",
				words->areas[i]);
			return HS_ERR_INVALID;
		}
		err = hs_area_set_add(&out->areas, words->areas[i], strlen(words->areas[i]));
	}
	return err;
}

static enum hs_err
parse_kinds(const struct hs_filter_words *words, struct hs_filter *out, char why[HS_FILTER_WHY])
{
	for (size_t i = 0; i < words->kind_count; i++) {
		const char *word = words->kinds[i];
		bool not = word[0] == '!';
		int kind = hs_enum_value(&hansho__v1__kind__descriptor, word + (not ? 1 : 0));

		if (kind <= 0 || kind > 63) {
			snprintf(why, HS_FILTER_WHY,
				"kinds: \"%.40s\" is not a known kind; use words like "
				"\"evacuation\", or \"!weather\" to leave one out",
				word);
			return HS_ERR_INVALID;
		}
		if (not )
			out->kinds_not |= 1ull << kind;
		else
			out->kinds_only |= 1ull << kind;
	}
	return HS_OK;
}

enum hs_err
hs_filter_parse(const struct hs_filter_words *words, size_t areas_max, struct hs_filter *out,
	char why[HS_FILTER_WHY])
{
	enum hs_err err;

	memset(out, 0, sizeof(*out));
	why[0] = '\0';
	if (words->level_min > LEVEL_MAX) {
		snprintf(why, HS_FILTER_WHY, "level_min: %u is not on the scale; use 0 to %d",
			words->level_min, LEVEL_MAX);
		return HS_ERR_INVALID;
	}
	out->level_min = words->level_min;
	err = parse_areas(words, areas_max, out, why);
	if (err == HS_OK)
		err = parse_kinds(words, out, why);
	if (err != HS_OK)
		hs_filter_free(out);
	return err;
}

void
hs_filter_free(struct hs_filter *filter)
{
	hs_area_set_free(&filter->areas);
	memset(filter, 0, sizeof(*filter));
}

void
hs_filter_key(const struct hs_filter *filter, struct hs_buf *out)
{
	hs_buf_printf(out, "%u|%llx|%llx|", filter->level_min,
		(unsigned long long)filter->kinds_only, (unsigned long long)filter->kinds_not);
	for (size_t i = 0; i < filter->areas.count; i++)
		hs_buf_printf(out, "%s,", filter->areas.codes[i]);
}

/* ---- decide ---- */

#define KINDS_KNOWN ((2ull << HS_KIND(OTHER)) - 2)

/* One of these kinds (bits); one that is not known passes. */
static bool
kind_wanted(const struct hs_filter *filter, uint64_t kinds)
{
	uint64_t only = filter->kinds_only == 0 ? KINDS_KNOWN : filter->kinds_only;

	return (kinds & ((only & ~filter->kinds_not) | ~KINDS_KNOWN)) != 0;
}

static bool
area_wanted(const struct hs_filter *filter, const struct hs_head *head)
{
	if (filter->areas.count == 0 || head->areas.count == 0)
		return true;
	return hs_area_sets_touch(&filter->areas, &head->areas) ||
	       hs_area_sets_touch(&filter->areas, &head->before);
}

static bool
level_wanted(const struct hs_filter *filter, uint32_t level)
{
	return level == 0 || level > LEVEL_MAX || level >= filter->level_min;
}

bool
hs_filter_passes(const struct hs_filter *filter, const struct hs_head *head)
{
	bool level = head->follows || level_wanted(filter, head->level) ||
		     (head->level_known && level_wanted(filter, head->level_before));

	return level && kind_wanted(filter, kind_bit(head->kind) | head->kinds_before) &&
	       area_wanted(filter, head);
}

bool
hs_filter_in_snapshot(const struct hs_filter *filter, const struct hs_head *head)
{
	return level_wanted(filter, head->level) && kind_wanted(filter, kind_bit(head->kind)) &&
	       area_wanted(filter, head);
}
