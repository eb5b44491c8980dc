/* cap_tables.h: the CAP tables (schemas/tables/cap_*.csv), built into the programs by schemas/gen/tables_cap.py.
 * Rows are const; what they mean stands on top of each CSV file. */
#ifndef HS_CAP_TABLES_H
#define HS_CAP_TABLES_H

#include <stdbool.h>
#include <stddef.h>

/* An event of a CAP alert → kind of notice. */
struct hs_cap_event_row {
	int kind;	      /* HS_KIND(…) */
	const char *category; /* "" any */
	const char *words;    /* separated by |; "" fallback of the category */
};
/* HS_KIND(…) of an event and the first category; HS_KIND(OTHER) when no row fits. */
int hs_cap_event_kind(const char *event, const char *category);

/* CAP values of a state of an area: "1" … "5", "w1" … "w5", none, zone, lift, cancel. */
struct hs_cap_level_row {
	const char *state;
	const char *urgency, *severity, *certainty, *response;
};
/* The row; that of "none" for a state that is not in the table. */
const struct hs_cap_level_row *hs_cap_level(const char *state);

/* How a kind of notice is called in CAP. */
struct hs_cap_kind_row {
	int kind;
	const char *category, *event_ja, *event_en;
	bool urgent;
};
/* The row of "other" for a kind that is not in the table. */
const struct hs_cap_kind_row *hs_cap_kind(int kind);

/* One rule of a profile. */
struct hs_cap_profile_row {
	const char *profile, *marker, *rule;
	int level; /* enum hs_severity of the gate: 0 recommendation, 1 warning, 2 error */
};
const struct hs_cap_profile_row *hs_cap_profile_rows(size_t *count);

#endif
