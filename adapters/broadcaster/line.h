/* line.h: what one station of the configuration is owed on one lane, whatever carries it (WebSocket or nng).
 *
 * Flow:    notice → hs_line_deliver → delivery of the runtime → the carrier asks hs_line_next, sends, says hs_line_sent
 *          → the station's receipt → hs_line_take → receipt to the hub.
 *          A station that comes: state first, then what still waits, then as it happens. It needs no position: what it has
 *          not confirmed is sent again (the same epoch and seq), what is over is in the state.
 * Receipts: SENT when it left, ACCEPTED at the station's "received", DISPLAYED at its "displayed" (with its own time in the
 *          detail), FAILED with its reason; EXPIRED by the runtime when nobody took it in time. Each state once; what was
 *          not sent to this station cannot be confirmed by it. A notice for several prefectures is several messages, and a receipt
 *          is about one of them (confirmed.h): what is not confirmed is sent again; one that failed is told at once.
 * Rules:   a cancel of a document of which this station got nothing (it was away, the order expired or was replaced first)
 *          is not told: FILTERED. When that is not known, as after a restart, it is told.
 *          A newer message of a document never waits until the older one is confirmed: that one is over then.
 * Canary:  {"type":"canary","token":T} must come back as the same; a station that is not there is an alarm.
 * Owner:   outlets.h owns the lines; a line owns its items until the runtime ended them.
 * Threads: the loop's. Format: JSON, schemas/broadcast.asyncapi.yaml.
 */
#ifndef HS_BROADCASTER_LINE_H
#define HS_BROADCASTER_LINE_H

#include "adapters/broadcaster/broadcaster_encode.h"
#include "adapters/broadcaster/had.h"
#include "adapters/broadcaster/later.h"
#include "adapters/broadcaster/profile.h"
#include "adapters/runtime/runtime.h"
#include "hub/base/frame.h"

struct json_t;
struct hs_line;
struct hs_line_item;

struct hs_line_ops {
	/* Something may be sent: the carrier asks hs_line_next until that is NULL or it can take no more. */
	void (*wake)(void *owner, struct hs_line *line);
	/* The message "state" for this station: a new reference, or NULL when out of memory. */
	struct json_t *(*state)(void *owner, const struct hs_line *line);
	void *owner;
};

struct hs_line {
	const struct hs_profile *profile;
	struct hs_adapter *adapter;
	const struct hs_line_ops *ops;
	enum hs_adapter_lane lane;
	bool up;
	unsigned owed; /* private, as all below */
	struct hs_line_item *items;
	struct hs_canary canary;
	bool canary_waits;
	struct hs_later later;
	struct hs_had had;
};

/* Adds its canary: from ops.open. ops: kept. */
void hs_line_open(struct hs_line *line, const struct hs_profile *profile,
	struct hs_adapter *adapter, enum hs_adapter_lane lane, const struct hs_line_ops *ops);
/* The station is there: it gets the state, and what waits. */
void hs_line_up(struct hs_line *line);
void hs_line_down(struct hs_line *line);
/* The state again (it was made anew, or something was too old to be told as an item). */
void hs_line_owe_state(struct hs_line *line);
void hs_line_owe_beat(struct hs_line *line);

/* items: one message for each prefecture; it takes references of their records. fresh: no process before this one can have sent it.
 * false: out of memory. */
bool hs_line_deliver(struct hs_line *line, struct hs_adapter_item *item,
	const struct hs_broadcast_item *items, size_t count, bool fresh);

/* What leaves next; NULL: nothing. The reference is the caller's. */
struct hs_frame *hs_line_next(struct hs_line *line);
/* That left. */
void hs_line_sent(struct hs_line *line);
/* A message of the station: receipt, canary, pong. false: it is none; why says what is expected. */
bool hs_line_take(struct hs_line *line, const struct json_t *message, const char **why);

#endif
