/* The chain: each flipped byte is found, and nothing that is damaged is served or started on. */
#include "tests/unit/hub/core/journal_fixture.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_flipped_byte_is_found),
		TEST(test_damage_is_found_and_never_served),
		TEST(test_a_damaged_tail_does_not_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
