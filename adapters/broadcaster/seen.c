#include "adapters/broadcaster/seen.h"

#include <stdint.h>
#include <string.h>

static uint64_t
mix(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return (hash ^ '|') * UINT64_C(1099511628211);
}

bool
hs_seen_begin(struct hs_seen *seen, struct hs_arena *arena, size_t most)
{
	size_t slots = 8;
	while (slots < 2 * most)
		slots *= 2;
	seen->mask = slots - 1;
	seen->slots = hs_arena_alloc(arena, slots * sizeof(*seen->slots));
	return seen->slots != NULL;
}

bool
hs_seen_add(struct hs_seen *seen, const char *first, const char *second)
{
	uint64_t hash = mix(mix(UINT64_C(14695981039346656037), first), second);
	size_t at = (size_t)(hash ^ hash >> 32) & seen->mask;
	for (; seen->slots[at].first != NULL; at = (at + 1) & seen->mask) {
		if (strcmp(seen->slots[at].first, first) == 0 &&
			strcmp(seen->slots[at].second, second) == 0)
			return false;
	}
	seen->slots[at] = (struct hs_seen_pair){ first, second };
	return true;
}
