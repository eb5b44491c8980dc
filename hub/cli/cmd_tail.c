/* hansho tail: notices as they happen (Server-Sent Events of the feed). hansho replay: those of the past. */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/silence.h"
#include "hub/cli/cli.h"
#include "hub/cli/client.h"

#define LINE_MAX_BYTES (8u << 20)
#define GET_TIMEOUT_MS 20000L
#define PAGE_MAX       100
#define ASKED_EACH_US  INT64_C(1000000) /* so late may the look at the silence be */
#define BEAT_MS	       5000		/* until the feed names its own */

struct reader {
	struct hs_buf line;
	bool json;
	long left; /* notices to print; -1: no end */
	int64_t heard_us, beat_ms;
	bool silent;	/* the connection looks open, and nothing comes, no heartbeat either */
	char place[96]; /* EPOCH:SEQ of the newest notice; "": none */
};

static void
print_notice(const json_t *frame)
{
	const json_t *notice = json_object_get(frame, "notice");
	const json_t *level = json_object_get(notice, "level");
	const json_t *text = json_array_get(json_object_get(notice, "texts"), 0);
	const json_t *area = json_array_get(json_object_get(notice, "areas"), 0);
	long long number = json_integer_value(json_object_get(level, "number"));
	printf("%6lld  %-5s  %-6s", (long long)json_integer_value(json_object_get(frame, "seq")),
		hs_cli_text(notice, "mode"), hs_cli_text(notice, "action"));
	if (number > 0)
		printf("  警戒レベル%lld %s", number, hs_cli_text(level, "term"));
	printf("  %s", hs_cli_text(json_object_get(notice, "source"), "name"));
	size_t areas = json_array_size(json_object_get(notice, "areas"));
	if (areas > 0)
		printf(" [%s%s]", hs_cli_text(area, "code"), areas > 1 ? " …" : "");
	printf("  %s\n", hs_cli_text(text, "headline"));
}

/* One line of the event stream. Only data lines matter: the JSON names its type. */
static bool
line_ended(struct reader *reader)
{
	const char *line = hs_buf_text(&reader->line);
	if (strncmp(line, "data:", 5) != 0)
		return true;
	json_t *frame = json_loads(line + 5, 0, NULL);
	const char *type = hs_cli_text(frame, "type");
	json_int_t beat_ms = json_integer_value(json_object_get(frame, "heartbeat_ms"));
	if (beat_ms > 0)
		reader->beat_ms = beat_ms;
	bool notice = strcmp(type, "notice") == 0;
	if (notice)
		snprintf(reader->place, sizeof(reader->place), "%s:%lld",
			hs_cli_text(frame, "epoch"),
			(long long)json_integer_value(json_object_get(frame, "seq")));
	if (reader->json && strcmp(type, "heartbeat") != 0)
		printf("%s\n", line + 5 + (line[5] == ' '));
	else if (notice)
		print_notice(frame);
	else if (strcmp(type, "error") == 0)
		fprintf(stderr, "hansho: the feed says: %s\n", hs_cli_text(frame, "text"));
	else if (strcmp(type, "gap") == 0)
		fprintf(stderr, "hansho: notices %lld to %lld can no longer be had\n",
			(long long)json_integer_value(json_object_get(frame, "from_seq")),
			(long long)json_integer_value(json_object_get(frame, "to_seq")));
	json_decref(frame);
	if (notice && reader->left > 0)
		reader->left--;
	return reader->left != 0;
}

static bool
piece_came(void *owner, const char *bytes, size_t len_bytes)
{
	struct reader *reader = owner;
	reader->heard_us = hs_clock_mono_us();
	for (size_t i = 0; i < len_bytes; i++) {
		if (bytes[i] != '\n') {
			hs_buf_add(&reader->line, bytes + i, 1);
			continue;
		}
		bool go_on = line_ended(reader);
		reader->line.len_bytes = 0;
		if (reader->line.bytes)
			reader->line.bytes[0] = '\0';
		if (!go_on)
			return false;
	}
	return !reader->line.failed;
}

/* A feed that vanished without a word is found by its missing heartbeats. */
static bool
goes_on(void *owner)
{
	struct reader *reader = owner;
	int64_t limit_us = hs_silence_of_hub_us(reader->beat_ms, true) - ASKED_EACH_US;

	reader->silent = hs_clock_mono_us() - reader->heard_us > limit_us;
	return !reader->silent;
}

static int
say_gone(const struct hs_cli *cli, const struct reader *reader, const char *why)
{
	if (reader->silent)
		why = "it says nothing any more, not even heartbeats";
	fprintf(stderr,
		"hansho: the feed at %s is gone%s%s; run tail again with --after%s%s to go on\n",
		cli->settings.feed_url, why[0] ? ": " : "", why, reader->place[0] ? " " : "",
		reader->place);
	return HS_EXIT_UNREACHABLE;
}

static const struct option tail_options[] = {
	{ "count", required_argument, NULL, 'n' },
	{ "areas", required_argument, NULL, 'a' },
	{ "after", required_argument, NULL, 'f' },
	{ NULL, 0, NULL, 0 },
};

int
hs_cmd_tail(struct hs_cli *cli, int argc, char **argv)
{
	const char *areas = NULL, *after = NULL;
	long count = -1;
	int option;
	while ((option = getopt_long(argc, argv, "", tail_options, NULL)) != -1) {
		if (option == 'n')
			count = strtol(optarg, NULL, 10);
		else if (option == 'a')
			areas = optarg;
		else if (option == 'f')
			after = optarg;
		else
			return hs_cli_usage("wrong option for tail");
	}
	if (count == 0 || optind != argc)
		return hs_cli_usage("tail takes --count N (1 …), --areas, --after");
	if (!hs_cli_settings(cli))
		return HS_EXIT_INPUT;
	char url[2048], header[256], why[256];
	snprintf(url, sizeof(url), "%s/v1/events?mode=%s%s%s", cli->settings.feed_url,
		cli->settings.mode ? "drill" : "live", areas ? "&areas=" : "", areas ? areas : "");
	snprintf(header, sizeof(header), "Last-Event-ID: %s", after ? after : "");
	struct reader reader = {
		.json = cli->json, .left = count, .beat_ms = BEAT_MS, .heard_us = hs_clock_mono_us()
	};
	hs_buf_init(&reader.line, LINE_MAX_BYTES);
	struct hs_client_call call = { .url = url,
		.ca = cli->settings.ca,
		.header = after ? header : NULL,
		.piece = piece_came,
		.goes_on = goes_on,
		.owner = &reader };
	long status = 0;
	enum hs_err err = hs_client_do(&call, &status, NULL, why);
	hs_buf_free(&reader.line);
	if (err == HS_OK && status == 200 && reader.left == 0)
		return HS_EXIT_OK;
	if (status != 200 && status != 0) {
		fprintf(stderr, "hansho: the feed refused with %ld; check --areas and --after\n",
			status);
		return HS_EXIT_REFUSED;
	}
	return say_gone(cli, &reader, why);
}

static const struct option replay_options[] = {
	{ "after", required_argument, NULL, 'f' },
	{ "limit", required_argument, NULL, 'l' },
	{ NULL, 0, NULL, 0 },
};

/* Prints one page; *after moves behind it. Returns how many notices it had, -1 on failure. */
static long
print_page(struct hs_cli *cli, unsigned long long *after, long limit)
{
	char url[1024], why[256];
	struct hs_buf reply;
	long status = 0;
	snprintf(url, sizeof(url), "%s/v1/notices?after=%llu&limit=%ld", cli->settings.feed_url,
		*after, limit);
	hs_buf_init(&reply, LINE_MAX_BYTES);
	struct hs_client_call call = {
		.url = url, .ca = cli->settings.ca, .timeout_ms = GET_TIMEOUT_MS
	};
	enum hs_err err = hs_client_do(&call, &status, &reply, why);
	json_t *tree =
		err == HS_OK && status == 200 ? json_loads(hs_buf_text(&reply), 0, NULL) : NULL;
	const json_t *notices = json_object_get(tree, "notices");
	long count = tree ? (long)json_array_size(notices) : -1;
	for (long i = 0; i < count; i++) {
		const json_t *frame = json_array_get(notices, (size_t)i);
		*after = (unsigned long long)json_integer_value(json_object_get(frame, "seq"));
		char *text = cli->json ? json_dumps(frame, JSON_COMPACT) : NULL;
		if (text)
			printf("%s\n", text);
		else
			print_notice(frame);
		free(text);
	}
	if (count < 0)
		fprintf(stderr, "hansho: the feed at %s gave no notices: %s (status %ld)\n",
			cli->settings.feed_url, why, status);
	json_decref(tree);
	hs_buf_free(&reply);
	return count;
}

int
hs_cmd_replay(struct hs_cli *cli, int argc, char **argv)
{
	unsigned long long after = 0;
	long left = -1;
	int option;
	while ((option = getopt_long(argc, argv, "", replay_options, NULL)) != -1) {
		if (option == 'f')
			after = strtoull(optarg, NULL, 10);
		else if (option == 'l')
			left = strtol(optarg, NULL, 10);
		else
			return hs_cli_usage("wrong option for replay");
	}
	if (!hs_cli_settings(cli))
		return HS_EXIT_INPUT;
	for (;;) {
		long page = left >= 0 && left < PAGE_MAX ? left : PAGE_MAX;
		long count = page > 0 ? print_page(cli, &after, page) : 0;
		if (count < 0)
			return HS_EXIT_UNREACHABLE;
		if (left >= 0)
			left -= count;
		if (count < page || left == 0)
			return HS_EXIT_OK;
	}
}
