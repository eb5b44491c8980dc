/* cap_write_area.c: areas: name, shapes (latitude first), JIS codes of 5 and 6 digits. */
#include <math.h>
#include <string.h>

#include "schemas/cap_write_parts.h"
#include "schemas/tables.h"

static bool
in_range(const hs_point *point)
{
	return point && isfinite(point->latitude) && isfinite(point->longitude) &&
	       fabs(point->latitude) <= 90.0 && fabs(point->longitude) <= 180.0;
}

static void
put_point(struct hs_buf *out, const hs_point *point)
{
	hs_buf_printf(out, "%.6f,%.6f", point->latitude, point->longitude);
}

static bool
same_point(const hs_point *a, const hs_point *b)
{
	return fabs(a->latitude - b->latitude) < 1e-7 && fabs(a->longitude - b->longitude) < 1e-7;
}

/* Closed, and of at least 4 points; what cannot be is left out. */
static void
put_polygon(struct hs_buf *out, const hs_polygon *polygon)
{
	size_t count = polygon->n_points;

	for (size_t i = 0; i < count; i++) {
		if (!in_range(polygon->points[i]))
			return;
	}
	if (count > 1 && same_point(polygon->points[0], polygon->points[count - 1]))
		count--;
	if (count < 3)
		return;
	hs_buf_puts(out, "<polygon>");
	for (size_t i = 0; i <= count; i++) {
		hs_buf_puts(out, i ? " " : "");
		put_point(out, polygon->points[i % count]);
	}
	hs_buf_puts(out, "</polygon>\n");
}

static void
put_geometry(struct hs_buf *out, const hs_geometry *geometry)
{
	for (size_t i = 0; geometry && i < geometry->n_polygons; i++)
		put_polygon(out, geometry->polygons[i]);
	for (size_t i = 0; geometry && i < geometry->n_circles; i++) {
		const hs_circle *circle = geometry->circles[i];

		if (!in_range(circle->center) || !(circle->radius_km >= 0.0))
			continue;
		hs_buf_puts(out, "<circle>");
		put_point(out, circle->center);
		hs_buf_printf(out, " %.3f</circle>\n", circle->radius_km);
	}
}

/* Both forms of a municipality's or prefecture's code; a code of another list stands in for neither. */
static void
put_codes(struct hs_buf *out, const char *code)
{
	const struct hs_area_row *row = hs_area_find(code);
	char five[6];

	if (!row)
		return;
	memcpy(five, row->code, 5);
	five[5] = '\0';
	hs_cap_put_pair(out, "geocode", HS_CAP_GEOCODE_5, five);
	hs_cap_put_pair(out, "geocode", HS_CAP_GEOCODE_6, row->code);
}

static void
put_name(struct hs_buf *out, const hs_area *area)
{
	const struct hs_area_row *row = hs_area_find(area->code);

	hs_buf_puts(out, "<areaDesc>");
	hs_xml_put_text(out, area->name[0] ? area->name : row ? row->name : area->code);
	hs_buf_puts(out, "</areaDesc>\n");
}

void
hs_cap_put_area(struct hs_buf *out, const hs_area *area)
{
	if (!area)
		return;
	hs_buf_puts(out, "<area>\n");
	put_name(out, area);
	put_geometry(out, area->geometry);
	put_codes(out, area->code);
	hs_cap_put_pair(out, "geocode", HS_CAP_GEOCODE_12, area->sub_code);
	hs_buf_puts(out, "</area>\n");
}

static bool
is_ours(const hs_cap_pair *pair)
{
	return strcmp(pair->name, HS_CAP_GEOCODE_5) == 0 ||
	       strcmp(pair->name, HS_CAP_GEOCODE_6) == 0;
}

void
hs_cap_put_cap_area(struct hs_buf *out, const hs_notice *notice, const hs_cap_area *area)
{
	hs_buf_puts(out, "<area>\n<areaDesc>");
	hs_xml_put_text(out, area->description);
	hs_buf_puts(out, "</areaDesc>\n");
	if (area->n_areas && area->areas[0] < notice->n_areas)
		put_geometry(out, notice->areas[area->areas[0]]->geometry);
	for (size_t i = 0; i < area->n_areas; i++) {
		if (area->areas[i] < notice->n_areas)
			put_codes(out, notice->areas[area->areas[i]]->code);
	}
	for (size_t i = 0; i < area->n_geocodes; i++) {
		if (!is_ours(area->geocodes[i]))
			hs_cap_put_pair(
				out, "geocode", area->geocodes[i]->name, area->geocodes[i]->value);
	}
	hs_xml_put(out, "altitude", area->altitude);
	hs_xml_put(out, "ceiling", area->ceiling);
	hs_buf_puts(out, "</area>\n");
}
