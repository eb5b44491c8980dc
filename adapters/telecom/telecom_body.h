/* telecom_body.h: the sentences of a 緊急速報メール body, longest first, shortened by rule. Pure.
 * Used by telecom_encode.h and cbc_words.h. Texts live in the caller's arena. */
#ifndef HS_TELECOM_BODY_H
#define HS_TELECOM_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "adapters/runtime/municipal.h"
#include "adapters/telecom/telecom_chars.h"
#include "schemas/notice.h"

/* What is still said. */
struct hs_body_plan {
	size_t names_total;
	size_t names; /* area names written out, over all groups; 全域 is no name and always written */
	bool remark;   /* the sender's remark */
	bool reason;   /* of a cancel or a correction */
	bool action;   /* what to do */
	bool counts;   /* 「n地区」 where no name is written out */
	bool sentence; /* the full first sentence; else only term and municipality */
};

struct hs_body_plan hs_body_longest(const struct hs_municipal *municipal);
/* The shortest that there is: municipality and term. */
struct hs_body_plan hs_body_shortest(const struct hs_municipal *municipal);
/* NULL when the arena is full. */
const char *hs_body_write(struct hs_arena *arena, const hs_notice *notice,
	const struct hs_municipal *municipal, const struct hs_body_plan *plan);

/* How long a body may be, by which rule (telecom_chars.h). */
struct hs_body_room {
	size_t max;
	enum hs_counting counting;
	int newline_counts;
};
/* The longest body from *plan on that fits; *plan is then its plan. HS_ERR_TOO_LARGE: not even the shortest does;
 * HS_ERR_NOMEM. What is left out goes in this order: the remark, the reason, area names one by one, what to do, the last name,
 * the counts, the sentence. */
enum hs_err hs_body_fit(struct hs_arena *arena, const hs_notice *notice,
	const struct hs_municipal *municipal, const struct hs_body_room *room,
	struct hs_body_plan *plan, const char **out) HS_MUST_CHECK;

#endif
