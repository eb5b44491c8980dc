/* http_reply.c: replies of known length, and endless responses (Server-Sent Events).
 *
 * A reply is one buffer, head and body, given to libwebsockets in one write. While a request waits for
 * its reply, reading is off: libwebsockets would be woken for bytes that it does not take. It then
 * does not tell when the socket is writable either, so reading is switched on again for exactly as
 * long as a rest has to leave.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/http_internal.h"

#define REPLY_HEAD_MAX_BYTES 16384

struct status_text {
	int status;
	const char *text;
};

static const struct status_text status_texts[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 411, "Length Required" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 417, "Expectation Failed" },
	{ 422, "Unprocessable Content" },
	{ 426, "Upgrade Required" },
	{ 429, "Too Many Requests" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 505, "HTTP Version Not Supported" },
};

const char *
hs_status_text(int status)
{
	for (size_t i = 0; i < HS_COUNT(status_texts); i++) {
		if (status_texts[i].status == status)
			return status_texts[i].text;
	}
	return "Status";
}

static bool
has_no_body(int status)
{
	return status == 204 || status == 304;
}

static bool
line_safe(const char *text)
{
	return text[strcspn(text, "\r\n")] == '\0';
}

static void
header_write(struct hs_buf *head, const char *name, const char *value)
{
	hs_buf_puts(head, name);
	hs_buf_puts(head, ": ");
	hs_buf_puts(head, value);
	hs_buf_puts(head, "\r\n");
}

static enum hs_err
head_write(struct hs_buf *head, const struct hs_conn *conn, const struct hs_http_reply *reply,
	bool endless)
{
	hs_buf_printf(head, "HTTP/1.1 %d %s\r\n", reply->status, hs_status_text(reply->status));
	if (reply->content_type != NULL) {
		if (!line_safe(reply->content_type))
			return HS_ERR_INVALID;
		header_write(head, "Content-Type", reply->content_type);
	}
	for (size_t i = 0; i < reply->header_count; i++) {
		const struct hs_http_header *header = &reply->headers[i];
		if (!line_safe(header->name) || !line_safe(header->value))
			return HS_ERR_INVALID;
		header_write(head, header->name, header->value);
	}
	if (!endless && !has_no_body(reply->status))
		hs_buf_printf(head, "Content-Length: %zu\r\n", reply->body_len_bytes);
	header_write(head, "Connection", conn->close || endless ? "close" : "keep-alive");
	hs_buf_puts(head, "\r\n");
	return head->failed ? HS_ERR_TOO_LARGE : HS_OK;
}

/* Head and body behind LWS_PRE free bytes into conn->out. */
static enum hs_err
out_fill(struct hs_conn *conn, const struct hs_http_reply *reply, bool endless)
{
	struct hs_buf head;
	bool body = !endless && !conn->head && !has_no_body(reply->status);
	size_t body_len = body ? reply->body_len_bytes : 0;

	hs_buf_init(&head, REPLY_HEAD_MAX_BYTES);
	enum hs_err err = head_write(&head, conn, reply, endless);
	if (err == HS_OK) {
		conn->out.len_bytes = head.len_bytes + body_len;
		conn->out.room_bytes = LWS_PRE + conn->out.len_bytes;
		conn->out.bytes = malloc(conn->out.room_bytes);
		if (conn->out.bytes == NULL)
			err = HS_ERR_NOMEM;
	}
	if (err == HS_OK) {
		memcpy(conn->out.bytes + LWS_PRE, head.bytes, head.len_bytes);
		if (body_len > 0)
			memcpy(conn->out.bytes + LWS_PRE + head.len_bytes, reply->body, body_len);
	} else {
		conn->out = (struct hs_conn_bytes){ 0 };
	}
	hs_buf_free(&head);
	return err;
}

/* What a client gets instead of a reply for which there is no room now. */
static enum hs_err
no_room_fill(struct hs_conn *conn)
{
	static const struct hs_http_header headers[] = { { "Retry-After", "2" },
		{ "Access-Control-Allow-Origin", "*" } };
	static const char body[] =
		"{\"error\":\"again\",\"code\":\"replies_full\",\"path\":\"\",\"line\":0,"
		"\"expected\":\"\",\"message\":{\"ja\":"
		"\"いまは大きな応答を送れません。2秒ほど待って、"
		"もう一度取得してください。\",\"en\":\"too many large replies are waiting to be "
		"read: "
		"get it again in 2 seconds\"}}\n";
	const struct hs_http_reply reply = { .status = 503,
		.content_type = "application/json",
		.headers = headers,
		.header_count = HS_COUNT(headers),
		.body = body,
		.body_len_bytes = sizeof(body) - 1 };

	return out_fill(conn, &reply, false);
}

enum hs_err
hs_reply_build(struct hs_conn *conn, const struct hs_http_reply *reply)
{
	if (reply->status < 200 || reply->status > 599 ||
		(reply->body == NULL && reply->body_len_bytes > 0))
		return HS_ERR_INVALID;
	if (conn->server->stop.begun)
		conn->close = true;
	bool fits = conn->head || hs_reply_fits(conn, reply->body_len_bytes);
	enum hs_err err = fits ? out_fill(conn, reply, false) : no_room_fill(conn);
	if (err == HS_OK)
		conn->state = HS_CONN_READY;
	return err;
}

/* The reply has left: end the connection, or make it ready for the next request. */
static int
reply_done(struct hs_conn *conn)
{
	hs_reply_waits(conn, 0);
	if (conn->close || conn->server->stop.begun) {
		hs_conn_linger(conn);
		conn->state = HS_CONN_DOOMED;
		return -1;
	}
	conn->state = HS_CONN_HEAD;
	conn->route = NULL;
	conn->head = false;
	hs_conn_replied(conn);
	hs_conn_deadline(conn, conn->server->options.keepalive_timeout_ms);
	if (lws_http_transaction_completed(conn->wsi) != 0) {
		conn->state = HS_CONN_DOOMED;
		return -1;
	}
	lws_set_timeout(conn->wsi, NO_PENDING_TIMEOUT, 0);
	return 0;
}

int
hs_reply_flush(struct hs_conn *conn)
{
	if (conn->state == HS_CONN_READY) {
		int written = lws_write(conn->wsi, conn->out.bytes + LWS_PRE, conn->out.len_bytes,
			LWS_WRITE_HTTP_FINAL);
		if (lws_partial_buffered(conn->wsi) != 0)
			hs_reply_waits(conn, conn->out.len_bytes);
		hs_conn_bytes_free(&conn->out);
		if (written < 0) {
			conn->state = HS_CONN_DOOMED;
			return -1;
		}
		conn->state = HS_CONN_LEAVING;
		hs_conn_deadline(conn, conn->server->options.keepalive_timeout_ms);
	}
	if (lws_partial_buffered(conn->wsi) != 0) {
		lws_rx_flow_control(conn->wsi, 1);
		return 0;
	}
	return reply_done(conn);
}

enum hs_err
hs_http_reply(struct hs_http_server *server, hs_http_id id, const struct hs_http_reply *reply)
{
	struct hs_conn *conn = hs_conn_find(server, id);

	if (conn == NULL || conn->state == HS_CONN_DOOMED)
		return HS_ERR_CLOSED;
	if (conn->state != HS_CONN_PENDING)
		return HS_ERR_INVALID;
	enum hs_err err = hs_reply_build(conn, reply);
	if (err != HS_OK || server->in_handler == conn)
		return err;
	if (conn->close) {
		/* written at once: with reading off, lws would not call back */
		if (hs_reply_flush(conn) != 0)
			hs_conn_doom(conn);
		return HS_OK;
	}
	lws_rx_flow_control(conn->wsi, 1);
	lws_callback_on_writable(conn->wsi);
	return HS_OK;
}

enum hs_err
hs_http_reply_text(struct hs_http_server *server, hs_http_id id, int status,
	const char *content_type, const char *body)
{
	struct hs_http_reply reply = { .status = status,
		.content_type = content_type,
		.body = body,
		.body_len_bytes = body != NULL ? strlen(body) : 0 };

	return hs_http_reply(server, id, &reply);
}

/* ---- streams ---- */
/* What follows every write of a stream; 0 or -1. */
static int
stream_after_write(struct hs_conn *conn, int written)
{
	if (written < 0)
		return -1;
	if (hs_send_pending(conn)) {
		conn->blocked = true;
		lws_rx_flow_control(conn->wsi, 1);
	}
	return 0;
}

enum hs_err
hs_http_stream_begin(struct hs_http_server *server, hs_http_id id, const char *content_type,
	const struct hs_http_header *headers, size_t header_count)
{
	struct hs_conn *conn = hs_conn_find(server, id);
	struct hs_http_reply reply = { .status = 200,
		.content_type = content_type,
		.headers = headers,
		.header_count = header_count };

	if (conn == NULL || conn->state == HS_CONN_DOOMED)
		return HS_ERR_CLOSED;
	if (conn->state != HS_CONN_PENDING)
		return HS_ERR_INVALID;
	enum hs_err err = out_fill(conn, &reply, true);
	if (err != HS_OK)
		return err;
	conn->close = true;
	conn->state = HS_CONN_STREAM;
	conn->opened = true;
	int written = lws_write(
		conn->wsi, conn->out.bytes + LWS_PRE, conn->out.len_bytes, LWS_WRITE_HTTP);
	hs_conn_bytes_free(&conn->out);
	if (stream_after_write(conn, written) != 0)
		hs_conn_doom(conn);
	hs_conn_deadline(conn, 0);
	return HS_OK;
}

enum hs_err
hs_http_stream_send(struct hs_http_server *server, hs_http_id id, struct hs_frame *frame)
{
	struct hs_conn *conn = hs_conn_find(server, id);

	if (conn == NULL || conn->state != HS_CONN_STREAM)
		return HS_ERR_CLOSED;
	if (hs_send_pending(conn)) {
		conn->blocked = true;
		return HS_ERR_AGAIN;
	}
	if (stream_after_write(conn, hs_send_begin(conn, frame, LWS_WRITE_HTTP)) != 0) {
		hs_conn_doom(conn);
		return HS_ERR_CLOSED;
	}
	return HS_OK;
}

int
hs_stream_writable(struct hs_conn *conn)
{
	const struct hs_ws_ops *ops = conn->server->options.ops;

	if (hs_send_on(conn, LWS_WRITE_HTTP) != 0)
		return -1;
	if (hs_send_pending(conn))
		return 0;
	lws_rx_flow_control(conn->wsi, 0);
	if (!conn->blocked)
		return 0;
	conn->blocked = false;
	if (ops != NULL && ops->on_drained != NULL)
		ops->on_drained(conn->server->options.owner, conn->id);
	return 0;
}
