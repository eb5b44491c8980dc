/* Who gets through to the reserve of the disk, and who waits for room. */
#include "tests/unit/hub/core/intake_bench.h"

#include "hub/core/urgent.h"

/* An evacuation whose one detail has that term; the notice itself names no level. */
static hs_notice *
with_sort(struct hs_arena *arena, const char *sort, int state)
{
	hs_notice *notice =
		order_notice(arena, &(struct order){ "d", 1, HS_ACTION(ISSUE), .area = "990019" });
	hs_evacuation_detail *detail =
		hs_message_new(arena, &hansho__v1__evacuation__detail__descriptor);

	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EVACUATION;
	notice->evacuation = hs_message_new(arena, &hansho__v1__evacuation__descriptor);
	detail->sort = hs_arena_strdup(arena, sort);
	detail->state = (Hansho__V1__Evacuation__State)state;
	assert_true(hs_repeat(
		arena, &notice->evacuation->n_details, &notice->evacuation->details, detail));
	return notice;
}

static void
test_terms(void **state)
{
	static const struct {
		const char *sort;
		int state;
		bool urgent;
	} rows[] = {
		{ "緊急安全確保", HS_EVAC(ISSUED), true },
		{ "避難指示", HS_EVAC(ISSUED), true },
		{ "警戒区域", HS_EVAC(ISSUED), true },
		{ "聞いたことのない区分", HS_EVAC(ISSUED), true },
		{ "高齢者等避難", HS_EVAC(ISSUED), false },
		{ "避難指示", HS_EVAC(LIFTED), false },
	};
	struct hs_arena *arena = hs_arena_create(1 << 20);

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		assert_int_equal(hs_is_urgent(with_sort(arena, rows[i].sort, rows[i].state)),
			rows[i].urgent);
	hs_arena_destroy(arena);
}

static void
test_kinds_and_actions(void **state)
{
	static const struct {
		struct order order;
		bool urgent;
	} rows[] = {
		{ { "d", 1, ISSUE, .level = 3 }, false },
		{ { "d", 1, ISSUE, .level = 4 }, true },
		{ { "d", 1, UPDATE, .level = 5 }, true },
		{ { "d", 1, ISSUE, .level = 5, .kind = HS_KIND(SHELTER) }, false },
		{ { "d", 1, HS_ACTION(CANCEL), .kind = HS_KIND(SHELTER) }, true },
		{ { "d", 1, HS_ACTION(LIFT), .level = 0 }, false },
		{ { "d", 1, ISSUE, .kind = HS_KIND(TSUNAMI) }, true },
		{ { "d", 1, ISSUE, .kind = HS_KIND(EEW) }, true },
		{ { "d", 1, ISSUE, .kind = HS_KIND(CIVIL_PROTECTION) }, true },
	};
	struct hs_arena *arena = hs_arena_create(1 << 20);

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		assert_int_equal(hs_is_urgent(order_notice(arena, &rows[i].order)), rows[i].urgent);
	hs_arena_destroy(arena);
}

/* ---- through the whole core ---- */

static int
outcome_on_low(struct desk *desk, struct order order)
{
	hs_submit *submit = order_submit(desk->arena, &order);
	hs_link_frame frame;
	struct hs_buf packed;

	submit->request = ++desk->request;
	hansho__v1__link_frame__init(&frame);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_SUBMIT;
	frame.submit = submit;
	hs_buf_init(&packed, HS_FRAME_MAX_BYTES);
	hs_message_pack(&frame, &packed);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_FRAME,
				.peer = GATE,
				.disk_low = true,
				.bytes = { packed.bytes, packed.len_bytes } });
	hs_buf_free(&packed);
	return desk_reply(desk, 0) == NULL ? 0 : (int)desk_reply(desk, 0)->outcome;
}

static void
test_only_what_is_urgent_gets_the_reserve(void **state)
{
	struct desk *desk = *state;
	const struct order plain = { "d1", 1, ISSUE, .level = 3, .content = 1 };
	size_t rows;

	desk_hello(desk, GATE);
	desk_submit(desk, plain);
	desk_commit(desk);
	rows = desk->row_count;
	/* What is stored already needs no room: its sender may know. */
	assert_int_equal(outcome_on_low(desk, plain), HS_OUTCOME(DUPLICATE));
	assert_int_equal(
		outcome_on_low(desk, (struct order){ "d2", 1, ISSUE, .level = 3, .content = 2 }),
		HS_OUTCOME(UNAVAILABLE));
	assert_true(has_finding(desk_reply(desk, 0), "disk_full"));
	assert_int_equal(desk->row_count, rows);
	assert_int_equal(
		outcome_on_low(desk, (struct order){ "d3", 1, ISSUE, .level = 4, .content = 3 }),
		0);
	assert_int_equal(desk->row_count, rows + 1);
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(ACCEPTED));
	assert_int_equal(outcome_on_low(desk, (struct order){ "d1", 2, CANCEL, .content = 4 }), 0);
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(ACCEPTED));
	/* Room again: the next event says so, nothing else is needed. */
	desk_submit(desk, (struct order){ "d2", 1, ISSUE, .level = 3, .content = 2 });
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(ACCEPTED));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terms),
		cmocka_unit_test(test_kinds_and_actions),
		cmocka_unit_test_setup_teardown(
			test_only_what_is_urgent_gets_the_reserve, desk_setup, desk_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
