/* tells.h: which notices a face tells of: those of its rows in force, of its ends, of its cancel and of its shelters. Only they can have
 * been displayed, whatever else came before the face was made.
 *
 * Flow:    the parts of a message add their seqs while they are written → hs_tells_close → hs_tells_has for each notice that waits.
 * Owner:   the face. Threads: any.
 */
#ifndef HS_SIGNAGE_TELLS_H
#define HS_SIGNAGE_TELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hs_tells {
	uint64_t *seqs; /* rising, each once, when it is closed */
	size_t count, room;
	bool failed; /* out of memory: it may not be used */
};

void hs_tells_add(struct hs_tells *tells, uint64_t seq);
void hs_tells_close(struct hs_tells *tells);
bool hs_tells_has(const struct hs_tells *tells, uint64_t seq);
void hs_tells_free(struct hs_tells *tells);

#endif
