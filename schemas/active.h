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
 * Moments: where revisions are moments (Document.moments; JMA), a newer one replaces the document, the same one too
 *         (the later arrival counts), and a cancel ends it whole: nothing stands again, and a newer moment begins
 *         it anew.
 * Graph:  a notice ends each document that its Document.supersedes names, of its own mode and source, whole (CAP
 *         references); a cancel that does so puts nothing in force itself. One that came after its own end
 *         (Document.ended, put by the hub) ends what it names and puts nothing in force.
 * Families: for one area and hazard the word of a notice without the flag legacy_source stands against those with it,
 *         also a lift, and against all that is told within HS_LEGACY_WINDOW_US after it. For this a lifted document of
 *         the new family is kept as a witness: each office has one for each type of telegram, which comes back
 *         with the next warning (at most HS_WITNESSES_MAX; the oldest is forgotten).
 * Expiry: Times.valid_until, or the default of the kind (schemas/tables/validity.csv), ends a document for those who
 *         read the set at a time (hs_active_each_entry_at). The set itself and its digest know no clock: expiry
 *         changes neither, and sends nothing (misissuance M6).
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

#include "hub/base/hash.h"
#include "schemas/notice.h"

/* Raise it whenever the same notices would give another set: what the hub kept of the set is then made anew. */
#define HS_ACTIVE_RULES "3"

#define HS_FOR_EVER	    INT64_MAX
/* So long after a telegram of the new family its word on an area and hazard stands against the old family
 * (jma-xml.md, "The 2026 reorganisation"). By the times that the senders give, never by a clock. */
#define HS_LEGACY_WINDOW_US (24LL * 3600 * 1000000)

#define HS_WITNESSES_MAX 1024
#define HS_DIGEST_SIZE	 33 /* 32 hexadecimal digits and a NUL */

struct hs_active;
struct hs_kept;
struct hs_statements;

/* One area in force. Borrowed until the set changes. */
struct hs_active_entry {
	const char *area_code; /* municipality, 6 digits */
	const char *area_name; /* as sent */
	const char *sub_code;  /* "" or 12 digits */
	const char *name_key;  /* matching spelling of the name (schemas/area_key.h) */
	const char *
		place_key; /* equal for the same district on the same track (schemas/statement.h) */
	int mode;	   /* HS_MODE(…): drills, tests and the real thing never meet */
	int kind;	   /* HS_KIND(…) */
	uint32_t level;	   /* 0: none (restricted zone, unknown term) */
	uint32_t equivalent_level; /* 警戒レベル相当, 0: none */
	uint32_t rank;		   /* of a warning (schemas/statement.h) */
	const char *hazard;	   /* "" for an order; rain, landslide … (schemas/statement.h) */
	const char *term;
	const char *document_key;
	uint32_t revision;
	uint64_t seq;
	int64_t ordered_unix_us;
	int64_t valid_until_unix_us; /* HS_FOR_EVER: until it is lifted */
};

struct hs_active *hs_active_create(void);
void hs_active_destroy(struct hs_active *active);

/* Until when a notice is valid: its valid_until, or the default of its kind; HS_FOR_EVER: until it is lifted. */
int64_t hs_valid_until(const hs_notice *notice);
/* Applies one notice. vanished (may be NULL) collects the names of areas that ended without 解除, one a
 * line. HS_ERR_STALE: revision or seq not newer, or the document was cancelled (nothing changed);
 * HS_ERR_INVALID: a notice without document; HS_ERR_NOMEM. A notice that describes no lasting state (a mail, a
 * reading), and the cancel of a document that is not there, change nothing and are HS_OK. */
enum hs_err hs_active_apply(struct hs_active *active, uint64_t seq, const hs_notice *notice,
	struct hs_buf *vanished) HS_MUST_CHECK;
/* The part of it that does not look at the set, for who has time for that beforehand. NULL: out of memory, or a
 * notice without document. */
struct hs_kept;
struct hs_kept *hs_kept_create(uint64_t seq, const hs_notice *notice);
/* NULL is allowed. */
void hs_kept_free(struct hs_kept *kept);
/* All of the list; any thread. NULL is allowed. */
void hs_kept_free_all(struct hs_kept *first);
/* From now on a notice of more than min_bytes that no longer counts is not freed but waits for hs_active_dropped: to give back
 * some MB takes milliseconds. Until it is fetched there may be any number of them. */
void hs_active_collect(struct hs_active *active, size_t min_bytes);
/* The caller's now; NULL: there are none. */
struct hs_kept *hs_active_dropped(struct hs_active *active);
/* The rest. kept (NULL: it is made when it is needed) is of the same seq and notice, and taken over in any case. */
enum hs_err hs_active_apply_kept(struct hs_active *active, uint64_t seq, const hs_notice *notice,
	struct hs_kept *kept, struct hs_buf *vanished) HS_MUST_CHECK;
/* That first part in two, which touch no set and may be done on any thread: for notices of some MB, which take tens of
 * milliseconds. Read: what it says of places. NULL: out of memory. */
struct hs_kept *hs_active_read(const hs_notice *notice) HS_MUST_CHECK;
/* Seal: its bytes and its part of the digest; nothing of the notice may change after that. HS_ERR_NOMEM. */
enum hs_err hs_active_seal(
	struct hs_kept *read, uint64_t seq, const hs_notice *notice) HS_MUST_CHECK;
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
/* Every area in force (after the newest 発令 wins), by area_code, sub_code, name; expiry set aside. */
void hs_active_each_entry(const struct hs_active *active,
	void (*visit)(void *owner, const struct hs_active_entry *entry), void *owner);
/* The same without what has expired by then: valid_until ≤ at. */
void hs_active_each_entry_at(const struct hs_active *active, int64_t at_unix_us,
	void (*visit)(void *owner, const struct hs_active_entry *entry), void *owner);
/* All of them but evacuation orders, by no order; for one who needs no orders, because it costs less than all entries
 * and keeps nothing. Gives the next moment in which one of all documents expires; HS_FOR_EVER: none. */
int64_t hs_active_each_warning_at(const struct hs_active *active, int64_t at_unix_us,
	void (*visit)(void *owner, const struct hs_active_entry *entry), void *owner);
/* The last moment up to `at` in which something in the set expired; INT64_MIN: nothing did. */
int64_t hs_active_expired_before(const struct hs_active *active, int64_t at_unix_us);
/* The next one after it; HS_FOR_EVER: nothing will. */
int64_t hs_active_expires_next(const struct hs_active *active, int64_t at_unix_us);

/* Every two documents of which one keeps the other from standing at some place: who has the first must have the second, or he
 * takes for in force what is not. A pair may come more than once. */
void hs_active_each_rival(const struct hs_active *active,
	void (*visit)(void *owner, const char *yields, const char *stands), void *owner);

/* What one notice says, for a comparison. Borrowed. */
struct hs_word {
	int mode, kind;
	bool legacy;
	int64_t told_unix_us;
	const struct hs_statements *says;
};
struct hs_word hs_word_of(const hs_notice *notice, const struct hs_statements *says);
/* What was read of it; NULL: it was not, or kept is NULL. */
const struct hs_statements *hs_kept_says(const struct hs_kept *kept);
/* What speaks of more places than that, a digest, is looked for at none of them: tens of milliseconds on a loop. */
#define HS_ACTIVE_SPOTS_MAX 2000
/* Whether something of the old one, of another document, stands no longer at a place because of the new one: by the rules above,
 * whatever else is said there. */
bool hs_word_displaces(const struct hs_word *new, const struct hs_word *old);
/* From now on the set knows which documents stand at which place: for one that asks what follows, at some cost for each notice.
 * While it is empty. */
void hs_active_know_places(struct hs_active *active);
/* The other documents of which something would stand no longer if this notice were applied now, each once; whole: all of it, also
 * where the notice says nothing. visit: false when the document will not stand there (something on its way to the set ends it), so that what
 * lies below it is looked at as well. says: its statements. What it supersedes by name is not looked at. HS_ERR_NOMEM. */
enum hs_err hs_active_each_displaced(struct hs_active *active, const hs_notice *notice,
	const struct hs_statements *says,
	bool (*visit)(void *owner, const char *document_key, bool whole),
	void *owner) HS_MUST_CHECK;

/* What one standing document says. Borrowed until the set changes. */
struct hs_active_word {
	const char *document_key;
	uint64_t seq;
	const struct hs_statements *says; /* schemas/statement.h */
};
/* Every document with anything in force that speaks in the name of the organisation of `like`, in its mode and kind; by no
 * order. HS_ERR_NOMEM. */
enum hs_err hs_active_each_word(const struct hs_active *active, const hs_notice *like,
	void (*visit)(void *owner, const struct hs_active_word *word), void *owner) HS_MUST_CHECK;
/* The one of the document of `of`; false: nothing of it stands. */
bool hs_active_word_of(
	const struct hs_active *active, const hs_notice *of, struct hs_active_word *out);
/* Documents that hs_active_each_word would look through: what it costs. */
size_t hs_active_documents_of(const struct hs_active *active, const hs_notice *like);
/* The packed newest notice of the document of `of`; empty when there is none. Borrowed until the set changes. */
struct hs_span hs_active_newest(const struct hs_active *active, const hs_notice *of);

#endif
