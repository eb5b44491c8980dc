/* cap_shape.c: polygons and circles of CAP. WGS 84, latitude first (CAP 1.2, 3.3.2 and 3.3.3). */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/gate/cap.h"

#define BLANKS	   " \t\r\n"
#define EARTH_KM   20038.0 /* half of its girth: a circle cannot be larger */
#define NUMBER_MAX 40

/* A plain number up to `end`; strtod alone would also take "nan", "inf" and hexadecimal. */
static bool
number(const char **at, double *value)
{
	size_t len = strspn(*at, "0123456789.-+");
	char *end;

	if (len == 0 || len > NUMBER_MAX)
		return false;
	*value = strtod(*at, &end);
	if (end != *at + len || !isfinite(*value))
		return false;
	*at = end;
	return true;
}

/* "lat,lon" */
static enum hs_cap_shape
pair(struct hs_arena *arena, const char **at, hs_point **out)
{
	double latitude, longitude;

	if (!number(at, &latitude) || **at != ',')
		return HS_CAP_SHAPE_BAD;
	(*at)++;
	if (!number(at, &longitude))
		return HS_CAP_SHAPE_BAD;
	*out = hs_message_new(arena, &hansho__v1__point__descriptor);
	if (!*out)
		return HS_CAP_SHAPE_BAD;
	(*out)->latitude = latitude;
	(*out)->longitude = longitude;
	return fabs(latitude) > 90.0 || fabs(longitude) > 180.0 ? HS_CAP_SHAPE_RANGE
								: HS_CAP_SHAPE_OK;
}

enum hs_cap_shape
hs_cap_polygon(struct hs_arena *arena, const char *text, hs_polygon **out)
{
	enum hs_cap_shape worst = HS_CAP_SHAPE_OK;
	hs_polygon *polygon = hs_message_new(arena, &hansho__v1__polygon__descriptor);
	const hs_point *first, *last;

	while (polygon && text[strspn(text, BLANKS)] != '\0') {
		enum hs_cap_shape shape;
		hs_point *point = NULL;

		text += strspn(text, BLANKS);
		shape = pair(arena, &text, &point);
		if (shape == HS_CAP_SHAPE_BAD || (*text && !strchr(BLANKS, *text)) ||
			!hs_repeat(arena, &polygon->n_points, &polygon->points, point))
			return HS_CAP_SHAPE_BAD;
		worst = shape == HS_CAP_SHAPE_RANGE ? shape : worst;
	}
	if (!polygon || polygon->n_points < 4)
		return HS_CAP_SHAPE_BAD;
	first = polygon->points[0];
	last = polygon->points[polygon->n_points - 1];
	if (first->latitude < last->latitude || first->latitude > last->latitude ||
		first->longitude < last->longitude || first->longitude > last->longitude)
		return HS_CAP_SHAPE_BAD;
	*out = polygon;
	return worst;
}

enum hs_cap_shape
hs_cap_circle(struct hs_arena *arena, const char *text, hs_circle **out)
{
	hs_circle *circle = hs_message_new(arena, &hansho__v1__circle__descriptor);
	enum hs_cap_shape shape;

	if (!circle)
		return HS_CAP_SHAPE_BAD;
	text += strspn(text, BLANKS);
	shape = pair(arena, &text, &circle->center);
	if (shape == HS_CAP_SHAPE_BAD || strspn(text, BLANKS) == 0)
		return HS_CAP_SHAPE_BAD;
	text += strspn(text, BLANKS);
	if (!number(&text, &circle->radius_km) || text[strspn(text, BLANKS)] != '\0' ||
		circle->radius_km < 0.0 || circle->radius_km > EARTH_KM)
		return HS_CAP_SHAPE_BAD;
	*out = circle;
	return shape;
}

/* ---- all of an alert ---- */

static bool
add_form(struct hs_cap *cap, size_t *room, hs_xml_node *area, hs_xml_node *node, bool is_polygon)
{
	char *text = hs_xml_text(cap->arena, node);
	struct hs_cap_form *form;

	if (cap->form_count == *room) {
		struct hs_cap_form *more;

		*room = *room ? *room * 2 : 16;
		more = hs_arena_alloc(cap->arena, *room * sizeof(*more));
		if (!more)
			return false;
		if (cap->form_count)
			memcpy(more, cap->forms, cap->form_count * sizeof(*more));
		cap->forms = more;
	}
	form = &cap->forms[cap->form_count++];
	*form = (struct hs_cap_form){ .node = node, .area = area, .shape = HS_CAP_SHAPE_BAD };
	if (text)
		form->shape = is_polygon ? hs_cap_polygon(cap->arena, text, &form->polygon)
					 : hs_cap_circle(cap->arena, text, &form->circle);
	return true;
}

bool
hs_cap_read_forms(struct hs_cap *cap)
{
	size_t room = 0;
	bool ok = true;

	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		HS_CAP_EACH(cap, info, "area", area)
		{
			HS_CAP_EACH(cap, area, "polygon", polygon)
			ok = ok && add_form(cap, &room, area, polygon, true);
			HS_CAP_EACH(cap, area, "circle", circle)
			ok = ok && add_form(cap, &room, area, circle, false);
		}
	}
	return ok;
}
