/* jalert_canary.h: the canaries to the auto-starter and to the folder of plans (adapters/runtime/canary.h).
 *
 * Flow:    start → an order for a municipality that does not exist becomes a plan, which is thrown away
 *          → {"type":"canary","id":TOKEN} over the connection of the plays (controller.h)
 *          → {"id":TOKEN,"state":"canary"}: proven. No answer, or any other state: not.
 *          The folder: a hidden file is written as a plan is, read back and removed (canary_folder.h).
 * Owner:   the adapter embeds it. An abort needs nothing: a late answer has an old token.
 * Threads: the loop's.
 */
#ifndef HS_JALERT_CANARY_H
#define HS_JALERT_CANARY_H

#include <stdbool.h>

#include "adapters/jalert/controller.h"
#include "adapters/jalert/jalert_encode.h"
#include "adapters/runtime/canary_folder.h"

struct hs_jalert_canary {
	struct hs_canary canary;	/* outlet "controller" */
	struct hs_canary_folder folder; /* outlet "plan_dir" */
	struct hs_controller *controller;
	struct hs_plan_options options; /* as orders are encoded */
};

/* From ops.open. What is pointed to lives as long as the adapter. controller: NULL = none; plan_dir: "" = none. */
void hs_jalert_canary_add(struct hs_jalert_canary *own, struct hs_adapter *adapter,
	struct hs_controller *controller, const char *plan_dir,
	const struct hs_plan_options *options);
void hs_jalert_canary_close(struct hs_jalert_canary *own);
/* Takes an answer that is meant for a canary; false: it is one to something else. */
bool hs_jalert_canary_answer(
	struct hs_jalert_canary *own, const struct hs_controller_answer *answer);

#endif
