/* submit_port_test.c: the port against a link of the test's own (link_double.h). */
#include "tests/unit/hub/gate/submit_port_kit.h"

static void
is_away_until_the_hub_has_said_hello(void **state)
{
	struct fixture *fixture = *state;
	static struct caller caller;

	assert_int_equal(submit(fixture->port, &caller), HS_ERR_AWAY);
	assert_string_not_equal(hs_submit_port_not_ready(fixture->port), "");
	the_link->up = true;
	the_link->options.ops->on_up(the_link->options.owner, the_link);
	assert_int_equal(the_link->sent_kinds[HANSHO__V1__LINK_FRAME__BODY_HELLO], 1);
	assert_int_equal(submit(fixture->port, &caller), HS_ERR_AWAY);
	say_hello(HS_MODE(DRILL));
	assert_string_equal(hs_submit_port_not_ready(fixture->port), "");
	assert_string_equal(hs_submit_port_epoch(fixture->port), "epoch-1");
	assert_int_equal(submit(fixture->port, &caller), HS_OK);
	assert_int_equal(caller.done, 0);
}

static void
puts_its_number_to_what_is_packed(void **state)
{
	struct fixture *fixture = *state;
	struct hs_arena *arena = hs_arena_create(1u << 20);
	static struct caller caller;
	hs_link_frame *frame;

	go_up(HS_MODE(DRILL));
	assert_int_equal(submit_packed(fixture->port, &caller), HS_OK);
	assert_null(caller.call.packed.bytes);
	assert_int_equal(
		hs_link_frame_unpack(arena, the_link->sent, the_link->sent_len_bytes, &frame),
		HS_OK);
	assert_int_equal(frame->body_case, HANSHO__V1__LINK_FRAME__BODY_SUBMIT);
	assert_true(caller.call.request > 0);
	assert_true(frame->submit->request == caller.call.request);
	assert_int_equal(frame->submit->notice->priority, HS_PRIORITY_LEVEL4);
	answer_submit(caller.call.request);
	assert_int_equal(caller.done, 1);
	hs_arena_destroy(arena);
}

static void
refuses_a_hub_of_the_other_lane(void **state)
{
	struct fixture *fixture = *state;
	static struct caller caller;

	go_up(HS_MODE(LIVE));
	assert_int_equal(submit(fixture->port, &caller), HS_ERR_AWAY);
	assert_non_null(strstr(hs_submit_port_not_ready(fixture->port), "other mode"));
}

static void
gives_each_caller_its_own_answer_once(void **state)
{
	struct fixture *fixture = *state;
	static struct caller first, second;
	uint64_t request;

	go_up(HS_MODE(DRILL));
	assert_int_equal(submit(fixture->port, &first), HS_OK);
	assert_int_equal(submit(fixture->port, &second), HS_OK);
	assert_true(first.call.request != second.call.request);
	answer_submit(second.call.request);
	assert_int_equal(first.done, 0);
	assert_int_equal(second.done, 1);
	assert_int_equal(second.err, HS_OK);
	assert_int_equal(second.outcome, HS_OUTCOME(ACCEPTED));
	/* again, and for a number that nobody asked with */
	request = second.call.request;
	answer_submit(request);
	answer_submit(request + (1u << 16));
	answer_submit(99);
	assert_int_equal(second.done, 1);
	/* the row is taken anew: the late answer to the old number is not its answer */
	assert_int_equal(submit(fixture->port, &second), HS_OK);
	answer_submit(request);
	assert_int_equal(second.done, 0);
	answer_submit(first.call.request);
	answer_submit(second.call.request);
	assert_int_equal(first.done, 1);
	assert_int_equal(second.done, 1);
	assert_int_equal(hs_submit_port_pending_count(fixture->port), 0);
}

static void
asks_for_alarms_as_a_query(void **state)
{
	struct fixture *fixture = *state;
	static struct caller callers[3];
	hs_link_frame frame;
	hs_alarm_reply reply;

	go_up(HS_MODE(DRILL));
	for (size_t i = 0; i < 3; i++) {
		callers[i] = (struct caller){ .call = { .done = on_done } };
		assert_int_equal(hs_submit_port_alarms(fixture->port, &callers[i].call),
			i < 2 ? HS_OK : HS_ERR_FULL);
	}
	assert_int_equal(the_link->sent_kinds[HANSHO__V1__LINK_FRAME__BODY_ALARM_QUERY], 2);
	hansho__v1__link_frame__init(&frame);
	hansho__v1__alarm_reply__init(&reply);
	reply.request = callers[1].call.request;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_ALARM_REPLY;
	frame.alarm_reply = &reply;
	deliver(&frame);
	assert_int_equal(callers[0].done, 0);
	assert_int_equal(callers[1].done, 1);
	assert_int_equal(callers[1].err, HS_OK);
}

static void
bounds_the_table_and_leaves_room_for_orders(void **state)
{
	struct fixture *fixture = *state;
	static struct caller callers[6];

	go_up(HS_MODE(DRILL));
	assert_int_equal(query(fixture->port, &callers[0]), HS_OK);
	assert_int_equal(query(fixture->port, &callers[1]), HS_OK);
	assert_int_equal(query(fixture->port, &callers[2]), HS_ERR_FULL);
	assert_int_equal(submit(fixture->port, &callers[2]), HS_OK);
	assert_int_equal(submit(fixture->port, &callers[3]), HS_OK);
	assert_int_equal(submit(fixture->port, &callers[4]), HS_ERR_FULL);
	answer_submit(callers[2].call.request);
	assert_int_equal(query(fixture->port, &callers[5]), HS_ERR_FULL);
	assert_int_equal(submit(fixture->port, &callers[4]), HS_OK);
}

static void
says_unknown_when_the_link_breaks(void **state)
{
	struct fixture *fixture = *state;
	static struct caller callers[2];

	go_up(HS_MODE(DRILL));
	assert_int_equal(submit(fixture->port, &callers[0]), HS_OK);
	assert_int_equal(query(fixture->port, &callers[1]), HS_OK);
	go_down();
	for (int i = 0; i < 2; i++) {
		assert_int_equal(callers[i].done, 1);
		assert_int_equal(callers[i].err, HS_ERR_CLOSED);
	}
	assert_int_equal(hs_submit_port_drop_count(fixture->port), 1);
	assert_int_equal(submit(fixture->port, &callers[0]), HS_ERR_AWAY);
	go_up(HS_MODE(DRILL));
	assert_int_equal(submit(fixture->port, &callers[0]), HS_OK);
}

static void
tells_when_nothing_was_sent(void **state)
{
	struct fixture *fixture = *state;
	static struct caller caller;

	go_up(HS_MODE(DRILL));
	the_link->next_send = HS_ERR_AGAIN;
	assert_int_equal(submit(fixture->port, &caller), HS_ERR_AGAIN);
	the_link->next_send = HS_ERR_CLOSED;
	assert_int_equal(submit(fixture->port, &caller), HS_ERR_AWAY);
	assert_int_equal(hs_submit_port_pending_count(fixture->port), 0);
	go_down();
	assert_int_equal(caller.done, 0);
}

static void
drops_a_link_that_talks_nonsense(void **state)
{
	struct fixture *fixture = *state;
	const uint8_t nonsense[] = { 0xff, 0xff, 0xff };

	go_up(HS_MODE(DRILL));
	the_link->options.ops->on_frame(
		the_link->options.owner, the_link, nonsense, sizeof(nonsense));
	assert_int_equal(the_link->drops, 1);
	assert_string_not_equal(hs_submit_port_not_ready(fixture->port), "");
}

static void
sends_an_order_while_telegrams_wait(void **state)
{
	struct fixture *fixture = *state;
	static struct caller telegrams[2], order;
	static hs_submit messages[2];
	static hs_notice notices[2];
	const int submits = HANSHO__V1__LINK_FRAME__BODY_SUBMIT;

	go_up(HS_MODE(DRILL));
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			submit_calm(fixture->port, &telegrams[i], &messages[i], &notices[i]),
			HS_OK);
	assert_int_equal(the_link->sent_kinds[submits], 1);
	assert_int_equal(hs_submit_port_waiting_count(fixture->port), 1);
	assert_int_equal(submit(fixture->port, &order), HS_OK);
	assert_int_equal(the_link->sent_kinds[submits], 2);
	answer_submit(order.call.request);
	assert_int_equal(order.done, 1);
	assert_int_equal(the_link->sent_kinds[submits], 2);
	answer_submit(telegrams[0].call.request);
	assert_int_equal(the_link->sent_kinds[submits], 3);
	assert_int_equal(hs_submit_port_waiting_count(fixture->port), 0);
	answer_submit(telegrams[1].call.request);
	assert_int_equal(telegrams[1].done, 1);
}

static void
completes_what_waits_when_the_link_breaks(void **state)
{
	struct fixture *fixture = *state;
	static struct caller telegrams[2];
	static hs_submit messages[2];
	static hs_notice notices[2];

	go_up(HS_MODE(DRILL));
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			submit_calm(fixture->port, &telegrams[i], &messages[i], &notices[i]),
			HS_OK);
	go_down();
	for (int i = 0; i < 2; i++) {
		assert_int_equal(telegrams[i].done, 1);
		assert_int_equal(telegrams[i].err, HS_ERR_CLOSED);
	}
	assert_int_equal(hs_submit_port_waiting_count(fixture->port), 0);
}

static void
completes_what_is_pending_when_it_stops(void **state)
{
	struct fixture *fixture = *state;
	struct hs_submit_port *other = NULL;
	static struct caller caller;
	struct hs_submit_port_options options = { .url = "ipc:///nowhere",
		.name = "gate",
		.mode = HS_MODE(DRILL),
		.heartbeat_ms = 1000,
		.answer_timeout_ms = 1000,
		.pending_max = 2,
		.in_flight_max = 1 };
	struct hs_link *first = the_link;

	assert_int_equal(hs_submit_port_create(&fixture->loop, &options, &other), HS_OK);
	go_up(HS_MODE(DRILL));
	assert_int_equal(submit(other, &caller), HS_OK);
	hs_submit_port_stop(other);
	assert_int_equal(caller.done, 1);
	assert_int_equal(caller.err, HS_ERR_CLOSED);
	assert_int_equal(the_link->sent_kinds[HANSHO__V1__LINK_FRAME__BODY_GOODBYE], 1);
	run_for(fixture, 1);
	the_link = first;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			is_away_until_the_hub_has_said_hello, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_a_hub_of_the_other_lane, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			puts_its_number_to_what_is_packed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			gives_each_caller_its_own_answer_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(asks_for_alarms_as_a_query, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			bounds_the_table_and_leaves_room_for_orders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			says_unknown_when_the_link_breaks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			sends_an_order_while_telegrams_wait, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			completes_what_waits_when_the_link_breaks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_when_nothing_was_sent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			drops_a_link_that_talks_nonsense, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			completes_what_is_pending_when_it_stops, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
