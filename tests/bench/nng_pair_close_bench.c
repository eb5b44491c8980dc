/* Shows why links use nng's streams and not its PAIR protocol (DECISIONS.md, "Links"): two pair0 sockets over
 * ipc that receive and send; the pipe is closed ten times by either side, then both sockets are closed; thirty
 * rounds.
 * With nng 1.5.2 it rarely reaches the end: a socket does not connect again, or a call never returns.
 * Prints how far it came; exit status 0 either way. Run: build/release/tests/bench/nng_pair_close_bench */
#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define ROUNDS	30
#define DROPS	10
#define WAIT_MS 2000

#define MESSAGES      50
#define MESSAGE_BYTES 2000

static atomic_uint pipe_ids[2];

struct end {
	nng_socket socket;
	nng_aio *aio;
};

static void
received(void *arg)
{
	struct end *end = arg;
	if (nng_aio_result(end->aio) != 0)
		return;
	nng_msg_free(nng_aio_get_msg(end->aio));
	nng_recv_aio(end->socket, end->aio);
}

static int
end_open(struct end *end)
{
	int rv = nng_pair0_open(&end->socket);
	rv = rv ? rv : nng_aio_alloc(&end->aio, received, end);
	if (rv == 0)
		nng_recv_aio(end->socket, end->aio);
	return rv;
}

static void
send_some(nng_socket socket)
{
	for (int i = 0; i < MESSAGES; i++) {
		nng_msg *message;
		if (nng_msg_alloc(&message, MESSAGE_BYTES) == 0 &&
			nng_sendmsg(socket, message, NNG_FLAG_NONBLOCK) != 0)
			nng_msg_free(message);
	}
}

static void
pipe_changed(nng_pipe pipe, nng_pipe_ev event, void *arg)
{
	atomic_store((atomic_uint *)arg,
		event == NNG_PIPE_EV_ADD_POST ? (unsigned)nng_pipe_id(pipe) : 0);
}

static void
stuck(int signal_number)
{
	(void)signal_number;
	static const char text[] = "stuck: a call of nng did not return within 5 s\n";
	ssize_t written = write(STDOUT_FILENO, text, sizeof(text) - 1);
	_exit(written < 0);
}

static int
both_up(void)
{
	for (int i = 0; i < WAIT_MS; i++) {
		if (atomic_load(&pipe_ids[0]) && atomic_load(&pipe_ids[1]))
			return 1;
		usleep(1000);
	}
	return 0;
}

int
main(void)
{
	char url[64];
	snprintf(url, sizeof(url), "ipc:///tmp/hs-pair-%d", (int)getpid());
	signal(SIGALRM, stuck);
	for (int round = 1; round <= ROUNDS; round++) {
		struct end ends[2];
		for (int i = 0; i < 2; i++) {
			if (end_open(&ends[i]) != 0)
				return 1;
			nng_pipe_notify(
				ends[i].socket, NNG_PIPE_EV_ADD_POST, pipe_changed, &pipe_ids[i]);
			nng_pipe_notify(
				ends[i].socket, NNG_PIPE_EV_REM_POST, pipe_changed, &pipe_ids[i]);
		}
		alarm(5 + WAIT_MS / 1000);
		nng_listen(ends[0].socket, url, NULL, 0);
		nng_dial(ends[1].socket, url, NULL, NNG_FLAG_NONBLOCK);
		for (int drop = 0; drop < DROPS; drop++) {
			if (!both_up()) {
				printf("round %d, drop %d: did not connect again\n", round, drop);
				return 0;
			}
			send_some(ends[0].socket);
			nng_pipe_close((nng_pipe){ .id = atomic_load(&pipe_ids[drop % 2]) });
			usleep(300);
		}
		for (int i = 1; i >= 0; i--) {
			nng_close(ends[i].socket);
			nng_aio_free(ends[i].aio);
		}
		alarm(0);
		printf("round %d whole\n", round);
		fflush(stdout);
	}
	return 0;
}
