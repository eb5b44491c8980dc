/* parse_jma_seismic.c: earthquakes (observed intensities) and earthquake early warnings (forecast ones).
 *
 * An early warning by level or PLUM carries a dummy hypocentre (仮定震源要素: M 1.0, 10 km): it is flagged assumed_hypocenter and left out,
 * because nobody must show it. Arrival times are the agency's; nothing is computed.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/parse_jma.h"

#define CITY_TYPE	"気象・地震・火山情報／市町村等"
#define REGION_TYPE	"地震情報／細分区域"
#define DUMMY_MAGNITUDE 1.0
#define DUMMY_DEPTH_KM	10.0

/* ---- hypocentre ---- */

/* The one in degrees, or the one in degrees and minutes (type 震源位置（度分）) that may stand beside it. */
static hs_xml_node *
coordinate_of(struct hs_jma *jma, hs_xml_node *area, bool minutes)
{
	hs_xml_node *node = hs_xml_child(area, HS_NS_JMA_ELEMENT, "Coordinate");

	for (; node; node = hs_xml_next(node, HS_NS_JMA_ELEMENT, "Coordinate")) {
		const char *type = hs_xml_attribute(jma->arena, node, "type");

		if ((type && strstr(type, "度分")) == minutes)
			return node;
	}
	return NULL;
}

static void
read_coordinate(struct hs_jma *jma, hs_xml_node *area, bool minutes, hs_point **where,
	double *depth_km, char **words)
{
	hs_xml_node *node = coordinate_of(jma, area, minutes);
	const char *text = hs_xml_text(jma->arena, node);
	char *description = hs_xml_attribute(jma->arena, node, "description");
	hs_point *point = hs_message_new(jma->arena, &hansho__v1__point__descriptor);
	const char *at = text;

	if (description)
		*words = description;
	if (text && point && hs_jma_coordinate(&at, minutes, point, depth_km))
		*where = point;
	else if (text)
		hs_jma_warn(jma, HS_FINDING_JMA_PART, node, text, "part_unreadable");
}

static void
read_place(struct hs_jma *jma, hs_xml_node *node, hs_earthquake *quake)
{
	hs_xml_node *area = hs_jma_child(jma, hs_jma_child(jma, node, "Hypocenter"), "Area");

	quake->epicenter_name = hs_jma_text(jma, area, "Name");
	read_coordinate(
		jma, area, false, &quake->epicenter, &quake->depth_km, &quake->hypocenter_text);
	read_coordinate(jma, area, true, &quake->epicenter_fine, &quake->depth_fine_km,
		&quake->hypocenter_fine_text);
}

static void
read_magnitude(struct hs_jma *jma, hs_xml_node *node, hs_earthquake *quake)
{
	hs_xml_node *magnitude = hs_xml_child(node, HS_NS_JMA_ELEMENT, "Magnitude");
	char *text = hs_xml_text(jma->arena, magnitude);
	char *words = hs_xml_attribute(jma->arena, magnitude, "description");
	char *end = NULL;
	double value;

	if (words)
		quake->magnitude_text = words;
	if (!text || strcmp(text, "NaN") == 0)
		return;
	value = strtod(text, &end);
	if (*end == '\0' && value > -3 && value < 12)
		quake->magnitude = value;
	else
		hs_jma_warn(jma, HS_FINDING_JMA_PART, magnitude, text, "part_unreadable");
}

hs_earthquake *
hs_jma_read_earthquake(struct hs_jma *jma)
{
	hs_xml_node *node = hs_jma_child(jma, jma->body, "Earthquake");
	hs_earthquake *quake = hs_message_new(jma->arena, &hansho__v1__earthquake__descriptor);

	if (!node || !quake)
		return NULL;
	quake->origin = hs_jma_time(jma, node, "OriginTime");
	read_place(jma, node, quake);
	read_magnitude(jma, node, quake);
	return quake;
}

/* ---- intensities ---- */

/* The first of the children that has a text. */
static char *
either(struct hs_jma *jma, hs_xml_node *node, const char *first, const char *second)
{
	char *text = hs_xml_child_text(jma->arena, node, jma->ns, first);

	return text ? text : hs_jma_text(jma, node, second);
}

/* Area or City, of an observation (MaxInt, MaxLgInt) or a forecast (ForecastInt, ForecastLgInt with From and To). */
static void
read_intensity(struct hs_jma *jma, hs_xml_node *node, const char *code_type, hs_earthquake *quake)
{
	hs_intensity *intensity = hs_message_new(jma->arena, &hansho__v1__intensity__descriptor);
	hs_xml_node *forecast = hs_jma_child(jma, node, "ForecastInt");
	hs_xml_node *lg = hs_jma_child(jma, node, "ForecastLgInt");
	hs_xml_node *category = hs_jma_child(jma, node, "Category");
	struct hs_jma_place *place = hs_jma_place(
		jma, code_type, hs_jma_child(jma, node, "Name"), hs_jma_child(jma, node, "Code"));

	if (!intensity || !place || place->count == 0)
		return;
	intensity->area = place->areas[0];
	intensity->value =
		forecast ? hs_jma_text(jma, forecast, "From") : hs_jma_text(jma, node, "MaxInt");
	intensity->upper = hs_jma_text(jma, forecast, "To");
	intensity->long_period =
		lg ? hs_jma_text(jma, lg, "From") : hs_jma_text(jma, node, "MaxLgInt");
	intensity->code = hs_jma_text(jma, hs_jma_child(jma, category, "Kind"), "Code");
	intensity->arrival = hs_jma_time(jma, node, "ArrivalTime");
	intensity->condition = hs_jma_text(jma, node, "Condition");
	hs_jma_address(jma, place);
	hs_repeat(jma->arena, &quake->n_intensities, &quake->intensities, intensity);
}

/* Pref/Area/City, the cities where there are some. */
static void
read_intensities(struct hs_jma *jma, hs_xml_node *list, hs_earthquake *quake)
{
	hs_xml_node *forecast = hs_jma_child(jma, list, "ForecastInt");
	hs_xml_node *lg = hs_jma_child(jma, list, "ForecastLgInt");
	hs_xml_node *pref = hs_jma_child(jma, list, "Pref");

	quake->max_intensity =
		forecast ? either(jma, forecast, "From", "To") : hs_jma_text(jma, list, "MaxInt");
	quake->max_long_period =
		lg ? either(jma, lg, "From", "To") : hs_jma_text(jma, list, "MaxLgInt");
	for (; pref; pref = hs_jma_next(jma, pref, "Pref")) {
		hs_xml_node *area = hs_jma_child(jma, pref, "Area");

		for (; area; area = hs_jma_next(jma, area, "Area")) {
			hs_xml_node *city = hs_jma_child(jma, area, "City");

			if (!city)
				read_intensity(jma, area, REGION_TYPE, quake);
			for (; city; city = hs_jma_next(jma, city, "City"))
				read_intensity(jma, city, CITY_TYPE, quake);
		}
	}
}

void
hs_jma_earthquake(struct hs_jma *jma)
{
	hs_xml_node *intensity = hs_jma_child(jma, jma->body, "Intensity");
	hs_earthquake *quake = hs_jma_read_earthquake(jma);

	if (!quake)
		quake = hs_message_new(jma->arena, &hansho__v1__earthquake__descriptor);
	if (!quake)
		return;
	read_intensities(jma, hs_jma_child(jma, intensity, "Observation"), quake);
	hs_jma_read_quake_parts(jma, quake);
	jma->notice->earthquake = quake;
	jma->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EARTHQUAKE;
}

/* ---- early warnings ---- */

static bool
is_dummy(struct hs_jma *jma, const hs_earthquake *quake)
{
	hs_xml_node *node = hs_jma_child(jma, jma->body, "Earthquake");
	const char *condition = hs_jma_text(jma, node, "Condition");

	if (condition && strstr(condition, "仮定震源要素"))
		return true;
	return quake->epicenter && fabs(quake->magnitude - DUMMY_MAGNITUDE) < 0.01 &&
	       fabs(quake->depth_km - DUMMY_DEPTH_KM) < 0.01;
}

static void
leave_out_dummy(struct hs_jma *jma, hs_earthquake *quake)
{
	if (!is_dummy(jma, quake))
		return;
	quake->origin = NULL;
	quake->epicenter = NULL;
	quake->depth_km = 0;
	quake->magnitude = 0;
	quake->epicenter_name = hs_arena_strdup(jma->arena, "");
	quake->magnitude_text = quake->epicenter_name;
	quake->hypocenter_text = quake->epicenter_name;
	quake->epicenter_fine = NULL;
	quake->depth_fine_km = 0;
	quake->hypocenter_fine_text = quake->epicenter_name;
	hs_notice_flag(jma->arena, jma->notice, "assumed_hypocenter");
}

void
hs_jma_eew(struct hs_jma *jma)
{
	Hansho__V1__Eew *eew = hs_message_new(jma->arena, &hansho__v1__eew__descriptor);
	hs_xml_node *intensity = hs_jma_child(jma, jma->body, "Intensity");
	hs_earthquake *quake = hs_jma_read_earthquake(jma);
	const char *next = hs_jma_text(jma, jma->body, "NextAdvisory");

	if (!eew)
		return;
	if (!quake)
		quake = hs_message_new(jma->arena, &hansho__v1__earthquake__descriptor);
	if (!quake)
		return;
	hs_jma_read_items(jma,
		hs_jma_finest(jma->arena, jma->headline, HS_NS_JMA_HEAD, "Information"),
		HS_NS_JMA_HEAD);
	leave_out_dummy(jma, quake);
	read_intensities(jma, hs_jma_child(jma, intensity, "Forecast"), quake);
	eew->earthquake = quake;
	eew->forecast_intensity = quake->max_intensity;
	eew->serial = jma->notice->document->order / 4;
	eew->final = next && strstr(next, "最終") != NULL;
	eew->warning = jma->rank >= HS_JMA_RANK_EMERGENCY;
	eew->n_items = jma->items.count;
	eew->items = jma->items.items;
	jma->notice->eew = eew;
	jma->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EEW;
}
