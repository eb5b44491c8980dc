/* Subscribers and time. Once a second: who is gone, who has not said what he wants, whose turn it is to be pinged. And in the
 * middle of a long turn: whether a notice has come. */
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/feed/session.h"

#define CLOSE_WAIT_S 5
#define STILL_S	     2 /* a tick that comes so late: this process did not run */
/* Of pong_timeout_ms: with the heartbeat that must be sent first, who vanished is found within 15 s. */
#define ACK_TENTHS   8

static bool
catches_up(const struct hs_subscriber *subscriber)
{
	return subscriber->state == HS_SUB_REPLAY || subscriber->state == HS_SUB_BACKFILL;
}

/* A pong stands in line behind what was sent before its ping. So who catches up, or has a full socket, gets
 * more time than who has nothing to read; since_s is when the catching up was last seen. */
static bool
is_dead(const struct hs_feed_parts *parts, const struct hs_subscriber *subscriber)
{
	uint32_t silent_s = parts->now_s - subscriber->heard_s;
	uint32_t since_s = parts->now_s - subscriber->since_s;

	if (subscriber->state == HS_SUB_CLOSING)
		return since_s > CLOSE_WAIT_S;
	if (parts->now_s < parts->judges_from_s)
		return false;
	if ((parts->now_s - subscriber->acked_s) * 1000LL >
		parts->limits->pong_timeout_ms * ACK_TENTHS / 10)
		return true;
	if (subscriber->choked || catches_up(subscriber))
		return silent_s * 1000LL > parts->limits->stall_timeout_ms;
	if (since_s < silent_s)
		silent_s = since_s;
	return silent_s * 1000LL > parts->limits->pong_timeout_ms &&
	       (silent_s * 1000LL > parts->limits->stall_timeout_ms ||
		       !hs_http_spoke(parts->server, subscriber->id)); /* else the delay is ours */
}

static void
tick_one(struct hs_feed_parts *parts, struct hs_subscriber *subscriber, size_t slot)
{
	uint32_t ping_every_s = (uint32_t)(parts->limits->pong_timeout_ms / 2000);
	hs_http_id id = subscriber->id;

	/* An event stream has no pong, and a full socket lets none come: as long as a kernel takes what we send there is
	 * somebody. */
	if ((subscriber->form != HS_FORM_SSE && !subscriber->choked && !catches_up(subscriber)) ||
		hs_http_acked(parts->server, id))
		subscriber->acked_s = parts->now_s;
	if (subscriber->form == HS_FORM_SSE && !subscriber->choked)
		subscriber->heard_s = parts->now_s;
	if (catches_up(subscriber))
		subscriber->since_s = parts->now_s;
	if (is_dead(parts, subscriber)) {
		if (subscriber->state != HS_SUB_CLOSING) {
			parts->counts.dead++;
			hs_info("feed.subscriber_dead", "id=%llu", (unsigned long long)id);
		}
		hs_http_drop(parts->server, id);
		return;
	}
	if (subscriber->state == HS_SUB_HELLO &&
		(int64_t)(parts->now_s - subscriber->since_s) * 1000 >=
			parts->limits->subscribe_timeout_ms) {
		parts->counts.unsubscribed++;
		hs_session_end(parts, subscriber, HS_CLOSE_IDLE,
			"no subscribe frame in time; send one right after hello");
		return;
	}
	if (parts->now_s % 60 == 0)
		subscriber->receipts = 0;
	/* Pings are spread over the table, so that they never come all at once. */
	if (subscriber->form != HS_FORM_SSE && subscriber->state != HS_SUB_CLOSING &&
		!subscriber->choked && parts->now_s % ping_every_s == slot % ping_every_s)
		(void)hs_ws_ping(parts->server, id);
}

bool
hs_session_look(void *owner)
{
	struct hs_feed_parts *parts = owner;

	hs_hub_port_look(parts->hub);
	return hs_broadcast_news(parts->broadcast);
}

void
hs_session_tick(struct hs_feed_parts *parts)
{
	uint32_t now_s = (uint32_t)(hs_clock_mono_us() / HS_US_PER_S);

	if (now_s - parts->now_s > STILL_S)
		parts->judges_from_s =
			now_s + (uint32_t)(parts->limits->pong_timeout_ms / 1000) + 1;
	parts->now_s = now_s;
	for (size_t i = 0; i < hs_subscribers_limit(parts->subscribers); i++) {
		struct hs_subscriber *subscriber = hs_subscribers_at(parts->subscribers, i);

		if (subscriber->state != HS_SUB_FREE)
			tick_one(parts, subscriber, i);
	}
}
