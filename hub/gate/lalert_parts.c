/* lalert_parts.c: the parts that occur in every L-Alert document: texts, times, counts, areas. */
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/gate/area_code.h"
#include "hub/gate/geometry.h"
#include "hub/gate/parse_lalert.h"
#include "hub/gate/text_clean.h"

hs_xml_node *
hs_lalert_one(struct hs_lalert *lalert, hs_xml_node *parent, const char *ns, const char *name)
{
	hs_xml_node *node = hs_xml_child(parent, ns, name);
	hs_xml_node *second = hs_xml_next(node, ns, name);

	if (second)
		hs_xml_finding(lalert->findings, HS_FINDING_ELEMENT_REPEATED, second, name, "");
	return node;
}

char *
hs_lalert_need(struct hs_lalert *lalert, hs_xml_node *parent, const char *ns, const char *name)
{
	hs_xml_node *node = hs_lalert_one(lalert, parent, ns, name);
	char *text = hs_xml_text(lalert->arena, node);

	if (!text)
		hs_xml_missing(lalert->findings, parent, name);
	return text;
}

void
hs_lalert_set(struct hs_lalert *lalert, char **field, hs_xml_node *node)
{
	char *text = hs_xml_text(lalert->arena, node);

	if (!text)
		return;
	*field = text;
	hs_trace_add(&lalert->submission->traces, lalert->arena, field, node);
}

void
hs_lalert_set_name(struct hs_lalert *lalert, char **field, hs_xml_node *node)
{
	char *before = *field;

	hs_lalert_set(lalert, field, node);
	if (*field != before)
		hs_text_fold(*field);
}

hs_time *
hs_lalert_time(struct hs_lalert *lalert, hs_xml_node *node, enum hs_finding_code bad)
{
	char *text = hs_xml_text(lalert->arena, node);
	int64_t unix_us;
	int offset_min, assumed = 0;
	hs_time *time;

	if (!text)
		return NULL;
	if (hs_rfc3339_parse(text, &unix_us, &offset_min, &assumed) != HS_OK) {
		hs_xml_finding(lalert->findings, bad, node, "2026-07-01T18:55:00+09:00", text);
		return NULL;
	}
	time = hs_time_new(lalert->arena, unix_us, offset_min);
	if (!time)
		return NULL;
	time->offset_assumed = assumed != 0;
	if (assumed) {
		hs_xml_finding(lalert->findings, HS_FINDING_OFFSET_ASSUMED, node, "+09:00", text);
		hs_notice_flag(lalert->arena, lalert->notice, "offset_assumed");
	}
	hs_trace_add(&lalert->submission->traces, lalert->arena, time, node);
	return time;
}

/* Digits, with or without commas between thousands; false when it is something else or too
 * large. */
static bool
parse_count(const char *text, uint32_t *value)
{
	uint64_t number = 0;

	if (text[0] == '\0' || text[0] == ',')
		return false;
	for (; *text; text++) {
		if (*text == ',')
			continue;
		if (*text < '0' || *text > '9')
			return false;
		number = number * 10 + (uint64_t)(*text - '0');
		if (number > 200000000)
			return false;
	}
	*value = (uint32_t)number;
	return true;
}

hs_count *
hs_lalert_count(struct hs_lalert *lalert, hs_xml_node *parent, const char *ns, const char *name)
{
	hs_xml_node *node = hs_xml_child(parent, ns, name);
	char *text = hs_xml_text(lalert->arena, node);
	hs_count *count;
	char *unit;
	uint32_t value;

	if (!text)
		return NULL;
	if (!parse_count(text, &value)) {
		hs_xml_finding(lalert->findings, HS_FINDING_COUNT_BAD, node, "120", text);
		return NULL;
	}
	count = hs_message_new(lalert->arena, &hansho__v1__count__descriptor);
	if (!count)
		return NULL;
	count->value = value;
	unit = hs_xml_attribute(lalert->arena, node, "unit");
	if (unit) {
		count->unit = unit;
		hs_trace_add(&lalert->submission->traces, lalert->arena, &count->unit, node);
	}
	return count;
}

/* All shapes of one kind; one that cannot be believed is dropped with a flag. */
static void
read_shapes(struct hs_lalert *lalert, hs_xml_node *parent, const char *name,
	bool (*parse)(struct hs_arena *, const char *, hs_geometry *), hs_area *area)
{
	hs_xml_node *node = hs_xml_child(parent, HS_NS_EDXL, name);

	for (; node; node = hs_xml_next(node, HS_NS_EDXL, name)) {
		char *text = hs_xml_text(lalert->arena, node);

		if (!text)
			continue;
		if (!area->geometry)
			area->geometry =
				hs_message_new(lalert->arena, &hansho__v1__geometry__descriptor);
		if (area->geometry && parse(lalert->arena, text, area->geometry))
			continue;
		hs_xml_finding(
			lalert->findings, HS_FINDING_SHAPE_DROPPED, node, "30.001,139.001", text);
		hs_notice_flag(lalert->arena, lalert->notice, "shape_dropped");
	}
	if (area->geometry && area->geometry->n_circles + area->geometry->n_polygons == 0)
		area->geometry = NULL;
}

hs_area *
hs_lalert_area(struct hs_lalert *lalert, hs_xml_node *node)
{
	hs_area *area = hs_message_new(lalert->arena, &hansho__v1__area__descriptor);

	if (!area || !node)
		return area;
	hs_trace_add(&lalert->submission->traces, lalert->arena, area, node);
	hs_lalert_set(lalert, &area->code, hs_lalert_one(lalert, node, HS_NS_COMMONS, "jisX0402"));
	hs_lalert_set_name(lalert, &area->name, hs_xml_child(node, HS_NS_COMMONS, "areaName"));
	hs_lalert_set_name(lalert, &area->kana, hs_xml_child(node, HS_NS_COMMONS, "areaNameKana"));
	hs_lalert_set(lalert, &area->sub_code,
		hs_lalert_one(lalert, node, HS_NS_COMMONS, "ooAzaTyouTyouMokuCode"));
	read_shapes(lalert, node, "circle", hs_circle_parse, area);
	read_shapes(lalert, node, "polygon", hs_polygon_parse, area);
	return area;
}

bool
hs_lalert_fall_back(struct hs_lalert *lalert, hs_area *area, hs_xml_node *node)
{
	if (area->code[0])
		return true;
	if (!lalert->fallback_code) {
		hs_xml_finding(lalert->findings, HS_FINDING_AREA_MISSING, node, "jisX0402", "");
		return false;
	}
	area->code = hs_arena_strdup(lalert->arena, lalert->fallback_code);
	if (!area->code)
		return false;
	if (area->name[0] == '\0' && lalert->fallback_name)
		area->name = hs_arena_strdup(lalert->arena, lalert->fallback_name);
	hs_xml_finding(lalert->findings, HS_FINDING_AREA_FALLBACK, node, "jisX0402", area->code);
	hs_notice_flag(lalert->arena, lalert->notice, "area_fallback");
	return area->name != NULL;
}

void
hs_lalert_address(struct hs_lalert *lalert, const hs_area *area)
{
	const struct hs_area_row *row;
	hs_area *own;

	for (size_t i = 0; i < lalert->notice->n_areas; i++) {
		if (strncmp(lalert->notice->areas[i]->code, area->code, 5) == 0)
			return;
	}
	/* A code that does not exist is told where it stands, in the body. */
	row = hs_area_by_five(area->code);
	own = row ? hs_message_new(lalert->arena, &hansho__v1__area__descriptor) : NULL;
	if (!own)
		return;
	own->code = area->code;
	own->name = hs_arena_strdup(lalert->arena, row->name);
	if (own->name)
		hs_repeat(lalert->arena, &lalert->notice->n_areas, &lalert->notice->areas, own);
}
