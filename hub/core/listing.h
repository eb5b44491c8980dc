/* listing.h: the newest submissions of a principal, page by page, and the long poll of such a page.
 *
 * Flow:    list_query → nothing new and wait_ms > 0: wait for a change or the deadline → the submissions (index.h), each with its receipts and
 *          the begin of its notice, from memory or by one READ after the other → list_reply. Also of one that was recorded but
 *          not applied (stale, conflict): its record has what was refused.
 * Version: the moment of this process's first step in microseconds, and the changes since (changes.h): no number comes twice,
 *          so one that a client kept across a restart of the hub never passes for the present one.
 * Limits:  waiters_max wait for a change at a time; more are not let wait. A page is at most HS_LISTING_MAX submissions and ends behind the
 *          one that brings it beyond PAGE_BYTES. A step answers lists as far as answers may (delivery.h) and the others in the next turn of the loop; a few
 *          at a time are being read from the journal; a peer whose link has much unsent (hs_event.busy_peers) gets none until that has left.
 *          So however many ask at once, their lists neither fill a link nor delay what is urgent. As many again as waiters_max may
 *          be due; who asks beyond that is told that we are busy.
 * Owner:   hs_query. Threads: the core's. A peer that goes away takes its questions with it.
 */
#ifndef HS_CORE_LISTING_H
#define HS_CORE_LISTING_H

#include "hub/core/delivery.h"
#include "hub/core/index.h"

#define HS_LISTING_MAX 100

struct hs_listing;

struct hs_listing *hs_listing_create(size_t waiters_max);
void hs_listing_destroy(struct hs_listing *listing);
void hs_listing_ask(struct hs_listing *listing, struct hs_delivery_source *source,
	const struct hs_index *index, uint32_t peer, const hs_list_query *message);
/* Those whose list changed, or whose time is up, are due; answers as many as one step may. */
void hs_listing_wake(struct hs_listing *listing, struct hs_delivery_source *source,
	const struct hs_index *index);
/* Goes on with those that are due. */
void hs_listing_turn(struct hs_listing *listing, struct hs_delivery_source *source,
	const struct hs_index *index);
/* The row of a READ of ours; false when the ticket is not ours. */
bool hs_listing_rows(struct hs_listing *listing, struct hs_delivery_source *source,
	const struct hs_index *index, const struct hs_event *event);
/* The one question with that number, if it still waits. */
void hs_listing_unask(struct hs_listing *listing, uint32_t peer, uint64_t request);
void hs_listing_forget_peer(struct hs_listing *listing, uint32_t peer);
/* With those that are due. */
size_t hs_listing_waiters(const struct hs_listing *listing);

#endif
