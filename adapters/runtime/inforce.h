/* inforce.h: what is in force on one lane, as lists that renderers can keep, compare and group.
 *
 * Flow:    snapshot or notice → hs_active (schemas/active.h decides) → a list of rows: the one before
 *          the newest notice and the one after it → groups (one municipality, one kind, one level).
 * Owner:   the caller owns struct hs_force; rows and lists are borrowed until the next apply, load,
 *          refresh or clear. Groups live in the caller's arena and point into the rows.
 * Threads: one.
 * Order:   rows by municipality and district (place_key); groups by urgency (restricted zone and level 5 first),
 *          then the newest order time, then code. A term that is not known stands at the top of the
 *          scale and is marked unknown (promise P12).
 */
#ifndef HS_ADAPTER_INFORCE_H
#define HS_ADAPTER_INFORCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/buf.h"
#include "hub/base/err.h"
#include "schemas/active.h"
#include "schemas/notice.h"
#include "schemas/tables.h"

/* What renderers want of the notice that ordered a row. Empty texts, never NULL. */
struct hs_force_meta {
	uint64_t seq;
	int64_t valid_until_unix_us; /* 0: not told */
	int32_t offset_minutes;	     /* of the order times, east of UTC */
	const char *headline;	     /* Japanese */
	const char *hazard;	     /* flood …, "" unknown */
	const char *disaster_name;
	const char *source_name;
	const char *source_office;
	const char *entered_by;
};

/* One area in force. */
struct hs_force_row {
	const char *area_code; /* municipality, 6 digits */
	const char *area_name;
	const char *sub_code;  /* "" or 12 digits */
	const char *name_key;  /* as in schemas/active.h */
	const char *place_key; /* the same */
	const char *term;
	const char *document_key;
	int kind;
	uint32_t level;	  /* 0: none */
	uint32_t urgency; /* 1…6, for sorting and comparing */
	bool unknown;	  /* the term is in no table */
	uint64_t seq;
	int64_t ordered_unix_us;
	const struct hs_force_meta *meta; /* NULL when not known */
};

struct hs_force_list {
	struct hs_arena *arena;
	struct hs_force_row *rows;
	size_t count;
};

/* The lists around one notice. */
struct hs_force_around {
	struct hs_force_list before, after;
	bool known; /* false: the state is not known, the lists are the notice's own words (hs_force_of_notice) */
};

struct hs_force;

struct hs_force *hs_force_create(void);
/* NULL is allowed. */
void hs_force_destroy(struct hs_force *force);
/* Applies one notice; before() and after() are then the lists around it. HS_ERR_STALE: its revision is
 * not newer, both lists are the same. HS_ERR_NOMEM: the state is as before. */
enum hs_err hs_force_apply(
	struct hs_force *force, uint64_t seq, const hs_notice *notice) HS_MUST_CHECK;
/* The same for many in a row (a snapshot); ended by one refresh with the seq that it is true for. */
enum hs_err hs_force_load(
	struct hs_force *force, uint64_t seq, const hs_notice *notice) HS_MUST_CHECK;
enum hs_err hs_force_refresh(struct hs_force *force, uint64_t seq) HS_MUST_CHECK;
const struct hs_force_list *hs_force_before(const struct hs_force *force);
const struct hs_force_list *hs_force_after(const struct hs_force *force);
/* True for this seq. */
uint64_t hs_force_seq(const struct hs_force *force);
void hs_force_digest(const struct hs_force *force, char out[HS_DIGEST_SIZE]);

/* What a notice alone says, when the state before it is not known: `before` what it lifts (for a
 * cancel: all it names), `after` what it orders. Both live in the arena; `known` is false. */
enum hs_err hs_force_of_notice(struct hs_arena *arena, uint64_t seq, const hs_notice *notice,
	struct hs_force_around *around) HS_MUST_CHECK;

/* Whether what is in force of this kind is an order: evacuation, or a kind that this program has no name for. A shelter
 * that is open, a headquarters that works, a warning of the weather agency are in force too, and no outlet may show one of
 * them as an order: the lists leave them out. */
bool hs_force_counts(int kind);
/* What people are told the area is called: as sent; 全域 for the whole municipality, which senders also leave
 * without a name or call by its own. */
const char *hs_force_place_name(const struct hs_force_row *row);
/* A restricted zone (警戒区域), which stands beside an order. */
bool hs_force_is_zone(const struct hs_force_row *row);
/* A row that lives in the arena, without its facts (meta). Failure shows in the arena. */
void hs_force_row_copy(
	struct hs_arena *arena, const struct hs_force_row *from, struct hs_force_row *to);
/* Order of rows by area: < 0, 0, > 0 like strcmp. 0 is what the set holds for the same district, however it is spelled;
 * a restricted zone (警戒区域) stands beside an order. */
int hs_force_compare(const struct hs_force_row *a, const struct hs_force_row *b);

/* Rows of one municipality with the same kind, level and term. */
struct hs_force_group {
	const char *area_code;
	const char *name;	     /* 架空市; the code when the table does not know it */
	const char *name_en;	     /* "" when unknown */
	const char *kana;	     /* "" when unknown */
	const char *prefecture_name; /* "" when unknown */
	const char *term;
	int kind;
	uint32_t level;
	uint32_t urgency;
	bool unknown;
	uint64_t seq;			  /* newest among the rows */
	int64_t ordered_unix_us;	  /* newest */
	const struct hs_force_meta *meta; /* of the newest row, may be NULL */
	const struct hs_force_row **rows;
	size_t row_count;
};

/* wanted: NULL for all rows. *groups and their rows are arrays in the arena. */
enum hs_err hs_force_groups(struct hs_arena *arena, const struct hs_force_list *list,
	bool (*wanted)(const void *owner, const struct hs_force_row *row), const void *owner,
	struct hs_force_group **groups, size_t *count) HS_MUST_CHECK;
struct hs_force_filter {
	/* NULL for all rows. */
	bool (*wanted)(const void *owner, const struct hs_force_row *row);
	const void *owner;
};
/* The same, and all rows of a group have the same valid_until: for who says of a group until when it stands. */
enum hs_err hs_force_groups_by_limit(struct hs_arena *arena, const struct hs_force_list *list,
	const struct hs_force_filter *filter, struct hs_force_group **groups,
	size_t *count) HS_MUST_CHECK;

#endif
