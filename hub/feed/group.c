#include "hub/feed/group.h"

#include <utlist.h>

#include "hub/base/check.h"
#include "hub/feed/subscriber.h"

void
hs_group_join(struct hs_group *group, struct hs_subscriber *subscriber)
{
	if (group->turn == NULL) {
		subscriber->next = subscriber->prev = subscriber;
		group->turn = subscriber;
	} else {
		subscriber->next = group->turn;
		subscriber->prev = group->turn->prev;
		subscriber->prev->next = subscriber;
		subscriber->next->prev = subscriber;
	}
	group->count++;
}

static void
set_left(struct hs_due *due, struct hs_group *group, size_t left)
{
	if (left == 0 && group->left > 0)
		DL_DELETE(due->first, group);
	group->left = left;
}

void
hs_group_leave(struct hs_due *due, struct hs_group *group, struct hs_subscriber *subscriber)
{
	bool in_turn = group->turn == subscriber;
	size_t left = group->left;

	HS_CHECK(group->count > 0);
	subscriber->prev->next = subscriber->next;
	subscriber->next->prev = subscriber->prev;
	if (in_turn)
		group->turn = subscriber->next;
	if (--group->count == 0)
		group->turn = NULL;
	subscriber->next = subscriber->prev = NULL;
	/* Of another one we do not know whether it had been served: then somebody is asked once too often. */
	if (in_turn && left > 0)
		left--;
	set_left(due, group, left < group->count ? left : group->count);
}

void
hs_group_call(struct hs_due *due, struct hs_group *group, uint64_t base_seq)
{
	if (group->count == 0)
		return;
	if (group->left == 0) {
		group->base_seq = base_seq;
		if (due->first != NULL && group->count <= due->first->left)
			DL_PREPEND(due->first, group);
		else
			DL_APPEND(due->first, group);
	}
	group->left = group->count;
}

void
hs_group_served(struct hs_due *due, struct hs_group *group)
{
	HS_CHECK(group->left > 0);
	group->turn = group->turn->next;
	set_left(due, group, group->left - 1);
}
