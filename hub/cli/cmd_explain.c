/* hansho explain: which outlet gets a notice, why or why not, and the exact text, pages, plan or screen that would go out.
 *
 * Flow: ID → gate → seq → feed: the notice, and what was in force just before it; or FILE → the gate's own reading
 *       (hub/rehearse/convert.h) and what is in force now → the question (schemas/question.h) → each program with --explain
 *       and its configuration (adapters/runtime/explain.h, hub/core/explain.h) → its words.
 * There is no rule here: every decision and every text is of the program that would take it. With several files the
 * answer is the lint of a configuration: what would sound for these telegrams. --after: what outlets took before, in its order, which the
 * programs are asked first; without it they took what is in force, and nothing that does not last. Nothing is sent, nothing is opened. */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/cli/cli.h"
#include "hub/cli/client.h"
#include "hub/cli/explain_print.h"
#include "hub/cli/programs.h"
#include "hub/rehearse/convert.h"
#include "hub/rehearse/rehearsal.h"

#define TIMEOUT_MS    10000L
#define REPLY_MAX     ((size_t)64 << 20)
#define WORDS_MAX     (1u << 20)
#define CONFIGS_MAX   64
#define AFTER_MAX     16
#define CONVERT_ARENA ((size_t)256 << 20)
#define ID_HEX	      32
#define URL_SIZE      700

struct explain {
	struct hs_cli *cli;
	const char *configs[CONFIGS_MAX];
	size_t config_count;
	const char *gate; /* configuration of the gate, for its limits; NULL: the defaults */
	int mode;	  /* HS_MODE(LIVE | DRILL), of files */
	const char *after[AFTER_MAX];
	size_t after_count;
	json_t *before; /* their frames */
	bool wrong;
};

/* ---- gate and feed ---- */

/* GET base+path as JSON; NULL: told on stderr, *exit_code is set. */
static json_t *
fetch(const struct hs_cli *cli, const char *base, const char *path, int *exit_code)
{
	const struct hs_client_settings *client = &cli->settings;
	bool to_gate = base == client->gate_url;
	char url[URL_SIZE], why[256];
	long status = 0;
	struct hs_buf reply;
	snprintf(url, sizeof(url), "%s%s", base, path);
	const struct hs_client_call call = {
		.url = url,
		.ca = client->ca,
		.cert = to_gate ? client->cert : NULL,
		.key = to_gate ? client->key : NULL,
		.token = to_gate ? client->token : NULL,
		.timeout_ms = TIMEOUT_MS,
	};
	hs_buf_init(&reply, REPLY_MAX);
	json_t *json = NULL;
	if (hs_client_do(&call, &status, &reply, why) != HS_OK) {
		fprintf(stderr, "hansho: %s: %s\n", url, why);
		*exit_code = HS_EXIT_UNREACHABLE;
	} else if (status != 200) {
		fprintf(stderr, "hansho: %s: HTTP %ld %.200s\n", url, status, hs_buf_text(&reply));
		*exit_code = HS_EXIT_REFUSED;
	} else {
		json = json_loadb(hs_buf_text(&reply), reply.len_bytes, 0, NULL);
		*exit_code = json ? HS_EXIT_OK : HS_EXIT_INPUT;
	}
	hs_buf_free(&reply);
	return json;
}

static bool
is_made_of(const char *text, const char *characters, size_t len)
{
	size_t all = strlen(text);
	return all > 0 && strspn(text, characters) == all && (len == 0 || all == len);
}

/* The seq of a submission; 0: told. */
static json_int_t
seq_of_id(const struct hs_cli *cli, const char *id, int *exit_code)
{
	char path[80];
	snprintf(path, sizeof(path), "/v1/submissions/%s", id);
	json_t *json = fetch(cli, cli->settings.gate_url, path, exit_code);
	json_int_t seq = json_integer_value(json_object_get(json, "seq"));
	if (json && seq == 0) {
		fprintf(stderr, "hansho: %s has no notice: it was refused, or is not newer\n", id);
		*exit_code = HS_EXIT_REFUSED;
	}
	json_decref(json);
	return seq;
}

/* What was in force just before this notice of the feed. */
static json_t *
state_before(const struct hs_cli *cli, const json_t *notice, int *exit_code)
{
	const json_t *times = json_object_get(json_object_get(notice, "notice"), "times");
	char path[2 * HS_RFC3339_SIZE] = "/v1/state", stamp[HS_RFC3339_SIZE];
	int64_t unix_us;
	int offset_min;
	if (hs_rfc3339_parse(hs_cli_text(times, "accepted"), &unix_us, &offset_min, NULL) ==
		HS_OK) {
		hs_rfc3339_format(unix_us - 1, 0, stamp);
		snprintf(path, sizeof(path), "/v1/state?at=%s", stamp);
	}
	return fetch(cli, cli->settings.feed_url, path, exit_code);
}

/* ---- a file ---- */

static bool
read_document(const char *path, struct hs_buf *out)
{
	char piece[16384];
	size_t len;
	FILE *file = fopen(path, "re");
	hs_buf_init(out, REPLY_MAX);
	if (!file)
		return false;
	while ((len = fread(piece, 1, sizeof(piece), file)) > 0)
		hs_buf_add(out, piece, len);
	bool good = !ferror(file) && !out->failed;
	fclose(file);
	return good;
}

/* The notice that a gate would make of it, as a frame of the feed with no seq yet; NULL: told. */
static json_t *
convert(const struct explain *own, const char *path, int *exit_code)
{
	struct hs_gate_limits limits;
	struct hs_converted converted = { .refusal = "" };
	struct hs_buf bytes;
	char why[HS_CONFIG_WHY] = "cannot be read";
	json_t *frame = NULL;
	struct hs_arena *arena = hs_arena_create(CONVERT_ARENA);
	bool good = read_document(path, &bytes) && arena &&
		    hs_convert_limits(own->gate, &limits, why) == HS_OK;
	if (good && hs_convert_new(arena, &limits, own->mode, hs_clock_unix_us(),
			    (struct hs_span){ (const uint8_t *)bytes.bytes, bytes.len_bytes },
			    &converted) != HS_OK) {
		good = false;
		snprintf(why, sizeof(why), "out of memory");
	}
	*exit_code = good && converted.notice ? HS_EXIT_OK : HS_EXIT_INPUT;
	if (good && converted.notice)
		frame = json_pack("{s:s, s:o}", "type", "notice", "notice",
			hs_message_to_json(converted.notice));
	else
		fprintf(stderr, "hansho: %s: %s%s\n", path, good ? "a gate would refuse it: " : "",
			good ? converted.refusal : why);
	hs_arena_destroy(arena);
	hs_buf_free(&bytes);
	return frame;
}

/* ---- programs ---- */

/* Of several lines, one for each notice: the last. */
static json_t *
last_answer(struct hs_buf *out)
{
	size_t end = out->len_bytes, begin;
	const char *text = hs_buf_text(out);
	while (end > 0 && text[end - 1] == '\n')
		end--;
	for (begin = end; begin > 0 && text[begin - 1] != '\n'; begin--)
		;
	return json_loadb(text + begin, end - begin, 0, NULL);
}

/* The answer of one program to the question; NULL: told. */
static json_t *
ask(const char *config, const struct hs_buf *question)
{
	const struct hs_program *program = hs_program_of(config);
	const char *const arguments[] = { "--config", config, "--explain", NULL };
	struct hs_buf out, err;
	HS_CHECK(program != NULL);
	hs_buf_init(&out, REPLY_MAX);
	hs_buf_init(&err, WORDS_MAX);
	int status = hs_program_run(program, arguments, question, &out, &err);
	json_t *answer = status == 0 ? last_answer(&out) : NULL;
	if (!answer)
		fprintf(stderr, "hansho: %s: %s: %s\n", program->program, config,
			err.len_bytes > 0 ? hs_buf_text(&err) : "no answer");
	hs_buf_free(&out);
	hs_buf_free(&err);
	return answer;
}

static bool
question_add(struct hs_buf *question, const json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	if (text)
		hs_buf_printf(question, "%s\n", text);
	free(text);
	return text && !question->failed;
}

/* Asks all; an exit status. */
static int
explain_notice(const struct explain *own, const char *what, const json_t *state, json_t *notice)
{
	struct hs_buf question;
	json_t *answers = json_array();
	int worst = HS_EXIT_OK;
	hs_buf_init(&question, REPLY_MAX);
	if (state)
		(void)question_add(&question, state);
	bool good = true;
	size_t at;
	const json_t *before;
	json_array_foreach (own->before, at, before)
		good = good && question_add(&question, before);
	good = good && question_add(&question, notice);
	for (size_t i = 0; good && i < own->config_count; i++) {
		json_t *answer = ask(own->configs[i], &question);
		if (answer)
			json_array_append_new(answers, answer);
		else
			worst = HS_EXIT_UNREACHABLE;
	}
	json_t *whole =
		json_pack("{s:s, s:O, s:o}", "asked", what, "notice", notice, "answers", answers);
	if (own->cli->json)
		hs_explain_print_json(whole);
	else
		hs_explain_print(whole);
	json_decref(whole);
	hs_buf_free(&question);
	return good ? worst : HS_EXIT_INPUT;
}

static int
explain_seq(const struct explain *own, const char *what, const char *id, json_int_t seq)
{
	char path[64];
	int exit_code;
	snprintf(path, sizeof(path), "/v1/notices/%lld", (long long)seq);
	json_t *notice = fetch(own->cli, own->cli->settings.feed_url, path, &exit_code);
	const json_t *first =
		json_array_size(own->before) ? json_array_get(own->before, 0) : notice;
	json_t *state = notice ? state_before(own->cli, first, &exit_code) : NULL;
	if (notice && id)
		json_object_set_new(notice, "submission_id", json_string(id));
	if (notice && state)
		exit_code = explain_notice(own, what, state, notice);
	json_decref(notice);
	json_decref(state);
	return exit_code;
}

/* What is in force is asked where it can be; a telegram can be explained without a hub. */
static int
explain_file(const struct explain *own, const char *path)
{
	int exit_code, state_code = HS_EXIT_OK;
	json_t *notice = convert(own, path, &exit_code), *state = NULL;
	bool same = own->cli->config &&
		    (own->cli->settings.mode == 0) == (own->mode == (int)HS_MODE(LIVE));
	if (!notice)
		return exit_code;
	if (same)
		state = fetch(own->cli, own->cli->settings.feed_url, "/v1/state", &state_code);
	if (!state)
		fprintf(stderr, "hansho: explained as if nothing else were in force\n");
	exit_code = explain_notice(own, path, state, notice);
	json_decref(notice);
	json_decref(state);
	return exit_code;
}

static int
explain_one(const struct explain *own, const char *what)
{
	struct stat file;
	int exit_code = HS_EXIT_INPUT;
	if (stat(what, &file) == 0)
		return explain_file(own, what);
	if (!own->cli->config)
		return hs_cli_usage("%s is no file", what);
	if (is_made_of(what, "0123456789abcdef", ID_HEX)) {
		json_int_t seq = seq_of_id(own->cli, what, &exit_code);
		return seq > 0 ? explain_seq(own, what, what, seq) : exit_code;
	}
	if (is_made_of(what, "0123456789", 0))
		return explain_seq(own, what, NULL, strtoll(what, NULL, 10));
	return hs_cli_usage("%s is neither an id, nor a seq, nor a file", what);
}

/* The frame of what --after names; NULL: told. */
static json_t *
frame_of(const struct explain *own, const char *what, int *exit_code)
{
	struct stat file;
	char path[64];
	json_int_t seq;
	*exit_code = HS_EXIT_INPUT;
	if (stat(what, &file) == 0)
		return convert(own, what, exit_code);
	if (!own->cli->config) {
		*exit_code = hs_cli_usage("%s is no file", what);
		return NULL;
	}
	if (is_made_of(what, "0123456789abcdef", ID_HEX))
		seq = seq_of_id(own->cli, what, exit_code);
	else
		seq = is_made_of(what, "0123456789", 0) ? strtoll(what, NULL, 10) : 0;
	if (seq <= 0) {
		fprintf(stderr, "hansho: --after %s: no such notice\n", what);
		return NULL;
	}
	snprintf(path, sizeof(path), "/v1/notices/%lld", (long long)seq);
	return fetch(own->cli, own->cli->settings.feed_url, path, exit_code);
}

static int
explain_all(struct explain *own, char **whats, int count)
{
	int worst = HS_EXIT_OK, exit_code;
	own->before = json_array();
	for (size_t i = 0; worst == HS_EXIT_OK && i < own->after_count; i++) {
		json_t *frame = frame_of(own, own->after[i], &exit_code);
		if (frame)
			json_array_append_new(own->before, frame);
		else
			worst = exit_code;
	}
	bool good = worst == HS_EXIT_OK;
	for (int i = 0; good && i < count; i++) {
		exit_code = explain_one(own, whats[i]);
		worst = exit_code > worst ? exit_code : worst;
	}
	json_decref(own->before);
	return worst;
}

/* ---- command line ---- */

static const struct option options[] = {
	{ "with", required_argument, NULL, 'w' },
	{ "gate", required_argument, NULL, 'g' },
	{ "mode", required_argument, NULL, 'm' },
	{ "after", required_argument, NULL, 'a' },
	{ NULL, 0, NULL, 0 },
};

static void
take_config(struct explain *own, const char *path)
{
	const struct hs_program *program = hs_program_of(path);
	if (own->config_count == CONFIGS_MAX || !program || strcmp(program->name, "gate") == 0 ||
		strcmp(program->name, "feed") == 0 || strcmp(program->name, "principals") == 0) {
		fprintf(stderr,
			"hansho: %s: its name must say whose it is: hub, broadcaster, telecom, "
			"signage or jalert\n",
			path);
		own->wrong = true;
		return;
	}
	own->configs[own->config_count++] = path;
}

static void
read_options(struct explain *own, int argc, char **argv)
{
	int option, mode = -1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'w')
			take_config(own, optarg);
		else if (option == 'g')
			own->gate = optarg;
		else if (option == 'a' && own->after_count < AFTER_MAX)
			own->after[own->after_count++] = optarg;
		else if (option == 'm' && strcmp(optarg, "live") == 0)
			mode = HS_MODE(LIVE);
		else if (option == 'm' && strcmp(optarg, "drill") == 0)
			mode = HS_MODE(DRILL);
		else
			own->wrong = true;
	}
	own->mode = mode;
}

int
hs_cmd_explain(struct hs_cli *cli, int argc, char **argv)
{
	struct explain own = { .cli = cli };
	read_options(&own, argc, argv);
	if (own.wrong || optind == argc)
		return hs_cli_usage(
			"explain takes ids, seqs or files, --with CONFIGURATION, --after "
			"an id, seq or file, --gate FILE, --mode live or drill");
	/* With configurations, a mode and files no hub is needed. */
	bool alone = own.config_count > 0 && own.mode >= 0 && !cli->config_path;
	if (!alone && !hs_cli_settings(cli))
		return HS_EXIT_INPUT;
	if (own.mode < 0)
		own.mode = cli->settings.mode == 0 ? HS_MODE(LIVE) : HS_MODE(DRILL);
	size_t usual = cli->config && own.config_count == 0 ? cli->settings.outlets.count : 0;
	for (size_t i = 0; i < usual; i++)
		take_config(&own, cli->settings.outlets.items[i]);
	if (own.wrong || own.config_count == 0)
		return hs_cli_usage("whose outlets? Give --with CONFIGURATION, or outlets in the "
				    "client's settings");
	hs_rehearsal_setup();
	return explain_all(&own, argv + optind, argc - optind);
}
