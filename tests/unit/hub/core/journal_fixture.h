/* journal_fixture.h: a journal on a real file in a folder of its own, for the tests of hub/core/journal*.c. */
#ifndef HS_TEST_JOURNAL_FIXTURE_H
#define HS_TEST_JOURNAL_FIXTURE_H

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
#include "hub/base/wire.h"
#include "hub/core/journal.h"

#define WAIT_MAX_MS 60000

struct fixture {
	char directory[64];
	char path[96];
	char why[HS_JOURNAL_WHY];
	struct hs_journal *journal;
	uint64_t next_pos, next_seq;
	uint64_t page_max;
	int64_t linger_us, piece_pause_us;
};

static inline void
no_wake(void *owner)
{
	(void)owner;
}

static inline enum hs_err
open_journal(struct fixture *fixture)
{
	struct hs_journal_options options = { .path = fixture->path,
		.checkpoint_pages = 100,
		.commit_linger_us = fixture->linger_us,
		.page_max = fixture->page_max,
		.piece_bytes = 4096,
		.piece_pause_us = fixture->piece_pause_us,
		.wake = no_wake };
	enum hs_err err = hs_journal_open(&options, &fixture->journal, fixture->why);

	if (err != HS_OK)
		fixture->journal = NULL;
	return err;
}

static inline int
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

static inline int
teardown(void **state)
{
	struct fixture *fixture = *state;
	const char *const suffixes[] = { "", "-wal", "-shm", ".lock", ".head" };

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
static inline void
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
static inline struct hs_journal_result
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

static inline void
wait_committed(struct fixture *fixture, uint64_t pos)
{
	struct hs_journal_result result;

	do {
		result = result_of(fixture);
		assert_true(result.committed);
	} while (result.pos < pos);
}

static inline enum hs_err
count_row(void *owner, const struct hs_row *row)
{
	uint64_t *count = owner;

	assert_int_equal(row->pos, *count + 1);
	++*count;
	return HS_OK;
}

static inline uint64_t
start(struct fixture *fixture)
{
	uint64_t count = 0;

	assert_int_equal(open_journal(fixture), HS_OK);
	assert_int_equal(
		hs_journal_stream(fixture->journal, 1000, count_row, &count, fixture->why), HS_OK);
	assert_int_equal(hs_journal_start(fixture->journal), HS_OK);
	return count;
}

static inline void
stop(struct fixture *fixture)
{
	hs_journal_close(fixture->journal);
	fixture->journal = NULL;
}

static inline void
sql(struct fixture *fixture, const char *text)
{
	sqlite3 *db;
	char *error = NULL;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", text, error);
	sqlite3_close(db);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
