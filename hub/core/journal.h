/* journal.h: everything that ever happened in one lane, on disk, in order, provable.
 *
 * Flow:    hs_journal_append (loop) → queue → writer thread: drain → BEGIN IMMEDIATE … INSERT … COMMIT
 *          (WAL, synchronous=FULL: returns after fsync) → results (loop, by hs_wake of the shell).
 *          A lone record is written at once; records that come while a commit runs share the next one.
 *          hs_journal_store, _forget (loop) → jobs → the same thread, when its queue is empty: a piece in a commit of its own, a pause,
 *          the next one; the result says that all are on disk (stored.h). A row that names them comes after that.
 *          Checkpoints (PASSIVE) run on a thread and connection of their own, never inside a COMMIT.
 * Reading: hs_journal_stream at start; hs_journal_read for replay and fetch, on the loop's thread with a
 *          connection of its own, ≤ 64 rows or 1 MiB at a time, every row checked against the chain.
 * Owner:   one process per journal: PATH.lock is held by flock for the journal's life.
 * Head:    PATH.head says outside the database which record was the last on disk, with its hash and the epoch: written,
 *          not synced, after each commit and before its result, so it never says more than what was synced. What is
 *          missing at the end, which neither SQLite nor the chain can see, is found by it (journal_head.c).
 * Format:  SQLite, application_id "HSJ1", user_version 1, 2 from the first pieces on; table record(pos, type, seq, unix_us, body,
 *          original, hash), meta(name, value) and piece(id, bytes). Chain: schemas/link.proto, JournalRecord; record.h.
 * Errors:  a commit that failed without a trace (disk full, rolled back) is reported as not lost, and all
 *          that was queued behind it is thrown away: the core hands in the next record with the position
 *          that follows the last committed. Any other failure is `lost`, for ever: an fsync that failed
 *          is not tried again, because the kernel may have thrown the pages away while calling them clean; the
 *          checkpoint that SQLite makes at the end is left out then.
 *          A piece that the full disk does not take ends its store alone; nobody else is told.
 * Crash:   between the pieces and their record: hs_journal_start removes those that no record names.
 * Retention: none. Records are never deleted or changed. The note (meta 'note') is not a record.
 */
#ifndef HS_CORE_JOURNAL_H
#define HS_CORE_JOURNAL_H

#include "hub/core/record.h"

#define HS_JOURNAL_WHY 512
#define HS_EPOCH_SIZE  33

struct hs_journal;

struct hs_journal_options {
	const char *path;
	int64_t commit_linger_us; /* wait for more records before a commit; 0: none */
	size_t checkpoint_pages;  /* WAL pages after which a checkpoint is due */
	/* Called on the writer's thread after each result was queued; does hs_wake_send or the like. */
	void (*wake)(void *owner);
	void *owner;
	uint64_t page_max;	/* most pages of the database file, 0: no limit; above: disk full */
	uint64_t reserve_bytes; /* with less free than this the disk is low; 0: never */
	size_t piece_bytes;	/* of one piece; 0: 65,536 */
	int64_t piece_pause_us; /* between two pieces; what has a place does not wait for it */
	size_t piece_checkpoint_bytes; /* of pieces, after which a checkpoint is due; 0: never for them */
};

struct hs_journal_result {
	bool committed;	   /* else failed */
	uint64_t store;	   /* not 0: of these pieces, and of nothing else; not lost */
	bool lost;	   /* failed: nobody knows what is on disk */
	uint64_t pos;	   /* committed: all up to here */
	size_t records;	   /* committed in this transaction */
	int64_t commit_us; /* BEGIN … COMMIT, 0 when failed */
	int64_t waited_us; /* of its first record: from hs_journal_append to the end of COMMIT */
	char reason[128];
};

/* Opens or makes the journal, takes the lock, reads the pragmas back. `why` (HS_JOURNAL_WHY bytes) says
 * what is wrong and what to do. HS_ERR_EXISTS: another process has it; HS_ERR_CORRUPT: not our file, not
 * our version, or a pragma that does not hold; HS_ERR_IO. */
enum hs_err hs_journal_open(
	const struct hs_journal_options *options, struct hs_journal **out, char *why) HS_MUST_CHECK;
/* The epoch: 32 hexadecimal digits, made with the journal. Borrowed. */
const char *hs_journal_epoch(const struct hs_journal *journal);

/* Every row by rising pos, without originals; then the chain over the last verify_tail rows, originals
 * included. Only before hs_journal_start. HS_ERR_CORRUPT with `why`. */
enum hs_err hs_journal_stream(struct hs_journal *journal, uint64_t verify_tail,
	enum hs_err (*visit)(void *owner, const struct hs_row *row), void *owner,
	char *why) HS_MUST_CHECK;
/* Removes the pieces that no record names, when all were streamed. Starts the two threads; the next record has the position after the last row. HS_ERR_SYNC: a write before it failed. */
enum hs_err hs_journal_start(struct hs_journal *journal) HS_MUST_CHECK;

/* Copies the rows into the queue, all under one lock: they enter the same transaction. */
void hs_journal_append(struct hs_journal *journal, const struct hs_row *rows, size_t count);
/* Bulk (as body) and original of row, of which it takes references, go to disk in pieces under row->store.number, which was never
 * used before. */
void hs_journal_store(struct hs_journal *journal, const struct hs_row *row);
/* Removes these pieces, or as many as there are; no record may name them. */
void hs_journal_forget(struct hs_journal *journal, uint64_t store);
/* After hs_journal_start: greater than the number of all pieces on disk. */
uint64_t hs_journal_next_store(const struct hs_journal *journal);
/* Keeps a note beside the records, replacing the one before, with the next commit (or one of its own). It is
 * no record: it may be lost, and nothing is built on it unchecked. */
void hs_journal_note(struct hs_journal *journal, struct hs_span note);
/* A value beside the records appended to out, nothing when there is none. Before hs_journal_start. */
#define HS_META_NOTE   "note"
#define HS_META_TABLES "tables" /* activation.h */
enum hs_err hs_journal_read_meta(
	struct hs_journal *journal, const char *name, struct hs_buf *out) HS_MUST_CHECK;
/* Replaces it, on disk when it returns. Before hs_journal_start, which fails when this did and the disk was not just
 * full. HS_ERR_IO with `why`. */
enum hs_err hs_journal_write_meta(
	struct hs_journal *journal, const char *name, const char *value, char *why) HS_MUST_CHECK;
/* The next result, in order; false when there is none. Loop's thread. */
bool hs_journal_result(struct hs_journal *journal, struct hs_journal_result *out);
/* Records in the queue and in the running commit. */
size_t hs_journal_depth(struct hs_journal *journal);
/* What the file system of the journal has left for this user. low: less than reserve_bytes, until there is an eighth
 * more than that again. One statvfs; where that fails the disk is not low: the next commit tells. NULL: not low. */
struct hs_journal_room {
	uint64_t free_bytes, reserve_bytes;
	bool low;
};
struct hs_journal_room hs_journal_room(struct hs_journal *journal);
/* Pages in the WAL after the last commit, for the operations page. */
size_t hs_journal_wal_pages(const struct hs_journal *journal);

#define HS_READ_ROWS_MAX  64
#define HS_READ_BYTES_MAX (1u << 20)
struct hs_journal_rows {
	struct hs_row rows[HS_READ_ROWS_MAX];
	size_t count;
	struct hs_buf store; /* the rows point into it */
};
/* Committed notices with seq > after_seq, ≤ limit and ≤ HS_READ_ROWS_MAX; fewer when their bytes pass
 * HS_READ_BYTES_MAX, but at least one; none when nothing is newer. Rows are valid until the next read with `out`, which starts zeroed
 * and is freed by hs_journal_rows_free. HS_ERR_CORRUPT: a row does not fit the chain; none is handed out. */
enum hs_err hs_journal_read(struct hs_journal *journal, uint64_t after_seq, uint32_t limit,
	bool originals, struct hs_journal_rows *out) HS_MUST_CHECK;
/* The one committed record at pos, of any type, without its original; else the same. */
enum hs_err hs_journal_read_record(
	struct hs_journal *journal, uint64_t pos, struct hs_journal_rows *out) HS_MUST_CHECK;
void hs_journal_rows_free(struct hs_journal_rows *rows);

/* Writes what is queued, ends the threads, closes. NULL is allowed. */
void hs_journal_close(struct hs_journal *journal);

/* Full check of a journal that no hub has open, or of a copy: pages and indexes, chain, positions, sequence, columns
 * against bodies, originals against their hashes, the end against PATH.head where there is one. HS_OK: whole. HS_ERR_CORRUPT: report says which record and why.
 * HS_ERR_IO, HS_ERR_NOT_FOUND. Opens read-only, changes nothing. */
struct hs_journal_report {
	char epoch[HS_EPOCH_SIZE];
	uint64_t records, newest_seq;
	uint64_t unnamed; /* stores of pieces that no record names: a crash before it */
	uint64_t bad_pos; /* first record that is wrong; 0 none */
	char head_hash[HS_SHA256_HEX]; /* of the last good record */
	char text[HS_JOURNAL_WHY];     /* one English sentence */
};
enum hs_err hs_journal_check(const char *path, struct hs_journal_report *report) HS_MUST_CHECK;

/* The newest notices of a journal that a hub may have open: reads only, in short pieces, so that neither the hub's
 * commits nor its checkpoints wait. */
struct hs_journal_look {
	const char *path;
	uint64_t
		up_to; /* newest seq that is looked at; 0: the newest there is, which is put here */
	uint64_t count; /* at most so many */
	/* By rising seq, with original, each checked against the chain. Anything but HS_OK ends the look. */
	enum hs_err (*visit)(void *owner, const struct hs_row *row);
	void *owner;
	char epoch[HS_EPOCH_SIZE];
	struct hs_buf tables; /* meta "tables", "" when there is none; the caller's to free */
	char why[HS_JOURNAL_WHY];
};
/* HS_ERR_NOT_FOUND, HS_ERR_IO, HS_ERR_CORRUPT with `why`; else what visit returned. */
enum hs_err hs_journal_newest(struct hs_journal_look *look) HS_MUST_CHECK;

#endif
