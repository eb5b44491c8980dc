/* world_disk.h: the fake disk: the journal's queue, what of it is durable, and the model: what the durable notices mean,
 * worked out from the disk alone and without the hub's own route.
 *
 * The rows of one step of the core enter the queue together and become durable together: a commit takes any number
 * of whole steps from the front of the queue, never a part of one. A crash may come before it or after it.
 */
#ifndef HS_TEST_WORLD_DISK_H
#define HS_TEST_WORLD_DISK_H

#include "tests/simulation/world_pieces.h"

/* ---- rows ---- */

static struct disk_row
disk_copy(const struct hs_row *row)
{
	struct disk_row copy = { .row = *row };
	char *body = malloc(row->body.len_bytes + 1);
	char *original = malloc(row->original.len_bytes + 1);

	HS_CHECK(body != NULL && original != NULL);
	memcpy(body, row->body.bytes, row->body.len_bytes);
	memcpy(original, row->original.bytes, row->original.len_bytes);
	copy.row.body.bytes = body;
	copy.row.original.bytes = original;
	copy.row.original_sha256 = NULL;
	copy.row.owners = (struct hs_row_owners){ 0 };
	return copy;
}

static void
disk_row_free(struct disk_row *row)
{
	union {
		const void *borrowed;
		void *owned;
	} body = { .borrowed = row->row.body.bytes },
	  original = { .borrowed = row->row.original.bytes };

	free(body.owned);
	free(original.owned);
}

static void
disk_grow(struct disk_row **rows, size_t *room, size_t count)
{
	if (count < *room)
		return;
	*room = *room == 0 ? 256 : *room * 2;
	*rows = realloc(*rows, *room * sizeof(**rows));
	HS_CHECK(*rows != NULL);
}

/* As hs_journal_append: a row that does not follow was made before the core heard of a failure. */
static void
disk_append(struct disk *disk, const struct hs_row *rows, size_t count)
{
	if (count == 0 || rows[0].pos != disk->next_pos)
		return;
	for (size_t i = 0; i < count; i++) {
		disk_grow(&disk->queue, &disk->queue_room, disk->queue_count);
		disk->queue[disk->queue_count] = disk_copy(&rows[i]);
		disk->queue[disk->queue_count++].step_ends = i + 1 == count;
		disk->next_pos++;
	}
}

static void
disk_forget_queue(struct disk *disk)
{
	for (size_t i = 0; i < disk->queue_count; i++)
		disk_row_free(&disk->queue[i]);
	disk->queue_count = 0;
	hs_buf_free(&disk->note_queued);
	disk->next_pos = disk->durable_count + 1;
}

/* ---- the model ---- */

static hs_notice *
notice_of(struct hs_arena *arena, const struct hs_row *row)
{
	struct hs_record_look look;
	hs_notice *notice;

	HS_CHECK(hs_record_look(row->body, &look) == HS_OK);
	HS_CHECK(hs_notice_unpack(arena, look.notice.bytes, look.notice.len_bytes, &notice) ==
		 HS_OK);
	return notice;
}

/* What the filtered adapter may be configured to get; the first of them at the beginning. */
static const struct world_filter {
	const char *kinds[1];
	const char *areas[2];
	size_t kind_count, area_count;
	uint32_t level_min;
} world_filters[] = {
	{ { "evacuation" }, { "990019" }, 1, 1, 3 },
	{ { "evacuation" }, { "990019", "990027" }, 1, 2, 3 },
	{ { NULL }, { "990027" }, 0, 1, 0 },
	{ { "!shelter" }, { "990019" }, 1, 1, 4 },
};

static bool
model_passes(const struct world_filter *filter, const hs_notice *notice)
{
	bool here = false;

	for (size_t i = 0; i < notice->n_areas; i++) {
		for (size_t j = 0; j < filter->area_count; j++)
			here = here || strcmp(notice->areas[i]->code, filter->areas[j]) == 0;
	}
	if (filter->kind_count > 0 && notice->kind != HS_KIND(EVACUATION))
		return false; /* of two kinds in this world */
	return here && (notice->level->number == 0 || notice->level->number >= filter->level_min);
}

/* Its place, or document_count. */
static size_t
model_find(const struct model *model, const char *key)
{
	size_t i = 0;

	while (i < model->document_count && strcmp(model->documents[i].key, key) != 0)
		i++;
	return i;
}

/* One that is displaced: who was told of it is told of this. What is named is judged elsewhere (world_follows.h). */
struct model_displaced {
	const struct model *model;
	bool told;
};

static void
model_displaced(void *owner, const uint8_t key[HS_ID_BYTES])
{
	struct model_displaced *displaced = owner;
	const struct model *model = displaced->model;

	for (size_t i = 0; i < model->document_count; i++) {
		if (memcmp(model->documents[i].id, key, HS_ID_BYTES) == 0)
			displaced->told = displaced->told || model->documents[i].told;
	}
}

/* Who gets it. */
static void
model_route(struct model *model, const struct hs_row *row, const hs_notice *notice)
{
	struct model_displaced displaced = { model, false };
	uint64_t seq = row->seq;
	char key[128];
	bool ended = notice->document->ended, told, held;
	size_t i;

	snprintf(key, sizeof(key), "%s|%s", notice->document->source, notice->document->id);
	i = model_find(model, key);
	if (i == model->document_count) {
		model->documents[i] = (struct model_document){ 0 };
		memcpy(model->documents[i].key, key, sizeof(key));
		hs_document_id((int)notice->mode,
			(struct hs_span){
				notice->document->source, strlen(notice->document->source) },
			(struct hs_span){ notice->document->id, strlen(notice->document->id) },
			model->documents[i].id);
		model->document_count++;
	}
	told = model->documents[i].told ||
	       (!ended && model_passes(&world_filters[model->filter], notice));
	held = model->documents[i].held || !ended;
	for (size_t j = 0; j < notice->document->n_supersedes; j++) {
		size_t other = model_find(model, notice->document->supersedes[j]);

		told = told || (other < model->document_count && model->documents[other].told);
		held = held || (other < model->document_count && model->documents[other].held);
	}
	hs_record_each_displaced(row->body, model_displaced, &displaced);
	told = told || displaced.told;
	model->documents[i].told = told;
	model->documents[i].held = held;
	model->open_gets[seq] = held;
	model->filtered_gets[seq] = told;
}

/* The filtered adapter had this one. */
static void
model_tell(struct model *model, const hs_notice *notice)
{
	char key[128];
	size_t i;

	snprintf(key, sizeof(key), "%s|%s", notice->document->source, notice->document->id);
	i = model_find(model, key);
	if (i < model->document_count)
		model->documents[i].told = true;
}

static void
model_take(struct model *model, const struct hs_row *row)
{
	struct hs_arena *arena = hs_arena_create((size_t)1 << 20);
	hs_notice *notice = notice_of(arena, row);
	enum world_wrong wrong = wrong_now;
	enum hs_err err;

	wrong_now = WRONG_NOTHING; /* whatever the core does to its own set */
	err = hs_active_apply(model->active, row->seq, notice, NULL);
	HS_CHECK(err == HS_OK || err == HS_ERR_STALE);
	hs_active_digest(model->active, model->digest[row->seq]);
	wrong_now = wrong;
	model_route(model, row, notice);
	model->judged_gets[row->seq] = model->filtered_gets[row->seq];
	model->excused[row->seq] = false;
	hs_arena_destroy(arena);
}

/* ---- commits ---- */

static void
disk_take_row(struct world *world, const struct disk_row *taken)
{
	struct disk *disk = &world->disk;
	const struct hs_row *row = &taken->row;

	if (row->pos != disk->durable_count + 1)
		blame(world, "pos %llu follows %zu", (unsigned long long)row->pos,
			disk->durable_count);
	if (row->seq > 0 && row->seq != disk->newest_seq + 1)
		blame(world, "seq %llu follows %llu", (unsigned long long)row->seq,
			(unsigned long long)disk->newest_seq);
	pieces_check(world, row);
	disk_grow(&disk->durable, &disk->durable_room, disk->durable_count);
	disk->durable[disk->durable_count++] = *taken;
	if (row->seq > 0) {
		disk->newest_seq = row->seq;
		HS_CHECK(row->seq < WORLD_NOTICES);
		disk->pos_of_seq[row->seq] = row->pos;
		model_take(&world->model, row);
	}
}

/* The first `count` rows of the queue, at once: one transaction. What the core said meanwhile of its active set is
 * about rows that are durable already, so it goes along. */
static void
disk_make_durable(struct world *world, size_t count)
{
	struct disk *disk = &world->disk;

	for (size_t i = 0; i < count; i++)
		disk_take_row(world, &disk->queue[i]);
	disk->queue_count -= count;
	memmove(disk->queue, disk->queue + count, disk->queue_count * sizeof(*disk->queue));
	if (disk->note_queued.len_bytes > 0) {
		disk->note.len_bytes = 0;
		hs_buf_add(&disk->note, disk->note_queued.bytes, disk->note_queued.len_bytes);
		hs_buf_free(&disk->note_queued);
	}
}

/* So many rows of the queue as one commit takes: some whole steps, or all. */
static size_t
disk_batch(struct world *world)
{
	const struct disk *disk = &world->disk;
	size_t count =
		below(world, 2) == 0 ? disk->queue_count : 1 + below(world, disk->queue_count);

	while (count < disk->queue_count && !disk->queue[count - 1].step_ends)
		count++;
	return count;
}

/* The process dies while a commit may run: it is done or it is not. */
static void
disk_crash(struct world *world)
{
	struct disk *disk = &world->disk;

	if (disk->queue_count > 0 && disk->next_pos != UINT64_MAX && !disk->full &&
		mishap(world, 2)) {
		size_t count = disk_batch(world);

		if (wrong_now == WRONG_TORN_STEP)
			count = 1 + below(world, disk->queue_count);
		disk_make_durable(world, count);
		world->counts.torn++;
	}
	disk_forget_queue(disk);
	pieces_crash(disk);
}

/* The row of a notice that is on disk, or NULL. */
static const struct hs_row *
disk_notice(const struct disk *disk, uint64_t seq)
{
	if (seq == 0 || seq > disk->newest_seq)
		return NULL;
	return &disk->durable[disk->pos_of_seq[seq] - 1].row;
}

/* The record of a submission that is on disk, or NULL. */
static const struct hs_row *
disk_submission(const struct disk *disk, const char *id)
{
	for (size_t i = 0; id[0] != '\0' && i < disk->durable_count; i++) {
		struct hs_record_look look;

		HS_CHECK(hs_record_look(disk->durable[i].row.body, &look) == HS_OK);
		if (look.id.len_bytes > 0 && look.id.len_bytes == strlen(id) &&
			memcmp(look.id.bytes, id, look.id.len_bytes) == 0)
			return &disk->durable[i].row;
	}
	return NULL;
}

static void
disk_free(struct disk *disk)
{
	disk_forget_queue(disk);
	pieces_free(disk);
	for (size_t i = 0; i < disk->durable_count; i++)
		disk_row_free(&disk->durable[i]);
	hs_buf_free(&disk->note);
	free(disk->durable);
	free(disk->queue);
}

#endif
