/* The drill gate over every combination, holds, expiry and back-off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/runtime/rules.h"
#include "hub/base/check.h"

static void
gate_allows_two_cells_only(void **state)
{
	(void)state;
	size_t allowed = 0;
	for (int mode = -2; mode <= 70; mode++) {
		for (int lane = -1; lane <= 3; lane++) {
			for (int on = 0; on <= 1; on++) {
				struct hs_gate_verdict verdict = hs_drill_gate(mode, lane, on);
				bool live = mode == HS_MODE(LIVE) && lane == HS_LANE_LIVE;
				bool drill = mode == HS_MODE(DRILL) && lane == HS_LANE_DRILL && on;
				assert_int_equal(live || drill, verdict.allow);
				assert_int_equal(!verdict.allow, verdict.reason[0] != '\0');
				allowed += verdict.allow;
			}
		}
	}
	/* live with either switch, drill with the switch on */
	assert_int_equal(3, allowed);
}

static void
gate_says_why(void **state)
{
	(void)state;
	assert_string_equal("a drill came by the live lane",
		hs_drill_gate(HS_MODE(DRILL), HS_LANE_LIVE, true).reason);
	assert_string_equal("drills are switched off in this adapter",
		hs_drill_gate(HS_MODE(DRILL), HS_LANE_DRILL, false).reason);
	assert_string_equal("a live notice came by the drill lane",
		hs_drill_gate(HS_MODE(LIVE), HS_LANE_DRILL, true).reason);
	assert_string_equal("tests and system messages never leave an adapter",
		hs_drill_gate(HS_MODE(TEST), HS_LANE_DRILL, true).reason);
	assert_string_equal("unknown mode or lane", hs_drill_gate(99, HS_LANE_LIVE, true).reason);
}

static hs_notice *
notice_new(struct hs_arena *arena)
{
	hs_notice *notice = hs_message_new(arena, &hansho__v1__notice__descriptor);
	notice->mode = HS_MODE(LIVE);
	notice->kind = HS_KIND(EVACUATION);
	notice->action = HS_ACTION(ISSUE);
	notice->times = hs_message_new(arena, &hansho__v1__times__descriptor);
	return notice;
}

static void
hold_only_what_is_unknown(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(1u << 20);
	hs_notice *notice = notice_new(arena);
	assert_string_equal("", hs_hold_reason(notice));
	notice->kind = (Hansho__V1__Kind)77;
	assert_string_not_equal("", hs_hold_reason(notice));
	notice->kind = HS_KIND(UNSPECIFIED);
	assert_string_not_equal("", hs_hold_reason(notice));
	notice->kind = HS_KIND(EVACUATION);
	notice->action = (Hansho__V1__Action)9;
	assert_string_not_equal("", hs_hold_reason(notice));
	notice->action = HS_ACTION(CANCEL);
	assert_string_equal("", hs_hold_reason(notice));
	assert_true(hs_notice_flag(arena, notice, "obsolete_term"));
	assert_string_equal("", hs_hold_reason(notice));
	assert_true(hs_notice_flag(arena, notice, "unknown_sort"));
	assert_non_null(strstr(hs_hold_reason(notice), "operator"));
	hs_arena_destroy(arena);
}

static void
hold_unknown_state_of_an_order(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(1u << 20);
	hs_notice *notice = notice_new(arena);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EVACUATION;
	notice->evacuation = hs_message_new(arena, &hansho__v1__evacuation__descriptor);
	hs_evacuation_detail *detail =
		hs_message_new(arena, &hansho__v1__evacuation__detail__descriptor);
	assert_true(hs_repeat(
		arena, &notice->evacuation->n_details, &notice->evacuation->details, detail));
	assert_string_not_equal("", hs_hold_reason(notice));
	detail->state = HS_EVAC(LIFTED);
	assert_string_equal("", hs_hold_reason(notice));
	hs_arena_destroy(arena);
}

static void
expiry_is_the_first_of_both(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(1u << 20);
	hs_notice *notice = notice_new(arena);
	assert_int_equal(1000000 + 60000000, hs_expiry_unix_us(notice, 1000000, 60000, 90000));
	notice->times->accepted = hs_time_new(arena, 5000000, 0);
	assert_int_equal(5000000 + 60000000, hs_expiry_unix_us(notice, 1000000, 60000, 90000));
	notice->action = HS_ACTION(CANCEL);
	assert_int_equal(5000000 + 90000000, hs_expiry_unix_us(notice, 1000000, 60000, 90000));
	notice->action = HS_ACTION(LIFT);
	assert_int_equal(5000000 + 90000000, hs_expiry_unix_us(notice, 1000000, 60000, 90000));
	notice->times->valid_until = hs_time_new(arena, 7000000, 0);
	assert_int_equal(7000000, hs_expiry_unix_us(notice, 1000000, 60000, 90000));
	notice->times = NULL;
	assert_int_equal(1000000 + 90000000, hs_expiry_unix_us(notice, 1000000, 60000, 90000));
	hs_arena_destroy(arena);
}

static void
backoff_doubles_within_its_limits(void **state)
{
	(void)state;
	const uint32_t randoms[] = { 0, 1, 0x7fffffff, 0xffffffff };
	for (size_t i = 0; i < HS_COUNT(randoms); i++) {
		int64_t most = 100;
		for (uint32_t attempt = 2; attempt < 40; attempt++) {
			int64_t pause = hs_backoff_ms(attempt, 100, 3000, randoms[i]);
			assert_in_range(pause, most / 2, most);
			most = most * 2 > 3000 ? 3000 : most * 2;
		}
	}
	assert_true(hs_backoff_ms(2, 1, 1, 0) >= 1);
}

/* All cases of the order: gate, maintenance, age, told by another route, unknown. */
static void
ruling_takes_the_first_that_holds(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(1u << 20);
	for (unsigned bits = 0; bits < 128; bits++) {
		hs_notice *notice = notice_new(arena);
		bool gate = bits & 1, held = bits & 2, old = bits & 4, unknown = bits & 8;
		bool rings = bits & 16, same = bits & 32, cancel = bits & 64;
		notice->action = cancel ? HS_ACTION(CANCEL) : HS_ACTION(ISSUE);
		notice->mode = gate ? HS_MODE(TEST) : HS_MODE(LIVE);
		if (unknown)
			assert_true(hs_notice_flag(arena, notice, "unknown_sort"));
		if (same)
			assert_true(hs_notice_flag(arena, notice, HS_FLAG_SAME_EVENT));
		const struct hs_ruling_case one = { notice, HS_LANE_LIVE, true, held, rings, old };
		struct hs_ruling ruling = hs_rule(&one);
		int want = gate			      ? HS_RULING_GATE
			   : held		      ? HS_RULING_MAINTENANCE
			   : rings && old	      ? HS_RULING_OLD
			   : rings && same && !cancel ? HS_RULING_SAME_EVENT
			   : rings && unknown	      ? HS_RULING_UNKNOWN
						      : HS_RULING_PASS;
		static const int receipts[] = { HS_RECEIPT(FILTERED), HS_RECEIPT(HELD),
			HS_RECEIPT(EXPIRED), HS_RECEIPT(FILTERED), HS_RECEIPT(HELD),
			HS_RECEIPT(RECEIVED) };
		assert_int_equal(want, ruling.kind);
		assert_int_equal(receipts[want], ruling.receipt);
		assert_int_equal(want == HS_RULING_PASS, ruling.reason[0] == '\0');
		if (want == HS_RULING_SAME_EVENT)
			assert_string_equal(HS_SAME_EVENT_REASON, ruling.reason);
	}
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gate_allows_two_cells_only),
		cmocka_unit_test(gate_says_why),
		cmocka_unit_test(ruling_takes_the_first_that_holds),
		cmocka_unit_test(hold_only_what_is_unknown),
		cmocka_unit_test(hold_unknown_state_of_an_order),
		cmocka_unit_test(expiry_is_the_first_of_both),
		cmocka_unit_test(backoff_doubles_within_its_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
