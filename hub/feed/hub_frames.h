/* hub_frames.h: the frames of the hub in their order, of which large ones are opened beside the loop.
 *
 * Flow:    hs_hub_frames_put → small and nothing before it: `take` at once; a large delivery likewise, of which only the outside is
 *          read (glance.h). Other large ones (snapshots, pages, large orders): unpacked, and the frame for subscribers packed, on the thread of
 *          hs_aside, then `take`. What comes meanwhile waits here: the stream keeps its order.
 * Limit:   what the hub has under way: its window of notices and 16 MiB (hub/core/delivery.h), and what was asked for.
 * Owner:   owns the frames that wait. Threads: the loop's.
 */
#ifndef HS_FEED_HUB_FRAMES_H
#define HS_FEED_HUB_FRAMES_H

#include "hub/base/aside.h"
#include "hub/base/link.h"
#include "hub/feed/entry.h"

struct hs_hub_frames_options {
	struct hs_aside *aside; /* NULL: nothing is opened aside */
	size_t large_bytes;	/* of a frame; above: aside */
	const char *epoch;	/* that notices belong to now; borrowed, it changes */
};

/* made: of a large Deliver, borrowed; its notice may be without its bulk. NULL else. err: the frame is not readable. */
typedef void (*hs_hub_frame_take)(
	void *owner, enum hs_err err, const hs_link_frame *frame, struct hs_entry *made);

struct hs_hub_frames {
	struct hs_hub_frames_options with;
	hs_hub_frame_take take;
	void *owner;
	struct hs_hub_frame *first, **last; /* the first one is being opened */
};

void hs_hub_frames_init(struct hs_hub_frames *frames, const struct hs_hub_frames_options *options,
	hs_hub_frame_take take, void *owner);
/* HS_ERR_NOMEM: it is not taken. */
enum hs_err hs_hub_frames_put(struct hs_hub_frames *frames, struct hs_link *link,
	const uint8_t *bytes, size_t len_bytes) HS_MUST_CHECK;
/* The connection ended: what waits is forgotten. */
void hs_hub_frames_drop(struct hs_hub_frames *frames);

#endif
