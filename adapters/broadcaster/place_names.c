#include "adapters/broadcaster/place_names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/tables.h"

#define BUCKETS 1024u /* a power of two */

struct name {
	const char *text;
	uint32_t len_bytes;
	uint32_t bucket;
};

struct hs_place_names {
	struct name *names; /* by bucket, longest first */
	size_t count;
	uint32_t from[BUCKETS + 1];
};

/* By up to three bytes: one character of Japanese. A shorter text ends the hash early. */
static uint32_t
bucket_of(const char *text)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < 3 && text[i] != '\0'; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619u;
	return (hash ^ hash >> 15) & (BUCKETS - 1);
}

static int
by_bucket(const void *a, const void *b)
{
	const struct name *one = a, *other = b;
	if (one->bucket != other->bucket)
		return one->bucket < other->bucket ? -1 : 1;
	return one->len_bytes > other->len_bytes ? -1 : one->len_bytes < other->len_bytes;
}

struct hs_place_names *
hs_place_names_create(void)
{
	size_t count;
	const struct hs_area_row *rows = hs_area_rows(&count);
	struct hs_place_names *own = calloc(1, sizeof(*own));
	struct name *names = calloc(count + 1, sizeof(*names));
	if (own == NULL || names == NULL) {
		free(names);
		free(own);
		return NULL;
	}
	own->names = names;
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(rows[i].name);
		if (len > 3)
			names[own->count++] = (struct name){ rows[i].name, (uint32_t)len,
				bucket_of(rows[i].name) };
	}
	qsort(names, own->count, sizeof(*names), by_bucket);
	for (size_t at = 0, bucket = 0; bucket < BUCKETS; bucket++) {
		own->from[bucket] = (uint32_t)at;
		while (at < own->count && names[at].bucket == bucket)
			at++;
		own->from[bucket + 1] = (uint32_t)at;
	}
	return own;
}

void
hs_place_names_destroy(struct hs_place_names *names)
{
	if (names == NULL)
		return;
	free(names->names);
	free(names);
}

size_t
hs_place_names_at(const struct hs_place_names *names, const char *text)
{
	if (names == NULL)
		return 0;
	uint32_t bucket = bucket_of(text);
	for (uint32_t i = names->from[bucket]; i < names->from[bucket + 1]; i++) {
		const struct name *name = &names->names[i];
		if (strncmp(text, name->text, name->len_bytes) == 0)
			return name->len_bytes;
	}
	return 0;
}
