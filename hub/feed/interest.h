/* interest.h: the distinct filters of all subscribers, each held once.
 *
 * Flow:    subscribe → hs_interest_get (equal filters share one) → broadcast asks hs_interest_wants for each
 *          notice: computed once per interest and notice, however many subscribers share it.
 *          The snapshot frames of an interest are kept until the next notice, so that a thousand
 *          subscribers who come back together cost one encoding.
 * Owner:   the pool owns interests; subscribers hold counted references. Threads: the loop's.
 */
#ifndef HS_FEED_INTEREST_H
#define HS_FEED_INTEREST_H

#include "hub/feed/entry.h"

struct hs_interest_pool;
struct hs_interest;

struct hs_interest_pool *hs_interest_pool_create(void);
/* All references must have been given back. NULL is allowed. */
void hs_interest_pool_destroy(struct hs_interest_pool *pool);
size_t hs_interest_count(const struct hs_interest_pool *pool);

/* Takes over `filter` (cleared in any case). NULL when out of memory. */
struct hs_interest *hs_interest_get(struct hs_interest_pool *pool, struct hs_filter *filter);
/* NULL is allowed. */
void hs_interest_put(struct hs_interest_pool *pool, struct hs_interest *interest);
const struct hs_filter *hs_interest_filter(const struct hs_interest *interest);
bool hs_interest_wants(struct hs_interest *interest, const struct hs_entry *entry);

/* The kept snapshot frame when it is of this seq, else NULL. Borrowed. */
struct hs_frame *hs_interest_snapshot(
	const struct hs_interest *interest, enum hs_form form, uint64_t seq);
/* Keeps a reference to `frame` as the snapshot of `seq`. */
void hs_interest_keep_snapshot(struct hs_interest_pool *pool, struct hs_interest *interest,
	enum hs_form form, uint64_t seq, struct hs_frame *frame);
/* A notice came: no kept snapshot is true any more. */
void hs_interest_drop_snapshots(struct hs_interest_pool *pool);
/* Another epoch: neither snapshots nor answers are true any more. */
void hs_interest_forget(struct hs_interest_pool *pool);

#endif
