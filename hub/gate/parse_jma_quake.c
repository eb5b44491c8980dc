/* parse_jma_quake.c: what some telegrams say of earthquakes beyond one hypocentre and its intensities: a name (VXSE56), counts
 * (VXSE60), the information about earthquakes that may come (VYSE50…52, VYSE60), long-period motion at stations (VXSE62).
 *
 * Bounds: stations and counts count against limits->areas like places. Values stay as sent; nothing is computed.
 * Source: jmx_seis.xsd, type.Naming, type.EarthquakeCount, type.EarthquakeInfo, type.IntensityStation.
 */
#include <stdlib.h>
#include <string.h>

#include "hub/gate/parse_jma.h"

/* false, and an error once, when there are more than the limit. */
static bool
room_for(struct hs_jma *jma, hs_xml_node *node)
{
	if (++jma->references <= jma->submission->limits->areas)
		return true;
	if (!hs_findings_has(jma->findings, HS_FINDING_TOO_MANY_AREAS))
		hs_xml_finding(jma->findings, HS_FINDING_TOO_MANY_AREAS, node, "", "");
	return false;
}

/* ---- counts ---- */

/* NULL: not given (-1 as sent), or not a number, which is told. */
static hs_count *
count_of(struct hs_jma *jma, hs_xml_node *node, const char *name)
{
	const char *text = hs_jma_text(jma, node, name);
	char *end = NULL;
	long value;
	hs_count *count;

	if (!text || text[0] == '\0' || strcmp(text, "-1") == 0)
		return NULL;
	value = strtol(text, &end, 10);
	if (*end != '\0' || value < 0 || value > 100000000) {
		hs_jma_warn(jma, HS_FINDING_JMA_PART, hs_jma_child(jma, node, name), text,
			"part_unreadable");
		return NULL;
	}
	count = hs_message_new(jma->arena, &hansho__v1__count__descriptor);
	if (count)
		count->value = (uint32_t)value;
	return count;
}

static void
read_counts(struct hs_jma *jma, hs_earthquake *quake)
{
	hs_xml_node *list = hs_jma_child(jma, jma->body, "EarthquakeCount");
	hs_xml_node *node = hs_jma_child(jma, list, "Item");

	for (; node; node = hs_jma_next(jma, node, "Item")) {
		char *type = hs_xml_attribute(jma->arena, node, "type");
		Hansho__V1__QuakeCount *count =
			hs_message_new(jma->arena, &hansho__v1__quake_count__descriptor);

		if (!count || !room_for(jma, node))
			return;
		if (type)
			count->type = type;
		count->from = hs_jma_time(jma, node, "StartTime");
		count->to = hs_jma_time(jma, node, "EndTime");
		count->number = count_of(jma, node, "Number");
		count->felt = count_of(jma, node, "FeltNumber");
		count->condition = hs_jma_text(jma, node, "Condition");
		hs_repeat(jma->arena, &quake->n_counts, &quake->counts, count);
	}
}

/* ---- earthquakes that may come ---- */

static void
read_info(struct hs_jma *jma, hs_earthquake *quake)
{
	hs_xml_node *node = hs_jma_child(jma, jma->body, "EarthquakeInfo");
	hs_xml_node *serial = hs_jma_child(jma, node, "InfoSerial");
	char *type = hs_xml_attribute(jma->arena, node, "type");
	char *code_type = hs_xml_attribute(jma->arena, serial, "codeType");
	Hansho__V1__QuakeInfo *info =
		node ? hs_message_new(jma->arena, &hansho__v1__quake_info__descriptor) : NULL;

	if (!info)
		return;
	if (type)
		info->type = type;
	if (code_type)
		info->serial_code_type = code_type;
	info->kind = hs_jma_text(jma, node, "InfoKind");
	info->serial_name = hs_jma_text(jma, serial, "Name");
	info->serial_code = hs_jma_text(jma, serial, "Code");
	quake->info = info;
}

/* ---- long-period motion ---- */

/* The band of that period, made when it is new; both lists of a station are in the same order, or not. */
static Hansho__V1__LongPeriodBand *
band_of(struct hs_jma *jma, Hansho__V1__LongPeriodStation *station, hs_xml_node *node,
	const char *period_name, const char *unit_name)
{
	char *period = hs_xml_attribute(jma->arena, node, period_name);
	char *unit = hs_xml_attribute(jma->arena, node, unit_name);
	Hansho__V1__LongPeriodBand *band;

	if (!period)
		return NULL;
	for (size_t i = 0; i < station->n_bands; i++) {
		if (strcmp(station->bands[i]->period, period) == 0)
			return station->bands[i];
	}
	if (!room_for(jma, node))
		return NULL;
	band = hs_message_new(jma->arena, &hansho__v1__long_period_band__descriptor);
	if (!band || !hs_repeat(jma->arena, &station->n_bands, &station->bands, band))
		return NULL;
	band->period = period;
	if (unit)
		band->period_unit = unit;
	return band;
}

#define BANDS_MAX 32 /* the agency measures seven: bounds the search for one */

static void
read_bands(struct hs_jma *jma, hs_xml_node *node, Hansho__V1__LongPeriodStation *station)
{
	hs_xml_node *each = hs_jma_child(jma, node, "LgIntPerPeriod");

	for (; each && station->n_bands < BANDS_MAX;
		each = hs_jma_next(jma, each, "LgIntPerPeriod")) {
		Hansho__V1__LongPeriodBand *band =
			band_of(jma, station, each, "PeriodicBand", "PeriodUnit");
		char *text = hs_xml_text(jma->arena, each);

		if (band && text)
			band->long_period = text;
	}
	each = hs_jma_child(jma, node, "SvaPerPeriod");
	for (; each && station->n_bands < BANDS_MAX;
		each = hs_jma_next(jma, each, "SvaPerPeriod")) {
		Hansho__V1__LongPeriodBand *band =
			band_of(jma, station, each, "PeriodicBand", "PeriodUnit");
		char *text = hs_xml_text(jma->arena, each);
		char *unit = hs_xml_attribute(jma->arena, each, "unit");

		if (band && text)
			band->sva = text;
		if (band && unit)
			band->sva_unit = unit;
	}
}

/* Only those that measured long-period motion: intensities of all others stand by municipality. */
static void
read_stations(struct hs_jma *jma, hs_xml_node *around, hs_earthquake *quake)
{
	hs_xml_node *node = hs_jma_child(jma, around, "IntensityStation");

	for (; node; node = hs_jma_next(jma, node, "IntensityStation")) {
		hs_xml_node *sva = hs_jma_child(jma, node, "Sva");
		char *unit = hs_xml_attribute(jma->arena, sva, "unit");
		Hansho__V1__LongPeriodStation *station;

		if (!sva && !hs_jma_child(jma, node, "LgInt"))
			continue;
		station = hs_message_new(jma->arena, &hansho__v1__long_period_station__descriptor);
		if (!station || !room_for(jma, node))
			return;
		station->name = hs_jma_text(jma, node, "Name");
		station->code = hs_jma_text(jma, node, "Code");
		station->intensity = hs_jma_text(jma, node, "Int");
		station->long_period = hs_jma_text(jma, node, "LgInt");
		station->sva = hs_jma_text(jma, node, "Sva");
		if (unit)
			station->sva_unit = unit;
		read_bands(jma, node, station);
		hs_repeat(jma->arena, &quake->n_stations, &quake->stations, station);
	}
}

/* Stations stand in areas, and in the cities of areas. */
static void
read_long_period(struct hs_jma *jma, hs_xml_node *list, hs_earthquake *quake)
{
	hs_xml_node *pref = hs_jma_child(jma, list, "Pref");

	quake->long_period_category = hs_jma_text(jma, list, "LgCategory");
	for (; pref; pref = hs_jma_next(jma, pref, "Pref")) {
		hs_xml_node *area = hs_jma_child(jma, pref, "Area");

		for (; area; area = hs_jma_next(jma, area, "Area")) {
			hs_xml_node *city = hs_jma_child(jma, area, "City");

			read_stations(jma, area, quake);
			for (; city; city = hs_jma_next(jma, city, "City"))
				read_stations(jma, city, quake);
		}
	}
}

void
hs_jma_read_quake_parts(struct hs_jma *jma, hs_earthquake *quake)
{
	hs_xml_node *intensity = hs_jma_child(jma, jma->body, "Intensity");

	quake->name = hs_jma_text(jma, jma->body, "Naming");
	read_counts(jma, quake);
	read_info(jma, quake);
	read_long_period(jma, hs_jma_child(jma, intensity, "Observation"), quake);
}
