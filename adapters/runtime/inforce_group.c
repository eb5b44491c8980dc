/* inforce_group.c: rows in force gathered by municipality, kind, level and term. See inforce.h. */
#include <stdlib.h>
#include <string.h>

#include "adapters/runtime/inforce.h"

static int64_t
limit_of(const struct hs_force_row *row)
{
	return row->meta != NULL ? row->meta->valid_until_unix_us : 0;
}

static bool
same_group(const struct hs_force_row *a, const struct hs_force_row *b)
{
	return strcmp(a->area_code, b->area_code) == 0 && a->kind == b->kind &&
	       a->level == b->level && strcmp(a->term, b->term) == 0;
}

static int
compare_keys(const struct hs_force_row *a, const struct hs_force_row *b)
{
	int order = strcmp(a->area_code, b->area_code);
	if (order == 0)
		order = (a->kind > b->kind) - (a->kind < b->kind);
	if (order == 0)
		order = (a->level < b->level) - (a->level > b->level);
	return order != 0 ? order : strcmp(a->term, b->term);
}

static int
compare_members(const void *left, const void *right)
{
	const struct hs_force_row *a = *(const struct hs_force_row *const *)left;
	const struct hs_force_row *b = *(const struct hs_force_row *const *)right;
	int order = compare_keys(a, b);
	return order != 0 ? order : hs_force_compare(a, b);
}

/* Those without a limit first, then the longest. */
static int
compare_limits(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return (a != 0) - (b != 0);
	return (a < b) - (a > b);
}

static int
compare_limited_members(const void *left, const void *right)
{
	const struct hs_force_row *a = *(const struct hs_force_row *const *)left;
	const struct hs_force_row *b = *(const struct hs_force_row *const *)right;
	int order = compare_keys(a, b);
	if (order == 0)
		order = compare_limits(limit_of(a), limit_of(b));
	return order != 0 ? order : hs_force_compare(a, b);
}

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
	return order != 0 ? order : compare_limits(limit_of(a->rows[0]), limit_of(b->rows[0]));
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
groups_make(struct hs_arena *arena, const struct hs_force_list *list,
	const struct hs_force_filter *filter, bool by_limit, struct hs_force_group **groups,
	size_t *count)
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
		if (filter->wanted == NULL || filter->wanted(filter->owner, &list->rows[i]))
			members[member_count++] = &list->rows[i];
	}
	qsort(members, member_count, sizeof(*members),
		by_limit ? compare_limited_members : compare_members);
	size_t group_count = 0;
	for (size_t i = 0; i < member_count; i++) {
		bool same = i > 0 && same_group(members[i - 1], members[i]) &&
			    (!by_limit || limit_of(members[i - 1]) == limit_of(members[i]));
		if (!same)
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
	const struct hs_force_filter filter = { wanted, owner };
	return groups_make(arena, list, &filter, false, groups, count);
}

enum hs_err
hs_force_groups_by_limit(struct hs_arena *arena, const struct hs_force_list *list,
	const struct hs_force_filter *filter, struct hs_force_group **groups, size_t *count)
{
	return groups_make(arena, list, filter, true, groups, count);
}
