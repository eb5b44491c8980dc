/* floor_bench: the floor that every server is measured against. It accepts subscribers without a word, builds one
 * WebSocket frame, and for each byte on its control connection sends it to all of them in a loop:
 *   P  at once
 *   D  after it has appended the frame's payload to a file and called fdatasync ("durable floor")
 *   T  twice, M  to all but the newest: so that measure.py can see that the generator notices
 *
 * usage: floor_bench PORT CONTROL_PORT FILE MESSAGE_BYTES SUBSCRIBERS [uring] [processes=N]
 * With processes=N they share PORT (SO_REUSEPORT) and each sends to its own; the first one has the control connection.
 * uring: sends are handed over in batches of io_uring instead of one call each.
 */
#include <fcntl.h>
#include <liburing.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "hub/base/check.h"
#include "tests/bench/client.h"

#define BATCH	      1024
#define PROCESSES_MAX 16

struct floor_server {
	int listener, control_listener, control, file;
	int *fds;
	size_t count, max;
	uint8_t *frame;
	size_t frame_bytes, head_bytes;
	int others[PROCESSES_MAX]; /* pipes to the other processes */
	size_t other_count;
	bool by_uring;
	struct io_uring ring;
};

static int
listen_at(const char *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(fd, 4096) != 0) {
		perror("listen");
		exit(1);
	}
	return fd;
}

static void
build_frame(struct floor_server *server, size_t message_bytes)
{
	HS_CHECK(message_bytes >= 126 && message_bytes < 65536);
	server->head_bytes = 4;
	server->frame_bytes = message_bytes + 4;
	server->frame = calloc(1, server->frame_bytes);
	HS_CHECK(server->frame != NULL);
	server->frame[0] = 0x82;
	server->frame[1] = 126;
	server->frame[2] = (uint8_t)(message_bytes >> 8);
	server->frame[3] = (uint8_t)message_bytes;
	memset(server->frame + 4, 'x', message_bytes);
}

static _Noreturn void
not_sent(int result)
{
	fprintf(stderr, "floor: send gave %d\n", result);
	exit(1);
}

static void
send_by_loop(struct floor_server *server)
{
	for (size_t i = 0; i < server->count; i++) {
		ssize_t sent = send(server->fds[i], server->frame, server->frame_bytes,
			MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent != (ssize_t)server->frame_bytes)
			not_sent((int)sent);
	}
}

static void
send_by_uring(struct floor_server *server)
{
	for (size_t i = 0; i < server->count;) {
		size_t batch = server->count - i < BATCH ? server->count - i : BATCH;
		struct io_uring_cqe *cqe;

		for (size_t k = 0; k < batch; k++, i++)
			io_uring_prep_send(io_uring_get_sqe(&server->ring), server->fds[i],
				server->frame, server->frame_bytes, MSG_NOSIGNAL);
		io_uring_submit_and_wait(&server->ring, (unsigned)batch);
		for (size_t k = 0; k < batch; k++) {
			if (io_uring_wait_cqe(&server->ring, &cqe) != 0 ||
				cqe->res != (int)server->frame_bytes)
				not_sent(cqe->res);
			io_uring_cqe_seen(&server->ring, cqe);
		}
	}
}

static void
open_uring(struct floor_server *server)
{
	int err = io_uring_queue_init(
		BATCH, &server->ring, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN);

	if (err != 0) {
		fprintf(stderr, "floor: io_uring is not to be had: %s\n", strerror(-err));
		exit(1);
	}
}

static void
send_all(struct floor_server *server, char how)
{
	if (how == 'D') {
		write_all(server->file, server->frame + server->head_bytes,
			server->frame_bytes - server->head_bytes);
		if (fdatasync(server->file) != 0) {
			perror("fdatasync");
			exit(1);
		}
	}
	for (size_t i = 0; i < server->other_count; i++)
		write_all(server->others[i], "P", 1);
	server->count -= how == 'M';
	for (int times = how == 'T' ? 2 : 1; times > 0; times--) {
		if (server->by_uring)
			send_by_uring(server);
		else
			send_by_loop(server);
	}
	server->count += how == 'M';
}

static void
watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	HS_CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
}

static void
take_in(struct floor_server *server)
{
	int on = 1, fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);

	HS_CHECK(fd >= 0 && server->count < server->max);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	server->fds[server->count++] = fd;
}

static void
serve(struct floor_server *server)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event events[16];

	if (server->by_uring)
		open_uring(server);
	watch(epoll, server->listener);
	watch(epoll, server->control_listener >= 0 ? server->control_listener : server->control);
	while (true) {
		int count = epoll_wait(epoll, events, 16, -1);

		for (int i = 0; i < count; i++) {
			char how;

			if (events[i].data.fd == server->listener) {
				take_in(server);
			} else if (events[i].data.fd == server->control_listener) {
				server->control =
					accept4(server->control_listener, NULL, NULL, SOCK_CLOEXEC);
				watch(epoll, server->control);
			} else {
				if (read(server->control, &how, 1) != 1)
					return;
				send_all(server, how);
			}
		}
	}
}

/* Another process of the same server: own listener on the same port, told by a pipe. */
static void
fork_other(struct floor_server *server, const char *port)
{
	int ends[2];
	pid_t child;

	HS_CHECK(pipe(ends) == 0);
	child = fork();
	HS_CHECK(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[1]);
		server->other_count = 0;
		server->control = ends[0];
		server->control_listener = -1;
		server->listener = listen_at(port);
		printf("ready\n");
		serve(server);
		exit(0);
	}
	close(ends[0]);
	server->others[server->other_count++] = ends[1];
}

int
main(int argc, char **argv)
{
	struct floor_server server = { .control = -1 };
	int processes = 1;

	if (argc < 6) {
		fprintf(stderr,
			"usage: floor_bench PORT CONTROL_PORT FILE MESSAGE_BYTES SUBSCRIBERS "
			"[uring] [processes=N]\n");
		return 2;
	}
	for (int i = 6; i < argc; i++) {
		if (strcmp(argv[i], "uring") == 0)
			server.by_uring = true;
		else if (sscanf(argv[i], "processes=%d", &processes) != 1)
			return 2;
	}
	HS_CHECK(processes >= 1 && processes <= PROCESSES_MAX);
	setvbuf(stdout, NULL, _IOLBF, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	build_frame(&server, (size_t)atoi(argv[4]));
	server.max = (size_t)atoi(argv[5]);
	server.fds = calloc(server.max, sizeof(*server.fds));
	server.file = open(argv[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	HS_CHECK(server.fds != NULL && server.file >= 0);
	for (int i = 1; i < processes; i++)
		fork_other(&server, argv[1]);
	server.listener = listen_at(argv[1]);
	server.control_listener = listen_at(argv[2]);
	printf("ready\n");
	serve(&server);
	return 0;
}
