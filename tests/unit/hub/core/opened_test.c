/* A submission that was opened aside gives the same answers, records and state as one that the core opens itself. */
#include "hub/core/opened.h"
#include "tests/unit/hub/core/fixtures.h"

/* What the record says, in one order of fields. */
static void
canonical(struct desk *desk, const struct hs_row *row, struct hs_buf *out)
{
	hs_journal_record *record;

	hs_buf_init(out, HS_FRAME_MAX_BYTES);
	assert_int_equal(
		hs_message_unpack(desk->arena, &hansho__v1__journal_record__descriptor,
			row->body.bytes, row->body.len_bytes, row->body.len_bytes, &record),
		HS_OK);
	hs_message_pack(record, out);
}

static void
assert_same_records(struct desk *one, struct desk *other)
{
	assert_int_equal(one->row_count, other->row_count);
	for (size_t i = 0; i < one->row_count; i++) {
		struct hs_buf first, second;

		canonical(one, &one->rows[i], &first);
		canonical(other, &other->rows[i], &second);
		assert_int_equal(first.len_bytes, second.len_bytes);
		assert_memory_equal(first.bytes, second.bytes, first.len_bytes);
		hs_buf_free(&first);
		hs_buf_free(&second);
	}
}

static void
assert_same_digest(struct desk *one, struct desk *other)
{
	char first[HS_DIGEST_SIZE], second[HS_DIGEST_SIZE];

	hs_core_digest(one->core, first);
	hs_core_digest(other->core, second);
	assert_string_equal(first, second);
}

static const struct order story[] = {
	{ .id = "a", .revision = 1, .action = HS_ACTION(ISSUE), .level = 4, .also = "990027" },
	{ .id = "a", .revision = 2, .action = HS_ACTION(UPDATE), .level = 3, .content = 1 },
	{ .id = "a", .revision = 2, .action = HS_ACTION(UPDATE), .level = 3, .content = 1 },
	{ .id = "a", .revision = 1, .action = HS_ACTION(UPDATE), .level = 3, .content = 2 },
	{ .id = "w",
		.revision = 7,
		.action = HS_ACTION(ISSUE),
		.kind = HS_KIND(WEATHER),
		.moments = true,
		.content = 3,
		.large_bytes = 300000 },
	{ .id = "b",
		.revision = 1,
		.action = HS_ACTION(ISSUE),
		.level = 4,
		.area = "990027",
		.supersedes = "bosai.kakuu.example|a",
		.content = 4 },
	{ .id = "b", .revision = 1, .action = HS_ACTION(CANCEL), .content = 5 },
	{ .id = "c", .revision = 1, .action = HS_ACTION(ISSUE), .mode = HS_MODE(LIVE) },
};

static void
test_same_as_by_bytes(void **state)
{
	struct desk *plain = *state, *aside;
	void *other;

	desk_setup(&other);
	aside = other;
	desk_hello(plain, GATE);
	desk_hello(aside, GATE);
	for (size_t i = 0; i < HS_COUNT(story); i++) {
		size_t before = plain->row_count;

		desk_submit(plain, story[i]);
		desk_submit_opened(aside, story[i]);
		assert_int_equal(plain->row_count, aside->row_count);
		if (plain->row_count > before) {
			desk_commit(plain);
			desk_commit(aside);
		}
		assert_int_equal(desk_reply(plain, 0)->outcome, desk_reply(aside, 0)->outcome);
		assert_string_equal(desk_reply(plain, 0)->id, desk_reply(aside, 0)->id);
		assert_int_equal(
			desk_reply(plain, 0)->n_findings, desk_reply(aside, 0)->n_findings);
		assert_same_digest(plain, aside);
	}
	assert_same_records(plain, aside);
	desk_restart(aside);
	assert_same_digest(plain, aside);
	desk_teardown(&other);
}

static void
test_what_is_not_readable_ends_the_connection(void **state)
{
	struct desk *desk = *state;

	desk_hello(desk, GATE);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_FRAME,
				.peer = GATE,
				.opened = hs_opened_create(
					(struct hs_span){ "\x52\x7f", 2 }, HS_MODE(DRILL)) });
	assert_int_equal(desk_count(desk, HS_EFFECT_DROP), 1);
	assert_int_equal(desk->row_count, 0);
}

/* The bytes of the record outlive the step: the journal and what is sent from memory have references. */
static void
test_a_failed_commit_gives_everything_back(void **state)
{
	struct desk *desk = *state;

	desk_hello(desk, GATE);
	desk_submit_opened(desk, story[0]);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_COMMIT_FAILED, .reason = "full" });
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(UNAVAILABLE));
	desk_submit_opened(desk, story[0]);
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(ACCEPTED));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_as_by_bytes, desk_setup, desk_teardown),
		cmocka_unit_test_setup_teardown(
			test_what_is_not_readable_ends_the_connection, desk_setup, desk_teardown),
		cmocka_unit_test_setup_teardown(
			test_a_failed_commit_gives_everything_back, desk_setup, desk_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
