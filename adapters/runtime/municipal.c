#include "adapters/runtime/municipal.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/runtime/change.h"
#include "hub/base/check.h"

enum told {
	TOLD_ORDERED,
	TOLD_ENDED,
	TOLD_RETURNED,
	TOLD_RETRACTED,
	TOLD_RETRACTED_LIFT,
	TOLD_COUNT
};

/* Where a change by a cancel is told; before: as it was, else as it is now. A level that is restored is told twice:
 * what was wrong, and what stands. */
static const struct {
	enum hs_change change;
	enum told told;
	bool before;
} TOLD_OF[] = {
	{ HS_CHANGE_RETURNED, TOLD_RETURNED, false },
	{ HS_CHANGE_RESTORED, TOLD_RETURNED, false },
	{ HS_CHANGE_RESTORED, TOLD_ENDED, true },
	{ HS_CHANGE_CANCELLED, TOLD_ENDED, true },
	{ HS_CHANGE_RETRACTED, TOLD_RETRACTED, true },
	{ HS_CHANGE_RETRACTED_LIFT, TOLD_RETRACTED_LIFT, true },
};

struct gather {
	struct hs_arena *arena;
	struct hs_municipal *items;
	size_t count;
	bool merge_wards;
	const char *fallback_name;
};

static struct hs_municipal *
municipal_of(struct gather *gather, const char *code)
{
	const struct hs_area_row *area = hs_area_find(code);
	if (area && gather->merge_wards && area->parent[0] != '\0' && hs_area_find(area->parent)) {
		area = hs_area_find(area->parent);
		code = area->code;
	}
	for (size_t i = 0; i < gather->count; i++)
		if (strcmp(gather->items[i].code, code) == 0)
			return &gather->items[i];
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
	struct hs_change_row *rows;
	size_t count;
	enum hs_err err = hs_changes(arena, notice, around, &rows, &count);
	for (size_t i = 0; err == HS_OK && i < count; i++) {
		if (hs_change_area(&rows[i])->kind != HS_KIND(EVACUATION))
			continue;
		for (size_t j = 0; j < HS_COUNT(TOLD_OF); j++) {
			struct hs_force_list *to = &lists->of[TOLD_OF[j].told];
			if (TOLD_OF[j].change != rows[i].change)
				continue;
			if (!list_room(arena, to, count))
				return HS_ERR_NOMEM;
			to->rows[to->count++] =
				TOLD_OF[j].before ? *rows[i].before : *rows[i].after;
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
		if (err == HS_OK && around)
			err = lists_of_changes(arena, notice, around, lists);
		return err;
	}
	lists->of[TOLD_ORDERED] = own.after;
	lists->of[TOLD_ENDED] = own.before;
	lists->rows = own.after.count + own.before.count;
	return err;
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
	qsort(gather.items, gather.count, sizeof(*gather.items), compare_codes);
	*out = gather.items;
	*count = gather.count;
	return HS_OK;
}

const struct hs_force_group *
hs_municipal_top(const struct hs_municipal *municipal)
{
	const struct hs_told *const order[] = { &municipal->ordered, &municipal->returned,
		&municipal->ended, &municipal->retracted, &municipal->retracted_lift };
	for (size_t i = 0; i < HS_COUNT(order); i++)
		if (order[i]->count > 0)
			return order[i]->groups[0];
	return NULL;
}

uint32_t
hs_group_loudness(const struct hs_force_group *group)
{
	if (!group)
		return 0;
	if (group->unknown)
		return 6;
	return group->urgency ? group->urgency : group->level;
}

uint32_t
hs_municipal_loudness(const struct hs_municipal *municipal)
{
	const struct hs_told *const cancel[] = { &municipal->returned, &municipal->ended,
		&municipal->retracted, &municipal->retracted_lift };
	uint32_t loudest = hs_group_loudness(hs_municipal_top(municipal));
	for (size_t i = 0; municipal->ordered.count == 0 && i < HS_COUNT(cancel); i++) {
		const struct hs_force_group *first =
			cancel[i]->count > 0 ? cancel[i]->groups[0] : NULL;
		if (hs_group_loudness(first) > loudest)
			loudest = hs_group_loudness(first);
	}
	return loudest;
}
