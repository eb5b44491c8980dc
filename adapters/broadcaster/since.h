/* since.h: what is new, changed and lifted since a position: the changes of the newest notices, folded area by area.
 *
 * Flow:    each notice's changes (runtime/change.h) → hs_since_add; a question → hs_since_tell.
 * Rules:   an area is told once: what it was at that position against what it is now; one that came and went is not told;
 *          what ended says how (lifted, cancelled, vanished).
 * Limits:  rows_max changes are kept; before the oldest of them, and before the first state that this process got, the
 *          answer says complete: false, and the list in force stands in its place.
 * Owner:   the caller. Threads: one.
 */
#ifndef HS_BROADCASTER_SINCE_H
#define HS_BROADCASTER_SINCE_H

#include "adapters/runtime/change.h"

struct json_t;
struct hs_since;

/* NULL when out of memory. */
struct hs_since *hs_since_create(size_t rows_max);
/* NULL is allowed. */
void hs_since_destroy(struct hs_since *since);
/* Forgets all; complete from floor_seq on. */
void hs_since_reset(struct hs_since *since, uint64_t floor_seq);
void hs_since_add(
	struct hs_since *since, uint64_t seq, const struct hs_change_row *rows, size_t count);
/* {seq, complete, new: […], changed: […], lifted: […]} of a prefecture ("" for all): a new reference; NULL when out of
 * memory. */
struct json_t *hs_since_tell(const struct hs_since *since, uint64_t seq, const char *prefecture);

#endif
