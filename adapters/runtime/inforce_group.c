/* inforce_group.c: rows in force gathered by municipality, kind, level and term. See inforce.h. */
#include <stdlib.h>
#include <string.h>

#include "adapters/runtime/inforce.h"

static int64_t
limit_of(const struct hs_force_meta *meta)
{
	return meta != NULL ? meta->valid_until_unix_us : 0;
}

static int
compare_limits(const struct hs_force_meta *a, const struct hs_force_meta *b)
{
	return (limit_of(a) > limit_of(b)) - (limit_of(a) < limit_of(b));
}

/* 0: of one group. */
static int
compare_kinds(const struct hs_force_row *a, const struct hs_force_row *b)
{
	int order = strcmp(a->area_code, b->area_code);
	if (order == 0)
		order = (a->kind > b->kind) - (a->kind < b->kind);
	if (order == 0)
		order = (a->level < b->level) - (a->level > b->level);
	return order != 0 ? order : strcmp(a->term, b->term);
}

static int
compare_kinds_and_limits(const struct hs_force_row *a, const struct hs_force_row *b)
{
	int order = compare_kinds(a, b);
	return order != 0 ? order : compare_limits(a->meta, b->meta);
}

static int
compare_members(const void *left, const void *right)
{
	const struct hs_force_row *a = *(const struct hs_force_row *const *)left;
	const struct hs_force_row *b = *(const struct hs_force_row *const *)right;
	int order = compare_kinds(a, b);
	return order != 0 ? order : hs_force_compare(a, b);
}

static int
compare_limited_members(const void *left, const void *right)
{
	const struct hs_force_row *a = *(const struct hs_force_row *const *)left;
	const struct hs_force_row *b = *(const struct hs_force_row *const *)right;
	int order = compare_kinds_and_limits(a, b);
	return order != 0 ? order : hs_force_compare(a, b);
}

/* What makes a group. */
struct sorting {
	int (*same)(const struct hs_force_row *a, const struct hs_force_row *b);
	int (*members)(const void *left, const void *right);
};

static int
compare_groups(const void *left, const void *right)
{
	const struct hs_force_group *a = left, *b = right;
	if (a->urgency != b->urgency)
		return a->urgency > b->urgency ? -1 : 1;
	if (a->ordered_unix_us != b->ordered_unix_us)
		return a->ordered_unix_us > b->ordered_unix_us ? -1 : 1;
	int order = strcmp(a->area_code, b->area_code);
	if (order == 0)
		order = strcmp(a->term, b->term);
	return order != 0 ? order : compare_limits(a->meta, b->meta);
}

static void
group_begin(struct hs_force_group *group, const struct hs_force_row **rows)
{
	const struct hs_force_row *row = rows[0];
	const struct hs_area_row *area = hs_area_find(row->area_code);
	*group = (struct hs_force_group){
		.area_code = row->area_code,
		.name = area != NULL ? area->name : row->area_code,
		.name_en = area != NULL ? area->name_en : "",
		.kana = area != NULL ? area->kana : "",
		.prefecture_name = area != NULL ? area->prefecture_name : "",
		.term = row->term,
		.kind = row->kind,
		.level = row->level,
		.urgency = row->urgency,
		.unknown = row->unknown,
		.seq = row->seq,
		.ordered_unix_us = row->ordered_unix_us,
		.meta = row->meta,
		.rows = rows,
	};
}

static void
group_add(struct hs_force_group *group, const struct hs_force_row *row)
{
	group->row_count++;
	if (row->ordered_unix_us > group->ordered_unix_us)
		group->ordered_unix_us = row->ordered_unix_us;
	if (row->seq > group->seq) {
		group->seq = row->seq;
		group->meta = row->meta;
	}
	if (row->urgency > group->urgency)
		group->urgency = row->urgency;
}

static enum hs_err
gather(struct hs_arena *arena, const struct hs_force_list *list, const struct sorting *sorting,
	bool (*wanted)(const void *owner, const struct hs_force_row *row), const void *owner,
	struct hs_force_group **groups, size_t *count)
{
	*groups = NULL;
	*count = 0;
	if (list->count == 0)
		return HS_OK;
	const struct hs_force_row **members = hs_arena_alloc(arena, list->count * sizeof(*members));
	struct hs_force_group *found = hs_arena_alloc(arena, list->count * sizeof(*found));
	if (members == NULL || found == NULL)
		return HS_ERR_NOMEM;
	size_t member_count = 0;
	for (size_t i = 0; i < list->count; i++) {
		if (wanted == NULL || wanted(owner, &list->rows[i]))
			members[member_count++] = &list->rows[i];
	}
	qsort(members, member_count, sizeof(*members), sorting->members);
	size_t group_count = 0;
	for (size_t i = 0; i < member_count; i++) {
		if (i == 0 || sorting->same(members[i - 1], members[i]) != 0)
			group_begin(&found[group_count++], &members[i]);
		group_add(&found[group_count - 1], members[i]);
	}
	qsort(found, group_count, sizeof(*found), compare_groups);
	*groups = found;
	*count = group_count;
	return HS_OK;
}

enum hs_err
hs_force_groups(struct hs_arena *arena, const struct hs_force_list *list,
	bool (*wanted)(const void *owner, const struct hs_force_row *row), const void *owner,
	struct hs_force_group **groups, size_t *count)
{
	static const struct sorting sorting = { compare_kinds, compare_members };
	return gather(arena, list, &sorting, wanted, owner, groups, count);
}

enum hs_err
hs_force_groups_by_limit(struct hs_arena *arena, const struct hs_force_list *list,
	bool (*wanted)(const void *owner, const struct hs_force_row *row), const void *owner,
	struct hs_force_group **groups, size_t *count)
{
	static const struct sorting sorting = { compare_kinds_and_limits, compare_limited_members };
	return gather(arena, list, &sorting, wanted, owner, groups, count);
}
