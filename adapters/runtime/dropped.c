#include "adapters/runtime/dropped.h"

#include <string.h>

#include "hub/base/check.h"

#define THE_REST "そのほかの地区"
#define PART_OF	 "の一部"

static bool
is_whole(const struct hs_force_row *row)
{
	return strcmp(row->name_key, "*") == 0;
}

/* 北町1丁目 is a part of 北町, 港南町 is none of 港: what stands behind the name tells. */
static bool
names_part(const char *name_key, const char *of)
{
	static const char *const begins[] = { "(", "字", "大字", "の", "地区", "区域", "町内",
		"東部", "西部", "南部", "北部", "中部" };
	size_t len = strlen(of);
	if (len == 0 || strncmp(name_key, of, len) != 0)
		return false;
	const char *rest = name_key + len;
	if (rest[0] == '\0' || (rest[0] >= '0' && rest[0] <= '9'))
		return true;
	for (size_t i = 0; i < HS_COUNT(begins); i++)
		if (strncmp(rest, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

/* Whether `place` lies within `wide`, as far as codes and spelling tell. */
static bool
lies_within(const struct hs_force_row *place, const struct hs_force_row *wide)
{
	bool same = strcmp(place->area_code, wide->area_code) == 0;
	if (is_whole(wide))
		return same || hs_area_within(place->area_code, wide->area_code);
	if (!same || is_whole(place))
		return false;
	return (place->sub_code[0] != '\0' && strcmp(place->sub_code, wide->sub_code) == 0) ||
	       names_part(place->name_key, wide->name_key);
}

/* An order and a restricted zone (警戒区域) stand side by side: neither takes up the other. */
static bool
same_track(const struct hs_force_row *a, const struct hs_force_row *b)
{
	return hs_force_is_zone(a) == hs_force_is_zone(b) && a->kind == b->kind;
}

bool
hs_dropped(struct hs_arena *arena, const struct hs_force_list *after,
	const struct hs_force_row *row, struct hs_force_row *to)
{
	bool partly = false;
	for (size_t i = 0; i < after->count; i++) {
		const struct hs_force_row *now = &after->rows[i];
		if (!same_track(now, row))
			continue;
		if (lies_within(row, now))
			return false;
		partly = partly || lies_within(now, row);
	}
	*to = *row;
	if (!partly)
		return true;
	to->name_key = to->place_key;
	to->area_name =
		is_whole(row) ? THE_REST : hs_arena_printf(arena, "%s" PART_OF, row->area_name);
	if (!to->area_name)
		to->area_name = row->area_name;
	return true;
}
