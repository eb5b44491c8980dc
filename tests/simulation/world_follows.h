/* world_follows.h: P6 for who filters: whatever ends, lowers or displaces what somebody may hold says so in its record
 * (hub/core/before.h). Judged from the disk alone, by what stands before and after each notice. */
#ifndef HS_TEST_WORLD_FOLLOWS_H
#define HS_TEST_WORLD_FOLLOWS_H

#include "tests/simulation/world_restart.h"

#define ENTRIES_MAX 512
#define HEIRS_MAX   64

/* What was said of one document so far. */
struct sheet {
	char key[128]; /* mode|source|id */
	uint8_t id[HS_ID_BYTES];
	uint32_t reach; /* the highest level, 6: none */
	bool kinds[HS_KIND(OTHER) + 1];
	size_t heir; /* the last that displaced it, + 1 */
};

struct sheets {
	struct sheet items[WORLD_NOTICES];
	size_t count;
};

struct standing {
	char place[128], document[128], area[8];
};

struct stands {
	struct standing items[ENTRIES_MAX];
	size_t count;
};

static struct sheet *
sheet_of(struct sheets *sheets, const char *key)
{
	size_t i = 0;

	while (i < sheets->count && strcmp(sheets->items[i].key, key) != 0)
		i++;
	if (i == sheets->count) {
		sheets->items[i] = (struct sheet){ 0 };
		snprintf(sheets->items[i].key, sizeof(sheets->items[i].key), "%s", key);
		hs_document_key_id(key, sheets->items[i].id);
		sheets->count++;
	}
	return &sheets->items[i];
}

static void
note_standing(void *owner, const struct hs_active_entry *entry)
{
	struct stands *stands = owner;
	struct standing *one = &stands->items[stands->count++];

	HS_CHECK(stands->count <= ENTRIES_MAX);
	snprintf(one->place, sizeof(one->place), "%d %s", entry->kind, entry->place_key);
	snprintf(one->document, sizeof(one->document), "%s", entry->document_key);
	snprintf(one->area, sizeof(one->area), "%s", entry->area_code);
}

static bool
still_stands(const struct stands *stands, const struct standing *one)
{
	for (size_t i = 0; i < stands->count; i++) {
		if (strcmp(stands->items[i].place, one->place) == 0 &&
			strcmp(stands->items[i].document, one->document) == 0)
			return true;
	}
	return false;
}

static uint32_t
reach_of(uint32_t level)
{
	return level == 0 || level > 5 ? 6 : level;
}

/* The record itself. */
struct said {
	const hs_journal_record *record;
	struct sheet *own;
	uint64_t seq;
};

static bool
names_kind(const hs_notice *notice, int kind)
{
	const hs_document *document = notice->document;
	char word[64];

	if ((int)notice->kind == kind)
		return true;
	for (size_t i = 0; i < document->n_kinds_before; i++) {
		if (strcmp(document->kinds_before[i],
			    hs_enum_word(&hansho__v1__kind__descriptor, kind, word)) == 0)
			return true;
	}
	return false;
}

/* By any filter of kinds and levels: who may hold something of the other gets this one. */
static void
check_reach(struct world *world, const struct said *said, const struct sheet *other)
{
	const hs_notice *notice = said->record->notice;
	const hs_document *document = notice->document;
	uint32_t reach = notice->action == HS_ACTION(CANCEL) ? 6 : reach_of(notice->level->number);

	if (document->follows && reach_of(document->level_before) > reach)
		reach = reach_of(document->level_before);
	if (reach < other->reach)
		blame(world, "P6: seq %llu reaches level %u, %s reached %u",
			(unsigned long long)said->seq, reach, other->key, other->reach);
	for (int kind = 1; kind <= (int)HS_KIND(OTHER); kind++) {
		if (other->kinds[kind] && !names_kind(notice, kind))
			blame(world, "P6: seq %llu does not say that %s was of kind %d",
				(unsigned long long)said->seq, other->key, kind);
	}
}

/* By the route: its key is there, or that of one that displaced it before. */
static bool
is_named(const struct sheets *sheets, const struct said *said, const struct sheet *other)
{
	for (size_t steps = 0; steps < HEIRS_MAX; steps++) {
		for (size_t i = 0; i < said->record->n_displaced; i++) {
			if (memcmp(said->record->displaced[i].data, other->id, HS_ID_BYTES) == 0)
				return true;
		}
		if (other->heir == 0)
			return false;
		other = &sheets->items[other->heir - 1];
	}
	return false;
}

static bool
names_area(const hs_notice *notice, const char *area)
{
	for (size_t i = 0; i < notice->n_areas; i++) {
		if (strcmp(notice->areas[i]->code, area) == 0)
			return true;
	}
	for (size_t i = 0; i < notice->document->n_areas_before; i++) {
		if (strcmp(notice->document->areas_before[i], area) == 0)
			return true;
	}
	return false;
}

static void
learn(struct sheet *own, const struct sheet *other)
{
	own->reach = other->reach > own->reach ? other->reach : own->reach;
	for (int kind = 1; kind <= (int)HS_KIND(OTHER); kind++)
		own->kinds[kind] = own->kinds[kind] || other->kinds[kind];
}

static void
check_displaced(struct world *world, struct sheets *sheets, const struct said *said,
	const struct stands *before, const struct stands *after)
{
	const hs_document *document = said->record->notice->document;

	for (size_t i = 0; i < before->count; i++) {
		struct sheet *other = sheet_of(sheets, before->items[i].document);
		bool superseded = false;

		if (other == said->own || still_stands(after, &before->items[i]))
			continue;
		for (size_t j = 0; j < document->n_supersedes; j++)
			superseded = superseded || strcmp(strchr(other->key, '|') + 1,
							   document->supersedes[j]) == 0;
		check_reach(world, said, other);
		if (!superseded && !is_named(sheets, said, other))
			blame(world, "P6: seq %llu does not name %s, which it displaces",
				(unsigned long long)said->seq, other->key);
		if (!names_area(said->record->notice, before->items[i].area))
			blame(world, "P6: seq %llu does not name %s, where it ends something",
				(unsigned long long)said->seq, before->items[i].area);
		learn(said->own, other);
		other->heir = (size_t)(said->own - sheets->items) + 1;
	}
}

/* After a cancel a document with moments begins anew; no other goes on. */
static void
take_sheet(struct sheet *own, const hs_notice *notice)
{
	bool cancel = notice->action == HS_ACTION(CANCEL);
	uint32_t reach = cancel ? 0 : reach_of(notice->level->number);

	own->reach = reach > own->reach ? reach : own->reach;
	own->kinds[notice->kind] = true;
	if (cancel && notice->document->moments)
		own->reach = 0;
}

static void
check_one_follows(
	struct world *world, struct sheets *sheets, struct hs_active *active, uint64_t seq)
{
	static struct stands before, after;
	const struct hs_row *row = disk_notice(&world->disk, seq);
	struct hs_arena *arena = hs_arena_create((size_t)1 << 20);
	hs_journal_record *record;
	struct hs_buf key;
	enum hs_err err;

	HS_CHECK(hs_message_unpack(arena, &hansho__v1__journal_record__descriptor, row->body.bytes,
			 row->body.len_bytes, HS_NOTICE_MAX_BYTES, &record) == HS_OK);
	record->notice = notice_of(arena, row); /* large ones stand in pieces */
	hs_buf_init(&key, HS_NOTICE_MAX_BYTES);
	HS_CHECK(hs_document_key(record->notice, &key));
	const struct said said = { record, sheet_of(sheets, hs_buf_text(&key)), seq };

	before.count = after.count = 0;
	hs_active_each_entry(active, note_standing, &before);
	err = hs_active_apply(active, seq, record->notice, NULL);
	HS_CHECK(err == HS_OK || err == HS_ERR_STALE);
	hs_active_each_entry(active, note_standing, &after);
	check_reach(world, &said, said.own);
	if (record->notice->action != HS_ACTION(CANCEL))
		check_displaced(world, sheets, &said, &before, &after);
	take_sheet(said.own, record->notice);
	hs_buf_free(&key);
	hs_arena_destroy(arena);
}

static void
check_follows(struct world *world)
{
	static struct sheets sheets;
	struct hs_active *active = hs_active_create();
	enum world_wrong wrong = wrong_now;

	HS_CHECK(active != NULL);
	sheets.count = 0;
	wrong_now = WRONG_NOTHING; /* whatever the core does to its own set */
	for (uint64_t seq = 1; seq <= world->disk.newest_seq; seq++)
		check_one_follows(world, &sheets, active, seq);
	wrong_now = wrong;
	hs_active_destroy(active);
}

#endif
