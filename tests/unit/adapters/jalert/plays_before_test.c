/* What a process before this one sent, and what comes of it now. */
#include "tests/unit/adapters/jalert/jalert_bench.h"

#define AGAIN_MS 700 /* some attempts and ticks */

static hs_notice *
missile(struct bench *bench, const char *id, int action)
{
	return civil(bench, HS_MODE(LIVE), action, id, "missile");
}

/* seq 5, which the loudspeakers took. */
static void
begin(struct bench *bench)
{
	const struct fake_told told = { 5, missile(bench, "a", HS_ACTION(ISSUE)), "controller" };
	bench->live.newest_seq = 6;
	fake_past(&bench->live, 6, &told, 1, true);
	fake_live(&bench->live);
}

static void
take_back(struct bench *bench)
{
	fake_deliver(&bench->live, 6, 0, missile(bench, "c", HS_ACTION(CANCEL)));
}

/* The place of the first request like it; asserts that it is there once. */
static size_t
place_of(const struct bench *bench, const char *request)
{
	size_t at = 0;
	assert_int_equal(1, asked(bench, request));
	while (strcmp(bench->requests[at], request) != 0)
		at++;
	return at;
}

static void
check_order(const struct bench *bench)
{
	size_t question = place_of(bench, "ask live-00fflive-5");
	size_t stop = place_of(bench, "stop live-00fflive-5");
	size_t correction = place_of(bench, "play live-00fflive-6");
	assert_true(question < stop && stop < correction);
	assert_int_equal(0, asked(bench, "play live-00fflive-5"));
}

static void
what_may_sound_is_stopped_before_the_answer(void **state)
{
	struct bench *bench = *state;
	bench->late_asks = bench->late_stops = true;
	bench->answers[0] = "accepted";
	begin(bench);
	assert_true(wait_asked(bench, "ask live-00fflive-5", 1));
	take_back(bench);
	assert_true(wait_state(bench, &bench->live, 6, HS_RECEIPT(ACCEPTED)));
	check_order(bench);
	assert_int_equal(0, fake_state_of(&bench->live, 5, "controller"));
	controller_answer(bench, "live-00fflive-5", "started");
	assert_true(wait_state(bench, &bench->live, 5, HS_RECEIPT(EXPIRED)));
	assert_true(is_told(&bench->live, 5, HS_RECEIPT(EXPIRED), "taken back"));
	controller_answer(bench, "live-00fflive-5", "failed"); /* the stop */
	serve_for(bench, AGAIN_MS);
	assert_true(is_told(&bench->live, 5, HS_RECEIPT(EXPIRED), "taken back"));
	check_order(bench);
}

static void
what_had_ended_is_told_as_played(void **state)
{
	struct bench *bench = *state;
	bench->late_asks = bench->late_stops = true;
	bench->answers[0] = "accepted";
	assert_true(run_till(&bench->loop, controller_is_there, bench));
	begin(bench);
	take_back(bench);
	assert_true(wait_state(bench, &bench->live, 6, HS_RECEIPT(ACCEPTED)));
	check_order(bench);
	controller_answer(bench, "live-00fflive-5", "finished");
	assert_true(wait_state(bench, &bench->live, 5, HS_RECEIPT(DISPLAYED)));
	controller_answer(bench, "live-00fflive-5", "failed");
	serve_for(bench, AGAIN_MS);
	assert_int_equal(HS_RECEIPT(DISPLAYED), fake_state_of(&bench->live, 5, "controller"));
}

static void
what_is_known_to_be_over_is_not_stopped(void **state)
{
	struct bench *bench = *state;
	bench->answers[0] = "accepted";
	bench->asked = "finished";
	begin(bench);
	assert_true(wait_state(bench, &bench->live, 5, HS_RECEIPT(DISPLAYED)));
	take_back(bench);
	assert_true(wait_state(bench, &bench->live, 6, HS_RECEIPT(ACCEPTED)));
	assert_int_equal(0, asked(bench, "stop live-00fflive-5"));
	assert_int_equal(HS_RECEIPT(DISPLAYED), fake_state_of(&bench->live, 5, "controller"));
}

static void
a_controller_that_comes_later_hears_the_stop_first(void **state)
{
	struct bench *bench = *state;
	begin(bench);
	take_back(bench);
	run_for(&bench->loop, 300);
	bench->answers[0] = "accepted";
	bench->asked = "started";
	controller_listen(bench);
	assert_true(wait_state(bench, &bench->live, 6, HS_RECEIPT(ACCEPTED)));
	serve_for(bench, AGAIN_MS);
	check_order(bench);
	assert_true(is_told(&bench->live, 5, HS_RECEIPT(EXPIRED), "taken back"));
}

static void
what_is_said_beside_it_goes_on(void **state)
{
	struct bench *bench = *state;
	const struct fake_told told[] = {
		{ 4, civil(bench, HS_MODE(LIVE), HS_ACTION(ISSUE), "b", "air_attack"),
			"controller" },
		{ 5, missile(bench, "a", HS_ACTION(ISSUE)), "controller" }
	};
	bench->late_asks = true;
	bench->answers[0] = "accepted";
	bench->live.newest_seq = 6;
	fake_past(&bench->live, 6, told, 2, true);
	take_back(bench);
	assert_true(wait_state(bench, &bench->live, 6, HS_RECEIPT(ACCEPTED)));
	assert_int_equal(1, asked(bench, "stop live-00fflive-5"));
	assert_int_equal(0, asked(bench, "stop live-00fflive-4"));
}

/* Neither was acknowledged: both come once more. What was stopped at the controller would begin again there. */
static void
what_was_told_with_its_end_does_not_begin_again(void **state)
{
	struct bench *bench = *state;
	const struct fake_told told[] = { { 5, missile(bench, "a", HS_ACTION(ISSUE)),
						  "controller" },
		{ 6, missile(bench, "c", HS_ACTION(CANCEL)), "controller" } };
	bench->answers[0] = "accepted";
	bench->live.newest_seq = 6;
	fake_past(&bench->live, 6, told, 2, true);
	fake_deliver(&bench->live, 5, 0, missile(bench, "a", HS_ACTION(ISSUE)));
	fake_deliver(&bench->live, 6, 5, missile(bench, "c", HS_ACTION(CANCEL)));
	assert_true(wait_state(bench, &bench->live, 6, HS_RECEIPT(ACCEPTED)));
	assert_true(wait_outlet(bench, &bench->live, 5, "", HS_RECEIPT(FILTERED)));
	assert_true(wait_ack(bench, &bench->live, 6));
	serve_for(bench, AGAIN_MS);
	assert_int_equal(0, asked(bench, "play live-00fflive-5"));
}

static hs_notice *
eew(struct bench *bench, int action, int64_t age_ms)
{
	struct hs_arena *arena = bench->arena;
	hs_notice *notice = civil(bench, HS_MODE(LIVE), action, "eew", "");
	hs_intensity *one = hs_message_new(arena, &hansho__v1__intensity__descriptor);
	notice->kind = HS_KIND(EEW);
	notice->times->reported = hs_time_new(arena, hs_clock_unix_us() - age_ms * 1000, 540);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EEW;
	notice->eew = hs_message_new(arena, &hansho__v1__eew__descriptor);
	notice->eew->warning = true;
	notice->eew->earthquake = hs_message_new(arena, &hansho__v1__earthquake__descriptor);
	one->value = hs_arena_strdup(arena, "7");
	one->area = notice->areas[0];
	assert_true(hs_repeat(arena, &notice->eew->earthquake->n_intensities,
		&notice->eew->earthquake->intensities, one));
	return notice;
}

/* It was heard, another notice kept its ack back, and now it is too old to be said: its cancel is not. */
static void
what_was_heard_and_comes_too_late_is_taken_back(void **state)
{
	struct bench *bench = *state;
	const struct fake_told told = { 5, eew(bench, HS_ACTION(ISSUE), 120000), "controller" };
	bench->answers[0] = "accepted";
	bench->asked = "started";
	bench->live.newest_seq = 6;
	fake_past(&bench->live, 6, &told, 1, true);
	fake_deliver(&bench->live, 5, 0, eew(bench, HS_ACTION(ISSUE), 120000));
	fake_deliver(&bench->live, 6, 5, eew(bench, HS_ACTION(CANCEL), 0));
	assert_true(wait_state(bench, &bench->live, 6, HS_RECEIPT(ACCEPTED)));
	assert_true(wait_outlet(bench, &bench->live, 5, "", HS_RECEIPT(EXPIRED)));
	serve_for(bench, AGAIN_MS);
	check_order(bench);
}

/* An older order comes again (it was not acknowledged) before the cancel: what sounds from before is stopped all the same. */
static void
what_sounds_is_stopped_though_an_older_one_is_sent_again(void **state)
{
	struct bench *bench = *state;
	const struct fake_told told = { 5, missile(bench, "a", HS_ACTION(ISSUE)), "controller" };
	bench->answers[0] = "accepted";
	bench->asked = "started";
	bench->live.newest_seq = 6;
	fake_past(&bench->live, 6, &told, 1, true);
	fake_deliver(&bench->live, 3, 0, order(bench, HS_MODE(LIVE), "old", 1));
	fake_deliver(&bench->live, 6, 3, missile(bench, "c", HS_ACTION(CANCEL)));
	assert_true(wait_state(bench, &bench->live, 6, HS_RECEIPT(ACCEPTED)));
	assert_true(wait_asked(bench, "play live-00fflive-3", 1));
	serve_for(bench, AGAIN_MS);
	assert_int_equal(1, asked(bench, "play live-00fflive-3"));
	assert_int_equal(1, asked(bench, "ask live-00fflive-5"));
	assert_int_equal(1, asked(bench, "stop live-00fflive-5"));
}

/* The same with an early warning that is delivered again, too late to be said. */
static void
an_early_warning_is_stopped_though_an_older_one_is_sent_again(void **state)
{
	struct bench *bench = *state;
	const struct fake_told told = { 5, eew(bench, HS_ACTION(ISSUE), 120000), "controller" };
	bench->answers[0] = "accepted";
	bench->asked = "started";
	bench->live.newest_seq = 6;
	fake_past(&bench->live, 6, &told, 1, true);
	fake_deliver(&bench->live, 3, 0, order(bench, HS_MODE(LIVE), "old", 1));
	fake_deliver(&bench->live, 5, 3, eew(bench, HS_ACTION(ISSUE), 120000));
	fake_deliver(&bench->live, 6, 5, eew(bench, HS_ACTION(CANCEL), 0));
	assert_true(wait_state(bench, &bench->live, 6, HS_RECEIPT(ACCEPTED)));
	serve_for(bench, AGAIN_MS);
	assert_int_equal(1, asked(bench, "stop live-00fflive-5"));
}

/* The receipt was lost with the process or the hub; the controller says that it sounds; its cancel comes. */
static void
what_the_controller_says_was_heard_is_taken_back(void **state)
{
	struct bench *bench = *state;
	bench->answers[0] = "accepted";
	bench->asked = "started";
	bench->live.newest_seq = 5;
	fake_past(&bench->live, 5, NULL, 0, true);
	fake_deliver(&bench->live, 5, 0, eew(bench, HS_ACTION(ISSUE), 120000));
	fake_live(&bench->live);
	assert_true(wait_state(
		bench, &bench->live, 5, HS_RECEIPT(ACCEPTED))); /* "started", by the ask */
	fake_deliver(&bench->live, 6, 5, eew(bench, HS_ACTION(CANCEL), 0));
	assert_true(wait_asked(bench, "play live-00fflive-6", 1));
	serve_for(bench, AGAIN_MS);
	assert_int_equal(1, asked(bench, "stop live-00fflive-5"));
	assert_int_equal(1, asked(bench, "play live-00fflive-6"));
}

/* Its cancel comes before the answer, and nobody is known to have heard it: it is stopped all the same. */
static void
what_may_sound_is_stopped_by_a_cancel_that_is_not_said(void **state)
{
	struct bench *bench = *state;
	bench->late_asks = true;
	bench->live.newest_seq = 5;
	fake_past(&bench->live, 5, NULL, 0, true);
	fake_deliver(&bench->live, 5, 0, eew(bench, HS_ACTION(ISSUE), 120000));
	fake_live(&bench->live);
	assert_true(wait_asked(bench, "ask live-00fflive-5", 1));
	serve_for(bench, AGAIN_MS);
	assert_int_equal(1, asked(bench, "ask live-00fflive-5"));
	fake_deliver(&bench->live, 6, 5, eew(bench, HS_ACTION(CANCEL), 0));
	assert_true(wait_outlet(bench, &bench->live, 6, "", HS_RECEIPT(FILTERED)));
	assert_true(wait_asked(bench, "stop live-00fflive-5", 1));
	serve_for(bench, AGAIN_MS);
	assert_int_equal(1, asked(bench, "stop live-00fflive-5"));
}

/* The correction of before may still sound when the other route takes the same back. */
static void
a_correction_is_not_silenced_by_another(void **state)
{
	struct bench *bench = *state;
	const struct fake_told told[] = { { 5, missile(bench, "a", HS_ACTION(ISSUE)),
						  "controller" },
		{ 6, missile(bench, "c", HS_ACTION(CANCEL)), "controller" } };
	bench->late_asks = true;
	bench->live.newest_seq = 7;
	fake_past(&bench->live, 6, told, 2, true);
	fake_live(&bench->live);
	fake_deliver(&bench->live, 7, 0, missile(bench, "d", HS_ACTION(CANCEL)));
	assert_true(wait_outlet(bench, &bench->live, 7, "", HS_RECEIPT(FILTERED)));
	serve_for(bench, AGAIN_MS);
	assert_int_equal(0, asked(bench, "stop live-00fflive-6"));
}

/* The hub was empty at the start, and is connected anew: what is in force by then came to this process. */
static void
only_the_first_snapshot_tells_of_before(void **state)
{
	struct bench *bench = *state;
	const struct fake_told told = { 5, missile(bench, "a", HS_ACTION(ISSUE)), "controller" };
	fake_past(&bench->live, 0, NULL, 0, true);
	fake_past(&bench->live, 6, &told, 1, true);
	fake_live(&bench->live);
	serve_for(bench, AGAIN_MS);
	assert_int_equal(0, bench->request_count);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LISTENING(what_may_sound_is_stopped_before_the_answer),
		LISTENING(what_had_ended_is_told_as_played),
		LISTENING(what_is_known_to_be_over_is_not_stopped),
		ALONE(a_controller_that_comes_later_hears_the_stop_first),
		LISTENING(what_is_said_beside_it_goes_on),
		LISTENING(what_was_told_with_its_end_does_not_begin_again),
		LISTENING(what_was_heard_and_comes_too_late_is_taken_back),
		LISTENING(what_sounds_is_stopped_though_an_older_one_is_sent_again),
		LISTENING(an_early_warning_is_stopped_though_an_older_one_is_sent_again),
		LISTENING(what_the_controller_says_was_heard_is_taken_back),
		LISTENING(what_may_sound_is_stopped_by_a_cancel_that_is_not_said),
		LISTENING(a_correction_is_not_silenced_by_another),
		LISTENING(only_the_first_snapshot_tells_of_before),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
