/* http_batch.c: WebSocket frames of one turn of the loop, handed to the kernel together (batch.h).
 *
 * Without TLS a frame of a server is the same bytes for everybody, so nothing of libwebsockets is needed to send it but
 * its leave: it must hold nothing back of this connection (hs_send_pending). What the socket did not take is given
 * to it as raw bytes, which LWS_WRITE_HTTP means on a WebSocket, too: it keeps them, sends them before anything else,
 * and calls when they have left. So a frame that leaves whole is never looked at again, and any other one goes the usual
 * way (guard 8).
 */
#include <errno.h>

#include "hub/base/check.h"
#include "hub/base/http_internal.h"

#define FIN	    0x80
#define OPCODE_TEXT 1
#define OPCODE_BIN  2
#define LEN_16	    126 /* the length follows in 2 bytes */
#define LEN_7_MAX   125
#define HEAD_SHORT  2
#define HEAD_LONG   4

/* RFC 6455, 5.2, unmasked, one fragment, up to 64 KiB. Each receiver of the frame writes the same. */
static size_t
write_head(struct hs_frame *frame, bool binary)
{
	size_t len = hs_frame_len_bytes(frame);
	size_t head_bytes = len <= LEN_7_MAX ? HEAD_SHORT : HEAD_LONG;
	uint8_t *head = hs_frame_bytes(frame) - head_bytes;

	head[0] = FIN | (binary ? OPCODE_BIN : OPCODE_TEXT);
	head[1] = head_bytes == HEAD_SHORT ? (uint8_t)len : LEN_16;
	if (head_bytes == HEAD_LONG) {
		head[2] = (uint8_t)(len >> 8);
		head[3] = (uint8_t)len;
	}
	return head_bytes;
}

static bool
hand_over_rest(struct hs_conn *conn, const struct hs_batch_send *done, size_t sent)
{
	if (lws_write(conn->wsi, done->bytes + sent, done->len_bytes - sent, LWS_WRITE_HTTP) < 0)
		return false;
	if (hs_send_pending(conn))
		conn->blocked = true;
	return true;
}

static void
finish(struct hs_http_server *server, const struct hs_batch_send *done)
{
	struct hs_conn *conn = hs_conn_find(server, done->who);
	size_t sent = done->result > 0 ? (size_t)done->result : 0;
	bool full = done->result >= 0 || done->result == -EAGAIN;

	if (conn == NULL)
		return;
	conn->rest.gathered = false;
	if (sent == done->len_bytes || conn->state == HS_CONN_DOOMED)
		return;
	if (!full || !hand_over_rest(conn, done, sent))
		hs_conn_doom(conn);
}

void
hs_ws_batch_flush(struct hs_http_server *server)
{
	struct hs_batch *batch = server->batch.frames;

	hs_batch_run(batch);
	for (size_t i = 0; i < hs_batch_count(batch); i++)
		finish(server, hs_batch_at(batch, i));
	hs_batch_clear(batch);
}

bool
hs_ws_batch_takes(const struct hs_conn *conn, const struct hs_frame *frame)
{
	return conn->server->batch.open && hs_frame_len_bytes(frame) <= HS_SEND_PIECE_BYTES;
}

void
hs_ws_batch_add(struct hs_conn *conn, struct hs_frame *frame, bool binary)
{
	struct hs_batch *batch = conn->server->batch.frames;

	if (hs_batch_full(batch))
		hs_ws_batch_flush(conn->server);
	hs_batch_add(batch, conn->rest.fd, conn->id, frame, write_head(frame, binary));
	conn->rest.gathered = true;
}

void
hs_ws_batch_begin(struct hs_http_server *server)
{
	HS_CHECK(!server->batch.open);
	server->batch.open = server->batch.frames != NULL;
}

void
hs_ws_batch_end(struct hs_http_server *server)
{
	if (server->batch.open)
		hs_ws_batch_flush(server);
	server->batch.open = false;
}
