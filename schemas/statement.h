/* statement.h: what one notice says about each area: ordered, or ended. Used by schemas/active*.c.
 *
 * Flow:   notice → one statement per area and track → (active set: the newest order wins).
 * Tracks: an order (高齢者等避難 … 緊急安全確保, local words) and a restricted zone (警戒区域) are different
 *         acts of the mayor and stand side by side; within a track a lift ends the area whatever its Sort.
 *         Warnings (JMA, CAP) have one track for each hazard: rain and landslide of one area are two statements, and
 *         so are the floods of two rivers.
 * Owner:  everything lives in the arena that is passed in.
 */
#ifndef HS_STATEMENT_H
#define HS_STATEMENT_H

#include "schemas/notice.h"

struct hs_statement {
	const char *area_code; /* municipality, as sent */
	const char *area_name; /* as sent */
	const char *sub_code;  /* "" or 12 digits */
	const char *name_key;  /* matching spelling, see area_key.h */
	const char *key;       /* municipality, track, district: equal keys are the same area */
	const char *hazard;    /* "" for an order; rain, landslide … : the track of a warning */
	const char *term;
	uint32_t level;
	uint32_t equivalent_level; /* 警戒レベル相当: never merged with level */
	uint32_t
		rank; /* of a warning: 3 warning, 5 emergency (notice.proto, Hazard); 0: no such scale */
	uint32_t urgency;
	bool in_force; /* false: lifted */
	bool lifts; /* a warning of which the sender says that it is over, and not only some news of it */
	int64_t ordered_unix_us;
};

struct hs_statements {
	struct hs_statement *items; /* by key, each key once */
	size_t count;
};

/* Whether notices of this kind describe a state that lasts until it is lifted (orders, shelters, counts of damage, warnings) and
 * not a single message (a mail, a reading). Unknown kinds last: nothing unknown may vanish. */
bool hs_kind_lasts(int kind);
/* The warnings that a notice lists one by one; *count 0 when it lists none. */
Hansho__V1__Hazard *const *hs_notice_hazards(const hs_notice *notice, size_t *count);
/* The key of a district: zone for a restricted zone. NULL when the arena is full. */
const char *hs_statement_key(struct hs_arena *arena, const char *area_code, bool zone,
	const char *sub_code, const char *name_key);
/* HS_ERR_NOMEM when the arena is full. */
enum hs_err hs_statements_of(
	struct hs_arena *arena, const hs_notice *notice, struct hs_statements *out) HS_MUST_CHECK;
bool hs_statements_in_force(const struct hs_statements *all);
bool hs_statements_lift(const struct hs_statements *all);
/* The one with the same key, or NULL. */
const struct hs_statement *hs_statements_find(
	const struct hs_statements *all, const struct hs_statement *one);
/* Whether `all` says anything about the area of `one`: by key, by name, or for the whole municipality. */
bool hs_statements_mention(const struct hs_statements *all, const struct hs_statement *one);

#endif
