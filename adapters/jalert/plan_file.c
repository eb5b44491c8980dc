#include "adapters/jalert/plan_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/log.h"

static bool
write_all(int fd, const char *text)
{
	size_t left_bytes = strlen(text);
	while (left_bytes > 0) {
		ssize_t n = write(fd, text, left_bytes);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text += n;
		left_bytes -= (size_t)n;
	}
	return true;
}

static bool
replace_synced(int dir_fd, const char *temporary, const char *name, const char *text)
{
	int fd = openat(dir_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	bool ok = write_all(fd, text) && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	ok = ok && renameat(dir_fd, temporary, dir_fd, name) == 0;
	if (!ok)
		unlinkat(dir_fd, temporary, 0);
	return ok && fsync(dir_fd) == 0;
}

enum hs_err
hs_plan_file_write(const char *dir, const char *name, const char *text)
{
	char temporary[160];
	snprintf(temporary, sizeof(temporary), ".%s.%ld.tmp", name, (long)getpid());
	int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = dir_fd >= 0 && replace_synced(dir_fd, temporary, name, text);
	if (!ok)
		hs_error("jalert.plan_not_written", "dir=%s name=%s errno=%d", dir, name, errno);
	if (dir_fd >= 0)
		close(dir_fd);
	return ok ? HS_OK : HS_ERR_IO;
}
