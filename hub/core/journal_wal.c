/* journal_wal.c: room on disk for the write-ahead log, taken before the first commit needs it.
 *
 * A commit that makes the log longer makes the file system write its own journal too before the sync returns;
 * one that overwrites what is there does not (docs/performance.md has both). SQLite starts the log over after each
 * complete checkpoint and never shortens it, so room for a little more than one round is enough.
 * To SQLite zeros behind the last frame are the end of the log, as after a torn write: neither salt nor
 * checksum of a frame fits. Its locks lie on other files, so a descriptor of our own does no harm.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/core/journal_db.h"

#define FRAME_BYTES 4120 /* a page of 4096 bytes and its head */
#define ROUNDS	    2	 /* commits go on while a checkpoint runs */
#define CHUNK_BYTES 65536

static int
put_zeros(int fd, off_t at, off_t end)
{
	static const char zeros[CHUNK_BYTES];

	while (at < end) {
		size_t len = end - at < CHUNK_BYTES ? (size_t)(end - at) : CHUNK_BYTES;
		ssize_t put = pwrite(fd, zeros, len, at);

		if (put < 0)
			return errno;
		at += put;
	}
	/* Whatever it says: what a sync could not bring to the disk is not known, and no case of a full disk. */
	return fsync(fd) == 0 ? 0 : EIO;
}

/* 0 or errno. On a full disk the file stays as it was: the commits will report that, and know what to tell whom. */
static int
lengthen(int fd, off_t want_bytes)
{
	struct stat now;
	int error;

	if (fstat(fd, &now) != 0)
		return errno;
	if (now.st_size >= want_bytes)
		return 0;
	error = put_zeros(fd, now.st_size, want_bytes);
	if (error != ENOSPC && error != EDQUOT && error != EFBIG)
		return error;
	return ftruncate(fd, now.st_size) == 0 ? 0 : errno;
}

enum hs_err
hs_journal_reserve_wal(const struct hs_journal *journal, char *why)
{
	char path[PATH_MAX];
	int fd;
	int error;

	snprintf(path, sizeof(path), "%s-wal", journal->path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		error = errno;
	else {
		error = lengthen(
			fd, (off_t)(journal->options.checkpoint_pages * FRAME_BYTES * ROUNDS));
		close(fd);
	}
	if (error == 0)
		return HS_OK;
	snprintf(why, HS_JOURNAL_WHY, "%.200s: cannot be written; use another disk: %.160s", path,
		strerror(error));
	return HS_ERR_SYNC;
}
