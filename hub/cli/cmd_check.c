/* hansho validate config FILE…: each file is looked at by the program that will read it, in its own words.
 *
 * Flow: the file's name says whose it is (gate.yaml, live-gate.yaml, gate-1.yaml), or --as NAME in front of it → the program
 *       beside this one with --check (--check-principals) → its words, one line a file; --json: one object a file.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "hub/cli/cli.h"
#include "hub/cli/programs.h"

#define WORDS_MAX_BYTES 4096

/* What it says, without the line end; the program's exit status. */
static int
ask(const struct hs_program *reader, const char *path, struct hs_buf *words)
{
	const char *const arguments[] = { reader->flag, path,
		strcmp(reader->flag, "--config") == 0 ? "--check" : NULL, NULL };
	hs_buf_init(words, WORDS_MAX_BYTES);
	int status = hs_program_run(reader, arguments, NULL, words, words);
	while (words->len_bytes > 0 && words->bytes[words->len_bytes - 1] == '\n')
		words->bytes[--words->len_bytes] = '\0';
	return status;
}

static int
check_file(const struct hs_cli *cli, const struct hs_program *reader, const char *path)
{
	struct hs_buf words;
	int status = ask(reader, path, &words);
	if (status == HS_PROGRAM_NOT_RUN) {
		hs_buf_free(&words);
		return HS_EXIT_UNREACHABLE;
	}
	if (cli->json) {
		json_t *json = json_pack("{s:s,s:s,s:b,s:s}", "file", path, "program",
			reader->program, "usable", status == 0, "words", hs_buf_text(&words));
		if (json)
			json_dumpf(json, stdout, JSON_COMPACT);
		printf("\n");
		json_decref(json);
	} else {
		fprintf(status == 0 ? stdout : stderr, "%s\n", hs_buf_text(&words));
	}
	hs_buf_free(&words);
	return status == 0 ? HS_EXIT_OK : HS_EXIT_INPUT;
}

int
hs_cmd_check(struct hs_cli *cli, int argc, char **argv)
{
	const struct hs_program *named = NULL;
	int worst = HS_EXIT_OK, files = 0;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--as") == 0) {
			named = ++i < argc ? hs_program_named(argv[i]) : NULL;
			if (!named)
				return hs_cli_usage(
					"--as is hub, gate, feed, broadcaster, telecom, "
					"signage, jalert or principals");
			continue;
		}
		const struct hs_program *reader = named ? named : hs_program_of(argv[i]);
		if (!reader)
			return hs_cli_usage(
				"%s: whose file is it? Put --as NAME in front of it: hub, "
				"gate, feed, broadcaster, telecom, signage, jalert or "
				"principals",
				argv[i]);
		int status = check_file(cli, reader, argv[i]);
		worst = status > worst ? status : worst;
		files++;
	}
	return files > 0 ? worst : hs_cli_usage("validate config needs at least one FILE");
}
