/* hub_events.h: what each frame of the hub does to the feed.
 *
 * Flow:    hub_port → these → store, broadcast, pager, queries.
 * Owner:   owner of the ops is struct hs_feed_parts. Threads: the loop's.
 */
#ifndef HS_FEED_HUB_EVENTS_H
#define HS_FEED_HUB_EVENTS_H

#include "hub/feed/parts.h"

extern const struct hs_hub_ops hs_hub_events;

/* For the pager; owner is struct hs_feed_parts. */
uint64_t hs_hub_events_fetch(void *owner, uint64_t after_seq, uint32_t limit);

#endif
