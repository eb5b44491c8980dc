/* route.h: who is entitled to which notice. One decision per notice and peer, made once, kept.
 *
 * Flow:   intake → hs_route_decide(packed notice, told) → mask (bit per peer) → record FILTERED receipts for
 *         adapters outside the mask, in the same commit as the notice → hs_route_keep(seq, mask) when
 *         committed → delivery asks hs_route_entitled.
 * Rules:  kinds:  none listed = every kind; "x" = only these; "!x" = not this one. An unknown kind passes
 *                 (promise P12).
 *         areas:  none listed = everywhere; else one area of the notice lies within one listed area, or
 *                 a listed one lies within it. A notice without any area passes.
 *         level:  level_min holds for notices that have a level; none (a lift, a cancel, a restricted
 *                 zone, an unknown term) passes.
 *         told:   who was entitled to any revision of a document gets all later ones, and all that replaces or displaces it
 *                 (before.h): a lift, a correction, a lower level or a cancel reaches exactly those who had the order. So does who was
 *                 given a revision under an older configuration (receipts in the journal; index.h).
 * Memory: 8 bytes per notice.
 * At start the masks are made again from the journal with the configuration of now.
 */
#ifndef HS_CORE_ROUTE_H
#define HS_CORE_ROUTE_H

#include "hub/core/core.h"

struct hs_route;

/* peers: borrowed. */
struct hs_route *hs_route_create(const struct hs_core_peer *peers, size_t count);
void hs_route_destroy(struct hs_route *route);

/* The peers that get this notice. Gates take none. reasons (may be NULL; HS_PEERS_MAX entries): the rule
 * that kept each other peer out, "kind", "area" or "level"; NULL for those that get it. */
uint64_t hs_route_decide(const struct hs_route *route, struct hs_span notice, uint64_t told,
	const char *reasons[HS_PEERS_MAX]);
/* seq: the next one after the last kept, from 1. */
void hs_route_keep(struct hs_route *route, uint64_t seq, uint64_t mask);
bool hs_route_entitled(const struct hs_route *route, uint64_t seq, uint32_t peer);
/* May it ask for this one: gates for every notice, others for what they are entitled to. */
bool hs_route_may_read(const struct hs_route *route, uint64_t seq, uint32_t peer);
/* The newest kept seq that the peer is entitled to, 0 when there is none. */
uint64_t hs_route_newest(const struct hs_route *route, uint32_t peer);
/* The name of the history as this peer is told it: the hub's own, but for a feed with a filter the hub's, a dot and a digest of the
 * filter. What the filter left out is not in it: under another one the feed asks for everything anew, and so does who comes to it
 * from a feed with another one. */
#define HS_ROUTE_EPOCH_SIZE 64
void hs_route_epoch(const struct hs_route *route, uint32_t peer, const char *epoch,
	char out[HS_ROUTE_EPOCH_SIZE]);
/* Does the peer get everything? Only then the digest of the whole active set means something to it. */
bool hs_route_unfiltered(const struct hs_route *route, uint32_t peer);

#endif
