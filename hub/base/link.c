/* How it works: nng's byte streams (ipc, tcp, tls+tcp) with a length before each frame.
 *
 * Every asynchronous call of nng ends on one of nng's threads; there the callback only sets a flag and wakes
 * the loop (uv_async_send). The loop reads the result and starts the next call, so an nng_aio is always
 * either with nng or with the loop, and no lock is needed:
 *
 *   connect   accept or dial; a failed dial is tried again after 20…500 ms
 *   receive   up to CHUNK_BYTES; the loop cuts frames out of it, then asks for more: that is the back-pressure
 *   send      all that was queued meanwhile goes out as one piece
 *
 * Why not nng's PAIR protocol: in nng 1.5.2 a pair0 socket whose pipe was closed by nng_pipe_close sometimes
 * neither connects again nor lets nng_close return (tests/bench/nng_pair_close_bench.c shows it within seconds).
 * PAIR also sends a message that waited for the old connection as the first one on the next. A stream has
 * one life: what was in flight dies with it, and the sequence above (schemas/link.proto) makes it good.
 */
#include "hub/base/link.h"

#include <nng/nng.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/buf.h"
#include "hub/base/check.h"
#include "hub/base/link_endpoint.h"
#include "hub/base/link_framing.h"
#include "hub/base/log.h"

#define FRAME_MAX_BYTES (4u << 20)
#define QUEUE_MAX_BYTES (8u << 20)
#define CHUNK_BYTES	65536
#define RETRY_MIN_MS	20
#define RETRY_MAX_MS	500

/* One call to nng. `done` is set on nng's thread and taken on the loop's. */
struct call {
	nng_aio *aio;
	uv_async_t *wake;
	atomic_bool done;
	bool busy; /* with nng; loop's thread only */
};

/* One connection; made when it is up, freed when it is down. */
struct conn {
	nng_stream *stream;
	bool open; /* greeted: up for the owner */
	struct call receive, send;
	struct hs_buf in;      /* the beginning of a frame that is not whole yet */
	struct hs_buf leaving; /* what nng sends now, from left_bytes on */
	size_t left_bytes;
	struct hs_buf queue; /* what waits */
	unsigned char chunk[CHUNK_BYTES];
};

struct hs_link {
	const struct hs_link_ops *ops;
	void *owner;
	const struct hs_link_framing *framing;
	nng_stream_dialer *dialer; /* one of these two */
	nng_stream_listener *listener;
	struct call connect;
	struct conn *conn; /* NULL = down */
	bool dropping;	   /* ends the connection when the loop is back in `woken` */
	bool closing;
	int open_handles; /* uv handles that are not closed yet */
	uint64_t retry_ms;
	size_t frame_max_bytes, queue_max_bytes;
	uv_async_t wake;
	uv_timer_t retry;
	void (*on_closed)(void *owner);
	void *closed_owner;
};

/* nng thread. */
static void
call_ended(void *arg)
{
	struct call *call = arg;
	atomic_store(&call->done, true);
	uv_async_send(call->wake);
}

static int
call_init(struct call *call, uv_async_t *wake)
{
	call->wake = wake;
	return nng_aio_alloc(&call->aio, call_ended, call);
}

/* Waits until nng's thread has left the callback, which never waits for the loop. */
static void
call_free(struct call *call)
{
	if (call->aio)
		nng_aio_free(call->aio);
	call->aio = NULL;
	call->busy = false;
}

/* True when a started call has ended and was not seen yet. */
static bool
call_take(struct call *call)
{
	if (!atomic_exchange(&call->done, false))
		return false;
	call->busy = false;
	return true;
}

static void
connect_start(struct hs_link *link)
{
	if (link->connect.busy || link->closing)
		return;
	link->connect.busy = true;
	if (link->listener)
		nng_stream_listener_accept(link->listener, link->connect.aio);
	else
		nng_stream_dialer_dial(link->dialer, link->connect.aio);
}

static void
receive_start(struct conn *conn)
{
	nng_iov iov = { conn->chunk, sizeof(conn->chunk) };
	conn->receive.busy = true;
	HS_CHECK(nng_aio_set_iov(conn->receive.aio, 1, &iov) == 0);
	nng_stream_recv(conn->stream, conn->receive.aio);
}

static void
send_start(struct conn *conn)
{
	if (conn->send.busy)
		return;
	if (conn->left_bytes == conn->leaving.len_bytes) {
		if (conn->queue.len_bytes == 0)
			return;
		struct hs_buf empty = conn->leaving;
		conn->leaving = conn->queue;
		conn->queue = empty;
		conn->queue.len_bytes = 0;
		conn->left_bytes = 0;
	}
	nng_iov iov = { conn->leaving.bytes + conn->left_bytes,
		conn->leaving.len_bytes - conn->left_bytes };
	conn->send.busy = true;
	HS_CHECK(nng_aio_set_iov(conn->send.aio, 1, &iov) == 0);
	nng_stream_send(conn->stream, conn->send.aio);
}

static void
conn_free(struct conn *conn)
{
	nng_stream_close(conn->stream);
	call_free(&conn->receive);
	call_free(&conn->send);
	nng_stream_free(conn->stream);
	hs_buf_free(&conn->in);
	hs_buf_free(&conn->leaving);
	hs_buf_free(&conn->queue);
	free(conn);
}

static struct conn *
conn_create(struct hs_link *link, nng_stream *stream)
{
	struct conn *conn = calloc(1, sizeof(*conn));
	if (!conn) {
		nng_stream_close(stream);
		nng_stream_free(stream);
		return NULL;
	}
	conn->stream = stream;
	hs_buf_init(&conn->in, link->frame_max_bytes + HS_FRAMING_HEAD_MAX + CHUNK_BYTES);
	hs_buf_init(&conn->leaving, link->queue_max_bytes);
	hs_buf_init(&conn->queue, link->queue_max_bytes);
	if (call_init(&conn->receive, &link->wake) == 0 && call_init(&conn->send, &link->wake) == 0)
		return conn;
	conn_free(conn);
	return NULL;
}

static void
retry_due(uv_timer_t *timer)
{
	connect_start(timer->data);
}

static void
retry_later(struct hs_link *link)
{
	uv_timer_start(&link->retry, retry_due, link->retry_ms, 0);
	if (link->retry_ms < RETRY_MAX_MS)
		link->retry_ms *= 2;
}

static void
went_down(struct hs_link *link)
{
	struct conn *conn = link->conn;
	HS_CHECK(conn != NULL);
	link->conn = NULL;
	link->dropping = false;
	bool was_open = conn->open;
	conn_free(conn);
	if (was_open)
		link->ops->on_down(link->owner, link);
	/* A listener has been accepting all the time, to refuse a second peer. */
	if (!link->listener)
		retry_later(link);
}

static void
opened(struct hs_link *link)
{
	link->conn->open = true;
	link->ops->on_up(link->owner, link);
}

static void
went_up(struct hs_link *link, nng_stream *stream)
{
	if (link->conn) { /* a second peer on this url */
		nng_stream_close(stream);
		nng_stream_free(stream);
		return;
	}
	link->conn = conn_create(link, stream);
	if (!link->conn)
		return;
	hs_buf_add(&link->conn->queue, link->framing->greeting, link->framing->greeting_bytes);
	send_start(link->conn);
	receive_start(link->conn);
	if (link->framing->greeting_bytes == 0)
		opened(link);
}

static void
connect_ended(struct hs_link *link)
{
	int rv = nng_aio_result(link->connect.aio);
	if (rv == 0)
		went_up(link, nng_aio_get_output(link->connect.aio, 0));
	if (rv == 0 && (link->listener || link->conn)) {
		if (link->listener)
			connect_start(link);
		return;
	}
	retry_later(link);
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
	size_t at = link->conn->open ? 0 : greeting_cut(link, bytes, len_bytes);
	while (link->conn->open && !link->dropping && !link->closing && len_bytes - at >= head) {
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

static void
received(struct hs_link *link)
{
	struct conn *conn = link->conn;
	size_t count = nng_aio_count(conn->receive.aio);
	if (nng_aio_result(conn->receive.aio) != 0 || count == 0) {
		link->dropping = true;
		return;
	}
	/* The usual case has nothing left over from before: frames are cut straight from the chunk. */
	bool whole = conn->in.len_bytes == 0;
	if (!whole)
		hs_buf_add(&conn->in, conn->chunk, count);
	const unsigned char *bytes = whole ? conn->chunk : (const unsigned char *)conn->in.bytes;
	size_t len = whole ? count : conn->in.len_bytes;
	size_t used = frames_cut(link, bytes, len);
	if (whole) {
		hs_buf_add(&conn->in, bytes + used, len - used);
	} else {
		memmove(conn->in.bytes, conn->in.bytes + used, len - used);
		conn->in.len_bytes = len - used;
	}
	if (conn->in.failed)
		link->dropping = true;
	if (!link->dropping && !link->closing)
		receive_start(conn);
}

static void
sent(struct hs_link *link)
{
	struct conn *conn = link->conn;
	if (nng_aio_result(conn->send.aio) != 0) {
		link->dropping = true;
		return;
	}
	conn->left_bytes += nng_aio_count(conn->send.aio);
	send_start(conn);
}

static void
woken(uv_async_t *wake)
{
	struct hs_link *link = wake->data;
	if (link->closing)
		return;
	if (link->conn && call_take(&link->conn->receive))
		received(link);
	if (!link->closing && link->conn && call_take(&link->conn->send))
		sent(link);
	if (!link->closing && link->dropping)
		went_down(link);
	if (!link->closing && call_take(&link->connect))
		connect_ended(link);
}

static int
endpoint_open(struct hs_link *link, const struct hs_link_options *options)
{
	int rv = call_init(&link->connect, &link->wake);
	if (rv != 0)
		return rv;
	return options->listen ? hs_link_listen(options, &link->listener)
			       : hs_link_dialer(options, &link->dialer);
}

enum hs_err
hs_link_open(uv_loop_t *loop, const struct hs_link_options *options, struct hs_link **out)
{
	struct hs_link *link = calloc(1, sizeof(*link));
	if (!link)
		return HS_ERR_NOMEM;
	link->ops = options->ops;
	link->owner = options->owner;
	link->framing = hs_link_framing_of(options->url, options->pair);
	link->retry_ms = RETRY_MIN_MS;
	link->frame_max_bytes =
		options->frame_max_bytes ? options->frame_max_bytes : FRAME_MAX_BYTES;
	link->queue_max_bytes =
		options->queue_max_bytes ? options->queue_max_bytes : QUEUE_MAX_BYTES;
	HS_CHECK(uv_async_init(loop, &link->wake, woken) == 0);
	HS_CHECK(uv_timer_init(loop, &link->retry) == 0);
	link->wake.data = link->retry.data = link;
	link->open_handles = 2;
	int rv = endpoint_open(link, options);
	if (rv != 0) {
		hs_error(
			"link.open_failed", "url=%s reason=\"%s\"", options->url, nng_strerror(rv));
		hs_link_close(link, NULL, NULL);
		return rv == NNG_ENOMEM ? HS_ERR_NOMEM : HS_ERR_CONFIG;
	}
	connect_start(link);
	*out = link;
	return HS_OK;
}

enum hs_err
hs_link_send(struct hs_link *link, const void *bytes, size_t len_bytes)
{
	struct conn *conn = link->conn;
	if (!hs_link_is_up(link))
		return HS_ERR_CLOSED;
	if (len_bytes > link->frame_max_bytes)
		return HS_ERR_TOO_LARGE;
	if (conn->queue.len_bytes + HS_FRAMING_HEAD_MAX + len_bytes > link->queue_max_bytes)
		return HS_ERR_AGAIN;
	unsigned char head[HS_FRAMING_HEAD_MAX];
	hs_link_head_write(link->framing, head, len_bytes);
	hs_buf_add(&conn->queue, head, link->framing->head_bytes);
	hs_buf_add(&conn->queue, bytes, len_bytes);
	if (conn->queue.failed) { /* half a frame may stand in the queue: this connection is over */
		hs_link_drop(link);
		return HS_ERR_NOMEM;
	}
	send_start(conn);
	return HS_OK;
}

bool
hs_link_is_up(const struct hs_link *link)
{
	return link->conn && link->conn->open && !link->dropping && !link->closing;
}

/* Only marks it: the caller may stand inside on_frame. */
void
hs_link_drop(struct hs_link *link)
{
	if (!link->conn || link->closing)
		return;
	link->dropping = true;
	uv_async_send(&link->wake);
}

static void
handle_closed(uv_handle_t *handle)
{
	struct hs_link *link = handle->data;
	if (--link->open_handles > 0)
		return;
	void (*done)(void *) = link->on_closed;
	void *owner = link->closed_owner;
	if (link->conn)
		conn_free(link->conn);
	free(link);
	if (done)
		done(owner);
}

static void
endpoint_close(struct hs_link *link)
{
	if (link->listener)
		nng_stream_listener_close(link->listener);
	if (link->dialer)
		nng_stream_dialer_close(link->dialer);
	if (link->connect.aio) {
		nng_aio_wait(link->connect.aio);
		if (link->connect.busy && nng_aio_result(link->connect.aio) == 0) {
			nng_stream *late = nng_aio_get_output(link->connect.aio, 0);
			nng_stream_close(late);
			nng_stream_free(late);
		}
	}
	call_free(&link->connect);
	if (link->listener)
		nng_stream_listener_free(link->listener);
	if (link->dialer)
		nng_stream_dialer_free(link->dialer);
}

/* The connection itself is freed after the loop turned, because the caller may stand inside on_frame; what
 * was queued before may still leave until then. */
void
hs_link_close(struct hs_link *link, void (*done)(void *owner), void *owner)
{
	HS_CHECK(!link->closing);
	link->closing = true;
	link->on_closed = done;
	link->closed_owner = owner;
	endpoint_close(link);
	uv_close((uv_handle_t *)&link->retry, handle_closed);
	uv_close((uv_handle_t *)&link->wake, handle_closed);
}
