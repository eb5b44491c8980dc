/* WebSocket over raw sockets, plain and TLS: upgrade and its refusals, messages both ways, fragments,
 * limits, clients that do not read, close codes, many connections, the end of the server. */
#include <sys/resource.h>

#include "tests/unit/hub/base/http_ws_peer.h"

static void
test_echo(void **state)
{
	static const char *const names[] = { "t.json", "t.pb" };

	for (int i = 0; i < 4; i++) {
		struct fixture *f = server_of(state, i % 2 == 1);
		struct peer peer = peer_open(f);
		struct answer answer;
		struct message message;
		char text[128];

		snprintf(text, sizeof(text), PROTO "%s\r\n", names[i / 2]);
		assert_int_equal(ws_ask(&peer, "/feed", text, &answer), 101);
		snprintf(text, sizeof(text), "Sec-WebSocket-Protocol: %s\r\n", names[i / 2]);
		assert_non_null(strstr(answer.head, text));
		assert_null(strstr(answer.head, "permessage-deflate"));
		assert_true(ws_next(&peer, &message));
		assert_true(ws_text(&peer, "hello"));
		assert_true(ws_next(&peer, &message));
		assert_int_equal(message.opcode, 1);
		assert_string_equal(message.text, "hello");
		assert_true(ws_frame(&peer, 2, true, "\0\1\2", 3));
		assert_true(ws_next(&peer, &message));
		assert_int_equal(message.opcode, 2);
		assert_memory_equal(message.text, "\0\1\2", 3);
		assert_true(ws_frame(&peer, 9, true, "are you there", 13));
		assert_true(ws_next(&peer, &message));
		assert_int_equal(message.opcode, 10);
		assert_string_equal(message.text, "are you there");
		int closes = f->closes;
		assert_true(ws_frame(&peer, 8, true, "\x03\xe8", 2));
		expect_close(&peer, 1000, "");
		assert_true(reaches(&f->closes, closes + 1));
		peer_close(&peer);
	}
}

struct upgrade_case {
	const char *path;
	const char *headers;
	int status;
};

static void
test_upgrades(void **state)
{
	static const struct upgrade_case cases[] = {
		{ "/feed", V13, 101 },
		{ "/plain", V13, 101 },
		{ "/feed", PROTO "unknown, t.json\r\n", 101 },
		{ "/feed", PROTO "t.pb,t.json\r\n", 101 },
		{ "/feed", PROTO "unknown\r\n", 400 },
		{ "/feed", PROTO "http\r\n", 400 },
		{ "/feed", PROTO "t.other\r\n", 400 },
		{ "/other", PROTO "t.pb\r\n", 400 },
		{ "/plain", PROTO "t.pb\r\n", 400 },
		{ "/nowhere", V13, 404 },
		{ "/feed", "Sec-WebSocket-Version: 8\r\n", 426 },
		{ "/feed", "", 426 },
		{ "/feed", V13 "Content-Length: 3\r\n", 400 },
		{ "/feed%00", V13, 400 },
	};

	for (size_t i = 0; i < 2 * HS_COUNT(cases); i++) {
		struct fixture *f = server_of(state, i % 2 == 1);
		struct peer peer = peer_open(f);
		struct answer answer;
		struct message message;
		const struct upgrade_case *c = &cases[i / 2];

		int status = ws_ask(&peer, c->path, c->headers, &answer);
		if (status != c->status && !(c->status == 400 && status == -1))
			fail_msg("%s %s: %d", c->path, c->headers, status);
		if (i / 2 == 0) {
			assert_null(strstr(answer.head, "Sec-WebSocket-Protocol"));
			assert_true(ws_next(&peer, &message));
			assert_string_equal(message.text, "open /feed t.json ");
		}
		peer_close(&peer);
	}
	/* behind another request */
	struct peer peer = peer_open(server_of(state, false));
	struct answer answer;
	assert_true(peer_puts(&peer,
		"GET /hello HTTP/1.1\r\nHost: t\r\n\r\nGET /feed HTTP/1.1\r\nHost: t\r\nUpgrade: "
		"websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
		"dGhlIHNhbXBsZSBub25jZQ==\r\n" V13 "\r\n"));
	assert_true(peer_answer(&peer, &answer));
	assert_true(peer_answer(&peer, &answer));
	assert_int_equal(answer.status, 400);
	peer_close(&peer);
}

/* First frames in the same segment as the upgrade. */
static void
test_early_frames(void **state)
{
	static const char text[] =
		"GET /feed HTTP/1.1\r\nHost: t\r\nUpgrade: websocket\r\nConnection: keep-alive, "
		"Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" PB
		"\r\n\x81\x82\0\0\0\0ab\x81\x82\0\0\0\0cd";

	for (int tls = 0; tls < 2; tls++) {
		struct peer peer = peer_open(server_of(state, tls));
		struct answer answer;
		struct message message;

		assert_true(peer_send(&peer, text, sizeof(text) - 1));
		assert_true(peer_answer(&peer, &answer));
		assert_true(ws_next(&peer, &message));
		assert_true(ws_next(&peer, &message));
		assert_string_equal(message.text, "ab");
		assert_true(ws_next(&peer, &message));
		assert_string_equal(message.text, "cd");
		peer_close(&peer);
	}
}

static void
test_fragments_and_sizes(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		struct peer peer = ws_open(server_of(state, tls));
		struct message message;
		char big[70001];

		memset(big, 'x', sizeof(big));
		assert_true(ws_frame(&peer, 1, false, "one ", 4));
		assert_true(ws_frame(&peer, 0, false, "two ", 4));
		assert_true(ws_frame(&peer, 9, true, "p", 1));
		assert_true(ws_frame(&peer, 0, true, "three", 5));
		assert_true(ws_next(&peer, &message));
		if (message.opcode == 10)
			assert_true(ws_next(&peer, &message));
		assert_string_equal(message.text, "one two three");
		static const size_t sizes[] = { 0, 125, 126, 256, 257, 5000, 65535, 65536, 70000 };
		for (size_t i = 0; i < HS_COUNT(sizes); i++) {
			assert_true(ws_frame(&peer, 2, true, big, sizes[i]));
			do
				assert_true(ws_next(&peer, &message));
			while (message.opcode == 10);
			assert_int_equal(message.len, sizes[i]);
			assert_true(message.final);
		}
		assert_true(ws_frame(&peer, 2, true, big, 70001));
		expect_close(&peer, 1009, "message too large");
		peer_close(&peer);
		peer = ws_open(server_of(state, tls));
		for (int i = 0; i < 8; i++)
			(void)ws_frame(&peer, i == 0 ? 1 : 0, false, big, 10000);
		expect_close(&peer, 1009, "message too large");
		peer_close(&peer);
	}
}

/* The close of a client that sends on is not waited for: no more than another message is read of it. */
static void
test_sends_on_after_the_close(void **state)
{
	struct fixture *f = server_of(state, false);
	struct peer peer = ws_open(f);
	static const char big[70001];
	int closes = f->closes;
	size_t sent = 0;

	while (f->closes == closes && sent < 64u << 20 &&
		ws_frame(&peer, 2, true, big, sizeof(big)))
		sent += sizeof(big);
	assert_true(sent < 16u << 20); /* what lies in sockets and between */
	assert_true(reaches(&f->closes, closes + 1));
	peer_close(&peer);
}

static void
test_bad_frames(void **state)
{
	struct fixture *f = server_of(state, false);
	struct peer peer = ws_open(f);
	char rest[256];

	assert_true(ws_frame(&peer, 1, true, "\xff\xfe", 2)); /* no UTF-8 */
	peer_drain(&peer, rest, sizeof(rest));
	assert_null(strstr(rest, "\xff\xfe"));
	peer_close(&peer);
	peer = ws_open(f);
	assert_true(peer_send(&peer, "\x81\x02no", 4)); /* not masked */
	(void)shutdown(peer.fd, SHUT_WR);
	peer_drain(&peer, rest, sizeof(rest));
	peer_close(&peer);
	peer = ws_open(f);
	assert_true(ws_frame(&peer, 3, true, "x", 1)); /* reserved opcode */
	peer_drain(&peer, rest, sizeof(rest));
	peer_close(&peer);
	assert_true(reaches(&f->closes, f->opens));
	alive(f);
}

static void
test_server_side_ends(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		struct fixture *f = server_of(state, tls);
		struct peer peer = ws_open(f);
		struct message message;
		char rest[16];

		f->pongs = 0;
		assert_true(ws_text(&peer, "ping"));
		assert_true(ws_next(&peer, &message));
		assert_int_equal(message.opcode, 9);
		assert_true(ws_frame(&peer, 10, true, message.text, message.len));
		assert_true(ws_next(&peer, &message));
		assert_string_equal(message.text, "pong");
		assert_int_equal(f->pongs, 1);
		int closes = f->closes;
		assert_true(ws_text(&peer, "close"));
		expect_close(&peer, 4001, "bye");
		assert_true(reaches(&f->closes, closes + 1));
		peer_close(&peer);
		peer = ws_open(f);
		assert_true(ws_text(&peer, "drop"));
		assert_int_equal(peer_drain(&peer, rest, sizeof(rest)), 0);
		assert_true(reaches(&f->closes, closes + 2));
		peer_close(&peer);
	}
}

/* A close must not wait for ever for a client that never reads. */
static void
never_reads(struct fixture *f, struct peer *peer)
{
	f->again = 2;
	assert_true(ws_text(peer, "flood"));
	assert_true(reaches(&f->again, 3));
	int closes = f->closes;
	assert_true(ws_text(peer, "close"));
	assert_true(reaches(&f->closes, closes) && f->closes == closes);
	assert_true(reaches(&f->closes, closes + 1));
}

/* A client that does not read. Guard 4: a frame of 64 KiB leaves in large pieces. */
static void
test_slow_reader(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		struct fixture *f = server_of(state, tls);
		struct peer peer = ws_open_sized(f, 4096);
		struct message message;

		f->drains = f->again = f->sent = 0;
		assert_true(ws_text(&peer, "flood"));
		assert_true(reaches(&f->again, 1));
		assert_in_range(f->sent, 2, 20);
		sleep_ms(50);
		assert_int_equal(f->drains, 0);
		assert_in_range(cpu_ms_during(200), 0, 60);
		for (int i = 0; i < f->sent; i++) {
			assert_true(ws_next(&peer, &message));
			assert_int_equal(message.opcode, 2);
			assert_int_equal(message.len, FLOOD_BYTES);
		}
		assert_true(ws_next(&peer, &message));
		assert_string_equal(message.text, "drained");
		assert_int_equal(f->drains, 1);
		if (tls == 0)
			never_reads(f, &peer);
		peer_close(&peer);
	}
}

/* One frame for two who read it in turns, a piece each: the heads of the pieces are written into it, and whoever is
 * behind must not see them. */
static void
test_pieces_of_one_frame(void **state)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < SHARED_BYTES; i++)
		sum = sum_add(sum, shared_byte(i));
	for (int tls = 0; tls < 2; tls++) {
		struct fixture *f = server_of(state, tls);
		struct peer peers[2] = { ws_open_sized(f, 4096), ws_open_sized(f, 4096) };
		struct message messages[2] = { 0 };

		f->sent = 0;
		for (int i = 0; i < 2; i++)
			assert_true(ws_text(&peers[i], "share"));
		assert_true(reaches(&f->sent, 2));
		for (int i = 0; !messages[0].final || !messages[1].final; i++) {
			if (!messages[i % 2].final)
				assert_true(ws_fragment(&peers[i % 2], &messages[i % 2]));
			if (i % 8 == 0) /* one of them is ahead */
				assert_true(
					messages[0].final || ws_fragment(&peers[0], &messages[0]));
		}
		for (int i = 0; i < 2; i++) {
			assert_int_equal(messages[i].len, SHARED_BYTES);
			assert_int_equal(messages[i].sum, sum);
			assert_true(ws_text(&peers[i], "after it"));
			assert_true(ws_next(&peers[i], &messages[i]));
			assert_string_equal(messages[i].text, "after it");
			peer_close(&peers[i]);
		}
	}
}

/* A close waits until the message before it has left whole. */
static void
test_close_behind_a_message(void **state)
{
	struct fixture *f = server_of(state, false);
	struct peer peer = ws_open_sized(f, 4096);
	struct message message;

	f->sent = 0;
	assert_true(ws_text(&peer, "share"));
	assert_true(reaches(&f->sent, 1));
	assert_true(ws_text(&peer, "close"));
	sleep_ms(50);
	assert_true(ws_next(&peer, &message));
	assert_int_equal(message.len, SHARED_BYTES);
	expect_close(&peer, 4001, "bye");
	peer_close(&peer);
}

static void
test_many(void **state)
{
	struct fixture *f = server_of(state, false);
	struct peer peers[200];
	struct message message;
	int opens = f->opens;
	int closes = f->closes;

	for (size_t i = 0; i < HS_COUNT(peers); i++)
		peers[i] = ws_open(f);
	for (size_t i = 0; i < HS_COUNT(peers); i++)
		assert_true(ws_text(&peers[i], "to all"));
	for (size_t i = 0; i < HS_COUNT(peers); i++) {
		assert_true(ws_next(&peers[i], &message));
		assert_string_equal(message.text, "to all");
	}
	for (size_t i = 0; i < HS_COUNT(peers); i++)
		peer_close(&peers[i]);
	assert_true(reaches(&f->closes, closes + 200));
	assert_int_equal(f->opens, opens + 200);
	assert_int_equal(f->closes, closes + 200);
}

/* Guard 3: connecting does not get slower with the number of idle connections; idle costs nothing. */
static void
test_guard_3_idle_is_free(void **state)
{
	struct fixture *f = server_of(state, false);
	struct peer peers[800];
	int closes = f->closes;

	for (size_t i = 0; i < HS_COUNT(peers); i++)
		peers[i] = ws_open(f);
	assert_in_range(cpu_ms_during(500), 0, 60);
	for (size_t i = 0; i < HS_COUNT(peers); i++)
		peer_close(&peers[i]);
	assert_true(reaches(&f->closes, closes + 800));
}

static void
test_stop(void **state)
{
	(void)state;
	struct fixture f;
	fixture_options(&f, TIMEOUT_MS);
	f.options.connections_max = 3;
	fixture_start(&f);
	struct peer first = ws_open(&f);
	struct peer second = ws_open(&f);
	struct peer late = peer_open(&f);
	struct answer answer;
	char rest[16];

	assert_true(peer_puts(&late, "GET /late?ms=200 HTTP/1.1\r\nHost: t\r\n\r\n"));
	assert_true(reaches(&f.requests, 1));
	/* the fourth is over connections_max */
	struct peer fourth = peer_open(&f);
	assert_int_equal(peer_drain(&fourth, rest, sizeof(rest)), 0);
	f.stop = true;
	uv_async_send(&f.async);
	expect_close(&first, 1001, "server stops");
	expect_close(&second, 1001, "server stops");
	assert_true(peer_answer(&late, &answer));
	assert_string_equal(answer.body, "late 0");
	uv_thread_join(&f.thread);
	assert_int_equal(uv_loop_close(&f.loop), 0);
	assert_int_equal(f.opens, 2);
	assert_int_equal(f.closes, 2);
	peer_close(&first);
	peer_close(&second);
	peer_close(&late);
	peer_close(&fourth);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_upgrades),
		cmocka_unit_test(test_early_frames),
		cmocka_unit_test(test_fragments_and_sizes),
		cmocka_unit_test(test_sends_on_after_the_close),
		cmocka_unit_test(test_bad_frames),
		cmocka_unit_test(test_server_side_ends),
		cmocka_unit_test(test_slow_reader),
		cmocka_unit_test(test_pieces_of_one_frame),
		cmocka_unit_test(test_close_behind_a_message),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_guard_3_idle_is_free),
		cmocka_unit_test(test_stop),
	};
	struct rlimit files = { 4096, 4096 };

	(void)setrlimit(RLIMIT_NOFILE, &files);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, setup, teardown);
}
