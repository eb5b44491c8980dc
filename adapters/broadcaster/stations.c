/* stations.c: connections, what each is owed, and the pump that sends it. See stations.h. */
#include "adapters/broadcaster/stations.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/broadcaster/message.h"
#include "adapters/broadcaster/stations_internal.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/proc.h"

static const char *const subprotocols[] = { "hansho.broadcast.json", NULL };

static const struct hs_ws_endpoint endpoints[] = {
	{ "/v1/broadcast", subprotocols, 65536 },
};

static const struct hs_http_route routes[] = {
	{ "GET", "/v1/state", 0, hs_stations_get_state },
	{ "GET", "/v1/items/*", 0, hs_stations_get_item },
};

struct hs_station *
hs_station_find(struct hs_stations *stations, hs_http_id id)
{
	struct hs_station *station;
	HASH_FIND(hh, stations->table, &id, sizeof(id), station);
	return station;
}

bool
hs_station_wants(const struct hs_station *station, const char *prefecture)
{
	if (station->prefecture_count == 0)
		return true;
	for (size_t i = 0; i < station->prefecture_count; i++) {
		if (strcmp(station->prefectures[i], prefecture) == 0)
			return true;
	}
	return false;
}

/* ---- sending ---- */

enum hs_err
hs_station_send(struct hs_stations *stations, struct hs_station *station, json_t *message)
{
	struct hs_frame *frame = hs_message_frame_of(message);
	if (frame == NULL)
		return HS_ERR_NOMEM;
	enum hs_err err = hs_ws_send(stations->http, station->id, frame, false);
	hs_frame_unref(frame);
	return err;
}

/* The same item for one that gets it too late: nothing that could go on air by itself. */
static struct hs_frame *
late_frame(struct hs_frame *frame)
{
	json_t *record =
		json_loadb((const char *)hs_frame_bytes(frame), hs_frame_len_bytes(frame), 0, NULL);
	json_object_set_new(record, "crawl", json_array());
	json_object_set_new(record, "pages", json_array());
	json_object_del(record, "break_in_until");
	json_object_set_new(record, "late", json_true());
	struct hs_frame *late = hs_message_frame(record);
	json_decref(record);
	return late;
}

static enum hs_err
send_item(struct hs_stations *stations, struct hs_station *station)
{
	struct hs_broadcast_ring *ring = stations->rings[station->lane];
	const struct hs_broadcast_ring_item *item = hs_broadcast_ring_at(ring, station->cursor);
	HS_CHECK(item != NULL);
	if (hs_station_wants(station, item->prefecture)) {
		bool late = item->deadline_mono_us < hs_clock_mono_us();
		struct hs_frame *frame = late ? late_frame(item->frame) : hs_frame_ref(item->frame);
		enum hs_err err = frame != NULL
					  ? hs_ws_send(stations->http, station->id, frame, false)
					  : HS_ERR_NOMEM;
		hs_frame_unref(frame);
		if (err != HS_OK)
			return err;
		station->told[item->index % hs_broadcast_ring_capacity(ring)] = HS_TOLD_SENT;
	}
	station->cursor++;
	return HS_OK;
}

static bool
owed_item(struct hs_stations *stations, struct hs_station *station)
{
	const struct hs_broadcast_ring *ring = stations->rings[station->lane];
	if (station->cursor < hs_broadcast_ring_oldest(ring)) {
		station->gap_from_seq = station->last_seq;
		station->owed |= HS_OWED_GAP | HS_OWED_STATE | HS_OWED_LIVE;
		return false;
	}
	return station->cursor < hs_broadcast_ring_next(ring);
}

/* HS_ERR_NOT_FOUND: its line has nothing. */
static enum hs_err
send_of_line(struct hs_stations *stations, struct hs_station *station)
{
	struct hs_frame *frame = hs_line_next(station->line);
	if (frame == NULL)
		return HS_ERR_NOT_FOUND;
	enum hs_err err = hs_ws_send(stations->http, station->id, frame, false);
	hs_frame_unref(frame);
	if (err == HS_OK)
		hs_line_sent(station->line);
	return err;
}

/* One message that the station is owed. HS_ERR_NOT_FOUND: nothing is. */
static enum hs_err
pump_once(struct hs_stations *stations, struct hs_station *station)
{
	static const struct {
		unsigned owed;
		json_t *(*compose)(struct hs_stations *, struct hs_station *);
	} steps[] = {
		{ HS_OWED_HELLO, hs_station_hello },
		{ HS_OWED_GAP, hs_station_gap },
		{ HS_OWED_STATE, hs_station_state },
	};
	for (size_t i = 0; i < HS_COUNT(steps); i++) {
		if ((station->owed & steps[i].owed) == 0)
			continue;
		enum hs_err err =
			hs_station_send(stations, station, steps[i].compose(stations, station));
		if (err == HS_OK)
			station->owed &= ~steps[i].owed;
		return err;
	}
	if (!station->subscribed)
		return HS_ERR_NOT_FOUND;
	if (station->line != NULL) {
		enum hs_err err = send_of_line(stations, station);
		if (err != HS_ERR_NOT_FOUND)
			return err;
	} else if (owed_item(stations, station)) {
		return send_item(stations, station);
	}
	if ((station->owed & (HS_OWED_GAP | HS_OWED_STATE)) != 0)
		return HS_OK;
	unsigned last = (station->owed & HS_OWED_LIVE) != 0 ? HS_OWED_LIVE : HS_OWED_BEAT;
	if ((station->owed & last) == 0)
		return HS_ERR_NOT_FOUND;
	enum hs_err err = hs_station_send(stations, station,
		last == HS_OWED_LIVE ? hs_station_live(stations, station)
				     : hs_station_heartbeat(stations, station));
	if (err == HS_OK)
		station->owed &= ~last;
	return err;
}

void
hs_station_pump(struct hs_stations *stations, struct hs_station *station)
{
	hs_http_id id = station->id;
	enum hs_err err = HS_OK;
	while (err == HS_OK && !stations->stopped && hs_station_find(stations, id) == station)
		err = pump_once(stations, station);
	if (err == HS_ERR_NOMEM)
		hs_http_drop(stations->http, id);
}

static void
pump_all(struct hs_stations *stations, int lane, unsigned owed)
{
	struct hs_station *station, *next;
	HASH_ITER (hh, stations->table, station, next) {
		if (!station->subscribed || (lane >= 0 && (int)station->lane != lane))
			continue;
		station->owed |= owed;
		hs_station_pump(stations, station);
	}
}

void
hs_stations_push(struct hs_stations *stations, enum hs_adapter_lane lane, uint64_t seq,
	const char *prefecture, int64_t deadline_mono_us, struct hs_frame *record)
{
	hs_broadcast_ring_push(
		stations->rings[lane], seq, prefecture, deadline_mono_us, hs_frame_ref(record));
	pump_all(stations, (int)lane, 0);
}

void
hs_stations_pump_id(struct hs_stations *stations, uint64_t id)
{
	struct hs_station *station = hs_station_find(stations, id);
	if (station != NULL && !stations->stopped)
		hs_station_pump(stations, station);
}

void
hs_stations_reset(struct hs_stations *stations, enum hs_adapter_lane lane, uint64_t seq)
{
	hs_broadcast_ring_clear(stations->rings[lane], seq);
	struct hs_station *station, *next;
	HASH_ITER (hh, stations->table, station, next) {
		if (!station->subscribed || station->lane != lane || station->line != NULL)
			continue;
		station->gap_from_seq = 0;
		station->cursor = hs_broadcast_ring_next(stations->rings[lane]);
		station->owed |= HS_OWED_GAP | HS_OWED_STATE | HS_OWED_LIVE;
		hs_station_pump(stations, station);
	}
}

void
hs_stations_beat(struct hs_stations *stations)
{
	pump_all(stations, -1, HS_OWED_BEAT);
}

/* ---- connections ---- */

static void
on_open(void *owner, const struct hs_http_request *upgrade, const char *subprotocol)
{
	struct hs_stations *stations = owner;
	struct hs_station *station = calloc(1, sizeof(*station));
	(void)subprotocol;
	if (station == NULL) {
		hs_http_drop(stations->http, upgrade->id);
		return;
	}
	station->id = upgrade->id;
	snprintf(station->peer, sizeof(station->peer), "%s", upgrade->peer_address);
	station->opened_mono_us = hs_clock_mono_us();
	station->owed = HS_OWED_HELLO;
	HASH_ADD(hh, stations->table, id, sizeof(station->id), station);
	hs_station_pump(stations, station);
}

static void
on_message(void *owner, hs_http_id id, const uint8_t *bytes, size_t len_bytes, bool binary)
{
	struct hs_stations *stations = owner;
	struct hs_station *station = hs_station_find(stations, id);
	char why[124] = "send JSON text messages";
	int code = 4400;
	if (station == NULL || stations->stopped)
		return;
	if (!binary)
		code = hs_station_take(stations, station, bytes, len_bytes, why, sizeof(why));
	if (code != 0) {
		hs_ws_close(stations->http, id, code, why);
		return;
	}
	/* What it said may have ended the connection. */
	if (hs_station_find(stations, id) == station)
		hs_station_pump(stations, station);
}

static void
on_drained(void *owner, hs_http_id id)
{
	struct hs_station *station = hs_station_find(owner, id);
	if (station != NULL)
		hs_station_pump(owner, station);
}

static void
on_close(void *owner, hs_http_id id)
{
	struct hs_stations *stations = owner;
	struct hs_station *station = hs_station_find(stations, id);
	if (station == NULL)
		return;
	if (station->subscribed)
		hs_info("broadcaster.station_gone", "station=%s", station->name);
	if (station->line != NULL && !stations->stopped)
		hs_outlets_release(stations->options.outlets, station->line, id);
	HASH_DEL(stations->table, station);
	free(station->told);
	free(station);
}

static const struct hs_ws_ops ws_ops = {
	.on_open = on_open,
	.on_message = on_message,
	.on_drained = on_drained,
	.on_close = on_close,
};

static void
on_timer(uv_timer_t *timer)
{
	struct hs_stations *stations = HS_CONTAINER_OF(timer, struct hs_stations, timer);
	int64_t oldest_us = hs_clock_mono_us() - stations->options.subscribe_timeout_ms * 1000;
	struct hs_station *station, *next;
	HASH_ITER (hh, stations->table, station, next) {
		if (!station->subscribed && station->opened_mono_us < oldest_us)
			hs_ws_close(stations->http, station->id, 4400,
				"subscribe did not come in time");
	}
	pump_all(stations, -1, HS_OWED_BEAT);
}

/* ---- life ---- */

static enum hs_err
listen_open(struct hs_stations *stations, uv_loop_t *loop)
{
	struct hs_http_options http;
	char address[64];
	hs_http_options_init(&http);
	enum hs_err err =
		hs_listen_parse(stations->options.listen, address, sizeof(address), &http.port);
	if (err != HS_OK)
		return err;
	http.address = address;
	http.tls_cert_path = hs_config_path(stations->options.tls_cert);
	http.tls_key_path = hs_config_path(stations->options.tls_key);
	http.routes = routes;
	http.route_count = HS_COUNT(routes);
	http.endpoints = endpoints;
	http.endpoint_count = HS_COUNT(endpoints);
	http.ops = &ws_ops;
	http.owner = stations;
	http.connections_max = (int64_t)stations->options.stations_max;
	return hs_http_server_create(loop, &http, &stations->http);
}

enum hs_err
hs_stations_create(
	uv_loop_t *loop, const struct hs_stations_options *options, struct hs_stations **out)
{
	struct hs_stations *stations = calloc(1, sizeof(*stations));
	if (stations == NULL)
		return HS_ERR_NOMEM;
	stations->options = *options;
	enum hs_err err = HS_OK;
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		stations->rings[i] =
			hs_broadcast_ring_create(options->ring_items, options->ring_bytes);
		err = stations->rings[i] == NULL ? HS_ERR_NOMEM : err;
	}
	if (err == HS_OK)
		err = listen_open(stations, loop);
	if (err != HS_OK) {
		for (size_t i = 0; i < HS_LANE_COUNT; i++)
			hs_broadcast_ring_destroy(stations->rings[i]);
		free(stations);
		return err;
	}
	uv_timer_init(loop, &stations->timer);
	uint64_t beat_ms = (uint64_t)options->heartbeat_ms;
	uv_timer_start(&stations->timer, on_timer, beat_ms, beat_ms);
	*out = stations;
	return HS_OK;
}

int
hs_stations_port(const struct hs_stations *stations)
{
	return hs_http_port(stations->http);
}

size_t
hs_stations_count(const struct hs_stations *stations)
{
	return HASH_COUNT(stations->table);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	struct hs_stations *stations =
		HS_CONTAINER_OF((uv_timer_t *)handle, struct hs_stations, timer);
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_broadcast_ring_destroy(stations->rings[i]);
	free(stations);
}

static void
on_http_stopped(void *owner)
{
	struct hs_stations *stations = owner;
	uv_close((uv_handle_t *)&stations->timer, on_timer_closed);
}

void
hs_stations_stop(struct hs_stations *stations)
{
	stations->stopped = true;
	uv_timer_stop(&stations->timer);
	hs_http_server_stop(stations->http, 500, on_http_stopped, stations);
}
