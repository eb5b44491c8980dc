/* throughput_bench: many senders at once, and what the disk alone would give them.
 *
 *   throughput_bench send  PORT REQUEST_DIR FIRST COUNT SENDERS   orders through the gate
 *   throughput_bench write FILE COUNT WRITERS                     append RECORD_BYTES + fdatasync with group commit
 *
 * Closed loop: each sender has one order under way, and begins the next when it has the whole answer. Order N belongs to
 * sender N modulo SENDERS, so that the revisions of a document stay in order when it belongs to one sender, too. All requests
 * are in memory before the time begins. The gate closes after each POST, so each order has a connection of its own; one
 * thread serves all senders, so that the client takes little from the programs. `send` prints for each order
 * "order BEGIN_US LATENCY_US CONNECT_US STATUS SEQ ID": begin since the start of the run, latency from before
 * connect() to the last byte of the answer.
 * `write`: each writer is a thread that hands in one record and waits until it is on disk; the first that finds no sync
 * running writes and syncs for all that wait. With one writer this is the bare append + fdatasync. Prints
 * "record BEGIN_US LATENCY_US GROUP", group being how many went to disk together.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>

#include "hub/base/check.h"
#include "tests/bench/client.h"

#define RECORD_BYTES 2048
#define SENDERS_MAX  1024
#define WAIT_MS	     30000
#define ID_SIZE	     33

/* ---- orders through the gate ---- */

struct order {
	char *request;
	size_t len;
	int64_t begin_us, latency_us, connect_us;
	int status;
	long long seq;
	char id[ID_SIZE];
};

struct sender {
	int fd;
	int at; /* its order */
	size_t got;
	char reply[65536];
};

struct crowd {
	int port, epoll;
	int count, senders;
	int64_t start_us;
	struct order *orders;
	struct sender *all;
};

static void
load_orders(struct crowd *crowd, const char *dir, int first)
{
	static char request[REQUEST_MAX];

	for (int i = 0; i < crowd->count; i++) {
		struct order *order = &crowd->orders[i];

		order->len = load(dir, first + i, request);
		order->request = malloc(order->len);
		HS_CHECK(order->request != NULL);
		memcpy(order->request, request, order->len);
	}
}

static void
begin(struct crowd *crowd, struct sender *sender)
{
	struct order *order = &crowd->orders[sender->at];
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = sender };

	order->begin_us = now_us();
	sender->fd = dial(crowd->port);
	order->connect_us = now_us() - order->begin_us;
	sender->got = 0;
	write_all(sender->fd, order->request, order->len);
	HS_CHECK(epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, sender->fd, &event) == 0);
}

/* Has the whole answer come? */
static bool
is_whole(const struct sender *sender)
{
	const char *end = strstr(sender->reply, "\r\n\r\n");
	const char *length = strcasestr(sender->reply, "\r\ncontent-length:");

	if (end == NULL || length == NULL || length > end)
		return false;
	return sender->got >= (size_t)(end + 4 - sender->reply) +
				      (size_t)atol(length + strlen("\r\ncontent-length:"));
}

/* The members of the answer that are looked for; the gate writes them without blanks. */
static void
read_answer(const struct sender *sender, struct order *order)
{
	const char *id = strstr(sender->reply, "\"id\":\"");
	const char *seq = strstr(sender->reply, "\"seq\":");

	order->status = atoi(sender->reply + strlen("HTTP/1.1 "));
	if (id != NULL)
		snprintf(order->id, sizeof(order->id), "%s", id + strlen("\"id\":\""));
	if (seq != NULL)
		order->seq = atoll(seq + strlen("\"seq\":"));
}

/* What came; true when the sender has its answer, or will have none. */
static bool
take(struct crowd *crowd, struct sender *sender)
{
	struct order *order = &crowd->orders[sender->at];
	ssize_t got = read(
		sender->fd, sender->reply + sender->got, sizeof(sender->reply) - 1 - sender->got);

	sender->got += got > 0 ? (size_t)got : 0;
	sender->reply[sender->got] = '\0';
	if (got > 0 && !is_whole(sender))
		return false;
	order->latency_us = now_us() - order->begin_us;
	if (got > 0)
		read_answer(sender, order);
	close(sender->fd);
	return true;
}

static void
send_all(struct crowd *crowd)
{
	int open_count = 0;

	crowd->start_us = now_us();
	for (int i = 0; i < crowd->senders && i < crowd->count; i++, open_count++) {
		crowd->all[i].at = i;
		begin(crowd, &crowd->all[i]);
	}
	while (open_count > 0) {
		struct epoll_event events[SENDERS_MAX];
		int ready = epoll_wait(crowd->epoll, events, SENDERS_MAX, WAIT_MS);

		HS_CHECK(ready > 0);
		for (int i = 0; i < ready; i++) {
			struct sender *sender = events[i].data.ptr;

			if (!take(crowd, sender))
				continue;
			sender->at += crowd->senders;
			if (sender->at < crowd->count)
				begin(crowd, sender);
			else
				open_count--;
		}
	}
}

static void
send_main(char **argv)
{
	struct crowd crowd = { .port = atoi(argv[2]),
		.epoll = epoll_create1(EPOLL_CLOEXEC),
		.count = atoi(argv[5]),
		.senders = atoi(argv[6]) };

	HS_CHECK(crowd.count > 0 && crowd.senders > 0 && crowd.senders <= SENDERS_MAX);
	crowd.orders = calloc((size_t)crowd.count, sizeof(*crowd.orders));
	crowd.all = calloc((size_t)crowd.senders, sizeof(*crowd.all));
	HS_CHECK(crowd.epoll >= 0 && crowd.orders != NULL && crowd.all != NULL);
	load_orders(&crowd, argv[3], atoi(argv[4]));
	send_all(&crowd);
	for (int i = 0; i < crowd.count; i++) {
		struct order *order = &crowd.orders[i];

		printf("order %lld %lld %lld %d %lld %s\n",
			(long long)(order->begin_us - crowd.start_us), (long long)order->latency_us,
			(long long)order->connect_us, order->status, order->seq,
			order->id[0] != '\0' ? order->id : "-");
		free(order->request);
	}
	close(crowd.epoll);
	free(crowd.all);
	free(crowd.orders);
}

/* ---- the disk alone ---- */

struct record {
	int64_t begin_us, latency_us;
	int group;
};

/* Tickets: record number N of the run is on disk when `done` is above N. */
struct log {
	pthread_mutex_t mutex;
	pthread_cond_t synced;
	bool syncing;
	int file, count;
	int taken, done; /* records handed in; records on disk */
	int64_t start_us;
	struct record *records;
};

/* Writes all that wait, under the mutex except for the disk. */
static void
sync_all(struct log *log)
{
	static char bytes[RECORD_BYTES * SENDERS_MAX];
	int first = log->done, last = log->taken;

	log->syncing = true;
	pthread_mutex_unlock(&log->mutex);
	write_all(log->file, bytes, (size_t)(last - first) * RECORD_BYTES);
	HS_CHECK(fdatasync(log->file) == 0);
	pthread_mutex_lock(&log->mutex);
	for (int i = first; i < last; i++)
		log->records[i].group = last - first;
	log->done = last;
	log->syncing = false;
	pthread_cond_broadcast(&log->synced);
}

static void *
writer_main(void *arg)
{
	struct log *log = arg;

	pthread_mutex_lock(&log->mutex);
	while (log->taken < log->count) {
		int64_t begin_us = now_us();
		int mine = log->taken++;

		while (log->done <= mine) {
			if (log->syncing)
				pthread_cond_wait(&log->synced, &log->mutex);
			else
				sync_all(log);
		}
		log->records[mine].begin_us = begin_us - log->start_us;
		log->records[mine].latency_us = now_us() - begin_us;
	}
	pthread_mutex_unlock(&log->mutex);
	return NULL;
}

static void
write_main(char **argv)
{
	struct log log = { .mutex = PTHREAD_MUTEX_INITIALIZER,
		.synced = PTHREAD_COND_INITIALIZER,
		.file = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600),
		.count = atoi(argv[3]) };
	int writers = atoi(argv[4]);
	pthread_t threads[SENDERS_MAX];

	HS_CHECK(log.file >= 0 && log.count > 0 && writers > 0 && writers <= SENDERS_MAX);
	log.records = calloc((size_t)log.count, sizeof(*log.records));
	HS_CHECK(log.records != NULL);
	log.start_us = now_us();
	for (int i = 0; i < writers; i++)
		HS_CHECK(pthread_create(&threads[i], NULL, writer_main, &log) == 0);
	for (int i = 0; i < writers; i++)
		HS_CHECK(pthread_join(threads[i], NULL) == 0);
	for (int i = 0; i < log.count; i++)
		printf("record %lld %lld %d\n", (long long)log.records[i].begin_us,
			(long long)log.records[i].latency_us, log.records[i].group);
	free(log.records);
	close(log.file);
}

int
main(int argc, char **argv)
{
	if (argc == 7 && strcmp(argv[1], "send") == 0) {
		send_main(argv);
	} else if (argc == 5 && strcmp(argv[1], "write") == 0) {
		write_main(argv);
	} else {
		fprintf(stderr,
			"usage: throughput_bench send PORT REQUEST_DIR FIRST COUNT SENDERS\n"
			"       throughput_bench write FILE COUNT WRITERS\n");
		return 2;
	}
	return 0;
}
