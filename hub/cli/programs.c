#include "hub/cli/programs.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hub/base/check.h"

#define ARGUMENTS_MAX 8
#define PIECE_BYTES   16384

extern char **environ;

static const struct hs_program programs[] = {
	{ "hub", "hansho-hub", "--config" },
	{ "gate", "hansho-gate", "--config" },
	{ "feed", "hansho-feed", "--config" },
	{ "broadcaster", "hansho-broadcaster", "--config" },
	{ "telecom", "hansho-telecom", "--config" },
	{ "signage", "hansho-signage", "--config" },
	{ "jalert", "hansho-jalert", "--config" },
	{ "principals", "hansho-gate", "--check-principals" },
};

const struct hs_program *
hs_program_named(const char *name)
{
	for (size_t i = 0; i < HS_COUNT(programs); i++)
		if (strcmp(programs[i].name, name) == 0)
			return &programs[i];
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

const struct hs_program *
hs_program_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const struct hs_program *found = NULL;
	for (size_t i = 0; i < HS_COUNT(programs); i++) {
		if (!is_word_of(programs[i].name, slash ? slash + 1 : path))
			continue;
		if (found)
			return NULL; /* two names: which one? */
		found = &programs[i];
	}
	return found;
}

static bool
program_path(const struct hs_program *program, char out[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len < 0)
		return false;
	self[len] = '\0';
	return snprintf(out, PATH_MAX, "%s/%s", dirname(self), program->program) < PATH_MAX;
}

/* What it reads, as a file in memory: a pipe would have to be written while it is read. */
static int
input_of(const struct hs_buf *in)
{
	int file = in ? memfd_create("question", MFD_CLOEXEC)
		      : open("/dev/null", O_RDONLY | O_CLOEXEC);
	size_t at = 0;
	while (file >= 0 && in && at < in->len_bytes) {
		ssize_t more = write(file, in->bytes + at, in->len_bytes - at);
		if (more < 0 && errno != EINTR)
			break;
		at += more > 0 ? (size_t)more : 0;
	}
	if (file >= 0 && in && (at < in->len_bytes || lseek(file, 0, SEEK_SET) != 0)) {
		close(file);
		return -1;
	}
	return file;
}

static pid_t
start(const struct hs_program *program, const char *const *arguments, const int streams[3])
{
	char path[PATH_MAX];
	char *argv[ARGUMENTS_MAX + 2] = { path };
	posix_spawn_file_actions_t actions;
	pid_t pid = 0;
	if (!program_path(program, path))
		return 0;
	for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i]; i++)
		argv[i + 1] = (char *)(uintptr_t)arguments[i];
	posix_spawn_file_actions_init(&actions);
	for (int i = 0; i < 3; i++)
		posix_spawn_file_actions_adddup2(&actions, streams[i], i);
	int error = posix_spawn(&pid, path, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error == 0)
		return pid;
	fprintf(stderr, "hansho: cannot start %s: %s\n", path, strerror(error));
	return 0;
}

/* One piece of one stream; false when that stream ended. */
static bool
take_piece(int from, struct hs_buf *to)
{
	char piece[PIECE_BYTES];
	ssize_t len = read(from, piece, sizeof(piece));
	if (len < 0)
		return errno == EINTR;
	hs_buf_add(to, piece, (size_t)len);
	return len > 0;
}

/* Both streams until both ended. */
static void
take_all(const int from[2], struct hs_buf *const to[2])
{
	struct pollfd waits[2] = { { from[0], POLLIN, 0 }, { from[1], POLLIN, 0 } };
	while (waits[0].fd >= 0 || waits[1].fd >= 0) {
		if (poll(waits, 2, -1) < 0 && errno != EINTR)
			return;
		for (int i = 0; i < 2; i++)
			if (waits[i].fd >= 0 && waits[i].revents != 0 &&
				!take_piece(from[i], to[i]))
				waits[i].fd = -1;
	}
}

int
hs_program_run(const struct hs_program *program, const char *const *arguments,
	const struct hs_buf *in, struct hs_buf *out, struct hs_buf *err)
{
	int out_ends[2], err_ends[2], status = 0;
	int input = input_of(in);
	if (input < 0)
		return HS_PROGRAM_NOT_RUN;
	if (pipe2(out_ends, O_CLOEXEC) != 0) {
		close(input);
		return HS_PROGRAM_NOT_RUN;
	}
	if (pipe2(err_ends, O_CLOEXEC) != 0) {
		close(input);
		close(out_ends[0]);
		close(out_ends[1]);
		return HS_PROGRAM_NOT_RUN;
	}
	pid_t pid = start(program, arguments, (const int[3]){ input, out_ends[1], err_ends[1] });
	close(input);
	close(out_ends[1]);
	close(err_ends[1]);
	if (pid)
		take_all((const int[2]){ out_ends[0], err_ends[0] },
			(struct hs_buf *const[2]){ out, err });
	close(out_ends[0]);
	close(err_ends[0]);
	if (!pid || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return HS_PROGRAM_NOT_RUN;
	return WEXITSTATUS(status);
}
