/* journal_pieces.c: rows whose bulk and original lie in pieces are put together again, and checked against the hashes that they name;
 * and pieces that no record names, because the hub died between them and their record, are removed at the next start.
 *
 * Whether a record names a store is known only when all were read: hs_journal_stream puts each of them together, so a row that names
 * the wrong pieces ends the start before anything is removed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/press.h"
#include "hub/core/journal_db.h"
#include "hub/core/memory.h"

#define BODY_MAX_BYTES	   ((size_t)HS_FRAME_MAX_BYTES * 2)
#define ORIGINAL_MAX_BYTES ((size_t)HS_FRAME_MAX_BYTES)

bool
hs_pieces_table(sqlite3 *db)
{
	sqlite3_stmt *statement;
	bool there = false;

	if (hs_journal_prepare(
		    db, "SELECT 1 FROM sqlite_master WHERE name = 'piece'", &statement) != HS_OK)
		return false;
	there = sqlite3_step(statement) == SQLITE_ROW;
	sqlite3_finalize(statement);
	return there;
}

static void
begin(struct hs_buf *buf, size_t max_bytes)
{
	if (buf->max_bytes == 0)
		hs_buf_init(buf, max_bytes);
	buf->len_bytes = 0;
	buf->failed = false;
}

/* Bulk or original while its pieces come in. */
struct part {
	struct hs_buf *to; /* the bytes themselves, or the frame that holds them */
	uint64_t left_bytes;
};

static struct part
part_of(uint64_t plain_bytes, uint64_t pressed_bytes, struct hs_buf *plain, struct hs_buf *pressed)
{
	if (pressed_bytes == 0)
		return (struct part){ plain, plain_bytes };
	begin(pressed, ORIGINAL_MAX_BYTES);
	return (struct part){ pressed, pressed_bytes };
}

static void
take_piece(struct hs_span piece, struct part *bulk, struct part *original)
{
	struct part *const parts[] = { bulk, original };
	const char *at = piece.bytes;
	size_t there = piece.len_bytes;

	for (size_t i = 0; i < HS_COUNT(parts); i++) {
		size_t take = there < parts[i]->left_bytes ? there : (size_t)parts[i]->left_bytes;

		hs_buf_add(parts[i]->to, at, take);
		parts[i]->left_bytes -= take;
		at += take;
		there -= take;
	}
}

/* Pieces in their order until there is enough. */
static enum hs_err
read_parts(struct hs_pieces *pieces, bool whole, struct part *bulk, struct part *original)
{
	sqlite3_int64 first = (sqlite3_int64)pieces->look.store << HS_PIECE_BITS;
	int rc = SQLITE_ROW;

	sqlite3_bind_int64(pieces->read, 1, first);
	sqlite3_bind_int64(pieces->read, 2, first + (1 << HS_PIECE_BITS) - 1);
	while ((bulk->left_bytes > 0 || (whole && original->left_bytes > 0)) &&
		(rc = sqlite3_step(pieces->read)) == SQLITE_ROW)
		take_piece(hs_column(pieces->read, 0), bulk, original);
	sqlite3_reset(pieces->read);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? HS_OK : HS_ERR_IO;
}

/* Where it was pressed, it goes where the bytes themselves would have gone. */
static enum hs_err
finish(const struct part *part, uint64_t plain_bytes, struct hs_buf *plain)
{
	if (part->left_bytes > 0 || part->to->failed)
		return HS_ERR_CORRUPT;
	if (part->to == plain)
		return HS_OK;
	return hs_unpress((struct hs_span){ hs_buf_text(part->to), part->to->len_bytes },
		       (size_t)plain_bytes, plain) == HS_OK
		       ? HS_OK
		       : HS_ERR_CORRUPT;
}

static enum hs_err
read_pieces(struct hs_pieces *pieces, bool whole)
{
	const struct hs_stored *look = &pieces->look;
	struct part bulk = part_of(
		look->bulk_bytes, look->pressed_bulk_bytes, &pieces->body, &pieces->pressed_bulk);
	struct part original = part_of(look->original_bytes, look->pressed_original_bytes,
		&pieces->original, &pieces->pressed_original);
	enum hs_err err = read_parts(pieces, whole, &bulk, &original);

	if (err == HS_OK)
		err = finish(&bulk, look->bulk_bytes, &pieces->body);
	if (err == HS_OK && whole)
		err = finish(&original, look->original_bytes, &pieces->original);
	return err;
}

static bool
has_hash(struct hs_span bytes, const uint8_t hash[HS_SHA256_BYTES])
{
	uint8_t own[HS_SHA256_BYTES] = { 0 };

	if (bytes.len_bytes > 0)
		hs_sha256(&bytes, 1, own);
	return memcmp(own, hash, sizeof(own)) == 0;
}

enum hs_err
hs_pieces_put(struct hs_pieces *pieces, struct hs_row *row, bool original)
{
	const struct hs_stored *look = &pieces->look;
	struct hs_span bulk, whole;
	enum hs_err err;

	pieces->stored = hs_stored_is(row->body);
	if (!pieces->stored)
		return HS_OK;
	pieces->column = row->body;
	begin(&pieces->body, BODY_MAX_BYTES);
	begin(&pieces->original, ORIGINAL_MAX_BYTES);
	err = hs_stored_look(row->body, &pieces->look);
	if (err == HS_OK)
		err = hs_stored_grow(row->body, look->bulk_bytes, &pieces->body);
	if (err == HS_OK && pieces->read == NULL &&
		hs_journal_prepare(pieces->db,
			"SELECT bytes FROM piece WHERE id BETWEEN ? AND ? ORDER BY id",
			&pieces->read) != HS_OK)
		err = HS_ERR_CORRUPT;
	if (err == HS_OK)
		err = read_pieces(pieces, original);
	if (err != HS_OK)
		return err;
	bulk = (struct hs_span){ pieces->body.bytes + pieces->body.len_bytes - look->bulk_bytes,
		(size_t)look->bulk_bytes };
	whole = (struct hs_span){ hs_buf_text(&pieces->original), pieces->original.len_bytes };
	if (!has_hash(bulk, look->bulk_sha256) ||
		(original && (whole.len_bytes != look->original_bytes ||
				     !has_hash(whole, look->original_sha256))))
		return HS_ERR_CORRUPT;
	row->body = (struct hs_span){ pieces->body.bytes, pieces->body.len_bytes };
	row->original = original ? whole : (struct hs_span){ "", 0 };
	row->store = (struct hs_row_store){ .number = look->store,
		.bulk_bytes = (size_t)look->bulk_bytes };
	return HS_OK;
}

void
hs_pieces_hash(const struct hs_pieces *pieces, const uint8_t before[HS_SHA256_BYTES],
	const struct hs_row *row, uint8_t out[HS_SHA256_BYTES])
{
	if (pieces->stored)
		hs_stored_hash(before, row, pieces->column, &pieces->look, out);
	else
		hs_record_hash(before, row, out);
}

void
hs_pieces_free(struct hs_pieces *pieces)
{
	sqlite3_finalize(pieces->read);
	hs_buf_free(&pieces->body);
	hs_buf_free(&pieces->original);
	hs_buf_free(&pieces->pressed_bulk);
	hs_buf_free(&pieces->pressed_original);
	pieces->read = NULL;
}

enum hs_err
hs_pieces_each(sqlite3 *db, void (*visit)(void *owner, uint64_t store), void *owner)
{
	sqlite3_stmt *statement;
	uint64_t store = 0;
	int rc = SQLITE_ROW;

	if (!hs_pieces_table(db))
		return HS_OK;
	if (hs_journal_prepare(db, "SELECT id FROM piece WHERE id >= ? ORDER BY id LIMIT 1",
		    &statement) != HS_OK)
		return HS_ERR_IO;
	while (rc == SQLITE_ROW) {
		sqlite3_bind_int64(statement, 1, (sqlite3_int64)(store + 1) << HS_PIECE_BITS);
		rc = sqlite3_step(statement);
		if (rc == SQLITE_ROW) {
			store = (uint64_t)sqlite3_column_int64(statement, 0) >> HS_PIECE_BITS;
			visit(owner, store);
		}
		sqlite3_reset(statement);
	}
	sqlite3_finalize(statement);
	return rc == SQLITE_DONE ? HS_OK : HS_ERR_IO;
}

/* ---- which of them are named ---- */

void
hs_journal_stores_take(struct hs_journal *journal)
{
	struct hs_journal_stores *stores = &journal->stores;

	if (!journal->pieces.stored)
		return;
	if (stores->count == stores->room) {
		stores->room = stores->room == 0 ? 64 : stores->room * 2;
		stores->numbers =
			hs_must_realloc(stores->numbers, stores->room, sizeof(*stores->numbers));
	}
	stores->numbers[stores->count++] = journal->pieces.look.store;
}

/* Records name them nearly in their order: from the newest on. */
bool
hs_journal_stores_has(const struct hs_journal *journal, uint64_t store)
{
	const struct hs_journal_stores *stores = &journal->stores;

	for (size_t i = stores->count; i > 0; i--) {
		if (stores->numbers[i - 1] == store)
			return true;
	}
	return false;
}

struct sweep {
	struct hs_journal *journal;
	uint64_t *orphans;
	size_t count;
};

static void
look_at(void *owner, uint64_t store)
{
	struct sweep *sweep = owner;

	if (store >= sweep->journal->stores.next)
		sweep->journal->stores.next = store + 1;
	if (hs_journal_stores_has(sweep->journal, store))
		return;
	sweep->orphans = hs_must_realloc(sweep->orphans, sweep->count + 1, sizeof(uint64_t));
	sweep->orphans[sweep->count++] = store;
}

/* In one transaction. On a full disk they stay: nobody reads them, and the next start tries again. */
static enum hs_err
remove_orphans(struct hs_journal *journal, const struct sweep *sweep)
{
	sqlite3 *db = journal->write_db;
	int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	bool clean;

	for (size_t i = 0; rc == SQLITE_OK && i < sweep->count; i++) {
		char sql[128];
		unsigned long long first = (unsigned long long)sweep->orphans[i] << HS_PIECE_BITS;

		snprintf(sql, sizeof(sql), "DELETE FROM piece WHERE id BETWEEN %llu AND %llu",
			first, first + (1ull << HS_PIECE_BITS) - 1);
		rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	}
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	clean = rc == SQLITE_OK || hs_journal_is_clean(sqlite3_extended_errcode(db));
	if (!sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return clean ? HS_OK : HS_ERR_SYNC;
}

enum hs_err
hs_journal_sweep(struct hs_journal *journal)
{
	struct sweep sweep = { .journal = journal };
	enum hs_err err;

	journal->stores.next = 1;
	for (size_t i = 0; i < journal->stores.count; i++) {
		if (journal->stores.numbers[i] >= journal->stores.next)
			journal->stores.next = journal->stores.numbers[i] + 1;
	}
	err = hs_pieces_each(journal->read_db, look_at, &sweep);
	if (err == HS_OK && sweep.count > 0 && journal->stores.known)
		err = remove_orphans(journal, &sweep);
	if (err == HS_ERR_SYNC)
		journal->writer.lost = true;
	free(sweep.orphans);
	return err;
}

uint64_t
hs_journal_next_store(const struct hs_journal *journal)
{
	return journal->stores.next;
}
