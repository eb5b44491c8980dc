/* wake.h: how a thread tells the loop that it has something.
 *
 * Flow:    (any thread) hs_wake_send → eventfd → (loop) woken, once for any number of sends before it.
 * Why:     uv_async_send writes the same eventfd, but the loop then turns in place until the sending thread has come back
 *          from its write. When the loop was woken on the sender's own core, as happens on two cores, the sender cannot
 *          come back: after 24 µs the loop gives up and yields (DECISIONS, "Threads beside the loop").
 * Owner:   the caller embeds it and keeps it until `closed`; nobody may send after hs_wake_close.
 * Threads: hs_wake_send on any, everything else on the loop's.
 * Source:  eventfd(2).
 */
#ifndef HS_WAKE_H
#define HS_WAKE_H

#include <uv.h>

#include "hub/base/err.h"

struct hs_wake {
	uv_poll_t poll;
	int fd;
	void (*woken)(struct hs_wake *wake);
	void (*closed)(struct hs_wake *wake);
};

/* HS_ERR_IO: out of descriptors; then there is nothing to close. It keeps the loop alive, as any handle does. */
enum hs_err hs_wake_open(
	uv_loop_t *loop, struct hs_wake *wake, void (*woken)(struct hs_wake *wake)) HS_MUST_CHECK;
void hs_wake_send(struct hs_wake *wake);
/* closed (may be NULL) comes from a later turn of the loop. */
void hs_wake_close(struct hs_wake *wake, void (*closed)(struct hs_wake *wake));

#endif
