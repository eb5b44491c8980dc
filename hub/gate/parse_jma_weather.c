/* parse_jma_weather.c: warnings and advisories of the atmosphere, landslides, records of rain, tornadoes: items with areas.
 *
 * The Warning of the body tells more than the headline (status, areas whose warning ended), so it is read when there is one; a
 * telegram with an empty body (特別警報報知) has its items in the headline.
 */
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/parse_jma.h"

static void
read_headline_items(struct hs_jma *jma)
{
	hs_jma_read_items(jma,
		hs_jma_finest(jma->arena, jma->headline, HS_NS_JMA_HEAD, "Information"),
		HS_NS_JMA_HEAD);
}

static void
set_weather(struct hs_jma *jma)
{
	Hansho__V1__Weather *weather = hs_message_new(jma->arena, &hansho__v1__weather__descriptor);

	if (!weather)
		return;
	weather->telegram_type = hs_arena_strdup(jma->arena, jma->telegram->type);
	weather->n_items = jma->items.count;
	weather->items = jma->items.items;
	jma->notice->weather = weather;
	jma->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_WEATHER;
}

static void
set_landslide(struct hs_jma *jma)
{
	Hansho__V1__Landslide *landslide =
		hs_message_new(jma->arena, &hansho__v1__landslide__descriptor);

	if (!landslide)
		return;
	landslide->telegram_type = hs_arena_strdup(jma->arena, jma->telegram->type);
	landslide->n_items = jma->items.count;
	landslide->items = jma->items.items;
	jma->notice->landslide = landslide;
	jma->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_LANDSLIDE;
}

static void
set_rainfall(struct hs_jma *jma)
{
	Hansho__V1__Rainfall *rainfall =
		hs_message_new(jma->arena, &hansho__v1__rainfall__descriptor);

	if (!rainfall)
		return;
	rainfall->n_items = jma->items.count;
	rainfall->items = jma->items.items;
	jma->notice->rainfall = rainfall;
	jma->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_RAINFALL;
}

static void
set_detail(struct hs_jma *jma)
{
	static const struct {
		int kind;
		void (*set)(struct hs_jma *jma);
	} details[] = {
		{ HS_KIND(WEATHER), set_weather },
		{ HS_KIND(LANDSLIDE), set_landslide },
		{ HS_KIND(RAINFALL), set_rainfall },
	};

	for (size_t i = 0; i < HS_COUNT(details); i++) {
		if (details[i].kind == (int)jma->notice->kind)
			details[i].set(jma);
	}
}

void
hs_jma_headline(struct hs_jma *jma)
{
	read_headline_items(jma);
	set_detail(jma);
}

void
hs_jma_weather(struct hs_jma *jma)
{
	hs_xml_node *warning = hs_jma_finest(jma->arena, jma->body, jma->ns, "Warning");

	if (warning)
		hs_jma_read_items(jma, warning, jma->ns);
	if (jma->items.count == 0)
		read_headline_items(jma);
	if (jma->notice->n_areas == 0 && warning)
		hs_jma_read_nothing(jma, warning, jma->ns);
	set_detail(jma);
}
