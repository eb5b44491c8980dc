/* Reading the journal: all of it at start, pieces of it for replay and fetch. Every row that is handed out
 * for sending has been checked against the hash before it: a flipped bit is found, never served. */
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/core/journal_db.h"

#define STORE_MAX_BYTES ((size_t)256 << 20)

static enum hs_err
corrupt(char *why, uint64_t pos, const char *what)
{
	snprintf(why, HS_JOURNAL_WHY,
		"journal: record %llu: %s; run 'hansho journal check FILE' and restore a good copy",
		(unsigned long long)pos, what);
	return HS_ERR_CORRUPT;
}

static enum hs_err
hash_at(struct hs_journal *journal, uint64_t pos, uint8_t out[HS_SHA256_BYTES])
{
	struct hs_span hash;
	enum hs_err err = HS_ERR_CORRUPT;

	memset(out, 0, HS_SHA256_BYTES);
	if (pos == 0)
		return HS_OK;
	sqlite3_bind_int64(journal->hash_of, 1, (sqlite3_int64)pos);
	if (sqlite3_step(journal->hash_of) == SQLITE_ROW) {
		hash = hs_column(journal->hash_of, 0);
		if (hash.len_bytes == HS_SHA256_BYTES) {
			memcpy(out, hash.bytes, HS_SHA256_BYTES);
			err = HS_OK;
		}
	}
	sqlite3_reset(journal->hash_of);
	return err;
}

/* Fills the row and looks whether it is, with its original, what its hash says. columns: body 4, original 5, hash 6. pieces: also the
 * original of a stored one, which need not be read to know that. */
static bool
row_holds(struct hs_journal *journal, sqlite3_stmt *statement, bool pieces, struct hs_row *row)
{
	uint8_t before[HS_SHA256_BYTES];
	uint8_t hash[HS_SHA256_BYTES];
	struct hs_span stored = hs_column(statement, 6);

	hs_column_row(statement, row);
	row->original = hs_column(statement, 5);
	if (stored.len_bytes != HS_SHA256_BYTES ||
		hs_pieces_put(&journal->pieces, row, pieces) != HS_OK ||
		hash_at(journal, row->pos - 1, before) != HS_OK)
		return false;
	hs_pieces_hash(&journal->pieces, before, row, hash);
	return memcmp(hash, stored.bytes, sizeof(hash)) == 0;
}

static enum hs_err
verify_tail(struct hs_journal *journal, uint64_t newest_pos, uint64_t count, char *why)
{
	sqlite3_stmt *statement;
	uint64_t after = newest_pos > count ? newest_pos - count : 0;
	enum hs_err err = hs_journal_prepare(journal->read_db,
		"SELECT pos, seq, unix_us, type, body, original, hash FROM record"
		" WHERE pos > ? ORDER BY pos",
		&statement);

	if (err != HS_OK)
		return corrupt(why, 0, sqlite3_errmsg(journal->read_db));
	sqlite3_bind_int64(statement, 1, (sqlite3_int64)after);
	while (err == HS_OK && sqlite3_step(statement) == SQLITE_ROW) {
		struct hs_row row;

		if (!row_holds(journal, statement, true, &row))
			err = corrupt(why, row.pos, "does not fit its hash");
	}
	sqlite3_finalize(statement);
	return err;
}

enum hs_err
hs_journal_stream(struct hs_journal *journal, uint64_t tail,
	enum hs_err (*visit)(void *owner, const struct hs_row *row), void *owner, char *why)
{
	sqlite3_stmt *statement;
	uint64_t pos = 0;
	int rc;
	enum hs_err err = hs_journal_prepare(journal->read_db,
		"SELECT pos, seq, unix_us, type, body FROM record ORDER BY pos", &statement);

	if (err != HS_OK)
		return corrupt(why, 0, sqlite3_errmsg(journal->read_db));
	journal->stores.count = 0;
	while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
		struct hs_row row;

		hs_column_row(statement, &row);
		if (row.pos != pos + 1) {
			err = corrupt(why, pos + 1, "is missing");
			break;
		}
		if (hs_pieces_put(&journal->pieces, &row, false) != HS_OK) {
			err = corrupt(why, row.pos, "has pieces that are missing or damaged");
			break;
		}
		hs_journal_stores_take(journal);
		err = visit(owner, &row);
		if (err != HS_OK) {
			err = corrupt(why, row.pos, "is damaged or out of order");
			break;
		}
		pos = row.pos;
	}
	if (err == HS_OK && rc != SQLITE_DONE)
		err = corrupt(why, pos + 1, sqlite3_errmsg(journal->read_db));
	sqlite3_finalize(statement);
	if (err == HS_OK)
		err = verify_tail(journal, pos, tail, why);
	journal->stores.known = err == HS_OK;
	return err;
}

/* Copies bytes into the store and remembers where: the store may move until all rows are in. */
static size_t
keep(struct hs_buf *store, struct hs_span span)
{
	size_t at = store->len_bytes;

	if (span.len_bytes > 0)
		hs_buf_add(store, span.bytes, span.len_bytes);
	return at;
}

/* One row is always taken, whatever its size; the rest must fit, or the answer would outgrow its frame. */
static bool
has_room(const struct hs_journal *journal, bool originals, const struct hs_journal_rows *out)
{
	struct hs_span body = hs_column(journal->read, 4);
	size_t len_bytes = body.len_bytes;
	struct hs_stored stored;

	if (originals)
		len_bytes += hs_column(journal->read, 5).len_bytes;
	if (hs_stored_is(body) && hs_stored_look(body, &stored) == HS_OK)
		len_bytes += stored.bulk_bytes + (originals ? stored.original_bytes : 0);
	return out->count == 0 || out->store.len_bytes + len_bytes <= HS_READ_BYTES_MAX;
}

static enum hs_err
take_row(struct hs_journal *journal, sqlite3_stmt *statement, bool originals,
	struct hs_journal_rows *out, size_t ats[][2])
{
	struct hs_row row;
	size_t i = out->count;

	if (!row_holds(journal, statement, originals, &row))
		return HS_ERR_CORRUPT;
	if (!originals)
		row.original = (struct hs_span){ "", 0 };
	ats[i][0] = keep(&out->store, row.body);
	ats[i][1] = keep(&out->store, row.original);
	out->rows[i] = row;
	out->count++;
	return out->store.failed ? HS_ERR_NOMEM : HS_OK;
}

static void
begin_rows(struct hs_journal_rows *out)
{
	if (out->store.max_bytes == 0)
		hs_buf_init(&out->store, STORE_MAX_BYTES);
	out->store.len_bytes = 0;
	out->count = 0;
}

/* The store no longer moves. After an error nothing is handed out. */
static enum hs_err
end_rows(struct hs_journal_rows *out, size_t ats[][2], enum hs_err err)
{
	for (size_t i = 0; i < out->count; i++) {
		/* take_row wrote it. NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
		out->rows[i].body.bytes = out->store.bytes + ats[i][0];
		out->rows[i].original.bytes = out->store.bytes + ats[i][1];
	}
	if (err != HS_OK)
		out->count = 0;
	return err;
}

enum hs_err
hs_journal_read_record(struct hs_journal *journal, uint64_t pos, struct hs_journal_rows *out)
{
	size_t ats[1][2];
	enum hs_err err = HS_ERR_NOT_FOUND;

	begin_rows(out);
	sqlite3_bind_int64(journal->read_record, 1, (sqlite3_int64)pos);
	if (sqlite3_step(journal->read_record) == SQLITE_ROW)
		err = take_row(journal, journal->read_record, false, out, ats);
	sqlite3_reset(journal->read_record);
	return end_rows(out, ats, err);
}

enum hs_err
hs_journal_read(struct hs_journal *journal, uint64_t after_seq, uint32_t limit, bool originals,
	struct hs_journal_rows *out)
{
	size_t ats[HS_READ_ROWS_MAX][2];
	enum hs_err err = HS_OK;
	int rc = SQLITE_DONE;

	begin_rows(out);
	limit = limit < HS_READ_ROWS_MAX ? limit : HS_READ_ROWS_MAX;
	sqlite3_bind_int64(journal->read, 1, (sqlite3_int64)after_seq);
	sqlite3_bind_int64(journal->read, 2, limit);
	while (err == HS_OK && out->count < limit &&
		(rc = sqlite3_step(journal->read)) == SQLITE_ROW &&
		has_room(journal, originals, out)) {
		err = take_row(journal, journal->read, originals, out, ats);
		if (err == HS_OK && out->rows[out->count - 1].seq != after_seq + out->count)
			err = HS_ERR_CORRUPT;
	}
	sqlite3_reset(journal->read);
	if (err == HS_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
		err = HS_ERR_IO;
	return end_rows(out, ats, err);
}

void
hs_journal_rows_free(struct hs_journal_rows *rows)
{
	hs_buf_free(&rows->store);
	*rows = (struct hs_journal_rows){ .count = 0 };
}

enum hs_err
hs_journal_read_meta(struct hs_journal *journal, const char *name, struct hs_buf *out)
{
	sqlite3_stmt *statement;
	enum hs_err err = hs_journal_prepare(
		journal->read_db, "SELECT value FROM meta WHERE name = ?", &statement);

	if (err != HS_OK)
		return err;
	sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	if (sqlite3_step(statement) == SQLITE_ROW)
		keep(out, hs_column(statement, 0));
	sqlite3_finalize(statement);
	return out->failed ? HS_ERR_TOO_LARGE : HS_OK;
}
