/* opened.h: a submission of some MB, opened beside the loop: what the core's steps need of it is ready before they begin.
 *
 * Flow:    bytes of a link frame → hs_opened_create (any thread: unpacked, checked, marked, its bulk packed, what it says of places
 *          read) → event FRAME with `opened` → intake.h judges → hs_opened_body: what only the step knows (verdict, seq, time) is put
 *          before the bulk → APPEND → COMMITTED → active set.
 * Rules:   the same answers and state as by the way of small ones, which has all of this within the steps: a core that is given the
 *          bytes alone does the same. The record is the same, too, but for `stored` when bulk and original went to disk before it (stored.h).
 * Bulk:    areas, texts, CAP and details. It stands behind all other fields of the notice in the record; readers of protobuf
 *          know no order of fields.
 * Owner:   the core takes hs_opened over with the event. Arena, body and reading are shared (hub/base/shared.h): journal and
 *          recent.h hold the same bytes.
 */
#ifndef HS_CORE_OPENED_H
#define HS_CORE_OPENED_H

#include "hub/core/record.h"
#include "schemas/active.h"

/* What a notice says, read ahead. */
struct hs_reading {
	struct hs_shared *arena; /* of the notice */
	hs_notice *notice;
	struct hs_kept *kept;	 /* NULL: there was no memory, or it was applied */
	struct hs_area_set told; /* hs_notice_areas_told, but for its areas_before */
};

/* How far its bytes are on disk (waiting.h). */
enum hs_opened_store { HS_STORE_NONE, HS_STORE_WRITING, HS_STORE_DONE, HS_STORE_USED };

struct hs_opened {
	enum hs_err err; /* HS_OK, or the frame is not readable */
	unsigned wrong;	 /* hs_intake_check */
	struct hs_arena *arena;
	struct hs_shared *arena_owner;
	hs_link_frame *frame;
	struct hs_area_set own; /* codes of its areas */
	char *bulk;		/* HS_OPENED_FRONT_BYTES free, then the bulk */
	size_t bulk_len_bytes;
	struct hs_shared *bulk_owner;
	uint8_t bulk_sha256[HS_SHA256_BYTES];
	struct hs_span pressed_bulk, pressed_original; /* for the disk; empty: no smaller */
	struct hs_shared *pressed_owner;
	uint64_t store; /* number of its pieces; 0: none */
	enum hs_opened_store stage;
	struct hs_shared *reading; /* of struct hs_reading; NULL: no notice */
};

#define HS_OPENED_FRONT_BYTES ((size_t)1 << 20) /* the record without the bulk */

/* mode: the lane's. Copies what it needs of bytes. Never NULL. */
struct hs_opened *hs_opened_create(struct hs_span bytes, int mode);
/* NULL is allowed. */
void hs_opened_free(struct hs_opened *opened);
/* A submission, readable and in order. */
bool hs_opened_is_submit(const struct hs_opened *opened);

/* What is to be on disk before the record: bulk as body, original, owners (no references). */
struct hs_row hs_opened_pieces(const struct hs_opened *opened);
/* The packed record; `record` is complete but for its notice, notice is that of opened, and complete. *owner has one reference, the
 * caller's. The span is empty when the rest is larger than HS_OPENED_FRONT_BYTES. Once only. */
struct hs_span hs_opened_body(
	struct hs_opened *opened, const hs_journal_record *record, struct hs_shared **owner);
/* Its notice is final and has this seq. Takes no time to speak of: the bulk was read before. */
void hs_reading_seal(struct hs_reading *reading, uint64_t seq);

#endif
