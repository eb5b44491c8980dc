/* The guards against what libwebsockets 4.1.6 gets wrong, over raw sockets, plain and TLS. The numbers
 * are those of DECISIONS.md, "Guards" (3 and 4 are in http_ws_test.c). */
#include "hub/base/http_internal.h"
#include "tests/unit/hub/base/http_world.h"

static const char *const pipeline_tails[] = { "", "junk", "GET /hello HTTP/1.1\r\n", "\r\n\r\n",
	"POST /echo HTTP/1.1\r\nContent-Length: 99999\r\n\r\n" };

/* A GET or nothing, then posts, then a tail, all in one segment. */
static void
pipeline_try(struct fixture *f, bool get_first, const char *path, int posts, const char *tail)
{
	struct peer peer = peer_open(f);
	char text[8192] = "";
	char reply[8192];

	if (get_first)
		strcat(text, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
	for (int i = 0; i < posts; i++)
		snprintf(text + strlen(text), 128,
			"POST %s HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello", path);
	strcat(text, tail);
	assert_true(peer_puts(&peer, text));
	peer_drain(&peer, reply, sizeof(reply));
	assert_memory_equal(reply, "HTTP/1.1 200 OK", 15);
	/* Only the first post is answered, and it only when nothing was in front of it. */
	if (get_first)
		assert_non_null(strstr(reply, "HTTP/1.1 400 "));
	else
		assert_null(strstr(reply + 15, "HTTP/1.1"));
	peer_close(&peer);
	alive(f);
}

/* Guard 1: bodies that arrive together with other requests. */
static void
test_guard_1_pipelined(void **state)
{
	static const int posts[] = { 1, 5, 50 };
	static const char *const paths[] = { "/echo", "/late-echo?ms=30" };

	for (size_t i = 0; i < 2 * 2 * 2 * HS_COUNT(posts) * HS_COUNT(pipeline_tails); i++)
		pipeline_try(server_of(state, i % 2 == 1), i / 2 % 2 == 1, paths[i / 4 % 2],
			posts[i / 8 % HS_COUNT(posts)], pipeline_tails[i / 24]);
	assert_in_range(cpu_ms_during(300), 0, 100);
}

/* Guard 1, late form: bytes behind a body whose reply takes a while. */
static void
test_guard_1_late(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		struct fixture *f = server_of(state, tls);
		struct peer peer = peer_open(f);
		char reply[4096];

		assert_true(peer_puts(&peer,
			"POST /late-echo?ms=400 HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\n"
			"helloPOST /echo HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcjunk"));
		sleep_ms(50);
		assert_true(peer_puts(&peer, "more junk that nobody asked for"));
		assert_in_range(cpu_ms_during(200), 0, 60);
		peer_drain(&peer, reply, sizeof(reply));
		assert_non_null(strstr(reply, "late 5"));
		peer_close(&peer);
	}
}

/* Guard 2: bodies over TLS that stop in libwebsockets' own buffers. */
static void
test_guard_2_bodies(void **state)
{
	static const size_t sizes[] = { 0, 1, 3, 10000, 16384, 16385, 30000, 60000, 100000,
		250000 };
	char *body = malloc(250000);

	for (size_t i = 0; i < 250000; i++)
		body[i] = (char)(i * 7);
	for (size_t i = 0; i < 2 * HS_COUNT(sizes) * 3; i++) {
		size_t len = sizes[i / 2 % HS_COUNT(sizes)];
		struct peer peer = peer_open(server_of(state, i % 2 == 1));
		struct answer answer;
		char head[128];
		char expect[32];
		unsigned sum = 0;

		for (size_t k = 0; k < len; k++)
			sum = sum * 31 + (unsigned char)body[k];
		snprintf(head, sizeof(head),
			"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: %zu\r\n\r\n", len);
		snprintf(expect, sizeof(expect), "%zu %08x", len, sum);
		assert_true(peer_puts(&peer, head));
		assert_true(peer_send(&peer, body, len));
		assert_true(peer_answer(&peer, &answer));
		assert_int_equal(answer.status, 200);
		assert_string_equal(answer.body, expect);
		peer_close(&peer);
	}
	free(body);
}

static void
test_dribbled(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		struct peer peer = peer_open(server_of(state, tls));
		static const char text[] =
			"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 11\r\n\r\nhello world";
		struct answer answer;

		for (size_t i = 0; i + 1 < sizeof(text); i++) {
			assert_true(peer_send(&peer, text + i, 1));
			sleep_ms(2);
		}
		assert_true(peer_answer(&peer, &answer));
		assert_int_equal(answer.status, 200);
		peer_close(&peer);
	}
}

struct length_case {
	const char *headers;
	int status;
};

/* Guard 5: lengths and codings that libwebsockets takes for endless bodies. */
static void
test_guard_5_lengths(void **state)
{
	static const struct length_case cases[] = {
		{ "Content-Length: 3\r\n", 200 },
		{ "content-length:3\r\n", 200 },
		{ "Content-Length: 003\r\n", 200 },
		{ "Content-Length: -1\r\n", 400 },
		{ "Content-Length: +3\r\n", 400 },
		{ "Content-Length: 3 3\r\n", 400 },
		{ "Content-Length: 3,3\r\n", 400 },
		{ "Content-Length: 0x3\r\n", 400 },
		{ "Content-Length: \r\n", 400 },
		{ "Content-Length: 3\r\nContent-Length: 3\r\n", 400 },
		{ "Content-Length: 3\r\nContent-Length: 30\r\n", 400 },
		{ "Content-Length: 3\r\nContent-Length:\r\n", 400 },
		{ "Content-Length : 3\r\n", 400 },
		{ "Content-Length: 3\r\nContent-Length : 5\r\n", 400 },
		{ "Content-Length: 99999999999999999999\r\n", 400 },
		{ "Content-Length: 9223372036854775807\r\n", 413 },
		{ "Content-Length: 9999999999999999999\r\n", 400 },
		{ "Content-Length: 4294967299\r\n", 413 },
		{ "Content-Length: 307201\r\n", 413 },
		{ "", 411 },
		{ "Transfer-Encoding: chunked\r\n", 411 },
		{ "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", 411 },
		{ "Content-Length: 3\r\nTransfer-Encoding: identity\r\n", 411 },
		{ "Content-Length: 3\r\nTransfer-Encoding:\r\n", 411 },
		{ "Content-Length: 3\r\nExpect: tea\r\n", 417 },
	};

	for (size_t i = 0; i < 2 * HS_COUNT(cases); i++) {
		struct fixture *f = server_of(state, i % 2 == 1);
		const struct length_case *c = &cases[i / 2];
		struct answer answer;
		char text[512];

		snprintf(text, sizeof(text), "POST /echo HTTP/1.1\r\nHost: t\r\n%s\r\nabc",
			c->headers);
		int64_t before_us = hs_clock_mono_us();
		if (ask(f, text, &answer) != c->status)
			fail_msg("%s gave %d", c->headers, answer.status);
		assert_true(hs_clock_mono_us() - before_us < TIMEOUT_MS * 500);
	}
}

static void
test_guard_5_other_methods(void **state)
{
	struct fixture *f = server_of(state, false);
	struct answer answer;

	assert_int_equal(
		ask(f, "GET /hello HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc", &answer),
		400);
	assert_int_equal(
		ask(f, "GET /hello HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n", &answer),
		200);
	assert_int_equal(ask(f,
				 "GET /hello HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: "
				 "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
				 &answer),
		411);
	assert_int_equal(
		ask(f, "POST /empty HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\na", &answer),
		413);
	assert_int_equal(
		ask(f, "POST /empty HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n", &answer),
		200);
	assert_int_equal(ask(f,
				 "POST /late-echo?ms=20 HTTP/1.1\r\nHost: t\r\nContent-Length: "
				 "0\r\n\r\n",
				 &answer),
		200);
	assert_int_equal(ask(f,
				 "GET /hello HTTP/1.1\r\nHost: t\r\nConnection: Upgrade, "
				 "HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: "
				 "AAMAAABkAAQAAP__\r\n\r\n",
				 &answer),
		200);
	assert_int_not_equal(ask(f, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &answer), 200);
	alive(f);
}

/* Guard 5: bodies stall on HTTP/2, so it is not spoken, whatever the client would like best. */
static void
test_guard_5_alpn(void **state)
{
	static const char *const offers[] = { "\x02h2\x08http/1.1", "\x08http/1.1", "\x02h2", "" };

	for (size_t i = 0; i < HS_COUNT(offers); i++) {
		struct fixture *f = server_of(state, true);
		struct peer peer = peer_connect(f, 0);
		const unsigned char *chosen = NULL;
		unsigned len = 0;

		if (peer_tls(&peer, offers[i]))
			SSL_get0_alpn_selected(peer.ssl, &chosen, &len);
		if (i < 2)
			assert_int_equal(len, 8);
		if (len > 0)
			assert_memory_equal(chosen, "http/1.1", 8);
		peer_close(&peer);
		alive(f);
	}
}

/* Guard 6: an upgrade that nobody knows. libwebsockets refuses it; behind another request it then drops its
 * header table and asks us nevertheless: whoever looks into that table reads freed memory, or answers twice. */
static void
test_guard_6_unknown_upgrade(void **state)
{
	for (int i = 0; i < 20; i++) {
		struct peer peer = peer_open(server_of(state, i % 2 == 1));
		struct answer answer;
		char reply[4096];

		if (i % 4 < 2) {
			assert_true(peer_puts(&peer, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n"));
			assert_true(peer_answer(&peer, &answer));
		}
		assert_true(peer_puts(&peer,
			"GET /hello HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: tea\r\n"
			"\r\n"));
		peer_drain(&peer, reply, sizeof(reply));
		assert_memory_equal(reply + 8, " 403 ", 5); /* by libwebsockets */
		assert_null(strstr(reply + 13, "HTTP/1."));
		peer_close(&peer);
	}
}

/* A refused body that is still being sent must not destroy the refusal. */
static void
test_refusal_arrives(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		struct peer peer = peer_open(server_of(state, tls));
		char *junk = calloc(1, 400000);
		char reply[2048];

		assert_true(peer_puts(
			&peer, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 400000\r\n\r\n"));
		/* in pieces, so that some come after the answer */
		for (size_t sent = 0; sent < 400000; sent += 20000) {
			assert_true(peer_send(&peer, junk + sent, 20000));
			sleep_ms(10);
		}
		peer_drain(&peer, reply, sizeof(reply));
		assert_memory_equal(reply, "HTTP/1.1 413 ", 13);
		/* an orderly end, not a reset */
		assert_int_equal(recv(peer.fd, reply, 1, 0), 0);
		peer_close(&peer);
		free(junk);
	}
}

static void
test_expect(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		struct peer peer = peer_open(server_of(state, tls));
		struct answer answer;

		assert_true(peer_puts(&peer,
			"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nExpect: "
			"100-continue\r\n\r\n"));
		assert_true(peer_answer(&peer, &answer));
		assert_int_equal(answer.status, 100);
		assert_true(peer_puts(&peer, "abc"));
		assert_true(peer_answer(&peer, &answer));
		assert_int_equal(answer.status, 200);
		peer_close(&peer);
	}
}

static void
test_head_too_large(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		struct fixture *f = server_of(state, tls);
		char *text = malloc(20000);
		char reply[256];

		snprintf(text, 20000, "GET /hello HTTP/1.1\r\nHost: t\r\nX-Test: ");
		memset(text + strlen(text), 'x', 10000);
		strcpy(text + 10042, "\r\n\r\n");
		struct peer peer = peer_open(f);
		(void)peer_puts(&peer, text);
		peer_drain(&peer, reply, sizeof(reply));
		assert_null(strstr(reply, "200 OK"));
		peer_close(&peer);
		free(text);
		alive(f);
	}
}

/* Guard 7: timeouts strike although nothing else happens on the loop. */
static void
test_guard_7_slow_clients(void **state)
{
	static const char *const texts[] = { "", "GET /hel", "GET /hello HTTP/1.1\r\nHost: t\r\n",
		"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc" };

	for (size_t i = 0; i < 2 * HS_COUNT(texts); i++) {
		struct peer peer = peer_open(server_of(state, i % 2 == 1));
		char reply[64];

		assert_true(texts[i / 2][0] == '\0' || peer_puts(&peer, texts[i / 2]));
		int64_t before_us = hs_clock_mono_us();
		peer_drain(&peer, reply, sizeof(reply));
		int64_t took_us = hs_clock_mono_us() - before_us;
		assert_true(took_us > 1000000 && took_us < WAIT_MS * 500);
		peer_close(&peer);
	}
}

static void
test_length_parse(void **state)
{
	static const char *const bad[] = { "", " 1", "1 ", "+1", "-1", "0x1", "1.0", "1,1",
		"99999999999999999999", "9223372036854775808", "\xef\xbc\x91" };
	uint64_t value = 0;

	(void)state;
	for (size_t i = 0; i < HS_COUNT(bad); i++)
		assert_false(hs_length_parse(bad[i], &value));
	assert_true(hs_length_parse("9223372036854775807", &value));
	assert_true(value == INT64_MAX);
	assert_true(hs_length_parse("0", &value));
	assert_true(value == 0);
}

static void
test_tokens(void **state)
{
	(void)state;
	assert_true(hs_token_listed("close", "close"));
	assert_true(hs_token_listed("Keep-Alive , CLOSE\t", "close"));
	assert_true(hs_token_listed(",,upgrade", "upgrade"));
	assert_false(hs_token_listed("closed, not-close", "close"));
	assert_false(hs_token_listed("", "close"));
}

static void
test_routes(void **state)
{
	static const struct hs_http_route routes[] = { { "GET", "/a", 0, NULL },
		{ "POST", "/a", 10, NULL }, { "GET", "/b/*", 0, NULL } };
	const struct hs_http_options options = { .routes = routes, .route_count = 3 };
	bool known = false;
	char allow[64];

	(void)state;
	assert_ptr_equal(hs_route_find(&options, "HEAD", "/a", &known), &routes[0]);
	assert_ptr_equal(hs_route_find(&options, "POST", "/a", &known), &routes[1]);
	assert_ptr_equal(hs_route_find(&options, "GET", "/b/", &known), &routes[2]);
	assert_ptr_equal(hs_route_find(&options, "GET", "/b/c/d", &known), &routes[2]);
	assert_null(hs_route_find(&options, "GET", "/b", &known));
	assert_false(known);
	assert_null(hs_route_find(&options, "PUT", "/a", &known));
	assert_true(known);
	hs_route_allow(&options, "/a", allow, sizeof(allow));
	assert_string_equal(allow, "GET, HEAD, POST");
	hs_route_allow(&options, "/c", allow, sizeof(allow));
	assert_string_equal(allow, "");
	assert_true(hs_path_ok("/a b", 4));
	assert_false(hs_path_ok("/a\0b", 4));
	assert_false(hs_path_ok("/a\nb", 4));
	assert_false(hs_path_ok("a", 1));
	assert_false(hs_path_ok("", 0));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_length_parse),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_guard_1_pipelined),
		cmocka_unit_test(test_guard_1_late),
		cmocka_unit_test(test_guard_2_bodies),
		cmocka_unit_test(test_dribbled),
		cmocka_unit_test(test_guard_5_lengths),
		cmocka_unit_test(test_guard_5_other_methods),
		cmocka_unit_test(test_guard_5_alpn),
		cmocka_unit_test(test_guard_6_unknown_upgrade),
		cmocka_unit_test(test_refusal_arrives),
		cmocka_unit_test(test_expect),
		cmocka_unit_test(test_head_too_large),
	};

	const struct CMUnitTest hasty[] = { cmocka_unit_test(test_guard_7_slow_clients) };

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, setup, teardown) +
	       cmocka_run_group_tests(hasty, setup_hasty, teardown);
}
