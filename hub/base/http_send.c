/* http_send.c: frames that leave piece by piece.
 *
 * Guard 8: libwebsockets copies whatever the socket does not take at once. Given a digest of 6 MB for each of 500
 * subscribers that do not read, it would hold 3 GB. So it is never given more than a piece: the frame itself is shared by
 * all who still have to get it, and each has only its place in it. A WebSocket message longer than a piece leaves
 * as fragments (RFC 6455, 5.4), a stream of events as the same bytes.
 */
#include <string.h>

#include "hub/base/http_internal.h"

#define PIECES_PER_TURN 2 /* then the other connections have their turn */

bool
hs_send_pending(const struct hs_conn *conn)
{
	return conn->rest.frame != NULL || lws_partial_buffered(conn->wsi) != 0;
}

void
hs_send_forget(struct hs_conn *conn)
{
	hs_frame_unref(conn->rest.frame);
	conn->rest.frame = NULL;
	conn->rest.sent_bytes = 0;
}

static enum lws_write_protocol
kind_of_piece(const struct hs_conn *conn, enum lws_write_protocol kind, bool last)
{
	if (conn->state == HS_CONN_STREAM)
		return LWS_WRITE_HTTP;
	if (conn->rest.sent_bytes > 0)
		kind = LWS_WRITE_CONTINUATION;
	return last ? kind : (enum lws_write_protocol)(kind | LWS_WRITE_NO_FIN);
}

/* libwebsockets writes the head of a fragment before its first byte: within the frame, where others still
 * read the end of the piece before. */
static int
write_piece(struct hs_conn *conn, enum lws_write_protocol kind)
{
	size_t left = hs_frame_len_bytes(conn->rest.frame) - conn->rest.sent_bytes;
	size_t len = left < HS_SEND_PIECE_BYTES ? left : HS_SEND_PIECE_BYTES;
	uint8_t *at = hs_frame_bytes(conn->rest.frame) + conn->rest.sent_bytes;
	uint8_t before[LWS_PRE];

	memcpy(before, at - LWS_PRE, LWS_PRE);
	int written = lws_write(conn->wsi, at, len, kind_of_piece(conn, kind, len == left));
	memcpy(at - LWS_PRE, before, LWS_PRE);
	if (written < 0)
		return -1;
	conn->rest.sent_bytes += len;
	if (len == left)
		hs_send_forget(conn);
	return 0;
}

int
hs_send_on(struct hs_conn *conn, enum lws_write_protocol kind)
{
	for (int i = 0; i < PIECES_PER_TURN; i++) {
		if (conn->rest.frame == NULL || lws_partial_buffered(conn->wsi) != 0)
			return 0;
		if (write_piece(conn, kind) != 0)
			return -1;
	}
	if (conn->rest.frame != NULL && lws_partial_buffered(conn->wsi) == 0)
		lws_callback_on_writable(conn->wsi);
	return 0;
}

int
hs_send_begin(struct hs_conn *conn, struct hs_frame *frame, enum lws_write_protocol kind)
{
	conn->rest.frame = hs_frame_ref(frame);
	conn->rest.sent_bytes = 0;
	if (hs_frame_len_bytes(frame) > 0)
		return hs_send_on(conn, kind);
	hs_send_forget(conn);
	return lws_write(conn->wsi, hs_frame_bytes(frame), 0, kind) < 0 ? -1 : 0;
}
