/* area_rules.h: which place a sender may speak of, by the written tables schemas/tables/area_rules.csv and
 * area_retired.csv.
 *
 * Flow:    codes → kind of place and relation of the two → a row of the table, or none: refused.
 * Threads: any; nothing is written. Format: codes of local governments (2, 5, 6 digits) and districts (12), as tables.h.
 */
#ifndef HS_AREA_RULES_H
#define HS_AREA_RULES_H

#include <stdbool.h>

enum hs_area_place {
	HS_PLACE_NONE, /* no such code */
	HS_PLACE_PREFECTURE,
	HS_PLACE_MUNICIPALITY, /* special wards of Tokyo too: they are municipalities */
	HS_PLACE_WARD,	       /* of a designated city */
	HS_PLACE_DISTRICT      /* 12 digits */
};

/* Where the named place lies, seen from one's own. */
enum hs_area_relation {
	HS_RELATION_BESIDE, /* elsewhere */
	HS_RELATION_SAME,
	HS_RELATION_WITHIN,
	HS_RELATION_AROUND /* one's own lies in it */
};

/* A pair that is allowed. */
struct hs_area_rule {
	enum hs_area_place own, named;
	enum hs_area_relation relation;
};

/* A code that is no longer in force. */
struct hs_area_retired_row {
	const char *code; /* 6 digits */
	const char *name;
	const char *until;	/* first day without it: 2024-01-01 */
	const char *successors; /* blank-separated 6-digit codes, at least one */
};

/* HS_PLACE_NONE for a code that is in no table; the check digit is not looked at. */
enum hs_area_place hs_area_place(const char *code);
/* The check digits are not looked at; BESIDE when one of the two is no code. */
enum hs_area_relation hs_area_relation(const char *own, const char *named);
/* Who has `own` in its list may speak of `named`. */
bool hs_area_rule_allows(const char *own, const char *named);
/* By the first five digits of a code of 5 or 6; NULL: it was never retired. */
const struct hs_area_retired_row *hs_area_retired_find(const char *code);

#endif
