/* Answers that do not come, clients that have gone, and a hub that says nothing. */
#include "tests/unit/hub/gate/submit_port_kit.h"

static void
gives_up_on_a_silent_answer(void **state)
{
	struct fixture *fixture = *state;
	static struct caller order, poll;

	go_up(HS_MODE(DRILL));
	assert_int_equal(submit(fixture->port, &order), HS_OK);
	assert_int_equal(query(fixture->port, &poll), HS_OK);
	for (int i = 0; i < TURNS_MAX && order.done == 0; i++)
		run_for(fixture, 25);
	assert_int_equal(order.done, 1);
	assert_int_equal(order.err, HS_ERR_TIMEOUT);
	assert_int_equal(poll.done, 0); /* its 25 s come on top */
	assert_int_equal(the_link->drops, 0);
	answer_submit(order.call.request);
	assert_int_equal(order.done, 1);
}

/* A question whose client has gone gives its row back, here and at the hub; an order goes on. */
static void
ends_the_questions_of_who_has_gone(void **state)
{
	struct fixture *fixture = *state;
	const int unasks = HANSHO__V1__LINK_FRAME__BODY_UNASK;
	static struct caller polls[2], order;

	go_up(HS_MODE(DRILL));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(query(fixture->port, &polls[i]), HS_OK);
		polls[i].call.client = 7 + (uint64_t)i;
	}
	assert_int_equal(submit(fixture->port, &order), HS_OK);
	order.call.client = 7;
	run_for(fixture, 25);
	assert_int_equal(the_link->sent_kinds[unasks], 0);
	fixture->left = 7;
	for (int i = 0; i < TURNS_MAX && polls[0].done == 0; i++)
		run_for(fixture, 5);
	assert_int_equal(polls[0].done, 1);
	assert_int_equal(polls[0].err, HS_ERR_CLOSED);
	assert_int_equal(the_link->sent_kinds[unasks], 1);
	assert_true(the_link->unasked == polls[0].call.request);
	assert_int_equal(polls[1].done, 0);
	assert_int_equal(order.done, 0);
	assert_int_equal(hs_submit_port_pending_count(fixture->port), 2);
	assert_int_equal(query(fixture->port, &polls[0]), HS_OK);
	/* Where the link has no room for the word, the row is free all the same, and the late answer finds nobody. */
	polls[0].call.client = 7;
	the_link->no_room_for = unasks;
	for (int i = 0; i < TURNS_MAX && polls[0].done == 0; i++)
		run_for(fixture, 5);
	assert_int_equal(the_link->sent_kinds[unasks], 1);
	answer_submit(polls[0].call.request);
	assert_int_equal(polls[0].done, 1);
	assert_int_equal(hs_submit_port_pending_count(fixture->port), 2);
}

static void
beats_and_drops_a_dead_link(void **state)
{
	struct fixture *fixture = *state;

	go_up(HS_MODE(DRILL));
	for (int i = 0; i < TURNS_MAX && the_link->drops == 0; i++)
		run_for(fixture, 5);
	assert_true(the_link->sent_kinds[HANSHO__V1__LINK_FRAME__BODY_HEARTBEAT] >= 1);
	assert_int_equal(the_link->drops, 1);
	assert_string_not_equal(hs_submit_port_not_ready(fixture->port), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			gives_up_on_a_silent_answer, set_up_silent_answer, tear_down),
		cmocka_unit_test_setup_teardown(
			ends_the_questions_of_who_has_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			beats_and_drops_a_dead_link, set_up_silent_hub, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
