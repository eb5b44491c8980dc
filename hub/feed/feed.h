/* feed.h: hansho-feed as a whole: its parts wired together.
 *
 * Flow:    hub_port → store → children (children.h: feeds below) → broadcast → subscribers (session.h) and GETs
 *          (gets.h, queries.h).
 *          Timers: heartbeats to subscribers, a tick each second.
 * Rules:   while the hub is away subscribers keep their connections and their heartbeats, which say how long
 *          ago the hub was heard; /readyz answers 503; the link is tried again for ever.
 *          Another epoch, or a gap that the hub reports: everybody is closed with 4410, comes back with
 *          the old position, and is told `gap` and the snapshot.
 * Owner:   the feed owns its parts. Threads: one loop.
 */
#ifndef HS_FEED_FEED_H
#define HS_FEED_FEED_H

#include <uv.h>

#include "hub/feed/settings.h"

struct hs_feed;

/* settings is borrowed for the feed's life. On failure *out is NULL and the reason was logged. */
enum hs_err hs_feed_create(uv_loop_t *loop, const struct hs_feed_settings *settings,
	struct hs_feed **out) HS_MUST_CHECK;
/* Closes everybody with 1001 and frees the feed from the loop; to be called once. */
void hs_feed_stop(struct hs_feed *feed);
/* The port that subscribers connect to. */
int hs_feed_port(const struct hs_feed *feed);

#endif
