/* What idle connections cost, and what one of many may cost the others: guards 3, 4 and 6 of DECISIONS.md,
 * "Guards". Nothing here is measured in time: the clock of libwebsockets is moved on by a day, its
 * allocations are counted, its header tables are used up. Guard 8 likewise. */
#include <malloc.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

#include "hub/base/http_internal.h"
#include "tests/unit/hub/base/http_ws_peer.h"

#define HELLO	       "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n"
#define HEAD_REST      "st: t\r\n\r\n"
#define DAY_S	       86400
#define LATE_S	       500000	  /* of the late reply */
#define NO_DEADLINE_MS 1000000000 /* longer than the clock is moved on */
#define IDLE_SOCKETS   100
#define IDLE_MAX_BYTES 3000 /* of libwebsockets for one idle WebSocket */
#define SLOW_SOCKETS   20
#define SLOW_MAX_BYTES 40000 /* of a frame of SHARED_BYTES */
#define HEADS	       4500  /* more than the 4096 header tables that once were the most */

/* Stands before that of the C library, so that libuv and libwebsockets take their time from here. */
static atomic_long moved_on_s;

int
clock_gettime(clockid_t id, struct timespec *out)
{
	int failed = (int)syscall(SYS_clock_gettime, id, out);

	if (id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE)
		out->tv_sec += moved_on_s;
	return failed;
}

static atomic_long held_bytes;

static void *
counting_realloc(void *old, size_t size, const char *reason)
{
	void *grown = NULL;

	(void)reason;
	if (old != NULL)
		held_bytes -= (long)malloc_usable_size(old);
	if (size == 0) {
		free(old);
		return NULL;
	}
	grown = realloc(old, size);
	assert_non_null(grown);
	held_bytes += (long)malloc_usable_size(grown);
	return grown;
}

/* One connection in each state in which it may stay for long. */
enum {
	IDLE_SILENT,
	IDLE_HEAD,
	IDLE_BODY,
	IDLE_KEPT,
	IDLE_PENDING,
	IDLE_STREAM,
	IDLE_WS,
	IDLE_COUNT
};

static void
idle_open(struct fixture *f, struct peer peers[IDLE_COUNT])
{
	static const char *const texts[] = { [IDLE_SILENT] = "",
		[IDLE_HEAD] = "GET /hello HTTP/1.1\r\nHo",
		[IDLE_BODY] = "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhel",
		[IDLE_KEPT] = HELLO,
		[IDLE_PENDING] = "GET /late?ms=500000000 HTTP/1.1\r\nHost: t\r\n\r\n",
		[IDLE_STREAM] = "GET /quiet HTTP/1.1\r\nHost: t\r\n\r\n" };
	struct answer answer;

	for (int i = 0; i < IDLE_WS; i++) {
		peers[i] = peer_open(f);
		assert_true(texts[i][0] == '\0' || peer_puts(&peers[i], texts[i]));
	}
	peers[IDLE_WS] = ws_open(f);
	assert_true(peer_answer(&peers[IDLE_KEPT], &answer));
	assert_true(peer_answer(&peers[IDLE_STREAM], &answer));
	assert_true(reaches(&f->requests, 2));
}

/* Moves the clock on, and lets libwebsockets see it. */
static void
move_on(struct fixture *f, long by_s)
{
	moved_on_s += by_s;
	for (int i = 0; i < 3; i++) {
		alive(f);
		sleep_ms(150);
	}
}

static void
ask_on(struct peer *peer, const char *text)
{
	struct answer answer;

	assert_true(peer_puts(peer, text));
	assert_true(peer_answer(peer, &answer));
	assert_int_equal(answer.status, 200);
}

/* Each of them goes on where it stood. */
static void
idle_go_on(struct fixture *f, struct peer peers[IDLE_COUNT])
{
	struct answer answer;
	struct message message;

	ask_on(&peers[IDLE_SILENT], HELLO);
	ask_on(&peers[IDLE_HEAD], f->tls ? HELLO : HEAD_REST);
	ask_on(&peers[IDLE_KEPT], HELLO);
	move_on(f, LATE_S);
	assert_true(peer_answer(&peers[IDLE_PENDING], &answer));
	assert_string_equal(answer.body, "late 0");
	assert_true(ws_text(&peers[IDLE_WS], "still there"));
	assert_true(ws_next(&peers[IDLE_WS], &message));
	assert_int_equal(message.opcode, 1); /* and no ping in front of it */
	assert_string_equal(message.text, "still there");
}

static void
expect_connections(struct fixture *f, int count, long step_s)
{
	for (int i = 0; i < WAIT_MS / 5 && connections(f) > count; i++)
		sleep_ms(5);
	if (f->connections != count)
		fail_msg("%s: %ld s later %d connections are left of %d", f->tls ? "tls" : "plain",
			step_s, (int)f->connections, count);
}

/* Guard 3: libwebsockets has no timer for any connection that waits. With the default policy it would ping an
 * idle WebSocket after 300 s and cut it 10 s later; with its other timers it would cut the rest. What it keeps
 * a timer for, a body that is being received and a TLS connection before its first request, it keeps for
 * LWS_TIMER_S, which is longer than our own deadlines can be. */
static void
test_guard_3_no_timers(void **state)
{
	/* its defaults: 5 s keep-alive, 20 s request, 300 s and 10 s WebSocket */
	static const long steps_s[] = { 6, 21, 301, 11, 301, 11, 80000 };

	for (int tls = 0; tls < 2; tls++) {
		struct fixture *f = server_of(state, tls);
		struct peer peers[IDLE_COUNT];

		f->requests = 0;
		idle_open(f, peers);
		for (size_t i = 0; i < HS_COUNT(steps_s); i++) {
			move_on(f, steps_s[i]);
			expect_connections(f, IDLE_COUNT, steps_s[i]);
		}
		ask_on(&peers[IDLE_BODY], "lo");
		if (tls) {
			ask_on(&peers[IDLE_SILENT], HELLO);
			ask_on(&peers[IDLE_HEAD], HEAD_REST);
		}
		move_on(f, 2 * DAY_S);
		expect_connections(f, IDLE_COUNT - 1, 2 * DAY_S);
		idle_go_on(f, peers);
		for (int i = 0; i < IDLE_COUNT; i++)
			peer_close(&peers[i]);
	}
}

/* Guard 4, the other half: a small receive buffer is what makes an idle WebSocket cheap. */
static void
test_guard_4_idle_bytes(void **state)
{
	struct fixture *f = server_of(state, false);
	struct peer peers[IDLE_SOCKETS];
	int closes = f->closes;

	alive(f);
	long before = held_bytes;
	for (int i = 0; i < IDLE_SOCKETS; i++)
		peers[i] = ws_open(f);
	long each = (held_bytes - before) / IDLE_SOCKETS;
	if (each > IDLE_MAX_BYTES)
		fail_msg("libwebsockets holds %ld bytes for each idle WebSocket", each);
	for (int i = 0; i < IDLE_SOCKETS; i++)
		peer_close(&peers[i]);
	assert_true(reaches(&f->closes, closes + IDLE_SOCKETS));
}

/* Guard 8: of a frame that a client does not read, no more than a piece is copied. */
static void
test_guard_8_slow_bytes(void **state)
{
	struct fixture *f = server_of(state, false);
	struct peer peers[SLOW_SOCKETS];
	int closes = f->closes;

	for (int i = 0; i < SLOW_SOCKETS; i++)
		peers[i] = ws_open_sized(f, 4096);
	alive(f);
	long before = held_bytes;
	f->sent = 0;
	for (int i = 0; i < SLOW_SOCKETS; i++)
		assert_true(ws_text(&peers[i], "share"));
	assert_true(reaches(&f->sent, SLOW_SOCKETS));
	alive(f);
	long each = (held_bytes - before) / SLOW_SOCKETS;
	if (each > SLOW_MAX_BYTES)
		fail_msg("libwebsockets holds %ld bytes for each WebSocket that does not read",
			each);
	for (int i = 0; i < SLOW_SOCKETS; i++)
		peer_close(&peers[i]);
	assert_true(reaches(&f->closes, closes + SLOW_SOCKETS));
}

/* Guard 6: heads that never end take header tables of libwebsockets, and who finds none waits. There is one for
 * every connection that may be open, so that the next client is served at once. */
static void
test_guard_6_heads(void **state)
{
	struct fixture f;
	struct peer *peers = calloc(HEADS, sizeof(*peers));

	(void)state;
	fixture_options(&f, NO_DEADLINE_MS);
	f.options.connections_max = HEADS + 1;
	fixture_start(&f);
	for (int i = 0; i < HEADS; i++) {
		peers[i] = peer_open(&f);
		assert_true(peer_puts(&peers[i], "GET /hello HTTP/1.1\r\nHo"));
	}
	for (int i = 0; i < WAIT_MS / 5 && connections(&f) < HEADS; i++)
		sleep_ms(5);
	assert_int_equal(connections(&f), HEADS);
	alive(&f);
	for (int i = 0; i < HEADS; i++)
		peer_close(&peers[i]);
	fixture_stop(&f);
	free(peers);
}

/* Guard 1, while a long reply leaves to a client that sends on and does not read: libwebsockets would keep the loop
 * busy until the client goes, so it is cut off after a second. */
static void
test_guard_1_leaving(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		struct fixture *f = server_of(state, tls);
		struct peer peer = peer_open_sized(f, 4096);

		assert_true(peer_puts(&peer, "POST /big-post HTTP/1.1\r\nHost: "
					     "t\r\nContent-Length: 5\r\n\r\nhelloand more"));
		sleep_ms(50);
		(void)peer_puts(&peer, "more junk that nobody asked for");
		for (int i = 0; i < WAIT_MS / 5 && connections(f) > 0; i++)
			sleep_ms(5);
		assert_int_equal(f->connections, 0);
		assert_in_range(cpu_ms_during(250), 0, 60);
		peer_close(&peer);
		alive(f);
	}
}

static int
quiet_setup(void **state)
{
	lws_set_allocator(counting_realloc);
	return world_setup(state, NO_DEADLINE_MS);
}

/* What waits for its late reply must not outlive a test that failed. */
static int
quiet_teardown(void **state)
{
	moved_on_s += LATE_S;
	return teardown(state);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guard_1_leaving),
		cmocka_unit_test(test_guard_3_no_timers),
		cmocka_unit_test(test_guard_4_idle_bytes),
		cmocka_unit_test(test_guard_6_heads),
		cmocka_unit_test(test_guard_8_slow_bytes),
	};
	struct rlimit files = { 3 * HEADS, 3 * HEADS };

	(void)setrlimit(RLIMIT_NOFILE, &files);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, quiet_setup, quiet_teardown);
}
