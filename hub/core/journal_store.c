/* journal_store.c: bulk and originals of large records go to disk in pieces, each in a commit of its own, on the writer's thread. Whatever
 * has a place goes first: the writer takes a piece only when its queue is empty, and pauses between two. See stored.h for the why. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/core/journal_db.h"
#include "hub/core/memory.h"

/* ---- the loop's side ---- */

static void
put_job(struct hs_journal_writer *writer, struct hs_journal_job *job)
{
	*writer->jobs.last = job;
	writer->jobs.last = &job->next;
	pthread_cond_signal(&writer->work);
}

static void
free_job(struct hs_journal_job *job)
{
	hs_row_unref(&job->row);
	free(job);
}

void
hs_journal_store(struct hs_journal *journal, const struct hs_row *row)
{
	struct hs_journal_writer *writer = &journal->writer;
	struct hs_journal_job *job = hs_must_alloc(1, sizeof(*job));

	HS_CHECK(row->owners.body != NULL && row->body.len_bytes > 0);
	job->store = row->store.number;
	job->row = *row;
	hs_row_ref(row);
	pthread_mutex_lock(&writer->mutex);
	put_job(writer, job);
	pthread_mutex_unlock(&writer->mutex);
}

void
hs_journal_forget(struct hs_journal *journal, uint64_t store)
{
	struct hs_journal_writer *writer = &journal->writer;
	struct hs_journal_job *job;

	pthread_mutex_lock(&writer->mutex);
	for (job = writer->jobs.first; job != NULL && job->store != store;)
		job = job->next;
	if (job == NULL) {
		job = hs_must_alloc(1, sizeof(*job));
		job->store = store;
		put_job(writer, job);
	}
	job->forget = true;
	pthread_mutex_unlock(&writer->mutex);
}

/* ---- the writer's ---- */

enum hs_err
hs_journal_jobs_prepare(struct hs_journal *journal)
{
	struct hs_journal_statements *sql = &journal->writer.sql;

	if (sql->piece != NULL || !hs_pieces_table(journal->write_db))
		return HS_OK;
	if (hs_journal_prepare(journal->write_db, "INSERT INTO piece(id, bytes) VALUES(?, ?)",
		    &sql->piece) != HS_OK ||
		hs_journal_prepare(journal->write_db,
			"DELETE FROM piece WHERE id ="
			" (SELECT max(id) FROM piece WHERE id BETWEEN ? AND ?)",
			&sql->forget) != HS_OK)
		return HS_ERR_CORRUPT;
	return HS_OK;
}

/* The first pieces of a journal: from now on older programs must not read it. */
static int
make_table(struct hs_journal *journal)
{
	static const char text[] =
		"BEGIN IMMEDIATE;"
		"CREATE TABLE piece(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
		"PRAGMA user_version = 2;"
		"COMMIT";
	int rc = SQLITE_OK;

	if (journal->writer.sql.piece != NULL)
		return rc;
	rc = sqlite3_exec(journal->write_db, text, NULL, NULL, NULL);
	if (rc == SQLITE_OK && hs_journal_jobs_prepare(journal) != HS_OK)
		rc = SQLITE_ERROR;
	return rc;
}

/* Bulk and original as they lie in the pieces, one behind the other. */
struct parts {
	struct hs_span bulk, original;
};

static struct parts
parts_of(const struct hs_row *row)
{
	const struct hs_row_store *store = &row->store;

	return (struct parts){ store->pressed_bulk.len_bytes > 0 ? store->pressed_bulk : row->body,
		store->pressed_original.len_bytes > 0 ? store->pressed_original : row->original };
}

/* What of them begins at `at`. */
static size_t
fill_piece(struct hs_journal *journal, const struct hs_journal_job *job)
{
	struct hs_journal_jobs *jobs = &journal->writer.jobs;
	size_t max_bytes = journal->options.piece_bytes, len_bytes = 0;
	const struct parts parts = parts_of(&job->row);
	const struct hs_span *const spans[] = { &parts.bulk, &parts.original };
	size_t skip = job->at;

	if (jobs->piece == NULL)
		jobs->piece = hs_must_alloc(1, max_bytes);
	for (size_t i = 0; i < HS_COUNT(spans); i++) {
		size_t from = skip < spans[i]->len_bytes ? skip : spans[i]->len_bytes;
		size_t there = spans[i]->len_bytes - from;
		size_t take = there < max_bytes - len_bytes ? there : max_bytes - len_bytes;

		if (take > 0)
			memcpy(jobs->piece + len_bytes, (const char *)spans[i]->bytes + from, take);
		len_bytes += take;
		skip -= from;
	}
	return len_bytes;
}

static int
write_piece(struct hs_journal *journal, const struct hs_journal_job *job, size_t len_bytes)
{
	const struct hs_journal_statements *sql = &journal->writer.sql;
	int rc = hs_journal_run(sql->begin);

	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(sql->piece, 1, (sqlite3_int64)(job->store << HS_PIECE_BITS | job->part));
	sqlite3_bind_blob64(sql->piece, 2, journal->writer.jobs.piece, (sqlite3_uint64)len_bytes,
		SQLITE_STATIC);
	rc = hs_journal_run(sql->piece);
	sqlite3_clear_bindings(sql->piece);
	return rc == SQLITE_OK ? hs_journal_run(sql->commit) : rc;
}

/* The last one of the store. *more: there was one. */
static int
remove_piece(struct hs_journal *journal, const struct hs_journal_job *job, bool *more)
{
	const struct hs_journal_statements *sql = &journal->writer.sql;
	sqlite3_int64 first = (sqlite3_int64)job->store << HS_PIECE_BITS;
	int rc;

	*more = false;
	if (sql->forget == NULL)
		return SQLITE_OK;
	sqlite3_bind_int64(sql->forget, 1, first);
	sqlite3_bind_int64(sql->forget, 2, first + (1 << HS_PIECE_BITS) - 1);
	rc = hs_journal_run(sql->forget); /* a transaction of its own */
	*more = rc == SQLITE_OK && sqlite3_changes(journal->write_db) > 0;
	return rc;
}

static void
pop_job(struct hs_journal_writer *writer)
{
	struct hs_journal_job *job = writer->jobs.first;

	writer->jobs.first = job->next;
	if (job->next == NULL)
		writer->jobs.last = &writer->jobs.first;
	free_job(job);
}

/* Under the mutex: it is on disk as a whole, or it will not be. */
static void
end_store(struct hs_journal_writer *writer, struct hs_journal_job *job, const char *reason)
{
	struct hs_journal_result result = { .committed = reason[0] == '\0', .store = job->store };

	snprintf(result.reason, sizeof(result.reason), "%s", reason);
	hs_journal_push_result(writer, &result);
	if (result.committed)
		pop_job(writer);
	else
		job->forget = true; /* what there is of it */
}

/* Checkpoints come often while there are pieces, so that none of them is large. */
static void
count_swept(struct hs_journal *journal, size_t len_bytes)
{
	struct hs_journal_writer *writer = &journal->writer;

	writer->jobs.unswept_bytes += len_bytes;
	if (writer->jobs.unswept_bytes < journal->options.piece_checkpoint_bytes)
		return;
	writer->jobs.unswept_bytes = 0;
	writer->checkpoint_due = true;
	pthread_cond_signal(&writer->due);
}

static bool
store_step(struct hs_journal *journal, struct hs_journal_job *job)
{
	struct hs_journal_writer *writer = &journal->writer;
	size_t len_bytes = fill_piece(journal, job);
	const struct parts parts = parts_of(&job->row);
	size_t all_bytes = parts.bulk.len_bytes + parts.original.len_bytes;
	char reason[128] = "";
	bool lost = false, told = true;
	int rc = make_table(journal);

	if (rc == SQLITE_OK)
		rc = write_piece(journal, job, len_bytes);
	if (rc != SQLITE_OK)
		lost = !hs_journal_take_back(journal, reason, sizeof(reason));
	pthread_mutex_lock(&writer->mutex);
	if (rc == SQLITE_OK) {
		job->at += len_bytes;
		job->part++;
		count_swept(journal, len_bytes);
	}
	if (lost || writer->lost)
		hs_journal_push_failure(writer, true, lost ? reason : "a checkpoint failed");
	else if ((rc != SQLITE_OK || job->at == all_bytes) && !job->forget)
		end_store(writer, job, reason);
	else
		told = false;
	pthread_mutex_unlock(&writer->mutex);
	return told;
}

static bool
forget_step(struct hs_journal *journal, struct hs_journal_job *job)
{
	struct hs_journal_writer *writer = &journal->writer;
	char reason[128] = "";
	bool more, lost = false;

	if (remove_piece(journal, job, &more) != SQLITE_OK)
		lost = !hs_journal_take_back(journal, reason, sizeof(reason));
	pthread_mutex_lock(&writer->mutex);
	if (lost)
		hs_journal_push_failure(writer, true, reason);
	else if (!more) /* or the disk is full: the next start removes the rest */
		pop_job(writer);
	pthread_mutex_unlock(&writer->mutex);
	return lost;
}

void
hs_journal_job_step(struct hs_journal *journal)
{
	struct hs_journal_writer *writer = &journal->writer;
	struct hs_journal_job *job;
	bool lost, forget, told = false;

	pthread_mutex_lock(&writer->mutex);
	job = writer->jobs.first;
	lost = writer->lost;
	forget = job->forget;
	if (lost)
		pop_job(writer); /* nothing is written any more */
	pthread_mutex_unlock(&writer->mutex);
	if (!lost)
		told = forget ? forget_step(journal, job) : store_step(journal, job);
	writer->jobs.next_mono_us = hs_clock_mono_us() + journal->options.piece_pause_us;
	if (told)
		journal->options.wake(journal->options.owner);
}

void
hs_journal_jobs_free(struct hs_journal *journal)
{
	struct hs_journal_writer *writer = &journal->writer;

	while (writer->jobs.first != NULL)
		pop_job(writer);
	free(writer->jobs.piece);
	writer->jobs.piece = NULL;
	sqlite3_finalize(writer->sql.piece);
	sqlite3_finalize(writer->sql.forget);
}
