/* Large records in pieces on a real file: written, read, checked, left behind by a crash, damaged. */
#include <fcntl.h>

#include "hub/base/press.h"
#include "hub/core/stored.h"
#include "tests/unit/hub/core/journal_fixture.h"

#define BULK_BYTES     50000
#define ORIGINAL_BYTES 70000
#define PIECES	       30 /* of 4096 bytes */

static void
fill(char *bytes, size_t len_bytes, unsigned seed)
{
	for (size_t i = 0; i < len_bytes; i++)
		bytes[i] = (char)((i * 31 + seed * 7 + i / 251) & 0xff);
}

/* A large record: its bulk is field 10 of its notice, many times, as areas are. Owned by what is in it. */
struct large {
	char *memory;
	struct hs_shared *owner;
	struct hs_row row;
	char *original;
};

/* pressed: takes the frames of bulk and original, the one behind the other; NULL: the pieces hold them as they are. */
static struct large
large_pressed(struct fixture *fixture, uint64_t number, struct hs_buf *pressed)
{
	struct large large = { .original = malloc(ORIGINAL_BYTES) };
	struct hs_stored stored = { .store = number, .original_bytes = ORIGINAL_BYTES };
	struct hs_buf bulk, body;
	char area[400];

	fill(large.original, ORIGINAL_BYTES, (unsigned)number);
	hs_buf_init(&bulk, (size_t)1 << 20);
	for (unsigned i = 0; bulk.len_bytes < BULK_BYTES; i++) {
		fill(area, sizeof(area), i);
		hs_wire_put_bytes(&bulk, 10, area, sizeof(area));
	}
	stored.bulk_bytes = bulk.len_bytes;
	const struct hs_span spans[] = { { bulk.bytes, bulk.len_bytes },
		{ large.original, ORIGINAL_BYTES } };

	hs_sha256(&spans[0], 1, stored.bulk_sha256);
	hs_sha256(&spans[1], 1, stored.original_sha256);
	if (pressed != NULL) {
		hs_buf_init(pressed, (size_t)1 << 20);
		assert_true(hs_press(spans[0], pressed));
		stored.pressed_bulk_bytes = pressed->len_bytes;
		assert_true(hs_press(spans[1], pressed));
		stored.pressed_original_bytes = pressed->len_bytes - stored.pressed_bulk_bytes;
	}
	large.row = (struct hs_row){ .pos = fixture->next_pos,
		.seq = fixture->next_seq,
		.unix_us = 1782000000000000,
		.type = HS_RECORD(NOTICE),
		.original = spans[1] };
	hs_buf_init(&body, (size_t)1 << 20);
	hs_stored_put(&body, &stored);
	hs_wire_put_uint(&body, 1, (uint64_t)large.row.type);
	hs_wire_put_uint(&body, 2, large.row.seq);
	hs_wire_put_uint(&body, 3, (uint64_t)large.row.unix_us);
	hs_wire_put_head(&body, 7, 2 + bulk.len_bytes);
	hs_buf_add(&body, "\x08\x02", 2); /* its mode */
	hs_buf_add(&body, bulk.bytes, bulk.len_bytes);
	large.memory = body.bytes;
	large.owner = hs_shared_create(body.bytes, free);
	large.row.body = (struct hs_span){ body.bytes, body.len_bytes };
	large.row.store = (struct hs_row_store){ .number = number, .bulk_bytes = bulk.len_bytes };
	if (pressed != NULL) {
		large.row.store.pressed_bulk =
			(struct hs_span){ pressed->bytes, (size_t)stored.pressed_bulk_bytes };
		large.row.store.pressed_original =
			(struct hs_span){ pressed->bytes + stored.pressed_bulk_bytes,
				(size_t)stored.pressed_original_bytes };
	}
	large.row.owners.body = large.owner;
	hs_buf_free(&bulk);
	return large;
}

static struct large
large_of(struct fixture *fixture, uint64_t number)
{
	return large_pressed(fixture, number, NULL);
}

static void
large_free(struct large *large)
{
	hs_shared_unref(large->owner);
	free(large->original);
}

/* Its bulk and original leave for the disk. */
static void
put_pieces(struct fixture *fixture, const struct large *large)
{
	struct hs_row pieces = large->row;

	pieces.body.bytes = (const char *)large->row.body.bytes + large->row.body.len_bytes -
			    large->row.store.bulk_bytes;
	pieces.body.len_bytes = large->row.store.bulk_bytes;
	hs_journal_store(fixture->journal, &pieces);
}

static void
wait_stored(struct fixture *fixture, uint64_t number)
{
	struct hs_journal_result result = result_of(fixture);

	assert_true(result.committed);
	assert_int_equal(result.store, number);
}

/* The original outlives the journal's queue: the tests hold it. */
static void
put_row(struct fixture *fixture, const struct large *large)
{
	fixture->next_pos++;
	fixture->next_seq++;
	hs_journal_append(fixture->journal, &large->row, 1);
}

static long long
number(struct fixture *fixture, const char *text)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	long long value = -1;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW)
		value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return value;
}

static enum hs_err
checked(struct fixture *fixture, struct hs_journal_report *report)
{
	return hs_journal_check(fixture->path, report);
}

/* An ordinary record, a large one, an ordinary one. */
static struct large
write_three_pressed(struct fixture *fixture, struct hs_buf *pressed)
{
	struct large large;

	start(fixture);
	append(fixture, 100);
	wait_committed(fixture, 1);
	large = large_pressed(fixture, hs_journal_next_store(fixture->journal), pressed);
	put_pieces(fixture, &large);
	wait_stored(fixture, large.row.store.number);
	put_row(fixture, &large);
	append(fixture, 100);
	wait_committed(fixture, 3);
	return large;
}

static struct large
write_three(struct fixture *fixture)
{
	return write_three_pressed(fixture, NULL);
}

static void
assert_second_is(const struct hs_row *row, const struct large *large, bool original)
{
	assert_int_equal(row->body.len_bytes, large->row.body.len_bytes);
	assert_memory_equal(row->body.bytes, large->row.body.bytes, large->row.body.len_bytes);
	assert_int_equal(row->original.len_bytes, original ? ORIGINAL_BYTES : 0);
	if (original)
		assert_memory_equal(row->original.bytes, large->original, ORIGINAL_BYTES);
}

static void
test_read_as_it_was_written(void **state)
{
	struct fixture *fixture = *state;
	struct large large = write_three(fixture);
	struct hs_journal_rows rows = { 0 };
	struct hs_journal_report report;

	for (int again = 0; again < 2; again++) {
		assert_int_equal(hs_journal_read(fixture->journal, 0, 64, true, &rows), HS_OK);
		assert_int_equal(rows.count, 3);
		assert_second_is(&rows.rows[1], &large, true);
		assert_int_equal(hs_journal_read(fixture->journal, 1, 64, false, &rows), HS_OK);
		assert_int_equal(rows.rows[0].original.len_bytes, 0);
		stop(fixture);
		assert_int_equal(start(fixture), 3);
		assert_int_equal(hs_journal_next_store(fixture->journal), 2);
	}
	hs_journal_rows_free(&rows);
	stop(fixture);
	assert_int_equal(checked(fixture, &report), HS_OK);
	assert_int_equal(report.unnamed, 0);
	assert_int_equal(number(fixture, "SELECT count(*) FROM piece"), PIECES);
	assert_int_equal(number(fixture, "SELECT length(body) < 300 FROM record WHERE pos = 2"), 1);
	assert_int_equal(number(fixture, "SELECT count(*) FROM record WHERE original IS NULL"), 1);
	large_free(&large);
}

/* Pressed they take less room, and nobody who reads notices; damage is found as in pieces that are not. */
static void
test_pressed(void **state)
{
	static const char *const damages[] = {
		"UPDATE piece SET bytes = zeroblob(length(bytes)) WHERE id = 1 << 20",
		"DELETE FROM piece WHERE id = 1 << 20",
		"DELETE FROM piece WHERE id = (SELECT max(id) FROM piece)",
	};
	struct fixture *fixture = *state;
	struct hs_buf pressed;
	struct large large = write_three_pressed(fixture, &pressed);
	struct hs_journal_rows rows = { 0 };
	struct hs_journal_report report;

	for (int originals = 0; originals < 2; originals++) {
		assert_int_equal(hs_journal_read(fixture->journal, 0, 64, originals, &rows), HS_OK);
		assert_second_is(&rows.rows[1], &large, originals);
	}
	assert_int_equal(hs_journal_read_record(fixture->journal, 2, &rows), HS_OK);
	assert_second_is(&rows.rows[0], &large, false);
	hs_journal_rows_free(&rows);
	stop(fixture);
	assert_int_equal(start(fixture), 3);
	stop(fixture);
	assert_int_equal(checked(fixture, &report), HS_OK);
	assert_int_equal(
		number(fixture, "SELECT sum(length(bytes)) FROM piece"), pressed.len_bytes);
	assert_true(pressed.len_bytes < (BULK_BYTES + ORIGINAL_BYTES) / 4);
	sql(fixture, "CREATE TABLE good AS SELECT * FROM piece");
	for (size_t i = 0; i < HS_COUNT(damages); i++) {
		sql(fixture, damages[i]);
		assert_int_equal(checked(fixture, &report), HS_ERR_CORRUPT);
		assert_int_equal(report.bad_pos, 2);
		sql(fixture, "DELETE FROM piece; INSERT INTO piece SELECT * FROM good");
	}
	large_free(&large);
	hs_buf_free(&pressed);
}

struct newest {
	const struct large *large;
	size_t seen;
};

static enum hs_err
look_at(void *owner, const struct hs_row *row)
{
	struct newest *newest = owner;

	if (row->seq == 2) {
		assert_int_equal(row->original.len_bytes, ORIGINAL_BYTES);
		assert_memory_equal(row->original.bytes, newest->large->original, ORIGINAL_BYTES);
		assert_int_equal(row->body.len_bytes, newest->large->row.body.len_bytes);
	}
	newest->seen++;
	return HS_OK;
}

static void
test_a_rehearsal_reads_it_too(void **state)
{
	struct fixture *fixture = *state;
	struct large large = write_three(fixture);
	struct newest newest = { .large = &large };
	struct hs_journal_look look = {
		.path = fixture->path, .count = 10, .visit = look_at, .owner = &newest
	};

	assert_int_equal(hs_journal_newest(&look), HS_OK);
	assert_int_equal(newest.seen, 3);
	hs_buf_free(&look.tables);
	large_free(&large);
}

/* As before, until the first pieces: an older program may take it over. */
static void
test_an_ordinary_journal_stays_what_it_was(void **state)
{
	struct fixture *fixture = *state;
	struct large large;

	start(fixture);
	append(fixture, 100);
	wait_committed(fixture, 1);
	stop(fixture);
	assert_int_equal(number(fixture, "PRAGMA user_version"), 1);
	assert_int_equal(
		number(fixture, "SELECT count(*) FROM sqlite_master WHERE name = 'piece'"), 0);
	start(fixture);
	large = large_of(fixture, hs_journal_next_store(fixture->journal));
	put_pieces(fixture, &large);
	wait_stored(fixture, 1);
	put_row(fixture, &large);
	wait_committed(fixture, 2);
	stop(fixture);
	assert_int_equal(number(fixture, "PRAGMA user_version"), 2);
	assert_int_equal(start(fixture), 2);
	large_free(&large);
}

/* A stop or a crash between the pieces and their record. */
static void
test_what_has_no_record_is_removed(void **state)
{
	struct fixture *fixture = *state;
	struct large large = write_three(fixture);
	struct large lost = large_of(fixture, 2);
	struct hs_journal_report report;

	put_pieces(fixture, &lost);
	wait_stored(fixture, 2);
	stop(fixture);
	assert_int_equal(number(fixture, "SELECT count(*) FROM piece"), 2 * PIECES);
	assert_int_equal(checked(fixture, &report), HS_OK);
	assert_int_equal(report.unnamed, 1);
	assert_non_null(strstr(report.text, "the next start removes them"));
	assert_int_equal(start(fixture), 3);
	assert_int_equal(
		hs_journal_next_store(fixture->journal), 3); /* of its pieces nothing is believed */
	stop(fixture);
	assert_int_equal(number(fixture, "SELECT count(*) FROM piece"), PIECES);
	assert_int_equal(checked(fixture, &report), HS_OK);
	assert_int_equal(report.unnamed, 0);
	large_free(&large);
	large_free(&lost);
}

/* Without a look at all records nobody knows which pieces are named: none is touched. */
static void
test_nothing_is_removed_unread(void **state)
{
	struct fixture *fixture = *state;
	struct large large = write_three(fixture);

	stop(fixture);
	assert_int_equal(open_journal(fixture), HS_OK);
	assert_int_equal(hs_journal_start(fixture->journal), HS_OK);
	stop(fixture);
	assert_int_equal(number(fixture, "SELECT count(*) FROM piece"), PIECES);
	large_free(&large);
}

static void
test_forgotten_pieces_go(void **state)
{
	struct fixture *fixture = *state;
	struct large large = write_three(fixture);
	struct large other = large_of(fixture, 2);
	int ms = 0;

	put_pieces(fixture, &other);
	wait_stored(fixture, 2);
	hs_journal_forget(fixture->journal, 2);
	hs_journal_forget(fixture->journal, 7); /* never was */
	while (number(fixture, "SELECT count(*) FROM piece") > PIECES && ms++ < WAIT_MAX_MS)
		usleep(1000);
	assert_int_equal(number(fixture, "SELECT count(*) FROM piece"), PIECES);
	append(fixture, 100);
	wait_committed(fixture, 4);
	large_free(&large);
	large_free(&other);
}

/* What has a place does not wait for pieces, however long these pause. */
static void
test_rows_go_between_pieces(void **state)
{
	struct fixture *fixture = *state;
	struct large large;

	fixture->piece_pause_us = 60000000;
	start(fixture);
	large = large_of(fixture, hs_journal_next_store(fixture->journal));
	put_pieces(fixture, &large);
	append(fixture, 100);
	wait_committed(fixture, 1);
	append(fixture, 100);
	wait_committed(fixture, 2);
	assert_true(number(fixture, "SELECT count(*) FROM piece") < 3);
	stop(fixture); /* does not wait for them either */
	fixture->piece_pause_us = 0;
	assert_int_equal(start(fixture), 2);
	stop(fixture);
	assert_int_equal(number(fixture, "SELECT count(*) FROM piece"), 0);
	large_free(&large);
}

/* The full disk ends the store alone, and lets go of what there was of it. */
static void
test_full_disk(void **state)
{
	struct fixture *fixture = *state;
	struct hs_journal_result result;
	struct large large;
	int ms = 0;

	fixture->page_max = 24;
	start(fixture);
	append(fixture, 100);
	wait_committed(fixture, 1);
	large = large_of(fixture, 1);
	put_pieces(fixture, &large);
	result = result_of(fixture);
	assert_false(result.committed || result.lost);
	assert_int_equal(result.store, 1);
	assert_true(result.reason[0] != '\0');
	while (number(fixture, "SELECT count(*) FROM piece") > 0 && ms++ < WAIT_MAX_MS)
		usleep(1000);
	append(fixture, 100);
	wait_committed(fixture, 2);
	stop(fixture);
	assert_int_equal(number(fixture, "SELECT count(*) FROM piece"), 0);
	large_free(&large);
}

static void
test_damage_is_found(void **state)
{
	static const char *const damages[] = {
		"UPDATE piece SET bytes = zeroblob(4096) WHERE id = 1 << 20 | 3",
		"UPDATE piece SET bytes = zeroblob(length(bytes)) WHERE id = 1 << 20 | 29",
		"DELETE FROM piece WHERE id = 1 << 20 | 3",
		"DELETE FROM piece WHERE id = 1 << 20 | 29",
		"DELETE FROM piece",
		"DROP TABLE piece",
		"UPDATE record SET body = x'6202080207' WHERE pos = 2",
	};
	struct fixture *fixture = *state;
	struct large large = write_three(fixture);
	struct hs_journal_report report;

	stop(fixture);
	sql(fixture, "CREATE TABLE good AS SELECT * FROM piece");
	sql(fixture, "CREATE TABLE bodies AS SELECT * FROM record");
	for (size_t i = 0; i < HS_COUNT(damages); i++) {
		uint64_t count = 0;

		sql(fixture, damages[i]);
		assert_int_equal(checked(fixture, &report), HS_ERR_CORRUPT);
		assert_int_equal(report.bad_pos, 2);
		assert_int_equal(open_journal(fixture), HS_OK);
		assert_int_equal(
			hs_journal_stream(fixture->journal, 1000, count_row, &count, fixture->why),
			HS_ERR_CORRUPT);
		stop(fixture);
		sql(fixture, "CREATE TABLE IF NOT EXISTS piece(id INTEGER PRIMARY KEY, bytes BLOB);"
			     "DELETE FROM piece; INSERT INTO piece SELECT * FROM good;"
			     "DELETE FROM record; INSERT INTO record SELECT * FROM bodies");
		assert_int_equal(checked(fixture, &report), HS_OK);
	}
	large_free(&large);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_read_as_it_was_written),
		TEST(test_pressed),
		TEST(test_a_rehearsal_reads_it_too),
		TEST(test_an_ordinary_journal_stays_what_it_was),
		TEST(test_what_has_no_record_is_removed),
		TEST(test_nothing_is_removed_unread),
		TEST(test_forgotten_pieces_go),
		TEST(test_rows_go_between_pieces),
		TEST(test_full_disk),
		TEST(test_damage_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
