/* Documents that replace or end others (Document.supersedes), through the whole core. */
#include "tests/unit/hub/core/intake_bench.h"

static bool
last_is_ended(struct desk *desk)
{
	return last_record(desk, HS_RECORD(NOTICE))->notice->document->ended;
}

static int
documents_in_force(const struct desk *desk)
{
	struct hs_core_stats stats;

	hs_core_stats(desk->core, &stats);
	return (int)stats.documents;
}

#define OURS "bosai.kakuu.example|"

/* cap.md, "Supersession": in order, out of order, a chain, and nobody else's. */
static void
test_supersession(void **state)
{
	static const struct row rows[] = {
		{ { "a1", 1, ISSUE, .content = 1 }, HS_OUTCOME(ACCEPTED), NULL },
		{ { "a2", 1, UPDATE, .content = 2, .supersedes = OURS "a1" }, HS_OUTCOME(ACCEPTED),
			NULL },
		{ { "a1", 1, ISSUE, .content = 1 }, HS_OUTCOME(DUPLICATE), "ended_since" },
		{ { "a2", 1, UPDATE, .content = 2, .supersedes = OURS "a1" }, HS_OUTCOME(DUPLICATE),
			NULL },
		/* the later one came first */
		{ { "b2", 1, UPDATE, .area = "990027", .content = 3, .supersedes = OURS "b1" },
			HS_OUTCOME(ACCEPTED), NULL },
		{ { "b1", 1, ISSUE, .area = "990027", .content = 4 }, HS_OUTCOME(ACCEPTED),
			"born_superseded" },
		{ { "b1", 2, UPDATE, .area = "990027", .content = 5 }, HS_OUTCOME(ACCEPTED),
			"born_superseded" },
		/* a cancel that nobody knew the object of, and the object */
		{ { "c2", 1, CANCEL, .area = "990035", .content = 6, .supersedes = OURS "c1" },
			HS_OUTCOME(ACCEPTED), NULL },
		{ { "c1", 1, ISSUE, .area = "990035", .content = 7 }, HS_OUTCOME(ACCEPTED),
			"born_superseded" },
		{ { "d2", 1, UPDATE, .area = "990043", .content = 8,
			  .supersedes = "other.example|a2" },
			HS_OUTCOME(ACCEPTED), "supersedes_foreign" },
		{ { "e", 1, CANCEL, .content = 9 }, HS_OUTCOME(REFUSED), "cancel_unknown" },
	};
	struct desk *desk = *state;

	expect_rows(desk, rows, HS_COUNT(rows));
	assert_int_equal(documents_in_force(desk), 3); /* a2, b2, d2 */
	desk_restart(desk);
	assert_int_equal(documents_in_force(desk), 3);
}

/* cap.md, rule 10: who replaces something that another one in force has replaced must name that one too. */
static void
test_references_that_leave_out_what_is_in_force(void **state)
{
#define W .kind = HS_KIND(WEATHER)
	static const struct row rows[] = {
		{ { "w1", 1, ISSUE, W, .content = 1 }, HS_OUTCOME(ACCEPTED), NULL },
		{ { "w2", 1, UPDATE, W, .content = 2, .supersedes = OURS "w1" },
			HS_OUTCOME(ACCEPTED), NULL },
		{ { "w3", 1, UPDATE, W, .content = 3, .supersedes = OURS "w2" },
			HS_OUTCOME(ACCEPTED), NULL },
		/* w3 has the word now */
		{ { "w4", 1, UPDATE, W, .content = 4, .supersedes = OURS "w1" },
			HS_OUTCOME(ACCEPTED), "references_incomplete" },
		{ { "w5", 1, CANCEL, W, .content = 5, .supersedes = OURS "w2" },
			HS_OUTCOME(ACCEPTED), "references_incomplete" },
		{ { "w6", 1, UPDATE, W, .content = 6, .supersedes = OURS "w3", .and = OURS "w4" },
			HS_OUTCOME(ACCEPTED), NULL },
		{ { "w7", 1, CANCEL, W, .content = 7, .supersedes = OURS "w6", .and = OURS "w1" },
			HS_OUTCOME(ACCEPTED), NULL },
		/* nothing of it is in force any more */
		{ { "w8", 1, UPDATE, W, .content = 8, .supersedes = OURS "w4" },
			HS_OUTCOME(ACCEPTED), NULL },
		/* what has expired need not be named */
		{ { "x1", 1, ISSUE, W, .content = 9 }, HS_OUTCOME(ACCEPTED), NULL },
		{ { "x2", 1, UPDATE, W, .content = 10, .supersedes = OURS "x1", .until_us = 1 },
			HS_OUTCOME(ACCEPTED), NULL },
		{ { "x3", 1, UPDATE, W, .content = 11, .supersedes = OURS "x1" },
			HS_OUTCOME(ACCEPTED), NULL },
	};
#undef W
	struct desk *desk = *state;

	expect_rows(desk, rows, HS_COUNT(rows));
	assert_false(hs_notice_has_flag(
		last_record(desk, HS_RECORD(NOTICE))->notice, "references_incomplete"));
}

/* A cancel without a word of its own is of the kind of what it cancels, so that who takes only that kind learns of its end. */
static void
test_a_cancel_has_the_kind_of_what_it_cancels(void **state)
{
	enum { WEATHER = HS_KIND(WEATHER), FLOOD = HS_KIND(FLOOD), OTHER = HS_KIND(OTHER) };
	static const struct {
		struct order order;
		int kind;
	} rows[] = {
		{ { "w", 1, ISSUE, .kind = WEATHER, .content = 1 }, WEATHER },
		{ { "w2", 1, UPDATE, .kind = WEATHER, .content = 2, .supersedes = OURS "w" },
			WEATHER },
		{ { "f", 1, ISSUE, .kind = FLOOD, .content = 3 }, FLOOD },
		{ { "c1", 1, CANCEL, .kind = OTHER, .content = 4, .supersedes = OURS "w2",
			  .and = OURS "w" },
			WEATHER },
		/* of two kinds, of nothing that is known, with a kind of its own */
		{ { "c2", 1, CANCEL, .kind = OTHER, .content = 5, .supersedes = OURS "w2",
			  .and = OURS "f" },
			OTHER },
		{ { "c3", 1, CANCEL, .kind = OTHER, .content = 6, .supersedes = OURS "x" }, OTHER },
		{ { "c4", 1, CANCEL, .kind = FLOOD, .content = 7, .supersedes = OURS "w" }, FLOOD },
		{ { "u", 1, UPDATE, .kind = OTHER, .content = 8, .supersedes = OURS "f" }, OTHER },
		/* after a restart the journal knows it */
		{ { "c5", 1, CANCEL, .kind = OTHER, .content = 9, .supersedes = OURS "f" }, FLOOD },
	};
	struct desk *desk = *state;

	desk_hello(desk, GATE);
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		const hs_notice *notice;

		if (i + 1 == HS_COUNT(rows)) {
			desk_restart(desk);
			desk_hello(desk, GATE);
		}
		assert_int_equal(outcome_of(desk, rows[i].order), HS_OUTCOME(ACCEPTED));
		notice = last_record(desk, HS_RECORD(NOTICE))->notice;
		assert_int_equal(notice->kind, rows[i].kind);
		assert_int_equal(hs_notice_has_flag(notice, "kind_from_cancelled"),
			rows[i].kind != rows[i].order.kind);
	}
}

/* The same while nothing is on disk yet, and after a restart. */
static void
test_supersession_of_what_is_on_its_way(void **state)
{
	struct desk *desk = *state;

	desk_hello(desk, GATE);
	desk_submit(desk, (struct order){ "a1", 1, ISSUE, .area = "990027", .content = 1 });
	assert_false(last_is_ended(desk));
	desk_submit(desk, (struct order){ "a2", 1, UPDATE, .content = 2, .supersedes = OURS "a1" });
	assert_false(last_is_ended(desk));
	assert_string_equal(
		last_record(desk, HS_RECORD(NOTICE))->notice->document->areas_before[0], "990027");
	desk_submit(desk, (struct order){ "b2", 1, UPDATE, .content = 3, .supersedes = OURS "b1" });
	desk_submit(desk, (struct order){ "b1", 1, ISSUE, .content = 4 });
	assert_true(last_is_ended(desk));
	desk_submit(desk, (struct order){ "c2", 1, CANCEL, .content = 5, .supersedes = OURS "c1" });
	desk_commit(desk);
	desk_restart(desk);
	desk_hello(desk, GATE);
	desk_submit(desk, (struct order){ "c1", 1, ISSUE, .content = 6 });
	assert_true(last_is_ended(desk));
	desk_submit(desk, (struct order){ "a1", 2, UPDATE, .content = 7 });
	assert_true(last_is_ended(desk));
	desk_submit(desk, (struct order){ "f", 1, ISSUE, .content = 8 });
	assert_false(last_is_ended(desk));
}

/* What never was in force is for feeds; an adapter gets it only when it ends something that it holds. */
static void
test_who_holds_what_is_replaced_is_told(void **state)
{
	static const char *const areas[] = { "990027" };
	struct desk *desk = *state;

	desk->peers[ADAPTER].areas = areas;
	desk->peers[ADAPTER].area_count = 1;
	desk_hello(desk, GATE);
	desk_hello(desk, ADAPTER);
	desk_resume(desk, ADAPTER, "", 0, true, false);
	outcome_of(desk, (struct order){ "a1", 1, ISSUE, .area = "990027", .content = 1 });
	assert_non_null(DESK_SENT(desk, ADAPTER, DELIVER, 0));
	outcome_of(desk, (struct order){ "a2", 1, UPDATE, .area = "990019", .content = 2,
				 .supersedes = OURS "a1" });
	assert_non_null(DESK_SENT(desk, ADAPTER, DELIVER, 0));
	outcome_of(desk, (struct order){ "a3", 1, CANCEL, .area = "990019", .content = 3,
				 .supersedes = OURS "a2" });
	assert_non_null(DESK_SENT(desk, ADAPTER, DELIVER, 0));
	outcome_of(desk, (struct order){ "b2", 1, CANCEL, .content = 4, .supersedes = OURS "b1" });
	assert_null(DESK_SENT(desk, ADAPTER, DELIVER, 0));
	outcome_of(desk, (struct order){ "b1", 1, ISSUE, .area = "990027", .content = 5 });
	assert_null(DESK_SENT(desk, ADAPTER, DELIVER, 0));
}

/* Only so many references are remembered; the oldest goes first. */
static void
test_references_are_bounded(void **state)
{
	struct desk *desk = *state;

	desk->options.references_max = 1;
	desk_restart(desk);
	desk_hello(desk, GATE);
	outcome_of(desk, (struct order){ "a2", 1, CANCEL, .content = 1, .supersedes = OURS "a1" });
	outcome_of(desk, (struct order){ "b2", 1, CANCEL, .content = 2, .supersedes = OURS "b1" });
	outcome_of(desk, (struct order){ "b1", 1, ISSUE, .content = 3 });
	assert_true(last_is_ended(desk));
	outcome_of(desk, (struct order){ "a1", 1, ISSUE, .content = 4 });
	assert_false(last_is_ended(desk));
}

/* More than a document can mean: the hub would spend its time on looking them up. */
static void
test_too_many_references_are_refused(void **state)
{
	struct desk *desk = *state;
	hs_submit *submit =
		order_submit(desk->arena, &(struct order){ "a", 1, ISSUE, .content = 1 });
	hs_document *document = submit->notice->document;

	desk_hello(desk, GATE);
	for (size_t i = 0; i <= 1000; i++)
		assert_true(hs_repeat(desk->arena, &document->n_supersedes, &document->supersedes,
			hs_arena_printf(desk->arena, OURS "d%zu", i)));
	DESK_FRAME(desk, GATE, SUBMIT, submit, submit);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(REFUSED));
	assert_true(has_finding(desk_reply(desk, 0), "too_large"));
	document->n_supersedes--;
	DESK_FRAME(desk, GATE, SUBMIT, submit, submit);
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(ACCEPTED));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_supersession),
		DESK_TEST(test_references_that_leave_out_what_is_in_force),
		DESK_TEST(test_a_cancel_has_the_kind_of_what_it_cancels),
		DESK_TEST(test_supersession_of_what_is_on_its_way),
		DESK_TEST(test_who_holds_what_is_replaced_is_told),
		DESK_TEST(test_references_are_bounded),
		DESK_TEST(test_too_many_references_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
