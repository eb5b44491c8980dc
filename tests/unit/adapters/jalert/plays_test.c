/* Who makes way at the loudspeakers: also what is only on its way there, and what was stopped and begins again. */
#include "tests/unit/adapters/jalert/jalert_bench.h"

#define LONG_MS 700 /* some attempts and ticks */

static void
live(struct bench *bench, uint64_t seq, int action, const char *id, const char *type)
{
	fake_deliver(&bench->live, seq, seq - 1, civil(bench, HS_MODE(LIVE), action, id, type));
}

static void
what_was_never_sent_is_withdrawn_and_its_cancel_is_not_said(void **state)
{
	struct bench *bench = *state;
	live(bench, 1, HS_ACTION(ISSUE), "a", "missile");
	serve_for(bench, 100);
	live(bench, 2, HS_ACTION(CANCEL), "c", "missile");
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(EXPIRED)));
	assert_true(is_told(&bench->live, 1, HS_RECEIPT(EXPIRED), "taken back"));
	assert_true(wait_state(bench, &bench->live, 2, HS_RECEIPT(FILTERED)));
	controller_listen(bench);
	assert_true(run_till(&bench->loop, controller_is_there, bench));
	serve_for(bench, LONG_MS);
	assert_int_equal(0, bench->request_count);
	/* it is news again */
	bench->answers[0] = "accepted";
	live(bench, 3, HS_ACTION(ISSUE), "b", "missile");
	assert_true(wait_state(bench, &bench->live, 3, HS_RECEIPT(ACCEPTED)));
}

static void
what_may_have_been_sent_is_stopped_and_taken_back(void **state)
{
	struct bench *bench = *state;
	live(bench, 1, HS_ACTION(ISSUE), "a", "missile");
	assert_true(wait_asked(bench, "play live-00fflive-1", 1));
	size_t plays = asked(bench, "play live-00fflive-1");
	bench->answers[0] = "accepted";
	live(bench, 2, HS_ACTION(CANCEL), "c", "missile");
	assert_true(wait_state(bench, &bench->live, 2, HS_RECEIPT(ACCEPTED)));
	assert_true(is_told(&bench->live, 1, HS_RECEIPT(EXPIRED), "taken back"));
	serve_for(bench, LONG_MS);
	assert_int_equal(plays, asked(bench, "play live-00fflive-1"));
	assert_int_equal(1, asked(bench, "stop live-00fflive-1"));
	assert_string_equal("stop live-00fflive-1", bench->requests[plays]);
	assert_string_equal("play live-00fflive-2", bench->requests[plays + 1]);
}

static void
a_stop_that_could_not_leave_is_sent_when_the_controller_is_back(void **state)
{
	struct bench *bench = *state;
	bench->answers[0] = "accepted";
	live(bench, 1, HS_ACTION(ISSUE), "a", "missile");
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(ACCEPTED)));
	controller_leave(bench);
	live(bench, 2, HS_ACTION(CANCEL), "c", "missile");
	run_for(&bench->loop, 100);
	controller_listen(bench);
	assert_true(wait_state(bench, &bench->live, 2, HS_RECEIPT(ACCEPTED)));
	serve_for(bench, LONG_MS);
	assert_int_equal(1, asked(bench, "stop live-00fflive-1"));
}

static void
plays_of_one_event_keep_their_order(void **state)
{
	struct bench *bench = *state;
	live(bench, 1, HS_ACTION(ISSUE), "a", "missile");
	assert_true(wait_asked(bench, "play live-00fflive-1", 1));
	hs_notice *fewer = civil(bench, HS_MODE(LIVE), HS_ACTION(ISSUE), "b", "air_attack");
	fewer->n_areas = 1; /* not all places of the first: it takes nobody's place */
	fake_deliver(&bench->live, 2, 1, fewer);
	serve_for(bench, LONG_MS);
	assert_int_equal(0, asked(bench, "play live-00fflive-2"));
	bench->answers[0] = "accepted";
	assert_true(wait_state(bench, &bench->live, 2, HS_RECEIPT(ACCEPTED)));
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->live, 1, "controller"));
}

/* A later revision says only what is new: the places of the one before it are still to hear theirs. The first one waits for the
 * controller, or for its answer. */
static void
a_later_revision_leaves_nobody_without_the_first(void **state)
{
	struct bench *bench = *state;
	bool listened = bench->listening;
	live(bench, 1, HS_ACTION(ISSUE), "a", "missile");
	serve_for(bench, 50);
	hs_notice *fewer = civil(bench, HS_MODE(LIVE), HS_ACTION(UPDATE), "a", "air_attack");
	fewer->document->revision = 2;
	fewer->n_areas = 1;
	fake_deliver(&bench->live, 2, 1, fewer);
	serve_for(bench, LONG_MS);
	if (!listened)
		controller_listen(bench);
	bench->answers[0] = "accepted";
	assert_true(wait_state(bench, &bench->live, 2, HS_RECEIPT(ACCEPTED)));
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->live, 1, "controller"));
}

static void
a_cancel_of_one_kind_leaves_the_other(void **state)
{
	struct bench *bench = *state;
	bench->answers[0] = "accepted";
	bench->answers[1] = "started";
	live(bench, 1, HS_ACTION(ISSUE), "a", "missile");
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(ACCEPTED)));
	serve_for(bench, 50);
	bench->answers[1] = NULL;
	live(bench, 2, HS_ACTION(ISSUE), "b", "air_attack");
	assert_true(wait_state(bench, &bench->live, 2, HS_RECEIPT(ACCEPTED)));
	live(bench, 3, HS_ACTION(CANCEL), "c", "missile");
	assert_true(wait_state(bench, &bench->live, 3, HS_RECEIPT(ACCEPTED)));
	assert_true(is_told(&bench->live, 1, HS_RECEIPT(EXPIRED), "taken back"));
	assert_int_equal(1, asked(bench, "stop live-00fflive-1"));
	assert_int_equal(0, asked(bench, "stop live-00fflive-2"));
	controller_answer(bench, "live-00fflive-2", "finished");
	assert_true(wait_state(bench, &bench->live, 2, HS_RECEIPT(DISPLAYED)));
}

static void
an_interrupted_drill_does_not_sound_beside_a_live_one(void **state)
{
	struct bench *bench = *state;
	bench->answers[0] = "accepted";
	fake_deliver(&bench->drill, 1, 0, order(bench, HS_MODE(DRILL), "t1", 1));
	assert_true(wait_state(bench, &bench->drill, 1, HS_RECEIPT(ACCEPTED)));
	fake_deliver(&bench->drill, 2, 1,
		civil(bench, HS_MODE(DRILL), HS_ACTION(ISSUE), "t2", "missile"));
	assert_true(wait_state(bench, &bench->drill, 2, HS_RECEIPT(ACCEPTED)));
	assert_int_equal(1, asked(bench, "stop drill-11eedril-1"));
	bench->answers[0] = NULL; /* the live one stays on its way */
	live(bench, 1, HS_ACTION(ISSUE), "a", "missile");
	assert_true(wait_state(bench, &bench->drill, 2, HS_RECEIPT(FAILED)));
	serve_for(bench, LONG_MS);
	assert_int_equal(1, asked(bench, "stop drill-11eedril-2"));
	assert_int_equal(1, asked(bench, "play drill-11eedril-1"));
	assert_true(is_told(&bench->drill, 1, HS_RECEIPT(EXPIRED), "live"));
}

static void
a_drill_that_a_live_one_stopped_is_over(void **state)
{
	struct bench *bench = *state;
	bench->answers[0] = "accepted";
	bench->late_stops = true;
	fake_deliver(&bench->drill, 1, 0, order(bench, HS_MODE(DRILL), "t1", 1));
	assert_true(wait_state(bench, &bench->drill, 1, HS_RECEIPT(ACCEPTED)));
	live(bench, 1, HS_ACTION(ISSUE), "a", "missile");
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(ACCEPTED)));
	/* more urgent than the first, whose stop is not answered */
	fake_deliver(&bench->drill, 2, 1,
		civil(bench, HS_MODE(DRILL), HS_ACTION(ISSUE), "t2", "missile"));
	serve_for(bench, 100);
	controller_answer(bench, "drill-11eedril-1", "failed");
	assert_true(wait_state(bench, &bench->drill, 1, HS_RECEIPT(FAILED)));
	controller_answer(bench, "live-00fflive-1", "finished");
	assert_true(wait_state(bench, &bench->drill, 2, HS_RECEIPT(ACCEPTED)));
	controller_answer(bench, "drill-11eedril-2", "finished");
	assert_true(wait_state(bench, &bench->drill, 2, HS_RECEIPT(DISPLAYED)));
	serve_for(bench, LONG_MS);
	assert_int_equal(1, asked(bench, "stop drill-11eedril-1"));
	assert_int_equal(1, asked(bench, "play drill-11eedril-1"));
}

static void
what_was_interrupted_waits_for_the_one_above_and_for_its_own_stop(void **state)
{
	struct bench *bench = *state;
	bench->answers[0] = "accepted";
	fake_deliver(&bench->live, 1, 0, order(bench, HS_MODE(LIVE), "d1", 1));
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(ACCEPTED)));
	bench->answers[0] = NULL;
	bench->late_stops = true;
	live(bench, 2, HS_ACTION(ISSUE), "a", "missile");
	assert_true(wait_asked(bench, "play live-00fflive-2", 1));
	serve_for(bench, LONG_MS);
	assert_int_equal(1, asked(bench, "stop live-00fflive-1"));
	assert_int_equal(1, asked(bench, "play live-00fflive-1")); /* the other is on its way */
	bench->answers[0] = "accepted";
	assert_true(wait_state(bench, &bench->live, 2, HS_RECEIPT(ACCEPTED)));
	controller_answer(bench, "live-00fflive-2", "finished");
	assert_true(wait_state(bench, &bench->live, 2, HS_RECEIPT(DISPLAYED)));
	serve_for(bench, LONG_MS);
	assert_int_equal(1, asked(bench, "play live-00fflive-1")); /* its stop was not answered */
	controller_answer(bench, "live-00fflive-1", "failed");
	assert_true(wait_asked(bench, "play live-00fflive-1", 2));
	serve_for(bench, LONG_MS);
	assert_int_equal(2, asked(bench, "play live-00fflive-1"));
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->live, 1, "controller"));
	controller_answer(bench, "live-00fflive-1", "finished");
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(DISPLAYED)));
}

/* One notice is in force. */
static void
snapshot(struct fake_hub *hub, uint64_t seq, hs_notice *notice)
{
	hs_deliver one, *list[] = { &one };
	hansho__v1__deliver__init(&one);
	one.seq = seq;
	one.notice = notice;
	Hansho__V1__Snapshot snapshot;
	hansho__v1__snapshot__init(&snapshot);
	snapshot.seq = seq;
	snapshot.n_notices = 1;
	snapshot.notices = list;
	snapshot.last = true;
	hs_link_frame frame;
	hansho__v1__link_frame__init(&frame);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_SNAPSHOT;
	frame.snapshot = &snapshot;
	fake_send(hub, &frame);
}

static void
what_the_process_before_sent_is_stopped_by_its_cancel_alone(void **state)
{
	struct bench *bench = *state;
	bench->asked = "started";
	bench->answers[0] = "accepted";
	snapshot(&bench->live, 3, civil(bench, HS_MODE(LIVE), HS_ACTION(ISSUE), "a", "missile"));
	assert_true(wait_state(bench, &bench->live, 3, HS_RECEIPT(ACCEPTED)));
	live(bench, 4, HS_ACTION(ISSUE), "b", "air_attack");
	assert_true(wait_state(bench, &bench->live, 4, HS_RECEIPT(ACCEPTED)));
	assert_int_equal(0, asked(bench, "stop live-00fflive-3"));
	live(bench, 5, HS_ACTION(CANCEL), "c", "missile");
	assert_true(wait_state(bench, &bench->live, 5, HS_RECEIPT(ACCEPTED)));
	assert_true(is_told(&bench->live, 3, HS_RECEIPT(EXPIRED), "taken back"));
	assert_int_equal(1, asked(bench, "ask live-00fflive-3"));
	assert_int_equal(1, asked(bench, "stop live-00fflive-3"));
	assert_int_equal(0, asked(bench, "stop live-00fflive-4"));
	assert_int_equal(0, asked(bench, "play live-00fflive-3"));
}

/* It came again unacknowledged, and its cancel before the controller: nobody knows what was sent before the restart. */
static void
a_cancel_of_what_the_process_before_may_have_sent_is_said(void **state)
{
	struct bench *bench = *state;
	snapshot(&bench->live, 1, civil(bench, HS_MODE(LIVE), HS_ACTION(ISSUE), "a", "missile"));
	live(bench, 1, HS_ACTION(ISSUE), "a", "missile");
	serve_for(bench, 100);
	live(bench, 2, HS_ACTION(CANCEL), "c", "missile");
	serve_for(bench, 100);
	bench->answers[0] = "accepted";
	controller_listen(bench);
	assert_true(wait_state(bench, &bench->live, 2, HS_RECEIPT(ACCEPTED)));
	assert_int_equal(1, asked(bench, "stop live-00fflive-1"));
	assert_int_equal(0, asked(bench, "play live-00fflive-1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ALONE(what_was_never_sent_is_withdrawn_and_its_cancel_is_not_said),
		LISTENING(what_may_have_been_sent_is_stopped_and_taken_back),
		LISTENING(a_stop_that_could_not_leave_is_sent_when_the_controller_is_back),
		HASTY(plays_of_one_event_keep_their_order),
		LISTENING(a_later_revision_leaves_nobody_without_the_first),
		ALONE(a_later_revision_leaves_nobody_without_the_first),
		LISTENING(a_cancel_of_one_kind_leaves_the_other),
		LISTENING(an_interrupted_drill_does_not_sound_beside_a_live_one),
		LISTENING(a_drill_that_a_live_one_stopped_is_over),
		LISTENING(what_was_interrupted_waits_for_the_one_above_and_for_its_own_stop),
		LISTENING(what_the_process_before_sent_is_stopped_by_its_cancel_alone),
		ALONE(a_cancel_of_what_the_process_before_may_have_sent_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
