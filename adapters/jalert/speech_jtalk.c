/* Words from Open JTalk: a child process for each piece, with a deadline. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/jalert/sound.h"
#include "adapters/jalert/speech.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define PAUSE_FRAMES (HS_SOUND_HZ / 4)

extern char **environ;

static bool
is_there(const struct hs_speech_settings *settings)
{
	return settings->voice[0] != '\0';
}

/* The program's standard input is the text in a file without a name: no pipe that somebody must fill while it works. */
static int
text_file(const char *text, size_t len_bytes)
{
	int fd = memfd_create("hansho-speech", MFD_CLOEXEC);
	bool good = fd >= 0;
	for (size_t i = 0; good && i < len_bytes; i++) {
		char letter = text[i] == '\n' || text[i] == '\r' ? ' ' : text[i];
		good = write(fd, &letter, 1) == 1;
	}
	good = good && write(fd, "\n", 1) == 1 && lseek(fd, 0, SEEK_SET) == 0;
	if (!good && fd >= 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static enum hs_err
wait_for(pid_t pid, int64_t timeout_ms)
{
	int status = 0, pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd wanted = { .fd = pidfd, .events = POLLIN };
	bool late = pidfd < 0 || poll(&wanted, 1, (int)timeout_ms) != 1;
	if (late)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pidfd >= 0)
		close(pidfd);
	if (late)
		return HS_ERR_TIMEOUT;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? HS_OK : HS_ERR_CORRUPT;
}

/* What the child may write to is a file without a name too. */
static enum hs_err
run(const struct hs_speech_settings *settings, int in_fd, int out_fd)
{
	char out_path[32];
	posix_spawn_file_actions_t files;
	pid_t pid = 0;
	snprintf(out_path, sizeof(out_path), "/dev/fd/%d", 3);
	char *const argv[] = { (char *)(uintptr_t) "open_jtalk", (char *)(uintptr_t) "-x",
		(char *)(uintptr_t)settings->dictionary, (char *)(uintptr_t) "-m",
		(char *)(uintptr_t)settings->voice, (char *)(uintptr_t) "-s",
		(char *)(uintptr_t) "48000", (char *)(uintptr_t) "-ow", out_path, NULL };
	if (posix_spawn_file_actions_init(&files) != 0)
		return HS_ERR_NOMEM;
	posix_spawn_file_actions_adddup2(&files, in_fd, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out_fd, 3);
	int failed = posix_spawnp(&pid, settings->program, &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	if (failed != 0)
		return HS_ERR_IO;
	return wait_for(pid, settings->timeout_ms);
}

static enum hs_err
read_result(int fd, const char *reading, struct hs_pcm *out)
{
	off_t size = lseek(fd, 0, SEEK_END);
	if (size <= HS_WAV_HEADER_BYTES || lseek(fd, 0, SEEK_SET) != 0)
		return HS_ERR_CORRUPT;
	uint8_t *bytes = malloc((size_t)size);
	if (!bytes)
		return HS_ERR_NOMEM;
	size_t have = 0;
	for (ssize_t n = 1; have < (size_t)size && n > 0; have += n > 0 ? (size_t)n : 0)
		n = read(fd, bytes + have, (size_t)size - have);
	enum hs_err err = hs_wav_parse(bytes, have, out);
	free(bytes);
	if (err == HS_OK && (int64_t)out->frames < hs_sound_frames(hs_speech_least_ms(reading))) {
		free(out->samples);
		*out = (struct hs_pcm){ 0 };
		err = HS_ERR_CORRUPT;
	}
	return err;
}

static enum hs_err
say_piece(const struct hs_speech_settings *settings, const char *piece, struct hs_pcm *out)
{
	int in_fd = text_file(piece, strlen(piece));
	int out_fd = memfd_create("hansho-voice", 0);
	enum hs_err err = in_fd >= 0 && out_fd >= 0 ? HS_OK : HS_ERR_IO;
	if (err == HS_OK)
		err = run(settings, in_fd, out_fd);
	if (err == HS_OK)
		err = read_result(out_fd, piece, out);
	if (in_fd >= 0)
		close(in_fd);
	if (out_fd >= 0)
		close(out_fd);
	return err;
}

/* With a pause between them. */
static enum hs_err
join(struct hs_pcm *all, struct hs_pcm *piece)
{
	size_t pause = all->frames > 0 ? PAUSE_FRAMES : 0;
	size_t frames = all->frames + pause + piece->frames;
	int16_t *samples = frames <= HS_WAV_MAX_FRAMES
				   ? realloc(all->samples, (frames + 1) * sizeof(*samples))
				   : NULL;
	if (!samples) {
		free(piece->samples);
		return HS_ERR_TOO_LARGE;
	}
	hs_sound_fade(piece->samples, piece->frames);
	memset(samples + all->frames, 0, pause * sizeof(*samples));
	if (piece->frames > 0)
		memcpy(samples + all->frames + pause, piece->samples,
			piece->frames * sizeof(*samples));
	free(piece->samples);
	*all = (struct hs_pcm){ samples, frames };
	return HS_OK;
}

static enum hs_err
say(const struct hs_speech_settings *settings, const struct hs_speech_want *want,
	struct hs_pcm *out)
{
	enum hs_err err = want->reading[0] != '\0' ? HS_OK : HS_ERR_CORRUPT;
	const char *at = want->reading;
	*out = (struct hs_pcm){ 0 };
	while (err == HS_OK && *at != '\0') {
		char piece[HS_SPEECH_PIECE_BYTES + 1];
		struct hs_pcm one = { 0 };
		size_t len_bytes = hs_speech_piece(at, HS_SPEECH_PIECE_BYTES);
		memcpy(piece, at, len_bytes);
		piece[len_bytes] = '\0';
		err = say_piece(settings, piece, &one);
		if (err == HS_OK)
			err = join(out, &one);
		at += len_bytes;
	}
	if (err == HS_OK)
		return HS_OK;
	hs_warn("jalert.speech_failed", "source=open_jtalk err=%s bytes=%zu", hs_err_name(err),
		strlen(want->reading));
	free(out->samples);
	*out = (struct hs_pcm){ 0 };
	return err;
}

const struct hs_speech_source hs_speech_jtalk = { "open_jtalk", say, is_there };
