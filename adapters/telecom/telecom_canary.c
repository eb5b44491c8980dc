#include "adapters/telecom/telecom_canary.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/runtime/municipal.h"
#include "adapters/telecom/telecom_document.h"
#include "adapters/telecom/telecom_http.h"
#include "hub/base/check.h"
#include "schemas/json_text.h"

#define ENCODE_ARENA_BYTES (1u << 20)

/* One endpoint of one carrier. */
struct probe {
	struct hs_canary canary;
	struct hs_telecom_canaries *owner;
	const struct hs_carrier *carrier;
	struct hs_post post;
	char *body;
	char readback[1024 + HS_CANARY_TOKEN_SIZE];
};

struct hs_telecom_canaries {
	struct hs_post_client *client;
	const struct hs_telecom_settings *settings;
	struct probe (*probes)[HS_LANE_COUNT]; /* by carrier; a canary without outlet is none */
};

/* ---- the answer ---- */

static bool
is_echo(const struct probe *probe, const char *reply, char *why, size_t why_size)
{
	json_t *json = json_loads(reply, 0, NULL);
	const char *token = json_string_value(json_object_get(json, "canary"));
	const char *carrier = json_string_value(json_object_get(json, "carrier"));
	bool good = token && strcmp(token, probe->canary.token) == 0;

	if (!good)
		snprintf(why, why_size,
			"accepted without giving the canary back: is it the endpoint for mails? "
			"canary: false if the carrier knows none");
	else if (!carrier || strcmp(carrier, probe->carrier->name) != 0)
		snprintf(why, why_size, "the endpoint is that of %.40s: check endpoint and name",
			carrier ? carrier : "nobody");
	good = good && carrier && strcmp(carrier, probe->carrier->name) == 0;
	json_decref(json);
	return good;
}

static bool
status_good(long status, const char *error, const char *what, char *why, size_t why_size)
{
	if (status >= 200 && status < 300)
		return true;
	if (status == 0)
		snprintf(why, why_size, "%s: %s", what, error);
	else
		snprintf(why, why_size, "%s: HTTP %ld, check endpoint, name and credentials", what,
			status);
	return false;
}

static void
on_read_back(struct hs_post *post, long status, const char *error, const char *reply)
{
	struct probe *probe = HS_CONTAINER_OF(post, struct probe, post);
	char why[HS_CANARY_WHY];
	bool good = status_good(status, error, "not read back", why, sizeof(why));

	if (good && strstr(reply, probe->canary.token) == NULL) {
		snprintf(why, sizeof(why),
			"accepted, but not there when it was read back: the carrier dropped it");
		good = false;
	}
	hs_canary_done(&probe->canary, good, why);
}

static void
post_start(struct probe *probe)
{
	if (hs_post_start(probe->owner->client, &probe->post) != HS_OK)
		hs_canary_done(&probe->canary, false,
			"the endpoint of this carrier is not a usable http or https address");
}

static void
on_posted(struct hs_post *post, long status, const char *error, const char *reply)
{
	struct probe *probe = HS_CONTAINER_OF(post, struct probe, post);
	char why[HS_CANARY_WHY];
	bool good = status_good(status, error, "the carrier did not take it", why, sizeof(why)) &&
		    is_echo(probe, reply, why, sizeof(why));

	if (!good || probe->carrier->canary_readback[0] == '\0') {
		hs_canary_done(&probe->canary, good, why);
		return;
	}
	snprintf(probe->readback, sizeof(probe->readback), "%s%s", probe->carrier->canary_readback,
		probe->canary.token);
	probe->post = (struct hs_post){
		.url = probe->readback,
		.idempotency_key = probe->canary.token,
		.timeout_ms = post->timeout_ms,
		.done = on_read_back,
	};
	post_start(probe);
}

/* ---- a try ---- */

/* Everything that an order goes through before it is posted. "" when it went, else why not. */
static void
encode(const struct probe *probe, char *why, size_t why_size)
{
	struct hs_arena *arena = hs_arena_create(ENCODE_ARENA_BYTES);
	const hs_notice *notice = arena ? hs_canary_notice(arena) : NULL;
	struct hs_mail_limits limits = hs_carrier_limits(probe->carrier);
	struct hs_adapter_item item = { .notice = notice, .epoch = "" };
	struct hs_municipal *municipals = NULL;
	struct hs_mail mail = { .why = "" };
	size_t count = 0;
	enum hs_err err =
		notice ? hs_municipal_split(arena, 0, notice, NULL, false, &municipals, &count)
		       : HS_ERR_NOMEM;

	if (err == HS_OK)
		err = hs_mail_encode(arena, notice, &municipals[0], &limits, &mail);
	struct hs_telecom_document out = { .item = &item,
		.carrier = probe->carrier->name,
		.area_code = "",
		.area_name = "",
		.mail = &mail };
	const char *text = err == HS_OK ? hs_telecom_cb_text(arena, &mail, &out.replaced) : NULL;
	if (text && hs_cb_encode(text, &out.pages, NULL) != HS_OK)
		out.pages.count = 0;
	char *document = text ? hs_telecom_document_write(&out) : NULL;
	snprintf(why, why_size, "%s",
		document ? ""
			 : "an order cannot be encoded within the limits of this carrier: check "
			   "title_max, body_max and forbid_*");
	free(document);
	hs_arena_destroy(arena);
}

/* No longer than a mail has to this carrier. */
static int64_t
post_ms(const struct probe *probe)
{
	int64_t whole_ms = probe->owner->settings->common.canary.timeout_ms;
	int64_t mail_ms = probe->carrier->attempt_timeout_ms;
	return mail_ms > 0 && mail_ms < whole_ms ? mail_ms : whole_ms;
}

static void
probe_start(struct hs_canary *canary)
{
	struct probe *probe = HS_CONTAINER_OF(canary, struct probe, canary);
	bool live = canary->lane == HS_LANE_LIVE;
	char why[HS_CANARY_WHY];

	encode(probe, why, sizeof(why));
	free(probe->body);
	json_t *json = json_pack("{s:s,s:s,s:s}", "canary", canary->token, "carrier",
		probe->carrier->name, "mode", live ? "live" : "drill");
	probe->body = hs_json_dump(json);
	json_decref(json);
	if (!probe->body || why[0] != '\0') {
		hs_canary_done(canary, false, probe->body ? why : "out of memory");
		return;
	}
	probe->post = (struct hs_post){
		.url = live ? probe->carrier->live_endpoint : probe->carrier->drill_endpoint,
		.idempotency_key = canary->token,
		.body = probe->body,
		.body_len_bytes = strlen(probe->body),
		.timeout_ms = post_ms(probe),
		.done = on_posted,
	};
	post_start(probe);
}

static void
probe_abort(struct hs_canary *canary)
{
	hs_post_cancel(&HS_CONTAINER_OF(canary, struct probe, canary)->post);
}

/* ---- life ---- */

static bool
lane_serves(const struct hs_adapter_settings *common, const struct hs_carrier *carrier, size_t lane)
{
	if (lane == HS_LANE_LIVE)
		return common->live_url[0] != '\0' && carrier->live_endpoint[0] != '\0';
	return common->drill && common->drill_url[0] != '\0' && carrier->drill_endpoint[0] != '\0';
}

static void
probe_init(struct hs_telecom_canaries *canaries, struct hs_adapter *adapter, size_t i, size_t lane)
{
	const struct hs_carrier *carriers = canaries->settings->carriers.items;
	struct probe *probe = &canaries->probes[i][lane];

	if (!lane_serves(&canaries->settings->common, &carriers[i], lane))
		return;
	probe->owner = canaries;
	probe->carrier = &carriers[i];
	probe->canary = (struct hs_canary){
		.outlet = carriers[i].name,
		.lane = (int)lane,
		.start = carriers[i].canary ? probe_start : NULL,
		.abort = probe_abort,
	};
	hs_canary_add(adapter, &probe->canary);
}

enum hs_err
hs_telecom_canaries_create(struct hs_adapter *adapter, const struct hs_telecom_settings *settings,
	struct hs_telecom_canaries **out)
{
	/* Each endpoint has one try at a time: no further limit, or one that hangs would hold up its neighbours. */
	const struct hs_post_options options = { settings->http_ca, settings->http_proxy, 0 };
	struct hs_telecom_canaries *canaries = calloc(1, sizeof(*canaries));
	enum hs_err err = HS_ERR_NOMEM;

	if (canaries) {
		canaries->settings = settings;
		canaries->probes = calloc(settings->carriers.count + 1, sizeof(*canaries->probes));
	}
	if (canaries && canaries->probes)
		err = hs_post_client_create(hs_adapter_loop(adapter), &options, &canaries->client);
	if (err != HS_OK) {
		hs_telecom_canaries_destroy(canaries);
		return err;
	}
	for (size_t i = 0; i < settings->carriers.count; i++)
		for (size_t lane = 0; lane < HS_LANE_COUNT; lane++)
			probe_init(canaries, adapter, i, lane);
	*out = canaries;
	return HS_OK;
}

void
hs_telecom_canaries_destroy(struct hs_telecom_canaries *canaries)
{
	if (!canaries)
		return;
	for (size_t i = 0; canaries->probes && i < canaries->settings->carriers.count; i++)
		for (size_t lane = 0; lane < HS_LANE_COUNT; lane++)
			free(canaries->probes[i][lane].body);
	hs_post_client_close(canaries->client);
	free(canaries->probes);
	free(canaries);
}

const struct hs_canary *
hs_telecom_canary_of(
	const struct hs_telecom_canaries *canaries, size_t carrier, enum hs_adapter_lane lane)
{
	const struct hs_canary *canary = canaries ? &canaries->probes[carrier][lane].canary : NULL;

	return canary && canary->outlet ? canary : NULL;
}
