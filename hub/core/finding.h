/* finding.h: what the hub itself has to say about a submission, in the sender's words.
 *
 * The gate finds what is wrong in a document; the hub finds what is wrong with its place in the sequence.
 * Codes are stable. A set of findings is a bit set: 1u << HS_FINDING_…
 */
#ifndef HS_CORE_FINDING_H
#define HS_CORE_FINDING_H

#include "schemas/notice.h"

/*     name                code                  severity   text in English and Japanese: finding.c */
enum hs_hub_finding {
	HS_FINDING_INCOMPLETE,
	HS_FINDING_LANE,
	HS_FINDING_TOO_LARGE,
	HS_FINDING_ORIGINAL_HASH,
	HS_FINDING_CANCEL_UNKNOWN,
	HS_FINDING_DOCUMENT_CANCELLED,
	HS_FINDING_STALE,
	HS_FINDING_CONFLICT,
	HS_FINDING_CANCEL_REVISION,
	HS_FINDING_REVISION_GAP,
	HS_FINDING_SAME_MOMENT,
	HS_FINDING_BORN_SUPERSEDED,
	HS_FINDING_BORN_CANCELLED,
	HS_FINDING_SUPERSEDES_FOREIGN,
	HS_FINDING_REFERENCES_INCOMPLETE,
	HS_FINDING_LEVEL_JUMP,
	HS_FINDING_NEAR_DUPLICATE,
	HS_FINDING_CHECK_BROKEN,
	HS_FINDING_SILENT_CHANGES,
	HS_FINDING_ENDED_SINCE,
	HS_FINDING_SAME_EVENT,
	HS_FINDING_VANISHED,
	HS_FINDING_BUSY,
	HS_FINDING_STOPPING,
	HS_FINDING_DISK_FULL,
	HS_FINDING_DISK_RESERVED, /* to a sender the same code, disk_full, in other words */
	HS_FINDING_JOURNAL_FAILED,
	HS_FINDING_JOURNAL_FULL,
	HS_FINDING_COUNT
};

const char *hs_hub_finding_code(enum hs_hub_finding finding);
/* Appends the findings of the set to a SubmitReply; detail (may be NULL) stands behind the texts of
 * VANISHED and DISK_FULL. All from the arena. */
void hs_hub_findings_add(
	struct hs_arena *arena, unsigned set, const char *detail, hs_submit_reply *reply);

#endif
