#include "hub/core/past.h"

static void
note_taker(void *owner, const char *outlet)
{
	bool *taken = owner;

	*taken = *taken || outlet[0] != '\0';
}

static bool
belongs(const struct hs_past *past, const struct hs_recent_notice *notice)
{
	bool taken = false;

	if (notice->accepted_unix_us <= past->after_unix_us ||
		notice->notice.len_bytes > past->notice_max_bytes ||
		!hs_route_entitled(past->route, notice->seq, past->peer))
		return false;
	hs_receipts_each_taker(past->receipts, notice->seq, past->adapter, note_taker, &taken);
	return taken;
}

void
hs_past_each(const struct hs_past *past,
	void (*visit)(void *owner, const struct hs_recent_notice *notice), void *owner)
{
	const struct hs_recent_notice *notice;
	uint64_t first = past->newest_seq + 1;
	size_t count = 0, bytes = 0;

	for (uint64_t seq = past->newest_seq; count < past->notices_max; seq--) {
		notice = hs_recent_find(past->recent, seq);
		if (notice == NULL)
			break;
		if (!belongs(past, notice))
			continue;
		bytes += notice->notice.len_bytes;
		if (bytes > past->bytes_max)
			break;
		first = seq;
		count++;
	}
	for (uint64_t seq = first; seq <= past->newest_seq; seq++) {
		notice = hs_recent_find(past->recent, seq);
		if (notice != NULL && belongs(past, notice))
			visit(owner, notice);
	}
}
