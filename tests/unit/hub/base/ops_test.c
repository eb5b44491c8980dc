/* The operations page over a raw socket, and "address:port". */
#include "tests/unit/hub/base/http_peer.h"

#include "hub/base/proc.h"

struct page {
	struct fixture peer_side; /* port and tls, for http_peer.h */
	uv_loop_t loop;
	uv_async_t stop;
	uv_thread_t thread;
	struct hs_ops *ops;
	atomic_bool ready;
};

static const char *
not_ready(void *owner)
{
	return ((struct page *)owner)->ready ? "" : "the hub cannot be reached";
}

static void
metrics(void *owner, struct hs_buf *out)
{
	(void)owner;
	hs_buf_puts(out, "hansho_up 1\n");
}

static void
status(void *owner, struct hs_buf *out)
{
	(void)owner;
	hs_buf_puts(out, "{\"name\":\"t\"}");
}

static const struct hs_ops_callbacks callbacks = { not_ready, metrics, status };

static void
on_stop(uv_async_t *async)
{
	struct page *page = async->data;

	hs_ops_stop(page->ops);
	uv_close((uv_handle_t *)async, NULL);
}

static void
run(void *arg)
{
	uv_run(&((struct page *)arg)->loop, UV_RUN_DEFAULT);
}

/* A port that was free a moment ago. */
static int
free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	close(fd);
	return ntohs(address.sin_port);
}

/* Of the metrics, in milliseconds; a pause of the machine makes a turn by the clock long. */
static long
turn_of(const char *text, const char *by)
{
	char name[64];

	snprintf(name, sizeof(name), "\nhansho_loop_turn_max_seconds{by=\"%s\"} ", by);
	const char *at = strstr(text, name);
	assert_non_null(at);
	assert_in_range(at[strlen(name)], '0', '9');
	return (long)(strtod(at + strlen(name), NULL) * 1000);
}

static void
test_pages(void **state)
{
	(void)state;
	static struct page page;
	struct answer answer;
	char listen[32];

	page.peer_side.port = free_port();
	snprintf(listen, sizeof(listen), "127.0.0.1:%d", page.peer_side.port);
	assert_int_equal(uv_loop_init(&page.loop), 0);
	uv_async_init(&page.loop, &page.stop, on_stop);
	page.stop.data = &page;
	assert_int_equal(hs_ops_create(&page.loop, listen, &callbacks, &page, &page.ops), HS_OK);
	assert_int_equal(uv_thread_create(&page.thread, run, &page), 0);
	struct fixture *f = &page.peer_side;
	assert_int_equal(ask(f, "GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 200);
	assert_string_equal(answer.body, "ok\n");
	assert_int_equal(ask(f, "GET /readyz HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 503);
	assert_string_equal(answer.body, "the hub cannot be reached\n");
	page.ready = true;
	assert_int_equal(ask(f, "GET /readyz HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 200);
	assert_int_equal(ask(f, "GET /metrics HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 200);
	assert_memory_equal(answer.body, "hansho_up 1\n", strlen("hansho_up 1\n"));
	assert_in_range(turn_of(answer.body, "clock"), 0, 60000);
	assert_in_range(turn_of(answer.body, "processor"), 0, 1000);
	assert_int_equal(ask(f, "GET /status HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 200);
	assert_string_equal(answer.body, "{\"name\":\"t\"}\n");
	assert_non_null(strstr(answer.head, "application/json"));
	assert_int_equal(ask(f, "POST /status HTTP/1.1\r\nHost: t\r\n\r\n", &answer), 405);
	uv_async_send(&page.stop);
	uv_thread_join(&page.thread);
	assert_int_equal(uv_loop_close(&page.loop), 0);
}

static void
test_none(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct hs_ops *ops = NULL;

	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(hs_ops_create(&loop, "", &callbacks, NULL, &ops), HS_OK);
	assert_null(ops);
	hs_ops_stop(ops);
	assert_int_equal(hs_ops_create(&loop, "127.0.0.1", &callbacks, NULL, &ops), HS_ERR_INVALID);
	assert_int_equal(
		hs_ops_create(&loop, "256.0.0.1:9", &callbacks, NULL, &ops), HS_ERR_INVALID);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void
test_listen_parse(void **state)
{
	(void)state;
	static const char *const bad[] = { "", ":", "127.0.0.1", "127.0.0.1:", ":80", "a:70000",
		"a:-1", "a: 1", "a:1x", "[]:1", "0123456789:1" };
	char address[10];
	int port = 0;

	for (size_t i = 0; i < HS_COUNT(bad); i++)
		assert_int_equal(
			hs_listen_parse(bad[i], address, sizeof(address), &port), HS_ERR_INVALID);
	assert_int_equal(hs_listen_parse("127.0.0.1:0", address, sizeof(address), &port), HS_OK);
	assert_string_equal(address, "127.0.0.1");
	assert_int_equal(port, 0);
	assert_int_equal(hs_listen_parse("[::1]:65535", address, sizeof(address), &port), HS_OK);
	assert_string_equal(address, "::1");
	assert_int_equal(port, 65535);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_listen_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
