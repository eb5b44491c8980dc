/* crowd_bench: very many subscribers of feeds behind one port, in one process, told by lines on stdin what to do.
 *
 * usage: crowd_bench PORT SOURCE_ADDRESS COUNT plain|tls
 *
 *   connect N    all connect and subscribe from now on, N of them at a time; "live COUNT FIRST_US LAST_US" when all are
 *   target S     "reached S COUNT FIRST_US LAST_US" when all have the notice with seq S
 *   drop         all connections end at once: "dropped COUNT US"
 *   resume N     all come back, N at a time, each from its place: "live …" as above
 *   follow       from now on "notice SEQ US" for each notice of each subscriber
 *   status       "status LIVE LOST WRONG GAPS FRAMES": WRONG counts notices that do not follow the one before
 *   quit
 *
 * Times are of CLOCK_MONOTONIC, so that several processes can be compared. A SOURCE_ADDRESS of its own (127.0.0.9) gives
 * each process 28,000 ports. Subscribers take protobuf, answer pings, and check that each notice follows the last one.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>

#include "hub/base/check.h"
#include "tests/bench/client.h"
#include "tests/bench/frame_reader.h"

#define READ_BYTES 65536
#define EPOCH_SIZE 65
#define LINE_SIZE  128

enum phase { PHASE_AWAY, PHASE_DIALS, PHASE_TLS, PHASE_UPGRADES, PHASE_JOINS, PHASE_LIVE };

/* FeedFrame (schemas/link.proto): field number << 3 | 2 */
enum frame_tag { TAG_HELLO = 0x0a, TAG_NOTICE = 0x1a, TAG_LIVE = 0x22, TAG_GAP = 0x2a };

struct subscriber {
	int fd;
	SSL *ssl;
	enum phase phase;
	uint64_t seq;  /* the last one that it has */
	uint8_t match; /* how much of \r\n\r\n was seen */
	struct frame_reader in;
};

/* One thing that everybody does, and when the first and the last one did. */
struct round {
	size_t count;
	int64_t first_us, last_us;
};

struct crowd {
	struct sockaddr_in to, from;
	SSL_CTX *tls;
	int epoll;
	size_t count, next; /* next: of those who are still to connect */
	size_t at_once, under_way;
	char epoch[EPOCH_SIZE];
	uint64_t target;
	struct round live, reached;
	uint64_t lost, wrong, gaps, frames;
	bool follows;
	struct subscriber *rows;
};

static void
count_in(struct round *round, const struct crowd *crowd, const char *what, uint64_t number)
{
	int64_t now = now_us();

	if (round->count++ == 0)
		round->first_us = now;
	round->last_us = now;
	if (round->count < crowd->count)
		return;
	if (number > 0)
		printf("%s %llu %zu %lld %lld\n", what, (unsigned long long)number, round->count,
			(long long)round->first_us, (long long)round->last_us);
	else
		printf("%s %zu %lld %lld\n", what, round->count, (long long)round->first_us,
			(long long)round->last_us);
}

/* ---- bytes out and in ---- */

static void
send_bytes(struct subscriber *one, const void *bytes, size_t len)
{
	int sent = one->ssl != NULL ? SSL_write(one->ssl, bytes, (int)len)
				    : (int)send(one->fd, bytes, len, MSG_NOSIGNAL);

	if (sent != (int)len && errno != EPIPE && errno != ECONNRESET) {
		perror("send");
		exit(1);
	}
}

/* Small frames only; masked with zeros. */
static void
send_frame(struct subscriber *one, uint8_t opcode, const void *payload, size_t len)
{
	uint8_t frame[6 + PEEK_BYTES] = { (uint8_t)(0x80 | opcode), (uint8_t)(0x80 | len) };

	HS_CHECK(len <= PEEK_BYTES && len < 126);
	memcpy(frame + 6, payload, len);
	send_bytes(one, frame, 6 + len);
}

static void dial_more(struct crowd *crowd);

static void
settled(struct crowd *crowd)
{
	crowd->under_way--;
	dial_more(crowd);
}

static void
hang_up(struct crowd *crowd, struct subscriber *one)
{
	enum phase phase = one->phase;

	if (one->ssl != NULL)
		SSL_free(one->ssl);
	one->ssl = NULL;
	close(one->fd);
	one->phase = PHASE_AWAY;
	if (phase == PHASE_LIVE)
		crowd->live.count--;
	else if (phase != PHASE_AWAY)
		settled(crowd);
}

/* ---- what the feed says ---- */

/* hello, notice and live all begin with epoch = 1 and, but for hello, seq = 2. */
static uint64_t
read_place(struct crowd *crowd, const struct subscriber *one)
{
	const uint8_t *at = one->in.peek + 1, *end = one->in.peek + one->in.peek_bytes;
	uint64_t len;

	(void)read_varint(&at, end);
	if (at < end && *at == 0x0a) {
		at++;
		len = read_varint(&at, end);
		HS_CHECK(len < EPOCH_SIZE && len <= (uint64_t)(end - at));
		memcpy(crowd->epoch, at, len);
		crowd->epoch[len] = '\0';
		at += len;
	}
	if (at < end && *at == 0x10) {
		at++;
		return read_varint(&at, end);
	}
	return 0;
}

static void
have(struct crowd *crowd, struct subscriber *one, uint64_t seq)
{
	uint64_t before = one->seq;

	if (seq <= before)
		return;
	one->seq = seq;
	if (crowd->target > 0 && before < crowd->target && seq >= crowd->target)
		count_in(&crowd->reached, crowd, "reached", crowd->target);
}

static void
on_data(struct crowd *crowd, struct subscriber *one)
{
	uint64_t seq;

	crowd->frames++;
	switch (one->in.peek[0]) {
	case TAG_HELLO:
		read_place(crowd, one);
		break;
	case TAG_NOTICE:
		seq = read_place(crowd, one);
		if (one->seq > 0 && seq != one->seq + 1)
			crowd->wrong++;
		have(crowd, one, seq);
		if (crowd->follows)
			printf("notice %llu %lld\n", (unsigned long long)seq, (long long)now_us());
		break;
	case TAG_LIVE:
		have(crowd, one, read_place(crowd, one));
		one->phase = PHASE_LIVE;
		count_in(&crowd->live, crowd, "live", 0);
		settled(crowd);
		break;
	case TAG_GAP:
		crowd->gaps++;
		break;
	default:
		break;
	}
}

/* false: the feed closes. */
static bool
on_frame(struct crowd *crowd, struct subscriber *one)
{
	uint8_t opcode = one->in.head[0] & 15;

	if (opcode == 8)
		return false;
	if (opcode == 9)
		send_frame(one, 10, one->in.peek, one->in.peek_bytes);
	else if (opcode < 8)
		on_data(crowd, one);
	return true;
}

static bool
take(struct crowd *crowd, struct subscriber *one, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		size_t used = frame_read(&one->in, bytes, len);

		bytes += used;
		len -= used;
		if (one->in.whole && !on_frame(crowd, one))
			return false;
	}
	return true;
}

/* ---- coming in ---- */

static void
upgrade(struct subscriber *one)
{
	static const char request[] =
		"GET /v1/feed HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: "
		"Upgrade\r\n"
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		"Sec-WebSocket-Protocol: hansho.v1.proto\r\n\r\n";

	one->phase = PHASE_UPGRADES;
	send_bytes(one, request, sizeof(request) - 1);
}

static void
subscribe(const struct crowd *crowd, struct subscriber *one)
{
	uint8_t frame[PEEK_BYTES];

	send_frame(one, 2, frame, subscribe_frame(frame, crowd->epoch, one->seq));
	one->phase = PHASE_JOINS;
}

static void
shake_hands(struct subscriber *one)
{
	int done = SSL_do_handshake(one->ssl);

	if (done == 1) {
		upgrade(one);
	} else if (SSL_get_error(one->ssl, done) != SSL_ERROR_WANT_READ) {
		fprintf(stderr, "no TLS\n");
		exit(1);
	}
}

static void
connected(struct crowd *crowd, struct subscriber *one)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = one };
	int wrong = 0, on = 1;
	socklen_t len = sizeof(wrong);

	getsockopt(one->fd, SOL_SOCKET, SO_ERROR, &wrong, &len);
	if (wrong != 0) {
		fprintf(stderr, "connect: %s\n", strerror(wrong));
		exit(1);
	}
	setsockopt(one->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	epoll_ctl(crowd->epoll, EPOLL_CTL_MOD, one->fd, &event);
	if (crowd->tls == NULL) {
		upgrade(one);
		return;
	}
	one->phase = PHASE_TLS;
	one->ssl = SSL_new(crowd->tls);
	HS_CHECK(one->ssl != NULL && SSL_set_fd(one->ssl, one->fd) == 1);
	SSL_set_connect_state(one->ssl);
	shake_hands(one);
}

static void
dial_one(struct crowd *crowd, struct subscriber *one)
{
	struct epoll_event event = { .events = EPOLLOUT, .data.ptr = one };
	int on = 1;

	one->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	HS_CHECK(one->fd >= 0);
	setsockopt(one->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	if (bind(one->fd, (struct sockaddr *)&crowd->from, sizeof(crowd->from)) != 0 ||
		(connect(one->fd, (struct sockaddr *)&crowd->to, sizeof(crowd->to)) != 0 &&
			errno != EINPROGRESS)) {
		perror("connect");
		exit(1);
	}
	one->phase = PHASE_DIALS;
	one->match = 0;
	one->in = (struct frame_reader){ 0 };
	epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, one->fd, &event);
}

static void
dial_more(struct crowd *crowd)
{
	while (crowd->next < crowd->count && crowd->under_way < crowd->at_once) {
		crowd->under_way++;
		dial_one(crowd, &crowd->rows[crowd->next++]);
	}
}

/* The head of the answer ends; what follows it are frames. Returns what was used. */
static size_t
end_of_head(const struct crowd *crowd, struct subscriber *one, const uint8_t *bytes, size_t len)
{
	static const char mark[] = "\r\n\r\n";

	for (size_t i = 0; i < len; i++) {
		one->match = bytes[i] == (uint8_t)mark[one->match] ? (uint8_t)(one->match + 1)
								   : bytes[i] == '\r';
		if (one->match < 4)
			continue;
		subscribe(crowd, one);
		return i + 1;
	}
	return len;
}

/* What came; 0: nothing more now, -1: the end. */
static int
receive(struct subscriber *one, uint8_t *bytes)
{
	int got;

	if (one->ssl != NULL) {
		got = SSL_read(one->ssl, bytes, READ_BYTES);
		if (got > 0)
			return got;
		return SSL_get_error(one->ssl, got) == SSL_ERROR_WANT_READ ? 0 : -1;
	}
	got = (int)recv(one->fd, bytes, READ_BYTES, MSG_DONTWAIT);
	return got > 0 ? got : got < 0 && errno == EAGAIN ? 0 : -1;
}

static void
readable(struct crowd *crowd, struct subscriber *one)
{
	static uint8_t bytes[READ_BYTES];
	int got;
	size_t used = 0;

	do {
		got = receive(one, bytes);
		used = 0;
		if (got > 0 && one->phase == PHASE_UPGRADES)
			used = end_of_head(crowd, one, bytes, (size_t)got);
		if (got < 0 || (got > 0 && !take(crowd, one, bytes + used, (size_t)got - used))) {
			crowd->lost++;
			hang_up(crowd, one);
			crowd->under_way++;
			dial_one(crowd, one); /* comes back from its place */
			return;
		}
	} while (one->ssl != NULL && got > 0);
}

static void
serve(struct crowd *crowd, struct subscriber *one)
{
	if (one->phase == PHASE_DIALS)
		connected(crowd, one);
	else if (one->phase == PHASE_TLS)
		shake_hands(one);
	else if (one->phase != PHASE_AWAY)
		readable(crowd, one);
}

/* ---- what we are told ---- */

static void
all_come(struct crowd *crowd, size_t at_once)
{
	crowd->next = 0;
	crowd->at_once = at_once;
	crowd->live = (struct round){ 0 };
	dial_more(crowd);
}

static void
all_go(struct crowd *crowd)
{
	crowd->next = crowd->count;
	for (size_t i = 0; i < crowd->count; i++) {
		if (crowd->rows[i].phase != PHASE_AWAY)
			hang_up(crowd, &crowd->rows[i]);
	}
	printf("dropped %zu %lld\n", crowd->count, (long long)now_us());
}

static void
set_target(struct crowd *crowd, uint64_t seq)
{
	crowd->target = seq;
	crowd->reached = (struct round){ 0 };
	for (size_t i = 0; i < crowd->count; i++) {
		if (crowd->rows[i].seq >= seq)
			count_in(&crowd->reached, crowd, "reached", seq);
	}
}

static bool
obey(struct crowd *crowd)
{
	char line[LINE_SIZE], word[LINE_SIZE] = "";
	unsigned long long number = 0;

	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	(void)sscanf(line, "%127s %llu", word, &number);
	if (strcmp(word, "connect") == 0 || strcmp(word, "resume") == 0)
		all_come(crowd, (size_t)number);
	else if (strcmp(word, "target") == 0)
		set_target(crowd, number);
	else if (strcmp(word, "drop") == 0)
		all_go(crowd);
	else if (strcmp(word, "follow") == 0)
		crowd->follows = true;
	else if (strcmp(word, "status") == 0)
		printf("status %zu %llu %llu %llu %llu\n", crowd->live.count,
			(unsigned long long)crowd->lost, (unsigned long long)crowd->wrong,
			(unsigned long long)crowd->gaps, (unsigned long long)crowd->frames);
	return strcmp(word, "quit") != 0;
}

static void
begin(struct crowd *crowd, char **argv)
{
	struct epoll_event told = { .events = EPOLLIN, .data.ptr = NULL };

	crowd->to = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(argv[1])),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	crowd->from = (struct sockaddr_in){ .sin_family = AF_INET };
	HS_CHECK(inet_pton(AF_INET, argv[2], &crowd->from.sin_addr) == 1);
	crowd->count = (size_t)atoi(argv[3]);
	crowd->rows = calloc(crowd->count, sizeof(*crowd->rows));
	crowd->epoll = epoll_create1(EPOLL_CLOEXEC);
	HS_CHECK(crowd->rows != NULL && crowd->epoll >= 0);
	if (strcmp(argv[4], "tls") == 0) {
		crowd->tls = SSL_CTX_new(TLS_client_method());
		HS_CHECK(crowd->tls != NULL);
		SSL_CTX_set_min_proto_version(crowd->tls, TLS1_3_VERSION);
		SSL_CTX_set_mode(crowd->tls, SSL_MODE_RELEASE_BUFFERS);
	}
	epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &told);
	setvbuf(stdin, NULL, _IONBF, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
}

int
main(int argc, char **argv)
{
	struct crowd crowd = { 0 };
	struct epoll_event events[512];

	if (argc != 5) {
		fprintf(stderr, "usage: crowd_bench PORT SOURCE_ADDRESS COUNT plain|tls\n");
		return 2;
	}
	begin(&crowd, argv);
	for (;;) {
		int count = epoll_wait(crowd.epoll, events, 512, -1);

		for (int i = 0; i < count; i++) {
			if (events[i].data.ptr != NULL)
				serve(&crowd, events[i].data.ptr);
			else if (!obey(&crowd))
				return 0;
		}
	}
}
