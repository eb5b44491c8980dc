/* glance.h: a large delivery, read only as far as the stream needs it: who wants it, where it stands.
 *
 * Why:     to unpack a telegram of some MB takes tens of milliseconds, and what comes behind it waits, because the stream has an order. A
 *          look at its outer fields takes about one, and its packed bytes are what subscribers get.
 * Flow:    bytes of the frame → hs_glance → a Deliver whose notice has everything but its bulk (hs_notice_bulk), and the entry for the ring, with
 *          the codes of all its areas. The active set reads the bulk later, beside the loop (large.h).
 * Trust:   the bulk is passed on unread. The hub has read it before it was recorded, and the journal has it in its chain.
 * Owner:   frame in the arena, made the caller's; the bytes are not copied, the entry is made around them. Threads: none of its own.
 */
#ifndef HS_FEED_GLANCE_H
#define HS_FEED_GLANCE_H

#include "hub/feed/entry.h"

/* owned: the frame. With HS_OK its memory is the entry's (entry.h); while it is the caller's, its bytes are whole.
 * HS_ERR_INVALID: no delivery, one with many hops, or one of evacuation orders, whose places stand inside: unpack it. HS_ERR_PARSE, HS_ERR_NOMEM. */
enum hs_err hs_glance(struct hs_arena *arena, struct hs_owned *owned, const char *epoch,
	int64_t feed_unix_us, hs_link_frame **frame, struct hs_entry **made) HS_MUST_CHECK;

#endif
