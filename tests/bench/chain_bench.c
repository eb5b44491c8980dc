/* chain_bench: the way of an order with nothing to do on it, as the floor for submit_bench.
 *
 *   chain_bench COUNT FOLDER     prints "pair REFERENCE_US CHAIN_US" for each pair, as submit_bench turns does
 *
 * The same processes, threads, sockets and bytes as client, gate and hub have for one order: connect, REQUEST_BYTES,
 * a worker thread, FRAME_BYTES over a local socket, a writer thread that overwrites LOG_BYTES and calls fdatasync, and
 * the answers back. No XML, no protobuf, no SQLite, no HTTP. What is above this in submit_bench is work of ours and of
 * the libraries; what is below it is the machine's: wake-ups, sockets and the disk.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "hub/base/check.h"
#include "tests/bench/client.h"

#define REQUEST_BYTES	3669
#define FRAME_BYTES	4420
#define HUB_REPLY_BYTES 82
#define ANSWER_BYTES	452
#define RECORD_BYTES	2048
#define PAGE_FRAMES	5 /* of 24 + 4096 bytes, as a write-ahead log has them */
#define LOG_BYTES	(8 << 20)

static char zeros[LOG_BYTES];

/* A thread that does one thing when asked, and tells by an eventfd. */
struct helper {
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	bool asked;
	int done; /* eventfd */
	int file; /* -1: nothing to do */
	off_t at;
};

static void
put_pages(struct helper *helper)
{
	for (int i = 0; i < PAGE_FRAMES; i++, helper->at += 24 + 4096) {
		HS_CHECK(pwrite(helper->file, zeros, 24, helper->at) == 24);
		HS_CHECK(pwrite(helper->file, zeros, 4096, helper->at + 24) == 4096);
	}
	if (helper->at > LOG_BYTES - PAGE_FRAMES * 8192)
		helper->at = 32;
	HS_CHECK(fdatasync(helper->file) == 0);
}

static void *
helper_main(void *arg)
{
	struct helper *helper = arg;

	for (;;) {
		pthread_mutex_lock(&helper->mutex);
		while (!helper->asked)
			pthread_cond_wait(&helper->wake, &helper->mutex);
		helper->asked = false;
		pthread_mutex_unlock(&helper->mutex);
		if (helper->file >= 0)
			put_pages(helper);
		HS_CHECK(eventfd_write(helper->done, 1) == 0);
	}
	return NULL;
}

static void
helper_start(struct helper *helper, int file)
{
	pthread_t thread;

	pthread_mutex_init(&helper->mutex, NULL);
	pthread_cond_init(&helper->wake, NULL);
	helper->asked = false;
	helper->done = eventfd(0, EFD_CLOEXEC);
	helper->file = file;
	helper->at = 32;
	HS_CHECK(helper->done >= 0 && pthread_create(&thread, NULL, helper_main, helper) == 0);
}

static void
helper_ask(struct helper *helper)
{
	pthread_mutex_lock(&helper->mutex);
	helper->asked = true;
	pthread_mutex_unlock(&helper->mutex);
	pthread_cond_signal(&helper->wake);
}

static bool
read_all(int fd, char *bytes, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t got = read(fd, bytes + at, len - at);

		if (got <= 0)
			return false;
		at += (size_t)got;
	}
	return true;
}

static void
watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	HS_CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
}

static int
next_event(int epoll)
{
	struct epoll_event event;

	HS_CHECK(epoll_wait(epoll, &event, 1, -1) == 1);
	return event.data.fd;
}

/* Frame, disk, reply. */
static void
hub_main(int link, int file)
{
	static char frame[FRAME_BYTES];
	struct helper writer;
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	eventfd_t ignored;

	helper_start(&writer, file);
	watch(epoll, link);
	watch(epoll, writer.done);
	for (;;) {
		if (next_event(epoll) != link) {
			eventfd_read(writer.done, &ignored);
			write_all(link, zeros, HUB_REPLY_BYTES);
		} else if (read_all(link, frame, sizeof(frame))) {
			helper_ask(&writer);
		} else {
			_exit(0);
		}
	}
}

/* Request, worker, frame, reply, answer; one client at a time. */
static void
gate_main(int listener, int link)
{
	static char bytes[FRAME_BYTES];
	struct helper worker;
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int client = -1;
	eventfd_t ignored;

	helper_start(&worker, -1);
	watch(epoll, listener);
	watch(epoll, link);
	watch(epoll, worker.done);
	for (;;) {
		int fd = next_event(epoll);

		if (fd == listener) {
			client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
			watch(epoll, client);
		} else if (fd == worker.done) {
			eventfd_read(worker.done, &ignored);
			write_all(link, zeros, FRAME_BYTES);
		} else if (fd == link) {
			if (!read_all(link, bytes, HUB_REPLY_BYTES))
				_exit(0);
			write_all(client, zeros, ANSWER_BYTES);
		} else if (read_all(fd, bytes, REQUEST_BYTES)) {
			helper_ask(&worker);
		} else {
			close(fd); /* the client is gone; a close takes it out of the list too */
		}
	}
}

static int
listen_anywhere(int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	HS_CHECK(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, 16) == 0);
	HS_CHECK(getsockname(fd, (struct sockaddr *)&at, &len) == 0);
	*port = ntohs(at.sin_port);
	return fd;
}

static int
open_in(const char *folder, const char *name, int flags)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | flags, 0600);
	HS_CHECK(fd >= 0);
	return fd;
}

static int64_t
reference(int file)
{
	int64_t begin_us = now_us();

	write_all(file, zeros, RECORD_BYTES);
	HS_CHECK(fdatasync(file) == 0);
	return now_us() - begin_us;
}

static int64_t
chain(int port)
{
	static char answer[ANSWER_BYTES];
	int64_t begin_us = now_us();
	int fd = dial(port);

	write_all(fd, zeros, REQUEST_BYTES);
	HS_CHECK(read_all(fd, answer, sizeof(answer)));
	begin_us = now_us() - begin_us;
	close(fd);
	return begin_us;
}

int
main(int argc, char **argv)
{
	int links[2], port, listener, log, file;
	pid_t pids[2];

	if (argc != 3) {
		fprintf(stderr, "usage: chain_bench COUNT FOLDER\n");
		return 2;
	}
	log = open_in(argv[2], "chain-log", 0);
	file = open_in(argv[2], "chain-reference", O_APPEND);
	write_all(log, zeros, LOG_BYTES);
	HS_CHECK(fsync(log) == 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, links) == 0);
	listener = listen_anywhere(&port);
	if ((pids[0] = fork()) == 0)
		hub_main(links[0], log);
	if ((pids[1] = fork()) == 0)
		gate_main(listener, links[1]);
	for (int i = 0; i < atoi(argv[1]); i++) {
		int64_t first = i % 2 == 0 ? reference(file) : chain(port);
		int64_t second = i % 2 == 0 ? chain(port) : reference(file);

		printf("pair %lld %lld\n", (long long)(i % 2 == 0 ? first : second),
			(long long)(i % 2 == 0 ? second : first));
	}
	for (size_t i = 0; i < HS_COUNT(pids); i++) {
		HS_CHECK(kill(pids[i], SIGTERM) == 0);
		HS_CHECK(waitpid(pids[i], NULL, 0) == pids[i]);
	}
	return 0;
}
