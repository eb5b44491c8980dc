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

/* Where it is, or the free slot where it belongs. */
static struct hs_seen_place *
slot_of(const struct hs_seen *seen, const struct hs_seen_place *place)
{
	uint64_t hash = mix(mix(mix(UINT64_C(14695981039346656037), place->first), place->second),
		place->third);
	size_t at = (size_t)(hash ^ hash >> 32) & seen->mask;
	for (; seen->slots[at].first != NULL; at = (at + 1) & seen->mask) {
		if (strcmp(seen->slots[at].first, place->first) == 0 &&
			strcmp(seen->slots[at].second, place->second) == 0 &&
			strcmp(seen->slots[at].third, place->third) == 0)
			break;
	}
	return &seen->slots[at];
}

bool
hs_seen_add(struct hs_seen *seen, const char *first, const char *second, const char *third)
{
	const struct hs_seen_place place = { first, second, third };
	struct hs_seen_place *slot = slot_of(seen, &place);
	bool fresh = slot->first == NULL;
	*slot = place;
	return fresh;
}

bool
hs_seen_has(const struct hs_seen *seen, const char *first, const char *second, const char *third)
{
	const struct hs_seen_place place = { first, second, third };
	return slot_of(seen, &place)->first != NULL;
}
