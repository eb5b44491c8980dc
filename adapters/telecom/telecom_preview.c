#include "adapters/telecom/telecom_preview.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/http.h"
#include "hub/base/log.h"
#include "hub/base/proc.h"
#include "schemas/json_text.h"

#define BODY_MAX_BYTES	(4u << 20)
#define ARENA_BYTES	(64u << 20)
#define STOP_GRACE_MS	100
#define CONNECTIONS_MAX 64
#define WHY_SIZE	256
/* Not the epoch or seq of any notice. */
#define PREVIEW_EPOCH	"preview"
#define PREVIEW_SEQ	UINT64_MAX

struct hs_telecom_preview {
	struct hs_telecom_preview_options options;
	struct hs_http_server *http;
};

static void
refuse(const struct hs_http_request *request, int status, const char *error, const char *message)
{
	json_t *json = json_pack("{s:s, s:s}", "error", error, "message", message);
	char *text = hs_json_dump(json);
	(void)hs_http_reply_text(request->server, request->id, status,
		"application/json; charset=utf-8", text ? text : "{}");
	free(text);
	json_decref(json);
}

/* The notice of the body; NULL with `why`. */
static hs_notice *
notice_read(struct hs_arena *arena, const struct hs_http_request *request, char why[WHY_SIZE])
{
	json_error_t error;
	json_t *json = json_loadb((const char *)request->body, request->body_len_bytes, 0, &error);
	hs_notice *notice = NULL;
	enum hs_err err = HS_ERR_PARSE;
	snprintf(why, WHY_SIZE, "%s", json ? "" : error.text);
	if (json)
		err = hs_message_from_json(
			arena, &hansho__v1__notice__descriptor, json, &notice, why, WHY_SIZE);
	json_decref(json);
	return err == HS_OK ? notice : NULL;
}

/* "" when this notice may be looked at, else why not. */
static const char *
lane_refusal(const struct hs_telecom_preview *preview, const hs_notice *notice,
	enum hs_adapter_lane lane)
{
	const struct hs_adapter_settings *common = &preview->options.shared->settings->common;
	return hs_drill_gate((int)notice->mode, (int)lane, common->drill).reason;
}

static json_t *
all_outlets(const struct hs_telecom_preview *preview, struct hs_arena *arena,
	const struct hs_adapter_item *item)
{
	json_t *array = json_array();
	bool good = array != NULL;
	for (size_t i = 0; good && i < preview->options.count; i++) {
		struct hs_telecom_outlet *outlet = preview->options.outlets[i];
		if (outlet->ops->takes((int)item->notice->detail_case))
			good = outlet->ops->preview(outlet, arena, item, array);
	}
	if (good)
		return json_pack("{s:o}", "outlets", array);
	json_decref(array);
	return NULL;
}

static void
answer(const struct hs_telecom_preview *preview, const struct hs_http_request *request,
	struct hs_arena *arena)
{
	char why[WHY_SIZE];
	hs_notice *notice = notice_read(arena, request, why);
	if (!notice) {
		refuse(request, 400, "not_a_notice", why);
		return;
	}
	bool live = notice->mode == HS_MODE(LIVE);
	const struct hs_adapter_item item = { .notice = notice,
		.lane = live ? HS_LANE_LIVE : HS_LANE_DRILL,
		.epoch = PREVIEW_EPOCH,
		.seq = PREVIEW_SEQ,
		.received_unix_us = hs_clock_unix_us() };
	const char *refusal = lane_refusal(preview, notice, item.lane);
	if (refusal[0] != '\0') {
		refuse(request, 409, "not_for_this_adapter", refusal);
		return;
	}
	json_t *json = all_outlets(preview, arena, &item);
	char *text = hs_json_dump(json);
	json_decref(json);
	if (text)
		(void)hs_http_reply_text(
			request->server, request->id, 200, "application/json; charset=utf-8", text);
	else
		refuse(request, 422, "no_preview",
			"the notice names no area, or there is not enough memory for it");
	free(text);
}

static void
on_preview(void *owner, const struct hs_http_request *request)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	if (arena)
		answer(owner, request, arena);
	else
		refuse(request, 503, "no_memory", "out of memory, ask again");
	hs_arena_destroy(arena);
}

static const struct hs_http_route routes[] = {
	{ "POST", "/v1/preview", BODY_MAX_BYTES, on_preview },
};

enum hs_err
hs_telecom_preview_open(
	const struct hs_telecom_preview_options *options, struct hs_telecom_preview **out)
{
	const struct hs_telecom_settings *settings = options->shared->settings;
	char address[64];
	struct hs_http_options http;
	*out = NULL;
	if (settings->preview_listen[0] == '\0')
		return HS_OK;
	struct hs_telecom_preview *preview = calloc(1, sizeof(*preview));
	if (!preview)
		return HS_ERR_NOMEM;
	preview->options = *options;
	hs_http_options_init(&http);
	enum hs_err err =
		hs_listen_parse(settings->preview_listen, address, sizeof(address), &http.port);
	http.address = address;
	http.routes = routes;
	http.route_count = HS_COUNT(routes);
	http.owner = preview;
	http.connections_max = CONNECTIONS_MAX;
	if (err == HS_OK)
		err = hs_http_server_create(
			hs_adapter_loop(options->shared->adapter), &http, &preview->http);
	if (err != HS_OK) {
		hs_error("telecom.preview_not_opened", "listen=%s err=%s", settings->preview_listen,
			hs_err_name(err));
		free(preview);
		return err;
	}
	*out = preview;
	return HS_OK;
}

void
hs_telecom_preview_close(struct hs_telecom_preview *preview)
{
	if (preview)
		hs_http_server_stop(preview->http, STOP_GRACE_MS, free, preview);
}
