/* municipal.h: one notice as each municipality in it has to say it: what it orders, what it ends, what a cancel
 * brings back.
 *
 * Flow:    notice → rows (inforce.h), for a cancel the difference (change.h), for all others what they drop → groups
 *          of one level → gathered by municipality.
 * Drops:   a correction or an update ends the order of whom it does not name any more. They got the order, so they are
 *          told, in the municipality that is left out as in the district of one that is still named.
 * Owner:   everything lives in the caller's arena. Threads: any.
 * Order:   municipalities by code; groups by urgency.
 */
#ifndef HS_ADAPTER_MUNICIPAL_H
#define HS_ADAPTER_MUNICIPAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/runtime/inforce.h"

/* What is told in one way. */
struct hs_told {
	const struct hs_force_group **groups;
	size_t count;
};

struct hs_municipal {
	const char *code; /* 6 digits */
	const char *name; /* 架空市; as the sender has it when the table does not know the code */
	const char *kana; /* "" when unknown */
	bool known; /* of a cancel: ended and returned are what it did; false: only the next two are known */
	uint32_t
		before; /* loudness of what this changes or ends, as it was before; 0: nothing, or not known */
	struct hs_told ordered;
	struct hs_told ended;	  /* lifted, or ended by a cancel */
	struct hs_told dropped;	  /* in force before, and neither ordered nor lifted any more */
	struct hs_told returned;  /* by a cancel: in force again, a level before included */
	struct hs_told standing;  /* what stays in force besides; filled by standing.h only */
	struct hs_told retracted; /* ordered by the message that a cancel takes back */
	struct hs_told retracted_lift; /* lifted by it */
};

/* around: the state around the notice, or NULL when it is not known: a cancel may bring back, a correction may drop areas
 * and municipalities that it does not name. merge_wards: wards of a designated city speak as the
 * city. A notice that names no area below a municipality gives municipalities without groups, one for each of
 * notice.areas; never none for a notice with a source code. HS_ERR_INVALID: neither areas nor a source. */
enum hs_err hs_municipal_split(struct hs_arena *arena, uint64_t seq, const hs_notice *notice,
	const struct hs_force_around *around, bool merge_wards, struct hs_municipal **out,
	size_t *count) HS_MUST_CHECK;

/* The most urgent thing that is said: of what is ordered or comes back, else of what ends, else of what is dropped,
 * else of what a cancel names; NULL when there are no groups. */
const struct hs_force_group *hs_municipal_top(const struct hs_municipal *municipal);
/* Level for a filter, a priority or a message id: 1…5; 6 for a restricted zone or an unknown term; 0 when nothing tells
 * it. The highest of what is said and of what that was before, so that an end, a lowering and a cancel are as loud as
 * the order, and reach whom it reached. */
uint32_t hs_municipal_loudness(const struct hs_municipal *municipal);
/* The same of one group; 0 for NULL. */
uint32_t hs_group_loudness(const struct hs_force_group *group);

#endif
