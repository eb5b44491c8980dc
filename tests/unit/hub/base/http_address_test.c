/* Who gives way when all connections are taken (http_address.c): a server with eight places, of which an address
 * has two by right, and clients from several addresses of 127.0.0.0/8. */
#include "tests/unit/hub/base/http_ws_peer.h"

#define PLACES	      8
#define SHARE	      2
#define REPLIES_BYTES (BIG_BYTES * 7 / 2) /* three fit, the first alone is less than half */
#define BIG	      "GET /big HTTP/1.1\r\nHost: t\r\n\r\n"
#define HELLO	      "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n"
#define HEAD_HALF     "GET /hello HTTP/1.1\r\nHo"
#define HEAD_REST     "st: t\r\n\r\n"

static int
places_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fixture_options(f, 60000);
	f->options.connections_max = PLACES;
	f->options.shares.address_percent = 25;
	f->options.shares.replies_max_bytes = REPLIES_BYTES;
	fixture_start(f);
	*state = f;
	return 0;
}

static int
places_teardown(void **state)
{
	fixture_stop(*state);
	free(*state);
	return 0;
}

/* From 127.0.0.`last`; waits until the server has taken it. */
static struct peer
peer_from(struct fixture *f, int last)
{
	struct peer peer = { .fd = socket(AF_INET, SOCK_STREAM, 0) };
	struct sockaddr_in from = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK - 1 + (unsigned)last) } };
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)f->port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct timeval wait = { .tv_sec = WAIT_MS / 1000 };

	assert_int_equal(bind(peer.fd, (struct sockaddr *)&from, sizeof(from)), 0);
	setsockopt(peer.fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	assert_int_equal(connect(peer.fd, (struct sockaddr *)&to, sizeof(to)), 0);
	sleep_ms(5);
	(void)connections(f);
	return peer;
}

/* What is to end is waited for; what is to stay is looked at when the server has seen who came last. */
static void
expect_open(struct peer *peer, bool open)
{
	char byte;

	if (!open)
		assert_int_equal(recv(peer->fd, &byte, 1, MSG_PEEK), 0);
	else
		assert_int_not_equal(recv(peer->fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK), 0);
}

static bool
is_served(struct peer *peer, const char *text)
{
	struct answer answer;

	return peer_puts(peer, text) && peer_answer(peer, &answer) && answer.status == 200;
}

static void
close_all(struct fixture *f, struct peer *peers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		peer_close(&peers[i]);
	for (int i = 0; i < WAIT_MS / 5 && connections(f) > 0; i++)
		sleep_ms(5);
	assert_int_equal(connections(f), 0);
}

/* One address that opens more and more loses its own oldest; who sends his head slowly loses nothing. */
static void
test_a_flood_pays_with_its_own(void **state)
{
	struct fixture *f = *state;
	struct peer slow = peer_from(f, 1), flood[20];

	assert_true(peer_puts(&slow, HEAD_HALF));
	for (size_t i = 0; i < HS_COUNT(flood); i++)
		flood[i] = peer_from(f, 2);
	assert_int_equal(connections(f), PLACES);
	for (size_t i = 0; i < HS_COUNT(flood); i++)
		expect_open(&flood[i], i > HS_COUNT(flood) - PLACES); /* the newest are */
	expect_open(&slow, true);
	assert_true(is_served(&slow, HEAD_REST));
	struct peer third = peer_from(f, 3);
	assert_true(is_served(&third, HELLO));
	assert_true(is_served(&slow, HELLO));
	peer_close(&slow);
	peer_close(&third);
	close_all(f, flood, HS_COUNT(flood));
}

static struct peer
ws_from(struct fixture *f, int last)
{
	struct peer peer = peer_from(f, last);
	struct answer answer;
	struct message message;

	assert_int_equal(ws_ask(&peer, "/feed", PB, &answer), 101);
	assert_true(ws_next(&peer, &message));
	return peer;
}

/* Subscribers are not silent; those of an address above its share still give way to others, the newest first, until it
 * is within its share. */
static void
test_subscribers_of_one_address_give_way(void **state)
{
	struct fixture *f = *state;
	struct peer own[PLACES], others[PLACES];

	for (int i = 0; i < PLACES; i++)
		own[i] = ws_from(f, 2);
	struct peer more = peer_from(f, 2);
	expect_open(&more, false); /* has no silent one of its own */
	for (int i = 0; i < PLACES - SHARE; i++) {
		others[i] = ws_from(f, 3 + i);
		expect_open(&own[PLACES - 1 - i], false);
		expect_open(&own[PLACES - 2 - i], true);
	}
	struct peer last = peer_from(f, 1);
	expect_open(&last, false); /* all are within their share, and none is silent */
	for (int i = 0; i < SHARE; i++)
		expect_open(&own[i], true);
	for (int i = 0; i < PLACES - SHARE; i++)
		peer_close(&others[i]);
	peer_close(&more);
	peer_close(&last);
	close_all(f, own, PLACES);
}

/* Nobody is above his share: the longest silent one of all goes. */
static void
test_within_their_shares(void **state)
{
	struct fixture *f = *state;
	struct peer peers[PLACES];

	for (int i = 0; i < PLACES; i++)
		peers[i] = peer_from(f, 2 + i / SHARE);
	assert_true(is_served(&peers[0], HELLO)); /* so the second is the longest silent one */
	struct peer more = peer_from(f, 1);
	assert_true(is_served(&more, HELLO));
	for (int i = 0; i < PLACES; i++)
		expect_open(&peers[i], i != 1);
	peer_close(&more);
	close_all(f, peers, PLACES);
}

/* While there is room nobody is limited. */
static void
test_room_for_all(void **state)
{
	struct fixture *f = *state;
	struct peer peers[PLACES];

	for (int i = 0; i < PLACES; i++)
		peers[i] = i % 2 == 0 ? ws_from(f, 2) : peer_from(f, 2);
	for (int i = 0; i < PLACES; i++)
		expect_open(&peers[i], true);
	close_all(f, peers, PLACES);
}

/* The first bytes of a reply whose rest is not read. */
static int
status_of_big(struct fixture *f, struct peer *peer, int last)
{
	char text[16] = "";

	*peer = peer_from(f, last);
	assert_true(peer_puts(peer, BIG));
	assert_true(peer_take(peer, text, 12));
	return atoi(text + 9);
}

/* What nobody reads is bounded: first for who has most of it, then for all; small replies always come. */
static void
test_replies_that_nobody_reads(void **state)
{
	struct fixture *f = *state;
	struct peer peers[7];

	assert_int_equal(status_of_big(f, &peers[0], 2), 200);
	assert_int_equal(status_of_big(f, &peers[1], 2), 503);
	assert_int_equal(status_of_big(f, &peers[2], 3), 200);
	assert_int_equal(status_of_big(f, &peers[3], 4), 200);
	assert_int_equal(status_of_big(f, &peers[4], 5), 503);
	peers[5] = peer_from(f, 2);
	assert_true(is_served(&peers[5], HELLO));
	peer_close(&peers[2]);
	for (int i = 0; i < WAIT_MS / 5 && connections(f) > 5; i++)
		sleep_ms(5);
	assert_int_equal(status_of_big(f, &peers[6], 5), 200);
	peers[2] = peers[6];
	close_all(f, peers, 6);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_flood_pays_with_its_own),
		cmocka_unit_test(test_subscribers_of_one_address_give_way),
		cmocka_unit_test(test_within_their_shares),
		cmocka_unit_test(test_room_for_all),
		cmocka_unit_test(test_replies_that_nobody_reads),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, places_setup, places_teardown);
}
