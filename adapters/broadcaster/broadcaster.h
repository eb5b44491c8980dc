/* broadcaster.h: the broadcaster adapter as the runtime sees it.
 *
 * Flow:    notice → in force before and after (adapters/runtime/inforce.h) → broadcaster_encode, one item
 *          per prefecture → stations (WebSocket) and playout (files), each on its own; receipts of the
 *          outlets "playout" (ACCEPTED after the rename) and of each station (what the station says).
 * Owner:   adapters/runtime owns the process. Threads: the loop's; files are written by a worker.
 */
#ifndef HS_BROADCASTER_H
#define HS_BROADCASTER_H

#include "adapters/runtime/runtime.h"

struct hs_broadcaster_settings {
	struct hs_adapter_settings common; /* first */
	const char *listen;
	const char *tls_cert;
	const char *tls_key;
	const char *out_dir;	 /* "" = no files */
	int64_t crawl_width;	 /* full-width characters in a line */
	int64_t crawl_names_max; /* 0 = all */
	int64_t ring_items;
	int64_t ring_bytes;
	int64_t stations_max;
	int64_t station_heartbeat_ms;
	int64_t subscribe_timeout_ms;
};

extern const struct hs_adapter_ops hs_broadcaster_ops;

/* The port of the stations' side, for tests (listen with port 0). */
int hs_broadcaster_port(const void *state);

#endif
