#include "schemas/area_rules.h"

#include <string.h>

#include "schemas/tables_data.h"

#define PREFECTURE_DIGITS   2
#define MUNICIPALITY_DIGITS 5
#define CODE_DIGITS	    6
#define DISTRICT_DIGITS	    12
#define WARDS_HUNDRED	    '1'

/* The row of the code's first five digits, whatever its check digit. */
static const struct hs_area_row *
row_of(const char *code)
{
	size_t len = strlen(code);
	char five[MUNICIPALITY_DIGITS + 1] = "";

	if (len != CODE_DIGITS)
		return hs_area_find(code);
	memcpy(five, code, MUNICIPALITY_DIGITS);
	return hs_area_find(five);
}

enum hs_area_place
hs_area_place(const char *code)
{
	const struct hs_area_row *row;

	if (strlen(code) == DISTRICT_DIGITS)
		return hs_area_known(code) ? HS_PLACE_DISTRICT : HS_PLACE_NONE;
	row = row_of(code);
	if (row == NULL)
		return HS_PLACE_NONE;
	if (strncmp(row->code + 2, "000", 3) == 0)
		return HS_PLACE_PREFECTURE;
	return row->parent[0] != '\0' ? HS_PLACE_WARD : HS_PLACE_MUNICIPALITY;
}

static bool
is_prefecture(const char *code)
{
	return strnlen(code, PREFECTURE_DIGITS + 1) <= PREFECTURE_DIGITS ||
	       strncmp(code + PREFECTURE_DIGITS, "000", 3) == 0;
}

/* Most pairs of long lists, told without a search: two prefectures have nothing to do with each other, and two
 * municipalities only as a designated city and its ward, which are all in the first hundred (tables.py holds that). */
static bool
apart(const char *own, const char *named)
{
	if (strncmp(own, named, PREFECTURE_DIGITS) != 0)
		return true;
	if (is_prefecture(own) || is_prefecture(named) ||
		strncmp(own, named, MUNICIPALITY_DIGITS) == 0)
		return false;
	return own[PREFECTURE_DIGITS] != WARDS_HUNDRED || named[PREFECTURE_DIGITS] != WARDS_HUNDRED;
}

enum hs_area_relation
hs_area_relation(const char *own, const char *named)
{
	if (apart(own, named))
		return HS_RELATION_BESIDE;
	bool within = hs_area_within(named, own), around = hs_area_within(own, named);

	if (within)
		return around ? HS_RELATION_SAME : HS_RELATION_WITHIN;
	return around ? HS_RELATION_AROUND : HS_RELATION_BESIDE;
}

bool
hs_area_rule_allows(const char *own, const char *named)
{
	enum hs_area_relation relation = hs_area_relation(own, named);
	enum hs_area_place place, named_place;

	if (relation == HS_RELATION_BESIDE)
		return false;
	place = hs_area_place(own);
	named_place = hs_area_place(named);
	for (size_t i = 0; i < hs_table_area_rule_count; i++) {
		const struct hs_area_rule *rule = &hs_table_area_rules[i];

		if (rule->own == place && rule->named == named_place && rule->relation == relation)
			return true;
	}
	return false;
}

const struct hs_area_retired_row *
hs_area_retired_find(const char *code)
{
	size_t len = strlen(code);

	if (len != MUNICIPALITY_DIGITS && len != CODE_DIGITS)
		return NULL;
	for (size_t i = 0; i < hs_table_area_retired_count; i++) {
		if (strncmp(hs_table_area_retireds[i].code, code, MUNICIPALITY_DIGITS) == 0)
			return &hs_table_area_retireds[i];
	}
	return NULL;
}
