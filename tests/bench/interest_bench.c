/* interest_bench: when the receivers of an order have it, counted from its commit, beside others who do not want it.
 *
 * One process opens crowds of WebSocket subscribers and submits prepared orders, one at a time:
 *   the commit   the hub's stamp `durable` in the notice itself (hops): the wall clock when its loop took up the commit
 *   first, last  the wall clock when the first, or last, subscriber of a crowd had the whole frame
 * A crowd asks for one area, for everything, or for areas of a list in turn; of a crowd that wants nothing of the order
 * it is checked that it got nothing. tests/bench/interest.py starts the programs and writes the requests.
 *
 * usage: interest_bench GATE_PORT REQUEST_DIR ORDERS CROWD…
 * CROWD is NAME:PORT:COUNT:FROM_ADDRESS:WANTS, WANTS an area code, "all", or "@FILE" with codes that the orders are not for;
 * or NAME:0:COUNT:FOLDER:link, peers NAME0, NAME1 … of the hub, which listens at FOLDER/NAME0.link …
 * REQUEST_DIR holds 0 … ORDERS: whole HTTP requests, the first one warms up. After "connected" each line on stdin is one
 * order (so that several of these can take turns), and it is answered by a line for each crowd, then "done":
 * order NAME first_us last_us submit_to_last_us
 */
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/un.h>

#include "hub/base/check.h"
#include "schemas/notice.h"
#include "tests/bench/client.h"
#include "tests/bench/frame_reader.h"

#define CROWDS_MAX    16
#define FRAME_BYTES   65536
#define WAIT_MS	      30000
#define QUIET_MS      30 /* so long nothing may come that nobody wants */
#define CODES_MAX     2000
#define CONTROL	      8		   /* bit of the opcode: a ping */
#define DELIVER	      (3 << 3 | 2) /* how these frames of a link begin: schemas/link.proto, LinkFrame */
#define LIVE	      (4 << 3 | 2)
#define HELLO_FRAMES  2 /* hello and live */
#define PAUSE_US      20000
#define SUBSCRIBE_MAX 120

struct crowd {
	char name[32], address[128], wants[256];
	int port;
	size_t count, have;
	bool silent;		   /* it wants nothing of the orders */
	bool link;		   /* no subscribers: peers of the hub */
	int64_t first_us, last_us; /* of the wall clock */
};

struct reader {
	int fd;
	struct crowd *crowd;
	uint8_t bytes[8192];
	size_t len;
	bool has;
};

struct bench {
	struct crowd crowds[CROWDS_MAX];
	size_t crowd_count, reader_count, loud_count;
	struct reader *readers;
	char (*codes)[8];
	size_t code_count;
	int epoll;
	uint8_t notice[FRAME_BYTES]; /* the newest one that somebody got */
	size_t notice_len;
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(1);
}

static int64_t
wall_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* ---- frames ---- */

/* Reads what is there; how many whole frames came. The last payload goes into bench->notice. */
static size_t
read_frames(struct bench *bench, struct reader *reader, int flags)
{
	const uint8_t *payload = NULL;
	size_t frames = 0, taken, payload_len = 0;
	ssize_t got = recv(reader->fd, reader->bytes + reader->len,
		sizeof(reader->bytes) - reader->len, flags);

	if (got <= 0)
		die("a subscriber was closed");
	reader->len += (size_t)got;
	while ((taken = frame_in(reader->crowd->link ? link_head : frame_head, reader->bytes,
			reader->len, &payload, &payload_len)) > 0) {
		HS_CHECK(payload_len <= sizeof(bench->notice));
		if (reader->crowd->link) {
			frames += payload[0] == DELIVER || payload[0] == LIVE;
		} else if ((reader->bytes[0] & CONTROL) == 0) {
			memcpy(bench->notice, payload, payload_len);
			bench->notice_len = payload_len;
			frames++;
		}
		reader->len -= taken;
		memmove(reader->bytes, reader->bytes + taken, reader->len);
	}
	return frames;
}

/* The moment that the notice says it was on disk. */
static int64_t
durable_us(const struct bench *bench, uint64_t *seq)
{
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	hs_feed_frame *frame;
	int64_t found = 0;

	if (hs_message_unpack(arena, &hansho__v1__feed_frame__descriptor, bench->notice,
		    bench->notice_len, HS_FRAME_MAX_BYTES, &frame) != HS_OK ||
		frame->body_case != HANSHO__V1__FEED_FRAME__BODY_NOTICE)
		die("what came was no notice");
	*seq = frame->notice->seq;
	for (size_t i = 0; i < frame->notice->n_hops; i++)
		if (strcmp(frame->notice->hops[i]->name, "durable") == 0)
			found = frame->notice->hops[i]->time->unix_us;
	hs_arena_destroy(arena);
	if (found == 0)
		die("the notice has no stamp `durable`");
	return found;
}

/* ---- connecting ---- */

static int
dial_from(const char *address, int port)
{
	struct sockaddr_in from = { .sin_family = AF_INET }, to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	HS_CHECK(fd >= 0 && inet_pton(AF_INET, address, &from.sin_addr) == 1);
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0 ||
		connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		perror("connect");
		exit(1);
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static void
read_head(int fd)
{
	char seen[2048];

	for (size_t at = 0; at + 1 < sizeof(seen);) {
		if (read(fd, seen + at, 1) != 1)
			die("closed during the handshake");
		seen[++at] = '\0';
		if (strstr(seen, "\r\n\r\n") != NULL)
			return;
	}
	die("no end of the handshake");
}

/* FeedFrame{subscribe{areas, from_text "now", mode "drill"}}, masked with zeros. */
static void
send_subscribe(int fd, const char *code)
{
	uint8_t frame[SUBSCRIBE_MAX] = { 0x82 };
	char text[64];
	size_t code_len = code == NULL ? 0 : strlen(code), at = 0;
	static const char rest[] = "\x12\x03now\x1a\x05"
				   "drill";

	if (code != NULL) {
		text[at++] = 0x22; /* areas = 4 */
		text[at++] = (char)code_len;
		memcpy(text + at, code, code_len);
		at += code_len;
	}
	memcpy(text + at, rest, sizeof(rest) - 1);
	at += sizeof(rest) - 1;
	frame[1] = (uint8_t)(0x80 | (at + 2));
	frame[6] = 0x42;
	frame[7] = (uint8_t)at;
	memcpy(frame + 8, text, at);
	write_all(fd, frame, 8 + at);
}

/* ---- links ---- */

static void
send_link_frame(int fd, const hs_link_frame *frame)
{
	struct hs_buf packed;
	uint32_t size;

	hs_buf_init(&packed, HS_FRAME_MAX_BYTES);
	hs_message_pack(frame, &packed);
	HS_CHECK(!packed.failed);
	size = htonl((uint32_t)packed.len_bytes);
	write_all(fd, &size, sizeof(size));
	write_all(fd, packed.bytes, packed.len_bytes);
	hs_buf_free(&packed);
}

/* Only what comes from now on: the whole stream is empty when the bench begins. */
static void
open_link(struct bench *bench, struct crowd *crowd, size_t number)
{
	struct reader *reader = &bench->readers[bench->reader_count++];
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = reader };
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char name[64], version[] = "bench";
	Hansho__V1__Hello hello;
	Hansho__V1__Resume resume;
	hs_link_frame frame;

	snprintf(name, sizeof(name), "%s%zu", crowd->name, number);
	snprintf(at.sun_path, sizeof(at.sun_path), "%.64s/%.32s.link", crowd->address, name);
	reader->crowd = crowd;
	reader->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(reader->fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		die(at.sun_path);
	hansho__v1__hello__init(&hello);
	hansho__v1__resume__init(&resume);
	hansho__v1__link_frame__init(&frame);
	hello.name = name;
	hello.kind = HS_PEER(FEED);
	hello.version = version;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_HELLO;
	frame.hello = &hello;
	send_link_frame(reader->fd, &frame);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_RESUME;
	frame.resume = &resume;
	resume.from_last_ack = true;
	send_link_frame(reader->fd, &frame);
	while (read_frames(bench, reader, 0) == 0) {
	}
	epoll_ctl(bench->epoll, EPOLL_CTL_ADD, reader->fd, &event);
}

/* So that the hub's window never closes. */
static void
ack(const struct reader *reader, uint64_t seq)
{
	Hansho__V1__Ack message;
	hs_link_frame frame;

	hansho__v1__ack__init(&message);
	hansho__v1__link_frame__init(&frame);
	message.seq = seq;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_ACK;
	frame.ack = &message;
	send_link_frame(reader->fd, &frame);
}

/* ---- subscribers ---- */

static void
open_one(struct bench *bench, struct crowd *crowd, size_t number)
{
	static const char upgrade[] =
		"GET /v1/feed HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: "
		"Upgrade\r\n"
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		"Sec-WebSocket-Protocol: hansho.v1.proto\r\n\r\n";
	struct reader *reader = &bench->readers[bench->reader_count++];
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = reader };
	const char *code = crowd->wants;

	if (crowd->silent)
		code = bench->codes[number % bench->code_count];
	reader->fd = dial_from(crowd->address, crowd->port);
	reader->crowd = crowd;
	write_all(reader->fd, upgrade, sizeof(upgrade) - 1);
	read_head(reader->fd);
	send_subscribe(reader->fd, strcmp(code, "all") == 0 ? NULL : code);
	for (size_t frames = 0; frames < HELLO_FRAMES;)
		frames += read_frames(bench, reader, 0);
	epoll_ctl(bench->epoll, EPOLL_CTL_ADD, reader->fd, &event);
}

static void
load_codes(struct bench *bench, const char *path)
{
	FILE *file = fopen(path, "r");

	bench->codes = calloc(CODES_MAX, sizeof(bench->codes[0]));
	HS_CHECK(file != NULL && bench->codes != NULL);
	while (bench->code_count < CODES_MAX &&
		fscanf(file, "%7s", bench->codes[bench->code_count]) == 1)
		bench->code_count++;
	fclose(file);
}

static void
read_crowd(struct bench *bench, const char *text)
{
	struct crowd *crowd = &bench->crowds[bench->crowd_count];

	if (bench->crowd_count == CROWDS_MAX ||
		sscanf(text, "%31[^:]:%d:%zu:%127[^:]:%255s", crowd->name, &crowd->port,
			&crowd->count, crowd->address, crowd->wants) != 5)
		die("a crowd is NAME:PORT:COUNT:FROM_ADDRESS:WANTS");
	crowd->silent = crowd->wants[0] == '@';
	crowd->link = strcmp(crowd->wants, "link") == 0;
	if (crowd->silent)
		load_codes(bench, crowd->wants + 1);
	else
		bench->loud_count += crowd->count;
	bench->crowd_count++;
}

static void
open_all(struct bench *bench)
{
	size_t count = 0;
	struct rlimit limit;

	HS_CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = limit.rlim_max;
	HS_CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	for (size_t i = 0; i < bench->crowd_count; i++)
		count += bench->crowds[i].count;
	bench->readers = calloc(count, sizeof(*bench->readers));
	bench->epoll = epoll_create1(EPOLL_CLOEXEC);
	HS_CHECK(bench->readers != NULL && bench->epoll >= 0);
	for (size_t i = 0; i < bench->crowd_count; i++)
		for (size_t j = 0; j < bench->crowds[i].count; j++)
			(bench->crowds[i].link ? open_link : open_one)(bench, &bench->crowds[i], j);
}

/* ---- one order ---- */

static void
take(struct bench *bench, struct reader *reader, size_t *done)
{
	struct crowd *crowd = reader->crowd;

	if (read_frames(bench, reader, MSG_DONTWAIT) == 0)
		return;
	if (crowd->silent || reader->has)
		die("a subscriber got what it does not want");
	reader->has = true;
	crowd->last_us = wall_us();
	if (crowd->have++ == 0)
		crowd->first_us = crowd->last_us;
	++*done;
}

/* Until everybody who wants it has it, and then for a while, in which nothing else may come. */
static void
collect(struct bench *bench)
{
	struct epoll_event events[64];
	size_t done = 0;

	for (;;) {
		bool all = done == bench->loud_count;
		int count = epoll_wait(bench->epoll, events, 64, all ? QUIET_MS : WAIT_MS);

		if (count <= 0 && all)
			return;
		if (count <= 0)
			die("the notice did not come");
		for (int i = 0; i < count; i++)
			take(bench, events[i].data.ptr, &done);
	}
}

static void
run_order(struct bench *bench, int gate_port, const char *request, size_t len, bool counts)
{
	char reply[4096];
	int fd = dial(gate_port);
	int64_t begun_us, durable;
	uint64_t seq;
	ssize_t got;

	for (size_t i = 0; i < bench->reader_count; i++)
		bench->readers[i].has = false;
	for (size_t i = 0; i < bench->crowd_count; i++)
		bench->crowds[i].have = 0;
	usleep(PAUSE_US);
	begun_us = wall_us();
	write_all(fd, request, len);
	collect(bench);
	got = read(fd, reply, sizeof(reply) - 1);
	reply[got > 0 ? got : 0] = '\0';
	if (strncmp(reply, "HTTP/1.1 202", 12) != 0)
		die(reply);
	close(fd);
	durable = durable_us(bench, &seq);
	for (size_t i = 0; i < bench->reader_count; i++)
		if (bench->readers[i].crowd->link)
			ack(&bench->readers[i], seq);
	for (size_t i = 0; counts && i < bench->crowd_count; i++) {
		const struct crowd *crowd = &bench->crowds[i];

		if (!crowd->silent && crowd->count > 0)
			printf("order %s %lld %lld %lld\n", crowd->name,
				(long long)(crowd->first_us - durable),
				(long long)(crowd->last_us - durable),
				(long long)(crowd->last_us - begun_us));
	}
}

int
main(int argc, char **argv)
{
	static char request[REQUEST_MAX];
	static struct bench bench;
	int gate_port, orders;

	if (argc < 5)
		die("usage: interest_bench GATE_PORT REQUEST_DIR ORDERS CROWD...");
	gate_port = atoi(argv[1]);
	orders = atoi(argv[3]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 4; i < argc; i++)
		read_crowd(&bench, argv[i]);
	open_all(&bench);
	printf("connected\n");
	for (int i = 0; i <= orders && getchar() != EOF; i++) {
		run_order(&bench, gate_port, request, load(argv[2], i, request), i > 0);
		printf("done\n");
	}
	return 0;
}
