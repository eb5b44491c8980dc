/* seen.h: which places were seen, each by up to three texts, for lists that name each place once.
 *
 * Flow: hs_seen_begin with the most that may come → hs_seen_add(one) for each.
 * Owner: the caller's arena; the texts are borrowed as long. Threads: one.
 */
#ifndef HS_BROADCASTER_SEEN_H
#define HS_BROADCASTER_SEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "hub/base/arena.h"

struct hs_seen {
	struct hs_seen_place {
		const char *first, *second, *third;
	} * slots; /* first NULL: free */
	size_t mask;
};

/* false: the arena is full. */
bool hs_seen_begin(struct hs_seen *seen, struct hs_arena *arena, size_t most);
/* true: new. "" where there are fewer texts. */
bool hs_seen_add(struct hs_seen *seen, const char *first, const char *second, const char *third);
bool hs_seen_has(
	const struct hs_seen *seen, const char *first, const char *second, const char *third);

#endif
