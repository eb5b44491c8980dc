/* http_peer.h: blocking clients of http_fixture.h on raw sockets, plain or TLS. */
#ifndef HTTP_PEER_H
#define HTTP_PEER_H

#include "tests/unit/hub/base/http_fixture.h"

/* ---- client side ---- */
struct peer {
	int fd;
	SSL *ssl;
	SSL_CTX *ctx;
};

static inline struct peer
peer_connect(struct fixture *f, int receive_bytes)
{
	struct peer peer = { .fd = socket(AF_INET, SOCK_STREAM, 0) };
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)f->port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct timeval wait = { .tv_sec = WAIT_MS / 1000 };

	assert_true(peer.fd >= 0);
	if (receive_bytes > 0)
		setsockopt(peer.fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
	setsockopt(peer.fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(peer.fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	assert_int_equal(connect(peer.fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return peer;
}

/* A process that was stopped and goes on finds its waits on sockets with a time limit interrupted. */
static inline bool
peer_again(struct peer *peer, ssize_t n)
{
	if (n > 0 || errno != EINTR)
		return false;
	if (peer->ssl == NULL)
		return n < 0;
	int why = SSL_get_error(peer->ssl, (int)n);
	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

/* alpn: protocols with a length before each, or "". */
static inline bool
peer_tls(struct peer *peer, const char *alpn)
{
	int done;

	peer->ctx = SSL_CTX_new(TLS_client_method());
	peer->ssl = SSL_new(peer->ctx);
	SSL_set_fd(peer->ssl, peer->fd);
	assert_int_equal(
		SSL_set_alpn_protos(peer->ssl, (const unsigned char *)alpn, (unsigned)strlen(alpn)),
		0);
	do {
		errno = 0;
		done = SSL_connect(peer->ssl);
	} while (peer_again(peer, done));
	return done == 1;
}

static inline struct peer
peer_open_sized(struct fixture *f, int receive_bytes)
{
	struct peer peer = peer_connect(f, receive_bytes);

	if (f->tls)
		assert_true(peer_tls(&peer, ""));
	return peer;
}

static inline struct peer
peer_open(struct fixture *f)
{
	return peer_open_sized(f, 0);
}

static inline void
peer_close(struct peer *peer)
{
	SSL_free(peer->ssl);
	SSL_CTX_free(peer->ctx);
	close(peer->fd);
}

/* False when the other side does not take it any more. */
static inline bool
peer_send(struct peer *peer, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len > 0) {
		errno = 0;
		ssize_t n = peer->ssl != NULL ? SSL_write(peer->ssl, p, (int)len)
					      : send(peer->fd, p, len, MSG_NOSIGNAL);
		if (peer_again(peer, n))
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static inline bool
peer_puts(struct peer *peer, const char *text)
{
	return peer_send(peer, text, strlen(text));
}

static inline ssize_t
peer_recv(struct peer *peer, void *out, size_t size)
{
	ssize_t n;

	do {
		errno = 0;
		n = peer->ssl != NULL ? SSL_read(peer->ssl, out, (int)size)
				      : recv(peer->fd, out, size, 0);
	} while (peer_again(peer, n));
	return n;
}

/* Reads exactly len bytes. */
static inline bool
peer_take(struct peer *peer, void *out, size_t len)
{
	char *p = out;

	while (len > 0) {
		ssize_t n = peer_recv(peer, p, len);
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* Reads up to the end of the connection; text is cut to size - 1. Returns all bytes seen. */
static inline size_t
peer_drain(struct peer *peer, char *text, size_t size)
{
	char chunk[16384];
	size_t seen = 0;
	ssize_t n = 0;

	text[0] = '\0';
	while ((n = peer_recv(peer, chunk, sizeof(chunk))) > 0) {
		for (ssize_t i = 0; i < n && seen + (size_t)i + 1 < size; i++) {
			text[seen + (size_t)i] = chunk[i];
			text[seen + (size_t)i + 1] = '\0';
		}
		seen += (size_t)n;
	}
	return seen;
}

struct answer {
	int status;
	char head[4096];
	char body[8192]; /* its beginning */
	size_t body_len;
	bool closes;
};

/* One response with Content-Length. */
static inline bool
peer_answer(struct peer *peer, struct answer *answer)
{
	size_t len = 0;
	char c = 0;

	memset(answer, 0, sizeof(*answer));
	while (len + 1 < sizeof(answer->head) &&
		(len < 4 || memcmp(answer->head + len - 4, "\r\n\r\n", 4) != 0)) {
		if (!peer_take(peer, &c, 1))
			return false;
		answer->head[len++] = c;
	}
	if (sscanf(answer->head, "HTTP/1.1 %d", &answer->status) != 1)
		return false;
	const char *length = strstr(answer->head, "Content-Length: ");
	answer->closes = strstr(answer->head, "Connection: close") != NULL;
	answer->body_len = length != NULL ? strtoul(length + 16, NULL, 10) : 0;
	size_t first = answer->body_len < sizeof(answer->body) ? answer->body_len
							       : sizeof(answer->body) - 1;
	if (!peer_take(peer, answer->body, first))
		return false;
	for (size_t left = answer->body_len - first; left > 0;) {
		char chunk[16384];
		size_t part = left < sizeof(chunk) ? left : sizeof(chunk);
		if (!peer_take(peer, chunk, part))
			return false;
		left -= part;
	}
	return true;
}

static inline int
ask(struct fixture *f, const char *request, struct answer *answer)
{
	struct peer peer = peer_open(f);

	(void)peer_puts(&peer, request);
	if (!peer_answer(&peer, answer))
		answer->status = -1;
	peer_close(&peer);
	return answer->status;
}

#endif
