/* parse_shelter.c: the Shelter body (避難所): one Information per shelter.
 *
 * Rules:  words and counts as sent, nothing added up; a count that is left out is unknown, not zero. The areaName of a
 *         shelter is its own name: the municipality comes from its code, else from what the document is addressed to.
 * Source: L-Alert wire format, Shelter.
 */
#include <string.h>

#include "hub/gate/parse_lalert.h"

typedef Hansho__V1__Shelter__Item hs_shelter_item;

struct counts {
	hs_count **people, **households, **people_voluntary, **households_voluntary;
};

static void
read_counts(struct hs_lalert *lalert, hs_xml_node *node, struct counts to)
{
	const char *ns = lalert->category->ns;

	*to.people = hs_lalert_count(lalert, node, ns, "HeadCount");
	*to.households = hs_lalert_count(lalert, node, ns, "Households");
	*to.people_voluntary = hs_lalert_count(lalert, node, ns, "HeadCountVoluntary");
	*to.households_voluntary = hs_lalert_count(lalert, node, ns, "HouseholdsVoluntary");
}

/* The only municipality or prefecture that the document is addressed to, or NULL. */
static const char *
addressed(const struct hs_lalert *lalert)
{
	const hs_notice *notice = lalert->notice;

	for (size_t i = 0; i < notice->n_areas; i++) {
		if (strncmp(notice->areas[0]->code, notice->areas[i]->code, 5) != 0)
			return NULL;
	}
	return notice->n_areas > 0 ? notice->areas[0]->code : NULL;
}

/* Where it stands; left out when nobody said so. A circle without radius is a position. */
static void
read_area(
	struct hs_lalert *lalert, hs_xml_node *location, const char *around, hs_shelter_item *item)
{
	hs_area *area = hs_lalert_area(lalert, location);
	hs_geometry *shape = area ? area->geometry : NULL;

	if (!area)
		return;
	area->name = hs_arena_strdup(lalert->arena, "");
	area->kana = hs_arena_strdup(lalert->arena, "");
	if (shape && shape->n_circles > 0)
		item->position = shape->circles[0]->center;
	if (shape && shape->n_circles == 1 && shape->n_polygons == 0 &&
		shape->circles[0]->radius_km <= 0.0)
		area->geometry = NULL;
	if (area->code[0])
		hs_lalert_address(lalert, area);
	else if (around)
		area->code = hs_arena_strdup(lalert->arena, around);
	/* Every area of a notice has a code: rights are checked by it. */
	if (area->name && area->kana && area->code && area->code[0])
		item->area = area;
}

static void
read_contacts(struct hs_lalert *lalert, hs_xml_node *location, hs_shelter_item *item)
{
	hs_xml_node *node = hs_xml_first(location);

	for (; node; node = hs_xml_after(node)) {
		char *value, *type = hs_xml_attribute(lalert->arena, node, "contactType");
		Hansho__V1__Contact *contact;

		if (strcmp(hs_xml_name(node), "ContactInfo") != 0)
			continue;
		value = hs_xml_text(lalert->arena, node);
		contact = value ? hs_message_new(lalert->arena, &hansho__v1__contact__descriptor)
				: NULL;
		if (!contact)
			continue;
		contact->value = value;
		if (type)
			contact->type = type;
		hs_repeat(lalert->arena, &item->n_contacts, &item->contacts, contact);
	}
}

static void
read_item(struct hs_lalert *lalert, hs_xml_node *node, const char *around,
	Hansho__V1__Shelter *shelter)
{
	const char *ns = lalert->category->ns;
	hs_xml_node *location = hs_lalert_any(lalert, node, "Location");
	hs_shelter_item *item =
		hs_message_new(lalert->arena, &hansho__v1__shelter__item__descriptor);

	if (!item)
		return;
	hs_trace_add(&lalert->submission->traces, lalert->arena, item, node);
	read_area(lalert, location, around, item);
	hs_lalert_set_name(lalert, &item->name, hs_xml_child(location, HS_NS_COMMONS, "areaName"));
	hs_lalert_set_name(
		lalert, &item->kana, hs_xml_child(location, HS_NS_COMMONS, "areaNameKana"));
	hs_lalert_set_name(lalert, &item->address, hs_lalert_any(lalert, location, "Address"));
	read_contacts(lalert, location, item);
	hs_lalert_choice(
		lalert, "shelter_type", "", &item->type, hs_lalert_one(lalert, node, ns, "Type"));
	hs_lalert_set_name(lalert, &item->type_detail, hs_xml_child(node, ns, "TypeDetail"));
	hs_lalert_choice(
		lalert, "shelter_sort", "", &item->sort, hs_lalert_one(lalert, node, ns, "Sort"));
	hs_lalert_choice(lalert, "shelter_status", "", &item->status,
		hs_lalert_one(lalert, node, ns, "Status"));
	item->changed = hs_lalert_time(
		lalert, hs_lalert_one(lalert, node, ns, "DateTime"), HS_FINDING_TIME_IGNORED);
	item->checked = hs_lalert_time(lalert, hs_lalert_one(lalert, node, ns, "CheckedDateTime"),
		HS_FINDING_TIME_IGNORED);
	item->capacity = hs_lalert_count(lalert, node, ns, "Capacity");
	read_counts(lalert, hs_xml_child(node, ns, "NumberOf"),
		(struct counts){ &item->people, &item->households, &item->people_voluntary,
			&item->households_voluntary });
	hs_repeat(lalert->arena, &shelter->n_items, &shelter->items, item);
}

void
hs_shelter_convert(struct hs_lalert *lalert)
{
	const char *ns = lalert->category->ns;
	const char *around = addressed(lalert);
	Hansho__V1__Shelter *shelter =
		hs_message_new(lalert->arena, &hansho__v1__shelter__descriptor);
	hs_xml_node *list = hs_lalert_one(lalert, lalert->body, ns, "Informations");
	hs_xml_node *node = hs_xml_child(list, ns, "Information");

	if (!shelter)
		return;
	lalert->notice->shelter = shelter;
	lalert->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_SHELTER;
	hs_lalert_disaster(lalert, &shelter->disaster_name);
	hs_lalert_set(
		lalert, &shelter->complement, hs_xml_child(lalert->body, ns, "ComplementaryInfo"));
	read_counts(lalert, hs_xml_child(lalert->body, ns, "TotalNumber"),
		(struct counts){ &shelter->people, &shelter->households, &shelter->people_voluntary,
			&shelter->households_voluntary });
	shelter->shelters = hs_lalert_count(lalert, lalert->body, ns, "TotalNumberOfShelter");
	for (; node; node = hs_xml_next(node, ns, "Information")) {
		if (++lalert->places > lalert->submission->limits->areas) {
			hs_xml_finding(lalert->findings, HS_FINDING_TOO_MANY_AREAS, node, "", "");
			return;
		}
		read_item(lalert, node, around, shelter);
	}
	if (shelter->n_items == 0 && lalert->notice->action != HS_ACTION(CANCEL))
		hs_xml_missing(lalert->findings, lalert->body, "Informations/Information");
}
