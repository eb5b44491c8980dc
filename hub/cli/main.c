/* hansho: the command line. A command is a row of the table below. */
#include <curl/curl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/proc.h"
#include "hub/cli/cli.h"

static const struct command {
	const char *name;
	int (*run)(struct hs_cli *cli, int argc, char **argv);
	const char *options;
	const char *sentence;
} commands[] = {
	{ "up", hs_cmd_up, "[--run DIR] [--no-drill] [--once]",
		"start everything on this machine in drill mode; Ctrl-C stops all" },
	{ "tail", hs_cmd_tail, "[--count N] [--areas LIST] [--after EPOCH:SEQ]",
		"print notices as they happen" },
	{ "submit", hs_cmd_submit,
		"--area CODE… --level 3|4|5 [--hazard WORD] [--district NAME[,KANA]…]\n"
		"              [--text HEADLINE] [--lift] [--document ID --revision N]\n"
		"              [--cancel --reason TEXT] | --file XML",
		"send an evacuation order to the gate" },
	{ "validate", hs_cmd_validate, "… | config [--as NAME] FILE…",
		"the options and checks of submit, nothing is sent; config: look at configurations "
		"and principals" },
	{ "status", hs_cmd_status, "[ID]",
		"what each process says of itself; ID: what became of a submission at each "
		"outlet" },
	{ "explain", hs_cmd_explain,
		"ID|SEQ|FILE… [--after ID|SEQ|FILE]… [--with CONFIGURATION]… [--mode live|drill] "
		"[--gate FILE]",
		"which outlet gets a notice, why or why not, and what exactly would go out" },
	{ "replay", hs_cmd_replay, "[--after SEQ] [--limit N]", "print notices of the past" },
	{ "journal", hs_cmd_journal, "check PATH", "verify every record of a journal" },
	{ "rehearse", hs_cmd_rehearse,
		"JOURNAL [--newest N] [--up-to SEQ] [--gate FILE]\n"
		"              [--acknowledge WORD --by NAME]",
		"what the rule tables of this program make of recorded messages; acknowledge it" },
	{ "tables", hs_cmd_tables, "", "the rule tables of this program, by digest" },
	{ "keygen", hs_cmd_keygen,
		"--out DIR [--host NAME]… | --client ID… --mode live|drill | --revoke FILE… "
		"[--days N]",
		"make a certificate authority, server and client certificates; keygen --help" },
	{ "version", hs_cmd_version, "", "print the version" },
};

static const struct hs_config_item setting_items[] = {
#define AT(member) offsetof(struct hs_client_settings, member)
	{ "mode", HS_CONFIG_ENUM, AT(mode), "live drill", 0, 0, NULL,
		"lane of the gate and feed below", NULL },
	{ "gate_url", HS_CONFIG_TEXT, AT(gate_url), "url", 1, 512, NULL,
		"where the gate is: https://host:8443", NULL },
	{ "feed_url", HS_CONFIG_TEXT, AT(feed_url), "url", 1, 512, NULL,
		"where a feed is: http://host:8081", NULL },
	{ "ca", HS_CONFIG_TEXT, AT(ca), "path", 0, 4096, "",
		"PEM of the authority that signed the gate; empty takes the system's", NULL },
	{ "cert", HS_CONFIG_TEXT, AT(cert), "path", 0, 4096, "",
		"PEM of the client certificate at the gate; empty for none", NULL },
	{ "key", HS_CONFIG_TEXT, AT(key), "path", 0, 4096, "", "PEM of its key", NULL },
	{ "token", HS_CONFIG_TEXT, AT(token), "text", 0, 256, "", "bearer token at the gate",
		NULL },
	{ "source", HS_CONFIG_TEXT, AT(source), "domain", 0, 128, "",
		"senderID of documents that submit writes", NULL },
	{ "code", HS_CONFIG_TEXT, AT(code), "6 digits", 0, 6, "", "own organisation code", NULL },
	{ "organisation", HS_CONFIG_TEXT, AT(organisation), "text", 0, 128, "",
		"own organisation's name", NULL },
	{ "office", HS_CONFIG_TEXT, AT(office), "text", 0, 128, "", "own office's name", NULL },
	{ "operations", HS_CONFIG_TEXTS, AT(operations), "name=url", 0, 64, "",
		"operations pages that status asks", NULL },
	{ "outlets", HS_CONFIG_TEXTS, AT(outlets), "path", 0, 64, "",
		"configurations of the hub and the adapters that explain asks", NULL },
#undef AT
};
static const struct hs_config_record setting_record = { setting_items, HS_COUNT(setting_items),
	sizeof(struct hs_client_settings) };

int
hs_cli_usage(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fprintf(stderr, "hansho: ");
	vfprintf(stderr, format, args);
	fprintf(stderr, "; see hansho help\n");
	va_end(args);
	return HS_EXIT_USAGE;
}

const char *
hs_cli_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

static const char *
settings_path(const struct hs_cli *cli)
{
	static const char *const usual[] = { "build/run/client.yaml", "/etc/hansho/client.yaml" };
	if (cli->config_path)
		return cli->config_path;
	const char *from_environment = getenv("HANSHO_CONFIG");
	if (from_environment)
		return from_environment;
	return access(usual[0], R_OK) == 0 ? usual[0] : usual[1];
}

bool
hs_cli_settings(struct hs_cli *cli)
{
	char why[HS_CONFIG_WHY];
	if (cli->config)
		return true;
	if (hs_config_load(settings_path(cli), &setting_record, &cli->settings, &cli->config,
		    why) == HS_OK)
		return true;
	fprintf(stderr, "hansho: %s\n", why);
	fprintf(stderr, "hansho: give --config FILE, or start `hansho up` in this folder first\n");
	return false;
}

int
hs_cmd_version(struct hs_cli *cli, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf(cli->json ? "{\"version\":\"%s\"}\n" : "hansho %s\n", HS_VERSION);
	return HS_EXIT_OK;
}

static int
help(FILE *out)
{
	fprintf(out, "usage: hansho [--config FILE] [--json] COMMAND …\n\n");
	for (size_t i = 0; i < HS_COUNT(commands); i++)
		fprintf(out, "  %-9s %s\n            hansho %s %s\n", commands[i].name,
			commands[i].sentence, commands[i].name, commands[i].options);
	fprintf(out, "\nexit status: 0 ok, 1 refused, 2 usage, 3 cannot reach, 4 invalid input\n");
	return out == stdout ? HS_EXIT_OK : HS_EXIT_USAGE;
}

/* Takes --json and --config wherever they stand; returns the new argc. */
static int
common_options(struct hs_cli *cli, int argc, char **argv)
{
	int kept = 0;
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			cli->json = true;
		else if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			cli->config_path = argv[++i];
		else
			argv[kept++] = argv[i];
	}
	argv[kept] = NULL;
	return kept;
}

int
main(int argc, char **argv)
{
	struct hs_cli cli = { 0 };
	argc = common_options(&cli, argc, argv);
	if (argc < 2)
		return help(stderr);
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
		return help(stdout);
	setlinebuf(stdout);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	int status = -1;
	for (size_t i = 0; i < HS_COUNT(commands) && status < 0; i++)
		if (strcmp(commands[i].name, argv[1]) == 0)
			status = commands[i].run(&cli, argc - 1, argv + 1);
	if (status < 0)
		status = hs_cli_usage("no command \"%s\"", argv[1]);
	hs_config_free(cli.config);
	curl_global_cleanup();
	return status;
}
