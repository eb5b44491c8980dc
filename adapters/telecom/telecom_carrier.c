/* telecom_carrier.c: a mobile carrier that takes 緊急速報メール over HTTP as an outlet: one mail for each municipality.
 * telecom.h describes what is posted; telecom_result.h how the carrier tells what became of it. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/runtime/explain.h"
#include "adapters/telecom/cell_broadcast.h"
#include "adapters/telecom/telecom_answer.h"
#include "adapters/telecom/telecom_canary.h"
#include "adapters/telecom/telecom_document.h"
#include "adapters/telecom/telecom_encode.h"
#include "adapters/telecom/telecom_http.h"
#include "adapters/telecom/telecom_outlet.h"
#include "adapters/telecom/telecom_result.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"

#define OUTLET_SIZE 64
#define KEY_SIZE    256

/* One carrier; the lanes share no connection, nor do the carriers. */
struct carrier {
	struct hs_telecom_outlet outlet;
	const struct hs_carrier *settings;
	size_t index;
	struct hs_post_client *clients[HS_LANE_COUNT];
	struct hs_telecom_results *results;
};

/* One mail on its way to it. */
struct mail_delivery {
	struct hs_adapter_delivery delivery;
	struct hs_post post;
	struct carrier *carrier;
	char outlet[OUTLET_SIZE];
	char key[KEY_SIZE];
	char *document;
	char left_out[HS_MAIL_WHY]; /* told with its receipt */
	bool only_ends;		    /* it goes only to who may have what it ends */
	struct hs_posted posted;
	bool taken;
};

static struct carrier *
carrier_of(struct hs_telecom_outlet *outlet)
{
	return HS_CONTAINER_OF(outlet, struct carrier, outlet);
}

/* ---- a mail on its way ---- */

static void
mail_done(struct hs_post *post, long status, const char *error, const char *reply)
{
	struct mail_delivery *mail = HS_CONTAINER_OF(post, struct mail_delivery, post);
	const struct hs_adapter_item *item = mail->delivery.item;
	const struct hs_answer answer = { status, error, reply, post->left };
	char detail[HS_ANSWER_DETAIL + HS_MAIL_WHY];
	enum hs_attempt_result result = hs_answer_take(&answer, &mail->posted, detail);
	mail->taken = result == HS_ATTEMPT_ACCEPTED;
	if (mail->taken && mail->left_out[0] != '\0')
		snprintf(detail + strlen(detail), sizeof(detail) - strlen(detail), "; %s",
			mail->left_out);
	struct hs_telecom_result_of of = { item->lane, item->epoch, item->seq, mail->outlet,
		mail->key, 0 };
	/* The receipt ACCEPTED leaves first. */
	struct hs_telecom_result *asked =
		result == HS_ATTEMPT_ACCEPTED
			? hs_telecom_results_expect(mail->carrier->results, &of)
			: NULL;
	hs_adapter_attempt_done(&mail->delivery, result, detail);
	hs_telecom_results_begin(asked);
}

static void
mail_attempt(struct hs_adapter_delivery *delivery)
{
	struct mail_delivery *mail = HS_CONTAINER_OF(delivery, struct mail_delivery, delivery);
	struct hs_post_client *client = mail->carrier->clients[delivery->item->lane];
	const struct hs_telecom_missed *missed = &mail->carrier->outlet.shared->missed;
	if (mail->only_ends && hs_missed_is(missed, delivery->item->notice, mail->outlet)) {
		hs_adapter_attempt_done(delivery, HS_ATTEMPT_FILTERED, HS_MISSED_REASON);
		return;
	}
	enum hs_err err = hs_post_start(client, &mail->post);
	if (err != HS_OK)
		hs_adapter_attempt_done(delivery,
			err == HS_ERR_NOMEM ? HS_ATTEMPT_RETRY : HS_ATTEMPT_FAILED,
			"the endpoint of this carrier is not a usable http or https address");
}

static void
mail_abort(struct hs_adapter_delivery *delivery)
{
	struct mail_delivery *mail = HS_CONTAINER_OF(delivery, struct mail_delivery, delivery);
	hs_post_cancel(&mail->post);
	mail->posted.known = mail->posted.known || mail->post.left;
	mail->posted.perhaps = mail->posted.perhaps || mail->post.left;
}

/* Of what the process before may have posted it is not known. What only explains sends nothing, and misses nothing. */
static void
missed_note(
	struct hs_telecom_shared *shared, const struct hs_adapter_item *item, const char *outlet)
{
	if (!item->perhaps_before && !hs_adapter_is_dry(shared->adapter))
		hs_missed_note(&shared->missed, item->notice, outlet, false);
}

static void
mail_ended(struct hs_adapter_delivery *delivery)
{
	struct mail_delivery *mail = HS_CONTAINER_OF(delivery, struct mail_delivery, delivery);
	struct hs_telecom_shared *shared = mail->carrier->outlet.shared;
	if (mail->taken)
		hs_missed_note(&shared->missed, delivery->item->notice, mail->outlet, true);
	else if (!mail->posted.perhaps)
		missed_note(shared, delivery->item, mail->outlet);
	free(mail->document);
	free(mail);
}

static int64_t
attempt_timeout_ms(const struct carrier *carrier)
{
	int64_t own = carrier->settings->attempt_timeout_ms;
	return own > 0 ? own : carrier->outlet.shared->settings->common.attempt_timeout_ms;
}

/* Whether something is in force again by it. */
static bool
brings_back(const struct hs_municipal *municipal)
{
	return municipal->returned.count > 0 || municipal->retracted_lift.count > 0;
}

static void
key_write(char out[KEY_SIZE], const struct carrier *carrier, const char *epoch, uint64_t seq,
	const char *outlet)
{
	snprintf(out, KEY_SIZE, "%s-%llu-%s-%s", epoch, (unsigned long long)seq,
		carrier->settings->name, strrchr(outlet, '/') + 1);
}

/* document is taken over. left_out: as in struct hs_mail. */
static void
mail_send(struct carrier *carrier, struct hs_adapter_item *item,
	const struct hs_municipal *municipal, const char *outlet, char *document,
	const char *left_out)
{
	const struct hs_carrier *settings = carrier->settings;
	struct mail_delivery *mail = calloc(1, sizeof(*mail));
	if (!mail) {
		free(document);
		hs_adapter_receipt(item, outlet, HS_RECEIPT(FAILED), "out of memory");
		return;
	}
	mail->carrier = carrier;
	mail->document = document;
	mail->only_ends = !brings_back(municipal);
	mail->posted = (struct hs_posted){ item->perhaps_before, item->perhaps_before };
	snprintf(mail->outlet, sizeof(mail->outlet), "%s", outlet);
	snprintf(mail->left_out, sizeof(mail->left_out), "%s", left_out);
	key_write(mail->key, carrier, item->epoch, item->seq, mail->outlet);
	mail->post = (struct hs_post){
		.url = item->lane == HS_LANE_LIVE ? settings->live_endpoint
						  : settings->drill_endpoint,
		.idempotency_key = mail->key,
		.body = document,
		.body_len_bytes = strlen(document),
		.timeout_ms = attempt_timeout_ms(carrier),
		.done = mail_done,
	};
	mail->delivery = (struct hs_adapter_delivery){
		.outlet = mail->outlet,
		.order_key = mail->outlet,
		.canary = hs_telecom_canary_of(
			carrier->outlet.shared->canaries, carrier->index, item->lane),
		.attempt_timeout_ms = settings->attempt_timeout_ms,
		.deadline_mono_us = settings->deadline_ms > 0
					    ? hs_clock_mono_us() + settings->deadline_ms * 1000
					    : 0,
		.attempt = mail_attempt,
		.abort = mail_abort,
		.ended = mail_ended,
		.output = document,
		.output_is = "mail",
	};
	hs_adapter_deliver(item, &mail->delivery);
}

/* ---- a mail ---- */

/* Makes the JSON document of one mail; NULL when out of memory. */
static char *
mail_document(struct carrier *carrier, struct hs_arena *arena, const struct hs_adapter_item *item,
	const struct hs_municipal *municipal, const struct hs_mail *mail)
{
	const hs_notice *notice = item->notice;
	const hs_document *document = notice->document;
	const struct hs_carrier *settings = carrier->settings;
	struct hs_telecom_document out = { .item = item,
		.carrier = settings->name,
		.area_code = municipal->code,
		.area_name = municipal->name,
		.mail = mail };
	out.message_id = hs_carrier_message_id(
		settings, (int)notice->mode, hs_municipal_loudness(municipal));
	const char *text = hs_telecom_cb_text(arena, mail, &out.replaced);
	const char *key = hs_arena_printf(arena, "%s|%s|%s|%s", settings->name,
		document ? document->source : "", document ? document->id : "", municipal->code);
	if (!text || !key)
		return NULL;
	out.serial_nr = hs_cb_serial_for(carrier->outlet.shared->codes[item->lane], out.message_id,
		key, document ? document->revision : 1, text);
	if (hs_cb_encode(text, &out.pages, NULL) != HS_OK)
		out.pages.count = 0;
	return hs_telecom_document_write(&out);
}

static enum hs_err
mail_encode(const struct carrier *carrier, struct hs_arena *arena, const hs_notice *notice,
	const struct hs_municipal *municipal, struct hs_mail *mail)
{
	struct hs_mail_limits limits = hs_carrier_limits(carrier->settings);
	return notice->detail_case == HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL
		       ? hs_mail_encode_own(arena, notice, &limits, mail)
		       : hs_mail_encode(arena, notice, municipal, &limits, mail);
}

static void
mail_make(struct carrier *carrier, struct hs_arena *arena, struct hs_adapter_item *item,
	const struct hs_municipal *municipal, const char *outlet)
{
	struct hs_telecom_shared *shared = carrier->outlet.shared;
	struct hs_mail mail;
	enum hs_err err = mail_encode(carrier, arena, item->notice, municipal, &mail);
	char *document =
		err == HS_OK ? mail_document(carrier, arena, item, municipal, &mail) : NULL;
	if (document) {
		if (mail.left_out[0] != '\0')
			hs_adapter_show(item, outlet, "left_out", mail.left_out);
		mail_send(carrier, item, municipal, outlet, document, mail.left_out);
		return;
	}
	missed_note(shared, item, outlet);
	hs_telecom_no_text(shared, item, outlet, err == HS_ERR_REFUSED ? mail.why : "");
}

/* "" when this carrier gets this notice, else why not. */
static const char *
carrier_filter(const struct carrier *carrier, const struct hs_adapter_item *item)
{
	if (item->lane == HS_LANE_LIVE && carrier->settings->live_endpoint[0] == '\0')
		return "no live_endpoint is configured for this carrier";
	if (item->lane == HS_LANE_DRILL && carrier->settings->drill_endpoint[0] == '\0')
		return "no drill_endpoint is configured for this carrier";
	if (!hs_mail_for_carrier(item->notice, carrier->settings->lalert_code))
		return "the sender named other carriers";
	return "";
}

/* The same for one municipality. */
static const char *
municipal_filter(const struct carrier *carrier, const struct hs_municipal *municipal)
{
	uint32_t loudness = hs_municipal_loudness(municipal);
	bool below = loudness > 0 && loudness < carrier->outlet.shared->settings->level_min;
	return below ? "below level_min" : "";
}

/* What is only shown: as it would be if it went out now. */
static const char *
shown_filter(const struct carrier *carrier, const struct hs_adapter_item *item,
	const struct hs_municipal *municipal, const char *outlet)
{
	const char *why = municipal_filter(carrier, municipal);
	bool missed = !brings_back(municipal) &&
		      hs_missed_is(&carrier->outlet.shared->missed, item->notice, outlet);
	return why[0] == '\0' && missed ? HS_MISSED_REASON : why;
}

static enum hs_err
carrier_split(const struct carrier *carrier, struct hs_arena *arena,
	const struct hs_adapter_item *item, struct hs_municipal **out, size_t *count)
{
	return hs_standing_split(&carrier->outlet.shared->standing[item->lane], arena, item,
		carrier->settings->area_unit == 0, out, count);
}

static void
carrier_serve(
	struct hs_telecom_outlet *outlet, struct hs_arena *arena, struct hs_adapter_item *item)
{
	struct carrier *carrier = carrier_of(outlet);
	struct hs_municipal *municipals;
	size_t count;
	const char *why = carrier_filter(carrier, item);
	if (why[0] != '\0') {
		hs_adapter_receipt(item, carrier->settings->name, HS_RECEIPT(FILTERED), why);
		return;
	}
	enum hs_err err = carrier_split(carrier, arena, item, &municipals, &count);
	if (err != HS_OK) {
		hs_adapter_receipt(item, carrier->settings->name, HS_RECEIPT(FAILED),
			err == HS_ERR_INVALID ? "the notice names no area" : "out of memory");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		char name[OUTLET_SIZE];
		snprintf(name, sizeof(name), "%s/%s", carrier->settings->name, municipals[i].code);
		why = hs_adapter_is_dry(carrier->outlet.shared->adapter)
			      ? shown_filter(carrier, item, &municipals[i], name)
			      : municipal_filter(carrier, &municipals[i]);
		if (why[0] != '\0')
			hs_adapter_receipt(item, name, HS_RECEIPT(FILTERED), why);
		else
			mail_make(carrier, arena, item, &municipals[i], name);
	}
}

static bool
carrier_takes(int detail_case)
{
	return detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION ||
	       detail_case == HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL;
}

/* ---- after a restart ---- */

static bool
is_own(const struct carrier *carrier, const char *outlet)
{
	size_t len = strlen(carrier->settings->name);
	return strncmp(outlet, carrier->settings->name, len) == 0 && outlet[len] == '/';
}

static void
result_ask_again(struct carrier *carrier, const struct hs_adapter_snapshot *snapshot,
	const struct hs_adapter_past *past, const char *outlet)
{
	const hs_times *times = past->notice->times;
	char key[KEY_SIZE];
	key_write(key, carrier, snapshot->epoch, past->seq, outlet);
	struct hs_telecom_result_of of = { snapshot->lane, snapshot->epoch, past->seq, outlet, key,
		times && times->accepted ? times->accepted->unix_us : 0 };
	if (of.since_unix_us > 0)
		hs_telecom_results_begin(hs_telecom_results_expect(carrier->results, &of));
}

/* What became of the mails that the process before sent. */
static void
carrier_snapshot(struct hs_telecom_outlet *outlet, struct hs_arena *arena,
	const struct hs_adapter_snapshot *snapshot)
{
	struct carrier *carrier = carrier_of(outlet);
	(void)arena;
	for (size_t i = 0; i < snapshot->past_count; i++) {
		const struct hs_adapter_past *past = &snapshot->past[i];
		for (size_t j = 0; j < past->outlet_count; j++)
			if (is_own(carrier, past->outlets[j]))
				result_ask_again(carrier, snapshot, past, past->outlets[j]);
	}
}

/* ---- preview ---- */

static json_t *
preview_row(const char *name, const char *verdict, const char *why, const struct hs_mail *mail)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i}", "outlet", name, "kind",
		"mail", "verdict", verdict, "why", why, "title", mail->title ? mail->title : "",
		"body", mail->body ? mail->body : "", "title_chars", (int)mail->title_chars,
		"body_chars", (int)mail->body_chars, "names_left_out", (int)mail->names_left_out);
}

static bool
preview_one(const struct carrier *carrier, struct hs_arena *arena,
	const struct hs_adapter_item *item, const struct hs_municipal *municipal, json_t *array)
{
	struct hs_mail mail = { .why = "" };
	char name[OUTLET_SIZE];
	snprintf(name, sizeof(name), "%s/%s", carrier->settings->name, municipal->code);
	const char *why = shown_filter(carrier, item, municipal, name);
	enum hs_err err = HS_OK;
	if (why[0] == '\0')
		err = mail_encode(carrier, arena, item->notice, municipal, &mail);
	if (err != HS_OK && err != HS_ERR_REFUSED)
		return false;
	const char *verdict = why[0] != '\0' ? "filtered" : err == HS_OK ? "send" : "refused";
	if (why[0] == '\0')
		why = err == HS_OK ? mail.left_out : mail.why;
	return json_array_append_new(array, preview_row(name, verdict, why, &mail)) == 0;
}

static bool
carrier_preview(struct hs_telecom_outlet *outlet, struct hs_arena *arena,
	const struct hs_adapter_item *item, json_t *array)
{
	struct carrier *carrier = carrier_of(outlet);
	struct hs_mail none = { .why = "" };
	struct hs_municipal *municipals;
	size_t count;
	const char *why = carrier_filter(carrier, item);
	if (why[0] != '\0')
		return json_array_append_new(array,
			       preview_row(carrier->settings->name, "filtered", why, &none)) == 0;
	if (carrier_split(carrier, arena, item, &municipals, &count) != HS_OK)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!preview_one(carrier, arena, item, &municipals[i], array))
			return false;
	return true;
}

/* ---- life ---- */

static size_t
carrier_count(const struct hs_telecom_settings *settings)
{
	return settings->carriers.count;
}

static void
carrier_close(struct hs_telecom_outlet *outlet)
{
	struct carrier *carrier = carrier_of(outlet);
	hs_telecom_results_close(carrier->results);
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_post_client_close(carrier->clients[i]);
	free(carrier);
}

/* The way to it. */
static enum hs_err
http_open(struct carrier *carrier)
{
	struct hs_adapter *adapter = carrier->outlet.shared->adapter;
	const struct hs_telecom_settings *settings = carrier->outlet.shared->settings;
	const struct hs_post_options http = { settings->http_ca, settings->http_proxy,
		settings->connections_per_host };
	enum hs_err err = HS_OK;
	for (size_t i = 0; err == HS_OK && i < HS_LANE_COUNT; i++)
		err = hs_post_client_create(hs_adapter_loop(adapter), &http, &carrier->clients[i]);
	if (err == HS_OK && carrier->settings->result_url[0] != '\0')
		err = hs_telecom_results_open(adapter, carrier->settings, &http, &carrier->results);
	return err;
}

static enum hs_err
carrier_open(struct hs_telecom_shared *shared, size_t index, struct hs_telecom_outlet **out)
{
	struct carrier *carrier = calloc(1, sizeof(*carrier));
	if (!carrier)
		return HS_ERR_NOMEM;
	carrier->outlet = (struct hs_telecom_outlet){ &hs_carrier_outlet_ops, shared };
	carrier->settings = (const struct hs_carrier *)shared->settings->carriers.items + index;
	carrier->index = index;
	enum hs_err err = hs_adapter_is_dry(shared->adapter) ? HS_OK : http_open(carrier);
	if (err != HS_OK) {
		carrier_close(&carrier->outlet);
		return err;
	}
	*out = &carrier->outlet;
	return HS_OK;
}

const struct hs_telecom_outlet_ops hs_carrier_outlet_ops = {
	.count = carrier_count,
	.open = carrier_open,
	.takes = carrier_takes,
	.serve = carrier_serve,
	.preview = carrier_preview,
	.snapshot = carrier_snapshot,
	.close = carrier_close,
};
