/* Circles and polygons: both spellings, Japan only, nothing else. */
#include "hub/gate/geometry.h"
#include "tests/unit/hub/gate/samples.h"

typedef bool parse_shape(struct hs_arena *arena, const char *text, hs_geometry *geometry);

static const struct {
	parse_shape *parse;
	const char *text;
	bool good;
} rows[] = {
	{ hs_circle_parse, "35.5,139.5,0", true },
	{ hs_circle_parse, "35.5,139.5 1.5", true },
	{ hs_circle_parse, " 35.5 , 139.5 ", true },
	{ hs_circle_parse, "139.5,35.5,0", false },
	{ hs_circle_parse, "35.5", false },
	{ hs_circle_parse, "35.5,139.5,-1", false },
	{ hs_circle_parse, "35.5,139.5,0,0", false },
	{ hs_circle_parse, "35.5,139.5x", false },
	{ hs_circle_parse, "nan,nan,0", false },
	{ hs_circle_parse, "inf,139.5,0", false },
	{ hs_circle_parse, "0x23,139.5,0", false },
	{ hs_circle_parse, "1e999,139,0", false },
	{ hs_circle_parse, "", false },
	{ hs_circle_parse, "51.5,-0.1,0", false },
	{ hs_polygon_parse, "35,139 36,139 36,140 35,139", true },
	{ hs_polygon_parse, "35,139\n36,139\t36,140", true },
	{ hs_polygon_parse, "35,139 36,139", false },
	{ hs_polygon_parse, "139,35 139,36 140,36", false },
	{ hs_polygon_parse, "35,139 36,139 36", false },
	{ hs_polygon_parse, "35,139 36,139 36,1400", false },
	{ hs_polygon_parse, "", false },
};

static void
test_shapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_arena *arena = hs_arena_create(1 << 20);
		hs_geometry *geometry = hs_message_new(arena, &hansho__v1__geometry__descriptor);

		if (rows[i].parse(arena, rows[i].text, geometry) != rows[i].good)
			fail_msg("row %zu: %s", i, rows[i].text);
		assert_int_equal(geometry->n_circles + geometry->n_polygons, rows[i].good);
		hs_arena_destroy(arena);
	}
}

static void
test_values(void **state)
{
	struct hs_arena *arena = hs_arena_create(1 << 20);
	hs_geometry *geometry = hs_message_new(arena, &hansho__v1__geometry__descriptor);

	(void)state;
	assert_true(hs_circle_parse(arena, "35.25,139.5 2.5", geometry));
	assert_true(geometry->circles[0]->center->latitude == 35.25);
	assert_true(geometry->circles[0]->center->longitude == 139.5);
	assert_true(geometry->circles[0]->radius_km == 2.5);
	assert_true(hs_polygon_parse(arena, "35,139 36,139 36,140", geometry));
	assert_int_equal(geometry->polygons[0]->n_points, 3);
	assert_true(geometry->polygons[0]->points[2]->longitude == 140.0);
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
