/* Circles and polygons: both spellings, Japan only, nothing else. */
#include "hub/gate/geometry.h"
#include "tests/unit/hub/gate/samples.h"

typedef enum hs_shape parse_shape(struct hs_arena *arena, const char *text, hs_geometry *geometry,
	int64_t *points_left, char where[64]);

static const struct {
	parse_shape *parse;
	const char *text;
	enum hs_shape shape;
} rows[] = {
	{ hs_circle_parse, "35.5,139.5,0", HS_SHAPE_OK },
	{ hs_circle_parse, "35.5,139.5 1.5", HS_SHAPE_OK },
	{ hs_circle_parse, " 35.5 , 139.5 ", HS_SHAPE_OK },
	{ hs_circle_parse, "139.5,35.5,0", HS_SHAPE_BAD },
	{ hs_circle_parse, "35.5", HS_SHAPE_BAD },
	{ hs_circle_parse, "35.5,139.5,-1", HS_SHAPE_BAD },
	{ hs_circle_parse, "35.5,139.5,0,0", HS_SHAPE_BAD },
	{ hs_circle_parse, "35.5,139.5x", HS_SHAPE_BAD },
	{ hs_circle_parse, "nan,nan,0", HS_SHAPE_BAD },
	{ hs_circle_parse, "inf,139.5,0", HS_SHAPE_BAD },
	{ hs_circle_parse, "0x23,139.5,0", HS_SHAPE_BAD },
	{ hs_circle_parse, "1e999,139,0", HS_SHAPE_BAD },
	{ hs_circle_parse, "", HS_SHAPE_BAD },
	{ hs_circle_parse, "51.5,-0.1,0", HS_SHAPE_BAD },
	{ hs_polygon_parse, "35,139 36,139 36,140 35,139", HS_SHAPE_OK },
	{ hs_polygon_parse, "35,139\n36,139\t36,140,35.0,139.00", HS_SHAPE_OK },
	{ hs_polygon_parse, "35,139 36,139 36,140", HS_SHAPE_OPEN },
	{ hs_polygon_parse, "35,139 36,139 36,140 35,140", HS_SHAPE_OPEN },
	{ hs_polygon_parse, "35,139 36,139 35,139", HS_SHAPE_OPEN },
	{ hs_polygon_parse, "35,139 36,139", HS_SHAPE_OPEN },
	{ hs_polygon_parse, "139,35 139,36 140,36 139,35", HS_SHAPE_BAD },
	{ hs_polygon_parse, "35,139 36,139 36", HS_SHAPE_BAD },
	{ hs_polygon_parse, "35,139 36,139 36,1400 35,139", HS_SHAPE_BAD },
	{ hs_polygon_parse, "95,139 36,139 36,140 95,139", HS_SHAPE_BAD },
	{ hs_polygon_parse, "35,139 36,140 35,140 36,139 35,139", HS_SHAPE_CROSSES },
	{ hs_polygon_parse, "35,139 35,139 36,139 36,140 35,139", HS_SHAPE_OK },
	{ hs_polygon_parse, "", HS_SHAPE_OPEN },
	{ hs_polygon_parse,
		"35,139 35.5,139 36,139 36,139.5 36,140 35,140 35,139.5 35,139.2 35,139",
		HS_SHAPE_LONG },
};

static void
test_shapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_arena *arena = hs_arena_create(1 << 20);
		hs_geometry *geometry = hs_message_new(arena, &hansho__v1__geometry__descriptor);
		int64_t points_left = 8;
		char where[64];

		if (rows[i].parse(arena, rows[i].text, geometry, &points_left, where) !=
			rows[i].shape)
			fail_msg("row %zu: %s", i, rows[i].text);
		assert_int_equal(
			geometry->n_circles + geometry->n_polygons, rows[i].shape == HS_SHAPE_OK);
		hs_arena_destroy(arena);
	}
}

static void
test_values(void **state)
{
	struct hs_arena *arena = hs_arena_create(1 << 20);
	hs_geometry *geometry = hs_message_new(arena, &hansho__v1__geometry__descriptor);
	int64_t points_left = 9;
	char where[64];

	(void)state;
	assert_int_equal(
		hs_circle_parse(arena, "35.25,139.5 2.5", geometry, &points_left, where), 0);
	assert_true(geometry->circles[0]->center->latitude == 35.25);
	assert_true(geometry->circles[0]->center->longitude == 139.5);
	assert_true(geometry->circles[0]->radius_km == 2.5);
	assert_int_equal(hs_polygon_parse(arena, "35,139 36,139 36,140 35,139", geometry,
				 &points_left, where),
		0);
	assert_int_equal(geometry->polygons[0]->n_points, 4);
	assert_true(geometry->polygons[0]->points[2]->longitude == 140.0);
	assert_int_equal(points_left, 5);
	assert_int_equal(hs_polygon_parse(arena, "35,139 36,140 35,140 36,139 35,139", geometry,
				 &points_left, where),
		HS_SHAPE_CROSSES);
	assert_string_equal(where, "35.50000,139.50000");
	assert_int_equal(points_left, 0);
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
