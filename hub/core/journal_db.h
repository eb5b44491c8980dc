/* journal_db.h: what the files of the journal share; nobody else includes it.
 *
 * journal.c        opens, locks, checks the pragmas, closes
 * journal_wal.c    room on disk for the write-ahead log
 * journal_room.c   what the disk has left
 * journal_head.c   the word outside the database about its last record
 * journal_writer.c queue, group commit, checkpoints: the two threads
 * journal_store.c  bulk and originals of large records, written in pieces by the writer's thread
 * journal_pieces.c their pieces put together again; what a crash left of them
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
#include "hub/core/stored.h"

/* "HSJ1"; user_version 1, and 2 from the first pieces on: a program that does not know them must not read it. */
#define HS_JOURNAL_PRAGMAS                              \
	{ "application_id", NULL, "1213418033", NULL }, \
	{                                               \
		"user_version", NULL, "1", "2"          \
	}
/* id of a piece: number of the store, then which of it. */
#define HS_PIECE_BITS 20

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
	sqlite3_stmt *piece, *forget; /* NULL: there are no pieces in this journal yet */
};

/* Pieces that are to be written, or removed. */
struct hs_journal_job {
	struct hs_journal_job *next;
	uint64_t store;
	struct hs_row row; /* bulk as body, original, references */
	size_t at;	   /* bytes of it that are on disk */
	uint64_t part;	   /* the next */
	bool forget;
};
struct hs_journal_jobs {
	struct hs_journal_job *first,
		**last;	      /* the first one is the writer's; forget of all under the mutex */
	int64_t next_mono_us; /* when its next piece may go */
	size_t unswept_bytes; /* of pieces since the last checkpoint */
	char *piece;	      /* options.piece_bytes, when it was needed */
};

/* Reads rows whose bulk lies in pieces, by one connection. Zeroed but for db. */
struct hs_pieces {
	sqlite3 *db;
	sqlite3_stmt *read; /* when it was needed */
	bool stored;	    /* the last row was such a one: */
	struct hs_stored look;
	struct hs_span column;
	struct hs_buf body, original;
	struct hs_buf pressed_bulk, pressed_original; /* as they came out of the pieces */
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
	struct hs_journal_jobs jobs;
};

struct hs_journal {
	struct hs_journal_options options;
	char *path;
	int lock_fd;
	char epoch[HS_EPOCH_SIZE];
	sqlite3 *write_db, *read_db, *checkpoint_db;
	sqlite3_stmt *read, *read_record, *hash_of;
	_Atomic size_t wal_pages;
	int head_fd;		 /* PATH.head; writer's thread once started */
	bool low;		 /* loop's thread */
	struct hs_pieces pieces; /* of read_db */
	struct hs_journal_stores {
		uint64_t *numbers; /* that records name; by hs_journal_stream */
		size_t count, room;
		bool known;
		uint64_t next;
	} stores;
	struct hs_journal_writer writer;
};

/* The pragmas that promise P1 stands on, as they must read back. */
struct hs_pragma {
	const char *name;
	const char *set;  /* statement, or NULL when it is a property of the file */
	const char *want; /* text of the value read back */
	const char * or ; /* or this one; NULL: none */
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
/* journal_store.c, writer's thread: one piece of the first job, in a commit of its own. */
void hs_journal_job_step(struct hs_journal *journal);
/* Its table and statements, when the journal has pieces. HS_ERR_CORRUPT. */
enum hs_err hs_journal_jobs_prepare(struct hs_journal *journal) HS_MUST_CHECK;
void hs_journal_jobs_free(struct hs_journal *journal);
/* journal_writer.c, for it. */
int hs_journal_run(sqlite3_stmt *statement);
/* After a failure: takes back what was begun. Is nothing left of it? The reason goes into `reason`. */
bool hs_journal_take_back(struct hs_journal *journal, char *reason, size_t size);
/* Under the mutex. */
void hs_journal_push_result(
	struct hs_journal_writer *writer, const struct hs_journal_result *result);
void hs_journal_push_failure(struct hs_journal_writer *writer, bool lost, const char *reason);

/* journal_pieces.c */
/* row->body is a column: when the row is stored, it and, if `original`, the original are put together; valid until the next one.
 * HS_ERR_CORRUPT: the pieces are not what the row names. HS_ERR_IO. */
enum hs_err hs_pieces_put(
	struct hs_pieces *pieces, struct hs_row *row, bool original) HS_MUST_CHECK;
/* hash(pos) of the row that was put last. */
void hs_pieces_hash(const struct hs_pieces *pieces, const uint8_t before[HS_SHA256_BYTES],
	const struct hs_row *row, uint8_t out[HS_SHA256_BYTES]);
void hs_pieces_free(struct hs_pieces *pieces);
bool hs_pieces_table(sqlite3 *db);
/* For the numbers of all stores by rising number. HS_ERR_IO. */
enum hs_err hs_pieces_each(
	sqlite3 *db, void (*visit)(void *owner, uint64_t store), void *owner) HS_MUST_CHECK;
/* The row, as it was put last, names a store. */
void hs_journal_stores_take(struct hs_journal *journal);
bool hs_journal_stores_has(const struct hs_journal *journal, uint64_t store);
/* Before the threads: removes what no record names. HS_ERR_SYNC. */
enum hs_err hs_journal_sweep(struct hs_journal *journal) HS_MUST_CHECK;

/* Ends the threads after the queue was written; journal_writer.c. */
void hs_journal_writer_stop(struct hs_journal *journal);

#endif
