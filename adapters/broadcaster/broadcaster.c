/* broadcaster.c: the lanes' state, and what happens when a notice comes. See broadcaster.h. */
#include "adapters/broadcaster/broadcaster.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/broadcaster/broadcaster_encode.h"
#include "adapters/broadcaster/output.h"
#include "adapters/broadcaster/stations.h"
#include "hub/base/check.h"
#include "hub/base/log.h"
#include "hub/base/look.h"

#define ENCODE_ARENA_BYTES (64u << 20)

struct lane {
	struct hs_force *shown; /* the state that is told */
	struct hs_force
		*basis; /* while a backlog comes that `shown` already holds: the state before it */
	char epoch[65];
	bool known;
	bool current;
};

struct broadcaster {
	struct hs_adapter *adapter;
	const struct hs_broadcaster_settings *settings;
	struct hs_wording_style style;
	struct lane lanes[HS_LANE_COUNT];
	struct hs_stations *stations;
	struct hs_output *output; /* NULL without out_dir */
	uint64_t items;
};

/* ---- what stations and files ask ---- */

static void
ask_lane(void *owner, enum hs_adapter_lane id, struct hs_stations_lane *out)
{
	struct broadcaster *own = owner;
	const struct hs_adapter_settings *common = &own->settings->common;
	const struct lane *lane = &own->lanes[id];
	*out = (struct hs_stations_lane){
		.configured = id == HS_LANE_LIVE ? common->live_url[0] != '\0'
						 : common->drill && common->drill_url[0] != '\0',
		.known = lane->known,
		.current = lane->current,
		.epoch = lane->epoch,
		.seq = hs_force_seq(lane->shown),
	};
}

/* Prefectures that have something in force, by code. */
static size_t
prefectures_in_force(const struct hs_force_list *list, char (*out)[HS_PREFECTURE_SIZE])
{
	size_t count = 0;
	for (size_t i = 0; i < list->count && count < HS_PREFECTURES_MAX; i++) {
		char code[HS_PREFECTURE_SIZE];
		hs_prefecture_of(list->rows[i].area_code, code);
		if (count == 0 || strcmp(out[count - 1], code) != 0)
			memcpy(out[count++], code, sizeof(code));
	}
	return count;
}

static json_t *
ask_in_force(void *owner, enum hs_adapter_lane id, const char (*prefectures)[3], size_t count)
{
	struct broadcaster *own = owner;
	const struct hs_force_list *list = hs_force_after(own->lanes[id].shown);
	char all[HS_PREFECTURES_MAX][HS_PREFECTURE_SIZE];
	struct hs_arena *arena = hs_arena_create(ENCODE_ARENA_BYTES);
	json_t *answer = arena != NULL ? json_object() : NULL;
	if (count == 0) {
		count = prefectures_in_force(list, all);
		prefectures = (const char(*)[3])all;
	}
	for (size_t i = 0; answer != NULL && i < count; i++) {
		json_t *groups = hs_broadcast_in_force(arena, list, prefectures[i]);
		if (json_object_set_new(answer, prefectures[i], groups) != 0) {
			json_decref(answer);
			answer = NULL;
		}
	}
	hs_arena_destroy(arena);
	return answer;
}

static void
ask_receipt(void *owner, enum hs_adapter_lane id, uint64_t seq, const char *station, int state,
	const char *detail)
{
	struct broadcaster *own = owner;
	hs_adapter_report(own->adapter, id, own->lanes[id].epoch, seq, station, state, detail);
}

static struct hs_output_state
ask_output_state(void *owner, enum hs_adapter_lane id)
{
	struct broadcaster *own = owner;
	const struct lane *lane = &own->lanes[id];
	return (struct hs_output_state){
		.list = hs_force_after(lane->shown),
		.epoch = lane->epoch,
		.seq = hs_force_seq(lane->shown),
		.known = lane->known,
		.current = lane->current,
	};
}

/* ---- notices ---- */

/* The lists around this notice. What `shown` already holds is compared on `basis`, or, when there is
 * none (the process just started), the notice is taken at its own word. */
static enum hs_err
lists_around(struct lane *lane, struct hs_arena *arena, const struct hs_adapter_item *item,
	struct hs_force_around *around)
{
	struct hs_force *force = lane->shown;
	if (item->seq <= hs_force_seq(lane->shown))
		force = lane->basis;
	else if (lane->basis != NULL) {
		hs_force_destroy(lane->basis);
		lane->basis = NULL;
	}
	if (force == NULL)
		return hs_force_of_notice(arena, item->seq, item->notice, around);
	enum hs_err err = hs_force_apply(force, item->seq, item->notice);
	*around = (struct hs_force_around){ *hs_force_before(force), *hs_force_after(force), true };
	return err == HS_ERR_STALE ? HS_OK : err;
}

static void
items_out(struct broadcaster *own, struct hs_adapter_item *item,
	const struct hs_broadcast_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		own->items++;
		hs_stations_push(
			own->stations, item->lane, item->seq, items[i].prefecture, items[i].record);
	}
	if (own->output != NULL)
		hs_output_notice(own->output, item, items, count);
}

/* What stations and files would get (runtime/explain.h). */
static void
items_show(const struct broadcaster *own, struct hs_adapter_item *item,
	const struct hs_broadcast_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *text = json_dumps(items[i].record, JSON_INDENT(1));
		hs_adapter_show(item, "stations", items[i].prefecture, text != NULL ? text : "");
		free(text);
	}
	if (own->settings->out_dir[0] != '\0')
		hs_output_show(item, items, count);
}

static void
on_notice(void *state, struct hs_adapter_item *item)
{
	struct broadcaster *own = state;
	struct lane *lane = &own->lanes[item->lane];
	struct hs_force_around around;
	struct hs_broadcast_item *items = NULL;
	size_t count = 0;
	struct hs_arena *arena = hs_arena_create(ENCODE_ARENA_BYTES);
	enum hs_err err = arena != NULL ? lists_around(lane, arena, item, &around) : HS_ERR_NOMEM;
	struct hs_broadcast_input input = {
		.notice = item->notice,
		.epoch = item->epoch,
		.seq = item->seq,
		.submission_id = item->submission_id,
		.around = &around,
		.late = item->expired || item->notice->silent,
	};
	if (err == HS_OK)
		err = hs_broadcast_encode(arena, &input, &own->style, &items, &count);
	if (err == HS_OK && hs_adapter_is_dry(own->adapter)) {
		items_show(own, item, items, count);
	} else if (err == HS_OK) {
		items_out(own, item, items, count);
	} else {
		hs_error("broadcaster.not_encoded", "seq=%llu err=%s",
			(unsigned long long)item->seq, hs_err_name(err));
		hs_adapter_receipt(item, "broadcaster", HS_RECEIPT(FAILED), hs_err_text(err));
	}
	for (size_t i = 0; i < count; i++)
		json_decref(items[i].record);
	hs_arena_destroy(arena);
	hs_adapter_done(item);
}

/* ---- the lane's state ---- */

static bool
snapshot_load(struct hs_force *force, const struct hs_adapter_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->count; i++) {
		enum hs_err err =
			hs_force_load(force, snapshot->notices[i].seq, snapshot->notices[i].notice);
		if (err != HS_OK && err != HS_ERR_STALE)
			return false;
	}
	return hs_force_refresh(force, snapshot->seq) == HS_OK;
}

static void
on_snapshot(void *state, const struct hs_adapter_snapshot *snapshot)
{
	struct broadcaster *own = state;
	struct lane *lane = &own->lanes[snapshot->lane];
	struct hs_force *force = hs_force_create();
	if (force == NULL || !snapshot_load(force, snapshot)) {
		hs_force_destroy(force);
		hs_error("broadcaster.snapshot_lost", "lane=%s", hs_lane_name(snapshot->lane));
		return;
	}
	bool same = lane->known && strcmp(lane->epoch, snapshot->epoch) == 0;
	hs_force_destroy(lane->basis);
	lane->basis = same ? lane->shown : NULL;
	if (!same)
		hs_force_destroy(lane->shown);
	lane->shown = force;
	lane->known = true;
	snprintf(lane->epoch, sizeof(lane->epoch), "%s", snapshot->epoch);
	if (!same && own->stations != NULL)
		hs_stations_reset(own->stations, snapshot->lane, snapshot->seq);
	if (own->output != NULL)
		hs_output_refresh(own->output, snapshot->lane);
}

static void
on_state(void *state, enum hs_adapter_lane id, enum hs_adapter_lane_state lane_state, uint64_t seq)
{
	struct broadcaster *own = state;
	struct lane *lane = &own->lanes[id];
	(void)seq;
	bool current = lane_state == HS_LANE_CURRENT;
	if (current) {
		hs_force_destroy(lane->basis);
		lane->basis = NULL;
	}
	if (lane->current == current)
		return;
	lane->current = current;
	hs_stations_beat(own->stations);
	if (own->output != NULL && lane->known)
		hs_output_refresh(own->output, id);
}

/* ---- life ---- */

static enum hs_err
outlets_open(struct broadcaster *own)
{
	const struct hs_broadcaster_settings *settings = own->settings;
	uv_loop_t *loop = hs_adapter_loop(own->adapter);
	struct hs_stations_options stations = {
		.listen = settings->listen,
		.tls_cert = settings->tls_cert,
		.tls_key = settings->tls_key,
		.ring_items = (size_t)settings->ring_items,
		.ring_bytes = (size_t)settings->ring_bytes,
		.stations_max = (size_t)settings->stations_max,
		.heartbeat_ms = settings->station_heartbeat_ms,
		.subscribe_timeout_ms = settings->subscribe_timeout_ms,
		.lane = ask_lane,
		.in_force = ask_in_force,
		.receipt = ask_receipt,
		.owner = own,
	};
	if (settings->out_dir[0] != '\0') {
		own->output = hs_output_create(loop, settings->out_dir, ask_output_state, own);
		if (own->output == NULL)
			return HS_ERR_NOMEM;
	}
	return hs_stations_create(loop, &stations, &own->stations);
}

static void
outlets_prove(struct broadcaster *own)
{
	for (int i = 0; own->output != NULL && i < HS_LANE_COUNT; i++) {
		struct hs_stations_lane lane;
		ask_lane(own, (enum hs_adapter_lane)i, &lane);
		if (lane.configured)
			hs_output_prove(own->output, own->adapter, (enum hs_adapter_lane)i);
	}
}

static void
own_free(void *state)
{
	struct broadcaster *own = state;
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		hs_force_destroy(own->lanes[i].shown);
		hs_force_destroy(own->lanes[i].basis);
	}
	free(own);
}

/* What on_notice needs: no stations, no files. */
static enum hs_err
broadcaster_open_dry(struct hs_adapter *adapter, const void *settings, void **state)
{
	struct broadcaster *own = calloc(1, sizeof(*own));
	enum hs_err err = HS_OK;
	if (own == NULL)
		return HS_ERR_NOMEM;
	own->adapter = adapter;
	own->settings = settings;
	own->style = (struct hs_wording_style){
		.width_half = (size_t)own->settings->crawl_width * 2,
		.crawl_names_max = (size_t)own->settings->crawl_names_max,
	};
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		own->lanes[i].shown = hs_force_create();
		err = own->lanes[i].shown == NULL ? HS_ERR_NOMEM : err;
	}
	if (err != HS_OK)
		own_free(own);
	*state = own;
	return err;
}

static enum hs_err
broadcaster_open(struct hs_adapter *adapter, const void *settings, void **state)
{
	enum hs_err err = broadcaster_open_dry(adapter, settings, state);
	struct broadcaster *own = *state;
	if (err != HS_OK)
		return err;
	err = outlets_open(own);
	if (err != HS_OK) {
		hs_error("broadcaster.not_open", "listen=%s err=%s", own->settings->listen,
			hs_err_name(err));
		hs_output_destroy(own->output);
		own_free(own);
		return err;
	}
	outlets_prove(own);
	hs_info("broadcaster.open", "port=%d", hs_stations_port(own->stations));
	return HS_OK;
}

static void
broadcaster_close(void *state)
{
	struct broadcaster *own = state;
	hs_stations_stop(own->stations);
	hs_output_destroy(own->output);
	own_free(own);
}

static const char *
broadcaster_not_ready(void *state)
{
	struct broadcaster *own = state;
	for (int i = 0; i < HS_LANE_COUNT; i++) {
		struct hs_stations_lane lane;
		ask_lane(own, (enum hs_adapter_lane)i, &lane);
		if (lane.configured && !lane.known)
			return "the state in force has not come from the hub yet";
	}
	return "";
}

static void
broadcaster_metrics(void *state, struct hs_buf *out)
{
	struct broadcaster *own = state;
	hs_buf_printf(out, "hansho_broadcaster_stations %zu\n", hs_stations_count(own->stations));
	hs_buf_printf(out, "hansho_broadcaster_items_total %llu\n", (unsigned long long)own->items);
}

static void
broadcaster_status(void *state, struct hs_buf *out)
{
	struct broadcaster *own = state;
	hs_buf_printf(out, "\"stations\":%zu,\"items\":%llu,\"files\":%s",
		hs_stations_count(own->stations), (unsigned long long)own->items,
		own->output != NULL ? "true" : "false");
}

int
hs_broadcaster_port(const void *state)
{
	const struct broadcaster *own = state;
	return hs_stations_port(own->stations);
}

#define AT(member) offsetof(struct hs_broadcaster_settings, member)

static const struct hs_config_item items[] = {
	{ "listen", HS_CONFIG_TEXT, AT(listen), "address:port", 1, 128, "127.0.0.1:8083",
		"Where stations connect: WebSocket /v1/broadcast, GET /v1/state.", NULL },
	{ "tls_cert", HS_CONFIG_TEXT, AT(tls_cert), "path", 0, 4096, "",
		"PEM chain for https; empty: plain http.", NULL },
	{ "tls_key", HS_CONFIG_TEXT, AT(tls_key), "path", 0, 4096, "", "PEM key for https.", NULL },
	{ "out_dir", HS_CONFIG_TEXT, AT(out_dir), "path", 0, 2048, "",
		"Folder for the files of playout systems; empty: no files.", NULL },
	{ "crawl_width", HS_CONFIG_INT, AT(crawl_width), "full-width characters", 16, 200, "30",
		"Longest line of a crawl; a half-width character counts one half.", NULL },
	{ "crawl_names_max", HS_CONFIG_INT, AT(crawl_names_max), "names", 0, 1000, "8",
		"Place names told in a crawl before the rest is counted; 0: all.", NULL },
	{ "ring_items", HS_CONFIG_INT, AT(ring_items), "items", 16, 65536, "1024",
		"Items kept in memory for stations that come back.", NULL },
	{ "ring_bytes", HS_CONFIG_INT, AT(ring_bytes), "bytes", 1048576, 4294967296, "33554432",
		"Most bytes of them in each lane.", NULL },
	{ "stations_max", HS_CONFIG_INT, AT(stations_max), "connections", 1, 15000, "1000",
		"Most connections of stations at a time.", NULL },
	{ "station_heartbeat_ms", HS_CONFIG_INT, AT(station_heartbeat_ms), "ms", 50, 60000, "5000",
		"How often stations are told that the line lives.", NULL },
	{ "subscribe_timeout_ms", HS_CONFIG_INT, AT(subscribe_timeout_ms), "ms", 100, 60000,
		"10000", "A connection that has not subscribed by then is closed.", NULL },
};

static enum hs_err
broadcaster_look(const void *given, char why[HS_CONFIG_WHY])
{
	const struct hs_broadcaster_settings *settings = given;
	const struct hs_look_listen listens[] = { { "ops_listen", settings->common.ops_listen,
							  true },
		{ "listen", settings->listen, false } };
	enum hs_err err = hs_look_listens(listens, HS_COUNT(listens), why);

	return err == HS_OK ? hs_look_server_tls(settings->tls_cert, settings->tls_key, why) : err;
}

static const struct hs_config_record settings_record = { items, HS_COUNT(items),
	sizeof(struct hs_broadcaster_settings) };

const struct hs_adapter_ops hs_broadcaster_ops = {
	.name = "broadcaster",
	.settings = &settings_record,
	.look = broadcaster_look,
	.snapshot = true,
	.open = broadcaster_open,
	.open_dry = broadcaster_open_dry,
	.close_dry = own_free,
	.on_notice = on_notice,
	.on_snapshot = on_snapshot,
	.on_state = on_state,
	.not_ready = broadcaster_not_ready,
	.metrics = broadcaster_metrics,
	.status = broadcaster_status,
	.close = broadcaster_close,
};
