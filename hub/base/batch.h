/* batch.h: many small sends, each to another socket, handed to the kernel in one call.
 *
 * Flow:    hs_batch_add until hs_batch_full, or nothing more is to be sent → hs_batch_run → the result of each is in
 *          hs_batch_at → hs_batch_clear. A socket is added once before it is run: what a socket did not take must be
 *          known before the next bytes for it are handed over.
 * Ways:    an io_uring, whose requests never wait (MSG_DONTWAIT), so that all are done when the call returns and no
 *          buffer is in use behind our back; or one send() for each, where the kernel has no io_uring or does not let us
 *          have one (containers), and for ever after a ring that failed once. Same results, same order.
 * Why:     a system call for each frame, its way in and out, is a quarter of what the frame costs (docs/performance.md).
 * Owner:   the batch holds a reference of each frame until it is cleared. Sockets are borrowed.
 * Threads: one, the loop's. Errors: as results.
 */
#ifndef HS_BASE_BATCH_H
#define HS_BASE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/err.h"
#include "hub/base/frame.h"

struct hs_batch;

struct hs_batch_send {
	int fd;
	int result;	/* bytes that were taken, or a negative errno: -EAGAIN: none */
	uint64_t who;	/* the caller's */
	uint8_t *bytes; /* within the frame, its headroom included */
	size_t len_bytes;
	struct hs_frame *frame;
};

/* most: 1…4096 sends in a call; with 1 there is no ring. HS_ERR_NOMEM. */
enum hs_err hs_batch_create(size_t most, struct hs_batch **out) HS_MUST_CHECK;
/* NULL is allowed. */
void hs_batch_destroy(struct hs_batch *batch);
bool hs_batch_has_ring(const struct hs_batch *batch);
size_t hs_batch_count(const struct hs_batch *batch);
bool hs_batch_full(const struct hs_batch *batch);
/* Must not be full. head_bytes of the frame's headroom go before its content, at most HS_FRAME_HEADROOM. */
void hs_batch_add(
	struct hs_batch *batch, int fd, uint64_t who, struct hs_frame *frame, size_t head_bytes);
/* One call for all. Nobody waits. */
void hs_batch_run(struct hs_batch *batch);
/* index < count; in the order in which they were added. */
const struct hs_batch_send *hs_batch_at(const struct hs_batch *batch, size_t index);
void hs_batch_clear(struct hs_batch *batch);

#endif
