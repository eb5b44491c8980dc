/* jma_tables.h: code tables of the weather agency's telegrams (JMA), built in from schemas/tables/jma_*.csv by
 * schemas/gen/jma_tables.py. What the columns mean stands on top of each CSV file. Rows are const.
 */
#ifndef HS_JMA_TABLES_H
#define HS_JMA_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/err.h"

/* What holds when a code is told. */
enum hs_jma_effect { HS_JMA_NONE, HS_JMA_FORCE, HS_JMA_LIFT };

#define HS_JMA_RANK_DANGER    4
#define HS_JMA_RANK_EMERGENCY 5

/* A telegram type (jma_telegrams.csv). */
struct hs_jma_telegram {
	const char *title, *infokind, *version;
	const char *body; /* last part of the body's namespace, without its digit: seismology */
	const char *type; /* VXSE43; "" for a telegram that is in no table */
	const char *kind; /* word of enum Kind */
	const char *hazard, *family, *detail, *lane;
	bool state, legacy, digest;
};

/* A code of Kind (jma_codes.csv). */
struct hs_jma_code {
	const char *family, *code, *hazard;
	uint32_t level; /* 0: none */
	const char *scheme;
	uint32_t rank; /* 1…5 */
	enum hs_jma_effect effect;
	int64_t from_unix_us, to_unix_us;
};

/* An area code (jma_areas.csv). */
struct hs_jma_area {
	const char *scheme, *code, *name;
	const char *codes; /* blank-separated; "*": the whole country */
};

/* The first row that fits: by title, then by InfoKind and its version, then by body alone. title, infokind and version may be
 * "". NULL: a body that is none of JMA's. */
const struct hs_jma_telegram *hs_jma_telegram_find(
	const char *title, const char *infokind, const char *version, const char *body);
/* The first row of that title, whatever its body: for a first look at a telegram that nobody has parsed. NULL: none. */
const struct hs_jma_telegram *hs_jma_telegram_titled(const char *title);
/* The row of that day; when none is of that day, the first of that code. NULL: unknown. */
const struct hs_jma_code *hs_jma_code_find(const char *family, const char *code, int64_t unix_us);
/* NULL: unknown. */
const struct hs_jma_area *hs_jma_area_find(const char *scheme, const char *code);

/* The generated tables, for schemas/jma_tables.c and tests. */
extern const struct hs_jma_telegram hs_table_jma_telegrams[];
extern const size_t hs_table_jma_telegram_count;
extern const struct hs_jma_code hs_table_jma_codes[];
extern const size_t hs_table_jma_code_count;
extern const struct hs_jma_area hs_table_jma_areas[];
extern const size_t hs_table_jma_area_count;

#endif
