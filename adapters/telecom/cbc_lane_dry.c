/* A lane of which nothing may leave: what its slots would ask for, told instead (cbc_explain.h). */
#include "adapters/telecom/cbc_explain.h"
#include "adapters/telecom/cbc_lane_internal.h"
#include "hub/base/check.h"

void
hs_cbc_lane_explain(struct hs_cbc_delivery *own, struct hs_adapter_item *item, const char *outlet)
{
	struct hs_cbc_own_slot *slot = own->slot;
	struct hs_cbc_posted wanted;
	char stands[HS_CBC_DETAIL_SIZE];
	own->accepted = true;
	slot->told = true;
	own->delivery.outlet = outlet;
	HS_CHECK(hs_cbc_lane_want(slot, true, &wanted) == HS_OK);
	own->pieces = slot->next.pieces;
	own->left_out = slot->next.left_out;
	hs_cbc_accepted_detail(own, "it stands already", stands);
	hs_cbc_explain(&slot->slot, &wanted, item, &own->delivery,
		hs_adapter_now_unix_us(own->lane->adapter), stands);
	hs_cbc_posted_free(&wanted);
}

void
hs_cbc_lane_settle(struct hs_cbc_lane *lane)
{
	hs_cbc_board_expire(&lane->board, hs_adapter_now_unix_us(lane->adapter));
	for (size_t i = 0; i < lane->slot_count; i++) {
		struct hs_cbc_own_slot *own = &lane->slots[i];
		struct hs_cbc_posted wanted;
		HS_CHECK(hs_cbc_lane_want(own, false, &wanted) == HS_OK);
		if (own->next.fresh) {
			hs_cbc_posted_free(&wanted);
			HS_CHECK(hs_cbc_lane_want(own, true, &wanted) == HS_OK);
		}
		hs_cbc_board_sent(&lane->board, own->slot.message_id, own->next.seq);
		hs_cbc_slot_assume(&own->slot, &wanted);
		own->told = false;
	}
}

void
hs_cbc_lane_explain_rest(struct hs_cbc_lane *lane, struct hs_adapter_item *item, const char *outlet)
{
	for (size_t i = 0; i < lane->slot_count; i++) {
		struct hs_cbc_own_slot *own = &lane->slots[i];
		struct hs_cbc_posted wanted;
		if (own->told)
			continue;
		HS_CHECK(hs_cbc_lane_want(own, false, &wanted) == HS_OK);
		hs_cbc_explain_rest(
			&own->slot, &wanted, item, outlet, hs_adapter_now_unix_us(lane->adapter));
		hs_cbc_posted_free(&wanted);
	}
}
