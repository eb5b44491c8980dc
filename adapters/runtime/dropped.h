/* dropped.h: what is told of a row that ended without 解除. Pure.
 *
 * A place that is named otherwise now, or lies within a wider one that is ordered, is still ordered: it is not told to be
 * left out. Of a place of which only parts are ordered on, the rest is.
 * Owner:   the texts of *to live in the arena or are those of the row. Threads: any.
 */
#ifndef HS_ADAPTER_DROPPED_H
#define HS_ADAPTER_DROPPED_H

#include "adapters/runtime/inforce.h"

/* after: what is in force now. false: nothing is told. *to: the row as it is told. A full arena shows in the arena. */
bool hs_dropped(struct hs_arena *arena, const struct hs_force_list *after,
	const struct hs_force_row *row, struct hs_force_row *to);

#endif
