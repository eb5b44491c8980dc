#include "schemas/silent.h"

#include <stdlib.h>
#include <string.h>

#include "schemas/statement.h"

typedef Hansho__V1__Shelter hs_shelter;

static int
compare_texts(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* One line for each thing that must not change, sorted. */
struct lines {
	struct hs_arena *arena;
	char **items;
	size_t count;
	bool full;
};

static void
add(struct lines *lines, char *line)
{
	lines->full = lines->full || line == NULL ||
		      !hs_repeat(lines->arena, &lines->count, &lines->items, line);
}

static void
add_areas(struct lines *lines, const hs_notice *notice)
{
	for (size_t i = 0; i < notice->n_areas; i++)
		add(lines, hs_arena_printf(lines->arena, "area|%s|%s|%s", notice->areas[i]->code,
				   notice->areas[i]->sub_code, notice->areas[i]->name));
}

static void
add_statements(struct lines *lines, const hs_notice *notice)
{
	struct hs_statements says;

	if (hs_statements_of(lines->arena, notice, &says) != HS_OK) {
		lines->full = true;
		return;
	}
	for (size_t i = 0; i < says.count; i++)
		add(lines,
			hs_arena_printf(lines->arena, "says|%s|%u|%s|%d", says.items[i].key,
				says.items[i].level, says.items[i].term, says.items[i].in_force));
}

static void
add_shelters(struct lines *lines, const hs_shelter *shelter)
{
	for (size_t i = 0; i < shelter->n_items; i++)
		add(lines, hs_arena_printf(lines->arena, "shelter|%s|%s", shelter->items[i]->name,
				   shelter->items[i]->sort));
}

static void
add_damage(struct lines *lines, const Hansho__V1__Damage *damage)
{
	for (size_t i = 0; i < damage->n_items; i++)
		add(lines, hs_arena_printf(lines->arena, "damage|%s|%s|%s|%s",
				   damage->items[i]->group, damage->items[i]->type,
				   damage->items[i]->value, damage->items[i]->unit));
}

static bool
collect(struct lines *lines, const hs_notice *notice)
{
	add(lines, hs_arena_printf(lines->arena, "kind|%d", (int)notice->kind));
	add_areas(lines, notice);
	add_statements(lines, notice);
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_SHELTER)
		add_shelters(lines, notice->shelter);
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_DAMAGE)
		add_damage(lines, notice->damage);
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_HEADQUARTERS)
		add(lines, hs_arena_printf(lines->arena, "headquarters|%s|%s",
				   notice->headquarters->type, notice->headquarters->status));
	if (lines->full)
		return false;
	qsort(lines->items, lines->count, sizeof(*lines->items), compare_texts);
	return true;
}

enum hs_err
hs_silent_allowed(
	struct hs_arena *arena, const hs_notice *before, const hs_notice *after, bool *allowed)
{
	struct lines old = { .arena = arena }, new = { .arena = arena };

	*allowed = false;
	if (after->kind == HS_KIND(URGENT_MAIL))
		return HS_OK;
	if (!collect(&old, before) || !collect(&new, after))
		return HS_ERR_NOMEM;
	if (old.count != new.count)
		return HS_OK;
	for (size_t i = 0; i < old.count; i++) {
		if (strcmp(old.items[i], new.items[i]) != 0)
			return HS_OK;
	}
	*allowed = true;
	return HS_OK;
}
