/* active.h: what is in force, derived from the sequence of notices alone.
 *
 * Flow:   hs_active_apply(notice by notice, in order of seq) → live documents → entries → digest.
 * Rules:  (L-Alert: EvacuationOrder is a full snapshot of its document)
 *         a newer revision replaces its document's entries; a level change is a new 発令, never a lift;
 *         解除 ends an entry whatever its Sort and has no level; a Cancel removes the document and rolls
 *         back to what stood before its wrong message: nothing, when it was the document's only state;
 *         an area that vanishes without 解除 ends and is reported (`vanished`);
 *         over the live documents of one municipality the newest 発令 wins for each area.
 * Owner:  the set owns copies of the packed notices of live documents.
 * Threads: one. Same notices, same set, same digest, in every process that computes it.
 * Memory: bounded by the number of live documents (a document whose entries are all ended leaves).
 */
#ifndef HS_ACTIVE_H
#define HS_ACTIVE_H

#include "schemas/notice.h"

#define HS_DIGEST_SIZE 33 /* 32 hexadecimal digits and a NUL */

struct hs_active;

/* One area in force. Borrowed until the set changes. */
struct hs_active_entry {
	const char *area_code; /* municipality, 6 digits */
	const char *area_name; /* as sent */
	const char *sub_code;  /* "" or 12 digits */
	int kind;              /* HS_KIND(…) */
	uint32_t level;        /* 0: none (restricted zone, unknown term) */
	const char *term;
	const char *document_key;
	uint32_t revision;
	uint64_t seq;
	int64_t ordered_unix_us;
};

struct hs_active *hs_active_create(void);
void hs_active_destroy(struct hs_active *active);

/* Applies one notice. vanished (may be NULL) collects the names of areas that ended without 解除, one a
 * line. HS_ERR_STALE: revision not newer (nothing changed); HS_ERR_NOMEM. */
enum hs_err hs_active_apply(struct hs_active *active, uint64_t seq, const hs_notice *notice,
	struct hs_buf *vanished) HS_MUST_CHECK;
/* Digest over the set: equal sets, equal text, whatever the order in which they came about. */
void hs_active_digest(const struct hs_active *active, char out[HS_DIGEST_SIZE]);
size_t hs_active_document_count(const struct hs_active *active);
/* Every live document's newest packed notice, by rising seq. */
void hs_active_each_document(const struct hs_active *active,
	void (*visit)(void *owner, uint64_t seq, const void *notice, size_t len_bytes), void *owner);
/* Every area in force (after the newest 発令 wins), by area_code, sub_code, name. */
void hs_active_each_entry(const struct hs_active *active,
	void (*visit)(void *owner, const struct hs_active_entry *entry), void *owner);

#endif
