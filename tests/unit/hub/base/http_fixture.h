/* http_fixture.h: a server on a loop in a thread of its own, and blocking clients on raw sockets.
 *
 * The server's side is only touched by the loop's thread; the tests talk to it over the wire and
 * read its counters. Every wait is bounded by WAIT_MS, so that a test that fails ends; no wait that is over sooner or later
 * may depend on how soon.
 */
#ifndef HTTP_FIXTURE_H
#define HTTP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <uv.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/http.h"

#define WAIT_MS	       60000
#define TIMEOUT_MS     60000 /* of the server, where its timeouts are not the matter */
#define HASTY_MS       2000  /* where they are */
#define BIG_BYTES      (6 * 1024 * 1024)
#define FLOOD_BYTES    65536
#define SHARED_BYTES   (2 * 1024 * 1024)
#define BODY_MAX_BYTES (300 * 1024)

struct fixture {
	uv_loop_t loop;
	uv_thread_t thread;
	uv_async_t async;
	struct hs_http_server *server;
	struct hs_http_server *others[2]; /* stopped with it */
	struct hs_http_options options;
	int port;
	bool tls;
	atomic_int opens;
	atomic_int closes;
	atomic_int requests;
	atomic_int drains;
	atomic_int pongs;
	atomic_int again;
	atomic_int sent;
	atomic_bool heard; /* the client has what a stream told */
	atomic_bool stop;
	struct hs_frame *shared;	 /* one for all who say "share" */
	void (*look)(struct fixture *f); /* run once by the loop */
	atomic_int looked;
	atomic_int connections;
};

struct later {
	uv_timer_t timer;
	struct fixture *fixture;
	hs_http_id id;
	size_t body_len;
	int rounds;
};

/* ---- server side ---- */
static inline void
later_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static inline void
later_start(struct fixture *f, hs_http_id id, size_t body_len, uint64_t ms, uint64_t repeat_ms,
	uv_timer_cb cb)
{
	struct later *later = calloc(1, sizeof(*later));

	later->fixture = f;
	later->id = id;
	later->body_len = body_len;
	uv_timer_init(&f->loop, &later->timer);
	later->timer.data = later;
	uv_timer_start(&later->timer, cb, ms, repeat_ms);
}

static inline void
later_reply(uv_timer_t *timer)
{
	struct later *later = timer->data;
	char text[64];

	snprintf(text, sizeof(text), "late %zu", later->body_len);
	(void)hs_http_reply_text(later->fixture->server, later->id, 200, "text/plain", text);
	uv_close((uv_handle_t *)timer, later_closed);
}

static inline void
later_event(uv_timer_t *timer)
{
	struct later *later = timer->data;
	char text[64];

	int len = snprintf(text, sizeof(text), "data: %d\n\n", ++later->rounds);
	struct hs_frame *frame = hs_frame_from(text, (size_t)len);
	enum hs_err err = hs_http_stream_send(later->fixture->server, later->id, frame);
	hs_frame_unref(frame);
	if (err == HS_ERR_CLOSED || later->fixture->heard) {
		if (err != HS_ERR_CLOSED) /* what is on its way goes with it */
			hs_http_drop(later->fixture->server, later->id);
		uv_close((uv_handle_t *)timer, later_closed);
	}
}

static inline void
do_hello(void *owner, const struct hs_http_request *request)
{
	struct fixture *f = owner;

	f->requests++;
	HS_CHECK(hs_http_reply_text(request->server, request->id, 200, "text/plain", "hello") ==
		 HS_OK);
	HS_CHECK(hs_http_reply_text(request->server, request->id, 200, "text/plain", "twice") ==
		 HS_ERR_INVALID);
}

static inline void
do_late(void *owner, const struct hs_http_request *request)
{
	char ms[16] = "300";

	(void)hs_http_param(request->query, "ms", ms, sizeof(ms));
	((struct fixture *)owner)->requests++;
	later_start(owner, request->id, request->body_len_bytes, strtoull(ms, NULL, 10), 0,
		later_reply);
}

static inline void
do_big(void *owner, const struct hs_http_request *request)
{
	char *body = malloc(BIG_BYTES);
	struct hs_http_reply reply = { .status = 200,
		.content_type = "application/octet-stream",
		.body = body,
		.body_len_bytes = BIG_BYTES };

	((struct fixture *)owner)->requests++;
	memset(body, 'b', BIG_BYTES);
	(void)hs_http_reply(request->server, request->id, &reply);
	free(body);
}

static inline void
do_show(void *owner, const struct hs_http_request *request)
{
	char text[4096];
	char a[64] = "-";

	(void)owner;
	(void)hs_http_param(request->query, "a", a, sizeof(a));
	snprintf(text, sizeof(text), "%s|%s|%s|%s|%s|%s|%d|%s", request->method, request->path,
		request->query, a, hs_http_header_of(request, "x-test"),
		hs_http_header_of(request, "authorization"), request->tls, request->peer_address);
	(void)hs_http_reply_text(request->server, request->id, 200, "text/plain", text);
}

static inline void
do_echo(void *owner, const struct hs_http_request *request)
{
	char text[64];
	unsigned sum = 0;

	((struct fixture *)owner)->requests++;
	for (size_t i = 0; i < request->body_len_bytes; i++)
		sum = sum * 31 + request->body[i];
	snprintf(text, sizeof(text), "%zu %08x", request->body_len_bytes, sum);
	(void)hs_http_reply_text(request->server, request->id, 200, "text/plain", text);
}

static inline void
do_events(void *owner, const struct hs_http_request *request)
{
	static const struct hs_http_header header = { "Cache-Control", "no-store" };

	((struct fixture *)owner)->opens++;
	HS_CHECK(hs_http_stream_begin(
			 request->server, request->id, "text/event-stream", &header, 1) == HS_OK);
	later_start(owner, request->id, 0, 20, 30, later_event);
}

/* A stream that sends until AGAIN and goes on when drained. */
static inline void
flood_stream(struct fixture *f, hs_http_id id)
{
	struct hs_frame *frame = hs_frame_create(FLOOD_BYTES);
	enum hs_err err = HS_OK;

	memset(hs_frame_bytes(frame), 'f', FLOOD_BYTES);
	for (int i = 0; i < 200 && err == HS_OK; i++) {
		err = hs_http_stream_send(f->server, id, frame);
		f->sent += err == HS_OK;
	}
	f->again += err == HS_ERR_AGAIN;
	hs_frame_unref(frame);
}

static inline void
do_flood(void *owner, const struct hs_http_request *request)
{
	struct fixture *f = owner;

	f->opens++;
	(void)hs_http_stream_begin(
		request->server, request->id, "application/octet-stream", NULL, 0);
	hs_http_set_tag(request->server, request->id, 1);
	flood_stream(f, request->id);
}

static inline void
do_drop(void *owner, const struct hs_http_request *request)
{
	(void)owner;
	hs_http_drop(request->server, request->id);
}

/* A stream that says nothing. */
static inline void
do_quiet(void *owner, const struct hs_http_request *request)
{
	struct fixture *f = owner;

	f->opens++;
	f->requests++;
	(void)hs_http_stream_begin(request->server, request->id, "text/event-stream", NULL, 0);
}

static const struct hs_http_route fixture_routes[] = {
	{ "GET", "/hello", 0, do_hello },
	{ "GET", "/late", 0, do_late },
	{ "GET", "/big", 0, do_big },
	{ "GET", "/show/*", 0, do_show },
	{ "OPTIONS", "/show/*", 0, do_show },
	{ "GET", "/drop", 0, do_drop },
	{ "GET", "/events", 0, do_events },
	{ "GET", "/flood", 0, do_flood },
	{ "GET", "/quiet", 0, do_quiet },
	{ "POST", "/echo", BODY_MAX_BYTES, do_echo },
	{ "POST", "/late-echo", BODY_MAX_BYTES, do_late },
	{ "POST", "/empty", 0, do_echo },
	{ "POST", "/big-post", 10, do_big },
};

static const char *const fixture_headers[] = { "x-test", "authorization", NULL };
static const char *const feed_subprotocols[] = { "t.json", "t.pb", NULL };
static const char *const other_subprotocols[] = { "t.other", NULL };
static const struct hs_ws_endpoint fixture_endpoints[] = {
	{ "/feed", feed_subprotocols, 70000 },
	{ "/other", other_subprotocols, 100 },
	{ "/plain", NULL, 100 },
};

static inline void
ws_flood(struct fixture *f, hs_http_id id)
{
	struct hs_frame *frame = hs_frame_create(FLOOD_BYTES);
	enum hs_err err = HS_OK;

	memset(hs_frame_bytes(frame), 'w', FLOOD_BYTES);
	for (int i = 0; i < 200 && err == HS_OK; i++) {
		err = hs_ws_send(f->server, id, frame, true);
		f->sent += err == HS_OK;
	}
	f->again += err == HS_ERR_AGAIN;
	hs_frame_unref(frame);
}

/* What stands at a place of the shared frame: no two pieces are alike. */
static inline uint8_t
shared_byte(size_t at)
{
	return (uint8_t)(at * 2654435761u >> 13);
}

static inline void
ws_share(struct fixture *f, hs_http_id id)
{
	if (f->shared == NULL) {
		f->shared = hs_frame_create(SHARED_BYTES);
		for (size_t i = 0; i < SHARED_BYTES; i++)
			hs_frame_bytes(f->shared)[i] = shared_byte(i);
	}
	f->sent += hs_ws_send(f->server, id, f->shared, true) == HS_OK;
}

static inline void
say(struct fixture *f, hs_http_id id, const char *text)
{
	struct hs_frame *frame = hs_frame_from(text, strlen(text));

	/* hints do nothing that can be seen, also of ids that are none or gone */
	hs_ws_expect(f->server, id, id + 1);
	hs_ws_expect(f->server, 0, UINT64_MAX);
	(void)hs_ws_send(f->server, id, frame, false);
	hs_frame_unref(frame);
}

static inline void
on_open(void *owner, const struct hs_http_request *upgrade, const char *subprotocol)
{
	struct fixture *f = owner;
	char text[256];

	f->opens++;
	hs_http_set_tag(f->server, upgrade->id, upgrade->id * 3);
	snprintf(text, sizeof(text), "open %s %s %s", upgrade->path, subprotocol,
		hs_http_header_of(upgrade, "x-test"));
	say(f, upgrade->id, text);
}

static inline void
on_message(void *owner, hs_http_id id, const uint8_t *bytes, size_t len_bytes, bool binary)
{
	struct fixture *f = owner;

	HS_CHECK(hs_http_tag(f->server, id) == id * 3);
	if (len_bytes == 5 && memcmp(bytes, "flood", 5) == 0)
		ws_flood(f, id);
	else if (len_bytes == 5 && memcmp(bytes, "share", 5) == 0)
		ws_share(f, id);
	else if (len_bytes == 5 && memcmp(bytes, "close", 5) == 0)
		(void)hs_ws_close(f->server, id, 4001, "bye");
	else if (len_bytes == 4 && memcmp(bytes, "ping", 4) == 0)
		(void)hs_ws_ping(f->server, id);
	else if (len_bytes == 4 && memcmp(bytes, "drop", 4) == 0)
		hs_http_drop(f->server, id);
	else {
		struct hs_frame *frame = hs_frame_from(bytes, len_bytes);
		(void)hs_ws_send(f->server, id, frame, binary);
		hs_frame_unref(frame);
	}
}

static inline void
on_drained(void *owner, hs_http_id id)
{
	struct fixture *f = owner;

	f->drains++;
	if (hs_http_tag(f->server, id) == 1)
		return;
	if (f->again == 1 && f->drains == 1)
		say(f, id, "drained");
}

static inline void
on_pong(void *owner, hs_http_id id)
{
	struct fixture *f = owner;

	f->pongs++;
	say(f, id, "pong");
}

static inline void
on_close(void *owner, hs_http_id id)
{
	struct fixture *f = owner;

	HS_CHECK(hs_ws_ping(f->server, id) == HS_ERR_CLOSED);
	f->closes++;
}

static const struct hs_ws_ops fixture_ops = { on_open, on_message, on_drained, on_pong, on_close };

static inline void
server_done(void *owner)
{
	struct fixture *f = owner;

	uv_close((uv_handle_t *)&f->async, NULL);
}

static inline void
on_async(uv_async_t *async)
{
	struct fixture *f = async->data;

	if (f->look != NULL) {
		f->look(f);
		f->look = NULL;
		f->looked++;
	}
	if (!f->stop)
		return;
	for (size_t i = 0; i < HS_COUNT(f->others); i++) {
		if (f->others[i] != NULL)
			hs_http_server_stop(f->others[i], 1000, NULL, NULL);
	}
	hs_http_server_stop(f->server, 1000, server_done, f);
}

static inline void
loop_thread(void *arg)
{
	struct fixture *f = arg;

	uv_run(&f->loop, UV_RUN_DEFAULT);
}

static inline void
fixture_options(struct fixture *f, int64_t timeout_ms)
{
	memset(f, 0, sizeof(*f));
	hs_http_options_init(&f->options);
	f->options.routes = fixture_routes;
	f->options.route_count = HS_COUNT(fixture_routes);
	f->options.endpoints = fixture_endpoints;
	f->options.endpoint_count = HS_COUNT(fixture_endpoints);
	f->options.ops = &fixture_ops;
	f->options.headers = fixture_headers;
	f->options.owner = f;
	f->options.connections_max = 5000;
	f->options.request_timeout_ms = timeout_ms;
	f->options.keepalive_timeout_ms = timeout_ms;
}

static inline void
fixture_start(struct fixture *f)
{
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(uv_loop_init(&f->loop), 0);
	assert_int_equal(uv_async_init(&f->loop, &f->async, on_async), 0);
	f->async.data = f;
	assert_int_equal(hs_http_server_create(&f->loop, &f->options, &f->server), HS_OK);
	f->port = hs_http_port(f->server);
	f->tls = f->options.tls_cert_path != NULL;
	assert_int_equal(uv_thread_create(&f->thread, loop_thread, f), 0);
}

static inline void
fixture_stop(struct fixture *f)
{
	f->stop = true;
	uv_async_send(&f->async);
	uv_thread_join(&f->thread);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	assert_int_equal(f->opens, f->closes);
	hs_frame_unref(f->shared);
}

static inline void
sleep_ms(int ms)
{
	usleep((useconds_t)ms * 1000);
}

/* Waits until *value reaches at least `least`. */
static inline bool
reaches(atomic_int *value, int least)
{
	for (int i = 0; i < WAIT_MS / 5; i++) {
		if (*value >= least)
			return true;
		sleep_ms(5);
	}
	return false;
}

/* Runs look on the loop's thread and waits for it. */
static inline void
on_loop(struct fixture *f, void (*look)(struct fixture *f))
{
	f->looked = 0;
	f->look = look;
	uv_async_send(&f->async);
	assert_true(reaches(&f->looked, 1));
}

static inline void
look_connections(struct fixture *f)
{
	f->connections = (int)hs_http_connection_count(f->server);
}

static inline int
connections(struct fixture *f)
{
	on_loop(f, look_connections);
	return f->connections;
}

#endif
