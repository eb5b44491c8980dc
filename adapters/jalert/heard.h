/* heard.h: what each place has heard of each event: so that a repeated report does not ring again, and that a correction
 * reaches exactly those who heard, as loud as it was.
 *
 * Flow:    alerts of a notice (alerts.h) → hs_heard_news: those that are new to their place, and what ended there →
 *          announced → hs_heard_take; when no outlet took it: hs_heard_forget, and what was heard before it stands again.
 *          cancel → hs_heard_of_event: everything of that event, each place with the kind that it heard; of a cancel that
 *          says its kind that kind alone (an air attack stands when the missile of the same event was wrong).
 * Rules:   new is: not heard, another phase, a higher grade, a warning by another name; for kinds that only go up (early
 *          warnings) never a lower grade. The headline of an alert without detail is no name, but where the kind has several
 *          hazards: the same kind in detail, by another route, is not said again.
 *          What ended: heard, the notice is addressed to the place, and does not say it any more; when the place gets
 *          another grade of the same family instead (大津波警報 → 津波警報), only that is said.
 *          A kind of the family that the notice says too stays heard beside the new one (a warning beside a special
 *          warning); one that it does not say any more is kept behind it, for a cancel that names it.
 *          What was perhaps heard (after a start) rings once more, and its correction and end are told.
 * Limits:  HS_HEARD_MAX rows; what ended goes before what stands, of each the oldest first. In memory: after a restart it is filled from the snapshot (news.h).
 * Owner:   the adapter's state embeds it by pointer. Threads: the loop's.
 */
#ifndef HS_JALERT_HEARD_H
#define HS_JALERT_HEARD_H

#include "adapters/jalert/alerts.h"

#define HS_HEARD_MAX 4096

struct hs_heard;

/* NULL when out of memory. */
struct hs_heard *hs_heard_create(void);
void hs_heard_destroy(struct hs_heard *heard);

/* Of `alerts` those that are news, then lifts for what ended. event: hs_alert_event of the notice. HS_ERR_NOMEM. */
enum hs_err hs_heard_news(const struct hs_heard *heard, struct hs_arena *arena, const char *event,
	const hs_notice *notice, const struct hs_alerts *alerts,
	struct hs_alerts *out) HS_MUST_CHECK;
/* Whether that kind of the event was heard and not ended, be it that another took its place. */
bool hs_heard_kind(const struct hs_heard *heard, const char *event, enum hs_alert_kind kind);
/* What was heard of the event, with phase "cancel": of that kind, where it was heard; else, and for HS_ALERT_COUNT, all that
 * stands. HS_ERR_NOMEM. */
enum hs_err hs_heard_of_event(const struct hs_heard *heard, struct hs_arena *arena,
	const char *event, enum hs_alert_kind kind, struct hs_alerts *out) HS_MUST_CHECK;

/* Something of the event was told to be over, by a notice after that one. */
bool hs_heard_was_ended(const struct hs_heard *heard, const char *event, uint64_t seq);

/* Of `alerts` those where nothing of their family was told by a notice after that one. */
void hs_heard_leave_newer(
	const struct hs_heard *heard, const char *event, uint64_t seq, struct hs_alerts *alerts);

/* Each place that heard the notice seq and was told by a later one that it is over; of one notice maybe several times. */
void hs_heard_ended(const struct hs_heard *heard,
	void (*each)(void *owner, uint64_t seq, uint64_t over_seq), void *owner);

/* What is being announced by the notice seq. */
struct hs_heard_told {
	const char *event; /* hs_alert_event */
	uint64_t seq;
	const struct hs_alerts *news;  /* what is said; a lift or cancel ends */
	const struct hs_alerts *whole; /* all that the notice says; NULL: nothing more is so */
	enum hs_alert_kind kind;       /* that a cancel takes back; HS_ALERT_COUNT: it says none */
};
void hs_heard_take(struct hs_heard *heard, const struct hs_heard_told *told);
/* Of these alerts each may have been heard, by which notice is not known: it is news when it comes, and is corrected. Where anything
 * of its family is known that says it. */
void hs_heard_doubt(struct hs_heard *heard, const char *event, const struct hs_alerts *alerts);
#define HS_HEARD_NO_SEQ 0
/* Nobody heard that one after all: what it replaced or ended is as before. */
void hs_heard_forget(struct hs_heard *heard, uint64_t seq);
/* The hub's history is another one from here on: what was heard stays so, by its event, for its correction; that it had
 * ended is forgotten. Its notices are HS_HEARD_OLD(seq) from now on: the new ones have the same seqs. */
void hs_heard_restart(struct hs_heard *heard);
#define HS_HEARD_OLD(seq) ((seq) | UINT64_C(1) << 63)
/* Rows in use. */
size_t hs_heard_count(const struct hs_heard *heard);

#endif
