/* geometry.c: coordinates from text, without trusting a single one. */
#include "hub/gate/geometry.h"

#include <geos_c.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HS_RING_LEAST 4 /* a triangle, closed */

bool
hs_in_japan(double latitude, double longitude)
{
	return latitude >= 20.0 && latitude <= 46.0 && longitude >= 122.0 && longitude <= 154.0;
}

/* The next number behind commas and blanks; false at the end or when it is no plain number. */
static bool
next_number(const char **at, double *value)
{
	const char *from = *at + strspn(*at, ", \t\r\n");
	size_t len = strspn(from, "0123456789.-+");
	char *end;

	/* strtod would also take hexadecimal, exponents, "inf" and "nan". */
	*value = strtod(from, &end);
	if (len == 0 || end != from + len || !isfinite(*value) ||
		(*end && !strchr(", \t\r\n", *end)))
		return false;
	*at = end;
	return true;
}

static bool
is_end(const char *at)
{
	return at[strspn(at, ", \t\r\n")] == '\0';
}

static hs_point *
new_point(struct hs_arena *arena, double latitude, double longitude)
{
	hs_point *point = hs_message_new(arena, &hansho__v1__point__descriptor);

	if (point) {
		point->latitude = latitude;
		point->longitude = longitude;
	}
	return point;
}

enum hs_shape
hs_circle_parse(struct hs_arena *arena, const char *text, hs_geometry *geometry,
	int64_t *points_left, char where[64])
{
	double latitude, longitude, radius_km = 0.0;
	hs_circle *circle;

	(void)points_left;
	where[0] = '\0';
	if (!next_number(&text, &latitude) || !next_number(&text, &longitude))
		return HS_SHAPE_BAD;
	if (!is_end(text) && (!next_number(&text, &radius_km) || !is_end(text)))
		return HS_SHAPE_BAD;
	if (!hs_in_japan(latitude, longitude) || radius_km < 0.0 || radius_km > 2000.0)
		return HS_SHAPE_BAD;
	circle = hs_message_new(arena, &hansho__v1__circle__descriptor);
	if (!circle)
		return HS_SHAPE_BAD;
	circle->center = new_point(arena, latitude, longitude);
	circle->radius_km = radius_km;
	return circle->center && hs_repeat(arena, &geometry->n_circles, &geometry->circles, circle)
		       ? HS_SHAPE_OK
		       : HS_SHAPE_BAD;
}

static enum hs_shape
read_ring(struct hs_arena *arena, const char *text, hs_polygon *polygon, int64_t *points_left)
{
	while (!is_end(text)) {
		double latitude, longitude;
		hs_point *point;

		if (!next_number(&text, &latitude) || !next_number(&text, &longitude) ||
			!hs_in_japan(latitude, longitude))
			return HS_SHAPE_BAD;
		if ((*points_left)-- <= 0) {
			*points_left = 0;
			return HS_SHAPE_LONG;
		}
		point = new_point(arena, latitude, longitude);
		if (!point || !hs_repeat(arena, &polygon->n_points, &polygon->points, point))
			return HS_SHAPE_BAD;
	}
	return HS_SHAPE_OK;
}

/* Equal as numbers: "139.10" closes "139.1". */
static bool
is_closed(const hs_polygon *polygon)
{
	const hs_point *first = polygon->points[0];
	const hs_point *last = polygon->points[polygon->n_points - 1];

	return !(first->latitude < last->latitude) && !(first->latitude > last->latitude) &&
	       !(first->longitude < last->longitude) && !(first->longitude > last->longitude);
}

enum hs_shape
hs_polygon_parse(struct hs_arena *arena, const char *text, hs_geometry *geometry,
	int64_t *points_left, char where[64])
{
	hs_polygon *polygon = hs_message_new(arena, &hansho__v1__polygon__descriptor);
	enum hs_shape shape;

	where[0] = '\0';
	if (!polygon)
		return HS_SHAPE_BAD;
	shape = read_ring(arena, text, polygon, points_left);
	if (shape != HS_SHAPE_OK)
		return shape;
	if (polygon->n_points < HS_RING_LEAST || !is_closed(polygon))
		return HS_SHAPE_OPEN;
	if (hs_polygon_crosses(polygon, where))
		return HS_SHAPE_CROSSES;
	return hs_repeat(arena, &geometry->n_polygons, &geometry->polygons, polygon) ? HS_SHAPE_OK
										     : HS_SHAPE_BAD;
}

/* ---- crossings ---- */

static GEOSGeometry *
to_geos(GEOSContextHandle_t geos, const hs_polygon *polygon)
{
	GEOSCoordSequence *points = GEOSCoordSeq_create_r(geos, (unsigned)polygon->n_points, 2);
	GEOSGeometry *ring;

	for (unsigned i = 0; points && i < polygon->n_points; i++)
		GEOSCoordSeq_setXY_r(geos, points, i, polygon->points[i]->longitude,
			polygon->points[i]->latitude);
	/* takes the points over, and the polygon takes the ring over */
	ring = points ? GEOSGeom_createLinearRing_r(geos, points) : NULL;
	return ring ? GEOSGeom_createPolygon_r(geos, ring, NULL, 0) : NULL;
}

static void
say_where(GEOSContextHandle_t geos, const GEOSGeometry *place, char where[64])
{
	double x, y;

	if (place && GEOSGeomGetX_r(geos, place, &x) == 1 && GEOSGeomGetY_r(geos, place, &y) == 1)
		snprintf(where, 64, "%.5f,%.5f", y, x);
}

bool
hs_polygon_crosses(const hs_polygon *polygon, char where[64])
{
	GEOSContextHandle_t geos = GEOS_init_r();
	GEOSGeometry *shape = geos ? to_geos(geos, polygon) : NULL;
	GEOSGeometry *place = NULL;
	char *reason = NULL;
	bool crosses = false;

	where[0] = '\0';
	/* Only a crossing counts: points that stand twice and rings that touch themselves do not. */
	if (shape && GEOSisValidDetail_r(geos, shape,
			     GEOSVALID_ALLOW_SELFTOUCHING_RING_FORMING_HOLE, &reason, &place) == 0)
		crosses = reason && strcmp(reason, "Self-intersection") == 0;
	if (crosses)
		say_where(geos, place, where);
	if (geos) {
		GEOSGeom_destroy_r(geos, place);
		GEOSGeom_destroy_r(geos, shape);
		GEOSFree_r(geos, reason);
		GEOS_finish_r(geos);
	}
	return crosses;
}
