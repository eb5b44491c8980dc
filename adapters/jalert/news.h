/* news.h: what a notice has to say at the loudspeakers of the served places, by what they heard before.
 *
 * Flow:    notice → its alerts (alerts.h) → those that sound by themselves (auto_start.h) → those that are news (heard.h)
 *          → announced → hs_news_take. A cancel → those who heard anything of what it takes back: of its event (what is of
 *          another kind than it names only where it is all that was heard), and of each document that it ends. One that
 *          came while nobody was here to remember that (its seq is within the snapshot) and names its kind and areas itself
 *          (civil protection) → those. What was never sent of it is left out: hs_plays_look → hs_news_leave_out.
 *          snapshot → hs_news_load: what was heard before this process is heard, by the same code as what comes: what its `past` names,
 *          cancels among it, and what is in force and not named there, as far as it would have been announced, unless it is
 *          known that nobody heard it (hs_snapshot_heard); by seq. The latter is a guess, until the notice or one before
 *          it comes (start.h): then nobody was told of it. Before an update that nobody heard something may have been, longer ago
 *          than is known: what it says is news when it comes again, and is corrected (hs_heard_doubt).
 * Owner:   everything lives in the caller's arena; the memory of what was heard is the adapter's.
 * Threads: the loop's.
 */
#ifndef HS_JALERT_NEWS_H
#define HS_JALERT_NEWS_H

#include "adapters/jalert/auto_start.h"
#include "adapters/jalert/heard.h"
#include "adapters/jalert/start.h"
#include "adapters/runtime/runtime.h"

/* Of one lane. */
struct hs_news_setup {
	struct hs_heard *heard;
	const struct hs_config_texts *areas; /* that are served; none: all */
	const struct hs_config_list *rules;  /* of struct hs_auto_start_rule */
	struct hs_start *start;
	const char *outlet; /* who hears by it has heard; NULL: by any of them */
};

/* What it says of one event. */
struct hs_news_part {
	const char *event; /* hs_alert_event */
	struct hs_alerts said;
	bool never; /* a cancel of what was never sent */
};

struct hs_news {
	struct hs_news_part *parts; /* one; of a cancel those of which anything was heard */
	size_t part_count;
	struct hs_alerts said;	 /* what is to be announced */
	struct hs_alerts whole;	 /* all that the notice says of what sounds here */
	enum hs_alert_kind kind; /* that a cancel takes back, HS_ALERT_COUNT: it says none */
	const char *
		*events; /* that it is about by any of their names, whatever was heard of them */
	size_t event_count;
	const char *why_not; /* nothing is said; static */
};

/* An evacuation order has its event only: its municipalities are found elsewhere. HS_ERR_NOMEM. */
enum hs_err hs_news_of(const struct hs_news_setup *setup, struct hs_arena *arena,
	const hs_notice *notice, uint64_t seq, struct hs_news *out) HS_MUST_CHECK;
/* What is to be announced is without the parts that were never sent; when none is left, it stays as it is. HS_ERR_NOMEM. */
enum hs_err hs_news_leave_out(struct hs_arena *arena, struct hs_news *news) HS_MUST_CHECK;
/* It goes out as seq. */
void hs_news_take(const struct hs_news_setup *setup, uint64_t seq, const struct hs_news *news);
/* The controller says only now that it sounded: the receipt of it was lost. What was told after it stands. */
void hs_news_was_told(const struct hs_news_setup *setup, uint64_t seq, const hs_notice *notice);
/* Of one history of the hub only the first snapshot counts. */
void hs_news_load(const struct hs_news_setup *setup, const struct hs_adapter_snapshot *snapshot);
/* The notice came: what was guessed of it, and of those that come after it, does not count any more. */
void hs_news_comes(const struct hs_news_setup *setup, uint64_t seq);
/* A process before this one told it there. */
bool hs_news_was_heard(const struct hs_news_setup *setup, const struct hs_adapter_past *past);

#endif
