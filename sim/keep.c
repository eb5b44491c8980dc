#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "sim/fakes.h"

struct kept {
	UT_hash_handle hh;
	struct kept *next;
	json_t *document;
	char key[];
};

struct hs_keep {
	struct kept *by_key;
	struct kept *first, *last; /* by age */
	size_t count, max;
	json_int_t total, duplicates;
};

struct hs_keep *
hs_keep_create(size_t max)
{
	struct hs_keep *keep = calloc(1, sizeof(*keep));
	if (keep)
		keep->max = max;
	return keep;
}

static void
forget_oldest(struct hs_keep *keep)
{
	struct kept *oldest = keep->first;
	keep->first = oldest->next;
	if (!keep->first)
		keep->last = NULL;
	keep->count--;
	HASH_DEL(keep->by_key, oldest);
	json_decref(oldest->document);
	free(oldest);
}

void
hs_keep_destroy(struct hs_keep *keep)
{
	while (keep->first)
		forget_oldest(keep);
	free(keep);
}

bool
hs_keep_add(struct hs_keep *keep, const char *key, json_t *document)
{
	struct kept *item = NULL;
	size_t len = strlen(key);
	keep->total++;
	HASH_FIND(hh, keep->by_key, key, len, item);
	if (item) {
		keep->duplicates++;
		json_decref(document);
		return false;
	}
	item = calloc(1, sizeof(*item) + len + 1);
	if (!item) {
		json_decref(document);
		return true;
	}
	memcpy(item->key, key, len);
	item->document = document;
	if (keep->count == keep->max)
		forget_oldest(keep);
	HASH_ADD(hh, keep->by_key, key, len, item);
	if (keep->last)
		keep->last->next = item;
	else
		keep->first = item;
	keep->last = item;
	keep->count++;
	return true;
}

json_t *
hs_keep_find(const struct hs_keep *keep, const char *key)
{
	struct kept *item = NULL;
	HASH_FIND(hh, keep->by_key, key, strlen(key), item);
	return item ? item->document : NULL;
}

json_t *
hs_keep_json(const struct hs_keep *keep)
{
	json_t *items = json_array();
	for (const struct kept *item = keep->first; item; item = item->next)
		json_array_append_new(items,
			json_pack("{s:s,s:O}", "key", item->key, "document", item->document));
	return json_pack("{s:I,s:I,s:o}", "total", keep->total, "duplicates", keep->duplicates,
		"items", items);
}
