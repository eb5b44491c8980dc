/* http.h: the one front to HTTP/1.1, Server-Sent Events and WebSocket (libwebsockets on a libuv loop).
 *
 * Flow:    own listener (SO_REUSEPORT) → accept → adopted by libwebsockets → route table → handler
 *          → hs_http_reply, now or later. WebSocket: endpoint table → on_open / on_message / on_drained
 *          / on_close; frames leave by hs_ws_send straight from the loop.
 * Owner:   the server owns its connections; everybody else holds ids, never a pointer into it.
 * Threads: all of this runs on the loop's thread and must be called from there.
 * Errors:  a call with the id of a connection that is gone gives HS_ERR_CLOSED and does nothing.
 * Guards:  Content-Length is checked here (exactly one, digits only); Transfer-Encoding in requests
 *          is answered 411; a body is accepted only in the first request of a connection; bodies,
 *          headers, connections and idle time are limited by struct hs_http_options; requests that
 *          libwebsockets 4.1.6 would spin or hang on never reach it. Why: DECISIONS.md, "Guards".
 */
#ifndef HS_HTTP_H
#define HS_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "hub/base/err.h"
#include "hub/base/frame.h"

/* A connection (a request has its connection's id). Never reused in a process; 0 is none. */
typedef uint64_t hs_http_id;

struct hs_http_server;

struct hs_http_header {
	const char *name; /* as sent */
	const char *value;
};

/* Borrowed by handlers until they return: copy what is needed later. */
struct hs_http_request {
	struct hs_http_server *server;
	hs_http_id id;
	const char *method; /* "GET", "HEAD", "POST", "OPTIONS" */
	const char *path;   /* percent-decoded, without the query; always starts with '/' */
	const char *query;  /* undecoded text behind '?', or "" */
	const uint8_t *body;
	size_t body_len_bytes;
	const char *peer_address; /* "127.0.0.1" */
	bool tls;
	const struct hs_http_header *headers; /* lower-case names, only those in options.headers */
	size_t header_count;
};

/* The body with a 0 behind it, for who needs it longer than the handler runs: the caller's to free, once, from within the
 * handler. NULL: there is none. */
uint8_t *hs_http_take_body(const struct hs_http_request *request);
/* Value of a header that options.headers lists; "" when absent. name is lower-case. */
const char *hs_http_header_of(const struct hs_http_request *request, const char *name);
/* Decoded value of a query (or form body) parameter into out; false when absent or too long.
 * text: "a=1&b=%E6%B4%AA". */
bool hs_http_param(const char *text, const char *name, char *out, size_t out_size);

struct hs_http_route {
	const char *method;    /* GET routes also answer HEAD */
	const char *path;      /* exact; or, when it ends in '*', every path with that beginning */
	size_t body_max_bytes; /* 0: a body is refused; larger ones get 413 before they are read */
	void (*handle)(void *owner, const struct hs_http_request *request);
};

struct hs_http_reply {
	int status;
	const char *content_type;	      /* NULL with an empty body */
	const struct hs_http_header *headers; /* further ones; may be NULL */
	size_t header_count;
	const void *body;
	size_t body_len_bytes;
};

/* Answers the one open request of this connection; copies what it needs. Also long after the handler
 * returned. Exactly once per request. */
enum hs_err hs_http_reply(
	struct hs_http_server *server, hs_http_id id, const struct hs_http_reply *reply);
/* Short form: body is a C string. */
enum hs_err hs_http_reply_text(struct hs_http_server *server, hs_http_id id, int status,
	const char *content_type, const char *body);
/* Begins an endless response (Server-Sent Events): status 200 with these headers, then
 * hs_http_stream_send for each piece. ops.on_drained and ops.on_close apply to it as to WebSocket. */
enum hs_err hs_http_stream_begin(struct hs_http_server *server, hs_http_id id,
	const char *content_type, const struct hs_http_header *headers, size_t header_count);
/* HS_ERR_AGAIN: the piece before is still leaving; keep your cursor and wait for on_drained. */
enum hs_err hs_http_stream_send(
	struct hs_http_server *server, hs_http_id id, struct hs_frame *frame);

struct hs_ws_endpoint {
	const char *path;
	const char *const
		*subprotocols;	  /* NULL-ended list in order of preference; NULL = none needed */
	size_t message_max_bytes; /* of one message from the client; a larger one closes with 1009 */
};

/* All may be NULL. on_close comes exactly once for each on_open (or begun stream). */
struct hs_ws_ops {
	/* After the 101. subprotocol: the chosen one, or "". */
	void (*on_open)(
		void *owner, const struct hs_http_request *upgrade, const char *subprotocol);
	/* One whole message. */
	void (*on_message)(
		void *owner, hs_http_id id, const uint8_t *bytes, size_t len_bytes, bool binary);
	/* What was buffered after a partial write has left: sending is possible again. */
	void (*on_drained)(void *owner, hs_http_id id);
	/* WebSocket pong (protocol level) arrived; an empty one that answers nothing is not told. */
	void (*on_pong)(void *owner, hs_http_id id);
	void (*on_close)(void *owner, hs_http_id id);
};

/* A hint in a loop of sends: who comes next, and who after that. Their records are fetched into the cache while the
 * kernel works for the present one; nothing else happens, also when they are gone. */
void hs_ws_expect(struct hs_http_server *server, hs_http_id next, hs_http_id after_next);
/* HS_OK: sent or taken over whole. HS_ERR_AGAIN: the frame before is still leaving; nothing was
 * taken: keep your cursor and wait for on_drained. The content goes out as one text or binary
 * message. Never blocks; one system call. */
enum hs_err hs_ws_send(
	struct hs_http_server *server, hs_http_id id, struct hs_frame *frame, bool binary);
/* Between the two, what hs_ws_send takes may wait for the end, and then leaves in one system call for many connections. A
 * frame is always sent as the same kind, text or binary. No callback may come in between. */
void hs_ws_batch_begin(struct hs_http_server *server);
void hs_ws_batch_end(struct hs_http_server *server);
enum hs_err hs_ws_ping(struct hs_http_server *server, hs_http_id id);
/* Sends a close frame with code (1000–4999) and reason (≤ 123 bytes of UTF-8), then closes. */
enum hs_err hs_ws_close(struct hs_http_server *server, hs_http_id id, int code, const char *reason);
/* Ends any connection at once, without ceremony. */
void hs_http_drop(struct hs_http_server *server, hs_http_id id);
/* Whether the other side's kernel still acknowledges what is sent: the only sign of life of one that never says anything. */
bool hs_http_acked(struct hs_http_server *server, hs_http_id id);
/* Whether its client has gone, or ended its half. While a request waits for its answer nothing is read, so nobody is told of it. */
bool hs_http_left(struct hs_http_server *server, hs_http_id id);
/* Whether it has sent what was not read yet. */
bool hs_http_spoke(struct hs_http_server *server, hs_http_id id);
/* A number of the owner's own beside each connection (its own table's index, say); 0 at first. */
enum hs_err hs_http_set_tag(struct hs_http_server *server, hs_http_id id, uint64_t tag);
uint64_t hs_http_tag(struct hs_http_server *server, hs_http_id id);
/* Calls `visit` for every open connection with a tag other than 0. It may drop connections, and nothing else. */
void hs_http_each(struct hs_http_server *server,
	void (*visit)(void *owner, hs_http_id id, uint64_t tag), void *owner);

/* What there is for all, and how much of it is for one address (http_address.c). */
struct hs_http_shares {
	int64_t address_percent; /* of connections_max and of replies: who has more gives way first */
	int64_t replies_max_bytes; /* of large replies that wait to be read; beyond it: 503 */
};

/* A crowd that comes, asks or goes makes one turn of the loop as long as there are events of it, and what else came in stands
 * behind them: a thousand handshakes are 25 ms. So the server stops in between, at least after so long. */
struct hs_http_turn {
	int64_t accepts; /* new connections in one turn */
	int64_t look_us; /* of events of connections, before `look` is called */
	/* Does what must not wait for the end of the turn; may send and close. true: more of it is to be done, take no more
	 * connections in this turn than one. Called between two events, not from within a handler. NULL: there is none. */
	bool (*look)(void *owner);
};

struct hs_http_options {
	const char *address;	   /* "127.0.0.1" */
	int port;		   /* 0: any free one, see hs_http_port */
	const char *tls_cert_path; /* PEM chain; NULL = plain */
	const char *tls_key_path;
	const char
		*client_ca_path; /* ask for certificates of clients (http_peer.h); NULL = do not */
	const struct hs_http_route *routes;
	size_t route_count;
	const struct hs_ws_endpoint *endpoints;
	size_t endpoint_count;
	const struct hs_ws_ops *ops;
	const char *const *headers; /* NULL-ended lower-case names that handlers will ask for */
	void *owner;
	/* Whether this head may bring so large a body (at most its route's body_max_bytes); false is 413 before the body
	 * is read. NULL: always. */
	bool (*may_send)(void *owner, const struct hs_http_request *head, size_t body_len_bytes);
	int64_t connections_max; /* a further one takes the place of another (http_address.c) */
	struct hs_http_shares shares;
	struct hs_http_turn turn;
	int64_t request_timeout_ms;   /* header and body must be in by then */
	int64_t keepalive_timeout_ms; /* idle HTTP connections */
	int64_t send_buffer_bytes;    /* SO_SNDBUF of each connection */
	int64_t sends_per_call; /* 1…4096, of hs_ws_batch_begin; 1: no batch. With TLS there is none */
};

/* Fills every field with the defaults: 127.0.0.1, 15,000 connections, 25 %, 256 MiB of replies, 16 accepts, 1 ms, 10 s, 30 s, 64 KiB, 1. */
void hs_http_options_init(struct hs_http_options *options);
/* Listens. The option tables are borrowed for the server's life. */
enum hs_err hs_http_server_create(uv_loop_t *loop, const struct hs_http_options *options,
	struct hs_http_server **out) HS_MUST_CHECK;
/* The port it listens on. */
int hs_http_port(const struct hs_http_server *server);
size_t hs_http_connection_count(const struct hs_http_server *server);
/* Stops listening; WebSockets are closed with 1001, replies that are leaving may finish for
 * grace_ms; then `done` (may be NULL) is called once and the server is freed. */
void hs_http_server_stop(
	struct hs_http_server *server, int64_t grace_ms, void (*done)(void *owner), void *owner);

#endif
