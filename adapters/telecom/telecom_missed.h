/* telecom_missed.h: which outlet never got which document, so that it gets no cancel and no lift of it either.
 *
 * Rules:   an outlet is on the list when it refused a document for good, or no text of it could be made or posted, and
 *          nothing of that document was ever accepted there. A delivery whose end is not known is not.
 * Limits:  in memory, the newest HS_MISSED_MAX. After a restart it is known who got what and who refused it (Snapshot.past), as far
 *          back as that goes: otherwise an end goes to all.
 * Threads: one. Pure.
 */
#ifndef HS_TELECOM_MISSED_H
#define HS_TELECOM_MISSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/notice.h"

#define HS_MISSED_MAX	 2048
#define HS_MISSED_REASON "this outlet never got what this takes back"

struct hs_missed_ring {
	uint64_t rows[HS_MISSED_MAX]; /* 0 = free */
	size_t next;
};

struct hs_telecom_missed {
	struct hs_missed_ring missed, got;
};

void hs_missed_note(
	struct hs_telecom_missed *missed, const hs_notice *notice, const char *outlet, bool got);
/* Whether this notice only takes back, and from an outlet that has nothing to be taken back. */
bool hs_missed_is(
	const struct hs_telecom_missed *missed, const hs_notice *notice, const char *outlet);

#endif
