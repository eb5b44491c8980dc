/* Two ends of a link in one loop, over ipc: order, reconnection, limits. */
#include "hub/base/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hub/base/check.h"

struct end {
	struct hs_link *link;
	int ups, downs;
	uint32_t next; /* number that the next frame must carry */
	int bad;
	uint32_t frames;
};

struct pair {
	uv_loop_t loop;
	struct end hub, peer;
	char directory[64];
	char url[96];
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

static void
on_frame(void *owner, struct hs_link *link, const uint8_t *bytes, size_t len_bytes)
{
	(void)link;
	struct end *end = owner;
	uint32_t number = 0;
	if (len_bytes >= sizeof(number))
		memcpy(&number, bytes, sizeof(number));
	if (len_bytes < sizeof(number) || number != end->next)
		end->bad++;
	end->next = number + 1;
	end->frames++;
}

static const struct hs_link_ops ops = { on_up, on_frame, on_down };

static struct hs_link *
open_end(struct pair *pair, struct end *end, bool listen)
{
	struct hs_link *link = NULL;
	struct hs_link_options options = { .url = pair->url,
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

/* Turns the loop until *counter ≥ least, 5 s at most. */
static void
run_until(struct pair *pair, const int *counter, int least)
{
	for (int i = 0; i < 5000 && *counter < least; i++) {
		uv_run(&pair->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	assert_true(*counter >= least);
}

static int
setup(void **state)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	snprintf(pair->directory, sizeof(pair->directory), "/tmp/hs-link-XXXXXX");
	assert_non_null(mkdtemp(pair->directory));
	snprintf(pair->url, sizeof(pair->url), "ipc://%s/l", pair->directory);
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
	char path[96];
	snprintf(path, sizeof(path), "%s/l", pair->directory);
	unlink(path);
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
	for (int i = 0; i < 5000 && (pair->peer.frames < 400 || pair->hub.frames < 300); i++) {
		uv_run(&pair->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	assert_int_equal(pair->peer.frames, 400);
	assert_int_equal(pair->hub.frames, 300);
	assert_int_equal(pair->peer.bad + pair->hub.bad, 0);
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
	assert_true(sent >= 17 && sent <= 20); /* 1 MiB, one more in flight */
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
	for (int i = 0; i < 1000; i++) {
		if (hs_link_is_up(pair->hub.link))
			hs_link_drop(pair->hub.link);
		uv_run(&pair->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	/* 20 + 40 + 80 + 160 + 320 ms … */
	assert_in_range(pair->hub.ups - before, 2, 8);
}

static void
test_bad_url_is_an_error(void **state)
{
	struct pair *pair = *state;
	struct hs_link *link = NULL;
	struct hs_link_options options = {
		.url = "ipc:///nonexistent/directory/x", .listen = true, .ops = &ops
	};
	assert_int_equal(hs_link_open(&pair->loop, &options, &link), HS_ERR_CONFIG);
	options.url = "carrier-pigeon://coop";
	assert_int_equal(hs_link_open(&pair->loop, &options, &link), HS_ERR_CONFIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_frames_arrive_in_order_both_ways, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_peer_means_closed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_queue_says_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_drop_connects_anew_and_starts_clean, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_frame_too_large_ends_the_connection, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_peer_that_is_dropped_at_once_backs_off, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_url_is_an_error, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
