/* lalert_areas.c: which areas an L-Alert document is for.
 *
 * Order:  codes of targetArea, else codes of the headline's areas, else the code of the publishing office. A name without
 *         a code gets the code of the headline or the office (flag area_fallback); a document that names nothing gets it
 *         too. Never wider than that: no code at all stays no area, and is refused (promise P9).
 * Orders: an evacuation order is for municipalities, so a prefecture is no fallback for it, and its own places decide;
 *         other information may be for a whole prefecture.
 * Source: L-Alert wire format, areas (targetArea may hold a list of names without code, parted by commas).
 */
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/area_code.h"
#include "hub/gate/parse_lalert.h"
#include "hub/gate/text_clean.h"

static bool
has_places(const struct hs_lalert *lalert)
{
	return lalert->category && lalert->category->places;
}

static hs_xml_node *
first_headline_area(const struct hs_lalert *lalert)
{
	hs_xml_node *headline = hs_xml_child(lalert->head, HS_NS_BASIS, "Headline");

	return hs_xml_child(hs_xml_child(headline, HS_NS_BASIS, "Areas"), HS_NS_BASIS, "Area");
}

/* Code for areas without one: that of the headline, else the publishing office's own. Two different ones in the
 * headline decide nothing, and a prefecture would widen an order. */
static void
find_fallback(struct hs_lalert *lalert)
{
	hs_xml_node *node = first_headline_area(lalert);
	const struct hs_area_row *row;
	const char *found = NULL;
	bool places = has_places(lalert);

	for (; node; node = hs_xml_next(node, HS_NS_BASIS, "Area")) {
		char *code = hs_xml_child_text(lalert->arena, node, HS_NS_COMMONS, "jisX0402");

		if (found && code && strncmp(found, code, 5) != 0) {
			found = NULL;
			break;
		}
		found = code ? code : found;
	}
	row = hs_area_by_five(found ? found : lalert->notice->source->code);
	if (!row || (places && hs_area_is_prefecture(row)))
		row = hs_area_by_five(lalert->notice->source->code);
	if (!row || (places && hs_area_is_prefecture(row)))
		return;
	lalert->fallback_code = row->code;
	lalert->fallback_name = row->name;
}

/* So many names before a new one are compared with it: a list is not worth a square of its length. */
#define HS_NAMES_COMPARED 200

/* Adds an area unless its place is there already: by code, and by name too when the name is all that tells it
 * apart. false when there are too many. */
static bool
add_area(struct hs_lalert *lalert, hs_area *area, bool by_name, hs_xml_node *node)
{
	hs_notice *notice = lalert->notice;
	size_t from = by_name && notice->n_areas > HS_NAMES_COMPARED
			      ? notice->n_areas - HS_NAMES_COMPARED
			      : 0;

	for (size_t i = from; i < notice->n_areas; i++) {
		if (strncmp(notice->areas[i]->code, area->code, 5) == 0 &&
			(!by_name || strcmp(notice->areas[i]->name, area->name) == 0))
			return true;
	}
	hs_repeat(lalert->arena, &notice->n_areas, &notice->areas, area);
	if ((int64_t)notice->n_areas <= lalert->submission->limits->areas)
		return true;
	hs_xml_finding(lalert->findings, HS_FINDING_TOO_MANY_AREAS, node, "", "");
	return false;
}

/* The areas that have a code, from `node` on. */
static void
read_coded(struct hs_lalert *lalert, hs_xml_node *node, const char *ns, const char *name)
{
	for (; node; node = hs_xml_next(node, ns, name)) {
		hs_area *area;

		if (!hs_xml_child_text(lalert->arena, node, HS_NS_COMMONS, "jisX0402"))
			continue;
		area = hs_lalert_area(lalert, node);
		if (!area)
			return;
		area->sub_code = hs_arena_strdup(lalert->arena, "");
		if (!area->sub_code || !add_area(lalert, area, false, node))
			return;
	}
}

/* Bytes of a comma between names: "," or "，" or "、"; 0 when there is none. */
static size_t
comma_at(const char *text)
{
	static const char *const commas[] = { ",", "，", "、" };

	for (size_t i = 0; i < HS_COUNT(commas); i++) {
		if (strncmp(text, commas[i], strlen(commas[i])) == 0)
			return strlen(commas[i]);
	}
	return 0;
}

/* "北町，南町" → two areas with the fallback code. false when there are too many. */
static bool
read_names(struct hs_lalert *lalert, hs_xml_node *node)
{
	char *names = hs_xml_child_text(lalert->arena, node, HS_NS_COMMONS, "areaName");

	for (const char *at = names; at && *at;) {
		size_t len = 0, comma = 0;
		hs_area *area = hs_message_new(lalert->arena, &hansho__v1__area__descriptor);
		char *name;

		while (at[len] && (comma = comma_at(at + len)) == 0)
			len++;
		name = hs_arena_strndup(lalert->arena, at, len);
		if (!area || !name)
			return false;
		at += len + comma;
		hs_text_fold(name);
		if (name[0] && name[strlen(name) - 1] == ' ')
			name[strlen(name) - 1] = '\0';
		if (name[0] == '\0')
			continue;
		area->name = name;
		hs_trace_add(&lalert->submission->traces, lalert->arena, area, node);
		hs_trace_add(&lalert->submission->traces, lalert->arena, &area->code, node);
		if (!hs_lalert_fall_back(lalert, area, node) || !add_area(lalert, area, true, node))
			return false;
	}
	return true;
}

/* Whether all areas so far lie in one place: names without a code then lie there too. Several places: nobody knows in
 * which of them, and the codes say enough. */
static bool
is_one_place(const hs_notice *notice)
{
	for (size_t i = 0; i < notice->n_areas; i++) {
		if (strncmp(notice->areas[0]->code, notice->areas[i]->code, 5) != 0)
			return false;
	}
	return true;
}

/* The names without a code as they stand; when there are no areas at all, the place of the office. */
static void
read_uncoded(struct hs_lalert *lalert)
{
	hs_xml_node *node = hs_xml_child(lalert->envelope, HS_NS_COMMONS, "targetArea");
	hs_area *area;

	if (lalert->notice->n_areas > 0)
		lalert->fallback_code = lalert->notice->areas[0]->code;
	for (; node; node = hs_xml_next(node, HS_NS_COMMONS, "targetArea")) {
		if (!hs_xml_child_text(lalert->arena, node, HS_NS_COMMONS, "jisX0402") &&
			!read_names(lalert, node))
			return;
	}
	if (lalert->notice->n_areas > 0)
		return;
	area = hs_lalert_area(lalert, NULL);
	/* the document's own, unlike what its content adds (hs_lalert_address) */
	if (area)
		hs_trace_add(&lalert->submission->traces, lalert->arena, area, lalert->envelope);
	if (area && hs_lalert_fall_back(lalert, area, lalert->envelope))
		add_area(lalert, area, false, lalert->envelope);
}

void
hs_lalert_read_areas(struct hs_lalert *lalert)
{
	find_fallback(lalert);
	read_coded(lalert, hs_xml_child(lalert->envelope, HS_NS_COMMONS, "targetArea"),
		HS_NS_COMMONS, "targetArea");
	if (has_places(lalert))
		return;
	if (lalert->notice->n_areas == 0)
		read_coded(lalert, first_headline_area(lalert), HS_NS_BASIS, "Area");
	if (is_one_place(lalert->notice))
		read_uncoded(lalert);
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
	struct hs_traces *traces = &lalert->submission->traces;
	hs_xml_node *from = hs_trace_find(traces, &area->code);
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
	if (from)
		hs_trace_add(traces, lalert->arena, &own->code, from);
	own->name = hs_arena_strdup(lalert->arena, row->name);
	if (own->name)
		hs_repeat(lalert->arena, &lalert->notice->n_areas, &lalert->notice->areas, own);
}
