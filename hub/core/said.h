/* said.h: what a warning says: of which places, which hazard, how strongly. Two of them can be compared.
 *
 * Rules:   a place is told once for each hazard, with the strongest that is said of it. What is no longer in force has no strength.
 *          Codes that are none of a place (regions of the agency) are the same when they are the same text.
 * Limits:  HS_SAID_MAX pairs of place and hazard, more than any warning has; what says more is incomplete, and has none.
 * Owner:   the caller; hs_said_free. Threads: any.
 */
#ifndef HS_CORE_SAID_H
#define HS_CORE_SAID_H

#include <stdbool.h>
#include <stddef.h>

#include "schemas/notice.h"
#include "schemas/tables.h"

#define HS_SAID_MAX	   4096
#define HS_SAID_LABEL_SIZE 32

struct hs_said_pair {
	char code[HS_AREA_PLACE_SIZE]; /* the first of hs_area_around, or the code itself */
	char label
		[HS_SAID_LABEL_SIZE]; /* hazard; of civil protection type/phase; "" of kinds with one hazard */
	uint32_t strength;
};

struct hs_said {
	struct hs_said_pair *pairs; /* by label and code, each once */
	size_t count, room;
	bool incomplete; /* it says more than the pairs hold: nothing covers it */
};

/* Without memory it is incomplete. */
void hs_said_read(const hs_notice *notice, struct hs_said *out);
void hs_said_free(struct hs_said *said);
/* Whether `by` says all that `one` says, of the same places or of larger ones, at least as strongly. False when one of them says nothing. */
bool hs_said_covers(const struct hs_said *by, const struct hs_said *one);
/* The same of an alert without detail, which names neither hazard nor intensity: whether it says as much of the same places as it can.
 * False when `one` says nothing else. */
bool hs_said_covers_plainly(const struct hs_said *by, const struct hs_said *one);
/* Whether it says of something that stands by `before` that it is no longer in force. */
bool hs_said_ends(const struct hs_said *one, const struct hs_said *before);

#endif
