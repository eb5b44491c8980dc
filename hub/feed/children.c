#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/feed/children_internal.h"

/* Unsent bytes of one link: what child_stream.c keeps in flight, and answers beside it. */
#define QUEUE_MAX_BYTES ((size_t)32 << 20)
/* Between two slices of who has more to get. */
#define SLICE_PAUSE_MS	1

/* ---- sending ---- */

static enum hs_err
send_bytes(void *owner, const void *bytes, size_t len_bytes)
{
	struct child *child = owner;
	enum hs_err err = hs_link_send(child->link, bytes, len_bytes);

	if (err != HS_OK && err != HS_ERR_AGAIN && err != HS_ERR_CLOSED) {
		hs_warn("feed.child_send_failed", "child=%s err=%s", child->config->name,
			hs_err_name(err));
		hs_link_drop(child->link);
	}
	return err;
}

/* For frames whose loss the resume makes good. */
static void
send_or_drop(struct child *child, struct hs_buf *buf)
{
	if (buf->failed || hs_link_send(child->link, buf->bytes, buf->len_bytes) != HS_OK)
		hs_link_drop(child->link);
	hs_buf_free(buf);
}

static void
send_answer(void *owner, size_t number, const void *bytes, size_t len_bytes)
{
	struct hs_children *children = owner;

	if (send_bytes(&children->rows[number], bytes, len_bytes) == HS_ERR_AGAIN)
		hs_link_drop(children->rows[number].link);
}

void
hs_child_drop(struct child *child, const char *why)
{
	hs_warn("feed.child_dropped", "child=%s reason=%s", child->config->name, why);
	child->drops++;
	hs_link_drop(child->link);
}

void
hs_child_beat(struct child *child)
{
	const struct hs_feed_parts *parts = child->children->parts;
	const struct hs_child_beat facts = { .hub_age_ms = hs_hub_port_age_ms(parts->hub),
		.hub_away = !child->children->current,
		.unix_us = hs_clock_unix_us() };
	struct hs_buf buf;

	if (!hs_link_is_up(child->link))
		return;
	hs_buf_init(&buf, HS_CHILD_FRAME_BYTES);
	hs_child_pack_beat(&buf, &parts->store, &facts);
	send_or_drop(child, &buf);
}

void
hs_children_beat(struct hs_children *children)
{
	for (size_t i = 0; i < children->count; i++)
		hs_child_beat(&children->rows[i]);
}

void
hs_child_greet(struct child *child)
{
	const struct hs_children *children = child->children;
	const struct hs_child_hello facts = { .name = children->settings->name,
		.heartbeat_ms = (uint32_t)children->settings->heartbeat_ms,
		.window = (uint32_t)children->settings->window,
		.unix_us = hs_clock_unix_us() };
	struct hs_buf buf;

	hs_buf_init(&buf, HS_CHILD_FRAME_BYTES);
	hs_child_pack_hello(&buf, &children->parts->store, &facts);
	child->greeting = GREETING_SENT;
	send_or_drop(child, &buf);
	hs_child_beat(child);
}

/* ---- streams ---- */

static void
on_slice(uv_timer_t *timer)
{
	hs_children_pump(HS_CONTAINER_OF(timer, struct hs_children, slices));
}

void
hs_child_pump(struct child *child)
{
	struct hs_children *children = child->children;

	if (hs_child_stream_pump(child->stream) &&
		!uv_is_active((const uv_handle_t *)&children->slices))
		uv_timer_start(&children->slices, on_slice, SLICE_PAUSE_MS, 0);
}

/* Who is up to date before who catches up. */
void
hs_children_pump(struct hs_children *children)
{
	for (int live = 1; live >= 0; live--) {
		for (size_t i = 0; i < children->count; i++) {
			struct child *child = &children->rows[i];
			bool is_live = hs_child_stream_state(child->stream) == HS_CHILD_LIVE;

			if (child->greeting == GREETING_DONE && is_live == (live == 1))
				hs_child_pump(child);
		}
	}
}

void
hs_children_page(struct hs_children *children)
{
	hs_child_fetches_retry(children->fetches);
	hs_children_pump(children);
}

void
hs_children_hub_says(struct hs_children *children, uint64_t newest_seq)
{
	for (size_t i = 0; i < children->count; i++)
		hs_child_stream_hub_says(children->rows[i].stream, newest_seq);
	hs_children_pump(children);
	hs_children_beat(children);
}

enum hs_err
hs_children_reply(struct hs_children *children, const hs_fetch_reply *reply)
{
	return hs_child_fetches_reply(children->fetches, reply);
}

/* ---- the hub comes and goes ---- */

void
hs_children_current(struct hs_children *children)
{
	children->current = true;
	for (size_t i = 0; i < children->count; i++) {
		struct child *child = &children->rows[i];

		if (child->greeting == GREETING_HEARD)
			hs_child_greet(child);
		else
			hs_child_beat(child);
	}
	hs_children_page(children);
}

void
hs_children_hub_away(struct hs_children *children)
{
	children->current = false;
	hs_child_fetches_forget_all(children->fetches);
	hs_children_beat(children);
}

void
hs_children_drop_all(struct hs_children *children)
{
	children->current = false;
	hs_child_fetches_forget_all(children->fetches);
	for (size_t i = 0; i < children->count; i++) {
		struct child *child = &children->rows[i];

		hs_child_stream_stop(child->stream);
		if (child->greeting >= GREETING_SENT)
			hs_child_drop(child, "epoch_ended");
	}
}

/* Who waits for our hello has nothing to say meanwhile. */
static void
on_look(uv_timer_t *timer)
{
	struct hs_children *children = HS_CONTAINER_OF(timer, struct hs_children, look);
	int64_t limit_us = hs_silence_of_peer_us(children->settings->heartbeat_ms);
	int64_t now_us = hs_clock_mono_us();

	if (!hs_silence_may_judge(&children->looks, now_us))
		return;
	for (size_t i = 0; i < children->count; i++) {
		struct child *child = &children->rows[i];

		if (hs_link_is_up(child->link) && child->greeting != GREETING_HEARD &&
			now_us - child->heard_us > limit_us)
			hs_child_drop(child, "silent");
	}
}

/* ---- open and close ---- */

static enum hs_err
open_child(uv_loop_t *loop, struct hs_children *children, const struct hs_child_settings *config)
{
	struct child *child = &children->rows[children->count];
	const struct hs_child_ports ports = { .send = send_bytes, .owner = child };
	const struct hs_link_options link = { .url = config->url,
		.listen = true,
		.ops = &hs_child_link_ops,
		.owner = child,
		.frame_max_bytes = HS_CHILD_FRAME_BYTES,
		.queue_max_bytes = QUEUE_MAX_BYTES,
		.tls_ca_path = hs_config_path(config->tls_ca),
		.tls_cert_key_path = hs_config_path(config->tls_cert_key) };
	enum hs_err err;

	child->children = children;
	child->config = config;
	child->stream = hs_child_stream_create(&ports, &children->parts->store,
		children->parts->pager, (size_t)children->settings->window);
	if (child->stream == NULL)
		return HS_ERR_NOMEM;
	err = hs_link_open(loop, &link, &child->link);
	if (err != HS_OK) {
		hs_child_stream_destroy(child->stream);
		return err;
	}
	children->count++;
	children->open_parts++;
	return HS_OK;
}

static void
part_closed(struct hs_children *children)
{
	if (--children->open_parts > 0)
		return;
	for (size_t i = 0; i < children->count; i++)
		hs_child_stream_destroy(children->rows[i].stream);
	hs_child_fetches_destroy(children->fetches);
	free(children);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	part_closed(handle->data);
}

static void
on_link_closed(void *owner)
{
	part_closed(owner);
}

void
hs_children_close(struct hs_children *children)
{
	if (children == NULL)
		return;
	for (size_t i = 0; i < children->count; i++) {
		struct child *child = &children->rows[i];
		struct hs_buf buf;

		hs_buf_init(&buf, HS_CHILD_FRAME_BYTES);
		hs_child_pack_goodbye(&buf);
		if (hs_link_is_up(child->link))
			send_or_drop(child, &buf);
		else
			hs_buf_free(&buf);
		hs_child_stream_stop(child->stream);
		hs_link_close(child->link, on_link_closed, children);
	}
	children->slices.data = children;
	children->look.data = children;
	uv_close((uv_handle_t *)&children->slices, on_timer_closed);
	uv_close((uv_handle_t *)&children->look, on_timer_closed);
}

enum hs_err
hs_children_open(uv_loop_t *loop, struct hs_feed_parts *parts,
	const struct hs_children_settings *settings, struct hs_children **out)
{
	size_t count = settings->list.count;
	struct hs_children *children = calloc(1, sizeof(*children) + count * sizeof(struct child));
	const struct hs_child_fetch_ports ports = { .send = send_answer, .owner = children };
	const struct hs_child_settings *rows = settings->list.items;
	enum hs_err err = HS_OK;

	if (children == NULL)
		return HS_ERR_NOMEM;
	children->parts = parts;
	children->settings = settings;
	children->fetches = hs_child_fetches_create(parts, &ports);
	if (children->fetches == NULL) {
		free(children);
		return HS_ERR_NOMEM;
	}
	uv_timer_init(loop, &children->slices);
	uv_timer_init(loop, &children->look);
	children->open_parts = 2;
	for (size_t i = 0; err == HS_OK && i < count; i++)
		err = open_child(loop, children, &rows[i]);
	if (err == HS_OK && count > 0) {
		uint64_t look_ms = hs_silence_look_ms(settings->heartbeat_ms);

		uv_timer_start(&children->look, on_look, look_ms, look_ms);
	}
	if (err == HS_OK)
		*out = children;
	else
		hs_children_close(children);
	return err;
}

size_t
hs_children_count(const struct hs_children *children)
{
	return children->count;
}
