/* parse_evacuation.c: the EvacuationOrder body: one Detail per (Sort, IssueOrLift) with its
 * areas.
 *
 * Rules: the level comes from the Sort at the order's own time, never from the time of arrival;
 * a lift has no level and keeps the Sort it lifts; an unknown Sort is kept word by word and
 * treated as most urgent; a count that is left out is unknown, not zero. A document that says
 * neither issued nor lifted is refused.
 */
#include <stdio.h>
#include <string.h>

#include "hub/gate/parse_lalert.h"
#include "schemas/tables.h"

static const struct {
	const char *word;
	int state;
} states[] = { { "発令", HS_EVAC(ISSUED) }, { "解除", HS_EVAC(LIFTED) } };

static void
read_state(struct hs_lalert *lalert, hs_xml_node *node, hs_evacuation_detail *detail)
{
	hs_xml_node *child = hs_lalert_one(lalert, node, lalert->category->ns, "IssueOrLift");
	char *word = hs_xml_text(lalert->arena, child);

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (word && strcmp(word, states[i].word) == 0) {
			detail->state = (Hansho__V1__Evacuation__State)states[i].state;
			return;
		}
	}
	if (word)
		detail->state_text = word;
	hs_xml_finding(lalert->findings, HS_FINDING_ISSUE_OR_LIFT_UNKNOWN, child ? child : node,
		"発令, 解除", word ? word : "");
}

static void
read_object(struct hs_lalert *lalert, hs_xml_node *object, hs_count **households, hs_count **people)
{
	*households = hs_lalert_count(lalert, object, lalert->category->ns, "Households");
	*people = hs_lalert_count(lalert, object, lalert->category->ns, "HeadCount");
}

/* The area's own order time; without one the report's, and the sender is told. */
static hs_time *
read_ordered(struct hs_lalert *lalert, hs_xml_node *area)
{
	hs_xml_node *node = hs_lalert_one(lalert, area, lalert->category->ns, "DateTime");
	hs_time *ordered = hs_lalert_time(lalert, node, HS_FINDING_TIME_BAD);
	const hs_times *times = lalert->notice->times;

	if (ordered || hs_xml_text(lalert->arena, node))
		return ordered;
	ordered = times->reported ? times->reported : times->sent;
	if (!ordered) {
		hs_xml_missing(lalert->findings, area, "DateTime");
		return NULL;
	}
	hs_xml_finding(lalert->findings, HS_FINDING_ORDERED_ASSUMED, area, "DateTime", "");
	hs_notice_flag(lalert->arena, lalert->notice, "ordered_assumed");
	ordered = hs_time_new(lalert->arena, ordered->unix_us, ordered->offset_minutes);
	if (ordered)
		hs_trace_add(&lalert->submission->traces, lalert->arena, ordered, area);
	return ordered;
}

/* node: the Area element, or the Detail when it has no areas of its own. */
static void
read_place(struct hs_lalert *lalert, hs_xml_node *node, hs_evacuation_detail *detail)
{
	hs_xml_node *location = hs_lalert_one(lalert, node, HS_NS_ELEMENT, "Location");
	hs_evacuation_place *place =
		hs_message_new(lalert->arena, &hansho__v1__evacuation__place__descriptor);
	hs_time **newest = &lalert->notice->times->ordered;
	char expected[32];

	if (++lalert->places > lalert->submission->limits->areas) {
		snprintf(expected, sizeof(expected), "≤ %lld",
			(long long)lalert->submission->limits->areas);
		hs_xml_finding(lalert->findings, HS_FINDING_TOO_MANY_AREAS, node, expected, "");
		return;
	}
	if (!place)
		return;
	place->area = hs_lalert_area(lalert, location);
	place->ordered = read_ordered(lalert, node);
	if (!place->area || !hs_lalert_fall_back(lalert, place->area, location ? location : node))
		return;
	if (!location)
		hs_trace_add(&lalert->submission->traces, lalert->arena, place->area, node);
	read_object(lalert, hs_xml_child(node, lalert->category->ns, "Object"), &place->households,
		&place->people);
	if (place->ordered && (!*newest || (*newest)->unix_us < place->ordered->unix_us))
		*newest = place->ordered;
	hs_lalert_address(lalert, place->area);
	hs_repeat(lalert->arena, &detail->n_areas, &detail->areas, place);
}

static int64_t
newest_order(const hs_evacuation_detail *detail, int64_t fallback)
{
	int64_t newest = INT64_MIN;

	for (size_t i = 0; i < detail->n_areas; i++) {
		const hs_time *ordered = detail->areas[i]->ordered;

		if (ordered && ordered->unix_us > newest)
			newest = ordered->unix_us;
	}
	return newest == INT64_MIN ? fallback : newest;
}

static void
read_level(struct hs_lalert *lalert, hs_xml_node *node, hs_evacuation_detail *detail)
{
	int64_t ordered = newest_order(detail, lalert->submission->received_unix_us);
	hs_level *level = hs_message_new(lalert->arena, &hansho__v1__level__descriptor);
	const struct hs_level_row *row = NULL;

	if (!level)
		return;
	detail->level = level;
	level->term = detail->sort;
	if (hs_level_find(detail->sort, ordered, &row) != HS_OK) {
		level->scheme = hs_arena_strdup(lalert->arena, hs_level_scheme(ordered));
		hs_xml_finding(lalert->findings, HS_FINDING_UNKNOWN_SORT,
			hs_xml_child(node, lalert->category->ns, "Sort"),
			"高齢者等避難, 避難指示, 緊急安全確保", detail->sort);
		hs_notice_flag(lalert->arena, lalert->notice, "unknown_sort");
		return;
	}
	level->scheme = hs_arena_strdup(lalert->arena, row->scheme);
	if (detail->state == HS_EVAC(ISSUED))
		level->number = row->level;
	if (row->obsolete) {
		hs_xml_finding(lalert->findings, HS_FINDING_OBSOLETE_TERM,
			hs_xml_child(node, lalert->category->ns, "Sort"), "", detail->sort);
		hs_notice_flag(lalert->arena, lalert->notice, "obsolete_term");
	}
}

static void
read_detail(struct hs_lalert *lalert, hs_xml_node *node, hs_evacuation *evacuation)
{
	hs_evacuation_detail *detail =
		hs_message_new(lalert->arena, &hansho__v1__evacuation__detail__descriptor);
	hs_xml_node *areas = hs_lalert_one(lalert, node, lalert->category->ns, "Areas");
	hs_xml_node *area = hs_xml_child(areas, lalert->category->ns, "Area");

	if (!detail)
		return;
	if (hs_lalert_need(lalert, node, lalert->category->ns, "Sort"))
		hs_lalert_set_name(
			lalert, &detail->sort, hs_xml_child(node, lalert->category->ns, "Sort"));
	read_state(lalert, node, detail);
	read_object(lalert, hs_xml_child(node, lalert->category->ns, "Object"), &detail->households,
		&detail->people);
	if (!area)
		read_place(lalert, node, detail);
	for (; area && lalert->places <= lalert->submission->limits->areas;
		area = hs_xml_next(area, lalert->category->ns, "Area"))
		read_place(lalert, area, detail);
	if (detail->sort[0])
		read_level(lalert, node, detail);
	hs_trace_add(&lalert->submission->traces, lalert->arena, detail, node);
	hs_repeat(lalert->arena, &evacuation->n_details, &evacuation->details, detail);
}

static void
read_details(struct hs_lalert *lalert, hs_evacuation *evacuation)
{
	hs_xml_node *node = hs_xml_child(lalert->body, lalert->category->ns, "Detail");

	for (; node && lalert->places <= lalert->submission->limits->areas;
		node = hs_xml_next(node, lalert->category->ns, "Detail"))
		read_detail(lalert, node, evacuation);
	lalert->all_lifted = evacuation->n_details > 0;
	for (size_t i = 0; i < evacuation->n_details; i++)
		lalert->all_lifted &= evacuation->details[i]->state == HS_EVAC(LIFTED);
	/* A cancel may come without content; an order that names nothing is nobody's order. */
	if (evacuation->n_details == 0 && lalert->notice->action != HS_ACTION(CANCEL))
		hs_xml_missing(lalert->findings, lalert->body, "Detail");
}

void
hs_evacuation_convert(struct hs_lalert *lalert)
{
	hs_evacuation *evacuation =
		hs_message_new(lalert->arena, &hansho__v1__evacuation__descriptor);
	hs_xml_node *disaster = hs_xml_child(lalert->body, HS_NS_ELEMENT, "Disaster");
	const struct hs_hazard_row *hazard;
	hs_area *area;

	if (!evacuation)
		return;
	lalert->notice->evacuation = evacuation;
	lalert->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EVACUATION;
	hs_lalert_set_name(lalert, &evacuation->disaster_name,
		hs_xml_child(disaster, HS_NS_ELEMENT, "DisasterName"));
	hs_lalert_set(lalert, &evacuation->complement,
		hs_xml_child(lalert->body, lalert->category->ns, "ComplementaryInfo"));
	read_object(lalert, hs_xml_child(lalert->body, lalert->category->ns, "TotalNumber"),
		&evacuation->households, &evacuation->people);
	read_details(lalert, evacuation);
	hazard = hs_hazard_guess(evacuation->disaster_name);
	if (!hazard && lalert->notice->n_texts)
		hazard = hs_hazard_guess(lalert->notice->texts[0]->headline);
	if (hazard)
		evacuation->hazard = hs_arena_strdup(lalert->arena, hazard->hazard);
	if (lalert->notice->n_areas > 0 || lalert->findings->errors)
		return;
	area = hs_lalert_area(lalert, NULL);
	if (area && hs_lalert_fall_back(lalert, area, lalert->body))
		hs_lalert_address(lalert, area);
}
