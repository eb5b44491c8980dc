#include "schemas/statement.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/area_key.h"
#include "schemas/tables.h"

#define URGENCY_NOTHING 1 /* 指示等なし: says that nothing is ordered */
#define URGENCY_ZONE	6 /* 警戒区域 */
#define URGENCY_UNKNOWN 5 /* an unknown word is taken for the most severe known one */

bool
hs_kind_lasts(int kind)
{
	static const int single[] = { HS_KIND(UNSPECIFIED), HS_KIND(NOTICE), HS_KIND(EVENT),
		HS_KIND(URGENT_MAIL), HS_KIND(WATER_LEVEL), HS_KIND(RAINFALL), HS_KIND(EARTHQUAKE),
		HS_KIND(EEW), HS_KIND(OTHER) };
	for (size_t i = 0; i < HS_COUNT(single); i++)
		if (single[i] == kind)
			return false;
	return true;
}

Hansho__V1__Hazard *const *
hs_notice_hazards(const hs_notice *notice, size_t *count)
{
	*count = 0;
	switch (notice->detail_case) {
	case HANSHO__V1__NOTICE__DETAIL_WEATHER:
		*count = notice->weather->n_items;
		return notice->weather->items;
	case HANSHO__V1__NOTICE__DETAIL_LANDSLIDE:
		*count = notice->landslide->n_items;
		return notice->landslide->items;
	case HANSHO__V1__NOTICE__DETAIL_FLOOD:
		*count = notice->flood->n_items;
		return notice->flood->items;
	case HANSHO__V1__NOTICE__DETAIL_TSUNAMI:
		*count = notice->tsunami->n_items;
		return notice->tsunami->items;
	case HANSHO__V1__NOTICE__DETAIL_VOLCANO:
		*count = notice->volcano->n_items;
		return notice->volcano->items;
	default:
		return NULL;
	}
}

/* ---- building ---- */

/* Stands where the sender named no area: the municipality that it speaks for. */
static const hs_area NOWHERE = HANSHO__V1__AREA__INIT;

struct list {
	struct hs_arena *arena;
	const hs_notice *notice;
	struct hs_statement *items;
	size_t count;
	size_t room;
	bool full; /* the arena is */
};

static struct hs_statement *
list_add(struct list *list)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 8;
		struct hs_statement *items =
			hs_arena_alloc(list->arena, room * sizeof(*list->items));
		if (!items) {
			list->full = true;
			return NULL;
		}
		if (list->count)
			memcpy(items, list->items, list->count * sizeof(*items));
		list->items = items;
		list->room = room;
	}
	return &list->items[list->count++];
}

static const char *
copy(struct list *list, const char *text)
{
	const char *made = hs_arena_strdup(list->arena, text ? text : "");
	list->full = list->full || !made;
	return made ? made : "";
}

/* When it was ordered; senders that leave it out are dated by the next best clock. */
static int64_t
ordered_at(const hs_notice *notice, const hs_time *own)
{
	const hs_times *times = notice->times;
	const hs_time *choices[] = { own, times ? times->ordered : NULL,
		times ? times->reported : NULL, times ? times->sent : NULL,
		times ? times->accepted : NULL };
	for (size_t i = 0; i < HS_COUNT(choices); i++)
		if (choices[i])
			return choices[i]->unix_us;
	return 0;
}

/* The municipality of a place: its own code, else the first area addressed, else the speaker's. */
static const char *
municipality_of(const hs_notice *notice, const hs_area *area)
{
	if (area->code[0])
		return area->code;
	for (size_t i = 0; i < notice->n_areas; i++)
		if (notice->areas[i]->code[0])
			return notice->areas[i]->code;
	return notice->source ? notice->source->code : "";
}

/* The source's own code where there is one, in full: several forecast areas may lie in one of our places, and they share
 * their numbers with municipalities. A place without any code is known by its name. */
static const char *
hazard_key(struct list *list, const hs_area *area, const struct hs_statement *item)
{
	const char *code = area->source_code[0] ? area->source_code : area->code;
	const char *place = item->sub_code[0] ? item->sub_code : code[0] ? "" : item->name_key;
	const char *key = hs_arena_printf(list->arena, "%s|%s|%s", code, item->hazard, place);
	list->full = list->full || !key;
	return key ? key : "";
}

static void
add_area(struct list *list, const hs_area *area, const struct hs_statement *common)
{
	struct hs_statement *item = list_add(list);
	if (!item)
		return;
	*item = *common;
	item->area_code = copy(list, municipality_of(list->notice, area));
	item->area_name = copy(list, area->name);
	item->sub_code = copy(list, area->sub_code);
	const char *key = hs_area_key(list->arena, item->area_code, item->area_name);
	list->full = list->full || !key;
	item->name_key = key ? key : "";
	if (item->hazard[0])
		item->key = hazard_key(list, area, item);
}

static void
add_addressed(struct list *list, const struct hs_statement *common)
{
	for (size_t i = 0; i < list->notice->n_areas; i++)
		add_area(list, list->notice->areas[i], common);
	if (list->notice->n_areas == 0)
		add_area(list, &NOWHERE, common);
}

static uint32_t
urgency_of(const char *term, int64_t ordered_unix_us, uint32_t level)
{
	const struct hs_level_row *row = NULL;
	if (hs_level_find(term, ordered_unix_us, &row) == HS_OK)
		return row->urgency;
	return level ? level : URGENCY_UNKNOWN;
}

static void
add_detail(struct list *list, const hs_evacuation_detail *detail)
{
	const hs_level *level = detail->level;
	const char *term = detail->sort[0] ? detail->sort : level ? level->term : "";
	struct hs_statement common = { .term = copy(list, term),
		.hazard = "",
		.level = level ? level->number : 0,
		/* a word that is neither 発令 nor 解除 is taken for an order: better seen than lost */
		.in_force = detail->state != HS_EVAC(LIFTED) };
	size_t places = detail->n_areas;
	for (size_t i = 0; i < (places ? places : 1); i++) {
		const hs_evacuation_place *place = places ? detail->areas[i] : NULL;
		struct hs_statement one = common;
		one.ordered_unix_us = ordered_at(list->notice, place ? place->ordered : NULL);
		one.urgency = urgency_of(term, one.ordered_unix_us, one.level);
		one.in_force = common.in_force && one.urgency != URGENCY_NOTHING;
		one.level = one.in_force ? common.level : 0;
		if (place)
			add_area(list, place->area ? place->area : &NOWHERE, &one);
		else
			add_addressed(list, &one);
	}
}

static bool
shelter_open(const Hansho__V1__Shelter *shelter)
{
	for (size_t i = 0; i < shelter->n_items; i++)
		if (strcmp(shelter->items[i]->sort, "閉鎖") != 0 &&
			strcmp(shelter->items[i]->sort, "未開設") != 0)
			return true;
	return shelter->n_items == 0;
}

/* What two rivers, two volcanoes or two kinds of warning do not share. */
static const char *
hazard_track(struct list *list, const Hansho__V1__Hazard *item)
{
	const hs_notice *notice = list->notice;
	const char *subject = "";
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_FLOOD)
		subject = notice->flood->river_code[0] ? notice->flood->river_code
						       : notice->flood->river;
	else if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_VOLCANO)
		subject = notice->volcano->code[0] ? notice->volcano->code : notice->volcano->name;
	const char *hazard = item->hazard;
	if (!hazard[0]) /* an unknown one: the code is its name */
		hazard = item->code[0] ? item->code : item->name[0] ? item->name : "?";
	char *track =
		hs_arena_printf(list->arena, "%s%s%s", hazard, subject[0] ? ":" : "", subject);
	list->full = list->full || !track;
	return track ? track : "?";
}

static bool
says_over(const Hansho__V1__Hazard *item)
{
	const char *const words[] = { item->status, item->condition, item->name };
	for (size_t i = 0; i < HS_COUNT(words); i++)
		if (words[i] && (strstr(words[i], "解除") || strstr(words[i], "なし")))
			return true;
	return false;
}

static void
add_hazard(struct list *list, const Hansho__V1__Hazard *item)
{
	const hs_level *level = item->equivalent_level;
	struct hs_statement common = { .term = copy(list, item->name),
		.hazard = hazard_track(list, item),
		.in_force = item->in_force && list->notice->action != HS_ACTION(LIFT),
		.rank = item->rank,
		.ordered_unix_us = ordered_at(list->notice, NULL) };
	common.lifts = !item->in_force && says_over(item);
	common.equivalent_level = common.in_force && level ? level->number : 0;
	common.urgency = common.equivalent_level;
	for (size_t i = 0; i < item->n_areas; i++)
		add_area(list, item->areas[i], &common);
	if (item->n_areas == 0)
		add_addressed(list, &common);
}

/* A warning without items (CAP): the sender's own word for the event is its track. */
static const char *
plain_track(struct list *list)
{
	static const int warnings[] = { HS_KIND(FLOOD), HS_KIND(LANDSLIDE), HS_KIND(WEATHER),
		HS_KIND(TSUNAMI), HS_KIND(VOLCANO) };
	for (size_t i = 0; i < HS_COUNT(warnings); i++)
		if (warnings[i] == (int)list->notice->kind && list->notice->kind_text[0])
			return copy(list, list->notice->kind_text);
	return "";
}

/* Kinds without details of their own for each area: the areas addressed, until lifted. */
static void
add_plain(struct list *list)
{
	const hs_notice *notice = list->notice;
	const hs_level *level = notice->level ? notice->level : notice->equivalent_level;
	bool open = notice->action != HS_ACTION(LIFT);
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_SHELTER)
		open = open && shelter_open(notice->shelter);
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_HEADQUARTERS)
		open = open && strcmp(notice->headquarters->status, "解散") != 0;
	struct hs_statement common = { .term = copy(list, level ? level->term : notice->kind_text),
		.level = open && notice->level ? notice->level->number : 0,
		.in_force = open,
		.ordered_unix_us = ordered_at(notice, NULL) };
	common.hazard = plain_track(list);
	common.equivalent_level =
		open && notice->equivalent_level ? notice->equivalent_level->number : 0;
	common.urgency =
		common.level > common.equivalent_level ? common.level : common.equivalent_level;
	add_addressed(list, &common);
}

/* ---- one statement per key ---- */

static int
compare_places(const void *a, const void *b)
{
	const struct hs_statement *x = a, *y = b;
	int by_area = strncmp(x->area_code, y->area_code, 5);
	int by_name = by_area ? by_area : strcmp(x->name_key, y->name_key);
	return by_name ? by_name : strcmp(x->sub_code, y->sub_code);
}

/* A district that stands once with its 町丁字 code and once without is the same district: the code is
 * lent to its namesake, as long as the name has one code only. Items are by compare_places. */
static void
lend_codes(struct hs_statement *items, size_t count)
{
	for (size_t start = 0, end = 0; start < count; start = end) {
		for (end = start; end < count &&
				  strncmp(items[start].area_code, items[end].area_code, 5) == 0 &&
				  strcmp(items[start].name_key, items[end].name_key) == 0;)
			end++;
		const char *code = items[end - 1].sub_code;
		for (size_t i = start; i < end; i++)
			if (items[i].sub_code[0] && strcmp(items[i].sub_code, code) != 0)
				code = "";
		for (size_t i = start; i < end; i++)
			if (!items[i].sub_code[0])
				items[i].sub_code = code;
	}
}

const char *
hs_statement_key(struct hs_arena *arena, const char *area_code, bool zone, const char *sub_code,
	const char *name_key)
{
	bool coded = sub_code[0] != '\0';
	return hs_arena_printf(arena, "%.5s|%s|%s%s", area_code, zone ? "zone" : "order",
		coded ? "=" : "", coded ? sub_code : name_key);
}

static bool
make_keys(struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct hs_statement *item = &list->items[i];
		if (item->hazard[0])
			continue; /* has its key (hazard_key) */
		item->key = hs_statement_key(list->arena, item->area_code,
			item->urgency == URGENCY_ZONE, item->sub_code, item->name_key);
		if (!item->key)
			return false;
	}
	return true;
}

/* The one that counts comes last: newest order time; at the same time an order beats a lift (raising a
 * level may lift the lower one in the same minute), then the more urgent one, then the name. */
static int
compare_statements(const void *a, const void *b)
{
	const struct hs_statement *x = a, *y = b;
	int by_key = strcmp(x->key, y->key);
	if (by_key)
		return by_key;
	if (x->ordered_unix_us != y->ordered_unix_us)
		return x->ordered_unix_us < y->ordered_unix_us ? -1 : 1;
	if (x->in_force != y->in_force)
		return x->in_force ? 1 : -1;
	if (x->urgency != y->urgency)
		return x->urgency < y->urgency ? -1 : 1;
	int by_term = strcmp(x->term, y->term);
	return by_term ? by_term : strcmp(x->area_name, y->area_name);
}

static size_t
keep_last_of_each(struct hs_statement *items, size_t count)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		if (i + 1 < count && strcmp(items[i].key, items[i + 1].key) == 0)
			continue;
		items[kept++] = items[i];
	}
	return kept;
}

enum hs_err
hs_statements_of(struct hs_arena *arena, const hs_notice *notice, struct hs_statements *out)
{
	struct list list = { .arena = arena, .notice = notice };
	*out = (struct hs_statements){ 0 };
	if (!hs_kind_lasts((int)notice->kind))
		return HS_OK;
	size_t hazard_count = 0;
	Hansho__V1__Hazard *const *hazards = hs_notice_hazards(notice, &hazard_count);
	for (size_t i = 0; i < hazard_count; i++)
		add_hazard(&list, hazards[i]);
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION)
		for (size_t i = 0; i < notice->evacuation->n_details; i++)
			add_detail(&list, notice->evacuation->details[i]);
	else if (hazard_count > 0)
		; /* they say it all */
	else if (notice->kind != HS_KIND(EVACUATION) || notice->action != HS_ACTION(LIFT))
		add_plain(&list);
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), compare_places);
	lend_codes(list.items, list.count);
	if (list.full || !make_keys(&list))
		return HS_ERR_NOMEM;
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), compare_statements);
	*out = (struct hs_statements){ list.items, keep_last_of_each(list.items, list.count) };
	return HS_OK;
}

/* ---- questions ---- */

bool
hs_statements_lift(const struct hs_statements *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].lifts)
			return true;
	return false;
}

bool
hs_statements_in_force(const struct hs_statements *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].in_force)
			return true;
	return false;
}

static bool
same_track(const struct hs_statement *a, const struct hs_statement *b)
{
	return strncmp(a->area_code, b->area_code, 5) == 0 && strcmp(a->hazard, b->hazard) == 0 &&
	       (a->urgency == URGENCY_ZONE) == (b->urgency == URGENCY_ZONE);
}

static int
compare_keys(const void *a, const void *b)
{
	const struct hs_statement *x = a, *y = b;
	return strcmp(x->key, y->key);
}

const struct hs_statement *
hs_statements_find(const struct hs_statements *all, const struct hs_statement *one)
{
	if (all->count == 0)
		return NULL;
	return bsearch(one, all->items, all->count, sizeof(*one), compare_keys);
}

bool
hs_statements_mention(const struct hs_statements *all, const struct hs_statement *one)
{
	if (one->hazard[0]) /* thousands of areas in one telegram, and no names that differ */
		return hs_statements_find(all, one) != NULL;
	for (size_t i = 0; i < all->count; i++) {
		const struct hs_statement *item = &all->items[i];
		if (same_track(item, one) &&
			(strcmp(item->key, one->key) == 0 || strcmp(item->name_key, "*") == 0 ||
				strcmp(item->name_key, one->name_key) == 0))
			return true;
	}
	return false;
}
