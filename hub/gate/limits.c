/* limits.c: the defaults of limits.h. */
#include "hub/gate/limits.h"

const struct hs_gate_limits hs_gate_limits_default = {
#define HS_LIMIT_DEFAULT(name, unit, min, max, fallback, sentence) .name = (fallback),
	HS_GATE_LIMITS(HS_LIMIT_DEFAULT)
#undef HS_LIMIT_DEFAULT
};
