/* The digest of what is in force, against the hub's: equal, told, and a difference that is mended by a snapshot. */
#include "tests/unit/adapters/runtime/bench.h"

#include "adapters/runtime/internal.h"
#include "schemas/active.h"

static void
fake_empty_snapshot(struct fake_hub *hub, uint64_t seq)
{
	Hansho__V1__Snapshot snapshot;
	hansho__v1__snapshot__init(&snapshot);
	snapshot.seq = seq;
	snapshot.last = true;
	hs_link_frame frame;
	hansho__v1__link_frame__init(&frame);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_SNAPSHOT;
	frame.snapshot = &snapshot;
	fake_send(hub, &frame);
}

static bool
says_digest(void *owner)
{
	const struct bench *bench = owner;
	return strcmp(bench->hub.peer_digest, bench->hub.digest) == 0;
}

static bool
came_again(void *owner)
{
	const struct bench *bench = owner;
	return bench->hub.ups == 2 && bench->hub.resumed;
}

static bool
was_compared_again(void *owner)
{
	struct bench *bench = owner;
	return bench->probe.adapter->lanes[HS_LANE_LIVE].counts.digests_differ > 3;
}

static bool
has_beaten(void *owner)
{
	return ((struct bench *)owner)->hub.heartbeats >= 4;
}

static struct hs_lane *
lane_of(struct bench *bench)
{
	return &bench->probe.adapter->lanes[HS_LANE_LIVE];
}

static void
equal_sets_agree(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&showing, "");
	struct hs_active *active = hs_active_create();
	bench->hub.beats = true;
	fake_empty_snapshot(&bench->hub, 0);
	hs_notice *notice = order(bench, "d1", 1);
	fake_deliver(&bench->hub, 1, 0, notice);
	assert_int_equal(HS_OK, hs_active_apply(active, 1, notice, NULL));
	hs_active_digest(active, bench->hub.digest);
	assert_true(run_till(&bench->loop, says_digest, bench));
	run_for(&bench->loop, 400);
	assert_int_equal(1, bench->hub.ups);
	assert_int_equal(0, lane_of(bench)->counts.digests_differ);
	hs_active_destroy(active);
	bench_close(bench);
}

static void
a_difference_is_mended_by_a_snapshot(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&showing, "");
	struct hs_active *active = hs_active_create();
	bench->hub.beats = true;
	hs_active_digest(active, bench->hub.digest); /* of nothing, and the lane has one order */
	fake_empty_snapshot(&bench->hub, 0);
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(run_till(&bench->loop, came_again, bench));
	assert_true(bench->hub.wants_snapshot);
	assert_int_equal(1, bench->hub.resume_seq);
	assert_int_equal(2, lane_of(bench)->counts.digests_differ);
	assert_int_equal(1, lane_of(bench)->counts.resyncs);
	fake_empty_snapshot(&bench->hub, 1);
	assert_true(run_till(&bench->loop, says_digest, bench));
	/* A hub that differs again is told, and not left again at once. */
	memset(bench->hub.digest, 'f', HS_DIGEST_SIZE - 1);
	assert_true(run_till(&bench->loop, was_compared_again, bench));
	run_for(&bench->loop, 300);
	assert_int_equal(2, bench->hub.ups);
	hs_active_destroy(active);
	bench_close(bench);
}

/* A hub with a filter for this adapter says none, and is told none. */
static void
without_a_digest_nothing_is_compared(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&showing, "");
	bench->hub.beats = true;
	fake_empty_snapshot(&bench->hub, 0);
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(run_till(&bench->loop, has_beaten, bench));
	assert_int_equal(0, lane_of(bench)->counts.digests_differ);
	assert_string_equal("", bench->hub.peer_digest);
	bench_close(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_sets_agree),
		cmocka_unit_test(a_difference_is_mended_by_a_snapshot),
		cmocka_unit_test(without_a_digest_nothing_is_compared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
