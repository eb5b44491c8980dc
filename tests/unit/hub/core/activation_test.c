/* Which rule tables a hub may serve its journal with: the decision, the file of acknowledgements, and the start on a
 * real journal; and the look at a journal that somebody else has open. */
#include <jansson.h>
#include <sys/stat.h>

#include "hub/core/activation.h"
#include "tests/unit/hub/core/journal_fixture.h"

#define EPOCH "0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210"

static const struct hs_table_digest digests[] = { { "areas", "a1" }, { "levels", "b1" } };
static const struct hs_table_digest changed[] = { { "areas", "a1" }, { "levels", "b2" } };
static const struct hs_table_digest fewer[] = { { "levels", "b1" } };

static json_t *
entry_of(const struct hs_table_digest *rows, size_t count, const char *rules, const char *epoch)
{
	const struct hs_rehearsed seen = { 10, 2, 5, 10 };
	struct hs_tables_version version;

	hs_tables_version_of(rows, count, rules, &version);
	return hs_activation_entry(&version, epoch, "花子", 1782000000000000, &seen);
}

static json_t *
list_of(json_t *entry)
{
	json_t *list = json_array();

	json_array_append_new(list, entry);
	return list;
}

static void
test_changed_tables_are_named(void **state)
{
	const struct {
		const struct hs_table_digest *rows;
		size_t count;
		const char *rules, *names;
	} rows[] = {
		{ digests, 2, "2", "" },
		{ changed, 2, "2", "levels" },
		{ digests, 2, "3", "rules" },
		{ fewer, 1, "2", "areas" }, /* a table that is gone */
		{ changed, 2, "1", "levels rules" },
	};
	json_t *entry = entry_of(digests, 2, "2", EPOCH);

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_tables_version version;
		struct hs_buf names;

		hs_buf_init(&names, 1000);
		hs_tables_version_of(rows[i].rows, rows[i].count, rows[i].rules, &version);
		hs_activation_changed(entry, &version, &names);
		assert_string_equal(hs_buf_text(&names), rows[i].names);
		hs_buf_free(&names);
	}
	json_decref(entry);
}

static void
test_decision(void **state)
{
	struct hs_tables_version one, two;
	json_t *ran = list_of(entry_of(digests, 2, "2", EPOCH));
	json_t *acknowledged = list_of(entry_of(changed, 2, "2", EPOCH));
	const struct {
		const json_t *ran, *acknowledged;
		const char *digest, *epoch;
		uint64_t newest_seq;
		enum hs_activation_state state;
	} rows[] = {
		{ NULL, NULL, one.digest, EPOCH, 0, HS_TABLES_FIRST },
		{ NULL, NULL, one.digest, EPOCH, 9,
			HS_TABLES_FIRST }, /* from before tables were noted */
		{ ran, NULL, one.digest, EPOCH, 9, HS_TABLES_RAN },
		{ ran, NULL, one.digest, OTHER, 9, HS_TABLES_RAN },   /* a copy with a new epoch */
		{ ran, NULL, two.digest, EPOCH, 0, HS_TABLES_FIRST }, /* nothing to rehearse on */
		{ ran, NULL, two.digest, EPOCH, 1, HS_TABLES_OTHER },
		{ ran, acknowledged, two.digest, EPOCH, 1, HS_TABLES_ACKNOWLEDGED },
		{ ran, acknowledged, two.digest, OTHER, 1,
			HS_TABLES_OTHER }, /* for another journal */
		{ ran, acknowledged, one.digest, EPOCH, 1, HS_TABLES_RAN },
	};

	(void)state;
	hs_tables_version_of(digests, 2, "2", &one);
	hs_tables_version_of(changed, 2, "2", &two);
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		assert_int_equal(hs_activation_judge(rows[i].ran, rows[i].acknowledged,
					 rows[i].digest, rows[i].epoch, rows[i].newest_seq),
			rows[i].state);
	json_decref(ran);
	json_decref(acknowledged);
}

/* ---- FILE.tables ---- */

static void
tables_path(const struct fixture *fixture, char out[128])
{
	snprintf(out, 128, "%s.tables", fixture->path);
}

static int
teardown_with_file(void **state)
{
	char path[128];

	tables_path(*state, path);
	unlink(path);
	return teardown(state);
}

static void
test_file_keeps_what_was_acknowledged(void **state)
{
	struct fixture *fixture = *state;
	struct stat info;
	char path[128];
	json_t *entries;

	tables_path(fixture, path);
	assert_int_equal(hs_acknowledged_read(fixture->path, &entries, fixture->why), HS_OK);
	assert_int_equal(json_array_size(entries), 0);
	json_decref(entries);
	for (int i = 0; i < HS_ACTIVATIONS_MAX + 2; i++)
		assert_int_equal(
			hs_acknowledged_add(fixture->path,
				entry_of(i == 0 ? digests : changed, 2, "2", EPOCH), fixture->why),
			HS_OK);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0444, 0444); /* the hub is another user */
	assert_int_equal(hs_acknowledged_read(fixture->path, &entries, fixture->why), HS_OK);
	assert_int_equal(json_array_size(entries), HS_ACTIVATIONS_MAX);
	const json_t *last = json_array_get(entries, HS_ACTIVATIONS_MAX - 1);
	assert_string_equal(json_string_value(json_object_get(last, "by")), "花子");
	assert_int_equal(json_integer_value(json_object_get(last, "differences")), 5);
	json_decref(entries);
}

static void
test_broken_file_is_told(void **state)
{
	struct fixture *fixture = *state;
	FILE *file;
	char path[128];
	json_t *entries;

	tables_path(fixture, path);
	file = fopen(path, "w");
	fputs("[{\"tables\":", file);
	fclose(file);
	assert_int_equal(
		hs_acknowledged_read(fixture->path, &entries, fixture->why), HS_ERR_CORRUPT);
	assert_int_equal(json_array_size(entries), 0);
	assert_non_null(strstr(fixture->why, ".tables"));
	json_decref(entries);
	assert_int_equal(
		hs_acknowledged_add(fixture->path, entry_of(digests, 2, "2", EPOCH), fixture->why),
		HS_ERR_CORRUPT); /* and not written over */
}

/* ---- the start ---- */

/* One start of a hub; `fixture->why` says why it was refused. */
static enum hs_err
start_with(struct fixture *fixture, bool unrehearsed, struct hs_activation *out)
{
	enum hs_err err;

	assert_int_equal(open_journal(fixture), HS_OK);
	err = hs_activation_start(
		fixture->journal, fixture->path, 1, unrehearsed, out, fixture->why);
	stop(fixture);
	return err;
}

/* As if the journal had been served with other tables. */
static void
served_with_others(struct fixture *fixture)
{
	json_t *ran = list_of(entry_of(changed, 2, "1", EPOCH));
	char *text = json_dumps(ran, JSON_COMPACT);

	assert_int_equal(open_journal(fixture), HS_OK);
	assert_int_equal(
		hs_journal_write_meta(fixture->journal, HS_META_TABLES, text, fixture->why), HS_OK);
	stop(fixture);
	free(text);
	json_decref(ran);
}

static json_t *
acknowledgement(const char *epoch)
{
	const struct hs_rehearsed seen = { 0 };
	struct hs_tables_version version;

	hs_tables_version(&version);
	return hs_activation_entry(&version, epoch, "花子", 1782000000000000, &seen);
}

static void
test_first_start_takes_the_tables(void **state)
{
	struct fixture *fixture = *state;
	struct hs_activation activation;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(start_with(fixture, false, &activation), HS_OK);
		assert_int_equal(json_array_size(activation.ran), 1);
		assert_true(activation.known_count >= 1);
		assert_string_equal(activation.known[0], activation.version.digest);
		hs_activation_free(&activation);
	}
}

static void
test_other_tables_do_not_start(void **state)
{
	struct fixture *fixture = *state;
	struct hs_activation activation;

	served_with_others(fixture);
	assert_int_equal(start_with(fixture, false, &activation), HS_ERR_REFUSED);
	assert_non_null(strstr(fixture->why, "hansho rehearse"));
	assert_non_null(strstr(fixture->why, fixture->path));
	hs_activation_free(&activation);
	/* in an emergency it starts, takes every gate, and is asked the same the next time */
	assert_int_equal(start_with(fixture, true, &activation), HS_OK);
	assert_true(activation.unrehearsed);
	assert_int_equal(activation.known_count, 0);
	hs_activation_free(&activation);
	assert_int_equal(start_with(fixture, false, &activation), HS_ERR_REFUSED);
	hs_activation_free(&activation);
}

static void
test_acknowledged_tables_start_for_good(void **state)
{
	struct fixture *fixture = *state;
	struct hs_activation activation;
	char epoch[HS_EPOCH_SIZE], path[128];

	served_with_others(fixture);
	assert_int_equal(open_journal(fixture), HS_OK);
	snprintf(epoch, sizeof(epoch), "%s", hs_journal_epoch(fixture->journal));
	stop(fixture);
	assert_int_equal(
		hs_acknowledged_add(fixture->path, acknowledgement(OTHER), fixture->why), HS_OK);
	assert_int_equal(start_with(fixture, false, &activation), HS_ERR_REFUSED);
	hs_activation_free(&activation);
	assert_int_equal(
		hs_acknowledged_add(fixture->path, acknowledgement(epoch), fixture->why), HS_OK);
	assert_int_equal(start_with(fixture, false, &activation), HS_OK);
	assert_false(activation.unrehearsed);
	assert_int_equal(json_array_size(activation.ran), 2);
	hs_activation_free(&activation);
	/* the journal itself knows now: the file may go */
	tables_path(fixture, path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(start_with(fixture, false, &activation), HS_OK);
	const json_t *last = json_array_get(activation.ran, 1);
	assert_string_equal(json_string_value(json_object_get(last, "by")), "花子");
	hs_activation_free(&activation);
}

/* ---- beside a hub ---- */

struct seen {
	uint64_t first, last, count;
	char original[64];
};

static enum hs_err
on_row(void *owner, const struct hs_row *row)
{
	struct seen *seen = owner;

	seen->first = seen->count++ == 0 ? row->seq : seen->first;
	seen->last = row->seq;
	snprintf(seen->original, sizeof(seen->original), "%.*s", (int)row->original.len_bytes,
		(const char *)row->original.bytes);
	return HS_OK;
}

static void
test_newest_notices_of_an_open_journal(void **state)
{
	const struct {
		uint64_t up_to, count, first, last;
	} rows[] = { { 0, 1000, 1, 7 }, { 0, 3, 5, 7 }, { 4, 2, 3, 4 }, { 99, 1, 7, 7 } };
	struct fixture *fixture = *state;
	char epoch[HS_EPOCH_SIZE], want[64];

	start(fixture);
	snprintf(epoch, sizeof(epoch), "%s", hs_journal_epoch(fixture->journal));
	for (int i = 0; i < 7; i++)
		append(fixture, 100);
	wait_committed(fixture, 7);
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct seen seen = { 0 };
		struct hs_journal_look look = { .path = fixture->path,
			.up_to = rows[i].up_to,
			.count = rows[i].count,
			.visit = on_row,
			.owner = &seen };

		assert_int_equal(hs_journal_newest(&look), HS_OK);
		assert_int_equal(seen.first, rows[i].first);
		assert_int_equal(seen.last, rows[i].last);
		assert_int_equal(seen.count, rows[i].last - rows[i].first + 1);
		assert_int_equal(look.up_to, rows[i].last);
		snprintf(want, sizeof(want), "<Report>%llu</Report>",
			(unsigned long long)rows[i].last);
		assert_string_equal(seen.original, want);
		assert_string_equal(look.epoch, epoch);
		hs_buf_free(&look.tables);
	}
	append(fixture, 100); /* the hub goes on */
	wait_committed(fixture, 8);
}

static void
test_damage_is_not_rehearsed(void **state)
{
	struct fixture *fixture = *state;
	struct seen seen = { 0 };
	struct hs_journal_look look = {
		.path = fixture->path, .count = 10, .visit = on_row, .owner = &seen
	};

	assert_int_equal(hs_journal_newest(&look), HS_ERR_NOT_FOUND);
	hs_buf_free(&look.tables);
	start(fixture);
	for (int i = 0; i < 3; i++)
		append(fixture, 100);
	wait_committed(fixture, 3);
	stop(fixture);
	sql(fixture, "UPDATE record SET original = 'x' WHERE pos = 2");
	assert_int_equal(hs_journal_newest(&look), HS_ERR_CORRUPT);
	assert_non_null(strstr(look.why, "seq 2"));
	assert_int_equal(seen.count, 1);
	hs_buf_free(&look.tables);
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, setup, teardown_with_file)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changed_tables_are_named),
		cmocka_unit_test(test_decision),
		WITH_FILE(test_file_keeps_what_was_acknowledged),
		WITH_FILE(test_broken_file_is_told),
		WITH_FILE(test_first_start_takes_the_tables),
		WITH_FILE(test_other_tables_do_not_start),
		WITH_FILE(test_acknowledged_tables_start_for_good),
		WITH_FILE(test_newest_notices_of_an_open_journal),
		WITH_FILE(test_damage_is_not_rehearsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
