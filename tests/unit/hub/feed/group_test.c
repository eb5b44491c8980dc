/* Groups: whose turn it is, who joins and leaves in the middle of a turn, and which group goes first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hub/feed/subscriber.h"

#define MEMBERS 5

struct bench {
	struct hs_due due;
	struct hs_group group;
	struct hs_subscriber ones[MEMBERS];
};

static void
join_all(struct bench *bench)
{
	*bench = (struct bench){ 0 };
	for (size_t i = 0; i < MEMBERS; i++)
		hs_group_join(&bench->group, &bench->ones[i]);
}

/* The member whose turn it is, served; MEMBERS: nothing is due. */
static size_t
serve(struct bench *bench)
{
	struct hs_subscriber *one = bench->group.turn;

	if (bench->due.first != &bench->group)
		return MEMBERS;
	hs_group_served(&bench->due, &bench->group);
	return (size_t)(one - bench->ones);
}

static void
everybody_has_a_turn(void **state)
{
	struct bench bench;

	(void)state;
	join_all(&bench);
	assert_int_equal(serve(&bench), MEMBERS);
	hs_group_call(&bench.due, &bench.group, 6);
	assert_int_equal(bench.group.base_seq, 6);
	assert_int_equal(serve(&bench), 0);
	assert_int_equal(serve(&bench), 1);
	/* a newer notice: the turn goes on from here, once around, and the base is that of the first */
	hs_group_call(&bench.due, &bench.group, 7);
	assert_int_equal(bench.group.base_seq, 6);
	for (size_t i = 0; i < MEMBERS; i++)
		assert_int_equal(serve(&bench), (2 + i) % MEMBERS);
	assert_int_equal(serve(&bench), MEMBERS);
}

static void
who_joins_or_leaves_takes_nobody_s_turn(void **state)
{
	struct bench bench;
	struct hs_subscriber late = { 0 };

	(void)state;
	join_all(&bench);
	hs_group_call(&bench.due, &bench.group, 0);
	assert_int_equal(serve(&bench), 0);
	hs_group_join(&bench.group, &late);
	assert_ptr_equal(late.prev, &bench.ones[0]);		  /* behind those who are left */
	hs_group_leave(&bench.due, &bench.group, &bench.ones[1]); /* whose turn it is */
	hs_group_leave(&bench.due, &bench.group, &bench.ones[0]); /* who has been served */
	assert_int_equal(serve(&bench), 2);
	hs_group_leave(&bench.due, &bench.group, &bench.ones[4]); /* who waits */
	assert_int_equal(serve(&bench), 3);
	while (bench.group.turn != NULL)
		hs_group_leave(&bench.due, &bench.group, bench.group.turn);
	assert_null(bench.due.first);
	assert_int_equal(bench.group.count, 0);
	hs_group_call(&bench.due, &bench.group, 0); /* nobody is in it */
	assert_null(bench.due.first);
}

static void
a_small_group_does_not_wait_for_a_large_one(void **state)
{
	struct bench large, small;
	struct hs_group medium = { 0 };
	struct hs_subscriber two[2] = { { 0 } }, one = { 0 };

	(void)state;
	join_all(&large);
	small = (struct bench){ 0 };
	hs_group_join(&small.group, &one);
	hs_group_join(&medium, &two[0]);
	hs_group_join(&medium, &two[1]);
	hs_group_call(&large.due, &large.group, 0);
	hs_group_call(&large.due, &small.group, 0);
	assert_ptr_equal(large.due.first, &small.group);
	hs_group_call(&large.due, &medium, 0); /* not before the one that is smaller */
	assert_ptr_equal(large.due.first, &small.group);
	hs_group_served(&large.due, &small.group);
	assert_ptr_equal(large.due.first, &large.group);
	/* what counts is how many are left of it */
	for (size_t left = MEMBERS; left > 1; left--)
		hs_group_served(&large.due, &large.group);
	hs_group_call(&large.due, &small.group, 0);
	assert_ptr_equal(large.due.first, &small.group);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_has_a_turn),
		cmocka_unit_test(who_joins_or_leaves_takes_nobody_s_turn),
		cmocka_unit_test(a_small_group_does_not_wait_for_a_large_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
