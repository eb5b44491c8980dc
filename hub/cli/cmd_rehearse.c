/* hansho rehearse: what the rule tables of this program would make of the messages in a journal; and its
 * acknowledgement, without which no hub starts with them. hansho tables: which tables those are. */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/cli/cli.h"
#include "hub/rehearse/rehearsal.h"

#define NEWEST_DEFAULT	1000
#define NEWEST_MAX	1000000000ULL
#define BY_MAX_BYTES	100
#define SHOWN_MAX	20 /* fields of one message; --json has all */
#define SHOWN_BYTES	160
#define TITLE_BYTES	120
#define NAMES_MAX_BYTES ((size_t)4 << 10)

struct request {
	const char *journal, *gate, *word, *by;
	unsigned long long newest, up_to;
	bool json, wrong;
};

/* At most max bytes of a text, whole characters. */
static int
cut(const char *text, size_t max)
{
	size_t len = strlen(text);

	if (len <= max)
		return (int)len;
	while (max > 0 && ((unsigned char)text[max] & 0xC0) == 0x80)
		max--;
	return (int)max;
}

/* At most max bytes; line ends and whatever else a terminal would obey become blanks. */
static void
print_text(const char *text, size_t max)
{
	int len = cut(text, max);

	for (int i = 0; i < len; i++)
		putchar((unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i]);
	if (text[len] != '\0')
		fputs("…", stdout);
}

static void
print_value(const char *text)
{
	if (text == NULL) {
		printf("(none)");
		return;
	}
	printf("\"");
	print_text(text, SHOWN_BYTES);
	printf("\"");
}

static const char *
headline_of(const hs_notice *notice)
{
	const hs_text *text = hs_notice_text(notice, "ja");

	if (text == NULL && notice->n_texts > 0)
		text = notice->texts[0];
	return text != NULL ? text->headline : "";
}

static void
print_message(const struct hs_rehearsed_message *message)
{
	const struct hs_differences *list = message->differences;
	char buffer[64];
	const char *kind =
		hs_enum_word(&hansho__v1__kind__descriptor, (int)message->notice->kind, buffer);

	printf("seq %llu  %s  ", (unsigned long long)message->seq, kind != NULL ? kind : "unknown");
	print_text(
		message->notice->source != NULL ? message->notice->source->name : "", TITLE_BYTES);
	printf("  ");
	print_text(headline_of(message->notice), TITLE_BYTES);
	printf("\n");
	if (message->refusal[0] != '\0') {
		printf("    would be refused: ");
		print_text(message->refusal, SHOWN_BYTES);
		printf("\n");
	}
	for (size_t i = 0; i < list->count && i < SHOWN_MAX; i++) {
		printf("    %s: ", list->items[i]->field);
		print_value(list->items[i]->before);
		printf(" → ");
		print_value(list->items[i]->after);
		printf("\n");
	}
	if (list->count > SHOWN_MAX)
		printf("    … and %zu more fields (--json has all)\n", list->count - SHOWN_MAX);
}

static void
print_json(json_t *json)
{
	HS_CHECK(json != NULL);
	json_dumpf(json, stdout, JSON_COMPACT);
	printf("\n");
	json_decref(json);
}

static void
print_message_json(const struct hs_rehearsed_message *message)
{
	const struct hs_differences *list = message->differences;
	json_t *fields = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(fields,
			json_pack("{s:s, s:s?, s:s?}", "field", list->items[i]->field, "before",
				list->items[i]->before, "after", list->items[i]->after));
	print_json(json_pack("{s:s, s:I, s:s, s:s, s:o}", "type", "message", "seq",
		(json_int_t)message->seq, "title", headline_of(message->notice), "refusal",
		message->refusal, "differences", fields));
}

static void
on_message(void *owner, const struct hs_rehearsed_message *message)
{
	const struct request *request = owner;

	if (request->json)
		print_message_json(message);
	else
		print_message(message);
}

/* ---- the end of a rehearsal ---- */

/* Names of the tables that differ from those of the hub's last start; "" when nothing is known of it. */
static void
changed_tables(const struct hs_rehearsal *rehearsal, struct hs_buf *out)
{
	const json_t *last = json_array_get(rehearsal->ran, json_array_size(rehearsal->ran) - 1);

	hs_buf_init(out, NAMES_MAX_BYTES);
	if (last != NULL)
		hs_activation_changed(last, rehearsal->version, out);
}

static void
print_summary_json(const struct hs_rehearsal *rehearsal, const char *changed, bool acknowledged)
{
	const struct hs_rehearsed *seen = &rehearsal->seen;

	print_json(json_pack("{s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:s, s:b}", "type",
		"summary", "tables", rehearsal->version->digest, "changed", changed, "epoch",
		rehearsal->epoch, "ran",
		hs_activation_find(rehearsal->ran, rehearsal->version->digest, NULL) != NULL,
		"messages", (json_int_t)seen->messages, "differing", (json_int_t)seen->differing,
		"differences", (json_int_t)seen->differences, "up_to", (json_int_t)seen->up_to,
		"word", rehearsal->word, "acknowledged", acknowledged));
}

static void
print_what_to_do(const struct request *request, const struct hs_rehearsal *rehearsal)
{
	if (hs_activation_find(rehearsal->ran, rehearsal->version->digest, NULL) != NULL) {
		printf("this journal was served with these tables before: nothing is to be "
		       "acknowledged\n");
		return;
	}
	if (rehearsal->seen.up_to == 0) {
		printf("no notices yet: a hub takes any tables\n");
		return;
	}
	printf("to let them act:\n  hansho rehearse %s --up-to %llu", request->journal,
		(unsigned long long)rehearsal->seen.up_to);
	if (request->newest != NEWEST_DEFAULT)
		printf(" --newest %llu", request->newest);
	if (request->gate != NULL)
		printf(" --gate %s", request->gate);
	printf(" --acknowledge %s --by NAME\n", rehearsal->word);
}

static void
print_summary(const struct hs_rehearsal *rehearsal, const char *changed)
{
	const struct hs_rehearsed *seen = &rehearsal->seen;

	printf("%llu messages up to seq %llu, %llu come out otherwise, %llu differences\n",
		(unsigned long long)seen->messages, (unsigned long long)seen->up_to,
		(unsigned long long)seen->differing, (unsigned long long)seen->differences);
	printf("tables %s", rehearsal->version->digest);
	if (changed[0] != '\0')
		printf("; changed since the hub's last start: %s\n"
		       "what tables do behind the journal (what is in force, texts of outlets, CAP "
		       "of the feed) cannot be compared: read the change of these tables too\n",
			changed);
	else
		printf("\n");
}

static int
acknowledge(const struct request *request, const struct hs_rehearsal *rehearsal)
{
	char why[HS_JOURNAL_WHY];

	if (strcmp(request->word, rehearsal->word) != 0) {
		fprintf(stderr,
			"hansho: the word for this difference is not %s: something else was "
			"rehearsed. Look at the difference and take the command at its end\n",
			request->word);
		return HS_EXIT_REFUSED;
	}
	if (hs_acknowledged_add(request->journal,
		    hs_activation_entry(rehearsal->version, rehearsal->epoch, request->by,
			    hs_clock_unix_us(), &rehearsal->seen),
		    why) != HS_OK) {
		fprintf(stderr, "hansho: %s\n", why);
		return HS_EXIT_INPUT;
	}
	if (!request->json)
		printf("acknowledged by %s: a hub of these tables may start on %s\n", request->by,
			request->journal);
	return HS_EXIT_OK;
}

static int
rehearse(const struct request *request)
{
	struct hs_tables_version version;
	struct hs_rehearsal rehearsal = { .journal = request->journal,
		.gate = request->gate,
		.version = &version,
		.newest = request->newest,
		.up_to = request->up_to,
		.message = on_message,
		.owner = (void *)(uintptr_t)request };
	struct hs_buf changed;
	int status = HS_EXIT_OK;

	hs_tables_version(&version);
	hs_rehearsal_setup();
	if (hs_rehearsal_run(&rehearsal) != HS_OK) {
		fprintf(stderr, "hansho: %s\n", rehearsal.why);
		return HS_EXIT_INPUT;
	}
	changed_tables(&rehearsal, &changed);
	if (!request->json)
		print_summary(&rehearsal, hs_buf_text(&changed));
	if (request->word != NULL)
		status = acknowledge(request, &rehearsal);
	else if (!request->json)
		print_what_to_do(request, &rehearsal);
	if (request->json)
		print_summary_json(&rehearsal, hs_buf_text(&changed),
			request->word != NULL && status == HS_EXIT_OK);
	hs_buf_free(&changed);
	hs_rehearsal_free(&rehearsal);
	return status;
}

/* ---- command lines ---- */

static const struct option options[] = {
	{ "newest", required_argument, NULL, 'n' },
	{ "up-to", required_argument, NULL, 'u' },
	{ "gate", required_argument, NULL, 'g' },
	{ "acknowledge", required_argument, NULL, 'a' },
	{ "by", required_argument, NULL, 'b' },
	{ NULL, 0, NULL, 0 },
};

static unsigned long long
number(struct request *request)
{
	char *end;
	unsigned long long value = strtoull(optarg, &end, 10);

	if (end == optarg || *end != '\0' || value == 0 || value > NEWEST_MAX)
		request->wrong = true;
	return value;
}

static void
read_options(struct request *request, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'n')
			request->newest = number(request);
		else if (option == 'u')
			request->up_to = number(request);
		else if (option == 'g')
			request->gate = optarg;
		else if (option == 'a')
			request->word = optarg;
		else if (option == 'b')
			request->by = optarg;
		else
			request->wrong = true;
	}
	request->journal = optind < argc ? argv[optind] : NULL;
	request->wrong = request->wrong || optind + 1 != argc;
}

int
hs_cmd_rehearse(struct hs_cli *cli, int argc, char **argv)
{
	struct request request = { .newest = NEWEST_DEFAULT, .json = cli->json };

	read_options(&request, argc, argv);
	if (request.wrong)
		return hs_cli_usage(
			"rehearse takes one JOURNAL; --newest and --up-to are 1 to %llu",
			NEWEST_MAX);
	if ((request.word != NULL) != (request.by != NULL) ||
		(request.by != NULL &&
			(request.by[0] == '\0' || strlen(request.by) > BY_MAX_BYTES)))
		return hs_cli_usage("--acknowledge WORD and --by NAME (who looked at it, at most "
				    "%d bytes) go together",
			BY_MAX_BYTES);
	if (request.word != NULL && request.up_to == 0)
		return hs_cli_usage("--acknowledge needs --up-to SEQ, as the rehearsal named it");
	return rehearse(&request);
}

int
hs_cmd_tables(struct hs_cli *cli, int argc, char **argv)
{
	struct hs_tables_version version;
	json_t *rows = json_object();

	(void)argv;
	hs_tables_version(&version);
	for (size_t i = 0; i < version.count; i++) {
		json_object_set_new(
			rows, version.rows[i].name, json_string(version.rows[i].sha256));
		if (!cli->json && argc == 1)
			printf("%-18s %s\n", version.rows[i].name, version.rows[i].sha256);
	}
	json_object_set_new(rows, HS_TABLES_RULES, json_string(version.rules));
	if (argc != 1) {
		json_decref(rows);
		return hs_cli_usage("tables takes no arguments");
	}
	if (cli->json) {
		print_json(json_pack("{s:s, s:o}", "tables", version.digest, "rows", rows));
		return HS_EXIT_OK;
	}
	printf("%-18s %s\n%-18s %s\n", HS_TABLES_RULES, version.rules, "all", version.digest);
	json_decref(rows);
	return HS_EXIT_OK;
}
