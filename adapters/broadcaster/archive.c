#include "adapters/broadcaster/archive.h"

#include <stdlib.h>
#include <string.h>

#include "schemas/atom_write.h"

#define SINCE_ROWS_MAX 8192

struct kept {
	uint64_t seq;
	int64_t updated_unix_us;
	struct hs_forms forms;
};

struct lane {
	struct kept *kept; /* a ring of `items` */
	size_t next, count;
	struct hs_earlier earlier;
	struct hs_since *since;
};

struct hs_archive {
	struct lane lanes[HS_LANE_COUNT];
	size_t items;
};

struct hs_archive *
hs_archive_create(size_t items)
{
	struct hs_archive *archive = calloc(1, sizeof(*archive));
	if (archive == NULL)
		return NULL;
	archive->items = items;
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		archive->lanes[i].kept = calloc(items, sizeof(struct kept));
		archive->lanes[i].since = hs_since_create(SINCE_ROWS_MAX);
		if (archive->lanes[i].kept == NULL || archive->lanes[i].since == NULL) {
			hs_archive_destroy(archive);
			return NULL;
		}
	}
	return archive;
}

static void
lane_clear(struct hs_archive *archive, struct lane *lane)
{
	for (size_t i = 0; lane->kept != NULL && i < archive->items; i++) {
		hs_forms_free(&lane->kept[i].forms);
		lane->kept[i].seq = 0;
	}
	lane->next = lane->count = 0;
}

void
hs_archive_destroy(struct hs_archive *archive)
{
	if (archive == NULL)
		return;
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		lane_clear(archive, &archive->lanes[i]);
		free(archive->lanes[i].kept);
		hs_since_destroy(archive->lanes[i].since);
	}
	free(archive);
}

void
hs_archive_reset(struct hs_archive *archive, enum hs_adapter_lane id, uint64_t floor_seq)
{
	struct lane *lane = &archive->lanes[id];
	lane_clear(archive, lane);
	memset(&lane->earlier, 0, sizeof(lane->earlier));
	hs_since_reset(lane->since, floor_seq);
}

const struct hs_forms *
hs_archive_find(const struct hs_archive *archive, enum hs_adapter_lane id, uint64_t seq)
{
	const struct lane *lane = &archive->lanes[id];
	for (size_t i = 0; seq > 0 && i < archive->items; i++) {
		if (lane->kept[i].seq == seq)
			return &lane->kept[i].forms;
	}
	return NULL;
}

const struct hs_forms *
hs_archive_add(struct hs_archive *archive, enum hs_adapter_lane id, const char *epoch, uint64_t seq,
	const hs_notice *notice)
{
	struct lane *lane = &archive->lanes[id];
	const struct hs_forms *there = hs_archive_find(archive, id, seq);
	struct hs_cap_earlier earlier[HS_CAP_REFERENCES_MAX];
	int offset_minutes;
	if (there != NULL)
		return there;
	size_t count = hs_earlier_take(&lane->earlier, notice, earlier, HS_CAP_REFERENCES_MAX);
	struct kept *kept = &lane->kept[lane->next];
	lane->next = (lane->next + 1) % archive->items;
	lane->count += lane->count < archive->items;
	hs_forms_free(&kept->forms);
	kept->seq = seq;
	kept->updated_unix_us = hs_atom_updated(notice, &offset_minutes);
	(void)hs_forms_make(&kept->forms, HS_FORM_LALERT | HS_FORM_CAP | HS_FORM_ATOM, notice,
		epoch, seq, earlier, count);
	return &kept->forms;
}

char *
hs_archive_feed(const struct hs_archive *archive, enum hs_adapter_lane id, const char *epoch)
{
	const struct lane *lane = &archive->lanes[id];
	const char **entries = calloc(lane->count + 1, sizeof(*entries));
	size_t count = 0;
	int64_t updated_unix_us = 0;
	for (size_t back = 1; entries != NULL && back <= lane->count; back++) {
		const struct kept *kept =
			&lane->kept[(lane->next + archive->items - back) % archive->items];
		if (kept->forms.atom == NULL)
			continue;
		if (updated_unix_us < kept->updated_unix_us)
			updated_unix_us = kept->updated_unix_us;
		entries[count++] = kept->forms.atom;
	}
	char *feed = entries != NULL ? hs_forms_feed(epoch, hs_lane_mode(id), updated_unix_us,
					       entries, count)
				     : NULL;
	free(entries);
	return feed;
}

struct hs_since *
hs_archive_since(struct hs_archive *archive, enum hs_adapter_lane id)
{
	return archive->lanes[id].since;
}
