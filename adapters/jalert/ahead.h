/* ahead.h: everything that the auto-start table and evacuation orders can let say, before it happens: for what is rendered ahead,
 * and for what a WAV bank must have. Pure.
 *
 * Flow:    kinds that start × phases × served places, and levels 3 to 5 × issue, lift, cancel → announcement → visit;
 *          where civil protection starts, also every hour, minute and prefecture, of which its sentences are put together.
 * Limits:  no names of districts and of warnings are known ahead: sentences with such names are made when they are needed.
 *          Places beyond areas_max are left out; without any listed place there is one without a name.
 */
#ifndef HS_JALERT_AHEAD_H
#define HS_JALERT_AHEAD_H

#include "adapters/jalert/auto_start.h"
#include "adapters/jalert/jalert_encode.h"

struct hs_ahead {
	const struct hs_plan_options *options;
	const struct hs_auto_start_rule *rules;
	size_t rule_count;
	const struct hs_config_texts *areas;
	size_t areas_max;
};

/* visit: the announcement lives until it returns; an error ends it. HS_ERR_NOMEM. */
enum hs_err hs_ahead_each(const struct hs_ahead *ahead, int mode,
	enum hs_err (*visit)(void *owner, const struct hs_announcement *announcement),
	void *owner) HS_MUST_CHECK;

#endif
