/* session.h: subscribers, from open to close, on WebSocket and on event streams.
 *
 * Flow:    on_open → hello → subscribe → [gap] [snapshot] notices live notices … (broadcast.h) → on_close.
 *          receipts go to the hub, pings are answered, silence ends the connection.
 * Rules:   a client that does not subscribe in time, asks for something unknown, or for the other mode, gets
 *          an error frame and is closed. A feed that has not heard the hub yet says 4503 and closes.
 * Format:  interfaces: subprotocols hansho.v1.json and hansho.v1.proto; frames of schemas/link.proto.
 * Threads: the loop's. The owner of the http server must be the struct hs_feed_parts.
 */
#ifndef HS_FEED_SESSION_H
#define HS_FEED_SESSION_H

#include "hub/feed/parts.h"
#include "hub/feed/wish.h"

extern const struct hs_ws_ops hs_session_ops;
extern const char *const hs_session_subprotocols[];

/* How frames leave; owner is struct hs_feed_parts. */
extern const struct hs_broadcast_ports hs_session_ports;

/* A new subscriber of that request, with its place in the order of who is served; NULL: the feed is full. */
struct hs_subscriber *hs_session_add(
	struct hs_feed_parts *parts, const struct hs_http_request *request, enum hs_form form);
/* Begins what a wish asks for; takes the wish's filter over. */
void hs_session_begin(
	struct hs_feed_parts *parts, struct hs_subscriber *subscriber, struct hs_wish *wish);
/* An error frame where one can still be sent, then the close. */
void hs_session_end(struct hs_feed_parts *parts, struct hs_subscriber *subscriber, int code,
	const char *reason);
/* Everybody: the epoch ended. */
void hs_session_end_all(struct hs_feed_parts *parts, int code, const char *reason);
/* In the middle of a long turn of the loop: a notice that has come goes to who is up to date before the crowd is worked on
 * further. hs_http_turn.look; owner: struct hs_feed_parts. */
bool hs_session_look(void *owner);
/* Once a second: time limits, pings. */
void hs_session_tick(struct hs_feed_parts *parts);

#endif
