/* ways_test.c: distances, directions, and which shelters are shown. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/signage/ways.h"
#include "hub/base/check.h"
#include "tests/unit/adapters/notice_kit.h"

/* By hand, on the ellipsoid (GRS 80); the sphere may differ by 0.5 %. */
static void
test_distance_and_bearing(void **state)
{
	static const struct {
		struct hs_geo from, to;
		double metres, degrees;
	} rows[] = {
		{ { 35.0, 135.0 }, { 36.0, 135.0 }, 110950,
			0 }, /* a degree of the meridian at 35.5 */
		{ { 36.0, 135.0 }, { 35.0, 135.0 }, 110950, 180 },
		{ { 35.0, 135.0 }, { 35.0, 135.01 }, 912.9,
			90 }, /* cos 35° of a degree of the equator */
		{ { 35.0, 135.01 }, { 35.0, 135.0 }, 912.9, 270 },
		{ { 35.0, 135.0 }, { 35.0, 135.0 }, 0, 0 },
	};
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		double metres = hs_geo_distance_m(rows[i].from, rows[i].to);
		double degrees = hs_geo_bearing_degrees(rows[i].from, rows[i].to);
		if (fabs(metres - rows[i].metres) > rows[i].metres * 0.005 ||
			fabs(degrees - rows[i].degrees) > 0.1)
			fail_msg("row %zu: %f m %f", i, metres, degrees);
	}
	assert_int_equal(hs_geo_rounded_m(4), 0);
	assert_int_equal(hs_geo_rounded_m(994), 990);
	assert_int_equal(hs_geo_rounded_m(1049), 1000);
	assert_int_equal(hs_geo_rounded_m(1051), 1100);
}

static void
test_positions(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = { { "35.68950,139.69170", true }, { "35,139", true }, { "139.7,35.7", false },
		{ "35.7", false }, { "", false }, { "35.7,139.7,", false },
		{ "35.7, 139.7x", false }, { "nan,139", false }, { "19,139", false } };
	struct hs_geo at;
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (hs_geo_parse(rows[i].text, &at) != rows[i].good)
			fail_msg("%s", rows[i].text);
	}
}

/* However a number is written, it is the number that the C library reads. */
static void
test_positions_are_exact(void **state)
{
	static const char *const texts[] = { "35.68950,139.69170", "20,122", "45.,154.5",
		"35.123456789012345,139.00000001", "3.5e1,1.39e2", "0035.5,00139.7",
		"35.6895000000000,139.6917000000000", "+35.7,139.7", "35.99999999,139.12345678" };
	(void)state;
	for (size_t i = 0; i < HS_COUNT(texts); i++) {
		char *end;
		struct hs_geo at;
		double latitude = strtod(texts[i], &end), longitude = strtod(end + 1, NULL);
		assert_true(hs_geo_parse(texts[i], &at));
		assert_memory_equal(&at.latitude, &latitude, sizeof(latitude));
		assert_memory_equal(&at.longitude, &longitude, sizeof(longitude));
	}
}

static void
test_open_ones_first_and_each_once(void **state)
{
	struct hs_screen_shelter known[] = { { "学校", "38.50450,143.50000", { NULL, 0 } },
		{ "公民館", "38.48200,143.50000", { NULL, 0 } } };
	const struct hs_open_shelter open[] = {
		{ "遠い体育館", "990019", "", { 38.53, 143.5 }, 5, 540, 0 },
		{ "公民館（本館）", "990019", "空き", { 38.48201, 143.50001 }, 7, 540, 9 },
		{ "別の島", "990019", "", { 39.5, 143.5 }, 5, 540, 0 },
	};
	const struct hs_screen_site site = {
		.position = "38.50000,143.50000", .shelters = { known, 2 }, .shelters_shown = 5
	};
	struct hs_ways ways = { 0 };
	(void)state;
	assert_int_equal(hs_ways_rank(&ways, &site, open, 3), HS_OK);
	assert_int_equal(ways.count, 3);
	assert_string_equal(ways.rows[0].name, "公民館");
	assert_true(ways.rows[0].open && ways.rows[0].told_unix_us == 7 && ways.rows[0].seq == 9);
	assert_string_equal(ways.rows[0].status, "空き");
	assert_string_equal(ways.rows[1].name, "遠い体育館");
	assert_string_equal(ways.rows[2].name, "学校");
	assert_false(ways.rows[2].open);
	const struct hs_screen_site nowhere = { .position = "", .shelters_shown = 5 };
	assert_int_equal(hs_ways_rank(&ways, &nowhere, open, 3), HS_OK);
	assert_int_equal(ways.count, 0);
	assert_null(hs_ways_next(&ways, NULL, ""));
	hs_ways_free(&ways);
}

/* One of the configuration that is not fit is left out, also when its municipality says that it is open. */
static void
test_fit_for_the_hazard(void **state)
{
	static const char *only[] = { "landslide" };
	struct hs_screen_shelter known[] = { { "学校", "38.50450,143.50000", { only, 1 } },
		{ "公民館", "38.48200,143.50000", { NULL, 0 } } };
	const struct hs_open_shelter open[] = { { "学校", "990019", "", { 38.5, 143.5 }, 5, 540,
		0 } };
	const struct hs_screen_site site = {
		.position = "38.50000,143.50000", .shelters = { known, 2 }, .shelters_shown = 5
	};
	static const struct {
		const char *hazard, *names[3];
	} rows[] = { { "landslide", { "学校", "公民館", NULL } }, { "flood", { "公民館", NULL } },
		{ "", { "学校", "公民館", NULL } } };
	struct hs_ways ways = { 0 };
	(void)state;
	assert_int_equal(hs_ways_rank(&ways, &site, open, 1), HS_OK);
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		const struct hs_way *way = hs_ways_next(&ways, NULL, rows[i].hazard);
		for (size_t k = 0; rows[i].names[k] != NULL; k++) {
			assert_non_null(way);
			assert_string_equal(way->name, rows[i].names[k]);
			way = hs_ways_next(&ways, way, rows[i].hazard);
		}
		assert_null(way);
	}
	hs_ways_free(&ways);
}

/* ---- which are open ---- */

static hs_notice *
shelter_notice(struct hs_arena *arena, uint32_t revision, const char *sort, double latitude)
{
	hs_notice *notice =
		kit_notice(arena, HS_MODE(LIVE), HS_ACTION(ISSUE), "s", revision, NULL, 0);
	Hansho__V1__Shelter__Item *item =
		hs_message_new(arena, &hansho__v1__shelter__item__descriptor);
	item->name = kit_text(arena, "学校");
	item->sort = kit_text(arena, sort);
	item->position = hs_message_new(arena, &hansho__v1__point__descriptor);
	item->position->latitude = latitude;
	item->position->longitude = 143.5;
	item->area = hs_message_new(arena, &hansho__v1__area__descriptor);
	item->area->code = kit_text(arena, "990019");
	item->area->name = kit_text(arena, "架空市");
	hs_repeat(arena, &notice->n_areas, &notice->areas, item->area);
	notice->kind = HS_KIND(SHELTER);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_SHELTER;
	notice->shelter = hs_message_new(arena, &hansho__v1__shelter__descriptor);
	hs_repeat(arena, &notice->shelter->n_items, &notice->shelter->items, item);
	return notice;
}

static void
test_only_what_is_open_and_has_a_place(void **state)
{
	static const struct {
		const char *sort;
		double latitude;
		size_t count;
	} rows[] = { { "開設", 38.5, 1 }, { "閉鎖", 38.5, 0 }, { "常設", 38.5, 1 },
		{ "未開設", 38.5, 0 }, { "不明", 38.5, 0 }, { "開設", 0, 0 }, { "開設", NAN, 0 } };
	struct hs_arena *arena = hs_arena_create(8 << 20);
	struct hs_shelters *shelters = hs_shelters_create();
	size_t count;
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		const hs_notice *notice =
			shelter_notice(arena, (uint32_t)i + 1, rows[i].sort, rows[i].latitude);
		assert_int_equal(hs_shelters_apply(shelters, i + 1, notice), HS_OK);
		(void)hs_shelters_list(shelters, &count);
		if (count != rows[i].count)
			fail_msg("row %zu: %zu", i, count);
	}
	const hs_notice *old = shelter_notice(arena, 1, "開設", 38.5);
	assert_int_equal(hs_shelters_apply(shelters, 99, old), HS_ERR_STALE);
	hs_shelters_destroy(shelters);
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distance_and_bearing),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_positions_are_exact),
		cmocka_unit_test(test_open_ones_first_and_each_once),
		cmocka_unit_test(test_fit_for_the_hazard),
		cmocka_unit_test(test_only_what_is_open_and_has_a_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
