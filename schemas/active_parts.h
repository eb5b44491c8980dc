/* active_parts.h: inside of the active set; for schemas/active*.c only. */
#ifndef HS_ACTIVE_PARTS_H
#define HS_ACTIVE_PARTS_H

#include <uthash.h>

#include "hub/base/hash.h"
#include "schemas/active.h"
#include "schemas/statement.h"

#define HS_ACTIVE_LANES 4

/* One notice that the set rests on: its bytes and what it says about areas. */
/* Its packed notice: what changes up to the moment in which it gets its place stands in front of the bulk (hs_notice_bulk). */
struct hs_kept_bytes {
	struct hs_buf store;
	size_t at; /* where the notice begins in it */
	uint8_t bulk_sha256[32], says_sha256[32];
};

struct hs_kept {
	struct hs_kept *next;	/* in the list of those that were let go */
	struct hs_arena *arena; /* owns all that the statements point to */
	struct hs_statements says;
	const char *disaster; /* its name as sent, or "" */
	struct hs_kept_bytes bytes;
	uint64_t mark
		[HS_ACTIVE_LANES]; /* hash of seq, bytes and statements: its part of the digest */
	int mode;
	int kind;
	bool read;     /* says is there */
	bool in_force; /* at least one of the statements orders something */
	bool moments;  /* revisions are moments: no roll back */
	bool lifts;    /* it says of a warning that it is over */
	bool legacy; /* by a telegram of the old family: yields to the new one (HS_LEGACY_WINDOW_US) */
	uint64_t seq;
	uint32_t revision;
	uint32_t order;		     /* among equal moments; 0: cannot be told */
	int64_t told_unix_us;	     /* when the sender said it */
	int64_t valid_until_unix_us; /* HS_FOR_EVER: until it is lifted */
};

struct hs_active_document {
	char *key;
	struct hs_kept *newest;
	struct hs_kept *before; /* what stood before the newest; NULL: nothing was in force */
	struct hs_kept *cancel; /* of the newest: `before` stands again */
	struct hs_active_group *group; /* of the newest notice */
	bool left_over;		       /* in the list of its group */
	bool witness;		       /* in the list of witnesses */
	struct hs_active_document *group_prev, *group_next;
	struct hs_active_document *witness_prev, *witness_next;
	struct hs_active_spot *spots; /* where it speaks, when the set knows places */
	size_t spot_count;
	uint64_t found; /* in which look it was found last */
	bool holds;	/* what was said of it then */
	UT_hash_handle hh;
};

/* Documents of one kind in the name of one organisation, in one mode. Left over are those that the notice of
 * another document may end: what a cancel brought back, and lifted ones that are kept in case the lift is
 * cancelled. They are few, and each order looks at all of them, but at no other. */
struct hs_active_group {
	char *key;
	size_t document_count;
	struct hs_active_document *left_over, *others;
	UT_hash_handle hh;
};

/* What is computed from the documents when it is asked for, and kept until they change. */
struct hs_active_view {
	struct hs_active_entry *entries;
	size_t entry_count;
	bool entries_known;
	int64_t from_unix_us,
		to_unix_us; /* true for moments from ≤ at < to: no expiry lies between */
};

struct hs_active {
	struct hs_active_document *documents;
	struct hs_active_group *groups;
	struct hs_active_document *witnesses; /* by seq of their newest notice */
	size_t witness_count;
	struct hs_active_view *view;
	uint64_t sum[HS_ACTIVE_LANES]; /* of the marks of all kept notices, lane by lane */
	uint64_t kept_count;
	size_t collect_bytes; /* what is larger is not freed but put there: */
	struct hs_kept *dropped;
	bool knows_places;
	struct hs_active_place *places; /* active_places.c */
	struct hs_buf place_name;
	uint64_t looks;
};

/* In whose name it speaks: the organisation's code, or the sending system where none is given. The caller frees it;
 * NULL: out of memory. */
char *hs_active_group_key(const hs_notice *notice);
/* The notice that stands; NULL when nothing does. */
struct hs_span hs_kept_bytes(const struct hs_kept *kept);
const struct hs_kept *hs_active_stands(const struct hs_active_document *document);
/* The one whose statements are compared with those of others: the same, or a witness; NULL: none. And whether one of them is. */
const struct hs_kept *hs_active_speaks(const struct hs_active_document *document);
bool hs_active_counts(const struct hs_kept *kept, const struct hs_statement *says);
void hs_active_view_forget(struct hs_active_view *view);
/* A telegram of the old family (schemas/active.h, "Families"); when the sender said it, by the best of its clocks. */
bool hs_notice_is_legacy(const hs_notice *notice);
int64_t hs_told_unix_us(const hs_notice *notice);
/* The name of the disaster as sent, or "". */
const char *hs_disaster_of(const hs_notice *notice);

/* active_places.c: what stands of the document has changed; it ends. */
void hs_active_places_join(struct hs_active *active, struct hs_active_document *document);
void hs_active_places_leave(struct hs_active *active, struct hs_active_document *document);
/* Whether this notice, of another document of its group, would end one that is left over and has something in force. */
bool hs_active_would_end(const struct hs_active_document *document, const hs_notice *notice,
	const struct hs_statements *says);

#endif
