/* load_bench: N subscribers of one server, and who publishes to it. One process for one server; the driver
 * (measure.py) has several of them take turns.
 *
 *   load_bench [publish=PORT] [publish_new=1] [publish_hello=FILE] [messages=FILE%d] [expect=TEXT]
 *              [durable=FILE] [keep=FILE] [wait_s=N] [awake=1] group=NAME count=N port=P|path=SOCKET%d hello=FILE … [group=…]
 *
 * It connects everybody, waits until all are live, prints "live", and then obeys lines on stdin:
 *   go K D    publishes message K (file of `messages`), with D = 1 after append and fdatasync of its bytes to the
 *             file `durable`; waits until every subscriber has one delivery more and the reply begins with `expect`;
 *             prints begun (monotonic), begun (unix), reply and per group first, p50, p99, last (monotonic µs)
 * With awake=1 it does not sleep while a message is on its way. A server on loopback must wake who sleeps: each time
 * costs its core as much as a delivery, and who is slower by a little finds it asleep more often. A network card in
 * between would spare it that, so a generator with a core of its own stays awake.
 * Between rounds it reads on, so that heartbeats do not pile up. A subscriber that is closed, silent for wait_s, or
 * that gets a message twice ends the program with status 1: every run is checked for 100 % delivery.
 */
#include <fcntl.h>
#include <sys/epoll.h>

#include "hub/base/check.h"
#include "tests/bench/peers/subscriber.h"

#define GROUPS_MAX 8
#define WAIT_S	   30
#define AT_A_TIME  64 /* connections that are opened together */
#define EVENTS	   256

struct load {
	struct group groups[GROUPS_MAX];
	size_t group_count;
	const char *publish, *publish_new, *publish_hello, *messages, *expect, *durable, *keep;
	const char *wait_s, *awake;
	struct subscriber *all;
	size_t count, done;
	int epoll, publisher, durable_fd;
	SSL_CTX *context;
	char reply[4096];
	size_t reply_bytes;
	int64_t replied_us;
};

/* ---- the command line ---- */

#define GROUP_TEXT(name)                                        \
	{                                                       \
#name, offsetof(struct group, name), true, true \
	}
#define LOAD_TEXT(name)                                         \
	{                                                       \
#name, offsetof(struct load, name), false, true \
	}
#define GROUP_NUMBER(name)                                       \
	{                                                        \
#name, offsetof(struct group, name), true, false \
	}

static const struct option {
	const char *name;
	size_t at;
	bool of_group, text;
} options[] = { LOAD_TEXT(publish), LOAD_TEXT(publish_new), LOAD_TEXT(publish_hello),
	LOAD_TEXT(messages), LOAD_TEXT(expect), LOAD_TEXT(durable), LOAD_TEXT(keep),
	GROUP_TEXT(port), GROUP_TEXT(path), GROUP_TEXT(bind), GROUP_TEXT(hello), GROUP_TEXT(then),
	GROUP_TEXT(each), LOAD_TEXT(wait_s), LOAD_TEXT(awake), GROUP_NUMBER(count),
	GROUP_NUMBER(skip), GROUP_NUMBER(min_bytes) };

static const struct flag {
	const char *name;
	size_t at;
} flags[] = { { "links", offsetof(struct group, links) }, { "tls", offsetof(struct group, tls) },
	{ "mqtt_ack", offsetof(struct group, mqtt_ack) } };

static bool
set_flag(struct load *load, const char *name)
{
	for (size_t i = 0; i < HS_COUNT(flags); i++)
		if (load->group_count > 0 && strcmp(flags[i].name, name) == 0) {
			char *group = (char *)&load->groups[load->group_count - 1];

			*(bool *)(void *)(group + flags[i].at) = true;
			return true;
		}
	return false;
}

static void
set_option(struct load *load, char *word)
{
	char *value = strchr(word, '=');

	if (value == NULL && set_flag(load, word))
		return;
	if (value == NULL)
		die("unknown flag", word);
	*value++ = '\0';
	if (strcmp(word, "group") == 0) {
		if (load->group_count == GROUPS_MAX)
			die("too many groups at", value);
		load->groups[load->group_count++].name = value;
		return;
	}
	for (size_t i = 0; i < HS_COUNT(options); i++) {
		char *base = (char *)load;

		if (strcmp(options[i].name, word) != 0)
			continue;
		if (options[i].of_group && load->group_count == 0)
			die("stands before any group:", word);
		if (options[i].of_group)
			base = (char *)&load->groups[load->group_count - 1];
		if (options[i].text)
			*(const char **)(void *)(base + options[i].at) = value;
		else
			*(size_t *)(void *)(base + options[i].at) = (size_t)atol(value);
		return;
	}
	die("unknown option", word);
}

/* ---- reading ---- */

static void
take_reply(struct load *load)
{
	char more[4096];
	ssize_t got = recv(load->publisher, more, sizeof(more), MSG_DONTWAIT);
	size_t room = sizeof(load->reply) - 1 - load->reply_bytes;

	if (got < 0)
		return;
	if (got == 0) { /* a server that closes after its answer */
		epoll_ctl(load->epoll, EPOLL_CTL_DEL, load->publisher, NULL);
		return;
	}
	if (load->reply_bytes == 0)
		load->replied_us = now_us();
	if ((size_t)got > room)
		got = (ssize_t)room;
	memcpy(load->reply + load->reply_bytes, more, (size_t)got);
	load->reply_bytes += (size_t)got;
	load->reply[load->reply_bytes] = '\0';
}

static void
read_from(struct load *load, struct subscriber *one)
{
	static uint8_t bytes[READ_BYTES];
	uint32_t before = one->deliveries;
	size_t got;

	do {
		got = receive(one, bytes, sizeof(bytes));
		take(one, bytes, got);
	} while (got > 0 && one->ssl != NULL);
	if (one->deliveries == before)
		return;
	if (before == 0) {
		one->group->arrived_us[one->group->done++] = now_us();
		load->done++;
	}
	if (one->group->mqtt_ack)
		mqtt_ack(one);
}

/* One look at the sockets. Returns false when a line on stdin waits, or after timeout_ms without anything. */
static bool
look(struct load *load, int timeout_ms, bool *line)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(load->epoll, events, EVENTS, timeout_ms);

	for (int i = 0; i < count; i++) {
		if (events[i].data.ptr == NULL)
			*line = true;
		else if (events[i].data.ptr == load)
			take_reply(load);
		else
			read_from(load, events[i].data.ptr);
	}
	return count > 0;
}

static void
watch(struct load *load, int fd, void *whose)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = whose };

	if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
		die("epoll_ctl:", strerror(errno));
}

/* ---- connecting ---- */

static void
open_some(struct load *load, struct group *group, struct subscriber *first, size_t count)
{
	static struct bytes hello, then;

	for (size_t i = 0; i < count; i++) {
		open_subscriber(&first[i], load->context);
		if (group->hello != NULL) {
			slurp(group->hello, first[i].number, &hello);
			put(&first[i], hello.at, hello.len);
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (group->hello != NULL)
			take_upgrade(&first[i]);
		if (group->then != NULL) {
			slurp(group->then, first[i].number, &then);
			put(&first[i], then.at, then.len);
		}
		if (first[i].ssl != NULL)
			fcntl(first[i].fd, F_SETFL, fcntl(first[i].fd, F_GETFL) | O_NONBLOCK);
		watch(load, first[i].fd, &first[i]);
	}
}

static void
open_group(struct load *load, struct group *group, struct subscriber *first)
{
	for (size_t i = 0; i < group->count; i++) {
		first[i].group = group;
		first[i].number = i;
	}
	for (size_t i = 0; i < group->count; i += AT_A_TIME) {
		size_t count = group->count - i < AT_A_TIME ? group->count - i : AT_A_TIME;

		open_some(load, group, first + i, count);
	}
}

static size_t
not_live(const struct load *load)
{
	size_t missing = 0;

	for (size_t i = 0; i < load->count; i++)
		missing += load->all[i].others < load->all[i].group->skip;
	return missing;
}

static void
open_all(struct load *load)
{
	size_t at = 0;
	bool line = false;

	for (size_t i = 0; i < load->group_count; i++)
		load->count += load->groups[i].count;
	load->all = calloc(load->count, sizeof(*load->all));
	HS_CHECK(load->all != NULL);
	for (size_t i = 0; i < load->group_count; i++) {
		struct group *group = &load->groups[i];

		group->arrived_us = calloc(group->count, sizeof(int64_t));
		HS_CHECK(group->arrived_us != NULL);
		open_group(load, group, load->all + at);
		at += group->count;
	}
	while (not_live(load) > 0)
		if (!look(load, WAIT_S * 1000, &line))
			die("subscribers did not become live", "");
	if (load->keep != NULL)
		load->all[0].keep = malloc(REQUEST_MAX);
}

/* ---- publishing ---- */

static void
open_publisher(struct load *load)
{
	static struct bytes hello;

	load->publisher = dial(atoi(load->publish));
	if (load->publish_hello != NULL) {
		slurp(load->publish_hello, 0, &hello);
		write_all(load->publisher, hello.at, hello.len);
	}
	watch(load, load->publisher, load);
}

static void
make_durable(struct load *load, const struct bytes *message)
{
	if (load->durable_fd < 0)
		load->durable_fd =
			open(load->durable, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (load->durable_fd < 0)
		die("cannot open", load->durable);
	write_all(load->durable_fd, message->at, message->len);
	if (fdatasync(load->durable_fd) != 0)
		die("fdatasync:", strerror(errno));
}

/* Everybody has had exactly one delivery since the last round began. */
static void
check_once(const struct load *load)
{
	for (size_t i = 0; i < load->count; i++)
		if (load->all[i].deliveries != 1)
			die("not exactly one delivery:", load->all[i].group->name);
}

static void
next_round(struct load *load)
{
	static struct bytes each;

	for (size_t i = 0; i < load->count; i++) {
		load->all[i].deliveries = 0;
		if (load->all[i].group->each == NULL)
			continue;
		slurp(load->all[i].group->each, load->all[i].number, &each);
		put(&load->all[i], each.at, each.len);
	}
	for (size_t i = 0; i < load->group_count; i++)
		load->groups[i].done = 0;
	load->done = load->reply_bytes = 0;
}

static bool
replied(const struct load *load)
{
	return load->expect == NULL || load->reply_bytes >= strlen(load->expect);
}

static void
await_all(struct load *load)
{
	int64_t wait_s = load->wait_s != NULL ? atoi(load->wait_s) : WAIT_S;
	int64_t until_us = now_us() + wait_s * 1000000LL;
	bool line = false;
	char missing[64];

	while (load->done < load->count || !replied(load)) {
		if (look(load, load->awake != NULL ? 0 : 1000, &line) && now_us() < until_us)
			continue;
		if (now_us() < until_us)
			continue;
		snprintf(missing, sizeof(missing), "%zu of %zu, reply %zu bytes",
			load->count - load->done, load->count, load->reply_bytes);
		die("not delivered:", missing);
	}
	if (load->expect != NULL && strncmp(load->reply, load->expect, strlen(load->expect)) != 0)
		die("the server said:", load->reply);
}

static void
print_round(const struct load *load, int64_t begun_us, int64_t begun_unix_us)
{
	printf("round %lld %lld %lld", (long long)begun_us, (long long)begun_unix_us,
		(long long)(load->reply_bytes > 0 ? load->replied_us : 0));
	for (size_t i = 0; i < load->group_count; i++) {
		const struct group *group = &load->groups[i];
		const int64_t *at = group->arrived_us;

		printf(" %lld %lld %lld %lld", (long long)at[0], (long long)at[group->count / 2],
			(long long)at[(group->count * 99 - 1) / 100],
			(long long)at[group->count - 1]);
	}
	printf("\n");
}

static void
write_kept(const struct load *load)
{
	FILE *file;

	if (load->keep == NULL)
		return;
	file = fopen(load->keep, "wb");
	HS_CHECK(file != NULL && load->all[0].kept <= REQUEST_MAX);
	fwrite(load->all[0].keep, 1, load->all[0].kept, file);
	fclose(file);
}

static void
go(struct load *load, int number, bool durable, bool first)
{
	static struct bytes message;
	struct timespec unix_time;
	int64_t begun_us;

	slurp(load->messages, (size_t)number, &message);
	if (load->publish_new != NULL && !first)
		close(load->publisher);
	if (load->publish_new != NULL || first) {
		open_publisher(load);
		usleep(2000); /* until the server has taken it in */
	}
	if (!first)
		check_once(load);
	next_round(load);
	clock_gettime(CLOCK_REALTIME, &unix_time);
	begun_us = now_us();
	if (durable)
		make_durable(load, &message);
	write_all(load->publisher, message.at, message.len);
	await_all(load);
	write_kept(load);
	print_round(load, begun_us, unix_time.tv_sec * 1000000LL + unix_time.tv_nsec / 1000);
}

int
main(int argc, char **argv)
{
	static struct load load;
	char line[128];
	int number, durable;
	bool waits = false, first = true;

	for (int i = 1; i < argc; i++)
		set_option(&load, argv[i]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	load.durable_fd = -1;
	load.epoll = epoll_create1(EPOLL_CLOEXEC);
	load.context = SSL_CTX_new(TLS_client_method());
	HS_CHECK(load.epoll >= 0 && load.context != NULL);
	SSL_CTX_set_min_proto_version(load.context, TLS1_3_VERSION);
	open_all(&load);
	watch(&load, STDIN_FILENO, NULL);
	printf("live\n");
	while (true) {
		while (!waits)
			(void)look(&load, -1, &waits);
		waits = false;
		if (fgets(line, sizeof(line), stdin) == NULL)
			break;
		if (sscanf(line, "go %d %d", &number, &durable) != 2)
			die("unknown line", line);
		go(&load, number, durable == 1, first);
		first = false;
	}
	if (!first)
		check_once(&load);
	return 0;
}
