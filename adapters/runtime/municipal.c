#include "adapters/runtime/municipal.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/runtime/change.h"
#include "adapters/runtime/dropped.h"
#include "hub/base/check.h"

enum told {
	TOLD_ORDERED,
	TOLD_ENDED,
	TOLD_DROPPED,
	TOLD_RETURNED,
	TOLD_RETRACTED,
	TOLD_RETRACTED_LIFT,
	TOLD_COUNT
};

/* Where a change is told; before: as it was, else as it is now. A level that is restored is told twice: what was wrong,
 * and what stands. What a message orders and lifts is told in its own words; here is only what it leaves unsaid. */
static const struct {
	enum hs_change change;
	enum told told;
	bool before;
} TOLD_OF[] = {
	{ HS_CHANGE_VANISHED, TOLD_DROPPED, true },
	{ HS_CHANGE_RETURNED, TOLD_RETURNED, false },
	{ HS_CHANGE_RESTORED, TOLD_RETURNED, false },
	{ HS_CHANGE_RESTORED, TOLD_ENDED, true },
	{ HS_CHANGE_CANCELLED, TOLD_ENDED, true },
	{ HS_CHANGE_RETRACTED, TOLD_RETRACTED, true },
	{ HS_CHANGE_RETRACTED_LIFT, TOLD_RETRACTED_LIFT, true },
};

static uint32_t
loudness_of(bool unknown, uint32_t urgency, uint32_t level)
{
	if (unknown)
		return 6;
	return urgency ? urgency : level;
}

static uint32_t
row_loudness(const struct hs_force_row *row)
{
	return loudness_of(row->unknown, row->urgency, row->level);
}

uint32_t
hs_group_loudness(const struct hs_force_group *group)
{
	return group ? loudness_of(group->unknown, group->urgency, group->level) : 0;
}

struct gather {
	struct hs_arena *arena;
	struct hs_municipal *items;
	size_t count;
	bool merge_wards;
	const char *fallback_name;
};

/* The code that speaks for this one. */
static const char *
speaker_of(const struct gather *gather, const char *code)
{
	const struct hs_area_row *area = hs_area_find(code);
	if (area && gather->merge_wards && area->parent[0] != '\0' && hs_area_find(area->parent))
		return area->parent;
	return code;
}

/* NULL: nothing is told there. */
static struct hs_municipal *
municipal_find(const struct gather *gather, const char *code)
{
	code = speaker_of(gather, code);
	for (size_t i = 0; i < gather->count; i++)
		if (strcmp(gather->items[i].code, code) == 0)
			return &gather->items[i];
	return NULL;
}

static struct hs_municipal *
municipal_of(struct gather *gather, const char *code)
{
	struct hs_municipal *found = municipal_find(gather, code);
	if (found)
		return found;
	code = speaker_of(gather, code);
	const struct hs_area_row *area = hs_area_find(code);
	struct hs_municipal *added = &gather->items[gather->count++];
	*added = (struct hs_municipal){
		.code = code,
		.name = area ? area->name : gather->fallback_name,
		.kana = area ? area->kana : "",
	};
	return added;
}

static struct hs_told *
told_of(struct hs_municipal *municipal, enum told told)
{
	struct hs_told *const all[TOLD_COUNT] = {
		[TOLD_ORDERED] = &municipal->ordered,
		[TOLD_ENDED] = &municipal->ended,
		[TOLD_DROPPED] = &municipal->dropped,
		[TOLD_RETURNED] = &municipal->returned,
		[TOLD_RETRACTED] = &municipal->retracted,
		[TOLD_RETRACTED_LIFT] = &municipal->retracted_lift,
	};
	return all[told];
}

static bool
groups_add(struct gather *gather, const struct hs_force_group *groups, size_t count, enum told told)
{
	for (size_t i = 0; i < count; i++) {
		struct hs_told *to = told_of(municipal_of(gather, groups[i].area_code), told);
		if (!to->groups)
			to->groups = hs_arena_alloc(gather->arena, count * sizeof(*to->groups));
		if (!to->groups)
			return false;
		to->groups[to->count++] = &groups[i];
	}
	return true;
}

static int
compare_codes(const void *left, const void *right)
{
	const struct hs_municipal *a = left, *b = right;
	return strcmp(a->code, b->code);
}

/* Whole municipalities, when nothing below them is named. */
static void
areas_add(struct gather *gather, const hs_notice *notice)
{
	for (size_t i = 0; i < notice->n_areas; i++) {
		if (notice->areas[i]->name && notice->areas[i]->name[0] != '\0')
			gather->fallback_name = notice->areas[i]->name;
		if (notice->areas[i]->code && notice->areas[i]->code[0] != '\0')
			(void)municipal_of(gather, notice->areas[i]->code);
	}
	if (gather->count == 0 && notice->source && notice->source->code[0] != '\0')
		(void)municipal_of(gather, notice->source->code);
}

/* ---- what is told, by list ---- */

struct lists {
	struct hs_force_list of[TOLD_COUNT];
	size_t rows; /* all together */
	struct hs_change_row *changes;
	size_t change_count;
};

static bool
list_room(struct hs_arena *arena, struct hs_force_list *list, size_t rows)
{
	if (list->rows)
		return true;
	*list = (struct hs_force_list){ .arena = arena };
	list->rows = hs_arena_alloc(arena, (rows + 1) * sizeof(*list->rows));
	return list->rows != NULL;
}

/* The difference, sorted into lists. Evacuation orders only: a shelter that opens again is no order. */
static enum hs_err
lists_of_changes(struct hs_arena *arena, const hs_notice *notice,
	const struct hs_force_around *around, struct lists *lists)
{
	enum hs_err err = hs_changes(arena, notice, around, &lists->changes, &lists->change_count);
	for (size_t i = 0; err == HS_OK && i < lists->change_count; i++) {
		const struct hs_change_row *row = &lists->changes[i];
		if (hs_change_area(row)->kind != HS_KIND(EVACUATION))
			continue;
		for (size_t j = 0; j < HS_COUNT(TOLD_OF); j++) {
			struct hs_force_list *to = &lists->of[TOLD_OF[j].told];
			if (TOLD_OF[j].change != row->change)
				continue;
			if (!list_room(arena, to, lists->change_count))
				return HS_ERR_NOMEM;
			struct hs_force_row *told = &to->rows[to->count];
			*told = TOLD_OF[j].before ? *row->before : *row->after;
			if (TOLD_OF[j].told == TOLD_DROPPED &&
				!hs_dropped(arena, &around->after, row->before, told))
				continue;
			to->count++;
			lists->rows++;
		}
	}
	return err;
}

static enum hs_err
lists_make(struct hs_arena *arena, uint64_t seq, const hs_notice *notice,
	const struct hs_force_around *around, struct lists *lists)
{
	struct hs_force_around own;
	enum hs_err err = hs_force_of_notice(arena, seq, notice, &own);
	*lists = (struct lists){ 0 };
	if (err == HS_OK && notice->action == HS_ACTION(CANCEL)) {
		err = lists_of_changes(arena, notice, &own, lists);
	} else if (err == HS_OK) {
		lists->of[TOLD_ORDERED] = own.after;
		lists->of[TOLD_ENDED] = own.before;
		lists->rows = own.after.count + own.before.count;
	}
	if (err == HS_OK && around)
		err = lists_of_changes(arena, notice, around, lists);
	return err;
}

/* How loud what this message changes was, by municipality. */
static void
before_note(struct gather *gather, const struct lists *lists)
{
	for (size_t i = 0; i < lists->change_count; i++) {
		const struct hs_change_row *row = &lists->changes[i];
		if (!row->before || row->change == HS_CHANGE_NONE ||
			row->before->kind != HS_KIND(EVACUATION))
			continue;
		struct hs_municipal *municipal = municipal_find(gather, row->before->area_code);
		uint32_t loudness = row_loudness(row->before);
		if (municipal && loudness > municipal->before)
			municipal->before = loudness;
	}
}

enum hs_err
hs_municipal_split(struct hs_arena *arena, uint64_t seq, const hs_notice *notice,
	const struct hs_force_around *around, bool merge_wards, struct hs_municipal **out,
	size_t *count)
{
	struct lists lists;
	struct gather gather = { .arena = arena, .merge_wards = merge_wards };
	enum hs_err err = lists_make(arena, seq, notice, around, &lists);
	if (err != HS_OK)
		return err;
	gather.fallback_name = notice->source ? notice->source->name : "";
	gather.items =
		hs_arena_alloc(arena, (lists.rows + notice->n_areas + 1) * sizeof(*gather.items));
	if (!gather.items)
		return HS_ERR_NOMEM;
	for (enum told told = 0; told < TOLD_COUNT; told++) {
		struct hs_force_group *groups;
		size_t group_count;
		err = hs_force_groups(arena, &lists.of[told], NULL, NULL, &groups, &group_count);
		if (err != HS_OK)
			return err;
		if (!groups_add(&gather, groups, group_count, told))
			return HS_ERR_NOMEM;
	}
	if (gather.count == 0)
		areas_add(&gather, notice);
	if (gather.count == 0)
		return HS_ERR_INVALID;
	for (size_t i = 0; i < gather.count; i++)
		gather.items[i].known = around != NULL;
	before_note(&gather, &lists);
	qsort(gather.items, gather.count, sizeof(*gather.items), compare_codes);
	*out = gather.items;
	*count = gather.count;
	return HS_OK;
}

const struct hs_force_group *
hs_municipal_top(const struct hs_municipal *municipal)
{
	const struct hs_told *const order[] = { &municipal->ordered, &municipal->returned,
		&municipal->ended, &municipal->dropped, &municipal->retracted,
		&municipal->retracted_lift };
	for (size_t i = 0; i < HS_COUNT(order); i++)
		if (order[i]->count > 0)
			return order[i]->groups[0];
	return NULL;
}

uint32_t
hs_municipal_loudness(const struct hs_municipal *municipal)
{
	const struct hs_told *const said[] = { &municipal->ordered, &municipal->returned,
		&municipal->ended, &municipal->dropped, &municipal->retracted,
		&municipal->retracted_lift };
	uint32_t loudest = municipal->before;
	for (size_t i = 0; i < HS_COUNT(said); i++) {
		uint32_t loudness =
			hs_group_loudness(said[i]->count > 0 ? said[i]->groups[0] : NULL);
		if (loudness > loudest)
			loudest = loudness;
	}
	return loudest;
}
