/* http_ws.c: WebSocket (RFC 6455) over libwebsockets: upgrade, messages, frames, close.
 *
 * Frames are written straight from the loop, not from the writable callback: one system call instead
 * of five. While the rest of a frame still has to leave (http_send.c), nothing more is taken.
 * permessage-deflate is not offered.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hub/base/check.h"
#include "hub/base/http_internal.h"
#include "hub/base/http_sock.h"

#define LINE_BYTES	64 /* of the cache */
#define CONN_LINES	2  /* what a send looks at in our record, and in libwebsockets' */
#define WSI_LINES	12
/* Where Debian's libwebsockets has what hs_send_pending asks for. A hint: elsewhere it is only slower. */
#define WSI_PENDING_AT	0x2d0
#define OFFER_MAX_BYTES 128 /* libwebsockets reads no longer list of subprotocols */

_Static_assert(HS_FRAME_HEADROOM >= LWS_PRE, "the frame header is written before the content");

static const struct hs_ws_endpoint *
endpoint_find(const struct hs_http_options *options, const char *path)
{
	for (size_t i = 0; i < options->endpoint_count; i++) {
		if (strcmp(options->endpoints[i].path, path) == 0)
			return &options->endpoints[i];
	}
	return NULL;
}

static bool
endpoint_speaks(const struct hs_ws_endpoint *endpoint, const char *name)
{
	for (size_t i = 0; endpoint->subprotocols != NULL && endpoint->subprotocols[i] != NULL;
		i++) {
		if (strcmp(endpoint->subprotocols[i], name) == 0)
			return true;
	}
	return false;
}

/* lws takes the first of the client's names that any endpoint knows: foresee which. */
static const char *
lws_choice(const struct hs_http_server *server, const char *offer)
{
	const struct lws_protocols *protocols = server->lws.protocols;
	char one[OFFER_MAX_BYTES];

	while (*offer != '\0') {
		offer += strspn(offer, " \t,");
		size_t len = strcspn(offer, " \t,");
		memcpy(one, offer, len);
		one[len] = '\0';
		for (size_t i = 0; protocols[i].name != NULL; i++) {
			if (strcmp(protocols[i].name, one) == 0)
				return protocols[i].name;
		}
		offer += len;
	}
	return NULL;
}

static const char *
first_subprotocol(const struct hs_ws_endpoint *endpoint)
{
	return endpoint->subprotocols != NULL && endpoint->subprotocols[0] != NULL
		       ? endpoint->subprotocols[0]
		       : "";
}

static int
subprotocol_choose(struct hs_conn *conn)
{
	char offer[OFFER_MAX_BYTES];

	int len = hs_request_header(conn->wsi, "sec-websocket-protocol", offer, sizeof(offer));
	if (len == -1 || len == 0) {
		conn->subprotocol = first_subprotocol(conn->endpoint);
		return 0;
	}
	conn->subprotocol = len > 0 ? lws_choice(conn->server, offer) : NULL;
	if (conn->subprotocol != NULL && endpoint_speaks(conn->endpoint, conn->subprotocol))
		return 0;
	return hs_refuse(conn, 400, "subprotocol",
		"none of the offered WebSocket subprotocols is spoken here", "");
}

static int
upgrade_check(struct hs_conn *conn, const struct hs_http_request *request)
{
	char version[8];
	char key[64];

	if (strcmp(request->method, "GET") != 0)
		return hs_refuse(
			conn, 405, "method_not_allowed", "upgrade with GET", "Allow: GET\r\n");
	conn->endpoint = endpoint_find(&conn->server->options, request->path);
	if (conn->endpoint == NULL)
		return hs_refuse(
			conn, 404, "not_found", "there is no WebSocket at this address", "");
	if (hs_request_header(conn->wsi, "sec-websocket-version", version, sizeof(version)) < 0 ||
		strcmp(version, "13") != 0)
		return hs_refuse(conn, 426, "websocket_version", "speak WebSocket version 13",
			"Sec-WebSocket-Version: 13\r\n");
	if (hs_request_header(conn->wsi, "sec-websocket-key", key, sizeof(key)) != 24 ||
		lws_hdr_total_length(conn->wsi, WSI_TOKEN_HOST) == 0 ||
		lws_hdr_total_length(conn->wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0 ||
		lws_hdr_total_length(conn->wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0)
		return hs_refuse(conn, 400, "websocket_handshake",
			"Host or Sec-WebSocket-Key is missing, or there is a body", "");
	if (hs_conn_behind(conn))
		return hs_refuse(conn, 400, "pipelined_upgrade",
			"an upgrade must wait for the reply before it", "");
	return subprotocol_choose(conn);
}

/* Guard 6. `in` points into lws's header table and is dead when lws has dropped that table, which it
 * does before this call when the name of the upgrade was unknown to it. */
int
hs_on_upgrade(struct hs_conn *conn, void *in, size_t len)
{
	struct hs_http_request request;
	char upgrade[32];

	(void)len;
	if (lws_hdr_total_length(conn->wsi, WSI_TOKEN_UPGRADE) == 0 ||
		conn->state != HS_CONN_HEAD || conn->server->stop.begun)
		return -1;
	if (hs_request_header(conn->wsi, "upgrade", upgrade, sizeof(upgrade)) < 0)
		return hs_refuse(conn, 400, "upgrade", "only WebSocket is spoken besides HTTP", "");
	if (strcasecmp(upgrade, "websocket") != 0) {
		/* h2c: make the name unknown, and the request stays HTTP/1.1 (RFC 9110, 7.8) */
		*(char *)in = '-';
		return 0;
	}
	if (hs_request_read(conn, &request) != HS_OK)
		return hs_refuse(conn, 400, "bad_request", "the request line cannot be read", "");
	return upgrade_check(conn, &request);
}

int
hs_on_ws_open(struct hs_conn *conn, void *in, size_t len)
{
	const struct hs_ws_ops *ops = conn->server->options.ops;
	struct hs_http_request request;

	(void)in;
	(void)len;
	if (conn->subprotocol == NULL || hs_request_read(conn, &request) != HS_OK)
		return -1;
	conn->state = HS_CONN_WS;
	conn->rest.fd = lws_get_socket_fd(conn->wsi);
	hs_conn_untime(conn);
	lws_set_timeout(conn->wsi, NO_PENDING_TIMEOUT, 0);
	conn->opened = true;
	if (ops != NULL && ops->on_open != NULL)
		ops->on_open(conn->server->options.owner, &request, conn->subprotocol);
	return conn->state == HS_CONN_DOOMED ? -1 : 0;
}

static int
close_now(struct hs_conn *conn, int code, const char *reason)
{
	unsigned char text[HS_WS_REASON_MAX_BYTES];
	size_t len = strlen(reason);

	HS_CHECK(len <= sizeof(text));
	memcpy(text, reason, len);
	conn->state = HS_CONN_WS_CLOSING;
	(void)hs_sock_read_bytes(lws_get_socket_fd(conn->wsi), &conn->read_bytes);
	hs_conn_deadline(conn, HS_HTTP_CLOSE_MS);
	lws_close_reason(conn->wsi, (enum lws_close_status)code, text, len);
	return -1;
}

int
hs_on_ws_receive(struct hs_conn *conn, void *in, size_t len)
{
	const struct hs_ws_ops *ops = conn->server->options.ops;

	if (conn->state != HS_CONN_WS)
		return 0;
	if (lws_is_first_fragment(conn->wsi)) {
		conn->in.len_bytes = 0;
		conn->binary = lws_frame_is_binary(conn->wsi) != 0;
	}
	if (!hs_conn_bytes_add(&conn->in, in, len, conn->endpoint->message_max_bytes))
		return close_now(conn, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "message too large");
	if (!lws_is_final_fragment(conn->wsi) || lws_remaining_packet_payload(conn->wsi) > 0)
		return 0;
	if (ops != NULL && ops->on_message != NULL)
		ops->on_message(conn->server->options.owner, conn->id, conn->in.bytes,
			conn->in.len_bytes, conn->binary);
	hs_conn_bytes_free(&conn->in);
	return conn->state == HS_CONN_DOOMED ? -1 : 0;
}

int
hs_on_ws_pong(struct hs_conn *conn, void *in, size_t len)
{
	const struct hs_ws_ops *ops = conn->server->options.ops;

	(void)in;
	(void)len;
	if (conn->state == HS_CONN_WS && ops != NULL && ops->on_pong != NULL)
		ops->on_pong(conn->server->options.owner, conn->id);
	return conn->state == HS_CONN_DOOMED ? -1 : 0;
}

/* Returning -1 from the writable callback would be the documented way, but lws as Debian builds it then
 * closes twice, and the second time without the close frame. */
void
hs_ws_send_close(struct hs_conn *conn)
{
	if (conn->out.bytes == NULL || hs_send_pending(conn))
		return; /* hs_on_ws_writable queues it again */
	int code = conn->out.bytes[0] << 8 | conn->out.bytes[1];
	lws_close_reason(conn->wsi, (enum lws_close_status)code, conn->out.bytes + 2,
		conn->out.len_bytes - 2);
	hs_conn_bytes_free(&conn->out);
	lws_close_free_wsi(conn->wsi, LWS_CLOSE_STATUS_NOSTATUS, "hansho");
}

int
hs_on_ws_writable(struct hs_conn *conn, void *in, size_t len)
{
	const struct hs_ws_ops *ops = conn->server->options.ops;

	(void)in;
	(void)len;
	if (hs_send_on(conn, LWS_WRITE_CONTINUATION) != 0) {
		hs_conn_doom(conn);
		return 0;
	}
	if (hs_send_pending(conn))
		return 0;
	if (conn->state == HS_CONN_WS_CLOSING && conn->out.bytes != NULL) {
		hs_conn_queue(conn);
		return 0;
	}
	if (conn->state != HS_CONN_WS || !conn->blocked)
		return 0;
	conn->blocked = false;
	if (ops != NULL && ops->on_drained != NULL)
		ops->on_drained(conn->server->options.owner, conn->id);
	return conn->state == HS_CONN_DOOMED ? -1 : 0;
}

enum hs_err
hs_ws_send(struct hs_http_server *server, hs_http_id id, struct hs_frame *frame, bool binary)
{
	struct hs_conn *conn = hs_conn_find(server, id);

	if (conn == NULL || conn->state != HS_CONN_WS)
		return HS_ERR_CLOSED;
	if (conn->rest.gathered)
		hs_ws_batch_flush(server); /* what it did not take goes first */
	if (hs_send_pending(conn)) {
		conn->blocked = true;
		return HS_ERR_AGAIN;
	}
	if (hs_ws_batch_takes(conn, frame)) {
		hs_ws_batch_add(conn, frame, binary);
		return HS_OK;
	}
	if (hs_send_begin(conn, frame, binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) != 0) {
		hs_conn_doom(conn);
		return HS_ERR_CLOSED;
	}
	if (hs_send_pending(conn))
		conn->blocked = true;
	return HS_OK;
}

static void
fetch(const void *record, size_t lines)
{
	for (size_t i = 0; i < lines; i++)
		__builtin_prefetch((const char *)record + i * LINE_BYTES);
}

/* In two steps, because the record says where libwebsockets has its own. */
void
hs_ws_expect(struct hs_http_server *server, hs_http_id next, hs_http_id after_next)
{
	const struct hs_conn_table *table = &server->table;
	size_t slot = (size_t)(after_next & HS_CONN_SLOT_MASK);
	const struct hs_conn *conn = hs_conn_find(server, next);

	if (conn != NULL && server->batch.open)
		fetch((const char *)conn->wsi + WSI_PENDING_AT, 1);
	else if (conn != NULL)
		fetch(conn->wsi, WSI_LINES);
	if (slot < table->slot_count)
		fetch(table->slots[slot], CONN_LINES);
}

/* It may stand between two pieces of a message. */
enum hs_err
hs_ws_ping(struct hs_http_server *server, hs_http_id id)
{
	struct hs_conn *conn = hs_conn_find(server, id);
	/* One byte, because lws keeps empty pongs to itself and a pong repeats what the ping had. */
	unsigned char out[LWS_PRE + 1] = { 0 };

	if (conn == NULL || conn->state != HS_CONN_WS)
		return HS_ERR_CLOSED;
	if (lws_partial_buffered(conn->wsi) != 0)
		return HS_ERR_AGAIN;
	if (lws_write(conn->wsi, out + LWS_PRE, 1, LWS_WRITE_PING) < 0) {
		hs_conn_doom(conn);
		return HS_ERR_CLOSED;
	}
	return HS_OK;
}

enum hs_err
hs_ws_close(struct hs_http_server *server, hs_http_id id, int code, const char *reason)
{
	struct hs_conn *conn = hs_conn_find(server, id);
	uint8_t head[2] = { (uint8_t)(code >> 8), (uint8_t)code };

	if (conn == NULL || conn->state != HS_CONN_WS)
		return HS_ERR_CLOSED;
	if (code < 1000 || code > 4999 || strlen(reason) > HS_WS_REASON_MAX_BYTES)
		return HS_ERR_INVALID;
	if (!hs_conn_bytes_add(&conn->out, head, sizeof(head), 2 + HS_WS_REASON_MAX_BYTES) ||
		!hs_conn_bytes_add(
			&conn->out, reason, strlen(reason), 2 + HS_WS_REASON_MAX_BYTES)) {
		hs_conn_doom(conn);
		return HS_OK;
	}
	conn->state = HS_CONN_WS_CLOSING;
	(void)hs_sock_read_bytes(lws_get_socket_fd(conn->wsi), &conn->read_bytes);
	hs_conn_deadline(conn, HS_HTTP_CLOSE_MS);
	hs_conn_queue(conn);
	return HS_OK;
}
