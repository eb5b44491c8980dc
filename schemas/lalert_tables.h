/* lalert_tables.h: the tables of the L-Alert format: categories, words of fixed choices, groups of damage.
 *
 * Built into the programs from schemas/tables/lalert_*.csv by schemas/gen/tables.py; credits stand on top of the CSV.
 * Threads: any; rows are const.
 */
#ifndef HS_LALERT_TABLES_H
#define HS_LALERT_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "schemas/notice.h"

/* A category of information (schemas/tables/lalert_categories.csv). */
struct hs_lalert_category {
	const char *category; /* as in commons:category */
	int kind;	      /* HS_KIND(…) */
	const char *ns;	      /* of its body element without generation; "" when not known */
	const char *body; /* local name of its body element; "" when its structure is not public */
	bool places;	  /* its content names municipalities of its own */
	const char *name; /* 避難所 … */
};
/* Without regard to case; NULL when it is not in the table. */
const struct hs_lalert_category *hs_lalert_category_find(const char *category);
const struct hs_lalert_category *hs_lalert_category_rows(size_t *count);

/* A word of a field with a fixed choice (schemas/tables/lalert_values.csv). */
struct hs_lalert_value {
	const char *list;  /* shelter_sort … */
	const char *value; /* 開設 … */
	const char *below; /* the word above a sub-category, else "" */
};
/* The word stands in the list, below that word ("" for most lists). */
bool hs_lalert_value_known(const char *list, const char *value, const char *below);
const struct hs_lalert_value *hs_lalert_value_rows(size_t *count);

/* An element of DamageInformation that holds counters (schemas/tables/lalert_damage.csv). */
struct hs_lalert_damage {
	const char *element; /* HumanDamages … */
	const char *group;   /* human … */
};
/* The group of that element, NULL when it is not in the table. */
const char *hs_lalert_damage_group(const char *element);

#endif
