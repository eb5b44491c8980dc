#include "hub/feed/feed.h"

#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/feed/children.h"
#include "hub/feed/feed_ops.h"
#include "hub/feed/gets.h"
#include "hub/feed/history.h"
#include "hub/feed/hub_events.h"
#include "hub/feed/large.h"
#include "hub/feed/queries.h"
#include "hub/feed/session.h"

#define TICK_MS	      1000
#define STOP_GRACE_MS 2000
#define ADDRESS_SIZE  64

struct hs_feed {
	struct hs_feed_parts parts;
	const struct hs_feed_settings *settings;
	struct hs_children_settings children;
	uv_timer_t heartbeat, tick;
	int timers_open;
	struct hs_ws_endpoint endpoint;
	struct hs_ops *ops;
	char address[ADDRESS_SIZE];
};

/* ---- timers ---- */

static void
on_heartbeat(uv_timer_t *timer)
{
	struct hs_feed *feed = HS_CONTAINER_OF(timer, struct hs_feed, heartbeat);
	struct hs_feed_parts *parts = &feed->parts;
	struct hs_frame *frames[HS_FORM_COUNT] = { NULL };
	const struct hs_heartbeat_facts facts = {
		.newest_seq = hs_store_newest(&parts->store),
		.digest = hs_store_digest(&parts->store),
		.unix_us = hs_clock_unix_us(),
		.hub_age_ms = hs_hub_port_age_ms(parts->hub),
	};

	for (int form = 0; form < HS_FORM_COUNT; form++)
		if (hs_subscribers_in_form(parts->subscribers, (enum hs_form)form) > 0)
			frames[form] = hs_frames_heartbeat((enum hs_form)form, &facts);
	hs_broadcast_heartbeat(parts->broadcast, frames);
	hs_children_beat(parts->children);
}

static void
on_tick(uv_timer_t *timer)
{
	struct hs_feed *feed = HS_CONTAINER_OF(timer, struct hs_feed, tick);

	hs_session_tick(&feed->parts);
	hs_queries_tick(feed->parts.queries);
	hs_history_tick(feed->parts.history);
}

static void
start_timers(uv_loop_t *loop, struct hs_feed *feed)
{
	uint64_t heartbeat_ms = (uint64_t)feed->settings->limits.heartbeat_ms;

	uv_timer_init(loop, &feed->heartbeat);
	uv_timer_init(loop, &feed->tick);
	feed->timers_open = 2;
	uv_timer_start(&feed->heartbeat, on_heartbeat, heartbeat_ms, heartbeat_ms);
	uv_timer_start(&feed->tick, on_tick, TICK_MS, TICK_MS);
}

/* ---- parts ---- */

static void
free_parts(struct hs_feed *feed)
{
	struct hs_feed_parts *parts = &feed->parts;

	hs_history_destroy(parts->history);
	hs_queries_destroy(parts->queries);
	hs_broadcast_destroy(parts->broadcast);
	hs_subscribers_destroy(parts->subscribers);
	hs_pager_destroy(parts->pager);
	hs_store_free(&parts->store);
}

static enum hs_err
make_parts(uv_loop_t *loop, struct hs_feed *feed)
{
	struct hs_feed_parts *parts = &feed->parts;
	const struct hs_feed_limits *limits = &feed->settings->limits;
	const struct hs_pager_ports pager = { .fetch = hs_hub_events_fetch, .owner = parts };
	struct hs_broadcast_options broadcast = { .store = &parts->store,
		.counts = &parts->counts,
		.ports = hs_session_ports,
		.slice = (size_t)limits->sending.slice_subscribers,
		.rest_percent = (size_t)limits->turn.replay_percent,
		.backlog_max = (uint64_t)limits->backlog_max,
		.backlog_max_bytes = (uint64_t)limits->backlog_max_bytes };
	enum hs_err err = hs_store_init(&parts->store, hs_feed_settings_mode(feed->settings),
		(size_t)limits->ring_notices, (uint64_t)limits->ring_bytes);

	if (err != HS_OK)
		return err;
	parts->limits = limits;
	parts->first_addresses = &feed->settings->first_addresses;
	parts->now_s = (uint32_t)(hs_clock_mono_us() / HS_US_PER_S);
	parts->pager = hs_pager_create(&pager, (size_t)limits->pages_max);
	parts->subscribers = hs_subscribers_create((size_t)limits->connections_max);
	parts->queries = hs_queries_create(parts);
	parts->history = hs_history_create(parts);
	if (parts->pager == NULL || parts->subscribers == NULL || parts->queries == NULL ||
		parts->history == NULL)
		return HS_ERR_NOMEM;
	parts->store.large_bytes = (size_t)feed->settings->aside.large_bytes;
	err = hs_large_create(loop, parts, (int)feed->settings->aside.nice, &parts->large);
	if (err != HS_OK)
		return err;
	broadcast.pager = parts->pager;
	broadcast.subscribers = parts->subscribers;
	broadcast.ports.owner = parts;
	return hs_broadcast_create(loop, &broadcast, &parts->broadcast);
}

static enum hs_err
listen_for_subscribers(uv_loop_t *loop, struct hs_feed *feed)
{
	const struct hs_feed_settings *settings = feed->settings;
	const struct hs_feed_limits *limits = &settings->limits;
	struct hs_http_options options;
	enum hs_err err;

	hs_http_options_init(&options);
	err = hs_listen_parse(
		settings->listen, feed->address, sizeof(feed->address), &options.port);
	if (err != HS_OK)
		return err;
	feed->endpoint = (struct hs_ws_endpoint){ .path = "/v1/feed",
		.subprotocols = hs_session_subprotocols,
		.message_max_bytes = (size_t)limits->message_max_bytes };
	options.address = feed->address;
	options.tls_cert_path = hs_config_path(settings->tls_cert);
	options.tls_key_path = hs_config_path(settings->tls_key);
	options.routes = hs_get_routes;
	options.route_count = hs_get_route_count;
	options.endpoints = &feed->endpoint;
	options.endpoint_count = 1;
	options.ops = &hs_session_ops;
	options.headers = hs_get_headers;
	options.owner = &feed->parts;
	options.connections_max = limits->connections_max;
	options.shares = limits->shares;
	options.turn = (struct hs_http_turn){ .accepts = limits->turn.accepts_per_turn,
		.look_us = limits->turn.look_us,
		.look = hs_session_look };
	options.request_timeout_ms = limits->request_timeout_ms;
	options.keepalive_timeout_ms = limits->keepalive_timeout_ms;
	options.send_buffer_bytes = limits->sending.send_buffer_bytes;
	options.sends_per_call = limits->sending.sends_per_call;
	return hs_http_server_create(loop, &options, &feed->parts.server);
}

static enum hs_err
open_hub_port(uv_loop_t *loop, struct hs_feed *feed)
{
	const struct hs_hub_port_options options = { .url = feed->settings->hub_url,
		.name = feed->settings->name,
		.mode = hs_feed_settings_mode(feed->settings),
		.tls_ca_path = feed->settings->hub_tls_ca,
		.tls_cert_key_path = feed->settings->hub_tls_cert_key,
		.heartbeat_ms = feed->settings->limits.heartbeat_ms,
		.frames = { .aside = hs_large_aside(feed->parts.large),
			.large_bytes = (size_t)feed->settings->aside.large_bytes,
			.epoch = feed->parts.store.epoch },
		.ops = &hs_hub_events,
		.owner = &feed->parts };

	return hs_hub_port_open(loop, &options, &feed->parts.hub);
}

static void
on_server_gone(void *owner)
{
	struct hs_feed *feed = owner;

	hs_large_close(feed->parts.large);
	feed->parts.large = NULL;
	hs_children_close(feed->parts.children);
	hs_hub_port_close(feed->parts.hub);
	free_parts(feed);
	free(feed);
}

enum hs_err
hs_feed_create(uv_loop_t *loop, const struct hs_feed_settings *settings, struct hs_feed **out)
{
	struct hs_feed *feed = calloc(1, sizeof(*feed));
	const char *what = "parts";
	enum hs_err err;

	*out = NULL;
	if (feed == NULL)
		return HS_ERR_NOMEM;
	feed->settings = settings;
	err = make_parts(loop, feed);
	if (err == HS_OK) {
		what = "children";
		hs_feed_settings_children(settings, &feed->children);
		err = hs_children_open(loop, &feed->parts, &feed->children, &feed->parts.children);
	}
	if (err == HS_OK) {
		what = "hub_url";
		err = open_hub_port(loop, feed);
	}
	if (err == HS_OK) {
		what = "listen";
		err = listen_for_subscribers(loop, feed);
	}
	if (err == HS_OK) {
		what = "ops_listen";
		err = hs_ops_create(
			loop, settings->ops_listen, &hs_feed_ops, &feed->parts, &feed->ops);
	}
	if (err != HS_OK) {
		hs_error("feed.start_failed", "key=%s err=%s", what, hs_err_name(err));
		if (feed->parts.server != NULL)
			hs_http_server_stop(feed->parts.server, 0, on_server_gone, feed);
		else
			on_server_gone(feed);
		return err;
	}
	start_timers(loop, feed);
	hs_info("feed.listens", "address=%s port=%d mode=%s", feed->address, hs_feed_port(feed),
		settings->mode == 0 ? "live" : "drill");
	*out = feed;
	return HS_OK;
}

int
hs_feed_port(const struct hs_feed *feed)
{
	return hs_http_port(feed->parts.server);
}

/* ---- stop: timers, then the server with its connections, then the link and the rest ---- */

static void
on_timer_closed(uv_handle_t *handle)
{
	struct hs_feed *feed = handle->data;

	if (--feed->timers_open > 0)
		return;
	hs_ops_stop(feed->ops);
	hs_http_server_stop(feed->parts.server, STOP_GRACE_MS, on_server_gone, feed);
}

void
hs_feed_stop(struct hs_feed *feed)
{
	hs_info("feed.stops", "subscribers=%zu", hs_subscribers_count(feed->parts.subscribers));
	feed->heartbeat.data = feed;
	feed->tick.data = feed;
	uv_close((uv_handle_t *)&feed->heartbeat, on_timer_closed);
	uv_close((uv_handle_t *)&feed->tick, on_timer_closed);
}
