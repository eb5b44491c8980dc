#include "adapters/jalert/receiver_canary.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/jalert/plan_file.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/hash.h"
#include "hub/base/log.h"
#include "hub/base/plain.h"
#include "schemas/notice.h"

#define PATH_BYTES 4400
#define US_PER_S   1000000
#define JST_MIN	   540
#define SUBMIT	   "/v1/submissions"

#define REPLY_MAX_BYTES 4096u

static const char mark[] = "canary-", end[] = ".json";
static const char *const words[] = { "unproven", "proven", "failed" };

bool
hs_receiver_canary_is(const char *name)
{
	return strncmp(name, mark, sizeof(mark) - 1) == 0;
}

bool
hs_receiver_canary_url(const char *gate_url, char *out, size_t size)
{
	size_t len = strlen(gate_url), tail = strlen(SUBMIT);

	if (len < tail || strcmp(gate_url + len - tail, SUBMIT) != 0)
		return false;
	return snprintf(out, size, "%.*s/v1/canary", (int)(len - tail), gate_url) < (int)size;
}

bool
hs_receiver_canary_back(const char *name, const char *reply)
{
	json_t *json = json_loads(reply, 0, NULL);
	const char *token = json_string_value(json_object_get(json, "canary"));
	size_t len = strlen(name) - strlen(end);
	bool back = token && strlen(token) == len && strncmp(token, name, len) == 0;

	json_decref(json);
	return back;
}

void
hs_receiver_canary_open(struct hs_receiver_canary *canary,
	const struct hs_receiver_settings *settings, uv_loop_t *loop)
{
	*canary = (struct hs_receiver_canary){ .settings = settings,
		.start_mono_us = hs_clock_mono_us(),
		.alarms = { .loop = loop,
			.command = settings->canary.alarm_command,
			.timeout_ms = settings->canary.alarm_timeout_ms,
			.process = "receiver",
			HS_ALARM_COMMAND_EVENTS("receiver") } };
	snprintf(canary->why, sizeof(canary->why), "%s",
		settings->canary.period_ms > 0 ? "no canary has come back yet"
					       : "no canary: canary_ms is 0");
}

static void
file_remove(const struct hs_receiver_canary *canary)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%.4000s/%s", canary->settings->spool_dir, canary->name);
	(void)unlink(path);
}

static void
forget(struct hs_receiver_canary *canary)
{
	file_remove(canary);
	canary->name[0] = '\0';
	canary->back = false;
}

static void
knock_forget(struct hs_receiver_knock *knock)
{
	free(knock->text);
	knock->text = NULL;
}

void
hs_receiver_canary_close(struct hs_receiver_canary *canary)
{
	if (canary->name[0] != '\0')
		forget(canary);
	if (!canary->knock.under_way)
		knock_forget(&canary->knock);
	hs_alarm_command_stop(&canary->alarms);
	canary->alarms.command = NULL;
}

static void
alarm_run(struct hs_receiver_canary *canary, const char *what)
{
	const struct hs_alarm_said said = { what, "all", "hub", canary->why };

	(void)hs_alarm_command_run(&canary->alarms, &said);
}

static void
failed(struct hs_receiver_canary *canary)
{
	forget(canary);
	if (canary->state == HS_RECEIVER_FAILED)
		return;
	canary->state = HS_RECEIVER_FAILED;
	canary->alarm_count++;
	hs_error("receiver.canary_alarm", "proven=%s reason=\"%s\"",
		canary->proven_mono_us ? "before" : "never", canary->why);
	alarm_run(canary, "alarm");
}

static void
proven(struct hs_receiver_canary *canary)
{
	enum hs_receiver_proof before = canary->state;

	forget(canary);
	canary->state = HS_RECEIVER_PROVEN;
	canary->proven_mono_us = hs_clock_mono_us();
	canary->proofs++;
	canary->why[0] = '\0';
	if (before == HS_RECEIVER_FAILED) {
		hs_warn("receiver.canary_alarm_over", "proofs=%" PRIu64, canary->proofs);
		alarm_run(canary, "over");
	} else if (before == HS_RECEIVER_UNPROVEN) {
		hs_info("receiver.proven", "proofs=%" PRIu64, canary->proofs);
	}
}

/* The place of the message does not exist, and its status lets it out nowhere. The caller frees it. NULL: no memory. */
static char *
message_of(const char *token)
{
	char sent[HS_RFC3339_SIZE];

	/* CAP has whole seconds. */
	hs_rfc3339_format(hs_clock_unix_us() / US_PER_S * US_PER_S, JST_MIN, sent);
	json_t *json = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:[s]}", "kind", "other", "action",
		"alert", "event", token, "id", token, "sent", sent, "status", "Test", "areas",
		"990019");
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return text;
}

/* ---- the door ---- */

static bool
has_form(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);
	const char *id = json_string_value(json_object_get(json, "id"));
	const char *status = json_string_value(json_object_get(json, "status"));
	bool has = id && status && hs_receiver_canary_is(id) && strcmp(status, "Test") == 0;

	json_decref(json);
	return has;
}

enum hs_receiver_whose
hs_receiver_canary_whose(const struct hs_receiver_canary *canary, const char *text)
{
	const struct hs_receiver_knock *knock = &canary->knock;

	if (knock->text && !hs_receiver_canary_over(canary, knock->name) &&
		strcmp(knock->text, text) == 0)
		return HS_RECEIVER_OWN;
	return has_form(text) ? HS_RECEIVER_FOREIGN : HS_RECEIVER_TELEGRAM;
}

/* Back from the hub, and its sender was told that the door took it: one without the other proves half of the way. */
static void
prove(struct hs_receiver_canary *canary)
{
	bool door = canary->settings->listen[0] != '\0';

	if (canary->back && (!door || canary->knock.taken))
		proven(canary);
}

static void
knock_run(struct hs_pool_job *job)
{
	struct hs_receiver_knock *knock = HS_CONTAINER_OF(job, struct hs_receiver_knock, job);

	knock->post.curl = curl_easy_init();
	if (knock->post.curl)
		hs_receiver_post(&knock->post);
	curl_easy_cleanup(knock->post.curl);
}

static void
knock_done(struct hs_pool_job *job)
{
	struct hs_receiver_knock *knock = HS_CONTAINER_OF(job, struct hs_receiver_knock, job);
	struct hs_receiver_canary *canary =
		HS_CONTAINER_OF(knock, struct hs_receiver_canary, knock);
	char why[HS_RECEIVER_CANARY_WHY];

	knock->under_way = false;
	hs_buf_free(&knock->post.reply);
	if (canary->name[0] == '\0') {
		knock_forget(knock);
		return;
	}
	knock->taken = knock->post.status == 202;
	knock->failed = !knock->taken;
	if (knock->taken) {
		prove(canary);
		return;
	}
	knock->due_mono_us = hs_clock_mono_us() + knock->pause_ms * 1000;
	knock->pause_ms *= 2;
	if (knock->pause_ms > canary->settings->retry_max_ms)
		knock->pause_ms = canary->settings->retry_max_ms;
	snprintf(why, sizeof(why), "the door does not take it at listen_url: HTTP %ld %.100s",
		knock->post.status,
		knock->post.status == 409 ? "it is the door of another bridge" : knock->post.why);
	hs_receiver_canary_told(canary, knock->name, false, why);
}

static void
knock_begin(struct hs_receiver_canary *canary)
{
	struct hs_receiver_knock *knock = &canary->knock;

	knock->job = (struct hs_pool_job){ .run = knock_run, .done = knock_done };
	knock->post = (struct hs_receiver_post){ .settings = canary->settings,
		.url = canary->settings->listen_url,
		.token = knock->token,
		.body = knock->text,
		.body_len_bytes = strlen(knock->text),
		.content_type = "application/json",
		.key = knock->name };
	hs_buf_init(&knock->post.reply, REPLY_MAX_BYTES);
	knock->failed = false;
	knock->under_way = true;
	hs_pool_run(canary->pool, &knock->job);
}

/* false: *why is set. */
static bool
send_message(struct hs_receiver_canary *canary, const char *token)
{
	const struct hs_receiver_settings *settings = canary->settings;
	struct hs_receiver_knock *knock = &canary->knock;
	bool door = settings->listen[0] != '\0';

	knock_forget(knock);
	knock->text = message_of(token);
	knock->taken = false;
	knock->pause_ms = settings->retry_first_ms;
	snprintf(knock->name, sizeof(knock->name), "%s", canary->name);
	if (!door && knock->text &&
		hs_plan_file_write(settings->spool_dir, canary->name, knock->text) == HS_OK)
		return true;
	if (door && knock->text &&
		hs_receiver_token(
			settings->listen_token_file, knock->token, sizeof(knock->token)) == HS_OK) {
		knock_begin(canary);
		return true;
	}
	snprintf(canary->why, sizeof(canary->why), "%s",
		door ? "listen_token_file cannot be read"
		     : "spool_dir cannot be written: check the folder, its permissions and the "
		       "disk");
	return false;
}

/* ---- its times ---- */

static void
begin(struct hs_receiver_canary *canary, int64_t now_mono_us)
{
	uint8_t random[16];
	char hex[2 * sizeof(random) + 1], token[48];

	hs_random(random, sizeof(random));
	hs_hex(random, sizeof(random), hex);
	snprintf(token, sizeof(token), "%s%s", mark, hex);
	snprintf(canary->name, sizeof(canary->name), "%s%s", token, end);
	canary->due_mono_us = now_mono_us + canary->settings->canary.period_ms * 1000;
	canary->end_mono_us = now_mono_us + canary->settings->canary.timeout_ms * 1000;
	if (!send_message(canary, token))
		failed(canary);
}

void
hs_receiver_canary_tick(struct hs_receiver_canary *canary)
{
	int64_t now_mono_us = hs_clock_mono_us();

	if (canary->name[0] != '\0' && now_mono_us >= canary->end_mono_us) {
		if (canary->why[0] == '\0')
			snprintf(canary->why, sizeof(canary->why), "no answer in time");
		failed(canary);
	}
	if (canary->knock.under_way)
		return;
	if (canary->name[0] != '\0' && canary->knock.failed &&
		now_mono_us >= canary->knock.due_mono_us)
		knock_begin(canary);
	if (canary->settings->canary.period_ms > 0 && canary->name[0] == '\0' &&
		now_mono_us >= canary->due_mono_us)
		begin(canary, now_mono_us);
}

bool
hs_receiver_canary_over(const struct hs_receiver_canary *canary, const char *name)
{
	return strcmp(canary->name, name) != 0;
}

void
hs_receiver_canary_told(
	struct hs_receiver_canary *canary, const char *name, bool back, const char *why)
{
	if (hs_receiver_canary_over(canary, name))
		return;
	if (!back) {
		hs_plain_copy(canary->why, sizeof(canary->why), why);
		return;
	}
	file_remove(canary);
	canary->back = true;
	prove(canary);
}

static int64_t
age_ms(const struct hs_receiver_canary *canary)
{
	int64_t since = canary->proven_mono_us ? canary->proven_mono_us : canary->start_mono_us;

	return (hs_clock_mono_us() - since) / 1000;
}

void
hs_receiver_canary_metrics(const struct hs_receiver_canary *canary, struct hs_buf *out)
{
	hs_buf_printf(out,
		"hansho_receiver_proof_age_seconds %.3f\nhansho_receiver_proven %d\n"
		"hansho_receiver_canary_alarm %d\nhansho_receiver_proofs_total %" PRIu64 "\n"
		"hansho_receiver_canary_alarms_total %" PRIu64 "\n",
		(double)age_ms(canary) / 1e3, canary->state == HS_RECEIVER_PROVEN,
		canary->state == HS_RECEIVER_FAILED, canary->proofs, canary->alarm_count);
}

void
hs_receiver_canary_status(const struct hs_receiver_canary *canary, struct hs_buf *out)
{
	hs_buf_printf(out, "\"proof\":\"%s\",\"proof_age_ms\":%" PRId64 ",\"detail\":\"%s\"",
		words[canary->state], age_ms(canary), canary->why);
}
