/* slow_bench: half of N WebSocket subscribers stop reading in the middle of a stream of orders.
 *
 * Each round has three parts. "all": everybody reads. "half": every second one stops reading while as many
 * orders go out again. "back": they read on, and who was closed comes back with a resume. Orders are submitted
 * by a thread at a steady rate, each on a connection of its own. Measured at those who always read: from the moment at
 * which an order was due until the whole message is there. Counted at everybody: a seq that is left out, one that
 * comes twice. The resident memory of the feed is looked at every 20 ms.
 * tests/bench/slow.py starts the programs and writes the requests.
 *
 * usage: slow_bench FEED_PORT FEED_PID GATE_PORT REQUEST_DIR SUBSCRIBERS ORDERS PER_SECOND RECEIVE_BYTES ROUNDS
 * REQUEST_DIR holds 0 … 2 * ORDERS * ROUNDS: whole HTTP requests, the first one warms up. One line per part:
 * part NAME key=value …
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>

#include "hub/base/check.h"
#include "tests/bench/client.h"
#include "tests/bench/frame_reader.h"

#define READ_BYTES    65536
#define WAIT_US	      60000000
#define LOOK_EVERY_US 20000
#define EPOCH_SIZE    64

static const char handshake[] =
	"GET /v1/feed HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	"Sec-WebSocket-Protocol: hansho.v1.json\r\n\r\n";

enum ended { ENDED_BEHIND, ENDED_OTHERWISE, ENDED_DROPPED, ENDED_COUNT };

struct subscriber {
	int fd;
	bool slow;
	struct frame_reader in;
	char text[PEEK_BYTES + 1]; /* the beginning of the message, which may come in fragments */
	uint64_t seq;		   /* the last that it has */
	int close_code;
};

struct bench {
	int feed_port, gate_port, feed_pid, epoll;
	const char *dir;
	struct subscriber *all;
	size_t count, orders;
	int64_t gap_us; /* between two orders */
	int receive_bytes;
	char epoch[EPOCH_SIZE];
	uint64_t left_out, twice, ended[ENDED_COUNT], fragments;
	uint64_t first_seq;  /* before the first order of this part */
	int64_t *due_us;     /* of each order of this part */
	int64_t *answer_us;  /* how long its answer took */
	int64_t *arrived_us; /* orders × subscribers that read; how long it took, 0: not there */
	long most_pages;
};

struct sending {
	struct bench *bench;
	int first; /* its request */
};

_Noreturn static void
die(const char *what)
{
	fprintf(stderr, "slow_bench: %s\n", what);
	exit(1);
}

static long
resident_pages(const struct bench *bench)
{
	char path[64];
	long all, resident = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/statm", bench->feed_pid);
	file = fopen(path, "r");
	if (file == NULL || fscanf(file, "%ld %ld", &all, &resident) != 2)
		die("the feed is gone");
	fclose(file);
	return resident;
}

/* ---- messages ---- */

static uint64_t
number_after(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at != NULL ? strtoull(at + strlen(name), NULL, 10) : 0;
}

static void
take_notice(struct bench *bench, struct subscriber *one)
{
	uint64_t seq = number_after(one->text, "\"seq\":"), order = seq - bench->first_seq - 1;
	size_t reader = (size_t)(one - bench->all) / 2;

	if (seq <= one->seq) {
		bench->twice++;
		return;
	}
	bench->left_out += seq - one->seq - 1;
	one->seq = seq;
	if (!one->slow && order < bench->orders)
		bench->arrived_us[order * (bench->count / 2) + reader] =
			now_us() - bench->due_us[order];
}

static void
take_message(struct bench *bench, struct subscriber *one)
{
	const char *epoch = strstr(one->text, "\"epoch\":\"");

	if (strstr(one->text, "\"type\":\"notice\"") != NULL)
		take_notice(bench, one);
	else if (strstr(one->text, "\"type\":\"gap\"") != NULL)
		bench->left_out++;
	else if (strstr(one->text, "\"type\":\"hello\"") != NULL && epoch != NULL)
		sscanf(epoch + 9, "%63[^\"]", bench->epoch);
	else if (strstr(one->text, "\"type\":\"live\"") != NULL && one->seq == 0)
		one->seq = number_after(one->text, "\"seq\":");
}

static void
take_frame(struct bench *bench, struct subscriber *one)
{
	const struct frame_reader *in = &one->in;
	unsigned opcode = in->head[0] & 15;

	if (opcode == 8 && in->peek_bytes >= 2)
		one->close_code = in->peek[0] << 8 | in->peek[1];
	if (opcode == 9) {
		uint8_t pong[6 + PEEK_BYTES] = { 0x8a, (uint8_t)(0x80 | in->peek_bytes) };

		memcpy(pong + 6, in->peek, in->peek_bytes);
		(void)send(one->fd, pong, 6u + in->peek_bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
	}
	if (opcode == 1) {
		memcpy(one->text, in->peek, in->peek_bytes);
		one->text[in->peek_bytes] = '\0';
	}
	if (opcode < 8 && (in->head[0] & 0x80) != 0)
		take_message(bench, one);
	bench->fragments += opcode == 0;
}

static void
take(struct bench *bench, struct subscriber *one, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		size_t used = frame_read(&one->in, bytes, len);

		bytes += used;
		len -= used;
		if (one->in.whole)
			take_frame(bench, one);
	}
}

/* ---- connections ---- */

static void
watch(struct bench *bench, struct subscriber *one, int how, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = one };

	if (epoll_ctl(bench->epoll, how, one->fd, &event) != 0)
		die("epoll_ctl failed");
}

/* Blocking; nothing behind the end of the head is read. */
static void
read_head(int fd)
{
	char seen[4] = "", byte;

	while (memcmp(seen, "\r\n\r\n", 4) != 0) {
		if (read(fd, &byte, 1) != 1)
			die("closed during the handshake");
		memmove(seen, seen + 1, 3);
		seen[3] = byte;
	}
}

static void
subscribe(struct bench *bench, struct subscriber *one)
{
	char from[EPOCH_SIZE + 64] = "\"now\"", text[256];
	uint8_t frame[256] = { 0x81 };
	size_t len, head = 2;

	if (one->seq > 0)
		snprintf(from, sizeof(from), "{\"epoch\":\"%s\",\"seq\":%llu}", bench->epoch,
			(unsigned long long)one->seq);
	len = (size_t)snprintf(text, sizeof(text),
		"{\"type\":\"subscribe\",\"mode\":\"drill\",\"from\":%s}", from);
	frame[1] = (uint8_t)(0x80 | (len < 126 ? len : 126));
	if (len >= 126) {
		frame[2] = (uint8_t)(len >> 8);
		frame[3] = (uint8_t)len;
		head = 4;
	}
	HS_CHECK(head + 4 + len <= sizeof(frame));
	memcpy(frame + head + 4, text, len); /* masked with zeros */
	one->fd = dial_sized(bench->feed_port, one->slow ? bench->receive_bytes : 0);
	one->in = (struct frame_reader){ 0 };
	one->close_code = 0;
	write_all(one->fd, handshake, sizeof(handshake) - 1);
	read_head(one->fd);
	write_all(one->fd, frame, head + 4 + len);
	watch(bench, one, EPOLL_CTL_ADD, EPOLLIN);
}

static void
come_back(struct bench *bench, struct subscriber *one)
{
	if (!one->slow)
		die("a subscriber that reads was closed");
	bench->ended[one->close_code == 4408 ? ENDED_BEHIND
		     : one->close_code != 0  ? ENDED_OTHERWISE
					     : ENDED_DROPPED]++;
	close(one->fd);
	subscribe(bench, one);
}

/* Reads for at most 20 ms whatever came. */
static void
turn(struct bench *bench)
{
	static uint8_t bytes[READ_BYTES];
	static int64_t looked_us;
	struct epoll_event events[256];
	int count = epoll_wait(bench->epoll, events, 256, LOOK_EVERY_US / 1000);

	for (int i = 0; i < count; i++) {
		struct subscriber *one = events[i].data.ptr;
		ssize_t got = recv(one->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

		if (got > 0)
			take(bench, one, bytes, (size_t)got);
		else if (got == 0 || errno != EAGAIN)
			come_back(bench, one);
	}
	if (now_us() - looked_us > LOOK_EVERY_US) {
		long pages = resident_pages(bench);

		looked_us = now_us();
		bench->most_pages = pages > bench->most_pages ? pages : bench->most_pages;
	}
}

/* Until everybody, or everybody who reads, has this one. */
static void
await(struct bench *bench, uint64_t seq, bool slow_too)
{
	int64_t end_us = now_us() + WAIT_US;

	for (size_t i = 0; i < bench->count;) {
		if (bench->all[i].seq >= seq || (bench->all[i].slow && !slow_too)) {
			i++;
			continue;
		}
		if (now_us() > end_us)
			die("somebody did not get everything within 60 s");
		turn(bench);
	}
}

/* ---- parts ---- */

static void *
send_orders(void *arg)
{
	const struct sending *sending = arg;
	struct bench *bench = sending->bench;
	char *request = malloc(REQUEST_MAX), reply[4096];
	int64_t begun_us = now_us() + 10000;

	HS_CHECK(request != NULL);
	for (size_t i = 0; i < bench->orders; i++) {
		size_t len = load(bench->dir, sending->first + (int)i, request);
		int64_t due_us = begun_us + (int64_t)i * bench->gap_us;
		ssize_t got;
		int fd;

		while (now_us() < due_us)
			usleep((useconds_t)(due_us - now_us()));
		bench->due_us[i] = due_us;
		fd = dial(bench->gate_port);
		write_all(fd, request, len);
		got = read(fd, reply, sizeof(reply) - 1);
		bench->answer_us[i] = now_us() - due_us;
		reply[got > 0 ? got : 0] = '\0';
		if (strncmp(reply, "HTTP/1.1 202", 12) != 0)
			die(reply);
		close(fd);
	}
	free(request);
	return NULL;
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t
part_of(int64_t *sorted, size_t count, double part)
{
	size_t at = (size_t)((double)count * part);

	return sorted[at < count ? at : count - 1];
}

static void
print_part(struct bench *bench, const char *name, long before_pages)
{
	size_t values = bench->orders * (bench->count / 2);
	double mib = (double)sysconf(_SC_PAGESIZE) / (1 << 20);

	qsort(bench->arrived_us, values, sizeof(int64_t), by_size);
	qsort(bench->answer_us, bench->orders, sizeof(int64_t), by_size);
	printf("part %s p50_us=%lld p99_us=%lld answer_p50_us=%lld answer_p99_us=%lld "
	       "before_mib=%.1f "
	       "most_mib=%.1f after_mib=%.1f\n",
		name, (long long)part_of(bench->arrived_us, values, 0.5),
		(long long)part_of(bench->arrived_us, values, 0.99),
		(long long)part_of(bench->answer_us, bench->orders, 0.5),
		(long long)part_of(bench->answer_us, bench->orders, 0.99),
		(double)before_pages * mib, (double)bench->most_pages * mib,
		(double)resident_pages(bench) * mib);
}

/* Sends the orders from request `first` on, while everybody or half reads. */
static void
run_part(struct bench *bench, const char *name, int first, bool half)
{
	struct sending sending = { bench, first };
	long before_pages = resident_pages(bench);
	pthread_t thread;

	bench->most_pages = before_pages;
	bench->first_seq = bench->all[0].seq;
	memset(bench->arrived_us, 0, bench->orders * (bench->count / 2) * sizeof(int64_t));
	for (size_t i = 0; half && i < bench->count; i++)
		if (bench->all[i].slow)
			watch(bench, &bench->all[i], EPOLL_CTL_DEL, 0);
	HS_CHECK(pthread_create(&thread, NULL, send_orders, &sending) == 0);
	await(bench, bench->first_seq + bench->orders, !half);
	pthread_join(thread, NULL);
	print_part(bench, name, before_pages);
}

static void
run_back(struct bench *bench)
{
	int64_t begun_us = now_us();
	double mib = (double)sysconf(_SC_PAGESIZE) / (1 << 20);

	bench->most_pages = 0;
	memset(bench->ended, 0, sizeof(bench->ended));
	for (size_t i = 0; i < bench->count; i++)
		if (bench->all[i].slow)
			watch(bench, &bench->all[i], EPOLL_CTL_ADD, EPOLLIN);
	await(bench, bench->all[0].seq, true);
	printf("part back ms=%lld behind=%llu otherwise=%llu dropped=%llu left_out=%llu twice=%llu "
	       "fragments=%llu most_mib=%.1f after_mib=%.1f\n",
		(long long)(now_us() - begun_us) / 1000, (unsigned long long)bench->ended[0],
		(unsigned long long)bench->ended[1], (unsigned long long)bench->ended[2],
		(unsigned long long)bench->left_out, (unsigned long long)bench->twice,
		(unsigned long long)bench->fragments, (double)bench->most_pages * mib,
		(double)resident_pages(bench) * mib);
}

static void
prepare(struct bench *bench)
{
	size_t orders = bench->orders;

	bench->orders = 1;
	bench->epoll = epoll_create1(EPOLL_CLOEXEC);
	bench->all = calloc(bench->count, sizeof(*bench->all));
	bench->due_us = calloc(orders, sizeof(int64_t));
	bench->answer_us = calloc(orders, sizeof(int64_t));
	bench->arrived_us = calloc(orders * (bench->count / 2), sizeof(int64_t));
	HS_CHECK(bench->all != NULL && bench->due_us != NULL && bench->answer_us != NULL &&
		 bench->arrived_us != NULL);
	for (size_t i = 0; i < bench->count; i++) {
		bench->all[i].slow = i % 2 == 1;
		subscribe(bench, &bench->all[i]);
	}
	await(bench, 1, true);
	run_part(bench, "warm", 0, false);
	bench->orders = orders;
}

int
main(int argc, char **argv)
{
	struct bench bench = { 0 };

	if (argc != 10)
		die("usage: FEED_PORT FEED_PID GATE_PORT REQUEST_DIR SUBSCRIBERS ORDERS PER_SECOND "
		    "RECEIVE_BYTES ROUNDS");
	setvbuf(stdout, NULL, _IOLBF, 0);
	bench.feed_port = atoi(argv[1]);
	bench.feed_pid = atoi(argv[2]);
	bench.gate_port = atoi(argv[3]);
	bench.dir = argv[4];
	bench.count = (size_t)atoi(argv[5]);
	bench.orders = (size_t)atoi(argv[6]);
	bench.gap_us = 1000000 / atoi(argv[7]);
	bench.receive_bytes = atoi(argv[8]);
	prepare(&bench);
	for (int round = 0; round < atoi(argv[9]); round++) {
		int first = 1 + round * 2 * (int)bench.orders;

		run_part(&bench, "all", first, false);
		run_part(&bench, "half", first + (int)bench.orders, true);
		run_back(&bench);
	}
	return 0;
}
