/* scenario.h: a drill as a time line, read from YAML (hs_config tables).
 *
 *   name: …              what it is, one line
 *   steps:
 *     - {at_ms: 0, municipality: "990019", act: issue, level: 3, hazard: flood, districts: [北町一丁目]}
 *
 * act issue: these districts are ordered at this level (a new 発令, also when they stood at another one);
 * lift: they are lifted (解除); cancel: the municipality's last message was wrong (取消). Steps are sorted
 * by at_ms; a district list that is empty means the whole municipality (全域).
 */
#ifndef HS_SIM_SCENARIO_H
#define HS_SIM_SCENARIO_H

#include "hub/base/config.h"

enum hs_sim_act { HS_SIM_ISSUE, HS_SIM_LIFT, HS_SIM_CANCEL };

struct hs_sim_step {
	int64_t at_ms;
	const char *municipality; /* 6-digit code */
	int act;		  /* enum hs_sim_act */
	int64_t level;		  /* 3 … 5 */
	const char *hazard;
	struct hs_config_texts districts;
	const char *text; /* headline; "" = made from the order */
	const char *reason;
};

struct hs_sim_scenario {
	const char *name;
	struct hs_config_list steps; /* struct hs_sim_step */
};

extern const struct hs_config_record hs_sim_scenario_record;

/* Reads, checks (known hazard, level, rising times) and keeps. `why` names the step. */
enum hs_err hs_sim_scenario_load(const char *path, struct hs_sim_scenario *out,
	struct hs_config **config, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;

#endif
