/* The session with the hub: resume, holes, silence, another mode, another epoch, snapshots. */
#include "tests/unit/adapters/runtime/bench.h"

static bool
is_current(void *owner)
{
	return ((struct bench *)owner)->probe.lane_state == HS_LANE_CURRENT;
}

static void
session_resumes_where_it_was(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	bench->probe.scripts[0] = "a";
	assert_string_equal("probe-1", bench->hub.peer);
	assert_true(bench->hub.from_last_ack);
	assert_false(bench->hub.wants_snapshot);
	/* the hub may begin anywhere: it knows our last ack */
	fake_deliver(&bench->hub, 7, 6, order(bench, "d1", 1));
	assert_true(wait_ack(bench, 7));
	assert_int_equal(1, bench->probe.seen_count);
	assert_int_equal(HS_RECEIPT(RECEIVED), fake_state_of(&bench->hub, 7, ""));
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->hub, 7, "one"));
	fake_live(&bench->hub);
	assert_true(run_till(&bench->loop, is_current, bench));
	bench->hub.resumed = false;
	hs_link_drop(bench->hub.link);
	assert_true(run_till(&bench->loop, is_resumed, bench));
	assert_false(bench->hub.from_last_ack);
	assert_int_equal(7, bench->hub.resume_seq);
	assert_string_equal("epoch-a", bench->hub.resume_epoch);
	fake_deliver(&bench->hub, 7, 6, order(bench, "d1", 1));
	fake_deliver(&bench->hub, 9, 7, order(bench, "d2", 1));
	assert_true(wait_ack(bench, 9));
	assert_int_equal(2, bench->probe.seen_count);
	assert_int_equal(9, bench->probe.seen[1]);
	bench_close(bench);
}

static void
hole_drops_and_resumes(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(wait_ack(bench, 1));
	bench->hub.resumed = false;
	fake_deliver(&bench->hub, 3, 2, order(bench, "d3", 1));
	fake_deliver(&bench->hub, 4, 3, order(bench, "d4", 1));
	assert_true(run_till(&bench->loop, is_resumed, bench));
	assert_int_equal(2, bench->hub.ups);
	assert_int_equal(1, bench->hub.resume_seq);
	assert_int_equal(1, bench->probe.seen_count);
	bench_close(bench);
}

static void
hub_of_another_mode_gets_nothing_in(void **state)
{
	(void)state;
	struct bench *bench = bench_open_mode(&ringing, "", HS_MODE(DRILL));
	run_for(&bench->loop, 200);
	assert_false(bench->hub.resumed);
	assert_int_equal(0, bench->probe.seen_count);
	bench_close(bench);
}

static void
silent_hub_is_dropped(void **state)
{
	(void)state;
	struct bench *bench = bench_open_mode(&ringing, "", HS_MODE(LIVE));
	/* Heartbeats of ours go long before, also when the machine pauses for less than a second; more is not taken for silence. */
	bench->hub.beat_ms = 2000;
	assert_true(run_till(&bench->loop, is_resumed, bench));
	assert_int_equal(1, bench->hub.ups);
	bench->hub.resumed = false;
	assert_true(run_till(&bench->loop, is_resumed, bench));
	assert_true(bench->hub.ups >= 2);
	assert_true(bench->hub.heartbeats >= 1);
	bench_close(bench);
}

static void
new_epoch_starts_anew(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	fake_deliver(&bench->hub, 40, 0, order(bench, "d1", 1));
	assert_true(wait_ack(bench, 40));
	bench->hub.resumed = false;
	bench->hub.ack_seq = 0;
	snprintf(bench->hub.epoch, sizeof(bench->hub.epoch), "epoch-b");
	hs_link_drop(bench->hub.link);
	assert_true(run_till(&bench->loop, is_resumed, bench));
	assert_true(bench->hub.from_last_ack);
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(wait_ack(bench, 1));
	assert_int_equal(2, bench->probe.seen_count);
	bench_close(bench);
}

/* A journal that was restored from a copy: the same epoch, and other notices under the seqs that we had. */
static void
hub_that_lost_history_starts_anew(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	fake_deliver(&bench->hub, 40, 0, order(bench, "d1", 1));
	assert_true(wait_ack(bench, 40));
	bench->hub.resumed = false;
	bench->hub.ack_seq = 0;
	bench->hub.newest_seq = 30;
	hs_link_drop(bench->hub.link);
	assert_true(run_till(&bench->loop, is_resumed, bench));
	assert_true(bench->hub.from_last_ack);
	fake_deliver(&bench->hub, 31, 0, order(bench, "d2", 1));
	assert_true(wait_ack(bench, 31));
	assert_int_equal(31, bench->hub.ack_seq);
	assert_int_equal(2, bench->probe.seen_count);
	bench_close(bench);
}

static bool
has_snapshot(void *owner)
{
	return ((struct bench *)owner)->probe.snapshots == 1;
}

static void
snapshot_in_parts_is_shown_once(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&showing, "");
	assert_true(bench->hub.wants_snapshot);
	for (int part = 0; part < 2; part++) {
		hs_deliver delivers[2], *list[2] = { &delivers[0], &delivers[1] };
		for (size_t i = 0; i < 2; i++) {
			hansho__v1__deliver__init(&delivers[i]);
			delivers[i].seq = (uint64_t)part * 2 + i + 1;
			delivers[i].notice = order(bench, "d", 1);
		}
		delivers[1].notice->mode = part ? HS_MODE(DRILL) : HS_MODE(LIVE);
		Hansho__V1__Snapshot snapshot;
		hansho__v1__snapshot__init(&snapshot);
		snapshot.seq = 4;
		snapshot.n_notices = 2;
		snapshot.notices = list;
		snapshot.last = part == 1;
		hs_link_frame frame;
		hansho__v1__link_frame__init(&frame);
		frame.body_case = HANSHO__V1__LINK_FRAME__BODY_SNAPSHOT;
		frame.snapshot = &snapshot;
		fake_send(&bench->hub, &frame);
	}
	assert_true(run_till(&bench->loop, has_snapshot, bench));
	assert_int_equal(3, bench->probe.snapshot_notices); /* the drill is left out */
	bench_close(bench);
}

static void
what_was_told_before_is_asked_for_at_the_start(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&showing, "");
	assert_true(bench->hub.wants_past);
	const struct fake_told first[] = { { 2, order(bench, "a", 1), "one" },
		{ 3, order(bench, "b", 1), "two" } };
	struct fake_told second[] = { { 4, order(bench, "c", 1), "one" },
		{ 5, order(bench, "d", 1), "one" } };
	second[0].notice->mode = HS_MODE(DRILL); /* kept out, as all of a drill is */
	fake_past(&bench->hub, 5, first, 2, false);
	fake_past(&bench->hub, 5, second, 2, true);
	assert_true(run_till(&bench->loop, has_snapshot, bench));
	assert_int_equal(0, bench->probe.snapshot_notices);
	assert_int_equal(2, bench->probe.past_count);
	assert_int_equal(2, bench->probe.past[0]);
	assert_int_equal(5, bench->probe.past[1]);
	/* who only lost his link knows it himself */
	fake_deliver(&bench->hub, 6, 5, order(bench, "e", 1));
	assert_true(wait_ack(bench, 6));
	bench->hub.resumed = false;
	hs_link_drop(bench->hub.link);
	assert_true(run_till(&bench->loop, is_resumed, bench));
	assert_true(bench->hub.wants_snapshot);
	assert_false(bench->hub.wants_past);
	bench_close(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_resumes_where_it_was),
		cmocka_unit_test(hole_drops_and_resumes),
		cmocka_unit_test(hub_of_another_mode_gets_nothing_in),
		cmocka_unit_test(silent_hub_is_dropped),
		cmocka_unit_test(new_epoch_starts_anew),
		cmocka_unit_test(hub_that_lost_history_starts_anew),
		cmocka_unit_test(snapshot_in_parts_is_shown_once),
		cmocka_unit_test(what_was_told_before_is_asked_for_at_the_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
