/* index.h: what the journal knows about documents and submissions, in memory.
 *
 * Flow:   committed record → hs_index_take; intake asks hs_index_submission and hs_index_document.
 * Rules:  it only ever holds what is on disk. What is still on its way lies in pending.h, and intake looks
 *         there first; a commit that fails therefore leaves nothing to undo here.
 * Keys:   16 bytes of SHA-256 (record.h).
 * References: what a notice supersedes and nobody has seen yet is remembered, so that it is born superseded when
 *         it comes (CAP: out of order). At most references_max; the oldest is forgotten first.
 * Told:   while the journal is read at a start, the document of each seq is known too, so that a receipt that says
 *         "sent" tells who was told of it under whatever filter was in force then (hs_index_tell).
 * Lists:  the submissions of each principal, and of everybody, in the order of the journal (hs_index_older).
 * Memory: about 200 bytes per submission, for the life of the process, and the areas of each document.
 */
#ifndef HS_CORE_INDEX_H
#define HS_CORE_INDEX_H

#include "hub/core/changes.h"
#include "hub/core/record.h"

struct hs_index;

/* The newest state of a document. */
struct hs_known_document {
	uint8_t key[HS_ID_BYTES];
	uint32_t revision; /* of the newest notice */
	uint32_t order;	   /* moments: among those of that revision (Document.order) */
	bool cancelled;
	bool superseded;	 /* a notice of another document replaced or ended it */
	uint8_t by[HS_ID_BYTES]; /* superseded: the last document that did */
	int kind;		 /* of its newest notice that is no cancel */
	bool begun;		 /* a notice that is not a cancel was taken */
	bool lifted;		 /* its newest notice lifts all of it: nobody holds anything */
	struct hs_reach reach;	 /* which filters let something of it pass (before.h) */
	uint64_t
		told; /* peers (bits) that were entitled to any revision of it, or got one (route.h) */
};

/* The first record of a submission. */
struct hs_known_submission {
	uint8_t id[HS_ID_BYTES];
	int outcome;  /* HS_OUTCOME(ACCEPTED | STALE | CONFLICT) */
	uint64_t seq; /* ACCEPTED only */
	uint64_t pos; /* of its record */
	int64_t unix_us;
	const char *principal; /* owned by the index */
};

struct hs_index *hs_index_create(size_t references_max);
void hs_index_destroy(struct hs_index *index);

/* NULL when unknown. Borrowed until the next take. */
const struct hs_known_document *hs_index_document(
	const struct hs_index *index, const uint8_t key[HS_ID_BYTES]);
const struct hs_known_submission *hs_index_submission(
	const struct hs_index *index, const uint8_t id[HS_ID_BYTES]);
/* The submission of this principal ("": of everybody) before that one in time; NULL as `known`: the newest. NULL: there is none. */
const struct hs_known_submission *hs_index_older(const struct hs_index *index,
	const char *principal, const struct hs_known_submission *known);
/* What counts the changes of that list. NULL: a principal without any submission. Lives as long as the index. */
struct hs_changes *hs_index_changes(struct hs_index *index, const char *principal);
/* Its count; 0: that principal has none. */
uint64_t hs_index_changed(const struct hs_index *index, const char *principal);
size_t hs_index_documents(const struct hs_index *index);
size_t hs_index_submissions(const struct hs_index *index);

/* Codes of all areas that any revision of the document was addressed to; NULL when it is unknown. Borrowed until
 * the next take. */
const struct hs_area_set *hs_index_areas(
	const struct hs_index *index, const uint8_t key[HS_ID_BYTES]);

/* Copies. The principal need not end in a NUL. A second submission with the same id is ignored. */
void hs_index_take_submission(struct hs_index *index, const struct hs_known_submission *submission,
	struct hs_span principal);
/* Was this document, which is not known, superseded already? */
bool hs_index_is_referenced(const struct hs_index *index, const uint8_t key[HS_ID_BYTES]);
size_t hs_index_references(const struct hs_index *index);
/* Replaces what was known under this key, and adds `told`: the areas of its newest notice (packed; hs_notice_areas_told); the documents that the
 * notice supersedes are superseded from now on. */
void hs_index_take_document(struct hs_index *index, const struct hs_known_document *document,
	struct hs_span notice, const struct hs_area_set *told);

/* While recovering: the document of the next seq, from 1. */
void hs_index_note_seq(struct hs_index *index, uint64_t seq, const uint8_t key[HS_ID_BYTES]);
/* While recovering: these peers got this seq. Nothing for a seq that was not noted. */
void hs_index_tell(struct hs_index *index, uint64_t seq, uint64_t peers);
/* The recovery is over: frees what note_seq took. */
void hs_index_recovered(struct hs_index *index);

#endif
