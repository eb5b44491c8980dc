/* The newest notices, read beside a hub that may be running. A connection of its own that never writes, and no read
 * transaction that outlives a piece: a long one would keep the write-ahead log from being used anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/core/journal_db.h"

#define BUSY_TIMEOUT_MS 5000
#define META_MAX_BYTES	((size_t)1 << 20)

static enum hs_err
fail(struct hs_journal_look *look, enum hs_err err, const char *text, const char *detail)
{
	snprintf(look->why, sizeof(look->why), "%.200s: %.120s: %.160s", look->path, text, detail);
	return err;
}

static enum hs_err
open_reader(struct hs_journal_look *look, sqlite3 **db)
{
	static const struct hs_pragma pragmas[] = {
		HS_JOURNAL_PRAGMAS,
		{ "query_only", "PRAGMA query_only = 1", "1", NULL },
	};

	if (sqlite3_open_v2(look->path, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) !=
		SQLITE_OK)
		return fail(look, HS_ERR_NOT_FOUND, "cannot be opened; is the path right?",
			*db == NULL ? "out of memory" : sqlite3_errmsg(*db));
	sqlite3_busy_timeout(*db, BUSY_TIMEOUT_MS);
	return hs_journal_pragmas(*db, pragmas, HS_COUNT(pragmas), true, look->why);
}

/* One value; *out is left alone when there is none. */
static enum hs_err
read_value(struct hs_journal_look *look, sqlite3 *db, const char *sql, struct hs_buf *out)
{
	sqlite3_stmt *statement;
	int rc;

	if (hs_journal_prepare(db, sql, &statement) != HS_OK)
		return fail(
			look, HS_ERR_CORRUPT, "its tables are not a journal's", sqlite3_errmsg(db));
	rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW) {
		struct hs_span value = hs_column(statement, 0);

		hs_buf_add(out, value.bytes, value.len_bytes);
	}
	sqlite3_finalize(statement);
	return rc == SQLITE_ROW || rc == SQLITE_DONE
		       ? HS_OK
		       : fail(look, HS_ERR_IO, "cannot be read", sqlite3_errmsg(db));
}

static enum hs_err
read_head(struct hs_journal_look *look, sqlite3 *db)
{
	struct hs_buf epoch, newest;
	enum hs_err err;

	hs_buf_init(&epoch, HS_EPOCH_SIZE);
	hs_buf_init(&newest, HS_EPOCH_SIZE);
	err = read_value(look, db, "SELECT value FROM meta WHERE name = 'epoch'", &epoch);
	if (err == HS_OK)
		err = read_value(
			look, db, "SELECT value FROM meta WHERE name = 'tables'", &look->tables);
	if (err == HS_OK)
		err = read_value(look, db, "SELECT ifnull(max(seq), 0) FROM record", &newest);
	if (err == HS_OK) {
		uint64_t seq = strtoull(hs_buf_text(&newest), NULL, 10);

		snprintf(look->epoch, sizeof(look->epoch), "%s", hs_buf_text(&epoch));
		if (look->up_to == 0 || look->up_to > seq)
			look->up_to = seq;
	}
	hs_buf_free(&epoch);
	hs_buf_free(&newest);
	return err;
}

/* columns: pos, seq, unix_us, type, body, original, hash, the hash before */
static enum hs_err
take_row(struct hs_journal_look *look, struct hs_pieces *pieces, sqlite3_stmt *statement,
	uint64_t *seq)
{
	uint8_t before[HS_SHA256_BYTES] = { 0 }, hash[HS_SHA256_BYTES];
	struct hs_span stored = hs_column(statement, 6), previous = hs_column(statement, 7);
	struct hs_row row;
	char text[32];

	hs_column_row(statement, &row);
	row.original = hs_column(statement, 5);
	if (previous.len_bytes == sizeof(before))
		memcpy(before, previous.bytes, sizeof(before));
	snprintf(text, sizeof(text), "seq %llu", (unsigned long long)row.seq);
	if (hs_pieces_put(pieces, &row, true) != HS_OK)
		return fail(look, HS_ERR_CORRUPT,
			"the pieces of a record are not whole: run hansho journal check", text);
	hs_pieces_hash(pieces, before, &row, hash);
	if (stored.len_bytes != sizeof(hash) || memcmp(stored.bytes, hash, sizeof(hash)) != 0)
		return fail(look, HS_ERR_CORRUPT,
			"a record does not fit its hash: run hansho journal check", text);
	*seq = row.seq;
	return look->visit(look->owner, &row);
}

/* One row for each statement: what visit does with it may take long. */
static enum hs_err
read_rows(struct hs_journal_look *look, sqlite3 *db)
{
	uint64_t seq = look->up_to > look->count ? look->up_to - look->count : 0;
	struct hs_pieces pieces = { .db = db };
	sqlite3_stmt *statement;
	enum hs_err err = hs_journal_prepare(db,
		"SELECT pos, seq, unix_us, type, body, original, hash,"
		" (SELECT hash FROM record AS before WHERE before.pos = record.pos - 1)"
		" FROM record WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT 1",
		&statement);
	int rc = SQLITE_ROW;

	if (err != HS_OK)
		return fail(
			look, HS_ERR_CORRUPT, "its tables are not a journal's", sqlite3_errmsg(db));
	while (err == HS_OK && rc == SQLITE_ROW) {
		sqlite3_bind_int64(statement, 1, (sqlite3_int64)seq);
		sqlite3_bind_int64(statement, 2, (sqlite3_int64)look->up_to);
		rc = sqlite3_step(statement);
		if (rc == SQLITE_ROW)
			err = take_row(look, &pieces, statement, &seq);
		else if (rc != SQLITE_DONE)
			err = fail(look, HS_ERR_IO, "cannot be read", sqlite3_errmsg(db));
		sqlite3_reset(statement);
	}
	hs_pieces_free(&pieces);
	sqlite3_finalize(statement);
	return err;
}

enum hs_err
hs_journal_newest(struct hs_journal_look *look)
{
	sqlite3 *db = NULL;
	enum hs_err err;

	look->why[0] = look->epoch[0] = '\0';
	hs_buf_init(&look->tables, META_MAX_BYTES);
	err = open_reader(look, &db);
	if (err == HS_OK)
		err = read_head(look, db);
	if (err == HS_OK)
		err = read_rows(look, db);
	sqlite3_close(db);
	return err;
}
