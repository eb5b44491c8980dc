/* snapshot.h: the active set of one moment, and what an adapter's outlets heard before (past.h), packed into the Snapshot frames for
 * one peer.
 *
 * Made whole at once, because the set goes on changing while the parts leave. A peer that does not get
 * everything (route.h) gets its own documents only, and no digest: that would be of another set.
 * Memory: as large as the active set, until the last part has left or the connection ended.
 */
#ifndef HS_CORE_SNAPSHOT_H
#define HS_CORE_SNAPSHOT_H

#include "hub/core/past.h"
#include "schemas/active.h"

struct hs_snapshot;

/* past: names the peer and the moment, and how much of its past goes along; told: how much that was. */
struct hs_snapshot *hs_snapshot_create(const struct hs_past *past, struct hs_past_told *told);
/* NULL is allowed. */
void hs_snapshot_destroy(struct hs_snapshot *snapshot);
/* The next packed LinkFrame; false when all were taken. There is always at least one. */
bool hs_snapshot_next(struct hs_snapshot *snapshot, struct hs_span *out);
size_t hs_snapshot_left(const struct hs_snapshot *snapshot);

#endif
