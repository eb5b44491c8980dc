#include "hub/feed/wanted.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "hub/base/check.h"
#include "schemas/tables.h"

struct place {
	char digits[HS_AREA_PLACE_SIZE];
	struct hs_wanted_spot *at, *below;
	UT_hash_handle hh;
};

/* An item at a place. */
struct hs_wanted_spot {
	struct hs_wanted_item *item;
	struct place *place;
	struct hs_wanted_spot *next, **link; /* link: what points to it */
};

struct shelf_key {
	uint64_t kinds_only, kinds_not, level_min;
};

struct hs_wanted_shelf {
	struct shelf_key key;
	struct hs_filter what; /* of every item, but without areas */
	struct hs_wanted_item *anywhere, *somewhere;
	struct place *places;
	UT_hash_handle hh;
};

struct hs_wanted {
	struct hs_wanted_shelf *shelves;
	uint64_t looks;
};

struct hs_wanted *
hs_wanted_create(void)
{
	return calloc(1, sizeof(struct hs_wanted));
}

void
hs_wanted_destroy(struct hs_wanted *wanted)
{
	if (wanted == NULL)
		return;
	HS_CHECK(wanted->shelves == NULL);
	free(wanted);
}

/* ---- places and shelves come with the first who needs them, and go with the last ---- */

static struct hs_wanted_shelf *
shelf_of(struct hs_wanted *wanted, const struct hs_filter *filter)
{
	const struct shelf_key key = { filter->kinds_only, filter->kinds_not, filter->level_min };
	struct hs_wanted_shelf *shelf = NULL;

	/* three words without a hole. NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	HASH_FIND(hh, wanted->shelves, &key, sizeof(key), shelf);
	if (shelf != NULL)
		return shelf;
	shelf = calloc(1, sizeof(*shelf));
	if (shelf == NULL)
		return NULL;
	shelf->key = key;
	shelf->what = *filter;
	shelf->what.areas = (struct hs_area_set){ 0 };
	HASH_ADD(hh, wanted->shelves, key, sizeof(key), shelf);
	return shelf;
}

static void
drop_empty_shelf(struct hs_wanted *wanted, struct hs_wanted_shelf *shelf)
{
	if (shelf->anywhere != NULL || shelf->somewhere != NULL)
		return;
	HS_CHECK(shelf->places == NULL);
	HASH_DEL(wanted->shelves, shelf);
	free(shelf);
}

static struct place *
find_place(const struct hs_wanted_shelf *shelf, const char *digits)
{
	struct place *place = NULL;

	HASH_FIND_STR(shelf->places, digits, place);
	return place;
}

static struct place *
place_of(struct hs_wanted_shelf *shelf, const char *digits)
{
	struct place *place = find_place(shelf, digits);

	if (place != NULL)
		return place;
	place = calloc(1, sizeof(*place));
	if (place == NULL)
		return NULL;
	memcpy(place->digits, digits, strlen(digits) + 1);
	HASH_ADD_STR(shelf->places, digits, place);
	return place;
}

static void
drop_spots(struct hs_wanted_item *item)
{
	for (size_t i = 0; i < item->spot_count; i++) {
		struct hs_wanted_spot *spot = &item->spots[i];
		struct place *place = spot->place;

		*spot->link = spot->next;
		if (spot->next != NULL)
			spot->next->link = spot->link;
		if (place->at == NULL && place->below == NULL) {
			/* it is in there. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
			HASH_DEL(item->shelf->places, place);
			free(place);
		}
	}
	free(item->spots);
	item->spots = NULL;
	item->spot_count = 0;
}

/* ---- add, remove ---- */

static bool
add_spots(struct hs_wanted_item *item, const struct hs_area_set *digits, bool at)
{
	for (size_t i = 0; i < digits->count; i++) {
		struct hs_wanted_spot *spot = &item->spots[item->spot_count];
		struct place *place = place_of(item->shelf, digits->codes[i]);
		struct hs_wanted_spot **head;

		if (place == NULL)
			return false;
		head = at ? &place->at : &place->below;
		*spot = (struct hs_wanted_spot){ item, place, *head, head };
		if (spot->next != NULL)
			spot->next->link = &spot->next;
		*head = spot;
		item->spot_count++;
	}
	return true;
}

/* The places of a filter, and those that they lie in. */
static enum hs_err
read_places(const struct hs_filter *filter, struct hs_area_set *own, struct hs_area_set *around)
{
	enum hs_err err = HS_OK;

	for (size_t i = 0; err == HS_OK && i < filter->areas.count; i++) {
		char places[HS_AREA_AROUND_MAX][HS_AREA_PLACE_SIZE];
		size_t count = hs_area_around(filter->areas.codes[i], places);

		for (size_t j = 0; err == HS_OK && j < count; j++)
			err = hs_area_set_add(j == 0 ? own : around, places[j], strlen(places[j]));
	}
	return err;
}

static enum hs_err
settle(struct hs_wanted_item *item)
{
	struct hs_area_set own = { 0 }, around = { 0 };
	enum hs_err err = read_places(item->filter, &own, &around);

	if (err == HS_OK && own.count > 0) {
		item->spots = calloc(own.count + around.count, sizeof(item->spots[0]));
		if (item->spots == NULL || !add_spots(item, &own, true) ||
			!add_spots(item, &around, false))
			err = HS_ERR_NOMEM;
	}
	hs_area_set_free(&own);
	hs_area_set_free(&around);
	return err;
}

static struct hs_wanted_item **
row_of(struct hs_wanted_item *item)
{
	return item->filter->areas.count == 0 ? &item->shelf->anywhere : &item->shelf->somewhere;
}

enum hs_err
hs_wanted_add(struct hs_wanted *wanted, struct hs_wanted_item *item, const struct hs_filter *filter)
{
	struct hs_wanted_item **row;
	enum hs_err err;

	*item = (struct hs_wanted_item){ .filter = filter, .shelf = shelf_of(wanted, filter) };
	if (item->shelf == NULL)
		return HS_ERR_NOMEM;
	row = row_of(item);
	DL_APPEND(*row, item);
	err = settle(item);
	if (err != HS_OK)
		hs_wanted_remove(wanted, item);
	return err;
}

void
hs_wanted_remove(struct hs_wanted *wanted, struct hs_wanted_item *item)
{
	struct hs_wanted_item **row = row_of(item);

	drop_spots(item);
	DL_DELETE(*row, item);
	drop_empty_shelf(wanted, item->shelf);
	item->shelf = NULL;
}

/* ---- find ---- */

struct look {
	struct hs_wanted *wanted;
	void (*found)(void *owner, struct hs_wanted_item *item);
	void *owner;
};

static void
find_one(const struct look *look, struct hs_wanted_item *item)
{
	if (item->found == look->wanted->looks)
		return;
	item->found = look->wanted->looks;
	look->found(look->owner, item);
}

static void
find_all(const struct look *look, struct hs_wanted_item *row)
{
	struct hs_wanted_item *item;

	DL_FOREACH (row, item)
		find_one(look, item);
}

static void
find_spots(const struct look *look, const struct hs_wanted_spot *spot)
{
	for (; spot != NULL; spot = spot->next)
		find_one(look, spot->item);
}

static void
find_areas(const struct look *look, const struct hs_wanted_shelf *shelf,
	const struct hs_area_set *areas)
{
	for (size_t i = 0; i < areas->count; i++) {
		char places[HS_AREA_AROUND_MAX][HS_AREA_PLACE_SIZE];
		size_t count = hs_area_around(areas->codes[i], places);

		for (size_t j = 0; j < count; j++) {
			const struct place *place = find_place(shelf, places[j]);

			if (place == NULL)
				continue;
			find_spots(look, place->at);
			if (j == 0)
				find_spots(look, place->below);
		}
	}
}

void
hs_wanted_find(struct hs_wanted *wanted, const struct hs_head *head,
	void (*found)(void *owner, struct hs_wanted_item *item), void *owner)
{
	const struct look look = { wanted, found, owner };
	struct hs_wanted_shelf *shelf, *next;

	wanted->looks++;
	HASH_ITER (hh, wanted->shelves, shelf, next) {
		if (!hs_filter_passes(&shelf->what, head))
			continue;
		find_all(&look, shelf->anywhere);
		if (head->areas.count == 0) {
			find_all(&look, shelf->somewhere);
			continue;
		}
		find_areas(&look, shelf, &head->areas);
		find_areas(&look, shelf, &head->before);
	}
}
