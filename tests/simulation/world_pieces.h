/* world_pieces.h: the fake disk's pieces of large records: written a part at a time, in the order in which they were asked for, before
 * the record that names them; left behind by a crash, removed by the next start when no record names them. */
#ifndef HS_TEST_WORLD_PIECES_H
#define HS_TEST_WORLD_PIECES_H

#include "hub/base/press.h"
#include "hub/core/stored.h"
#include "tests/simulation/world.h"

/* What a reader makes of the frame that goes to disk in place of the bytes. */
static void
pieces_unpress(struct hs_span pressed, struct hs_span plain)
{
	struct hs_buf out;

	if (pressed.len_bytes == 0)
		return;
	hs_buf_init(&out, HS_FRAME_MAX_BYTES);
	HS_CHECK(hs_unpress(pressed, plain.len_bytes, &out) == HS_OK);
	HS_CHECK(memcmp(out.bytes, plain.bytes, plain.len_bytes) == 0);
	hs_buf_free(&out);
}

static void
pieces_put(struct world *world, const struct hs_row *row)
{
	struct disk *disk = &world->disk;
	struct disk_store *store;

	disk->stores = realloc(disk->stores, (disk->store_count + 1) * sizeof(*disk->stores));
	HS_CHECK(disk->stores != NULL);
	store = &disk->stores[disk->store_count++];
	*store = (struct disk_store){ .number = row->store.number,
		.bulk_bytes = row->body.len_bytes,
		.len_bytes = row->body.len_bytes + row->original.len_bytes,
		.job = true };
	HS_CHECK(store->bulk_bytes == row->store.bulk_bytes);
	pieces_unpress(row->store.pressed_bulk, row->body);
	pieces_unpress(row->store.pressed_original, row->original);
	store->bytes = malloc(store->len_bytes + 1);
	HS_CHECK(store->bytes != NULL);
	memcpy(store->bytes, row->body.bytes, row->body.len_bytes);
	memcpy(store->bytes + row->body.len_bytes, row->original.bytes, row->original.len_bytes);
	world->counts.stores++;
}

static struct disk_store *
pieces_find(const struct disk *disk, uint64_t number)
{
	for (size_t i = 0; i < disk->store_count; i++) {
		if (disk->stores[i].number == number)
			return &disk->stores[i];
	}
	return NULL;
}

static void
pieces_forget(struct world *world, uint64_t number)
{
	struct disk_store *store = pieces_find(&world->disk, number);

	if (store == NULL)
		return;
	world->counts.stores_forgotten++;
	store->job = store->forgotten = true;
}

static void
pieces_remove(struct disk *disk, struct disk_store *store)
{
	free(store->bytes);
	*store = disk->stores[--disk->store_count];
}

/* The next that the journal works on. */
static struct disk_store *
pieces_job(struct disk *disk)
{
	struct disk_store *found = NULL;

	for (size_t i = 0; i < disk->store_count; i++) {
		struct disk_store *store = &disk->stores[i];

		if (store->job && (found == NULL || store->number < found->number))
			found = store;
	}
	return found;
}

static bool
pieces_whole(const struct disk *disk, uint64_t number)
{
	const struct disk_store *store = pieces_find(disk, number);

	return store != NULL && store->on_disk == store->len_bytes;
}

/* What a reader makes of the row's column and the pieces must be the record that the core gave. */
static void
pieces_check(struct world *world, const struct hs_row *row)
{
	const struct disk_store *store = pieces_find(&world->disk, row->store.number);
	struct hs_buf column, body;
	struct hs_stored look;

	if (row->store.number == 0)
		return;
	if (!pieces_whole(&world->disk, row->store.number)) {
		blame(world, "P1: pos %llu is on disk before its pieces",
			(unsigned long long)row->pos);
		return;
	}
	hs_buf_init(&column, HS_FRAME_MAX_BYTES);
	hs_buf_init(&body, HS_FRAME_MAX_BYTES);
	if (hs_stored_look(row->body, &look) != HS_OK || look.store != row->store.number ||
		look.bulk_bytes != store->bulk_bytes ||
		look.original_bytes != store->len_bytes - store->bulk_bytes ||
		hs_stored_shrink(row->body, store->bulk_bytes, &column) != HS_OK ||
		hs_stored_grow((struct hs_span){ column.bytes, column.len_bytes }, look.bulk_bytes,
			&body) != HS_OK)
		blame(world, "P1: pos %llu is not readable", (unsigned long long)row->pos);
	hs_buf_add(&body, store->bytes, store->bulk_bytes);
	if (body.len_bytes != row->body.len_bytes ||
		memcmp(body.bytes, row->body.bytes, body.len_bytes) != 0 ||
		row->original.len_bytes != look.original_bytes ||
		memcmp(store->bytes + store->bulk_bytes, row->original.bytes,
			row->original.len_bytes) != 0)
		blame(world, "P1: the pieces of pos %llu make another record",
			(unsigned long long)row->pos);
	hs_buf_free(&column);
	hs_buf_free(&body);
}

static bool
pieces_named(const struct disk *disk, uint64_t number)
{
	for (size_t i = 0; i < disk->durable_count; i++) {
		if (disk->durable[i].row.store.number == number)
			return true;
	}
	return false;
}

/* The process is gone, and what it was at with it. */
static void
pieces_crash(struct disk *disk)
{
	for (size_t i = 0; i < disk->store_count; i++)
		disk->stores[i].job = disk->stores[i].forgotten = false;
}

/* As hs_journal_sweep. Returns the next number. */
static uint64_t
pieces_sweep(struct world *world)
{
	struct disk *disk = &world->disk;
	uint64_t next = 1;

	for (size_t i = 0; i < disk->store_count;) {
		if (disk->stores[i].number >= next)
			next = disk->stores[i].number + 1;
		if (pieces_named(disk, disk->stores[i].number)) {
			i++;
			continue;
		}
		pieces_remove(disk, &disk->stores[i]);
		world->counts.stores_swept++;
	}
	return next;
}

/* P1 at each start: a record has its pieces. */
static void
pieces_check_all(struct world *world)
{
	for (size_t i = 0; i < world->disk.durable_count; i++) {
		const struct hs_row *row = &world->disk.durable[i].row;

		if (row->store.number > 0 && !pieces_whole(&world->disk, row->store.number))
			blame(world, "P1: the pieces of pos %zu are gone", i + 1);
	}
}

/* P11, when nothing is under way any more. */
static void
pieces_check_none_left(struct world *world)
{
	const struct disk *disk = &world->disk;

	for (size_t i = 0; i < disk->store_count; i++) {
		if (!disk->stores[i].excused && !pieces_named(disk, disk->stores[i].number))
			blame(world, "P11: nobody removes pieces %llu, that no record names",
				(unsigned long long)disk->stores[i].number);
	}
}

static void
pieces_free(struct disk *disk)
{
	while (disk->store_count > 0)
		pieces_remove(disk, &disk->stores[0]);
	free(disk->stores);
}

#endif
