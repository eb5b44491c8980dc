/* parser_registry.c: the two tables. */
#include "hub/gate/parser_registry.h"

#include <strings.h>

#include "hub/base/check.h"
#include "hub/gate/parse_jma.h"
#include "hub/gate/parse_lalert.h"
#include "hub/gate/stages.h"

static const struct hs_parser parsers[] = {
	{ "lalert", HS_NS_EDXL, "EDXLDistribution", hs_lalert_convert, hs_lalert_validate,
		hs_lalert_policy },
	{ "jma", HS_NS_JMA, "Report", hs_jma_convert, hs_jma_validate, hs_jma_policy },
};

/* Source: L-Alert categories of commons:category. */
static const struct hs_category categories[] = {
	{ "EvacuationOrder", HS_KIND(EVACUATION), HS_NS_EVAC, "EvacuationOrder",
		hs_evacuation_convert },
	{ "Shelter", HS_KIND(SHELTER), "", "", NULL },
	{ "AntidisasterHeadquarter", HS_KIND(HEADQUARTERS), "", "", NULL },
	{ "DamageInformation", HS_KIND(DAMAGE), "", "", NULL },
	{ "GeneralInformation", HS_KIND(NOTICE), "", "", NULL },
	{ "Event", HS_KIND(EVENT), "", "", NULL },
	{ "UrgentMail", HS_KIND(URGENT_MAIL), "", "", NULL },
	{ "SedimentDisastersWarning", HS_KIND(LANDSLIDE), "", "", NULL },
	{ "WaterLevel", HS_KIND(WATER_LEVEL), "", "", NULL },
	{ "Rainfall", HS_KIND(RAINFALL), "", "", NULL },
	{ "FamiliariseRiver", HS_KIND(FLOOD), "", "", NULL },
	{ "CivilProtection", HS_KIND(CIVIL_PROTECTION), "", "", NULL },
	{ "System", HS_KIND(OTHER), "", "", NULL },
};

const struct hs_parser *
hs_parser_find(hs_xml_node *root)
{
	for (size_t i = 0; i < HS_COUNT(parsers); i++) {
		if (hs_xml_is(root, parsers[i].ns, parsers[i].root))
			return &parsers[i];
	}
	return NULL;
}

const struct hs_category *
hs_category_find(const char *category)
{
	for (size_t i = 0; i < HS_COUNT(categories); i++) {
		if (strcasecmp(categories[i].category, category) == 0)
			return &categories[i];
	}
	return NULL;
}
