#include "hub/core/about.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/memory.h"

#define KEYS_MAX 2 /* of one notice: its document, its event */

struct key {
	uint8_t bytes[HS_ID_BYTES];
};

struct hs_about {
	struct key *keys; /* sorted */
	size_t count, room;
};

static size_t
keys_of(struct hs_span packed, struct key out[KEYS_MAX])
{
	struct hs_notice_look notice;
	size_t count = 0;
	char kind[16];

	if (hs_notice_look(packed, &notice) != HS_OK)
		return 0;
	bool later = notice.first_document.len_bytes > 0;
	struct hs_span event = later ? notice.first_event : notice.event;

	hs_document_id(notice.mode, later ? notice.first_source : notice.source,
		later ? notice.first_document : notice.document, out[count++].bytes);
	if (event.len_bytes > 0) {
		snprintf(kind, sizeof(kind), "%d", notice.kind);
		hs_document_id(notice.mode, (struct hs_span){ kind, strlen(kind) }, event,
			out[count++].bytes);
	}
	return count;
}

static void
add(void *owner, uint64_t seq, const void *notice, size_t len_bytes)
{
	struct hs_about *about = owner;
	struct key keys[KEYS_MAX];
	size_t count = keys_of((struct hs_span){ notice, len_bytes }, keys);

	(void)seq;
	if (about->count + count > about->room) {
		about->room = 2 * about->room + KEYS_MAX;
		about->keys = hs_must_realloc(about->keys, about->room, sizeof(*about->keys));
	}
	for (size_t i = 0; i < count; i++)
		about->keys[about->count++] = keys[i];
}

static int
compare(const void *one, const void *other)
{
	return memcmp(one, other, sizeof(struct key));
}

struct hs_about *
hs_about_create(const struct hs_active *active)
{
	struct hs_about *about = hs_must_alloc(1, sizeof(*about));

	hs_active_each_document(active, add, about);
	if (about->count > 0)
		qsort(about->keys, about->count, sizeof(*about->keys), compare);
	return about;
}

void
hs_about_destroy(struct hs_about *about)
{
	if (about != NULL)
		free(about->keys);
	free(about);
}

bool
hs_about_in_force(const struct hs_about *about, struct hs_span notice)
{
	struct key keys[KEYS_MAX];
	size_t count = about->count == 0 ? 0 : keys_of(notice, keys);
	bool found = false;

	for (size_t i = 0; i < count && !found; i++)
		found = bsearch(&keys[i], about->keys, about->count, sizeof(keys[i]), compare) !=
			NULL;
	return found;
}
