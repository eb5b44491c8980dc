/* ordered.c: see ordered.h. */
#include "adapters/broadcaster/ordered.h"

#include <stdlib.h>

static uint64_t
hash_of(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return (hash ^ '|') * UINT64_C(1099511628211);
}

static uint64_t
hash_of_row(const struct hs_force_row *row)
{
	uint64_t hash = hash_of(UINT64_C(14695981039346656037) + row->level, row->area_code);
	return hash_of(hash_of(hash, row->place_key), row->term);
}

bool
hs_ordered_keep(struct hs_ordered *ordered, const struct hs_force_list *list, uint64_t seq)
{
	ordered->count = 0;
	ordered->hashes = calloc(list->count + 1, sizeof(*ordered->hashes));
	for (size_t i = 0; ordered->hashes != NULL && i < list->count; i++) {
		if (list->rows[i].seq == seq)
			ordered->hashes[ordered->count++] = hash_of_row(&list->rows[i]);
	}
	return ordered->hashes != NULL;
}

bool
hs_ordered_is_over(const struct hs_ordered *ordered, const struct hs_force_list *list)
{
	if (ordered->count == 0)
		return false;
	for (size_t i = 0; i < list->count; i++) {
		uint64_t hash = hash_of_row(&list->rows[i]);
		for (size_t k = 0; k < ordered->count; k++) {
			if (ordered->hashes[k] == hash)
				return false;
		}
	}
	return true;
}

void
hs_ordered_free(struct hs_ordered *ordered)
{
	free(ordered->hashes);
	*ordered = (struct hs_ordered){ 0 };
}
