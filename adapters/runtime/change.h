/* change.h: what a notice changed, area by area: the rows in force before it against those after it. The one place
 * where that is decided; every outlet that words a cancel asks here.
 *
 * Flow:    before, after (both by area) → merged → one hs_change_row per area of the municipalities that
 *          the notice touches → clauses (one municipality, one kind of change, one level) per prefecture.
 * Rules:   a level change is raised or lowered, never lifted; an area that ends is lifted when the notice
 *          says 解除 for it, vanished when it is only missing.
 *          A cancel rolls back to the state before the wrong message (schemas/active.h), so nothing in its own
 *          text says what it does: an area ends (cancelled), comes back (returned), goes back to the level
 *          before (restored) or stays. When the state around it is not known, only that is told which the
 *          cancel repeats of the wrong message: an order (retracted) or a lift (retracted_lift); what is in
 *          force now is then not known either.
 * Owner:   rows and clauses live in the caller's arena and point into the lists.
 * Threads: any. Pure.
 */
#ifndef HS_ADAPTER_CHANGE_H
#define HS_ADAPTER_CHANGE_H

#include <stddef.h>

#include "adapters/runtime/inforce.h"
#include "hub/base/arena.h"
#include "hub/base/err.h"
#include "schemas/notice.h"

/* In the order in which they are told. */
enum hs_change {
	HS_CHANGE_RETURNED,	  /* by a cancel: in force again */
	HS_CHANGE_RESTORED,	  /* by a cancel: what stood before stands again */
	HS_CHANGE_CANCELLED,	  /* by a cancel: ended */
	HS_CHANGE_RETRACTED,	  /* named by a cancel as ordered, effect not known */
	HS_CHANGE_RETRACTED_LIFT, /* named by a cancel as lifted, effect not known */
	HS_CHANGE_NEW,
	HS_CHANGE_RAISED,
	HS_CHANGE_LOWERED,
	HS_CHANGE_LIFTED,
	HS_CHANGE_VANISHED,
	HS_CHANGE_NONE,	     /* still in force as before */
	HS_CHANGE_CORRECTED, /* of a whole item only */
	HS_CHANGE_COUNT
};

/* "new", "raised" … "unchanged", "corrected". */
const char *hs_change_word(enum hs_change change);

struct hs_change_row {
	enum hs_change change;
	const struct hs_force_row *before; /* NULL when it was not in force */
	const struct hs_force_row *after;  /* NULL when it is in force no more */
};

/* The row to name the area by: after, or before when it ended. Never NULL. */
const struct hs_force_row *hs_change_area(const struct hs_change_row *row);

/* Every area of the touched municipalities. *rows: *count of them by area code. */
enum hs_err hs_changes(struct hs_arena *arena, const hs_notice *notice,
	const struct hs_force_around *around, struct hs_change_row **rows,
	size_t *count) HS_MUST_CHECK;

/* What is told in one sentence. */
struct hs_clause {
	enum hs_change change;
	const char *area_code;
	const struct hs_force_row *before; /* of its first area */
	const struct hs_force_row *after;
	const struct hs_change_row **rows;
	size_t row_count;
};

/* Clauses over rows[0…count), most urgent first. */
enum hs_err hs_clauses(struct hs_arena *arena, const struct hs_change_row *rows, size_t count,
	struct hs_clause **clauses, size_t *clause_count) HS_MUST_CHECK;

/* The change of a whole item: a cancel or a correction names itself, else the most urgent change. */
enum hs_change hs_change_of_item(
	const hs_notice *notice, const struct hs_clause *clauses, size_t clause_count);

#endif
