/* The CAP tables: which event is which kind, and that what we call a kind leads back to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "schemas/cap_tables.h"
#include "schemas/notice.h"

static void
events_have_kinds(void **state)
{
	static const struct {
		const char *event, *category;
		int kind;
	} rows[] = {
		{ "Tsunami Warning", "Geo", HS_KIND(TSUNAMI) },
		{ "SEVERE THUNDERSTORM", "Met", HS_KIND(WEATHER) },
		{ "Flash Flood Watch", "Met", HS_KIND(FLOOD) },
		{ "Earthquake Early Warning", "Geo", HS_KIND(EEW) },
		{ "Earthquake", "Geo", HS_KIND(EARTHQUAKE) },
		{ "Volcanic ash", "Geo", HS_KIND(VOLCANO) },
		{ "大津波警報", "Geo", HS_KIND(TSUNAMI) },
		{ "大雨警報", "Met", HS_KIND(WEATHER) },
		{ "土砂災害警戒情報", "Geo", HS_KIND(LANDSLIDE) },
		{ "緊急地震速報", "Geo", HS_KIND(EEW) },
		{ "避難指示", "Safety", HS_KIND(EVACUATION) },
		{ "something of no list", "Met", HS_KIND(WEATHER) },
		{ "something of no list", "Health", HS_KIND(OTHER) },
		{ "High winds, snowstorms", "Met", HS_KIND(WEATHER) },
		{ "Volcano watch; lava", "Geo", HS_KIND(VOLCANO) },
		/* not "ice", "rain", "wind": whole words only */
		{ "Police in train windows", "Security", HS_KIND(OTHER) },
		{ "", "", HS_KIND(OTHER) },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (hs_cap_event_kind(rows[i].event, rows[i].category) != rows[i].kind)
			fail_msg("%s: %d", rows[i].event,
				hs_cap_event_kind(rows[i].event, rows[i].category));
	}
}

static void
names_lead_back(void **state)
{
	(void)state;
	for (int kind = HS_KIND(EVACUATION); kind <= HS_KIND(OTHER); kind++) {
		const struct hs_cap_kind_row *row = hs_cap_kind(kind);

		assert_int_equal(row->kind, kind);
		assert_int_equal(hs_cap_event_kind(row->event_ja, row->category), kind);
	}
	assert_int_equal(hs_cap_kind(999)->kind, HS_KIND(OTHER));
}

static void
levels_have_values(void **state)
{
	(void)state;
	assert_string_equal(hs_cap_level("5")->severity, "Extreme");
	/* the one pair of real traffic */
	assert_string_equal(hs_cap_level("3")->urgency, "Future");
	assert_string_equal(hs_cap_level("3")->severity, "Severe");
	assert_string_equal(hs_cap_level("3")->certainty, "Observed");
	assert_string_equal(hs_cap_level("lift")->response, "AllClear");
	assert_string_equal(hs_cap_level("no such state")->state, "none");
	/* a warning of the weather agency asks nobody to leave */
	assert_string_not_equal(hs_cap_level("w4")->response, "Evacuate");
	assert_string_not_equal(hs_cap_level("w5")->response, "Evacuate");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_have_kinds),
		cmocka_unit_test(names_lead_back),
		cmocka_unit_test(levels_have_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
