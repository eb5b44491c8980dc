/* shared.h: memory that several owners hold, on several threads: freed by whoever gives back the last reference.
 *
 * For what is too large to be copied on its way, as a telegram of some MB: the journal's queue, the core and what is sent
 * from memory hold the same bytes. Immutable after it was shared.
 */
#ifndef HS_BASE_SHARED_H
#define HS_BASE_SHARED_H

struct hs_shared;

/* One reference. Takes memory over: `release` ends it, on any thread. NULL: out of memory, and memory is still the caller's. */
struct hs_shared *hs_shared_create(void *memory, void (*release)(void *memory));
/* NULL is allowed, and returned. */
struct hs_shared *hs_shared_ref(struct hs_shared *shared);
void *hs_shared_memory(const struct hs_shared *shared);
/* NULL is allowed. */
void hs_shared_unref(struct hs_shared *shared);

#endif
