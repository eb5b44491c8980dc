/* active.h: what is in force, derived from the sequence of notices alone.
 *
 * Flow:   hs_active_apply(notice by notice, in order of seq) → live documents → entries → digest.
 * Rules:  (L-Alert: EvacuationOrder is a full snapshot of its document)
 *         a newer revision replaces its document's entries; a level change is a new 発令, never a lift;
 *         解除 ends an entry whatever its Sort and has no level (a restricted zone, 警戒区域, is a track of its own:
 *         it stands beside an order and only its own lift ends it); a lift ends areas of its own document only;
 *         an area that vanishes without 解除 ends and is reported (`vanished`);
 *         over the live documents of one municipality the newest 発令 wins for each area, at equal order times
 *         the higher seq.
 * Cancel: the message before it was wrong: what stood before that message stands again; nothing, when it was
 *         the document's only one. After that the document takes no more revisions (the next order comes as a
 *         new document). What stands of it ends with the first message of a new document about the same disaster
 *         in the name of the same organisation, because that one is a full snapshot too, or with any message of
 *         that organisation that speaks about each of its areas. A wrong lift can be cancelled like a wrong
 *         order: for this a lifted document is remembered until the organisation begins a new document of that
 *         kind, although it has no entries and does not count.
 * Owner:  the set owns copies of the packed notices it needs: at most three of each document (the newest, the one
 *         before it while a cancel could bring it back, and the cancel).
 * Threads: one. Same notices, same set, same digest, in every process that computes it. The state is a function
 *         of the notices that hs_active_each_document gives, and of nothing else: whoever applies these in their
 *         order has the same set, with the same digest, and goes on from there in the same way.
 * Memory: bounded by the number of live documents, plus the last lifted ones of each organisation and kind.
 *         Running out of memory while entries or digest are computed ends the process: a wrong picture of what is
 *         in force is worse than a restart.
 */
#ifndef HS_ACTIVE_H
#define HS_ACTIVE_H

#include "schemas/notice.h"

/* Raise it whenever the same notices would give another set: what the hub kept of the set is then made anew. */
#define HS_ACTIVE_RULES "1"

#define HS_DIGEST_SIZE 33 /* 32 hexadecimal digits and a NUL */

struct hs_active;

/* One area in force. Borrowed until the set changes. */
struct hs_active_entry {
	const char *area_code; /* municipality, 6 digits */
	const char *area_name; /* as sent */
	const char *sub_code;  /* "" or 12 digits */
	const char *name_key;  /* matching spelling of the name (schemas/area_key.h) */
	const char *
		place_key; /* equal for the same district on the same track (schemas/statement.h) */
	int kind;	   /* HS_KIND(…) */
	uint32_t level;	   /* 0: none (restricted zone, unknown term) */
	const char *term;
	const char *document_key;
	uint32_t revision;
	uint64_t seq;
	int64_t ordered_unix_us;
};

struct hs_active *hs_active_create(void);
void hs_active_destroy(struct hs_active *active);

/* Applies one notice. vanished (may be NULL) collects the names of areas that ended without 解除, one a
 * line. HS_ERR_STALE: revision or seq not newer, or the document was cancelled (nothing changed);
 * HS_ERR_INVALID: a notice without document; HS_ERR_NOMEM. A notice that describes no lasting state (a mail, a
 * reading), and the cancel of a document that is not there, change nothing and are HS_OK. */
enum hs_err hs_active_apply(struct hs_active *active, uint64_t seq, const hs_notice *notice,
	struct hs_buf *vanished) HS_MUST_CHECK;
/* Digest over the set: equal sets, equal text, whatever the order in which they came about. */
void hs_active_digest(const struct hs_active *active, char out[HS_DIGEST_SIZE]);
/* Documents that have anything in force. */
size_t hs_active_document_count(const struct hs_active *active);
/* Every packed notice that the state rests on, by rising seq: of a document its newest notice and, where a
 * cancel could bring it back, the one before it; of a cancelled document also the cancel. This is a snapshot. */
void hs_active_each_document(const struct hs_active *active,
	void (*visit)(void *owner, uint64_t seq, const void *notice, size_t len_bytes),
	void *owner);
/* The notices that stand now, one of each document that has anything in force, by rising seq: for lists that
 * people read. It is not enough to rebuild the set. */
void hs_active_each_standing(const struct hs_active *active,
	void (*visit)(void *owner, uint64_t seq, const void *notice, size_t len_bytes),
	void *owner);
/* Every area in force (after the newest 発令 wins), by area_code, sub_code, name. */
void hs_active_each_entry(const struct hs_active *active,
	void (*visit)(void *owner, const struct hs_active_entry *entry), void *owner);

#endif
