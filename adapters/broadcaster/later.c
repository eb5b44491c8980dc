/* later.c: see later.h. */
#include "adapters/broadcaster/later.h"

#include <stdio.h>

void
hs_later_add(struct hs_later *later, const char *epoch, uint64_t seq,
	const struct hs_confirmed *confirmed, int state)
{
	size_t at = later->next++ % HS_LATER_MAX;
	later->rows[at].seq = seq;
	later->rows[at].states = state != 0 ? 1u << state : 0;
	later->rows[at].confirmed = *confirmed;
	snprintf(later->rows[at].epoch, sizeof(later->rows[at].epoch), "%s", epoch);
}

/* The newest of that seq; HS_LATER_MAX: none. */
static size_t
row_of(const struct hs_later *later, uint64_t seq)
{
	for (size_t back = 1; back <= HS_LATER_MAX; back++) {
		size_t at = (later->next + HS_LATER_MAX - back) % HS_LATER_MAX;
		if (later->rows[at].seq == seq)
			return at;
	}
	return HS_LATER_MAX;
}

int
hs_later_take(struct hs_later *later, uint64_t seq, enum hs_confirmed_word word,
	const char *prefecture, const char **epoch)
{
	size_t at = row_of(later, seq);
	if (at == HS_LATER_MAX)
		return 0;
	struct hs_confirmed *confirmed = &later->rows[at].confirmed;
	if (!hs_confirmed_take(confirmed, word, prefecture))
		return 0;
	enum hs_confirmed_word now = hs_confirmed_told(confirmed, word);
	if (now == HS_CONFIRMED_COUNT)
		return 0;
	int state = hs_confirmed_receipt(now);
	unsigned told = later->rows[at].states;
	bool again = (told & 1u << state) != 0;
	bool back_in_time = state == HS_RECEIPT(ACCEPTED) && told != 0;
	later->rows[at].states |= 1u << state;
	*epoch = later->rows[at].epoch;
	return again || back_in_time ? 0 : state;
}
