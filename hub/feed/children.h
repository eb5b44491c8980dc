/* children.h: the feeds below this one: a tree of two levels, so that one hub reaches many feeds.
 *
 * Flow:    link up → hello of the child → (when we are current) our hello, heartbeat → resume → its stream (child_stream.h);
 *          acks, receipts, fetches (child_fetch.h) and heartbeats come back. Receipts go on to the hub under our name.
 * Rules:   to a child we speak as the hub does (schemas/link.proto), and make the same promises. A child is greeted
 *          only while we are current: the hub has told us all that it has, and its link stands. So nobody takes
 *          up an old epoch or an old place from a feed that is cut off; who is connected already stays, and is told
 *          how long ago the hub was heard (RelayState), at once when its link breaks and when it is back.
 *          When our epoch ends all children are dropped; they come back, and are told gap and snapshot.
 *          A child that is silent for too long (hub/base/silence.h), of the other lane, of another name or kind, or
 *          with a frame out of place, is dropped.
 *          A feed with children takes its own stream from the hub itself only: two levels.
 * Owner:   feed.c. Threads: the loop's.
 */
#ifndef HS_FEED_CHILDREN_H
#define HS_FEED_CHILDREN_H

#include <uv.h>

#include "hub/feed/parts.h"

struct hs_children;

/* parts is borrowed, as are the settings of children. HS_ERR_CONFIG: a link cannot be opened (was logged). */
enum hs_err hs_children_open(uv_loop_t *loop, struct hs_feed_parts *parts,
	const struct hs_children_settings *settings, struct hs_children **out) HS_MUST_CHECK;
/* Says goodbye and closes; frees later, without touching parts. NULL is allowed. */
void hs_children_close(struct hs_children *children);
size_t hs_children_count(const struct hs_children *children);

/* We are current: greets who waits, and says so. */
void hs_children_current(struct hs_children *children);
/* The link to the hub broke. */
void hs_children_hub_away(struct hs_children *children);
/* Our epoch ended: everybody must begin anew. */
void hs_children_drop_all(struct hs_children *children);
/* Something new to send. */
void hs_children_pump(struct hs_children *children);
/* A page came of the journal. */
void hs_children_page(struct hs_children *children);
/* A heartbeat of the hub. */
void hs_children_hub_says(struct hs_children *children, uint64_t newest_seq);
/* HS_ERR_NOT_FOUND: nobody below asked for it. */
enum hs_err hs_children_reply(
	struct hs_children *children, const hs_fetch_reply *reply) HS_MUST_CHECK;
/* Each heartbeat_ms. */
void hs_children_beat(struct hs_children *children);

/* For the operations page. */
void hs_children_metrics(const struct hs_children *children, struct hs_buf *out);
/* A JSON array. */
void hs_children_status(const struct hs_children *children, struct hs_buf *out);

#endif
