#include "sim/ws_client.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/buf.h"
#include "hub/base/hash.h"

#define MESSAGE_MAX_BYTES (8u << 20)
#define SEND_MAX_BYTES	  4096
#define READ_BYTES	  65536
#define HOST_SIZE	  128

enum { OP_CONTINUE = 0, OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };

struct hs_ws_client {
	uv_tcp_t tcp;
	uv_connect_t connect;
	const struct hs_ws_client_ops *ops;
	void *owner;
	char host[HOST_SIZE];
	int port;
	char path[512];
	char subprotocol[64];
	bool open; /* the 101 came */
	struct hs_buf in;
	struct hs_buf message; /* fragments so far */
	char *chunk;
};

struct outgoing {
	uv_write_t request;
	size_t len_bytes;
	char bytes[];
};

struct head {
	int opcode;
	bool final;
	size_t head_bytes, len_bytes;
};

static void
closed(uv_handle_t *handle)
{
	struct hs_ws_client *client = handle->data;
	client->ops->on_close(client->owner, client);
	hs_buf_free(&client->in);
	hs_buf_free(&client->message);
	free(client->chunk);
	free(client);
}

void
hs_ws_client_close(struct hs_ws_client *client)
{
	if (!uv_is_closing((uv_handle_t *)&client->tcp))
		uv_close((uv_handle_t *)&client->tcp, closed);
}

static void
written(uv_write_t *request, int status)
{
	struct hs_ws_client *client = request->data;
	if (status < 0 && status != UV_ECANCELED)
		hs_ws_client_close(client);
	free(request);
}

static enum hs_err
write_bytes(struct hs_ws_client *client, const char *bytes, size_t len_bytes)
{
	struct outgoing *out = malloc(sizeof(*out) + len_bytes);
	if (!out)
		return HS_ERR_NOMEM;
	memcpy(out->bytes, bytes, len_bytes);
	out->request.data = client;
	uv_buf_t buf = uv_buf_init(out->bytes, (unsigned)len_bytes);
	if (uv_write(&out->request, (uv_stream_t *)&client->tcp, &buf, 1, written) == 0)
		return HS_OK;
	free(out);
	return HS_ERR_CLOSED;
}

/* RFC 6455, 5.2 and 5.3: a client masks. */
static enum hs_err
send_frame(struct hs_ws_client *client, int opcode, const char *bytes, size_t len_bytes)
{
	char frame[SEND_MAX_BYTES + 8];
	unsigned char mask[4];
	size_t head = 2;
	if (len_bytes > SEND_MAX_BYTES)
		return HS_ERR_TOO_LARGE;
	frame[0] = (char)(0x80 | opcode);
	frame[1] = (char)(0x80 | (len_bytes < 126 ? len_bytes : 126));
	if (len_bytes >= 126) {
		frame[2] = (char)(len_bytes >> 8);
		frame[3] = (char)len_bytes;
		head = 4;
	}
	hs_random(mask, sizeof(mask));
	memcpy(frame + head, mask, sizeof(mask));
	head += sizeof(mask);
	for (size_t i = 0; i < len_bytes; i++)
		frame[head + i] = (char)(bytes[i] ^ (char)mask[i % 4]);
	return write_bytes(client, frame, head + len_bytes);
}

enum hs_err
hs_ws_client_send(struct hs_ws_client *client, const char *text)
{
	return send_frame(client, OP_TEXT, text, strlen(text));
}

/* The head of the frame at bytes; false: not whole yet. */
static bool
read_head(const unsigned char *bytes, size_t len_bytes, struct head *head)
{
	if (len_bytes < 2)
		return false;
	head->opcode = bytes[0] & 15;
	head->final = bytes[0] & 0x80;
	size_t short_len = bytes[1] & 127;
	size_t extra = short_len == 126 ? 2 : short_len == 127 ? 8 : 0;
	if (len_bytes < 2 + extra)
		return false;
	head->len_bytes = extra ? 0 : short_len;
	for (size_t i = 0; i < extra; i++)
		head->len_bytes = head->len_bytes << 8 | bytes[2 + i];
	head->head_bytes = 2 + extra;
	return len_bytes - head->head_bytes >= head->len_bytes;
}

static void
frame_came(struct hs_ws_client *client, const struct head *head, const char *payload)
{
	if (head->opcode == OP_PING) {
		(void)send_frame(client, OP_PONG, payload, head->len_bytes);
		return;
	}
	if (head->opcode == OP_CLOSE) {
		hs_ws_client_close(client);
		return;
	}
	if (head->opcode > OP_BINARY)
		return;
	if (head->final && client->message.len_bytes == 0) {
		client->ops->on_message(client->owner, client, payload, head->len_bytes);
		return;
	}
	hs_buf_add(&client->message, payload, head->len_bytes);
	if (client->message.failed)
		hs_ws_client_close(client);
	else if (head->final)
		client->ops->on_message(
			client->owner, client, client->message.bytes, client->message.len_bytes);
	if (head->final)
		client->message.len_bytes = 0;
}

/* Uses what it can of the bytes; returns how many. */
static size_t
frames_came(struct hs_ws_client *client, const char *bytes, size_t len_bytes)
{
	size_t at = 0;
	struct head head;
	while (!uv_is_closing((uv_handle_t *)&client->tcp) &&
		read_head((const unsigned char *)bytes + at, len_bytes - at, &head)) {
		frame_came(client, &head, bytes + at + head.head_bytes);
		at += head.head_bytes + head.len_bytes;
	}
	return at;
}

/* The response of the handshake; returns its length, 0 while it is not whole. */
static size_t
handshake_came(struct hs_ws_client *client, const char *bytes, size_t len_bytes)
{
	const char *end = memmem(bytes, len_bytes, "\r\n\r\n", 4);
	if (!end)
		return 0;
	if (len_bytes < 12 || strncmp(bytes, "HTTP/1.1 101", 12) != 0) {
		hs_ws_client_close(client);
		return len_bytes;
	}
	client->open = true;
	client->ops->on_open(client->owner, client);
	return (size_t)(end - bytes) + 4;
}

static void
bytes_came(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
	struct hs_ws_client *client = stream->data;
	if (count < 0) {
		hs_ws_client_close(client);
		return;
	}
	hs_buf_add(&client->in, buf->base, (size_t)count);
	if (client->in.failed) {
		hs_ws_client_close(client);
		return;
	}
	size_t used = 0;
	if (!client->open)
		used = handshake_came(client, client->in.bytes, client->in.len_bytes);
	if (client->open)
		used += frames_came(client, client->in.bytes + used, client->in.len_bytes - used);
	memmove(client->in.bytes, client->in.bytes + used, client->in.len_bytes - used);
	client->in.len_bytes -= used;
}

static void
give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	(void)suggested;
	struct hs_ws_client *client = handle->data;
	*out = uv_buf_init(client->chunk, READ_BYTES);
}

static void
connected(uv_connect_t *request, int status)
{
	struct hs_ws_client *client = request->data;
	if (status < 0 || uv_is_closing((uv_handle_t *)&client->tcp)) {
		hs_ws_client_close(client);
		return;
	}
	char text[1024];
	bool named = client->subprotocol[0] != '\0';
	/* The key only has to be well-formed; the example key of RFC 6455, 1.3 is. */
	snprintf(text, sizeof(text),
		"GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: "
		"13\r\n%s%s%s\r\n",
		client->path, client->host, client->port, named ? "Sec-WebSocket-Protocol: " : "",
		client->subprotocol, named ? "\r\n" : "");
	uv_tcp_nodelay(&client->tcp, 1);
	if (uv_read_start((uv_stream_t *)&client->tcp, give_buffer, bytes_came) != 0 ||
		write_bytes(client, text, strlen(text)) != HS_OK)
		hs_ws_client_close(client);
}

static bool
read_url(struct hs_ws_client *client, const char *url)
{
	int host_end = 0;
	char *end;
	if (sscanf(url, "ws://%127[0-9.]:%n", client->host, &host_end) != 1 || host_end == 0)
		return false;
	long port = strtol(url + host_end, &end, 10);
	if (end == url + host_end || port < 1 || port > 65535)
		return false;
	client->port = (int)port;
	const char *path = *end ? end : "/";
	return snprintf(client->path, sizeof(client->path), "%s", path) < (int)sizeof(client->path);
}

enum hs_err
hs_ws_client_open(uv_loop_t *loop, const char *url, const char *subprotocol,
	const struct hs_ws_client_ops *ops, void *owner, struct hs_ws_client **out)
{
	struct sockaddr_in address;
	struct hs_ws_client *client = calloc(1, sizeof(*client));
	char *chunk = malloc(READ_BYTES);
	if (!client || !chunk || !read_url(client, url) ||
		uv_ip4_addr(client->host, client->port, &address) != 0) {
		free(chunk);
		free(client);
		return HS_ERR_INVALID;
	}
	client->chunk = chunk;
	client->ops = ops;
	client->owner = owner;
	snprintf(client->subprotocol, sizeof(client->subprotocol), "%s",
		subprotocol ? subprotocol : "");
	hs_buf_init(&client->in, MESSAGE_MAX_BYTES);
	hs_buf_init(&client->message, MESSAGE_MAX_BYTES);
	uv_tcp_init(loop, &client->tcp);
	client->tcp.data = client->connect.data = client;
	*out = client;
	if (uv_tcp_connect(&client->connect, &client->tcp, (const struct sockaddr *)&address,
		    connected) != 0)
		hs_ws_client_close(client);
	return HS_OK;
}
