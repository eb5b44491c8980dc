#include "hub/core/places.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "hub/base/check.h"
#include "hub/core/memory.h"
#include "schemas/tables.h"

#define PREFECTURE_DIGITS   2
#define MUNICIPALITY_DIGITS 5
#define KEY_SIZE	    8 /* a letter, up to 5 digits, NUL */
#define LISTS_MAX	    4

/* 'u' and a code: notices for anything under it; 'a' and a code: those addressed to all of it; "*": to all places. */
struct list {
	char key[KEY_SIZE];
	uint32_t *seqs; /* rising */
	size_t count, room;
	UT_hash_handle hh;
};

struct hs_places {
	struct list *lists;
};

struct hs_places *
hs_places_create(void)
{
	return hs_must_alloc(1, sizeof(struct hs_places));
}

void
hs_places_destroy(struct hs_places *places)
{
	struct list *list, *next;

	HASH_ITER (hh, places->lists, list, next) {
		HASH_DEL(places->lists, list);
		free(list->seqs);
		free(list);
	}
	free(places);
}

static struct list *
find(const struct hs_places *places, const char *key)
{
	struct list *list;

	HASH_FIND_STR(places->lists, key, list);
	return list;
}

static void
make_key(char key[KEY_SIZE], char sort, const char *code, size_t digits)
{
	size_t len = strnlen(code, digits);

	key[0] = sort;
	memcpy(key + 1, code, len);
	key[1 + len] = '\0';
}

static void
add(struct hs_places *places, const char *key, uint64_t seq)
{
	struct list *list = find(places, key);

	if (list == NULL) {
		list = hs_must_alloc(1, sizeof(*list));
		memcpy(list->key, key, strlen(key) + 1);
		HASH_ADD_STR(places->lists, key, list);
	}
	if (list->count > 0 && list->seqs[list->count - 1] == seq)
		return;
	if (list->count == list->room) {
		list->room = list->room == 0 ? 16 : list->room * 2;
		list->seqs = hs_must_realloc(list->seqs, list->room, sizeof(*list->seqs));
	}
	list->seqs[list->count++] = (uint32_t)seq;
}

/* The designated city of a ward, as a code; NULL: it has none. */
static const char *
city_of(const char *code)
{
	char digits[MUNICIPALITY_DIGITS + 1] = "";

	memcpy(digits, code, MUNICIPALITY_DIGITS);
	const struct hs_area_row *row = hs_area_find(digits);

	return row != NULL && row->parent[0] != '\0' ? row->parent : NULL;
}

static void
add_code(struct hs_places *places, const char *code, uint64_t seq)
{
	size_t len = strlen(code);
	char key[KEY_SIZE];
	const char *city;

	make_key(key, 'u', code, PREFECTURE_DIGITS);
	add(places, key, seq);
	if (len < MUNICIPALITY_DIGITS || strncmp(code + PREFECTURE_DIGITS, "000", 3) == 0) {
		make_key(key, 'a', code, PREFECTURE_DIGITS);
		add(places, key, seq);
		return;
	}
	make_key(key, 'u', code, MUNICIPALITY_DIGITS);
	add(places, key, seq);
	make_key(key, 'a', code, MUNICIPALITY_DIGITS);
	add(places, key, seq);
	city = city_of(code);
	if (city != NULL) {
		make_key(key, 'u', city, MUNICIPALITY_DIGITS);
		add(places, key, seq);
	}
}

void
hs_places_take(struct hs_places *places, uint64_t seq, const struct hs_area_set *codes)
{
	HS_CHECK(seq <= UINT32_MAX); /* index_max is far below */
	if (codes->count == 0 || codes->count > HS_PLACES_MAX)
		add(places, "*", seq);
	for (size_t i = 0; codes->count <= HS_PLACES_MAX && i < codes->count; i++)
		add_code(places, codes->codes[i], seq);
}

/* Where seq stands in the list, or would. */
static size_t
place_of(const struct list *list, uint64_t seq)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->seqs[middle] < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The lists in which the notices of a place stand. */
static size_t
lists_of(const struct hs_places *places, const char *code, const struct list *out[LISTS_MAX])
{
	size_t count = 0;
	bool municipality = strlen(code) >= MUNICIPALITY_DIGITS &&
			    strncmp(code + PREFECTURE_DIGITS, "000", 3) != 0;
	const char *city = municipality ? city_of(code) : NULL;
	char key[KEY_SIZE];

	out[count++] = find(places, "*");
	make_key(key, 'u', code, municipality ? MUNICIPALITY_DIGITS : PREFECTURE_DIGITS);
	out[count++] = find(places, key);
	if (municipality) {
		make_key(key, 'a', code, PREFECTURE_DIGITS);
		out[count++] = find(places, key);
	}
	if (city != NULL) {
		make_key(key, 'a', city, MUNICIPALITY_DIGITS);
		out[count++] = find(places, key);
	}
	return count;
}

uint64_t
hs_places_next(const struct hs_places *places, const char *area_code, uint64_t after_seq)
{
	const struct list *lists[LISTS_MAX];
	size_t count = lists_of(places, area_code, lists);
	uint64_t next = 0;

	for (size_t i = 0; i < count; i++) {
		size_t at = lists[i] == NULL ? 0 : place_of(lists[i], after_seq + 1);

		if (lists[i] != NULL && at < lists[i]->count &&
			(next == 0 || lists[i]->seqs[at] < next))
			next = lists[i]->seqs[at];
	}
	return next;
}

bool
hs_places_has(const struct hs_places *places, const char *area_code, uint64_t seq)
{
	return hs_places_next(places, area_code, seq - 1) == seq;
}
