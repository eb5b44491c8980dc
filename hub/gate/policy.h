/* policy.h: who may say what, in which mode. Pure decisions over tables; the stage that uses
 * them is hs_stage_policy. */
#ifndef HS_GATE_POLICY_H
#define HS_GATE_POLICY_H

#include <stdbool.h>

#include "hub/gate/principal.h"

/* HS_MODE(…) of a distributionStatus: Actual, Exercise, Test, System. 0: unknown. Case counts. */
int hs_status_mode(const char *status);
/* True when envelope and Control say the same known status, the lane carries it, and the
 * principal lists it: live carries Actual only; drill carries Exercise, Test and System. lane:
 * HS_MODE(LIVE) or HS_MODE(DRILL). */
bool hs_mode_allowed(const char *envelope_status, const char *control_status, int lane,
	const struct hs_principal *principal);
/* The code (2, 5, 6 or 12 digits) lies within one of the principal's areas. */
bool hs_area_allowed(const char *code, const struct hs_principal *principal);

#endif
