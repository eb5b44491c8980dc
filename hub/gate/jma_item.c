/* jma_item.c: kinds (warnings and the like) with the areas where they hold, and what follows for the notice. */
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/lane.h"
#include "hub/gate/parse_jma.h"

#define LOOK_BACK  64 /* items that may be the same kind as the one at hand: bounds the search */
#define NO_KIND	   "なし"
#define NEW_FAMILY "w2026" /* jma_codes.csv: the one that replaces telegrams of an old one */

/* ---- which of several lists ---- */

/* By a part of @type; smaller is finer. Layers that sort the same by hazard, or say what the municipality does, come last. */
static const struct {
	const char *part;
	int score;
} layers[] = {
	{ "（市町村等）", 1 },
	{ "対象市町村等）", 1 },
	{ "（細分区域）", 2 },
	{ "まとめた地域", 3 },
	{ "一次細分", 4 },
	{ "発表細分", 4 },
	{ "府県予報区", 5 },
	{ "地方予報区", 7 },
	{ "対象火山", 7 },
	{ "予報区域", 8 },
	{ "（河川）", 9 },
	{ "警報注意報種別毎", 10 },
	{ "目撃情報", 10 },
	{ "防災対応", 10 },
	{ "高潮予報区間", 10 },
};
#define OTHER_LAYER 6

static int
layer_score(struct hs_arena *arena, hs_xml_node *list)
{
	const char *type = hs_xml_attribute(arena, list, "type");

	for (size_t i = 0; type && i < HS_COUNT(layers); i++) {
		if (strstr(type, layers[i].part))
			return layers[i].score;
	}
	return OTHER_LAYER;
}

hs_xml_node *
hs_jma_finest(struct hs_arena *arena, hs_xml_node *parent, const char *ns, const char *name)
{
	hs_xml_node *best = NULL;
	int least = 0;

	for (hs_xml_node *list = hs_xml_child(parent, ns, name); list;
		list = hs_xml_next(list, ns, name)) {
		int score = layer_score(arena, list);

		if (best && score >= least)
			continue;
		best = list;
		least = score;
	}
	return best;
}

/* ---- one kind ---- */

static bool
same_kind(const hs_hazard *hazard, const struct hs_jma_kind *kind, const char *name)
{
	return strcmp(hazard->code, kind->code) == 0 && strcmp(hazard->status, kind->status) == 0 &&
	       strcmp(hazard->condition, kind->condition) == 0 &&
	       strcmp(hazard->last_code, kind->last_code) == 0 &&
	       strcmp(hazard->hazard, name) == 0 && strcmp(hazard->name, kind->name) == 0;
}

static char *
kept(const char *text)
{
	return (char *)(uintptr_t)text; /* a table's; read only from here on */
}

static void
set_level(struct hs_jma *jma, hs_hazard *hazard, const struct hs_jma_code *row)
{
	hs_level *level;

	if (row && row->level == 0)
		return;
	level = hs_message_new(jma->arena, &hansho__v1__level__descriptor);
	if (!level)
		return;
	level->number = row ? row->level : 0;
	level->term = hazard->name;
	level->scheme =
		kept(row && row->scheme[0] ? row->scheme : hs_level_scheme(jma->at_unix_us));
	hazard->equivalent_level = level;
}

/* What the code means. An unknown one is in force at the highest rank; without a code nothing is. */
static void
set_meaning(struct hs_jma *jma, hs_hazard *hazard, const struct hs_jma_kind *kind)
{
	const struct hs_jma_telegram *telegram = jma->telegram;
	const struct hs_jma_code *row = NULL;
	bool coded = telegram->family[0] != '\0' && kind->code[0] != '\0';
	bool lifted = strcmp(kind->status, "解除") == 0 || strcmp(kind->condition, "解除") == 0;

	if (!coded)
		return;
	row = hs_jma_code_find(telegram->family, kind->code, jma->at_unix_us);
	if (!row)
		hs_jma_warn(jma, HS_FINDING_UNKNOWN_CODE, kind->node, kind->code, "unknown_code");
	hazard->rank = row ? row->rank : HS_JMA_RANK_EMERGENCY;
	lifted = lifted || (row && row->effect == HS_JMA_LIFT);
	jma->lifted = jma->lifted || (lifted && telegram->state);
	hazard->in_force = telegram->state && !lifted && (!row || row->effect == HS_JMA_FORCE);
	if (lifted)
		hazard->rank = 1;
	else
		set_level(jma, hazard, row);
	if (!hazard->in_force && hazard->equivalent_level && telegram->state)
		hazard->equivalent_level = NULL;
	if ((hazard->in_force || (row && row->effect == HS_JMA_NONE)) && hazard->rank > jma->rank)
		jma->rank = hazard->rank;
}

/* The words of a kind may lie in the tree, which dies before the notice. */
static void
copy_words(struct hs_arena *arena, hs_hazard *hazard, const struct hs_jma_kind *kind)
{
	const struct {
		char **field;
		const char *word;
	} words[] = { { &hazard->code, kind->code }, { &hazard->name, kind->name },
		{ &hazard->condition, kind->condition }, { &hazard->status, kind->status },
		{ &hazard->last_code, kind->last_code } };

	for (size_t i = 0; i < HS_COUNT(words); i++) {
		char *copy = words[i].word[0] ? hs_arena_strdup(arena, words[i].word) : NULL;

		if (copy)
			*words[i].field = copy;
	}
}

static hs_hazard *
item_for(struct hs_jma *jma, const struct hs_jma_kind *kind, const char *name)
{
	size_t from = jma->items.count > LOOK_BACK ? jma->items.count - LOOK_BACK : 0;
	hs_hazard *hazard;

	for (size_t i = from; i < jma->items.count; i++) {
		if (same_kind(jma->items.items[i], kind, name))
			return jma->items.items[i];
	}
	hazard = hs_message_new(jma->arena, &hansho__v1__hazard__descriptor);
	if (!hazard)
		return NULL;
	copy_words(jma->arena, hazard, kind);
	hazard->hazard = kept(name);
	set_meaning(jma, hazard, kind);
	return hs_repeat(jma->arena, &jma->items.count, &jma->items.items, hazard) ? hazard : NULL;
}

static void
add_for_hazard(struct hs_jma *jma, const struct hs_jma_kind *kind, const char *name,
	struct hs_jma_place *const *places, size_t count)
{
	hs_hazard *hazard = item_for(jma, kind, name);

	for (size_t i = 0; hazard && i < count; i++) {
		for (size_t k = 0; places[i] && k < places[i]->count; k++)
			hs_repeat(
				jma->arena, &hazard->n_areas, &hazard->areas, places[i]->areas[k]);
	}
}

/* The old heavy-rain warning covers two hazards and tells which in its Condition (土砂災害、浸水害): the new family tells them
 * apart, so that they can be compared. */
void
hs_jma_add_kind(struct hs_jma *jma, const struct hs_jma_kind *kind,
	struct hs_jma_place *const *places, size_t count)
{
	const struct hs_jma_code *row =
		hs_jma_code_find(jma->telegram->family, kind->code, jma->at_unix_us);
	const char *name = row && row->hazard[0] ? row->hazard : jma->telegram->hazard;
	bool old_rain = jma->telegram->legacy && strcmp(name, "rain") == 0;

	if (old_rain && strstr(kind->condition, "土砂災害")) {
		add_for_hazard(jma, kind, "landslide", places, count);
		if (!strstr(kind->condition, "浸水"))
			return;
	}
	add_for_hazard(jma, kind, name, places, count);
}

/* ---- a list of Items ---- */

#define PLACES_MAX 64 /* of one item at once; more are added in turns */

struct reader {
	struct hs_jma *jma;
	const char *ns;
	struct hs_jma_place *places[PLACES_MAX];
	size_t count;
	hs_xml_node *item;
	void (*each)(struct reader *reader); /* takes the places gathered so far */
};

static const char *
text_or_empty(struct reader *reader, hs_xml_node *node, const char *name)
{
	hs_xml_node *child = hs_xml_child(node, reader->ns, name);
	const char *text = hs_xml_peek(child);

	if (!text)
		text = hs_xml_text(reader->jma->arena, child);
	return text ? text : "";
}

/* LastKind stands beside Kind in the headline and in it in a Warning. */
static const char *
last_code(struct reader *reader, hs_xml_node *kind)
{
	hs_xml_node *last = hs_xml_child(kind, reader->ns, "LastKind");

	if (!last)
		last = hs_xml_child(reader->item, reader->ns, "LastKind");
	return text_or_empty(reader, last, "Code");
}

/* 発表警報・注意報はなし: of a telegram about one hazard of the new family this is a word, too, which stands against what
 * the old family still says (schemas/active.h). */
static void
add_nothing(struct reader *reader, const struct hs_jma_kind *kind)
{
	const struct hs_jma_telegram *telegram = reader->jma->telegram;

	if (telegram->state && telegram->hazard[0] != '\0' &&
		strcmp(telegram->family, NEW_FAMILY) == 0)
		hs_jma_add_kind(reader->jma, kind, reader->places, reader->count);
}

static void
flush(struct reader *reader)
{
	for (hs_xml_node *node = hs_xml_child(reader->item, reader->ns, "Kind"); node;
		node = hs_xml_next(node, reader->ns, "Kind")) {
		struct hs_jma_kind kind = { .code = text_or_empty(reader, node, "Code"),
			.name = text_or_empty(reader, node, "Name"),
			.condition = text_or_empty(reader, node, "Condition"),
			.status = text_or_empty(reader, node, "Status"),
			.last_code = last_code(reader, node),
			.node = node };

		if ((kind.code[0] == '\0' && kind.name[0] == '\0') ||
			strcmp(kind.name, NO_KIND) == 0) {
			add_nothing(reader, &kind);
			continue;
		}
		hs_jma_add_kind(reader->jma, &kind, reader->places, reader->count);
		for (size_t i = 0; i < reader->count; i++)
			hs_jma_address(reader->jma, reader->places[i]);
	}
	reader->count = 0;
}

static void
add_place(struct reader *reader, hs_xml_node *area, const char *code_type)
{
	reader->places[reader->count] = hs_jma_place(reader->jma, code_type,
		hs_xml_child(area, reader->ns, "Name"), hs_xml_child(area, reader->ns, "Code"));
	if (reader->places[reader->count] && ++reader->count == PLACES_MAX)
		reader->each(reader);
}

static void
read_item(struct reader *reader)
{
	hs_xml_node *areas = hs_xml_child(reader->item, reader->ns, "Areas");
	hs_xml_node *area = hs_xml_child(reader->item, reader->ns, "Area");
	struct hs_arena *arena = reader->jma->arena;
	bool any = areas || area;

	for (; area; area = hs_xml_next(area, reader->ns, "Area"))
		add_place(reader, area, hs_xml_attribute(arena, area, "codeType"));
	for (; areas; areas = hs_xml_next(areas, reader->ns, "Areas")) {
		const char *code_type = hs_xml_attribute(arena, areas, "codeType");

		for (area = hs_xml_child(areas, reader->ns, "Area"); area;
			area = hs_xml_next(area, reader->ns, "Area"))
			add_place(reader, area, code_type);
	}
	if (reader->count > 0 || !any)
		reader->each(reader);
}

/* Nothing holds in any of the areas: they are told so. */
static void
address_places(struct reader *reader)
{
	for (size_t i = 0; i < reader->count; i++)
		hs_jma_address(reader->jma, reader->places[i]);
	reader->count = 0;
}

void
hs_jma_read_nothing(struct hs_jma *jma, hs_xml_node *list, const char *ns)
{
	struct reader reader = { .jma = jma, .ns = ns, .each = address_places };

	for (reader.item = hs_xml_child(list, ns, "Item"); reader.item;
		reader.item = hs_xml_next(reader.item, ns, "Item"))
		read_item(&reader);
	jma->lifted = jma->lifted || (jma->notice->n_areas > 0 && jma->telegram->state);
}

void
hs_jma_read_items(struct hs_jma *jma, hs_xml_node *list, const char *ns)
{
	struct reader reader = { .jma = jma, .ns = ns, .each = flush };

	for (reader.item = hs_xml_child(list, ns, "Item"); reader.item;
		reader.item = hs_xml_next(reader.item, ns, "Item"))
		read_item(&reader);
}

/* ---- what follows for the notice ---- */

static void
conclude_level(struct hs_jma *jma)
{
	for (size_t i = 0; i < jma->items.count; i++) {
		const hs_hazard *hazard = jma->items.items[i];
		const hs_level *best = jma->notice->equivalent_level;

		if (!hazard->in_force || !hazard->equivalent_level ||
			hazard->equivalent_level->number == 0)
			continue;
		if (!best || best->number < hazard->equivalent_level->number)
			jma->notice->equivalent_level = hazard->equivalent_level;
	}
}

static bool
any_in_force(const struct hs_jma *jma)
{
	for (size_t i = 0; i < jma->items.count; i++) {
		if (jma->items.items[i]->in_force)
			return true;
	}
	return false;
}

static void
conclude_lane(struct hs_jma *jma)
{
	struct hs_lane_wish *wish = &jma->submission->lane_wish;
	uint32_t lane;

	if (hs_lane_of_word(jma->telegram->lane, &lane))
		*wish = (struct hs_lane_wish){ true, lane == HS_PRIORITY_BULK, lane };
	if (wish->only || jma->rank < HS_JMA_RANK_DANGER)
		return;
	if (!wish->set || wish->lane > HS_PRIORITY_LEVEL4)
		*wish = (struct hs_lane_wish){ true, false, HS_PRIORITY_LEVEL4 };
	if (jma->rank >= HS_JMA_RANK_EMERGENCY)
		wish->lane = HS_PRIORITY_LEVEL5;
}

static bool
continued(const struct hs_jma *jma)
{
	for (size_t i = 0; i < jma->items.count; i++) {
		const char *status = jma->items.items[i]->status;

		if (status[0] != '\0' && strcmp(status, "発表") != 0)
			return true;
	}
	return jma->notice->document->order / 4 > 1; /* Serial 2 … */
}

void
hs_jma_conclude(struct hs_jma *jma, const char *infotype)
{
	hs_notice *notice = jma->notice;

	if (jma->whole_country)
		notice->n_areas = 0;
	conclude_lane(jma);
	if (notice->action != HS_ACTION(CANCEL) && strcmp(infotype, "取消") == 0)
		notice->action = HS_ACTION(CANCEL);
	if (notice->action == HS_ACTION(CANCEL))
		return;
	conclude_level(jma);
	if (jma->lifted && !any_in_force(jma))
		notice->action = HS_ACTION(LIFT);
	else if (strcmp(infotype, "訂正") == 0)
		notice->action = HS_ACTION(CORRECT);
	else if (notice->action == HS_ACTION(UNSPECIFIED))
		notice->action = continued(jma) ? HS_ACTION(UPDATE) : HS_ACTION(ISSUE);
}
