#include "adapters/telecom/telecom.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/runtime/standing.h"
#include "adapters/telecom/cell_broadcast.h"
#include "adapters/telecom/telecom_canary.h"
#include "adapters/telecom/telecom_chars.h"
#include "adapters/telecom/telecom_document.h"
#include "adapters/telecom/telecom_http.h"
#include "adapters/telecom/telecom_settings.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define ENCODE_ARENA_BYTES (64u << 20)
#define OUTLET_SIZE	   64

struct telecom {
	struct hs_adapter *adapter;
	const struct hs_telecom_settings *settings;
	struct hs_post_client *clients[HS_LANE_COUNT]; /* lanes share no connection */
	struct hs_telecom_canaries *canaries;
	struct hs_cb_codes codes[HS_LANE_COUNT];
	struct hs_standing standing[HS_LANE_COUNT];
	uint64_t refused_texts;
};

/* One mail on its way to one carrier. */
struct mail_delivery {
	struct hs_adapter_delivery delivery;
	struct hs_post post;
	struct telecom *telecom;
	char outlet[OUTLET_SIZE];
	char key[256];
	char *document;
};

static const struct hs_carrier *
carrier_at(const struct telecom *telecom, size_t index)
{
	return (const struct hs_carrier *)telecom->settings->carriers.items + index;
}

static size_t
carrier_index(const struct telecom *telecom, const struct hs_carrier *carrier)
{
	return (size_t)(carrier - carrier_at(telecom, 0));
}

static void
mail_done(struct hs_post *post, long status, const char *error, const char *reply)
{
	struct mail_delivery *mail = HS_CONTAINER_OF(post, struct mail_delivery, post);
	enum hs_attempt_result result = HS_ATTEMPT_FAILED;
	char detail[160];
	if (status == 0 || status >= 500 || status == 408 || status == 425 || status == 429)
		result = HS_ATTEMPT_RETRY;
	else if (status >= 200 && status < 300)
		result = HS_ATTEMPT_ACCEPTED;
	if (status == 0)
		snprintf(detail, sizeof(detail), "%s", error);
	else if (result == HS_ATTEMPT_FAILED)
		snprintf(detail, sizeof(detail), "the carrier refused it: HTTP %ld %.80s", status,
			reply);
	else
		snprintf(detail, sizeof(detail), "HTTP %ld", status);
	hs_adapter_attempt_done(&mail->delivery, result, detail);
}

static void
mail_attempt(struct hs_adapter_delivery *delivery)
{
	struct mail_delivery *mail = HS_CONTAINER_OF(delivery, struct mail_delivery, delivery);
	struct hs_post_client *client = mail->telecom->clients[delivery->item->lane];
	enum hs_err err = hs_post_start(client, &mail->post);
	if (err != HS_OK)
		hs_adapter_attempt_done(delivery,
			err == HS_ERR_NOMEM ? HS_ATTEMPT_RETRY : HS_ATTEMPT_FAILED,
			"the endpoint of this carrier is not a usable http or https address");
}

static void
mail_abort(struct hs_adapter_delivery *delivery)
{
	hs_post_cancel(&HS_CONTAINER_OF(delivery, struct mail_delivery, delivery)->post);
}

static void
mail_ended(struct hs_adapter_delivery *delivery)
{
	struct mail_delivery *mail = HS_CONTAINER_OF(delivery, struct mail_delivery, delivery);
	free(mail->document);
	free(mail);
}

static void
mail_send(struct telecom *telecom, struct hs_adapter_item *item, const struct hs_carrier *carrier,
	const char *area_code, char *document)
{
	struct mail_delivery *mail = calloc(1, sizeof(*mail));
	if (!mail) {
		free(document);
		hs_adapter_receipt(item, carrier->name, HS_RECEIPT(FAILED), "out of memory");
		return;
	}
	mail->telecom = telecom;
	mail->document = document;
	snprintf(mail->outlet, sizeof(mail->outlet), "%s/%s", carrier->name, area_code);
	snprintf(mail->key, sizeof(mail->key), "%s-%llu-%s-%s", item->epoch,
		(unsigned long long)item->seq, carrier->name, area_code);
	mail->post = (struct hs_post){
		.url = item->lane == HS_LANE_LIVE ? carrier->live_endpoint
						  : carrier->drill_endpoint,
		.idempotency_key = mail->key,
		.body = document,
		.body_len_bytes = strlen(document),
		.timeout_ms = telecom->settings->common.attempt_timeout_ms,
		.done = mail_done,
	};
	mail->delivery = (struct hs_adapter_delivery){
		.outlet = mail->outlet,
		.order_key = mail->outlet,
		.canary = hs_telecom_canary_of(
			telecom->canaries, carrier_index(telecom, carrier), item->lane),
		.attempt = mail_attempt,
		.abort = mail_abort,
		.ended = mail_ended,
		.output = document,
		.output_is = "mail",
	};
	hs_adapter_deliver(item, &mail->delivery);
}

/* Makes the JSON document of one mail; NULL when out of memory. */
static char *
mail_document(struct telecom *telecom, struct hs_arena *arena, const struct hs_adapter_item *item,
	const struct hs_carrier *carrier, const struct hs_municipal *municipal,
	const struct hs_mail *mail)
{
	const hs_notice *notice = item->notice;
	const hs_document *document = notice->document;
	struct hs_telecom_document out = { .item = item,
		.carrier = carrier->name,
		.area_code = municipal->code,
		.area_name = municipal->name,
		.mail = mail };
	out.message_id =
		hs_carrier_message_id(carrier, (int)notice->mode, hs_municipal_loudness(municipal));
	const char *text = hs_telecom_cb_text(arena, mail, &out.replaced);
	const char *key = hs_arena_printf(arena, "%s|%s|%s|%s", carrier->name,
		document ? document->source : "", document ? document->id : "", municipal->code);
	if (!text || !key)
		return NULL;
	out.serial_nr = hs_cb_serial_for(&telecom->codes[item->lane], out.message_id, key,
		document ? document->revision : 1, text);
	if (hs_cb_encode(text, &out.pages, NULL) != HS_OK)
		out.pages.count = 0;
	return hs_telecom_document_write(&out);
}

static void
mail_make(struct telecom *telecom, struct hs_arena *arena, struct hs_adapter_item *item,
	const struct hs_carrier *carrier, const struct hs_municipal *municipal)
{
	struct hs_mail_limits limits = hs_carrier_limits(carrier);
	struct hs_mail mail;
	char outlet[OUTLET_SIZE];
	bool own = item->notice->detail_case == HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL;
	snprintf(outlet, sizeof(outlet), "%s/%s", carrier->name, municipal->code);
	enum hs_err err = own ? hs_mail_encode_own(arena, item->notice, &limits, &mail)
			      : hs_mail_encode(arena, item->notice, municipal, &limits, &mail);
	char *document = NULL;
	if (err == HS_OK)
		document = mail_document(telecom, arena, item, carrier, municipal, &mail);
	if (document) {
		mail_send(telecom, item, carrier, municipal->code, document);
		return;
	}
	telecom->refused_texts++;
	hs_error("telecom.no_mail", "seq=%llu outlet=%s err=%s", (unsigned long long)item->seq,
		outlet, hs_err_name(err));
	hs_adapter_receipt(item, outlet, HS_RECEIPT(FAILED),
		err == HS_ERR_REFUSED ? mail.why : "out of memory");
}

/* "" when this carrier gets this notice, else why not. */
static const char *
carrier_filter(const struct hs_adapter_item *item, const struct hs_carrier *carrier)
{
	if (item->lane == HS_LANE_LIVE && carrier->live_endpoint[0] == '\0')
		return "no live_endpoint is configured for this carrier";
	if (item->lane == HS_LANE_DRILL && carrier->drill_endpoint[0] == '\0')
		return "no drill_endpoint is configured for this carrier";
	if (!hs_mail_for_carrier(item->notice, carrier->lalert_code))
		return "the sender named other carriers";
	return "";
}

static void
carrier_serve(struct telecom *telecom, struct hs_arena *arena, struct hs_adapter_item *item,
	const struct hs_carrier *carrier)
{
	struct hs_municipal *municipals;
	size_t count;
	const char *why = carrier_filter(item, carrier);
	if (why[0] != '\0') {
		hs_adapter_receipt(item, carrier->name, HS_RECEIPT(FILTERED), why);
		return;
	}
	enum hs_err err = hs_standing_split(&telecom->standing[item->lane], arena, item,
		carrier->area_unit == 0, &municipals, &count);
	if (err != HS_OK) {
		hs_adapter_receipt(item, carrier->name, HS_RECEIPT(FAILED),
			err == HS_ERR_INVALID ? "the notice names no area" : "out of memory");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		uint32_t loudness = hs_municipal_loudness(&municipals[i]);
		char outlet[OUTLET_SIZE];
		snprintf(outlet, sizeof(outlet), "%s/%s", carrier->name, municipals[i].code);
		if (loudness > 0 && loudness < telecom->settings->level_min)
			hs_adapter_receipt(item, outlet, HS_RECEIPT(FILTERED), "below level_min");
		else
			mail_make(telecom, arena, item, carrier, &municipals[i]);
	}
}

static void
on_notice(void *state, struct hs_adapter_item *item)
{
	struct telecom *telecom = state;
	int kind = (int)item->notice->detail_case;
	hs_standing_apply(&telecom->standing[item->lane], item);
	if (kind != HANSHO__V1__NOTICE__DETAIL_EVACUATION &&
		kind != HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL) {
		hs_adapter_receipt(item, "", HS_RECEIPT(FILTERED),
			"carriers mail evacuation orders and urgent mails only");
		hs_adapter_done(item);
		return;
	}
	if (item->notice->silent) {
		hs_adapter_receipt(item, "", HS_RECEIPT(FILTERED), HS_SILENT_REASON);
		hs_adapter_done(item);
		return;
	}
	struct hs_arena *arena = hs_arena_create(ENCODE_ARENA_BYTES);
	for (size_t i = 0; arena && i < telecom->settings->carriers.count; i++)
		carrier_serve(telecom, arena, item, carrier_at(telecom, i));
	if (!arena)
		hs_adapter_receipt(item, "", HS_RECEIPT(FAILED), "out of memory");
	hs_arena_destroy(arena);
	hs_adapter_done(item);
}

static void
on_snapshot(void *state, const struct hs_adapter_snapshot *snapshot)
{
	struct telecom *telecom = state;
	hs_standing_load(&telecom->standing[snapshot->lane], snapshot);
}

static void
telecom_close(void *state)
{
	struct telecom *telecom = state;
	hs_telecom_canaries_destroy(telecom->canaries);
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		hs_post_client_close(telecom->clients[i]);
		hs_standing_free(&telecom->standing[i]);
	}
	free(telecom);
}

static bool
carriers_right(const struct telecom *telecom)
{
	for (size_t i = 0; i < telecom->settings->carriers.count; i++) {
		const char *wrong = hs_carrier_wrong(carrier_at(telecom, i));
		if (wrong[0] == '\0')
			continue;
		hs_error("telecom.carrier_wrong", "carrier=%s reason=\"%s\"",
			carrier_at(telecom, i)->name, wrong);
		return false;
	}
	return true;
}

static enum hs_err
telecom_open(struct hs_adapter *adapter, const void *settings, void **state)
{
	struct telecom *telecom = calloc(1, sizeof(*telecom));
	if (!telecom)
		return HS_ERR_NOMEM;
	telecom->adapter = adapter;
	telecom->settings = settings;
	struct hs_post_options options = { telecom->settings->http_ca,
		telecom->settings->http_proxy, telecom->settings->connections_per_host };
	enum hs_err err = carriers_right(telecom) ? HS_OK : HS_ERR_CONFIG;
	for (size_t i = 0; err == HS_OK && i < HS_LANE_COUNT; i++)
		err = hs_post_client_create(
			hs_adapter_loop(adapter), &options, &telecom->clients[i]);
	if (err == HS_OK)
		err = hs_telecom_canaries_create(adapter, settings, &telecom->canaries);
	if (err != HS_OK) {
		telecom_close(telecom);
		return err;
	}
	*state = telecom;
	return HS_OK;
}

/* What on_notice needs, and no way to a carrier. */
static enum hs_err
telecom_open_dry(struct hs_adapter *adapter, const void *settings, void **state)
{
	struct telecom *telecom = calloc(1, sizeof(*telecom));
	if (!telecom)
		return HS_ERR_NOMEM;
	telecom->adapter = adapter;
	telecom->settings = settings;
	*state = telecom;
	return HS_OK;
}

static const char *
not_ready(void *state)
{
	const struct telecom *telecom = state;
	return telecom->settings->carriers.count == 0 ? "no carrier is configured" : "";
}

static void
metrics(void *state, struct hs_buf *out)
{
	const struct telecom *telecom = state;
	hs_buf_printf(out, "hansho_telecom_texts_refused_total %llu\n",
		(unsigned long long)telecom->refused_texts);
}

static void
status(void *state, struct hs_buf *out)
{
	const struct telecom *telecom = state;
	hs_buf_printf(out, "\"carriers\":%zu,\"texts_refused\":%llu",
		telecom->settings->carriers.count, (unsigned long long)telecom->refused_texts);
}

const struct hs_adapter_ops hs_telecom_ops = {
	.name = "telecom",
	.settings = &hs_telecom_record,
	.look = hs_telecom_look,
	.rings = true,
	.snapshot = true,
	.open = telecom_open,
	.open_dry = telecom_open_dry,
	.close_dry = telecom_close,
	.on_notice = on_notice,
	.on_snapshot = on_snapshot,
	.not_ready = not_ready,
	.metrics = metrics,
	.status = status,
	.close = telecom_close,
};
