#include "sim/scenario.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/tables.h"

#define STEP(member) offsetof(struct hs_sim_step, member)
#define ALL(member)  offsetof(struct hs_sim_scenario, member)

static const struct hs_config_item step_items[] = {
	{ "at_ms", HS_CONFIG_INT, STEP(at_ms), "ms", 0, 86400000, NULL, "when, from the start",
		NULL },
	{ "municipality", HS_CONFIG_TEXT, STEP(municipality), "6 digits", 6, 6, NULL,
		"code of the municipality that speaks", NULL },
	{ "act", HS_CONFIG_ENUM, STEP(act), "issue lift cancel", 0, 0, "issue", "what it does",
		NULL },
	{ "level", HS_CONFIG_INT, STEP(level), "alert level", 3, 5, "4",
		"level that is ordered, or was", NULL },
	{ "hazard", HS_CONFIG_TEXT, STEP(hazard), "word", 1, 64, "flood",
		"of schemas/tables/hazards.csv", NULL },
	{ "districts", HS_CONFIG_TEXTS, STEP(districts), "names", 0, 200, "",
		"districts; none = the whole municipality", NULL },
	{ "text", HS_CONFIG_TEXT, STEP(text), "text", 0, 2000, "", "headline", NULL },
	{ "reason", HS_CONFIG_TEXT, STEP(reason), "text", 0, 500, "誤った発令のため",
		"why it is cancelled", NULL },
};
static const struct hs_config_record step_record = { step_items, HS_COUNT(step_items),
	sizeof(struct hs_sim_step) };

static const struct hs_config_item items[] = {
	{ "name", HS_CONFIG_TEXT, ALL(name), "text", 1, 200, NULL, "what the drill is", NULL },
	{ "steps", HS_CONFIG_LIST, ALL(steps), "steps", 1, 10000, NULL, "the time line",
		&step_record },
};
const struct hs_config_record hs_sim_scenario_record = { items, HS_COUNT(items),
	sizeof(struct hs_sim_scenario) };

enum hs_err
hs_sim_scenario_load(const char *path, struct hs_sim_scenario *out, struct hs_config **config,
	char why[HS_CONFIG_WHY])
{
	enum hs_err err = hs_config_load(path, &hs_sim_scenario_record, out, config, why);
	if (err != HS_OK)
		return err;
	const struct hs_sim_step *steps = out->steps.items;
	for (size_t i = 0; i < out->steps.count; i++) {
		const char *wrong = NULL;
		if (!hs_hazard_find(steps[i].hazard))
			wrong = "hazard is not in schemas/tables/hazards.csv";
		else if (i > 0 && steps[i].at_ms < steps[i - 1].at_ms)
			wrong = "at_ms is before the step above";
		if (!wrong)
			continue;
		snprintf(why, HS_CONFIG_WHY, "%s: steps[%zu]: %s", path, i + 1, wrong);
		hs_config_free(*config);
		*config = NULL;
		return HS_ERR_CONFIG;
	}
	return HS_OK;
}
