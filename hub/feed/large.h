/* large.h: what the feed does beside its loop with notices of some MB.
 *
 * Flow:    a large delivery (opened by hub_frames.h) goes into the ring at once; what it says of places is read on the thread of hs_aside,
 *          and the active set follows behind the ring until it has caught up (store.h, `behind`). Its JSON and SSE frames are
 *          made on that thread too, when the first subscriber wants them.
 * Owner:   owns the thread; borrows the parts. Threads: the loop's.
 */
#ifndef HS_FEED_LARGE_H
#define HS_FEED_LARGE_H

#include "hub/feed/parts.h"

struct hs_large;

enum hs_err hs_large_create(uv_loop_t *loop, struct hs_feed_parts *parts, int nice,
	struct hs_large **out) HS_MUST_CHECK;
/* Waits for what runs; frees later. NULL is allowed. */
void hs_large_close(struct hs_large *large);
struct hs_aside *hs_large_aside(struct hs_large *large);

/* Brings the active set as far as it goes now. HS_ERR_CORRUPT: notices that it lacks have left the ring; it must begin
 * anew. HS_ERR_NOMEM. */
enum hs_err hs_large_follow(struct hs_large *large) HS_MUST_CHECK;
/* For ports of broadcast.h: true when the frame is being made aside, and the broadcast is kicked when it is there. */
bool hs_large_encodes(struct hs_large *large, struct hs_entry *entry, enum hs_form form);

#endif
