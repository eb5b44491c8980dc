/* canary_folder.h: the canary of an outlet that is a folder: a hidden file is written as orders are, read back, removed.
 *
 * Flow:    start → worker of libuv's pool: prove(dir, lane, token) → loop: hs_canary_done.
 * Rules:   a folder that hangs (a share that is gone) holds one worker and no more: while a job of before has not come
 *          back, no other begins, and the canary fails with that.
 *          Names are ".canary-…": playout systems and people see whole files only and no hidden ones.
 * Owner:   the adapter embeds it and calls hs_canary_folder_close in ops.close; a job that still runs then ends alone.
 * Threads: prove on a worker, with nothing but its arguments; all else the loop's.
 */
#ifndef HS_ADAPTER_CANARY_FOLDER_H
#define HS_ADAPTER_CANARY_FOLDER_H

#include <stdbool.h>

#include "adapters/runtime/canary.h"

struct hs_canary_folder_job;

/* Fill dir and prove, and of the canary outlet and lane. */
struct hs_canary_folder {
	struct hs_canary canary;
	const char *dir;
	/* True when everything went; else why says what and what to do. */
	bool (*prove)(const char *dir, enum hs_adapter_lane lane, const char *token,
		char why[HS_CANARY_WHY]);
	void *owner;			  /* the adapter's own */
	struct hs_canary_folder_job *job; /* private: on the worker */
};

void hs_canary_folder_add(struct hs_adapter *adapter, struct hs_canary_folder *own);
void hs_canary_folder_close(struct hs_canary_folder *own);

/* For prove: path must hold exactly the token; it is removed. */
bool hs_canary_read_back(const char *path, const char *token, char why[HS_CANARY_WHY]);

#endif
