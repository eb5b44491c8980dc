/* telecom_body.h: the sentences of a 緊急速報メール body, longest first, shortened by rule. Pure.
 * See telecom_encode.h, which is its only user. Texts live in the caller's arena. */
#ifndef HS_TELECOM_BODY_H
#define HS_TELECOM_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "adapters/runtime/municipal.h"
#include "schemas/notice.h"

/* What is still said. */
struct hs_body_plan {
	size_t names_total;
	size_t names;  /* area names written out, over all groups */
	bool remark;   /* the sender's remark or the reason of a cancel */
	bool action;   /* what to do */
	bool counts;   /* 「n地区」 where no name is written out */
	bool sentence; /* the full first sentence; else only term and municipality */
};

struct hs_body_plan hs_body_longest(const struct hs_municipal *municipal);
/* The next shorter plan. false: this was the shortest. */
bool hs_body_shorten(struct hs_body_plan *plan);
/* NULL when the arena is full. */
const char *hs_body_write(struct hs_arena *arena, const hs_notice *notice,
	const struct hs_municipal *municipal, const struct hs_body_plan *plan);

#endif
