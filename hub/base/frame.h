/* frame.h: a message encoded once and shared by all who send it.
 *
 * Immutable after it was filled; counted references; one thread (the loop's).
 * HS_FRAME_HEADROOM bytes lie free before the content: the WebSocket header is written there, so
 * that header and content leave in one system call without a copy.
 */
#ifndef HS_FRAME_H
#define HS_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define HS_FRAME_HEADROOM 32

struct hs_frame;

/* A new frame with one reference, content uninitialised. NULL when out of memory. */
struct hs_frame *hs_frame_create(size_t len_bytes);
/* Its content lies in memory of the caller, with at least HS_FRAME_HEADROOM bytes free before it, and ends with it: `memory` is given
 * to free. NULL when out of memory: it is the caller's still. */
struct hs_frame *hs_frame_around(void *memory, uint8_t *content, size_t len_bytes);
/* As the first, content copied. */
struct hs_frame *hs_frame_from(const void *bytes, size_t len_bytes);
struct hs_frame *hs_frame_ref(struct hs_frame *frame);
/* NULL is allowed. */
void hs_frame_unref(struct hs_frame *frame);
uint8_t *hs_frame_bytes(struct hs_frame *frame);
size_t hs_frame_len_bytes(const struct hs_frame *frame);

#endif
