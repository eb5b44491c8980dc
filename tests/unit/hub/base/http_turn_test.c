/* A crowd at the door in one turn of the loop: how many are let in, and that the owner may look in between.
 *
 * The loop is turned by hand, one turn at a time; clients are sockets that have connected and asked before it turns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/http.h"

#define CLIENTS	  24
#define EVENTS	  512
#define TURNS_MAX 2000
#define NEVER_US  1000000000

struct door {
	uv_loop_t loop;
	struct hs_http_server *server;
	bool more;	     /* what the look says */
	char events[EVENTS]; /* 'r' request, 'l' look, '|' end of a turn */
	size_t count, requests;
	int clients[CLIENTS];
	bool gone;
};

static void
note(struct door *door, char event)
{
	if (door->count < EVENTS - 1)
		door->events[door->count++] = event;
}

static bool
look(void *owner)
{
	struct door *door = owner;

	note(door, 'l');
	return door->more;
}

static void
on_get(void *owner, const struct hs_http_request *request)
{
	struct door *door = owner;

	note(door, 'r');
	door->requests++;
	assert_int_equal(
		hs_http_reply_text(request->server, request->id, 200, "text/plain", "x"), HS_OK);
}

static const struct hs_http_route routes[] = { { "GET", "/x", 0, on_get } };

static void
on_gone(void *owner)
{
	((struct door *)owner)->gone = true;
}

static int
open_door(void **state)
{
	struct door *door = calloc(1, sizeof(*door));

	uv_loop_init(&door->loop);
	*state = door;
	return 0;
}

static void
serve(struct door *door, int64_t accepts, int64_t look_us)
{
	struct hs_http_options options;

	hs_http_options_init(&options);
	options.routes = routes;
	options.route_count = HS_COUNT(routes);
	options.owner = door;
	options.turn = (struct hs_http_turn){ accepts, look_us, look };
	assert_int_equal(hs_http_server_create(&door->loop, &options, &door->server), HS_OK);
}

static int
close_door(void **state)
{
	struct door *door = *state;

	hs_http_server_stop(door->server, 0, on_gone, door);
	assert_int_equal(uv_run(&door->loop, UV_RUN_DEFAULT), 0);
	assert_true(door->gone);
	assert_int_equal(uv_loop_close(&door->loop), 0);
	for (size_t i = 0; i < CLIENTS; i++)
		if (door->clients[i] > 0)
			close(door->clients[i]);
	free(door);
	return 0;
}

static void
all_come(struct door *door)
{
	static const char ask[] = "GET /x HTTP/1.1\r\nHost: t\r\n\r\n";
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)hs_http_port(door->server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	for (size_t i = 0; i < CLIENTS; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		assert_true(fd > 0);
		door->clients[i] = fd;
		assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
		assert_int_equal(
			send(fd, ask, sizeof(ask) - 1, MSG_NOSIGNAL), (ssize_t)sizeof(ask) - 1);
	}
}

/* One turn; how many came in. */
static size_t
turn(struct door *door)
{
	size_t before = hs_http_connection_count(door->server);

	uv_run(&door->loop, UV_RUN_NOWAIT);
	note(door, '|');
	return hs_http_connection_count(door->server) - before;
}

/* Until all have been answered; the most that came in at once. */
static size_t
turns(struct door *door)
{
	size_t most = 0;

	for (int i = 0; i < TURNS_MAX && door->requests < CLIENTS; i++) {
		size_t came = turn(door);

		most = came > most ? came : most;
	}
	assert_int_equal(door->requests, CLIENTS);
	return most;
}

static void
a_turn_takes_so_many_and_no_more(void **state)
{
	struct door *door = *state;

	serve(door, 5, NEVER_US);
	all_come(door);
	assert_int_equal(turns(door), 5);
}

static void
one_while_something_more_important_is_to_be_done(void **state)
{
	struct door *door = *state;

	serve(door, 5, NEVER_US);
	door->more = true;
	all_come(door);
	assert_int_equal(turns(door), 1);
}

/* All have asked, and are answered in one turn: between any two the owner may look. */
static void
between_two_events_there_is_a_look(void **state)
{
	struct door *door = *state;
	const char *together = NULL;

	serve(door, CLIENTS, 1);
	all_come(door);
	(void)turns(door);
	for (const char *at = door->events; *at != '\0' && together == NULL; at++)
		together = at[0] == 'r' && at[1] != '|' ? at : NULL;
	assert_non_null(together); /* else each stood in a turn of its own, and nothing was shown */
	assert_null(strstr(door->events, "rr"));
}

static void
no_look_before_its_time(void **state)
{
	struct door *door = *state;

	serve(door, CLIENTS, NEVER_US);
	all_come(door);
	(void)turns(door);
	assert_non_null(strstr(door->events, "rr"));
	assert_null(strstr(door->events, "lr")); /* only the one before the accepts */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_door, close_door)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_turn_takes_so_many_and_no_more),
		TEST(one_while_something_more_important_is_to_be_done),
		TEST(between_two_events_there_is_a_look),
		TEST(no_look_before_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
