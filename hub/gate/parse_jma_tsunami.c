/* parse_jma_tsunami.c: warnings, forecasts, observations at the coast and at sea.
 *
 * Heights and times are the agency's words; nothing is computed. 巨大 and 高い come without a number.
 */
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/parse_jma.h"

/* TsunamiHeight: number in metres and words. */
static void
read_height(struct hs_jma *jma, hs_xml_node *max, const char **number, const char **words)
{
	hs_xml_node *height = hs_xml_child(max, HS_NS_JMA_ELEMENT, "TsunamiHeight");
	const char *value = hs_xml_text(jma->arena, height);
	const char *description = hs_xml_attribute(jma->arena, height, "description");

	*number = value && strcmp(value, "NaN") != 0 ? value : "";
	*words = description ? description : hs_jma_text(jma, max, "Condition");
}

static hs_tsunami_area *
read_area(struct hs_jma *jma, hs_xml_node *item, struct hs_jma_place *place)
{
	hs_tsunami_area *area = hs_message_new(jma->arena, &hansho__v1__tsunami_area__descriptor);
	hs_xml_node *first = hs_jma_child(jma, item, "FirstHeight");
	const char *number, *words;

	if (!area)
		return NULL;
	area->area = place && place->count ? place->areas[0] : NULL;
	area->code = hs_jma_text(
		jma, hs_jma_child(jma, hs_jma_child(jma, item, "Category"), "Kind"), "Code");
	area->arrival = hs_jma_time(jma, first, "ArrivalTime");
	area->arrival_condition = hs_jma_text(jma, first, "Condition");
	read_height(jma, hs_jma_child(jma, item, "MaxHeight"), &number, &words);
	area->height_m = (char *)(uintptr_t)number;
	area->height_text = (char *)(uintptr_t)words;
	return area;
}

static void
read_station(struct hs_jma *jma, hs_xml_node *station, Hansho__V1__Tsunami *tsunami)
{
	hs_reading *reading = hs_message_new(jma->arena, &hansho__v1__reading__descriptor);
	hs_xml_node *max = hs_jma_child(jma, station, "MaxHeight");
	hs_xml_node *first = hs_jma_child(jma, station, "FirstHeight");
	const char *number, *words;

	if (!reading || ++jma->references > jma->submission->limits->areas)
		return;
	reading->station_code = hs_jma_text(jma, station, "Code");
	reading->station_name = hs_jma_text(jma, station, "Name");
	read_height(jma, max, &number, &words);
	reading->value = (char *)(uintptr_t)number;
	reading->condition = (char *)(uintptr_t)words;
	reading->unit = hs_arena_strdup(jma->arena, "m");
	reading->type = hs_arena_strdup(jma->arena, "津波の高さ");
	reading->trend = hs_jma_text(jma, first, "Initial");
	reading->at = hs_jma_time(jma, max, "DateTime");
	if (!reading->at)
		reading->at = hs_jma_time(jma, first, "ArrivalTime");
	hs_repeat(jma->arena, &tsunami->n_heights, &tsunami->heights, reading);
}

static void
read_kind(struct hs_jma *jma, hs_xml_node *item, struct hs_jma_place *place)
{
	hs_xml_node *category = hs_jma_child(jma, item, "Category");
	hs_xml_node *node = hs_jma_child(jma, category, "Kind");
	struct hs_jma_kind kind = { .code = hs_jma_text(jma, node, "Code"),
		.name = hs_jma_text(jma, node, "Name"),
		.condition = "",
		.status = "",
		.last_code = hs_jma_text(jma, hs_jma_child(jma, category, "LastKind"), "Code"),
		.node = node ? node : item };

	if (node)
		hs_jma_add_kind(jma, &kind, &place, place ? 1 : 0);
	else
		hs_jma_warn(jma, HS_FINDING_JMA_PART, item, "Category/Kind", "part_missing");
}

/* Forecast (with kinds) or Estimation (without): areas. Stations in it are only named, not measured. */
static void
read_areas(struct hs_jma *jma, hs_xml_node *list, Hansho__V1__Tsunami *tsunami, bool estimated)
{
	hs_xml_node *item = hs_jma_child(jma, list, "Item");

	for (; item; item = hs_jma_next(jma, item, "Item")) {
		hs_xml_node *node = hs_jma_child(jma, item, "Area");
		struct hs_jma_place *place = hs_jma_place(jma, "津波予報区",
			hs_jma_child(jma, node, "Name"), hs_jma_child(jma, node, "Code"));
		hs_tsunami_area *area = read_area(jma, item, place);

		if (!area)
			return;
		area->estimated = estimated;
		if (!estimated)
			read_kind(jma, item, place);
		hs_jma_address(jma, place);
		hs_repeat(jma->arena, &tsunami->n_areas, &tsunami->areas, area);
	}
}

static void
read_observations(struct hs_jma *jma, hs_xml_node *list, Hansho__V1__Tsunami *tsunami)
{
	hs_xml_node *item = hs_jma_child(jma, list, "Item");

	for (; item; item = hs_jma_next(jma, item, "Item")) {
		hs_xml_node *station = hs_jma_child(jma, item, "Station");
		hs_xml_node *area = hs_jma_child(jma, item, "Area");
		hs_xml_node *code = hs_jma_child(jma, area, "Code");

		/* Stations at sea belong to no area. */
		if (hs_xml_text(jma->arena, code))
			hs_jma_address(jma, hs_jma_place(jma, "津波予報区",
						    hs_jma_child(jma, area, "Name"), code));
		for (; station; station = hs_jma_next(jma, station, "Station"))
			read_station(jma, station, tsunami);
	}
}

void
hs_jma_tsunami(struct hs_jma *jma)
{
	Hansho__V1__Tsunami *tsunami = hs_message_new(jma->arena, &hansho__v1__tsunami__descriptor);
	hs_xml_node *node = hs_jma_child(jma, jma->body, "Tsunami");

	if (!tsunami)
		return;
	read_areas(jma, hs_jma_child(jma, node, "Forecast"), tsunami, false);
	read_areas(jma, hs_jma_child(jma, node, "Estimation"), tsunami, true);
	read_observations(jma, hs_jma_child(jma, node, "Observation"), tsunami);
	tsunami->earthquake = hs_jma_read_earthquake(jma);
	tsunami->n_items = jma->items.count;
	tsunami->items = jma->items.items;
	jma->notice->tsunami = tsunami;
	jma->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_TSUNAMI;
}
