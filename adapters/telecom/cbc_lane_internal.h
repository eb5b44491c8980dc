/* cbc_lane_internal.h: what cbc_lane.c and cbc_lane_dry.c share, and nobody else. See cbc_lane.h. */
#ifndef HS_CBC_LANE_INTERNAL_H
#define HS_CBC_LANE_INTERNAL_H

#include "adapters/telecom/cbc_lane.h"

#define HS_CBC_DETAIL_SIZE 512

struct hs_cbc_own_slot;

struct hs_cbc_delivery {
	struct hs_adapter_delivery delivery;
	struct hs_cbc_lane *lane;
	struct hs_cbc_own_slot *slot;
	int64_t etws_mono_us;
	bool accepted;
	char outlet[HS_CBC_OUTLET_SIZE];
	size_t pieces, left_out; /* of the message that it made */
	uint64_t seq;		 /* of the newest piece in it */
	uint64_t item_seq;	 /* of its notice, on the board */
};

struct hs_cbc_own_slot {
	struct hs_cbc_slot slot;
	struct hs_cbc_lane *lane;
	struct hs_cbc_delivery *waiter; /* whose attempt waits for this slot, or runs in it */
	bool for_waiter;
	bool told;    /* of the notice that is explained */
	bool settled; /* since the start it was seen to stand, or not to */
	int64_t tick_mono_us, ensure_mono_us, renew_mono_us;
	struct hs_cbc_content next; /* of the run under way: counts only */
};

struct hs_cbc_lane {
	struct hs_adapter *adapter;
	struct hs_cbc_link link;
	enum hs_adapter_lane id;
	const struct hs_canary *canary;
	struct hs_telecom_missed *missed;
	struct hs_cbc_board board;
	struct hs_cb_codes codes;
	struct hs_cbc_own_slot *slots;
	size_t slot_count;
	bool current;
	uint64_t etws_late;
};

/* What should stand there now. fresh: a new notice speaks, so that a new text gets a new update number. */
enum hs_err hs_cbc_lane_want(
	struct hs_cbc_own_slot *own, bool fresh, struct hs_cbc_posted *out) HS_MUST_CHECK;
/* The receipt's detail when the centre has it. */
void hs_cbc_accepted_detail(
	const struct hs_cbc_delivery *own, const char *detail, char out[HS_CBC_DETAIL_SIZE]);
/* Instead of an attempt, where nothing may leave. Its pieces count as sent from hs_cbc_lane_settle on. */
void hs_cbc_lane_explain(
	struct hs_cbc_delivery *own, struct hs_adapter_item *item, const char *outlet);

#endif
