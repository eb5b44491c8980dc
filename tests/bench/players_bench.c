/* players_bench: very many players of screens in one process, told by lines on stdin what to do.
 *
 * usage: players_bench PORT SOURCE_ADDRESS COUNT SCREENS
 * Player n shows the screen s(n mod SCREENS). Each takes whole states, answers `accepted` and `displayed` with the proof that the
 * adapter wants (adapters/signage/signage_encode.h), and canaries.
 *
 *   connect N    all connect, N at a time; "live COUNT FIRST_US LAST_US" when all have their first state
 *   target S     "reached COUNT FIRST_US LAST_US" when all have a state with this seq or a newer one
 *   status       "status PLAYERS STATES BEATS CANARIES LOST"
 *   quit
 *
 * Times are of CLOCK_MONOTONIC.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "adapters/signage/signage_encode.h"
#include "hub/base/check.h"
#include "tests/bench/client.h"
#include "tests/bench/frame_reader.h"

#define READ_BYTES   65536
#define STATE_BYTES  65536
#define ANSWER_BYTES 240
#define SCREENS_MAX  1000

enum phase { PHASE_AWAY, PHASE_DIALS, PHASE_UPGRADES, PHASE_LIVE };

/* What a state of a screen is answered with: worked out once for all of its players. */
struct shown {
	uint8_t *state;
	size_t state_len;
	uint64_t seq;
	char digest[40], drawn[HS_SIGNAGE_DIGEST_SIZE];
};

struct player {
	int fd;
	enum phase phase;
	bool had;     /* a state */
	uint64_t seq; /* of the newest one */
	size_t screen;
	uint8_t *bytes; /* of a frame that has not come whole; NULL: none */
	size_t len;
};

struct round {
	size_t count;
	int64_t first_us, last_us;
};

struct bench {
	struct sockaddr_in to, from;
	int epoll;
	size_t count, next, at_once, under_way, screens;
	uint64_t target, states, beats, canaries, lost;
	struct round live, reached;
	struct player *players;
	struct shown shown[SCREENS_MAX];
};

static void
count_in(struct round *round, size_t all, const char *what)
{
	int64_t now = now_us();

	if (round->count++ == 0)
		round->first_us = now;
	round->last_us = now;
	if (round->count == all)
		printf("%s %zu %lld %lld\n", what, round->count, (long long)round->first_us,
			(long long)round->last_us);
}

/* ---- bytes ---- */

/* Masked with zeros. */
static void
send_text(struct player *player, const char *text)
{
	size_t len = strlen(text), head = len < 126 ? 2 : 4;
	uint8_t frame[8 + ANSWER_BYTES] = { 0x81, (uint8_t)(0x80 | (len < 126 ? len : 126)) };

	HS_CHECK(len < ANSWER_BYTES);
	frame[2] = (uint8_t)(len >> 8);
	frame[3] = (uint8_t)len;
	if (head == 2)
		frame[2] = frame[3] = 0;
	memcpy(frame + head + 4, text, len);
	if (send(player->fd, frame, head + 4 + len, MSG_NOSIGNAL) < 0 && errno != EPIPE &&
		errno != ECONNRESET && errno != EAGAIN) {
		perror("send");
		exit(1);
	}
}

static const char *
text_in(const json_t *object, const char *key, const char *inner)
{
	const json_t *value = json_object_get(object, key);
	const char *text = json_string_value(inner != NULL ? json_object_get(value, inner) : value);

	return text != NULL ? text : "";
}

/* That the first item was drawn, as proof.js of the page has it. */
static void
prove(const json_t *message, char drawn[HS_SIGNAGE_DIGEST_SIZE])
{
	const json_t *item = json_array_get(json_object_get(message, "items"), 0);
	const json_t *level = json_object_get(item, "level");
	char number[24] = "";
	struct hs_buf lines;

	if (level != NULL)
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(level));
	hs_buf_init(&lines, STATE_BYTES);
	hs_buf_printf(&lines, "%s\n%s\n%s\n%s\n%s\n", text_in(message, "state_ja", NULL),
		text_in(message, "marks", "ja"), number, text_in(item, "title", "ja"),
		text_in(item, "place", NULL));
	hs_signage_digest(hs_buf_text(&lines), lines.len_bytes, drawn);
	hs_buf_free(&lines);
}

static const struct shown *
shown_of(struct bench *bench, size_t screen, const uint8_t *state, size_t len)
{
	struct shown *shown = &bench->shown[screen];
	json_t *json;

	if (shown->state_len == len && memcmp(shown->state, state, len) == 0)
		return shown;
	json = json_loadb((const char *)state, len, 0, NULL);
	HS_CHECK(json != NULL);
	prove(json, shown->drawn);
	snprintf(shown->digest, sizeof(shown->digest), "%s",
		json_string_value(json_object_get(json, "digest")));
	shown->seq = (uint64_t)json_integer_value(json_object_get(json, "seq"));
	json_decref(json);
	free(shown->state);
	shown->state = malloc(len + 1);
	HS_CHECK(shown->state != NULL);
	memcpy(shown->state, state, len);
	shown->state_len = len;
	return shown;
}

static void
take_state(struct bench *bench, struct player *player, const uint8_t *state, size_t len)
{
	const struct shown *shown = shown_of(bench, player->screen, state, len);
	char text[ANSWER_BYTES];

	bench->states++;
	if (!player->had)
		count_in(&bench->live, bench->count, "live");
	player->had = true;
	if (bench->target > 0 && player->seq < bench->target && shown->seq >= bench->target)
		count_in(&bench->reached, bench->count, "reached");
	player->seq = shown->seq;
	snprintf(text, sizeof(text), "{\"type\":\"accepted\",\"digest\":\"%s\"}", shown->digest);
	send_text(player, text);
	snprintf(text, sizeof(text),
		"{\"type\":\"displayed\",\"digest\":\"%s\",\"item\":0,\"drawn\":\"%s\"}",
		shown->digest, shown->drawn);
	send_text(player, text);
}

static void
take_canary(struct bench *bench, struct player *player, const uint8_t *bytes, size_t len)
{
	const struct shown *shown = &bench->shown[player->screen];
	json_t *json = json_loadb((const char *)bytes, len, 0, NULL);
	char text[ANSWER_BYTES];

	bench->canaries++;
	snprintf(text, sizeof(text),
		"{\"type\":\"canary\",\"token\":\"%.48s\",\"digest\":\"%s\",\"item\":0,\"drawn\":"
		"\"%s\"}",
		json_string_value(json_object_get(json, "token")), shown->digest, shown->drawn);
	json_decref(json);
	send_text(player, text);
}

static void
take(struct bench *bench, struct player *player, const uint8_t *bytes, size_t len)
{
	static const char beat[] = "{\"type\":\"heartbeat\"", canary[] = "{\"type\":\"canary\"",
			  state[] = "{\"type\":\"screen\"";

	if (len >= sizeof(state) && memcmp(bytes, state, sizeof(state) - 1) == 0)
		take_state(bench, player, bytes, len);
	else if (len >= sizeof(canary) && memcmp(bytes, canary, sizeof(canary) - 1) == 0)
		take_canary(bench, player, bytes, len);
	else if (len >= sizeof(beat) && memcmp(bytes, beat, sizeof(beat) - 1) == 0)
		bench->beats++;
	else
		HS_CHECK(!"a frame of no known type");
}

static void
take_frames(struct bench *bench, struct player *player, const uint8_t *bytes, size_t len)
{
	const uint8_t *payload;
	size_t payload_len, size, at = 0;

	while ((size = frame_in(frame_head, bytes + at, len - at, &payload, &payload_len)) > 0) {
		if ((bytes[at] & 15) == 8) { /* close */
			bench->lost++;
			close(player->fd);
			player->phase = PHASE_AWAY;
			return;
		}
		if ((bytes[at] & 15) == 1)
			take(bench, player, payload, payload_len);
		at += size;
	}
	HS_CHECK(len - at < STATE_BYTES);
	uint8_t *rest = at == len ? NULL : malloc(len - at);
	HS_CHECK(at == len || rest != NULL);
	if (rest != NULL)
		memcpy(rest, bytes + at, len - at);
	free(player->bytes);
	player->bytes = rest;
	player->len = len - at;
}

/* ---- connections ---- */

static void
dial_more(struct bench *bench)
{
	while (bench->under_way < bench->at_once && bench->next < bench->count) {
		struct player *player = &bench->players[bench->next];
		struct epoll_event told = { .events = EPOLLIN | EPOLLOUT | EPOLLET,
			.data.ptr = player };

		player->screen = bench->next++ % bench->screens;
		player->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		HS_CHECK(player->fd >= 0);
		HS_CHECK(bind(player->fd, (struct sockaddr *)&bench->from, sizeof(bench->from)) ==
			 0);
		if (connect(player->fd, (struct sockaddr *)&bench->to, sizeof(bench->to)) != 0 &&
			errno != EINPROGRESS) {
			perror("connect");
			exit(1);
		}
		player->phase = PHASE_DIALS;
		bench->under_way++;
		epoll_ctl(bench->epoll, EPOLL_CTL_ADD, player->fd, &told);
	}
}

static void
upgrade(struct player *player)
{
	char text[300];
	int len = snprintf(text, sizeof(text),
		"GET /v1/sign?screen=s%zu HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
		"Sec-WebSocket-Version: 13\r\n\r\n",
		player->screen);

	if (send(player->fd, text, (size_t)len, MSG_NOSIGNAL) != len) {
		perror("send");
		exit(1);
	}
	player->phase = PHASE_UPGRADES;
}

static void
take_bytes(struct bench *bench, struct player *player, uint8_t *bytes, size_t len)
{
	if (player->phase == PHASE_UPGRADES) {
		uint8_t *end = memmem(bytes, len, "\r\n\r\n", 4);

		HS_CHECK(end != NULL && memmem(bytes, len, " 101 ", 5) != NULL);
		player->phase = PHASE_LIVE;
		bench->under_way--;
		len -= (size_t)(end + 4 - bytes);
		bytes = end + 4;
		dial_more(bench);
	}
	take_frames(bench, player, bytes, len);
}

static void
serve(struct bench *bench, struct player *player, uint32_t events)
{
	static uint8_t bytes[STATE_BYTES + READ_BYTES];

	if (player->phase == PHASE_DIALS && (events & EPOLLOUT) != 0)
		upgrade(player);
	while (player->phase == PHASE_UPGRADES || player->phase == PHASE_LIVE) {
		if (player->len > 0)
			memcpy(bytes, player->bytes, player->len);
		ssize_t got = recv(player->fd, bytes + player->len, READ_BYTES, 0);

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			bench->lost++;
			close(player->fd);
			player->phase = PHASE_AWAY;
			return;
		}
		take_bytes(bench, player, bytes, player->len + (size_t)got);
	}
}

static bool
obey(struct bench *bench)
{
	char line[128], word[128] = "";
	unsigned long long number = 0;

	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	(void)sscanf(line, "%127s %llu", word, &number);
	if (strcmp(word, "connect") == 0) {
		bench->at_once = (size_t)number;
		dial_more(bench);
	} else if (strcmp(word, "target") == 0) {
		bench->target = number;
		bench->reached = (struct round){ 0 };
		for (size_t i = 0; i < bench->count; i++) {
			if (bench->players[i].seq >= number)
				count_in(&bench->reached, bench->count, "reached");
		}
	} else if (strcmp(word, "status") == 0)
		printf("status %zu %llu %llu %llu %llu\n", bench->live.count,
			(unsigned long long)bench->states, (unsigned long long)bench->beats,
			(unsigned long long)bench->canaries, (unsigned long long)bench->lost);
	return strcmp(word, "quit") != 0;
}

int
main(int argc, char **argv)
{
	static struct bench bench;
	struct epoll_event events[512], told = { .events = EPOLLIN, .data.ptr = NULL };
	struct rlimit files;

	if (argc != 5 || atoi(argv[4]) < 1 || atoi(argv[4]) > SCREENS_MAX) {
		fprintf(stderr, "usage: players_bench PORT SOURCE_ADDRESS COUNT SCREENS\n");
		return 2;
	}
	bench.to = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(argv[1])),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	bench.from = (struct sockaddr_in){ .sin_family = AF_INET };
	HS_CHECK(inet_pton(AF_INET, argv[2], &bench.from.sin_addr) == 1);
	bench.count = (size_t)atoi(argv[3]);
	bench.screens = (size_t)atoi(argv[4]);
	bench.players = calloc(bench.count, sizeof(*bench.players));
	bench.epoll = epoll_create1(EPOLL_CLOEXEC);
	HS_CHECK(bench.players != NULL && bench.epoll >= 0);
	HS_CHECK(getrlimit(RLIMIT_NOFILE, &files) == 0);
	files.rlim_cur = files.rlim_max;
	HS_CHECK(setrlimit(RLIMIT_NOFILE, &files) == 0);
	epoll_ctl(bench.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &told);
	setvbuf(stdin, NULL, _IONBF, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (;;) {
		int count = epoll_wait(bench.epoll, events, 512, -1);

		for (int i = 0; i < count; i++) {
			if (events[i].data.ptr != NULL)
				serve(&bench, events[i].data.ptr, events[i].events);
			else if (!obey(&bench))
				return 0;
		}
	}
}
