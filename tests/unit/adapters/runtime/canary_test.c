/* Rounds of canaries beside deliveries, and maintenance. */
#include "tests/unit/adapters/runtime/canary_kit.h"

static bool
is_of_this_period(void *owner)
{
	return ((struct bench *)owner)->hub.proof_age_ms < PERIOD_MS;
}

static void
a_proof_is_told_and_comes_again_each_period(void **state)
{
	struct script script;
	struct bench *bench = canary_bench(&script, "g", FAST);

	(void)state;
	assert_true(run_till(&bench->loop, hub_has_proven, bench));
	assert_string_equal("", bench->hub.proof_why);
	assert_true(run_till(&bench->loop, has_tried, &(struct tries){ &script, 6 }));
	int64_t shortest_us = INT64_MAX; /* a busy machine makes some of them longer */
	for (size_t i = 1; i < 6; i++) {
		int64_t us = script.end_mono_us[i] - script.end_mono_us[i - 1];
		shortest_us = us < shortest_us ? us : shortest_us;
	}
	assert_in_range(shortest_us, PERIOD_MS * 1000, PERIOD_MS * 1500);
	bench->hub.proof_age_ms = UINT64_MAX;
	assert_true(run_till(&bench->loop, is_of_this_period, bench));
	assert_string_not_equal(script.tokens[0], script.tokens[1]);
	assert_int_equal(0, strncmp(script.tokens[0], "canary-", 7));
	assert_int_equal(0, script.canary.counts.alarms);
	bench_close(bench);
}

static void
three_tries_are_an_alarm_and_a_good_one_ends_it(void **state)
{
	struct script script;
	struct bench *bench = canary_bench(&script, "gbbbg", FAR_APART);

	(void)state;
	assert_true(run_till(&bench->loop, hub_has_failed, bench));
	assert_int_equal(4, script.tries);
	assert_string_equal("bad ?? ?as? scripted?", bench->hub.proof_why);
	/* one after the other, not one in each period */
	assert_true(script.end_mono_us[3] - script.end_mono_us[1] < FAR_MS * 1000);
	assert_true(run_till(&bench->loop, hub_has_proven, bench));
	assert_int_equal(1, script.canary.counts.alarms);
	bench_close(bench);
}

static void
two_bad_tries_are_none(void **state)
{
	struct script script;
	struct bench *bench = canary_bench(&script, "bng", FAR_APART);

	(void)state;
	assert_true(run_till(&bench->loop, hub_has_proven, bench));
	assert_int_equal(3, script.tries);
	assert_int_equal(1, script.aborts);
	assert_int_equal(0, script.canary.counts.alarms);
	bench_close(bench);
}

static void
silence_is_an_alarm_with_the_reason_of_abort(void **state)
{
	struct script script;
	struct bench *bench = canary_bench(&script, "a", FAST);

	(void)state;
	assert_true(run_till(&bench->loop, hub_has_failed, bench));
	assert_int_equal(3, script.aborts);
	assert_string_equal("said by abort", bench->hub.proof_why);
	hs_canary_done(&script.canary, true, ""); /* no try is under way, or another one */
	bench_close(bench);
}

static bool
hub_hears_of_nobody(void *owner)
{
	const struct fake_hub *hub = &((struct bench *)owner)->hub;
	return hub->proof == (int)HS_PROOF(UNPROVEN) && strcmp(hub->proof_why, "nobody there") == 0;
}

static void
nobody_there_is_no_alarm_and_no_proof(void **state)
{
	struct script script;
	struct bench *bench = canary_bench(&script, "gs", FAR_APART);

	(void)state;
	assert_true(run_till(&bench->loop, hub_has_proven, bench));
	assert_true(run_till(&bench->loop, hub_hears_of_nobody, bench));
	assert_true(run_till(&bench->loop, has_tried, &(struct tries){ &script, 5 }));
	assert_int_equal(0, script.canary.counts.alarms);
	bench_close(bench);
}

static bool
hub_has_heard(void *owner)
{
	return ((struct bench *)owner)->hub.heartbeats >= 2;
}

static void
off_means_unproven(void **state)
{
	struct script script;
	struct bench *bench = canary_bench(&script, "b", "canary_ms: 0\n");

	(void)state;
	assert_true(run_till(&bench->loop, hub_has_heard, bench));
	run_for(&bench->loop, 300);
	assert_int_equal(0, script.tries);
	assert_int_equal(HS_PROOF(UNPROVEN), bench->hub.proof);
	bench->probe.scripts[0] = "a";
	deliver(bench, 1, "d1");
	assert_true(wait_ack(bench, 1)); /* and orders go out */
	bench_close(bench);
}

static void
a_round_waits_for_an_attempt_but_not_for_ever(void **state)
{
	struct script script;
	struct bench *bench = canary_bench(&script, "g",
		"canary_ms: 400\ncanary_timeout_ms: 600\nattempt_timeout_ms: 20000\n");

	(void)state;
	assert_true(run_till(&bench->loop, hub_has_proven, bench));
	bench->probe.scripts[0] = "n";
	deliver(bench, 1, "d1");
	assert_true(run_till(&bench->loop, has_seen_one, bench));
	size_t before = script.tries;
	assert_true(run_till(&bench->loop, has_tried, &(struct tries){ &script, before + 1 }));
	assert_true(
		script.end_mono_us[before] - script.end_mono_us[before - 1] >= (400 + 600) * 1000);
	bench_close(bench);
}

static void
an_order_waits_for_the_first_proof_only_when_it_must(void **state)
{
	struct script script;
	struct bench *bench = canary_bench(&script, "b", FAST "proof_required: always\n");

	(void)state;
	bench->probe.scripts[0] = "a";
	assert_true(run_till(&bench->loop, hub_has_failed, bench));
	deliver(bench, 1, "d1");
	wait_receipt(bench, 1, "one", HS_RECEIPT(HELD));
	run_for(&bench->loop, 300);
	assert_int_equal(0, bench->probe.attempts[0]);
	script.letters = "g";
	assert_true(wait_ack(bench, 1));
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->hub, 1, "one"));
	script.letters = "b";
	assert_true(run_till(&bench->loop, hub_has_failed, bench));
	deliver(bench, 2, "d2");
	assert_true(wait_ack(bench, 2)); /* an alarm stops nothing */
	bench_close(bench);
}

static bool
hub_knows_of_maintenance(void *owner)
{
	return ((struct bench *)owner)->hub.maintenance;
}

static void
in_maintenance_nothing_of_the_adapter_lives(void **state)
{
	struct script script;
	struct bench *bench =
		canary_bench(&script, "g", FAST "maintenance: true\nunacked_max: 1\n");

	(void)state;
	for (uint64_t seq = 1; seq <= 4; seq++)
		fake_deliver(&bench->hub, seq, seq - 1, order(bench, "d", (uint32_t)seq));
	wait_receipt(bench, 4, "", HS_RECEIPT(HELD));
	assert_true(run_till(&bench->loop, hub_knows_of_maintenance, bench));
	run_for(&bench->loop, 300);
	assert_null(bench->probe.adapter); /* open was not called */
	assert_int_equal(0, bench->probe.seen_count);
	assert_int_equal(0, script.tries);
	assert_int_equal(0, bench->hub.outlets);
	for (uint64_t seq = 1; seq <= 4; seq++) {
		assert_int_equal(HS_RECEIPT(HELD), fake_state_of(&bench->hub, seq, ""));
		assert_string_equal(
			HS_MAINTENANCE_REASON, fake_receipt_of(&bench->hub, seq, "")->detail);
	}
	assert_int_equal(0, bench->hub.ack_seq); /* all of it comes again */
	bench->probe.closed = true;		 /* bench_close looks whether close was called */
	bench_close(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_proof_is_told_and_comes_again_each_period),
		cmocka_unit_test(three_tries_are_an_alarm_and_a_good_one_ends_it),
		cmocka_unit_test(two_bad_tries_are_none),
		cmocka_unit_test(silence_is_an_alarm_with_the_reason_of_abort),
		cmocka_unit_test(nobody_there_is_no_alarm_and_no_proof),
		cmocka_unit_test(off_means_unproven),
		cmocka_unit_test(a_round_waits_for_an_attempt_but_not_for_ever),
		cmocka_unit_test(an_order_waits_for_the_first_proof_only_when_it_must),
		cmocka_unit_test(in_maintenance_nothing_of_the_adapter_lives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
