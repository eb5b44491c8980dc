/* The writer's thread and the checkpointer's. See journal.h for the rules and journal_db.h for the state. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/core/journal_db.h"
#include "hub/core/memory.h"

/* Above this many times checkpoint_pages the writer itself checkpoints between two commits: under a load
 * that never pauses the other thread alone would never catch up, and the WAL would grow without end. */
#define WAL_HARD_FACTOR 4

static void
free_items(struct hs_journal_item *item)
{
	while (item != NULL) {
		struct hs_journal_item *next = item->next;

		hs_row_unref(&item->row);
		free(item);
		item = next;
	}
}

/* A row or a note of its own. */
static struct hs_journal_item *
copy_row(const struct hs_row *row)
{
	bool owned = row->owners.body != NULL;
	size_t len = owned ? 0 : row->body.len_bytes + row->original.len_bytes;
	struct hs_journal_item *item = hs_must_alloc(1, sizeof(*item) + len);

	item->row = *row;
	item->queued_mono_us = hs_clock_mono_us();
	hs_row_ref(row);
	if (owned)
		return item;
	memcpy(item->bytes, row->body.bytes, row->body.len_bytes);
	item->row.body.bytes = item->bytes;
	if (row->original.len_bytes > 0)
		memcpy(item->bytes + row->body.len_bytes, row->original.bytes,
			row->original.len_bytes);
	item->row.original.bytes = item->bytes + row->body.len_bytes;
	return item;
}

void
hs_journal_append(struct hs_journal *journal, const struct hs_row *rows, size_t count)
{
	struct hs_journal_writer *writer = &journal->writer;
	struct hs_journal_item *first = NULL;
	struct hs_journal_item **last = &first;
	bool taken;

	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++) {
		*last = copy_row(&rows[i]);
		last = &(*last)->next;
	}
	pthread_mutex_lock(&writer->mutex);
	taken = !writer->lost && rows[0].pos == writer->next_pos;
	if (taken) {
		*writer->last = first;
		writer->last = last;
		writer->queued += count;
		writer->next_pos += count;
	}
	pthread_mutex_unlock(&writer->mutex);
	if (taken) /* after the mutex, so that the writer does not wake up only to wait for it */
		pthread_cond_signal(&writer->work);
	else /* made before the core heard of a failed commit; it answers UNAVAILABLE for these */
		free_items(first);
}

void
hs_journal_note(struct hs_journal *journal, struct hs_span note)
{
	struct hs_journal_writer *writer = &journal->writer;
	struct hs_row row = { .body = note, .original = { "", 0 } };
	struct hs_journal_item *item = copy_row(&row);

	pthread_mutex_lock(&writer->mutex);
	if (writer->lost)
		free(item);
	else {
		*writer->last = item;
		writer->last = &item->next;
		pthread_cond_signal(&writer->work);
	}
	pthread_mutex_unlock(&writer->mutex);
}

bool
hs_journal_result(struct hs_journal *journal, struct hs_journal_result *out)
{
	struct hs_journal_writer *writer = &journal->writer;
	struct hs_journal_done *done;

	pthread_mutex_lock(&writer->mutex);
	done = writer->done_first;
	if (done != NULL) {
		writer->done_first = done->next;
		if (done->next == NULL)
			writer->done_last = &writer->done_first;
	}
	pthread_mutex_unlock(&writer->mutex);
	if (done == NULL)
		return false;
	*out = done->result;
	free(done);
	return true;
}

size_t
hs_journal_depth(struct hs_journal *journal)
{
	size_t depth;

	pthread_mutex_lock(&journal->writer.mutex);
	depth = journal->writer.queued + journal->writer.running;
	pthread_mutex_unlock(&journal->writer.mutex);
	return depth;
}

void
hs_journal_push_result(struct hs_journal_writer *writer, const struct hs_journal_result *result)
{
	struct hs_journal_done *done = hs_must_alloc(1, sizeof(*done));

	done->result = *result;
	*writer->done_last = done;
	writer->done_last = &done->next;
}

/* Under the mutex: nothing that is queued may be written any more. */
void
hs_journal_push_failure(struct hs_journal_writer *writer, bool lost, const char *reason)
{
	struct hs_journal_result result = { .lost = lost, .pos = writer->committed };

	snprintf(result.reason, sizeof(result.reason), "%s", reason);
	free_items(writer->first);
	writer->first = NULL;
	writer->last = &writer->first;
	writer->queued = 0;
	writer->next_pos = writer->committed + 1;
	writer->lost = writer->lost || lost;
	hs_journal_push_result(writer, &result);
}

int
hs_journal_run(sqlite3_stmt *statement)
{
	int rc = sqlite3_step(statement);

	sqlite3_reset(statement);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* The original of a stored row lies in its pieces. */
static int
insert(struct hs_journal_writer *writer, const struct hs_row *row, const uint8_t *hash)
{
	sqlite3_stmt *statement = writer->sql.insert;
	int rc;

	sqlite3_bind_int64(statement, 1, (sqlite3_int64)row->pos);
	if (row->seq > 0)
		sqlite3_bind_int64(statement, 2, (sqlite3_int64)row->seq);
	sqlite3_bind_int64(statement, 3, row->unix_us);
	sqlite3_bind_int(statement, 4, row->type);
	sqlite3_bind_blob64(
		statement, 5, row->body.bytes, (sqlite3_uint64)row->body.len_bytes, SQLITE_STATIC);
	if (row->original.len_bytes > 0 && row->store.number == 0)
		sqlite3_bind_blob64(statement, 6, row->original.bytes,
			(sqlite3_uint64)row->original.len_bytes, SQLITE_STATIC);
	sqlite3_bind_blob(statement, 7, hash, HS_SHA256_BYTES, SQLITE_STATIC);
	rc = hs_journal_run(statement);
	sqlite3_clear_bindings(statement);
	return rc;
}

static int
write_note(struct hs_journal_writer *writer, struct hs_span note)
{
	int rc;

	sqlite3_bind_blob64(
		writer->sql.note, 1, note.bytes, (sqlite3_uint64)note.len_bytes, SQLITE_STATIC);
	rc = hs_journal_run(writer->sql.note);
	sqlite3_clear_bindings(writer->sql.note);
	return rc;
}

bool
hs_journal_is_clean(int extended)
{
	static const int clean[] = { SQLITE_FULL, SQLITE_BUSY, SQLITE_IOERR_SHMSIZE };

	for (size_t i = 0; i < HS_COUNT(clean); i++) {
		if (extended == clean[i])
			return true;
	}
	return false;
}

/* Puts the row behind `head`, which becomes its hash. */
static int
write_row(struct hs_journal_writer *writer, const struct hs_row *row, uint8_t *head)
{
	struct hs_row put = *row;
	uint8_t hash[HS_SHA256_BYTES];
	struct hs_stored stored;
	struct hs_buf column;
	int rc;

	hs_buf_init(&column, HS_FRAME_MAX_BYTES);
	if (row->store.number > 0) {
		HS_CHECK(hs_stored_look(row->body, &stored) == HS_OK);
		HS_CHECK(hs_stored_shrink(row->body, row->store.bulk_bytes, &column) == HS_OK);
		put.body = (struct hs_span){ column.bytes, column.len_bytes };
		hs_stored_hash(head, row, put.body, &stored, hash);
	} else {
		hs_record_hash(head, row, hash);
	}
	memcpy(head, hash, sizeof(hash));
	rc = insert(writer, &put, hash);
	hs_buf_free(&column);
	return rc;
}

static int
write_batch(struct hs_journal *journal, const struct hs_journal_item *batch, uint8_t *head)
{
	struct hs_journal_writer *writer = &journal->writer;
	int rc = hs_journal_run(writer->sql.begin);

	for (; rc == SQLITE_OK && batch != NULL; batch = batch->next) {
		rc = batch->row.pos == 0 ? write_note(writer, batch->row.body)
					 : write_row(writer, &batch->row, head);
	}
	return rc == SQLITE_OK ? hs_journal_run(writer->sql.commit) : rc;
}

bool
hs_journal_take_back(struct hs_journal *journal, char *reason, size_t size)
{
	int extended = sqlite3_extended_errcode(journal->write_db);

	snprintf(reason, size, "%s", sqlite3_errmsg(journal->write_db));
	if (!sqlite3_get_autocommit(journal->write_db))
		hs_journal_run(journal->writer.sql.rollback);
	return hs_journal_is_clean(extended) && sqlite3_get_autocommit(journal->write_db);
}

static void
commit_batch(struct hs_journal *journal, const struct hs_journal_item *batch, size_t count)
{
	struct hs_journal_writer *writer = &journal->writer;
	uint8_t head[HS_SHA256_BYTES];
	int64_t began_us = hs_clock_mono_us();
	bool lost = false;
	char reason[128] = "";

	memcpy(head, writer->head, sizeof(head));
	if (write_batch(journal, batch, head) != SQLITE_OK) {
		lost = !hs_journal_take_back(journal, reason, sizeof(reason));
	} else if (count > 0 && !hs_journal_head_write(journal, writer->committed + count, head)) {
		snprintf(reason, sizeof(reason), "its head file cannot be written");
		lost = true;
	}
	pthread_mutex_lock(&writer->mutex);
	if (reason[0] == '\0' && writer->lost) {
		/* It is on disk, but a checkpoint failed meanwhile: nothing is confirmed after that. */
		hs_journal_push_failure(writer, true, "a checkpoint failed");
	} else if (reason[0] == '\0') {
		struct hs_journal_result result = { .committed = true,
			.pos = writer->committed + count,
			.records = count,
			.commit_us = hs_clock_mono_us() - began_us,
			.waited_us = hs_clock_mono_us() - batch->queued_mono_us };

		writer->committed += count;
		memcpy(writer->head, head, sizeof(head));
		hs_journal_push_result(writer, &result);
		if (atomic_load(&journal->wal_pages) >= journal->options.checkpoint_pages) {
			writer->checkpoint_due = true;
			pthread_cond_signal(&writer->due);
		}
	} else if (count > 0 || lost) {
		hs_journal_push_failure(writer, lost, reason);
	} /* else a note alone: it may be lost. A result would take back records that came after it and are taken. */
	writer->running = 0;
	pthread_mutex_unlock(&writer->mutex);
	journal->options.wake(journal->options.owner);
}

/* A checkpoint whose fsync failed is as bad as a commit's: the pages may be gone though called clean. */
static void
checkpoint(struct hs_journal *journal, sqlite3 *db)
{
	struct hs_journal_writer *writer = &journal->writer;
	int rc;

	pthread_mutex_lock(&writer->mutex);
	rc = writer->lost ? SQLITE_IOERR : SQLITE_OK;
	pthread_mutex_unlock(&writer->mutex);
	if (rc != SQLITE_OK)
		return;
	rc = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	if (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED || rc == SQLITE_FULL)
		return;
	pthread_mutex_lock(&writer->mutex);
	if (!writer->lost)
		hs_journal_push_failure(writer, true, sqlite3_errmsg(db));
	pthread_mutex_unlock(&writer->mutex);
	journal->options.wake(journal->options.owner);
}

static void
linger(const struct hs_journal *journal)
{
	int64_t us = journal->options.commit_linger_us;
	struct timespec time = { .tv_sec = us / HS_US_PER_S, .tv_nsec = (us % HS_US_PER_S) * 1000 };

	if (us > 0)
		nanosleep(&time, NULL);
}

/* Under the mutex: waits until there are rows, or a piece may go; false: the end. Rows come before the end, pieces do not. */
static bool
wait_for_work(struct hs_journal_writer *writer)
{
	while (writer->first == NULL && !writer->stop) {
		int64_t at_us = writer->jobs.next_mono_us;
		struct timespec at = { .tv_sec = at_us / HS_US_PER_S,
			.tv_nsec = (at_us % HS_US_PER_S) * 1000 };

		if (writer->jobs.first == NULL)
			pthread_cond_wait(&writer->work, &writer->mutex);
		else if (hs_clock_mono_us() >= at_us)
			return true;
		else
			pthread_cond_timedwait(&writer->work, &writer->mutex, &at);
	}
	return writer->first != NULL;
}

static void
commit_queue(struct hs_journal *journal)
{
	struct hs_journal_writer *writer = &journal->writer;
	struct hs_journal_item *batch;
	size_t count;

	linger(journal);
	pthread_mutex_lock(&writer->mutex);
	batch = writer->first;
	count = writer->queued;
	writer->first = NULL;
	writer->last = &writer->first;
	writer->queued = 0;
	writer->running = count;
	pthread_mutex_unlock(&writer->mutex);
	if (batch == NULL)
		return; /* a checkpoint failed meanwhile */
	commit_batch(journal, batch, count);
	free_items(batch);
}

static void *
writer_main(void *owner)
{
	struct hs_journal *journal = owner;
	struct hs_journal_writer *writer = &journal->writer;

	for (;;) {
		bool more, rows;

		pthread_mutex_lock(&writer->mutex);
		more = wait_for_work(writer);
		rows = writer->first != NULL;
		pthread_mutex_unlock(&writer->mutex);
		if (!more)
			return NULL;
		if (rows)
			commit_queue(journal);
		else
			hs_journal_job_step(journal);
		if (atomic_load(&journal->wal_pages) >=
			WAL_HARD_FACTOR * journal->options.checkpoint_pages)
			checkpoint(journal, journal->write_db);
	}
}

static void *
checkpointer_main(void *owner)
{
	struct hs_journal *journal = owner;
	struct hs_journal_writer *writer = &journal->writer;
	bool stop = false;

	while (!stop) {
		pthread_mutex_lock(&writer->mutex);
		while (!writer->checkpoint_due && !writer->stop)
			pthread_cond_wait(&writer->due, &writer->mutex);
		writer->checkpoint_due = false;
		stop = writer->stop;
		pthread_mutex_unlock(&writer->mutex);
		if (!stop)
			checkpoint(journal, journal->checkpoint_db);
	}
	return NULL;
}

static int
on_wal(void *owner, sqlite3 *db, const char *name, int pages)
{
	struct hs_journal *journal = owner;

	(void)db;
	(void)name;
	atomic_store(&journal->wal_pages, (size_t)pages);
	return SQLITE_OK;
}

/* Where the chain ends: position and hash of the last row. */
static enum hs_err
read_head(struct hs_journal *journal)
{
	struct hs_journal_writer *writer = &journal->writer;
	sqlite3_stmt *statement;
	enum hs_err err = hs_journal_prepare(journal->write_db,
		"SELECT pos, hash FROM record ORDER BY pos DESC LIMIT 1", &statement);

	if (err != HS_OK)
		return err;
	if (sqlite3_step(statement) == SQLITE_ROW) {
		struct hs_span hash = hs_column(statement, 1);

		writer->committed = (uint64_t)sqlite3_column_int64(statement, 0);
		if (hash.len_bytes == HS_SHA256_BYTES)
			memcpy(writer->head, hash.bytes, HS_SHA256_BYTES);
		else
			err = HS_ERR_CORRUPT;
	}
	sqlite3_finalize(statement);
	writer->next_pos = writer->committed + 1;
	if (err == HS_OK && !hs_journal_head_write(journal, writer->committed, writer->head))
		return HS_ERR_IO;
	return err;
}

enum hs_err
hs_journal_start(struct hs_journal *journal)
{
	struct hs_journal_writer *writer = &journal->writer;
	enum hs_err err = writer->lost ? HS_ERR_SYNC : hs_journal_sweep(journal);

	if (err == HS_OK)
		err = hs_journal_jobs_prepare(journal);
	if (err == HS_OK)
		err = read_head(journal);
	if (err != HS_OK)
		return err;
	sqlite3_wal_hook(journal->write_db, on_wal, journal);
	if (pthread_create(&writer->threads[0], NULL, writer_main, journal) != 0)
		return HS_ERR_NOMEM;
	HS_CHECK(pthread_create(&writer->threads[1], NULL, checkpointer_main, journal) == 0);
	writer->started = true;
	return HS_OK;
}

void
hs_journal_writer_stop(struct hs_journal *journal)
{
	struct hs_journal_writer *writer = &journal->writer;
	struct hs_journal_result ignored;

	if (writer->started) {
		pthread_mutex_lock(&writer->mutex);
		writer->stop = true;
		pthread_cond_broadcast(&writer->work);
		pthread_cond_broadcast(&writer->due);
		pthread_mutex_unlock(&writer->mutex);
		pthread_join(writer->threads[0], NULL);
		pthread_join(writer->threads[1], NULL);
	}
	while (hs_journal_result(journal, &ignored))
		continue;
	free_items(writer->first);
	writer->first = NULL;
}
