/* canary.h: the proof that an outlet can be reached, before it is needed (misissuance M13: one outlet is silently
 * not served, and nobody knows until the next order).
 *
 * Flow:    ops.open adds one canary for each outlet → every canary_ms a round: start(canary) → the adapter sends a
 *          marked message with canary->token along the path of its orders, to the last hop that is not public →
 *          the token comes back → hs_canary_done(true) → PROVEN.
 *          Not back, or the wrong answer: tried again, HS_CANARY_TRIES times within canary_timeout_ms → FAILED, the
 *          alarm: log line adapter.canary_alarm, metrics, a word to the hub, alarm_command. The next proof ends it
 *          (adapter.canary_alarm_over). So an outage is told after canary_ms + 2 × canary_timeout_ms at the latest,
 *          and what is over within a round is not told.
 * Rules:   - a canary holds nothing that could be shown, mailed or played; it is no notice, has no item, no receipt,
 *            no journal;
 *          - a try has the time that an attempt of an order has (attempt_timeout_ms), if that is less;
 *          - the way from the hub counts as an outlet "hub" of each lane (lane.c): without it nothing comes at all;
 *          - it has a slot of its own: one try of each outlet at a time, beside the deliveries; it waits while an
 *            attempt of a delivery is under way, for canary_timeout_ms at most;
 *          - an outlet that was never proven is UNPROVEN and says so. Whether its orders wait for its first proof is said by
 *            proofs.h (proof_required: by default they do when its configuration is another one than at its last proof):
 *            then a delivery that names its canary waits, until it is too old. An alarm stops no delivery;
 *          - in maintenance (runtime.h) no canary runs, because ops.open is not called.
 * Owner:   the adapter: it embeds the canary in a record of its own and keeps that until ops.close. The runtime
 *          calls abort before ops.close when a try is under way.
 * Threads: the loop's.
 */
#ifndef HS_ADAPTER_CANARY_H
#define HS_ADAPTER_CANARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/runtime/proofs.h"
#include "adapters/runtime/rules.h"
#include "hub/base/arena.h"
#include "schemas/notice.h"

struct hs_adapter;

#define HS_CANARY_TRIES	     3
#define HS_CANARY_TOKEN_SIZE 40
#define HS_CANARY_WHY	     160
/* For the lane of a canary: this outlet serves both. */
#define HS_CANARY_ALL_LANES  HS_LANE_COUNT

enum hs_canary_answer { HS_CANARY_NO_ANSWER, HS_CANARY_GOOD, HS_CANARY_BAD, HS_CANARY_NOBODY };
enum hs_canary_state { HS_CANARY_UNPROVEN, HS_CANARY_PROVEN, HS_CANARY_FAILED };

struct hs_canary_counts {
	uint64_t proofs, alarms;
};

/* Zero it, fill the first six members, call hs_canary_add. */
struct hs_canary {
	const char *outlet; /* as in receipts; lives as long as the canary */
	int lane;	    /* enum hs_adapter_lane or HS_CANARY_ALL_LANES */
	/* Begins one try: send canary->token. Ends by hs_canary_done, also from inside. NULL: this outlet cannot
	 * be proven, it stays UNPROVEN. */
	void (*start)(struct hs_canary *canary);
	/* Ends the try under way: no hs_canary_done after it, but one from inside may say more than "no answer in
	 * time". */
	void (*abort)(struct hs_canary *canary);
	void *owner; /* the adapter's own */
	bool for_all; /* it speaks for outlets that prove themselves (hs_proof_add): none waits for it */
	/* "canary-" and 32 hex digits, new for each try: a late answer to an earlier one proves nothing. Read only. */
	char token[HS_CANARY_TOKEN_SIZE];
	/* Private to the runtime from here on. */
	struct hs_adapter *adapter;
	struct hs_canary *next;
	enum hs_canary_state state;
	int64_t due_mono_us;	/* of the next try */
	int64_t round_mono_us;	/* when the newest round began */
	int64_t proven_mono_us; /* 0 = never */
	int64_t try_end_mono_us;
	struct hs_canary_counts counts;
	struct hs_proof proof;
	unsigned tries; /* in this round */
	bool under_way;
	enum hs_canary_answer answer; /* of the try under way */
	char why[HS_CANARY_WHY];      /* printable ASCII; "" when proven */
};

/* From ops.open only. */
void hs_canary_add(struct hs_adapter *adapter, struct hs_canary *canary);
/* The try under way ended. good: the token came back from where it should. why: what went wrong and what to do, in
 * a few words. Ignored when no try is under way. */
void hs_canary_done(struct hs_canary *canary, bool good, const char *why);
/* The try under way has nobody to go to, and that is no fault: a screen that is switched off. The outlet is UNPROVEN
 * until somebody is there; looked for again after canary_timeout_ms. */
void hs_canary_skip(struct hs_canary *canary, const char *why);
/* Somebody came to an outlet that is not proven (a station connected): the next try at once. */
void hs_canary_now(struct hs_canary *canary);
/* Whether orders for its outlet wait for the first proof. NULL: no. */
bool hs_canary_holds(const struct hs_canary *canary);
/* What a canary encodes where there is something to encode: an order of a drill for the municipality 990019, which
 * does not exist. It is encoded and never sent. NULL when the arena is full. */
const hs_notice *hs_canary_notice(struct hs_arena *arena);

#endif
