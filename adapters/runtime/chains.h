/* chains.h: finds a record by a hash, however many there are: records are linked by a member of their own.
 *
 * Owner:   the table owns its rows only; hs_chains_free, and a zeroed one is ready for use. A record leaves before it is freed.
 * Errors:  none: without memory for more rows the chains grow longer.
 * Threads: any, one at a time.
 */
#ifndef HS_ADAPTER_CHAINS_H
#define HS_ADAPTER_CHAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Embed it in the record; recover that by HS_CONTAINER_OF. Zeroed: in no table. */
struct hs_chain {
	struct hs_chain *next, **at;
	uint64_t hash;
};

struct hs_chains {
	struct hs_chain **rows; /* NULL: `only` */
	size_t row_count;	/* a power of two, or 0 */
	size_t count;
	struct hs_chain *only;
};

/* Of both texts and the number; not of their border. */
uint64_t hs_chain_hash(uint64_t number, const char *text, const char *more);
void hs_chains_add(struct hs_chains *chains, struct hs_chain *chain, uint64_t hash);
/* Of one in no table: nothing. */
void hs_chains_remove(struct hs_chains *chains, struct hs_chain *chain);
/* The first of that hash, NULL: none; and the next one of the same hash. */
struct hs_chain *hs_chains_find(const struct hs_chains *chains, uint64_t hash);
struct hs_chain *hs_chain_next(const struct hs_chain *chain);
void hs_chains_free(struct hs_chains *chains);

#endif
