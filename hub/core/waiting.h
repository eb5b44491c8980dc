/* waiting.h: submissions that wait for their turn at the journal, in lanes.
 *
 * Flow:    frame(submit) → at once, when hs_waiting_may_go and nobody as urgent waits → else hs_waiting_add …
 *          hs_waiting_next → hs_core_submit, a few in each turn of the loop.
 * Rules:   what was given to the journal cannot be overtaken any more: position and number are fixed. So only few records are
 *          given to it ahead, and the rest waits here, the most urgent first, within a lane the oldest. An order goes into the
 *          next commit while telegrams wait; a large submission (a digest) is committed alone, when nothing else is under way. A
 *          submission never overtakes another one of its document: the older one goes over to the lane of the newer.
 * Limit:   the caller's (pending_max). Nothing here is judged, on disk or promised to anybody.
 * Owner:   the core; each entry owns the arena of its submission.
 */
#ifndef HS_CORE_WAITING_H
#define HS_CORE_WAITING_H

#include <stdbool.h>

#include "hub/core/opened.h"

struct hs_waiting_submit {
	struct hs_waiting_submit *next;
	uint32_t peer;
	uint64_t connection; /* that it came on */
	bool large;
	struct hs_arena *arena;
	hs_submit *submit;	  /* in the arena */
	struct hs_opened *opened; /* a large one, whose arena it is; NULL: a small one */
};

struct hs_waiting {
	struct hs_waiting_lane {
		struct hs_waiting_submit *first, **last;
	} lanes[HS_PRIORITY_COUNT];
	size_t count;
};

/* What is on its way to the disk, and how much may be. */
struct hs_waiting_journal {
	size_t pending,
		ahead_max; /* records; what is as urgent as level 4 may go twice as far ahead */
};

bool hs_waiting_may_go(const struct hs_waiting_journal *journal, uint32_t lane, bool large);

struct hs_waiting *hs_waiting_create(void);
/* Frees what waits, too. */
void hs_waiting_destroy(struct hs_waiting *waiting);
/* Takes submit->arena and submit->opened over; copies the rest. */
void hs_waiting_add(struct hs_waiting *waiting, const struct hs_waiting_submit *submit);
/* True when somebody waits in this lane or in one before it. */
bool hs_waiting_before(const struct hs_waiting *waiting, uint32_t lane);
/* Takes out the next that may go; NULL: none may. The caller frees it with hs_waiting_free. */
struct hs_waiting_submit *hs_waiting_next(
	struct hs_waiting *waiting, const struct hs_waiting_journal *journal);
/* The same without taking it. */
bool hs_waiting_ready(const struct hs_waiting *waiting, const struct hs_waiting_journal *journal);
void hs_waiting_free(struct hs_waiting_submit *submit);

#endif
