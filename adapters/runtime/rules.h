/* rules.h: what may leave an adapter, and when: pure functions, no clock, no state.
 *
 * The drill gate is the one place that decides whether a notice of some mode may reach an outlet. It is
 * a table with "no" as the answer to everything that it does not list (promise P8).
 * Threads: any.
 */
#ifndef HS_ADAPTER_RULES_H
#define HS_ADAPTER_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "schemas/notice.h"

enum hs_adapter_lane { HS_LANE_LIVE, HS_LANE_DRILL, HS_LANE_COUNT };

/* "live", "drill". */
const char *hs_lane_name(enum hs_adapter_lane lane);
/* The mode that a hub on this lane must say in its hello. */
int hs_lane_mode(enum hs_adapter_lane lane);

struct hs_gate_verdict {
	bool allow;
	const char *reason; /* "" when allowed; else a sentence for the receipt. Static. */
};

/* mode: of the notice, any number (unknown ones are refused). lane: of the link it came by.
 * drill_on: the adapter's switch. */
struct hs_gate_verdict hs_drill_gate(int mode, int lane, bool drill_on);

/* What the runtime makes of a notice before its adapter sees it: the first that holds, in this order. */
enum hs_ruling_kind {
	HS_RULING_GATE,	       /* the drill gate says no: FILTERED */
	HS_RULING_MAINTENANCE, /* HELD, kept for the process after this one */
	HS_RULING_OLD,	       /* it rings, and this is too old to start anything: EXPIRED */
	HS_RULING_SAME_EVENT, /* it rings, and this, no cancel, was told already by another route: FILTERED */
	HS_RULING_UNKNOWN, /* it rings, and this has an unknown term: HELD */
	HS_RULING_PASS	   /* the adapter gets it: RECEIVED */
};

struct hs_ruling {
	enum hs_ruling_kind kind;
	int receipt;	    /* HS_RECEIPT(…) of the adapter itself */
	const char *reason; /* "" for PASS. Static. */
};

struct hs_ruling_case {
	const hs_notice *notice;
	int lane;
	bool drill_on;	  /* the adapter's switch */
	bool maintenance; /* its outlets are closed */
	bool rings;	  /* it alerts people */
	bool expired;	  /* hs_expiry_unix_us is past */
};

struct hs_ruling hs_rule(const struct hs_ruling_case *one);

/* Receipt of an outlet that alerts people, for a silent correction (notice.proto): it keeps it in mind, for what
 * comes later, and says nothing. */
#define HS_SILENT_REASON "a silent correction: nothing that stands has changed"

/* Receipt of an outlet that alerts people, for a message of another route about an event that was told already (the hub's
 * flag, hub/core/same_event.h). */
#define HS_SAME_EVENT_REASON "the same event was announced already, from another source"

/* Receipts (HELD) that senders read: of an adapter that is cut off, and of an outlet that waits for its proof. */
#define HS_MAINTENANCE_REASON                                                                                               \
	"保守作業中のため配信していません。別の手段で伝えてください。maintenance: not sent; " \
	"use another way to this outlet"
#define HS_UNPROVEN_REASON                                                                                                                     \
	"設定の変更か起動の後、配信経路の確認を待っています。確認できしだい自動で送ります。急ぐと" \
	"きは別の手段でも伝えてください。"                                                                                     \
	"waits until the outlet is proven after a change or a start, then goes out by itself; "                                                \
	"use another way too when it is urgent"

/* Receipts (EXPIRED) of what waited for a proof: its cancel came, which is not sent to this outlet, or is sent, because the outlet
 * may have an earlier revision; or something newer went out. And of the cancel that is not sent (FILTERED). */
#define HS_CANCELLED_REASON "送る前に取り消されました。cancelled before it went out"
#define HS_CANCELLED_TOLD_REASON                                                                                           \
	"送る前に取り消されました。取り消しはこの配信先に送ります。cancelled before it went " \
	"out; the cancel is sent to this outlet"
#define HS_REPLACED_REASON \
	"送る前に新しい情報に替わりました。replaced by a newer message before it went out"
#define HS_NEVER_GIVEN_REASON                                                                                            \
	"取り消す情報をこの配信先に送っていないため、送りません。not sent: what it cancels " \
	"was never sent to this outlet"

/* Receipts (EXPIRED) of what was held for its unknown term until its document went on. */
#define HS_HELD_CANCELLED_REASON "保留中に取り消されました。cancelled while it was held"
#define HS_HELD_REPLACED_REASON \
	"保留中に新しい情報に替わりました。replaced by a newer message while it was held"

/* Receipt (EXPIRED) of what came, or was released, too late. */
#define HS_TOO_OLD_REASON "too old to start anything"

/* Why a ringing outlet must hold this notice for an operator: unknown kind, action, term or level.
 * "" when nothing is unknown. Static. */
const char *hs_hold_reason(const hs_notice *notice);

/* A lift or a cancel. */
bool hs_ends(const hs_notice *notice);

/* The moment after which the notice must not start anything: valid_until, or accepted plus max age,
 * whichever is first. Lifts and cancels use max_age_end_ms. Without an accepted time received_unix_us
 * stands in for it. Microseconds since 1970. */
int64_t hs_expiry_unix_us(const hs_notice *notice, int64_t received_unix_us, int64_t max_age_ms,
	int64_t max_age_end_ms);

/* Pause before attempt number `attempt` (2…): first, doubled each time, at most max_ms, and of that a
 * part between 50 and 100 % chosen by `random`. Milliseconds. */
int64_t hs_backoff_ms(uint32_t attempt, int64_t first_ms, int64_t max_ms, uint32_t random);

#endif
