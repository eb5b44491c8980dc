/* standing.h: what else is in force when something ends, so that an end never sounds like "all clear"
 * (an area that is missing from a lift, an older order that stands again after a cancel).
 *
 * Flow:    on_snapshot → hs_standing_load; on_notice → hs_standing_apply; then, for each municipality
 *          of a notice that ends something, hs_standing_of fills municipal->standing.
 * Owner:   the adapter's state holds one struct hs_standing for each lane; rows are borrowed until the
 *          next load or apply. Threads: the loop's.
 * Limits:  without a snapshot nothing is known and nothing is said.
 */
#ifndef HS_ADAPTER_STANDING_H
#define HS_ADAPTER_STANDING_H

#include "adapters/runtime/municipal.h"
#include "adapters/runtime/runtime.h"

struct hs_standing {
	struct hs_force *force; /* NULL = not known */
};

void hs_standing_load(struct hs_standing *standing, const struct hs_adapter_snapshot *snapshot);
void hs_standing_apply(struct hs_standing *standing, const struct hs_adapter_item *item);
void hs_standing_free(struct hs_standing *standing);

/* Areas of the municipality that are in force and that its own `ordered` does not say already. Does
 * nothing for a notice that ends nothing. merge_wards as in hs_municipal_split. */
enum hs_err hs_standing_of(const struct hs_standing *standing, struct hs_arena *arena,
	const hs_notice *notice, bool merge_wards, struct hs_municipal *municipal) HS_MUST_CHECK;

#endif
