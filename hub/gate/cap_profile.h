/* cap_profile.h: checks of profiles by name, for cap_profile.c and tests. */
#ifndef HS_GATE_CAP_PROFILE_H
#define HS_GATE_CAP_PROFILE_H

#include "hub/gate/cap.h"

struct hs_cap_profile_check {
	const char *rule;
	bool each_info; /* asked of each info; else once, with info NULL */
	bool (*keeps)(const struct hs_cap *cap, hs_xml_node *info);
	const char *wanted;
};

/* The check that a row of cap_profiles.csv names; NULL when there is none (a test sees to it that there is). */
const struct hs_cap_profile_check *hs_cap_profile_check(const char *rule);

#endif
