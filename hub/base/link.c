/* How it works: a carrier (link_carrier.h) brings connections and bytes; here bytes become frames, a lost
 * connection is set up anew after 20…500 ms, and the owner is told.
 *
 * Why not nng's PAIR protocol: in nng 1.5.2 a pair0 socket whose pipe was closed by nng_pipe_close sometimes
 * neither connects again nor lets nng_close return (tests/bench/nng_pair_close_bench.c shows it within seconds).
 * PAIR also sends a message that waited for the old connection as the first one on the next. A stream has
 * one life: what was in flight dies with it, and the sequence above (schemas/link.proto) makes it good.
 */
#include "hub/base/link.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/buf.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/link_carrier.h"
#include "hub/base/link_framing.h"
#include "hub/base/log.h"

#define FRAME_MAX_BYTES (4u << 20)
#define QUEUE_MAX_BYTES (8u << 20)
#define RETRY_MIN_MS	20
#define RETRY_MAX_MS	500
#define RIVAL_US	6000000 /* more than a usual heartbeat */

struct input {
	struct hs_buf
		begun;	    /* empty, or HS_LINK_HEADROOM bytes and a frame that is not whole yet */
	bool taken;	    /* by hs_link_take_frame: it was the caller's, and may be gone */
	struct hs_buf rest; /* what stood behind the frame that was taken */
};

struct hs_link {
	const struct hs_link_ops *ops;
	void *owner;
	const struct hs_link_framing *framing;
	const struct hs_carrier_ops *carrier_ops;
	struct hs_carrier *carrier;
	bool listens;
	bool connected; /* there is a connection */
	bool open;	/* and it was greeted: up for the owner */
	bool dropping;	/* and it is about to end */
	bool closing;
	bool handing_out; /* stands in on_frame */
	int open_parts;	  /* timer and carrier that are not closed yet */
	struct input in;
	uint64_t retry_ms;
	size_t frame_max_bytes;
	int64_t heard_us; /* monotonic */
	uv_timer_t retry;
	void (*on_closed)(void *owner);
	void *closed_owner;
};

static const struct hs_carrier_ops *
carrier_of(const char *url)
{
	return strncmp(url, "unix:", 5) == 0 ? &hs_carrier_local : &hs_carrier_nng;
}

static void
retry_due(uv_timer_t *timer)
{
	struct hs_link *link = timer->data;

	link->carrier_ops->connect(link->carrier);
}

static void
retry_later(struct hs_link *link)
{
	uv_timer_start(&link->retry, retry_due, link->retry_ms, 0);
	if (link->retry_ms < RETRY_MAX_MS)
		link->retry_ms *= 2;
}

static void
opened(struct hs_link *link)
{
	link->open = true;
	link->ops->on_up(link->owner, link);
}

/* ---- what the carrier tells ---- */

void
hs_link_carrier_up(struct hs_link *link)
{
	const struct hs_link_framing *framing = link->framing;
	struct hs_span greeting = { framing->greeting, framing->greeting_bytes };

	HS_CHECK(!link->connected);
	link->connected = true;
	link->heard_us = hs_clock_mono_us();
	link->in.begun.len_bytes = 0;
	link->in.begun.failed = false;
	if (greeting.len_bytes == 0)
		opened(link);
	else if (link->carrier_ops->send(link->carrier, &greeting, 1, NULL) != HS_OK)
		hs_link_drop(link);
}

void
hs_link_carrier_rival(struct hs_link *link)
{
	int64_t silent_us = hs_clock_mono_us() - link->heard_us;

	if (silent_us < RIVAL_US)
		return;
	hs_warn("link.replaced",
		"reason=\"the peer dials anew, its old connection is dead\" silent_ms=%lld",
		(long long)(silent_us / 1000));
	hs_link_drop(link);
}

void
hs_link_carrier_refused(struct hs_link *link)
{
	retry_later(link);
}

void
hs_link_carrier_down(struct hs_link *link)
{
	bool was_open = link->open;

	link->connected = link->open = link->dropping = false;
	if (was_open)
		link->ops->on_down(link->owner, link);
	/* A listener has been accepting all the time, to refuse a second peer. */
	if (!link->listens && !link->closing)
		retry_later(link);
}

static void
keep(struct hs_link *link, const unsigned char *bytes, size_t len_bytes)
{
	if (link->in.begun.len_bytes == 0 && len_bytes > 0)
		(void)hs_buf_extend(&link->in.begun, HS_LINK_HEADROOM);
	hs_buf_add(&link->in.begun, bytes, len_bytes);
}

/* Empty: nothing, or nothing more, is kept. */
static struct hs_span
kept(const struct hs_link *link)
{
	if (link->in.begun.len_bytes <= HS_LINK_HEADROOM)
		return (struct hs_span){ "", 0 };
	return (struct hs_span){ link->in.begun.bytes + HS_LINK_HEADROOM,
		link->in.begun.len_bytes - HS_LINK_HEADROOM };
}

/* Of a frame that has begun the whole is known: its room is taken at once, and grows no more with copies of what is there. */
static void
make_room(struct hs_link *link)
{
	struct hs_span have = kept(link);
	size_t len_bytes = link->in.begun.len_bytes;
	uint64_t len;

	if (have.len_bytes < link->framing->head_bytes ||
		len_bytes + HS_CARRIER_CHUNK_BYTES < link->in.begun.room_bytes || !link->open ||
		link->dropping || !hs_link_head_read(link->framing, have.bytes, &len) ||
		len > link->frame_max_bytes)
		return;
	/* And what comes with its last bytes. */
	len += link->framing->head_bytes + HS_CARRIER_CHUNK_BYTES;
	if (len > have.len_bytes && hs_buf_extend(&link->in.begun, len - have.len_bytes) != NULL)
		link->in.begun.len_bytes = len_bytes;
}

/* The other side's greeting at the beginning of a connection; returns how many bytes were used. */
static size_t
greeting_cut(struct hs_link *link, const unsigned char *bytes, size_t len_bytes)
{
	const struct hs_link_framing *framing = link->framing;

	if (len_bytes < framing->greeting_bytes)
		return 0;
	if (memcmp(bytes, framing->greeting, framing->greeting_bytes) == 0) {
		opened(link);
	} else {
		hs_warn("link.greeting", "reason=\"the partner speaks another protocol\"");
		hs_link_drop(link);
	}
	return framing->greeting_bytes;
}

/* The length of the frame whose head stands at bytes; false ends the connection. */
static bool
head_read(struct hs_link *link, const unsigned char *bytes, uint64_t *len)
{
	if (hs_link_head_read(link->framing, bytes, len) && *len <= link->frame_max_bytes)
		return true;
	hs_warn("link.frame_refused", "len_bytes=%llu max_bytes=%zu", (unsigned long long)*len,
		link->frame_max_bytes);
	hs_link_drop(link);
	return false;
}

/* Hands out the whole frames in bytes; returns how many bytes were used. */
static size_t
frames_cut(struct hs_link *link, const unsigned char *bytes, size_t len_bytes)
{
	size_t head = link->framing->head_bytes;
	size_t at = link->open ? 0 : greeting_cut(link, bytes, len_bytes);

	while (hs_link_is_up(link) && !link->in.taken && len_bytes - at >= head) {
		uint64_t len;

		if (!head_read(link, bytes + at, &len) || len_bytes - at - head < len)
			break;
		at += head + len;
		/* Only a peer that speaks is dialled again at once: one that hangs up on us is not
		 * hammered. */
		link->retry_ms = RETRY_MIN_MS;
		link->ops->on_frame(link->owner, link, bytes + at - len, len);
	}
	return at;
}

/* What is left of `in`, or of bytes of the carrier when nothing was there before. */
static void
keep_rest(struct hs_link *link, const unsigned char *bytes, size_t len_bytes, size_t used)
{
	char *first = link->in.begun.bytes + HS_LINK_HEADROOM;

	if (link->in.begun.len_bytes == 0) {
		keep(link, bytes + used, len_bytes - used);
		return;
	}
	memmove(first, first + used, len_bytes - used);
	link->in.begun.len_bytes = used < len_bytes ? HS_LINK_HEADROOM + len_bytes - used : 0;
}

static void
take_bytes(struct hs_link *link, const unsigned char *bytes, size_t len_bytes)
{
	size_t used;

	/* The usual case has nothing left over from before: frames are cut straight from the bytes. */
	if (link->in.begun.len_bytes > 0) {
		keep(link, bytes, len_bytes);
		bytes = kept(link).bytes;
		len_bytes = kept(link).len_bytes;
	}
	link->handing_out = true;
	used = frames_cut(link, bytes, len_bytes);
	link->handing_out = false;
	if (link->closing || link->in.taken) /* by on_frame */
		return;
	keep_rest(link, bytes, len_bytes, used);
	make_room(link);
	if (link->in.begun.failed)
		hs_link_drop(link);
}

void
hs_link_carrier_bytes(struct hs_link *link, const unsigned char *bytes, size_t len_bytes)
{
	link->heard_us = hs_clock_mono_us();
	take_bytes(link, bytes, len_bytes);
	while (link->in.taken && !link->closing) {
		struct hs_buf rest = link->in.rest;

		hs_buf_init(&link->in.rest, rest.max_bytes);
		link->in.taken = false;
		take_bytes(link, (const unsigned char *)rest.bytes, rest.len_bytes);
		if (rest.failed)
			hs_link_drop(link);
		hs_buf_free(&rest);
	}
}

/* ---- for the owner ---- */

enum hs_err
hs_link_open(uv_loop_t *loop, const struct hs_link_options *options, struct hs_link **out)
{
	struct hs_link_options asked = *options;
	struct hs_link *link = calloc(1, sizeof(*link));
	size_t max_bytes;
	enum hs_err err;

	if (!link)
		return HS_ERR_NOMEM;
	asked.frame_max_bytes = asked.frame_max_bytes ? asked.frame_max_bytes : FRAME_MAX_BYTES;
	asked.queue_max_bytes = asked.queue_max_bytes ? asked.queue_max_bytes : QUEUE_MAX_BYTES;
	link->ops = options->ops;
	link->owner = options->owner;
	link->framing = hs_link_framing_of(options->url, options->pair);
	link->carrier_ops = carrier_of(options->url);
	link->listens = options->listen;
	link->retry_ms = RETRY_MIN_MS;
	link->frame_max_bytes = asked.frame_max_bytes;
	max_bytes = HS_LINK_HEADROOM + asked.frame_max_bytes + HS_FRAMING_HEAD_MAX +
		    HS_CARRIER_CHUNK_BYTES;
	hs_buf_init(&link->in.begun, max_bytes);
	hs_buf_init(&link->in.rest, max_bytes);
	err = link->carrier_ops->open(loop, &asked, link, &link->carrier);
	if (err != HS_OK) {
		free(link);
		return err;
	}
	HS_CHECK(uv_timer_init(loop, &link->retry) == 0);
	link->retry.data = link;
	link->open_parts = 2;
	link->carrier_ops->connect(link->carrier);
	*out = link;
	return HS_OK;
}

enum hs_err
hs_link_send(struct hs_link *link, const void *bytes, size_t len_bytes)
{
	const struct hs_span whole = { bytes, len_bytes };

	return hs_link_send_pieces(link, &whole, 1, NULL);
}

enum hs_err
hs_link_send_pieces(
	struct hs_link *link, const struct hs_span *pieces, size_t count, struct hs_shared *owner)
{
	unsigned char head[HS_FRAMING_HEAD_MAX];
	struct hs_span all[1 + HS_LINK_PIECES_MAX] = { { head, link->framing->head_bytes } };
	size_t len_bytes = 0;

	HS_CHECK(count <= HS_LINK_PIECES_MAX);
	for (size_t i = 0; i < count; i++) {
		all[1 + i] = pieces[i];
		len_bytes += pieces[i].len_bytes;
	}
	if (!hs_link_is_up(link))
		return HS_ERR_CLOSED;
	if (len_bytes > link->frame_max_bytes)
		return HS_ERR_TOO_LARGE;
	hs_link_head_write(link->framing, head, len_bytes);
	return link->carrier_ops->send(link->carrier, all, 1 + count, owner);
}

uint8_t *
hs_link_take_frame(struct hs_link *link, const uint8_t *bytes, size_t len_bytes, void **memory)
{
	uint8_t *in = (uint8_t *)link->in.begun.bytes, *copy;
	const uint8_t *end = in + link->in.begun.len_bytes;

	if (!link->in.taken && in && bytes >= in && bytes + len_bytes <= end) {
		hs_buf_add(&link->in.rest, bytes + len_bytes, (size_t)(end - bytes) - len_bytes);
		hs_buf_init(&link->in.begun, link->in.begun.max_bytes);
		link->in.taken = true;
		*memory = in;
		return in + (bytes - in);
	}
	copy = malloc(HS_LINK_HEADROOM + len_bytes);
	*memory = copy;
	if (!copy)
		return NULL;
	memcpy(copy + HS_LINK_HEADROOM, bytes, len_bytes);
	return copy + HS_LINK_HEADROOM;
}

bool
hs_link_is_up(const struct hs_link *link)
{
	return link->open && !link->dropping && !link->closing;
}

size_t
hs_link_unsent_bytes(const struct hs_link *link)
{
	return hs_link_is_up(link) ? link->carrier_ops->unsent(link->carrier) : 0;
}

void
hs_link_look(struct hs_link *link)
{
	if (hs_link_is_up(link) && !link->handing_out)
		link->carrier_ops->look(link->carrier);
}

/* The caller may stand inside on_frame: the carrier ends the connection in a later turn. */
void
hs_link_drop(struct hs_link *link)
{
	if (!link->connected || link->dropping || link->closing)
		return;
	link->dropping = true;
	link->carrier_ops->drop(link->carrier);
}

static void
part_closed(struct hs_link *link)
{
	void (*done)(void *) = link->on_closed;
	void *owner = link->closed_owner;

	if (--link->open_parts > 0)
		return;
	hs_buf_free(&link->in.begun);
	hs_buf_free(&link->in.rest);
	free(link);
	if (done)
		done(owner);
}

void
hs_link_carrier_closed(struct hs_link *link)
{
	part_closed(link);
}

static void
timer_closed(uv_handle_t *handle)
{
	part_closed(handle->data);
}

void
hs_link_close(struct hs_link *link, void (*done)(void *owner), void *owner)
{
	HS_CHECK(!link->closing);
	link->closing = true;
	link->on_closed = done;
	link->closed_owner = owner;
	link->carrier_ops->close(link->carrier);
	uv_close((uv_handle_t *)&link->retry, timer_closed);
}
