#include "adapters/runtime/municipal.h"

#include <stdlib.h>
#include <string.h>

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

static bool
groups_add(struct gather *gather, const struct hs_force_group *groups, size_t count, bool ended)
{
	for (size_t i = 0; i < count; i++) {
		struct hs_municipal *to = municipal_of(gather, groups[i].area_code);
		const struct hs_force_group ***list = ended ? &to->ended : &to->ordered;
		size_t *n = ended ? &to->ended_count : &to->ordered_count;
		if (!*list)
			*list = hs_arena_alloc(gather->arena, count * sizeof(**list));
		if (!*list)
			return false;
		(*list)[(*n)++] = &groups[i];
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

enum hs_err
hs_municipal_split(struct hs_arena *arena, uint64_t seq, const hs_notice *notice, bool merge_wards,
	struct hs_municipal **out, size_t *count)
{
	struct hs_force_list before, after;
	struct hs_force_group *ended, *ordered;
	size_t ended_count, ordered_count;
	enum hs_err err = hs_force_of_notice(arena, seq, notice, &before, &after);
	if (err == HS_OK)
		err = hs_force_groups(arena, &before, NULL, NULL, &ended, &ended_count);
	if (err == HS_OK)
		err = hs_force_groups(arena, &after, NULL, NULL, &ordered, &ordered_count);
	if (err != HS_OK)
		return err;
	struct gather gather = { .arena = arena, .merge_wards = merge_wards };
	gather.fallback_name = notice->source ? notice->source->name : "";
	size_t room = ended_count + ordered_count + notice->n_areas + 1;
	gather.items = hs_arena_alloc(arena, room * sizeof(*gather.items));
	if (!gather.items)
		return HS_ERR_NOMEM;
	if (!groups_add(&gather, ordered, ordered_count, false) ||
		!groups_add(&gather, ended, ended_count, true))
		return HS_ERR_NOMEM;
	if (gather.count == 0)
		areas_add(&gather, notice);
	if (gather.count == 0)
		return HS_ERR_INVALID;
	qsort(gather.items, gather.count, sizeof(*gather.items), compare_codes);
	*out = gather.items;
	*count = gather.count;
	return HS_OK;
}

const struct hs_force_group *
hs_municipal_top(const struct hs_municipal *municipal)
{
	if (municipal->ordered_count > 0)
		return municipal->ordered[0];
	return municipal->ended_count > 0 ? municipal->ended[0] : NULL;
}

uint32_t
hs_municipal_loudness(const struct hs_municipal *municipal)
{
	const struct hs_force_group *top = hs_municipal_top(municipal);
	if (!top)
		return 0;
	if (top->unknown)
		return 6;
	return top->urgency ? top->urgency : top->level;
}
