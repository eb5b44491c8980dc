/* compare.h: where two notices differ that were made of the same document, field by field.
 *
 * Flow:    both as JSON (schemas/notice.h) → without what the conversion does not make → pairs, by path.
 * Rules:   left out is what the hub wrote (accepted, areas_before and its like, ended, its flags), what the credential of the time
 *          decided (proxy entry, signatures), what the gate's register and hold said. All else counts, also what this
 *          program does not know by name.
 * Owner:   the list and its texts live in the arena. Threads: any; no state.
 */
#ifndef HS_REHEARSE_COMPARE_H
#define HS_REHEARSE_COMPARE_H

#include "schemas/notice.h"

struct hs_difference {
	const char *field;	    /* evacuation.details[0].level.number */
	const char *before, *after; /* as JSON says them, texts without quotes; NULL: absent */
};

struct hs_differences {
	struct hs_difference **items;
	size_t count;
};

enum hs_err hs_compare(struct hs_arena *arena, const hs_notice *before, const hs_notice *after,
	struct hs_differences *out) HS_MUST_CHECK;

#endif
