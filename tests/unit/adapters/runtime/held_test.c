/* What waits at an outlet for its first proof, and what a cancel, a lift or a newer revision makes of it. */
#include "tests/unit/adapters/runtime/canary_kit.h"

struct row {
	const char *document, *supersedes[2], *event;
	int action; /* 0: unknown, so that the outlet never gets it */
	uint32_t revision;
	int state;	  /* of its newest receipt of the outlet that holds; 0: none */
	const char *word; /* in it */
};

#define REF(id) "bosai.kakuu.example|" id

static hs_notice *
notice_of(struct bench *bench, const struct row *row, char *supersedes[2])
{
	hs_notice *notice = order(bench, row->document, row->revision);

	notice->action = (Hansho__V1__Action)row->action;
	if (row->event)
		notice->document->event = (char *)(uintptr_t)row->event;
	for (size_t i = 0; i < 2 && row->supersedes[i]; i++) {
		supersedes[i] = (char *)(uintptr_t)row->supersedes[i];
		notice->document->supersedes = supersedes;
		notice->document->n_supersedes = i + 1;
	}
	return notice;
}

static void
says(const struct bench *bench, uint64_t seq, int state, const char *word)
{
	assert_int_equal(state, fake_state_of(&bench->hub, seq, "one"));
	if (state != 0)
		assert_non_null(strstr(fake_receipt_of(&bench->hub, seq, "one")->detail, word));
}

struct expected {
	const struct bench *bench;
	const struct row *rows;
	size_t count;
};

static bool
all_is_said(void *owner)
{
	const struct expected *expected = owner;
	for (size_t i = 0; i < expected->count; i++)
		if (fake_state_of(&expected->bench->hub, i + 1, "one") != expected->rows[i].state)
			return false;
	return true;
}

/* In this order; what is accepted goes out at once, although the outlet holds. */
static void
deliver_rows(struct bench *bench, const struct row *rows, size_t count)
{
	size_t gone = 0, seen = 0;

	bench->probe.scripts[0] = "a";
	for (size_t i = 0; i < count; i++) {
		char *supersedes[2];

		fake_deliver(&bench->hub, i + 1, i, notice_of(bench, &rows[i], supersedes));
		seen += rows[i].action != 0;
		assert_true(run_till(&bench->loop, has_seen, &(struct seen){ bench, seen }));
		gone += rows[i].state == HS_RECEIPT(ACCEPTED);
		assert_true(wait_attempts(bench, gone));
		run_for(&bench->loop, 100);
		assert_int_equal(gone, bench->probe.attempts[0]);
	}
	(void)run_till(&bench->loop, all_is_said, &(struct expected){ bench, rows, count });
	for (size_t i = 0; i < count; i++)
		says(bench, i + 1, rows[i].state, rows[i].word);
}

/* At an outlet whose canary does not come back. */
static void
expect_rows(const struct row *rows, size_t count)
{
	struct script script;
	struct bench *bench = canary_bench(&script, "b", FAST "proof_required: always\n");

	deliver_rows(bench, rows, count);
	bench_close(bench);
}

static void
a_cancel_takes_along_what_waits_and_is_told_only_to_who_may_have_it(void **state)
{
	static const struct row rows[] = {
		{ "other", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
		{ "one", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(EXPIRED),
			"cancelled before it" },
		{ "one", { 0 }, 0, HS_ACTION(CANCEL), 2, HS_RECEIPT(FILTERED), "never sent" },
		/* the outlet may have its first revision */
		{ "old", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(EXPIRED), "cancel is sent" },
		{ "old", { 0 }, 0, HS_ACTION(CANCEL), 3, HS_RECEIPT(ACCEPTED), "" },
		{ "older", { 0 }, 0, HS_ACTION(LIFT), 2, HS_RECEIPT(ACCEPTED), "" },
		{ "lift", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
		{ "lift", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(HELD), "proven" },
		{ "lift", { 0 }, 0, HS_ACTION(LIFT), 3, HS_RECEIPT(HELD), "proven" },
		/* an alert, its update and their cancel are three documents */
		{ "a1", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(EXPIRED), "cancelled before it" },
		{ "a2", { REF("a1") }, 0, HS_ACTION(UPDATE), 1, HS_RECEIPT(EXPIRED), "cancelled" },
		{ "a3", { REF("a1"), REF("a2") }, 0, HS_ACTION(CANCEL), 1, HS_RECEIPT(FILTERED),
			"" },
		{ "b2", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(EXPIRED), "cancel is sent" },
		{ "b3", { REF("b1"), REF("b2") }, 0, HS_ACTION(CANCEL), 1, HS_RECEIPT(ACCEPTED),
			"" },
	};

	(void)state;
	expect_rows(rows, HS_COUNT(rows));
}

static void
a_hold_never_keeps_back_what_takes_back(void **state)
{
	static const struct row rows[] = {
		{ "b", { 0 }, "event", HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
		{ "a", { 0 }, "event", HS_ACTION(CANCEL), 2, HS_RECEIPT(ACCEPTED), "" },
		{ "c", { 0 }, "event", HS_ACTION(LIFT), 2, HS_RECEIPT(ACCEPTED), "" },
		{ "a4", { REF("a3") }, "event", HS_ACTION(CANCEL), 1, HS_RECEIPT(ACCEPTED), "" },
	};

	(void)state;
	expect_rows(rows, HS_COUNT(rows));
}

/* Two routes tell one event, and the cancel of the second comes first: what waits of the first one must not go out behind it. */
static void
the_cancel_of_another_route_takes_along_what_was_told_first(void **state)
{
	static const struct row rows[] = {
		{ "a", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
		{ "c", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
	};
	struct script script;
	struct bench *bench = canary_bench(&script, "b", FAST "proof_required: always\n");
	Hansho__V1__Document__First *first =
		hs_message_new(bench->arena, &hansho__v1__document__first__descriptor);
	hs_notice *cancel = order(bench, "b", 2);

	(void)state;
	deliver_rows(bench, rows, HS_COUNT(rows));
	assert_non_null(first);
	first->source = cancel->document->source;
	first->id = hs_arena_strdup(bench->arena, "a");
	cancel->action = HS_ACTION(CANCEL);
	cancel->document->source = hs_arena_strdup(bench->arena, "other.example");
	cancel->document->first = first;
	fake_deliver(&bench->hub, 3, 2, cancel);
	wait_receipt(bench, 3, "one", HS_RECEIPT(ACCEPTED));
	says(bench, 1, HS_RECEIPT(EXPIRED), "cancel is sent");
	says(bench, 2, HS_RECEIPT(HELD), "proven");
	says(bench, 3, HS_RECEIPT(ACCEPTED), "");
	bench_close(bench);
}

struct way {
	struct row rows[4];
	size_t count;
	bool same_key;
	uint64_t goes; /* the only one that goes out with the first proof */
};

/* With one order key for all, or with a key of its own for each. */
static void
goes_out_alone(const struct way *way)
{
	struct script script;
	struct bench *bench = canary_bench(&script, "b", FAST "proof_required: always\n");
	size_t gone;

	bench->probe.same_key = way->same_key;
	deliver_rows(bench, way->rows, way->count);
	assert_true(hs_canary_holds(&script.canary));
	gone = bench->probe.attempts[0];
	script.letters = "g";
	assert_true(run_till(&bench->loop, serves, bench));
	assert_true(wait_ack(bench, way->count));
	assert_int_equal(gone + (way->goes != 0), bench->probe.attempts[0]);
	for (uint64_t seq = 1; seq <= way->count; seq++) {
		int before = way->rows[seq - 1].state;
		if (seq == way->goes)
			says(bench, seq, HS_RECEIPT(ACCEPTED), "");
		else if (before == HS_RECEIPT(HELD))
			says(bench, seq, HS_RECEIPT(EXPIRED), "replaced by a newer message");
	}
	bench_close(bench);
}

static void
what_stands_again_after_a_cancel_goes_out(void **state)
{
	static const struct way ways[] = {
		{ { { "d", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(EXPIRED), "cancelled" },
			  { "d", { 0 }, 0, HS_ACTION(CANCEL), 3, HS_RECEIPT(FILTERED), "never" } },
			3, true, 1 },
		{ { { "d", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(EXPIRED), "cancelled" },
			  { "d", { 0 }, 0, HS_ACTION(CANCEL), 3, HS_RECEIPT(FILTERED), "never" } },
			3, false, 1 },
		/* it means a revision that was not for this outlet */
		{ { { "d", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, 0, 2, 0, "" },
			  { "d", { 0 }, 0, HS_ACTION(CANCEL), 3, HS_RECEIPT(FILTERED), "never" } },
			3, true, 1 },
		/* the lift was wrong, whether it waited or not */
		{ { { "d", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, HS_ACTION(LIFT), 2, HS_RECEIPT(EXPIRED), "cancelled" },
			  { "d", { 0 }, 0, HS_ACTION(CANCEL), 3, HS_RECEIPT(FILTERED), "never" } },
			3, true, 1 },
		{ { { "d", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, HS_ACTION(LIFT), 3, HS_RECEIPT(ACCEPTED), "" },
			  { "d", { 0 }, 0, HS_ACTION(CANCEL), 4, HS_RECEIPT(ACCEPTED), "" } },
			3, true, 1 },
		/* after the end that the outlet hears of a later one */
		{ { { "d", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, HS_ACTION(UPDATE), 3, HS_RECEIPT(EXPIRED), "is sent" },
			  { "d", { 0 }, 0, HS_ACTION(CANCEL), 4, HS_RECEIPT(ACCEPTED), "" } },
			3, true, 1 },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(ways); i++)
		goes_out_alone(&ways[i]);
}

static void
of_what_waited_the_newest_that_stands_goes_out(void **state)
{
	static const struct way ways[] = {
		{ { { "d", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(HELD), "proven" } },
			2, true, 2 },
		{ { { "a1", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
			  { "a2", { REF("a1") }, 0, HS_ACTION(UPDATE), 1, HS_RECEIPT(HELD), "" } },
			2, false, 2 },
		/* what a lift took back that the outlet heard */
		{ { { "d", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, HS_ACTION(LIFT), 3, HS_RECEIPT(ACCEPTED), "" } },
			2, false, 0 },
		/* what a newer alert took the place of does not come back with the cancel of that one */
		{ { { "a1", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
			  { "a2", { REF("a1") }, 0, HS_ACTION(UPDATE), 1, HS_RECEIPT(EXPIRED), "" },
			  { "a3", { REF("a2") }, 0, HS_ACTION(CANCEL), 1, HS_RECEIPT(FILTERED),
				  "" } },
			3, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(ways); i++)
		goes_out_alone(&ways[i]);
}

/* It comes again after a start, because an outlet beside this one had not taken it: nobody knows what this one has. */
static void
the_end_of_what_the_process_before_may_have_sent_goes_out(void **state)
{
	static const struct row rows[] = {
		{ "d", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(EXPIRED), "is sent" },
		{ "d", { 0 }, 0, HS_ACTION(CANCEL), 2, HS_RECEIPT(ACCEPTED), "" },
	};
	struct script script;
	struct bench *bench = canary_bench(&script, "b", FAST "proof_required: always\n");

	(void)state;
	bench->hub.newest_seq = 1;
	restart(bench, &script, "b");
	deliver_rows(bench, rows, HS_COUNT(rows));
	bench_close(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_cancel_takes_along_what_waits_and_is_told_only_to_who_may_have_it),
		cmocka_unit_test(a_hold_never_keeps_back_what_takes_back),
		cmocka_unit_test(the_cancel_of_another_route_takes_along_what_was_told_first),
		cmocka_unit_test(what_stands_again_after_a_cancel_goes_out),
		cmocka_unit_test(of_what_waited_the_newest_that_stands_goes_out),
		cmocka_unit_test(the_end_of_what_the_process_before_may_have_sent_goes_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
