#include "adapters/runtime/canary_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/runtime/runtime.h"

struct hs_canary_folder_job {
	uv_work_t work;
	struct hs_canary_folder *own; /* NULL: the adapter is gone */
	bool (*prove)(const char *, enum hs_adapter_lane, const char *, char[HS_CANARY_WHY]);
	char *dir;
	enum hs_adapter_lane lane;
	char token[HS_CANARY_TOKEN_SIZE];
	bool good;
	char why[HS_CANARY_WHY];
};

bool
hs_canary_read_back(const char *path, const char *token, char why[HS_CANARY_WHY])
{
	char found[HS_CANARY_TOKEN_SIZE + 1] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t count = fd >= 0 ? read(fd, found, sizeof(found) - 1) : -1;
	int code = errno;
	bool good = count >= 0 && strcmp(found, token) == 0;

	if (count < 0)
		snprintf(why, HS_CANARY_WHY, "written, but not read back: %s", strerror(code));
	else if (!good)
		snprintf(why, HS_CANARY_WHY, "written, but something else was read back");
	if (fd >= 0)
		close(fd);
	if (unlink(path) != 0 && good) {
		snprintf(why, HS_CANARY_WHY, "written, but not removed: %s", strerror(errno));
		good = false;
	}
	return good;
}

static void
on_work(uv_work_t *work)
{
	struct hs_canary_folder_job *job = work->data;

	job->good = job->prove(job->dir, job->lane, job->token, job->why);
}

static void
on_worked(uv_work_t *work, int status)
{
	struct hs_canary_folder_job *job = work->data;
	struct hs_canary_folder *own = job->own;

	(void)status;
	if (own != NULL) {
		own->job = NULL;
		/* The answer to a try that was given up has an old token. */
		if (strcmp(job->token, own->canary.token) == 0)
			hs_canary_done(&own->canary, job->good, job->why);
	}
	free(job->dir);
	free(job);
}

static void
folder_start(struct hs_canary *canary)
{
	struct hs_canary_folder *own = canary->owner;
	struct hs_canary_folder_job *job;

	if (own->job != NULL) {
		hs_canary_done(canary, false, "the folder hangs: check the disk or the share");
		return;
	}
	job = calloc(1, sizeof(*job));
	if (job != NULL)
		job->dir = strdup(own->dir);
	if (job == NULL || job->dir == NULL) {
		free(job);
		hs_canary_done(canary, false, "out of memory");
		return;
	}
	job->own = own;
	job->prove = own->prove;
	job->lane = (enum hs_adapter_lane)canary->lane;
	memcpy(job->token, canary->token, sizeof(job->token));
	job->work.data = job;
	own->job = job;
	uv_queue_work(hs_adapter_loop(canary->adapter), &job->work, on_work, on_worked);
}

static void
folder_abort(struct hs_canary *canary)
{
	(void)canary;
}

void
hs_canary_folder_add(struct hs_adapter *adapter, struct hs_canary_folder *own)
{
	own->canary.start = folder_start;
	own->canary.abort = folder_abort;
	own->canary.owner = own;
	hs_canary_add(adapter, &own->canary);
}

void
hs_canary_folder_close(struct hs_canary_folder *own)
{
	if (own->job != NULL)
		own->job->own = NULL;
	own->job = NULL;
}
