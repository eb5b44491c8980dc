#include "adapters/jalert/auto_start.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/base/look.h"
#include "schemas/tables.h"

#define R(member) offsetof(struct hs_auto_start_rule, member)

static const struct hs_config_item items[] = {
	{ "kind", HS_CONFIG_ENUM, R(kind), HS_ALERT_WORDS, 0, 0, NULL, "What the row is about.",
		NULL },
	{ "areas", HS_CONFIG_TEXTS, R(areas), "codes", 0, 2000, "",
		"Municipalities or prefectures it holds for; empty: all.", NULL },
	{ "start", HS_CONFIG_BOOL, R(start), "", 0, 0, "true",
		"Whether it sounds by itself; false: it stays silent.", NULL },
	{ "threshold", HS_CONFIG_TEXT, R(threshold), "intensity", 0, 2, "",
		"Of eew and intensity: the least seismic intensity that sounds (4, 5-, 5+, 6-, 6+, "
		"7); empty: 5-.",
		NULL },
};

const struct hs_config_record hs_auto_start_record = { items, HS_COUNT(items),
	sizeof(struct hs_auto_start_rule) };

static bool
is_for(const struct hs_auto_start_rule *rule, const struct hs_alert *alert)
{
	if (rule->kind != (int)alert->kind)
		return false;
	for (size_t i = 0; i < rule->areas.count; i++)
		if (hs_area_within(alert->code, rule->areas.items[i]))
			return true;
	return rule->areas.count == 0;
}

bool
hs_auto_start(const struct hs_auto_start_rule *rules, size_t count, const struct hs_alert *alert)
{
	const struct hs_alert_row *row = hs_alert_row(alert->kind);
	const char *threshold = row->threshold;
	bool start = row->starts;
	for (size_t i = 0; i < count; i++) {
		if (!is_for(&rules[i], alert))
			continue;
		start = rules[i].start;
		if (rules[i].threshold[0] != '\0')
			threshold = rules[i].threshold;
		break;
	}
	if (!start)
		return false;
	return threshold[0] == '\0' || alert->grade >= hs_intensity_grade(threshold);
}

static bool
has_threshold(int kind)
{
	return hs_alert_row((enum hs_alert_kind)kind)->threshold[0] != '\0';
}

enum hs_err
hs_auto_start_look(const struct hs_auto_start_rule *rules, size_t count, char why[HS_CONFIG_WHY])
{
	for (size_t i = 0; i < count; i++) {
		const struct hs_auto_start_rule *rule = &rules[i];
		if (rule->kind == HS_ALERT_EVACUATION)
			return hs_look_refuse(why,
				"auto_start: row %zu: evacuation orders start by level_min; take "
				"the row away",
				i + 1);
		if (rule->threshold[0] != '\0' && !has_threshold(rule->kind))
			return hs_look_refuse(why,
				"auto_start: row %zu: %s has no threshold; take it away", i + 1,
				hs_alert_row((enum hs_alert_kind)rule->kind)->word);
		if (rule->threshold[0] != '\0' && hs_intensity_grade(rule->threshold) == 0)
			return hs_look_refuse(why,
				"auto_start: row %zu: threshold: \"%.10s\" is no seismic "
				"intensity; write 4, "
				"5-, 5+, 6-, 6+ or 7",
				i + 1, rule->threshold);
		for (size_t j = 0; j < rule->areas.count; j++)
			if (!hs_area_find(rule->areas.items[j]))
				return hs_look_refuse(why,
					"auto_start: row %zu: areas: \"%.40s\" is no code of a "
					"municipality or prefecture",
					i + 1, rule->areas.items[j]);
	}
	return HS_OK;
}
