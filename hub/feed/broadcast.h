/* broadcast.h: brings every subscriber from its cursor to the newest notice.
 *
 * Flow:    hs_broadcast_kick (a notice, a page, a subscriber came) → rounds over the table in slices, one slice
 *          per turn of the loop, so that accepts, requests and newer notices get in between → frames
 *          leave by ports.send. A subscriber whose socket is full keeps its cursor and goes on in
 *          hs_broadcast_drained. Heartbeats run through the same slices, after notices.
 * Order:   three rounds in each turn: those who are served first (settings.h first_addresses), those who are up to date, and those
 *          who catch up, for whom a quarter of the slice is kept. So a newer notice goes to the first ones before an older
 *          one has reached all others, and who is up to date does not wait for replays. A large frame counts as several
 *          (hs_broadcast_cost), so that a digest to everybody is cut into more slices than an order.
 * Rules:   a round ends when every slot was visited after the last kick. A subscriber gets its notices in
 *          order of seq, each once: only its cursor decides what comes next. A LIVE one whose socket is full and
 *          that is behind by more than the limit is closed with 4408 and its position; it loses nothing by
 *          coming back. One whose socket is free is never closed, even when a burst overran the ring.
 * Owner:   borrows store, pager, table and counts. Threads: the loop's.
 */
#ifndef HS_FEED_BROADCAST_H
#define HS_FEED_BROADCAST_H

#include <uv.h>

#include "hub/feed/pager.h"
#include "hub/feed/store.h"
#include "hub/feed/subscriber.h"

/* What the operations page shows. */
struct hs_feed_counts {
	uint64_t encodes[HS_FORM_COUNT]; /* of notices: must not grow with subscribers */
	uint64_t snapshot_encodes[HS_FORM_COUNT];
	uint64_t deliveries[HS_FORM_COUNT];
	uint64_t delivered_bytes;
	uint64_t choked;
	uint64_t behind; /* closed with 4408 */
	uint64_t dead;
	uint64_t refused;      /* subscriptions that were wrong */
	uint64_t unsubscribed; /* never subscribed */
	uint64_t replays;
	uint64_t backfills;
	uint64_t gaps;
	uint64_t heartbeats;
	uint64_t receipts;
	uint64_t receipts_dropped;
	uint64_t gets;
	uint64_t resyncs;
};

struct hs_broadcast_ports {
	/* HS_ERR_AGAIN: full, wait for on_drained. Any other error: gone. */
	enum hs_err (*send)(
		void *owner, const struct hs_subscriber *subscriber, struct hs_frame *frame);
	/* Ends it with a code and a reason; must not free the record before it returns. */
	void (*close)(void *owner, struct hs_subscriber *subscriber, int code, const char *reason);
	/* A new hello frame; NULL when out of memory. */
	struct hs_frame *(*hello)(void *owner, enum hs_form form);
	void *owner;
	/* True when a large frame of this form is being made aside: a kick follows. NULL: none ever is. */
	bool (*encodes)(void *owner, struct hs_entry *entry, enum hs_form form);
};

struct hs_broadcast_options {
	const struct hs_store *store;
	struct hs_pager *pager;
	struct hs_subscribers *subscribers;
	struct hs_feed_counts *counts;
	struct hs_broadcast_ports ports;
	size_t slice;	      /* frames per turn of the loop */
	uint64_t backlog_max; /* notices */
	uint64_t backlog_max_bytes;
};

struct hs_broadcast;

enum hs_err hs_broadcast_create(uv_loop_t *loop, const struct hs_broadcast_options *options,
	struct hs_broadcast **out) HS_MUST_CHECK;
/* Frees later, from the loop. NULL is allowed. */
void hs_broadcast_destroy(struct hs_broadcast *broadcast);
/* Something new to send, for somebody. */
void hs_broadcast_kick(struct hs_broadcast *broadcast);
/* One subscriber, at once: after its subscribe. */
void hs_broadcast_pump(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber);
/* Its socket took the rest. */
void hs_broadcast_drained(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber);
/* Sends these frames (one per form, NULL where nobody listens; references are taken over) to everybody. */
void hs_broadcast_heartbeat(struct hs_broadcast *broadcast, struct hs_frame *frames[HS_FORM_COUNT]);
/* What a frame takes of a slice: most that a socket takes at once of a large one is a few dozen KiB. */
size_t hs_broadcast_cost(size_t len_bytes);
/* Runs one slice now: for tests, and for those who have no loop. true: there is more to do. */
bool hs_broadcast_turn(struct hs_broadcast *broadcast);

#endif
