/* The witness beside the journal: what is missing at the end is found, by the start and by the check. */
#include "tests/unit/hub/core/journal_fixture.h"

#include <sys/stat.h>

static void
three_records(struct fixture *fixture)
{
	start(fixture);
	for (int i = 0; i < 3; i++)
		append(fixture, 100);
	wait_committed(fixture, 3);
	stop(fixture);
}

static void
found(struct fixture *fixture, const char *word)
{
	struct hs_journal_report report;

	assert_int_equal(hs_journal_check(fixture->path, &report), HS_ERR_CORRUPT);
	assert_non_null(strstr(report.text, word));
	assert_int_equal(open_journal(fixture), HS_ERR_CORRUPT);
	assert_non_null(strstr(fixture->why, word));
	assert_non_null(strstr(fixture->why, "move that file away"));
}

static void
test_records_missing_at_the_end(void **state)
{
	struct fixture *fixture = *state;

	three_records(fixture);
	sql(fixture, "DELETE FROM record WHERE pos = 3");
	found(fixture, "missing or changed");
}

static void
test_another_epoch(void **state)
{
	struct fixture *fixture = *state;

	three_records(fixture);
	sql(fixture, "UPDATE meta SET value = lower(hex(randomblob(16))) WHERE name = 'epoch'");
	found(fixture, "its epoch is another one");
}

static void
name_of(const struct fixture *fixture, char name[128])
{
	snprintf(name, 128, "%s.head", fixture->path);
}

/* Any flip in the witness itself makes it silent, never wrong; the next start writes it anew. */
static void
test_a_damaged_witness_is_not_heard(void **state)
{
	struct fixture *fixture = *state;
	struct hs_journal_report report;
	char name[128], line[256];
	size_t len;
	FILE *file;

	three_records(fixture);
	name_of(fixture, name);
	file = fopen(name, "r+");
	assert_non_null(file);
	len = fread(line, 1, sizeof(line), file);
	assert_in_range(len, 100, 200);
	for (size_t bit = 0; bit < 8 * len; bit++) {
		line[bit / 8] ^= (char)(1 << bit % 8);
		rewind(file);
		assert_int_equal(fwrite(line, 1, len, file), len);
		fflush(file);
		assert_int_equal(hs_journal_check(fixture->path, &report), HS_OK);
		line[bit / 8] ^= (char)(1 << bit % 8);
	}
	fclose(file);
	assert_int_equal(start(fixture), 3);
	stop(fixture);
	sql(fixture, "DELETE FROM record WHERE pos = 3");
	found(fixture, "missing or changed");
}

/* A crash between the sync of a record and its word: the word is older, and true. */
static void
test_an_older_word_is_true(void **state)
{
	struct fixture *fixture = *state;
	char name[128], copy[140];

	three_records(fixture);
	name_of(fixture, name);
	snprintf(copy, sizeof(copy), "%s.old", name);
	assert_int_equal(rename(name, copy), 0);
	assert_int_equal(start(fixture), 3);
	append(fixture, 100);
	wait_committed(fixture, 4);
	stop(fixture);
	assert_int_equal(rename(copy, name), 0);
	assert_int_equal(start(fixture), 4);
}

static void
test_room_is_told_by_the_reserve(void **state)
{
	struct fixture *fixture = *state;
	struct hs_journal_options options = {
		.path = fixture->path, .checkpoint_pages = 100, .wake = no_wake, .reserve_bytes = 1
	};

	assert_false(hs_journal_room(NULL).low);
	assert_int_equal(hs_journal_open(&options, &fixture->journal, fixture->why), HS_OK);
	assert_false(hs_journal_room(fixture->journal).low);
	assert_true(hs_journal_room(fixture->journal).free_bytes > 0);
	stop(fixture);
	options.reserve_bytes = UINT64_MAX / 2;
	assert_int_equal(hs_journal_open(&options, &fixture->journal, fixture->why), HS_OK);
	assert_true(hs_journal_room(fixture->journal).low);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_records_missing_at_the_end),
		TEST(test_another_epoch),
		TEST(test_a_damaged_witness_is_not_heard),
		TEST(test_an_older_word_is_true),
		TEST(test_room_is_told_by_the_reserve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
