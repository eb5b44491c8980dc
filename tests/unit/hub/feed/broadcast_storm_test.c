/* broadcast_storm_test.c: many connect at the moment when an order comes, as people do who heard of it. Nobody who was
 * there before may be left out for them. */
#include "tests/unit/hub/feed/broadcast_bench.h"

/* first…last subscribe behind `cursor`; what they get for it is not counted. */
static void
many_subscribe(struct bench *bench, hs_http_id first, hs_http_id last, uint64_t cursor)
{
	for (hs_http_id id = first; id <= last; id++) {
		subscribe(bench, id, cursor, FRAMES_MAX);
		bench->wires[id].count = 0;
	}
}

/* Each of 1…last got `frames` since it was counted last. */
static void
assert_each_got(struct bench *bench, hs_http_id last, unsigned frames)
{
	for (hs_http_id id = 1; id <= last; id++) {
		assert_int_equal(bench->wires[id].closed, 0);
		assert_int_equal(bench->wires[id].count, frames);
	}
	for (hs_http_id id = 1; id <= SUBSCRIBERS; id++)
		bench->wires[id].count = 0;
}

static void
who_comes_with_a_notice_takes_nobodys_turn(void **state)
{
	struct bench *bench = *state;

	many_subscribe(bench, 1, 10, 0);
	for (uint64_t seq = 1; seq <= 5; seq++) {
		hs_http_id there = 10 * (hs_http_id)seq;

		publish(bench, seq);
		if (there < SUBSCRIBERS)
			many_subscribe(bench, there + 1, there + 10, seq);
		run(bench);
		assert_each_got(bench, there, 1);
	}
}

static void
who_comes_with_a_heartbeat_takes_nobodys_turn(void **state)
{
	struct bench *bench = *state;
	const struct hs_heartbeat_facts facts = { .newest_seq = 0, .digest = "d" };

	many_subscribe(bench, 1, 10, 0);
	for (hs_http_id there = 10; there <= SUBSCRIBERS; there += 10) {
		struct hs_frame *frames[HS_FORM_COUNT] = { NULL };

		frames[HS_FORM_PROTO] = hs_frames_heartbeat(HS_FORM_PROTO, &facts);
		hs_broadcast_heartbeat(bench->broadcast, frames);
		if (there < SUBSCRIBERS)
			many_subscribe(bench, there + 1, there + 10, 0);
		run(bench);
		assert_each_got(bench, there, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_comes_with_a_notice_takes_nobodys_turn),
		TEST(who_comes_with_a_heartbeat_takes_nobodys_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
