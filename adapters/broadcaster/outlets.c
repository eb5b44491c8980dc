#include "adapters/broadcaster/outlets.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/broadcaster/message.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/link.h"
#include "hub/base/log.h"

#define FRAME_MAX_BYTES (64u << 10) /* of a station's message */
#define QUEUE_MAX_BYTES (8u << 20)

struct carrier {
	struct hs_line line;
	struct hs_outlets *outlets;
	struct hs_link *link; /* nng; NULL else */
	hs_http_id id;	      /* WebSocket; 0: nobody */
	bool used;
	bool proven;   /* nng: who answers there is the station */
	int64_t tries; /* nng: what came on this connection instead of its proof */
};

struct hs_outlets {
	struct hs_outlets_options options;
	struct hs_line_ops ops;
	struct carrier *carriers; /* profile by profile, a lane each */
	size_t count;
	struct hs_refusals *refusals; /* of each profile */
	uv_timer_t timer;
	size_t open; /* links and timer that are not gone */
	bool closed;
};

static struct carrier *
carrier_of(struct hs_line *line)
{
	return HS_CONTAINER_OF(line, struct carrier, line);
}

/* ---- nng ---- */

/* Until the link takes no more; the next beat tries again. */
static void
link_pump(struct carrier *carrier)
{
	for (;;) {
		struct hs_frame *frame = hs_line_next(&carrier->line);
		if (frame == NULL)
			return;
		enum hs_err err = hs_link_send(
			carrier->link, hs_frame_bytes(frame), hs_frame_len_bytes(frame));
		hs_frame_unref(frame);
		if (err != HS_OK)
			return;
		hs_line_sent(&carrier->line);
	}
}

static void
on_link_up(void *owner, struct hs_link *link)
{
	struct carrier *carrier = owner;
	(void)link;
	carrier->proven = hs_profile_proven(carrier->line.profile, NULL);
	carrier->tries = 0;
	if (!carrier->outlets->closed && carrier->proven)
		hs_line_up(&carrier->line);
}

static void
on_link_down(void *owner, struct hs_link *link)
{
	struct carrier *carrier = owner;
	(void)link;
	if (!carrier->outlets->closed && carrier->proven)
		hs_line_down(&carrier->line);
	carrier->proven = false;
}

static void
tell_refused(struct carrier *carrier)
{
	struct hs_frame *refusal = hs_message_frame_of(
		json_pack("{s:s,s:s}", "type", "refused", "reason", HS_STATION_UNPROVEN));
	if (refusal != NULL && hs_link_send(carrier->link, hs_frame_bytes(refusal),
				       hs_frame_len_bytes(refusal)) != HS_OK)
		hs_warn("broadcaster.refusal_not_sent", "station=%s",
			carrier->line.profile->settings->name);
	hs_frame_unref(refusal);
}

/* The first message of a station that has a token. Whoever else answers at its url is told why, gets nothing, and may not try for
 * ever. */
static void
take_proof(struct carrier *carrier, const json_t *message)
{
	const struct hs_profile *profile = carrier->line.profile;
	const char *type = json_string_value(json_object_get(message, "type"));
	const char *name = json_string_value(json_object_get(message, "station"));
	const char *token = json_string_value(json_object_get(message, "token"));
	carrier->proven = type != NULL && strcmp(type, "subscribe") == 0 && name != NULL &&
			  hs_profile_is_named(profile, name) && hs_profile_proven(profile, token);
	if (carrier->proven) {
		hs_line_up(&carrier->line);
		return;
	}
	hs_outlets_refused(carrier->outlets, profile, carrier->line.lane, "nng",
		carrier->line.lane == HS_LANE_LIVE ? profile->settings->live_url
						   : profile->settings->drill_url);
	if (carrier->tries++ == 0)
		tell_refused(carrier);
	if (carrier->tries >= carrier->outlets->options.token_tries_max)
		hs_link_drop(carrier->link);
}

static void
on_link_frame(void *owner, struct hs_link *link, const uint8_t *bytes, size_t len_bytes)
{
	struct carrier *carrier = owner;
	const char *why = "send JSON objects";
	(void)link;
	if (carrier->outlets->closed)
		return;
	json_t *message = json_loadb((const char *)bytes, len_bytes, JSON_REJECT_DUPLICATES, NULL);
	if (!carrier->proven)
		take_proof(carrier, message);
	else if (!json_is_object(message) || !hs_line_take(&carrier->line, message, &why))
		hs_warn("broadcaster.station_unreadable", "station=%s bytes=%zu expected=\"%s\"",
			carrier->line.profile->settings->name, len_bytes, why);
	json_decref(message);
}

static const struct hs_link_ops link_ops = { on_link_up, on_link_frame, on_link_down };

static enum hs_err
link_open(struct carrier *carrier, uv_loop_t *loop)
{
	const struct hs_station_settings *settings = carrier->line.profile->settings;
	const struct hs_adapter_settings *common =
		hs_adapter_common(carrier->outlets->options.adapter);
	const struct hs_link_options options = {
		.url = carrier->line.lane == HS_LANE_LIVE ? settings->live_url
							  : settings->drill_url,
		.pair = true,
		.ops = &link_ops,
		.owner = carrier,
		.frame_max_bytes = FRAME_MAX_BYTES,
		.queue_max_bytes = QUEUE_MAX_BYTES,
		.tls_ca_path = common->tls_ca,
		.tls_cert_key_path = common->tls_cert_key,
	};
	enum hs_err err = hs_link_open(loop, &options, &carrier->link);
	if (err == HS_OK)
		carrier->outlets->open++;
	return err;
}

/* ---- what lines ask ---- */

static void
on_wake(void *owner, struct hs_line *line)
{
	struct hs_outlets *outlets = owner;
	struct carrier *carrier = carrier_of(line);
	if (outlets->closed)
		return;
	if (carrier->link != NULL)
		link_pump(carrier);
	else if (carrier->id != 0)
		outlets->options.pump(outlets->options.owner, carrier->id);
}

static struct json_t *
on_state(void *owner, const struct hs_line *line)
{
	struct hs_outlets *outlets = owner;
	return outlets->options.state(outlets->options.owner, line->lane, line->profile);
}

static void
on_timer(uv_timer_t *timer)
{
	struct hs_outlets *outlets = HS_CONTAINER_OF(timer, struct hs_outlets, timer);
	for (size_t i = 0; i < outlets->count; i++) {
		if (outlets->carriers[i].link != NULL)
			hs_line_owe_beat(&outlets->carriers[i].line);
	}
	outlets->options.tick(outlets->options.owner);
}

/* ---- WebSockets ---- */

const struct hs_profile *
hs_outlets_profile(const struct hs_outlets *outlets, const char *name)
{
	for (size_t i = 0; i < outlets->options.profile_count; i++) {
		if (hs_profile_is_named(&outlets->options.profiles[i], name))
			return &outlets->options.profiles[i];
	}
	return NULL;
}

void
hs_outlets_refused(struct hs_outlets *outlets, const struct hs_profile *profile,
	enum hs_adapter_lane lane, const char *way, const char *peer)
{
	uint64_t unwritten;
	if (hs_refusals_add(&outlets->refusals[profile - outlets->options.profiles],
		    hs_clock_mono_us(), &unwritten))
		hs_warn("broadcaster.station_refused",
			"station=%s mode=%s way=%s peer=%s reason=token more_before=%llu",
			profile->settings->name, hs_lane_name(lane), way, peer,
			(unsigned long long)unwritten);
}

uint64_t
hs_outlets_refusals(const struct hs_outlets *outlets, const struct hs_profile *profile)
{
	return outlets->refusals[profile - outlets->options.profiles].total;
}

struct hs_line *
hs_outlets_claim(struct hs_outlets *outlets, const char *name, enum hs_adapter_lane lane,
	hs_http_id id, hs_http_id *old)
{
	*old = 0;
	for (size_t i = 0; i < outlets->count; i++) {
		struct carrier *carrier = &outlets->carriers[i];
		if (!carrier->used || carrier->line.lane != lane || carrier->link != NULL ||
			strcmp(carrier->line.profile->settings->name, name) != 0)
			continue;
		*old = carrier->id;
		if (carrier->id != 0)
			hs_line_down(&carrier->line);
		carrier->id = id;
		return &carrier->line;
	}
	return NULL;
}

void
hs_outlets_ready(struct hs_line *line)
{
	hs_line_up(line);
}

void
hs_outlets_release(struct hs_outlets *outlets, struct hs_line *line, hs_http_id id)
{
	struct carrier *carrier = carrier_of(line);
	if (outlets->closed || carrier->id != id)
		return; /* another connection has its place */
	carrier->id = 0;
	hs_line_down(line);
}

void
hs_outlets_each(struct hs_outlets *outlets, enum hs_adapter_lane lane,
	void (*visit)(void *owner, struct hs_line *line), void *owner)
{
	for (size_t i = 0; i < outlets->count; i++) {
		if (outlets->carriers[i].used && outlets->carriers[i].line.lane == lane)
			visit(owner, &outlets->carriers[i].line);
	}
}

size_t
hs_outlets_up(const struct hs_outlets *outlets)
{
	size_t up = 0;
	for (size_t i = 0; i < outlets->count; i++)
		up += outlets->carriers[i].used && outlets->carriers[i].line.up;
	return up;
}

/* ---- life ---- */

static void
one_gone(struct hs_outlets *outlets)
{
	HS_CHECK(outlets->open > 0);
	if (--outlets->open > 0)
		return;
	free(outlets->carriers);
	free(outlets->refusals);
	free(outlets);
}

static void
on_link_gone(void *owner)
{
	one_gone(((struct carrier *)owner)->outlets);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	one_gone(HS_CONTAINER_OF((uv_timer_t *)handle, struct hs_outlets, timer));
}

void
hs_outlets_destroy(struct hs_outlets *outlets)
{
	if (outlets == NULL)
		return;
	outlets->closed = true;
	for (size_t i = 0; i < outlets->count; i++) {
		if (outlets->carriers[i].link != NULL)
			hs_link_close(
				outlets->carriers[i].link, on_link_gone, &outlets->carriers[i]);
	}
	uv_close((uv_handle_t *)&outlets->timer, on_timer_closed);
}

static enum hs_err
carrier_open(struct hs_outlets *outlets, uv_loop_t *loop, const struct hs_profile *profile,
	enum hs_adapter_lane lane)
{
	struct carrier *carrier = &outlets->carriers[outlets->count++];
	carrier->outlets = outlets;
	if (profile->settings->channel == HS_CHANNEL_FILES || !outlets->options.lanes[lane] ||
		!hs_profile_takes(profile, lane))
		return HS_OK;
	carrier->used = true;
	hs_line_open(&carrier->line, profile, outlets->options.adapter, lane, &outlets->ops);
	return profile->settings->channel == HS_CHANNEL_NNG ? link_open(carrier, loop) : HS_OK;
}

enum hs_err
hs_outlets_create(
	uv_loop_t *loop, const struct hs_outlets_options *options, struct hs_outlets **out)
{
	struct hs_outlets *outlets = calloc(1, sizeof(*outlets));
	size_t room = options->profile_count * HS_LANE_COUNT + 1;
	struct carrier *carriers = calloc(room, sizeof(*carriers));
	struct hs_refusals *refusals = calloc(options->profile_count + 1, sizeof(*refusals));
	if (outlets == NULL || carriers == NULL || refusals == NULL) {
		free(outlets);
		free(carriers);
		free(refusals);
		return HS_ERR_NOMEM;
	}
	outlets->options = *options;
	outlets->refusals = refusals;
	outlets->carriers = carriers;
	outlets->ops = (struct hs_line_ops){ on_wake, on_state, outlets };
	uv_timer_init(loop, &outlets->timer);
	outlets->open = 1;
	uint64_t beat_ms = (uint64_t)options->heartbeat_ms;
	uv_timer_start(&outlets->timer, on_timer, beat_ms, beat_ms);
	enum hs_err err = HS_OK;
	for (size_t i = 0; i < options->profile_count && err == HS_OK; i++) {
		const struct hs_station_settings *station = options->profiles[i].settings;
		if (station->channel == HS_CHANNEL_WEBSOCKET && station->token_sha256[0] == '\0')
			hs_warn("broadcaster.station_unproven",
				"station=%s reason=\"no token_sha256: its name is all its proof\"",
				station->name);
		for (int lane = 0; lane < HS_LANE_COUNT && err == HS_OK; lane++)
			err = carrier_open(
				outlets, loop, &options->profiles[i], (enum hs_adapter_lane)lane);
	}
	if (err != HS_OK) {
		hs_outlets_destroy(outlets);
		return err;
	}
	*out = outlets;
	return HS_OK;
}
