/* tables_data.h: the generated tables (schemas/gen/tables.py), for schemas/tables.c and schemas/text_class.c only.
 * Sorted as the searches need it: areas by code, levels by term and date, schemes by date. */
#ifndef HS_TABLES_DATA_H
#define HS_TABLES_DATA_H

#include "schemas/tables.h"

struct hs_scheme_row {
	const char *scheme;
	int64_t from_unix_us, to_unix_us;
};

extern const struct hs_area_row hs_table_areas[];
extern const size_t hs_table_area_count;
extern const struct hs_scheme_row hs_table_schemes[];
extern const size_t hs_table_scheme_count;
extern const struct hs_level_row hs_table_levels[];
extern const size_t hs_table_level_count;
extern const struct hs_level_display hs_table_level_displays[];
extern const size_t hs_table_level_display_count;
extern const struct hs_hazard_row hs_table_hazards[];
extern const size_t hs_table_hazard_count;

/* Of code point c: hs_table_text_blocks[hs_table_text_pages[c >> 8]][c & 0xFF], an enum hs_text_class and this bit: */
#define HS_TABLE_TEXT_COMPOSES 0x80
extern const uint8_t hs_table_text_pages[0x1100];
extern const uint8_t hs_table_text_blocks[][256];

#endif
