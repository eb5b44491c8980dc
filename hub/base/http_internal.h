/* http_internal.h: what the files of http.h share with each other. Nobody else includes it.
 *
 *   http.c          options, listener, the server's life, the tick
 *   http_lws.c      the libwebsockets context, the table of its callbacks, guards 2, 3 and 4
 *   http_address.c  connections of each address, and who gives way when all places are taken
 *   http_conn.c     table of connections: ids, deadlines, the ways to end one
 *   http_request.c  request head and body → handler (guards 1 and 5)
 *   http_reply.c    replies and endless streams
 *   http_ws.c       WebSocket: upgrade, messages, frames, close
 *   http_send.c     frames that leave piece by piece
 *   http_batch.c    frames to many WebSockets in one call
 *   http_guard.c    pure checks of heads, choice of the route
 *   http_peer.c     certificates of clients
 *   http_param.c    pure: percent-encoding, parameters, header values
 */
#ifndef HS_HTTP_INTERNAL_H
#define HS_HTTP_INTERNAL_H

#include <libwebsockets.h>

#include "hub/base/batch.h"
#include "hub/base/buf.h"
#include "hub/base/http.h"

#define HS_HTTP_HEAD_MAX_BYTES	8192 /* request line and headers; a longer head is cut off */
#define HS_HTTP_HEADERS_MAX	24   /* of options.headers */
#define HS_HTTP_TICK_MS		100
#define HS_HTTP_LINGER_MAX	1024 /* connections that are read empty after a refusal */
#define HS_HTTP_LINGER_MS	2000
#define HS_HTTP_CLOSE_MS	5000  /* for the client's part of a WebSocket close */
#define HS_HTTP_KICK_MAX	256   /* forced rounds without a break, see http_lws.c */
#define HS_HTTP_USER_TIMEOUT_MS 20000 /* sent bytes that nobody acknowledges end the connection */
#define HS_HTTP_ACK_MS		2000  /* far longer than any way there and back */
#define HS_SEND_PIECE_BYTES	32768 /* of a frame, at once */
#define HS_WS_SUBPROTOCOLS_MAX	16
#define HS_WS_REASON_MAX_BYTES	123

/* An id is a counter and, in its low bits, the slot in the table. */
#define HS_CONN_SLOT_BITS 24
#define HS_CONN_SLOT_MASK ((1u << HS_CONN_SLOT_BITS) - 1)

enum hs_conn_state {
	HS_CONN_HEAD,	 /* waits for a request head (also: TLS handshake, idle keep-alive) */
	HS_CONN_BODY,	 /* head accepted, body is coming */
	HS_CONN_PENDING, /* the handler has it, no reply yet */
	HS_CONN_READY,	 /* the reply is there, not yet given to libwebsockets */
	HS_CONN_LEAVING, /* the rest of the reply waits for the socket */
	HS_CONN_STREAM,	 /* endless response */
	HS_CONN_WS,
	HS_CONN_WS_CLOSING,
	HS_CONN_DOOMED /* will be ended before the loop waits again */
};

struct hs_conn_bytes {
	uint8_t *bytes;
	size_t len_bytes;
	size_t room_bytes;
};

struct hs_conn_address;

/* Where it stands in two lists. */
struct hs_conn_place {
	struct hs_conn *next,
		*prev; /* of those that have no WebSocket yet, last given a deadline first */
	struct hs_conn_address *address; /* NULL before it has one */
	struct hs_conn *newer, *older;	 /* of that address */
	bool silent;			 /* in which of its lists */
};

/* What is still leaving (http_send.c, http_batch.c). */
struct hs_conn_rest {
	int fd;			/* of a WebSocket */
	bool gathered;		/* a frame of it is in the batch */
	struct hs_frame *frame; /* NULL: nothing */
	size_t sent_bytes;
	size_t reply_bytes; /* of a reply that the socket did not take at once, see hs_reply_fits */
};

/* What each frame that leaves looks at comes first, in one line of the cache. */
struct hs_conn {
	hs_http_id id;
	struct lws *wsi;
	struct hs_http_server *server;
	uint64_t tag;
	uint8_t state;
	bool replied : 1; /* at least one reply has left */
	bool close : 1;	  /* the connection ends with this reply */
	bool head : 1;	  /* HEAD: no body in the reply */
	bool opened : 1;  /* on_open came or a stream began: on_close is owed */
	bool blocked : 1; /* on_drained is owed */
	bool binary : 1;  /* the message that is being assembled */
	struct hs_conn_rest rest;
	int64_t deadline_us; /* monotonic; 0 = none */
	struct hs_conn_place place;
	const struct hs_http_route *route;
	const struct hs_ws_endpoint *endpoint;
	const char *subprotocol;  /* not NULL: the upgrade passed its checks */
	struct hs_conn_bytes in;  /* body, or the message that is being assembled */
	struct hs_conn_bytes out; /* reply (behind LWS_PRE bytes), or close code and reason */
	uint64_t read_bytes;	  /* taken from the socket when the last reply had left */
};

/* A connection that was refused or ended with a reply: what the client still sends is read and thrown
 * away, so that closing does not reset it before the reply was read. */
struct hs_linger {
	uv_poll_t poll;
	int fd;
	int64_t deadline_us;
	struct hs_http_server *server;
	struct hs_linger *next;
	struct hs_linger *prev;
};

struct hs_conn_addresses {
	struct hs_conn_address **buckets;
	size_t bucket_count;
	struct hs_conn_address *above; /* those with more than `share` connections */
	size_t share;
	uint64_t salt[2];
	uint64_t reply_bytes; /* of all, and the most; a part of them is the share of an address */
	uint64_t reply_max_bytes, reply_share_bytes;
};

struct hs_conn_table {
	struct hs_conn **slots;
	size_t slot_count;
	uint64_t generation; /* of the newest id */
	uint32_t *free_slots;
	size_t free_count;
	size_t count;
	/* those with a deadline or a socket to look at */
	struct hs_conn *timed, *timed_first; /* the last that was put there, and the first */
	hs_http_id *queued; /* to be ended or closed outside of libwebsockets' callbacks */
	size_t queued_count;
	size_t queued_room;
};

struct hs_lws {
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct lws_protocols protocols[HS_WS_SUBPROTOCOLS_MAX + 2];
	/* of options.headers: to find the token of a name, all names of lws are compared with it */
	enum lws_token_indexes tokens[HS_HTTP_HEADERS_MAX];
	uv_prepare_t prepare;
	uv_idle_t kick;
	int kicks;
};

/* The request that a handler sees; rebuilt for each one. */
struct hs_http_scratch {
	struct hs_http_header headers[HS_HTTP_HEADERS_MAX];
	char peer[64];
	char text[4 * HS_HTTP_HEAD_MAX_BYTES];
	size_t used_bytes;
};

/* Frames that wait for hs_ws_batch_end. */
struct hs_http_batch {
	struct hs_batch *frames; /* NULL: each is sent at once */
	bool open;
};

struct hs_http_stop {
	bool begun;
	int stage;
	int64_t deadline_us;
	void (*done)(void *owner);
	void *owner;
};

/* When options.turn.look was called last. */
struct hs_http_look {
	int64_t at_us; /* monotonic; or when the turn began */
	bool inside, more;
};

struct hs_http_server {
	struct hs_http_options options;
	uv_loop_t *loop;
	struct hs_conn_table table;
	struct hs_conn_addresses addresses;
	struct hs_lws lws;
	struct hs_http_scratch scratch;
	uv_poll_t listener;
	int listen_fd;
	int port;
	bool accept_paused; /* out of descriptors: the tick tries again */
	uv_timer_t tick;
	uint64_t ticks;
	struct hs_linger *lingers;
	size_t linger_count;
	struct hs_conn *in_handler;
	struct hs_http_look look;
	struct hs_http_batch batch;
	struct hs_http_stop stop;
	int handles_open;
};

/* ---- http_batch.c ---- */
bool hs_ws_batch_takes(const struct hs_conn *conn, const struct hs_frame *frame);
void hs_ws_batch_add(struct hs_conn *conn, struct hs_frame *frame, bool binary);
void hs_ws_batch_flush(struct hs_http_server *server);
/* ---- http_conn.c ---- */
struct hs_conn *hs_conn_create(struct hs_http_server *server);
struct hs_conn *hs_conn_find(struct hs_http_server *server, hs_http_id id);
/* Tells on_close if it is owed and frees it; the lws side is left alone. */
void hs_conn_release(struct hs_conn *conn);
void hs_conn_untime(struct hs_conn *conn);
void hs_conn_deadline(struct hs_conn *conn, int64_t timeout_ms);
/* Ends it from outside libwebsockets' callbacks, before the loop waits again. */
void hs_conn_doom(struct hs_conn *conn);
/* Ends one so that peer's has a place (http_address.c); false: it has none. */
bool hs_conn_make_room(struct hs_http_server *server, const struct sockaddr_storage *peer);
/* hs_conn_run_queue will look at it. */
void hs_conn_queue(struct hs_conn *conn);
void hs_conn_run_queue(struct hs_http_server *server);
void hs_conn_tick(struct hs_http_server *server);
/* Says goodbye on the socket and reads what is still coming; the caller lets lws close its side. */
void hs_conn_linger(struct hs_conn *conn);
void hs_linger_tick(struct hs_http_server *server, bool all);
/* room for len_bytes more, at most max_bytes in all */
bool hs_conn_bytes_add(
	struct hs_conn_bytes *to, const void *bytes, size_t len_bytes, size_t max_bytes);
void hs_conn_bytes_free(struct hs_conn_bytes *bytes);
void hs_conn_table_free(struct hs_conn_table *table);

/* A reply has left: remember how far the socket was read then. */
void hs_conn_replied(struct hs_conn *conn);
/* The request at hand may have been read together with the one before it, and not on its own. */
bool hs_conn_behind(const struct hs_conn *conn);

/* ---- http_address.c ---- */
enum hs_err hs_addresses_init(
	struct hs_conn_addresses *addresses, const struct hs_http_options *options);
void hs_addresses_free(struct hs_conn_addresses *addresses);
enum hs_err hs_address_join(struct hs_conn *conn, const struct sockaddr_storage *peer);
void hs_address_leave(struct hs_conn *conn);
/* It has a deadline now, or has none; the newest of its list from now on. */
void hs_address_mark(struct hs_conn *conn, bool silent);
/* false: nobody is above his share. *out: who gives way for a connection of peer; NULL: peer is refused. */
bool hs_address_gives_way(
	struct hs_http_server *server, const struct sockaddr_storage *peer, struct hs_conn **out);

/* Whether there is room for a reply that this connection may not take at once. */
bool hs_reply_fits(const struct hs_conn *conn, size_t len_bytes);
/* From now on so many bytes of a reply wait for its socket; 0: it has left. */
void hs_reply_waits(struct hs_conn *conn, size_t len_bytes);

/* ---- http_lws.c ---- */
enum hs_err hs_lws_create(struct hs_http_server *server);
enum hs_err hs_lws_adopt(struct hs_http_server *server, struct hs_conn *conn, int fd);
void hs_lws_destroy(struct hs_http_server *server); /* two times, with a loop turn between */
enum lws_token_indexes hs_lws_token(const char *name);
/* Calls options.turn.look when it is due, or now; what it said last. */
bool hs_lws_look(struct hs_http_server *server, bool now);

/* ---- http_request.c: libwebsockets' callbacks; 0 goes on, -1 closes ---- */
int hs_on_head(struct hs_conn *conn, void *in, size_t len);
int hs_on_request(struct hs_conn *conn, void *in, size_t len);
int hs_on_body(struct hs_conn *conn, void *in, size_t len);
int hs_on_body_end(struct hs_conn *conn, void *in, size_t len);
int hs_on_http_writable(struct hs_conn *conn, void *in, size_t len);
int hs_on_gone(struct hs_conn *conn, void *in, size_t len);
/* Fills request from the headers that lws holds for conn. */
enum hs_err hs_request_read(struct hs_conn *conn, struct hs_http_request *request);
/* Value of one header of the request at hand into out; -1 when absent, -2 when too long. */
int hs_request_header(struct lws *wsi, const char *name, char *out, size_t out_size);
/* The same when the token is known; name only for what lws has no token for. */
int hs_request_token(struct lws *wsi, enum lws_token_indexes token, const char *name, char *out,
	size_t out_size);
/* Writes an error reply at once and ends the connection; returns -1. */
int hs_refuse(struct hs_conn *conn, int status, const char *error, const char *message,
	const char *header_line);

/* ---- http_reply.c ---- */
/* "Not Found" */
const char *hs_status_text(int status);
enum hs_err hs_reply_build(struct hs_conn *conn, const struct hs_http_reply *reply);
/* Gives a ready reply to lws; 0 or -1 as a callback returns it. */
int hs_reply_flush(struct hs_conn *conn);
int hs_stream_writable(struct hs_conn *conn);

/* ---- http_send.c: 0, or -1 when the connection is dead ---- */
/* Takes a reference and writes what the socket takes, one turn's worth; kind: LWS_WRITE_TEXT, _BINARY or _HTTP. */
int hs_send_begin(struct hs_conn *conn, struct hs_frame *frame, enum lws_write_protocol kind);
/* The next pieces; a writable callback follows as long as something is left. */
int hs_send_on(struct hs_conn *conn, enum lws_write_protocol kind);
/* Something of the last frame has not left yet. */
bool hs_send_pending(const struct hs_conn *conn);
void hs_send_forget(struct hs_conn *conn);

/* ---- http_ws.c ---- */
int hs_on_upgrade(struct hs_conn *conn, void *in, size_t len);
/* Hands the close frame that hs_ws_close prepared to lws; not from a callback of lws. */
void hs_ws_send_close(struct hs_conn *conn);
int hs_on_ws_open(struct hs_conn *conn, void *in, size_t len);
int hs_on_ws_receive(struct hs_conn *conn, void *in, size_t len);
int hs_on_ws_pong(struct hs_conn *conn, void *in, size_t len);
int hs_on_ws_writable(struct hs_conn *conn, void *in, size_t len);

/* ---- http_guard.c ---- */
struct hs_head_facts {
	bool post;
	bool behind;	    /* arrived before the reply in front of it had left */
	int length_fields;  /* number of Content-Length headers */
	const char *length; /* text of the first, or NULL */
	bool transfer_encoding;
	size_t body_max_bytes; /* of the route */
};
struct hs_head_verdict {
	int status; /* 0: go on */
	const char *error;
	const char *message;
	size_t body_len_bytes;
};
/* Guards 1 and 5 in one place. */
struct hs_head_verdict hs_head_judge(const struct hs_head_facts *facts);
/* Digits only, 1–19 of them; false otherwise or above INT64_MAX. */
bool hs_length_parse(const char *text, uint64_t *out);
/* "Upgrade, HTTP2-Settings" has the token "upgrade"? Not sensitive to case. */
bool hs_token_listed(const char *list, const char *token);
const struct hs_http_route *hs_route_find(const struct hs_http_options *options, const char *method,
	const char *path, bool *path_known);
/* "GET, HEAD, POST": methods of all routes for path. */
void hs_route_allow(
	const struct hs_http_options *options, const char *path, char *out, size_t out_size);
bool hs_path_ok(const char *path, size_t len_bytes);

/* ---- http_peer.c ---- */
/* ssl_context (SSL_CTX *) asks clients for a certificate. */
void hs_peer_ask(void *ssl_context, const char *ca_path);

/* ---- http_param.c ---- */
/* Appends text as a query keeps it: letters, digits, -._~ and the characters of `keep` as they are. */
size_t hs_percent_encode(
	const char *text, size_t len_bytes, const char *keep, char *out, size_t out_size);

#endif
