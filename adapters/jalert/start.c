#include "adapters/jalert/start.h"

static void
add(struct hs_start_seqs *list, uint64_t seq)
{
	list->seqs[list->count++ % HS_START_MAX] = seq;
}

/* HS_START_MAX: it is not there. */
static size_t
find(const struct hs_start_seqs *list, uint64_t seq)
{
	size_t used = list->count < HS_START_MAX ? list->count : HS_START_MAX, i = 0;
	while (i < used && list->seqs[i] != seq)
		i++;
	return i < used ? i : HS_START_MAX;
}

void
hs_start_over(struct hs_start *start, uint64_t seq)
{
	if (!hs_start_is_over(start, seq))
		add(&start->over, seq);
}

bool
hs_start_is_over(const struct hs_start *start, uint64_t seq)
{
	return find(&start->over, seq) != HS_START_MAX;
}

void
hs_start_guess(struct hs_start *start, uint64_t seq)
{
	add(&start->guessed, seq);
}

bool
hs_start_is_guessed(const struct hs_start *start, uint64_t seq)
{
	return find(&start->guessed, seq) != HS_START_MAX;
}

/* Added by rising seq: the last is the newest. */
uint64_t
hs_start_guessed_from(struct hs_start *start, uint64_t seq)
{
	struct hs_start_seqs *list = &start->guessed;
	if (list->count == 0)
		return 0;
	uint64_t *last = &list->seqs[(list->count - 1) % HS_START_MAX], newest = *last;
	if (newest < seq || newest == 0)
		return 0;
	*last = 0;
	list->count--;
	return newest;
}
