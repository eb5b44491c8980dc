/* fanout_bench: from a submission to the last of N subscribers, beside a bare send() loop.
 *
 * One process opens N WebSocket subscribers of the feed and N connections to the floor, in turns:
 *   hansho  POST of one prepared request to the gate → … → the whole frame at the last subscriber
 *   floor   a byte through a pipe → a forked epoll server sends one prebuilt frame of the same size to its N
 *           sockets in a loop → the whole frame at the last one
 * Both are measured by the same reader in the same run; the figure is the median of the ratios of pairs.
 * tests/bench/fanout.py starts the programs, pins them and writes the requests.
 *
 * usage: fanout_bench FEED_PORT GATE_PORT REQUEST_DIR SUBSCRIBERS PAIRS SUBPROTOCOL
 * REQUEST_DIR holds 0 … PAIRS: whole HTTP requests, the first one warms up. After "connected" on stdout a line
 * on stdin is waited for (so that memory can be read), then one line per pair: floor_us floor_first_us hansho_us hansho_first_us
 * frame_bytes, each from its own beginning.
 */
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

#include "hub/base/check.h"
#include "tests/bench/client.h"

#define READ_BYTES 65536
#define WAIT_S	   30

static const char handshake[] =
	"GET /v1/feed HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	"Sec-WebSocket-Protocol: %s\r\n\r\n";

/* One connection: how far into which frame. */
struct reader {
	int fd;
	uint8_t head[10];
	size_t head_bytes;
	uint64_t left;	      /* of the payload */
	uint64_t frame_bytes; /* of the last whole frame */
	uint64_t frames;
	bool done; /* in this round */
};

struct side {
	struct reader *readers;
	size_t count;
	int epoll;
};

/* Blocking; at most one byte beyond `mark` is never read, so frames behind it stay in the socket. */
static void
read_until(int fd, const char *mark)
{
	char seen[4096];
	size_t at = 0;

	while (at + 1 < sizeof(seen)) {
		if (read(fd, seen + at, 1) != 1) {
			fprintf(stderr, "closed during handshake\n");
			exit(1);
		}
		seen[++at] = '\0';
		if (strstr(seen, mark) != NULL)
			return;
	}
	fprintf(stderr, "no end of handshake\n");
	exit(1);
}

static size_t
head_size(const struct reader *reader)
{
	if (reader->head_bytes < 2)
		return 2;
	return (reader->head[1] & 127) == 126 ? 4 : (reader->head[1] & 127) == 127 ? 10 : 2;
}

static uint64_t
payload_size(const struct reader *reader)
{
	size_t size = head_size(reader);
	uint64_t value = 0;

	if (size == 2)
		return reader->head[1] & 127;
	for (size_t i = 2; i < size; i++)
		value = value << 8 | reader->head[i];
	return value;
}

static void
take(struct reader *reader, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		size_t part;

		if (reader->left == 0) {
			reader->head[reader->head_bytes++] = *bytes++;
			len--;
			if (reader->head_bytes < head_size(reader))
				continue;
			reader->left = payload_size(reader);
			reader->frame_bytes = reader->left;
			reader->head_bytes = 0;
			if (reader->left > 0)
				continue;
		}
		part = len < reader->left ? len : (size_t)reader->left;
		bytes += part;
		len -= part;
		reader->left -= part;
		if (reader->left == 0)
			reader->frames++;
	}
}

static void
die_silent(const char *what)
{
	fprintf(stderr, "%s: nothing came for %d s\n", what, WAIT_S);
	exit(1);
}

/* Until every reader has one more frame. Returns when the last had it; *first when the first had. */
static int64_t
collect(struct side *side, int64_t *first_us)
{
	struct epoll_event events[256];
	static uint8_t bytes[READ_BYTES];
	size_t done = 0;

	*first_us = 0;
	for (size_t i = 0; i < side->count; i++) {
		side->readers[i].done = false;
		side->readers[i].frames = 0;
	}
	while (done < side->count) {
		int count = epoll_wait(side->epoll, events, 256, WAIT_S * 1000);

		if (count <= 0)
			die_silent("subscribers");
		for (int i = 0; i < count; i++) {
			struct reader *reader = events[i].data.ptr;
			ssize_t got = recv(reader->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

			if (got <= 0) {
				fprintf(stderr, "a subscriber was closed\n");
				exit(1);
			}
			take(reader, bytes, (size_t)got);
			if (reader->frames == 0 || reader->done)
				continue;
			reader->done = true;
			if (done++ == 0)
				*first_us = now_us();
		}
	}
	return now_us();
}

static void
watch(struct side *side, size_t count)
{
	side->count = count;
	side->readers = calloc(count, sizeof(*side->readers));
	side->epoll = epoll_create1(EPOLL_CLOEXEC);
	HS_CHECK(side->readers != NULL && side->epoll >= 0);
}

static void
add(struct side *side, size_t i, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &side->readers[i] };

	side->readers[i].fd = fd;
	epoll_ctl(side->epoll, EPOLL_CTL_ADD, fd, &event);
}

/* ---- the floor: accept N, then one frame to all for each byte of the pipe ---- */

static _Noreturn void
floor_server(int listener, int trigger, size_t count)
{
	int *fds = calloc(count, sizeof(*fds));
	uint64_t size;
	uint8_t *frame;

	HS_CHECK(fds != NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = 0; i < count; i++) {
		int on = 1;

		fds[i] = accept(listener, NULL, NULL);
		setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	}
	while (read(trigger, &size, sizeof(size)) == (ssize_t)sizeof(size)) {
		frame = calloc(1, size + 4);
		HS_CHECK(frame != NULL);
		frame[0] = 0x82;
		frame[1] = 126;
		frame[2] = (uint8_t)(size >> 8);
		frame[3] = (uint8_t)size;
		for (size_t i = 0; i < count; i++)
			if (send(fds[i], frame, size + 4, MSG_NOSIGNAL) != (ssize_t)(size + 4))
				exit(1);
		free(frame);
	}
	exit(0);
}

static int
start_floor(struct side *side, size_t count)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ends[2];
	pid_t child;

	HS_CHECK(bind(listener, (struct sockaddr *)&at, len) == 0 && listen(listener, 4096) == 0);
	HS_CHECK(getsockname(listener, (struct sockaddr *)&at, &len) == 0 && pipe(ends) == 0);
	child = fork();
	HS_CHECK(child >= 0);
	if (child == 0) {
		close(ends[1]);
		floor_server(listener, ends[0], count);
	}
	printf("floor %d\n", (int)child);
	watch(side, count);
	for (size_t i = 0; i < count; i++)
		add(side, i, dial(ntohs(at.sin_port)));
	close(ends[0]);
	return ends[1];
}

/* ---- hansho ---- */

static void
subscribe(struct side *side, size_t i, int port, const char *subprotocol, bool binary)
{
	/* FeedFrame{subscribe{from_text "now", mode "drill"}}, and the same as JSON; masked with zeros */
	static const char proto[] = "\x42\x0c\x12\x03now\x1a\x05"
				    "drill";
	static const char json[] = "{\"type\":\"subscribe\",\"mode\":\"drill\",\"from\":\"now\"}";
	const char *text = binary ? proto : json;
	uint8_t frame[128] = { binary ? 0x82 : 0x81, (uint8_t)(0x80 | strlen(text)) };
	char request[512];
	int fd = dial(port);

	snprintf(request, sizeof(request), handshake, subprotocol);
	write_all(fd, request, strlen(request));
	read_until(fd, "\r\n\r\n");
	memcpy(frame + 6, text, strlen(text));
	write_all(fd, frame, 6 + strlen(text));
	add(side, i, fd);
}

/* hello and live, of everybody */
static void
await_live(struct side *side)
{
	int64_t first;

	for (size_t i = 0; i < side->count; i++) {
		struct reader *reader = &side->readers[i];
		uint8_t byte;

		reader->frames = 0;
		while (reader->frames < 2 && read(reader->fd, &byte, 1) == 1)
			take(reader, &byte, 1);
		if (reader->frames < 2) {
			fprintf(stderr, "closed before live\n");
			exit(1);
		}
	}
	(void)first;
}

struct result {
	int64_t begun_us, first_us, last_us;
};

static struct result
submit(struct side *side, int gate_port, const char *request, size_t len)
{
	struct result result;
	char reply[4096];
	int fd = dial(gate_port);
	ssize_t got;

	result.begun_us = now_us();
	write_all(fd, request, len);
	result.last_us = collect(side, &result.first_us);
	got = read(fd, reply, sizeof(reply) - 1);
	reply[got > 0 ? got : 0] = '\0';
	if (strncmp(reply, "HTTP/1.1 202", 12) != 0) {
		fprintf(stderr, "the gate said: %s\n", reply);
		exit(1);
	}
	close(fd);
	return result;
}

static struct result
run_floor(struct side *side, int trigger, uint64_t size)
{
	struct result result = { .begun_us = now_us() };

	write_all(trigger, &size, sizeof(size));
	result.last_us = collect(side, &result.first_us);
	return result;
}

static void
print_pair(const struct result *floor, const struct result *ours, uint64_t frame_bytes)
{
	printf("pair %lld %lld %lld %lld %llu\n", (long long)(floor->last_us - floor->begun_us),
		(long long)(floor->first_us - floor->begun_us),
		(long long)(ours->last_us - ours->begun_us),
		(long long)(ours->first_us - ours->begun_us), (unsigned long long)frame_bytes);
}

int
main(int argc, char **argv)
{
	static char request[REQUEST_MAX];
	struct side floor_side, feed_side;
	int feed_port, gate_port, pairs, trigger;
	size_t count;
	bool binary;

	if (argc != 7) {
		fprintf(stderr, "usage: fanout_bench FEED_PORT GATE_PORT REQUEST_DIR SUBSCRIBERS "
				"PAIRS SUBPROTOCOL\n");
		return 2;
	}
	feed_port = atoi(argv[1]);
	gate_port = atoi(argv[2]);
	count = (size_t)atoi(argv[4]);
	pairs = atoi(argv[5]);
	binary = strcmp(argv[6], "hansho.v1.proto") == 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	trigger = start_floor(&floor_side, count);
	watch(&feed_side, count);
	for (size_t i = 0; i < count; i++)
		subscribe(&feed_side, i, feed_port, argv[6], binary);
	await_live(&feed_side);
	printf("connected\n");
	if (getchar() == EOF)
		return 0;
	for (int i = 0; i <= pairs; i++) {
		struct result ours =
			submit(&feed_side, gate_port, request, load(argv[3], i, request));
		uint64_t size = feed_side.readers[0].frame_bytes;
		struct result floor = run_floor(&floor_side, trigger, size);

		if (i > 0)
			print_pair(&floor, &ours, size);
	}
	return 0;
}
