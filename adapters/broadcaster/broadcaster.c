/* broadcaster.c: profiles, what is opened for them, and the table of operations. See broadcaster.h. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/broadcaster/broadcaster_parts.h"
#include "hub/base/log.h"

/* ---- life ---- */

static enum hs_err
profiles_open(struct hs_broadcaster *own)
{
	const struct hs_broadcaster_settings *settings = own->settings;
	const struct hs_station_settings *rows = settings->stations.items;
	size_t count = settings->stations.count + 1;
	own->names = hs_place_names_create();
	own->profiles = calloc(count, sizeof(*own->profiles));
	own->class_of = calloc(count, sizeof(*own->class_of));
	own->classes = calloc(count, sizeof(*own->classes));
	own->outputs = calloc(count, sizeof(*own->outputs));
	own->archive = hs_archive_create((size_t)settings->archive_items);
	if (own->names == NULL || own->profiles == NULL || own->class_of == NULL ||
		own->classes == NULL || own->outputs == NULL || own->archive == NULL)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		own->profiles[i] =
			hs_profile_of(i == 0 ? &settings->everybody : &rows[i - 1], own->names);
		size_t class = 0;
		/* Class 0 goes to guests, who have no profile. */
		if (i > 0)
			class = 1;
		while (class < own->class_count &&
			!hs_profile_same(own->classes[class].profile, &own->profiles[i]))
			class ++;
		if (class == own->class_count)
			own->classes[own->class_count++].profile = &own->profiles[i];
		own->class_of[i] = class;
		own->profile_count++;
	}
	return HS_OK;
}

struct hs_output_options
hs_broadcaster_folder(struct hs_broadcaster *own, size_t index)
{
	const struct hs_profile *profile = &own->profiles[index];
	return (struct hs_output_options){
		.adapter = own->adapter,
		.outlet = index == 0 ? "playout" : profile->settings->name,
		.dir = index == 0 ? own->settings->out_dir : profile->settings->folder,
		.profile = profile,
		.forms = profile->forms,
		.state = hs_broadcaster_ask_output,
		.feed = hs_broadcaster_ask_feed,
		.owner = own,
	};
}

static enum hs_err
outputs_open(struct hs_broadcaster *own)
{
	for (size_t i = 0; i < own->profile_count; i++) {
		struct hs_output_options options = hs_broadcaster_folder(own, i);
		if (options.dir[0] == '\0')
			continue;
		own->outputs[i] = hs_output_create(hs_adapter_loop(own->adapter), &options);
		if (own->outputs[i] == NULL)
			return HS_ERR_NOMEM;
	}
	return HS_OK;
}

static enum hs_err
stations_open(struct hs_broadcaster *own)
{
	const struct hs_broadcaster_settings *settings = own->settings;
	struct hs_stations_options stations = {
		.listen = settings->listen,
		.tls_cert = settings->tls_cert,
		.tls_key = settings->tls_key,
		.ring_items = (size_t)settings->ring_items,
		.ring_bytes = (size_t)settings->ring_bytes,
		.stations_max = (size_t)settings->stations_max,
		.heartbeat_ms = settings->station_heartbeat_ms,
		.subscribe_timeout_ms = settings->subscribe_timeout_ms,
		.guests = settings->guests,
		.outlets = own->outlets,
		.archive = own->archive,
		.lane = hs_broadcaster_ask_lane,
		.in_force = hs_broadcaster_ask_in_force,
		.receipt = hs_broadcaster_ask_receipt,
		.owner = own,
	};
	return hs_stations_create(hs_adapter_loop(own->adapter), &stations, &own->stations);
}

static enum hs_err
outlets_open(struct hs_broadcaster *own)
{
	struct hs_outlets_options outlets = {
		.adapter = own->adapter,
		.profiles = own->profiles + 1,
		.profile_count = own->profile_count - 1,
		.heartbeat_ms = own->settings->station_heartbeat_ms,
		.token_tries_max = own->settings->token_tries_max,
		.state = hs_broadcaster_ask_state,
		.pump = hs_broadcaster_ask_pump,
		.tick = hs_broadcaster_on_tick,
		.owner = own,
	};
	for (int i = 0; i < HS_LANE_COUNT; i++) {
		struct hs_stations_lane lane;
		hs_broadcaster_ask_lane(own, (enum hs_adapter_lane)i, &lane);
		outlets.lanes[i] = lane.configured;
	}
	return hs_outlets_create(hs_adapter_loop(own->adapter), &outlets, &own->outlets);
}

static void
outputs_prove(struct hs_broadcaster *own)
{
	for (int i = 0; i < HS_LANE_COUNT; i++) {
		struct hs_stations_lane lane;
		hs_broadcaster_ask_lane(own, (enum hs_adapter_lane)i, &lane);
		for (size_t k = 0; lane.configured && k < own->profile_count; k++) {
			if (own->outputs[k] != NULL &&
				(k == 0 || hs_profile_takes(
						   &own->profiles[k], (enum hs_adapter_lane)i)))
				hs_output_prove(
					own->outputs[k], own->adapter, (enum hs_adapter_lane)i);
		}
	}
}

static void
own_free(void *state)
{
	struct hs_broadcaster *own = state;
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		hs_force_destroy(own->lanes[i].shown);
		hs_force_destroy(own->lanes[i].basis);
	}
	for (size_t i = 0; i < own->profile_count; i++)
		hs_output_destroy(own->outputs[i]);
	hs_outlets_destroy(own->outlets);
	hs_archive_destroy(own->archive);
	hs_place_names_destroy(own->names);
	free(own->outputs);
	free(own->classes);
	free(own->class_of);
	free(own->profiles);
	free(own);
}

/* What on_notice needs: no stations, no files. */
static enum hs_err
broadcaster_open_dry(struct hs_adapter *adapter, const void *settings, void **state)
{
	struct hs_broadcaster *own = calloc(1, sizeof(*own));
	if (own == NULL)
		return HS_ERR_NOMEM;
	own->adapter = adapter;
	own->settings = settings;
	enum hs_err err = profiles_open(own);
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
	if (err != HS_OK)
		return err;
	struct hs_broadcaster *own = *state;
	err = outputs_open(own);
	if (err == HS_OK)
		err = outlets_open(own);
	if (err == HS_OK)
		err = stations_open(own);
	if (err != HS_OK) {
		hs_error("broadcaster.not_open", "listen=%s err=%s", own->settings->listen,
			hs_err_name(err));
		own_free(own);
		return err;
	}
	outputs_prove(own);
	hs_info("broadcaster.open", "port=%d stations=%zu", hs_stations_port(own->stations),
		own->settings->stations.count);
	return HS_OK;
}

static void
broadcaster_close(void *state)
{
	struct hs_broadcaster *own = state;
	hs_stations_stop(own->stations);
	own->stations = NULL;
	own_free(own);
}

static const char *
broadcaster_not_ready(void *state)
{
	struct hs_broadcaster *own = state;
	for (int i = 0; i < HS_LANE_COUNT; i++) {
		struct hs_stations_lane lane;
		hs_broadcaster_ask_lane(own, (enum hs_adapter_lane)i, &lane);
		if (lane.configured && !lane.known)
			return "the state in force has not come from the hub yet";
	}
	return "";
}

static void
broadcaster_metrics(void *state, struct hs_buf *out)
{
	struct hs_broadcaster *own = state;
	hs_buf_printf(out, "hansho_broadcaster_stations %zu\n", hs_stations_count(own->stations));
	hs_buf_printf(out, "hansho_broadcaster_items_total %llu\n", (unsigned long long)own->items);
	hs_buf_printf(
		out, "hansho_broadcaster_named_stations_up %zu\n", hs_outlets_up(own->outlets));
	hs_buf_printf(
		out, "hansho_broadcaster_filtered_total %llu\n", (unsigned long long)own->filtered);
	for (size_t i = 1; i < own->profile_count; i++)
		hs_buf_printf(out, "hansho_broadcaster_refused_total{station=\"%s\"} %llu\n",
			own->profiles[i].settings->name,
			(unsigned long long)hs_outlets_refusals(own->outlets, &own->profiles[i]));
}

static void
broadcaster_status(void *state, struct hs_buf *out)
{
	struct hs_broadcaster *own = state;
	hs_buf_printf(out, "\"stations\":%zu,\"items\":%llu,\"files\":%s",
		hs_stations_count(own->stations), (unsigned long long)own->items,
		own->outputs[0] != NULL ? "true" : "false");
}

int
hs_broadcaster_port(const void *state)
{
	const struct hs_broadcaster *own = state;
	return hs_stations_port(own->stations);
}

const struct hs_adapter_ops hs_broadcaster_ops = {
	.name = "broadcaster",
	.settings = &hs_broadcaster_record,
	.look = hs_broadcaster_look,
	.snapshot = true,
	.open = broadcaster_open,
	.open_dry = broadcaster_open_dry,
	.close_dry = own_free,
	.on_notice = hs_broadcaster_on_notice,
	.on_snapshot = hs_broadcaster_on_snapshot,
	.on_state = hs_broadcaster_on_state,
	.not_ready = broadcaster_not_ready,
	.metrics = broadcaster_metrics,
	.status = broadcaster_status,
	.close = broadcaster_close,
};
