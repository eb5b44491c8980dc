#include "adapters/jalert/kinds.h"

#include <string.h>

#include "hub/base/check.h"
#include "schemas/notice.h"

#define CIVIL(word_)                                               \
	{                                                          \
		word_, HS_PRIORITY_INSTANT, true, true, false, "", \
		{                                                  \
			0, 14000, 1000, 1, 620, 930, 0             \
		}                                                  \
	}

/* Frequencies: our own, none of a signal that the law keeps. */
static const struct hs_alert_row rows[HS_ALERT_COUNT] = {
	[HS_ALERT_EVACUATION] = { "evacuation", HS_PRIORITY_LEVEL4, true, false, false, "",
		{ 0, 0, 0, 0, 0, 0, 0 } },
	[HS_ALERT_MISSILE] = CIVIL("missile"),
	[HS_ALERT_AIR_ATTACK] = CIVIL("air_attack"),
	[HS_ALERT_GUERRILLA] = CIVIL("guerrilla"),
	[HS_ALERT_TERROR] = CIVIL("terror"),
	[HS_ALERT_CIVIL_OTHER] = CIVIL("civil_other"),
	[HS_ALERT_EEW] = { "eew", HS_PRIORITY_INSTANT, true, false, true, "5-",
		{ 0, 240, 60, 4, 740, 1110, 0 } },
	[HS_ALERT_TSUNAMI_MAJOR] = { "tsunami_major", HS_PRIORITY_TSUNAMI, true, false, false, "",
		{ 0, 3000, 2000, 3, 420, 0, 0 } },
	[HS_ALERT_TSUNAMI_WARNING] = { "tsunami_warning", HS_PRIORITY_TSUNAMI, true, false, false,
		"", { 0, 5000, 6000, 2, 420, 0, 0 } },
	[HS_ALERT_TSUNAMI_ADVISORY] = { "tsunami_advisory", HS_PRIORITY_TSUNAMI, false, false,
		false, "", { 0, 10000, 2000, 2, 420, 0, 0 } },
	[HS_ALERT_ERUPTION] = { "eruption", HS_PRIORITY_LEVEL5, true, false, false, "",
		{ 0, 0, 0, 0, 0, 0, 0 } },
	[HS_ALERT_CRATER] = { "crater", HS_PRIORITY_NORMAL, false, false, false, "",
		{ 0, 0, 0, 0, 0, 0, 0 } },
	[HS_ALERT_SPECIAL] = { "special_warning", HS_PRIORITY_LEVEL5, true, false, false, "",
		{ 0, 0, 0, 0, 0, 0, 0 } },
	[HS_ALERT_DANGER_WARNING] = { "danger_warning", HS_PRIORITY_LEVEL4, false, false, false, "",
		{ 0, 0, 0, 0, 0, 0, 0 } },
	[HS_ALERT_WARNING] = { "warning", HS_PRIORITY_NORMAL, false, false, false, "",
		{ 0, 0, 0, 0, 0, 0, 0 } },
	[HS_ALERT_INTENSITY] = { "intensity", HS_PRIORITY_NORMAL, false, false, true, "5-",
		{ 0, 0, 0, 0, 0, 0, 0 } },
};

const struct hs_alert_row *
hs_alert_row(enum hs_alert_kind kind)
{
	HS_CHECK(kind >= 0 && kind < HS_ALERT_COUNT);
	return &rows[kind];
}

bool
hs_alert_is_emergency(enum hs_alert_kind kind)
{
	return kind != HS_ALERT_EVACUATION && hs_alert_row(kind)->priority <= HS_PRIORITY_LEVEL5;
}

uint32_t
hs_intensity_grade(const char *intensity)
{
	static const char *const words[] = { "0", "1", "2", "3", "4", "5-", "5+", "6-", "6+", "7" };
	for (size_t i = 0; i < HS_COUNT(words); i++)
		if (strcmp(words[i], intensity) == 0)
			return (uint32_t)i + 1;
	return 0;
}
