/* The journal on a real file: order, groups, the chain, the pragmas, the lock, a full disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/core/journal.h"
#include "hub/core/wire.h"

#define WAIT_MAX_MS 10000

struct fixture {
	char directory[64];
	char path[96];
	char why[HS_JOURNAL_WHY];
	struct hs_journal *journal;
	uint64_t next_pos, next_seq;
	uint64_t page_max;
	int64_t linger_us;
};

static void
no_wake(void *owner)
{
	(void)owner;
}

static enum hs_err
open_journal(struct fixture *fixture)
{
	struct hs_journal_options options = { .path = fixture->path,
		.checkpoint_pages = 100,
		.commit_linger_us = fixture->linger_us,
		.page_max = fixture->page_max,
		.wake = no_wake };
	enum hs_err err = hs_journal_open(&options, &fixture->journal, fixture->why);

	if (err != HS_OK)
		fixture->journal = NULL;
	return err;
}

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->directory, "/tmp/hs-journal-XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/j.db", fixture->directory);
	fixture->next_pos = 1;
	fixture->next_seq = 1;
	*state = fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;
	const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };

	hs_journal_close(fixture->journal);
	for (size_t i = 0; i < HS_COUNT(suffixes); i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s%s", fixture->path, suffixes[i]);
		unlink(path);
	}
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

/* A notice's record of about `size` bytes, queued; not waited for. */
static void
append(struct fixture *fixture, size_t size)
{
	struct hs_buf body;
	char original[256];
	char *filler = calloc(1, size);
	int len = snprintf(original, sizeof(original), "<Report>%llu</Report>",
		(unsigned long long)fixture->next_seq);
	struct hs_row row = { .pos = fixture->next_pos++,
		.seq = fixture->next_seq++,
		.unix_us = 1782000000000000,
		.type = HS_RECORD(NOTICE),
		.original = { original, (size_t)len } };

	hs_buf_init(&body, size + 4096);
	hs_wire_put_uint(&body, 1, (uint64_t)row.type);
	hs_wire_put_uint(&body, 2, row.seq);
	hs_wire_put_uint(&body, 3, (uint64_t)row.unix_us);
	memset(filler, 'x', size);
	hs_wire_put_bytes(&body, 5, filler, size);
	row.body = (struct hs_span){ body.bytes, body.len_bytes };
	hs_journal_append(fixture->journal, &row, 1);
	hs_buf_free(&body);
	free(filler);
}

/* The next result, within a bounded time. */
static struct hs_journal_result
result_of(struct fixture *fixture)
{
	struct hs_journal_result result = { 0 };

	for (int ms = 0; ms < WAIT_MAX_MS; ms++) {
		if (hs_journal_result(fixture->journal, &result))
			return result;
		usleep(1000);
	}
	fail_msg("no result in %d ms", WAIT_MAX_MS);
	return result;
}

static void
wait_committed(struct fixture *fixture, uint64_t pos)
{
	struct hs_journal_result result;

	do {
		result = result_of(fixture);
		assert_true(result.committed);
	} while (result.pos < pos);
}

static enum hs_err
count_row(void *owner, const struct hs_row *row)
{
	uint64_t *count = owner;

	assert_int_equal(row->pos, *count + 1);
	++*count;
	return HS_OK;
}

static uint64_t
start(struct fixture *fixture)
{
	uint64_t count = 0;

	assert_int_equal(open_journal(fixture), HS_OK);
	assert_int_equal(
		hs_journal_stream(fixture->journal, 1000, count_row, &count, fixture->why), HS_OK);
	assert_int_equal(hs_journal_start(fixture->journal), HS_OK);
	return count;
}

static void
stop(struct fixture *fixture)
{
	hs_journal_close(fixture->journal);
	fixture->journal = NULL;
}

static void
sql(struct fixture *fixture, const char *text)
{
	sqlite3 *db;
	char *error = NULL;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", text, error);
	sqlite3_close(db);
}

static void
test_what_was_written_is_there_again(void **state)
{
	struct fixture *fixture = *state;
	char epoch[HS_EPOCH_SIZE];
	struct hs_journal_report report;

	assert_int_equal(start(fixture), 0);
	strcpy(epoch, hs_journal_epoch(fixture->journal));
	assert_int_equal(strlen(epoch), 32);
	for (int i = 0; i < 50; i++)
		append(fixture, 300);
	wait_committed(fixture, 50);
	stop(fixture);
	assert_int_equal(start(fixture), 50);
	assert_string_equal(hs_journal_epoch(fixture->journal), epoch);
	append(fixture, 300);
	wait_committed(fixture, 51);
	stop(fixture);
	assert_int_equal(hs_journal_check(fixture->path, &report), HS_OK);
	assert_int_equal(report.records, 51);
	assert_int_equal(report.newest_seq, 51);
	assert_string_equal(report.epoch, epoch);
}

static void
test_close_writes_what_is_queued(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	for (int i = 0; i < 200; i++)
		append(fixture, 100);
	stop(fixture);
	assert_int_equal(start(fixture), 200);
}

static void
test_records_that_wait_share_a_commit(void **state)
{
	struct fixture *fixture = *state;
	size_t commits = 0;
	uint64_t pos = 0;

	fixture->linger_us = 20000;
	start(fixture);
	for (int i = 0; i < 100; i++)
		append(fixture, 100);
	while (pos < 100) {
		struct hs_journal_result result = result_of(fixture);

		commits++;
		pos = result.pos;
	}
	assert_true(commits <= 3);
}

static void
test_rows_are_read_as_they_were_written(void **state)
{
	struct fixture *fixture = *state;
	struct hs_journal_rows rows = { .count = 0 };

	start(fixture);
	for (int i = 0; i < 100; i++)
		append(fixture, 300);
	wait_committed(fixture, 100);
	assert_int_equal(hs_journal_read(fixture->journal, 10, 500, true, &rows), HS_OK);
	assert_int_equal(rows.count, HS_READ_ROWS_MAX);
	assert_int_equal(rows.rows[0].seq, 11);
	assert_memory_equal(rows.rows[0].original.bytes, "<Report>11</Report>", 19);
	assert_int_equal(hs_journal_read(fixture->journal, 98, 10, false, &rows), HS_OK);
	assert_int_equal(rows.count, 2);
	assert_int_equal(rows.rows[1].original.len_bytes, 0);
	assert_int_equal(hs_journal_read(fixture->journal, 100, 10, false, &rows), HS_OK);
	assert_int_equal(rows.count, 0);
	hs_journal_rows_free(&rows);
}

static void
test_a_read_is_limited_in_bytes(void **state)
{
	struct fixture *fixture = *state;
	struct hs_journal_rows rows = { .count = 0 };

	start(fixture);
	for (int i = 0; i < 8; i++)
		append(fixture, 400000);
	wait_committed(fixture, 8);
	assert_int_equal(hs_journal_read(fixture->journal, 0, 64, false, &rows), HS_OK);
	assert_true(rows.count >= 1 && rows.count <= 4);
	hs_journal_rows_free(&rows);
}

static void
test_two_hubs_cannot_open_one_journal(void **state)
{
	struct fixture *fixture = *state;
	struct hs_journal_options options = { .path = fixture->path, .wake = no_wake };
	struct hs_journal *second = NULL;

	start(fixture);
	assert_int_equal(hs_journal_open(&options, &second, fixture->why), HS_ERR_EXISTS);
	assert_non_null(strstr(fixture->why, "another hub"));
	stop(fixture);
	assert_int_equal(start(fixture), 0);
}

static void
test_pragmas_that_differ_are_refused(void **state)
{
	static const char *const changes[] = { "PRAGMA user_version = 2",
		"PRAGMA application_id = 7" };
	static const char *const repairs[] = { "PRAGMA user_version = 1",
		"PRAGMA application_id = 1213418033" };
	struct fixture *fixture = *state;

	start(fixture);
	stop(fixture);
	for (size_t i = 0; i < HS_COUNT(changes); i++) {
		sql(fixture, changes[i]);
		assert_int_equal(open_journal(fixture), HS_ERR_CORRUPT);
		assert_non_null(strstr(fixture->why, "must be"));
		sql(fixture, repairs[i]);
	}
	assert_int_equal(start(fixture), 0);
}

static void
test_another_database_is_refused(void **state)
{
	struct fixture *fixture = *state;

	sql(fixture, "CREATE TABLE something(other)");
	assert_int_equal(open_journal(fixture), HS_ERR_CORRUPT);
}

/* Flips each byte of one column of record 3 in turn; the check must name record 3 each time. */
static void
flip_each_byte(struct fixture *fixture, const char *column)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	char text[200];
	uint8_t bytes[1024];
	int len;

	snprintf(text, sizeof(text), "SELECT %s FROM record WHERE pos = 3", column);
	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	len = sqlite3_column_bytes(statement, 0);
	assert_true(len > 0 && len <= (int)sizeof(bytes));
	memcpy(bytes, sqlite3_column_blob(statement, 0), (size_t)len);
	sqlite3_finalize(statement);
	sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
	snprintf(text, sizeof(text), "UPDATE record SET %s = ? WHERE pos = 3", column);
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &statement, NULL), SQLITE_OK);
	for (int i = 0; i <= len; i++) {
		struct hs_journal_report report;

		if (i > 0)
			bytes[i - 1] ^= 0x10; /* back again */
		if (i < len)
			bytes[i] ^= 0x10;
		sqlite3_bind_blob(statement, 1, bytes, len, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
		sqlite3_reset(statement);
		if (i < len) {
			assert_int_equal(hs_journal_check(fixture->path, &report), HS_ERR_CORRUPT);
			assert_int_equal(report.bad_pos, 3);
			assert_int_equal(report.records, 2);
		} else {
			assert_int_equal(hs_journal_check(fixture->path, &report), HS_OK);
		}
	}
	sqlite3_finalize(statement);
	sqlite3_close(db);
}

static void
test_each_flipped_byte_is_found(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	for (int i = 0; i < 5; i++)
		append(fixture, 100);
	stop(fixture);
	flip_each_byte(fixture, "body");
	flip_each_byte(fixture, "original");
	flip_each_byte(fixture, "hash");
}

static void
test_damage_is_found_and_never_served(void **state)
{
	static const char *const damages[] = {
		"UPDATE record SET body = replace(body, 'x', 'y') WHERE pos = 3",
		"UPDATE record SET original = NULL WHERE pos = 3",
		"UPDATE record SET seq = 9 WHERE pos = 3",
		"UPDATE record SET unix_us = unix_us + 1 WHERE pos = 3",
		"UPDATE record SET type = 2 WHERE pos = 3",
		"DELETE FROM record WHERE pos = 3",
	};
	struct fixture *fixture = *state;
	struct hs_journal_rows rows = { .count = 0 };
	struct hs_journal_report report;

	start(fixture);
	for (int i = 0; i < 5; i++)
		append(fixture, 100);
	stop(fixture);
	sql(fixture, "CREATE TABLE good AS SELECT * FROM record");
	for (size_t i = 0; i < HS_COUNT(damages); i++) {
		sql(fixture, damages[i]);
		assert_int_equal(hs_journal_check(fixture->path, &report), HS_ERR_CORRUPT);
		assert_int_equal(report.bad_pos, 3);
		sql(fixture, "DELETE FROM record; INSERT INTO record SELECT * FROM good");
	}
	start(fixture);
	sql(fixture, damages[0]);
	assert_int_equal(hs_journal_read(fixture->journal, 0, 2, false, &rows), HS_OK);
	assert_int_equal(hs_journal_read(fixture->journal, 0, 5, false, &rows), HS_ERR_CORRUPT);
	assert_int_equal(rows.count, 0);
	hs_journal_rows_free(&rows);
}

static void
test_a_damaged_tail_does_not_start(void **state)
{
	struct fixture *fixture = *state;
	uint64_t count = 0;

	start(fixture);
	for (int i = 0; i < 5; i++)
		append(fixture, 100);
	stop(fixture);
	sql(fixture, "UPDATE record SET original = 'other' WHERE pos = 4");
	assert_int_equal(open_journal(fixture), HS_OK);
	assert_int_equal(hs_journal_stream(fixture->journal, 1000, count_row, &count, fixture->why),
		HS_ERR_CORRUPT);
	assert_non_null(strstr(fixture->why, "record 4"));
}

static void
test_a_full_disk_is_survived(void **state)
{
	struct fixture *fixture = *state;
	struct hs_journal_result result;

	fixture->page_max = 40; /* 160 KiB */
	start(fixture);
	append(fixture, 1000);
	wait_committed(fixture, 1);
	append(fixture, 300000);
	append(fixture, 100); /* may wait behind it: thrown away with it, or refused after it */
	result = result_of(fixture);
	assert_false(result.committed);
	assert_false(result.lost);
	assert_int_equal(result.pos, 1);
	while (hs_journal_result(fixture->journal, &result))
		assert_false(result.committed);
	fixture->next_pos = 2;
	fixture->next_seq = 2;
	append(fixture, 100);
	wait_committed(fixture, 2);
	stop(fixture);
	assert_int_equal(start(fixture), 2);
}

static void
test_records_from_before_a_failure_are_thrown_away(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	append(fixture, 100);
	wait_committed(fixture, 1);
	fixture->next_pos = 3; /* 2 failed, as far as the journal knows: it never came */
	fixture->next_seq = 3;
	append(fixture, 100);
	fixture->next_pos = 2;
	fixture->next_seq = 2;
	append(fixture, 100);
	wait_committed(fixture, 2);
	stop(fixture);
	assert_int_equal(start(fixture), 2);
}

static void
test_the_log_is_checkpointed_beside_the_commits(void **state)
{
	struct fixture *fixture = *state;

	start(fixture);
	for (int i = 0; i < 400; i++) {
		append(fixture, 4000);
		wait_committed(fixture, (uint64_t)i + 1);
	}
	/* Without checkpoints the log would have some 1,200 pages by now. */
	assert_true(hs_journal_wal_pages(fixture->journal) < 800);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_written_is_there_again),
		TEST(test_close_writes_what_is_queued),
		TEST(test_records_that_wait_share_a_commit),
		TEST(test_rows_are_read_as_they_were_written),
		TEST(test_a_read_is_limited_in_bytes),
		TEST(test_two_hubs_cannot_open_one_journal),
		TEST(test_pragmas_that_differ_are_refused),
		TEST(test_another_database_is_refused),
		TEST(test_each_flipped_byte_is_found),
		TEST(test_damage_is_found_and_never_served),
		TEST(test_a_damaged_tail_does_not_start),
		TEST(test_a_full_disk_is_survived),
		TEST(test_records_from_before_a_failure_are_thrown_away),
		TEST(test_the_log_is_checkpointed_beside_the_commits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
