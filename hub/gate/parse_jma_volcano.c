/* parse_jma_volcano.c: eruption warnings, eruption flashes, observations, ash forecasts, explanations.
 *
 * Areas are the municipalities (対象市町村等) when they are told, else the volcano, which stands for the prefectures at its foot.
 * The volcano's own level (噴火警戒レベル, codes 11…15) is not 警戒レベル and never becomes an equivalent level.
 */
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/parse_jma.h"

/* A list of the body by a part of its @type; NULL: none. */
static hs_xml_node *
list_of(struct hs_jma *jma, const char *part)
{
	hs_xml_node *list = hs_jma_child(jma, jma->body, "VolcanoInfo");

	for (; list; list = hs_jma_next(jma, list, "VolcanoInfo")) {
		const char *type = hs_xml_attribute(jma->arena, list, "type");

		if (type && strstr(type, part))
			return list;
	}
	return NULL;
}

static uint32_t
level_of_code(const char *code)
{
	if (strlen(code) != 2 || code[0] != '1' || code[1] < '1' || code[1] > '5')
		return 0;
	return (uint32_t)(code[1] - '0');
}

/* Name, code and level of the volcano; a telegram about many names none. */
static void
read_volcano(struct hs_jma *jma, Hansho__V1__Volcano *volcano)
{
	hs_xml_node *list = list_of(jma, "対象火山");
	hs_xml_node *item, *kind, *areas, *area;

	if (!list)
		list = hs_jma_child(jma, jma->body, "VolcanoInfo");
	item = hs_jma_child(jma, list, "Item");
	kind = hs_jma_child(jma, item, "Kind");
	areas = hs_jma_child(jma, item, "Areas");
	area = hs_jma_child(jma, areas, "Area");
	volcano->event = hs_jma_time(jma, hs_jma_child(jma, item, "EventTime"), "EventDateTime");
	if (hs_jma_next(jma, item, "Item") || hs_jma_next(jma, area, "Area"))
		return;
	volcano->name = hs_jma_text(jma, area, "Name");
	volcano->code = hs_jma_text(jma, area, "Code");
	volcano->warning = hs_jma_text(jma, kind, "Name");
	volcano->volcanic_level = level_of_code(hs_jma_text(jma, kind, "Code"));
}

void
hs_jma_volcano(struct hs_jma *jma)
{
	Hansho__V1__Volcano *volcano = hs_message_new(jma->arena, &hansho__v1__volcano__descriptor);
	hs_xml_node *list = list_of(jma, "対象市町村等）");

	if (!volcano)
		return;
	if (!list)
		list = hs_jma_finest(jma->arena, jma->body, jma->ns, "VolcanoInfo");
	if (list)
		hs_jma_read_items(jma, list, jma->ns);
	if (jma->items.count == 0)
		hs_jma_read_items(jma,
			hs_jma_finest(jma->arena, jma->headline, HS_NS_JMA_HEAD, "Information"),
			HS_NS_JMA_HEAD);
	read_volcano(jma, volcano);
	hs_jma_read_ash(jma, volcano);
	volcano->n_items = jma->items.count;
	volcano->items = jma->items.items;
	jma->notice->volcano = volcano;
	jma->notice->detail_case = HANSHO__V1__NOTICE__DETAIL_VOLCANO;
}
