/* limits.c: the defaults of limits.h. */
#include "hub/gate/limits.h"

const struct hs_gate_limits hs_gate_limits_default = {
#define HS_LIMIT_DEFAULT(name, unit, min, max, fallback, sentence) .name = (fallback),
	HS_GATE_LIMITS(HS_LIMIT_DEFAULT)
#undef HS_LIMIT_DEFAULT
};

struct hs_gate_limits
hs_gate_limits_relayed(const struct hs_gate_limits *limits)
{
	struct hs_gate_limits relayed = *limits;

	relayed.body_bytes = limits->relay_body_bytes;
	relayed.elements = limits->relay_elements;
	relayed.areas = limits->relay_areas;
	/* What others said is not cut short or refused for its length. */
	relayed.headline_chars = relayed.complement_chars = relayed.text_chars =
		limits->relay_body_bytes;
	return relayed;
}

int64_t
hs_gate_limits_body_max(const struct hs_gate_limits *limits)
{
	return limits->relay_body_bytes > limits->body_bytes ? limits->relay_body_bytes
							     : limits->body_bytes;
}
