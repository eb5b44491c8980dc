/* tables.h: the field's code tables, built into the programs from schemas/tables/ (CSV) by
 * schemas/gen/tables.py. Rows are const; credits stand on top of each CSV file. */
#ifndef HS_TABLES_H
#define HS_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/err.h"

/* A municipality, ward or prefecture (schemas/tables/areas.csv; 990xx are synthetic, for drills). */
struct hs_area_row {
	const char *code; /* 6 digits; prefectures too (130001) */
	const char *
		kind; /* prefecture, city, designated_city, ward, special_ward, town, village, synthetic … */
	const char *name;
	const char *kana;
	const char *name_en;
	const char *prefecture_name;
	const char *parent; /* designated city of a ward, or "" */
};

/* By 6-digit code, by 5 digits, or by 2-digit prefecture; NULL when unknown. */
const struct hs_area_row *hs_area_find(const char *code);
/* The table in order of code, *count rows. */
const struct hs_area_row *hs_area_rows(size_t *count);
/* Right check digit of the first five digits: '0'…'9'; 0 when they are not digits. */
char hs_area_check_digit(const char *code);
/* The prefix that decides whether `code` lies within `within`: 2-digit prefecture, 5 or 6-digit
 * municipality, 12-digit 町丁字 (its first five digits are the municipality). A ward lies within its
 * designated city. */
bool hs_area_within(const char *code, const char *within);
/* The places that a code lies in, each as the digits that name it (2, 5 or 12 of them); the first is the code's own.
 * hs_area_within(a, b) exactly when the first of b is among those of a. Returns their number; 0: not a code. */
#define HS_AREA_AROUND_MAX 4
#define HS_AREA_PLACE_SIZE 13 /* 12 digits and a NUL */
size_t hs_area_around(const char *code, char places[HS_AREA_AROUND_MAX][HS_AREA_PLACE_SIZE]);
/* A code that names a place: a prefecture (2 digits), a municipality (5 or 6), or 12 digits that begin with those
 * of a municipality. */
bool hs_area_known(const char *code);

/* A term of the evacuation scale in one scheme (schemas/tables/levels.csv). */
struct hs_level_row {
	const char *term;		  /* Sort as sent: 避難指示 */
	const char *scheme;		  /* legacy, 2019, 2021, 2026 */
	int64_t from_unix_us, to_unix_us; /* order time: from ≤ t < to */
	uint32_t level;			  /* 0: no level */
	bool obsolete; /* valid no longer at this date: shown as sent, flagged, treated as `level` */
	uint32_t urgency; /* for sorting: 1…6; a restricted zone is 6 */
};

/* The row for a Sort at its order time. HS_ERR_NOT_FOUND: unknown term. */
enum hs_err hs_level_find(
	const char *term, int64_t ordered_unix_us, const struct hs_level_row **out) HS_MUST_CHECK;
/* The scheme in force at a time: "2026". Never NULL. */
const char *hs_level_scheme(int64_t unix_us);

/* How a level looks and what it asks (schemas/tables/level_display.csv). */
struct hs_level_display {
	uint32_t level;
	const char *term_ja, *term_easy, *term_en;
	const char *action_ja, *action_easy, *action_en;
	const char *background, *foreground; /* "#aa00aa" */
};
/* NULL for a level that is not on the scale (0, 6 …). */
const struct hs_level_display *hs_level_display(uint32_t level);

/* A hazard of an evacuation order (schemas/tables/hazards.csv): words found in disaster names. */
struct hs_hazard_row {
	const char *hazard; /* flood, landslide, storm_surge, tsunami … */
	const char *ja, *kana, *en;
	const char *words; /* blank-separated: 洪水 氾濫 浸水 */
};
const struct hs_hazard_row *hs_hazard_rows(size_t *count);
const struct hs_hazard_row *hs_hazard_find(const char *hazard);
/* The hazard whose word stands in the text, or NULL. */
const struct hs_hazard_row *hs_hazard_guess(const char *text);

/* How long a notice of that kind ("weather") is valid when it names no end, in microseconds; 0: until it is lifted
 * (schemas/tables/validity.csv). */
int64_t hs_kind_validity_us(const char *kind);

/* What a message identifier of cell broadcast may carry (schemas/tables/cb_message_ids.csv; 3GPP TS 23.041, 9.4.1.2.2). */
enum hs_cb_use {
	HS_CB_USE_ETWS,
	HS_CB_USE_ETWS_TEST,
	HS_CB_USE_ALERT,
	HS_CB_USE_TEST,
	HS_CB_USE_EXERCISE,
	HS_CB_USE_OPERATOR,
	HS_CB_USE_SILENT,
	HS_CB_USE_RESERVED
};
struct hs_cb_id_row {
	uint16_t first, last;
	enum hs_cb_use use;
	bool additional; /* for a further language */
	const char *meaning;
};
/* NULL: not in the table. */
const struct hs_cb_id_row *hs_cb_id_find(uint16_t message_id);

#endif
