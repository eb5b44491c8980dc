#include "adapters/broadcaster/refusals.h"

bool
hs_refusals_add(struct hs_refusals *refusals, int64_t mono_us, uint64_t *unwritten)
{
	refusals->total++;
	if (mono_us < refusals->quiet_until_us) {
		refusals->unwritten++;
		return false;
	}
	*unwritten = refusals->unwritten;
	refusals->unwritten = 0;
	refusals->quiet_until_us = mono_us + HS_REFUSALS_QUIET_US;
	return true;
}
