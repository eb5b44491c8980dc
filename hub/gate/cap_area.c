/* cap_area.c: areas of an info → areas of the notice.
 *
 * Each JIS code (5 or 6 digits) of a CAP area becomes an area with that code; the wrong check digit is mended and told;
 * without any it becomes one area with its name alone. The first of them has the shapes. The same place in another
 * info (another language, another level) is the same area.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "hub/base/check.h"
#include "hub/gate/area_code.h"
#include "hub/gate/cap_info.h"
#include "hub/gate/text_clean.h"
#include "schemas/cap_write.h"

/* Names of geocodes that hold JIS X 0402 codes; case does not count. */
static const char *const jis_names[] = { HS_CAP_GEOCODE_5, HS_CAP_GEOCODE_6, "jisX0402",
	"JIS X 0402" };

static bool
is_jis(const char *name)
{
	for (size_t i = 0; i < HS_COUNT(jis_names); i++) {
		if (strcasecmp(jis_names[i], name) == 0)
			return true;
	}
	return false;
}

/* The code in its right form: 6 digits, or 2 of a prefecture. NULL: no such place, with a finding. */
static char *
code_of(const struct hs_cap *cap, hs_xml_node *node, const char *value)
{
	const struct hs_area_row *row = hs_area_by_five(value);

	if (!row) {
		hs_cap_find(cap, HS_FINDING_CAP_GEOCODE, node, "JIS X 0402", value);
		hs_notice_flag(cap->arena, cap->submission->notice, "geocode_unknown");
		return NULL;
	}
	if (strlen(value) == 6 && strcmp(value, row->code) != 0) {
		hs_cap_find(cap, HS_FINDING_CHECK_DIGIT, node, row->code, value);
		hs_notice_flag(cap->arena, cap->submission->notice, "check_digit");
	}
	return hs_area_is_prefecture(row) ? hs_arena_strndup(cap->arena, row->code, 2)
					  : hs_arena_strdup(cap->arena, row->code);
}

static bool
same_place(const hs_area *area, const char *code, const char *sub_code, const char *name)
{
	return strcmp(area->code, code) == 0 && strcmp(area->sub_code, sub_code) == 0 &&
	       strcmp(area->name, name) == 0;
}

/* ---- places by what they are called: a table with open addressing in the arena ---- */

static size_t
hash_of(const char *code, const char *sub_code, const char *name)
{
	const char *const parts[] = { code, sub_code, name };
	uint64_t hash = 0xCBF29CE484222325u; /* FNV-1a */

	for (size_t i = 0; i < HS_COUNT(parts); i++) {
		for (const char *at = parts[i]; *at; at++)
			hash = (hash ^ (unsigned char)*at) * 0x100000001B3u;
		hash = (hash ^ '|') * 0x100000001B3u;
	}
	return (size_t)hash;
}

/* The slot where such an area is, or would be: 0 or place + 1. */
static uint32_t *
slot_of(const struct hs_cap_reader *reader, const hs_area *wanted)
{
	size_t at = hash_of(wanted->code, wanted->sub_code, wanted->name);

	for (;; at++) {
		uint32_t *slot = &reader->slots[at & (reader->slot_count - 1)];

		if (*slot == 0 || same_place(reader->notice->areas[*slot - 1], wanted->code,
					  wanted->sub_code, wanted->name))
			return slot;
	}
}

/* Room for one more at a load of at most a half. */
static bool
make_room(struct hs_cap_reader *reader)
{
	const hs_notice *notice = reader->notice;

	if ((notice->n_areas + 1) * 2 <= reader->slot_count)
		return true;
	reader->slot_count = reader->slot_count ? reader->slot_count * 4 : 64;
	reader->slots =
		hs_arena_alloc(reader->cap->arena, reader->slot_count * sizeof(reader->slots[0]));
	for (size_t i = 0; reader->slots && i < notice->n_areas; i++)
		*slot_of(reader, notice->areas[i]) = (uint32_t)i + 1;
	return reader->slots != NULL;
}

/* Place of the area in the notice; it is added when it is new. false: too many, or no room. */
static bool
place_area(struct hs_cap_reader *reader, hs_xml_node *node, const hs_area *wanted, uint32_t *place)
{
	hs_notice *notice = reader->notice;
	struct hs_arena *arena = reader->cap->arena;
	int64_t most = reader->cap->submission->limits->areas;
	uint32_t *slot;
	hs_area *area;
	char expected[32];

	if (!make_room(reader))
		return false;
	slot = slot_of(reader, wanted);
	*place = *slot ? *slot - 1 : (uint32_t)notice->n_areas;
	if (*slot)
		return true;
	if ((int64_t)notice->n_areas >= most) {
		snprintf(expected, sizeof(expected), "≤ %lld", (long long)most);
		if (!hs_findings_has(reader->cap->findings, HS_FINDING_TOO_MANY_AREAS))
			hs_cap_find(reader->cap, HS_FINDING_TOO_MANY_AREAS, node, expected, "");
		return false;
	}
	area = hs_message_new(arena, &hansho__v1__area__descriptor);
	if (!area)
		return false;
	*area = *wanted;
	*slot = *place + 1;
	hs_trace_add(&reader->cap->submission->traces, arena, area, node);
	hs_trace_add(&reader->cap->submission->traces, arena, &area->code, node);
	return hs_repeat(arena, &notice->n_areas, &notice->areas, area);
}

/* ---- areas ---- */

/* Adds the place to the CAP area's list once. */
static void
refer(hs_cap_area *area, uint32_t place)
{
	for (size_t i = 0; i < area->n_areas; i++) {
		if (area->areas[i] == place)
			return;
	}
	area->areas[area->n_areas++] = place;
}

/* Shapes of the area; cap->forms has them in the same order. NULL: none. */
static hs_geometry *
read_geometry(struct hs_cap_reader *reader, hs_xml_node *node)
{
	struct hs_cap *cap = reader->cap;
	hs_geometry *geometry = NULL;

	for (; reader->form < cap->form_count; reader->form++) {
		const struct hs_cap_form *form = &cap->forms[reader->form];

		if (form->area != node)
			break;
		if (!geometry)
			geometry = hs_message_new(cap->arena, &hansho__v1__geometry__descriptor);
		if (geometry && form->polygon)
			hs_repeat(cap->arena, &geometry->n_polygons, &geometry->polygons,
				form->polygon);
		if (geometry && form->circle)
			hs_repeat(
				cap->arena, &geometry->n_circles, &geometry->circles, form->circle);
	}
	return geometry;
}

static void
read_places(struct hs_cap_reader *reader, hs_xml_node *node, hs_cap_area *area, hs_area *wanted)
{
	const struct hs_cap *cap = reader->cap;
	uint32_t place;

	for (size_t i = 0; i < area->n_geocodes; i++) {
		const hs_cap_pair *pair = area->geocodes[i];
		char *code = is_jis(pair->name) ? code_of(cap, node, pair->value) : NULL;

		if (!code)
			continue;
		wanted->code = code;
		if (!place_area(reader, node, wanted, &place))
			return;
		refer(area, place);
	}
	if (area->n_areas == 0 && place_area(reader, node, wanted, &place))
		refer(area, place);
}

static void
read_area(struct hs_cap_reader *reader, hs_xml_node *node, hs_cap_info *info)
{
	const struct hs_cap *cap = reader->cap;
	hs_cap_area *area = hs_message_new(cap->arena, &hansho__v1__cap_area__descriptor);
	hs_area *wanted = hs_message_new(cap->arena, &hansho__v1__area__descriptor);
	hs_geometry *geometry = read_geometry(reader, node);
	const char *sub_code;

	if (!area || !wanted)
		return;
	hs_cap_set(cap, &area->description, node, "areaDesc");
	hs_cap_set(cap, &area->altitude, node, "altitude");
	hs_cap_set(cap, &area->ceiling, node, "ceiling");
	hs_cap_read_pairs(cap, node, "geocode", &area->n_geocodes, &area->geocodes);
	area->areas = hs_arena_alloc(cap->arena, (area->n_geocodes + 1) * sizeof(area->areas[0]));
	wanted->name = hs_arena_strdup(cap->arena, area->description);
	sub_code = hs_cap_pair_value(area->geocodes, area->n_geocodes, HS_CAP_GEOCODE_12);
	wanted->sub_code = hs_arena_strdup(cap->arena, sub_code ? sub_code : "");
	if (!area->areas || !wanted->name || !wanted->sub_code)
		return;
	hs_text_fold(wanted->name);
	read_places(reader, node, area, wanted);
	if (area->n_areas && geometry && !reader->notice->areas[area->areas[0]]->geometry)
		reader->notice->areas[area->areas[0]]->geometry = geometry;
	hs_repeat(cap->arena, &info->n_areas, &info->areas, area);
}

void
hs_cap_read_areas(struct hs_cap_reader *reader, hs_xml_node *node, hs_cap_info *info)
{
	HS_CAP_EACH(reader->cap, node, "area", area)
	{
		if (hs_findings_has(reader->cap->findings, HS_FINDING_TOO_MANY_AREAS))
			return;
		read_area(reader, area, info);
	}
}
