/* How it works: nng calls back on threads of its own. Each callback puts what happened into a queue
 * under a mutex and wakes the loop by uv_async_send; everything else happens on the loop.
 *
 *   receive   one nng_aio, always waiting; its callback queues the message and waits again
 *   send      one nng_aio, one message in flight; the rest waits in `outgoing` on the loop's side
 *   up, down  nng_pipe_notify; each connection has a generation, so that a message or completion that
 *             belongs to a connection which is gone already is told from one of the present
 *
 *   opening   the first message of each connection is empty. A message that waited inside nng while the
 *             old connection broke may be sent on the new one before anything else; what comes before
 *             the opening is therefore thrown away, and `up` means that the opening came.
 *
 * nng PAIR has one peer: a second one that dials is refused by nng while the first lives.
 */
#include "hub/base/link.h"

#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>
#include <nng/supplemental/tls/tls.h>
#include <nng/transport/tls/tls.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/log.h"

#define FRAME_MAX_BYTES	 (4u << 20)
#define QUEUE_MAX_BYTES	 (8u << 20)
#define RECONNECT_MIN_MS 20
#define RECONNECT_MAX_MS 500

enum news_kind { NEWS_UP, NEWS_DOWN, NEWS_FRAME, NEWS_SENT };

/* What nng's threads tell the loop, in the order in which it happened. */
struct news {
	struct news *next;
	enum news_kind kind;
	uint32_t pipe;
	nng_msg *message; /* NEWS_FRAME */
};

struct outgoing {
	struct outgoing *next;
	nng_msg *message;
};

/* Fields of nng's threads are guarded by `lock`. */
struct mailbox {
	pthread_mutex_t lock;
	struct news *first, *last;
	bool closed; /* nothing more is put in */
};

struct hs_link {
	uv_loop_t *loop;
	const struct hs_link_ops *ops;
	void *owner;
	nng_socket socket;
	nng_aio *receive_aio;
	nng_aio *send_aio;
	uv_async_t wake;
	struct mailbox mailbox;
	uint32_t pipe; /* id of nng's connection; 0 = none */
	bool open;     /* the other side's opening came: up */
	bool sending;
	struct outgoing *first_out, *last_out;
	size_t queued_bytes;
	size_t queue_max_bytes;
	void (*on_closed)(void *owner);
	void *closed_owner;
	bool closing;
	char *url;
};

static void
news_put(struct hs_link *link, enum news_kind kind, uint32_t pipe, nng_msg *message)
{
	struct news *news = malloc(sizeof(*news));
	HS_CHECK(news != NULL);
	*news = (struct news){ .kind = kind, .pipe = pipe, .message = message };
	pthread_mutex_lock(&link->mailbox.lock);
	bool closed = link->mailbox.closed;
	if (!closed) {
		if (link->mailbox.last)
			link->mailbox.last->next = news;
		else
			link->mailbox.first = news;
		link->mailbox.last = news;
		uv_async_send(&link->wake);
	}
	pthread_mutex_unlock(&link->mailbox.lock);
	if (!closed)
		return;
	if (message)
		nng_msg_free(message);
	free(news);
}

/* nng thread. */
static void
received(void *arg)
{
	struct hs_link *link = arg;
	if (nng_aio_result(link->receive_aio) != 0)
		return; /* closed */
	nng_msg *message = nng_aio_get_msg(link->receive_aio);
	nng_pipe pipe = nng_msg_get_pipe(message);
	news_put(link, NEWS_FRAME, (uint32_t)nng_pipe_id(pipe), message);
	nng_recv_aio(link->socket, link->receive_aio);
}

/* nng thread. */
static void
sent(void *arg)
{
	struct hs_link *link = arg;
	if (nng_aio_result(link->send_aio) != 0) {
		nng_msg_free(nng_aio_get_msg(link->send_aio));
		nng_aio_set_msg(link->send_aio, NULL);
	}
	news_put(link, NEWS_SENT, 0, NULL);
}

/* nng thread. */
static void
pipe_changed(nng_pipe pipe, nng_pipe_ev event, void *arg)
{
	news_put(arg, event == NNG_PIPE_EV_ADD_POST ? NEWS_UP : NEWS_DOWN,
		(uint32_t)nng_pipe_id(pipe), NULL);
}

static void
outgoing_clear(struct hs_link *link)
{
	while (link->first_out) {
		struct outgoing *gone = link->first_out;
		link->first_out = gone->next;
		nng_msg_free(gone->message);
		free(gone);
	}
	link->last_out = NULL;
	link->queued_bytes = 0;
}

static void
send_next(struct hs_link *link)
{
	struct outgoing *next = link->first_out;
	if (link->sending || !next || link->pipe == 0)
		return;
	link->first_out = next->next;
	if (!link->first_out)
		link->last_out = NULL;
	link->queued_bytes -= nng_msg_len(next->message);
	link->sending = true;
	nng_aio_set_msg(link->send_aio, next->message);
	free(next);
	nng_send_aio(link->socket, link->send_aio);
}

static void
went_down(struct hs_link *link)
{
	link->pipe = 0;
	outgoing_clear(link);
	/* A message that waits inside nng for a peer belongs to the old connection. */
	if (link->sending)
		nng_aio_cancel(link->send_aio);
	if (!link->open)
		return;
	link->open = false;
	link->ops->on_down(link->owner, link);
}

static enum hs_err
enqueue(struct hs_link *link, const void *bytes, size_t len_bytes)
{
	struct outgoing *item = malloc(sizeof(*item));
	nng_msg *message = NULL;
	if (!item || nng_msg_alloc(&message, 0) != 0 ||
		nng_msg_append(message, bytes, len_bytes) != 0) {
		if (message)
			nng_msg_free(message);
		free(item);
		return HS_ERR_NOMEM;
	}
	*item = (struct outgoing){ .message = message };
	if (link->last_out)
		link->last_out->next = item;
	else
		link->first_out = item;
	link->last_out = item;
	link->queued_bytes += len_bytes;
	send_next(link);
	return HS_OK;
}

static void
connected(struct hs_link *link, uint32_t pipe)
{
	if (link->pipe)
		went_down(link);
	link->pipe = pipe;
	if (enqueue(link, "", 0) != HS_OK)
		hs_link_drop(link);
}

static void
frame_came(struct hs_link *link, nng_msg *message)
{
	size_t len_bytes = nng_msg_len(message);
	if (link->open && len_bytes > 0) {
		link->ops->on_frame(link->owner, link, nng_msg_body(message), len_bytes);
	} else if (!link->open && len_bytes == 0) {
		link->open = true;
		link->ops->on_up(link->owner, link);
	}
}

static void
news_handle(struct hs_link *link, const struct news *news)
{
	switch (news->kind) {
	case NEWS_UP:
		connected(link, news->pipe);
		break;
	case NEWS_DOWN:
		if (link->pipe == news->pipe && link->pipe)
			went_down(link);
		break;
	case NEWS_FRAME:
		if (link->pipe == news->pipe && link->pipe)
			frame_came(link, news->message);
		break;
	case NEWS_SENT:
		link->sending = false;
		break;
	}
}

static struct news *
news_take_all(struct hs_link *link)
{
	pthread_mutex_lock(&link->mailbox.lock);
	struct news *first = link->mailbox.first;
	link->mailbox.first = link->mailbox.last = NULL;
	pthread_mutex_unlock(&link->mailbox.lock);
	return first;
}

static void
woken(uv_async_t *wake)
{
	struct hs_link *link = wake->data;
	struct news *news = news_take_all(link);
	while (news) {
		struct news *next = news->next;
		if (!link->closing)
			news_handle(link, news);
		if (news->message)
			nng_msg_free(news->message);
		free(news);
		news = next;
	}
	if (!link->closing)
		send_next(link);
}

static int
tls_config(const struct hs_link_options *options, nng_tls_config **out)
{
	int rv = nng_tls_config_alloc(
		out, options->listen ? NNG_TLS_MODE_SERVER : NNG_TLS_MODE_CLIENT);
	if (rv == 0)
		rv = nng_tls_config_ca_file(*out, options->tls_ca_path);
	if (rv == 0)
		rv = nng_tls_config_cert_key_file(*out, options->tls_cert_key_path, NULL);
	if (rv == 0)
		rv = nng_tls_config_auth_mode(*out, NNG_TLS_AUTH_MODE_REQUIRED);
	return rv;
}

static int
start_listener(struct hs_link *link, const struct hs_link_options *options, nng_tls_config *tls)
{
	nng_listener listener;
	int rv = nng_listener_create(&listener, link->socket, options->url);
	if (rv == 0 && tls)
		rv = nng_listener_set_ptr(listener, NNG_OPT_TLS_CONFIG, tls);
	if (rv == 0 && strncmp(options->url, "ipc://", 6) == 0)
		rv = nng_listener_set_int(listener, NNG_OPT_IPC_PERMISSIONS, 0660);
	return rv ? rv : nng_listener_start(listener, 0);
}

static int
start_dialer(struct hs_link *link, const struct hs_link_options *options, nng_tls_config *tls)
{
	nng_dialer dialer;
	int rv = nng_dialer_create(&dialer, link->socket, options->url);
	if (rv == 0 && tls)
		rv = nng_dialer_set_ptr(dialer, NNG_OPT_TLS_CONFIG, tls);
	return rv ? rv : nng_dialer_start(dialer, NNG_FLAG_NONBLOCK);
}

static int
start(struct hs_link *link, const struct hs_link_options *options)
{
	nng_tls_config *tls = NULL;
	int rv = 0;
	if (options->tls_ca_path && strncmp(options->url, "tls+", 4) == 0)
		rv = tls_config(options, &tls);
	if (rv == 0)
		rv = options->listen ? start_listener(link, options, tls)
				     : start_dialer(link, options, tls);
	if (tls)
		nng_tls_config_free(tls); /* the endpoint holds its own reference */
	return rv;
}

static int
socket_prepare(struct hs_link *link, size_t frame_max_bytes)
{
	int rv = nng_pair0_open(&link->socket);
	if (rv == 0)
		rv = nng_socket_set_size(link->socket, NNG_OPT_RECVMAXSZ, frame_max_bytes);
	if (rv == 0)
		rv = nng_socket_set_ms(link->socket, NNG_OPT_RECONNMINT, RECONNECT_MIN_MS);
	if (rv == 0)
		rv = nng_socket_set_ms(link->socket, NNG_OPT_RECONNMAXT, RECONNECT_MAX_MS);
	if (rv == 0)
		rv = nng_pipe_notify(link->socket, NNG_PIPE_EV_ADD_POST, pipe_changed, link);
	if (rv == 0)
		rv = nng_pipe_notify(link->socket, NNG_PIPE_EV_REM_POST, pipe_changed, link);
	if (rv == 0)
		rv = nng_aio_alloc(&link->receive_aio, received, link);
	if (rv == 0)
		rv = nng_aio_alloc(&link->send_aio, sent, link);
	return rv;
}

enum hs_err
hs_link_open(uv_loop_t *loop, const struct hs_link_options *options, struct hs_link **out)
{
	struct hs_link *link = calloc(1, sizeof(*link));
	if (!link || !(link->url = strdup(options->url))) {
		free(link);
		return HS_ERR_NOMEM;
	}
	link->loop = loop;
	link->ops = options->ops;
	link->owner = options->owner;
	link->queue_max_bytes =
		options->queue_max_bytes ? options->queue_max_bytes : QUEUE_MAX_BYTES;
	pthread_mutex_init(&link->mailbox.lock, NULL);
	HS_CHECK(uv_async_init(loop, &link->wake, woken) == 0);
	link->wake.data = link;
	int rv = socket_prepare(
		link, options->frame_max_bytes ? options->frame_max_bytes : FRAME_MAX_BYTES);
	if (rv == 0)
		nng_recv_aio(link->socket, link->receive_aio);
	if (rv == 0)
		rv = start(link, options);
	if (rv != 0) {
		hs_error(
			"link.open_failed", "url=%s reason=\"%s\"", options->url, nng_strerror(rv));
		hs_link_close(link, NULL, NULL);
		return rv == NNG_ENOMEM ? HS_ERR_NOMEM : HS_ERR_CONFIG;
	}
	*out = link;
	return HS_OK;
}

enum hs_err
hs_link_send(struct hs_link *link, const void *bytes, size_t len_bytes)
{
	if (!link->open || link->closing)
		return HS_ERR_CLOSED;
	if (link->queued_bytes + len_bytes > link->queue_max_bytes)
		return HS_ERR_AGAIN;
	return enqueue(link, bytes, len_bytes);
}

bool
hs_link_is_up(const struct hs_link *link)
{
	return link->open;
}

void
hs_link_drop(struct hs_link *link)
{
	if (link->pipe)
		nng_pipe_close((nng_pipe){ .id = link->pipe });
}

static void
wake_closed(uv_handle_t *handle)
{
	struct hs_link *link = handle->data;
	struct news *news = news_take_all(link);
	while (news) {
		struct news *next = news->next;
		if (news->message)
			nng_msg_free(news->message);
		free(news);
		news = next;
	}
	outgoing_clear(link);
	pthread_mutex_destroy(&link->mailbox.lock);
	void (*done)(void *) = link->on_closed;
	void *owner = link->closed_owner;
	free(link->url);
	free(link);
	if (done)
		done(owner);
}

/* nng_close and nng_aio_stop wait for callbacks that run; after `closed` these only free what they have,
 * so nothing can wait for the loop and the loop may wait for them. */
void
hs_link_close(struct hs_link *link, void (*done)(void *owner), void *owner)
{
	HS_CHECK(!link->closing);
	link->closing = true;
	link->pipe = 0;
	link->on_closed = done;
	link->closed_owner = owner;
	pthread_mutex_lock(&link->mailbox.lock);
	link->mailbox.closed = true;
	pthread_mutex_unlock(&link->mailbox.lock);
	nng_close(link->socket);
	nng_aio_free(link->receive_aio);
	nng_aio_free(link->send_aio);
	uv_close((uv_handle_t *)&link->wake, wake_closed);
}
