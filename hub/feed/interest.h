/* interest.h: the distinct filters of all subscribers, each held once, and who waits for what.
 *
 * Flow:    subscribe → hs_interest_get (equal filters share one). A notice → hs_interest_tell → the index
 *          (wanted.h) finds the interests that want it, and their groups (group.h) become due → broadcast serves
 *          those. Of all other interests and their subscribers nothing is touched.
 *          The snapshot frames of an interest are kept until the next notice, so that a thousand
 *          subscribers who come back together cost one encoding.
 * Rules:   an interest has a group of those who are served first and one of the others. Who is in a group is up to
 *          date but for what the group is due: when it is not due, its place is the newest notice without
 *          anybody having written that down (broadcast.h).
 *          An interest was told of every notice since it was made, so it knows the last one that it wants.
 * Owner:   the pool owns interests; subscribers hold counted references. Threads: the loop's.
 */
#ifndef HS_FEED_INTEREST_H
#define HS_FEED_INTEREST_H

#include "hub/feed/entry.h"
#include "hub/feed/group.h"

struct hs_interest_pool;
struct hs_interest;

/* Whose turn comes before whose. */
enum hs_rank { HS_RANK_FIRST, HS_RANK_PUBLIC, HS_RANK_COUNT };

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

/* A new notice, which nobody has yet; before_seq: the newest one until now. */
void hs_interest_tell(
	struct hs_interest_pool *pool, const struct hs_entry *entry, uint64_t before_seq);
/* Notices of the store's ring after this one are not wanted. */
uint64_t hs_interest_last_seq(const struct hs_interest *interest);
struct hs_group *hs_interest_group(struct hs_interest *interest, enum hs_rank rank);
/* The groups of that rank that have something to get. */
struct hs_due *hs_interest_due(struct hs_interest_pool *pool, enum hs_rank rank);

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
