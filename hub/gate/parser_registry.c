/* parser_registry.c: the two tables. */
#include "hub/gate/parser_registry.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/cap.h"
#include "hub/gate/parse_cap.h"
#include "hub/gate/parse_jma.h"
#include "hub/gate/parse_lalert.h"
#include "hub/gate/stages.h"

static const struct hs_parser parsers[] = {
	{ "lalert", HS_NS_EDXL, "EDXLDistribution", hs_lalert_convert, hs_lalert_validate,
		hs_lalert_policy },
	{ "cap", HS_NS_CAP_12, "alert", hs_cap_convert, hs_cap_validate, hs_cap_policy },
	{ "cap", HS_NS_CAP_11, "alert", hs_cap_convert, hs_cap_validate, hs_cap_policy },
	{ "jma", HS_NS_JMA, "Report", hs_jma_convert, hs_jma_validate, hs_jma_policy },
};

/* Categories whose body is public (lalert_categories.csv has them all). */
static const struct {
	const char *category;
	hs_lalert_convert_body *convert;
} converters[] = {
	{ "EvacuationOrder", hs_evacuation_convert },
	{ "Shelter", hs_shelter_convert },
	{ "AntidisasterHeadquarter", hs_headquarters_convert },
	{ "DamageInformation", hs_damage_convert },
	{ "GeneralInformation", hs_general_convert },
	{ "Event", hs_event_convert },
	{ "UrgentMail", hs_urgent_mail_convert },
};

const struct hs_parser *
hs_parser_find(hs_xml_node *root)
{
	/* An alert inside EDXL-DE is the document; the envelope carries it. */
	size_t count;
	hs_xml_node *alert = hs_cap_alert(root, &count);

	root = alert ? alert : root;
	for (size_t i = 0; i < HS_COUNT(parsers); i++) {
		if (hs_xml_is(root, parsers[i].ns, parsers[i].root))
			return &parsers[i];
	}
	return NULL;
}

bool
hs_parser_named(const char *name)
{
	for (size_t i = 0; i < HS_COUNT(parsers); i++) {
		if (strcmp(parsers[i].name, name) == 0)
			return true;
	}
	return false;
}

void
hs_parser_names(char *out, size_t out_size)
{
	out[0] = '\0';
	for (size_t i = 0; i < HS_COUNT(parsers); i++) {
		size_t len = strlen(out);

		(void)snprintf(
			out + len, out_size - len, "%s%s", len > 0 ? " " : "", parsers[i].name);
	}
}

hs_lalert_convert_body *
hs_lalert_converter(const struct hs_lalert_category *category)
{
	for (size_t i = 0; i < HS_COUNT(converters); i++) {
		if (strcmp(converters[i].category, category->category) == 0)
			return converters[i].convert;
	}
	return NULL;
}
