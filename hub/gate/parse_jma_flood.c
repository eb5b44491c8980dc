/* parse_jma_flood.c: flood forecasts of designated rivers (VXKO) and the like.
 *
 * The kind (code 10 … 53) stands in the headline, for the river and its forecast reach. Who is concerned: the municipalities of
 * 浸水想定地区 when all of them are known, else the 府県予報区 of the headline. Levels come from the code, never from the words.
 */
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/parse_jma.h"

#define CITY_TYPE   "気象・地震・火山情報／市町村等"
#define FLOODED	    "浸水想定地区"
#define MAIN_TEXT   "主文"
#define TIMES_MAX   64
#define CITIES_MAX  1024
#define CODE5_CHARS 5

/* ---- who is concerned ---- */

static bool
is_known_city(const char *code)
{
	char head[CODE5_CHARS + 1] = "";

	if (!code || strlen(code) < CODE5_CHARS)
		return false;
	memcpy(head, code, CODE5_CHARS);
	return hs_area_find(head) != NULL;
}

/* Items of Warning whose Kind has that name. */
static hs_xml_node *
next_item(struct hs_jma *jma, hs_xml_node *item, const char *kind_name)
{
	for (; item; item = hs_jma_next(jma, item, "Item")) {
		const char *name = hs_jma_text(jma, hs_jma_child(jma, item, "Kind"), "Name");

		if (name && strcmp(name, kind_name) == 0)
			return item;
	}
	return NULL;
}

/* Municipalities of the flooded areas; 0 when one is not known, or there is none. */
static size_t
read_cities(struct hs_jma *jma, struct hs_jma_place *places[CITIES_MAX])
{
	hs_xml_node *warning = hs_jma_child(jma, jma->body, "Warning");
	hs_xml_node *item = next_item(jma, hs_jma_child(jma, warning, "Item"), FLOODED);
	size_t count = 0;

	for (; item; item = next_item(jma, hs_jma_next(jma, item, "Item"), FLOODED)) {
		hs_xml_node *areas = hs_jma_child(jma, item, "Areas");
		hs_xml_node *area = hs_jma_child(jma, areas, "Area");

		for (; area; area = hs_jma_next(jma, area, "Area")) {
			struct hs_jma_place *place;

			if (count == CITIES_MAX ||
				!is_known_city(hs_jma_text(jma, area, "CityCode")))
				return 0;
			place = hs_jma_place(jma, CITY_TYPE, hs_jma_child(jma, area, "City"),
				hs_jma_child(jma, area, "CityCode"));
			if (!place)
				return 0;
			places[count++] = place;
		}
	}
	return count;
}

static const char *
head_child(struct hs_jma *jma, hs_xml_node *node, const char *name)
{
	const char *text = hs_xml_child_text(jma->arena, node, HS_NS_JMA_HEAD, name);

	return text ? text : "";
}

static void
read_kind(struct hs_jma *jma)
{
	hs_xml_node *list = hs_jma_finest(jma->arena, jma->headline, HS_NS_JMA_HEAD, "Information");
	hs_xml_node *item = hs_xml_child(list, HS_NS_JMA_HEAD, "Item");
	hs_xml_node *node = hs_xml_child(item, HS_NS_JMA_HEAD, "Kind");
	struct hs_jma_place **places = hs_arena_alloc(jma->arena, CITIES_MAX * sizeof(places[0]));
	size_t count = places ? read_cities(jma, places) : 0;
	struct hs_jma_kind kind = { .node = node, .status = "" };

	if (count == 0 || !node) {
		hs_jma_read_items(jma, list, HS_NS_JMA_HEAD);
		return;
	}
	kind.code = head_child(jma, node, "Code");
	kind.name = head_child(jma, node, "Name");
	kind.condition = head_child(jma, node, "Condition");
	kind.last_code = head_child(jma, hs_xml_child(item, HS_NS_JMA_HEAD, "LastKind"), "Code");
	hs_jma_add_kind(jma, &kind, places, count);
	for (size_t i = 0; i < count; i++)
		hs_jma_address(jma, places[i]);
}

/* ---- the river ---- */

static void
read_river(struct hs_jma *jma, Hansho__V1__Flood *flood)
{
	hs_xml_node *list = hs_xml_child(jma->headline, HS_NS_JMA_HEAD, "Information");

	for (; list; list = hs_xml_next(list, HS_NS_JMA_HEAD, "Information")) {
		const char *type = hs_xml_attribute(jma->arena, list, "type");
		hs_xml_node *item = hs_xml_child(list, HS_NS_JMA_HEAD, "Item");
		hs_xml_node *areas = hs_xml_child(item, HS_NS_JMA_HEAD, "Areas");
		hs_xml_node *area = hs_xml_child(areas, HS_NS_JMA_HEAD, "Area");

		if (!type || !strstr(type, "（予報区域）"))
			continue;
		flood->river = hs_arena_strdup(jma->arena, head_child(jma, area, "Name"));
		flood->river_code = hs_arena_strdup(jma->arena, head_child(jma, area, "Code"));
		return;
	}
}

static void
read_main_text(struct hs_jma *jma, Hansho__V1__Flood *flood)
{
	hs_xml_node *warning = hs_jma_child(jma, jma->body, "Warning");
	hs_xml_node *item = hs_jma_child(jma, warning, "Item");

	for (; item; item = hs_jma_next(jma, item, "Item")) {
		hs_xml_node *kind = hs_jma_child(jma, item, "Kind");
		hs_xml_node *property = hs_jma_child(jma, kind, "Property");
		const char *type = hs_jma_text(jma, property, "Type");

		if (!type || strcmp(type, MAIN_TEXT) != 0)
			continue;
		flood->forecast = hs_jma_text(jma, property, "Text");
		return;
	}
}

/* ---- readings ---- */

struct times {
	const char *ids[TIMES_MAX];
	hs_time *times[TIMES_MAX];
	size_t count;
};

static void
read_times(struct hs_jma *jma, hs_xml_node *series, struct times *times)
{
	hs_xml_node *defines = hs_jma_child(jma, series, "TimeDefines");
	hs_xml_node *define = hs_jma_child(jma, defines, "TimeDefine");

	for (; define && times->count < TIMES_MAX;
		define = hs_jma_next(jma, define, "TimeDefine")) {
		times->ids[times->count] = hs_xml_attribute(jma->arena, define, "timeId");
		times->times[times->count] = hs_jma_time(jma, define, "DateTime");
		times->count += times->ids[times->count] != NULL;
	}
}

static void
add_reading(struct hs_jma *jma, hs_xml_node *item, hs_xml_node *value, const struct times *times,
	Hansho__V1__Flood *flood)
{
	hs_reading *reading = hs_message_new(jma->arena, &hansho__v1__reading__descriptor);
	hs_xml_node *station = hs_jma_child(jma, item, "Station");
	const char *id = hs_xml_attribute(jma->arena, value, "refID");
	const char *texts[] = { hs_xml_text(jma->arena, value),
		hs_xml_attribute(jma->arena, value, "unit"),
		hs_xml_attribute(jma->arena, value, "type"),
		hs_xml_attribute(jma->arena, value, "condition") };

	if (!reading || (!texts[0] && !texts[3]) ||
		++jma->references > jma->submission->limits->areas)
		return;
	if (!station)
		station = hs_jma_child(jma, item, "Area");
	reading->station_code = hs_jma_text(jma, station, "Code");
	reading->station_name = hs_jma_text(jma, station, "Name");
	reading->value = (char *)(uintptr_t)(texts[0] ? texts[0] : "");
	reading->unit = (char *)(uintptr_t)(texts[1] ? texts[1] : "");
	reading->type = (char *)(uintptr_t)(texts[2] ? texts[2] : "");
	reading->condition = (char *)(uintptr_t)(texts[3] ? texts[3] : "");
	for (size_t i = 0; id && i < times->count; i++) {
		if (strcmp(times->ids[i], id) == 0)
			reading->at = times->times[i];
	}
	hs_repeat(jma->arena, &flood->n_readings, &flood->readings, reading);
}

/* Item/Kind/Property/…Part/value: water levels, discharges, rain. */
static void
read_item(
	struct hs_jma *jma, hs_xml_node *item, const struct times *times, Hansho__V1__Flood *flood)
{
	hs_xml_node *kind = hs_jma_child(jma, item, "Kind");
	hs_xml_node *property = hs_jma_child(jma, kind, "Property");

	for (; property; property = hs_jma_next(jma, property, "Property")) {
		for (hs_xml_node *part = hs_xml_first(property); part; part = hs_xml_after(part)) {
			for (hs_xml_node *value = hs_xml_first(part); value;
				value = hs_xml_after(value))
				add_reading(jma, item, value, times, flood);
		}
	}
}

static void
read_series(struct hs_jma *jma, Hansho__V1__Flood *flood)
{
	hs_xml_node *infos = hs_jma_child(jma, jma->body, "MeteorologicalInfos");

	for (; infos; infos = hs_jma_next(jma, infos, "MeteorologicalInfos")) {
		hs_xml_node *series = hs_jma_child(jma, infos, "TimeSeriesInfo");

		for (; series; series = hs_jma_next(jma, series, "TimeSeriesInfo")) {
			hs_xml_node *item = hs_jma_child(jma, series, "Item");
			struct times times = { .count = 0 };

			read_times(jma, series, &times);
			for (; item; item = hs_jma_next(jma, item, "Item"))
				read_item(jma, item, &times, flood);
		}
	}
}

void
hs_jma_flood(struct hs_jma *jma)
{
	Hansho__V1__Flood *flood = hs_message_new(jma->arena, &hansho__v1__flood__descriptor);

	if (!flood)
		return;
	read_kind(jma);
	read_river(jma, flood);
	read_main_text(jma, flood);
	read_series(jma, flood);
	flood->n_items = jma->items.count;
	flood->items = jma->items.items;
	jma->notice->flood = flood;
	jma->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_FLOOD;
}
