/* hold.h: an order with a warning that may be a mistake waits a few seconds, so that its sender can still mend it.
 *
 * Flow:    the pipeline's findings → hs_hold_wanted → hs_hold_add → (hold_s later, or confirmed, or the gate stops)
 *          → go → hub. It goes out unchanged, with the warning `held`: nothing here can lose it, but its own sender, who
 *          takes it back (hs_hold_withdraw): then `go` answers him, and nothing goes out.
 * Rules:   only where `hold_s` asks for it; never an order of level 5, never a cancel, a lift or another kind; never
 *          what its sender has confirmed; never longer than hold_s (misissuance, general bounds; M4).
 * Owner:   struct hs_held is embedded by the caller and stays until `go`. Threads: the loop's.
 */
#ifndef HS_GATE_HOLD_H
#define HS_GATE_HOLD_H

#include <stdbool.h>
#include <uv.h>

#include "hub/base/config.h"
#include "hub/gate/finding.h"

struct hs_hold_rules {
	int64_t hold_s;		      /* 0: never */
	struct hs_config_texts codes; /* findings that hold an order; none: the usual ones */
};

enum hs_hold_end { HS_HOLD_RAN_OUT, HS_HOLD_STOPPED, HS_HOLD_WITHDRAWN };

struct hs_held {
	void (*go)(struct hs_held *held, enum hs_hold_end end);
	const hs_notice *notice; /* borrowed until then */
	/* the hold's own */
	struct hs_held *next;
	int64_t due_mono_ms;
};

struct hs_hold {
	uv_timer_t timer;
	struct hs_held *first, **last; /* all wait equally long: the first is due first */
	int64_t hold_s;
	size_t count;
	bool open;
};

/* The finding that holds this order back; NULL: it may go. */
const char *hs_hold_wanted(const struct hs_hold_rules *rules, const struct hs_findings *findings,
	const hs_notice *notice, bool confirmed);
/* A code of the rules that no finding has, for the second look at the configuration; NULL: all are known. */
const char *hs_hold_unknown_code(const struct hs_hold_rules *rules);

void hs_hold_init(struct hs_hold *hold, uv_loop_t *loop, const struct hs_hold_rules *rules);
void hs_hold_add(struct hs_hold *hold, struct hs_held *held);
/* Takes back what waits and what `by`, of the same source, ends: a cancel every revision of its document, another notice the older
 * ones, and both what they supersede. */
struct hs_withdrawn {
	size_t count;
	/* What the cancel is about is among them (a cancel says that the message before it was wrong): what stood before that one
	 * still stands, and the cancel must not end it. Not when its revision is not above it: who sent it may not know of it. */
	bool all;
};
struct hs_withdrawn hs_hold_withdraw(struct hs_hold *hold, const hs_notice *by);
/* Lets all go now and closes the timer; afterwards nothing is held any more. May be called twice. */
void hs_hold_stop(struct hs_hold *hold);

#endif
