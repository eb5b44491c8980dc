#include "hub/core/past.h"

#include "hub/core/about.h"

#define AGED "past_ms"

static void
note_outlet(void *owner, const char *outlet)
{
	bool *spoke = owner;

	*spoke = *spoke || outlet[0] != '\0';
}

/* Whether it is one that the adapter has to know of. */
static bool
is_of(const struct hs_past *past, const struct hs_recent_notice *notice)
{
	bool spoke = false;

	if (!hs_route_entitled(past->route, notice->seq, past->peer))
		return false;
	hs_receipts_each_taker(past->receipts, notice->seq, past->adapter, note_outlet, &spoke);
	hs_receipts_each_refuser(past->receipts, notice->seq, past->adapter, note_outlet, &spoke);
	return spoke;
}

/* By itself: why it is not told, or NULL. Of what is in force it counts however long ago it was. */
static const char *
unfit(const struct hs_past *past, const struct hs_about *about, int64_t newest_unix_us,
	const struct hs_recent_notice *notice)
{
	if (newest_unix_us - notice->accepted_unix_us >= past->age_us &&
		!hs_about_in_force(about, notice->notice))
		return AGED;
	return notice->notice.len_bytes > past->notice_max_bytes ? "past_bytes" : NULL;
}

static void
incomplete(struct hs_past_told *told, uint64_t seq, const char *why)
{
	if (told->from_seq > 0)
		return;
	told->from_seq = seq + 1;
	told->why = why;
}

/* What is over and left out is no hole in what is known of the rest. */
static void
leave_out(struct hs_past_told *told, const struct hs_about *about,
	const struct hs_recent_notice *notice, const char *why)
{
	if (hs_about_in_force(about, notice->notice))
		incomplete(told, notice->seq, why);
	if (told->why[0] == '\0')
		told->why = why;
	told->left_out++;
	told->left_oldest_seq = notice->seq;
}

/* From the newest back: how far they go. Returns the first seq that may be told. */
static uint64_t
choose(const struct hs_past *past, const struct hs_about *about, int64_t newest_unix_us,
	struct hs_past_told *told)
{
	uint64_t first = past->newest_seq + 1;
	size_t bytes = 0;
	const char *full = NULL, *why;

	for (uint64_t seq = past->newest_seq; seq > 0; seq--) {
		const struct hs_recent_notice *notice = hs_recent_find(past->recent, seq);
		if (notice == NULL || hs_receipts_version(past->receipts, seq) == 0) {
			incomplete(told, seq, notice == NULL ? "recent_notices" : "status_notices");
			break;
		}
		if (hs_receipts_cut_of(past->receipts, seq, past->adapter))
			incomplete(told, seq, "receipts_per_notice");
		if (!is_of(past, notice))
			continue;
		why = unfit(past, about, newest_unix_us, notice);
		if (why == NULL && full == NULL && told->count == past->notices_max)
			full = "past_notices_max";
		if (why == NULL && full == NULL &&
			bytes + notice->notice.len_bytes > past->bytes_max)
			full = "past_bytes";
		if (why != NULL || full != NULL) {
			leave_out(told, about, notice, why != NULL ? why : full);
			continue;
		}
		bytes += notice->notice.len_bytes;
		first = seq;
		told->count++;
	}
	if (told->from_seq == 0)
		told->from_seq = 1;
	return first;
}

struct hs_past_told
hs_past_each(const struct hs_past *past,
	void (*visit)(void *owner, const struct hs_recent_notice *notice), void *owner)
{
	struct hs_past_told told = { .why = "" };
	const struct hs_recent_notice *notice = hs_recent_find(past->recent, past->newest_seq);
	int64_t newest_unix_us = notice == NULL ? 0 : notice->accepted_unix_us;

	if (past->notices_max == 0)
		return told;
	struct hs_about *about = hs_about_create(past->active);

	for (uint64_t seq = choose(past, about, newest_unix_us, &told); seq <= past->newest_seq;
		seq++) {
		notice = hs_recent_find(past->recent, seq);
		if (notice != NULL && unfit(past, about, newest_unix_us, notice) == NULL &&
			is_of(past, notice))
			visit(owner, notice);
	}
	hs_about_destroy(about);
	return told;
}
