/* What the benches' clients share: the clock, blocking connections to loopback, and prepared requests.
 *
 * A request is a file NUMBER in a folder: a whole HTTP request, head and body. Whatever fails ends the program
 * with a sentence on stderr, because a figure with holes is none.
 */
#ifndef TESTS_BENCH_CLIENT_H
#define TESTS_BENCH_CLIENT_H

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_MAX (8 << 20)

static inline int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* receive_bytes: SO_RCVBUF, which must be set before the connection is there; 0 leaves it to the kernel. */
static inline int
dial_sized(int port, int receive_bytes)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	if (receive_bytes > 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		perror("connect");
		exit(1);
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static inline int
dial(int port)
{
	return dial_sized(port, 0);
}

static inline void
write_all(int fd, const void *bytes, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t got = write(fd, (const char *)bytes + at, len - at);

		if (got <= 0) {
			perror("write");
			exit(1);
		}
		at += (size_t)got;
	}
}

/* out: at least REQUEST_MAX bytes. Returns how many the file has. */
static inline size_t
load(const char *dir, int number, char *out)
{
	char path[512];
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%d", dir, number);
	file = fopen(path, "rb");
	if (file == NULL) {
		perror(path);
		exit(1);
	}
	len = fread(out, 1, REQUEST_MAX, file);
	fclose(file);
	return len;
}

#endif
