/* http_conn.c: the table of connections, their deadlines, and the ways to end one.
 *
 * An id is a counter and a slot: looking one up is an index and a comparison, and no id comes twice.
 * Ends: libwebsockets tells (hs_on_gone), a callback returns -1, or hs_conn_doom. What may only be done
 * while no callback of libwebsockets is on the stack is queued, and done before the loop waits again.
 * All timeouts are ours: libwebsockets keeps timers in a sorted list that it walks from the front, and
 * does not arm those that are set outside its own callbacks (guards 3 and 7).
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/http_internal.h"
#include "hub/base/http_sock.h"

#define SLOTS_AT_FIRST	 64
#define STREAM_CHECK	 10   /* ticks between two looks at a stream's socket */
#define LEAVING_SHORT_MS 1000 /* grace of a client that sends on while its reply leaves */

bool
hs_conn_bytes_add(struct hs_conn_bytes *to, const void *bytes, size_t len_bytes, size_t max_bytes)
{
	if (len_bytes > max_bytes || to->len_bytes > max_bytes - len_bytes)
		return false;
	size_t need = to->len_bytes + len_bytes;
	if (need + 1 > to->room_bytes) {
		size_t room = to->room_bytes * 2 > need ? to->room_bytes * 2 : need + 1;
		if (room > max_bytes)
			room = max_bytes + 1;
		uint8_t *grown = realloc(to->bytes, room);
		if (grown == NULL)
			return false;
		to->bytes = grown;
		to->room_bytes = room;
	}
	if (len_bytes > 0)
		memcpy(to->bytes + to->len_bytes, bytes, len_bytes);
	to->bytes[need] = 0;
	to->len_bytes = need;
	return true;
}

void
hs_conn_bytes_free(struct hs_conn_bytes *bytes)
{
	free(bytes->bytes);
	*bytes = (struct hs_conn_bytes){ 0 };
}

/* ---- table ---- */
static bool
table_grow(struct hs_conn_table *table)
{
	size_t count = table->slot_count == 0 ? SLOTS_AT_FIRST : table->slot_count * 2;
	struct hs_conn **slots = NULL;
	uint32_t *free_slots = NULL;

	if (count > HS_CONN_SLOT_MASK)
		return false;
	slots = realloc(table->slots, count * sizeof(struct hs_conn *));
	if (slots == NULL)
		return false;
	table->slots = slots;
	free_slots = realloc(table->free_slots, count * sizeof(uint32_t));
	if (free_slots == NULL)
		return false;
	table->free_slots = free_slots;
	for (size_t i = count; i > table->slot_count; i--) {
		slots[i - 1] = NULL;
		free_slots[table->free_count++] = (uint32_t)(i - 1);
	}
	table->slot_count = count;
	return true;
}

struct hs_conn *
hs_conn_create(struct hs_http_server *server)
{
	struct hs_conn_table *table = &server->table;
	struct hs_conn *conn = NULL;

	if (table->free_count == 0 && !table_grow(table))
		return NULL;
	conn = calloc(1, sizeof(struct hs_conn));
	if (conn == NULL)
		return NULL;
	uint32_t slot = table->free_slots[--table->free_count];
	conn->id = (++table->generation << HS_CONN_SLOT_BITS) | slot;
	conn->server = server;
	conn->state = HS_CONN_HEAD;
	table->slots[slot] = conn;
	table->count++;
	return conn;
}

struct hs_conn *
hs_conn_find(struct hs_http_server *server, hs_http_id id)
{
	size_t slot = (size_t)(id & HS_CONN_SLOT_MASK);

	if (id == 0 || slot >= server->table.slot_count)
		return NULL;
	struct hs_conn *conn = server->table.slots[slot];
	return conn != NULL && conn->id == id ? conn : NULL;
}

bool
hs_http_acked(struct hs_http_server *server, hs_http_id id)
{
	const struct hs_conn *conn = hs_conn_find(server, id);

	return conn == NULL || conn->wsi == NULL ||
	       hs_sock_acked(lws_get_socket_fd(conn->wsi), HS_HTTP_ACK_MS);
}

bool
hs_http_left(struct hs_http_server *server, hs_http_id id)
{
	const struct hs_conn *conn = hs_conn_find(server, id);

	return conn == NULL ||
	       (conn->wsi != NULL && hs_sock_disturbed(lws_get_socket_fd(conn->wsi), false));
}

bool
hs_http_spoke(struct hs_http_server *server, hs_http_id id)
{
	const struct hs_conn *conn = hs_conn_find(server, id);

	return conn != NULL && conn->wsi != NULL && hs_sock_waiting(lws_get_socket_fd(conn->wsi));
}

static void
timed_remove(struct hs_conn *conn)
{
	struct hs_conn_table *table = &conn->server->table;

	if (conn->place.next != NULL)
		conn->place.next->place.prev = conn->place.prev;
	else if (table->timed_first == conn)
		table->timed_first = conn->place.prev;
	if (conn->place.prev != NULL)
		conn->place.prev->place.next = conn->place.next;
	else if (table->timed == conn)
		table->timed = conn->place.next;
	conn->place.next = conn->place.prev = NULL;
}

void
hs_conn_untime(struct hs_conn *conn)
{
	timed_remove(conn);
	conn->deadline_us = 0;
	hs_address_mark(conn, false);
}

/* timeout_ms 0: no deadline, but the tick still looks at it. */
void
hs_conn_deadline(struct hs_conn *conn, int64_t timeout_ms)
{
	struct hs_conn_table *table = &conn->server->table;

	timed_remove(conn);
	conn->place.next = table->timed;
	if (conn->place.next != NULL)
		conn->place.next->place.prev = conn;
	else
		table->timed_first = conn;
	table->timed = conn;
	conn->deadline_us = timeout_ms == 0 ? 0 : hs_clock_mono_us() + timeout_ms * 1000;
	hs_address_mark(conn, timeout_ms != 0);
}

void
hs_conn_release(struct hs_conn *conn)
{
	struct hs_http_server *server = conn->server;
	struct hs_conn_table *table = &server->table;
	const struct hs_ws_ops *ops = server->options.ops;

	conn->state = HS_CONN_DOOMED;
	if (conn->opened && ops != NULL && ops->on_close != NULL) {
		conn->opened = false;
		ops->on_close(server->options.owner, conn->id);
	}
	hs_conn_untime(conn);
	hs_address_leave(conn);
	uint32_t slot = (uint32_t)(conn->id & HS_CONN_SLOT_MASK);
	table->slots[slot] = NULL;
	table->free_slots[table->free_count++] = slot;
	table->count--;
	hs_conn_bytes_free(&conn->in);
	hs_conn_bytes_free(&conn->out);
	hs_send_forget(conn);
	free(conn);
}

void
hs_conn_table_free(struct hs_conn_table *table)
{
	HS_CHECK(table->count == 0);
	free(table->slots);
	free(table->free_slots);
	free(table->queued);
}

/* ---- ends ---- */
static void
kill_now(struct hs_conn *conn)
{
	struct lws *wsi = conn->wsi;

	hs_conn_release(conn);
	if (wsi != NULL)
		lws_close_free_wsi(wsi, LWS_CLOSE_STATUS_NOSTATUS_CONTEXT_DESTROY, "hansho");
}

void
hs_conn_queue(struct hs_conn *conn)
{
	struct hs_conn_table *table = &conn->server->table;

	if (table->queued_count == table->queued_room) {
		size_t room = table->queued_room == 0 ? SLOTS_AT_FIRST : table->queued_room * 2;
		hs_http_id *grown = realloc(table->queued, room * sizeof(hs_http_id));
		if (grown == NULL) {
			hs_conn_deadline(conn, 1); /* the tick tries again */
			return;
		}
		table->queued = grown;
		table->queued_room = room;
	}
	table->queued[table->queued_count++] = conn->id;
}

void
hs_conn_doom(struct hs_conn *conn)
{
	conn->state = HS_CONN_DOOMED;
	hs_conn_queue(conn);
}

static struct hs_conn *
longest_silent(const struct hs_conn_table *table)
{
	static const uint8_t waiting[] = { HS_CONN_HEAD, HS_CONN_BODY };

	for (size_t i = 0; i < HS_COUNT(waiting); i++) {
		for (struct hs_conn *at = table->timed_first; at != NULL; at = at->place.prev)
			if (at->state == waiting[i] && at->deadline_us != 0)
				return at;
	}
	return NULL;
}

bool
hs_conn_make_room(struct hs_http_server *server, const struct sockaddr_storage *peer)
{
	struct hs_conn *found = NULL;

	if (!hs_address_gives_way(server, peer, &found))
		found = longest_silent(&server->table);
	if (found == NULL)
		return false;
	kill_now(found);
	return true;
}

void
hs_conn_run_queue(struct hs_http_server *server)
{
	struct hs_conn_table *table = &server->table;

	/* on_close may queue more: they are appended and taken in the same round. */
	for (size_t i = 0; i < table->queued_count; i++) {
		struct hs_conn *conn = hs_conn_find(server, table->queued[i]);
		if (conn != NULL && conn->state == HS_CONN_DOOMED)
			kill_now(conn);
		else if (conn != NULL && conn->state == HS_CONN_WS_CLOSING)
			hs_ws_send_close(conn);
	}
	table->queued_count = 0;
}

void
hs_conn_replied(struct hs_conn *conn)
{
	conn->replied = true;
	if (!hs_sock_read_bytes(lws_get_socket_fd(conn->wsi), &conn->read_bytes))
		conn->read_bytes = UINT64_MAX;
}

bool
hs_conn_behind(const struct hs_conn *conn)
{
	uint64_t now = 0;

	return conn->replied &&
	       (!hs_sock_read_bytes(lws_get_socket_fd(conn->wsi), &now) || now <= conn->read_bytes);
}

static bool
conn_disturbed(const struct hs_conn *conn, bool by_bytes)
{
	return hs_sock_disturbed(lws_get_socket_fd(conn->wsi), by_bytes);
}

/* Who is being closed may have a message under way; libwebsockets reads and drops what comes. Who sends on and on is
 * not waited for. */
static bool
sends_on(const struct hs_conn *conn)
{
	uint64_t now = 0;

	return conn->state == HS_CONN_WS_CLOSING &&
	       hs_sock_read_bytes(lws_get_socket_fd(conn->wsi), &now) &&
	       now > conn->read_bytes + conn->endpoint->message_max_bytes;
}

/* libwebsockets would be woken again and again by bytes that it does not read while a reply leaves, also when the
 * connection is to end with it and the client takes nothing. */
static void
tick_one(struct hs_conn *conn, int64_t now_us, uint64_t ticks)
{
	if ((conn->deadline_us != 0 && now_us >= conn->deadline_us) || sends_on(conn)) {
		hs_conn_doom(conn);
		return;
	}
	bool leaves = conn->state == HS_CONN_LEAVING || conn->state == HS_CONN_DOOMED;
	if (leaves && conn_disturbed(conn, true)) {
		int64_t cut_us = now_us + (int64_t)LEAVING_SHORT_MS * 1000;
		if (conn->deadline_us == 0 || conn->deadline_us > cut_us)
			conn->deadline_us = cut_us;
	}
	if (conn->state == HS_CONN_STREAM && (ticks + conn->id) % STREAM_CHECK == 0 &&
		conn_disturbed(conn, false))
		hs_conn_doom(conn);
}

void
hs_conn_tick(struct hs_http_server *server)
{
	int64_t now_us = hs_clock_mono_us();
	struct hs_conn *next = NULL;

	server->ticks++;
	for (struct hs_conn *conn = server->table.timed; conn != NULL; conn = next) {
		next = conn->place.next;
		if (conn->wsi != NULL)
			tick_one(conn, now_us, server->ticks);
	}
}

/* ---- lingering ---- */
static void
linger_closed(uv_handle_t *handle)
{
	struct hs_linger *linger = handle->data;

	close(linger->fd);
	linger->server->handles_open--;
	free(linger);
}

static void
linger_end(struct hs_linger *linger)
{
	struct hs_http_server *server = linger->server;

	if (linger->next != NULL)
		linger->next->prev = linger->prev;
	if (linger->prev != NULL)
		linger->prev->next = linger->next;
	if (server->lingers == linger)
		server->lingers = linger->next;
	server->linger_count--;
	uv_close((uv_handle_t *)&linger->poll, linger_closed);
}

static void
linger_readable(uv_poll_t *poll, int status, int events)
{
	struct hs_linger *linger = poll->data;
	char scratch[16384];
	ssize_t got = 0;

	(void)events;
	if (status == 0)
		got = recv(linger->fd, scratch, sizeof(scratch), MSG_DONTWAIT);
	if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	linger_end(linger);
}

void
hs_conn_linger(struct hs_conn *conn)
{
	struct hs_http_server *server = conn->server;
	struct hs_linger *linger = NULL;
	int fd = -1;

	if (lws_get_ssl(conn->wsi) != NULL)
		(void)SSL_shutdown(lws_get_ssl(conn->wsi));
	if (server->linger_count >= HS_HTTP_LINGER_MAX)
		return;
	fd = fcntl(lws_get_socket_fd(conn->wsi), F_DUPFD_CLOEXEC, 0);
	linger = fd >= 0 ? calloc(1, sizeof(struct hs_linger)) : NULL;
	if (linger == NULL || uv_poll_init(server->loop, &linger->poll, fd) != 0) {
		free(linger);
		if (fd >= 0)
			close(fd);
		return;
	}
	(void)shutdown(fd, SHUT_WR);
	linger->fd = fd;
	linger->server = server;
	linger->deadline_us = hs_clock_mono_us() + (int64_t)HS_HTTP_LINGER_MS * 1000;
	linger->poll.data = linger;
	linger->next = server->lingers;
	if (linger->next != NULL)
		linger->next->prev = linger;
	server->lingers = linger;
	server->linger_count++;
	server->handles_open++;
	(void)uv_poll_start(&linger->poll, UV_READABLE, linger_readable);
}

void
hs_linger_tick(struct hs_http_server *server, bool all)
{
	int64_t now_us = hs_clock_mono_us();
	struct hs_linger *next = NULL;

	for (struct hs_linger *linger = server->lingers; linger != NULL; linger = next) {
		next = linger->next;
		if (all || now_us >= linger->deadline_us)
			linger_end(linger);
	}
}
