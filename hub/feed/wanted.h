/* wanted.h: from a notice to the interests that want it, without a look at the others.
 *
 * Flow:    a new interest → hs_wanted_add; a notice → hs_wanted_find → each interest whose filter passes it, once.
 * Data:    interests that differ in their areas only stand on one shelf: kinds and level_min are looked at once per
 *          shelf, and there are few. A shelf has its places, by the digits that name them: who asked for just
 *          this place (`at`), and who asked for something that lies in it (`below`). A notice for a place goes to both
 *          of that place, and to `at` of every place around it.
 * Rules:   finds exactly what hs_filter_passes says (filter.h); tests/unit/hub/feed/wanted_test.c compares them.
 * Memory:  for each area of a filter 32 bytes, and as much for each place around them.
 * Owner:   borrows items and filters. Threads: the loop's.
 */
#ifndef HS_FEED_WANTED_H
#define HS_FEED_WANTED_H

#include "hub/feed/filter.h"

struct hs_wanted;
struct hs_wanted_shelf;
struct hs_wanted_spot;

/* Part of what is found. */
struct hs_wanted_item {
	const struct hs_filter *filter;
	struct hs_wanted_shelf *shelf;
	struct hs_wanted_item *next, *prev;
	struct hs_wanted_spot *spots; /* one for each of its places */
	size_t spot_count;
	uint64_t found; /* in which look it was found last */
};

struct hs_wanted *hs_wanted_create(void);
/* Must be empty. NULL is allowed. */
void hs_wanted_destroy(struct hs_wanted *wanted);
/* HS_ERR_NOMEM: it is not in. */
enum hs_err hs_wanted_add(struct hs_wanted *wanted, struct hs_wanted_item *item,
	const struct hs_filter *filter) HS_MUST_CHECK;
void hs_wanted_remove(struct hs_wanted *wanted, struct hs_wanted_item *item);
void hs_wanted_find(struct hs_wanted *wanted, const struct hs_head *head,
	void (*found)(void *owner, struct hs_wanted_item *item), void *owner);

#endif
