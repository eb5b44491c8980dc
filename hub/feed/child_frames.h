/* child_frames.h: the frames that a feed sends to the feeds below it, packed. Pure.
 *
 * Format:  schemas/link.proto, as the hub sends them; hello.kind is FEED and heartbeats carry a RelayState, so
 *          that the feed below knows that it does not speak with the hub itself.
 * Errors:  failure shows in out->failed; the snapshot is NULL.
 * Threads: any; no state.
 */
#ifndef HS_FEED_CHILD_FRAMES_H
#define HS_FEED_CHILD_FRAMES_H

#include "hub/feed/store.h"

/* A link takes one frame of this size (hub_port.c has the same limit). */
#define HS_CHILD_FRAME_BYTES (HS_FRAME_MAX_BYTES + 4096)

struct hs_child_hello {
	const char *name;
	uint32_t heartbeat_ms;
	uint32_t window;
	int64_t unix_us;
};
void hs_child_pack_hello(
	struct hs_buf *out, const struct hs_store *store, const struct hs_child_hello *facts);

struct hs_child_beat {
	uint32_t hub_age_ms;
	bool hub_away;
	int64_t unix_us;
};
void hs_child_pack_beat(
	struct hs_buf *out, const struct hs_store *store, const struct hs_child_beat *facts);
/* The notice as it came; the hop that we put ("feed") is called "relay" from here on. */
void hs_child_pack_deliver(struct hs_buf *out, const struct hs_entry *entry, uint64_t prev_seq);
void hs_child_pack_live(struct hs_buf *out, uint64_t seq);
void hs_child_pack_gap(struct hs_buf *out, uint64_t from_seq, uint64_t to_seq, const char *reason);
void hs_child_pack_goodbye(struct hs_buf *out);
/* entries: `count` of them, by seq. */
void hs_child_pack_page(struct hs_buf *out, uint64_t request, struct hs_entry *const *entries,
	size_t count, bool end);
/* An answer of the hub, for who asked us under another number. */
void hs_child_pack_reply(struct hs_buf *out, uint64_t request, const hs_fetch_reply *reply);

/* The active set of this moment in parts, packed at once because the set goes on changing while they leave. */
struct hs_child_snapshot {
	struct hs_buf *parts;
	size_t count, next;
	bool failed;
};
struct hs_child_snapshot *hs_child_snapshot_create(const struct hs_store *store);
/* NULL is allowed. */
void hs_child_snapshot_destroy(struct hs_child_snapshot *snapshot);

#endif
