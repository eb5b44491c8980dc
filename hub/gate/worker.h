/* worker.h: runs what may take long (parsing foreign XML) beside the loop, with a bounded queue.
 *
 * Flow:    hs_worker_queue → (a thread of libuv's pool) run → (loop) done.
 * Large:   at most one large job is on the pool at any time; further ones wait here in the order in which they came. So a
 *          digest of the weather agency never takes the threads that an order or an early warning needs.
 * Owner:   the caller embeds struct hs_job and keeps it until `done`.
 * Threads: `run` on a pool thread, with nothing but its own job; `done` on the loop's thread, exactly once.
 * Errors:  HS_ERR_FULL when jobs_max jobs are queued or running, or large_waiting_max large ones wait: the sender is told to
 *          come back.
 */
#ifndef HS_GATE_WORKER_H
#define HS_GATE_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "hub/base/err.h"

struct hs_worker;

struct hs_job {
	uv_work_t work;
	void (*run)(struct hs_job *job);
	void (*done)(struct hs_job *job);
	bool large; /* set by the caller */
	struct hs_worker *worker;
	struct hs_job *next; /* large ones that wait */
};

struct hs_worker {
	uv_loop_t *loop;
	size_t jobs_max;
	size_t jobs; /* queued, waiting or running */
	size_t large_waiting_max, large_waiting;
	bool large_runs;
	struct hs_job *first_large, *last_large;
};

void hs_worker_init(
	struct hs_worker *worker, uv_loop_t *loop, size_t jobs_max, size_t large_waiting_max);
enum hs_err hs_worker_queue(struct hs_worker *worker, struct hs_job *job) HS_MUST_CHECK;

#endif
