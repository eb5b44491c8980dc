/* aside.h: one thread beside the loop, for what takes many milliseconds and hurries nobody: telegrams of some MB.
 *
 * Flow:    hs_aside_queue (loop) → run (the thread, one job after the other, in their order) → done (loop).
 * Weight:  the thread has a nice value and is SCHED_BATCH, so that it takes the time of a core that the loops leave.
 * Owner:   the caller embeds struct hs_aside_job and keeps it until `done`.
 * Threads: `run` on the thread, with nothing but its own job; everything else on the loop's.
 * Errors:  none: a job that cannot do its work says so in itself.
 */
#ifndef HS_BASE_ASIDE_H
#define HS_BASE_ASIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "hub/base/err.h"

struct hs_aside;

struct hs_aside_job {
	struct hs_aside_job *next;
	void (*run)(struct hs_aside_job *job);
	/* Once. ended: it is closing, and the job may not have run: only free what it holds. */
	void (*done)(struct hs_aside_job *job, bool ended);
};

/* nice: 0…19. HS_ERR_NOMEM: no thread. */
enum hs_err hs_aside_create(uv_loop_t *loop, int nice, struct hs_aside **out) HS_MUST_CHECK;
void hs_aside_queue(struct hs_aside *aside, struct hs_aside_job *job);
/* Before all that wait: others wait for it. */
void hs_aside_queue_first(struct hs_aside *aside, struct hs_aside_job *job);
/* Jobs that are not done. */
size_t hs_aside_count(const struct hs_aside *aside);
/* Waits for the job that runs, tells the end to all; frees later. NULL is allowed. */
void hs_aside_close(struct hs_aside *aside);

#endif
