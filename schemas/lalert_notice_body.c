/* lalert_notice_body.c: the body elements, one small writer for each detail. See lalert_notice.h. */
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/lalert_notice_parts.h"
#include "schemas/lalert_tables.h"

static void
put_count(struct hs_buf *out, const char *name, const hs_count *count)
{
	char value[16];

	if (!count)
		return;
	snprintf(value, sizeof(value), "%u", count->value);
	hs_xml_put_with(out, name, "b:unit", count->unit, value);
}

static void
put_disaster(struct hs_buf *out, const char *name)
{
	if (!name[0])
		return;
	hs_buf_puts(out, "<pcx_eb:Disaster>");
	hs_xml_put(out, "pcx_eb:DisasterName", name);
	hs_buf_puts(out, "</pcx_eb:Disaster>\n");
}

/* ---- EvacuationOrder ---- */

static void
put_people(
	struct hs_buf *out, const char *element, const hs_count *households, const hs_count *people)
{
	if (!households && !people)
		return;
	hs_buf_printf(out, "<%s>", element);
	put_count(out, "b:Households", households);
	put_count(out, "b:HeadCount", people);
	hs_buf_printf(out, "</%s>\n", element);
}

static void
put_place(struct hs_buf *out, const hs_evacuation_place *place)
{
	hs_buf_puts(out, "<b:Area>");
	if (place->area) {
		hs_buf_puts(out, "<pcx_eb:Location>");
		hs_lalert_put_area(out, place->area, NULL, NULL);
		hs_buf_puts(out, "</pcx_eb:Location>");
	}
	hs_lalert_put_time(out, "b:DateTime", place->ordered);
	put_people(out, "b:Object", place->households, place->people);
	hs_buf_puts(out, "</b:Area>\n");
}

static const char *
state_word(const hs_evacuation_detail *detail)
{
	if (detail->state == HS_EVAC(ISSUED))
		return "発令";
	return detail->state == HS_EVAC(LIFTED) ? "解除" : detail->state_text;
}

static void
put_evacuation(struct hs_buf *out, const hs_notice *notice)
{
	const hs_evacuation *evacuation = notice->evacuation;

	put_disaster(out, evacuation->disaster_name);
	hs_xml_put(out, "b:ComplementaryInfo", evacuation->complement);
	put_people(out, "b:TotalNumber", evacuation->households, evacuation->people);
	for (size_t i = 0; i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];

		hs_buf_puts(out, "<b:Detail>");
		hs_xml_put(out, "b:Sort", detail->sort);
		hs_xml_put(out, "b:IssueOrLift", state_word(detail));
		put_people(out, "b:Object", detail->households, detail->people);
		hs_buf_puts(out, "<b:Areas>\n");
		for (size_t k = 0; k < detail->n_areas; k++)
			put_place(out, detail->areas[k]);
		hs_buf_puts(out, "</b:Areas></b:Detail>\n");
	}
}

/* ---- Shelter ---- */

struct counts {
	const hs_count *people, *households, *people_voluntary, *households_voluntary;
};

static void
put_counts(struct hs_buf *out, const char *element, struct counts counts)
{
	if (!counts.people && !counts.households && !counts.people_voluntary &&
		!counts.households_voluntary)
		return;
	hs_buf_printf(out, "<%s>", element);
	put_count(out, "b:HeadCount", counts.people);
	put_count(out, "b:HeadCountVoluntary", counts.people_voluntary);
	put_count(out, "b:Households", counts.households);
	put_count(out, "b:HouseholdsVoluntary", counts.households_voluntary);
	hs_buf_printf(out, "</%s>\n", element);
}

/* A position is a circle without radius. */
static void
put_location(struct hs_buf *out, const Hansho__V1__Shelter__Item *item)
{
	hs_circle point = HANSHO__V1__CIRCLE__INIT;
	hs_circle *circles[] = { &point };
	hs_geometry shape = HANSHO__V1__GEOMETRY__INIT;
	hs_area area = HANSHO__V1__AREA__INIT;

	if (item->area)
		area = *item->area;
	if (item->position && !area.geometry) {
		point.center = item->position;
		shape.n_circles = 1;
		shape.circles = circles;
		area.geometry = &shape;
	}
	hs_buf_puts(out, "<b:Location>");
	hs_lalert_put_area(out, &area, item->name, item->kana);
	hs_xml_put(out, "b:Address", item->address);
	for (size_t i = 0; i < item->n_contacts; i++)
		hs_xml_put_with(out, "pcx_eb:ContactInfo", "pcx_eb:contactType",
			item->contacts[i]->type, item->contacts[i]->value);
	hs_buf_puts(out, "</b:Location>\n");
}

static void
put_shelter(struct hs_buf *out, const hs_notice *notice)
{
	const Hansho__V1__Shelter *shelter = notice->shelter;

	put_disaster(out, shelter->disaster_name);
	hs_xml_put(out, "b:ComplementaryInfo", shelter->complement);
	put_counts(out, "b:TotalNumber",
		(struct counts){ shelter->people, shelter->households, shelter->people_voluntary,
			shelter->households_voluntary });
	put_count(out, "b:TotalNumberOfShelter", shelter->shelters);
	hs_buf_puts(out, "<b:Informations>\n");
	for (size_t i = 0; i < shelter->n_items; i++) {
		const Hansho__V1__Shelter__Item *item = shelter->items[i];

		hs_buf_puts(out, "<b:Information>");
		put_location(out, item);
		hs_xml_put(out, "b:Type", item->type);
		hs_xml_put(out, "b:TypeDetail", item->type_detail);
		hs_xml_put(out, "b:Sort", item->sort);
		hs_lalert_put_time(out, "b:DateTime", item->changed);
		put_count(out, "b:Capacity", item->capacity);
		hs_xml_put(out, "b:Status", item->status);
		put_counts(out, "b:NumberOf",
			(struct counts){ item->people, item->households, item->people_voluntary,
				item->households_voluntary });
		hs_lalert_put_time(out, "b:CheckedDateTime", item->checked);
		hs_buf_puts(out, "</b:Information>\n");
	}
	hs_buf_puts(out, "</b:Informations>\n");
}

/* ---- AntidisasterHeadquarter ---- */

static void
put_headquarters(struct hs_buf *out, const hs_notice *notice)
{
	const Hansho__V1__Headquarters *own = notice->headquarters;

	put_disaster(out, own->disaster_name);
	hs_xml_put(out, "b:Type", own->type);
	hs_xml_put(out, "b:Status", own->status);
	hs_xml_put(out, "b:Name", own->name);
	hs_lalert_put_time(out, "b:DateTime", own->changed);
	hs_xml_put(out, "b:ComplementaryInfo", own->complement);
}

/* ---- DamageInformation ---- */

/* How the counters of a group are written; a group that is not here (an element of the sender) bears its own name. */
static const struct damage_form {
	const char *group, *holder, *item, *attribute, *unit;
	const char *outer; /* around the holder, or NULL */
} damage_forms[] = {
	{ "human", "HumanDamages", "HumanDamage", "humanDamageType", "counterUnit", NULL },
	{ "house", "HouseDamages", "HouseDamage", "houseDamageType", "counterUnit", NULL },
	{ "building", "BuildingDamages", "BuildingDamage", "buildingDamageType", "counterUnit",
		NULL },
	{ "other", "OtherDamages", "OtherDamage", "otherDamageType", "counterUnit", NULL },
	{ "sufferer", "Sufferers", "Sufferer", "suffererDamageType", "counterUnit", NULL },
	{ "fire", "FireDamages", "FireDamage", "fireDamageType", "counterUnit", NULL },
	{ "facilities_loss", "FacilitiesLosses", "Loss", "lossesDamageType", "currencyUnit",
		"Losses" },
	{ "other_loss", "OtherLosses", "Loss", "lossesDamageType", "currencyUnit", "Losses" },
	{ "loss", "Losses", "Loss", "lossesDamageType", "currencyUnit", NULL },
	{ "firefighter", "Firefighter", NULL, NULL, "counterUnit", NULL },
};

static const struct damage_form *
damage_form_of(const char *group)
{
	for (size_t i = 0; i < HS_COUNT(damage_forms); i++) {
		if (strcmp(damage_forms[i].group, group) == 0)
			return &damage_forms[i];
	}
	return NULL;
}

/* A type that is a name of an element (TotalLosses, TurnoutFireStation) was one; others were an attribute. */
static bool
is_element_name(const char *type)
{
	return type[0] &&
	       type[strspn(type, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				 "0123456789")] == '\0' &&
	       (type[0] < '0' || type[0] > '9');
}

static void
put_damage_item(
	struct hs_buf *out, const struct damage_form *form, const Hansho__V1__Damage__Item *item)
{
	bool attribute = form && form->attribute && !is_element_name(item->type);
	const char *element = attribute ? form->item : item->type;

	if (!attribute && !is_element_name(item->type))
		element = "Counter";
	hs_buf_printf(out, "<b:%s", element);
	if (attribute || !is_element_name(item->type)) {
		hs_buf_printf(out, " b:%s=\"",
			form && form->attribute ? form->attribute : "otherDamageType");
		hs_xml_put_text(out, item->type);
		hs_buf_puts(out, "\"");
	}
	if (item->unit[0]) {
		hs_buf_printf(out, " b:%s=\"", form ? form->unit : "counterUnit");
		hs_xml_put_text(out, item->unit);
		hs_buf_puts(out, "\"");
	}
	hs_buf_puts(out, ">");
	hs_xml_put_text(out, item->value);
	hs_buf_printf(out, "</b:%s>\n", element);
}

static void
put_damage(struct hs_buf *out, const hs_notice *notice)
{
	const Hansho__V1__Damage *damage = notice->damage;

	put_disaster(out, damage->disaster_name);
	hs_xml_put(out, "b:ComplementaryInfo", damage->complement);
	for (size_t i = 0; i < damage->n_items;) {
		const char *group = damage->items[i]->group;
		const struct damage_form *form = damage_form_of(group);
		const char *holder = form		      ? form->holder
				     : is_element_name(group) ? group
							      : "OtherDamages";

		/* Straight below the body: the holder is the body itself. */
		bool direct = strcmp(holder, "DamageInformation") == 0;
		if (form && form->outer)
			hs_buf_printf(out, "<b:%s>", form->outer);
		if (!direct)
			hs_buf_printf(out, "<b:%s>\n", holder);
		for (; i < damage->n_items && strcmp(damage->items[i]->group, group) == 0; i++)
			put_damage_item(out, form, damage->items[i]);
		if (!direct)
			hs_buf_printf(out, "</b:%s>\n", holder);
		if (form && form->outer)
			hs_buf_printf(out, "</b:%s>\n", form->outer);
	}
}

/* ---- GeneralInformation, Event, UrgentMail ---- */

static void
put_description(struct hs_buf *out, const hs_notice *notice)
{
	const hs_text *text = hs_notice_text(notice, "ja");

	if (text)
		hs_xml_put(out, "b:Description", text->body);
}

static void
put_attachments(struct hs_buf *out, Hansho__V1__Attachment *const *attachments, size_t count)
{
	if (count == 0)
		return;
	hs_buf_puts(out, "<b:AttachmentFiles>\n");
	for (size_t i = 0; i < count; i++) {
		hs_buf_puts(out, "<b:File>");
		hs_xml_put(out, "b:URI", attachments[i]->uri);
		hs_xml_put(out, "b:MimeType", attachments[i]->mime_type);
		hs_xml_put(out, "b:MediaType", attachments[i]->media_type);
		hs_xml_put(out, "b:Caption", attachments[i]->caption);
		hs_buf_puts(out, "</b:File>\n");
	}
	hs_buf_puts(out, "</b:AttachmentFiles>\n");
}

static void
put_general(struct hs_buf *out, const hs_notice *notice)
{
	const Hansho__V1__GeneralNotice *own = notice->notice;

	hs_xml_put(out, "b:DisasterInformationType", own->disaster_type);
	put_disaster(out, own->disaster_name);
	hs_xml_put(out, "b:Category", own->category);
	hs_xml_put(out, "b:SubCategory", own->sub_category);
	hs_xml_put(out, "b:Title", own->title);
	put_description(out, notice);
	hs_xml_put(out, "b:URL", own->url);
	put_attachments(out, own->attachments, own->n_attachments);
}

static void
put_moment(struct hs_buf *out, const char *name, const hs_time *time, const char *text)
{
	if (time)
		hs_lalert_put_time(out, name, time);
	else
		hs_xml_put(out, name, text);
}

static void
put_event(struct hs_buf *out, const hs_notice *notice)
{
	const Hansho__V1__Event *own = notice->event;

	hs_xml_put(out, "b:Name", own->name);
	put_moment(out, "b:From", own->from, own->from_text);
	put_moment(out, "b:To", own->to, own->to_text);
	hs_xml_put(out, "b:DurationDescription", own->duration);
	hs_xml_put(out, "b:Fee", own->fee);
	put_description(out, notice);
	hs_xml_put(out, "b:URL", own->url);
	put_attachments(out, own->attachments, own->n_attachments);
}

static void
put_mail(struct hs_buf *out, const hs_notice *notice)
{
	hs_buf_puts(out, "<b:Information>");
	hs_xml_put(out, "b:Title", notice->urgent_mail->title);
	hs_xml_put(out, "b:Message", notice->urgent_mail->message);
	hs_buf_puts(out, "</b:Information>\n");
}

static const struct body {
	int detail;
	const char *element;
	void (*put)(struct hs_buf *out, const hs_notice *notice);
} bodies[] = {
	{ HANSHO__V1__NOTICE__DETAIL_EVACUATION, "EvacuationOrder", put_evacuation },
	{ HANSHO__V1__NOTICE__DETAIL_SHELTER, "Shelter", put_shelter },
	{ HANSHO__V1__NOTICE__DETAIL_HEADQUARTERS, "AntidisasterHeadquarter", put_headquarters },
	{ HANSHO__V1__NOTICE__DETAIL_DAMAGE, "DamageInformation", put_damage },
	{ HANSHO__V1__NOTICE__DETAIL_NOTICE, "GeneralInformation", put_general },
	{ HANSHO__V1__NOTICE__DETAIL_EVENT, "Event", put_event },
	{ HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL, "UrgentMail", put_mail },
};

void
hs_lalert_put_body(struct hs_buf *out, const hs_notice *notice, const char *ns)
{
	for (size_t i = 0; i < HS_COUNT(bodies); i++) {
		if (bodies[i].detail != (int)notice->detail_case)
			continue;
		hs_buf_printf(out, "<b:%s xmlns:b=\"%s\">", bodies[i].element, ns);
		bodies[i].put(out, notice);
		hs_buf_printf(out, "</b:%s>\n", bodies[i].element);
	}
}
