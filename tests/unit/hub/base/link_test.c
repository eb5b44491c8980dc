/* Two ends of a link in one loop, by each carrier and by two that differ: order, reconnection, limits. */
#include "hub/base/link.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "hub/base/check.h"

struct end {
	struct hs_link *link;
	int ups, downs;
	uint32_t next; /* number that the next frame must carry */
	int bad;
	uint32_t frames;
	bool takes; /* every frame, gone before on_frame is over */
};

/* Which carrier each end uses: on the wire unix: and ipc: are the same. */
struct way {
	const char *name, *hub, *peer;
};
static const struct way ways[] = { { "nng", "ipc", "ipc" }, { "local", "unix", "unix" },
	{ "mixed", "unix", "ipc" } };

struct pair {
	uv_loop_t loop;
	struct end hub, peer;
	char directory[64];
	const struct way *way;
	char path[80];
	int closed;
};

static void
on_up(void *owner, struct hs_link *link)
{
	(void)link;
	struct end *end = owner;
	end->ups++;
	end->next = 0;
}

static void
on_down(void *owner, struct hs_link *link)
{
	(void)link;
	((struct end *)owner)->downs++;
}

/* As a feed does that makes its own frame around it, which nobody wants. */
static void
take(struct hs_link *link, const uint8_t *bytes, size_t len_bytes, uint32_t number)
{
	void *memory;
	uint8_t *own = hs_link_take_frame(link, bytes, len_bytes, &memory);

	assert_non_null(own);
	assert_memory_equal(own, &number, sizeof(number));
	for (size_t i = sizeof(number); i < len_bytes; i++)
		assert_int_equal(own[i], 0);
	memset(own - HS_LINK_HEADROOM, 0xa5, HS_LINK_HEADROOM + len_bytes);
	free(memory);
}

static void
on_frame(void *owner, struct hs_link *link, const uint8_t *bytes, size_t len_bytes)
{
	struct end *end = owner;
	uint32_t number = 0;
	if (len_bytes >= sizeof(number))
		memcpy(&number, bytes, sizeof(number));
	if (len_bytes < sizeof(number) || number != end->next)
		end->bad++;
	end->next = number + 1;
	end->frames++;
	if (end->takes)
		take(link, bytes, len_bytes, number);
	hs_link_look(
		link); /* from here it must do nothing: the frames behind this one would overtake it */
}

static const struct hs_link_ops ops = { on_up, on_frame, on_down };

static struct hs_link *
open_end(struct pair *pair, struct end *end, bool listen)
{
	struct hs_link *link = NULL;
	char url[96];
	snprintf(
		url, sizeof(url), "%s://%s", listen ? pair->way->hub : pair->way->peer, pair->path);
	struct hs_link_options options = { .url = url,
		.listen = listen,
		.ops = &ops,
		.owner = end,
		.frame_max_bytes = listen ? 131072 : 65536,
		.queue_max_bytes = 1 << 20 };
	assert_int_equal(hs_link_open(&pair->loop, &options, &link), HS_OK);
	end->link = link;
	return link;
}

static void
on_closed(void *owner)
{
	((struct pair *)owner)->closed++;
}

#define TURNS_MAX 60000 /* of a millisecond, so that a test that fails ends */

/* Turns the loop until *counter ≥ least. */
static void
run_until(struct pair *pair, const int *counter, int least)
{
	for (int i = 0; i < TURNS_MAX && *counter < least; i++) {
		uv_run(&pair->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	assert_true(*counter >= least);
}

static int
setup(void **state)
{
	const struct way *way = *state;
	struct pair *pair = calloc(1, sizeof(*pair));
	pair->way = way;
	snprintf(pair->directory, sizeof(pair->directory), "/tmp/hs-link-XXXXXX");
	assert_non_null(mkdtemp(pair->directory));
	snprintf(pair->path, sizeof(pair->path), "%s/l", pair->directory);
	uv_loop_init(&pair->loop);
	open_end(pair, &pair->hub, true);
	*state = pair;
	return 0;
}

static int
teardown(void **state)
{
	struct pair *pair = *state;
	int expect = 0;
	pair->closed = 0;
	if (pair->peer.link) {
		hs_link_close(pair->peer.link, on_closed, pair);
		expect++;
	}
	hs_link_close(pair->hub.link, on_closed, pair);
	run_until(pair, &pair->closed, expect + 1);
	assert_int_equal(uv_run(&pair->loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(uv_loop_close(&pair->loop), 0);
	unlink(pair->path);
	rmdir(pair->directory);
	free(pair);
	return 0;
}

static void
connect_both(struct pair *pair)
{
	open_end(pair, &pair->peer, false);
	run_until(pair, &pair->hub.ups, 1);
	run_until(pair, &pair->peer.ups, 1);
}

static void
send_numbers(struct hs_link *link, uint32_t count)
{
	unsigned char frame[2048] = { 0 };
	for (uint32_t i = 0; i < count; i++) {
		memcpy(frame, &i, sizeof(i));
		assert_int_equal(hs_link_send(link, frame, sizeof(frame)), HS_OK);
	}
}

static void
test_frames_arrive_in_order_both_ways(void **state)
{
	struct pair *pair = *state;
	connect_both(pair);
	send_numbers(pair->hub.link, 400);
	send_numbers(pair->peer.link, 300);
	for (int i = 0; i < TURNS_MAX && (pair->peer.frames < 400 || pair->hub.frames < 300); i++) {
		uv_run(&pair->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	assert_int_equal(pair->peer.frames, 400);
	assert_int_equal(pair->hub.frames, 300);
	assert_int_equal(pair->peer.bad + pair->hub.bad, 0);
}

/* Frames that came in one piece and in several; what stands behind a taken one is not lost with it. */
static void
test_a_frame_may_be_taken(void **state)
{
	struct pair *pair = *state;
	static unsigned char frame[60000];
	pair->hub.takes = true;
	connect_both(pair);
	for (uint32_t i = 0; i < 40; i++) {
		memcpy(frame, &i, sizeof(i));
		while (hs_link_send(pair->peer.link, frame, i % 3 == 0 ? sizeof(frame) : 500) ==
			HS_ERR_AGAIN)
			uv_run(&pair->loop, UV_RUN_NOWAIT);
	}
	for (int i = 0; i < TURNS_MAX && pair->hub.frames < 40; i++) {
		uv_run(&pair->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	assert_int_equal(pair->hub.frames, 40);
	assert_int_equal(pair->hub.bad + pair->hub.downs, 0);
}

/* The loop does not turn meanwhile, and afterwards nothing comes twice. */
static void
test_a_look_takes_what_has_come(void **state)
{
	struct pair *pair = *state;
	connect_both(pair);
	hs_link_look(pair->hub.link);
	assert_int_equal(pair->hub.frames, 0);
	send_numbers(pair->peer.link, 1);
	for (int i = 0; i < TURNS_MAX && pair->hub.frames < 1; i++) {
		hs_link_look(pair->hub.link);
		usleep(1000);
	}
	assert_int_equal(pair->hub.frames, 1);
	send_numbers(pair->peer.link, 3);
	pair->hub.next = 0;
	for (int i = 0; i < TURNS_MAX && pair->hub.frames < 4; i++) {
		uv_run(&pair->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	assert_int_equal(pair->hub.frames, 4);
	assert_int_equal(pair->hub.bad, 0);
}

static void
test_no_peer_means_closed(void **state)
{
	struct pair *pair = *state;
	assert_int_equal(hs_link_send(pair->hub.link, "x", 1), HS_ERR_CLOSED);
	assert_false(hs_link_is_up(pair->hub.link));
}

static void
test_full_queue_says_again(void **state)
{
	struct pair *pair = *state;
	connect_both(pair);
	static const unsigned char frame[60000];
	enum hs_err err = HS_OK;
	int sent = 0;
	for (; sent < 1000 && err == HS_OK; sent++)
		err = hs_link_send(pair->hub.link, frame, sizeof(frame));
	assert_int_equal(err, HS_ERR_AGAIN);
	assert_true(sent >= 17 && sent <= 24); /* 1 MiB, and what the socket took */
}

static void
test_drop_connects_anew_and_starts_clean(void **state)
{
	struct pair *pair = *state;
	connect_both(pair);
	for (int round = 1; round <= 30; round++) {
		send_numbers(pair->hub.link, 100); /* some of these are lost with the connection */
		hs_link_drop(round % 2 ? pair->hub.link : pair->peer.link);
		run_until(pair, &pair->hub.ups, round + 1);
		run_until(pair, &pair->peer.ups, round + 1);
	}
	/* each connection began with number 0 and had no hole: nothing of an old one came on a new one */
	assert_int_equal(pair->peer.bad, 0);
	assert_true(pair->hub.downs >= 30 && pair->peer.downs >= 30);
	assert_true(hs_link_is_up(pair->hub.link) && hs_link_is_up(pair->peer.link));
}

static void
test_frame_too_large_ends_the_connection(void **state)
{
	struct pair *pair = *state;
	connect_both(pair);
	static const unsigned char frame[70000];
	assert_int_equal(hs_link_send(pair->hub.link, frame, sizeof(frame)), HS_OK);
	run_until(pair, &pair->peer.downs, 1);
	assert_int_equal(pair->peer.frames, 0);
	run_until(pair, &pair->peer.ups, 2);
}

/* A hub that hangs up on every hello must not be dialled a thousand times a second. */
static void
test_a_peer_that_is_dropped_at_once_backs_off(void **state)
{
	struct pair *pair = *state;
	connect_both(pair);
	int before = pair->hub.ups;
	uint64_t from_ns = uv_hrtime();
	for (int i = 0; i < TURNS_MAX && pair->hub.ups < before + 6; i++) {
		if (hs_link_is_up(pair->hub.link))
			hs_link_drop(pair->hub.link);
		uv_run(&pair->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	/* 20 + 40 + 80 + 160 + 320 ms before the last of them, and more on a busy machine */
	assert_int_equal(pair->hub.ups, before + 6);
	assert_true(uv_hrtime() - from_ns >= 620000000);
}

static void
test_bad_url_is_an_error(void **state)
{
	struct pair *pair = *state;
	char long_url[200];
	const char *const urls[] = { "ipc:///nonexistent/directory/x", "carrier-pigeon://coop",
		"unix:///nonexistent/directory/x", "unix://relative/x", long_url };
	memset(long_url, 'x', sizeof(long_url) - 1);
	long_url[sizeof(long_url) - 1] = '\0';
	memcpy(long_url, "unix:///tmp/", strlen("unix:///tmp/"));
	for (size_t i = 0; i < HS_COUNT(urls); i++) {
		struct hs_link *link = NULL;
		struct hs_link_options options = { .url = urls[i], .listen = true, .ops = &ops };
		assert_int_equal(hs_link_open(&pair->loop, &options, &link), HS_ERR_CONFIG);
	}
}

/* The first peer stays, and its frames go on; the second is never up. */
static void
test_a_second_peer_is_hung_up_on(void **state)
{
	struct pair *pair = *state;
	struct end second = { 0 };
	connect_both(pair);
	open_end(pair, &second, false);
	for (int i = 0; i < 300; i++) {
		uv_run(&pair->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	assert_false(hs_link_is_up(second.link));
	assert_int_equal(pair->hub.ups, 1);
	assert_int_equal(pair->peer.downs, 0);
	send_numbers(pair->hub.link, 10);
	run_until(pair, (int *)&pair->peer.frames, 10);
	pair->closed = 0;
	hs_link_close(second.link, on_closed, pair);
	run_until(pair, &pair->closed, 1);
}

static int64_t ahead_us;

int64_t __real_hs_clock_mono_us(void);
int64_t __wrap_hs_clock_mono_us(void);
int64_t
__wrap_hs_clock_mono_us(void)
{
	return __real_hs_clock_mono_us() + ahead_us;
}

/* Its path died without a word, and it dials anew: the hub has no place for it before it gives the old connection up. */
static void
test_a_silent_peer_gives_way(void **state)
{
	struct pair *pair = *state;
	struct end again = { 0 };
	connect_both(pair);
	open_end(pair, &again, false);
	ahead_us = 7000000;
	run_until(pair, &pair->hub.downs, 1);
	ahead_us = 0;
	run_until(pair, &pair->hub.ups, 2);
	pair->closed = 0;
	hs_link_close(again.link, on_closed, pair);
	run_until(pair, &pair->closed, 1);
}

/* ---- only for unix: ---- */

static void
test_the_socket_is_for_owner_and_group_and_goes_with_the_link(void **state)
{
	struct pair *pair = *state;
	struct stat now;
	assert_int_equal(stat(pair->path, &now), 0);
	assert_int_equal(now.st_mode & 0777, 0660);
	hs_link_close(pair->hub.link, on_closed, pair);
	run_until(pair, &pair->closed, 1);
	assert_int_equal(stat(pair->path, &now), -1);
	open_end(pair, &pair->hub, true);
}

/* A socket file without a listener: what a killed process leaves. */
static void
leave_behind(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
}

static enum hs_err
listen_at(struct pair *pair, const char *path, struct hs_link **link)
{
	char url[128];
	struct hs_link_options options = { .url = url, .listen = true, .ops = &ops };
	snprintf(url, sizeof(url), "unix://%s", path);
	return hs_link_open(&pair->loop, &options, link);
}

static void
test_only_a_socket_that_was_left_behind_is_replaced(void **state)
{
	struct pair *pair = *state;
	struct hs_link *link = NULL;
	char path[96];
	struct stat now;

	snprintf(path, sizeof(path), "%s/left", pair->directory);
	leave_behind(path);
	assert_int_equal(listen_at(pair, path, &link), HS_OK);
	hs_link_close(link, on_closed, pair);
	run_until(pair, &pair->closed, 1);

	/* somebody listens there */
	assert_int_equal(listen_at(pair, pair->path, &link), HS_ERR_CONFIG);

	/* a file of somebody's */
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	assert_int_equal(listen_at(pair, path, &link), HS_ERR_CONFIG);
	assert_int_equal(stat(path, &now), 0);
	assert_true(S_ISREG(now.st_mode));
	unlink(path);
}

/* Without a free descriptor nobody is let in, and the loop rests between two tries. */
static void
test_no_descriptors_is_no_busy_loop(void **state)
{
	struct pair *pair = *state;
	struct rlimit was, small;
	int turns = 0;
	int free_fd = open("/dev/null", O_RDONLY);
	uint64_t until_ns = uv_hrtime() + 300000000;

	close(free_fd);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	small = was;
	small.rlim_cur =
		(rlim_t)free_fd + 2; /* for the socket of the peer, and a spare one of libuv */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &small), 0);
	open_end(pair, &pair->peer, false);
	for (; uv_hrtime() < until_ns && turns < 100000; turns++)
		uv_run(&pair->loop, UV_RUN_ONCE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_int_equal(pair->hub.ups, 0);
	assert_in_range(turns, 1, 200);
	run_until(pair, &pair->hub.ups, 1);
}

#define EACH_WAY(test)                                                       \
	cmocka_unit_test_prestate_setup_teardown(                            \
		test, setup, teardown, (void *)(uintptr_t)&ways[0]),         \
		cmocka_unit_test_prestate_setup_teardown(                    \
			test, setup, teardown, (void *)(uintptr_t)&ways[1]), \
		cmocka_unit_test_prestate_setup_teardown(                    \
			test, setup, teardown, (void *)(uintptr_t)&ways[2])
#define LOCAL_ONLY(test) \
	cmocka_unit_test_prestate_setup_teardown(test, setup, teardown, (void *)(uintptr_t)&ways[1])

int
main(void)
{
	const struct CMUnitTest tests[] = {
		EACH_WAY(test_frames_arrive_in_order_both_ways),
		EACH_WAY(test_a_frame_may_be_taken),
		EACH_WAY(test_a_look_takes_what_has_come),
		EACH_WAY(test_no_peer_means_closed),
		EACH_WAY(test_full_queue_says_again),
		EACH_WAY(test_drop_connects_anew_and_starts_clean),
		EACH_WAY(test_frame_too_large_ends_the_connection),
		EACH_WAY(test_a_peer_that_is_dropped_at_once_backs_off),
		EACH_WAY(test_a_second_peer_is_hung_up_on),
		EACH_WAY(test_a_silent_peer_gives_way),
		LOCAL_ONLY(test_bad_url_is_an_error),
		LOCAL_ONLY(test_the_socket_is_for_owner_and_group_and_goes_with_the_link),
		LOCAL_ONLY(test_only_a_socket_that_was_left_behind_is_replaced),
		LOCAL_ONLY(test_no_descriptors_is_no_busy_loop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
