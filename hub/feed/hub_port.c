#include "hub/feed/hub_port.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/config.h"
#include "hub/base/link.h"
#include "hub/base/log.h"
#include "hub/base/proc.h"
#include "hub/base/silence.h"
#include "hub/feed/hub_port_parts.h"
#include "schemas/active.h"

/* Acks are gathered for this long, so that a burst costs the hub's journal one record. */
#define ACK_DELAY_MS	 20
#define LINK_FRAME_BYTES (HS_FRAME_MAX_BYTES + 4096)

enum hs_err
hs_hub_port_send(struct hs_hub_port *port, const hs_link_frame *frame)
{
	struct hs_buf buf;
	enum hs_err err = HS_ERR_NOMEM;

	hs_buf_init(&buf, LINK_FRAME_BYTES);
	hs_message_pack(frame, &buf);
	if (!buf.failed)
		err = hs_link_send(port->link, buf.bytes, buf.len_bytes);
	hs_buf_free(&buf);
	return err == HS_ERR_CLOSED ? HS_ERR_AWAY : err;
}

/* For frames whose loss the resume makes good. */
static void
send_or_drop(struct hs_hub_port *port, const hs_link_frame *frame, const char *what)
{
	enum hs_err err = hs_hub_port_send(port, frame);

	if (err == HS_OK)
		return;
	hs_warn("feed.hub_send_failed", "frame=%s err=%s", what, hs_err_name(err));
	hs_link_drop(port->link);
}

void
hs_hub_port_again(struct hs_hub_port *port, const char *why, enum hs_err err)
{
	hs_warn("feed.hub_dropped", "reason=%s err=%s", why, hs_err_name(err));
	hs_link_drop(port->link);
}

/* ---- acks ---- */

static void
send_ack(struct hs_hub_port *port)
{
	Hansho__V1__Ack ack;
	hs_link_frame frame;

	hansho__v1__ack__init(&ack);
	hansho__v1__link_frame__init(&frame);
	if (!port->greeted || port->acked_seq == port->received_seq)
		return;
	ack.seq = port->received_seq;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_ACK;
	frame.ack = &ack;
	port->acked_seq = port->received_seq;
	send_or_drop(port, &frame, "ack");
}

static void
on_ack_timer(uv_timer_t *timer)
{
	send_ack(HS_CONTAINER_OF(timer, struct hs_hub_port, ack));
}

static void
have(struct hs_hub_port *port, uint64_t seq)
{
	if (seq > port->received_seq)
		port->received_seq = seq;
	if (port->received_seq - port->acked_seq >= port->window / 2)
		send_ack(port);
	else if (!uv_is_active((uv_handle_t *)&port->ack))
		uv_timer_start(&port->ack, on_ack_timer, ACK_DELAY_MS, 0);
}

/* ---- frames of the hub ---- */

static enum hs_err
on_hello(struct hs_hub_port *port, const hs_link_frame *in)
{
	Hansho__V1__Resume resume;
	hs_link_frame frame;
	struct hs_hub_resume at = { 0 };
	enum hs_err err;

	hansho__v1__resume__init(&resume);
	hansho__v1__link_frame__init(&frame);
	if (port->greeted)
		return HS_ERR_INVALID;
	err = port->ops->on_hello(port->owner, in->hello, &at);
	if (err != HS_OK)
		return err;
	port->greeted = true;
	hs_hub_age_hello(&port->age, in->hello->kind == HS_PEER(FEED), hs_clock_mono_us());
	port->window = in->hello->window > 0 ? in->hello->window : 1;
	port->received_seq = at.seq;
	port->acked_seq = at.seq;
	if (in->hello->heartbeat_ms > 0 && in->hello->heartbeat_ms != port->heartbeat_ms) {
		port->heartbeat_ms = in->hello->heartbeat_ms;
		uv_timer_set_repeat(&port->heartbeat, (uint64_t)port->heartbeat_ms);
		uv_timer_again(&port->heartbeat);
	}
	resume.epoch = in->hello->epoch;
	resume.seq = at.seq;
	resume.snapshot = at.snapshot;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_RESUME;
	frame.resume = &resume;
	hs_info("feed.hub_up", "epoch=%s newest=%llu resume=%llu snapshot=%d", in->hello->epoch,
		(unsigned long long)in->hello->newest_seq, (unsigned long long)at.seq, at.snapshot);
	send_or_drop(port, &frame, "resume");
	return HS_OK;
}

static enum hs_err
on_deliver(struct hs_hub_port *port, const hs_link_frame *in)
{
	enum hs_err err = port->made != NULL
				  ? port->ops->on_large(port->owner, in->deliver, port->made)
				  : port->ops->on_deliver(port->owner, in->deliver);

	if (err == HS_OK)
		have(port, in->deliver->seq);
	return err;
}

static enum hs_err
on_live(struct hs_hub_port *port, const hs_link_frame *in)
{
	return port->ops->on_live(port->owner, in->live->seq);
}

static enum hs_err
on_gap(struct hs_hub_port *port, const hs_link_frame *in)
{
	return port->ops->on_gap(port->owner, in->gap);
}

static enum hs_err
on_snapshot(struct hs_hub_port *port, const hs_link_frame *in)
{
	return port->ops->on_snapshot(port->owner, in->snapshot);
}

static enum hs_err
on_heartbeat(struct hs_hub_port *port, const hs_link_frame *in)
{
	const Hansho__V1__RelayState *relay = in->heartbeat->relay;

	if (relay != NULL && hs_hub_age_relay(&port->age, relay, hs_clock_mono_us()))
		port->ops->on_hub_away(port->owner, port->age.away);
	return port->greeted ? port->ops->on_heartbeat(port->owner, in->heartbeat) : HS_OK;
}

static enum hs_err
on_fetch_reply(struct hs_hub_port *port, const hs_link_frame *in)
{
	port->ops->on_fetch_reply(port->owner, in->fetch_reply);
	return HS_OK;
}

static enum hs_err
on_goodbye(struct hs_hub_port *port, const hs_link_frame *in)
{
	(void)port;
	hs_info("feed.hub_goodbye", "reason=\"%.80s\"", in->goodbye->reason);
	return HS_OK;
}

/* The frames that a hub sends to a feed; others are skipped, as schemas/link.proto says. */
static const struct {
	int body;
	bool after_hello;
	enum hs_err (*handle)(struct hs_hub_port *port, const hs_link_frame *in);
} handlers[] = {
	{ HANSHO__V1__LINK_FRAME__BODY_HELLO, false, on_hello },
	{ HANSHO__V1__LINK_FRAME__BODY_DELIVER, true, on_deliver },
	{ HANSHO__V1__LINK_FRAME__BODY_LIVE, true, on_live },
	{ HANSHO__V1__LINK_FRAME__BODY_GAP, true, on_gap },
	{ HANSHO__V1__LINK_FRAME__BODY_SNAPSHOT, true, on_snapshot },
	{ HANSHO__V1__LINK_FRAME__BODY_HEARTBEAT, false, on_heartbeat },
	{ HANSHO__V1__LINK_FRAME__BODY_FETCH_REPLY, true, on_fetch_reply },
	{ HANSHO__V1__LINK_FRAME__BODY_GOODBYE, false, on_goodbye },
};

static enum hs_err
dispatch(struct hs_hub_port *port, const hs_link_frame *frame)
{
	for (size_t i = 0; i < HS_COUNT(handlers); i++) {
		if (handlers[i].body != (int)frame->body_case)
			continue;
		if (handlers[i].after_hello && !port->greeted)
			return HS_ERR_INVALID;
		return handlers[i].handle(port, frame);
	}
	return HS_OK;
}

static void
take(void *owner, enum hs_err err, const hs_link_frame *frame, struct hs_entry *made)
{
	struct hs_hub_port *port = owner;

	if (!hs_link_is_up(port->link))
		return; /* dropped by one before it */
	port->made = made;
	if (err == HS_OK)
		err = dispatch(port, frame);
	if (err != HS_OK)
		hs_hub_port_again(port, "frame_refused", err);
}

static void
on_frame(void *owner, struct hs_link *link, const uint8_t *bytes, size_t len_bytes)
{
	struct hs_hub_port *port = owner;
	enum hs_err err;

	hs_hub_age_frame(&port->age, port->greeted, hs_clock_mono_us());
	err = hs_hub_frames_put(&port->frames, link, bytes, len_bytes);
	if (err != HS_OK)
		hs_hub_port_again(port, "frame_refused", err);
}

/* ---- up, down, heartbeats ---- */

static void
on_up(void *owner, struct hs_link *link)
{
	struct hs_hub_port *port = owner;
	Hansho__V1__Hello hello;
	hs_link_frame frame;
	char version[] = HS_VERSION;

	hansho__v1__hello__init(&hello);
	hansho__v1__link_frame__init(&frame);
	(void)link;
	port->greeted = false;
	hs_hub_age_up(&port->age, hs_clock_mono_us());
	hello.mode = (Hansho__V1__Mode)port->self.mode;
	hello.name = port->self.name;
	hello.kind = HS_PEER(FEED);
	hello.version = version;
	hello.unix_us = hs_clock_unix_us();
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_HELLO;
	frame.hello = &hello;
	send_or_drop(port, &frame, "hello");
}

static void
on_down(void *owner, struct hs_link *link)
{
	struct hs_hub_port *port = owner;

	(void)link;
	port->greeted = false;
	port->reconnects++;
	hs_hub_frames_drop(&port->frames);
	hs_warn("feed.hub_down", "heard_ms_ago=%u", hs_hub_port_age_ms(port));
	port->ops->on_down(port->owner);
}

static void
on_look(uv_timer_t *timer)
{
	struct hs_hub_port *port = HS_CONTAINER_OF(timer, struct hs_hub_port, look);
	int64_t now_us = hs_clock_mono_us();

	if (hs_silence_may_judge(&port->looks, now_us) && hs_link_is_up(port->link) &&
		now_us - port->age.heard_us >
			hs_silence_of_hub_us(port->heartbeat_ms, port->greeted))
		hs_hub_port_again(port, "silent", HS_ERR_TIMEOUT);
}

static void
on_heartbeat_timer(uv_timer_t *timer)
{
	struct hs_hub_port *port = HS_CONTAINER_OF(timer, struct hs_hub_port, heartbeat);
	Hansho__V1__Heartbeat heartbeat;
	hs_link_frame frame;
	char digest[HS_DIGEST_SIZE] = "";

	hansho__v1__heartbeat__init(&heartbeat);
	hansho__v1__link_frame__init(&frame);
	if (!hs_link_is_up(port->link) || !port->greeted)
		return;
	port->ops->say(port->owner, &heartbeat.newest_seq, digest);
	heartbeat.digest = digest;
	heartbeat.unix_us = hs_clock_unix_us();
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_HEARTBEAT;
	frame.heartbeat = &heartbeat;
	send_or_drop(port, &frame, "heartbeat");
}

static const struct hs_link_ops link_ops = {
	.on_up = on_up, .on_frame = on_frame, .on_down = on_down
};

enum hs_err
hs_hub_port_open(
	uv_loop_t *loop, const struct hs_hub_port_options *options, struct hs_hub_port **out)
{
	struct hs_hub_port *port = calloc(1, sizeof(*port));
	struct hs_link_options link = { .url = options->url,
		.ops = &link_ops,
		.owner = port,
		.frame_max_bytes = LINK_FRAME_BYTES,
		.tls_ca_path = hs_config_path(options->tls_ca_path),
		.tls_cert_key_path = hs_config_path(options->tls_cert_key_path) };
	enum hs_err err;

	if (port == NULL)
		return HS_ERR_NOMEM;
	port->self.name = strdup(options->name);
	port->self.mode = options->mode;
	port->ops = options->ops;
	port->owner = options->owner;
	port->heartbeat_ms = options->heartbeat_ms;
	port->window = 1;
	err = port->self.name == NULL ? HS_ERR_NOMEM : hs_link_open(loop, &link, &port->link);
	if (err != HS_OK) {
		free(port->self.name);
		free(port);
		return err;
	}
	hs_hub_frames_init(&port->frames, &options->frames, take, port);
	uv_timer_init(loop, &port->heartbeat);
	uv_timer_init(loop, &port->ack);
	uv_timer_init(loop, &port->look);
	port->timers_open = 3;
	uint64_t look_ms = hs_silence_look_ms(port->heartbeat_ms);
	uv_timer_start(&port->look, on_look, look_ms, look_ms);
	uv_timer_start(&port->heartbeat, on_heartbeat_timer, (uint64_t)port->heartbeat_ms,
		(uint64_t)port->heartbeat_ms);
	*out = port;
	return HS_OK;
}

/* ---- close: link, then the timers, then the memory ---- */

static void
on_timer_closed(uv_handle_t *handle)
{
	struct hs_hub_port *port = handle->data;

	if (--port->timers_open > 0)
		return;
	hs_hub_frames_drop(&port->frames);
	free(port->self.name);
	free(port);
}

static void
on_link_closed(void *owner)
{
	struct hs_hub_port *port = owner;

	port->heartbeat.data = port;
	port->ack.data = port;
	port->look.data = port;
	uv_close((uv_handle_t *)&port->heartbeat, on_timer_closed);
	uv_close((uv_handle_t *)&port->ack, on_timer_closed);
	uv_close((uv_handle_t *)&port->look, on_timer_closed);
}

static void
say_goodbye(struct hs_hub_port *port)
{
	Hansho__V1__Goodbye goodbye;
	hs_link_frame frame;
	char reason[] = "stopping";

	hansho__v1__goodbye__init(&goodbye);
	hansho__v1__link_frame__init(&frame);
	goodbye.reason = reason;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_GOODBYE;
	frame.goodbye = &goodbye;
	if (hs_hub_port_send(port, &frame) != HS_OK)
		hs_info("feed.goodbye_unsent", "name=%s", port->self.name);
}

void
hs_hub_port_close(struct hs_hub_port *port)
{
	if (port == NULL || port->closing)
		return;
	port->closing = true;
	if (port->greeted)
		say_goodbye(port);
	port->greeted = false;
	uv_timer_stop(&port->heartbeat);
	uv_timer_stop(&port->ack);
	uv_timer_stop(&port->look);
	hs_link_close(port->link, on_link_closed, port);
}

void
hs_hub_port_look(struct hs_hub_port *port)
{
	if (!port->closing)
		hs_link_look(port->link);
}

bool
hs_hub_port_is_up(const struct hs_hub_port *port)
{
	return port->greeted && !port->age.away;
}

uint32_t
hs_hub_port_age_ms(const struct hs_hub_port *port)
{
	return hs_hub_age_ms(&port->age, hs_clock_mono_us());
}

uint64_t
hs_hub_port_reconnects(const struct hs_hub_port *port)
{
	return port->reconnects;
}
