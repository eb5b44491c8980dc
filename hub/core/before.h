/* before.h: what a notice follows: who was told of something that it changes, replaces or displaces.
 *
 * Flow:   judged → hs_before_find (index, what is on its way to the disk, active set) → intake.h writes it into the record:
 *         for who filters Document.areas_before, kinds_before, level_before, follows; for the hub itself the keys of the displaced
 *         documents → COMMITTED or a start → hs_core_take_document. Route: peers that were told of any of them are told of this
 *         (route.h). Feeds: a filter lets it pass when it lets pass the notice or what it follows (hub/feed/filter.h).
 * Rules:  followed is   the document itself, by its earlier revisions
 *                       each document that it supersedes; the one that a cancel's event was first told in
 *                       each document of which something stands no longer because of it: the newest order wins for each area
 *                       (schemas/active.h), and what a cancel left over ends with the next order of its organisation
 *         areas         of all but the displaced, which it meets in its own areas; of one that ends whole also
 *         kinds         all that were ever told of it
 *         level         the highest that was told since it began or began anew: after a lift nobody holds anything of it. What
 *                       it displaced itself counts as its own, so a chain of documents is followed step by step
 *         A cancel, a notice that came too late (Document.ended) and one of a kind that does not last displace nothing, nor does
 *         a digest of more than HS_ACTIVE_SPOTS_MAX places: to look at each of them held the loop for 30 ms.
 *         What is on its way to the disk counts as it will be there. Where a cancel is on its way, its document counts as ending
 *         whole: what will stand of it is not known yet. Too much only tells one more.
 * Not:    an order that comes late and does not win (its order time is older than what stands) is told to who wants it, and what
 *         stands in its place is not told again.
 * Owner:  the caller's; hs_before_free. Threads: the hub's loop. Memory: in doubt the process ends, as for the active set.
 */
#ifndef HS_CORE_BEFORE_H
#define HS_CORE_BEFORE_H

#include "hub/core/index.h"
#include "hub/core/intake.h"
#include "hub/core/pending.h"
#include "schemas/active.h"

struct hs_before {
	struct hs_area_set areas; /* codes */
	struct hs_reach reach;
	uint64_t told; /* peers */
	uint8_t (*displaced)[HS_ID_BYTES];
	size_t displaced_count, displaced_room;
};

/* What it is looked for in. */
struct hs_before_from {
	const struct hs_index *index;
	const struct hs_pending *pending;
	struct hs_active *active; /* knows places */
	const struct hs_statements
		*says; /* of the notice, when they were read before; NULL: they were not */
};

/* The notice is complete but for what is found here: its time of acceptance is there. Adds to verdict->document who is told and what was told.
 * hs_before_free frees what it took. */
void hs_before_find(const struct hs_before_from *from, const hs_submit *submit,
	struct hs_verdict *verdict, struct hs_before *out);
void hs_before_free(struct hs_before *before);

#endif
