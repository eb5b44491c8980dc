/* query.h: questions of the peers that need waiting: status with wait_ms, and what lies in the journal.
 *
 * Flow:   status_query → known? → nothing new and wait_ms > 0: wait for a receipt or the deadline → reply,
 *         with the notice from memory or by READ. fetch → READ → reply.
 * Limits: waiters_max status queries wait at a time (more are answered at once); reads_max journal reads
 *         are under way at a time (more are answered without rows: `end` stays false, ask again).
 * Lists of submissions: listing.h.
 * A peer that goes away takes its questions with it; of one that waits it can say that nobody wants it any more.
 */
#ifndef HS_CORE_QUERY_H
#define HS_CORE_QUERY_H

#include "hub/core/answer.h"
#include "hub/core/delivery.h"

struct hs_query;

/* Borrowed for one call. */
struct hs_query_context {
	struct hs_delivery_source *source;
	const struct hs_index *index;
	uint32_t peer;
	uint64_t connection;
};

struct hs_query *hs_query_create(size_t waiters_max, size_t reads_max);
void hs_query_destroy(struct hs_query *query);
void hs_query_status(struct hs_query *query, const struct hs_query_context *context,
	const hs_status_query *message);
void hs_query_list(struct hs_query *query, const struct hs_query_context *context,
	const hs_list_query *message);
void hs_query_fetch(
	struct hs_query *query, const struct hs_query_context *context, const hs_fetch *message);
/* Answers the waiters whose notice changed or whose time is up. */
void hs_query_wake(
	struct hs_query *query, struct hs_delivery_source *source, const struct hs_index *index);
/* The same, and who waits for a list: each tick, so that a storm of receipts is one answer. */
void hs_query_tick(
	struct hs_query *query, struct hs_delivery_source *source, const struct hs_index *index);
/* Lists that were too many for one step. */
void hs_query_turn(
	struct hs_query *query, struct hs_delivery_source *source, const struct hs_index *index);
/* The rows of a READ of ours; false when the ticket is not ours. */
bool hs_query_rows(struct hs_query *query, struct hs_delivery_source *source,
	const struct hs_index *index, const struct hs_event *event);
/* The question with that number (each of a peer has its own) is not answered, if it waits. */
void hs_query_unask(struct hs_query *query, uint32_t peer, uint64_t request);
void hs_query_forget_peer(struct hs_query *query, uint32_t peer);
size_t hs_query_waiters(const struct hs_query *query);

#endif
