/* broadcaster.h: the broadcaster adapter as the runtime sees it.
 *
 * Flow:    notice → in force before and after (adapters/runtime/inforce.h) → for each class of profiles (profile.h; class 0
 *          is everybody's: out_dir and guests) once: broadcaster_encode, one item per prefecture → guests (stations.h),
 *          stations of the configuration (outlets.h), folders (output.h), each on its own with its own deadline; receipts of
 *          the outlets "playout" (ACCEPTED after the rename) and of each station (what the station says).
 * Owner:   adapters/runtime owns the process. Threads: the loop's; files are written by a worker.
 */
#ifndef HS_BROADCASTER_H
#define HS_BROADCASTER_H

#include "adapters/broadcaster/profile.h"
#include "adapters/runtime/runtime.h"

struct hs_broadcaster_settings {
	struct hs_adapter_settings common; /* first */
	const char *listen;
	const char *tls_cert;
	const char *tls_key;
	const char *out_dir;		      /* "" = no files */
	struct hs_station_settings everybody; /* widths and forms of out_dir and of guests */
	struct hs_config_list stations;	      /* of struct hs_station_settings */
	bool guests;
	int64_t archive_items;
	int64_t ring_items;
	int64_t ring_bytes;
	int64_t stations_max;
	int64_t station_heartbeat_ms;
	int64_t subscribe_timeout_ms;
	int64_t token_tries_max;
};

extern const struct hs_adapter_ops hs_broadcaster_ops;
/* broadcaster_settings.c */
extern const struct hs_config_record hs_broadcaster_record;
enum hs_err hs_broadcaster_look(const void *settings, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;

/* The port of the stations' side, for tests (listen with port 0). */
int hs_broadcaster_port(const void *state);

#endif
