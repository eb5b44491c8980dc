/* ordered.h: what one notice put in force, to find out later whether anything of it stands.
 *
 * Flow:    a notice comes → hs_ordered_keep of the list after it → … → hs_ordered_is_over of the list of then.
 * Rules:   an order stands while its area has it at the same level and in the same words, whichever message says so by then: a later
 *          revision that changes nothing takes nothing of its news away.
 *          What put nothing in force (a lift, a cancel, a word of another kind) is never over.
 * Owner:   the caller frees it. Threads: any.
 */
#ifndef HS_BROADCASTER_ORDERED_H
#define HS_BROADCASTER_ORDERED_H

#include "adapters/runtime/inforce.h"

struct hs_ordered {
	uint64_t *hashes; /* of each area with its order; malloc'd */
	size_t count;
};

/* false: out of memory. */
bool hs_ordered_keep(struct hs_ordered *ordered, const struct hs_force_list *list, uint64_t seq);
bool hs_ordered_is_over(const struct hs_ordered *ordered, const struct hs_force_list *list);
void hs_ordered_free(struct hs_ordered *ordered);

#endif
