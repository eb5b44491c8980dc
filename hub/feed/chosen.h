/* chosen.h: which live documents stand in the snapshot for a filter.
 *
 * Rules:   a document is chosen when one of the notices that it rests on passes (hs_filter_in_snapshot). With it goes every
 *          document that keeps something of it from standing (schemas/active.h: the newest order wins for each area), whatever its
 *          own kind or level, and what keeps something of that one, and so on: without them a subscriber would take for in force what is
 *          not. One that is wholly kept from standing goes all the same: it stands again when the other is lifted.
 * Owner:   the caller. Threads: none of its own. Cost: each live notice is read once; the pairs of documents that meet, a few times.
 */
#ifndef HS_FEED_CHOSEN_H
#define HS_FEED_CHOSEN_H

#include "hub/feed/filter.h"
#include "schemas/active.h"

struct hs_chosen;

/* NULL: out of memory. Borrows the keys of the set's documents: until that changes. */
struct hs_chosen *hs_chosen_create(const struct hs_active *active, const struct hs_filter *filter);
bool hs_chosen_has(const struct hs_chosen *chosen, const char *document_key);
/* NULL is allowed. */
void hs_chosen_destroy(struct hs_chosen *chosen);

#endif
