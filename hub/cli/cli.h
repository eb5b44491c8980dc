/* cli.h: what the commands of `hansho` share.
 *
 * Flow: main.c finds the command in its table → the command reads its own options → client.h talks HTTP
 *       to gate, feed and operations pages → exit status.
 * The client's settings (where the gate is, who I am) are a small YAML file: --config, else
 * $HANSHO_CONFIG, else build/run/client.yaml (made by `hansho up`), else /etc/hansho/client.yaml.
 */
#ifndef HS_CLI_H
#define HS_CLI_H

#include <stdbool.h>

#include "hub/base/buf.h"
#include "hub/base/config.h"

struct json_t;

/* Exit statuses; the contract with scripts. */
enum hs_exit {
	HS_EXIT_OK = 0,
	HS_EXIT_REFUSED =
		1, /* by the hub or gate; a damaged journal; a process that is not ready */
	HS_EXIT_USAGE = 2,
	HS_EXIT_UNREACHABLE = 3,
	HS_EXIT_INPUT = 4
};

struct hs_client_settings {
	int mode; /* 0 live, 1 drill */
	const char *gate_url, *feed_url;
	const char *ca; /* PEM; "" = the system's */
	const char *cert,
		*key;	   /* PEM of the client certificate at the gate, and its key; "" = none */
	const char *token; /* bearer token at the gate */
	const char *source, *code, *organisation, *office;
	struct hs_config_texts operations; /* "name=http://127.0.0.1:9101" */
	struct hs_config_texts outlets;	   /* configurations of hub and adapters, for explain */
};

struct hs_cli {
	struct hs_client_settings settings;
	struct hs_config *config;
	bool json;
	const char *config_path; /* --config, or NULL */
};

/* Loads the settings once; false: the reason was printed. */
bool hs_cli_settings(struct hs_cli *cli);
/* One line on stderr. Returns HS_EXIT_USAGE. */
int hs_cli_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The text member of a JSON object; "" when it is absent or no text. Borrowed. */
const char *hs_cli_text(const struct json_t *object, const char *key);

int hs_cmd_up(struct hs_cli *cli, int argc, char **argv);
int hs_cmd_tail(struct hs_cli *cli, int argc, char **argv);
int hs_cmd_replay(struct hs_cli *cli, int argc, char **argv);
int hs_cmd_submit(struct hs_cli *cli, int argc, char **argv);
int hs_cmd_validate(struct hs_cli *cli, int argc, char **argv);
/* `validate config …`; argv[0] is "config". */
int hs_cmd_check(struct hs_cli *cli, int argc, char **argv);
int hs_cmd_status(struct hs_cli *cli, int argc, char **argv);
int hs_cmd_explain(struct hs_cli *cli, int argc, char **argv);
int hs_cmd_journal(struct hs_cli *cli, int argc, char **argv);
int hs_cmd_rehearse(struct hs_cli *cli, int argc, char **argv);
int hs_cmd_tables(struct hs_cli *cli, int argc, char **argv);
int hs_cmd_keygen(struct hs_cli *cli, int argc, char **argv);
int hs_cmd_version(struct hs_cli *cli, int argc, char **argv);

#endif
