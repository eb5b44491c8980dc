/* HTTP over raw sockets, plain and TLS: routes, keep-alive, late and large replies, streams. */
#include "tests/unit/hub/base/http_world.h"

static void
test_get(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		struct fixture *f = server_of(state, tls);
		struct answer answer;

		assert_int_equal(ask(f, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 200);
		assert_string_equal(answer.body, "hello");
		assert_false(answer.closes);
		assert_null(strstr(answer.head, "Server:"));
		assert_int_equal(
			ask(f,
				"GET /show/a%20b%E6%B4%AA?x=1&a=%26+%2B%3D2 HTTP/1.1\r\n"
				"Host: t\r\nX-Test: v w \r\nAuthorization: Bearer k\r\n\r\n",
				&answer),
			200);
		char expect[256];
		snprintf(expect, sizeof(expect),
			"GET|/show/a b\xe6\xb4\xaa|x=1&a=%%26%%20%%2B=2|& +=2|v w|Bearer "
			"k|%d|127.0.0.1",
			tls);
		assert_string_equal(answer.body, expect);
		assert_int_equal(
			ask(f, "OPTIONS /show/ HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 200);
		assert_memory_equal(answer.body, "OPTIONS|/show/|", 15);
	}
}

static void
test_keep_alive(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		struct peer peer = peer_open(server_of(state, tls));
		struct answer answer;

		for (int i = 0; i < 50; i++) {
			assert_true(peer_puts(&peer, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n"));
			assert_true(peer_answer(&peer, &answer));
			assert_int_equal(answer.status, 200);
		}
		/* A body on a used connection is fine as long as it waited for the reply. */
		assert_true(peer_puts(
			&peer, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc"));
		assert_true(peer_answer(&peer, &answer));
		assert_int_equal(answer.status, 200);
		assert_memory_equal(answer.body, "3 ", 2);
		assert_true(answer.closes);
		peer_close(&peer);
	}
}

static void
test_pipelined_gets(void **state)
{
	struct peer peer = peer_open(server_of(state, false));
	struct answer answer;

	for (int i = 0; i < 20; i++)
		assert_true(peer_puts(&peer, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n"
					     "GET /late?ms=5 HTTP/1.1\r\nHost: t\r\n\r\n"));
	for (int i = 0; i < 40; i++) {
		assert_true(peer_answer(&peer, &answer));
		assert_string_equal(answer.body, i % 2 == 0 ? "hello" : "late 0");
	}
	peer_close(&peer);
}

static void
test_head_and_errors(void **state)
{
	struct fixture *f = server_of(state, false);
	struct answer answer;
	struct peer peer = peer_open(f);
	char text[4096];

	assert_true(
		peer_puts(&peer, "HEAD /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"));
	peer_drain(&peer, text, sizeof(text));
	assert_non_null(strstr(text, "Content-Length: 5\r\n"));
	assert_string_equal(text + strlen(text) - 4, "\r\n\r\n");
	peer_close(&peer);

	assert_int_equal(ask(f, "GET /nothing HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 404);
	assert_memory_equal(answer.body, "{\"error\":\"NOT_FOUND\",\"code\":\"not_found\"", 39);
	assert_int_equal(ask(f, "GET /echo HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 405);
	assert_non_null(strstr(answer.head, "Allow: POST\r\n"));
	assert_int_equal(ask(f, "DELETE /show/x HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 405);
	assert_non_null(strstr(answer.head, "Allow: GET, HEAD, OPTIONS\r\n"));
	assert_int_equal(ask(f, "GET /hello HTTP/1.1\r\n\r\n", &answer), 400);
	assert_int_equal(ask(f, "GET /hello HTTP/3.0\r\nHost: t\r\n\r\n", &answer), 505);
	assert_int_equal(ask(f, "GET /hello HTTP/1.0\r\n\r\n", &answer), 200);
	assert_true(answer.closes);
	assert_int_equal(
		ask(f, "GET /show/../../etc/passwd HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 404);
	assert_int_not_equal(ask(f, "GET /show/%00x HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 200);
	assert_int_not_equal(ask(f, "GET /show/a%0ax HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 200);
	assert_int_not_equal(ask(f, "GET /show/%zz HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 200);
	assert_int_equal(ask(f, "GET /drop HTTP/1.1\r\nHost: t\r\n\r\n", &answer), -1);
	alive(f);
}

static void
test_idle_keep_alive_ends(void **state)
{
	struct peer peer = peer_open(server_of(state, false));
	struct answer answer;
	char rest[16];

	assert_true(peer_puts(&peer, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n"));
	assert_true(peer_answer(&peer, &answer));
	int64_t before_us = hs_clock_mono_us();
	assert_int_equal(peer_drain(&peer, rest, sizeof(rest)), 0);
	assert_true(hs_clock_mono_us() - before_us < WAIT_MS * 500);
	peer_close(&peer);
}

/* A reply later than every timeout of the request. */
static void
test_late_replies(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		struct peer peer = peer_open(server_of(state, tls));
		struct answer answer;

		assert_true(peer_puts(&peer, "GET /late?ms=2500 HTTP/1.1\r\nHost: t\r\n\r\n"));
		sleep_ms(50);
		assert_true(peer_puts(&peer, "GET /hello HTTP/1.1\r\n"));
		assert_in_range(cpu_ms_during(500), 0, 100);
		assert_true(peer_answer(&peer, &answer));
		assert_string_equal(answer.body, "late 0");
		assert_true(peer_puts(&peer, "Host: t\r\n\r\n"));
		assert_true(peer_answer(&peer, &answer));
		assert_string_equal(answer.body, "hello");
		assert_true(peer_puts(&peer, "POST /late-echo?ms=100 HTTP/1.1\r\nHost: "
					     "t\r\nContent-Length: 4\r\n\r\nabcd"));
		assert_true(peer_answer(&peer, &answer));
		assert_string_equal(answer.body, "late 4");
		assert_true(answer.closes);
		peer_close(&peer);
	}
}

/* The client leaves before its reply is there. */
static void
test_client_leaves(void **state)
{
	struct fixture *f = server_of(state, false);

	for (int i = 0; i < 20; i++) {
		struct peer peer = peer_open(f);
		assert_true(peer_puts(&peer,
			i % 2 == 0
				? "GET /late?ms=100 HTTP/1.1\r\nHost: t\r\n\r\n"
				: "POST /late-echo?ms=100 HTTP/1.1\r\nHost: t\r\nContent-Length: "
				  "1\r\n\r\nx"));
		sleep_ms(5);
		peer_close(&peer);
	}
	sleep_ms(300);
	alive(f);
}

static void
test_big_reply_to_slow_reader(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		struct fixture *f = server_of(state, tls);
		struct peer peer = peer_open_sized(f, 4096);
		struct answer answer;

		assert_true(peer_puts(&peer, "GET /big HTTP/1.1\r\nHost: t\r\n\r\n"));
		sleep_ms(100);
		assert_in_range(cpu_ms_during(300), 0, 100);
		assert_true(peer_answer(&peer, &answer));
		assert_int_equal(answer.body_len, BIG_BYTES);
		assert_true(peer_puts(&peer, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n"));
		assert_true(peer_answer(&peer, &answer));
		assert_string_equal(answer.body, "hello");
		peer_close(&peer);
		for (int len = 0; len < 2; len++) {
			peer = peer_open_sized(f, 4096);
			assert_true(
				peer_puts(&peer, len == 0 ? "POST /big-post HTTP/1.1\r\nHost: t\r\n"
							    "Content-Length: 0\r\n\r\n"
							  : "POST /big-post HTTP/1.1\r\nHost: t\r\n"
							    "Content-Length: 1\r\n\r\nx"));
			sleep_ms(100);
			assert_true(peer_answer(&peer, &answer));
			assert_int_equal(answer.body_len, BIG_BYTES);
			peer_close(&peer);
		}
	}
}

/* Clients that send on instead of reading: libwebsockets is woken for bytes that it does not take. */
static void
test_big_reply_to_pusher(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct fixture *f = server_of(state, i % 2 == 1);
		struct peer peer = peer_open_sized(f, 4096);

		if (i < 2) { /* in the same segment */
			assert_true(
				peer_puts(&peer, "GET /big HTTP/1.1\r\nHost: t\r\n\r\nGET /hello "
						 "HTTP/1.1\r\nHost: t\r\n\r\n"));
			sleep_ms(100);
			assert_in_range(cpu_ms_during(400), 0, 100);
		} else { /* behind it: cut off after a second */
			assert_true(peer_puts(&peer, "GET /big HTTP/1.1\r\nHost: t\r\n\r\n"));
			sleep_ms(50);
			assert_true(peer_puts(&peer, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n"));
			for (int k = 0; k < WAIT_MS / 5 && connections(f) > 0; k++)
				sleep_ms(5);
			assert_int_equal(f->connections, 0);
			assert_in_range(cpu_ms_during(250), 0, 60);
		}
		peer_close(&peer);
		alive(f);
	}
}

/* Reads until the text has this in it. */
static void
take_until(struct peer *peer, char *text, size_t size, const char *end)
{
	size_t len = 0;

	text[0] = '\0';
	while (strstr(text, end) == NULL) {
		assert_true(len + 1 < size);
		assert_true(peer_take(peer, text + len, 1));
		text[++len] = '\0';
	}
}

static void
test_events(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		struct fixture *f = server_of(state, tls);
		struct peer peer = peer_open(f);
		char text[2048], rest[2048];

		f->heard = false;
		assert_true(peer_puts(&peer, "GET /events HTTP/1.1\r\nHost: t\r\n\r\n"));
		take_until(&peer, text, sizeof(text), "data: 2\n\n");
		f->heard = true;
		peer_drain(&peer, rest, sizeof(rest)); /* and the server ends it */
		assert_memory_equal(text, "HTTP/1.1 200 OK", 15);
		assert_non_null(strstr(text, "Content-Type: text/event-stream\r\n"));
		assert_non_null(strstr(text, "\r\n\r\ndata: 1\n\ndata: 2\n\n"));
		peer_close(&peer);
	}
}

/* A stream to a client that does not read: AGAIN, then on_drained; and one that leaves. */
static void
test_stream_backpressure(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		struct fixture *f = server_of(state, tls);
		struct peer peer = peer_open_sized(f, 4096);
		char head[256];

		f->drains = f->again = f->sent = 0;
		int closes = f->closes;
		assert_true(peer_puts(&peer, "GET /flood HTTP/1.1\r\nHost: t\r\n\r\n"));
		assert_true(reaches(&f->again, 1));
		sleep_ms(100);
		assert_int_equal(f->drains, 0);
		assert_in_range(cpu_ms_during(200), 0, 60);
		for (int taken = 0; taken < f->sent * FLOOD_BYTES;) {
			ssize_t n = peer_recv(&peer, head, sizeof(head));
			assert_true(n > 0);
			taken += (int)n;
		}
		assert_true(reaches(&f->drains, 1));
		assert_int_equal(f->closes, closes);
		peer_close(&peer);
		assert_true(reaches(&f->closes, closes + 1));
	}
}

/* Several servers on one loop and one port, and one that cannot start. */
static void
test_many_servers_one_loop(void **state)
{
	(void)state;
	struct fixture f;
	struct hs_http_server *second = NULL;
	struct hs_http_server *third = NULL;
	struct hs_http_server *broken = NULL;
	struct answer answer;

	fixture_options(&f, TIMEOUT_MS);
	assert_int_equal(uv_loop_init(&f.loop), 0);
	assert_int_equal(uv_async_init(&f.loop, &f.async, on_async), 0);
	f.async.data = &f;
	assert_int_equal(hs_http_server_create(&f.loop, &f.options, &f.server), HS_OK);
	f.port = hs_http_port(f.server);
	assert_int_equal(hs_http_server_create(&f.loop, &f.options, &third), HS_OK);
	f.options.port = f.port;
	assert_int_equal(hs_http_server_create(&f.loop, &f.options, &second), HS_OK);
	assert_int_equal(hs_http_port(second), f.port);
	f.options.tls_cert_path = "/nonexistent/cert.pem";
	f.options.tls_key_path = "/nonexistent/key.pem";
	assert_int_equal(hs_http_server_create(&f.loop, &f.options, &broken), HS_ERR_CONFIG);
	assert_null(broken);
	f.options.address = "no address";
	assert_int_equal(hs_http_server_create(&f.loop, &f.options, &broken), HS_ERR_INVALID);
	assert_int_equal(uv_thread_create(&f.thread, loop_thread, &f), 0);
	for (int i = 0; i < 20; i++)
		alive(&f);
	int port = f.port;
	f.port = hs_http_port(third);
	alive(&f);
	f.port = port;
	assert_int_equal(ask(&f, "GET /show/x HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 200);
	f.others[0] = second;
	f.others[1] = third;
	fixture_stop(&f);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_keep_alive),
		cmocka_unit_test(test_pipelined_gets),
		cmocka_unit_test(test_head_and_errors),
		cmocka_unit_test(test_client_leaves),
		cmocka_unit_test(test_big_reply_to_slow_reader),
		cmocka_unit_test(test_big_reply_to_pusher),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_stream_backpressure),
		cmocka_unit_test(test_many_servers_one_loop),
	};

	const struct CMUnitTest hasty[] = {
		cmocka_unit_test(test_idle_keep_alive_ends),
		cmocka_unit_test(test_late_replies),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, setup, teardown) +
	       cmocka_run_group_tests(hasty, setup_hasty, teardown);
}
