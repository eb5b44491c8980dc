/* submit_bench: from a submission to its durable answer.
 *
 *   submit_bench turns PORT REQUEST_DIR FIRST COUNT FILE   one at a time, in turns with append + fdatasync
 *   submit_bench open PORT REQUEST_DIR FIRST COUNT FILE   the same on a connection that was opened just before
 *   submit_bench tls  PORT REQUEST_DIR FIRST COUNT FILE   as turns over TLS, a full handshake each time
 *   submit_bench rate PORT REQUEST_DIR FIRST COUNT PER_S   at fixed times, whatever the answers do (open loop)
 *
 * Measured is what a sender feels: connect (the gate closes after each POST), request, last byte of the answer;
 * the gate answers only when the hub has the order on disk. `open` measures without the connect, as the reference
 * without the opening of its file. `turns` and `open` print for each pair
 * "pair REFERENCE_US SUBMIT_US CONNECT_US"; the reference appends RECORD_BYTES to FILE, which lies in the folder
 * of the journal. `rate` prints "order BEGIN_US LATENCY_US STATUS" counted from when the order was due, not from when
 * it could be sent: a sender that is held up counts. `rate` adds the status of the answer, `turns` ends at the
 * first that is not 202.
 */
#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>

#include "hub/base/check.h"
#include "tests/bench/client.h"

#define RECORD_BYTES 2048
#define WAIT_MS	     30000
#define SETTLE_US    500

struct job {
	const char *dir;
	int port;
	int first;
	int count;
	bool open_before; /* the connection is there when the time begins */
	SSL_CTX *tls;	  /* NULL for plain HTTP */
	char request[REQUEST_MAX];
};

/* A connection to the gate; ssl is NULL when it is plain. */
struct channel {
	int fd;
	SSL *ssl;
};

static struct channel
channel_open(struct job *job)
{
	struct channel channel = { .fd = dial(job->port) };

	if (job->tls != NULL) {
		channel.ssl = SSL_new(job->tls);
		HS_CHECK(channel.ssl != NULL && SSL_set_fd(channel.ssl, channel.fd) == 1);
		HS_CHECK(SSL_connect(channel.ssl) == 1);
	}
	return channel;
}

static void
channel_write(const struct channel *channel, const void *bytes, size_t len)
{
	if (channel->ssl == NULL)
		write_all(channel->fd, bytes, len);
	else
		HS_CHECK(SSL_write(channel->ssl, bytes, (int)len) == (int)len);
}

static ssize_t
channel_read(const struct channel *channel, void *bytes, size_t size)
{
	if (channel->ssl == NULL)
		return read(channel->fd, bytes, size);
	return SSL_read(channel->ssl, bytes, (int)size);
}

static void
channel_close(const struct channel *channel)
{
	SSL_free(channel->ssl);
	close(channel->fd);
}

/* How long the whole answer is, or 0 while that is not known. */
static size_t
answer_size(const char *reply)
{
	const char *end = strstr(reply, "\r\n\r\n");
	const char *length = strcasestr(reply, "\r\ncontent-length:");

	if (end == NULL || length == NULL || length > end)
		return 0;
	return (size_t)(end + 4 - reply) + (size_t)atol(length + strlen("\r\ncontent-length:"));
}

/* Up to the answer's last byte; the gate closes a little later. Returns the status, or 0 for no whole answer. */
static int
take_answer(const struct channel *channel)
{
	char reply[8192] = "";
	size_t len = 0;

	while (answer_size(reply) == 0 || len < answer_size(reply)) {
		ssize_t got = channel_read(channel, reply + len, sizeof(reply) - 1 - len);

		if (got <= 0)
			return 0;
		len += (size_t)got;
		reply[len] = '\0';
	}
	return atoi(reply + strlen("HTTP/1.1 "));
}

static int64_t
append_and_sync(int fd)
{
	static char record[RECORD_BYTES];
	int64_t begin_us = now_us();

	memset(record, 'r', sizeof(record));
	write_all(fd, record, sizeof(record));
	HS_CHECK(fdatasync(fd) == 0);
	return now_us() - begin_us;
}

/* Longer than the gate needs to take a connection in. */
static void
let_settle(void)
{
	struct timespec time = { .tv_nsec = SETTLE_US * 1000 };

	nanosleep(&time, NULL);
}

static int64_t
submit(struct job *job, int number, int64_t *connect_us)
{
	size_t len = load(job->dir, number, job->request);
	int64_t begin_us = now_us(), end_us;
	struct channel channel = channel_open(job);
	int status;

	*connect_us = now_us() - begin_us;
	if (job->open_before) {
		let_settle();
		begin_us = now_us();
	}
	channel_write(&channel, job->request, len);
	status = take_answer(&channel);
	end_us = now_us();
	channel_close(&channel);
	if (status != 202) {
		fprintf(stderr, "request %d was answered with %d\n", number, status);
		exit(1);
	}
	return end_us - begin_us;
}

static void
turns(struct job *job, const char *path)
{
	int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	HS_CHECK(file >= 0);
	for (int i = 0; i < job->count; i++) {
		int64_t reference_us = 0, submit_us, connect_us;

		if (i % 2 == 0)
			reference_us = append_and_sync(file);
		submit_us = submit(job, job->first + i, &connect_us);
		if (i % 2 == 1)
			reference_us = append_and_sync(file);
		printf("pair %lld %lld %lld\n", (long long)reference_us, (long long)submit_us,
			(long long)connect_us);
	}
	close(file);
}

/* An order under way. */
struct order {
	struct channel channel;
	int64_t due_us;
};

/* Answers that come until then. last: no longer than something is open. */
static void
collect(int epoll, int64_t until_us, int64_t begin_us, int *open_orders, bool last)
{
	while (*open_orders > 0 || (!last && now_us() < until_us)) {
		int64_t left_us = until_us - now_us();
		struct timespec wait = { .tv_sec = left_us > 0 ? left_us / 1000000 : 0,
			.tv_nsec = left_us > 0 ? left_us % 1000000 * 1000 : 0 };
		struct epoll_event event;

		if (epoll_pwait2(epoll, &event, 1, &wait, NULL) <= 0)
			return;
		struct order *order = event.data.ptr;
		int status = take_answer(&order->channel);
		printf("order %lld %lld %d\n", (long long)(order->due_us - begin_us),
			(long long)(now_us() - order->due_us), status);
		channel_close(&order->channel);
		(*open_orders)--;
	}
}

static void
rate(struct job *job, int per_s)
{
	struct order *orders = calloc((size_t)job->count, sizeof(*orders));
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int64_t begin_us = now_us();
	int open_orders = 0;

	HS_CHECK(orders != NULL && epoll >= 0 && per_s > 0);
	for (int i = 0; i < job->count; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = &orders[i] };
		size_t len = load(job->dir, job->first + i, job->request);

		orders[i].due_us = begin_us + i * 1000000LL / per_s;
		collect(epoll, orders[i].due_us, begin_us, &open_orders, false);
		orders[i].channel = channel_open(job);
		channel_write(&orders[i].channel, job->request, len);
		HS_CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, orders[i].channel.fd, &event) == 0);
		open_orders++;
	}
	collect(epoll, now_us() + WAIT_MS * 1000LL, begin_us, &open_orders, true);
	HS_CHECK(open_orders == 0);
	close(epoll);
	free(orders);
}

int
main(int argc, char **argv)
{
	static struct job job;

	if (argc != 7) {
		fprintf(stderr,
			"usage: submit_bench turns|open|tls|rate PORT REQUEST_DIR FIRST COUNT "
			"FILE|PER_S\n");
		return 2;
	}
	job.port = atoi(argv[2]);
	job.dir = argv[3];
	job.first = atoi(argv[4]);
	job.count = atoi(argv[5]);
	job.open_before = strcmp(argv[1], "open") == 0;
	if (strcmp(argv[1], "tls") == 0)
		job.tls = SSL_CTX_new(TLS_client_method());
	if (strcmp(argv[1], "rate") == 0)
		rate(&job, atoi(argv[6]));
	else
		turns(&job, argv[6]);
	SSL_CTX_free(job.tls);
	return 0;
}
