/* What leaves for the loudspeakers, and what is told of it. */
#include "tests/unit/adapters/jalert/jalert_bench.h"

static void
plan_is_written_and_played(void **state)
{
	struct bench *bench = *state;
	bench->answers[0] = "accepted";
	fake_deliver(&bench->live, 5, 4, order(bench, HS_MODE(LIVE), "d1", 1));
	assert_true(wait_state(bench, &bench->live, 5, HS_RECEIPT(ACCEPTED)));
	assert_string_equal("play live-00fflive-5", bench->requests[0]);
	char path[160];
	snprintf(path, sizeof(path), "%s/live-00fflive-5.json", bench->dir);
	json_t *json = json_load_file(path, 0, NULL);
	assert_non_null(json);
	assert_string_equal("live-00fflive-5", json_string_value(json_object_get(json, "id")));
	json_decref(json);
	assert_true(wait_outlet(bench, &bench->live, 5, "plan_dir", HS_RECEIPT(ACCEPTED)));
	assert_true(wait_ack(bench, &bench->live, 5));
	assert_int_equal(5, bench->live.ack_seq);
	/* accepted is not played: that is told later */
	controller_answer(bench, "live-00fflive-5", "started");
	controller_answer(bench, "live-00fflive-5", "finished");
	assert_true(wait_state(bench, &bench->live, 5, HS_RECEIPT(DISPLAYED)));
}

static void
unanswered_plan_is_sent_again(void **state)
{
	struct bench *bench = *state;
	fake_deliver(&bench->live, 1, 0, order(bench, HS_MODE(LIVE), "d1", 1));
	assert_true(wait_asked(bench, "play live-00fflive-1", 2));
	assert_string_equal(bench->requests[0], bench->requests[1]);
	assert_int_equal(0, bench->live.ack_seq);
	bench->answers[0] = "accepted";
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(ACCEPTED)));
}

static void
absent_controller_is_waited_for_until_too_late(void **state)
{
	(void)state;
	struct bench *bench = bench_open("max_age_ms: 4000\n");
	fake_deliver(&bench->live, 1, 0, order(bench, HS_MODE(LIVE), "d1", 1));
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(EXPIRED)));
	assert_non_null(strstr(fake_receipt_of(&bench->live, 1, "controller")->detail,
		"the controller is not connected"));
	/* a controller that comes later is not told old things */
	controller_listen(bench);
	assert_true(run_till(&bench->loop, controller_is_there, bench));
	serve_for(bench, 700);
	assert_int_equal(0, bench->request_count);
	bench_close(bench);
}

static void
live_stops_a_drill_that_plays(void **state)
{
	struct bench *bench = *state;
	bench->answers[0] = "accepted";
	fake_deliver(&bench->drill, 1, 0, order(bench, HS_MODE(DRILL), "t1", 1));
	assert_true(wait_state(bench, &bench->drill, 1, HS_RECEIPT(ACCEPTED)));
	fake_deliver(&bench->live, 1, 0, order(bench, HS_MODE(LIVE), "d1", 1));
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(ACCEPTED)));
	assert_true(wait_state(bench, &bench->drill, 1, HS_RECEIPT(FAILED)));
	assert_int_equal(3, bench->request_count);
	assert_string_equal("play drill-11eedril-1", bench->requests[0]);
	assert_string_equal("stop drill-11eedril-1", bench->requests[1]);
	assert_string_equal("play live-00fflive-1", bench->requests[2]);
}

static void
drill_waits_while_a_live_one_plays(void **state)
{
	struct bench *bench = *state;
	bench->answers[0] = "accepted";
	fake_deliver(&bench->live, 1, 0, order(bench, HS_MODE(LIVE), "d1", 1));
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(ACCEPTED)));
	fake_deliver(&bench->drill, 1, 0, order(bench, HS_MODE(DRILL), "t1", 1));
	serve_for(bench, 300);
	assert_int_equal(1, bench->request_count);
	assert_int_equal(0, fake_state_of(&bench->drill, 1, "controller"));
	controller_answer(bench, "live-00fflive-1", "finished");
	assert_true(wait_state(bench, &bench->drill, 1, HS_RECEIPT(ACCEPTED)));
	assert_string_equal("play drill-11eedril-1", bench->requests[1]);
}

static void
other_municipalities_and_low_levels_stay_silent(void **state)
{
	(void)state;
	struct bench *bench = bench_open("areas: [\"990027\"]\n");
	controller_listen(bench);
	fake_deliver(&bench->live, 1, 0, order(bench, HS_MODE(LIVE), "d1", 1));
	assert_true(wait_outlet(bench, &bench->live, 1, "", HS_RECEIPT(FILTERED)));
	assert_true(wait_ack(bench, &bench->live, 1));
	serve_for(bench, 150);
	assert_int_equal(0, bench->request_count);
	bench_close(bench);
	bench = bench_open("level_min: 5\nareas: [\"99\"]\n");
	fake_deliver(&bench->live, 1, 0, order(bench, HS_MODE(LIVE), "d1", 1));
	assert_true(wait_outlet(bench, &bench->live, 1, "", HS_RECEIPT(FILTERED)));
	bench_close(bench);
}

static void
folder_that_cannot_be_written_is_reported(void **state)
{
	struct bench *bench = *state;
	bench->settings.plan_dir = "/nonexistent-folder";
	fake_deliver(&bench->live, 1, 0, order(bench, HS_MODE(LIVE), "d1", 1));
	assert_true(wait_outlet(bench, &bench->live, 1, "plan_dir", HS_RECEIPT(FAILED)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LISTENING(plan_is_written_and_played),
		HASTY(unanswered_plan_is_sent_again),
		cmocka_unit_test(absent_controller_is_waited_for_until_too_late),
		LISTENING(live_stops_a_drill_that_plays),
		LISTENING(drill_waits_while_a_live_one_plays),
		cmocka_unit_test(other_municipalities_and_low_levels_stay_silent),
		ALONE(folder_that_cannot_be_written_is_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
