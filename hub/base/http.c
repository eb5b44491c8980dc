/* http.c: a server's life: options, listener, accept, tick, stop.
 *
 * The listener is ours, with SO_REUSEPORT, so that several processes can share a port; libwebsockets
 * 4.1.6 cannot do that. Every accepted socket gets its options here and is then adopted.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/http_internal.h"
#include "hub/base/http_sock.h"
#include "hub/base/log.h"

#define LISTEN_BACKLOG	      4096
#define STOP_TICK_MS	      10
#define STOP_STAGE_TICKS      2 /* turns between the stages: what is closing on the loop must end */
#define DEFAULT_CONNECTIONS   15000
#define DEFAULT_SHARE	      25
#define DEFAULT_REPLIES_BYTES (256 << 20)
#define DEFAULT_ACCEPTS	      16
#define DEFAULT_LOOK_US	      1000
#define DEFAULT_REQUEST_MS    10000
#define DEFAULT_KEEPALIVE_MS  30000
#define DEFAULT_SEND_BYTES    65536
#define DEFAULT_SENDS	      1

enum stop_stage {
	STOP_WAITS,
	STOP_CLOSED,
	STOP_DESTROYED = STOP_CLOSED + STOP_STAGE_TICKS,
	STOP_FREED = STOP_DESTROYED + STOP_STAGE_TICKS
};

void
hs_http_options_init(struct hs_http_options *options)
{
	*options = (struct hs_http_options){ .address = "127.0.0.1",
		.connections_max = DEFAULT_CONNECTIONS,
		.shares = { DEFAULT_SHARE, DEFAULT_REPLIES_BYTES },
		.turn = { .accepts = DEFAULT_ACCEPTS, .look_us = DEFAULT_LOOK_US },
		.request_timeout_ms = DEFAULT_REQUEST_MS,
		.keepalive_timeout_ms = DEFAULT_KEEPALIVE_MS,
		.send_buffer_bytes = DEFAULT_SEND_BYTES,
		.sends_per_call = DEFAULT_SENDS };
}

int
hs_http_port(const struct hs_http_server *server)
{
	return server->port;
}

size_t
hs_http_connection_count(const struct hs_http_server *server)
{
	return server->table.count;
}

void
hs_http_drop(struct hs_http_server *server, hs_http_id id)
{
	struct hs_conn *conn = hs_conn_find(server, id);

	if (conn != NULL && conn->state != HS_CONN_DOOMED)
		hs_conn_doom(conn);
}

enum hs_err
hs_http_set_tag(struct hs_http_server *server, hs_http_id id, uint64_t tag)
{
	struct hs_conn *conn = hs_conn_find(server, id);

	if (conn == NULL)
		return HS_ERR_CLOSED;
	conn->tag = tag;
	return HS_OK;
}

uint64_t
hs_http_tag(struct hs_http_server *server, hs_http_id id)
{
	struct hs_conn *conn = hs_conn_find(server, id);

	return conn != NULL ? conn->tag : 0;
}

void
hs_http_each(struct hs_http_server *server, void (*visit)(void *owner, hs_http_id id, uint64_t tag),
	void *owner)
{
	for (size_t i = 0; i < server->table.slot_count; i++) {
		const struct hs_conn *conn = server->table.slots[i];

		if (conn != NULL && conn->tag != 0)
			visit(owner, conn->id, conn->tag);
	}
}

/* ---- accept ---- */
static void
accepted(struct hs_http_server *server, int fd, const struct sockaddr_storage *peer)
{
	struct hs_conn *conn = NULL;

	if ((int64_t)server->table.count < server->options.connections_max ||
		hs_conn_make_room(server, peer))
		conn = hs_conn_create(server);
	if (conn != NULL && hs_address_join(conn, peer) != HS_OK) {
		hs_conn_release(conn);
		conn = NULL;
	}
	if (conn == NULL) {
		close(fd);
		return;
	}
	hs_sock_prepare(fd, HS_HTTP_USER_TIMEOUT_MS, (int)server->options.send_buffer_bytes);
	hs_conn_deadline(conn, server->options.request_timeout_ms);
	(void)hs_lws_adopt(server, conn, fd); /* owns fd from here, also when it fails */
}

static void
on_listener(uv_poll_t *poll, int status, int events)
{
	struct hs_http_server *server = poll->data;

	(void)events;
	if (status != 0)
		return;
	for (int64_t i = 0; i < server->options.turn.accepts; i++) {
		if (hs_lws_look(server, i == 0) && i > 0)
			return; /* the rest keeps the listener readable */
		struct sockaddr_storage peer = { 0 };
		socklen_t size = sizeof(peer);
		int fd = accept4(server->listen_fd, (struct sockaddr *)&peer, &size,
			SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			accepted(server, fd, &peer);
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		if (errno != EAGAIN) {
			hs_warn("http.accept",
				"errno=%d hint=raise_nofile_or_lower_connections_max", errno);
			server->accept_paused = true;
			uv_poll_stop(poll);
		}
		return;
	}
}

static enum hs_err
address_parse(const char *text, int port, struct sockaddr_storage *out, socklen_t *len)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (port < 0 || port > 65535)
		return HS_ERR_INVALID;
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		*len = sizeof(*v4);
		return HS_OK;
	}
	if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		*len = sizeof(*v6);
		return HS_OK;
	}
	return HS_ERR_INVALID;
}

/* Bound, but not listening: a server that fails to start must not take connections from the others
 * on its port. */
static enum hs_err
listen_open(struct hs_http_server *server)
{
	struct sockaddr_storage address;
	socklen_t len = 0;
	int on = 1;
	enum hs_err err =
		address_parse(server->options.address, server->options.port, &address, &len);

	if (err != HS_OK)
		return err;
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return HS_ERR_IO;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, len) != 0 ||
		getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
		hs_error("http.listen", "address=%s port=%d errno=%d", server->options.address,
			server->options.port, errno);
		close(fd);
		return HS_ERR_IO;
	}
	server->listen_fd = fd;
	server->port =
		ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
						    : ((struct sockaddr_in *)&address)->sin_port);
	return HS_OK;
}

/* ---- stop ---- */
static void
handle_closed(uv_handle_t *handle)
{
	struct hs_http_server *server = handle->data;

	if (--server->handles_open > 0)
		return;
	void (*done)(void *owner) = server->stop.done;
	void *owner = server->stop.owner;
	hs_conn_table_free(&server->table);
	hs_addresses_free(&server->addresses);
	hs_batch_destroy(server->batch.frames);
	free(server);
	if (done != NULL)
		done(owner);
}

static void
listener_closed(uv_handle_t *handle)
{
	struct hs_http_server *server = handle->data;

	close(server->listen_fd);
	server->handles_open--; /* never the last: the tick is still there */
}

static void
stop_connection(struct hs_conn *conn)
{
	if (conn->state == HS_CONN_WS)
		(void)hs_ws_close(conn->server, conn->id, 1001, "server stops");
	else if (conn->state == HS_CONN_HEAD)
		hs_conn_doom(conn);
	else if (conn->state == HS_CONN_STREAM) {
		hs_conn_linger(conn);
		hs_conn_doom(conn);
	}
}

static void
doom_all(struct hs_http_server *server)
{
	for (size_t i = 0; i < server->table.slot_count; i++) {
		if (server->table.slots[i] != NULL)
			hs_conn_doom(server->table.slots[i]);
	}
	hs_conn_run_queue(server);
	hs_linger_tick(server, true);
}

/* One step per tick: wait for what is leaving; let closed sockets go; free lws; close our handles. */
static void
stop_tick(struct hs_http_server *server)
{
	struct hs_http_stop *stop = &server->stop;

	if (stop->stage == STOP_WAITS) {
		if ((server->table.count > 0 || server->linger_count > 0) &&
			hs_clock_mono_us() < stop->deadline_us)
			return;
		doom_all(server);
		uv_prepare_stop(&server->lws.prepare);
		uv_idle_stop(&server->lws.kick);
	}
	stop->stage++;
	if (stop->stage == STOP_DESTROYED || stop->stage == STOP_FREED)
		hs_lws_destroy(server);
	if (stop->stage != STOP_FREED)
		return;
	uv_close((uv_handle_t *)&server->lws.prepare, handle_closed);
	uv_close((uv_handle_t *)&server->lws.kick, handle_closed);
	uv_close((uv_handle_t *)&server->tick, handle_closed);
}

static void
on_tick(uv_timer_t *timer)
{
	struct hs_http_server *server = timer->data;

	server->lws.kicks = 0;
	hs_conn_tick(server);
	hs_linger_tick(server, false);
	if (server->stop.begun) {
		stop_tick(server);
		return;
	}
	if (server->accept_paused) {
		server->accept_paused = false;
		uv_poll_start(&server->listener, UV_READABLE, on_listener);
	}
}

void
hs_http_server_stop(
	struct hs_http_server *server, int64_t grace_ms, void (*done)(void *owner), void *owner)
{
	if (server->stop.begun)
		return;
	server->stop = (struct hs_http_stop){ .begun = true,
		.deadline_us = hs_clock_mono_us() + grace_ms * 1000,
		.done = done,
		.owner = owner };
	uv_close((uv_handle_t *)&server->listener, listener_closed);
	for (size_t i = 0; i < server->table.slot_count; i++) {
		if (server->table.slots[i] != NULL)
			stop_connection(server->table.slots[i]);
	}
	uv_timer_start(&server->tick, on_tick, STOP_TICK_MS, STOP_TICK_MS);
}

/* ---- create ---- */
static enum hs_err
handles_create(struct hs_http_server *server)
{
	uv_timer_init(server->loop, &server->tick);
	server->tick.data = server;
	uv_timer_start(&server->tick, on_tick, HS_HTTP_TICK_MS, HS_HTTP_TICK_MS);
	server->handles_open++;
	if (uv_poll_init(server->loop, &server->listener, server->listen_fd) != 0)
		return HS_ERR_IO;
	server->listener.data = server;
	server->handles_open++;
	return HS_OK;
}

enum hs_err
hs_http_server_create(
	uv_loop_t *loop, const struct hs_http_options *options, struct hs_http_server **out)
{
	struct hs_http_server *server = calloc(1, sizeof(struct hs_http_server));

	*out = NULL;
	if (server == NULL)
		return HS_ERR_NOMEM;
	server->options = *options;
	server->loop = loop;
	enum hs_err err = hs_addresses_init(&server->addresses, options);
	if (err == HS_OK && options->sends_per_call > 1 && options->tls_cert_path == NULL)
		err = hs_batch_create((size_t)options->sends_per_call, &server->batch.frames);
	if (err == HS_OK)
		err = listen_open(server);
	if (err != HS_OK) {
		hs_batch_destroy(server->batch.frames);
		hs_addresses_free(&server->addresses);
		free(server);
		return err;
	}
	err = handles_create(server);
	HS_CHECK(err == HS_OK); /* a fresh descriptor on a sound loop */
	err = hs_lws_create(server);
	if (err == HS_OK && listen(server->listen_fd, LISTEN_BACKLOG) != 0)
		err = HS_ERR_IO;
	if (err != HS_OK) {
		hs_http_server_stop(server, 0, NULL, NULL);
		return err;
	}
	uv_poll_start(&server->listener, UV_READABLE, on_listener);
	*out = server;
	return HS_OK;
}
