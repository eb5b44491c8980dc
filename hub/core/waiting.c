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
	struct hs_waiting_submit *submit;

	while ((submit = hs_waiting_any(waiting)) != NULL)
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
	waiting->large_count += copy->large;
}

/* It goes to disk in pieces while it waits. */
static bool
is_pieced(const struct hs_waiting_submit *one)
{
	return one->large && one->opened != NULL;
}

static bool
may_go(const struct hs_waiting_journal *journal, uint32_t lane, const struct hs_waiting_submit *one)
{
	bool there = is_pieced(one) && one->opened->stage == HS_STORE_DONE;

	if (is_pieced(one) && !there && !hs_priority_is_urgent(lane))
		return false;
	return hs_waiting_may_go(journal, lane, one->large && !there);
}

/* An older one of the document, among the first `lanes` and in the next one up to `end`. */
static bool
has_older(const struct hs_waiting *waiting, uint32_t lanes, const struct hs_waiting_submit *end,
	const hs_submit *submit)
{
	for (uint32_t i = 0; i <= lanes && i < HS_PRIORITY_COUNT; i++) {
		for (const struct hs_waiting_submit *one = waiting->lanes[i].first;
			one != NULL && one != end; one = one->next) {
			if (hs_same_document(
				    one->submit->notice->document, submit->notice->document))
				return true;
		}
	}
	return false;
}

/* The place of the next; NULL: none may go. The lane counts, not the notice: it may have been fetched. */
static struct hs_waiting_submit **
find_next(struct hs_waiting *waiting, const struct hs_waiting_journal *journal, uint32_t *lane)
{
	for (*lane = 0; *lane < HS_PRIORITY_COUNT; ++*lane) {
		struct hs_waiting_submit **place = &waiting->lanes[*lane].first;

		for (; *place != NULL; place = &(*place)->next) {
			const struct hs_waiting_submit *one = *place;

			if (!may_go(journal, *lane, one)) {
				if (!is_pieced(one))
					break; /* nor may the rest of its lane */
			} else if (waiting->large_count == 0 ||
				   !has_older(waiting, *lane, one, one->submit)) {
				return place;
			}
		}
	}
	return NULL;
}

bool
hs_waiting_ready(const struct hs_waiting *waiting, const struct hs_waiting_journal *journal)
{
	struct hs_waiting view = *waiting;
	uint32_t lane;

	return waiting->count > 0 && find_next(&view, journal, &lane) != NULL;
}

static struct hs_waiting_submit *
take_at(struct hs_waiting *waiting, uint32_t lane, struct hs_waiting_submit **place)
{
	waiting->count--;
	waiting->large_count -= (*place)->large;
	return take_out(&waiting->lanes[lane], place);
}

struct hs_waiting_submit *
hs_waiting_next(struct hs_waiting *waiting, const struct hs_waiting_journal *journal)
{
	uint32_t lane;
	struct hs_waiting_submit **place = find_next(waiting, journal, &lane);

	return place != NULL ? take_at(waiting, lane, place) : NULL;
}

struct hs_waiting_submit *
hs_waiting_any(struct hs_waiting *waiting)
{
	for (uint32_t i = 0; i < HS_PRIORITY_COUNT; i++) {
		if (waiting->lanes[i].first != NULL)
			return take_at(waiting, i, &waiting->lanes[i].first);
	}
	return NULL;
}

void
hs_waiting_take(struct hs_waiting *waiting, struct hs_waiting_submit *submit)
{
	for (uint32_t i = 0; i < HS_PRIORITY_COUNT; i++) {
		struct hs_waiting_submit **place = &waiting->lanes[i].first;

		while (*place != NULL && *place != submit)
			place = &(*place)->next;
		if (*place != NULL) {
			take_at(waiting, i, place);
			return;
		}
	}
}

/* ---- large ones ---- */

bool
hs_waiting_passes(const struct hs_waiting *waiting, const struct hs_waiting_journal *journal,
	const struct hs_waiting_submit *submit)
{
	uint32_t row = hs_priority_row(submit->submit->notice->priority);

	if (!may_go(journal, row, submit))
		return false;
	return waiting->count == 0 ||
	       (waiting->count == waiting->large_count && !hs_waiting_ready(waiting, journal) &&
		       !has_older(waiting, HS_PRIORITY_COUNT, NULL, submit->submit));
}

struct hs_waiting_submit *
hs_waiting_to_store(const struct hs_waiting *waiting)
{
	if (hs_waiting_storing(waiting) != NULL)
		return NULL;
	for (uint32_t i = HS_PRIORITY_LEVEL4 + 1; i < HS_PRIORITY_COUNT && waiting->large_count > 0;
		i++) {
		struct hs_waiting_submit *one = waiting->lanes[i].first;

		while (one != NULL && !(is_pieced(one) && one->opened->stage == HS_STORE_NONE))
			one = one->next;
		if (one != NULL)
			return one;
	}
	return NULL;
}

struct hs_waiting_submit *
hs_waiting_storing(const struct hs_waiting *waiting)
{
	for (uint32_t i = 0; i < HS_PRIORITY_COUNT && waiting->large_count > 0; i++) {
		struct hs_waiting_submit *one = waiting->lanes[i].first;

		while (one != NULL && !(is_pieced(one) && one->opened->stage == HS_STORE_WRITING))
			one = one->next;
		if (one != NULL)
			return one;
	}
	return NULL;
}

struct hs_waiting_submit *
hs_waiting_stored(const struct hs_waiting *waiting, uint64_t store)
{
	for (uint32_t i = 0; i < HS_PRIORITY_COUNT; i++) {
		struct hs_waiting_submit *one = waiting->lanes[i].first;

		while (one != NULL && (one->opened == NULL || one->opened->store != store))
			one = one->next;
		if (one != NULL)
			return one;
	}
	return NULL;
}

bool
hs_waiting_is_behind(const struct hs_waiting *waiting, const struct hs_waiting_submit *submit)
{
	for (uint32_t i = 0; i < HS_PRIORITY_COUNT; i++) {
		const struct hs_waiting_submit *one = waiting->lanes[i].first;

		while (one != NULL && one != submit)
			one = one->next;
		if (one != NULL)
			return has_older(waiting, i, submit, submit->submit);
	}
	return false;
}
