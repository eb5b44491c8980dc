/* child_stream.h: the stream of notices to one feed below: where it stands, what may go out now.
 *
 *   state      leaves when                                           next
 *   STOPPED    resume, of a place that we have passed                SNAPSHOT or REPLAY
 *              resume, of a place that we have not reached           AHEAD
 *   AHEAD      we reach it                                           REPLAY
 *              the hub itself says twice that it has no such place   SNAPSHOT, with a gap
 *   SNAPSHOT   the last part was sent                                REPLAY
 *   REPLAY     everything that we have was sent → `live`             LIVE
 *   LIVE       (stays)
 *   any        connection lost                                       STOPPED
 *
 * Rules:   what the hub does (hub/core/delivery.h), from our ring and, before it, from pages of the journal that all
 *          children and subscribers share (pager.h). A feed below may have heard of a notice before us, through
 *          another parent: that is no lost history, so it waits in AHEAD until we have it, and only the
 *          hub's own word ends that. At most `window` notices and 16 MiB are unacknowledged.
 * Owner:   children.c, one for each child. Threads: the loop's.
 */
#ifndef HS_FEED_CHILD_STREAM_H
#define HS_FEED_CHILD_STREAM_H

#include "hub/feed/child_frames.h"
#include "hub/feed/pager.h"

enum hs_child_state {
	HS_CHILD_STOPPED,
	HS_CHILD_AHEAD,
	HS_CHILD_SNAPSHOT,
	HS_CHILD_REPLAY,
	HS_CHILD_LIVE,
	HS_CHILD_STATE_COUNT
};

struct hs_child_ports {
	/* HS_ERR_AGAIN: full, tried again. Any other error: the connection is gone or about to be. */
	enum hs_err (*send)(void *owner, const void *bytes, size_t len_bytes);
	void *owner;
};

struct hs_child_stream;

/* store and pager are borrowed. NULL when out of memory. */
struct hs_child_stream *hs_child_stream_create(const struct hs_child_ports *ports,
	const struct hs_store *store, struct hs_pager *pager, size_t window);
/* NULL is allowed. */
void hs_child_stream_destroy(struct hs_child_stream *stream);

void hs_child_stream_start(struct hs_child_stream *stream, const Hansho__V1__Resume *resume);
void hs_child_stream_stop(struct hs_child_stream *stream);
/* Sends a slice of what may be sent now. true: call again soon. */
bool hs_child_stream_pump(struct hs_child_stream *stream);
/* The child has everything up to seq. false: that was never sent. */
bool hs_child_stream_ack(struct hs_child_stream *stream, uint64_t seq);
/* A heartbeat of the hub itself: its newest notice. */
void hs_child_stream_hub_says(struct hs_child_stream *stream, uint64_t newest_seq);

enum hs_child_state hs_child_stream_state(const struct hs_child_stream *stream);
const char *hs_child_state_name(enum hs_child_state state);
/* The child was sent everything up to here. */
uint64_t hs_child_stream_sent(const struct hs_child_stream *stream);
/* Gaps told so far. */
uint64_t hs_child_stream_gaps(const struct hs_child_stream *stream);

#endif
