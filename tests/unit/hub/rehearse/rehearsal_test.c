/* A whole rehearsal on a real journal: what is counted and told, and the word, which stands for exactly that. */
#include <jansson.h>

#include "hub/rehearse/rehearsal.h"
#include "tests/unit/hub/core/journal_fixture.h"
#include "tests/unit/hub/gate/samples.h"

struct told {
	size_t messages;
	uint64_t seq;
	char field[64], before[64], after[64];
};

static void
on_message(void *owner, const struct hs_rehearsed_message *message)
{
	const struct hs_difference *first = message->differences->items[0];
	struct told *told = owner;

	told->messages++;
	told->seq = message->seq;
	snprintf(told->field, sizeof(told->field), "%s", first->field);
	snprintf(told->before, sizeof(told->before), "%s", first->before);
	snprintf(told->after, sizeof(told->after), "%s", first->after);
}

/* The sample order, as if tables of that time had made it that level. */
static void
append_order(struct fixture *fixture, uint32_t level)
{
	hs_journal_record *record;
	struct hs_buf body;
	struct hs_row row = { .pos = fixture->next_pos++,
		.seq = fixture->next_seq++,
		.unix_us = SAMPLE_RECEIVED_US,
		.type = HS_RECORD(NOTICE),
		.original = { sample_order, strlen(sample_order) } };
	struct run run;

	run_text(&run, sample_order);
	assert_int_equal(run.err, HS_OK);
	assert_true(hs_notice_mark(run.arena, run.submission.notice));
	run.submission.notice->level->number = level;
	record = hs_message_new(run.arena, &hansho__v1__journal_record__descriptor);
	record->type = HS_RECORD(NOTICE);
	record->seq = row.seq;
	record->unix_us = row.unix_us;
	record->notice = run.submission.notice;
	hs_buf_init(&body, HS_NOTICE_MAX_BYTES);
	hs_message_pack(record, &body);
	row.body = (struct hs_span){ body.bytes, body.len_bytes };
	hs_journal_append(fixture->journal, &row, 1);
	wait_committed(fixture, row.pos);
	hs_buf_free(&body);
	run_end(&run);
}

/* A journal of one epoch for all, with these levels recorded. */
static void
journal_of(struct fixture *fixture, const uint32_t *levels, size_t count)
{
	start(fixture);
	for (size_t i = 0; i < count; i++)
		append_order(fixture, levels[i]);
	stop(fixture);
	sql(fixture,
		"UPDATE meta SET value = '0123456789abcdef0123456789abcdef' WHERE name = 'epoch'");
}

static struct hs_rehearsal
rehearse(const struct fixture *fixture, uint64_t newest, struct told *told)
{
	static const struct hs_table_digest rows[] = { { "levels", "b1" } };
	struct hs_tables_version version;
	struct hs_rehearsal rehearsal = { .journal = fixture->path,
		.version = &version,
		.newest = newest,
		.message = on_message,
		.owner = told };

	memset(told, 0, sizeof(*told));
	hs_tables_version_of(rows, 1, "2", &version);
	if (hs_rehearsal_run(&rehearsal) != HS_OK)
		fail_msg("%s", rehearsal.why);
	hs_rehearsal_free(&rehearsal);
	rehearsal.version = NULL;
	return rehearsal;
}

static void
test_what_differs_is_told_and_counted(void **state)
{
	const uint32_t levels[] = { 4, 3, 4 };
	struct told told;
	struct hs_rehearsal seen;

	journal_of(*state, levels, 3);
	seen = rehearse(*state, 1000, &told);
	assert_int_equal(told.messages, 1);
	assert_int_equal(told.seq, 2);
	assert_string_equal(told.field, "level.number");
	assert_string_equal(told.before, "3");
	assert_string_equal(told.after, "4");
	assert_int_equal(seen.seen.messages, 3);
	assert_int_equal(seen.seen.differing, 1);
	assert_int_equal(seen.seen.differences, 1);
	assert_int_equal(seen.seen.up_to, 3);
	seen = rehearse(*state, 1, &told);
	assert_int_equal(told.messages, 0);
	assert_int_equal(seen.seen.messages, 1);
}

/* Nobody acknowledges what he has not seen: each other difference has another word, the same one the same. */
static void
test_word_stands_for_the_difference(void **state)
{
	const uint32_t levels[] = { 3, 2 };
	char words[2][HS_REHEARSAL_WORD_SIZE];
	struct told told;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		void *fixture = NULL;
		struct hs_rehearsal seen;

		assert_int_equal(setup(&fixture), 0);
		journal_of(fixture, &levels[i], 1);
		seen = rehearse(fixture, 1000, &told);
		assert_int_equal(seen.seen.differences, 1);
		memcpy(words[i], seen.word, sizeof(words[i]));
		seen = rehearse(fixture, 1000, &told);
		assert_string_equal(seen.word, words[i]);
		teardown(&fixture);
	}
	assert_string_not_equal(words[0], words[1]);
}

static int
set_up_once(void **state)
{
	(void)state;
	hs_rehearsal_setup();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_what_differs_is_told_and_counted, setup, teardown),
		cmocka_unit_test(test_word_stands_for_the_difference),
	};

	return cmocka_run_group_tests(tests, set_up_once, NULL);
}
