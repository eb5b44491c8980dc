/* subscriber.h: the table of subscribers and the states they pass through.
 *
 * Flow:    open → HELLO → (subscribe) → REPLAY ⇄ BACKFILL → LIVE → closed.
 *          REPLAY: its next notice lies in the ring; BACKFILL: it waits for a page from the hub;
 *          LIVE: it was told that it is complete. CLOSING: the close frame is on its way.
 * Rules:   the table of transitions in subscriber.c is the only place that changes a state.
 * Memory:  one record per subscriber, a line of the cache, in one array, found by the number that hs_http_tag keeps
 *          beside the connection (slot + 1). The array has room for all from the beginning (the system gives
 *          memory to what is used), so a record never moves and others may point to it. Slots are used again.
 * Threads: the loop's.
 */
#ifndef HS_FEED_SUBSCRIBER_H
#define HS_FEED_SUBSCRIBER_H

#include "hub/base/http.h"
#include "hub/feed/interest.h"

enum hs_sub_state {
	HS_SUB_FREE,
	HS_SUB_HELLO,
	HS_SUB_REPLAY,
	HS_SUB_BACKFILL,
	HS_SUB_LIVE,
	HS_SUB_CLOSING,
	HS_SUB_STATE_COUNT
};

enum hs_sub_event {
	HS_SUB_SUBSCRIBED, /* its wishes are known */
	HS_SUB_NEEDS_PAGE,
	HS_SUB_GOT_PAGE,
	HS_SUB_CAUGHT_UP,
	HS_SUB_CLOSES,
	HS_SUB_EVENT_COUNT
};

/* What it must be sent before anything else. */
enum hs_sub_owes { HS_OWES_HELLO = 1, HS_OWES_GAP = 2, HS_OWES_SNAPSHOT = 4 };

/* Whom it is served together with (broadcast.h): nobody, those who are not up to date, those of its filter. */
enum hs_sub_among { HS_AMONG_NONE, HS_AMONG_REST, HS_AMONG_EQUALS };

struct hs_subscriber {
	hs_http_id id;
	/* The last seq that it was sent, or passed over by its filter; in a group see hs_broadcast_position. */
	uint64_t cursor;
	struct hs_subscriber *next, *prev; /* in its group */
	struct hs_interest *interest;	   /* NULL before it subscribed */
	uint8_t state;
	uint8_t form;
	uint8_t owes;
	bool choked; /* a frame is still leaving: wait for on_drained */
	bool first;  /* it gets each notice before the others do; fixed once it has subscribed */
	uint8_t among;
	uint8_t gap_reason;
	uint8_t hub_words; /* in a row that named less than its cursor, while it is ahead of us (visit.h) */
	uint16_t receipts; /* in this minute */
	uint32_t since_s;  /* open, or choked since: seconds of the table's clock */
	uint32_t heard_s;  /* last sign of life */
	uint32_t acked_s;  /* of who cannot pong now: its kernel took what was sent */
};

struct hs_subscribers;

struct hs_subscribers *hs_subscribers_create(size_t max);
/* NULL is allowed. Interests must have been given back. */
void hs_subscribers_destroy(struct hs_subscribers *table);
/* A record in state HELLO, or NULL when `max` are there. */
struct hs_subscriber *hs_subscribers_add(
	struct hs_subscribers *table, hs_http_id id, enum hs_form form, uint32_t now_s);
/* From now on it is served first. */
void hs_subscribers_set_first(struct hs_subscribers *table, struct hs_subscriber *subscriber);
/* It must have left its group. */
void hs_subscribers_remove(struct hs_subscribers *table, struct hs_subscriber *subscriber);
/* The number to keep as hs_http_tag. */
uint64_t hs_subscribers_tag(
	const struct hs_subscribers *table, const struct hs_subscriber *subscriber);
/* By tag; NULL when the slot is not that connection's. */
struct hs_subscriber *hs_subscribers_find(
	struct hs_subscribers *table, uint64_t tag, hs_http_id id);
/* Slots 0…limit-1 may be in use. */
size_t hs_subscribers_limit(const struct hs_subscribers *table);
/* The record of a slot below the limit; state FREE when unused. */
struct hs_subscriber *hs_subscribers_at(struct hs_subscribers *table, size_t slot);
size_t hs_subscribers_count(const struct hs_subscribers *table);
/* How many are served first, all states. */
size_t hs_subscribers_first_count(const struct hs_subscribers *table);
/* How many are in a form, all states. */
size_t hs_subscribers_in_form(const struct hs_subscribers *table, enum hs_form form);

/* Moves it on by the table; false when the event does not fit its state (nothing changed). */
bool hs_subscriber_step(struct hs_subscriber *subscriber, enum hs_sub_event event);

#endif
