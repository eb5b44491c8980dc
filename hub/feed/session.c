#include "hub/feed/session.h"

#include <string.h>

#include "hub/base/address_range.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/feed/large.h"

#define RETRY_AFTER_MS	  2000
#define OUTLET_MAX	  128
#define DETAIL_MAX	  512
#define MESSAGE_ARENA	  (1u << 20)
#define CLOSE_REASON_SIZE 124

const char *const hs_session_subprotocols[] = { "hansho.v1.json", "hansho.v1.proto", NULL };

static struct hs_subscriber *
find(struct hs_feed_parts *parts, hs_http_id id)
{
	return hs_subscribers_find(parts->subscribers, hs_http_tag(parts->server, id), id);
}

/* ---- ports of the broadcast ---- */

static enum hs_err
port_send(void *owner, const struct hs_subscriber *subscriber, struct hs_frame *frame)
{
	struct hs_feed_parts *parts = owner;

	if (subscriber->form == HS_FORM_SSE)
		return hs_http_stream_send(parts->server, subscriber->id, frame);
	return hs_ws_send(parts->server, subscriber->id, frame, subscriber->form == HS_FORM_PROTO);
}

static void
port_expect(void *owner, const struct hs_subscriber *next, const struct hs_subscriber *after_next)
{
	const struct hs_feed_parts *parts = owner;

	hs_ws_expect(parts->server, next->id, after_next->id);
}

static void
port_begin(void *owner)
{
	const struct hs_feed_parts *parts = owner;

	hs_ws_batch_begin(parts->server);
}

static void
port_end(void *owner)
{
	const struct hs_feed_parts *parts = owner;

	hs_ws_batch_end(parts->server);
}

static void
port_close(void *owner, struct hs_subscriber *subscriber, int code, const char *reason)
{
	hs_session_end(owner, subscriber, code, reason);
}

static struct hs_frame *
port_hello(void *owner, enum hs_form form)
{
	const struct hs_feed_parts *parts = owner;
	const struct hs_store *store = &parts->store;
	const struct hs_hello_facts facts = {
		.epoch = store->epoch,
		.newest_seq = hs_store_newest(store),
		.oldest_seq = store->oldest_seq,
		.heartbeat_ms = (uint32_t)parts->limits->heartbeat_ms,
		.unix_us = hs_clock_unix_us(),
		.mode = store->mode,
	};

	return hs_frames_hello(form, &facts);
}

static bool
port_encodes(void *owner, struct hs_entry *entry, enum hs_form form)
{
	struct hs_feed_parts *parts = owner;

	return parts->large != NULL && hs_large_encodes(parts->large, entry, form);
}

const struct hs_broadcast_ports hs_session_ports = { .send = port_send,
	.begin = port_begin,
	.end = port_end,
	.expect = port_expect,
	.close = port_close,
	.hello = port_hello,
	.encodes = port_encodes };

/* ---- end ---- */

/* A frame beside the stream of notices; lost when the socket is full. */
static void
say(struct hs_feed_parts *parts, const struct hs_subscriber *subscriber, struct hs_frame *frame)
{
	if (frame != NULL && !subscriber->choked)
		(void)port_send(parts, subscriber, frame);
	hs_frame_unref(frame);
}

static void
say_error(struct hs_feed_parts *parts, const struct hs_subscriber *subscriber,
	const struct hs_error_facts *facts)
{
	say(parts, subscriber, hs_frames_error((enum hs_form)subscriber->form, facts));
}

/* A close frame has room for 123 bytes; never half a character. */
static void
close_socket(struct hs_feed_parts *parts, hs_http_id id, int code, const char *reason)
{
	char cut[CLOSE_REASON_SIZE];
	size_t len = strlen(reason);

	if (len >= sizeof(cut))
		len = sizeof(cut) - 1;
	while (len > 0 && ((unsigned char)reason[len] & 0xc0) == 0x80)
		len--;
	memcpy(cut, reason, len);
	cut[len] = '\0';
	(void)hs_ws_close(parts->server, id, code, cut);
}

static void
forget_wish(struct hs_feed_parts *parts, struct hs_subscriber *subscriber)
{
	hs_broadcast_leave(parts->broadcast, subscriber);
	hs_interest_put(parts->store.interests, subscriber->interest);
	subscriber->interest = NULL;
}

static bool
comes_back(int code)
{
	return code == HS_CLOSE_BEHIND || code == HS_CLOSE_EPOCH || code == HS_CLOSE_AWAY;
}

void
hs_session_end(
	struct hs_feed_parts *parts, struct hs_subscriber *subscriber, int code, const char *reason)
{
	const struct hs_error_facts facts = { .code = (uint32_t)code,
		.text = reason,
		.close = true,
		.retry_after_ms = comes_back(code) ? RETRY_AFTER_MS : 0 };
	hs_http_id id = subscriber->id;
	bool stream = subscriber->form == HS_FORM_SSE;

	if (!hs_subscriber_step(subscriber, HS_SUB_CLOSES))
		return;
	subscriber->since_s = parts->now_s;
	subscriber->owes = 0;
	forget_wish(parts, subscriber);
	hs_info("feed.subscriber_closed", "id=%llu code=%d cursor=%llu", (unsigned long long)id,
		code, (unsigned long long)subscriber->cursor);
	say_error(parts, subscriber, &facts);
	if (stream)
		hs_http_drop(parts->server, id);
	else
		close_socket(parts, id, code, reason);
}

void
hs_session_end_all(struct hs_feed_parts *parts, int code, const char *reason)
{
	for (size_t i = 0; i < hs_subscribers_limit(parts->subscribers); i++)
		hs_session_end(parts, hs_subscribers_at(parts->subscribers, i), code, reason);
}

/* ---- subscribe ---- */

/* By first_addresses; NULL: nobody is. */
static bool
is_served_first(const struct hs_config_texts *ranges, const char *address)
{
	for (size_t i = 0; ranges != NULL && i < ranges->count; i++) {
		if (hs_address_within(ranges->items[i], address))
			return true;
	}
	return false;
}

struct hs_subscriber *
hs_session_add(
	struct hs_feed_parts *parts, const struct hs_http_request *request, enum hs_form form)
{
	struct hs_subscriber *subscriber =
		hs_subscribers_add(parts->subscribers, request->id, form, parts->now_s);

	if (subscriber != NULL && is_served_first(parts->first_addresses, request->peer_address))
		hs_subscribers_set_first(parts->subscribers, subscriber);
	return subscriber;
}

static void
choose_start(
	struct hs_feed_parts *parts, struct hs_subscriber *subscriber, const struct hs_wish *wish)
{
	const struct hs_position from = { wish->epoch, wish->seq };
	enum hs_gap_reason reason;

	if (wish->from == HS_FROM_NOW) {
		subscriber->cursor = hs_store_newest(&parts->store);
		return;
	}
	if (wish->from == HS_FROM_SNAPSHOT) {
		subscriber->owes |= HS_OWES_SNAPSHOT;
		return;
	}
	subscriber->cursor = wish->seq;
	reason = hs_store_gap_reason(&parts->store, &from);
	subscriber->gap_reason = (uint8_t)reason;
	if (reason == HS_GAP_NONE || reason == HS_GAP_SEQ_AHEAD) {
		parts->counts.replays++;
		return;
	}
	subscriber->owes |= HS_OWES_GAP | HS_OWES_SNAPSHOT;
}

void
hs_session_begin(
	struct hs_feed_parts *parts, struct hs_subscriber *subscriber, struct hs_wish *wish)
{
	subscriber->interest = hs_interest_get(parts->store.interests, &wish->filter);
	if (subscriber->interest == NULL) {
		hs_session_end(parts, subscriber, HS_CLOSE_AWAY, "out of memory; come back");
		return;
	}
	choose_start(parts, subscriber, wish);
	if (!hs_subscriber_step(subscriber, HS_SUB_SUBSCRIBED))
		HS_CHECK(!"only who said hello subscribes");
	/* A replay waits for its slice: ten thousand who come back at once must not hold up a new notice. */
	if (subscriber->owes == 0 && subscriber->cursor >= hs_store_newest(&parts->store))
		hs_broadcast_pump(parts->broadcast, subscriber);
	else
		hs_broadcast_join(parts->broadcast, subscriber);
}

static void
on_subscribe(
	struct hs_feed_parts *parts, struct hs_subscriber *subscriber, const hs_feed_frame *frame)
{
	struct hs_refusal refusal;
	struct hs_wish wish;

	if (subscriber->state != HS_SUB_HELLO) {
		hs_session_end(parts, subscriber, HS_CLOSE_BAD,
			"subscribed already; open another connection for another filter");
		return;
	}
	if (hs_wish_from_subscribe(frame->subscribe, parts->store.mode,
		    (size_t)parts->limits->filter_areas_max, &wish, &refusal) != HS_OK) {
		parts->counts.refused++;
		hs_session_end(parts, subscriber, refusal.code, refusal.why);
		return;
	}
	hs_session_begin(parts, subscriber, &wish);
}

/* ---- receipts, pings ---- */

/* "" when the receipt may go to the hub. */
static const char *
receipt_fault(const struct hs_feed_parts *parts, const Hansho__V1__FeedReceipt *receipt)
{
	if (receipt->seq == 0 || receipt->seq > hs_store_newest(&parts->store))
		return "receipt: seq is none of this feed's notices";
	if (receipt->state != HS_RECEIPT(RECEIVED) && receipt->state != HS_RECEIPT(ACCEPTED) &&
		receipt->state != HS_RECEIPT(DISPLAYED) && receipt->state != HS_RECEIPT(FAILED))
		return "receipt: state is none of received, accepted, displayed, failed";
	if (receipt->outlet[0] == '\0' || strlen(receipt->outlet) > OUTLET_MAX)
		return "receipt: outlet must name the station or screen in 1 to 128 bytes";
	if (strlen(receipt->detail) > DETAIL_MAX)
		return "receipt: detail is longer than 512 bytes";
	return "";
}

static bool
may_say(struct hs_feed_parts *parts, const struct hs_subscriber *subscriber,
	const Hansho__V1__FeedReceipt *receipt)
{
	const struct hs_receipt_limits *limits = &parts->limits->receipts;

	return subscriber->receipts < limits->per_minute &&
	       hs_guests_may_say(&parts->guests, limits, parts->now_s,
		       strlen(receipt->outlet) + strlen(receipt->detail));
}

static void
on_receipt(
	struct hs_feed_parts *parts, struct hs_subscriber *subscriber, const hs_feed_frame *frame)
{
	hs_receipt receipt;
	struct hs_error_facts facts = { .code = HS_CLOSE_BAD };

	hansho__v1__receipt__init(&receipt);
	facts.text = receipt_fault(parts, frame->receipt);
	if (facts.text[0] == '\0' && !may_say(parts, subscriber, frame->receipt)) {
		facts.code = HS_CLOSE_FLOOD;
		facts.text = "receipt: too many in this minute; this one was not passed on";
		facts.retry_after_ms = 60000;
	}
	if (facts.text[0] == '\0') {
		subscriber->receipts++;
		receipt.seq = frame->receipt->seq;
		receipt.state = frame->receipt->state;
		receipt.outlet = frame->receipt->outlet;
		receipt.detail = frame->receipt->detail;
		receipt.unix_us = hs_clock_unix_us();
		if (hs_hub_port_receipt(parts->hub, &receipt) != HS_OK) {
			facts.code = HS_CLOSE_AWAY;
			facts.text = "receipt: the hub is away; send it again";
			facts.retry_after_ms = RETRY_AFTER_MS;
		}
	}
	if (facts.text[0] == '\0') {
		parts->counts.receipts++;
		return;
	}
	parts->counts.receipts_dropped++;
	say_error(parts, subscriber, &facts);
}

static void
on_ping(struct hs_feed_parts *parts, struct hs_subscriber *subscriber, const hs_feed_frame *frame)
{
	say(parts, subscriber, hs_frames_pong((enum hs_form)subscriber->form, frame->ping->id));
}

static void
on_feed_pong(
	struct hs_feed_parts *parts, struct hs_subscriber *subscriber, const hs_feed_frame *frame)
{
	(void)parts;
	(void)subscriber;
	(void)frame; /* on_message noted the sign of life */
}

static const struct {
	int body;
	void (*handle)(struct hs_feed_parts *parts, struct hs_subscriber *subscriber,
		const hs_feed_frame *frame);
} handlers[] = {
	{ HANSHO__V1__FEED_FRAME__BODY_SUBSCRIBE, on_subscribe },
	{ HANSHO__V1__FEED_FRAME__BODY_RECEIPT, on_receipt },
	{ HANSHO__V1__FEED_FRAME__BODY_PING, on_ping },
	{ HANSHO__V1__FEED_FRAME__BODY_PONG, on_feed_pong },
};

/* ---- callbacks of the http server ---- */

static void
refuse_open(struct hs_feed_parts *parts, hs_http_id id, enum hs_form form)
{
	const struct hs_error_facts facts = { .code = HS_CLOSE_AWAY,
		.text = "the feed is not ready: it has not heard the hub yet, or is full",
		.close = true,
		.retry_after_ms = RETRY_AFTER_MS };
	struct hs_frame *frame = hs_frames_error(form, &facts);

	if (frame != NULL)
		(void)hs_ws_send(parts->server, id, frame, form == HS_FORM_PROTO);
	hs_frame_unref(frame);
	(void)hs_ws_close(parts->server, id, HS_CLOSE_AWAY, "not ready; come back");
}

static void
on_open(void *owner, const struct hs_http_request *upgrade, const char *subprotocol)
{
	struct hs_feed_parts *parts = owner;
	enum hs_form form =
		strcmp(subprotocol, "hansho.v1.proto") == 0 ? HS_FORM_PROTO : HS_FORM_JSON;
	struct hs_subscriber *subscriber = NULL;

	if (parts->store.ready)
		subscriber = hs_session_add(parts, upgrade, form);
	if (subscriber == NULL) {
		refuse_open(parts, upgrade->id, form);
		return;
	}
	(void)hs_http_set_tag(
		parts->server, upgrade->id, hs_subscribers_tag(parts->subscribers, subscriber));
	subscriber->owes = HS_OWES_HELLO;
	hs_broadcast_pump(parts->broadcast, subscriber);
}

static void
on_message(void *owner, hs_http_id id, const uint8_t *bytes, size_t len_bytes, bool binary)
{
	struct hs_feed_parts *parts = owner;
	struct hs_subscriber *subscriber = find(parts, id);
	struct hs_refusal refusal;
	struct hs_arena *arena;
	hs_feed_frame *frame;

	if (subscriber == NULL || subscriber->state == HS_SUB_CLOSING)
		return;
	subscriber->heard_s = parts->now_s;
	arena = hs_arena_create(MESSAGE_ARENA);
	if (arena == NULL)
		return;
	if (hs_client_frame_parse(arena, (enum hs_form)subscriber->form, bytes, len_bytes, binary,
		    &frame, &refusal) != HS_OK) {
		parts->counts.refused++;
		hs_session_end(parts, subscriber, refusal.code, refusal.why);
	} else {
		for (size_t i = 0; i < HS_COUNT(handlers); i++)
			if (handlers[i].body == (int)frame->body_case)
				handlers[i].handle(parts, subscriber, frame);
	}
	hs_arena_destroy(arena);
}

static void
on_drained(void *owner, hs_http_id id)
{
	struct hs_feed_parts *parts = owner;
	struct hs_subscriber *subscriber = find(parts, id);

	if (subscriber == NULL)
		return;
	subscriber->heard_s = parts->now_s;
	hs_broadcast_drained(parts->broadcast, subscriber);
}

static void
on_pong(void *owner, hs_http_id id)
{
	struct hs_feed_parts *parts = owner;
	struct hs_subscriber *subscriber = find(parts, id);

	if (subscriber != NULL)
		subscriber->heard_s = parts->now_s;
}

static void
on_close(void *owner, hs_http_id id)
{
	struct hs_feed_parts *parts = owner;
	struct hs_subscriber *subscriber = find(parts, id);

	if (subscriber == NULL)
		return;
	forget_wish(parts, subscriber);
	hs_subscribers_remove(parts->subscribers, subscriber);
}

const struct hs_ws_ops hs_session_ops = { .on_open = on_open,
	.on_message = on_message,
	.on_drained = on_drained,
	.on_pong = on_pong,
	.on_close = on_close };
