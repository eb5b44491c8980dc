#include "hub/core/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"

void *
hs_must_alloc(size_t count, size_t size_bytes)
{
	void *made = calloc(count == 0 ? 1 : count, size_bytes);

	HS_CHECK(made != NULL);
	return made;
}

void *
hs_must_realloc(void *old, size_t count, size_t size_bytes)
{
	void *made;

	HS_CHECK(size_bytes == 0 || count <= SIZE_MAX / size_bytes);
	made = realloc(old, count * size_bytes);
	HS_CHECK(made != NULL);
	return made;
}

void *
hs_must_copy(const void *bytes, size_t len_bytes)
{
	char *made = hs_must_alloc(len_bytes + 1, 1);

	if (len_bytes > 0)
		memcpy(made, bytes, len_bytes);
	return made;
}
