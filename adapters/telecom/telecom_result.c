#include "adapters/telecom/telecom_result.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/hash.h"
#include "hub/base/log.h"
#include "schemas/notice.h"

#define TICK_MS	       200
#define FIRST_MS       500
#define PAUSE_MAX_MS   30000
#define ASK_TIMEOUT_MS 10000
#define REASON_SIZE    200

struct hs_telecom_result {
	struct hs_telecom_result *next;
	struct hs_telecom_results *owner;
	enum hs_adapter_lane lane;
	uint64_t seq;
	char *epoch, *outlet, *url;
	struct hs_post post;
	bool asking;
	uint32_t times;
	int64_t due_mono_us; /* 0 = not begun */
	int64_t end_mono_us, wait_us;
	bool again; /* of the past */
};

struct hs_telecom_results {
	struct hs_adapter *adapter;
	const struct hs_carrier *carrier;
	struct hs_post_client *client;
	struct hs_telecom_result *list; /* the newest first */
	size_t count;
	uv_timer_t timer;
};

enum hs_result_told
hs_telecom_result_read(long status, const char *reply, char *reason, size_t size)
{
	json_t *json = status == 200 ? json_loads(reply, 0, NULL) : NULL;
	const char *state = json_string_value(json_object_get(json, "state"));
	const char *why = json_string_value(json_object_get(json, "reason"));
	enum hs_result_told told = HS_RESULT_PENDING;
	if (state && strcmp(state, "broadcast") == 0)
		told = HS_RESULT_BROADCAST;
	else if (state && strcmp(state, "failed") == 0)
		told = HS_RESULT_FAILED;
	snprintf(reason, size, "%.*s", (int)size - 1, why ? why : "");
	hs_text_mend(reason);
	json_decref(json);
	return told;
}

static void
result_end(struct hs_telecom_result *result)
{
	struct hs_telecom_result **at = &result->owner->list;
	while (*at != result)
		at = &(*at)->next;
	*at = result->next;
	result->owner->count--;
	if (result->asking)
		hs_post_cancel(&result->post);
	free(result->epoch);
	free(result->outlet);
	free(result->url);
	free(result);
}

static void
result_give_up(struct hs_telecom_result *result, const char *why)
{
	char detail[REASON_SIZE];
	hs_warn("telecom.result_unknown", "outlet=%s seq=%llu reason=\"%s\"", result->outlet,
		(unsigned long long)result->seq, why);
	snprintf(detail, sizeof(detail), "the carrier took it; whether it was broadcast: %s", why);
	if (!result->again)
		hs_adapter_report(result->owner->adapter, result->lane, result->epoch, result->seq,
			result->outlet, HS_RECEIPT(ACCEPTED), detail);
	result_end(result);
}

static void
on_answer(struct hs_post *post, long status, const char *error, const char *reply)
{
	struct hs_telecom_result *result = HS_CONTAINER_OF(post, struct hs_telecom_result, post);
	char reason[REASON_SIZE], detail[REASON_SIZE + 40];
	uint32_t random;
	(void)error;
	result->asking = false;
	enum hs_result_told told = hs_telecom_result_read(status, reply, reason, sizeof(reason));
	if (told == HS_RESULT_PENDING) {
		hs_random(&random, sizeof(random));
		result->due_mono_us =
			hs_clock_mono_us() +
			hs_backoff_ms(result->times + 1, FIRST_MS, PAUSE_MAX_MS, random) * 1000;
		return;
	}
	bool good = told == HS_RESULT_BROADCAST;
	snprintf(detail, sizeof(detail), "%s%s",
		good ? "the carrier says that it was broadcast"
		     : "the carrier could not broadcast it: ",
		good ? "" : reason);
	hs_adapter_report(result->owner->adapter, result->lane, result->epoch, result->seq,
		result->outlet, good ? HS_RECEIPT(DISPLAYED) : HS_RECEIPT(FAILED), detail);
	result_end(result);
}

static void
ask(struct hs_telecom_result *result)
{
	result->times++;
	result->asking = true;
	result->post = (struct hs_post){
		.url = result->url, .timeout_ms = ASK_TIMEOUT_MS, .done = on_answer
	};
	if (hs_post_start(result->owner->client, &result->post) != HS_OK) {
		result->asking = false;
		result_give_up(result, "result_url is not usable");
	}
}

static void
on_tick(uv_timer_t *timer)
{
	struct hs_telecom_results *results = timer->data;
	int64_t now_mono_us = hs_clock_mono_us();
	for (struct hs_telecom_result *result = results->list, *next; result; result = next) {
		next = result->next;
		if (result->asking || result->due_mono_us == 0)
			continue;
		if (now_mono_us >= result->end_mono_us)
			result_give_up(result, "not told within result_wait_ms");
		else if (now_mono_us >= result->due_mono_us)
			ask(result);
	}
}

static struct hs_telecom_result *
result_new(const struct hs_telecom_results *results, const struct hs_telecom_result_of *of)
{
	struct hs_telecom_result *result = calloc(1, sizeof(*result));
	if (!result)
		return NULL;
	size_t url_bytes = strlen(results->carrier->result_url) + strlen(of->key) + 1;
	result->epoch = strdup(of->epoch);
	result->outlet = strdup(of->outlet);
	result->url = malloc(url_bytes);
	if (!result->epoch || !result->outlet || !result->url) {
		free(result->epoch);
		free(result->outlet);
		free(result->url);
		free(result);
		return NULL;
	}
	snprintf(result->url, url_bytes, "%s%s", results->carrier->result_url, of->key);
	result->lane = of->lane;
	result->seq = of->seq;
	return result;
}

/* NULL: none. */
static struct hs_telecom_result *
result_of(const struct hs_telecom_results *results, const struct hs_telecom_result_of *of)
{
	struct hs_telecom_result *result = results->list;
	while (result && (result->seq != of->seq || result->lane != of->lane ||
				 strcmp(result->outlet, of->outlet) != 0 ||
				 strcmp(result->epoch, of->epoch) != 0))
		result = result->next;
	return result;
}

static void
give_up_oldest(struct hs_telecom_results *results)
{
	struct hs_telecom_result *oldest = results->list;
	while (oldest->next)
		oldest = oldest->next;
	result_give_up(oldest, "too many results are asked for");
}

/* How long it is still asked for. */
static int64_t
wait_us(const struct hs_carrier *carrier, int64_t since_unix_us)
{
	int64_t gone_us = since_unix_us > 0 ? hs_clock_unix_us() - since_unix_us : 0;
	return carrier->result_wait_ms * 1000 - (gone_us > 0 ? gone_us : 0);
}

struct hs_telecom_result *
hs_telecom_results_expect(struct hs_telecom_results *results, const struct hs_telecom_result_of *of)
{
	int64_t left_us = results ? wait_us(results->carrier, of->since_unix_us) : 0;
	struct hs_telecom_result *result = left_us > 0 ? result_new(results, of) : NULL;
	if (!result)
		return NULL;
	struct hs_telecom_result *earlier = result_of(results, of);
	if (earlier)
		result_end(earlier);
	result->owner = results;
	result->wait_us = left_us;
	result->again = of->since_unix_us > 0;
	result->next = results->list;
	results->list = result;
	if (++results->count > HS_RESULTS_MAX)
		give_up_oldest(results);
	return result;
}

void
hs_telecom_results_begin(struct hs_telecom_result *result)
{
	if (!result)
		return;
	result->due_mono_us = hs_clock_mono_us() + INT64_C(1000) * FIRST_MS;
	result->end_mono_us = hs_clock_mono_us() + result->wait_us;
}

enum hs_err
hs_telecom_results_open(struct hs_adapter *adapter, const struct hs_carrier *carrier,
	const struct hs_post_options *http, struct hs_telecom_results **out)
{
	uv_loop_t *loop = hs_adapter_loop(adapter);
	struct hs_telecom_results *results = calloc(1, sizeof(*results));
	if (!results)
		return HS_ERR_NOMEM;
	results->adapter = adapter;
	results->carrier = carrier;
	enum hs_err err = hs_post_client_create(loop, http, &results->client);
	if (err != HS_OK) {
		free(results);
		return err;
	}
	uv_timer_init(loop, &results->timer);
	results->timer.data = results;
	uv_timer_start(&results->timer, on_tick, TICK_MS, TICK_MS);
	*out = results;
	return HS_OK;
}

static void
timer_gone(uv_handle_t *handle)
{
	free(handle->data);
}

void
hs_telecom_results_close(struct hs_telecom_results *results)
{
	if (!results)
		return;
	while (results->list)
		result_end(results->list);
	hs_post_client_close(results->client);
	uv_close((uv_handle_t *)&results->timer, timer_gone);
}
