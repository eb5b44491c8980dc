#include "schemas/area_set.h"

#include <stdlib.h>
#include <string.h>

#include "schemas/tables.h"

#define FIRST_ROOM 2 /* most documents name one municipality */

/* The place of code, or where it belongs. */
static size_t
place_of(const struct hs_area_set *set, const char *code, bool *found)
{
	size_t low = 0, high = set->count;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(set->codes[middle], code);

		if (order == 0)
			*found = true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
make_room(struct hs_area_set *set)
{
	size_t room = set->room == 0 ? FIRST_ROOM : set->room * 2;
	void *grown = NULL;

	if (set->count < set->room)
		return true;
	grown = realloc(set->codes, room * sizeof(set->codes[0]));
	if (grown == NULL)
		return false;
	set->codes = grown;
	set->room = room;
	return true;
}

enum hs_err
hs_area_set_add(struct hs_area_set *set, const char *code, size_t len_bytes)
{
	char text[HS_AREA_CODE_SIZE] = "";
	bool found = false;

	if (len_bytes == 0 || len_bytes >= HS_AREA_CODE_SIZE)
		return HS_OK;
	memcpy(text, code, len_bytes);
	size_t at = place_of(set, text, &found);
	if (found)
		return HS_OK;
	if (!make_room(set))
		return HS_ERR_NOMEM;
	memmove(set->codes + at + 1, set->codes + at, (set->count - at) * sizeof(set->codes[0]));
	memcpy(set->codes[at], text, sizeof(text));
	set->count++;
	return HS_OK;
}

enum hs_err
hs_area_set_add_all(struct hs_area_set *set, const struct hs_area_set *more)
{
	enum hs_err err = HS_OK;

	for (size_t i = 0; err == HS_OK && i < more->count; i++)
		err = hs_area_set_add(set, more->codes[i], strlen(more->codes[i]));
	return err;
}

bool
hs_area_set_has(const struct hs_area_set *set, const char *code)
{
	bool found = false;

	(void)place_of(set, code, &found);
	return found;
}

bool
hs_area_sets_touch(const struct hs_area_set *a, const struct hs_area_set *b)
{
	for (size_t i = 0; i < a->count; i++) {
		for (size_t j = 0; j < b->count; j++) {
			if (hs_area_within(a->codes[i], b->codes[j]) ||
				hs_area_within(b->codes[j], a->codes[i]))
				return true;
		}
	}
	return false;
}

void
hs_area_set_free(struct hs_area_set *set)
{
	free(set->codes);
	*set = (struct hs_area_set){ 0 };
}
