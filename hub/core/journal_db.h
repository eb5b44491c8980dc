/* journal_db.h: what the files of the journal share; nobody else includes it.
 *
 * journal.c        opens, locks, checks the pragmas, closes
 * journal_wal.c    room on disk for the write-ahead log
 * journal_room.c   what the disk has left
 * journal_head.c   the word outside the database about its last record
 * journal_writer.c queue, group commit, checkpoints: the two threads
 * journal_read.c   streams at start, reads for replay
 * journal_check.c  the full check of hansho journal check
 * journal_newest.c reads beside a hub that runs, for rehearsals
 * Threads: struct writer_state under its mutex; each connection is used by one thread at a time.
 */
#ifndef HS_CORE_JOURNAL_DB_H
#define HS_CORE_JOURNAL_DB_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "hub/core/journal.h"

#define HS_JOURNAL_APPLICATION_ID 0x48534a31 /* "HSJ1" */
#define HS_JOURNAL_USER_VERSION	  1

struct hs_journal_item {
	struct hs_journal_item *next;
	int64_t queued_mono_us;
	struct hs_row row; /* points into bytes; pos 0: a note, the body is it */
	char bytes[];
};

struct hs_journal_done {
	struct hs_journal_done *next;
	struct hs_journal_result result;
};

struct hs_journal_statements {
	sqlite3_stmt *begin, *insert, *note, *commit, *rollback;
};

struct hs_journal_writer {
	pthread_mutex_t mutex;
	pthread_cond_t work; /* writer: queue not empty, or stop */
	pthread_cond_t due;  /* checkpointer: enough pages, or stop */
	pthread_t threads[2];
	bool started, stop, lost, checkpoint_due;
	struct hs_journal_item *first, **last;
	struct hs_journal_done *done_first, **done_last;
	size_t queued, running;
	uint64_t next_pos;	       /* the only position that the queue takes */
	uint64_t committed;	       /* last position on disk */
	uint8_t head[HS_SHA256_BYTES]; /* hash of the last position; writer's thread */
	struct hs_journal_statements sql;
};

struct hs_journal {
	struct hs_journal_options options;
	char *path;
	int lock_fd;
	char epoch[HS_EPOCH_SIZE];
	sqlite3 *write_db, *read_db, *checkpoint_db;
	sqlite3_stmt *read, *hash_of;
	_Atomic size_t wal_pages;
	int head_fd; /* PATH.head; writer's thread once started */
	bool low;    /* loop's thread */
	struct hs_journal_writer writer;
};

/* The pragmas that promise P1 stands on, as they must read back. */
struct hs_pragma {
	const char *name;
	const char *set;  /* statement, or NULL when it is a property of the file */
	const char *want; /* text of the value read back */
};
enum hs_err hs_journal_pragmas(sqlite3 *db, const struct hs_pragma *pragmas, size_t count, bool set,
	char *why) HS_MUST_CHECK;

/* One column of a SELECT as a span; valid until the statement steps. */
struct hs_span hs_column(sqlite3_stmt *statement, int column);
/* Fills a row from "pos, seq, unix_us, type, body". */
void hs_column_row(sqlite3_stmt *statement, struct hs_row *row);
enum hs_err hs_journal_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out) HS_MUST_CHECK;
/* Which failures (extended code of SQLite) leave nothing behind, provided that the rollback worked. */
bool hs_journal_is_clean(int extended);
/* Makes the write-ahead log as long as it will need to be. HS_ERR_SYNC with `why`. */
enum hs_err hs_journal_reserve_wal(const struct hs_journal *journal, char *why) HS_MUST_CHECK;
/* PATH.head, journal_head.c. */
struct hs_journal_head {
	char epoch[HS_EPOCH_SIZE];
	uint64_t pos;
	uint8_t hash[HS_SHA256_BYTES];
};
/* False: there is none, or it is damaged: it is only a witness, and does without. */
bool hs_journal_head_read(const char *path, struct hs_journal_head *out);
/* Does the database have what the head says? HS_ERR_CORRUPT with `why`. */
enum hs_err hs_journal_head_check(
	sqlite3 *db, const char *path, const char *epoch, char *why) HS_MUST_CHECK;
/* Opens it for writing. */
enum hs_err hs_journal_head_open(struct hs_journal *journal, char *why) HS_MUST_CHECK;
/* False: the disk does not do what it should. */
bool hs_journal_head_write(const struct hs_journal *journal, uint64_t pos, const uint8_t *hash);
/* Ends the threads after the queue was written; journal_writer.c. */
void hs_journal_writer_stop(struct hs_journal *journal);

#endif
