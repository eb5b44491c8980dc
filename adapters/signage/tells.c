#include "adapters/signage/tells.h"

#include <stdlib.h>

#define ROOM_FIRST 16

static int
compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
	return (a > b) - (a < b);
}

void
hs_tells_add(struct hs_tells *tells, uint64_t seq)
{
	if (tells->failed || (tells->count > 0 && tells->seqs[tells->count - 1] == seq))
		return;
	if (tells->count == tells->room) {
		size_t room = tells->room == 0 ? ROOM_FIRST : tells->room * 2;
		void *more = realloc(tells->seqs, room * sizeof(*tells->seqs));
		if (more == NULL) {
			tells->failed = true;
			return;
		}
		tells->seqs = more;
		tells->room = room;
	}
	tells->seqs[tells->count++] = seq;
}

void
hs_tells_close(struct hs_tells *tells)
{
	size_t kept = 0;
	if (tells->count == 0)
		return;
	qsort(tells->seqs, tells->count, sizeof(*tells->seqs), compare);
	for (size_t i = 0; i < tells->count; i++) {
		if (i == 0 || tells->seqs[i] != tells->seqs[kept - 1])
			tells->seqs[kept++] = tells->seqs[i];
	}
	tells->count = kept;
}

bool
hs_tells_has(const struct hs_tells *tells, uint64_t seq)
{
	return tells->count > 0 &&
	       bsearch(&seq, tells->seqs, tells->count, sizeof(seq), compare) != NULL;
}

void
hs_tells_free(struct hs_tells *tells)
{
	free(tells->seqs);
	*tells = (struct hs_tells){ 0 };
}
