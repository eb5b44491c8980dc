/* submit_port_kit.h: the port on a loop of the test's own, and who calls it. */
#ifndef HS_TEST_SUBMIT_PORT_KIT_H
#define HS_TEST_SUBMIT_PORT_KIT_H

#include "tests/unit/hub/gate/link_double.h"

#include "hub/gate/submit_port.h"

/* ---- callers: static, because the port still completes them when a test has ended ---- */

struct caller {
	struct hs_port_call call;
	int done;
	enum hs_err err;
	int outcome;
};

static inline void
on_done(struct hs_port_call *call, enum hs_err err, const hs_link_frame *reply)
{
	struct caller *caller = (struct caller *)(void *)call;

	caller->done++;
	caller->err = err;
	if (reply != NULL && reply->body_case == HANSHO__V1__LINK_FRAME__BODY_SUBMIT_REPLY)
		caller->outcome = (int)reply->submit_reply->outcome;
}

static inline enum hs_err
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
static inline enum hs_err
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
static inline enum hs_err
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

static inline enum hs_err
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

static inline bool
has_left(void *owner, uint64_t client)
{
	const struct fixture *fixture = owner;

	return client == fixture->left;
}

static inline int
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
static inline int
set_up(void **state)
{
	return set_up_with(state, 60000, 60000);
}

static inline int
set_up_silent_answer(void **state)
{
	return set_up_with(state, 60000, 100);
}

static inline int
set_up_silent_hub(void **state)
{
	return set_up_with(state, 2000,
		60000); /* the heartbeat is 1.2 s ahead of the verdict, more than the port takes for a pause of its own */
}

static inline int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	hs_submit_port_stop(fixture->port);
	assert_int_equal(uv_run(&fixture->loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(uv_loop_close(&fixture->loop), 0);
	test_free(fixture);
	return 0;
}

static inline void
on_end(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static inline void
run_for(struct fixture *fixture, uint64_t time_ms)
{
	uv_timer_t timer;

	assert_int_equal(uv_timer_init(&fixture->loop, &timer), 0);
	assert_int_equal(uv_timer_start(&timer, on_end, time_ms, 0), 0);
	(void)uv_run(&fixture->loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&timer, NULL);
	(void)uv_run(&fixture->loop, UV_RUN_NOWAIT);
}

#endif
