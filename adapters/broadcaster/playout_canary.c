/* The canary of the folder of playout systems, on a worker. */
#include <limits.h>
#include <stdio.h>

#include "adapters/broadcaster/playout.h"
#include "adapters/runtime/canary_folder.h"

struct files {
	struct hs_playout_job *job;
	const char *lane, *token;
	bool failed;
};

static void
file_add(struct files *files, const char *folder)
{
	char path[HS_PLAYOUT_PATH];

	snprintf(path, sizeof(path), "%s/%s.%s", files->lane, folder, files->token);
	if (!hs_playout_job_add(files->job, path, files->token))
		files->failed = true;
}

static void
prefecture_add(void *owner, const char *prefecture)
{
	char folder[8];

	snprintf(folder, sizeof(folder), "%.2s/", prefecture);
	file_add(owner, folder);
}

/* All are read back and removed, also when one of them is not there. */
static bool
read_back(const char *dir, const struct hs_playout_job *job, const char *token,
	char why[HS_CANARY_WHY])
{
	char path[PATH_MAX];
	bool good = true;

	for (size_t i = 0; i < job->count; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, job->files[i].path);
		good = hs_canary_read_back(path, token, why) && good;
	}
	return good;
}

bool
hs_playout_prove(
	const char *dir, enum hs_adapter_lane lane, const char *token, char why[HS_CANARY_WHY])
{
	struct files files = {
		.job = hs_playout_job_create(NULL, NULL), .lane = hs_lane_name(lane), .token = token
	};
	bool good = files.job != NULL;

	if (good)
		hs_playout_each_folder(dir, files.lane, prefecture_add, &files);
	if (good && files.job->count == 0)
		file_add(&files, "");
	if (!good || files.failed) {
		snprintf(why, HS_CANARY_WHY, "out of memory");
		good = false;
	} else {
		enum hs_err err = hs_playout_write(dir, files.job);
		good = read_back(dir, files.job, token, why) && err == HS_OK;
		if (err != HS_OK)
			snprintf(why, HS_CANARY_WHY, "check the folder and the disk: %.120s",
				files.job->why);
	}
	hs_playout_job_destroy(files.job);
	return good;
}
