/* link_nng.c: the carrier for ipc://, tcp:// and tls+tcp://, nng's byte streams.
 *
 * Every asynchronous call of nng ends on one of nng's threads; there the callback only sets a flag and wakes
 * the loop (uv_async_send). The loop reads the result and starts the next call, so an nng_aio is always
 * either with nng or with the loop, and no lock is needed:
 *
 *   connect   accept or dial
 *   receive   one chunk; the loop hands it to the link, then asks for more: that is the back-pressure
 *   send      all that was queued meanwhile goes out as one piece
 */
#include <nng/nng.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/link_carrier.h"
#include "hub/base/link_endpoint.h"
#include "hub/base/log.h"

#define DIAL_MS 3000 /* a network that swallows what is sent answers no dial either, for minutes */

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
	struct call receive, send;
	struct hs_send_queue queue;
	unsigned char chunk[HS_CARRIER_CHUNK_BYTES];
};

struct nng {
	struct hs_link *link;
	nng_stream_dialer *dialer; /* one of these two */
	nng_stream_listener *listener;
	struct call connect;
	struct conn *conn; /* NULL = down */
	size_t queue_max_bytes;
	bool dropping; /* ends the connection when the loop is back in `woken` */
	bool closing;
	uv_async_t wake;
};

static struct nng *
nng_of(struct hs_carrier *carrier)
{
	return (struct nng *)(void *)carrier;
}

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
connect_start(struct hs_carrier *carrier)
{
	struct nng *nng = nng_of(carrier);

	if (nng->connect.busy || nng->closing)
		return;
	nng->connect.busy = true;
	if (nng->listener)
		nng_stream_listener_accept(nng->listener, nng->connect.aio);
	else
		nng_stream_dialer_dial(nng->dialer, nng->connect.aio);
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
	struct hs_span next = hs_send_queue_next(&conn->queue);
	nng_iov iov = { (void *)(uintptr_t)next.bytes, next.len_bytes };
	if (next.len_bytes == 0)
		return;
	conn->send.busy = true;
	HS_CHECK(nng_aio_set_iov(conn->send.aio, 1, &iov) == 0);
	nng_stream_send(conn->stream, conn->send.aio);
}

static void
stream_free(nng_stream *stream)
{
	nng_stream_close(stream);
	nng_stream_free(stream);
}

static void
conn_free(struct conn *conn)
{
	HS_CHECK(conn != NULL);
	nng_stream_close(conn->stream);
	call_free(&conn->receive);
	call_free(&conn->send);
	nng_stream_free(conn->stream);
	hs_send_queue_free(&conn->queue);
	free(conn);
}

static struct conn *
conn_create(struct nng *nng, nng_stream *stream)
{
	struct conn *conn = calloc(1, sizeof(*conn));
	if (!conn) {
		stream_free(stream);
		return NULL;
	}
	conn->stream = stream;
	hs_send_queue_init(&conn->queue, nng->queue_max_bytes);
	if (call_init(&conn->receive, &nng->wake) == 0 && call_init(&conn->send, &nng->wake) == 0)
		return conn;
	conn_free(conn);
	return NULL;
}

static void
went_down(struct nng *nng)
{
	conn_free(nng->conn);
	nng->conn = NULL;
	nng->dropping = false;
	hs_link_carrier_down(nng->link);
}

/* False when there is no memory for it. */
static bool
went_up(struct nng *nng, nng_stream *stream)
{
	if (nng->conn) { /* a second peer on this url */
		hs_link_carrier_rival(nng->link);
		stream_free(stream);
		return true;
	}
	nng->conn = conn_create(nng, stream);
	if (!nng->conn)
		return false;
	receive_start(nng->conn);
	hs_link_carrier_up(nng->link);
	return true;
}

static void
connect_ended(struct nng *nng)
{
	bool connected = nng_aio_result(nng->connect.aio) == 0 &&
			 went_up(nng, nng_aio_get_output(nng->connect.aio, 0));

	if (nng->closing)
		return;
	if (!connected)
		hs_link_carrier_refused(nng->link);
	else if (nng->listener)
		connect_start((struct hs_carrier *)(void *)nng);
}

/* The link hears of it as of a drop of its own, so that no more frames are handed out. */
static void
received(struct nng *nng)
{
	struct conn *conn = nng->conn;
	size_t count = nng_aio_count(conn->receive.aio);
	if (nng_aio_result(conn->receive.aio) != 0 || count == 0) {
		hs_link_drop(nng->link);
		return;
	}
	hs_link_carrier_bytes(nng->link, conn->chunk, count);
	if (!nng->dropping && !nng->closing)
		receive_start(conn);
}

static void
sent(struct nng *nng)
{
	struct conn *conn = nng->conn;
	if (nng_aio_result(conn->send.aio) != 0) {
		hs_link_drop(nng->link);
		return;
	}
	hs_send_queue_sent(&conn->queue, nng_aio_count(conn->send.aio));
	send_start(conn);
}

static void
woken(uv_async_t *wake)
{
	struct nng *nng = wake->data;
	if (nng->closing)
		return;
	if (nng->conn && call_take(&nng->conn->receive))
		received(nng);
	if (!nng->closing && nng->conn && call_take(&nng->conn->send))
		sent(nng);
	if (!nng->closing && nng->dropping)
		went_down(nng);
	if (!nng->closing && call_take(&nng->connect))
		connect_ended(nng);
}

static void
carrier_look(struct hs_carrier *carrier)
{
	struct nng *nng = nng_of(carrier);

	/* all else has time until the loop's turn */
	if (!nng->closing && !nng->dropping && nng->conn && call_take(&nng->conn->receive))
		received(nng);
}

static enum hs_err
carrier_send(struct hs_carrier *carrier, const struct hs_span *pieces, size_t count,
	struct hs_shared *owner)
{
	struct conn *conn = nng_of(carrier)->conn;
	enum hs_err err = hs_send_queue_add(&conn->queue, pieces, count, 0, owner);

	if (err == HS_OK)
		send_start(conn);
	return err;
}

static void
carrier_drop(struct hs_carrier *carrier)
{
	struct nng *nng = nng_of(carrier);

	nng->dropping = true;
	uv_async_send(&nng->wake);
}

static void
endpoint_close(struct nng *nng)
{
	if (nng->listener)
		nng_stream_listener_close(nng->listener);
	if (nng->dialer)
		nng_stream_dialer_close(nng->dialer);
	if (nng->connect.aio) {
		nng_aio_wait(nng->connect.aio);
		if (nng->connect.busy && nng_aio_result(nng->connect.aio) == 0)
			stream_free(nng_aio_get_output(nng->connect.aio, 0));
	}
	call_free(&nng->connect);
	if (nng->listener)
		nng_stream_listener_free(nng->listener);
	if (nng->dialer)
		nng_stream_dialer_free(nng->dialer);
}

static void
wake_closed(uv_handle_t *handle)
{
	struct nng *nng = handle->data;
	struct hs_link *link = nng->link;

	if (nng->conn)
		conn_free(nng->conn);
	free(nng);
	if (link)
		hs_link_carrier_closed(link);
}

/* The connection itself is freed after the loop turned, because the caller may stand inside on_frame; what
 * was queued before may still leave until then. */
static void
carrier_close(struct hs_carrier *carrier)
{
	struct nng *nng = nng_of(carrier);

	nng->closing = true;
	endpoint_close(nng);
	uv_close((uv_handle_t *)&nng->wake, wake_closed);
}

static enum hs_err
carrier_open(uv_loop_t *loop, const struct hs_link_options *options, struct hs_link *link,
	struct hs_carrier **out)
{
	struct nng *nng = calloc(1, sizeof(*nng));
	int rv;

	if (!nng)
		return HS_ERR_NOMEM;
	nng->queue_max_bytes = options->queue_max_bytes;
	HS_CHECK(uv_async_init(loop, &nng->wake, woken) == 0);
	nng->wake.data = nng;
	rv = call_init(&nng->connect, &nng->wake);
	if (rv == 0 && !options->listen)
		nng_aio_set_timeout(nng->connect.aio, DIAL_MS);
	if (rv == 0)
		rv = options->listen ? hs_link_listen(options, &nng->listener)
				     : hs_link_dialer(options, &nng->dialer);
	*out = (struct hs_carrier *)(void *)nng;
	if (rv == 0) {
		nng->link = link;
		return HS_OK;
	}
	hs_error("link.open_failed", "url=%s reason=\"%s\"", options->url, nng_strerror(rv));
	carrier_close(*out); /* without a link: nobody is told */
	return rv == NNG_ENOMEM ? HS_ERR_NOMEM : HS_ERR_CONFIG;
}

static size_t
carrier_unsent(const struct hs_carrier *carrier)
{
	return ((const struct nng *)(const void *)carrier)->conn->queue.waiting_bytes;
}

const struct hs_carrier_ops hs_carrier_nng = { carrier_open, connect_start, carrier_send,
	carrier_drop, carrier_unsent, carrier_look, carrier_close };
