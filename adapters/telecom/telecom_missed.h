/* telecom_missed.h: which outlet never got which document, so that it gets no cancel and no lift of it either.
 *
 * Rules:   an outlet is on the list when it refused a document for good, when no text of it could be made or posted, or when it
 *          was replaced or too old before anything of it left, and nothing of that document was ever accepted there. One whose
 *          attempt may have been taken (no answer, 5xx; by the process before this one) is not, nor one that was given up. What was refused when nothing
 *          is known of what went before, an update, puts nobody on the list: its order may have been taken.
 * Asked:   when the end is about to be posted, not when it comes: what stands before it in the queue may be taken until then.
 *          An end that brings something back into force (the cancel of a lift) is told in any case.
 * Limits:  in memory, the newest HS_MISSED_MAX, who missed and who got: what was forgotten is sent. After a restart it is known who
 *          got what and who refused it (Snapshot.past), as far back as that goes: otherwise an end goes to all.
 * Threads: one. Pure.
 */
#ifndef HS_TELECOM_MISSED_H
#define HS_TELECOM_MISSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/notice.h"

#define HS_MISSED_MAX	 4096
#define HS_MISSED_REASON "this outlet never got what this takes back"

struct hs_missed_row {
	uint64_t name; /* of document and outlet; 0: free */
	bool got;
};

struct hs_telecom_missed {
	struct hs_missed_row rows[HS_MISSED_MAX]; /* each name once */
	size_t next;
};

void hs_missed_note(
	struct hs_telecom_missed *missed, const hs_notice *notice, const char *outlet, bool got);
/* Whether this notice only takes back, and from an outlet that has nothing to be taken back. */
bool hs_missed_is(
	const struct hs_telecom_missed *missed, const hs_notice *notice, const char *outlet);

#endif
