/* http_ws_peer.h: a blocking WebSocket client (RFC 6455) over the raw sockets of http_peer.h. */
#ifndef HTTP_WS_PEER_H
#define HTTP_WS_PEER_H

#include "tests/unit/hub/base/http_world.h"

struct message {
	int opcode;
	bool final;
	int fragments; /* 1: it came whole */
	int between;   /* frames of control that stood between its fragments (RFC 6455, 5.4) */
	size_t len;
	char text[512]; /* its beginning */
	uint32_t sum;	/* of all its bytes, see sum_add */
};

static inline uint32_t
sum_add(uint32_t sum, uint8_t byte)
{
	return sum * 31 + byte;
}

static inline bool
ws_frame(struct peer *peer, int opcode, bool final, const void *bytes, size_t len)
{
	unsigned char head[14] = { (unsigned char)((final ? 0x80 : 0) | opcode) };
	size_t head_len = 2;
	unsigned char *masked = malloc(len + 1);

	head[1] = (unsigned char)(0x80 | (len < 126 ? len : len < 65536 ? 126 : 127));
	for (int shift = len < 126 ? -8 : len < 65536 ? 8 : 56; shift >= 0; shift -= 8)
		head[head_len++] = (unsigned char)(len >> shift);
	memcpy(head + head_len, "\1\2\3\4", 4);
	for (size_t i = 0; i < len; i++)
		masked[i] = (unsigned char)(((const unsigned char *)bytes)[i] ^ (i % 4 + 1));
	bool sent = peer_send(peer, head, head_len + 4) && peer_send(peer, masked, len);
	free(masked);
	return sent;
}

static inline bool
ws_text(struct peer *peer, const char *text)
{
	return ws_frame(peer, 1, true, text, strlen(text));
}

/* A frame of control between two fragments: at most 125 bytes. */
static inline bool
ws_between(struct peer *peer, const unsigned char head[2], struct message *message)
{
	unsigned char payload[125];

	assert_true((head[0] & 0x80) != 0 && (head[1] & 127) <= 125);
	message->between++;
	return peer_take(peer, payload, head[1] & 127);
}

/* One frame, added to what there is of the message. */
static inline bool
ws_fragment(struct peer *peer, struct message *message)
{
	unsigned char head[10];
	char chunk[16384];
	size_t len = 0;

	if (!peer_take(peer, head, 2))
		return false;
	if (message->fragments > 0 && (head[0] & 8) != 0)
		return ws_between(peer, head, message);
	if (message->fragments++ == 0)
		message->opcode = head[0] & 15;
	else
		assert_int_equal(head[0] & 15, 0);
	message->final = (head[0] & 0x80) != 0;
	len = head[1] & 127;
	size_t more = len == 126 ? 2 : len == 127 ? 8 : 0;
	if (!peer_take(peer, head + 2, more))
		return false;
	for (size_t i = 0; i < more; i++)
		len = (i == 0 ? 0 : len << 8) | head[2 + i];
	for (size_t got = 0; got < len;) {
		size_t part = len - got < sizeof(chunk) ? len - got : sizeof(chunk);
		if (!peer_take(peer, chunk, part))
			return false;
		for (size_t i = 0; i < part; i++) {
			message->sum = sum_add(message->sum, (uint8_t)chunk[i]);
			if (message->len + got + i + 1 < sizeof(message->text))
				message->text[message->len + got + i] = chunk[i];
		}
		got += part;
	}
	message->len += len;
	return true;
}

/* One whole message, or a frame of control. */
static inline bool
ws_next(struct peer *peer, struct message *message)
{
	memset(message, 0, sizeof(*message));
	do
		if (!ws_fragment(peer, message))
			return false;
	while (!message->final);
	return true;
}

/* Sends the upgrade; the status of the answer. */
static inline int
ws_ask(struct peer *peer, const char *path, const char *headers, struct answer *answer)
{
	char text[1024];

	snprintf(text, sizeof(text),
		"GET %s HTTP/1.1\r\nHost: t\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
		path, headers);
	assert_true(peer_puts(peer, text));
	return peer_answer(peer, answer) ? answer->status : -1;
}

#define V13   "Sec-WebSocket-Version: 13\r\n"
#define PB    V13 "Sec-WebSocket-Protocol: t.pb\r\nX-Test: hi\r\n"
#define PROTO V13 "Sec-WebSocket-Protocol: "

static inline struct peer
ws_open_sized(struct fixture *f, int receive_bytes)
{
	struct peer peer = peer_open_sized(f, receive_bytes);
	struct answer answer;
	struct message message;

	assert_int_equal(ws_ask(&peer, "/feed", PB, &answer), 101);
	assert_non_null(strstr(answer.head, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
	assert_true(ws_next(&peer, &message));
	assert_string_equal(message.text, "open /feed t.pb hi");
	return peer;
}

static inline struct peer
ws_open(struct fixture *f)
{
	return ws_open_sized(f, 0);
}

/* Expects a close frame with this code, answers it, and expects the end of the connection. */
static inline void
expect_close(struct peer *peer, int code, const char *reason)
{
	struct message message;
	char rest[16];

	do
		assert_true(ws_next(peer, &message));
	while (message.opcode != 8);
	assert_int_equal(
		(unsigned char)message.text[0] << 8 | (unsigned char)message.text[1], code);
	assert_string_equal(message.text + 2, reason);
	(void)ws_frame(peer, 8, true, message.text, 2);
	assert_int_equal(peer_drain(peer, rest, sizeof(rest)), 0);
}

#endif
