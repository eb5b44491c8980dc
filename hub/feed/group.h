/* group.h: subscribers who are served together, in turn, and the list of groups that have something to get.
 *
 * Data:    a group is a ring of subscribers and the place in it whose turn it is. It is due while `left` of them,
 *          from that place on, have not been served yet; what they were served before stands in base_seq.
 *          Who joins stands behind all others, so those who are left stay together.
 * Rules:   a small group goes before a large one that became due earlier: a town's few subscribers do not wait
 *          until thousands have had another notice, and those hardly notice the few.
 * Owner:   the subscribers belong to their table, which never moves them. A group that is empty is in no list.
 * Threads: the loop's.
 */
#ifndef HS_FEED_GROUP_H
#define HS_FEED_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hs_subscriber;

struct hs_group {
	struct hs_subscriber *turn; /* NULL: nobody */
	size_t count, left;
	uint64_t
		base_seq; /* while it is due: its members have, or do not want, everything up to here */
	struct hs_group *next, *prev; /* in the list of those that are due */
};

/* Zeroed: nothing is due. */
struct hs_due {
	struct hs_group *first;
};

void hs_group_join(struct hs_group *group, struct hs_subscriber *subscriber);
/* `due`: the list in which it may stand. */
void hs_group_leave(struct hs_due *due, struct hs_group *group, struct hs_subscriber *subscriber);
/* Everybody in it has to be served once more; base_seq counts when it was not due before. */
void hs_group_call(struct hs_due *due, struct hs_group *group, uint64_t base_seq);
/* Whose turn it is has been served. */
void hs_group_served(struct hs_due *due, struct hs_group *group);

#endif
