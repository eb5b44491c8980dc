/* cbc_explain.h: what would be posted to a centre, told instead of sent (adapters/runtime/explain.h).
 *
 * Flow:    the lane finds what is wanted of a slot, as for a run → hs_cbc_explain → under the outlet's name "text", what
 *          phones show, and "message", the document of cbc_rest.h as it would be posted: identifier, serial number,
 *          data coding scheme and pages, or the primary warning. Where something stands there, "delete" comes before it;
 *          alone where a notice leaves nothing under an identifier.
 * Limits:  what is in force is taken as standing at the centre. Its serial numbers are those of a fresh start: the update
 *          number (the lowest 4 bits) depends on what this centre was sent before, the rest only where codes collide.
 * Threads: the loop's.
 */
#ifndef HS_CBC_EXPLAIN_H
#define HS_CBC_EXPLAIN_H

#include "adapters/runtime/runtime.h"
#include "adapters/telecom/cbc_slot.h"

/* delivery: filled, of this slot, with an outlet that outlives it; ends in here. stands: the receipt's detail when it need
 * not be posted. */
void hs_cbc_explain(const struct hs_cbc_slot *slot, const struct hs_cbc_posted *wanted,
	struct hs_adapter_item *item, struct hs_adapter_delivery *delivery, int64_t now_unix_us,
	const char *stands);
/* What the tick of the lane would do at a slot that this notice changes without a delivery for it. */
void hs_cbc_explain_rest(const struct hs_cbc_slot *slot, const struct hs_cbc_posted *wanted,
	struct hs_adapter_item *item, const char *outlet, int64_t now_unix_us);

#endif
