#include "adapters/broadcaster/line.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/broadcaster/message.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define OWED_STATE 1u
#define OWED_BEAT  2u

struct hs_line_item {
	struct hs_adapter_delivery delivery;
	struct hs_line *line;
	struct hs_line_item *next;
	struct hs_frame **frames;
	size_t count;
	size_t left; /* frames of this attempt that have not left */
	bool under_way;
	bool said_sent;
	bool takes_back; /* a cancel */
	bool replaced;	 /* a newer message of its document has come */
	bool answered;	 /* between two attempts */
	enum hs_attempt_result answer;
	char detail[160];
	uint64_t document;
	char order_key[160];
};

static struct hs_line_item *
item_of(struct hs_adapter_delivery *delivery)
{
	return HS_CONTAINER_OF(delivery, struct hs_line_item, delivery);
}

static void
wake(struct hs_line *line)
{
	if (line->up)
		line->ops->wake(line->ops->owner, line);
}

/* ---- which documents the station has anything of ---- */

static uint64_t
hash_of(const char *text, uint64_t hash)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return (hash ^ '|') * UINT64_C(1099511628211);
}

static uint64_t
document_of(const hs_notice *notice)
{
	const hs_document *document = notice->document;
	if (document == NULL)
		return 0;
	return hash_of(document->id, hash_of(document->source, UINT64_C(14695981039346656037)));
}

static bool *
ledger_find(struct hs_line *line, uint64_t document)
{
	for (size_t i = 0; i < HS_LINE_LEDGER_MAX; i++) {
		if (line->ledger[i].document == document)
			return &line->ledger[i].got;
	}
	return NULL;
}

static void
ledger_add(struct hs_line *line, uint64_t document)
{
	if (document == 0 || ledger_find(line, document) != NULL)
		return;
	size_t at = line->ledger_next++ % HS_LINE_LEDGER_MAX;
	line->ledger[at].document = document;
	line->ledger[at].got = false;
}

static void
ledger_got(struct hs_line *line, uint64_t document)
{
	bool *got = ledger_find(line, document);
	if (got != NULL)
		*got = true;
}

/* The state holds all that is in force, so it has something of each of them. */
static void
ledger_got_all(struct hs_line *line)
{
	for (size_t i = 0; i < HS_LINE_LEDGER_MAX; i++)
		line->ledger[i].got = true;
}

/* ---- deliveries ---- */

static void
attempt(struct hs_adapter_delivery *delivery)
{
	struct hs_line_item *item = item_of(delivery);
	struct hs_line *line = item->line;
	const bool *got = item->takes_back ? ledger_find(line, item->document) : NULL;
	if (item->answered) {
		item->answered = false;
		hs_adapter_attempt_done(delivery, item->answer, item->detail);
	} else if (item->replaced) {
		hs_adapter_attempt_done(delivery, HS_ATTEMPT_FILTERED,
			"a newer message of its document came before it was confirmed");
	} else if (got != NULL && !*got) {
		hs_adapter_attempt_done(delivery, HS_ATTEMPT_FILTERED,
			"this station got nothing of what is taken back");
	} else if (!line->up) {
		hs_adapter_attempt_done(delivery, HS_ATTEMPT_WAIT, "the station is not connected");
	} else {
		item->under_way = true;
		item->left = item->count;
		wake(line);
	}
}

static void
attempt_abort(struct hs_adapter_delivery *delivery)
{
	item_of(delivery)->under_way = false;
}

static void
delivery_ended(struct hs_adapter_delivery *delivery)
{
	struct hs_line_item *item = item_of(delivery), **at = &item->line->items;
	while (*at != item)
		at = &(*at)->next;
	*at = item->next;
	for (size_t i = 0; i < item->count; i++)
		hs_frame_unref(item->frames[i]);
	free(item->frames);
	free(item);
}

static struct hs_line_item *
item_create(struct hs_line *line, const struct hs_adapter_item *item,
	const struct hs_broadcast_item *items, size_t count)
{
	struct hs_line_item *own = calloc(1, sizeof(*own));
	struct hs_frame **frames = calloc(count, sizeof(*frames));
	if (own == NULL || frames == NULL) {
		free(own);
		free(frames);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		frames[i] = hs_frame_ref(items[i].record);
	own->line = line;
	own->frames = frames;
	own->count = count;
	own->document = document_of(item->notice);
	own->takes_back = item->notice->action == HS_ACTION(CANCEL);
	/* Documents do not wait for each other; within one the newest counts. */
	snprintf(own->order_key, sizeof(own->order_key), "station/%.64s/%016llx",
		line->profile->settings->name, (unsigned long long)own->document);
	return own;
}

/* state 0: sent, and nothing was said of it yet. */
static void
remember(struct hs_line *line, const struct hs_adapter_item *item, int state)
{
	size_t at = line->told_next++ % HS_LINE_TOLD_MAX;
	line->told[at].seq = item->seq;
	line->told[at].states = state != 0 ? 1u << state : 0;
	snprintf(line->told[at].epoch, sizeof(line->told[at].epoch), "%s", item->epoch);
}

/* Nothing newer waits for what a station does not confirm: what is older of this document is over. It has left in this
 * order already, and may still be called displayed. */
static void
older_end(struct hs_line *line, uint64_t document)
{
	for (struct hs_line_item *item = line->items; item != NULL; item = item->next) {
		if (item->document != document || document == 0)
			continue;
		if (hs_canary_holds(item->delivery.canary))
			continue; /* the runtime knows what takes its place, and what a cancel brings back */
		item->replaced = true;
		if (item->said_sent)
			remember(line, item->delivery.item, 0);
		if (item->under_way) {
			item->under_way = false;
			hs_adapter_attempt_done(&item->delivery, HS_ATTEMPT_WAIT, "not confirmed");
		}
		hs_adapter_deliver_now(&item->delivery);
	}
}

bool
hs_line_deliver(struct hs_line *line, struct hs_adapter_item *item,
	const struct hs_broadcast_item *items, size_t count, bool fresh)
{
	struct hs_line_item *own = item_create(line, item, items, count), **at = &line->items;
	if (own == NULL)
		return false;
	older_end(line, own->document);
	while (*at != NULL)
		at = &(*at)->next;
	*at = own;
	/* Only the first message of a document tells that nothing went before; one that comes again does not. */
	if (fresh && item->notice->action == HS_ACTION(ISSUE))
		ledger_add(line, own->document);
	own->delivery = (struct hs_adapter_delivery){
		.outlet = line->profile->settings->name,
		.order_key = own->order_key,
		.canary = &line->canary,
		.deadline_mono_us = hs_profile_deadline_us(line->profile),
		.attempt = attempt,
		.abort = attempt_abort,
		.ended = delivery_ended,
	};
	hs_adapter_deliver(item, &own->delivery);
	return true;
}

/* ---- out ---- */

static struct hs_line_item *
item_to_send(const struct hs_line *line)
{
	for (struct hs_line_item *item = line->items; item != NULL; item = item->next) {
		if (item->under_way && item->left > 0)
			return item;
	}
	return NULL;
}

struct hs_frame *
hs_line_next(struct hs_line *line)
{
	char stamp[HS_RFC3339_SIZE];
	if (!line->up)
		return NULL;
	if ((line->owed & OWED_STATE) != 0)
		return hs_message_frame_of(line->ops->state(line->ops->owner, line));
	if (line->canary_waits)
		return hs_message_frame_of(
			json_pack("{s:s,s:s}", "type", "canary", "token", line->canary.token));
	struct hs_line_item *item = item_to_send(line);
	if (item != NULL)
		return hs_frame_ref(item->frames[item->count - item->left]);
	if ((line->owed & OWED_BEAT) == 0)
		return NULL;
	hs_rfc3339_format(hs_clock_unix_us(), HS_JST_MINUTES, stamp);
	return hs_message_frame_of(json_pack("{s:s,s:s,s:s}", "type", "heartbeat", "mode",
		hs_lane_name(line->lane), "time", stamp));
}

static void
item_left(struct hs_line *line, struct hs_line_item *item)
{
	item->left--;
	if (item->left > 0 || item->said_sent)
		return;
	item->said_sent = true;
	ledger_got(line, item->document);
	hs_adapter_receipt(item->delivery.item, item->delivery.outlet, HS_RECEIPT(SENT), "");
}

/* In the order of hs_line_next. */
void
hs_line_sent(struct hs_line *line)
{
	struct hs_line_item *item = item_to_send(line);
	if ((line->owed & OWED_STATE) != 0) {
		line->owed &= ~OWED_STATE;
		ledger_got_all(line);
	} else if (line->canary_waits) {
		line->canary_waits = false;
	} else if (item != NULL) {
		item_left(line, item);
	} else {
		line->owed &= ~OWED_BEAT;
	}
}

/* ---- in ---- */

static const struct {
	const char *word;
	int state;
	enum hs_attempt_result result;
} words[] = {
	{ "received", HS_RECEIPT(ACCEPTED), HS_ATTEMPT_ACCEPTED },
	{ "displayed", HS_RECEIPT(DISPLAYED), HS_ATTEMPT_DISPLAYED },
	{ "failed", HS_RECEIPT(FAILED), HS_ATTEMPT_FAILED },
};

/* "at 2026-07-01T18:55:03+09:00; main channel": the station's own time, and its words. */
static void
detail_of(const json_t *message, char out[160])
{
	const char *at = json_string_value(json_object_get(message, "at"));
	const char *detail = json_string_value(json_object_get(message, "detail"));
	int64_t unix_us;
	int offset;
	char stamp[HS_RFC3339_SIZE] = "";
	if (at != NULL && strlen(at) < 40 && hs_rfc3339_parse(at, &unix_us, &offset, NULL) == HS_OK)
		hs_rfc3339_format(unix_us, offset, stamp);
	snprintf(out, 160, "%s%s%s%.60s", stamp[0] != '\0' ? "at " : "", stamp,
		stamp[0] != '\0' && detail != NULL ? "; " : "", detail != NULL ? detail : "");
	hs_text_mend(out);
}

/* Of an item that is over here: what it becomes later. */
static void
report_later(struct hs_line *line, uint64_t seq, int state, const char *detail)
{
	for (size_t back = 1; back <= HS_LINE_TOLD_MAX; back++) {
		size_t at = (line->told_next + HS_LINE_TOLD_MAX - back) % HS_LINE_TOLD_MAX;
		if (line->told[at].seq != seq)
			continue;
		bool again = (line->told[at].states & 1u << state) != 0;
		/* What was shown is not received any more; what failed may still be shown. */
		bool back_in_time = state == HS_RECEIPT(ACCEPTED) && line->told[at].states != 0;
		line->told[at].states |= 1u << state;
		if (!again && !back_in_time)
			hs_adapter_report(line->adapter, line->lane, line->told[at].epoch, seq,
				line->profile->settings->name, state, detail);
		return;
	}
}

static bool
take_receipt(struct hs_line *line, const json_t *message, const char **why)
{
	const char *word = json_string_value(json_object_get(message, "state"));
	const json_t *seq_json = json_object_get(message, "seq");
	size_t known = 0;
	while (known < HS_COUNT(words) && (word == NULL || strcmp(words[known].word, word) != 0))
		known++;
	*why = "receipt: seq (a number) and state received, displayed or failed";
	if (known == HS_COUNT(words) || !json_is_integer(seq_json) ||
		json_integer_value(seq_json) <= 0)
		return false;
	uint64_t seq = (uint64_t)json_integer_value(seq_json);
	char detail[160];
	detail_of(message, detail);
	struct hs_line_item *item = line->items;
	while (item != NULL && (item->delivery.item->seq != seq || !item->said_sent))
		item = item->next;
	if (item == NULL) {
		report_later(line, seq, words[known].state, detail);
		return true;
	}
	remember(line, item->delivery.item, words[known].state);
	if (item->under_way) {
		item->under_way = false;
		hs_adapter_attempt_done(&item->delivery, words[known].result, detail);
	} else {
		item->answered = true;
		item->answer = words[known].result;
		memcpy(item->detail, detail, sizeof(detail));
		hs_adapter_deliver_now(&item->delivery);
	}
	return true;
}

static bool
take_canary(struct hs_line *line, const json_t *message, const char **why)
{
	const char *token = json_string_value(json_object_get(message, "token"));
	(void)why;
	if (token != NULL && strcmp(token, line->canary.token) == 0)
		hs_canary_done(&line->canary, true, "");
	return true;
}

static bool
take_pong(struct hs_line *line, const json_t *message, const char **why)
{
	(void)line;
	(void)message;
	(void)why;
	return true;
}

bool
hs_line_take(struct hs_line *line, const struct json_t *message, const char **why)
{
	static const struct {
		const char *type;
		bool (*take)(struct hs_line *, const json_t *, const char **);
	} types[] = {
		{ "receipt", take_receipt },
		{ "canary", take_canary },
		{ "pong", take_pong },
	};
	const char *type = json_string_value(json_object_get(message, "type"));
	*why = "type: receipt, canary or pong";
	for (size_t i = 0; type != NULL && i < HS_COUNT(types); i++) {
		if (strcmp(types[i].type, type) == 0)
			return types[i].take(line, message, why);
	}
	return false;
}

/* ---- the canary, and coming and going ---- */

static void
canary_start(struct hs_canary *canary)
{
	struct hs_line *line = HS_CONTAINER_OF(canary, struct hs_line, canary);
	char why[HS_CANARY_WHY];
	if (!hs_profile_prove(
		    line->profile, (enum hs_adapter_lane)canary->lane, why, sizeof(why))) {
		hs_canary_done(canary, false, why);
	} else if (!line->up) {
		hs_canary_done(canary, false,
			line->profile->settings->channel == HS_CHANNEL_NNG
				? "not connected; check the url, the station's machine and its "
				  "token"
				: "not connected; does the station use this name, mode and token?");
	} else {
		line->canary_waits = true;
		wake(line);
	}
}

static void
canary_abort(struct hs_canary *canary)
{
	HS_CONTAINER_OF(canary, struct hs_line, canary)->canary_waits = false;
}

void
hs_line_open(struct hs_line *line, const struct hs_profile *profile, struct hs_adapter *adapter,
	enum hs_adapter_lane lane, const struct hs_line_ops *ops)
{
	*line = (struct hs_line){
		.profile = profile, .adapter = adapter, .ops = ops, .lane = lane
	};
	line->canary = (struct hs_canary){
		.outlet = profile->settings->name,
		.lane = (int)lane,
		.start = canary_start,
		.abort = canary_abort,
	};
	hs_canary_add(adapter, &line->canary);
}

void
hs_line_up(struct hs_line *line)
{
	line->up = true;
	line->owed |= OWED_STATE;
	hs_info("broadcaster.station_up", "station=%s mode=%s", line->profile->settings->name,
		hs_lane_name(line->lane));
	for (struct hs_line_item *item = line->items; item != NULL; item = item->next) {
		item->left = item->under_way ? item->count : 0;
		hs_adapter_deliver_now(&item->delivery);
	}
	hs_canary_now(&line->canary);
	wake(line);
}

void
hs_line_down(struct hs_line *line)
{
	line->up = false;
	line->canary_waits = false;
	hs_info("broadcaster.station_down", "station=%s mode=%s", line->profile->settings->name,
		hs_lane_name(line->lane));
}

void
hs_line_owe_state(struct hs_line *line)
{
	line->owed |= OWED_STATE;
	wake(line);
}

void
hs_line_owe_beat(struct hs_line *line)
{
	line->owed |= OWED_BEAT;
	wake(line);
}
