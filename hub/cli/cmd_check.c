/* hansho validate config FILE…: each file is looked at by the program that will read it, in its own words.
 *
 * Flow: the file's name says whose it is (gate.yaml, live-gate.yaml, gate-1.yaml), or --as NAME in front of it → the program
 *       beside this one with --check (--check-principals) → its words, one line a file; --json: one object a file.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libgen.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/cli/cli.h"

#define WORDS_MAX_BYTES 4096
#define EXIT_NO_PROGRAM 127

extern char **environ;

static const struct reader {
	const char *name, *program, *flag;
} readers[] = {
	{ "hub", "hansho-hub", "--config" },
	{ "gate", "hansho-gate", "--config" },
	{ "feed", "hansho-feed", "--config" },
	{ "broadcaster", "hansho-broadcaster", "--config" },
	{ "telecom", "hansho-telecom", "--config" },
	{ "signage", "hansho-signage", "--config" },
	{ "jalert", "hansho-jalert", "--config" },
	{ "principals", "hansho-gate", "--check-principals" },
};

static const struct reader *
reader_named(const char *name)
{
	for (size_t i = 0; i < HS_COUNT(readers); i++)
		if (strcmp(readers[i].name, name) == 0)
			return &readers[i];
	return NULL;
}

/* The name stands as a word of its own in the file's. */
static bool
is_word_of(const char *word, const char *text)
{
	size_t len = strlen(word);
	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		if ((at == text || !isalpha((unsigned char)at[-1])) &&
			!isalpha((unsigned char)at[len]))
			return true;
	return false;
}

static const struct reader *
reader_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const struct reader *found = NULL;
	for (size_t i = 0; i < HS_COUNT(readers); i++) {
		if (!is_word_of(readers[i].name, slash ? slash + 1 : path))
			continue;
		if (found)
			return NULL; /* two names: which one? */
		found = &readers[i];
	}
	return found;
}

static bool
program_path(const struct reader *reader, char out[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len < 0)
		return false;
	self[len] = '\0';
	return snprintf(out, PATH_MAX, "%s/%s", dirname(self), reader->program) < PATH_MAX;
}

static pid_t
start(const struct reader *reader, const char *path, int out)
{
	char program[PATH_MAX];
	char *argv[] = { program, (char *)(uintptr_t)reader->flag, (char *)(uintptr_t)path,
		strcmp(reader->flag, "--config") == 0 ? (char *)(uintptr_t) "--check" : NULL,
		NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid = 0;
	if (!program_path(reader, program))
		return 0;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	int error = posix_spawn(&pid, program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error == 0)
		return pid;
	fprintf(stderr, "hansho: cannot start %s: %s\n", program, strerror(error));
	return 0;
}

/* What it says, without the line end; the program's exit status. */
static int
ask(const struct reader *reader, const char *path, char words[WORDS_MAX_BYTES])
{
	int ends[2], status = 0;
	size_t len = 0;
	words[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) != 0)
		return EXIT_NO_PROGRAM;
	pid_t pid = start(reader, path, ends[1]);
	close(ends[1]);
	for (ssize_t more = 1; pid && more != 0;) {
		more = read(ends[0], words + len, WORDS_MAX_BYTES - 1 - len);
		if (more < 0 && errno != EINTR)
			break;
		len += more > 0 ? (size_t)more : 0;
	}
	close(ends[0]);
	while (len > 0 && words[len - 1] == '\n')
		len--;
	words[len] = '\0';
	if (!pid || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return EXIT_NO_PROGRAM;
	return WEXITSTATUS(status);
}

static int
check_file(const struct hs_cli *cli, const struct reader *reader, const char *path)
{
	char words[WORDS_MAX_BYTES];
	int status = ask(reader, path, words);
	if (status == EXIT_NO_PROGRAM)
		return HS_EXIT_UNREACHABLE;
	if (cli->json) {
		json_t *json = json_pack("{s:s,s:s,s:b,s:s}", "file", path, "program",
			reader->program, "usable", status == 0, "words", words);
		if (json)
			json_dumpf(json, stdout, JSON_COMPACT);
		printf("\n");
		json_decref(json);
	} else {
		fprintf(status == 0 ? stdout : stderr, "%s\n", words);
	}
	return status == 0 ? HS_EXIT_OK : HS_EXIT_INPUT;
}

int
hs_cmd_check(struct hs_cli *cli, int argc, char **argv)
{
	const struct reader *named = NULL;
	int worst = HS_EXIT_OK, files = 0;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--as") == 0) {
			named = ++i < argc ? reader_named(argv[i]) : NULL;
			if (!named)
				return hs_cli_usage(
					"--as is hub, gate, feed, broadcaster, telecom, "
					"signage, jalert or principals");
			continue;
		}
		const struct reader *reader = named ? named : reader_of(argv[i]);
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
