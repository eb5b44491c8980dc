/* unheard.h: outlets that say nothing: since when of which notice, who is silent now, and the alarm about it.
 *
 * Rules:   nothing heard since SENT or RECEIVED (receipts.h), or a notice that could not be sent to its adapter at all: longer
 *          than the limit of its kind (silent_after_ms of the adapter's peer) that is silence.
 *          An outlet is silent from there until it says a word (anything behind RECEIVED) about that notice or a later one; a
 *          word of any outlet is one of its adapter as a whole (outlet ""). So each silence is one alarm, however many notices follow,
 *          and it lasts until the newest of them is answered: a late word about an older one ends nothing.
 *          Notices older than watched_us raise no alarm, and an alarm ends when the newest that it is about is that old.
 *          Guests (schemas/guests.h) are never silent, and their word is nobody's.
 * Flow:    hs_core: word of an outlet, also from the journal at a start → hs_unheard_word; each look → hs_unheard_look: what changed →
 *          `changed` (log, alarm_command); the version of the notice counts up, so that its sender's long poll answers.
 *          Answers about a submission: hs_unheard_each.
 * Memory:  at most HS_UNHEARD_OUTLETS_MAX outlets are known; of those that are not silent, who spoke longest ago is forgotten for a new one.
 *          When so many are silent, more raise no alarm and are told in answers only.
 * Owner:   the core. Threads: one. Nothing of it is journalled: a start finds it again from receipts, and tells what still is.
 */
#ifndef HS_CORE_UNHEARD_H
#define HS_CORE_UNHEARD_H

#include "hub/core/core.h"
#include "hub/core/receipts.h"
#include "hub/core/route.h"

#define HS_UNHEARD_OUTLETS_MAX 65536

struct hs_unheard;

/* Borrowed for one call. */
struct hs_unheard_view {
	const struct hs_core_options *options;
	const struct hs_receipts *receipts;
	const struct hs_route *route;
	int64_t unix_us; /* now */
};

/* One outlet of one notice. */
struct hs_unheard_entry {
	const struct hs_receipt_entry
		*receipt;	/* silent_ms filled; state UNSPECIFIED: nothing was sent yet */
	uint32_t peer;		/* of the adapter; peer_count: it is none of today's */
	int64_t begins_unix_us; /* it is silent from here; INT64_MAX: never */
};

/* Every receipt of a notice, and one for each adapter that is to have it and got nothing yet. */
void hs_unheard_each(const struct hs_unheard_view *view, uint64_t seq, int64_t accepted_unix_us,
	void (*visit)(void *owner, const struct hs_unheard_entry *entry), void *owner);

struct hs_unheard_outlet {
	uint32_t peer;
	const char *outlet; /* "": the adapter as a whole; borrowed for the call */
	uint64_t seq;	    /* the first notice that it said nothing about */
	int64_t silent_ms;  /* since that was sent or received */
};
enum hs_unheard_change {
	HS_UNHEARD_BEGAN, /* it went silent */
	HS_UNHEARD_SPOKE, /* it is over */
	HS_UNHEARD_AGED,  /* still silent, and no longer watched */
};
struct hs_unheard_ops {
	void (*changed)(
		void *owner, const struct hs_unheard_outlet *outlet, enum hs_unheard_change change);
	void *owner;
};

struct hs_unheard *hs_unheard_create(void);
void hs_unheard_destroy(struct hs_unheard *unheard);
/* A receipt as it is in the journal. ops may be NULL: a start. */
void hs_unheard_word(struct hs_unheard *unheard, const struct hs_unheard_view *view,
	const struct hs_receipt_entry *receipt, const struct hs_unheard_ops *ops);
/* watched_us: see above; 0: no alarms. */
void hs_unheard_look(struct hs_unheard *unheard, const struct hs_unheard_view *view,
	struct hs_receipts *receipts, int64_t watched_us, const struct hs_unheard_ops *ops);
/* Outlets of this adapter that are silent now. */
size_t hs_unheard_count(const struct hs_unheard *unheard, uint32_t peer);

#endif
