/* Subscribers whose sockets are arrays: slices, full sockets, pages, gaps. */
#include "tests/unit/hub/feed/broadcast_bench.h"

static void
everybody_gets_everything_once_in_slices(void **state)
{
	struct bench *bench = *state;

	subscribe_all(bench);
	publish(bench, 1);
	assert_true(hs_broadcast_turn(bench->broadcast));
	assert_got(&bench->wires[1], 1, 1);
	assert_got(&bench->wires[SUBSCRIBERS], 1, 0);
	/* a newer one comes in the middle of the round */
	publish(bench, 2);
	assert_true(run(bench) > 2);
	for (hs_http_id id = 1; id <= SUBSCRIBERS; id++)
		assert_got(&bench->wires[id], 1, 2);
	assert_int_equal(bench->counts.deliveries[HS_FORM_PROTO], 2 * SUBSCRIBERS);
}

static void
who_is_full_waits_and_then_goes_on(void **state)
{
	struct bench *bench = *state;
	struct hs_subscriber *slow = subscribe(bench, 1, 0, 3);

	subscribe(bench, 2, 0, 1000);
	for (uint64_t seq = 1; seq <= 9; seq++)
		publish(bench, seq);
	run(bench);
	assert_got(&bench->wires[1], 1, 2);
	assert_got(&bench->wires[2], 1, 9);
	assert_true(slow->choked);
	for (uint64_t last = 6; last <= 9; last += 3) {
		bench->wires[1].room = last == 6 ? 4 : 100;
		hs_broadcast_drained(bench->broadcast, slow);
		assert_got(&bench->wires[1], 1, last);
	}
	assert_int_equal(bench->wires[1].closed, 0);
}

static void
who_is_too_far_behind_is_closed_with_its_place(void **state)
{
	struct bench *bench = *state;

	subscribe(bench, 1, 0, 3);
	for (uint64_t seq = 1; seq <= 12; seq++) {
		publish(bench, seq);
		run(bench);
	}
	assert_int_equal(bench->wires[1].closed, 0);
	publish(bench, 13);
	run(bench);
	assert_int_equal(bench->wires[1].closed, HS_CLOSE_BEHIND);
	assert_string_equal(bench->wires[1].reason, "behind; resume from ep:2");
	assert_int_equal(bench->counts.behind, 1);
}

static void
fill_page(struct bench *bench, uint64_t first, uint64_t last)
{
	struct hs_arena *arena = make_arena();
	hs_fetch_reply *reply = NEW(arena, fetch_reply);

	reply->request = bench->fetches;
	for (uint64_t seq = first; seq <= last; seq++)
		assert_true(hs_repeat(
			arena, &reply->n_notices, &reply->notices, make_order(arena, seq)));
	assert_int_equal(hs_pager_reply(bench->pager, "ep", reply, 1), HS_OK);
	hs_arena_destroy(arena);
	hs_broadcast_kick(bench->broadcast);
}

/* 200 notices, 32 in the ring: every start, page by page, then the ring, then live. */
static void
pages_then_ring_then_live(void **state)
{
	struct bench *bench = *state;
	struct hs_subscriber *one;

	for (uint64_t seq = 1; seq <= 200; seq++)
		publish(bench, seq);
	one = subscribe(bench, 1, 3, 1000);
	assert_int_equal(one->state, HS_SUB_BACKFILL);
	while (one->state == HS_SUB_BACKFILL) {
		uint64_t first = bench->fetched_after + 1;

		fill_page(bench, first, first + 63 < 200 ? first + 63 : 200);
		run(bench);
	}
	assert_int_equal(one->state, HS_SUB_LIVE);
	assert_got(&bench->wires[1], 4, 200);
	assert_int_equal(bench->wires[1].types[bench->wires[1].count - 1], BODY(LIVE));
	assert_int_equal(bench->fetches, 3);
}

static void
a_burst_over_the_ring_loses_nothing(void **state)
{
	struct bench *bench = *state;
	struct hs_subscriber *one = subscribe(bench, 1, 0, 1000);

	for (uint64_t seq = 1; seq <= 100; seq++)
		publish(bench, seq);
	run(bench);
	assert_int_equal(bench->fetches, 1);
	fill_page(bench, 1, 64);
	run(bench);
	fill_page(bench, 65, 100);
	run(bench);
	assert_got(&bench->wires[1], 1, 100);
	assert_int_equal(one->state, HS_SUB_LIVE);
	assert_int_equal(bench->wires[1].closed, 0);
}

static void
a_page_without_anything_becomes_a_gap(void **state)
{
	struct bench *bench = *state;
	const int expected[] = { BODY(GAP), BODY(SNAPSHOT), BODY(LIVE) };
	struct hs_arena *arena = make_arena();
	hs_fetch_reply *reply = NEW(arena, fetch_reply);

	for (uint64_t seq = 1; seq <= 200; seq++)
		publish(bench, seq);
	subscribe(bench, 1, 64, 1000);
	reply->request = bench->fetches;
	reply->end = true;
	assert_int_equal(hs_pager_reply(bench->pager, "ep", reply, 1), HS_OK);
	hs_broadcast_kick(bench->broadcast);
	run(bench);
	assert_int_equal(bench->wires[1].count, 3);
	assert_memory_equal(bench->wires[1].types, expected, sizeof(expected));
	hs_arena_destroy(arena);
}

/* What is owed survives a full socket at every place. */
static void
owed_frames_wait_for_room(void **state)
{
	struct bench *bench = *state;
	const int expected[] = { BODY(HELLO), BODY(GAP), BODY(SNAPSHOT), BODY(LIVE) };
	struct hs_filter all = { 0 };
	struct hs_subscriber *one;

	publish(bench, 1);
	run(bench);
	one = hs_subscribers_add(bench->table, 1, HS_FORM_PROTO, 0);
	one->owes = HS_OWES_HELLO | HS_OWES_GAP | HS_OWES_SNAPSHOT;
	one->gap_reason = HS_GAP_EPOCH_UNKNOWN;
	one->interest = hs_interest_get(bench->store.interests, &all);
	assert_true(hs_subscriber_step(one, HS_SUB_SUBSCRIBED));
	for (size_t i = 0; i < 8; i++) {
		bench->wires[1].room = i % 2;
		hs_broadcast_drained(bench->broadcast, one);
	}
	assert_int_equal(bench->wires[1].count, 4);
	assert_memory_equal(bench->wires[1].types, expected, sizeof(expected));
	assert_int_equal(one->state, HS_SUB_LIVE);
	assert_int_equal(one->cursor, 1);
}

/* As session.c leaves it: it says to have what this feed does not have yet. */
static struct hs_subscriber *
comes_ahead(struct bench *bench, hs_http_id id, uint64_t seq)
{
	struct hs_filter all = { 0 };
	struct hs_subscriber *one = hs_subscribers_add(bench->table, id, HS_FORM_PROTO, 0);

	bench->wires[id].room = 1000;
	one->cursor = seq;
	one->gap_reason = HS_GAP_SEQ_AHEAD;
	one->interest = hs_interest_get(bench->store.interests, &all);
	assert_true(hs_subscriber_step(one, HS_SUB_SUBSCRIBED));
	hs_broadcast_pump(bench->broadcast, one);
	return one;
}

static void
who_is_ahead_is_told_nothing_until_we_are_there(void **state)
{
	struct bench *bench = *state;
	struct hs_subscriber *one = comes_ahead(bench, 1, 5);

	for (uint64_t seq = 1; seq <= 4; seq++) {
		publish(bench, seq);
		run(bench);
		/* the hub knows of it, or did not yet when it spoke */
		hs_broadcast_hub_says(bench->broadcast, seq % 2 == 0 ? 5 : 4);
		run(bench);
	}
	assert_int_equal(bench->wires[1].count, 0);
	publish(bench, 5);
	run(bench);
	assert_int_equal(bench->wires[1].count, 1);
	assert_int_equal(bench->wires[1].types[0], BODY(LIVE));
	publish(bench, 6);
	run(bench);
	assert_got(&bench->wires[1], 6, 6);
	assert_int_equal(one->cursor, 6);
}

static void
who_is_ahead_of_the_hub_itself_is_told_a_gap(void **state)
{
	struct bench *bench = *state;
	const int expected[] = { BODY(GAP), BODY(SNAPSHOT), BODY(LIVE) };
	struct hs_subscriber *one = comes_ahead(bench, 1, 5);

	publish(bench, 1);
	run(bench);
	hs_broadcast_hub_says(bench->broadcast, 1);
	run(bench);
	assert_int_equal(bench->wires[1].count, 0);
	hs_broadcast_hub_says(bench->broadcast, 1);
	run(bench);
	assert_int_equal(bench->wires[1].count, 3);
	assert_memory_equal(bench->wires[1].types, expected, sizeof(expected));
	assert_int_equal(one->state, HS_SUB_LIVE);
	assert_int_equal(one->cursor, 1);
}

static void
heartbeats_go_to_those_who_are_up_to_date(void **state)
{
	struct bench *bench = *state;
	const struct hs_heartbeat_facts facts = { .newest_seq = 1, .digest = "d" };
	struct hs_frame *frames[HS_FORM_COUNT] = { NULL };

	subscribe(bench, 1, 0, 1000);
	subscribe(bench, 2, 0, 1);
	publish(bench, 1);
	run(bench);
	frames[HS_FORM_PROTO] = hs_frames_heartbeat(HS_FORM_PROTO, &facts);
	hs_broadcast_heartbeat(bench->broadcast, frames);
	run(bench);
	assert_int_equal(bench->wires[1].types[bench->wires[1].count - 1], BODY(HEARTBEAT));
	assert_int_equal(bench->wires[2].count, 1);
	assert_int_equal(bench->counts.heartbeats, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everybody_gets_everything_once_in_slices),
		TEST(who_is_full_waits_and_then_goes_on),
		TEST(who_is_too_far_behind_is_closed_with_its_place),
		TEST(pages_then_ring_then_live),
		TEST(a_burst_over_the_ring_loses_nothing),
		TEST(a_page_without_anything_becomes_a_gap),
		TEST(owed_frames_wait_for_room),
		TEST(who_is_ahead_is_told_nothing_until_we_are_there),
		TEST(who_is_ahead_of_the_hub_itself_is_told_a_gap),
		TEST(heartbeats_go_to_those_who_are_up_to_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
