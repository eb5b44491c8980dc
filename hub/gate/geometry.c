/* geometry.c: coordinates from text, without trusting a single one. */
#include "hub/gate/geometry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HS_POLYGON_POINTS 2000

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

bool
hs_circle_parse(struct hs_arena *arena, const char *text, hs_geometry *geometry)
{
	double latitude, longitude, radius_km = 0.0;
	hs_circle *circle;

	if (!next_number(&text, &latitude) || !next_number(&text, &longitude))
		return false;
	if (!is_end(text) && (!next_number(&text, &radius_km) || !is_end(text)))
		return false;
	if (!hs_in_japan(latitude, longitude) || radius_km < 0.0 || radius_km > 2000.0)
		return false;
	circle = hs_message_new(arena, &hansho__v1__circle__descriptor);
	if (!circle)
		return false;
	circle->center = new_point(arena, latitude, longitude);
	circle->radius_km = radius_km;
	return circle->center && hs_repeat(arena, &geometry->n_circles, &geometry->circles, circle);
}

bool
hs_polygon_parse(struct hs_arena *arena, const char *text, hs_geometry *geometry)
{
	hs_polygon *polygon = hs_message_new(arena, &hansho__v1__polygon__descriptor);

	if (!polygon)
		return false;
	while (!is_end(text)) {
		double latitude, longitude;
		hs_point *point;

		if (!next_number(&text, &latitude) || !next_number(&text, &longitude) ||
			!hs_in_japan(latitude, longitude) || polygon->n_points >= HS_POLYGON_POINTS)
			return false;
		point = new_point(arena, latitude, longitude);
		if (!point || !hs_repeat(arena, &polygon->n_points, &polygon->points, point))
			return false;
	}
	return polygon->n_points >= 3 &&
	       hs_repeat(arena, &geometry->n_polygons, &geometry->polygons, polygon);
}
