/* press.h: bytes made smaller for the disk, one frame of Zstandard (RFC 8878) each.
 *
 * Why:     a telegram of 4 MB says nearly the same of thousands of places. Pressed it is a tenth of that, and so are the writes and
 *          syncs that an order has to get past.
 * Level:   1, the fastest: about 500 MB/s. Better ones save little of what is left.
 * Pure:    any thread.
 */
#ifndef HS_BASE_PRESS_H
#define HS_BASE_PRESS_H

#include <stdbool.h>

#include "hub/base/buf.h"
#include "hub/base/err.h"
#include "hub/base/hash.h"

/* Appends a frame that holds plain. False: it would not be smaller, or there is no memory; then out is as it was. */
bool hs_press(struct hs_span plain, struct hs_buf *out);
/* Appends what the frame holds, which must be plain_bytes long. HS_ERR_CORRUPT: it is no such frame. HS_ERR_NOMEM: or more than out may hold. */
enum hs_err hs_unpress(
	struct hs_span pressed, size_t plain_bytes, struct hs_buf *out) HS_MUST_CHECK;

#endif
