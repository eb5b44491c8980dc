#include "hub/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES 65536

/* The name is safe when the directory is. */
static bool
sync_directory(const char *path)
{
	char copy[PATH_MAX];
	int fd;
	bool synced;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	synced = fsync(fd) == 0;
	close(fd);
	return synced;
}

static bool
write_synced(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t len = strlen(text), done = 0;

	while (fd >= 0 && done < len) {
		ssize_t count = write(fd, text + done, len - done);

		if (count < 0 && errno != EINTR)
			break;
		done += count > 0 ? (size_t)count : 0;
	}
	bool synced = fd >= 0 && done == len && fsync(fd) == 0;
	if (fd >= 0 && close(fd) != 0)
		synced = false;
	return synced;
}

enum hs_err
hs_file_replace(const char *path, const char *text)
{
	char fresh[PATH_MAX];

	if (snprintf(fresh, sizeof(fresh), "%s.%ld", path, (long)getpid()) >= (int)sizeof(fresh))
		return HS_ERR_INVALID;
	if (write_synced(fresh, text) && rename(fresh, path) == 0 && sync_directory(path))
		return HS_OK;
	int code = errno;
	unlink(fresh);
	errno = code;
	return HS_ERR_IO;
}

static enum hs_err
read_all(int fd, struct hs_buf *out)
{
	char bytes[READ_BYTES];

	while (!out->failed) {
		ssize_t count = read(fd, bytes, sizeof(bytes));

		if (count == 0)
			return HS_OK;
		if (count < 0 && errno != EINTR)
			return HS_ERR_IO;
		if (count > 0)
			hs_buf_add(out, bytes, (size_t)count);
	}
	return HS_ERR_TOO_LARGE;
}

enum hs_err
hs_file_read(const char *path, struct hs_buf *out)
{
	/* A fifo in its place must not hold anybody up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat about;

	if (fd < 0)
		return errno == ENOENT ? HS_ERR_NOT_FOUND : HS_ERR_IO;
	enum hs_err err =
		fstat(fd, &about) == 0 && S_ISREG(about.st_mode) ? read_all(fd, out) : HS_ERR_IO;
	close(fd);
	if (err != HS_OK)
		hs_buf_free(out);
	return err;
}
