/* guard.h: is an order like one that stands already, does it go far at once, and what does its organisation have in
 * force: asked of the active set, for the answer to the sender (misissuance M3, M4, M7, M14).
 *
 * Flow:   before the journal: hs_guard_look → warnings of the answer and flags of the notice; a silent correction that
 *         would change what stands is refused. After it: hs_guard_in_force → the answer.
 * Rules:  level_jump      an area goes up by two steps or more; the steps are none, 3 (and below), 4, 5
 *         near_duplicate  another document of the organisation says the same of the same areas, in whatever order
 *         silent_changes  see schemas/silent.h
 *         references_incomplete  what it replaces was replaced already, by a document that is in force, has not expired
 *                         and is not named (CAP: all related messages that have not expired are to be named)
 *         A warning never holds or changes an order; a look that runs out of memory, or that would have to go through
 *         more than HS_GUARD_DOCUMENTS_MAX documents, warns of itself and lets it pass.
 * Owner:  what is built lies in the caller's arena. Threads: the hub's loop; pure but for the arena.
 */
#ifndef HS_CORE_GUARD_H
#define HS_CORE_GUARD_H

#include "hub/core/finding.h"
#include "hub/core/index.h"
#include "schemas/active.h"

#define HS_IN_FORCE_MAX 200 /* rows in one answer */
#define HS_GUARD_DOCUMENTS_MAX \
	256 /* of one organisation: with more it is not looked, the answer must not wait */

/* What an organisation has in force, cut at HS_IN_FORCE_MAX rows. */
struct hs_in_force {
	Hansho__V1__InForce **items;
	size_t count;
	size_t total;
	bool known;
};

/* Bits 1 << HS_FINDING_…: LEVEL_JUMP, NEAR_DUPLICATE, CHECK_BROKEN, or SILENT_CHANGES, which refuses. */
unsigned hs_guard_look(
	struct hs_arena *arena, const struct hs_active *active, const hs_notice *notice);
/* REFERENCES_INCOMPLETE, CHECK_BROKEN or 0. now: for expiry. What is on its way to the disk is not looked at. */
unsigned hs_guard_references(struct hs_arena *arena, const struct hs_index *index,
	const struct hs_active *active, const hs_notice *notice, int64_t now_unix_us);
/* After the notice was applied. By place; not known for kinds that are no order, without memory, or of too many documents. */
void hs_guard_in_force(struct hs_arena *arena, const struct hs_active *active,
	const hs_notice *notice, struct hs_in_force *out);

#endif
