/* cbc_lane.h: one centre in one lane: its board, its slots, and what keeps them in step.
 *
 * Flow:    pieces on the board → hs_cbc_lane_deliver (a delivery of the runtime for each outlet: attempts, back-off,
 *          deadline, receipt) → slot;
 *          beside it the tick: what is over goes, what stands is posted again each ensure_ms and anew each renew_ms.
 * Rules:   - a delivery makes the whole message of its identifier, with whatever else stands there; the next delivery
 *            then finds it done;
 *          - what leaves a message by itself (an order that ran out, a lift that was told long enough) leaves it under the
 *            same serial number: phones keep still;
 *          - after a start nothing is known of the centre. What is in force, and was acknowledged before, is posted once:
 *            409 says that it stands, 201 that the centre had lost it; what is known not to have been taken there takes the
 *            place of what stands, or, when it is too old for that, leaves it alone; identifiers under which nothing is in force are
 *            deleted. This waits until the lane is up to date, and for what the runtime refuses as too old;
 *          - primary warnings are never posted again;
 *          - while the outlet waits for its first proof (adapters/runtime/proofs.h) nothing leaves.
 * Owner:   the centre (cbc.c). Threads: the loop's.
 */
#ifndef HS_CBC_LANE_H
#define HS_CBC_LANE_H

#include "adapters/runtime/runtime.h"
#include "adapters/telecom/cbc_board.h"
#include "adapters/telecom/cbc_slot.h"

#define HS_CBC_OUTLET_SIZE 96

struct hs_cbc_lane;
struct hs_telecom_missed;

/* "NAME/AREA", "NAME/AREA/en", "NAME/etws". */
void hs_cbc_outlet_name(const struct hs_cbc *cbc, const char *place, enum hs_cbc_language language,
	char out[HS_CBC_OUTLET_SIZE]);

struct hs_cbc_lane_options {
	struct hs_adapter *adapter;
	const struct hs_cbc *cbc;
	enum hs_adapter_lane lane;
	const struct hs_post_options *http;
	const struct hs_canary *canary;	  /* NULL = none */
	struct hs_telecom_missed *missed; /* who never got what */
};

enum hs_err hs_cbc_lane_open(
	const struct hs_cbc_lane_options *options, struct hs_cbc_lane **out) HS_MUST_CHECK;
/* Every delivery has ended. NULL is allowed. */
void hs_cbc_lane_close(struct hs_cbc_lane *lane);

struct hs_cbc_board *hs_cbc_lane_board(struct hs_cbc_lane *lane);
/* After the pieces of the item were put. outlet: for its receipts, copied. started_mono_us: for the budget of a primary
 * warning, 0 = no primary warning. Before hs_adapter_done. */
void hs_cbc_lane_deliver(struct hs_cbc_lane *lane, struct hs_adapter_item *item,
	uint16_t message_id, const char *outlet, int64_t started_mono_us);
/* Where nothing may leave (hs_adapter_is_dry), before a notice: whatever was put so far stands at the centre now. There
 * hs_cbc_lane_deliver shows its message (cbc_explain.h). */
void hs_cbc_lane_settle(struct hs_cbc_lane *lane);
/* There, after the pieces of the item: what else its notice changes at the centre without a delivery, such as an identifier
 * under which nothing stands any more. outlet: under whose name it is shown. */
void hs_cbc_lane_explain_rest(
	struct hs_cbc_lane *lane, struct hs_adapter_item *item, const char *outlet);
/* A primary warning that the centre took before this start: a graver one gets another serial number. */
void hs_cbc_lane_told(struct hs_cbc_lane *lane, const struct hs_cbc_piece *piece);
/* While the hub is away the centre is kept as it should be; while a backlog comes it is left alone. */
void hs_cbc_lane_state(struct hs_cbc_lane *lane, enum hs_adapter_lane_state state);
void hs_cbc_lane_tick(struct hs_cbc_lane *lane);
/* Members of a JSON array: one object for each identifier; first: no comma before it. */
void hs_cbc_lane_status(const struct hs_cbc_lane *lane, bool first, struct hs_buf *out);
/* Primary warnings that took longer than the budget. */
uint64_t hs_cbc_lane_etws_late(const struct hs_cbc_lane *lane);

/* From the arrival of a primary warning to the answer of the centre; the network has the same again. 3GPP TS 22.268:
 * 4 s from the network's edge to the phone. */
#define HS_CBC_ETWS_BUDGET_MS 4000

#endif
