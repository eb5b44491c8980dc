/* municipal.h: one notice as each municipality in it has to say it: what it orders, what it ends.
 *
 * Flow:    notice → rows (inforce.h) → groups of one level → gathered by municipality.
 * Owner:   everything lives in the caller's arena. Threads: any.
 * Order:   municipalities by code; groups by urgency.
 */
#ifndef HS_ADAPTER_MUNICIPAL_H
#define HS_ADAPTER_MUNICIPAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/runtime/inforce.h"

struct hs_municipal {
	const char *code; /* 6 digits */
	const char *name; /* 架空市; as the sender has it when the table does not know the code */
	const char *kana; /* "" when unknown */
	const struct hs_force_group **ordered;
	size_t ordered_count;
	const struct hs_force_group **ended;
	size_t ended_count;
	/* What stays in force besides; filled by hs_standing_of (standing.h) only. */
	const struct hs_force_group **standing;
	size_t standing_count;
};

/* merge_wards: wards of a designated city speak as the city. A notice that names no area below a
 * municipality gives municipalities without groups, one for each of notice.areas; never none for a
 * notice with a source code. HS_ERR_INVALID: neither areas nor a source. */
enum hs_err hs_municipal_split(struct hs_arena *arena, uint64_t seq, const hs_notice *notice,
	bool merge_wards, struct hs_municipal **out, size_t *count) HS_MUST_CHECK;

/* The most urgent thing that is said: of what is ordered, else of what ends; NULL when there are no
 * groups. */
const struct hs_force_group *hs_municipal_top(const struct hs_municipal *municipal);
/* Level for choosing a siren or a message id: 1…5; 6 for a restricted zone or an unknown term; 0 when
 * nothing tells it. Of what ends: the level that it had, so that an end is as loud as its order. */
uint32_t hs_municipal_loudness(const struct hs_municipal *municipal);

#endif
