/* submit_port_test.c: the port against a link of the test's own (link_double.h). */
#include "tests/unit/hub/gate/link_double.h"

#include "hub/gate/submit_port.h"

/* ---- callers: static, because the port still completes them when a test has ended ---- */

struct caller {
	struct hs_port_call call;
	int done;
	enum hs_err err;
	int outcome;
};

static void
on_done(struct hs_port_call *call, enum hs_err err, const hs_link_frame *reply)
{
	struct caller *caller = (struct caller *)(void *)call;

	caller->done++;
	caller->err = err;
	if (reply != NULL && reply->body_case == HANSHO__V1__LINK_FRAME__BODY_SUBMIT_REPLY)
		caller->outcome = (int)reply->submit_reply->outcome;
}

static enum hs_err
submit(struct hs_submit_port *port, struct caller *caller)
{
	hs_submit message;
	hs_notice notice;

	hansho__v1__submit__init(&message);
	hansho__v1__notice__init(&notice);
	notice.priority = HS_PRIORITY_LEVEL4; /* is sent at once */
	message.notice = &notice;
	*caller = (struct caller){ .call = { .done = on_done } };
	return hs_submit_port_submit(port, &caller->call, &message);
}

/* A telegram: kept by the port until it may be sent. */
static enum hs_err
submit_calm(
	struct hs_submit_port *port, struct caller *caller, hs_submit *message, hs_notice *notice)
{
	hansho__v1__submit__init(message);
	hansho__v1__notice__init(notice);
	notice->priority = HS_PRIORITY_NORMAL;
	message->notice = notice;
	*caller = (struct caller){ .call = { .done = on_done } };
	return hs_submit_port_submit(port, &caller->call, message);
}

/* One that a worker packed: the port only puts its number to it. */
static enum hs_err
submit_packed(struct hs_submit_port *port, struct caller *caller)
{
	hs_submit message;
	hs_notice notice;

	hansho__v1__submit__init(&message);
	hansho__v1__notice__init(&notice);
	notice.priority = HS_PRIORITY_LEVEL4;
	message.notice = &notice;
	*caller = (struct caller){ .call = { .done = on_done } };
	hs_buf_init(&caller->call.packed, 1 << 16);
	hs_message_pack(&message, &caller->call.packed);
	return hs_submit_port_submit(port, &caller->call, &message);
}

static enum hs_err
query(struct hs_submit_port *port, struct caller *caller)
{
	*caller = (struct caller){ .call = { .done = on_done, .whose = "kakuu" } };
	return hs_submit_port_status(port, &caller->call, "0123", 25000, 0);
}

#define TURNS_MAX 2000 /* so that a test that fails ends */

struct fixture {
	uv_loop_t loop;
	struct hs_submit_port *port;
	uint64_t left; /* this client has gone */
};

static bool
has_left(void *owner, uint64_t client)
{
	const struct fixture *fixture = owner;

	return client == fixture->left;
}

static int
set_up_with(void **state, int64_t heartbeat_ms, int64_t answer_timeout_ms)
{
	struct fixture *fixture = test_calloc(1, sizeof(*fixture));
	struct hs_submit_port_options options = { .url = "ipc:///nowhere",
		.name = "gate",
		.mode = HS_MODE(DRILL),
		.heartbeat_ms = heartbeat_ms,
		.answer_timeout_ms = answer_timeout_ms,
		.pending_max = 4,
		.in_flight_max = 1,
		.has_left = has_left,
		.owner = fixture };

	assert_int_equal(uv_loop_init(&fixture->loop), 0);
	assert_int_equal(hs_submit_port_create(&fixture->loop, &options, &fixture->port), HS_OK);
	*state = fixture;
	return 0;
}

/* No pause of the machine makes a silence. */
static int
set_up(void **state)
{
	return set_up_with(state, 60000, 60000);
}

static int
set_up_silent_answer(void **state)
{
	return set_up_with(state, 60000, 100);
}

static int
set_up_silent_hub(void **state)
{
	return set_up_with(state, 2000, 60000); /* the heartbeat is 1.2 s ahead of the verdict, more than the port takes for a pause of its own */
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	hs_submit_port_stop(fixture->port);
	assert_int_equal(uv_run(&fixture->loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(uv_loop_close(&fixture->loop), 0);
	test_free(fixture);
	return 0;
}

static void
on_end(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static void
run_for(struct fixture *fixture, uint64_t time_ms)
{
	uv_timer_t timer;

	assert_int_equal(uv_timer_init(&fixture->loop, &timer), 0);
	assert_int_equal(uv_timer_start(&timer, on_end, time_ms, 0), 0);
	(void)uv_run(&fixture->loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&timer, NULL);
	(void)uv_run(&fixture->loop, UV_RUN_NOWAIT);
}

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
			gives_up_on_a_silent_answer, set_up_silent_answer, tear_down),
		cmocka_unit_test_setup_teardown(
			ends_the_questions_of_who_has_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			beats_and_drops_a_dead_link, set_up_silent_hub, tear_down),
		cmocka_unit_test_setup_teardown(
			drops_a_link_that_talks_nonsense, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			completes_what_is_pending_when_it_stops, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
