/* http_bench.c: what an idle WebSocket costs in memory and what one hs_ws_send costs in time.
 *
 * Server and clients are two processes on loopback. The server sends one shared frame of 2 KiB to all,
 * ROUNDS times; the time is taken around the calls only. usage: http_bench [connections]
 * Prints: connections, resident KiB per idle connection, microseconds per hs_ws_send (median round).
 */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/http.h"

#define FRAME_BYTES 2048
#define ROUNDS	    21
#define ROUND_MS    300
#define CONNECTIONS 2000

struct bench {
	uv_loop_t loop;
	uv_timer_t timer;
	struct hs_http_server *server;
	hs_http_id *ids;
	size_t count;
	size_t wanted;
	long rss_empty_kib;
	long rss_full_kib;
	int round;
	int settled;
	size_t refused;
	double send_us[ROUNDS];
	double user_us; /* of all rounds */
	double system_us;
};

static long
rss_kib(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	HS_CHECK(file != NULL);
	HS_CHECK(fscanf(file, "%*s %ld", &pages) == 1);
	fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void
on_open(void *owner, const struct hs_http_request *upgrade, const char *subprotocol)
{
	struct bench *bench = owner;

	(void)subprotocol;
	bench->ids[bench->count++] = upgrade->id;
}

static void
cpu_add(struct bench *bench, double sign)
{
	struct rusage usage;

	HS_CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
	bench->user_us +=
		sign * ((double)usage.ru_utime.tv_sec * 1e6 + (double)usage.ru_utime.tv_usec);
	bench->system_us +=
		sign * ((double)usage.ru_stime.tv_sec * 1e6 + (double)usage.ru_stime.tv_usec);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
report(struct bench *bench)
{
	qsort(bench->send_us, ROUNDS, sizeof(bench->send_us[0]), by_value);
	printf("connections %zu\nresident KiB per idle connection %.2f\n", bench->wanted,
		(double)(bench->rss_full_kib - bench->rss_empty_kib) / (double)bench->wanted);
	printf("microseconds per hs_ws_send: min %.2f median %.2f max %.2f, refused %zu\n",
		bench->send_us[0], bench->send_us[ROUNDS / 2], bench->send_us[ROUNDS - 1],
		bench->refused);
	printf("CPU microseconds per hs_ws_send: user %.2f system %.2f\n",
		bench->user_us / ROUNDS / (double)bench->wanted,
		bench->system_us / ROUNDS / (double)bench->wanted);
	hs_http_server_stop(bench->server, 100, NULL, NULL);
	uv_close((uv_handle_t *)&bench->timer, NULL);
}

static void
on_round(uv_timer_t *timer)
{
	struct bench *bench = timer->data;
	struct hs_frame *frame = NULL;

	if (bench->count < bench->wanted || bench->settled++ < 3)
		return;
	if (bench->round == 0)
		bench->rss_full_kib = rss_kib();
	if (bench->round == ROUNDS) {
		report(bench);
		return;
	}
	frame = hs_frame_create(FRAME_BYTES);
	HS_CHECK(frame != NULL);
	memset(hs_frame_bytes(frame), 'x', FRAME_BYTES);
	cpu_add(bench, -1);
	int64_t begin_us = hs_clock_mono_us();
	for (size_t i = 0; i < bench->count; i++)
		bench->refused += hs_ws_send(bench->server, bench->ids[i], frame, true) != HS_OK;
	bench->send_us[bench->round++] =
		(double)(hs_clock_mono_us() - begin_us) / (double)bench->count;
	cpu_add(bench, 1);
	hs_frame_unref(frame);
}

static int
client_open(int port)
{
	static const char upgrade[] =
		"GET /feed HTTP/1.1\r\nHost: t\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	HS_CHECK(fd >= 0);
	HS_CHECK(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
	HS_CHECK(send(fd, upgrade, sizeof(upgrade) - 1, MSG_NOSIGNAL) > 0);
	return fd;
}

static void
clients_run(int port, size_t count)
{
	struct pollfd *polls = calloc(count, sizeof(struct pollfd));
	char scratch[65536];
	size_t open = count;

	HS_CHECK(polls != NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = 0; i < count; i++)
		polls[i] = (struct pollfd){ .fd = client_open(port), .events = POLLIN };
	while (open > 0 && poll(polls, count, 60000) > 0) {
		for (size_t i = 0; i < count; i++) {
			if (polls[i].revents == 0)
				continue;
			if (recv(polls[i].fd, scratch, sizeof(scratch), MSG_DONTWAIT) == 0) {
				close(polls[i].fd);
				polls[i].fd = -1;
				open--;
			}
		}
	}
	_exit(0);
}

static void
files_limit(void)
{
	struct rlimit limit;

	HS_CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = limit.rlim_max < 20000 ? limit.rlim_max : 20000;
	HS_CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

int
main(int argc, char **argv)
{
	static const struct hs_ws_endpoint endpoint = { "/feed", NULL, 1024 };
	static const struct hs_ws_ops ops = { .on_open = on_open };
	static struct bench bench;
	struct hs_http_options options;

	files_limit();
	bench.wanted = argc > 1 ? strtoul(argv[1], NULL, 10) : CONNECTIONS;
	bench.ids = calloc(bench.wanted, sizeof(hs_http_id));
	HS_CHECK(bench.ids != NULL && uv_loop_init(&bench.loop) == 0);
	hs_http_options_init(&options);
	options.endpoints = &endpoint;
	options.endpoint_count = 1;
	options.ops = &ops;
	options.owner = &bench;
	HS_CHECK(hs_http_server_create(&bench.loop, &options, &bench.server) == HS_OK);
	pid_t child = fork();
	if (child == 0)
		clients_run(hs_http_port(bench.server), bench.wanted);
	bench.rss_empty_kib = rss_kib();
	uv_timer_init(&bench.loop, &bench.timer);
	bench.timer.data = &bench;
	uv_timer_start(&bench.timer, on_round, ROUND_MS, ROUND_MS);
	uv_run(&bench.loop, UV_RUN_DEFAULT);
	waitpid(child, NULL, 0);
	free(bench.ids);
	return 0;
}
