/* hansho submit, hansho validate: options → document (schemas/lalert_write) → gate → outcome. */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/hash.h"
#include "hub/cli/cli.h"
#include "hub/cli/client.h"
#include "schemas/lalert_write.h"
#include "schemas/tables.h"

#define AREAS_MAX	   500
#define DOCUMENT_MAX_BYTES (4u << 20)
#define SUBMIT_TIMEOUT_MS  60000L
#define ID_SIZE		   64

struct order {
	const char *areas[AREAS_MAX];
	size_t area_count;
	char *districts[AREAS_MAX];
	size_t district_count;
	unsigned level;
	const char *hazard, *text, *document, *reason, *file;
	unsigned revision;
	bool lift, cancel;
};

enum {
	OPT_AREA = 1,
	OPT_LEVEL,
	OPT_HAZARD,
	OPT_DISTRICT,
	OPT_TEXT,
	OPT_DOCUMENT,
	OPT_REVISION,
	OPT_LIFT,
	OPT_CANCEL,
	OPT_REASON,
	OPT_FILE
};

static const struct option options[] = {
	{ "area", required_argument, NULL, OPT_AREA },
	{ "level", required_argument, NULL, OPT_LEVEL },
	{ "hazard", required_argument, NULL, OPT_HAZARD },
	{ "district", required_argument, NULL, OPT_DISTRICT },
	{ "text", required_argument, NULL, OPT_TEXT },
	{ "document", required_argument, NULL, OPT_DOCUMENT },
	{ "revision", required_argument, NULL, OPT_REVISION },
	{ "lift", no_argument, NULL, OPT_LIFT },
	{ "cancel", no_argument, NULL, OPT_CANCEL },
	{ "reason", required_argument, NULL, OPT_REASON },
	{ "file", required_argument, NULL, OPT_FILE },
	{ NULL, 0, NULL, 0 },
};

static bool
take_option(struct order *order, int option, char *value)
{
	switch (option) {
	case OPT_AREA:
		if (order->area_count == AREAS_MAX)
			return false;
		order->areas[order->area_count++] = value;
		return true;
	case OPT_DISTRICT:
		if (order->district_count == AREAS_MAX)
			return false;
		order->districts[order->district_count++] = value;
		return true;
	case OPT_LEVEL:
		order->level = (unsigned)strtoul(value, NULL, 10);
		return true;
	case OPT_REVISION:
		order->revision = (unsigned)strtoul(value, NULL, 10);
		return true;
	case OPT_LIFT:
		return order->lift = true;
	case OPT_CANCEL:
		return order->cancel = true;
	case OPT_HAZARD:
		order->hazard = value;
		return true;
	case OPT_TEXT:
		order->text = value;
		return true;
	case OPT_DOCUMENT:
		order->document = value;
		return true;
	case OPT_REASON:
		order->reason = value;
		return true;
	case OPT_FILE:
		order->file = value;
		return true;
	default:
		return false;
	}
}

static int
check_order(const struct order *order)
{
	if (order->file)
		return HS_EXIT_OK;
	if (order->area_count == 0)
		return hs_cli_usage("--area CODE is missing: the 6-digit code of the municipality");
	if (!hs_level_display(order->level) || order->level < 3)
		return hs_cli_usage("--level is 3, 4 or 5");
	if (order->hazard && !hs_hazard_find(order->hazard))
		return hs_cli_usage(
			"--hazard \"%s\" is not known; flood, landslide, storm_surge, tsunami …",
			order->hazard);
	if (order->cancel && (!order->document || !order->reason || order->revision < 2))
		return hs_cli_usage("--cancel needs --document ID, --revision N and --reason TEXT");
	if (order->district_count && order->area_count != 1)
		return hs_cli_usage("--district needs exactly one --area");
	for (size_t i = 0; i < order->area_count; i++)
		if (strlen(order->areas[i]) != 6)
			return hs_cli_usage(
				"--area \"%s\": a municipality has 6 digits", order->areas[i]);
	return HS_EXIT_OK;
}

static void
new_id(const char *prefix, char out[ID_SIZE])
{
	unsigned char random[12];
	char hex[2 * sizeof(random) + 1];
	hs_random(random, sizeof(random));
	hs_hex(random, sizeof(random), hex);
	snprintf(out, ID_SIZE, "%s-%s", prefix, hex);
}

/* The areas of the document; returns how many. */
static size_t
fill_areas(struct order *order, struct hs_lalert_area *areas, int64_t now_us)
{
	size_t count = order->district_count ? order->district_count : order->area_count;
	for (size_t i = 0; i < count; i++) {
		const char *code = order->areas[order->district_count ? 0 : i];
		const struct hs_area_row *row = hs_area_find(code);
		areas[i] = (struct hs_lalert_area){ .code = code, .ordered_unix_us = now_us };
		if (order->district_count) {
			char *kana = strchr(order->districts[i], ',');
			if (kana)
				*kana = '\0';
			areas[i].name = order->districts[i];
			areas[i].kana = kana ? kana + 1 : NULL;
		} else {
			areas[i].name = row ? row->name : code;
			areas[i].kana = row ? row->kana : NULL;
		}
	}
	return count;
}

static void
write_document(const struct hs_client_settings *settings, struct order *order, struct hs_buf *out)
{
	struct hs_lalert_area *areas = calloc(AREAS_MAX, sizeof(*areas));
	if (!areas) {
		out->failed = true;
		return;
	}
	int64_t now_us = hs_clock_unix_us();
	char document_id[ID_SIZE], distribution_id[ID_SIZE], disaster[128];
	new_id("cli", document_id);
	new_id(settings->source, distribution_id);
	const struct hs_hazard_row *hazard = order->hazard ? hs_hazard_find(order->hazard) : NULL;
	snprintf(disaster, sizeof(disaster), "%s", hazard ? hazard->ja : "災害");
	struct hs_lalert_detail detail = { .sort = hs_level_display(order->level)->term_ja,
		.issue_or_lift = order->lift ? HS_LALERT_LIFT : HS_LALERT_ISSUE,
		.areas = areas,
		.area_count = fill_areas(order, areas, now_us) };
	unsigned revision = order->revision ? order->revision : 1;
	/* For one municipality its own office speaks; who typed it stands beside (代行入力). */
	struct hs_lalert_office own = { settings->code, settings->organisation, settings->office };
	bool proxy = order->area_count == 1 && strcmp(order->areas[0], settings->code) != 0;
	const struct hs_area_row *row = hs_area_find(order->areas[0]);
	struct hs_lalert_office office = own;
	if (proxy && row)
		office = (struct hs_lalert_office){ row->code, row->name, settings->office };
	struct hs_lalert_document document = {
		.status = settings->mode ? "Exercise" : "Actual",
		.type = order->cancel  ? "Cancel"
			: revision > 1 ? "Update"
				       : "Report",
		.sender_id = settings->source,
		.distribution_id = distribution_id,
		.document_id = order->document ? order->document : document_id,
		.revision = revision,
		.previous_revision = revision - 1,
		.sent_unix_us = now_us,
		.office = office,
		.editor = proxy && row ? &own : NULL,
		.disaster_name = disaster,
		.headline = order->text,
		.details = &detail,
		.detail_count = 1,
		.errata = order->reason,
	};
	hs_lalert_write(out, &document);
	free(areas);
}

static bool
read_file(const char *path, struct hs_buf *out)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char piece[8192];
	size_t len;
	if (!file)
		return false;
	while ((len = fread(piece, 1, sizeof(piece), file)) > 0)
		hs_buf_add(out, piece, len);
	bool ok = !ferror(file) && !out->failed;
	if (file != stdin)
		fclose(file);
	return ok;
}

/* A finding's message is an object {ja, en}, or one text. */
static void
print_finding(const json_t *finding)
{
	const json_t *message = json_object_get(finding, "message");
	const char *severity = hs_cli_text(finding, "severity");
	bool mild = severity[0] != '\0' && strcmp(severity, "error") != 0;
	fprintf(stderr, "  %s%s%s %s (line %lld)\n", mild ? severity : "", mild ? ": " : "",
		hs_cli_text(finding, "code"), hs_cli_text(finding, "path"),
		(long long)json_integer_value(json_object_get(finding, "line")));
	if (json_is_object(message))
		fprintf(stderr, "    %s\n    %s\n", hs_cli_text(message, "ja"),
			hs_cli_text(message, "en"));
	else
		fprintf(stderr, "    %s\n", hs_cli_text(finding, "message"));
}

static void
print_findings(const json_t *reply, const char *key)
{
	size_t i;
	json_t *finding;
	json_array_foreach (json_object_get(reply, key), i, finding)
		print_finding(finding);
}

static int
print_reply(const struct hs_cli *cli, long status, const struct hs_buf *reply)
{
	json_t *tree = json_loads(hs_buf_text(reply), 0, NULL);
	bool accepted = status >= 200 && status < 300;
	if (cli->json) {
		printf("%s\n", hs_buf_text(reply));
	} else if (accepted) {
		printf("%s  id %s  seq %lld\n", hs_cli_text(tree, "outcome"),
			hs_cli_text(tree, "id"),
			(long long)json_integer_value(json_object_get(tree, "seq")));
		print_findings(tree, "warnings");
	} else {
		fprintf(stderr, "hansho: refused with %ld %s\n", status,
			hs_cli_text(tree, "error"));
		if (json_is_array(json_object_get(tree, "findings")))
			print_findings(tree, "findings");
		else if (tree)
			print_finding(tree);
	}
	json_decref(tree);
	if (accepted)
		return HS_EXIT_OK;
	if (status == 503 || status == 504)
		return HS_EXIT_UNREACHABLE;
	return status == 400 || status == 413 || status == 422 ? HS_EXIT_INPUT : HS_EXIT_REFUSED;
}

static int
send_document(struct hs_cli *cli, const char *path, const struct hs_buf *document)
{
	char url[600], why[256];
	long status = 0;
	struct hs_buf reply;
	hs_buf_init(&reply, DOCUMENT_MAX_BYTES);
	snprintf(url, sizeof(url), "%s%s", cli->settings.gate_url, path);
	struct hs_client_call call = { .url = url,
		.ca = cli->settings.ca,
		.cert = cli->settings.cert,
		.key = cli->settings.key,
		.token = cli->settings.token,
		.content_type = "application/xml",
		.body = document->bytes,
		.body_len_bytes = document->len_bytes,
		.timeout_ms = SUBMIT_TIMEOUT_MS };
	enum hs_err err = hs_client_do(&call, &status, &reply, why);
	int exit_status = HS_EXIT_UNREACHABLE;
	if (err == HS_OK)
		exit_status = print_reply(cli, status, &reply);
	else
		fprintf(stderr, "hansho: cannot reach the gate at %s: %s\n", cli->settings.gate_url,
			why);
	hs_buf_free(&reply);
	return exit_status;
}

static int
run(struct hs_cli *cli, int argc, char **argv, const char *path)
{
	struct order order = { 0 };
	int option;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!take_option(&order, option, optarg))
			return hs_cli_usage("wrong option for %s", argv[0]);
	if (optind != argc)
		return hs_cli_usage("%s does not take \"%s\"", argv[0], argv[optind]);
	int exit_status = check_order(&order);
	if (exit_status != HS_EXIT_OK)
		return exit_status;
	if (!hs_cli_settings(cli))
		return HS_EXIT_INPUT;
	struct hs_buf document;
	hs_buf_init(&document, DOCUMENT_MAX_BYTES);
	if (order.file ? !read_file(order.file, &document)
		       : (write_document(&cli->settings, &order, &document), document.failed)) {
		fprintf(stderr, "hansho: cannot read %s\n",
			order.file ? order.file : "(too large)");
		exit_status = HS_EXIT_INPUT;
	} else {
		exit_status = send_document(cli, path, &document);
	}
	hs_buf_free(&document);
	return exit_status;
}

int
hs_cmd_submit(struct hs_cli *cli, int argc, char **argv)
{
	return run(cli, argc, argv, "/v1/submissions");
}

int
hs_cmd_validate(struct hs_cli *cli, int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "config") == 0)
		return hs_cmd_check(cli, argc - 1, argv + 1);
	return run(cli, argc, argv, "/v1/validate");
}
