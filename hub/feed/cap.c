#include "hub/feed/cap.h"

#include <string.h>

#include "hub/base/check.h"
#include "schemas/cap_write.h"

/* Notices looked at for one alert: its earlier revisions are mostly near. */
#define SCAN_MAX 256

struct search {
	const struct hs_entry *entry;
	const hs_document *document;
	struct hs_cap_earlier found[HS_CAP_REFERENCES_MAX];
	size_t count;
};

static void
look_at(struct search *search, const struct hs_entry *entry)
{
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	const Hansho__V1__FeedNotice *notice;

	if (arena && hs_entry_notice(arena, entry, &notice) == HS_OK &&
		hs_same_document(notice->notice->document, search->document))
		search->found[search->count++] =
			(struct hs_cap_earlier){ notice->notice->document->revision,
				hs_cap_sent(notice->notice) };
	hs_arena_destroy(arena);
}

/* Newest first, those before the entry. */
static void
find_earlier(const struct hs_store *store, struct search *search)
{
	size_t looked = 0;
	struct hs_entry *entry;

	for (size_t i = 0; (entry = hs_ring_newest_at(store->ring, i)) != NULL; i++) {
		if (entry->seq >= search->entry->seq)
			continue;
		if (looked++ == SCAN_MAX || search->count == HS_COUNT(search->found))
			return;
		look_at(search, entry);
	}
}

void
hs_feed_cap(const struct hs_store *store, const struct hs_entry *entry, struct hs_buf *out)
{
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	const Hansho__V1__FeedNotice *notice;
	struct search search = { .entry = entry };

	if (!arena || hs_entry_notice(arena, entry, &notice) != HS_OK) {
		out->failed = true;
		hs_arena_destroy(arena);
		return;
	}
	search.document = notice->notice->document;
	if (notice->notice->action != HS_ACTION(ISSUE) && !notice->notice->cap)
		find_earlier(store, &search);
	hs_cap_write(out, notice->notice, search.found, search.count);
	hs_arena_destroy(arena);
}
