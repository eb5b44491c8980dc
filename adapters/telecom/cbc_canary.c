#include "adapters/telecom/cbc_canary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/runtime/municipal.h"
#include "adapters/telecom/cbc_rest.h"
#include "adapters/telecom/cbc_words.h"
#include "hub/base/check.h"

#define ENCODE_ARENA_BYTES (1u << 20)
#define TEST_ID		   4380 /* required monthly test: where the table has none for drills */
#define SERIAL		   0x4000
/* One octet more than a page has, as hexadecimal digits. */
#define TOO_LONG_DIGITS	   ((size_t)2 * (HS_CB_PAGE_BYTES + 1))

struct probe {
	struct hs_canary canary;
	struct hs_cbc_canaries *owner;
	const char *base;
	struct hs_post post;
	char url[HS_CBC_URL_SIZE];
	char *body;
};

struct hs_cbc_canaries {
	const struct hs_cbc *cbc;
	struct hs_post_client *client;
	int64_t timeout_ms;
	struct probe probes[HS_LANE_COUNT]; /* one without outlet is none */
};

static void
request(struct probe *probe, const char *method,
	void (*done)(struct hs_post *post, long status, const char *error, const char *reply))
{
	probe->post = (struct hs_post){
		.url = probe->url,
		.method = method,
		.body = method ? NULL : probe->body,
		.body_len_bytes = method ? 0 : strlen(probe->body),
		.timeout_ms = probe->owner->timeout_ms,
		.done = done,
	};
	if (hs_post_start(probe->owner->client, &probe->post) != HS_OK)
		hs_canary_done(&probe->canary, false,
			"the address of this centre is not a usable http or https address");
}

/* An empty message; fault: with a page that must be refused. */
static void
post(struct probe *probe, uint16_t message_id, const char *fault,
	void (*done)(struct hs_post *post, long status, const char *error, const char *reply))
{
	struct hs_cb_pages pages;
	bool encoded = hs_cb_encode("\r", &pages, NULL) == HS_OK;
	const struct hs_cbc_message message = {
		.cbc = probe->owner->cbc,
		.message_id = message_id,
		.serial_nr = SERIAL,
		.pages = &pages,
		.fault = fault,
	};
	free(probe->body);
	probe->body = encoded ? hs_cbc_rest_message(&message) : NULL;
	if (!probe->body) {
		hs_canary_done(&probe->canary, false, "out of memory");
		return;
	}
	hs_cbc_rest_post_url(probe->url, probe->base);
	request(probe, NULL, done);
}

static void
fail(struct probe *probe, const char *what, long status, const char *error, const char *reply)
{
	char why[HS_CANARY_WHY];
	if (status == 0)
		snprintf(why, sizeof(why), "%s: %s", what, error);
	else
		snprintf(why, sizeof(why), "%s: HTTP %ld %.60s", what, status, reply);
	hs_canary_done(&probe->canary, false, why);
}

/* ---- the message under the identifier for canaries ---- */

static void
on_deleted(struct hs_post *post_, long status, const char *error, const char *reply)
{
	struct probe *probe = HS_CONTAINER_OF(post_, struct probe, post);
	if (status == 200)
		hs_canary_done(&probe->canary, true, "");
	else
		fail(probe, "the canary was not deleted", status, error, reply);
}

static void
on_cleared(struct hs_post *post_, long status, const char *error, const char *reply)
{
	struct probe *probe = HS_CONTAINER_OF(post_, struct probe, post);
	if (status == 200 || status == 404)
		hs_canary_done(
			&probe->canary, false, "a canary of before still stood, now deleted");
	else
		fail(probe, "a canary of before still stands", status, error, reply);
}

static void
on_canary(struct hs_post *post_, long status, const char *error, const char *reply)
{
	struct probe *probe = HS_CONTAINER_OF(post_, struct probe, post);
	enum hs_cbc_answer answer = hs_cbc_rest_posted(status);
	hs_cbc_rest_delete_url(
		probe->url, probe->base, hs_cbc_id_of(probe->owner->cbc, HS_CBC_CANARY, false));
	if (answer == HS_CBC_CREATED)
		request(probe, "DELETE", on_deleted);
	else if (answer == HS_CBC_TAKEN)
		request(probe, "DELETE", on_cleared);
	else if (answer == HS_CBC_NOBODY)
		hs_canary_done(&probe->canary, false,
			"nobody reached: no BSC or MME is connected to this centre");
	else
		fail(probe, "the centre did not take the canary", status, error, reply);
}

/* ---- the door ---- */

/* Where both lanes go to one centre, only one of them has the place of the canary there. */
static bool
is_second(const struct probe *probe)
{
	const struct probe *first = &probe->owner->probes[HS_LANE_LIVE];
	return probe != first && first->base[0] != '\0' && strcmp(first->base, probe->base) == 0;
}

static void
on_refused(struct hs_post *post_, long status, const char *error, const char *reply)
{
	struct probe *probe = HS_CONTAINER_OF(post_, struct probe, post);
	uint16_t canary_id = hs_cbc_id_of(probe->owner->cbc, HS_CBC_CANARY, false);
	if (status == 404)
		fail(probe, "nothing there, its url must end with /api/ecbe/v1", status, error, "");
	else if (status >= 200 && status < 300)
		fail(probe, "took what must be refused, is it a cell broadcast centre?", status,
			error, "");
	else if (status != 400)
		fail(probe, "the centre cannot be reached, check its url", status, error, reply);
	else if (!strstr(reply, "page"))
		fail(probe, "refuses our messages, check cbe_name, category, repetition_period",
			status, error, reply);
	else if (canary_id == 0 || is_second(probe))
		hs_canary_done(&probe->canary, true, "");
	else
		post(probe, canary_id, NULL, on_canary);
}

/* ---- what an order goes through before it is posted ---- */

static bool
encodes(const struct hs_cbc *cbc, struct hs_arena *arena, const hs_notice *notice,
	const struct hs_municipal *municipal, enum hs_cbc_language language)
{
	struct hs_cbc_words words;
	struct hs_cb_pages pages;
	size_t left_out, room = hs_cbc_room(cbc->pages_max, (int)notice->mode, language);
	if (hs_cbc_words(arena, notice, municipal, language, room, &words) != HS_OK)
		return false;
	const char *text =
		hs_cbc_compose(arena, &words, 1, (int)notice->mode, language, room, &left_out);
	return text && hs_cb_encode(text, &pages, NULL) == HS_OK &&
	       pages.count <= (size_t)cbc->pages_max;
}

static bool
encode(const struct hs_cbc *cbc)
{
	struct hs_arena *arena = hs_arena_create(ENCODE_ARENA_BYTES);
	const hs_notice *notice = arena ? hs_canary_notice(arena) : NULL;
	struct hs_municipal *municipals = NULL;
	size_t count = 0;
	bool good = notice &&
		    hs_municipal_split(arena, 0, notice, NULL, false, &municipals, &count) == HS_OK;
	good = good && encodes(cbc, arena, notice, &municipals[0], HS_CBC_JA);
	if (good && cbc->second_language != HS_CBC_JA)
		good = encodes(cbc, arena, notice, &municipals[0],
			(enum hs_cbc_language)cbc->second_language);
	hs_arena_destroy(arena);
	return good;
}

static void
probe_start(struct hs_canary *canary)
{
	struct probe *probe = HS_CONTAINER_OF(canary, struct probe, canary);
	const struct hs_cbc *cbc = probe->owner->cbc;
	uint16_t id = hs_cbc_id_of(cbc, HS_CBC_CANARY, false);
	if (!encode(cbc)) {
		hs_canary_done(canary, false,
			"an order does not fit into the pages of this centre: check pages_max");
		return;
	}
	char too_long[TOO_LONG_DIGITS + 1];
	memset(too_long, '0', TOO_LONG_DIGITS);
	too_long[TOO_LONG_DIGITS] = '\0';
	if (id == 0)
		id = hs_cbc_id_of(cbc, HS_CBC_DRILL, false);
	post(probe, id != 0 ? id : TEST_ID, too_long, on_refused);
}

static void
probe_abort(struct hs_canary *canary)
{
	hs_post_cancel(&HS_CONTAINER_OF(canary, struct probe, canary)->post);
}

/* ---- life ---- */

static const char *
base_of(const struct hs_adapter_settings *common, const struct hs_cbc *cbc, size_t lane)
{
	if (lane == HS_LANE_LIVE)
		return common->live_url[0] != '\0' ? cbc->live_url : "";
	return common->drill && common->drill_url[0] != '\0' ? cbc->drill_url : "";
}

enum hs_err
hs_cbc_canaries_create(struct hs_adapter *adapter, const struct hs_adapter_settings *common,
	const struct hs_cbc *cbc, const struct hs_post_options *http, struct hs_cbc_canaries **out)
{
	struct hs_cbc_canaries *canaries = calloc(1, sizeof(*canaries));
	if (!canaries)
		return HS_ERR_NOMEM;
	canaries->cbc = cbc;
	canaries->timeout_ms = common->canary.timeout_ms < cbc->times.post_timeout_ms
				       ? common->canary.timeout_ms
				       : cbc->times.post_timeout_ms;
	enum hs_err err = hs_post_client_create(hs_adapter_loop(adapter), http, &canaries->client);
	if (err != HS_OK) {
		free(canaries);
		return err;
	}
	for (size_t lane = 0; lane < HS_LANE_COUNT; lane++) {
		struct probe *probe = &canaries->probes[lane];
		probe->owner = canaries;
		probe->base = base_of(common, cbc, lane);
		if (probe->base[0] == '\0')
			continue;
		probe->canary = (struct hs_canary){
			.outlet = cbc->name,
			.lane = (int)lane,
			.start = cbc->canary ? probe_start : NULL,
			.abort = probe_abort,
		};
		hs_canary_add(adapter, &probe->canary);
	}
	*out = canaries;
	return HS_OK;
}

void
hs_cbc_canaries_destroy(struct hs_cbc_canaries *canaries)
{
	if (!canaries)
		return;
	for (size_t lane = 0; lane < HS_LANE_COUNT; lane++)
		free(canaries->probes[lane].body);
	hs_post_client_close(canaries->client);
	free(canaries);
}

const struct hs_canary *
hs_cbc_canary_of(const struct hs_cbc_canaries *canaries, enum hs_adapter_lane lane)
{
	const struct hs_canary *canary = canaries ? &canaries->probes[lane].canary : NULL;
	return canary && canary->outlet ? canary : NULL;
}
