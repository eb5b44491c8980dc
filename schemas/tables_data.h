/* tables_data.h: the generated tables (schemas/gen/tables.py), for the files of schemas/ that look things up in them.
 * Sorted as the searches need it: areas by code, levels by term and date, schemes by date. */
#ifndef HS_TABLES_DATA_H
#define HS_TABLES_DATA_H

#include "schemas/area_rules.h"
#include "schemas/lalert_tables.h"
#include "schemas/tables.h"

struct hs_scheme_row {
	const char *scheme;
	int64_t from_unix_us, to_unix_us;
};

struct hs_validity_row {
	const char *kind;
	int64_t minutes;
};

extern const struct hs_area_row hs_table_areas[];
extern const size_t hs_table_area_count;
extern const struct hs_area_rule hs_table_area_rules[];
extern const size_t hs_table_area_rule_count;
extern const struct hs_area_retired_row hs_table_area_retireds[]; /* by code */
extern const size_t hs_table_area_retired_count;
extern const struct hs_scheme_row hs_table_schemes[];
extern const size_t hs_table_scheme_count;
extern const struct hs_level_row hs_table_levels[];
extern const size_t hs_table_level_count;
extern const struct hs_level_display hs_table_level_displays[];
extern const size_t hs_table_level_display_count;
extern const struct hs_hazard_row hs_table_hazards[];
extern const size_t hs_table_hazard_count;
extern const struct hs_validity_row hs_table_validity_rows[];
extern const size_t hs_table_validity_row_count;
extern const struct hs_cb_id_row hs_table_cb_ids[]; /* by first */
extern const size_t hs_table_cb_id_count;
extern const struct hs_lalert_category hs_table_lalert_categories[];
extern const size_t hs_table_lalert_category_count;
extern const struct hs_lalert_value hs_table_lalert_values[];
extern const size_t hs_table_lalert_value_count;
extern const struct hs_lalert_damage hs_table_lalert_damages[];
extern const size_t hs_table_lalert_damage_count;

/* Of code point c: hs_table_text_blocks[hs_table_text_pages[c >> 8]][c & 0xFF], an enum hs_text_class and this bit: */
#define HS_TABLE_TEXT_COMPOSES 0x80
extern const uint8_t hs_table_text_pages[0x1100];
extern const uint8_t hs_table_text_blocks[][256];

#endif
