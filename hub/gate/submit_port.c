#include "hub/gate/submit_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/link.h"
#include "hub/base/log.h"
#include "hub/base/proc.h"
#include "hub/base/silence.h"
#include "hub/gate/port_parts.h"
#include "hub/gate/port_send.h"
#include "schemas/tables_version.h"

#define BEAT_MS_MIN 100
#define BEAT_MS_MAX 60000

/* For frames whose loss the other side notices by itself (heartbeats, greetings). */
static void
send_or_log(struct hs_submit_port *port, const hs_link_frame *frame)
{
	enum hs_err err = hs_port_send(port->link, frame);

	if (err != HS_OK)
		hs_warn("gate.link_send", "error=%s", hs_err_name(err));
}

/* What waits and may go now, the most urgent first. */
static void
send_waiting(struct hs_submit_port *port)
{
	struct hs_port_row *row;

	while ((port->state == PORT_READY || port->state == PORT_HUB_STOPS) &&
		(row = hs_port_table_next(&port->table)) != NULL) {
		enum hs_err err = hs_port_send_submit(port->link, row->call, row->waiting);

		if (err == HS_OK)
			hs_port_table_sent(&port->table, row);
		else
			hs_port_table_drop(&port->table, row, err);
	}
}

static void
on_up(void *owner, struct hs_link *link)
{
	struct hs_submit_port *port = owner;
	hs_link_frame frame;
	Hansho__V1__Hello hello;
	struct hs_tables_version tables;
	char version[] = HS_VERSION;
	char name[128];

	(void)link;
	hansho__v1__link_frame__init(&frame);
	hansho__v1__hello__init(&hello);
	(void)snprintf(name, sizeof(name), "%s", port->options.name);
	hello.name = name;
	hello.kind = HS_PEER(GATE);
	hello.mode = (Hansho__V1__Mode)port->options.mode;
	hello.heartbeat_ms = (uint32_t)port->options.heartbeat_ms;
	hello.version = version;
	hs_tables_version(&tables);
	hello.tables = tables.digest;
	hello.unix_us = hs_clock_unix_us();
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_HELLO;
	frame.hello = &hello;
	port->state = PORT_GREETING;
	port->heard_us = port->beat_us = hs_clock_mono_us();
	send_or_log(port, &frame);
}

static void
on_down(void *owner, struct hs_link *link)
{
	struct hs_submit_port *port = owner;

	(void)link;
	if (port->state == PORT_LEAVING)
		return;
	if (port->state == PORT_GREETING && !port->refused) {
		port->refused = true;
		hs_error("gate.hub_refuses", "name=%s", port->options.name);
	} else if (port->state == PORT_READY) {
		port->drops++;
		hs_warn("gate.hub_down", "pending=%zu", port->table.count);
	}
	port->state = PORT_DOWN;
	hs_port_table_fail(&port->table, INT64_MAX, HS_ERR_CLOSED);
}

static void
take_hello(struct hs_submit_port *port, const hs_link_frame *frame)
{
	const Hansho__V1__Hello *hello = frame->hello;

	if ((int)hello->mode != port->options.mode) {
		port->state = PORT_WRONG_LANE;
		hs_error("gate.wrong_lane", "ours=%d hub=%d", port->options.mode, (int)hello->mode);
		return;
	}
	(void)snprintf(port->epoch, sizeof(port->epoch), "%s", hello->epoch);
	if (hello->heartbeat_ms >= BEAT_MS_MIN && hello->heartbeat_ms <= BEAT_MS_MAX)
		port->hub_beat_ms = hello->heartbeat_ms;
	port->state = PORT_READY;
	port->refused = false;
	hs_info("gate.hub_up", "epoch=%s newest_seq=%llu", port->epoch,
		(unsigned long long)hello->newest_seq);
}

static void
take_goodbye(struct hs_submit_port *port, const hs_link_frame *frame)
{
	hs_info("gate.hub_goodbye", "reason=\"%s\"", frame->goodbye->reason);
	if (port->state == PORT_READY)
		port->state = PORT_HUB_STOPS; /* what is pending may still be answered */
}

static void
take_reply(struct hs_submit_port *port, uint64_t request, const hs_link_frame *frame)
{
	/* An answer to a call that timed out is no error: the sender was told to send it again. */
	if (!hs_port_table_answer(&port->table, request, frame))
		hs_info("gate.answer_unasked", "request=%llu", (unsigned long long)request);
}

static void
take_frame(struct hs_submit_port *port, const hs_link_frame *frame)
{
	switch (frame->body_case) {
	case HANSHO__V1__LINK_FRAME__BODY_HELLO:
		take_hello(port, frame);
		break;
	case HANSHO__V1__LINK_FRAME__BODY_SUBMIT_REPLY:
		take_reply(port, frame->submit_reply->request, frame);
		break;
	case HANSHO__V1__LINK_FRAME__BODY_STATUS_REPLY:
		take_reply(port, frame->status_reply->request, frame);
		break;
	case HANSHO__V1__LINK_FRAME__BODY_LIST_REPLY:
		take_reply(port, frame->list_reply->request, frame);
		break;
	case HANSHO__V1__LINK_FRAME__BODY_ACTIVE_REPLY:
		take_reply(port, frame->active_reply->request, frame);
		break;
	case HANSHO__V1__LINK_FRAME__BODY_ALARM_REPLY:
		take_reply(port, frame->alarm_reply->request, frame);
		break;
	case HANSHO__V1__LINK_FRAME__BODY_GOODBYE:
		take_goodbye(port, frame);
		break;
	default: /* heartbeats, and frames of a newer hub: that something came is all that matters */
		break;
	}
}

static void
on_frame(void *owner, struct hs_link *link, const uint8_t *bytes, size_t len_bytes)
{
	struct hs_submit_port *port = owner;
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	hs_link_frame *frame = NULL;
	enum hs_err err = HS_ERR_NOMEM;

	port->heard_us = hs_clock_mono_us();
	if (arena != NULL)
		err = hs_link_frame_unpack(arena, bytes, len_bytes, &frame);
	if (err == HS_OK) {
		take_frame(port, frame);
		send_waiting(port);
	} else {
		hs_error("gate.bad_frame", "error=%s len_bytes=%zu", hs_err_name(err), len_bytes);
		hs_link_drop(link);
	}
	hs_arena_destroy(arena);
}

static void
beat(struct hs_submit_port *port, int64_t now_us)
{
	hs_link_frame frame;
	Hansho__V1__Heartbeat heartbeat;

	hansho__v1__link_frame__init(&frame);
	hansho__v1__heartbeat__init(&heartbeat);
	heartbeat.unix_us = hs_clock_unix_us();
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_HEARTBEAT;
	frame.heartbeat = &heartbeat;
	port->beat_us = now_us;
	send_or_log(port, &frame);
}

/* Each side counts beats of its own as silence, so the gate beats at the shorter interval and waits for the longer one. */
static void
on_tick(uv_timer_t *timer)
{
	struct hs_submit_port *port = HS_CONTAINER_OF(timer, struct hs_submit_port, timer);
	int64_t own_us = port->options.heartbeat_ms * 1000, hub_us = port->hub_beat_ms * 1000;
	int64_t now_us = hs_clock_mono_us();

	hs_port_table_fail(&port->table, now_us, HS_ERR_TIMEOUT);
	if (port->options.has_left != NULL)
		hs_port_end_unwanted(port);
	send_waiting(port);
	if (port->state == PORT_DOWN || port->state == PORT_LEAVING)
		return;
	int64_t limit_us = hs_silence_of_hub_us(
		(own_us > hub_us ? own_us : hub_us) / 1000, port->state != PORT_GREETING);
	if (hs_silence_may_judge(&port->looks, now_us) && now_us - port->heard_us > limit_us) {
		hs_warn("gate.hub_silent", "silent_ms=%lld",
			(long long)((now_us - port->heard_us) / 1000));
		port->heard_us = now_us;
		hs_link_drop(port->link);
		return;
	}
	if (now_us - port->beat_us >= (own_us < hub_us ? own_us : hub_us))
		beat(port, now_us);
}

static const struct hs_link_ops LINK_OPS = { on_up, on_frame, on_down };

enum hs_err
hs_submit_port_create(
	uv_loop_t *loop, const struct hs_submit_port_options *options, struct hs_submit_port **out)
{
	struct hs_submit_port *port;
	struct hs_link_options link = { .url = options->url,
		.ops = &LINK_OPS,
		.frame_max_bytes = HS_FRAME_MAX_BYTES,
		.queue_max_bytes = (size_t)4 * HS_FRAME_MAX_BYTES };
	uint64_t tick_ms = hs_silence_look_ms(options->heartbeat_ms);
	enum hs_err err;

	port = calloc(1, sizeof(*port));
	if (port == NULL)
		return HS_ERR_NOMEM;
	port->options = *options;
	port->hub_beat_ms = options->heartbeat_ms;
	link.owner = port;
	err = hs_port_table_init(
		&port->table, (size_t)options->pending_max, (size_t)options->in_flight_max);
	if (err == HS_OK)
		err = hs_link_open(loop, &link, &port->link);
	if (err != HS_OK) {
		hs_port_table_free(&port->table);
		free(port);
		return err;
	}
	HS_CHECK(uv_timer_init(loop, &port->timer) == 0);
	HS_CHECK(uv_timer_start(&port->timer, on_tick, tick_ms, tick_ms) == 0);
	*out = port;
	return HS_OK;
}

static void
free_when_closed(struct hs_submit_port *port)
{
	if (--port->closing > 0)
		return;
	hs_port_table_free(&port->table);
	free(port);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free_when_closed(
		HS_CONTAINER_OF((uv_timer_t *)(void *)handle, struct hs_submit_port, timer));
}

static void
on_link_closed(void *owner)
{
	free_when_closed(owner);
}

void
hs_submit_port_stop(struct hs_submit_port *port)
{
	hs_link_frame frame;
	Hansho__V1__Goodbye goodbye;
	char reason[] = "planned stop";

	if (port == NULL)
		return;
	hansho__v1__link_frame__init(&frame);
	hansho__v1__goodbye__init(&goodbye);
	goodbye.reason = reason;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_GOODBYE;
	frame.goodbye = &goodbye;
	if (port->state == PORT_READY)
		send_or_log(port, &frame);
	port->state = PORT_LEAVING;
	hs_port_table_fail(&port->table, INT64_MAX, HS_ERR_CLOSED);
	port->closing = 2;
	uv_close((uv_handle_t *)&port->timer, on_timer_closed);
	hs_link_close(port->link, on_link_closed, port);
}

enum hs_err
hs_port_reserve(struct hs_submit_port *port, enum hs_port_use use, struct hs_port_row **out,
	uint64_t *request)
{
	if (port->state != PORT_READY)
		return HS_ERR_AWAY;
	return hs_port_table_reserve(&port->table, use, out, request);
}

enum hs_err
hs_submit_port_submit(struct hs_submit_port *port, struct hs_port_call *call, hs_submit *submit)
{
	bool large = (int64_t)submit->original.len > port->options.large_bytes;
	uint32_t lane = submit->notice->priority;
	struct hs_port_row *row;
	bool waits;
	enum hs_err err;

	if (!hs_port_table_has_room(&port->table, lane))
		return HS_ERR_FULL;
	hs_port_table_promote(&port->table, submit);
	send_waiting(port);
	err = hs_port_reserve(port, HS_PORT_SUBMISSION, &row, &submit->request);
	if (err != HS_OK)
		return err;
	waits = !hs_port_table_may_go(&port->table, lane, large) ||
		hs_port_table_is_behind(&port->table, submit);
	hs_port_table_submission(row, submit, large, waits);
	err = waits ? HS_OK : hs_port_send_submit(port->link, call, submit);
	if (err != HS_OK)
		return err == HS_ERR_CLOSED ? HS_ERR_AWAY : err;
	hs_port_table_take(&port->table, row, call, submit->request,
		hs_clock_mono_us() + port->options.answer_timeout_ms * 1000);
	return HS_OK;
}

const char *
hs_submit_port_not_ready(const struct hs_submit_port *port)
{
	static const char *const why[] = {
		[PORT_DOWN] =
			"the hub cannot be reached: is hansho-hub running, and is hub_url right?",
		[PORT_GREETING] = "the hub has not said hello yet",
		[PORT_HUB_STOPS] = "the hub is stopping",
		[PORT_READY] = "",
		[PORT_WRONG_LANE] =
			"the hub serves the other mode: set hub_url to the hub of this mode",
		[PORT_LEAVING] = "this gate is stopping",
	};

	if (port->refused && port->state != PORT_READY)
		return "the hub ends the connection before its hello: hub_url is that of another "
		       "mode or peer, or this gate's rule tables were not acknowledged (hansho "
		       "rehearse) before the hub was started";
	return why[port->state];
}

const char *
hs_submit_port_epoch(const struct hs_submit_port *port)
{
	return port->epoch;
}

size_t
hs_submit_port_waiting_count(const struct hs_submit_port *port)
{
	return port->table.waiting_count;
}

size_t
hs_submit_port_pending_count(const struct hs_submit_port *port)
{
	return port->table.count;
}

uint64_t
hs_submit_port_drop_count(const struct hs_submit_port *port)
{
	return port->drops;
}
