/* outlets.h: the receivers of a drill: feed subscribers, a broadcaster's station, signage players.
 *
 * Each is a WebSocket client (ws_client.h) with a row in a table: what it says first, which messages count
 * as an arrival, what it answers. Arrivals go into the ledger with the time at which they came.
 */
#ifndef HS_SIM_OUTLETS_H
#define HS_SIM_OUTLETS_H

#include <stdbool.h>
#include <uv.h>

#include "sim/ledger.h"

struct hs_outlets;

struct hs_outlets_options {
	const char *mode;     /* "live" or "drill" */
	const char *feed_url; /* ws://…/v1/feed */
	int64_t feed_count;
	const char *broadcaster_url;	 /* ws://…/v1/broadcast, or "" */
	const char *const *signage_urls; /* ws://…/v1/sign?screen=… */
	size_t signage_count;
	struct hs_ledger *ledger;
	/* All are where they get what comes from now on; newest_seq is the feed's. */
	void (*on_ready)(void *owner, uint64_t newest_seq);
	/* Something arrived, or a receiver was lost (then lost is set). */
	void (*on_change)(void *owner, bool lost);
	void *owner;
};

/* How many receivers these options make. */
size_t hs_outlets_count(const struct hs_outlets_options *options);
enum hs_err hs_outlets_open(uv_loop_t *loop, const struct hs_outlets_options *options,
	struct hs_outlets **out) HS_MUST_CHECK;
/* Ends the connections and frees itself when they are gone. */
void hs_outlets_close(struct hs_outlets *outlets);

#endif
