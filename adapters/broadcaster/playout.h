/* playout.h: files for playout systems, written one job at a time on a thread of this folder alone, so that a folder that
 * hangs holds up nobody else.
 *
 * Flow:    job (some files) → worker: make folders, write to a hidden temporary name, fsync, rename,
 *          fsync the folder → done on the loop. Jobs run in the order in which they were added.
 * Format:  <out_dir>/<mode>/<prefecture>/<seq>.json, <seq>.txt (crawl), <seq>.pages.txt, current.json, current.txt,
 *          current.pages.txt; <out_dir>/<mode>/<seq>.lalert.xml, <seq>.cap.xml, feed.atom. A name appears
 *          only with its whole content; writing the same job again changes nothing that a reader sees.
 * Owner:   the playout owns a job from add until done was called; then it frees it with its bytes.
 * Threads: calls and done on the loop; the worker touches only its job, which may be called back meanwhile.
 */
#ifndef HS_BROADCASTER_PLAYOUT_H
#define HS_BROADCASTER_PLAYOUT_H

#include <stdatomic.h>
#include <stddef.h>
#include <uv.h>

#include "adapters/runtime/canary.h"
#include "hub/base/err.h"

#define HS_PLAYOUT_PATH 96

struct hs_playout;
struct hs_pool_job;

struct hs_playout_file {
	char path[HS_PLAYOUT_PATH]; /* below out_dir: "drill/99/12.json" */
	char *bytes;		    /* malloc'd */
	size_t len_bytes;
};

struct hs_playout_job {
	struct hs_playout_file *files; /* malloc'd, count of them, grown by hs_playout_job_add */
	size_t count;
	size_t room;
	/* HS_OK; HS_ERR_FULL no room on the disk; HS_ERR_IO else. why: a short sentence. NULL = nobody
	 * asks any more. */
	void (*done)(void *owner, enum hs_err err, const char *why);
	void *owner;
	atomic_bool called_back; /* read by the worker before each file */
	enum hs_err err;
	char why[160];
	struct hs_playout_job *next;
};

/* NULL when out of memory or threads. out_dir is copied. */
struct hs_playout *hs_playout_create(uv_loop_t *loop, const char *out_dir);
/* Frees it when the job under way is over; no done is called any more. */
void hs_playout_destroy(struct hs_playout *playout);

struct hs_playout_job *hs_playout_job_create(
	void (*done)(void *, enum hs_err, const char *), void *owner);
/* Copies text. false when out of memory. */
int hs_playout_job_add(struct hs_playout_job *job, const char *path, const char *text);
/* For a job that was never added. NULL is allowed. */
void hs_playout_job_destroy(struct hs_playout_job *job);
void hs_playout_add(struct hs_playout *playout, struct hs_playout_job *job);
/* Nobody asks for it any more, and no further file of it is begun. */
void hs_playout_call_back(struct hs_playout_job *job);
/* Another job on the thread of this folder, behind those that wait. */
void hs_playout_run(struct hs_playout *playout, struct hs_pool_job *job);
/* Writes the files of a job here and now: what the worker does. For the worker and for tests. */
enum hs_err hs_playout_write(const char *out_dir, struct hs_playout_job *job);
/* Proves that files of this lane can be written, read and removed: on any thread (runtime/canary_folder.h). */
bool hs_playout_prove(
	const char *dir, enum hs_adapter_lane lane, const char *token, char why[HS_CANARY_WHY]);
/* Calls visit with each prefecture folder ("13") that exists below out_dir/mode. */
void hs_playout_each_folder(const char *out_dir, const char *mode,
	void (*visit)(void *owner, const char *prefecture), void *owner);

#endif
