/* What load_bench knows of one subscriber: how it connects, and how it finds deliveries in the bytes that come.
 *
 * A delivery is a frame of at least min_bytes of payload; smaller ones (hello, heartbeats, PONG, SUBACK) are
 * counted apart. Two framings: WebSocket of a server, and the hub's links (4 bytes big-endian length, link.proto).
 * Bytes come from a TCP or unix socket, or through TLS 1.3. Whatever fails ends the program with a sentence.
 */
#ifndef TESTS_BENCH_PEERS_SUBSCRIBER_H
#define TESTS_BENCH_PEERS_SUBSCRIBER_H

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/un.h>

#include "tests/bench/client.h"
#include "tests/bench/frame_reader.h"

#define READ_BYTES 65536
#define FILE_MAX   65536

struct bytes {
	size_t len;
	char at[FILE_MAX];
};

/* Subscribers of one kind, as the command line describes them. */
struct group {
	const char *name, *port,
		*path; /* path: a unix socket; %d is the number of the subscriber, as in `then` */
	const char *bind;	       /* own address, or NULL */
	const char *hello, *then;      /* files: the HTTP upgrade; the frames after it, or NULL */
	const char *each;	       /* file: sent before each round, or NULL */
	size_t count, skip, min_bytes; /* skip: small frames until it is live */
	bool links, tls, mqtt_ack;
	size_t done; /* in this round */
	int64_t *arrived_us;
};

struct subscriber {
	int fd;
	SSL *ssl;
	struct group *group;
	size_t number;	  /* in its group */
	uint8_t head[16]; /* and, of a delivery over MQTT, nothing more */
	size_t head_bytes;
	uint64_t left, frame_bytes;
	uint32_t deliveries, others; /* deliveries: of this round */
	uint16_t acks;
	char *keep; /* where payload goes, REQUEST_MAX bytes; NULL = nowhere */
	size_t kept;
};

static _Noreturn inline void
die(const char *what, const char *more)
{
	fprintf(stderr, "load: %s %s\n", what, more);
	exit(1);
}

/* pattern with the number in place of its %d */
static inline void
numbered(char *out, size_t size, const char *pattern, size_t number)
{
	const char *mark = strstr(pattern, "%d");

	if (mark == NULL)
		snprintf(out, size, "%s", pattern);
	else
		snprintf(out, size, "%.*s%zu%s", (int)(mark - pattern), pattern, number, mark + 2);
}

static inline void
slurp(const char *pattern, size_t number, struct bytes *out)
{
	char path[512];
	FILE *file;

	numbered(path, sizeof(path), pattern, number);
	file = fopen(path, "rb");
	if (file == NULL)
		die("cannot open", path);
	out->len = fread(out->at, 1, sizeof(out->at), file);
	fclose(file);
}

static inline void
frame_came(struct subscriber *one)
{
	if (one->frame_bytes >= one->group->min_bytes)
		one->deliveries++;
	else
		one->others++;
}

static inline void
keep_part(struct subscriber *one, const uint8_t *bytes, size_t len)
{
	if (one->keep == NULL || one->frame_bytes < one->group->min_bytes)
		return;
	if (one->left == one->frame_bytes)
		one->kept = 0;
	if (one->kept + len <= REQUEST_MAX)
		memcpy(one->keep + one->kept, bytes, len);
	one->kept += len;
}

static inline void
take(struct subscriber *one, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		size_t part;

		if (one->left == 0) {
			one->head[one->head_bytes++] = *bytes++;
			len--;
			if ((one->group->links ? link_head : frame_head)(
				    one->head, one->head_bytes, &one->left) == 0)
				continue;
			one->frame_bytes = one->left;
			one->head_bytes = 0;
			if (one->left > 0)
				continue;
			frame_came(one);
			continue;
		}
		part = len < one->left ? len : (size_t)one->left;
		keep_part(one, bytes, part);
		bytes += part;
		len -= part;
		one->left -= part;
		if (one->left == 0)
			frame_came(one);
	}
}

/* > 0 bytes, 0 nothing now; ends the program when the server closed. */
static inline size_t
receive(struct subscriber *one, uint8_t *bytes, size_t len)
{
	ssize_t got;

	if (one->ssl != NULL) {
		got = SSL_read(one->ssl, bytes, (int)len);
		if (got > 0)
			return (size_t)got;
		if (SSL_get_error(one->ssl, (int)got) == SSL_ERROR_WANT_READ)
			return 0;
		die("a subscriber was closed:", one->group->name);
	}
	got = recv(one->fd, bytes, len, MSG_DONTWAIT);
	if (got > 0)
		return (size_t)got;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	die("a subscriber was closed:", one->group->name);
}

static inline void
put(struct subscriber *one, const void *bytes, size_t len)
{
	if (one->ssl == NULL)
		write_all(one->fd, bytes, len);
	else if (SSL_write(one->ssl, bytes, (int)len) != (int)len)
		die("a subscriber cannot write:", one->group->name);
}

/* PUBACK of the next packet, masked with zeros: ids count from 1 for each client. */
static inline void
mqtt_ack(struct subscriber *one)
{
	uint16_t id = ++one->acks;
	uint8_t frame[10] = { 0x82, 0x84, 0, 0, 0, 0, 0x40, 2, (uint8_t)(id >> 8), (uint8_t)id };

	put(one, frame, sizeof(frame));
}

/* ---- connecting ---- */

static inline int
dial_path(const char *pattern, size_t number)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	numbered(to.sun_path, sizeof(to.sun_path), pattern, number);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("cannot connect to", to.sun_path);
	return fd;
}

static inline int
dial_from(const char *own, const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in from = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		die("no socket:", strerror(errno));
	if (own != NULL) {
		/* the port is chosen at connect(): many may have the same towards different servers */
		setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
		inet_pton(AF_INET, own, &from.sin_addr);
		if (bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0)
			die("cannot bind to", own);
	}
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("cannot connect:", strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

/* Takes the head of the reply and not a byte more: frames may stand right behind it. */
static inline void
take_upgrade(struct subscriber *one)
{
	char seen[4096], *end = NULL;
	size_t size;

	while (end == NULL) {
		ssize_t got = one->ssl != NULL ? SSL_peek(one->ssl, seen, sizeof(seen) - 1)
					       : recv(one->fd, seen, sizeof(seen) - 1, MSG_PEEK);

		if (got <= 0 || got == (ssize_t)sizeof(seen) - 1)
			die("no upgrade:", one->group->name);
		seen[got] = '\0';
		end = strstr(seen, "\r\n\r\n");
	}
	size = (size_t)(end - seen) + 4;
	if (strncmp(seen, "HTTP/1.1 101", 12) != 0)
		die("no upgrade:", seen);
	if (one->ssl != NULL)
		(void)SSL_read(one->ssl, seen, (int)size);
	else
		(void)recv(one->fd, seen, size, 0);
}

static inline void
open_subscriber(struct subscriber *one, SSL_CTX *context)
{
	const struct group *group = one->group;

	one->fd = group->path != NULL ? dial_path(group->path, one->number)
				      : dial_from(group->bind, group->port);
	if (!group->tls)
		return;
	one->ssl = SSL_new(context);
	if (one->ssl == NULL || SSL_set_fd(one->ssl, one->fd) != 1 || SSL_connect(one->ssl) != 1)
		die("no TLS:", ERR_error_string(ERR_get_error(), NULL));
}

#endif
