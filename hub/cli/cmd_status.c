/* hansho status: the operations page of each process, in words or, with --json, whole. hansho journal check: a journal, record by record. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "hub/cli/cli.h"
#include "hub/cli/client.h"
#include "hub/core/journal.h"

#define REPLY_MAX_BYTES (1u << 20)
#define TIMEOUT_MS	3000L

/* Asks base + path. Returns the HTTP status, 0 when it cannot be reached. */
static long
ask(const char *base, const char *path, struct hs_buf *reply)
{
	char url[600], why[256];
	long status = 0;
	snprintf(url, sizeof(url), "%s%s", base, path);
	struct hs_client_call call = { .url = url, .timeout_ms = TIMEOUT_MS };
	return hs_client_do(&call, &status, reply, why) == HS_OK ? status : 0;
}

static void
trim_end(struct hs_buf *text)
{
	while (text->len_bytes > 0 && text->bytes[text->len_bytes - 1] == '\n')
		text->bytes[--text->len_bytes] = '\0';
}

/* True when some of an adapter's outlets have long said nothing about a notice that they were to have. */
static bool
show_silence(const struct hs_cli *cli, const json_t *peer, const char *name)
{
	long long silent = json_integer_value(json_object_get(peer, "silent_outlets"));

	if (silent > 0 && !cli->json && name)
		printf("  %-24s SILENT      %lld outlets say nothing about a notice (log of the "
		       "hub: hub.outlet_silent)\n",
			name, silent);
	return silent > 0;
}

/* One line for each outlet that an adapter told the hub of. True when one of them is in alarm, or the adapter gone:
 * what it said of its outlets then is about the past. */
static bool
show_outlets(const struct hs_cli *cli, const json_t *peer)
{
	const char *name = json_string_value(json_object_get(peer, "name"));
	const json_t *outlets = json_object_get(peer, "outlets");
	bool up = json_is_true(json_object_get(peer, "up"));
	bool alarm = show_silence(cli, peer, name);
	size_t i;
	json_t *row;

	if (!cli->json && name && json_is_true(json_object_get(peer, "maintenance")))
		printf("  %-24s MAINTENANCE nothing goes out there\n", name);
	json_array_foreach (outlets, i, row) {
		const char *outlet = json_string_value(json_object_get(row, "outlet"));
		const char *proof = json_string_value(json_object_get(row, "proof"));
		const char *detail = json_string_value(json_object_get(row, "detail"));
		char label[160];
		if (!name || !outlet || !proof || !detail)
			continue;
		bool failed = strcmp(proof, "failed") == 0;
		alarm = alarm || failed || !up;
		if (cli->json)
			continue;
		snprintf(label, sizeof(label), "%s/%s", name, outlet);
		printf("  %-24s %-11s %s %lld s ago%s%s\n", label,
			!up	 ? "AWAY"
			: failed ? "ALARM"
				 : proof,
			strcmp(proof, "unproven") == 0 ? "started" : "last proof",
			(long long)json_integer_value(json_object_get(row, "proof_age_ms")) / 1000,
			detail[0] ? ": " : "", detail);
	}
	return alarm;
}

/* What the hub knows of its adapters. True when an outlet is in alarm. */
static bool
show_peers(const struct hs_cli *cli, const char *text)
{
	json_t *status = json_loads(text, 0, NULL);
	const json_t *peers = json_object_get(status, "peers");
	bool alarm = false;
	size_t i;
	json_t *peer;

	json_array_foreach (peers, i, peer)
		alarm = show_outlets(cli, peer) || alarm;
	json_decref(status);
	return alarm;
}

/* What a person wants to know of a process, in this order; each page has some of them. "%s": the value. A count of 0 is
 * left out where `if_any` says so: what never happened needs no words. */
static const struct fact {
	const char *key, *words;
	bool if_any;
} FACTS[] = {
	{ "mode", "%s", false },
	{ "newest_seq", "seq %s", false },
	{ "live_documents", "%s documents in force", false },
	{ "documents", "%s documents in force", false },
	{ "accepted", "%s accepted", false },
	{ "pending", "%s waiting", true },
	{ "waiting", "%s waiting", true },
	{ "failed", "%s FAILED", true },
	{ "expired", "%s EXPIRED", true },
	{ "alarms", "%s ALARMS (GET /v1/alarms of the gate)", true },
	{ "peers_up", "%s links up", false },
	{ "stations", "%s stations", false },
	{ "hub_age_ms", "hub heard %s ms ago", false },
};

static void
fact_value(const json_t *value, char *out, size_t size)
{
	if (json_is_integer(value))
		snprintf(out, size, "%lld", (long long)json_integer_value(value));
	else
		snprintf(out, size, "%s", json_is_string(value) ? json_string_value(value) : "?");
}

static void
print_facts(const char *text)
{
	json_t *status = json_loads(text, 0, NULL);
	const char *between = "";

	for (size_t i = 0; i < sizeof(FACTS) / sizeof(FACTS[0]); i++) {
		const json_t *value = json_object_get(status, FACTS[i].key);
		char shown[64];
		const char *hole = strstr(FACTS[i].words, "%s");
		if (value == NULL || (FACTS[i].if_any && json_integer_value(value) == 0))
			continue;
		fact_value(value, shown, sizeof(shown));
		printf("%s%.*s%s%s", between, (int)(hole - FACTS[i].words), FACTS[i].words, shown,
			hole + strlen("%s"));
		between = ", ";
	}
	printf("\n");
	json_decref(status);
}

static void
print_process(const char *name, long status, struct hs_buf *ready, struct hs_buf *page)
{
	printf("%-12s %-11s ", name,
		status == 200 ? "ready"
		: status      ? "NOT READY"
			      : "UNREACHABLE");
	if (status == 200)
		print_facts(hs_buf_text(page));
	else
		printf("%s\n", hs_buf_text(ready));
}

/* 200 ready, 503 not ready (text says why) or an outlet in alarm, 0 cannot be reached. */
static long
show_process(const struct hs_cli *cli, const char *name, const char *base, bool first)
{
	struct hs_buf ready, page;
	hs_buf_init(&ready, REPLY_MAX_BYTES);
	hs_buf_init(&page, REPLY_MAX_BYTES);
	long status = ask(base, "/readyz", &ready);
	if (status != 0 && ask(base, "/status", &page) != 200)
		page.len_bytes = 0;
	trim_end(&ready);
	trim_end(&page);
	if (cli->json)
		printf("%s{\"name\":\"%s\",\"ready\":%s,\"status\":%s}", first ? "" : ",", name,
			status == 200 ? "true" : "false",
			page.len_bytes ? hs_buf_text(&page) : "null");
	else
		print_process(name, status, &ready, &page);
	bool alarm = show_peers(cli, hs_buf_text(&page));
	hs_buf_free(&ready);
	hs_buf_free(&page);
	return alarm && status == 200 ? 503 : status;
}

static void
print_receipts(const json_t *status)
{
	size_t i;
	json_t *row;
	printf("%s  seq %lld  %s\n", hs_cli_text(status, "id"),
		(long long)json_integer_value(json_object_get(status, "seq")),
		hs_cli_text(status, "outcome"));
	json_array_foreach (json_object_get(status, "receipts"), i, row) {
		const char *outlet = hs_cli_text(row, "outlet");
		const char *detail = hs_cli_text(row, "detail");
		long long silent_ms = json_integer_value(json_object_get(row, "silent_ms"));
		char label[160];
		snprintf(label, sizeof(label), "%s%s%s", hs_cli_text(row, "adapter"),
			outlet[0] ? "/" : "", outlet);
		printf("  %-28s %-10s %s%s%s", label, hs_cli_text(row, "state"),
			hs_cli_text(row, "time"), detail[0] ? "  " : "", detail);
		if (silent_ms > 0)
			printf("  SILENT for %lld s", silent_ms / 1000);
		printf("\n");
	}
}

/* One submission, by the gate. */
static int
status_of(const struct hs_cli *cli, const char *id)
{
	const struct hs_client_settings *client = &cli->settings;
	char url[700], why[256] = "";
	long http = 0;
	struct hs_buf reply;
	hs_buf_init(&reply, REPLY_MAX_BYTES);
	snprintf(url, sizeof(url), "%s/v1/submissions/%s", client->gate_url, id);
	const struct hs_client_call call = { .url = url,
		.ca = client->ca,
		.cert = client->cert,
		.key = client->key,
		.token = client->token,
		.timeout_ms = TIMEOUT_MS };
	enum hs_err err = hs_client_do(&call, &http, &reply, why);
	json_t *status =
		err == HS_OK && http == 200 ? json_loads(hs_buf_text(&reply), 0, NULL) : NULL;
	if (!status)
		fprintf(stderr, "hansho: %s: %s\n", url, err != HS_OK ? why : hs_buf_text(&reply));
	else if (cli->json)
		printf("%s\n", hs_buf_text(&reply));
	else
		print_receipts(status);
	json_decref(status);
	hs_buf_free(&reply);
	if (status)
		return HS_EXIT_OK;
	return err != HS_OK ? HS_EXIT_UNREACHABLE : HS_EXIT_REFUSED;
}

int
hs_cmd_status(struct hs_cli *cli, int argc, char **argv)
{
	if (argc > 2)
		return hs_cli_usage("status takes one ID, or nothing");
	if (!hs_cli_settings(cli))
		return HS_EXIT_INPUT;
	if (argc == 2)
		return status_of(cli, argv[1]);
	const struct hs_config_texts *pages = &cli->settings.operations;
	int exit_status = HS_EXIT_OK;
	if (cli->json)
		printf("[");
	for (size_t i = 0; i < pages->count; i++) {
		char name[64];
		const char *equal = strchr(pages->items[i], '=');
		if (!equal)
			return hs_cli_usage("operations: \"%s\" is not name=url", pages->items[i]);
		snprintf(name, sizeof(name), "%.*s", (int)(equal - pages->items[i]),
			pages->items[i]);
		long status = show_process(cli, name, equal + 1, i == 0);
		if (status == 0)
			exit_status = HS_EXIT_UNREACHABLE;
		else if (status != 200 && exit_status == HS_EXIT_OK)
			exit_status = HS_EXIT_REFUSED;
	}
	if (cli->json)
		printf("]\n");
	return exit_status;
}

static void
print_report(const struct hs_cli *cli, const struct hs_journal_report *report, enum hs_err err)
{
	if (!cli->json) {
		printf("%s\nepoch %s  records %llu  newest seq %llu\nhead %s\n", report->text,
			report->epoch, (unsigned long long)report->records,
			(unsigned long long)report->newest_seq, report->head_hash);
		return;
	}
	json_t *tree = json_pack("{s:b,s:s,s:s,s:I,s:I,s:I,s:s}", "whole", err == HS_OK, "text",
		report->text, "epoch", report->epoch, "records", (json_int_t)report->records,
		"newest_seq", (json_int_t)report->newest_seq, "bad_pos",
		(json_int_t)report->bad_pos, "head_hash", report->head_hash);
	if (tree)
		json_dumpf(tree, stdout, JSON_COMPACT);
	printf("\n");
	json_decref(tree);
}

int
hs_cmd_journal(struct hs_cli *cli, int argc, char **argv)
{
	if (argc != 3 || strcmp(argv[1], "check") != 0)
		return hs_cli_usage("journal check PATH");
	struct hs_journal_report report = { 0 };
	enum hs_err err = hs_journal_check(argv[2], &report);
	print_report(cli, &report, err);
	if (err == HS_OK)
		return HS_EXIT_OK;
	return err == HS_ERR_CORRUPT ? HS_EXIT_REFUSED : HS_EXIT_INPUT;
}
