/* authority.h: may this principal speak of this place, in this kind of message, at this moment? Set algebra, no state.
 *
 * Rights: (own areas × own kinds) ∪ (areas × kinds of each delegation, from ≤ now < to). Which place lies within an area of
 *         a right is told by the written table (schemas/area_rules.h). Nothing is ever widened: an unknown, empty or
 *         retired code lies in nobody's area.
 * Threads: any.
 */
#ifndef HS_GATE_AUTHORITY_H
#define HS_GATE_AUTHORITY_H

#include "hub/gate/principal.h"

enum hs_verdict {
	HS_VERDICT_OWN,	      /* by its own right */
	HS_VERDICT_DELEGATED, /* by a delegation that is in force */
	HS_VERDICT_DATES,     /* a delegation would cover it, but not now */
	HS_VERDICT_KIND,      /* its right in this place is for other kinds */
	HS_VERDICT_AROUND,    /* a place around its own: it would widen the message */
	HS_VERDICT_FOREIGN    /* somebody else's, or no place at all */
};

struct hs_authority {
	enum hs_verdict verdict;
	const struct hs_delegation
		*delegation; /* DELEGATED, DATES; KIND when it is a delegation's */
};

/* code: 2, 5, 6 or 12 digits. kind: HS_KIND(…). */
struct hs_authority hs_authority_ask(
	const struct hs_principal *principal, const char *code, int kind, int64_t now_unix_us);
static inline bool
hs_authority_given(enum hs_verdict verdict)
{
	return verdict == HS_VERDICT_OWN || verdict == HS_VERDICT_DELEGATED;
}

/* Words include, "!words" exclude; only exclusions: all others; none: all. A kind without a word is in no list of
 * inclusions. */
bool hs_kinds_cover(const struct hs_config_texts *kinds, int kind);
/* Any right of the principal, delegations of whatever date included, is for this kind. */
bool hs_authority_knows_kind(const struct hs_principal *principal, int kind);
/* The code lies within one of the principal's own areas. */
bool hs_area_allowed(const char *code, const struct hs_principal *principal);

#endif
