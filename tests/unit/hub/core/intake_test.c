/* The rules of identity and order, through the whole core: outcome, record, flags, and when the reply leaves. */
#include "tests/unit/hub/core/intake_bench.h"

static void
test_the_reply_waits_for_the_disk(void **state)
{
	struct desk *desk = *state;

	desk_hello(desk, GATE);
	desk_submit(desk, (struct order){ "d1", 1, ISSUE, .level = 4 });
	assert_null(desk_reply(desk, 0));
	assert_int_equal(desk_count(desk, HS_EFFECT_APPEND), 1);
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(ACCEPTED));
	assert_int_equal(desk_reply(desk, 0)->seq, 1);
	assert_int_equal(strlen(desk_reply(desk, 0)->id), 32);
	assert_string_equal(desk_reply(desk, 0)->epoch, desk->options.epoch);
}

static void
test_a_duplicate_waits_for_the_same_commit(void **state)
{
	struct desk *desk = *state;
	char id[HS_ID_HEX];

	desk_hello(desk, GATE);
	desk_submit(desk, (struct order){ "d1", 1, ISSUE, .level = 0 });
	desk_submit(desk, (struct order){ "d1", 1, ISSUE, .level = 0 });
	assert_null(desk_reply(desk, 0));
	assert_int_equal(desk_count(desk, HS_EFFECT_APPEND), 0);
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(ACCEPTED));
	assert_int_equal(desk_reply(desk, 1)->outcome, HS_OUTCOME(DUPLICATE));
	assert_int_equal(desk_reply(desk, 1)->seq, 1);
	strcpy(id, desk_reply(desk, 0)->id);
	assert_string_equal(desk_reply(desk, 1)->id, id);
	desk_restart(desk);
	desk_hello(desk, GATE);
	desk_submit(desk, (struct order){ "d1", 1, ISSUE, .level = 0 });
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(DUPLICATE));
	assert_int_equal(desk_reply(desk, 0)->seq, 1);
	assert_string_equal(desk_reply(desk, 0)->id, id);
}

static void
test_order_of_revisions(void **state)
{
	static const struct row rows[] = {
		{ { "a", 1, ISSUE, .content = 1 }, HS_OUTCOME(ACCEPTED), NULL },
		{ { "a", 1, ISSUE, .content = 2 }, HS_OUTCOME(CONFLICT), "conflict" },
		{ { "a", 1, ISSUE, .content = 2 }, HS_OUTCOME(CONFLICT), "conflict" },
		{ { "a", 3, UPDATE, .content = 3 }, HS_OUTCOME(ACCEPTED), "revision_gap" },
		{ { "a", 2, UPDATE, .content = 4 }, HS_OUTCOME(STALE), "stale" },
		{ { "a", 1, ISSUE, .content = 1 }, HS_OUTCOME(DUPLICATE), "ended_since" },
		{ { "a", 3, UPDATE, .content = 3 }, HS_OUTCOME(DUPLICATE), NULL },
		{ { "b", 2, UPDATE, .content = 5 }, HS_OUTCOME(ACCEPTED), "revision_gap" },
		{ { "c", 2, CANCEL, .content = 6 }, HS_OUTCOME(REFUSED), "cancel_unknown" },
		{ { "a", 3, CANCEL, .content = 7 }, HS_OUTCOME(ACCEPTED), "cancel_revision" },
		{ { "a", 3, CANCEL, .content = 7 }, HS_OUTCOME(DUPLICATE), NULL },
		{ { "a", 4, UPDATE, .content = 8 }, HS_OUTCOME(REFUSED), "document_cancelled" },
		{ { "b", 3, CANCEL, .content = 9 }, HS_OUTCOME(ACCEPTED), NULL },
		{ { "b", 2, UPDATE, .content = 5 }, HS_OUTCOME(DUPLICATE), "ended_since" },
		{ { "b", 3, CANCEL, .content = 9 }, HS_OUTCOME(DUPLICATE), NULL },
		/* which ends what the cancels brought back */
		{ { "l", 1, ISSUE, .content = 10, .area = "990027" }, HS_OUTCOME(ACCEPTED),
			"vanished" },
		{ { "l", 2, UPDATE, .content = 11, .area = "990027" }, HS_OUTCOME(ACCEPTED), NULL },
		{ { "l", 1, ISSUE, .content = 10, .area = "990027" }, HS_OUTCOME(DUPLICATE),
			"ended_since" },
		/* A cancel brings back what stood before. */
		{ { "l", 3, CANCEL, .content = 12, .area = "990027" }, HS_OUTCOME(ACCEPTED), NULL },
		{ { "l", 1, ISSUE, .content = 10, .area = "990027" }, HS_OUTCOME(DUPLICATE), NULL },
		{ { "l", 2, UPDATE, .content = 11, .area = "990027" }, HS_OUTCOME(DUPLICATE),
			"ended_since" },
	};

	expect_rows(*state, rows, HS_COUNT(rows));
}

/* jma-xml.md, "Identity, version, deduplication": revisions that are moments. */
static void
test_order_of_moments(void **state)
{
	static const struct row rows[] = {
		{ { "a", 100, ISSUE, .content = 1, .moments = true }, HS_OUTCOME(ACCEPTED), NULL },
		{ { "a", 900, UPDATE, .content = 2, .moments = true }, HS_OUTCOME(ACCEPTED), NULL },
		{ { "a", 900, UPDATE, .content = 2, .moments = true }, HS_OUTCOME(DUPLICATE),
			NULL },
		{ { "a", 900, UPDATE, .content = 3, .moments = true }, HS_OUTCOME(ACCEPTED),
			"same_moment" },
		{ { "a", 500, UPDATE, .content = 4, .moments = true }, HS_OUTCOME(STALE), "stale" },
		{ { "a", 500, CANCEL, .content = 5, .moments = true }, HS_OUTCOME(STALE), "stale" },
		{ { "a", 900, CANCEL, .content = 6, .moments = true }, HS_OUTCOME(ACCEPTED), NULL },
		{ { "a", 900, CANCEL, .content = 7, .moments = true }, HS_OUTCOME(ACCEPTED),
			"same_moment" },
		{ { "a", 900, UPDATE, .content = 8, .moments = true }, HS_OUTCOME(STALE), "stale" },
		{ { "a", 901, ISSUE, .content = 9, .moments = true }, HS_OUTCOME(ACCEPTED), NULL },
		{ { "a", 902, UPDATE, .content = 10, .moments = true }, HS_OUTCOME(ACCEPTED),
			NULL },
		/* several in one second: the order decides, a cancel needs none */
		{ { "c", 700, ISSUE, .area = "990035", .content = 20, .moments = true, .rank = 41 },
			HS_OUTCOME(ACCEPTED), NULL },
		{ { "c", 700, UPDATE, .area = "990035", .content = 21, .moments = true,
			  .rank = 49 },
			HS_OUTCOME(ACCEPTED), NULL },
		{ { "c", 700, UPDATE, .area = "990035", .content = 22, .moments = true,
			  .rank = 45 },
			HS_OUTCOME(STALE), "stale" },
		{ { "c", 700, UPDATE, .area = "990035", .content = 23, .moments = true },
			HS_OUTCOME(ACCEPTED), "same_moment" },
		{ { "c", 700, CANCEL, .area = "990035", .content = 24, .moments = true, .rank = 3 },
			HS_OUTCOME(ACCEPTED), NULL },
		{ { "c", 700, UPDATE, .area = "990035", .content = 25, .moments = true,
			  .rank = 49 },
			HS_OUTCOME(STALE), "stale" },
		{ { "c", 700, UPDATE, .area = "990035", .content = 26, .moments = true,
			  .rank = 53 },
			HS_OUTCOME(ACCEPTED), NULL },
		/* the cancel overtook its issue */
		{ { "b", 200, CANCEL, .area = "990027", .content = 11, .moments = true },
			HS_OUTCOME(ACCEPTED), NULL },
		{ { "b", 200, ISSUE, .area = "990027", .content = 12, .moments = true },
			HS_OUTCOME(ACCEPTED), "born_cancelled" },
		{ { "b", 150, ISSUE, .area = "990027", .content = 13, .moments = true },
			HS_OUTCOME(STALE), "stale" },
		{ { "b", 300, ISSUE, .area = "990027", .content = 14, .moments = true },
			HS_OUTCOME(ACCEPTED), NULL },
	};

	expect_rows(*state, rows, HS_COUNT(rows));
}

/* A cancel whose Report says word for word what its order said is still a cancel. */
static void
test_a_cancel_with_the_content_of_its_order(void **state)
{
	struct desk *desk = *state;

	desk_hello(desk, GATE);
	assert_int_equal(outcome_of(desk, (struct order){ "a", 1, ISSUE, .level = 0 }),
		HS_OUTCOME(ACCEPTED));
	assert_int_equal(outcome_of(desk, (struct order){ "a", 1, CANCEL, .level = 0 }),
		HS_OUTCOME(ACCEPTED));
}

static void
test_flags_marks_and_times_are_in_the_record(void **state)
{
	struct desk *desk = *state;
	hs_journal_record *record;

	desk_hello(desk, GATE);
	outcome_of(desk, (struct order){ "a", 5, UPDATE, .level = 4 });
	record = last_record(desk, HS_RECORD(NOTICE));
	assert_true(hs_notice_has_flag(record->notice, "revision_gap"));
	assert_int_equal(strncmp(record->notice->texts[0]->headline, "【訓練】", 12), 0);
	assert_true(record->notice->times->accepted->unix_us == record->unix_us);
	assert_int_equal(record->notice->original->sha256.len, HS_SHA256_BYTES);
	assert_int_equal(record->notice->original->len_bytes, strlen("<Report/>"));
	assert_string_equal(record->principal, "kakuu-shi");
}

static void
test_what_is_incomplete_is_refused(void **state)
{
	struct desk *desk = *state;
	struct order live = { "a", 1, ISSUE, .mode = HS_MODE(LIVE) };
	struct order nameless = { "", 1, ISSUE, .level = 0 };
	struct order unnumbered = { "a", 0, ISSUE, .level = 0 };
	hs_submit *submit;

	desk_hello(desk, GATE);
	assert_int_equal(outcome_of(desk, live), HS_OUTCOME(REFUSED));
	assert_true(has_finding(desk_reply(desk, 0), "lane"));
	assert_int_equal(outcome_of(desk, nameless), HS_OUTCOME(REFUSED));
	assert_int_equal(outcome_of(desk, unnumbered), HS_OUTCOME(REFUSED));
	submit = order_submit(desk->arena, &(struct order){ "a", 1, ISSUE, .level = 0 });
	submit->content_sha256.len = 31;
	DESK_FRAME(desk, GATE, SUBMIT, submit, submit);
	assert_true(has_finding(desk_reply(desk, 0), "incomplete"));
	submit = order_submit(desk->arena, &(struct order){ "a", 1, ISSUE, .level = 0 });
	submit->notice->document->source = hs_arena_strdup(desk->arena, "a|b");
	DESK_FRAME(desk, GATE, SUBMIT, submit, submit);
	assert_true(has_finding(desk_reply(desk, 0), "incomplete"));
	submit = order_submit(desk->arena, &(struct order){ "a", 1, ISSUE, .level = 0 });
	submit->notice->original = hs_message_new(desk->arena, &hansho__v1__original__descriptor);
	submit->notice->original->sha256 = submit->content_sha256;
	DESK_FRAME(desk, GATE, SUBMIT, submit, submit);
	assert_true(has_finding(desk_reply(desk, 0), "original_hash"));
	assert_int_equal(desk->row_count, 0);
}

static void
test_a_full_disk_is_told_and_forgotten(void **state)
{
	struct desk *desk = *state;
	struct hs_event full = { .type = HS_EVENT_COMMIT_FAILED, .reason = "no space left" };

	desk_hello(desk, GATE);
	desk_submit(desk, (struct order){ "a", 1, ISSUE, .content = 1 });
	desk_submit(desk, (struct order){ "a", 1, ISSUE, .content = 2 });
	assert_null(desk_reply(desk, 0));
	desk_step(desk, full);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(UNAVAILABLE));
	assert_int_equal(desk_reply(desk, 1)->outcome, HS_OUTCOME(UNAVAILABLE));
	assert_true(has_finding(desk_reply(desk, 0), "disk_full"));
	assert_non_null(strstr(desk_reply(desk, 0)->findings[0]->message_en, "no space left"));
	assert_int_equal(desk_count(desk, HS_EFFECT_STOP), 0);
	/* The second one is no conflict now: the first never was. */
	assert_int_equal(outcome_of(desk, (struct order){ "a", 1, ISSUE, .content = 2 }),
		HS_OUTCOME(ACCEPTED));
	assert_int_equal(desk_reply(desk, 0)->seq, 1);
}

static void
test_a_lost_disk_stops_the_hub(void **state)
{
	struct desk *desk = *state;
	struct hs_event lost = { .type = HS_EVENT_COMMIT_FAILED, .lost = true, .reason = "fsync" };

	desk_hello(desk, GATE);
	desk_submit(desk, (struct order){ "a", 1, ISSUE, .content = 1 });
	desk_step(desk, lost);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(UNAVAILABLE));
	assert_int_equal(desk->effects.items[desk->effects.count - 1].type, HS_EFFECT_STOP);
	assert_int_equal(desk->effects.items[desk->effects.count - 1].exit_code, 1);
	desk_submit(desk, (struct order){ "a", 1, ISSUE, .content = 1 });
	assert_int_equal(desk->effects.count, 0);
}

static void
test_too_many_pending_are_told_to_come_again(void **state)
{
	struct desk *desk = *state;

	hs_core_destroy(desk->core);
	desk->options.ahead.pending_max = 3;
	desk->core = hs_core_create(&desk->options);
	desk_hello(desk, GATE);
	for (uint32_t i = 1; i <= 3; i++)
		desk_submit(desk, (struct order){ "a", i, UPDATE, .level = 0 });
	desk_submit(desk, (struct order){ "a", 4, UPDATE, .level = 0 });
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(UNAVAILABLE));
	assert_true(has_finding(desk_reply(desk, 0), "hub_busy"));
	desk_commit(desk);
	assert_int_equal(outcome_of(desk, (struct order){ "a", 4, UPDATE, .level = 0 }),
		HS_OUTCOME(ACCEPTED));
}

static void
test_stop_lets_what_is_under_way_finish(void **state)
{
	struct desk *desk = *state;

	desk_hello(desk, GATE);
	desk_submit(desk, (struct order){ "a", 1, ISSUE, .level = 0 });
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_STOP });
	assert_int_equal(desk_count(desk, HS_EFFECT_STOP), 0);
	desk_submit(desk, (struct order){ "a", 2, UPDATE, .level = 0 });
	assert_true(has_finding(desk_reply(desk, 0), "hub_stopping"));
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(ACCEPTED));
	assert_non_null(DESK_SENT(desk, GATE, GOODBYE, 0));
	assert_int_equal(desk->effects.items[desk->effects.count - 1].type, HS_EFFECT_STOP);
	assert_int_equal(desk->effects.items[desk->effects.count - 1].exit_code, 0);
}

/* areas_before of the newest notice, joined by commas. */
static const char *
areas_before(struct desk *desk)
{
	const hs_document *document = last_record(desk, HS_RECORD(NOTICE))->notice->document;
	char *out = hs_arena_alloc(desk->arena, 256);

	out[0] = '\0';
	for (size_t i = 0; i < document->n_areas_before; i++) {
		strcat(out, i > 0 ? "," : "");
		strcat(out, document->areas_before[i]);
	}
	return out;
}

/* Who was told of an area must learn that a later revision leaves it out: each notice names what its document was
 * addressed to before, whatever happened in between. */
static void
test_areas_of_earlier_revisions(void **state)
{
	static const struct {
		struct order order;
		const char *before;
		bool restart; /* then the hub starts anew from its journal */
	} rows[] = {
		{ { "a", 1, ISSUE, .area = "990019", .also = "990027", .content = 1 }, "", false },
		{ { "b", 1, ISSUE, .area = "990035", .content = 2 }, "", false },
		{ { "a", 2, UPDATE, .area = "990019", .content = 3 }, "990027", false },
		{ { "a", 3, UPDATE, .area = "990043", .content = 4 }, "990019,990027", true },
		{ { "a", 4, UPDATE, .area = "990027", .also = "990019", .content = 5 }, "990043",
			false },
		{ { "a", 5, HS_ACTION(LIFT), .area = "990019", .content = 6 }, "990027,990043",
			true },
		{ { "a", 6, CANCEL, .area = "", .content = 7 }, "990019,990027,990043", false },
		{ { "b", 2, UPDATE, .area = "990035", .before = "131016", .content = 8 }, "",
			false },
		/* what the cancel of "a" brought back ends with it */
		{ { "c", 1, ISSUE, .area = "139999", .content = 9 }, "990019,990027,990043",
			false },
		{ { "c", 2, UPDATE, .area = "131016", .content = 10 }, "13,990019,990027,990043",
			false }, /* no such place */
	};
	struct desk *desk = *state;

	desk_hello(desk, GATE);
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		assert_int_equal(outcome_of(desk, rows[i].order), HS_OUTCOME(ACCEPTED));
		if (strcmp(areas_before(desk), rows[i].before) != 0)
			fail_msg("row %zu: \"%s\"", i, areas_before(desk));
		if (!rows[i].restart)
			continue;
		desk_restart(desk);
		desk_hello(desk, GATE);
	}
}

/* The revision before it may still be on its way to the disk, or never get there. */
static void
test_areas_of_pending_revisions(void **state)
{
	struct desk *desk = *state;

	desk_hello(desk, GATE);
	desk_submit(desk, (struct order){ "a", 1, ISSUE, .area = "990019", .also = "990027" });
	desk_submit(desk, (struct order){ "a", 2, UPDATE, .area = "990019", .content = 1 });
	assert_string_equal(areas_before(desk), "990027");
	desk_submit(desk, (struct order){ "a", 3, UPDATE, .area = "990035", .content = 2 });
	assert_string_equal(areas_before(desk), "990019,990027");
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_COMMIT_FAILED, .reason = "full" });
	desk_submit(desk, (struct order){ "a", 1, ISSUE, .area = "990043", .content = 3 });
	assert_string_equal(areas_before(desk), "");
	desk_commit(desk);
	desk_submit(desk, (struct order){ "a", 2, UPDATE, .area = "990019", .content = 4 });
	assert_string_equal(areas_before(desk), "990043");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_the_reply_waits_for_the_disk),
		DESK_TEST(test_a_duplicate_waits_for_the_same_commit),
		DESK_TEST(test_order_of_revisions),
		DESK_TEST(test_order_of_moments),
		DESK_TEST(test_a_cancel_with_the_content_of_its_order),
		DESK_TEST(test_flags_marks_and_times_are_in_the_record),
		DESK_TEST(test_what_is_incomplete_is_refused),
		DESK_TEST(test_a_full_disk_is_told_and_forgotten),
		DESK_TEST(test_a_lost_disk_stops_the_hub),
		DESK_TEST(test_too_many_pending_are_told_to_come_again),
		DESK_TEST(test_stop_lets_what_is_under_way_finish),
		DESK_TEST(test_areas_of_earlier_revisions),
		DESK_TEST(test_areas_of_pending_revisions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
