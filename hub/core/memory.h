/* memory.h: allocation that never gives NULL.
 *
 * The core must not stop in the middle of a step: a half-applied step is a state that the journal does
 * not have. So when memory is used up the process ends at once, and the next one goes on from the
 * journal. Sizes are limited before anything is allocated (pending_max, window, recent_bytes …), so
 * outside bytes alone never lead here.
 */
#ifndef HS_CORE_MEMORY_H
#define HS_CORE_MEMORY_H

#include <stddef.h>

/* Zeroed. */
void *hs_must_alloc(size_t count, size_t size_bytes);
void *hs_must_realloc(void *old, size_t count, size_t size_bytes);
/* A copy of len_bytes with a NUL behind it. */
void *hs_must_copy(const void *bytes, size_t len_bytes);

#endif
