#include "hub/base/shared.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

#include "hub/base/check.h"

struct hs_shared {
	atomic_size_t refs;
	void *memory;
	void (*release)(void *memory);
};

struct hs_shared *
hs_shared_create(void *memory, void (*release)(void *memory))
{
	struct hs_shared *shared = calloc(1, sizeof(*shared));

	if (!shared)
		return NULL;
	atomic_init(&shared->refs, 1);
	shared->memory = memory;
	shared->release = release;
	return shared;
}

struct hs_shared *
hs_shared_ref(struct hs_shared *shared)
{
	if (shared)
		HS_CHECK(atomic_fetch_add(&shared->refs, 1) > 0);
	return shared;
}

void *
hs_shared_memory(const struct hs_shared *shared)
{
	return shared->memory;
}

void
hs_shared_unref(struct hs_shared *shared)
{
	if (!shared || atomic_fetch_sub(&shared->refs, 1) > 1)
		return;
	shared->release(shared->memory);
	free(shared);
}
