/* What is held for its unknown term, and what was said of its document meanwhile. */
#include "tests/unit/adapters/runtime/bench.h"

static bool
has_seen(void *owner)
{
	return ((struct bench *)owner)->probe.seen_count >= ((struct bench *)owner)->want;
}

static hs_notice *
unknown(struct bench *bench, const char *document, uint32_t revision)
{
	hs_notice *notice = order(bench, document, revision);
	hs_notice_flag(bench->arena, notice, "unknown_sort");
	return notice;
}

/* The first one is held; then `then` comes, and the hold runs out. */
static void
held_then(struct bench *bench, hs_notice *then)
{
	bench->probe.scripts[0] = "a";
	bench->probe.same_key = true;
	fake_deliver(&bench->hub, 1, 0, unknown(bench, "d1", 1));
	assert_true(wait_ack(bench, 1));
	assert_int_equal(HS_RECEIPT(HELD), fake_state_of(&bench->hub, 1, ""));
	fake_deliver(&bench->hub, 2, 1, then);
	assert_true(wait_ack(bench, 2));
	run_for(&bench->loop, 900);
}

static bool
was_attempted(const struct bench *bench, uint64_t seq)
{
	for (size_t i = 0; i < bench->probe.attempted_count; i++)
		if (bench->probe.attempted[i] == seq)
			return true;
	return false;
}

#define REF(id) "bosai.kakuu.example|" id

static void
what_its_document_made_of_it_meanwhile(void **state)
{
	static const struct {
		const char *document, *supersedes;
		int action;
		bool silent, same_event, unknown;
		bool released;
		const char *word;
	} rows[] = {
		{ "d1", NULL, HS_ACTION(CANCEL), false, false, false, false, "cancelled while" },
		{ "d1", NULL, HS_ACTION(LIFT), false, false, false, false, "replaced by" },
		{ "d1", NULL, HS_ACTION(UPDATE), false, false, false, false, "replaced by" },
		{ "d1", NULL, HS_ACTION(UPDATE), false, false, true, false, "replaced by" },
		{ "d2", REF("d1"), HS_ACTION(UPDATE), false, false, false, false, "replaced by" },
		{ "d2", REF("d1"), HS_ACTION(CANCEL), false, false, false, false, "cancelled" },
		/* these are nobody's successor */
		{ "d2", NULL, HS_ACTION(CANCEL), false, false, false, true, "" },
		{ "d1", NULL, HS_ACTION(UPDATE), true, false, false, true, "" },
		{ "d1", NULL, HS_ACTION(UPDATE), false, true, false, true, "" },
	};
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct bench *bench = bench_open(&ringing, "hold_ms: 500\n");
		hs_notice *then = order(bench, rows[i].document, 2);
		char *supersedes[] = { (char *)(uintptr_t)rows[i].supersedes };
		then->action = (Hansho__V1__Action)rows[i].action;
		then->silent = rows[i].silent;
		then->document->supersedes = supersedes;
		then->document->n_supersedes = rows[i].supersedes != NULL;
		if (rows[i].same_event)
			hs_notice_flag(bench->arena, then, HS_FLAG_SAME_EVENT);
		if (rows[i].unknown)
			hs_notice_flag(bench->arena, then, "unknown_sort");
		held_then(bench, then);
		assert_int_equal(rows[i].released, was_attempted(bench, 1));
		assert_int_equal(!rows[i].same_event, was_attempted(bench, 2));
		const struct fake_receipt *told = fake_receipt_of(&bench->hub, 1, "");
		if (!rows[i].released) {
			assert_int_equal(HS_RECEIPT(EXPIRED), told->state);
			assert_non_null(strstr(told->detail, rows[i].word));
		}
		bench_close(bench);
	}
}

/* The cancel of a route that told it as another document. */
static void
the_cancel_of_another_route_ends_what_is_held(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "hold_ms: 500\n");
	hs_notice *cancel = order(bench, "other", 2);
	Hansho__V1__Document__First *first =
		hs_message_new(bench->arena, &hansho__v1__document__first__descriptor);
	assert_non_null(first);
	first->source = cancel->document->source;
	first->id = hs_arena_strdup(bench->arena, "d1");
	cancel->action = HS_ACTION(CANCEL);
	cancel->document->source = hs_arena_strdup(bench->arena, "other.example");
	cancel->document->first = first;
	held_then(bench, cancel);
	assert_false(was_attempted(bench, 1));
	assert_int_equal(HS_RECEIPT(EXPIRED), fake_state_of(&bench->hub, 1, ""));
	bench_close(bench);
}

static void
what_is_too_old_by_then_is_not_released(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "hold_ms: 400\n");
	hs_notice *notice = unknown(bench, "d1", 1);
	notice->times->valid_until = hs_time_new(bench->arena, hs_clock_unix_us() + 200000, 540);
	bench->probe.scripts[0] = "a";
	fake_deliver(&bench->hub, 1, 0, notice);
	assert_true(wait_ack(bench, 1));
	bench->want = 1;
	assert_false(run_until(&bench->loop, has_seen, bench, 900));
	assert_int_equal(0, bench->probe.attempted_count);
	assert_int_equal(HS_RECEIPT(EXPIRED), fake_state_of(&bench->hub, 1, ""));
	bench_close(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_its_document_made_of_it_meanwhile),
		cmocka_unit_test(the_cancel_of_another_route_ends_what_is_held),
		cmocka_unit_test(what_is_too_old_by_then_is_not_released),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
