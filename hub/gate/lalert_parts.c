/* lalert_parts.c: the parts that occur in every L-Alert document: texts, times, counts, areas. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
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

typedef enum hs_shape parse_shape(struct hs_arena *arena, const char *text, hs_geometry *geometry,
	int64_t *points_left, char where[64]);

/* A shape that cannot be believed only decorates the codes: it is left out and told, and the document goes on. */
static void
drop_shape(struct hs_lalert *lalert, hs_xml_node *node, enum hs_shape shape, const char *detail)
{
	static const struct {
		enum hs_finding_code code;
		const char *expected;
	} rows[] = {
		[HS_SHAPE_BAD] = { HS_FINDING_SHAPE_DROPPED, "30.001,139.001" },
		[HS_SHAPE_OPEN] = { HS_FINDING_SHAPE_OPEN,
			"30.0,139.0 30.1,139.0 30.1,139.1 30.0,139.0" },
		[HS_SHAPE_CROSSES] = { HS_FINDING_SHAPE_CROSSES, "" },
		[HS_SHAPE_LONG] = { HS_FINDING_SHAPE_LONG, "" },
	};
	char most[32];

	snprintf(most, sizeof(most), "≤ %lld", (long long)lalert->submission->limits->shape_points);
	hs_xml_finding(lalert->findings, rows[shape].code, node,
		shape == HS_SHAPE_LONG ? most : rows[shape].expected, detail);
	hs_notice_flag(lalert->arena, lalert->notice, "shape_dropped");
}

/* All shapes of one kind. */
static void
read_shapes(struct hs_lalert *lalert, hs_xml_node *parent, const char *name, parse_shape *parse,
	hs_area *area)
{
	hs_xml_node *node = hs_xml_child(parent, HS_NS_EDXL, name);

	for (; node; node = hs_xml_next(node, HS_NS_EDXL, name)) {
		char *text = hs_xml_text(lalert->arena, node);
		char where[64];
		enum hs_shape shape;

		if (!text)
			continue;
		if (!area->geometry)
			area->geometry =
				hs_message_new(lalert->arena, &hansho__v1__geometry__descriptor);
		if (!area->geometry)
			return;
		shape = parse(lalert->arena, text, area->geometry, &lalert->points_left, where);
		if (shape != HS_SHAPE_OK)
			drop_shape(lalert, node, shape, where[0] ? where : text);
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

hs_xml_node *
hs_lalert_any(const struct hs_lalert *lalert, hs_xml_node *parent, const char *name)
{
	const char *const shared[] = { lalert->category->ns, HS_NS_ELEMENT, HS_NS_COMMONS,
		HS_NS_EDXL };
	hs_xml_node *found = NULL;

	for (size_t i = 0; i < HS_COUNT(shared) && !found; i++)
		found = hs_xml_child(parent, shared[i], name);
	return found;
}

void
hs_lalert_disaster(struct hs_lalert *lalert, char **name)
{
	hs_xml_node *disaster = hs_lalert_any(lalert, lalert->body, "Disaster");

	hs_lalert_set_name(lalert, name, hs_lalert_any(lalert, disaster, "DisasterName"));
}

void
hs_lalert_choice(struct hs_lalert *lalert, const char *list, const char *below, char **field,
	hs_xml_node *node)
{
	hs_lalert_set_name(lalert, field, node);
	if ((*field)[0] && !hs_lalert_value_known(list, *field, below))
		hs_lalert_unknown_value(lalert, node, "", *field);
}

void
hs_lalert_unknown_value(
	struct hs_lalert *lalert, hs_xml_node *node, const char *expected, const char *value)
{
	hs_xml_finding(lalert->findings, HS_FINDING_UNKNOWN_VALUE, node, expected, value);
	hs_notice_flag(lalert->arena, lalert->notice, "unknown_value");
}

hs_text *
hs_lalert_ja(struct hs_lalert *lalert)
{
	return lalert->notice->n_texts ? lalert->notice->texts[0] : NULL;
}

void
hs_lalert_description(struct hs_lalert *lalert)
{
	hs_xml_node *node = hs_lalert_any(lalert, lalert->body, "Description");
	hs_text *text = hs_lalert_ja(lalert);
	char *plain = hs_xml_plain(lalert->arena, node);

	if (!text || !plain)
		return;
	text->body = plain;
	hs_trace_add(&lalert->submission->traces, lalert->arena, &text->body, node);
}

void
hs_lalert_attachments(
	struct hs_lalert *lalert, size_t *count, Hansho__V1__Attachment ***attachments)
{
	hs_xml_node *files = hs_lalert_any(lalert, lalert->body, "AttachmentFiles");
	hs_xml_node *file = hs_xml_first(files);

	for (; file; file = hs_xml_after(file)) {
		Hansho__V1__Attachment *one =
			hs_message_new(lalert->arena, &hansho__v1__attachment__descriptor);

		if (!one)
			return;
		hs_lalert_set(lalert, &one->uri, hs_lalert_any(lalert, file, "URI"));
		hs_lalert_choice(lalert, "mime_type", "", &one->mime_type,
			hs_lalert_any(lalert, file, "MimeType"));
		hs_lalert_choice(lalert, "media_type", "", &one->media_type,
			hs_lalert_any(lalert, file, "MediaType"));
		hs_lalert_set_name(lalert, &one->caption, hs_lalert_any(lalert, file, "Caption"));
		if (one->uri[0] || one->caption[0])
			hs_repeat(lalert->arena, count, attachments, one);
		if ((int64_t)*count > lalert->submission->limits->areas) {
			hs_xml_finding(lalert->findings, HS_FINDING_TOO_MANY_AREAS, file, "", "");
			return;
		}
	}
}
