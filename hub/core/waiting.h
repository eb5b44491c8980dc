/* waiting.h: submissions that wait for their turn at the journal, in lanes.
 *
 * Flow:    frame(submit) → at once, when hs_waiting_may_go and nobody as urgent waits → else hs_waiting_add …
 *          hs_waiting_next → hs_core_submit, a few in each turn of the loop.
 * Rules:   what was given to the journal cannot be overtaken any more: position and number are fixed. So only few records are
 *          given to it ahead, and the rest waits here, the most urgent first, within a lane the oldest. An order goes into the
 *          next commit while telegrams wait. A submission never overtakes another one of its document: the older one goes over to the
 *          lane of the newer, and who comes behind a large one waits with it.
 * Large:   (a digest) what was opened aside goes to disk in pieces while it waits here (stored.h), one at a time, and then as a small
 *          one does; others of its lane go before it meanwhile. One that was not, is committed alone, when nothing else is under way. A large
 *          one on the lane of an order goes at once, whole: its pieces, if there are any, are not used.
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
	size_t count, large_count;
};

/* What is on its way to the disk, and how much may be. */
struct hs_waiting_journal {
	size_t pending,
		ahead_max; /* records; what is as urgent as level 4 may go twice as far ahead */
};

/* large: more than a commit may hold beside others. */
bool hs_waiting_may_go(const struct hs_waiting_journal *journal, uint32_t lane, bool large);

struct hs_waiting *hs_waiting_create(void);
/* Frees what waits, too. */
void hs_waiting_destroy(struct hs_waiting *waiting);
/* Takes submit->arena and submit->opened over; copies the rest. */
void hs_waiting_add(struct hs_waiting *waiting, const struct hs_waiting_submit *submit);
/* Takes out the next that may go; NULL: none may. The caller frees it with hs_waiting_free. */
struct hs_waiting_submit *hs_waiting_next(
	struct hs_waiting *waiting, const struct hs_waiting_journal *journal);
/* Takes out the first of the most urgent lane, whether it may go or not. */
struct hs_waiting_submit *hs_waiting_any(struct hs_waiting *waiting);
/* The same as hs_waiting_next without taking it. */
bool hs_waiting_ready(const struct hs_waiting *waiting, const struct hs_waiting_journal *journal);
void hs_waiting_free(struct hs_waiting_submit *submit);

/* May this one, which just came, go without waiting? Nobody waits, or only large ones whose pieces are not on disk, and none of them is of its
 * document. */
bool hs_waiting_passes(const struct hs_waiting *waiting, const struct hs_waiting_journal *journal,
	const struct hs_waiting_submit *submit);
/* The next whose bytes are to go to disk in pieces; NULL: none, or one is going. */
struct hs_waiting_submit *hs_waiting_to_store(const struct hs_waiting *waiting);
/* Whose pieces are being written; NULL: nobody's. */
struct hs_waiting_submit *hs_waiting_storing(const struct hs_waiting *waiting);
/* Whose pieces have this number; NULL: nobody waits with them. */
struct hs_waiting_submit *hs_waiting_stored(const struct hs_waiting *waiting, uint64_t store);
/* Takes this one out, wherever it waits. */
void hs_waiting_take(struct hs_waiting *waiting, struct hs_waiting_submit *submit);
/* Does an older one of its document wait? */
bool hs_waiting_is_behind(const struct hs_waiting *waiting, const struct hs_waiting_submit *submit);

#endif
