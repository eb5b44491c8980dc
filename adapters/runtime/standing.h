/* standing.h: what else is in force when something ends, so that an end never sounds like "all clear"
 * (an area that is missing from a lift, an older order that stands again after a cancel).
 *
 * Flow:    on_snapshot → hs_standing_load; on_notice → hs_standing_apply; then hs_standing_split gives each
 *          municipality of the notice, with what stays in force beside an end in municipal->standing, and for a
 *          cancel with what it did.
 * Owner:   the adapter's state holds one struct hs_standing for each lane; rows are borrowed until the
 *          next load or apply. Threads: the loop's.
 * Limits:  without a snapshot nothing is known and nothing is said. A notice that the snapshot held already came
 *          before what is known now: of such a cancel is told what it names and what is in force now.
 */
#ifndef HS_ADAPTER_STANDING_H
#define HS_ADAPTER_STANDING_H

#include "adapters/runtime/municipal.h"
#include "adapters/runtime/runtime.h"

struct hs_standing {
	struct hs_force *force; /* NULL = not known */
	uint64_t around_seq;	/* of the notice that the lists of `force` are around; 0 = none */
};

void hs_standing_load(struct hs_standing *standing, const struct hs_adapter_snapshot *snapshot);
void hs_standing_apply(struct hs_standing *standing, const struct hs_adapter_item *item);
void hs_standing_free(struct hs_standing *standing);

/* The municipalities of the item; merge_wards as in hs_municipal_split, whose errors it has. */
enum hs_err hs_standing_split(const struct hs_standing *standing, struct hs_arena *arena,
	const struct hs_adapter_item *item, bool merge_wards, struct hs_municipal **out,
	size_t *count) HS_MUST_CHECK;

#endif
