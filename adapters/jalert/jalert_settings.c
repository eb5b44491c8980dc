#include "adapters/jalert/jalert.h"
#include "adapters/jalert/jalert_encode.h"
#include "hub/base/check.h"

#define S(member) offsetof(struct hs_siren, member)
#define J(member) offsetof(struct hs_jalert_settings, member)

static const struct hs_config_item siren_items[] = {
	{ "level", HS_CONFIG_INT, S(level), "level", 0, 6, NULL,
		"Alert level of this pattern; 6: restricted zone or unknown term; 0: lifts and "
		"cancels.",
		NULL },
	{ "on_ms", HS_CONFIG_INT, S(on_ms), "ms", 0, 120000, "60000", "How long each tone sounds.",
		NULL },
	{ "off_ms", HS_CONFIG_INT, S(off_ms), "ms", 0, 120000, "5000", "Silence after each tone.",
		NULL },
	{ "times", HS_CONFIG_INT, S(times), "times", 0, 20, "2",
		"How often; 0: a chime instead of a siren.", NULL },
	{ "frequency_hz", HS_CONFIG_INT, S(frequency_hz), "Hz", 100, 4000, "400",
		"Frequency of the synthetic tone.", NULL },
};

static const struct hs_config_record siren_record = { siren_items, HS_COUNT(siren_items),
	sizeof(struct hs_siren) };

static const struct hs_config_item items[] = {
	{ "plan_dir", HS_CONFIG_TEXT, J(plan_dir), "path", 0, 4096, "",
		"Folder in which every plan is written as a file; empty: none.", NULL },
	{ "controller_url", HS_CONFIG_TEXT, J(controller_url), "url", 0, 512, "",
		"nng address of the auto-starter that plays the plans; empty: none.", NULL },
	{ "readings", HS_CONFIG_TEXT, J(readings), "path", 0, 4096, "",
		"CSV file with readings of local place names (word,reading), added to the built-in "
		"table.",
		NULL },
	{ "areas", HS_CONFIG_TEXTS, J(areas), "codes", 0, 2000, "",
		"Municipalities or prefectures that this installation serves; empty: all.", NULL },
	{ "level_min", HS_CONFIG_INT, J(level_min), "level", 0, 5, "3",
		"Orders (and their ends) below this level are not announced.", NULL },
	{ "repeats", HS_CONFIG_INT, J(repeats), "times", 1, 10, "2",
		"How often the body is read out.", NULL },
	{ "gap_ms", HS_CONFIG_INT, J(gap_ms), "ms", 0, 10000, "1500",
		"Silence between the parts, so that echoes die away.", NULL },
	{ "mora_ms", HS_CONFIG_INT, J(mora_ms), "ms", 80, 500, "180",
		"Speed of speech, for the time plan: milliseconds per kana.", NULL },
	{ "live_volume", HS_CONFIG_INT, J(live_volume), "percent", 1, 100, "100",
		"Volume of real announcements, lifts and cancels alike.", NULL },
	{ "drill_volume", HS_CONFIG_INT, J(drill_volume), "percent", 1, 100, "50",
		"Volume of drills.", NULL },
	{ "drill_siren", HS_CONFIG_BOOL, J(drill_siren), "", 0, 0, "false",
		"Whether drills sound the siren pattern; false: a chime.", NULL },
	{ "sirens", HS_CONFIG_LIST, J(sirens), "", 0, 7, "",
		"Siren patterns of this municipality; levels without a row: 60 s / 5 s twice from "
		"level "
		"4 on, else a chime.",
		&siren_record },
};

const struct hs_config_record hs_jalert_record = { items, HS_COUNT(items),
	sizeof(struct hs_jalert_settings) };
