/* cancel.h: what the newest cancel of a lane that changed something did, kept for a while so that screens can say it:
 * an order that stands again looks like any other, and one that ended leaves nothing behind.
 *
 * Flow:    a cancel that the state has taken in (runtime/change.h) → hs_signage_cancel_take → screens, until it is over.
 * Owner:   the lane owns it; its rows are copies. Threads: the loop's.
 * Limits:  known from the notice that came, not from a snapshot: after a start nothing is said of older cancels.
 */
#ifndef HS_SIGNAGE_CANCEL_H
#define HS_SIGNAGE_CANCEL_H

#include <stdint.h>

#include "adapters/runtime/inforce.h"
#include "hub/base/err.h"

struct hs_signage_cancel {
	struct hs_arena *arena;	       /* NULL: there is none */
	struct hs_force_list returned; /* in force again, a level before included */
	struct hs_force_list ended;    /* as they were */
	int64_t until_unix_us;
	uint64_t seq; /* of the cancel */
};

/* force: just after this notice was applied. A cancel that changes something takes the place of the one before; other
 * notices change nothing here, what they overtake is left out when a screen is drawn. HS_ERR_NOMEM: there is none. */
enum hs_err hs_signage_cancel_take(struct hs_signage_cancel *cancel, const struct hs_force *force,
	const hs_notice *notice, int64_t until_unix_us) HS_MUST_CHECK;
void hs_signage_cancel_free(struct hs_signage_cancel *cancel);

#endif
