#include <string.h>

#include "adapters/jalert/jalert.h"
#include "adapters/jalert/jalert_encode.h"
#include "adapters/jalert/readings.h"
#include "hub/base/check.h"
#include "hub/base/look.h"
#include "schemas/tables.h"

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

static enum hs_err
look_readings(const char *path, char why[HS_CONFIG_WHY])
{
	struct hs_readings *readings = hs_readings_create();
	size_t line = 0;
	enum hs_err err = HS_ERR_NOMEM;

	if (readings != NULL)
		err = hs_readings_add_file(readings, path, &line);
	hs_readings_destroy(readings);
	if (err == HS_ERR_PARSE)
		return hs_look_refuse(why,
			"readings: %.300s, line %zu, is not word,reading; mend it", path, line);
	if (err == HS_ERR_IO)
		return hs_look_refuse(why,
			"readings: %.300s cannot be read; check the path and its permissions",
			path);
	return err;
}

/* A PAIR socket of an outside program: without TLS, so on this machine or in its own network. */
static bool
is_controller(const char *url)
{
	return strncmp(url, "ipc://", 6) == 0 || strncmp(url, "tcp://", 6) == 0;
}

enum hs_err
hs_jalert_look(const void *given, char why[HS_CONFIG_WHY])
{
	const struct hs_jalert_settings *settings = given;

	for (size_t i = 0; i < settings->areas.count; i++) {
		if (hs_area_find(settings->areas.items[i]) == NULL)
			return hs_look_refuse(why,
				"areas: \"%.40s\" is no code of a municipality or prefecture; "
				"write 6 "
				"or 2 digits, in quotes",
				settings->areas.items[i]);
	}
	if (settings->controller_url[0] != '\0' && !is_controller(settings->controller_url))
		return hs_look_refuse(why,
			"controller_url: %.200s begins with neither ipc:// nor tcp://",
			settings->controller_url);
	return settings->readings[0] == '\0' ? HS_OK : look_readings(settings->readings, why);
}
