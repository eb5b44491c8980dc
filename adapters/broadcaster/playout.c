/* playout.c: see playout.h. */
#include "adapters/broadcaster/playout.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/pool.h"

struct hs_playout {
	struct hs_pool_job work;
	struct hs_pool *pool; /* one thread */
	char *out_dir;
	struct hs_playout_job *first; /* the one under way, while running */
	struct hs_playout_job *last;
	bool running;
	bool closed;
};

/* ---- jobs ---- */

struct hs_playout_job *
hs_playout_job_create(void (*done)(void *, enum hs_err, const char *), void *owner)
{
	struct hs_playout_job *job = calloc(1, sizeof(*job));
	if (job != NULL) {
		job->done = done;
		job->owner = owner;
	}
	return job;
}

int
hs_playout_job_add(struct hs_playout_job *job, const char *path, const char *text)
{
	if (job->count == job->room) {
		size_t room = job->room == 0 ? 8 : job->room * 2;
		struct hs_playout_file *files = realloc(job->files, room * sizeof(*files));
		if (files == NULL)
			return false;
		job->files = files;
		job->room = room;
	}
	char *bytes = strdup(text);
	if (bytes == NULL)
		return false;
	struct hs_playout_file *file = &job->files[job->count++];
	*file = (struct hs_playout_file){ .bytes = bytes, .len_bytes = strlen(text) };
	snprintf(file->path, sizeof(file->path), "%s", path);
	return true;
}

void
hs_playout_job_destroy(struct hs_playout_job *job)
{
	if (job == NULL)
		return;
	for (size_t i = 0; i < job->count; i++)
		free(job->files[i].bytes);
	free(job->files);
	free(job);
}

void
hs_playout_call_back(struct hs_playout_job *job)
{
	job->done = NULL;
	atomic_store(&job->called_back, true);
}

/* ---- writing ---- */

static enum hs_err
failed(struct hs_playout_job *job, const char *step, const char *path)
{
	int code = errno;
	bool full = code == ENOSPC || code == EDQUOT;
	snprintf(job->why, sizeof(job->why), "%s: %s %s",
		full ? "no room on the disk" : "not written", step, path);
	size_t used = strlen(job->why);
	snprintf(job->why + used, sizeof(job->why) - used, ": %s", strerror(code));
	return full ? HS_ERR_FULL : HS_ERR_IO;
}

static enum hs_err
folders_make(struct hs_playout_job *job, char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		int made = mkdir(path, 0755);
		enum hs_err err = made == 0 || errno == EEXIST ? HS_OK : failed(job, "mkdir", path);
		*slash = '/';
		if (err != HS_OK)
			return err;
	}
	return HS_OK;
}

static enum hs_err
bytes_write(struct hs_playout_job *job, int fd, const struct hs_playout_file *file)
{
	for (size_t done = 0; done < file->len_bytes;) {
		ssize_t wrote = write(fd, file->bytes + done, file->len_bytes - done);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return failed(job, "write", file->path);
		done += (size_t)wrote;
	}
	return fsync(fd) == 0 ? HS_OK : failed(job, "fsync", file->path);
}

/* A rename is on disk only when its folder is. */
static enum hs_err
folder_sync(struct hs_playout_job *job, char *path)
{
	char *slash = strrchr(path, '/');
	*slash = '\0';
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum hs_err err = fd >= 0 && fsync(fd) == 0 ? HS_OK : failed(job, "fsync folder", path);
	if (fd >= 0)
		close(fd);
	*slash = '/';
	return err;
}

static enum hs_err
file_write(struct hs_playout_job *job, const char *out_dir, const struct hs_playout_file *file)
{
	char path[PATH_MAX], hidden[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s/%s", out_dir, file->path);
	if (len < 0 || (size_t)len >= sizeof(path) - 8) {
		errno = ENAMETOOLONG;
		return failed(job, "name", file->path);
	}
	enum hs_err err = folders_make(job, path);
	if (err != HS_OK)
		return err;
	const char *name = strrchr(path, '/') + 1;
	snprintf(hidden, sizeof(hidden), "%.*s.%s.tmp", (int)(name - path), path, name);
	int fd = open(hidden, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return failed(job, "open", file->path);
	err = bytes_write(job, fd, file);
	if (close(fd) != 0 && err == HS_OK)
		err = failed(job, "close", file->path);
	if (err == HS_OK && rename(hidden, path) != 0)
		err = failed(job, "rename", file->path);
	if (err != HS_OK) {
		unlink(hidden);
		return err;
	}
	return folder_sync(job, path);
}

enum hs_err
hs_playout_write(const char *out_dir, struct hs_playout_job *job)
{
	enum hs_err err = HS_OK;
	job->why[0] = '\0';
	for (size_t i = 0; i < job->count && err == HS_OK && !atomic_load(&job->called_back); i++)
		err = file_write(job, out_dir, &job->files[i]);
	if (err == HS_OK)
		snprintf(job->why, sizeof(job->why), "%zu files", job->count);
	return err;
}

/* ---- the queue ---- */

static void
on_work(struct hs_pool_job *work)
{
	struct hs_playout *playout = HS_CONTAINER_OF(work, struct hs_playout, work);
	playout->first->err = hs_playout_write(playout->out_dir, playout->first);
}

static void playout_run(struct hs_playout *playout);

static void
playout_free(struct hs_playout *playout)
{
	while (playout->first != NULL) {
		struct hs_playout_job *job = playout->first;
		playout->first = job->next;
		hs_playout_job_destroy(job);
	}
	free(playout->out_dir);
	free(playout);
}

static void
on_worked(struct hs_pool_job *work)
{
	struct hs_playout *playout = HS_CONTAINER_OF(work, struct hs_playout, work);
	struct hs_playout_job *job = playout->first;
	playout->running = false;
	if (playout->closed) {
		playout_free(playout);
		return;
	}
	playout->first = job->next;
	if (playout->first == NULL)
		playout->last = NULL;
	if (job->done != NULL)
		job->done(job->owner, job->err, job->why);
	hs_playout_job_destroy(job);
	playout_run(playout);
}

static void
playout_run(struct hs_playout *playout)
{
	if (playout->running || playout->first == NULL)
		return;
	playout->running = true;
	playout->work = (struct hs_pool_job){ .run = on_work, .done = on_worked };
	hs_pool_run(playout->pool, &playout->work);
}

void
hs_playout_add(struct hs_playout *playout, struct hs_playout_job *job)
{
	job->next = NULL;
	if (playout->last != NULL)
		playout->last->next = job;
	else
		playout->first = job;
	playout->last = job;
	playout_run(playout);
}

void
hs_playout_run(struct hs_playout *playout, struct hs_pool_job *job)
{
	hs_pool_run(playout->pool, job);
}

struct hs_playout *
hs_playout_create(uv_loop_t *loop, const char *out_dir)
{
	struct hs_playout *playout = calloc(1, sizeof(*playout));
	if (playout == NULL)
		return NULL;
	playout->out_dir = strdup(out_dir);
	if (playout->out_dir == NULL || hs_pool_open(loop, 1, 0, &playout->pool) != HS_OK) {
		free(playout->out_dir);
		free(playout);
		return NULL;
	}
	return playout;
}

void
hs_playout_destroy(struct hs_playout *playout)
{
	if (playout == NULL)
		return;
	playout->closed = true;
	hs_pool_close(playout->pool);
	if (!playout->running)
		playout_free(playout);
}

void
hs_playout_each_folder(const char *out_dir, const char *mode,
	void (*visit)(void *owner, const char *prefecture), void *owner)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s", out_dir, mode);
	DIR *folder = opendir(path);
	if (folder == NULL)
		return;
	for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		const char *name = entry->d_name;
		if (isdigit((unsigned char)name[0]) && isdigit((unsigned char)name[1]) &&
			name[2] == '\0')
			visit(owner, name);
	}
	closedir(folder);
}
