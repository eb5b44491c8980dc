/* lifted.h: what ended on a lane not long ago, so that an end is as visible as the order was.
 *
 * Flow:    changes of a notice (runtime/change.h) → hs_signage_lifted_take → each screen says them for its own
 *          return_after_ms (hs_signage_lifted_rows) → the screen returns to calm.
 * Rules:   what was lifted and what only vanished from its document are told apart; what is in force again is left out
 *          when a screen is drawn.
 * Owner:   the lane; rows are copies. Threads: the loop's.
 * Limits:  the newest HS_LIFTED_MAX notices that ended something; known from notices, not from a snapshot: after a
 *          start nothing is said of older ends.
 */
#ifndef HS_SIGNAGE_LIFTED_H
#define HS_SIGNAGE_LIFTED_H

#include <stdint.h>

#include "adapters/runtime/change.h"
#include "adapters/runtime/inforce.h"
#include "hub/base/err.h"

#define HS_LIFTED_MAX 64

struct hs_lifted_batch {
	struct hs_arena *arena; /* NULL: empty */
	struct hs_force_list lifted, vanished;
	int64_t at_unix_us;
	uint64_t seq; /* of the notice that ended it */
};

struct hs_signage_lifted {
	struct hs_lifted_batch batches[HS_LIFTED_MAX];
	size_t next;
};

/* rows: of hs_changes around the notice `seq`. */
enum hs_err hs_signage_lifted_take(struct hs_signage_lifted *lifted, uint64_t seq,
	const struct hs_change_row *rows, size_t count, int64_t now_unix_us) HS_MUST_CHECK;
/* All that ended after `since`, newest first, into *out (an array in the arena). */
enum hs_err hs_signage_lifted_rows(const struct hs_signage_lifted *lifted, struct hs_arena *arena,
	int64_t since_unix_us, bool vanished, struct hs_force_list *out) HS_MUST_CHECK;
void hs_signage_lifted_free(struct hs_signage_lifted *lifted);

#endif
