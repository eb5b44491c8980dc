/* tables.c: searches over the code tables that are built in.
 *
 * Threads: any; nothing is written. Errors: an unknown code or term is a result, never a guess.
 * Format:  area codes are those of local governments (全国地方公共団体コード): prefecture 2, municipality 3,
 *          check digit 1; a 町丁字 code is municipality 5 + 7 digits.
 */
#include "schemas/tables.h"

#include <stdlib.h>
#include <string.h>

#include "schemas/tables_data.h"

#define US_PER_MINUTE 60000000LL

#define PREFECTURE_DIGITS   2
#define MUNICIPALITY_DIGITS 5
#define CODE_DIGITS	    6
#define SUB_CODE_DIGITS	    12

/* ---- areas ---- */

static bool
digits_only(const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return true;
}

static int
compare_code5(const void *key, const void *row)
{
	return memcmp(key, ((const struct hs_area_row *)row)->code, MUNICIPALITY_DIGITS);
}

/* Codes that differ in the check digit only do not exist, so five digits name one row. */
static const struct hs_area_row *
find_code5(const char *code)
{
	return bsearch(code, hs_table_areas, hs_table_area_count, sizeof(hs_table_areas[0]),
		compare_code5);
}

const struct hs_area_row *
hs_area_find(const char *code)
{
	size_t len = code ? strlen(code) : 0;
	if (len == PREFECTURE_DIGITS) {
		const char prefecture[] = { code[0], code[1], '0', '0', '0', '\0' };
		return find_code5(prefecture);
	}
	if (len != MUNICIPALITY_DIGITS && len != CODE_DIGITS)
		return NULL;
	const struct hs_area_row *row = find_code5(code);
	return row && (len == MUNICIPALITY_DIGITS || row->code[5] == code[5]) ? row : NULL;
}

const struct hs_area_row *
hs_area_rows(size_t *count)
{
	*count = hs_table_area_count;
	return hs_table_areas;
}

char
hs_area_check_digit(const char *code)
{
	if (!code || strnlen(code, MUNICIPALITY_DIGITS) < MUNICIPALITY_DIGITS ||
		!digits_only(code, MUNICIPALITY_DIGITS))
		return '\0';
	int sum = 0;
	for (int i = 0; i < MUNICIPALITY_DIGITS; i++)
		sum += (code[i] - '0') * (6 - i);
	return (char)('0' + (11 - sum % 11) % 10);
}

/* Digits of a code that say where it lies: 2 for a prefecture in either form, 12 for a 町丁字, else 5.
 * 0: no such code. The check digit says nothing about the place, and some senders get it wrong. */
static size_t
place_digits(const char *code)
{
	size_t len = code ? strlen(code) : 0;
	if (len == PREFECTURE_DIGITS && digits_only(code, len))
		return PREFECTURE_DIGITS;
	if (len == SUB_CODE_DIGITS && digits_only(code, len))
		return SUB_CODE_DIGITS;
	if ((len != MUNICIPALITY_DIGITS && len != CODE_DIGITS) ||
		!digits_only(code, MUNICIPALITY_DIGITS))
		return 0;
	return memcmp(code + 2, "000", 3) == 0 ? PREFECTURE_DIGITS : MUNICIPALITY_DIGITS;
}

bool
hs_area_within(const char *code, const char *within)
{
	size_t inner = place_digits(code);
	size_t outer = place_digits(within);
	if (!inner || !outer || inner < outer)
		return false;
	if (memcmp(code, within, outer) == 0)
		return true;
	if (outer != MUNICIPALITY_DIGITS)
		return false;
	const struct hs_area_row *row = find_code5(code);
	return row && row->parent[0] && memcmp(row->parent, within, outer) == 0;
}

static void
put_place(char place[HS_AREA_PLACE_SIZE], const char *code, size_t digits)
{
	memcpy(place, code, digits);
	place[digits] = '\0';
}

size_t
hs_area_around(const char *code, char places[HS_AREA_AROUND_MAX][HS_AREA_PLACE_SIZE])
{
	static const size_t sizes[] = { SUB_CODE_DIGITS, MUNICIPALITY_DIGITS, PREFECTURE_DIGITS };
	const struct hs_area_row *row;
	size_t digits = place_digits(code), count = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (digits >= sizes[i])
			put_place(places[count++], code, sizes[i]);
	row = digits >= MUNICIPALITY_DIGITS ? find_code5(code) : NULL;
	if (row != NULL && row->parent[0] != '\0')
		put_place(places[count++], row->parent, MUNICIPALITY_DIGITS);
	return count;
}

bool
hs_area_known(const char *code)
{
	char municipality[MUNICIPALITY_DIGITS + 1] = "";
	size_t len = strlen(code);

	if (!digits_only(code, len))
		return false;
	if (len != SUB_CODE_DIGITS)
		return hs_area_find(code) != NULL;
	memcpy(municipality, code, MUNICIPALITY_DIGITS);
	return find_code5(municipality) != NULL;
}

/* ---- levels ---- */

enum hs_err
hs_level_find(const char *term, int64_t ordered_unix_us, const struct hs_level_row **out)
{
	size_t low = 0, high = hs_table_level_count;
	while (low < high) { /* first row of the term */
		size_t middle = low + (high - low) / 2;
		if (strcmp(hs_table_levels[middle].term, term) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < hs_table_level_count; low++) {
		const struct hs_level_row *row = &hs_table_levels[low];
		if (strcmp(row->term, term) != 0)
			break;
		if (row->from_unix_us <= ordered_unix_us && ordered_unix_us < row->to_unix_us) {
			*out = row;
			return HS_OK;
		}
	}
	return HS_ERR_NOT_FOUND;
}

const char *
hs_level_scheme(int64_t unix_us)
{
	const struct hs_scheme_row *row = &hs_table_schemes[0];
	for (size_t i = 1; i < hs_table_scheme_count; i++)
		if (hs_table_schemes[i].from_unix_us <= unix_us)
			row = &hs_table_schemes[i];
	return row->scheme;
}

const struct hs_level_display *
hs_level_display(uint32_t level)
{
	for (size_t i = 0; i < hs_table_level_display_count; i++)
		if (hs_table_level_displays[i].level == level)
			return &hs_table_level_displays[i];
	return NULL;
}

/* ---- hazards ---- */

const struct hs_hazard_row *
hs_hazard_rows(size_t *count)
{
	*count = hs_table_hazard_count;
	return hs_table_hazards;
}

const struct hs_hazard_row *
hs_hazard_find(const char *hazard)
{
	for (size_t i = 0; i < hs_table_hazard_count; i++)
		if (strcmp(hs_table_hazards[i].hazard, hazard) == 0)
			return &hs_table_hazards[i];
	return NULL;
}

int64_t
hs_kind_validity_us(const char *kind)
{
	for (size_t i = 0; i < hs_table_validity_row_count; i++)
		if (strcmp(hs_table_validity_rows[i].kind, kind) == 0)
			return hs_table_validity_rows[i].minutes * US_PER_MINUTE;
	return 0;
}

/* Length of the longest of the blank-separated words that stands in the text; 0: none does. */
static size_t
longest_word(const char *words, const char *text)
{
	size_t best = 0;
	while (*words) {
		size_t len = strcspn(words, " ");
		if (len > best && memmem(text, strlen(text), words, len))
			best = len;
		words += len;
		words += strspn(words, " ");
	}
	return best;
}

const struct hs_hazard_row *
hs_hazard_guess(const char *text)
{
	const struct hs_hazard_row *found = NULL;
	size_t best = 0;
	for (size_t i = 0; i < hs_table_hazard_count; i++) {
		size_t len = longest_word(hs_table_hazards[i].words, text);
		if (len > best) {
			best = len;
			found = &hs_table_hazards[i];
		}
	}
	return found;
}

const struct hs_cb_id_row *
hs_cb_id_find(uint16_t message_id)
{
	for (size_t i = 0; i < hs_table_cb_id_count; i++)
		if (hs_table_cb_ids[i].first <= message_id && message_id <= hs_table_cb_ids[i].last)
			return &hs_table_cb_ids[i];
	return NULL;
}
