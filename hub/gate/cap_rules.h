/* cap_rules.h: the table of the rules of CAP, for parse_cap.c and tests. */
#ifndef HS_GATE_CAP_RULES_H
#define HS_GATE_CAP_RULES_H

#include "hub/gate/cap.h"

struct hs_cap_rule {
	int number; /* of the page on CAP: 1 … 27 */
	enum hs_finding_code code;
	void (*check)(struct hs_cap *cap, enum hs_finding_code code); /* NULL: held elsewhere */
	const char *sentence;
};

const struct hs_cap_rule *hs_cap_rules(size_t *count);

#endif
