/* link_local.c: the carrier for unix:///path, a stream socket that this loop reads and writes itself.
 *
 * A frame leaves in the call that sends it, and arrives when the loop sees the socket: nothing else is woken.
 * What the kernel does not take at once waits in a queue and leaves when there is room.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/link_carrier.h"
#include "hub/base/log.h"

#define SCHEME	   "unix://"
#define BACKLOG	   8 /* one peer is served, others are hung up on */
#define PIECES_MAX 4
/* Read in one turn of the loop: a frame of some MB comes in many, so that others have theirs between. */
#define TURN_BYTES ((size_t)4 * HS_CARRIER_CHUNK_BYTES)

struct local;

/* One connection, from the first try to dial on; freed when its socket is closed. */
struct local_conn {
	struct local *local;
	uv_pipe_t socket;
	uv_connect_t dialled;
	uv_write_t write;
	uv_idle_t next_turn; /* reads on */
	int open_handles;
	size_t turn_bytes; /* read in this turn */
	size_t writing_bytes;
	bool up, writing;
	struct hs_send_queue queue;
	char chunk[HS_CARRIER_CHUNK_BYTES];
};

struct local {
	struct hs_link *link;
	uv_loop_t *loop;
	struct local_conn *conn; /* NULL = none */
	size_t queue_max_bytes;
	bool listens, closing;
	int open_parts; /* while closing: listener and connection that are not closed yet */
	int listen_fd;	/* -1 = none */
	uv_poll_t listener;
	struct sockaddr_un address;
};

static struct local *
local_of(struct hs_carrier *carrier)
{
	return (struct local *)(void *)carrier;
}

static void
part_closed(struct local *local)
{
	struct hs_link *link = local->link;

	if (--local->open_parts > 0)
		return;
	free(local);
	hs_link_carrier_closed(link);
}

/* ---- a connection ---- */

static void
conn_closed(uv_handle_t *handle)
{
	struct local_conn *conn = handle->data;
	struct local *local = conn->local;
	bool was_up = conn->up;

	if (--conn->open_handles > 0)
		return;
	hs_send_queue_free(&conn->queue);
	free(conn);
	local->conn = NULL;
	if (local->closing)
		part_closed(local);
	else if (was_up)
		hs_link_carrier_down(local->link);
	else
		hs_link_carrier_refused(local->link);
}

static void
conn_end(struct local_conn *conn)
{
	if (uv_is_closing((uv_handle_t *)&conn->socket))
		return;
	uv_close((uv_handle_t *)&conn->socket, conn_closed);
	uv_close((uv_handle_t *)&conn->next_turn, conn_closed);
}

/* By ourselves: the link hears of it as of a drop of its own, so that no more frames are handed out. */
static void
conn_broke(struct local_conn *conn)
{
	hs_link_drop(conn->local->link);
}

static struct local_conn *
conn_create(struct local *local)
{
	struct local_conn *conn = calloc(1, sizeof(*conn));

	if (!conn)
		return NULL;
	conn->local = local;
	hs_send_queue_init(&conn->queue, local->queue_max_bytes);
	HS_CHECK(uv_pipe_init(local->loop, &conn->socket, 0) == 0);
	HS_CHECK(uv_idle_init(local->loop, &conn->next_turn) == 0);
	conn->open_handles = 2;
	conn->socket.data = conn->dialled.data = conn->write.data = conn->next_turn.data = conn;
	return conn;
}

static void
give_chunk(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct local_conn *conn = handle->data;

	(void)suggested;
	*out = uv_buf_init(conn->chunk, sizeof(conn->chunk));
}

static void read_on(uv_idle_t *next_turn);

static void
on_bytes(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
	struct local_conn *conn = stream->data;

	if (count < 0) {
		conn_broke(conn);
		return;
	}
	conn->turn_bytes += (size_t)count;
	if (conn->turn_bytes >= TURN_BYTES) {
		uv_read_stop(stream);
		uv_idle_start(&conn->next_turn, read_on);
	} else if ((size_t)count < buf->len) {
		conn->turn_bytes = 0; /* it was all that is there */
	}
	if (count > 0)
		hs_link_carrier_bytes(
			conn->local->link, (const unsigned char *)buf->base, (size_t)count);
}

/* What libuv would read in its turn; it does not mind that there is nothing any more. An end or an error it finds itself. */
static void
local_look(struct hs_carrier *carrier)
{
	struct local_conn *conn = local_of(carrier)->conn;
	uv_os_fd_t fd;
	ssize_t count;

	if (uv_fileno((uv_handle_t *)&conn->socket, &fd) != 0)
		return;
	count = recv(fd, conn->chunk, sizeof(conn->chunk), MSG_DONTWAIT);
	if (count > 0)
		hs_link_carrier_bytes(
			conn->local->link, (const unsigned char *)conn->chunk, (size_t)count);
}

static void
read_on(uv_idle_t *next_turn)
{
	struct local_conn *conn = next_turn->data;

	uv_idle_stop(next_turn);
	conn->turn_bytes = 0;
	if (!uv_is_closing((uv_handle_t *)&conn->socket))
		HS_CHECK(uv_read_start((uv_stream_t *)&conn->socket, give_chunk, on_bytes) == 0);
}

static void
conn_up(struct local_conn *conn)
{
	conn->up = true;
	HS_CHECK(uv_read_start((uv_stream_t *)&conn->socket, give_chunk, on_bytes) == 0);
	hs_link_carrier_up(conn->local->link);
}

/* ---- sending ---- */

static void write_next(struct local_conn *conn);

static void
on_written(uv_write_t *write, int status)
{
	struct local_conn *conn = write->data;

	conn->writing = false;
	if (uv_is_closing((uv_handle_t *)&conn->socket))
		return;
	if (status != 0) {
		conn_broke(conn);
		return;
	}
	hs_send_queue_sent(&conn->queue, conn->writing_bytes);
	write_next(conn);
}

static void
write_next(struct local_conn *conn)
{
	struct hs_span next = hs_send_queue_next(&conn->queue);
	uv_buf_t buf = { .base = (char *)(uintptr_t)next.bytes, .len = next.len_bytes };

	if (next.len_bytes == 0)
		return;
	conn->writing = true;
	conn->writing_bytes = next.len_bytes;
	HS_CHECK(uv_write(&conn->write, (uv_stream_t *)&conn->socket, &buf, 1, on_written) == 0);
}

static enum hs_err
local_send(struct hs_carrier *carrier, const struct hs_span *pieces, size_t count,
	struct hs_shared *owner)
{
	struct local_conn *conn = local_of(carrier)->conn;
	uv_buf_t bufs[PIECES_MAX] = { { 0 } };
	size_t total = 0;
	int sent = 0;

	HS_CHECK(conn && conn->up && count <= PIECES_MAX);
	for (size_t i = 0; i < count; i++) {
		bufs[i] = (uv_buf_t){ .base = (char *)(uintptr_t)pieces[i].bytes,
			.len = pieces[i].len_bytes };
		total += pieces[i].len_bytes;
	}
	if (!conn->writing)
		sent = uv_try_write((uv_stream_t *)&conn->socket, bufs, (unsigned)count);
	if (sent == UV_EAGAIN)
		sent = 0;
	if (sent < 0) {
		conn_broke(conn);
		return HS_ERR_CLOSED;
	}
	if ((size_t)sent == total)
		return HS_OK;
	enum hs_err err = hs_send_queue_add(&conn->queue, pieces, count, (size_t)sent, owner);
	if (err != HS_OK && sent > 0)
		conn_broke(conn); /* half a frame has left */
	if (err == HS_OK && !conn->writing)
		write_next(conn);
	return err;
}

/* ---- dialling and accepting ---- */

static void
on_dialled(uv_connect_t *dialled, int status)
{
	struct local_conn *conn = dialled->data;

	if (uv_is_closing((uv_handle_t *)&conn->socket))
		return;
	if (status == 0)
		conn_up(conn);
	else
		conn_end(conn);
}

/* Out of descriptors: who knocks goes on waiting, and the loop must not ask again and again. */
static void
accept_failed(struct local *local)
{
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	hs_warn("link.accept", "url=" SCHEME "%s reason=\"%s\" hint=raise_nofile",
		local->address.sun_path, strerror(errno));
	uv_poll_stop(&local->listener);
	hs_link_carrier_refused(local->link);
}

static void
on_knock(uv_poll_t *listener, int status, int events)
{
	struct local *local = listener->data;
	struct local_conn *conn;
	int fd = accept4(local->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)status;
	(void)events;
	if (fd < 0) {
		accept_failed(local);
		return;
	}
	if (local->conn)
		hs_link_carrier_rival(local->link);
	/* A second peer on this url is hung up on; one for whom there is no memory comes again. */
	conn = local->conn ? NULL : conn_create(local);
	if (!conn) {
		close(fd);
		return;
	}
	HS_CHECK(uv_pipe_open(&conn->socket, fd) == 0);
	local->conn = conn;
	conn_up(conn);
}

static void
local_connect(struct hs_carrier *carrier)
{
	struct local *local = local_of(carrier);

	if (local->listens) {
		uv_poll_start(&local->listener, UV_READABLE, on_knock);
	} else if (!local->conn) {
		local->conn = conn_create(local);
		if (local->conn)
			uv_pipe_connect(&local->conn->dialled, &local->conn->socket,
				local->address.sun_path, on_dialled);
		else
			hs_link_carrier_refused(local->link);
	}
}

/* ---- the endpoint ---- */

/* A socket that nobody listens on any more, left behind by a process that was killed. */
static bool
is_left_behind(const struct sockaddr_un *address)
{
	struct stat now;
	int fd, rc;

	if (lstat(address->sun_path, &now) != 0 || !S_ISSOCK(now.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	rc = connect(fd, (const struct sockaddr *)address, sizeof(*address));
	bool refused = rc != 0 && errno == ECONNREFUSED;
	close(fd);
	return refused;
}

static int
bind_to(int fd, const struct sockaddr_un *address)
{
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
		return 0;
	if (errno != EADDRINUSE)
		return -1;
	if (!is_left_behind(address)) {
		errno = EADDRINUSE;
		return -1;
	}
	unlink(address->sun_path);
	return bind(fd, (const struct sockaddr *)address, sizeof(*address));
}

/* The mode is set before anybody can connect. */
static int
listen_on(struct local *local)
{
	const struct sockaddr_un *address = &local->address;

	local->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (local->listen_fd < 0 || bind_to(local->listen_fd, address) != 0 ||
		chmod(address->sun_path, HS_CARRIER_SOCKET_MODE) != 0 ||
		listen(local->listen_fd, BACKLOG) != 0)
		return -1;
	HS_CHECK(uv_poll_init(local->loop, &local->listener, local->listen_fd) == 0);
	local->listener.data = local;
	return 0;
}

static enum hs_err
refuse_to_open(struct local *local, const struct hs_link_options *options, const char *reason)
{
	hs_error("link.open_failed", "url=%s reason=\"%s\"", options->url, reason);
	if (local->listen_fd >= 0)
		close(local->listen_fd);
	free(local);
	return HS_ERR_CONFIG;
}

static enum hs_err
local_open(uv_loop_t *loop, const struct hs_link_options *options, struct hs_link *link,
	struct hs_carrier **out)
{
	struct local *local = calloc(1, sizeof(*local));
	const char *path = options->url + strlen(SCHEME);

	if (!local)
		return HS_ERR_NOMEM;
	local->link = link;
	local->loop = loop;
	local->listens = options->listen;
	local->queue_max_bytes = options->queue_max_bytes;
	local->listen_fd = -1;
	local->address.sun_family = AF_UNIX;
	if (strncmp(options->url, SCHEME "/", strlen(SCHEME "/")) != 0 ||
		strlen(path) >= sizeof(local->address.sun_path))
		return refuse_to_open(local, options,
			"unix:// wants an absolute path of at most 107 bytes behind it");
	memcpy(local->address.sun_path, path, strlen(path) + 1);
	if (local->listens && listen_on(local) != 0)
		return refuse_to_open(local, options, strerror(errno));
	*out = (struct hs_carrier *)(void *)local;
	return HS_OK;
}

static void
local_drop(struct hs_carrier *carrier)
{
	conn_end(local_of(carrier)->conn);
}

static void
listener_closed(uv_handle_t *handle)
{
	part_closed(handle->data);
}

static void
local_close(struct hs_carrier *carrier)
{
	struct local *local = local_of(carrier);

	local->closing = true;
	local->open_parts = 1;
	if (local->conn) {
		local->open_parts++;
		conn_end(local->conn);
	}
	if (local->listens) {
		local->open_parts++;
		uv_close((uv_handle_t *)&local->listener, listener_closed);
		close(local->listen_fd);
		unlink(local->address.sun_path);
	}
	part_closed(local);
}

static size_t
local_unsent(const struct hs_carrier *carrier)
{
	return ((const struct local *)(const void *)carrier)->conn->queue.waiting_bytes;
}

const struct hs_carrier_ops hs_carrier_local = { local_open, local_connect, local_send, local_drop,
	local_unsent, local_look, local_close };
