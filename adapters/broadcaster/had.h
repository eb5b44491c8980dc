/* had.h: of which documents a station has got anything, so that a cancel goes to exactly those that have.
 *
 * Flow:    the first message of a document → hs_had_add → something of it left → hs_had_got → a cancel → hs_had_find.
 * Limits:  the newest HS_HAD_MAX documents; of others it is not known, and then a cancel is told.
 * Owner:   a value. Threads: one. Pure.
 */
#ifndef HS_BROADCASTER_HAD_H
#define HS_BROADCASTER_HAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/notice.h"

#define HS_HAD_MAX 512

struct hs_had {
	struct {
		uint64_t document; /* hs_had_key; 0: free */
		bool got;
	} rows[HS_HAD_MAX];
	size_t next;
};

/* Of the document of a notice; 0: it has none. */
uint64_t hs_had_key(const hs_notice *notice);
/* NULL: not known; else whether something of it was got. */
const bool *hs_had_find(const struct hs_had *had, uint64_t document);
void hs_had_add(struct hs_had *had, uint64_t document);
void hs_had_got(struct hs_had *had, uint64_t document);
/* The state holds all that is in force, so who got it has something of each of them. */
void hs_had_got_all(struct hs_had *had);

#endif
