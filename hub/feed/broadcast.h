/* broadcast.h: brings every subscriber from its cursor to the newest notice.
 *
 * Flow:    hs_store_put makes the groups due that want a notice (interest.h); hs_broadcast_kick (a notice, a page,
 *          a subscriber came) → rounds over what is due in slices, one slice per turn of the loop, so that
 *          accepts, requests and newer notices get in between → frames leave by ports.send. A subscriber whose
 *          socket is full keeps its cursor and goes on in hs_broadcast_drained. Heartbeats go over the whole
 *          table, in the same slices, after notices.
 * Where:   who is up to date stands with those of the same filter and rank, in the group of their interest. Who is not
 *          (replays, waits for a page or for its socket) is one of the rest, which every kick goes through.
 *          Nobody else is visited: a notice costs what its receivers cost, however many are connected.
 * Cursor:  in a group that is not due a subscriber is at the newest notice, though its cursor was written long ago;
 *          in one that is due it is where the group was before, or further. hs_broadcast_position knows; whoever
 *          leaves a group takes that with it.
 * Order:   three rounds in each turn: those who are served first (settings.h first_addresses), those who are up to date, and the
 *          rest, for whom a part of the slice (replay_percent) is kept. So a newer notice goes to the first ones before an older
 *          one has reached all others, and who is up to date does not wait for replays. Between groups: group.h. A large
 *          frame counts as several (hs_visit_cost), so that a digest to everybody is cut into more slices than an order.
 * Rules:   a subscriber gets its notices in order of seq, each once: only its cursor decides what comes next. A LIVE
 *          one whose socket is full and that is behind by more than the limit is closed with 4408 and its position;
 *          it loses nothing by coming back. One whose socket is free is never closed, even when a burst overran
 *          the ring.
 * Owner:   borrows store, pager, table and counts. Threads: the loop's.
 */
#ifndef HS_FEED_BROADCAST_H
#define HS_FEED_BROADCAST_H

#include <uv.h>

#include "hub/base/latency.h"
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
	struct hs_latency arrived; /* from the hub's commit until a notice came in here */
	struct hs_latency
		begun; /* from there until the first slice of those who are up to date was sent it */
	struct hs_latency
		served; /* from a notice's arrival until all who are up to date were sent it */
};

struct hs_broadcast_ports {
	/* HS_ERR_AGAIN: full, wait for on_drained. Any other error: gone. */
	enum hs_err (*send)(
		void *owner, const struct hs_subscriber *subscriber, struct hs_frame *frame);
	/* Around many sends, whose frames may leave together at the end. Both may be NULL. */
	void (*begin)(void *owner);
	void (*end)(void *owner);
	/* Who is likely to be sent to next, and after that: a hint (http.h). May be NULL. */
	void (*expect)(void *owner, const struct hs_subscriber *next,
		const struct hs_subscriber *after_next);
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
	size_t rest_percent;  /* of them, kept for who catches up while who is up to date waits */
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
/* A heartbeat of the hub, for those who are ahead of us (visit.h). */
void hs_broadcast_hub_says(struct hs_broadcast *broadcast, uint64_t newest_seq);
/* One subscriber, at once: after its subscribe. */
void hs_broadcast_pump(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber);
/* It has something to catch up with, and waits for its slice. */
void hs_broadcast_join(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber);
/* Its socket took the rest. */
void hs_broadcast_drained(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber);
/* It goes to nobody any more, or ends: before its interest is given back. Its cursor is its position afterwards. */
void hs_broadcast_leave(struct hs_broadcast *broadcast, struct hs_subscriber *subscriber);
/* The last seq that it was sent, or that its filter passed over. */
uint64_t hs_broadcast_position(
	const struct hs_broadcast *broadcast, const struct hs_subscriber *subscriber);
/* Sends these frames (one per form, NULL where nobody listens; references are taken over) to everybody. */
void hs_broadcast_heartbeat(struct hs_broadcast *broadcast, struct hs_frame *frames[HS_FORM_COUNT]);
/* Between two turns of the loop: one slice to those who are up to date, if a notice waits for them. true: it still does. */
bool hs_broadcast_news(struct hs_broadcast *broadcast);
/* Runs one slice now: for tests, and for those who have no loop. true: there is more to do. */
bool hs_broadcast_turn(struct hs_broadcast *broadcast);

#endif
