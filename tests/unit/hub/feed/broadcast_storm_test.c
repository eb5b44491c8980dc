/* broadcast_storm_test.c: many connect at the moment when an order comes, as people do who heard of it. Nobody who was
 * there before may be left out for them, nor wait for them. */
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

/* Notices. */
static unsigned
got_of(const struct bench *bench, hs_http_id first, hs_http_id last)
{
	unsigned got = 0;

	for (hs_http_id id = first; id <= last; id++)
		for (size_t i = 0; i < bench->wires[id].count; i++)
			got += bench->wires[id].types[i] == BODY(NOTICE);
	return got;
}

static void
catch_up(struct bench *bench, hs_http_id first, hs_http_id last)
{
	for (hs_http_id id = first; id <= last; id++) {
		struct hs_filter all = { 0 };
		struct hs_subscriber *one = hs_subscribers_add(bench->table, id, HS_FORM_PROTO, 0);

		bench->wires[id].room = FRAMES_MAX;
		one->interest = hs_interest_get(bench->store.interests, &all);
		one->cursor = 0;
		assert_true(hs_subscriber_step(one, HS_SUB_SUBSCRIBED));
		hs_broadcast_join(bench->broadcast, one);
	}
}

/* In the middle of a turn: to who is up to date, and to nobody else. */
static void
a_notice_does_not_wait_for_the_turn_to_end(void **state)
{
	struct bench *bench = *state;

	for (uint64_t seq = 1; seq <= 5; seq++)
		publish(bench, seq);
	many_subscribe(bench, 1, 30, 5);
	catch_up(bench, 31, SUBSCRIBERS);
	assert_false(hs_broadcast_news(bench->broadcast));
	assert_int_equal(got_of(bench, 1, SUBSCRIBERS), 0);
	publish(bench, 6);
	assert_true(hs_broadcast_news(bench->broadcast));
	assert_int_equal(got_of(bench, 1, 30), 20); /* a slice */
	assert_false(hs_broadcast_news(bench->broadcast));
	assert_int_equal(got_of(bench, 1, 30), 30);
	assert_int_equal(got_of(bench, 31, SUBSCRIBERS), 0);
	assert_int_equal(bench->counts.begun.count, 1);
	assert_int_equal(bench->counts.served.count, 1);
	run(bench);
	for (hs_http_id id = 31; id <= SUBSCRIBERS; id++)
		assert_got(&bench->wires[id], 1, 6);
	assert_int_equal(bench->counts.served.count, 1); /* who catches up does not count */
}

/* A quarter of 20, as the bench has it; all of them when nobody else waits. */
static void
who_catches_up_has_a_share_while_a_notice_goes_out(void **state)
{
	struct bench *bench = *state;

	for (uint64_t seq = 1; seq <= 5; seq++)
		publish(bench, seq);
	many_subscribe(bench, 1, 30, 5);
	catch_up(bench, 31, SUBSCRIBERS);
	publish(bench, 6);
	assert_true(hs_broadcast_turn(bench->broadcast));
	assert_int_equal(got_of(bench, 1, 30), 15);
	assert_int_equal(got_of(bench, 31, SUBSCRIBERS), 5);
	assert_true(hs_broadcast_turn(bench->broadcast));
	assert_int_equal(got_of(bench, 1, 30), 30);
	assert_true(hs_broadcast_turn(bench->broadcast));
	assert_int_equal(got_of(bench, 31, SUBSCRIBERS), 5 + 5 + 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_comes_with_a_notice_takes_nobodys_turn),
		TEST(who_comes_with_a_heartbeat_takes_nobodys_turn),
		TEST(a_notice_does_not_wait_for_the_turn_to_end),
		TEST(who_catches_up_has_a_share_while_a_notice_goes_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
