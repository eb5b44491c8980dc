#include "hub/core/waiting.h"

#include <stdlib.h>
#include <string.h>

#include "hub/core/memory.h"

bool
hs_waiting_may_go(const struct hs_waiting_journal *journal, uint32_t lane, bool large)
{
	if (large && !hs_priority_is_urgent(lane))
		return journal->pending == 0;
	return journal->pending <
	       (hs_priority_is_urgent(lane) ? 2 * journal->ahead_max : journal->ahead_max);
}

struct hs_waiting *
hs_waiting_create(void)
{
	struct hs_waiting *waiting = hs_must_alloc(1, sizeof(*waiting));

	for (size_t i = 0; i < HS_PRIORITY_COUNT; i++)
		waiting->lanes[i].last = &waiting->lanes[i].first;
	return waiting;
}

void
hs_waiting_free(struct hs_waiting_submit *submit)
{
	if (submit->opened != NULL)
		hs_opened_free(submit->opened);
	else
		hs_arena_destroy(submit->arena);
	free(submit);
}

void
hs_waiting_destroy(struct hs_waiting *waiting)
{
	static const struct hs_waiting_journal empty = { 0, 1 };
	struct hs_waiting_submit *submit;

	while ((submit = hs_waiting_next(waiting, &empty)) != NULL)
		hs_waiting_free(submit);
	free(waiting);
}

static void
put_last(struct hs_waiting_lane *lane, struct hs_waiting_submit *submit)
{
	submit->next = NULL;
	*lane->last = submit;
	lane->last = &submit->next;
}

static struct hs_waiting_submit *
take_out(struct hs_waiting_lane *lane, struct hs_waiting_submit **place)
{
	struct hs_waiting_submit *submit = *place;

	*place = submit->next;
	if (lane->last == &submit->next)
		lane->last = place;
	return submit;
}

/* Those of the same document in later lanes come over, in their order. */
static void
fetch_older(struct hs_waiting *waiting, uint32_t to, const hs_submit *submit)
{
	for (uint32_t i = to + 1; i < HS_PRIORITY_COUNT; i++) {
		struct hs_waiting_submit **place = &waiting->lanes[i].first;

		while (*place != NULL) {
			if (hs_same_document(
				    (*place)->submit->notice->document, submit->notice->document))
				put_last(&waiting->lanes[to], take_out(&waiting->lanes[i], place));
			else
				place = &(*place)->next;
		}
	}
}

void
hs_waiting_add(struct hs_waiting *waiting, const struct hs_waiting_submit *submit)
{
	uint32_t row = hs_priority_row(submit->submit->notice->priority);
	struct hs_waiting_submit *copy = hs_must_alloc(1, sizeof(*copy));

	*copy = *submit;
	fetch_older(waiting, row, submit->submit);
	put_last(&waiting->lanes[row], copy);
	waiting->count++;
}

bool
hs_waiting_before(const struct hs_waiting *waiting, uint32_t lane)
{
	for (uint32_t i = 0; i <= hs_priority_row(lane); i++) {
		if (waiting->lanes[i].first != NULL)
			return true;
	}
	return false;
}

/* The lane whose first is next; HS_PRIORITY_COUNT: none may go. The lane counts, not the notice: it may have been fetched. */
static uint32_t
next_lane(const struct hs_waiting *waiting, const struct hs_waiting_journal *journal)
{
	uint32_t i = 0;

	while (i < HS_PRIORITY_COUNT &&
		(waiting->lanes[i].first == NULL ||
			!hs_waiting_may_go(journal, i, waiting->lanes[i].first->large)))
		i++;
	return i;
}

bool
hs_waiting_ready(const struct hs_waiting *waiting, const struct hs_waiting_journal *journal)
{
	return waiting->count > 0 && next_lane(waiting, journal) < HS_PRIORITY_COUNT;
}

struct hs_waiting_submit *
hs_waiting_next(struct hs_waiting *waiting, const struct hs_waiting_journal *journal)
{
	uint32_t i = next_lane(waiting, journal);

	if (i == HS_PRIORITY_COUNT)
		return NULL;
	waiting->count--;
	return take_out(&waiting->lanes[i], &waiting->lanes[i].first);
}
