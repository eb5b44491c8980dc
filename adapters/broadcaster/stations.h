/* stations.h: the stations' side: WebSocket /v1/broadcast and GET /v1/state.
 *
 * Flow:    open → hello for every lane that is configured → station: subscribe {station, mode,
 *          prefectures, from} → [gap] state → items from where it was → live → items as they happen;
 *          heartbeat each heartbeat_ms, also when nothing happens. Station: receipt {seq, state}.
 * Rules:   a station says its mode; live is what it gets when it says none. Items of a station that
 *          reads too slowly wait in the ring, and when they fell out of it the station is told (gap)
 *          and gets the state anew: memory stays bounded, nothing is skipped silently.
 *          A station whose name the configuration has gets what its profile says instead (outlets.h): state, what it
 *          has not confirmed, then items as they happen; it needs no position.
 *          What waited so long that it may break into no programme any more goes out without crawl and pages ("late").
 * Owner:   the stations own their connections' records; lanes are asked through the callbacks.
 * Threads: the loop's. Format: subprotocol hansho.broadcast.json, one JSON object per message.
 */
#ifndef HS_BROADCASTER_STATIONS_H
#define HS_BROADCASTER_STATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "adapters/runtime/rules.h"
#include "hub/base/err.h"

struct hs_frame;
struct json_t;
struct hs_outlets;
struct hs_archive;
struct hs_stations;

#define HS_STATION_NAME 65

struct hs_stations_lane {
	bool configured;
	bool known;	   /* a state is there (perhaps an old one) */
	bool current;	   /* the hub's link is up */
	const char *epoch; /* "" while none */
	uint64_t seq;
};

struct hs_stations_options {
	const char *listen;   /* "127.0.0.1:8083" */
	const char *tls_cert; /* "" = plain */
	const char *tls_key;
	size_t ring_items;
	size_t ring_bytes;
	size_t stations_max;
	int64_t heartbeat_ms;
	int64_t subscribe_timeout_ms;
	bool guests;		    /* stations that the configuration does not name may connect */
	struct hs_outlets *outlets; /* those that it names */
	struct hs_archive *archive; /* for GET */
	void (*lane)(void *owner, enum hs_adapter_lane lane, struct hs_stations_lane *out);
	/* New reference: {"13": […], …} for the prefectures wanted (a list of 2-digit texts; count 0 =
	 * all that have something in force). NULL when out of memory. */
	struct json_t *(*in_force)(
		void *owner, enum hs_adapter_lane lane, const char (*prefectures)[3], size_t count);
	/* Of a guest, whose name begins the detail. state: HS_RECEIPT(…) */
	void (*receipt)(void *owner, enum hs_adapter_lane lane, uint64_t seq, int state,
		const char *detail);
	void *owner;
};

enum hs_err hs_stations_create(uv_loop_t *loop, const struct hs_stations_options *options,
	struct hs_stations **out) HS_MUST_CHECK;
int hs_stations_port(const struct hs_stations *stations);
size_t hs_stations_count(const struct hs_stations *stations);
/* A new item, shared by all guests. The record is borrowed. */
void hs_stations_push(struct hs_stations *stations, enum hs_adapter_lane lane, uint64_t seq,
	const char *prefecture, int64_t deadline_mono_us, struct hs_frame *record);
/* A connection that has a line has something to get. */
void hs_stations_pump_id(struct hs_stations *stations, uint64_t id);
/* The message "state" of a lane: a new reference. in_force is taken over; NULL gives NULL. */
struct json_t *hs_stations_state(
	const struct hs_stations_lane *seen, enum hs_adapter_lane lane, struct json_t *in_force);
/* The lane's history is another one (new epoch): everybody gets gap and state. */
void hs_stations_reset(struct hs_stations *stations, enum hs_adapter_lane lane, uint64_t seq);
/* The lane's hub came or went: heartbeats say so at once. */
void hs_stations_beat(struct hs_stations *stations);
/* Closes everything; frees itself when that is done. */
void hs_stations_stop(struct hs_stations *stations);

#endif
