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
	struct hs_line_message {
		struct hs_frame *frame;
		char prefecture[HS_PREFECTURE_SIZE];
	} * messages;
	size_t count;
	size_t at; /* what leaves next in this attempt; count: nothing */
	struct hs_confirmed confirmed;
	bool under_way;
	bool said_sent;
	bool takes_back; /* a cancel */
	bool replaced;	 /* a newer message of its document has come */
	bool answered;	 /* between two attempts */
	enum hs_attempt_result answer;
	char detail[160];
	char failure[160]; /* what the station said of a message that failed */
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

/* ---- deliveries ---- */

/* On to the next message that was not confirmed, from that one on. */
static void
send_from(struct hs_line_item *item, size_t at)
{
	while (at < item->count &&
		!hs_confirmed_is_open(&item->confirmed, item->messages[at].prefecture))
		at++;
	item->at = at;
}

static void
attempt(struct hs_adapter_delivery *delivery)
{
	struct hs_line_item *item = item_of(delivery);
	struct hs_line *line = item->line;
	const bool *got = item->takes_back ? hs_had_find(&line->had, item->document) : NULL;
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
		send_from(item, 0);
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
		hs_frame_unref(item->messages[i].frame);
	free(item->messages);
	free(item);
}

static struct hs_line_item *
item_create(struct hs_line *line, const struct hs_adapter_item *item,
	const struct hs_broadcast_item *items, size_t count)
{
	struct hs_line_item *own = calloc(1, sizeof(*own));
	struct hs_line_message *messages = calloc(count, sizeof(*messages));
	if (own == NULL || messages == NULL) {
		free(own);
		free(messages);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		messages[i].frame = hs_frame_ref(items[i].record);
		memcpy(messages[i].prefecture, items[i].prefecture, HS_PREFECTURE_SIZE);
		hs_confirmed_expect(&own->confirmed, items[i].prefecture);
	}
	own->line = line;
	own->messages = messages;
	own->count = own->at = count;
	own->document = hs_had_key(item->notice);
	own->takes_back = item->notice->action == HS_ACTION(CANCEL);
	/* Documents do not wait for each other; within one the newest counts. */
	snprintf(own->order_key, sizeof(own->order_key), "station/%.64s/%016llx",
		line->profile->settings->name, (unsigned long long)own->document);
	return own;
}

/* state: HS_RECEIPT(…); 0: sent, and nothing was said of it yet. */
static void
remember(struct hs_line *line, const struct hs_line_item *item, int state)
{
	hs_later_add(&line->later, item->delivery.item->epoch, item->delivery.item->seq,
		&item->confirmed, state);
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
		if (hs_confirmed_any_sent(&item->confirmed))
			remember(line, item, 0);
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
		hs_had_add(&line->had, own->document);
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
		if (item->under_way && item->at < item->count)
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
		return hs_frame_ref(item->messages[item->at].frame);
	if ((line->owed & OWED_BEAT) == 0)
		return NULL;
	hs_rfc3339_format(hs_clock_unix_us(), HS_JST_MINUTES, stamp);
	return hs_message_frame_of(json_pack("{s:s,s:s,s:s}", "type", "heartbeat", "mode",
		hs_lane_name(line->lane), "time", stamp));
}

static void
item_left(struct hs_line *line, struct hs_line_item *item)
{
	hs_confirmed_sent(&item->confirmed, item->messages[item->at].prefecture);
	hs_had_got(&line->had, item->document);
	send_from(item, item->at + 1);
	if (item->at < item->count || item->said_sent)
		return;
	item->said_sent = true;
	hs_adapter_receipt(item->delivery.item, item->delivery.outlet, HS_RECEIPT(SENT), "");
}

/* In the order of hs_line_next. */
void
hs_line_sent(struct hs_line *line)
{
	struct hs_line_item *item = item_to_send(line);
	if ((line->owed & OWED_STATE) != 0) {
		line->owed &= ~OWED_STATE;
		hs_had_got_all(&line->had);
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
	enum hs_attempt_result result;
} words[HS_CONFIRMED_COUNT] = {
	[HS_CONFIRMED_RECEIVED] = { "received", HS_ATTEMPT_ACCEPTED },
	[HS_CONFIRMED_DISPLAYED] = { "displayed", HS_ATTEMPT_DISPLAYED },
	[HS_CONFIRMED_FAILED] = { "failed", HS_ATTEMPT_FAILED },
};

/* What a station says of one message. */
struct said {
	uint64_t seq;
	const char *prefecture; /* NULL: not named */
	enum hs_confirmed_word word;
	char detail[160];
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

static void
item_said(struct hs_line *line, struct hs_line_item *item, const struct said *said)
{
	if (!hs_confirmed_take(&item->confirmed, said->word, said->prefecture))
		return;
	if (said->word == HS_CONFIRMED_FAILED)
		memcpy(item->failure, said->detail, sizeof(item->failure));
	enum hs_confirmed_word whole = hs_confirmed_of(&item->confirmed);
	if (whole == HS_CONFIRMED_COUNT) {
		if (hs_confirmed_told(&item->confirmed, said->word) == HS_CONFIRMED_FAILED)
			hs_adapter_receipt(item->delivery.item, item->delivery.outlet,
				HS_RECEIPT(FAILED), said->detail);
		return;
	}
	const char *detail = whole == HS_CONFIRMED_FAILED ? item->failure : said->detail;
	remember(line, item, hs_confirmed_receipt(whole));
	if (item->under_way) {
		item->under_way = false;
		hs_adapter_attempt_done(&item->delivery, words[whole].result, detail);
	} else {
		item->answered = true;
		item->answer = words[whole].result;
		snprintf(item->detail, sizeof(item->detail), "%s", detail);
		hs_adapter_deliver_now(&item->delivery);
	}
}

static bool
said_of(const json_t *message, struct said *said)
{
	const char *word = json_string_value(json_object_get(message, "state"));
	const json_t *seq = json_object_get(message, "seq");
	const json_t *prefecture = json_object_get(message, "prefecture");
	said->word = 0;
	while (said->word < HS_CONFIRMED_COUNT &&
		(word == NULL || strcmp(words[said->word].word, word) != 0))
		said->word++;
	said->seq = json_is_integer(seq) && json_integer_value(seq) > 0
			    ? (uint64_t)json_integer_value(seq)
			    : 0;
	said->prefecture = json_string_value(prefecture);
	detail_of(message, said->detail);
	return said->word < HS_CONFIRMED_COUNT && said->seq > 0 &&
	       (prefecture == NULL || said->prefecture != NULL);
}

static bool
take_receipt(struct hs_line *line, const json_t *message, const char **why)
{
	struct said said;
	*why = "receipt: seq (a number) and state received, displayed or failed; prefecture as the "
	       "item has it";
	if (!said_of(message, &said))
		return false;
	struct hs_line_item *item = line->items;
	while (item != NULL &&
		(item->delivery.item->seq != said.seq || !hs_confirmed_any_sent(&item->confirmed)))
		item = item->next;
	const char *epoch;
	int state = item == NULL ? hs_later_take(&line->later, said.seq, said.word, said.prefecture,
					   &epoch)
				 : 0;
	if (item != NULL)
		item_said(line, item, &said);
	else if (state != 0)
		hs_adapter_report(line->adapter, line->lane, epoch, said.seq,
			line->profile->settings->name, state, said.detail);
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
		if (item->under_way)
			send_from(item, 0);
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
