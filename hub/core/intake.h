/* intake.h: what becomes of a submission: the rules of identity and order, and nothing else.
 *
 * Flow:   Submit → hs_intake_check (complete? right lane?) → hs_intake_name_cancel → hs_intake_judge (duplicate, stale, conflict,
 *         cancel: against what is on disk and what is on its way there) → hs_intake_date →
 *         hs_before_find (before.h: what it follows) → hs_intake_build (marks, flags, areas_before and its like; the packed JournalRecord). core.c
 *         appends it and keeps the reply until it is durable.
 * Rules, in this order (lalert-format, identity and lifecycle):
 *         the same submission again                    → what became of the first one; no new record
 *         cancel of a document never seen              → REFUSED cancel_unknown; one that supersedes others (CAP)
 *                                                        names what it ends: applied
 *         anything for a cancelled document            → REFUSED document_cancelled
 *         cancel, revision not above the newest        → applied, flag cancel_revision
 *         revision below the newest                    → STALE, recorded, not delivered
 *         the newest revision with other content       → CONFLICT, recorded, not delivered
 *         a revision that skips some, or begins above 1 → applied, flag revision_gap
 *         else                                         → applied
 *         Where the revisions are moments, and among equal ones Document.order decides (Document.moments; jma-xml.md, "Identity, version, deduplication"):
 *         cancel of a document never seen              → applied: it overtook its issue
 *         message not newer than the cancel, of which
 *         nothing else was seen                        → applied, not in force, flag born_cancelled
 *         older than the newest, or not newer than its cancel → STALE, recorded, not delivered
 *         cancel of the newest moment                  → applied: a cancel repeats the last serial
 *         the newest moment with other content         → applied, flag same_moment
 *         else, also after a cancel: begins anew       → applied
 *         In both: applied, but superseded by a document that was there before → not in force, flag born_superseded
 * Pure:   no clock, no memory beyond the arena.
 */
#ifndef HS_CORE_INTAKE_H
#define HS_CORE_INTAKE_H

#include "hub/core/finding.h"
#include "hub/core/index.h"
#include "hub/core/opened.h"
#include "hub/core/pending.h"

struct hs_verdict {
	int outcome;	   /* HS_OUTCOME(…) */
	unsigned findings; /* bits */
	int record_type;   /* HS_RECORD(NOTICE | STALE | CONFLICT), 0: no record */
	uint64_t seq;	   /* DUPLICATE: of the first one, when that is durable */
	struct hs_pending_record *waits_for; /* the answer stands when this is durable; NULL: now */
	uint8_t id[HS_ID_BYTES];
	bool ended; /* recorded and delivered, but not in force: Document.ended */
	struct hs_known_document document; /* as it will be when applied */
};

/* Findings that refuse it, or 0. mode: the lane's. */
unsigned hs_intake_check(const hs_submit *submit, int mode);
/* A cancel without a word of its own (CAP without info) gets the kind of what it cancels, when that is known and of one
 * kind, and the flag kind_from_cancelled: who takes only that kind must learn of its end. Before hs_intake_judge. */
void hs_intake_name_cancel(struct hs_arena *arena, const struct hs_index *index,
	const struct hs_pending *pending, hs_submit *submit);
/* submit has passed hs_intake_check. */
void hs_intake_judge(const hs_submit *submit, const struct hs_index *index,
	const struct hs_pending *pending, struct hs_verdict *out);
struct hs_before;
/* Sets Times.accepted. false: the arena is full. */
bool hs_intake_date(struct hs_arena *arena, hs_notice *notice, int64_t unix_us) HS_MUST_CHECK;
/* Marks and completes submit->notice (in `arena`), which is dated, and appends the packed record to `body`. HS_ERR_TOO_LARGE: refuse
 * it. */
enum hs_err hs_intake_build(struct hs_arena *arena, const hs_submit *submit,
	const struct hs_verdict *verdict, const struct hs_before *before, uint64_t seq,
	int64_t unix_us, struct hs_buf *body) HS_MUST_CHECK;
/* The part of it that needs no verdict, for opened.h: marks and original. false: the arena is full. */
bool hs_intake_complete(struct hs_arena *arena, hs_submit *submit) HS_MUST_CHECK;
/* The same for one that was opened aside: fills row->body and its owners, of which the caller has references. */
enum hs_err hs_intake_build_opened(struct hs_opened *opened, const struct hs_verdict *verdict,
	const struct hs_before *before, uint64_t seq, int64_t unix_us,
	struct hs_row *row) HS_MUST_CHECK;
/* What a notice does to its document; known may be NULL. */
void hs_intake_apply(const struct hs_known_document *known, const struct hs_notice_look *notice,
	struct hs_known_document *out);
/* The same look at a message that is not packed. */
struct hs_notice_look hs_intake_look(const hs_notice *notice);

#endif
