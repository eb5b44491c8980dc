/* Who is served before whom: first ones, those who are up to date, replays, and what a digest takes. */
#include "tests/unit/hub/feed/broadcast_bench.h"

/* How many have the notice. */
static size_t
have(const struct bench *bench, uint64_t seq)
{
	size_t count = 0;

	for (size_t id = 1; id <= SUBSCRIBERS; id++)
		for (size_t i = 0; i < bench->wires[id].count; i++)
			count += bench->wires[id].seqs[i] == seq;
	return count;
}

static void
who_is_served_first_does_not_wait_for_the_others(void **state)
{
	struct bench *bench = *state;

	for (hs_http_id id = 1; id <= SUBSCRIBERS; id++)
		subscribe_as(bench, id, 0, 1000, id == SUBSCRIBERS);
	publish(bench, 1);
	assert_true(hs_broadcast_turn(bench->broadcast));
	assert_got(&bench->wires[SUBSCRIBERS], 1, 1);
	assert_int_equal(have(bench, 1), 20); /* nobody catches up, so nothing is kept */
	publish(bench, 2);		      /* before the first one has reached everybody */
	assert_true(hs_broadcast_turn(bench->broadcast));
	assert_got(&bench->wires[SUBSCRIBERS], 1, 2);
	assert_true(have(bench, 1) < SUBSCRIBERS);
	run(bench);
	for (hs_http_id id = 1; id <= SUBSCRIBERS; id++)
		assert_got(&bench->wires[id], 1, 2);
	leave(bench, hs_subscribers_at(bench->table, SUBSCRIBERS - 1));
	hs_subscribers_remove(bench->table, hs_subscribers_at(bench->table, SUBSCRIBERS - 1));
	assert_int_equal(hs_subscribers_first_count(bench->table), 0);
}

/* Forty-nine who are thirty notices behind, and one who is not, in the last slot. */
static void
who_is_up_to_date_does_not_wait_for_replays(void **state)
{
	struct bench *bench = *state;

	for (uint64_t seq = 1; seq <= 30; seq++)
		publish(bench, seq);
	for (hs_http_id id = 1; id < SUBSCRIBERS; id++) {
		struct hs_subscriber *one = subscribe(bench, id, 0, 0);

		bench->wires[id].room = 1000;
		one->choked = false;
	}
	subscribe(bench, SUBSCRIBERS, 30, 1000);
	publish(bench, 31);
	assert_true(hs_broadcast_turn(bench->broadcast));
	assert_got(&bench->wires[SUBSCRIBERS], 31, 31);
	assert_true(have(bench, 1) > 0); /* and the replays go on meanwhile */
	assert_true(have(bench, 1) < SUBSCRIBERS - 1);
	run(bench);
	for (hs_http_id id = 1; id < SUBSCRIBERS; id++)
		assert_got(&bench->wires[id], 1, 31);
}

/* Who is two notices behind does not wait until the thirty of two others are through. */
static void
replays_take_turns(void **state)
{
	struct bench *bench = *state;

	for (uint64_t seq = 1; seq <= 30; seq++)
		publish(bench, seq);
	for (hs_http_id id = 1; id <= 3; id++) {
		struct hs_subscriber *one = subscribe(bench, id, id == 3 ? 28 : 0, 0);

		bench->wires[id].room = 1000;
		one->choked = false;
	}
	hs_broadcast_kick(bench->broadcast);
	for (size_t turn = 0; turn < 3; turn++)
		assert_true(hs_broadcast_turn(bench->broadcast)); /* twenty frames each */
	assert_got(&bench->wires[3], 29, 30);
	run(bench);
	for (hs_http_id id = 1; id <= 2; id++)
		assert_got(&bench->wires[id], 1, 30);
}

/* Replays go on, too, while a newer notice comes in every turn. */
static void
replays_have_their_share(void **state)
{
	struct bench *bench = *state;
	struct hs_subscriber *late;

	for (uint64_t seq = 1; seq <= 8; seq++)
		publish(bench, seq);
	for (hs_http_id id = 2; id <= SUBSCRIBERS; id++)
		subscribe(bench, id, 8, 1000);
	late = subscribe(bench, 1, 0, 0);
	bench->wires[1].room = 1000;
	late->choked = false;
	for (uint64_t seq = 9; seq <= 12; seq++) {
		publish(bench, seq);
		assert_true(hs_broadcast_turn(bench->broadcast));
	}
	assert_true(late->cursor >= 8);
	run(bench);
	assert_got(&bench->wires[1], 1, 12);
}

static void
a_digest_takes_more_slices(void **state)
{
	struct bench *bench = *state;
	struct hs_arena *arena = make_arena();
	hs_deliver *digest = make_order(arena, 1);
	char *body = hs_arena_alloc(arena, 100001);

	assert_int_equal(hs_visit_cost(0), 1);
	assert_int_equal(hs_visit_cost(8191), 1);
	assert_int_equal(hs_visit_cost(8192), 2);
	assert_int_equal(hs_visit_cost(4000000), 9);
	memset(body, 'x', 100000);
	body[100000] = '\0';
	digest->notice->texts[0]->body = body;
	subscribe_all(bench);
	assert_int_equal(hs_store_put(&bench->store, digest, 1), HS_OK);
	hs_broadcast_kick(bench->broadcast);
	assert_true(hs_broadcast_turn(bench->broadcast));
	assert_int_equal(have(bench, 1), 3); /* of twenty units, nine each */
	run(bench);
	assert_int_equal(have(bench, 1), SUBSCRIBERS);
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_is_served_first_does_not_wait_for_the_others),
		TEST(who_is_up_to_date_does_not_wait_for_replays),
		TEST(replays_take_turns),
		TEST(replays_have_their_share),
		TEST(a_digest_takes_more_slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
