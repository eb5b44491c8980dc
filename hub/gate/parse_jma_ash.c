/* parse_jma_ash.c: ash forecasts (降灰予報): one span of time after the other, each with amounts and where they fall.
 *
 * Bounds: the points of all polygons count against limits->shape_points, the areas against limits->areas. A polygon that
 *         cannot be read, or goes beyond, is left out and told; the telegram goes on (the agency cannot mend it).
 * Source: jmx_volc.xsd, type.ashInfos and type.property.
 */
#include <string.h>

#include "hub/gate/parse_jma.h"

#define BLANKS " \t\r\n"

typedef Hansho__V1__AshItem hs_ash_item;

struct ash_reader {
	struct hs_jma *jma;
	int64_t points_left;
};

/* "+31.59+130.64/+31.60+130.65/": NULL when it is no such list or has too many points. */
static hs_polygon *
read_polygon(struct ash_reader *reader, const char *text)
{
	struct hs_arena *arena = reader->jma->arena;
	hs_polygon *polygon = hs_message_new(arena, &hansho__v1__polygon__descriptor);

	for (text += strspn(text, BLANKS); polygon && *text; text += strspn(text, BLANKS)) {
		hs_point *point = hs_message_new(arena, &hansho__v1__point__descriptor);
		double depth_km;

		if (!point || reader->points_left-- <= 0 ||
			!hs_jma_coordinate(&text, false, point, &depth_km) ||
			!hs_repeat(arena, &polygon->n_points, &polygon->points, point))
			return NULL;
	}
	return polygon && polygon->n_points > 0 ? polygon : NULL;
}

static void
read_polygons(struct ash_reader *reader, hs_xml_node *property, hs_ash_item *item)
{
	struct hs_jma *jma = reader->jma;
	hs_xml_node *node = hs_xml_child(property, HS_NS_JMA_ELEMENT, "Polygon");

	for (; node; node = hs_xml_next(node, HS_NS_JMA_ELEMENT, "Polygon")) {
		char *text = hs_xml_text(jma->arena, node);
		hs_polygon *polygon;

		if (!text)
			continue;
		polygon = read_polygon(reader, text);
		if (!polygon)
			hs_jma_warn(jma, HS_FINDING_JMA_PART, node, "", "shape_dropped");
		else if (!hs_repeat(jma->arena, &item->n_polygons, &item->polygons, polygon))
			return;
	}
}

/* An attribute, "" when absent. */
static char *
attribute(struct hs_jma *jma, hs_xml_node *node, const char *name)
{
	char *text = hs_xml_attribute(jma->arena, node, name);

	return text ? text : hs_jma_text(jma, NULL, "");
}

static void
read_property(struct ash_reader *reader, hs_xml_node *property, hs_ash_item *item)
{
	struct hs_jma *jma = reader->jma;
	hs_xml_node *size = hs_jma_child(jma, property, "Size");
	hs_xml_node *distance = hs_jma_child(jma, property, "Distance");
	hs_xml_node *direction = hs_xml_child(property, HS_NS_JMA_ELEMENT, "PlumeDirection");
	char *word = hs_xml_text(jma->arena, direction);

	item->size = hs_jma_text(jma, property, "Size");
	item->size_unit = attribute(jma, size, "unit");
	item->size_type = attribute(jma, size, "type");
	item->distance = hs_jma_text(jma, property, "Distance");
	item->distance_unit = attribute(jma, distance, "unit");
	item->remark = hs_jma_text(jma, property, "Remark");
	item->direction_text = attribute(jma, direction, "description");
	if (word)
		item->direction = word;
	read_polygons(reader, property, item);
}

static void
read_areas(struct hs_jma *jma, hs_xml_node *areas, hs_ash_item *item)
{
	const char *code_type = hs_xml_attribute(jma->arena, areas, "codeType");
	hs_xml_node *node = hs_jma_child(jma, areas, "Area");

	for (; node; node = hs_jma_next(jma, node, "Area")) {
		struct hs_jma_place *place = hs_jma_place(jma, code_type,
			hs_jma_child(jma, node, "Name"), hs_jma_child(jma, node, "Code"));

		for (size_t i = 0; place && i < place->count; i++) {
			if (!hs_repeat(jma->arena, &item->n_areas, &item->areas, place->areas[i]))
				return;
		}
		if (place)
			hs_jma_address(jma, place);
	}
}

static void
read_item(struct ash_reader *reader, hs_xml_node *node, Hansho__V1__AshForecast *forecast)
{
	struct hs_jma *jma = reader->jma;
	hs_ash_item *item = hs_message_new(jma->arena, &hansho__v1__ash_item__descriptor);
	hs_xml_node *kind = hs_jma_child(jma, node, "Kind");

	if (!item)
		return;
	item->code = hs_jma_text(jma, kind, "Code");
	item->name = hs_jma_text(jma, kind, "Name");
	read_property(reader, hs_jma_child(jma, kind, "Property"), item);
	read_areas(jma, hs_jma_child(jma, node, "Areas"), item);
	hs_repeat(jma->arena, &forecast->n_items, &forecast->items, item);
}

void
hs_jma_read_ash(struct hs_jma *jma, Hansho__V1__Volcano *volcano)
{
	struct ash_reader reader = { .jma = jma,
		.points_left = jma->submission->limits->shape_points };
	hs_xml_node *node = hs_jma_child(jma, hs_jma_child(jma, jma->body, "AshInfos"), "AshInfo");

	for (; node; node = hs_jma_next(jma, node, "AshInfo")) {
		Hansho__V1__AshForecast *forecast =
			hs_message_new(jma->arena, &hansho__v1__ash_forecast__descriptor);
		hs_xml_node *item = hs_jma_child(jma, node, "Item");

		if (!forecast)
			return;
		forecast->type = attribute(jma, node, "type");
		forecast->from = hs_jma_time(jma, node, "StartTime");
		forecast->to = hs_jma_time(jma, node, "EndTime");
		for (; item; item = hs_jma_next(jma, item, "Item"))
			read_item(&reader, item, forecast);
		hs_repeat(jma->arena, &volcano->n_ash, &volcano->ash, forecast);
	}
}
