/* stations_internal.h: what stations.c (connections) and stations_talk.c (messages) share. */
#ifndef HS_BROADCASTER_STATIONS_INTERNAL_H
#define HS_BROADCASTER_STATIONS_INTERNAL_H

#include <jansson.h>
#include <uthash.h>

#include "adapters/broadcaster/archive.h"
#include "adapters/broadcaster/broadcaster_encode.h"
#include "adapters/broadcaster/outlets.h"
#include "adapters/broadcaster/ring.h"
#include "adapters/broadcaster/stations.h"
#include "hub/base/http.h"

/* What a connection is owed, in the order in which it is sent; items come before LIVE and BEAT. */
#define HS_OWED_HELLO 1u
#define HS_OWED_GAP   2u
#define HS_OWED_STATE 4u
#define HS_OWED_LIVE  8u
#define HS_OWED_BEAT  16u

/* What is known of one item at one station. */
#define HS_TOLD_SENT	  1u
#define HS_TOLD_RECEIVED  2u
#define HS_TOLD_DISPLAYED 4u
#define HS_TOLD_FAILED	  8u

struct hs_station {
	hs_http_id id;
	char name[HS_STATION_NAME];
	char peer[64]; /* its address */
	enum hs_adapter_lane lane;
	bool subscribed;
	struct hs_line *line; /* of the configuration; NULL: a guest */
	unsigned owed;
	uint64_t cursor;   /* index of the next item */
	uint64_t last_seq; /* what it said it has */
	uint64_t gap_from_seq;
	uint8_t *told; /* one per slot of the ring */
	char prefectures[HS_PREFECTURES_MAX][HS_PREFECTURE_SIZE];
	size_t prefecture_count; /* 0: all */
	int64_t opened_mono_us;
	UT_hash_handle hh;
};

struct hs_stations {
	struct hs_stations_options options;
	struct hs_http_server *http;
	struct hs_broadcast_ring *rings[HS_LANE_COUNT];
	struct hs_station *table;
	uv_timer_t timer;
	bool stopped; /* the owner of the callbacks is gone */
};

/* stations.c */
struct hs_station *hs_station_find(struct hs_stations *stations, hs_http_id id);
bool hs_station_wants(const struct hs_station *station, const char *prefecture);
/* Takes the message's reference. */
enum hs_err hs_station_send(
	struct hs_stations *stations, struct hs_station *station, json_t *message);
void hs_station_pump(struct hs_stations *stations, struct hs_station *station);

/* stations_talk.c: messages out (new references, NULL when out of memory) and in. */
json_t *hs_station_hello(struct hs_stations *stations, struct hs_station *station);
json_t *hs_station_gap(struct hs_stations *stations, struct hs_station *station);
json_t *hs_station_state(struct hs_stations *stations, struct hs_station *station);
json_t *hs_station_live(struct hs_stations *stations, struct hs_station *station);
json_t *hs_station_heartbeat(struct hs_stations *stations, struct hs_station *station);
/* One message of the station. 0: taken; else the code to close with, and why (for the close frame) says what is expected. */
int hs_station_take(struct hs_stations *stations, struct hs_station *station, const uint8_t *bytes,
	size_t len_bytes, char *why, size_t why_size);
/* stations_get.c */
void hs_stations_get_state(void *owner, const struct hs_http_request *request);
void hs_stations_get_item(void *owner, const struct hs_http_request *request);
bool hs_station_prefecture_is_good(const char *code);
struct hs_stations_lane hs_station_lane(struct hs_stations *stations, enum hs_adapter_lane lane);

#endif
