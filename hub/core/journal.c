#include "hub/core/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/core/journal_db.h"
#include "hub/core/memory.h"

#define BUSY_TIMEOUT_MS 1000
#define PIECE_BYTES	65536

static const struct hs_pragma write_pragmas[] = {
	{ "journal_mode", "PRAGMA journal_mode = WAL", "wal", NULL },
	{ "synchronous", "PRAGMA synchronous = FULL", "2", NULL },
	{ "wal_autocheckpoint", "PRAGMA wal_autocheckpoint = 0", "0", NULL },
	HS_JOURNAL_PRAGMAS,
};
static const struct hs_pragma read_pragmas[] = {
	{ "journal_mode", NULL, "wal", NULL },
	{ "query_only", "PRAGMA query_only = 1", "1", NULL },
	{ "wal_autocheckpoint", "PRAGMA wal_autocheckpoint = 0", "0", NULL },
};
static const struct hs_pragma checkpoint_pragmas[] = {
	{ "journal_mode", NULL, "wal", NULL },
	{ "synchronous", "PRAGMA synchronous = FULL", "2", NULL },
	{ "wal_autocheckpoint", "PRAGMA wal_autocheckpoint = 0", "0", NULL },
};

static const char schema[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE record(pos INTEGER PRIMARY KEY, type INTEGER NOT NULL, seq INTEGER UNIQUE,"
	" unix_us INTEGER NOT NULL, body BLOB NOT NULL, original BLOB, hash BLOB NOT NULL);"
	"CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
	"INSERT INTO meta VALUES('epoch', '%s');"
	"PRAGMA application_id = 1213418033;"
	"PRAGMA user_version = 1;"
	"COMMIT";

static enum hs_err
fail(char *why, enum hs_err err, const char *text, const char *path, const char *detail)
{
	snprintf(why, HS_JOURNAL_WHY, "%.200s: %.120s: %.160s", path, text, detail);
	return err;
}

static enum hs_err
open_db(const char *path, sqlite3 **out, char *why)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

	if (sqlite3_open_v2(path, out, flags, NULL) != SQLITE_OK)
		return fail(why, HS_ERR_IO,
			"cannot be opened; check the directory and its permissions", path,
			*out == NULL ? "out of memory" : sqlite3_errmsg(*out));
	sqlite3_busy_timeout(*out, BUSY_TIMEOUT_MS);
	return HS_OK;
}

static enum hs_err
read_pragma(sqlite3 *db, const char *name, char *value, size_t size)
{
	char sql[64];
	sqlite3_stmt *statement;
	enum hs_err err;

	snprintf(sql, sizeof(sql), "PRAGMA %s", name);
	err = hs_journal_prepare(db, sql, &statement);
	if (err != HS_OK)
		return err;
	value[0] = '\0';
	if (sqlite3_step(statement) == SQLITE_ROW)
		snprintf(value, size, "%s", (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	return HS_OK;
}

enum hs_err
hs_journal_pragmas(sqlite3 *db, const struct hs_pragma *pragmas, size_t count, bool set, char *why)
{
	for (size_t i = 0; i < count; i++) {
		const struct hs_pragma *pragma = &pragmas[i];
		char value[64] = "";

		if (set && pragma->set != NULL)
			sqlite3_exec(db, pragma->set, NULL, NULL, NULL);
		if (read_pragma(db, pragma->name, value, sizeof(value)) == HS_OK &&
			(strcmp(value, pragma->want) == 0 ||
				(pragma->or != NULL && strcmp(value, pragma->or) == 0)))
			continue;
		snprintf(why, HS_JOURNAL_WHY,
			"journal: PRAGMA %s is '%s' and must be '%s': %s; the hub does not start "
			"on it, name another file or another file system",
			pragma->name, value, pragma->want, sqlite3_errmsg(db));
		return HS_ERR_CORRUPT;
	}
	return HS_OK;
}

enum hs_err
hs_journal_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out)
{
	return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK
		       ? HS_OK
		       : HS_ERR_IO;
}

struct hs_span
hs_column(sqlite3_stmt *statement, int column)
{
	const void *bytes = sqlite3_column_blob(statement, column);
	int len_bytes = sqlite3_column_bytes(statement, column);

	if (bytes == NULL || len_bytes <= 0)
		return (struct hs_span){ "", 0 };
	return (struct hs_span){ bytes, (size_t)len_bytes };
}

void
hs_column_row(sqlite3_stmt *statement, struct hs_row *row)
{
	*row = (struct hs_row){ 0 };
	row->pos = (uint64_t)sqlite3_column_int64(statement, 0);
	row->seq = (uint64_t)sqlite3_column_int64(statement, 1);
	row->unix_us = sqlite3_column_int64(statement, 2);
	row->type = sqlite3_column_int(statement, 3);
	row->body = hs_column(statement, 4);
	row->original = (struct hs_span){ "", 0 };
}

/* The lock lies beside the journal: SQLite drops its own locks when any descriptor of the file closes. */
static enum hs_err
take_lock(struct hs_journal *journal, char *why)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s.lock", journal->path) >= (int)sizeof(path))
		return fail(why, HS_ERR_INVALID, "path too long", journal->path, "shorten it");
	journal->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (journal->lock_fd < 0)
		return fail(why, HS_ERR_IO, "cannot be made; check the directory", path,
			strerror(errno));
	if (flock(journal->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return HS_OK;
	if (errno == EWOULDBLOCK)
		return fail(why, HS_ERR_EXISTS, "another hub has this journal open", path,
			"stop it first, or give this one a journal of its own");
	return fail(why, HS_ERR_IO, "cannot be locked", path, strerror(errno));
}

/* A new file is safe only when its name is: the directory is synced too. At every start, because the write-ahead
 * log is a new file then, and SQLite does not look whether its own sync of the directory failed. */
static enum hs_err
sync_directory(const char *path, char *why)
{
	char copy[PATH_MAX];
	int fd;
	int failed;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(why, HS_ERR_IO, "directory cannot be opened", path, strerror(errno));
	failed = fsync(fd);
	close(fd);
	return failed == 0 ? HS_OK
			   : fail(why, HS_ERR_SYNC, "directory cannot be synced; use another disk",
				     path, strerror(errno));
}

static bool
is_empty(sqlite3 *db)
{
	sqlite3_stmt *statement;
	bool empty = false;

	if (hs_journal_prepare(db, "SELECT count(*) FROM sqlite_master", &statement) != HS_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW)
		empty = sqlite3_column_int(statement, 0) == 0;
	sqlite3_finalize(statement);
	return empty;
}

static enum hs_err
make_tables(struct hs_journal *journal, char *why)
{
	uint8_t random[16];
	char epoch[HS_EPOCH_SIZE];
	char sql[1024];

	hs_random(random, sizeof(random));
	hs_hex(random, sizeof(random), epoch);
	snprintf(sql, sizeof(sql), schema, epoch);
	if (sqlite3_exec(journal->write_db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) !=
			SQLITE_OK ||
		sqlite3_exec(journal->write_db, "PRAGMA synchronous = FULL", NULL, NULL, NULL) !=
			SQLITE_OK ||
		sqlite3_exec(journal->write_db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return fail(why, HS_ERR_IO, "tables cannot be made", journal->path,
			sqlite3_errmsg(journal->write_db));
	return HS_OK;
}

static enum hs_err
read_epoch(struct hs_journal *journal, char *why)
{
	sqlite3_stmt *statement;
	enum hs_err err = HS_ERR_CORRUPT;

	if (hs_journal_prepare(journal->read_db, "SELECT value FROM meta WHERE name = 'epoch'",
		    &statement) == HS_OK) {
		if (sqlite3_step(statement) == SQLITE_ROW &&
			sqlite3_column_bytes(statement, 0) == HS_EPOCH_SIZE - 1) {
			memcpy(journal->epoch, sqlite3_column_text(statement, 0), HS_EPOCH_SIZE);
			err = HS_OK;
		}
		sqlite3_finalize(statement);
	}
	return err == HS_OK ? err
			    : fail(why, err, "no epoch in it; restore it from a copy",
				      journal->path, "run: hansho journal check FILE");
}

static enum hs_err
open_connections(struct hs_journal *journal, char *why)
{
	enum hs_err err = open_db(journal->path, &journal->write_db, why);

	if (err == HS_OK && is_empty(journal->write_db))
		err = make_tables(journal, why);
	if (err == HS_OK)
		err = hs_journal_pragmas(
			journal->write_db, write_pragmas, HS_COUNT(write_pragmas), true, why);
	if (err == HS_OK)
		err = open_db(journal->path, &journal->read_db, why);
	if (err == HS_OK)
		err = hs_journal_pragmas(
			journal->read_db, read_pragmas, HS_COUNT(read_pragmas), true, why);
	if (err == HS_OK)
		err = open_db(journal->path, &journal->checkpoint_db, why);
	if (err == HS_OK)
		err = hs_journal_pragmas(journal->checkpoint_db, checkpoint_pragmas,
			HS_COUNT(checkpoint_pragmas), true, why);
	if (err == HS_OK && journal->options.page_max > 0) {
		char sql[64];

		snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %llu",
			(unsigned long long)journal->options.page_max);
		sqlite3_exec(journal->write_db, sql, NULL, NULL, NULL);
	}
	return err;
}

static enum hs_err
prepare_statements(struct hs_journal *journal)
{
	struct hs_journal_writer *writer = &journal->writer;
	const struct {
		sqlite3 *db;
		const char *sql;
		sqlite3_stmt **out;
	} rows[] = {
		{ journal->write_db, "BEGIN IMMEDIATE", &writer->sql.begin },
		{ journal->write_db, "COMMIT", &writer->sql.commit },
		{ journal->write_db, "ROLLBACK", &writer->sql.rollback },
		{ journal->write_db,
			"INSERT INTO record(pos, seq, unix_us, type, body, original, hash)"
			" VALUES(?, ?, ?, ?, ?, ?, ?)",
			&writer->sql.insert },
		{ journal->write_db, "INSERT OR REPLACE INTO meta VALUES('note', ?)",
			&writer->sql.note },
		{ journal->read_db,
			"SELECT pos, seq, unix_us, type, body, original, hash FROM record"
			" WHERE seq > ? ORDER BY seq LIMIT ?",
			&journal->read },
		{ journal->read_db,
			"SELECT pos, seq, unix_us, type, body, original, hash FROM record"
			" WHERE pos = ?",
			&journal->read_record },
		{ journal->read_db, "SELECT hash FROM record WHERE pos = ?", &journal->hash_of },
	};

	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (hs_journal_prepare(rows[i].db, rows[i].sql, rows[i].out) != HS_OK)
			return HS_ERR_CORRUPT;
	}
	return HS_OK;
}

/* Waits by the clock of hs_clock_mono_us. */
static void
init_work(pthread_cond_t *work)
{
	pthread_condattr_t monotonic;

	HS_CHECK(pthread_condattr_init(&monotonic) == 0 &&
		 pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0 &&
		 pthread_cond_init(work, &monotonic) == 0);
	pthread_condattr_destroy(&monotonic);
}

enum hs_err
hs_journal_open(const struct hs_journal_options *options, struct hs_journal **out, char *why)
{
	struct hs_journal *journal = hs_must_alloc(1, sizeof(*journal));
	enum hs_err err;

	journal->options = *options;
	if (options->piece_bytes == 0)
		journal->options.piece_bytes = PIECE_BYTES;
	if (options->piece_checkpoint_bytes == 0)
		journal->options.piece_checkpoint_bytes = SIZE_MAX;
	journal->path = hs_must_copy(options->path, strlen(options->path));
	journal->lock_fd = -1;
	journal->head_fd = -1;
	journal->writer.last = &journal->writer.first;
	journal->writer.jobs.last = &journal->writer.jobs.first;
	journal->stores.next = 1;
	journal->writer.done_last = &journal->writer.done_first;
	pthread_mutex_init(&journal->writer.mutex, NULL);
	init_work(&journal->writer.work);
	pthread_cond_init(&journal->writer.due, NULL);
	err = take_lock(journal, why);
	if (err == HS_OK)
		err = open_connections(journal, why);
	if (err == HS_OK)
		err = read_epoch(journal, why);
	if (err == HS_OK)
		journal->pieces.db = journal->read_db;
	if (err == HS_OK)
		err = hs_journal_head_check(journal->read_db, journal->path, journal->epoch, why);
	if (err == HS_OK)
		err = hs_journal_head_open(journal, why);
	if (err == HS_OK)
		err = hs_journal_reserve_wal(journal, why);
	if (err == HS_OK)
		err = sync_directory(journal->path, why);
	if (err == HS_OK && prepare_statements(journal) != HS_OK)
		err = fail(why, HS_ERR_CORRUPT, "tables are not a journal's", journal->path,
			"name another file");
	if (err != HS_OK) {
		hs_journal_close(journal);
		return err;
	}
	*out = journal;
	return HS_OK;
}

enum hs_err
hs_journal_write_meta(struct hs_journal *journal, const char *name, const char *value, char *why)
{
	sqlite3_stmt *statement;
	int rc = SQLITE_ERROR;

	if (hs_journal_prepare(journal->write_db, "INSERT OR REPLACE INTO meta VALUES(?, ?)",
		    &statement) == HS_OK) {
		sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
		sqlite3_bind_text(statement, 2, value, -1, SQLITE_STATIC);
		rc = sqlite3_step(statement);
		journal->writer.lost |=
			rc != SQLITE_DONE &&
			!hs_journal_is_clean(sqlite3_extended_errcode(journal->write_db));
		sqlite3_finalize(statement);
	}
	return rc == SQLITE_DONE ? HS_OK
				 : fail(why, HS_ERR_IO, "cannot be written; is the disk full?",
					   journal->path, sqlite3_errmsg(journal->write_db));
}

const char *
hs_journal_epoch(const struct hs_journal *journal)
{
	return journal->epoch;
}

size_t
hs_journal_wal_pages(const struct hs_journal *journal)
{
	return atomic_load(&journal->wal_pages);
}

/* The last one that closes makes a checkpoint. Not after a failure: it would sync once more what could not be synced, and
 * throw the log away on that word. The next start reads the log anew. */
static void
close_connections(struct hs_journal *journal)
{
	sqlite3 *const dbs[] = { journal->read_db, journal->checkpoint_db, journal->write_db };

	for (size_t i = 0; i < HS_COUNT(dbs); i++) {
		if (dbs[i] != NULL && journal->writer.lost)
			sqlite3_db_config(dbs[i], SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	}
	for (size_t i = 0; i < HS_COUNT(dbs); i++)
		sqlite3_close(dbs[i]);
}

void
hs_journal_close(struct hs_journal *journal)
{
	struct hs_journal_writer *writer;

	if (journal == NULL)
		return;
	writer = &journal->writer;
	hs_journal_writer_stop(journal);
	sqlite3_stmt *const statements[] = { writer->sql.begin, writer->sql.insert,
		writer->sql.note, writer->sql.commit, writer->sql.rollback, journal->read,
		journal->read_record, journal->hash_of };

	for (size_t i = 0; i < HS_COUNT(statements); i++)
		sqlite3_finalize(statements[i]);
	hs_journal_jobs_free(journal);
	hs_pieces_free(&journal->pieces);
	free(journal->stores.numbers);
	close_connections(journal);
	if (journal->head_fd >= 0) {
		(void)fsync(
			journal->head_fd); /* a witness only: nobody was promised anything on it */
		close(journal->head_fd);
	}
	if (journal->lock_fd >= 0)
		close(journal->lock_fd);
	pthread_cond_destroy(&writer->due);
	pthread_cond_destroy(&writer->work);
	pthread_mutex_destroy(&writer->mutex);
	free(journal->path);
	free(journal);
}
