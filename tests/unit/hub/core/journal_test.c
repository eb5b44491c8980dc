/* The journal on a real file: order, groups, the pragmas, the lock, a full disk. */
#include "tests/unit/hub/core/journal_fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

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

	fixture->linger_us = 500000; /* longer than all of them take */
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
test_one_record_is_read_by_its_place(void **state)
{
	struct fixture *fixture = *state;
	struct hs_journal_rows rows = { .count = 0 };

	start(fixture);
	for (int i = 0; i < 3; i++)
		append(fixture, 300);
	wait_committed(fixture, 3);
	assert_int_equal(hs_journal_read_record(fixture->journal, 2, &rows), HS_OK);
	assert_int_equal(rows.count, 1);
	assert_int_equal(rows.rows[0].pos, 2);
	assert_true(rows.rows[0].body.len_bytes > 300);
	assert_int_equal(rows.rows[0].original.len_bytes, 0);
	assert_int_equal(hs_journal_read_record(fixture->journal, 4, &rows), HS_ERR_NOT_FOUND);
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
	append(fixture, 3000000);
	wait_committed(fixture, 9);
	assert_int_equal(hs_journal_read(fixture->journal, 0, 64, false, &rows), HS_OK);
	assert_int_equal(rows.count, 2);
	/* what does not fit beside others comes alone: never 400 kB and 3 MB in one */
	assert_int_equal(hs_journal_read(fixture->journal, 7, 64, true, &rows), HS_OK);
	assert_int_equal(rows.count, 1);
	assert_int_equal(hs_journal_read(fixture->journal, 8, 64, true, &rows), HS_OK);
	assert_int_equal(rows.count, 1);
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
	static const char *const changes[] = { "PRAGMA user_version = 3",
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

/* A note has no answer. Its failure must not be taken for one of the records that were queued behind it. */
static void
test_a_note_without_room_is_lost_alone(void **state)
{
	struct fixture *fixture = *state;
	size_t len_bytes = (size_t)1 << 20;
	char *note = calloc(1, len_bytes);
	struct hs_journal_result result;

	fixture->page_max = 60;
	start(fixture);
	for (unsigned round = 0; round < 20; round++) {
		hs_journal_note(fixture->journal, (struct hs_span){ note, len_bytes });
		usleep(round * 100); /* before, while and after the writer finds out */
		append(fixture, 100);
		result = result_of(fixture);
		assert_true(result.committed || result.records == 0);
		if (!result.committed) { /* both in one transaction: all of it was taken back */
			assert_false(result.lost);
			fixture->next_pos--;
			fixture->next_seq--;
		}
		assert_false(hs_journal_result(fixture->journal, &result));
	}
	append(fixture, 100);
	wait_committed(fixture, fixture->next_pos - 1);
	free(note);
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

static off_t
log_bytes(const struct fixture *fixture)
{
	struct stat now;
	char path[128];

	snprintf(path, sizeof(path), "%s-wal", fixture->path);
	assert_int_equal(stat(path, &now), 0);
	return now.st_size;
}

static void
copy_file(const char *from, const char *to)
{
	char command[400];

	snprintf(command, sizeof(command), "cp %s %s", from, to);
	assert_int_equal(system(command), 0);
}

/* What a crash leaves: both files as they are now. Opened under another name. */
static void
crash(struct fixture *fixture)
{
	static const char *const suffixes[] = { "", "-wal" };
	char from[128], to[128], directory[64];

	strcpy(directory, fixture->directory);
	for (size_t i = 0; i < HS_COUNT(suffixes); i++) {
		snprintf(from, sizeof(from), "%s%s", fixture->path, suffixes[i]);
		snprintf(to, sizeof(to), "%s/copy%s", directory, suffixes[i]);
		copy_file(from, to);
	}
	stop(fixture);
	for (size_t i = 0; i < HS_COUNT(suffixes); i++) {
		snprintf(from, sizeof(from), "%s/copy%s", directory, suffixes[i]);
		snprintf(to, sizeof(to), "%s%s", fixture->path, suffixes[i]);
		assert_int_equal(rename(from, to), 0);
	}
}

static void
test_commits_overwrite_room_that_was_taken_before(void **state)
{
	struct fixture *fixture = *state;
	off_t room;

	start(fixture);
	room = log_bytes(fixture);
	assert_true(room >= 2 * 100 * 4096); /* twice checkpoint_pages */
	for (int i = 0; i < 20; i++)
		append(fixture, 4000);
	wait_committed(fixture, 20);
	assert_int_equal(log_bytes(fixture), room);
	/* the frames end where the zeros begin */
	crash(fixture);
	assert_int_equal(start(fixture), 20);
	assert_int_equal(log_bytes(fixture), room);
	append(fixture, 4000);
	wait_committed(fixture, 21);
}

/* RLIMIT_FSIZE stands for a disk that has no room; the file must not keep what fitted. */
static void
test_without_room_the_log_stays_as_it_is(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit was, small;

	start(fixture);
	stop(fixture);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	small = was;
	small.rlim_cur = 200000;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	enum hs_err err = open_journal(fixture);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_int_equal(err, HS_OK);
	assert_int_equal(log_bytes(fixture), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_written_is_there_again),
		TEST(test_close_writes_what_is_queued),
		TEST(test_records_that_wait_share_a_commit),
		TEST(test_rows_are_read_as_they_were_written),
		TEST(test_one_record_is_read_by_its_place),
		TEST(test_a_read_is_limited_in_bytes),
		TEST(test_two_hubs_cannot_open_one_journal),
		TEST(test_pragmas_that_differ_are_refused),
		TEST(test_another_database_is_refused),
		TEST(test_a_full_disk_is_survived),
		TEST(test_a_note_without_room_is_lost_alone),
		TEST(test_records_from_before_a_failure_are_thrown_away),
		TEST(test_the_log_is_checkpointed_beside_the_commits),
		TEST(test_commits_overwrite_room_that_was_taken_before),
		TEST(test_without_room_the_log_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
