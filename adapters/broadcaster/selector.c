#include "adapters/broadcaster/selector.h"

#include <string.h>

#include "schemas/tables.h"

const char *
hs_selector_kinds(const struct hs_config_texts *kinds, uint64_t *out)
{
	uint64_t in = 0, not = 0;
	for (size_t i = 0; i < kinds->count; i++) {
		const char *word = kinds->items[i];
		bool without = word[0] == '!';
		int kind = hs_enum_value(&hansho__v1__kind__descriptor, word + (without ? 1 : 0));
		if (kind <= 0 || kind > HS_KIND(OTHER))
			return word;
		*(without ? &not : &in) |= UINT64_C(1) << kind;
	}
	if (in == 0 && not != 0)
		in = ~UINT64_C(0);
	*out = in & ~not ;
	return "";
}

bool
hs_selector_area_known(const char *code)
{
	char places[HS_AREA_AROUND_MAX][HS_AREA_PLACE_SIZE];
	char five[6] = "";
	strncat(five, code, 5);
	return hs_area_around(code, places) > 0 &&
	       hs_area_find(strlen(code) == 2 ? code : five) != NULL;
}

bool
hs_selector_wants_kind(const struct hs_selector *selector, int kind)
{
	if (selector == NULL || selector->kinds == 0)
		return true;
	bool known = kind > 0 && kind < HS_KIND(OTHER);
	return !known || (selector->kinds >> kind & 1) != 0;
}

bool
hs_selector_wants_area(const struct hs_selector *selector, const char *code)
{
	if (selector == NULL || selector->areas.count == 0)
		return true;
	for (size_t i = 0; i < selector->areas.count; i++) {
		const char *wanted = selector->areas.items[i];
		if (hs_area_within(code, wanted) || hs_area_within(wanted, code))
			return true;
	}
	/* nobody knows where that is */
	return code[0] == '\0' || strcmp(code, "00") == 0;
}

uint32_t
hs_row_loudness(const struct hs_force_row *row)
{
	if (row == NULL)
		return 0;
	if (row->unknown)
		return 6;
	return row->urgency > row->level ? row->urgency : row->level;
}

uint32_t
hs_change_loudness(const struct hs_change_row *row)
{
	uint32_t before = hs_row_loudness(row->before), after = hs_row_loudness(row->after);
	return before > after ? before : after;
}

bool
hs_selector_wants_row(const struct hs_selector *selector, const struct hs_force_row *row)
{
	struct hs_change_row change = { .after = row };
	return hs_selector_wants_change(selector, &change);
}

/* A warning may stand again as one of another kind: who holds the first hears of it. */
static bool
wants_kind_of_row(const struct hs_selector *selector, const struct hs_change_row *row)
{
	return (row->before != NULL && hs_selector_wants_kind(selector, row->before->kind)) ||
	       (row->after != NULL && hs_selector_wants_kind(selector, row->after->kind));
}

bool
hs_selector_wants_change(const struct hs_selector *selector, const struct hs_change_row *row)
{
	const struct hs_force_row *area = hs_change_area(row);
	if (selector == NULL)
		return true;
	uint32_t loudness = hs_change_loudness(row);
	const char *code = area->sub_code[0] != '\0' ? area->sub_code : area->area_code;
	return wants_kind_of_row(selector, row) &&
	       (loudness == 0 || loudness >= selector->level_min) &&
	       hs_selector_wants_area(selector, code);
}

static bool
wants_places(const struct hs_selector *selector, const hs_notice *notice)
{
	const hs_document *document = notice->document;
	for (size_t i = 0; i < notice->n_areas; i++) {
		if (hs_selector_wants_area(selector, notice->areas[i]->code))
			return true;
	}
	for (size_t i = 0; document != NULL && i < document->n_areas_before; i++) {
		if (hs_selector_wants_area(selector, document->areas_before[i]))
			return true;
	}
	return notice->n_areas == 0;
}

/* Its own, or one of what it follows (Document.kinds_before). */
static bool
wants_a_kind(const struct hs_selector *selector, const hs_notice *notice)
{
	const hs_document *document = notice->document;
	bool wanted = hs_selector_wants_kind(selector, (int)notice->kind);
	for (size_t i = 0; document != NULL && i < document->n_kinds_before; i++)
		wanted = wanted || hs_selector_wants_kind(
					   selector, hs_enum_value(&hansho__v1__kind__descriptor,
							     document->kinds_before[i]));
	return wanted;
}

bool
hs_selector_wants_notice(const struct hs_selector *selector, const hs_notice *notice)
{
	if (selector == NULL)
		return true;
	uint32_t level = notice->level != NULL ? notice->level->number : 0;
	if (notice->equivalent_level != NULL && notice->equivalent_level->number > level)
		level = notice->equivalent_level->number;
	/* Of an end the level is that of what ends: a filter of levels does not know it and lets it pass. */
	bool begins = notice->action == HS_ACTION(ISSUE) || notice->action == HS_ACTION(UPDATE);
	const hs_document *document = notice->document;
	bool held = document != NULL && document->follows &&
		    (document->level_before == 0 || document->level_before >= selector->level_min);
	bool quiet = begins && level > 0 && level < selector->level_min && !held;
	return wants_a_kind(selector, notice) && !quiet && wants_places(selector, notice);
}
