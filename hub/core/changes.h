/* changes.h: how often what a principal sees of its submissions changed, so that somebody who waits asks one number.
 *
 * Flow:    a submission was taken (index.c), a receipt changed or a silence began (receipts.c) → hs_changes_note → the long poll of
 *          a list (listing.h) compares. Counts from 0 at each start of the process.
 * Owner:   the index. Threads: the core's.
 */
#ifndef HS_CORE_CHANGES_H
#define HS_CORE_CHANGES_H

#include <stddef.h>
#include <stdint.h>

struct hs_changes {
	uint64_t count;
	struct hs_changes *all; /* of everybody's submissions; NULL: it is that */
};

/* changes may be NULL: nobody can ask for it. */
static inline void
hs_changes_note(struct hs_changes *changes)
{
	for (; changes != NULL; changes = changes->all)
		changes->count++;
}

#endif
