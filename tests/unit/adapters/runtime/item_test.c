/* What never reaches an adapter: drills, old and unknown notices. */
#include "tests/unit/adapters/runtime/bench.h"

static void
drill_on_the_live_lane_is_filtered(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "drill: true\n");
	const int modes[] = { HS_MODE(DRILL), HS_MODE(TEST), HS_MODE(SYSTEM), HS_MODE(UNSPECIFIED),
		42 };
	uint64_t seq = 0;
	for (size_t i = 0; i < HS_COUNT(modes); i++, seq++) {
		hs_notice *notice = order(bench, "d1", 1);
		notice->mode = (Hansho__V1__Mode)modes[i];
		fake_deliver(&bench->hub, seq + 1, seq, notice);
	}
	assert_true(wait_ack(bench, HS_COUNT(modes)));
	assert_int_equal(0, bench->probe.seen_count);
	for (uint64_t i = 1; i <= HS_COUNT(modes); i++)
		assert_int_equal(HS_RECEIPT(FILTERED), fake_state_of(&bench->hub, i, ""));
	bench_close(bench);
}

static hs_notice *
old_order(struct bench *bench)
{
	hs_notice *notice = order(bench, "d1", 1);
	notice->times->accepted->unix_us -= 3600 * HS_US_PER_S;
	return notice;
}

static void
old_notice_never_rings(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "max_age_ms: 60000\n");
	bench->probe.scripts[0] = "a";
	fake_deliver(&bench->hub, 1, 0, old_order(bench));
	hs_notice *ended = order(bench, "d2", 1);
	ended->times->valid_until = hs_time_new(bench->arena, hs_clock_unix_us() - 1000, 540);
	fake_deliver(&bench->hub, 2, 1, ended);
	assert_true(wait_ack(bench, 2));
	assert_int_equal(0, bench->probe.seen_count);
	assert_int_equal(HS_RECEIPT(EXPIRED), fake_state_of(&bench->hub, 1, ""));
	assert_int_equal(HS_RECEIPT(EXPIRED), fake_state_of(&bench->hub, 2, ""));
	assert_int_equal(2, bench->probe.refused_count);
	assert_int_equal(2, bench->probe.refused[1]);
	/* a cancel stays useful for longer */
	hs_notice *cancel = old_order(bench);
	cancel->action = HS_ACTION(CANCEL);
	fake_deliver(&bench->hub, 3, 2, cancel);
	assert_true(wait_ack(bench, 3));
	assert_int_equal(1, bench->probe.seen_count);
	bench_close(bench);
}

static void
old_notice_is_shown_as_old(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&showing, "max_age_ms: 60000\n");
	bench->probe.scripts[0] = "a";
	fake_deliver(&bench->hub, 1, 0, old_order(bench));
	assert_true(wait_ack(bench, 1));
	assert_true(bench->probe.seen_expired[0]);
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->hub, 1, "one"));
	bench_close(bench);
}

static void
unknown_is_held_and_released_by_the_limit(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "hold_ms: 3000\n");
	hs_notice *notice = order(bench, "d1", 1);
	hs_notice_flag(bench->arena, notice, "unknown_sort");
	fake_deliver(&bench->hub, 1, 0, notice);
	assert_true(wait_ack(bench, 1));
	assert_int_equal(HS_RECEIPT(HELD), fake_state_of(&bench->hub, 1, ""));
	assert_int_equal(0, bench->probe.seen_count);
	assert_true(run_till(&bench->loop, has_seen_one, bench));
	bench_close(bench);
}

static void
unknown_is_held_for_good_without_a_limit(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	hs_notice *notice = order(bench, "d1", 1);
	notice->kind = (Hansho__V1__Kind)99;
	fake_deliver(&bench->hub, 1, 0, notice);
	assert_true(wait_ack(bench, 1));
	run_for(&bench->loop, 200);
	assert_int_equal(HS_RECEIPT(HELD), fake_state_of(&bench->hub, 1, ""));
	assert_int_equal(0, bench->probe.seen_count);
	bench_close(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drill_on_the_live_lane_is_filtered),
		cmocka_unit_test(old_notice_never_rings),
		cmocka_unit_test(old_notice_is_shown_as_old),
		cmocka_unit_test(unknown_is_held_and_released_by_the_limit),
		cmocka_unit_test(unknown_is_held_for_good_without_a_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
