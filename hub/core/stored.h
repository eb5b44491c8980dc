/* stored.h: a large record whose bulk and original are on disk in pieces before it has its place in the journal.
 *
 * Why:     a commit cannot be broken off. One of several MB takes some hundredths of a second, and an order that comes meanwhile waits
 *          for it. Pieces have commits of their own, and whatever has a place goes between them; the record itself is small.
 * Flow:    core: STORE bulk, original → pieces (journal_pieces.c) → STORED → judged → record with its Stored first and its notice last
 *          → APPEND: hs_stored_shrink cuts the bulk off → disk. Back: column, pieces → hs_stored_grow → the same record.
 * Pressed: the pieces hold one Zstandard frame for the bulk and one for the original (base/press.h), made where the submission is opened. What
 *          gets no smaller lies in them as it is. The hashes are of the bytes themselves.
 * Format:  JournalRecord.stored (schemas/link.proto). The bulk (hs_notice_bulk) stands behind all else of the notice, as opened.h
 *          packs it, so to cut it off changes one length.
 * Chain:   over the column: it holds the hashes of bulk and original, so it covers every byte.
 * Pure:    no disk.
 */
#ifndef HS_CORE_STORED_H
#define HS_CORE_STORED_H

#include "hub/base/buf.h"
#include "hub/core/record.h"

struct hs_stored {
	uint64_t store;	     /* 1…, never used again */
	uint64_t bulk_bytes; /* > 0 */
	uint64_t original_bytes;
	uint64_t
		pressed_bulk_bytes; /* how many bytes of the pieces hold it, pressed; 0: bulk_bytes, as they are */
	uint64_t pressed_original_bytes;
	uint8_t bulk_sha256[HS_SHA256_BYTES];
	uint8_t original_sha256[HS_SHA256_BYTES]; /* all zero: no original */
};

/* The begin of a body: field `stored`. */
void hs_stored_put(struct hs_buf *out, const struct hs_stored *stored);
/* False: an ordinary body, which holds all of it. HS_ERR_CORRUPT: it says so and cannot be read. */
bool hs_stored_is(struct hs_span body);
enum hs_err hs_stored_look(struct hs_span body, struct hs_stored *out) HS_MUST_CHECK;
/* The body without its last bulk_bytes, appended to `out`. HS_ERR_CORRUPT: its notice is not that long, or not the last. */
enum hs_err hs_stored_shrink(
	struct hs_span body, size_t bulk_bytes, struct hs_buf *out) HS_MUST_CHECK;
/* The other direction: appends all but the bulk, which the caller appends. HS_ERR_CORRUPT. */
enum hs_err hs_stored_grow(
	struct hs_span column, uint64_t bulk_bytes, struct hs_buf *out) HS_MUST_CHECK;
/* hash(pos) of the chain for a row whose body is the column. */
void hs_stored_hash(const uint8_t before[HS_SHA256_BYTES], const struct hs_row *row,
	struct hs_span column, const struct hs_stored *stored, uint8_t out[HS_SHA256_BYTES]);

#endif
