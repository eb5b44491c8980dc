/* parts.h: the parts of a feed that its handlers of subscribers and requests work with.
 *
 * Owner: feed.c makes and frees all of them; everybody else borrows. Threads: the loop's.
 */
#ifndef HS_FEED_PARTS_H
#define HS_FEED_PARTS_H

#include "hub/base/http.h"
#include "hub/feed/broadcast.h"
#include "hub/feed/guests.h"
#include "hub/feed/hub_port.h"
#include "hub/feed/settings.h"

struct hs_queries;
struct hs_history;
struct hs_large;
struct hs_children;

struct hs_feed_parts {
	struct hs_http_server *server;
	struct hs_store store;
	struct hs_pager *pager;
	struct hs_subscribers *subscribers;
	struct hs_broadcast *broadcast;
	struct hs_hub_port *hub;
	struct hs_queries *queries;
	struct hs_history *history;
	struct hs_large *large;
	struct hs_children *children;
	struct hs_feed_counts counts;
	struct hs_guests guests;
	const struct hs_feed_limits *limits;
	const struct hs_config_texts *first_addresses; /* NULL: none */
	int digest_strikes;	/* heartbeats in a row whose digest was not ours */
	bool resync;		/* the next hello begins anew */
	uint32_t resync_from_s; /* not before */
	uint32_t
		judges_from_s; /* whose silence counts: after this process itself stood still, not before */
	uint32_t now_s; /* of the clock that never jumps; set by the tick */
};

#endif
